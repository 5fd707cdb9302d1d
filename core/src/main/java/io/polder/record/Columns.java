package io.polder.record;

import java.util.Arrays;

/**
 * A growing batch of rows, held by column: what a decoder writes and the engine reads.
 *
 * <p>A row is written by any number of {@code set} calls followed by {@link #endRow}; a field that was not set is NULL.
 * {@link #undoRow} forgets what was set since the last {@code endRow}. {@link #clear} keeps the arrays, so that a
 * batch can be used again without allocating. For one thread at a time.
 *
 * <p>BOOLEAN (0 or 1), INTEGER, BIGINT, TIMESTAMP (microseconds) and DATE (days) are kept in {@code long[]}, DOUBLE in
 * {@code double[]}, VARCHAR as UTF-8 in {@code byte[][]}. In {@code longs} and {@code doubles} a NULL has its flag set in
 * {@link #nulls}; a text is NULL when its array element is null.
 */
public final class Columns {
    private final Schema schema;
    private final long[][] longs;
    private final double[][] doubles;
    private final byte[][][] texts;
    private final boolean[][] nulls;
    private int rows;
    private int capacity;

    public Columns(Schema schema, int capacity) {
        this.schema = schema;
        this.capacity = Math.max(16, capacity);
        int width = schema.size();
        longs = new long[width][];
        doubles = new double[width][];
        texts = new byte[width][][];
        nulls = new boolean[width][];
        for (int column = 0; column < width; column++) {
            switch (schema.fields().get(column).type()) {
                case VARCHAR -> texts[column] = new byte[this.capacity][];
                case DOUBLE -> {
                    doubles[column] = new double[this.capacity];
                    nulls[column] = allNull(this.capacity);
                }
                case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE -> {
                    longs[column] = new long[this.capacity];
                    nulls[column] = allNull(this.capacity);
                }
            }
        }
    }

    public Schema schema() {
        return schema;
    }

    /** The number of finished rows. */
    public int rows() {
        return rows;
    }

    public void setLong(int column, long value) {
        longs[column][rows] = value;
        nulls[column][rows] = false;
    }

    public void setDouble(int column, double value) {
        doubles[column][rows] = value;
        nulls[column][rows] = false;
    }

    /** Sets a text; {@code utf8} is not copied. */
    public void setText(int column, byte[] utf8) {
        texts[column][rows] = utf8;
    }

    /** Finishes the row being written. */
    public void endRow() {
        rows++;
        if (rows == capacity) {
            grow();
        }
    }

    /** Forgets the row being written. */
    public void undoRow() {
        for (int column = 0; column < schema.size(); column++) {
            if (texts[column] != null) {
                texts[column][rows] = null;
            } else {
                nulls[column][rows] = true;
            }
        }
    }

    /** Forgets all rows and keeps the arrays. */
    public void clear() {
        int used = Math.min(rows + 1, capacity);
        for (int column = 0; column < schema.size(); column++) {
            if (texts[column] != null) {
                Arrays.fill(texts[column], 0, used, null);
            } else {
                Arrays.fill(nulls[column], 0, used, true);
            }
        }
        rows = 0;
    }

    public boolean isNull(int column, int row) {
        return texts[column] != null ? texts[column][row] == null : nulls[column][row];
    }

    /** The values of a column that is neither DOUBLE nor VARCHAR; not copied, longer than {@link #rows}. */
    public long[] longs(int column) {
        return longs[column];
    }

    /** The values of a DOUBLE column; not copied, longer than {@link #rows}. */
    public double[] doubles(int column) {
        return doubles[column];
    }

    /** The values of a VARCHAR column, null where NULL; not copied, longer than {@link #rows}. */
    public byte[][] texts(int column) {
        return texts[column];
    }

    /** Which rows of a column other than VARCHAR are NULL; not copied, longer than {@link #rows}. */
    public boolean[] nulls(int column) {
        return nulls[column];
    }

    private void grow() {
        int old = capacity;
        capacity = old * 2;
        for (int column = 0; column < schema.size(); column++) {
            if (texts[column] != null) {
                texts[column] = Arrays.copyOf(texts[column], capacity);
                continue;
            }
            nulls[column] = Arrays.copyOf(nulls[column], capacity);
            Arrays.fill(nulls[column], old, capacity, true);
            if (longs[column] != null) {
                longs[column] = Arrays.copyOf(longs[column], capacity);
            } else {
                doubles[column] = Arrays.copyOf(doubles[column], capacity);
            }
        }
    }

    private static boolean[] allNull(int capacity) {
        boolean[] flags = new boolean[capacity];
        Arrays.fill(flags, true);
        return flags;
    }
}
