package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.SortedNumbers;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Reads columns out of the engine whole, many narrow ones at a time: a question for each of a thousand columns costs more
 * than their values. What is too large for that is left to the engine.
 */
final class Columns {
    /** Bytes for a number while its column is sorted. */
    private static final long NUMBER_BYTES = 16;
    /** And for a time, whose distances are sorted beside it. */
    private static final long TIME_BYTES = 24;

    private static final int TOP = 100;

    private Columns() {}

    /**
     * A column that was read.
     *
     * @param numbers for a column of numbers, and of times, as microseconds
     * @param order of numbers and times, as {@link Profile.Column#order}
     * @param texts for a column of texts
     * @param count of values that are there
     */
    record Read(
            @Nullable SortedNumbers numbers, @Nullable String order, TextColumn.@Nullable Found texts, long count) {}

    /** Whether columns like this one are read here, when they have so many rows. */
    static boolean isRead(Typed column, long rows) {
        boolean isOfKind = column.isText() ? !column.isLong() : column.isNumber() || column.isTime();
        return isOfKind && rows <= Integer.MAX_VALUE - 8 && bytes(column, rows) <= room();
    }

    private static long bytes(Typed column, long rows) {
        return column.isText() ? TextColumn.most(rows) : rows * (column.isTime() ? TIME_BYTES : NUMBER_BYTES);
    }

    private static long room() {
        return Runtime.getRuntime().maxMemory() / 2;
    }

    /** How many of so many threads have room to read columns at the same time. */
    static int threads(List<Typed> columns, long rows, int threads) {
        long most = columns.stream()
                .filter(column -> isRead(column, rows))
                .mapToLong(column -> bytes(column, rows))
                .max()
                .orElse(0);
        return (int) Math.max(1, Math.min(threads, room() / Math.max(1, most)));
    }

    /**
     * Which columns are read together, in their order: as many as there is room for.
     *
     * @param threads how many of these are read at the same time
     * @param most of them at most
     */
    static List<List<Typed>> together(List<Typed> columns, long rows, int threads, int most) {
        List<List<Typed>> parts = new ArrayList<>();
        int from = 0;
        long bytes = 0;
        for (int at = 0; at < columns.size(); at++) {
            Typed column = columns.get(at);
            long more = isRead(column, rows) ? bytes(column, rows) : 0;
            if (at > from && (bytes + more > room() / threads || at - from == most)) {
                parts.add(columns.subList(from, at));
                from = at;
                bytes = 0;
            }
            bytes += more;
        }
        if (from < columns.size()) {
            parts.add(columns.subList(from, columns.size()));
        }
        return parts;
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
        for (int at = 0; at < readings.size(); at++) {
            read.add(readings.get(at).end(bench, table, columns.get(at)));
        }
        return read;
    }

    private static boolean isWhole(Typed column) {
        return column.isTime()
                || column.type().equals("integer") && !column.storedAs().matches("hugeint|ubigint|uhugeint");
    }

    private static String expression(Typed column) {
        if (column.isText()) {
            return column.column();
        }
        // The engine hands out times as microseconds.
        String type = column.isTime() ? "TIMESTAMP" : isWhole(column) ? "BIGINT" : "DOUBLE";
        return "CAST(" + column.column() + " AS " + type + ")";
    }

    /** A column being read. */
    private abstract static class Reading {
        static Reading of(Typed column, int rows) {
            return column.isText() ? new TextReading(rows) : new NumberReading(rows, isWhole(column));
        }

        abstract void add(VectorSchemaRoot batch, FieldVector vector);

        abstract Read end(Workbench bench, String table, Typed column);
    }

    private static final class NumberReading extends Reading {
        private final long[] keys;
        private final boolean isWhole;
        private long[] values = {};
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
            int rows = batch.getRowCount();
            if (values.length < rows) {
                values = new long[rows];
            }
            // At once, since each single read is checked for its bounds.
            vector.getDataBuffer()
                    .nioBuffer(0, rows * Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asLongBuffer()
                    .get(values, 0, rows);
            boolean isFull = vector.getNullCount() == 0;
            for (int row = 0; row < rows; row++) {
                if (!isFull && vector.isNull(row)) {
                    continue;
                }
                there++;
                if (isWhole) {
                    add(values[row]);
                } else {
                    double number = Double.longBitsToDouble(values[row]);
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
        Read end(Workbench bench, String table, Typed column) {
            String order = ups + downs == 0 ? null : downs == 0 ? "increasing" : ups == 0 ? "decreasing" : "none";
            SortedNumbers numbers = isWhole ? SortedNumbers.ofWhole(keys, count) : SortedNumbers.ofKeys(keys, count);
            return new Read(numbers, order, null, there);
        }
    }

    private static final class TextReading extends Reading {
        private final TextColumn texts;

        TextReading(int rows) {
            texts = new TextColumn(rows);
        }

        @Override
        void add(VectorSchemaRoot batch, FieldVector vector) {
            texts.add((VarCharVector) vector, batch.getRowCount());
        }

        @Override
        Read end(Workbench bench, String table, Typed column) {
            TextColumn.Found found = texts.found(TOP);
            Map<Integer, Integer> rows = found.rows();
            if (rows != null) {
                List<Profile.Top> frequent = new ArrayList<>();
                bench.read(
                        "SELECT rowid, " + column.column() + " FROM " + table + " WHERE rowid IN ("
                                + rows.keySet().stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")",
                        row -> frequent.add(
                                new Profile.Top(row.getString(2), Objects.requireNonNull(rows.get(row.getInt(1))))));
                frequent.sort(TextColumn.FREQUENT);
                found = found.with(frequent);
            }
            return new Read(null, null, found, texts.there());
        }
    }
}
