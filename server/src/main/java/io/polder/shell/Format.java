package io.polder.shell;

import java.util.Locale;
import java.util.Optional;

/** How rows are written. All but tables are streamed, as long as the result is. */
public enum Format {
    /** Aligned columns, for people. */
    TABLE("application/json"),
    /** RFC 4180 with a header; NULL is nothing, an empty text two quotes. */
    CSV("text/csv"),
    /** Tab-separated with a header; NULL is {@code \N}. */
    TSV("text/tab-separated-values"),
    /** An array with one object for each row. */
    JSON("application/x-ndjson"),
    /** One object a line. */
    NDJSON("application/x-ndjson"),
    /** Apache Arrow's streaming format. */
    ARROW("application/vnd.apache.arrow.stream"),
    /** Apache Parquet. */
    PARQUET("application/vnd.apache.parquet");

    private final String accept;

    Format(String accept) {
        this.accept = accept;
    }

    /** What the mart is asked for. */
    String accept() {
        return accept;
    }

    /** Whether it is bytes that no terminal shows. */
    boolean isBinary() {
        return this == ARROW || this == PARQUET;
    }

    static Optional<Format> named(String name) {
        for (Format format : values()) {
            if (format.name().equalsIgnoreCase(name)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** All names, for sentences. */
    static String names() {
        StringBuilder names = new StringBuilder();
        for (Format format : values()) {
            names.append(names.isEmpty() ? "" : ", ").append(format.name().toLowerCase(Locale.ROOT));
        }
        return names.toString();
    }
}
