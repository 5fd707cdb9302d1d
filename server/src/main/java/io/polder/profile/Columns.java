package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.SortedNumbers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Reads columns out of the engine whole, many narrow ones at a time: a question for each of a thousand columns costs more
 * than their values. What is too large for that is left to the engine.
 */
final class Columns {
    /** So many values are read at a time at most, unless a single column has more. */
    private static final long CELLS = 4_000_000;
    /** Texts of more rows are counted by the engine. */
    private static final long TEXT_ROWS = 50_000;
    /** Bytes for a number while its column is sorted. */
    private static final long NUMBER_BYTES = 16;

    private Columns() {}

    /**
     * A column that was read.
     *
     * @param numbers for a column of numbers
     * @param order of numbers, as {@link Profile.Column#order}
     * @param texts for a column of texts: the different ones, the most frequent first
     * @param count of values that are there
     */
    record Read(
            @Nullable SortedNumbers numbers,
            @Nullable String order,
            @Nullable List<Profile.Top> texts,
            long count) {}

    /** Whether columns like this one are read here, when they have so many rows. */
    static boolean isRead(Typed column, long rows) {
        if (column.isText()) {
            return rows <= TEXT_ROWS;
        }
        long room = Runtime.getRuntime().maxMemory() / 2 / NUMBER_BYTES;
        return column.isNumber() && rows <= Math.min(room, Integer.MAX_VALUE - 8);
    }

    /** How many columns are read at a time. */
    static int width(long rows) {
        return (int) Math.max(1, Math.min(200, CELLS / Math.max(1, rows)));
    }

    /** Reads columns that {@link #isRead}, in their order. */
    static List<Read> read(Workbench bench, String table, List<Typed> columns, long rows) {
        List<Reading> readings =
                columns.stream().map(column -> Reading.of(column, (int) rows)).toList();
        List<String> expressions = columns.stream().map(Columns::expression).toList();
        if (!columns.isEmpty()) {
            bench.batches("SELECT " + String.join(", ", expressions) + " FROM " + table, batch -> {
                for (int at = 0; at < readings.size(); at++) {
                    readings.get(at).add(batch, batch.getVector(at));
                }
            });
        }
        List<Read> read = new ArrayList<>();
        readings.forEach(reading -> read.add(reading.end()));
        return read;
    }

    private static boolean isWhole(Typed column) {
        return column.type().equals("integer") && !column.storedAs().matches("hugeint|ubigint|uhugeint");
    }

    private static String expression(Typed column) {
        return column.isText()
                ? column.column()
                : "CAST(" + column.column() + " AS " + (isWhole(column) ? "BIGINT" : "DOUBLE") + ")";
    }

    /** A column being read. */
    private abstract static class Reading {
        static Reading of(Typed column, int rows) {
            return column.isText() ? new TextReading() : new NumberReading(rows, isWhole(column));
        }

        abstract void add(VectorSchemaRoot batch, FieldVector vector);

        abstract Read end();
    }

    private static final class NumberReading extends Reading {
        private final long[] keys;
        private final boolean isWhole;
        private int count;
        private int there;
        private long before;
        private int ups;
        private int downs;

        NumberReading(int rows, boolean isWhole) {
            this.keys = new long[rows];
            this.isWhole = isWhole;
        }

        @Override
        void add(VectorSchemaRoot batch, FieldVector vector) {
            ArrowBuf data = vector.getDataBuffer();
            boolean isFull = vector.getNullCount() == 0;
            int rows = batch.getRowCount();
            for (int row = 0; row < rows; row++) {
                if (!isFull && vector.isNull(row)) {
                    continue;
                }
                there++;
                long bits = data.getLong(8L * row);
                if (isWhole) {
                    add(bits);
                } else {
                    double number = Double.longBitsToDouble(bits);
                    if (!Double.isNaN(number)) {
                        add(SortedNumbers.key(number));
                    }
                }
            }
        }

        private void add(long key) {
            if (count > 0) {
                ups += key > before ? 1 : 0;
                downs += key < before ? 1 : 0;
            }
            before = key;
            keys[count++] = key;
        }

        @Override
        Read end() {
            String order = ups + downs == 0 ? null : downs == 0 ? "increasing" : ups == 0 ? "decreasing" : "none";
            SortedNumbers numbers = isWhole ? SortedNumbers.ofWhole(keys, count) : SortedNumbers.ofKeys(keys, count);
            return new Read(numbers, order, null, there);
        }
    }

    private static final class TextReading extends Reading {
        private final Map<String, long[]> counts = new HashMap<>();
        private long there;

        @Override
        void add(VectorSchemaRoot batch, FieldVector vector) {
            VarCharVector texts = (VarCharVector) vector;
            int rows = batch.getRowCount();
            for (int row = 0; row < rows; row++) {
                if (!texts.isNull(row)) {
                    there++;
                    counts.computeIfAbsent(new String(texts.get(row), StandardCharsets.UTF_8), text -> new long[1])[
                            0]++;
                }
            }
        }

        @Override
        Read end() {
            List<Profile.Top> texts = new ArrayList<>();
            counts.forEach((text, count) -> texts.add(new Profile.Top(text, count[0])));
            texts.sort(Comparator.comparingLong(Profile.Top::count)
                    .reversed()
                    .thenComparing(top -> String.valueOf(top.value())));
            return new Read(null, null, texts, there);
        }
    }
}
