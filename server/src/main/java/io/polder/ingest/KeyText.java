package io.polder.ingest;

import io.polder.record.Columns;
import io.polder.record.Type;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The canonical text of an event's key from its decoded values: the same bytes that a splitter gives. */
final class KeyText {
    private static final int SEPARATOR = 0x1F;

    private KeyText() {}

    /** The key of the last row; null when one of its values is missing. */
    static byte @Nullable [] of(Columns columns, List<String> key) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int row = columns.rows() - 1;
        for (int part = 0; part < key.size(); part++) {
            int column = columns.schema().indexOf(key.get(part));
            if (column < 0 || columns.isNull(column, row)) {
                return null;
            }
            if (part > 0) {
                text.write(SEPARATOR);
            }
            text.writeBytes(value(columns, column, row));
        }
        return text.toByteArray();
    }

    private static byte[] value(Columns columns, int column, int row) {
        Type type = columns.schema().fields().get(column).type();
        return switch (type) {
            case VARCHAR -> columns.texts(column)[row];
            case DOUBLE -> real(columns.doubles(column)[row]).getBytes(StandardCharsets.UTF_8);
            case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE ->
                Long.toString(columns.longs(column)[row]).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static String real(double value) {
        boolean isWhole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return isWhole ? Long.toString((long) value) : Double.toString(value);
    }
}
