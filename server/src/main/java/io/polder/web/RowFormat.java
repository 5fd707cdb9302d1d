package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.query.Answer;
import io.polder.query.ArrowBatches;
import io.polder.query.Chunk;
import io.polder.query.ParquetFile;
import io.polder.query.Rows;
import io.polder.query.Values;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.jspecify.annotations.Nullable;

/** How rows that are streamed are written; the rows of a result of any length go through a little memory. */
enum RowFormat {
    /** RFC 4180 with a header; NULL is nothing, an empty text two quotes. */
    CSV("text/csv; charset=utf-8") {
        @Override
        void write(Program program, Rows rows, OutputStream out) throws IOException {
            List<Answer.Column> columns = rows.columns();
            try (Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), BUFFER)) {
                for (int index = 0; index < columns.size(); index++) {
                    writer.write(index == 0 ? "" : ",");
                    cell(writer, columns.get(index).name());
                }
                writer.write("\r\n");
                for (Chunk chunk = rows.next(); chunk != null; chunk = rows.next()) {
                    for (int row = 0; row < chunk.rows(); row++) {
                        for (int index = 0; index < columns.size(); index++) {
                            writer.write(index == 0 ? "" : ",");
                            Object value =
                                    Values.at(chunk, index, columns.get(index).type(), row);
                            if (value != null) {
                                cell(writer, text(value));
                            }
                        }
                        writer.write("\r\n");
                    }
                }
            }
        }
    },
    /** A line a row, with a header; NULL is {@code \N}, and tabs, line ends and backslashes are escaped. */
    TSV("text/tab-separated-values; charset=utf-8") {
        @Override
        void write(Program program, Rows rows, OutputStream out) throws IOException {
            List<Answer.Column> columns = rows.columns();
            try (Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), BUFFER)) {
                for (int index = 0; index < columns.size(); index++) {
                    writer.write(index == 0 ? "" : "\t");
                    writer.write(escaped(columns.get(index).name()));
                }
                writer.write('\n');
                for (Chunk chunk = rows.next(); chunk != null; chunk = rows.next()) {
                    for (int row = 0; row < chunk.rows(); row++) {
                        for (int index = 0; index < columns.size(); index++) {
                            writer.write(index == 0 ? "" : "\t");
                            Object value =
                                    Values.at(chunk, index, columns.get(index).type(), row);
                            writer.write(value == null ? "\\N" : escaped(text(value)));
                        }
                        writer.write('\n');
                    }
                }
            }
        }
    },
    /** One object a line. */
    NDJSON("application/x-ndjson") {
        @Override
        void write(Program program, Rows rows, OutputStream out) throws IOException {
            List<Answer.Column> columns = rows.columns();
            try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
                json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
                json.setRootValueSeparator(null);
                for (Chunk chunk = rows.next(); chunk != null; chunk = rows.next()) {
                    for (int row = 0; row < chunk.rows(); row++) {
                        json.writeStartObject();
                        for (int index = 0; index < columns.size(); index++) {
                            json.writeFieldName(columns.get(index).name());
                            Json.value(
                                    json,
                                    Values.at(chunk, index, columns.get(index).type(), row));
                        }
                        json.writeEndObject();
                        json.writeRaw('\n');
                    }
                }
            }
        }
    },
    /** The streaming format of Apache Arrow. */
    ARROW("application/vnd.apache.arrow.stream") {
        @Override
        void write(Program program, Rows rows, OutputStream out) throws IOException {
            try (ArrowBatches batches = new ArrowBatches(rows.columns());
                    ArrowStreamWriter writer = new ArrowStreamWriter(batches.root(), null, new WideChannel(out))) {
                writer.start();
                for (Chunk chunk = rows.next(); chunk != null; chunk = rows.next()) {
                    batches.load(chunk);
                    writer.writeBatch();
                }
                writer.end();
            }
        }
    },
    /** Apache Parquet: a file, which is sent when it is whole. */
    PARQUET("application/vnd.apache.parquet") {
        @Override
        void write(Program program, Rows rows, OutputStream out) throws IOException {
            try (ParquetFile file = program.parquet(rows)) {
                file.copyTo(out);
            }
        }
    };

    private static final int BUFFER = 1 << 16;

    private final String mediaType;

    RowFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    /** Writes all rows that are left. A failure in the middle breaks the answer off, so that nobody takes it for whole. */
    abstract void write(Program program, Rows rows, OutputStream out) throws IOException;

    /** The format that a client accepts; empty for the JSON document that everybody gets who says nothing. */
    static Optional<RowFormat> of(@Nullable String accept) {
        if (accept == null) {
            return Optional.empty();
        }
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String type = range.split(";", 2)[0].strip();
            for (RowFormat format : values()) {
                if (format.mediaType.startsWith(type) && !type.isEmpty()) {
                    return Optional.of(format);
                }
            }
            if (type.equals("application/json") || type.equals("*/*")) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static String text(Object value) {
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        return value instanceof java.math.BigDecimal number ? number.toPlainString() : value.toString();
    }

    private static String escaped(String text) {
        boolean isPlain = text.chars().noneMatch(each -> each == '\\' || each == '\t' || each == '\n' || each == '\r');
        return isPlain
                ? text
                : text.replace("\\", "\\\\")
                        .replace("\t", "\\t")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r");
    }

    private static void cell(Writer writer, String text) throws IOException {
        boolean needsQuotes = text.isEmpty();
        for (int index = 0; index < text.length() && !needsQuotes; index++) {
            char character = text.charAt(index);
            needsQuotes = character == '"' || character == ',' || character == '\r' || character == '\n';
        }
        writer.write(needsQuotes ? '"' + text.replace("\"", "\"\"") + '"' : text);
    }
}
