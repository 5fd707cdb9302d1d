package io.polder.simulate;

import java.util.Locale;
import java.util.Optional;

/** What can be wrong with an answer of the simulated feeds, as it happens to real ones. */
public enum Fault {
    /** The document ends in the middle. */
    TRUNCATE,
    /** A page of HTML instead of the document, with status 200. */
    HTML,
    /** Status 503. */
    ERROR,
    /** The document begins and then hangs for a minute. */
    SLOW,
    /** The document repeats its points until it is over 500 MB long. */
    HUGE,
    /** The document says that it is UTF-8 and is not. */
    ENCODING;

    /** The fault called {@code word}, in any case. */
    public static Optional<Fault> of(String word) {
        for (Fault fault : values()) {
            if (fault.name().equalsIgnoreCase(word)) {
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }

    /** The name as people write it: {@code truncate}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
