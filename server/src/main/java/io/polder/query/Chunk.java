package io.polder.query;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a result: some rows, held by columns in arrays of primitives. Immutable and shared between threads; the
 * arrays are not copied and must not be changed.
 */
public final class Chunk {
    /** How a column's values are held. */
    public enum Held {
        /** BOOLEAN as 0 and 1, whole numbers up to 64 bits, TIMESTAMP as microseconds and DATE as days since 1970. */
        WHOLE,
        /** FLOAT and DOUBLE. */
        REAL,
        /** Everything else: decimals and whole numbers beyond 64 bits with all digits, BLOB in Base64. */
        TEXT
    }

    /**
     * One column's values, in the arrays that {@link #held} says.
     *
     * @param whole for WHOLE
     * @param real for REAL
     * @param bytes for TEXT: all values in UTF-8, one behind the other
     * @param offsets for TEXT: where in {@code bytes} each begins; one more than there are rows
     * @param nulls true where there is no value; null when there is a value everywhere
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Column(
            Held held, long[] whole, double[] real, byte[] bytes, int[] offsets, boolean @Nullable [] nulls) {
        private static final long[] NO_WHOLE = {};
        private static final double[] NO_REAL = {};
        private static final byte[] NO_BYTES = {};
        private static final int[] NO_OFFSETS = {};

        static Column ofWhole(long[] values, boolean @Nullable [] nulls) {
            return new Column(Held.WHOLE, values, NO_REAL, NO_BYTES, NO_OFFSETS, nulls);
        }

        static Column ofReal(double[] values, boolean @Nullable [] nulls) {
            return new Column(Held.REAL, NO_WHOLE, values, NO_BYTES, NO_OFFSETS, nulls);
        }

        static Column ofText(byte[] bytes, int[] offsets, boolean @Nullable [] nulls) {
            return new Column(Held.TEXT, NO_WHOLE, NO_REAL, bytes, offsets, nulls);
        }

        public boolean isNull(int row) {
            return nulls != null && nulls[row];
        }

        /** The value of a column that holds whole numbers; anything where there is none. */
        public long wholeAt(int row) {
            return whole[row];
        }

        /** The value of a column that holds real numbers; anything where there is none. */
        public double realAt(int row) {
            return real[row];
        }

        /** The value of a column that holds texts; empty where there is none. */
        public String textAt(int row) {
            return new String(bytes, offsets[row], offsets[row + 1] - offsets[row], StandardCharsets.UTF_8);
        }
    }

    private final int rows;
    private final List<Column> columns;

    Chunk(int rows, List<Column> columns) {
        this.rows = rows;
        this.columns = List.copyOf(columns);
    }

    /**
     * A piece made of rows of values.
     *
     * @param values null, Long, Double or String, as {@code held} says for each column
     */
    public static Chunk of(List<Held> held, List<List<@Nullable Object>> values) {
        int rows = values.size();
        Column[] columns = new Column[held.size()];
        for (int index = 0; index < columns.length; index++) {
            boolean[] nulls = new boolean[rows];
            long[] whole = new long[rows];
            double[] real = new double[rows];
            int[] offsets = new int[rows + 1];
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int row = 0; row < rows; row++) {
                Object value = values.get(row).get(index);
                nulls[row] = value == null;
                if (value instanceof Number number) {
                    whole[row] = number.longValue();
                    real[row] = number.doubleValue();
                }
                if (value != null && held.get(index) == Held.TEXT) {
                    bytes.writeBytes(value.toString().getBytes(StandardCharsets.UTF_8));
                }
                offsets[row + 1] = bytes.size();
            }
            columns[index] = switch (held.get(index)) {
                case WHOLE -> Column.ofWhole(whole, nulls);
                case REAL -> Column.ofReal(real, nulls);
                case TEXT -> Column.ofText(bytes.toByteArray(), offsets, nulls);
            };
        }
        return new Chunk(rows, Arrays.asList(columns));
    }

    public int rows() {
        return rows;
    }

    public List<Column> columns() {
        return columns;
    }

    public Column column(int index) {
        return columns.get(index);
    }

    /** About how many bytes of memory it takes. */
    long bytes() {
        long bytes = 64;
        for (Column column : columns) {
            bytes += 64 + (column.nulls == null ? 0 : rows);
            bytes += 8L * (column.whole.length + column.real.length) + column.bytes.length + 4L * column.offsets.length;
        }
        return bytes;
    }
}
