package io.polder.statistics;

import java.util.Arrays;
import java.util.Random;

/** In which columns pairs of rows differ. Comparing is thread-safe. */
final class DifferenceSets {
    private static final int MAX_ROUNDS = 400;
    /** A round is poor when it brings something new for fewer than one row in so many. */
    private static final int POOR = 25;

    private static final int POOR_ROUNDS = 3;

    private final CodedTable table;
    private final int columns;
    /** Row after row. */
    private final int[] cells;

    DifferenceSets(CodedTable table) {
        this.table = table;
        columns = table.columns();
        cells = new int[Math.multiplyExact(table.rows(), columns)];
        for (int column = 0; column < columns; column++) {
            int[] codes = table.codes(column);
            for (int row = 0; row < codes.length; row++) {
                cells[row * columns + column] = codes[row];
            }
        }
    }

    /** The columns in which two rows differ. */
    void between(int one, int other, long[] into) {
        Arrays.fill(into, 0);
        int first = one * columns;
        int second = other * columns;
        for (int column = 0; column < columns; column++) {
            if (cells[first + column] != cells[second + column]) {
                into[column >>> 6] |= 1L << column;
            }
        }
    }

    /**
     * Compares rows that are neighbours when the table is sorted by its columns in a random order, order after order,
     * until hardly anything new is found. Neighbours agree on much, and only those who agree on much tell something: a
     * difference set is of no use when it contains another.
     */
    ColumnSets sample(Random random) {
        ColumnSets found = new ColumnSets();
        long[] difference = new long[ColumnSets.words(columns)];
        int[] rows = new int[table.rows()];
        Arrays.setAll(rows, row -> row);
        int[] spare = new int[rows.length];
        int[] counts = new int[rows.length + 1];
        int poor = 0;
        for (int round = 0; round < MAX_ROUNDS && poor < POOR_ROUNDS; round++) {
            // A stable sort: what the rows were sorted by before now orders those that agree on this column.
            sort(random.nextInt(columns), rows, spare, counts);
            int[] sorted = spare;
            spare = rows;
            rows = sorted;
            if (round < columns) {
                continue;
            }
            int before = found.size();
            for (int at = 1; at < rows.length; at++) {
                between(rows[at - 1], rows[at], difference);
                found.add(difference);
            }
            boolean isPoor = (long) (found.size() - before) * POOR < rows.length;
            poor = isPoor ? poor + 1 : 0;
        }
        return found;
    }

    /** A stable counting sort by one column. */
    private void sort(int column, int[] from, int[] to, int[] counts) {
        int[] codes = table.codes(column);
        int distinct = table.distinct(column);
        Arrays.fill(counts, 0, distinct + 1, 0);
        for (int row : from) {
            counts[codes[row] + 1]++;
        }
        for (int code = 0; code < distinct; code++) {
            counts[code + 1] += counts[code];
        }
        for (int row : from) {
            to[counts[codes[row]]++] = row;
        }
    }
}
