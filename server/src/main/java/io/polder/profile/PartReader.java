package io.polder.profile;

import io.polder.profile.ColumnPart.Count;
import io.polder.profile.ColumnPart.Kind;
import io.polder.statistics.DistinctSample;
import io.polder.statistics.FrequentValues;
import io.polder.statistics.Moments;
import io.polder.statistics.RankSummary;
import io.polder.statistics.TextPattern;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at some rows of a relation with the engine's own SQL: one pass for what is summed, one for each column's values,
 * one for what these passes leave open. A row that is replaced between two passes is in some numbers and not in others:
 * whoever hears of it looks again.
 */
final class PartReader {
    /** Longer texts are cut: they are no values to show. */
    private static final int LONGEST = 200;

    /** A column and the engine's type. */
    record Column(String name, String stored) {
        String quoted() {
            return SuggestedRules.quoted(name);
        }
    }

    private final Connection connection;
    private final String source;
    private final ZoneId zone;
    private final Pace pace;

    /** Says how long a query may take, hears how long it took, and may rest. */
    interface Pace {
        /** Does not rest. */
        Pace FULL = nanoseconds -> {};

        void took(long nanoseconds);

        /** How long the next query may take; 0 for any time. */
        default int seconds() {
            return 0;
        }
    }

    /**
     * @param source a relation and its condition: what may stand behind FROM
     * @param zone by whose clock days and hours are told
     */
    PartReader(Connection connection, String source, ZoneId zone, Pace pace) {
        this.connection = connection;
        this.source = source;
        this.zone = zone;
        this.pace = pace;
    }

    /** Looks. */
    TablePart read(List<Column> columns) throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT count(*)");
        for (Column column : columns) {
            sums(column).forEach(sum -> sql.append(", ").append(sum));
        }
        List<Object> sums = new ArrayList<>();
        read(sql + " FROM " + source, row -> {
            for (int at = 1; at <= row.getMetaData().getColumnCount(); at++) {
                sums.add(row.getObject(at) == null ? "" : row.getObject(at));
            }
        });
        long rows = number(sums.get(0));
        List<ColumnPart> parts = new ArrayList<>();
        int at = 1;
        for (Column column : columns) {
            int width = sums(column).size();
            parts.add(column(column, rows, sums.subList(at, at + width)));
            at += width;
        }
        return new TablePart(rows, parts);
    }

    /** What one pass over the rows tells of a column. */
    private static List<String> sums(Column column) {
        String c = column.quoted();
        return switch (ColumnPart.kind(column.stored())) {
            case NUMBER -> {
                String v = "CAST(" + c + " AS DOUBLE)";
                String finite = " FILTER (WHERE isfinite(" + v + "))";
                yield List.of(
                        "count(" + c + ")",
                        "count_if(" + c + " = 0)",
                        "count_if(" + c + " < 0)",
                        "count_if(isinf(" + v + "))",
                        "count_if(isfinite(" + v + "))",
                        "min(" + v + ")" + finite,
                        "max(" + v + ")" + finite,
                        "avg(" + v + ")" + finite);
            }
            case TIME -> {
                String t = "CAST(" + c + " AS TIMESTAMP)";
                String finite = " FILTER (WHERE isfinite(" + t + "))";
                List<String> sums = new ArrayList<>(List.of(
                        "count(" + c + ")",
                        "epoch_us(min(" + t + ")" + finite + ")",
                        "epoch_us(max(" + t + ")" + finite + ")"));
                for (String unit : List.of("day", "hour", "minute", "second")) {
                    sums.add("count_if(isfinite(" + t + ") AND " + t + " <> date_trunc('" + unit + "', " + t + "))");
                }
                yield sums;
            }
            case BOOLEAN -> List.of("count(" + c + ")");
            case TEXT -> {
                String v = "CAST(" + c + " AS VARCHAR)";
                String there = " FILTER (WHERE trim(" + v + ") <> '')";
                yield List.of(
                        "count(" + c + ")",
                        "count_if(" + v + " = '')",
                        "count_if(" + v + " <> '' AND trim(" + v + ") = '')",
                        "min(length(" + v + "))" + there,
                        "max(length(" + v + "))" + there,
                        "sum(length(" + v + "))" + there,
                        "count_if(trim(" + v + ") <> '' AND " + v + " <> trim(" + v + "))",
                        "count_if(" + v + " = upper(" + v + ") AND " + v + " <> lower(" + v + "))",
                        "count_if(" + v + " = lower(" + v + ") AND " + v + " <> upper(" + v + "))",
                        "min(" + v + "[1:" + LONGEST + "])" + there,
                        "max(" + v + "[1:" + LONGEST + "])" + there);
            }
        };
    }

    private ColumnPart column(Column column, long rows, List<Object> sums) throws SQLException {
        Kind kind = ColumnPart.kind(column.stored());
        Map<Count, Long> counts = new EnumMap<>(Count.class);
        for (Count which : Count.values()) {
            counts.put(which, 0L);
        }
        long there = number(sums.get(0));
        set(counts, Count.NULLS, rows - there);
        double min = Double.NaN;
        double max = Double.NaN;
        String first = "";
        String last = "";
        long finite = 0;
        long[] clock = new long[ColumnPart.CLOCK];
        switch (kind) {
            case NUMBER -> {
                set(counts, Count.ZEROS, number(sums.get(1)));
                set(counts, Count.NEGATIVES, number(sums.get(2)));
                set(counts, Count.INFINITE, number(sums.get(3)));
                finite = number(sums.get(4));
                min = real(sums.get(5));
                max = real(sums.get(6));
            }
            case TIME -> {
                min = real(sums.get(1));
                max = real(sums.get(2));
                set(counts, Count.NOT_DAY, number(sums.get(3)));
                set(counts, Count.NOT_HOUR, number(sums.get(4)));
                set(counts, Count.NOT_MINUTE, number(sums.get(5)));
                set(counts, Count.NOT_SECOND, number(sums.get(6)));
                readClock(column, clock);
            }
            case TEXT -> {
                set(counts, Count.EMPTY, number(sums.get(1)));
                set(counts, Count.BLANK, number(sums.get(2)));
                there -= number(sums.get(1)) + number(sums.get(2));
                set(counts, Count.SHORTEST, number(sums.get(3)));
                set(counts, Count.LONGEST, number(sums.get(4)));
                set(counts, Count.LENGTHS, number(sums.get(5)));
                set(counts, Count.PADDED, number(sums.get(6)));
                set(counts, Count.UPPER, number(sums.get(7)));
                set(counts, Count.LOWER, number(sums.get(8)));
                first = String.valueOf(sums.get(9));
                last = String.valueOf(sums.get(10));
            }
            case BOOLEAN -> {}
        }
        set(counts, Count.VALUES, there);
        List<DistinctSample.Value> smallest = new ArrayList<>();
        Map<String, Long> frequent = new HashMap<>();
        readValues(column, smallest, frequent);
        DistinctSample values = DistinctSample.of(smallest);
        Moments moments = Moments.NONE;
        RankSummary ranks = RankSummary.NONE;
        if (kind == Kind.NUMBER && finite > 0) {
            if (values.isWhole()) {
                ranks = ranks(values);
                moments = moments(values);
            } else {
                List<RankSummary> even = new ArrayList<>();
                moments = readNumbers(column, finite, real(sums.get(7)), even);
                ranks = even.get(0);
            }
        }
        FrequentValues patterns = FrequentValues.of(Map.of());
        if (kind == Kind.TEXT && there > 0) {
            patterns = FrequentValues.of(values.isWhole() ? patterns(values) : patterns(column));
            readTypes(column, counts);
        }
        return new ColumnPart(
                column.name(),
                column.stored(),
                counts,
                min,
                max,
                moments,
                ranks,
                values,
                FrequentValues.of(frequent),
                patterns,
                first,
                last,
                clock);
    }

    /** The values by the smallest hashes, and the most frequent ones. */
    private void readValues(Column column, List<DistinctSample.Value> smallest, Map<String, Long> frequent)
            throws SQLException {
        String c = column.quoted();
        boolean isText = ColumnPart.kind(column.stored()) == Kind.TEXT;
        String v = isText ? "CAST(" + c + " AS VARCHAR)" : c;
        String there = isText ? "trim(" + v + ") <> ''" : v + " IS NOT NULL";
        String shown = "CAST(v AS VARCHAR)[1:" + LONGEST + "]";
        read(
                "WITH v AS MATERIALIZED (SELECT v, count(*) AS n, CAST(hash(v) >> 1 AS BIGINT) AS h FROM (SELECT " + v
                        + " AS v FROM " + source + ") WHERE " + there.replace(v, "v") + " GROUP BY v)"
                        + " SELECT 0, " + shown + ", n, h FROM (SELECT * FROM v ORDER BY h, v LIMIT "
                        + (DistinctSample.SIZE + 1) + ") UNION ALL SELECT 1, " + shown
                        + ", n, h FROM (SELECT * FROM v ORDER BY n DESC, v LIMIT " + FrequentValues.wanted() + ")",
                row -> {
                    if (row.getInt(1) == 0) {
                        smallest.add(new DistinctSample.Value(row.getLong(4), row.getString(2), row.getLong(3)));
                    } else {
                        frequent.merge(row.getString(2), row.getLong(3), Long::sum);
                    }
                });
        smallest.sort(java.util.Comparator.comparingLong(DistinctSample.Value::hash));
    }

    private static RankSummary ranks(DistinctSample values) {
        List<DistinctSample.Value> finite = finite(values);
        return RankSummary.of(
                finite.stream()
                        .mapToDouble(value -> Double.parseDouble(value.text()))
                        .toArray(),
                finite.stream().mapToDouble(DistinctSample.Value::count).toArray());
    }

    private static Moments moments(DistinctSample values) {
        List<DistinctSample.Value> finite = finite(values);
        long count = finite.stream().mapToLong(DistinctSample.Value::count).sum();
        double centre = finite.stream()
                        .mapToDouble(value -> Double.parseDouble(value.text()) * value.count())
                        .sum()
                / Math.max(1, count);
        double[] sums = new double[4];
        for (DistinctSample.Value value : finite) {
            double distance = Double.parseDouble(value.text()) - centre;
            double power = value.count();
            for (int at = 0; at < sums.length; at++) {
                power *= distance;
                sums[at] += power;
            }
        }
        return Moments.about(centre, count, sums[0], sums[1], sums[2], sums[3]);
    }

    private static List<DistinctSample.Value> finite(DistinctSample values) {
        return values.values().stream()
                .filter(value -> Double.isFinite(number(value.text())))
                .toList();
    }

    private static double number(String text) {
        // The engine writes inf and nan.
        return text.matches("-?(inf|nan|infinity)") ? Double.NaN : Double.parseDouble(text);
    }

    /** Powers of the distances from {@code centre}, and numbers at even ranks, which one pass tells. */
    private Moments readNumbers(Column column, long finite, double centre, List<RankSummary> ranks)
            throws SQLException {
        String at =
                Arrays.stream(RankSummary.ranks()).mapToObj(Numerals::written).collect(Collectors.joining(", "));
        Moments[] found = {Moments.NONE};
        read(
                "SELECT fsum(d), fsum(d * d), fsum(d * d * d), fsum(d * d * d * d), quantile_disc(v, [" + at + "]) FROM"
                        + " (SELECT CAST(" + column.quoted() + " AS DOUBLE) AS v, v - " + Numerals.sql(centre)
                        + " AS d FROM " + source + ") WHERE isfinite(v)",
                row -> {
                    found[0] = Moments.about(
                            centre, finite, row.getDouble(1), row.getDouble(2), row.getDouble(3), row.getDouble(4));
                    ranks.add(RankSummary.atRanks(
                            Arrays.stream(Profiler.array(row.getObject(5)))
                                    .mapToDouble(Profiler::real)
                                    .toArray(),
                            finite));
                });
        return found[0];
    }

    private static Map<String, Long> patterns(DistinctSample values) {
        Map<String, Long> patterns = new HashMap<>();
        values.values().forEach(value -> patterns.merge(TextPattern.of(value.text()), value.count(), Long::sum));
        return patterns;
    }

    /** The engine writes the letters of ASCII alike and so leaves few texts of which patterns are to be made. */
    private Map<String, Long> patterns(Column column) throws SQLException {
        String v = "CAST(" + column.quoted() + " AS VARCHAR)";
        Map<String, Long> patterns = new HashMap<>();
        read(
                "SELECT translate(v, '123456789bcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ', '"
                        + "0".repeat(9) + "a".repeat(25) + "A".repeat(25) + "') AS shape, count(*) FROM (SELECT " + v
                        + "[1:" + LONGEST + "] AS v FROM " + source
                        + ") WHERE trim(v) <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5000",
                row -> patterns.merge(TextPattern.of(row.getString(1)), row.getLong(2), Long::sum));
        return patterns;
    }

    private void readTypes(Column column, Map<Count, Long> counts) throws SQLException {
        String v = "trim(CAST(" + column.quoted() + " AS VARCHAR))";
        read(
                "SELECT count_if(regexp_full_match(v, '[-+]?[0-9]{1,18}')), count(TRY_CAST(v AS DOUBLE)),"
                        + " count(CASE WHEN length(v) >= 8 THEN TRY_CAST(v AS TIMESTAMP) END),"
                        + " count_if(regexp_full_match(v, '0[0-9]+')) FROM (SELECT " + v + " AS v FROM " + source
                        + ") WHERE v <> ''",
                row -> {
                    set(counts, Count.INTEGERS, row.getLong(1));
                    set(counts, Count.DECIMALS, row.getLong(2));
                    set(counts, Count.TIMESTAMPS, row.getLong(3));
                    set(counts, Count.LEADING_ZEROS, row.getLong(4));
                });
    }

    private void readClock(Column column, long[] clock) throws SQLException {
        boolean isDate = column.stored().equals("DATE");
        String t = "CAST(" + column.quoted() + " AS TIMESTAMP)";
        String local = isDate ? t : local("date_trunc('hour', " + t + ")");
        read(
                "SELECT isodow(t), hour(t), sum(n) FROM (SELECT " + local + " AS t, count(*) AS n FROM " + source
                        + " GROUP BY 1) WHERE isfinite(t) GROUP BY ALL",
                row -> {
                    clock[row.getInt(1) - 1] += row.getLong(3);
                    clock[7 + row.getInt(2)] += row.getLong(3);
                });
    }

    /** By the mart's clock. The engine knows places, and no offset such as Z or +02:00 that Java takes for a zone. */
    private String local(String utc) {
        return zone.getRules().isFixedOffset()
                ? utc + " + to_seconds("
                        + zone.getRules().getOffset(Instant.EPOCH).getTotalSeconds() + ")"
                : "timezone('" + zone.getId() + "', timezone('UTC', " + utc + "))";
    }

    private static void set(Map<Count, Long> counts, Count which, long count) {
        counts.put(which, count);
    }

    private static long number(Object value) {
        return Profiler.number(value);
    }

    private static double real(Object value) {
        return Profiler.real(value);
    }

    private void read(String sql, Workbench.Reader reader) throws SQLException {
        long start = System.nanoTime();
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(pace.seconds());
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    reader.row(rows);
                }
            }
        }
        pace.took(System.nanoTime() - start);
    }

    /** The lines of history of the smaller slices, which one pass tells. */
    List<SliceLine> readLines(List<Column> columns, String time, TimeSlice.Unit unit) throws SQLException {
        StringBuilder sql = new StringBuilder(
                "SELECT epoch_us(date_trunc('" + unit.name() + "', " + SuggestedRules.quoted(time) + ")), count(*)");
        for (Column column : columns) {
            String c = column.quoted();
            boolean isText = ColumnPart.kind(column.stored()) == Kind.TEXT;
            boolean isNumber = ColumnPart.kind(column.stored()) == Kind.NUMBER;
            String there = isText ? "trim(CAST(" + c + " AS VARCHAR)) <> ''" : c + " IS NOT NULL";
            String v = "CAST(" + c + " AS DOUBLE)";
            sql.append(", count_if(")
                    .append(there)
                    .append("), approx_count_distinct(")
                    .append(c)
                    .append(')');
            for (String sum : List.of("avg", "stddev_samp", "min", "max")) {
                sql.append(", ")
                        .append(isNumber ? sum + "(" + v + ") FILTER (WHERE isfinite(" + v + "))" : "NULL::DOUBLE");
            }
        }
        List<SliceLine> lines = new ArrayList<>();
        read(sql + " FROM " + source + " GROUP BY 1", row -> {
            long rows = row.getLong(2);
            List<SliceLine.Cell> cells = new ArrayList<>();
            for (int at = 0; at < columns.size(); at++) {
                int first = 3 + 6 * at;
                cells.add(new SliceLine.Cell(
                        rows - row.getLong(first),
                        row.getLong(first + 1),
                        real(row, first + 2),
                        real(row, first + 3),
                        real(row, first + 4),
                        real(row, first + 5)));
            }
            lines.add(new SliceLine(Instant.EPOCH.plus(row.getLong(1), ChronoUnit.MICROS), rows, cells));
        });
        return lines;
    }

    private static @Nullable Double real(ResultSet row, int column) throws SQLException {
        double number = row.getDouble(column);
        return row.wasNull() ? null : SliceLine.known(number);
    }
}
