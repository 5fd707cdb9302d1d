package io.polder.store.duck;

import io.polder.record.Columns;
import java.util.Arrays;

/**
 * The keys of a batch's rows: hashes and compares them where they stand in their columns, and finds of equal keys the
 * last. For one thread; used again for each batch.
 */
final class Keys {
    private final int[] subject;
    private final int time;
    private int[] slots = new int[0];

    /**
     * @param subject the places of the key's columns without the time
     * @param time the place of the key's time, or -1
     */
    Keys(int[] subject, int time) {
        this.subject = subject.clone();
        this.time = time;
    }

    /** A hash of the row's subject. */
    long subjectHash(Columns columns, int row) {
        long hash = 0x9E3779B97F4A7C15L;
        for (int column : subject) {
            hash = mix(hash ^ value(columns, column, row));
        }
        return hash;
    }

    boolean hasNull(Columns columns, int row) {
        for (int column : subject) {
            if (columns.isNull(column, row)) {
                return true;
            }
        }
        return time >= 0 && columns.isNull(time, row);
    }

    /**
     * Finds of the rows with equal keys the last in order.
     *
     * @param rows the rows to look at, in the order in which the later wins
     * @param count how many of them
     * @param superseded is told the rows that are not the last of their key
     * @return how many remain; they are moved to the front of {@code rows}, in their order
     */
    int lastOfEach(Columns columns, int[] rows, int count, RowSink superseded) {
        int capacity = Math.max(16, Integer.highestOneBit(Math.max(1, count) * 2 - 1) * 2);
        if (slots.length < capacity) {
            slots = new int[capacity];
        }
        Arrays.fill(slots, 0, capacity, -1);
        int mask = capacity - 1;
        boolean[] lost = null;
        for (int index = 0; index < count; index++) {
            int row = rows[index];
            long hash = subjectHash(columns, row);
            if (time >= 0) {
                hash = mix(hash ^ columns.longs(time)[row]);
            }
            int slot = (int) (hash ^ (hash >>> 32)) & mask;
            while (slots[slot] >= 0 && !equal(columns, rows[slots[slot]], row)) {
                slot = (slot + 1) & mask;
            }
            if (slots[slot] >= 0) {
                if (lost == null) {
                    lost = new boolean[count];
                }
                lost[slots[slot]] = true;
                superseded.row(rows[slots[slot]]);
            }
            slots[slot] = index;
        }
        if (lost == null) {
            return count;
        }
        int kept = 0;
        for (int index = 0; index < count; index++) {
            if (!lost[index]) {
                rows[kept++] = rows[index];
            }
        }
        return kept;
    }

    /** Is told rows. */
    interface RowSink {
        void row(int row);
    }

    private boolean equal(Columns columns, int left, int right) {
        if (time >= 0 && columns.longs(time)[left] != columns.longs(time)[right]) {
            return false;
        }
        for (int column : subject) {
            boolean same =
                    switch (columns.schema().fields().get(column).type()) {
                        case VARCHAR -> Arrays.equals(columns.texts(column)[left], columns.texts(column)[right]);
                        case DOUBLE -> bits(columns.doubles(column)[left]) == bits(columns.doubles(column)[right]);
                        case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE ->
                            columns.longs(column)[left] == columns.longs(column)[right];
                    };
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static long value(Columns columns, int column, int row) {
        return switch (columns.schema().fields().get(column).type()) {
            case VARCHAR -> {
                byte[] text = columns.texts(column)[row];
                long hash = text.length;
                for (byte letter : text) {
                    hash = hash * 0x100000001B3L + letter;
                }
                yield hash;
            }
            case DOUBLE -> bits(columns.doubles(column)[row]);
            case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE -> columns.longs(column)[row];
        };
    }

    /** The same for values that are equal in SQL: of zero without its sign, and of each NaN. */
    private static long bits(double value) {
        return Double.doubleToLongBits(value + 0.0);
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
