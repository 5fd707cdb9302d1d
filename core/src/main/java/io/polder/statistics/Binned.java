package io.polder.statistics;

import java.util.Arrays;

/**
 * Features in few bins each, which is all that {@link BoostedTrees} looks at while it grows: a byte a number, column by
 * column. Bin 0 is "missing"; the others are in the order of the numbers. Safe for several threads.
 */
public final class Binned {
    /** Bins of a column, with that of the missing; more tell little and cost time. */
    private static final int BINS = 64;

    private static final int SAMPLE = 20_000;

    private final int rows;
    private final byte[][] codes;
    private final float[][] cuts;

    private Binned(int rows, byte[][] codes, float[][] cuts) {
        this.rows = rows;
        this.codes = codes;
        this.cuts = cuts;
    }

    /** Gives the columns one by one, so that not all need to be there at once. */
    public interface Columns {
        /** The numbers of all rows, NaN where missing; it may be the same array each time. */
        float[] column(int index);
    }

    /** Puts columns into bins of about as many rows each. */
    public static Binned of(int rows, int columns, Columns source) {
        byte[][] codes = new byte[columns][];
        float[][] cuts = new float[columns][];
        for (int column = 0; column < columns; column++) {
            float[] numbers = source.column(column);
            cuts[column] = cuts(numbers, rows);
            codes[column] = new byte[rows];
            for (int row = 0; row < rows; row++) {
                codes[column][row] = (byte) code(cuts[column], numbers[row]);
            }
        }
        return new Binned(rows, codes, cuts);
    }

    private static float[] cuts(float[] numbers, int rows) {
        int stride = Math.max(1, rows / SAMPLE);
        float[] sample = new float[(rows + stride - 1) / stride];
        int size = 0;
        for (int row = 0; row < rows; row += stride) {
            if (!Float.isNaN(numbers[row])) {
                sample[size++] = numbers[row];
            }
        }
        Arrays.sort(sample, 0, size);
        float[] cuts = new float[BINS - 2];
        int found = 0;
        for (int cut = 1; cut <= cuts.length && size > 0; cut++) {
            int at = (int) ((long) size * cut / (cuts.length + 1));
            // Between two neighbours, so that a number that is a little different falls on the same side.
            float next = sample[at];
            int before = at - 1;
            while (before >= 0 && sample[before] == next) {
                before--;
            }
            if (before >= 0) {
                float between = sample[before] + (next - sample[before]) / 2;
                if (found == 0 || between > cuts[found - 1]) {
                    cuts[found++] = between;
                }
            }
        }
        return Arrays.copyOf(cuts, found);
    }

    /** 0 where missing, else 1 + how many cuts are below. */
    private static int code(float[] cuts, float number) {
        if (Float.isNaN(number)) {
            return 0;
        }
        int at = Arrays.binarySearch(cuts, number);
        return 1 + (at < 0 ? -at - 1 : at);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return codes.length;
    }

    /** The bins of a column's rows; not to be changed. */
    byte[] codes(int column) {
        return codes[column];
    }

    /** How many bins a column has, with that of the missing. */
    int bins(int column) {
        return cuts[column].length + 2;
    }

    /** The number up to which (and with which) a row is in bin {@code bin} or below. */
    float upTo(int column, int bin) {
        return cuts[column][bin - 1];
    }
}
