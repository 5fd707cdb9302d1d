package io.polder.format;

import io.polder.record.Field;
import io.polder.record.Schema;
import java.util.List;

/** The Json format, see {@link Formats}. */
final class JsonFormat implements Format {
    private final Schema schema;

    JsonFormat(List<Field> fields, JsonOptions options) {
        schema = new Schema(fields);
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Splitter splitter(List<String> key) {
        throw new UnsupportedOperationException("The splitter follows.");
    }

    @Override
    public Decoder decoder() {
        throw new UnsupportedOperationException("The decoder follows.");
    }
}
