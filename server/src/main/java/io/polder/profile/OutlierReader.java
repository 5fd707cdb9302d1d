package io.polder.profile;

import io.polder.profile.TimeSlice.Unit;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows in which a number is far from the others: by the fences and the median of the table's profile, and, for
 * one slice, by the median of the {@value #WEEKS} nearest ones of the same weekday and hour, at most {@value #WEEKS} weeks
 * away (of days, the same weekday). Where no such slice is known, those of the same hour of working days, or of weekends,
 * of two weeks stand for them. Which slices are worth a look is told from what is known of all. For one thread.
 */
final class OutlierReader {
    private static final int WEEKS = 8;
    private static final int DAYS = 14;
    /** Of more rows, the medians are from some. */
    private static final long MOST = 2_000_000;
    /** Fewer values have no season. */
    private static final int LEAST = 8;
    /** A number that hardly ever moves is not far because it moved by so small a part of itself. */
    private static final double LEAST_PART = 0.02;

    /** So many unusual slices are told. */
    private static final int SLICES = 20;

    private static final double FAR = SeasonalOutliers.FAR;
    private static final double MODIFIED = 3.5;
    private static final double NORMAL = 0.6745;

    private final TableParts.Source source;
    private final List<String> key;
    private final Connection connection;
    private final PartReader.Pace pace;
    private final int most;

    /**
     * @param key the columns of the table's key
     * @param pace says how long each query may take
     * @param most so many rows are named
     */
    OutlierReader(TableParts.Source source, List<String> key, Connection connection, PartReader.Pace pace, int most) {
        this.source = source;
        this.key = key;
        this.connection = connection;
        this.pace = pace;
        this.most = most;
    }

    /**
     * Looks.
     *
     * @param isHidden whether no row may be named
     * @param at a time in the slice whose season is asked for; null for the last one that is over
     * @throws PolderException INVALID_REQUEST when no slice that is over has that time
     */
    RowOutliers read(Profile.Column column, TableParts.Snapshot known, boolean isHidden, @Nullable Instant at)
            throws SQLException {
        Instant judged = isHidden ? null : judged(known, at);
        Profile.Numbers numbers = java.util.Objects.requireNonNull(column.numbers());
        double median = numbers.quantile(0.5);
        double low = numbers.outliers().low();
        double high = numbers.outliers().high();
        double mad = numbers.mad();
        double modified = mad > 0 ? MODIFIED * mad / NORMAL : Double.POSITIVE_INFINITY;
        String v = value(column.name());
        String far = v + " < " + Numerals.sql(Math.max(low, median - modified)) + " OR " + v + " > "
                + Numerals.sql(Math.min(high, median + modified));
        long[] count = {0};
        List<RowOutliers.Far> rows = new ArrayList<>();
        read("SELECT count(*) FROM " + source.relation() + " WHERE " + far, row -> count[0] = row.getLong(1));
        if (count[0] > 0 && !isHidden) {
            read(
                    "SELECT " + keys() + ", " + v + " AS polder_value FROM " + source.relation() + " WHERE " + far
                            + " ORDER BY abs(polder_value - " + Numerals.sql(median) + ") DESC, " + names(key)
                            + " LIMIT " + most,
                    row -> {
                        double value = row.getDouble(key.size() + 1);
                        rows.add(new RowOutliers.Far(
                                key(row),
                                value,
                                value < low || value > high,
                                mad > 0 ? (Double) (NORMAL * (value - median) / mad) : null));
                    });
        }
        return new RowOutliers(
                source.table(),
                column.name(),
                key,
                low,
                high,
                median,
                mad,
                count[0],
                numbers.quantilesAreExact(),
                isHidden,
                rows,
                judged == null ? null : season(column.name(), known, judged),
                isHidden ? List.of() : unusual(column.name(), known));
    }

    private List<RowOutliers.UnusualSlice> unusual(String column, TableParts.Snapshot known) {
        List<String> names =
                known.whole().columns().stream().map(ColumnPart::name).toList();
        if (known.unit() == null) {
            return List.of();
        }
        return Season.extremes(known.lines(), names.indexOf(column), known.unit(), source.zone(), SLICES).stream()
                .map(each -> new RowOutliers.UnusualSlice(
                        each.from(), each.statistic(), each.value(), each.usual(), each.z(), each.compared()))
                .toList();
    }

    /** The begin of the slice that is asked for; null when there is none to compare. */
    private static @Nullable Instant judged(TableParts.Snapshot known, @Nullable Instant at) {
        Unit unit = known.unit();
        boolean hasSeason =
                (unit == Unit.HOUR || unit == Unit.DAY) && known.lines().size() > 1;
        if (at == null || unit == null) {
            // The last one may not be over.
            return hasSeason ? known.lines().lowerKey(known.lines().lastKey()) : null;
        }
        Instant from = unit.at(at).from();
        if (!hasSeason || !known.lines().headMap(known.lines().lastKey()).containsKey(from)) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            "at",
                            at.toString(),
                            "is in no hour or day that has rows and is over",
                            hasSeason
                                    ? "take a time from " + known.lines().firstKey() + " to "
                                            + known.lines().lastKey()
                                    : "leave it out")));
        }
        return from;
    }

    // ---- the season

    private RowOutliers.@Nullable Season season(String column, TableParts.Snapshot known, Instant judged)
            throws SQLException {
        Unit unit = java.util.Objects.requireNonNull(known.unit());
        List<SliceLine> weeks = others(known, judged, true);
        List<SliceLine> compared = weeks.isEmpty() ? others(known, judged, false) : weeks;
        if (compared.isEmpty()) {
            return null;
        }
        long rows = compared.stream().mapToLong(SliceLine::rows).sum();
        String v = value(column);
        List<String> others = key.stream()
                .filter(name -> !name.equals(source.time().orElse("")))
                .toList();
        String who = others.isEmpty() ? "polder_nobody" : names(others);
        String group = others.isEmpty() ? "0 AS polder_nobody" : texts(others);
        String seasons = compared.stream()
                .map(each -> range(new TimeSlice(unit, each.from())))
                .collect(Collectors.joining(" OR "));
        TimeSlice slice = new TimeSlice(unit, judged);
        String from = " FROM (SELECT " + (others.isEmpty() ? "0 AS polder_nobody, " : "") + keys() + ", " + v
                + " AS polder_value FROM "
                + source.provenance() + " WHERE " + range(slice) + ") JOIN (SELECT " + group + ", median(" + v
                + ") AS polder_usual, CASE WHEN count(" + v + ") >= " + LEAST + " THEN nullif(greatest(mad(" + v + "), "
                + LEAST_PART + " * abs(median(" + v + "))), 0) END AS polder_spread FROM " + source.provenance()
                + " WHERE ("
                + seasons + ") AND hash(_partition, _offset) % " + Math.max(1, rows / MOST)
                + " = 0 GROUP BY ALL) USING ("
                + who + ")";
        String z = NORMAL + " * (polder_value - polder_usual) / polder_spread";
        long[] counts = new long[2];
        read("SELECT count(" + z + "), count_if(abs(" + z + ") > " + FAR + ")" + from, row -> {
            counts[0] = row.getLong(1);
            counts[1] = row.getLong(2);
        });
        List<RowOutliers.Unseasonal> found = new ArrayList<>();
        if (counts[1] > 0) {
            read(
                    "SELECT " + names(key) + ", polder_value, polder_usual, " + z + " AS polder_z" + from
                            + " WHERE abs(" + z + ") > " + FAR + " ORDER BY abs(polder_z) DESC, " + names(key)
                            + " LIMIT " + most,
                    row -> found.add(new RowOutliers.Unseasonal(
                            key(row),
                            row.getDouble(key.size() + 1),
                            row.getDouble(key.size() + 2),
                            row.getDouble(key.size() + 3))));
        }
        return new RowOutliers.Season(
                judged.toString(),
                slice.to().toString(),
                compared(judged, unit, !weeks.isEmpty()),
                compared.size(),
                counts[0],
                counts[1],
                found);
    }

    /** The slices nearest to one, of the same weekday and hour, or of the same hour of the same kind of day. */
    private List<SliceLine> others(TableParts.Snapshot known, Instant judged, boolean isWeekly) {
        ZonedDateTime at = judged.atZone(source.zone());
        long days = isWeekly ? 7L * WEEKS + 1 : DAYS;
        Instant running = known.lines().lastKey();
        return known
                .lines()
                .subMap(at.minusDays(days).toInstant(), false, at.plusDays(days).toInstant(), false)
                .values()
                .stream()
                .filter(each -> !each.from().equals(judged) && !each.from().equals(running))
                .filter(each -> {
                    ZonedDateTime other = each.from().atZone(source.zone());
                    boolean isSameDay =
                            isWeekly ? other.getDayOfWeek() == at.getDayOfWeek() : isWeekend(other) == isWeekend(at);
                    return isSameDay && other.getHour() == at.getHour();
                })
                .sorted(Comparator.comparing(
                        each -> Duration.between(each.from(), judged).abs()))
                .limit(isWeekly ? WEEKS : DAYS)
                .toList();
    }

    private static boolean isWeekend(ZonedDateTime at) {
        return at.getDayOfWeek() == DayOfWeek.SATURDAY || at.getDayOfWeek() == DayOfWeek.SUNDAY;
    }

    private String compared(Instant judged, Unit unit, boolean isWeekly) {
        ZonedDateTime at = judged.atZone(source.zone());
        String day = isWeekly
                ? at.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                : isWeekend(at) ? "weekends" : "working days";
        return unit == Unit.DAY ? day : day + ", " + at.getHour() + " h";
    }

    private String range(TimeSlice slice) {
        String time = SuggestedRules.quoted(source.time().orElseThrow());
        return "(" + time + " >= " + TableParts.timestamp(slice.from()) + " AND " + time + " < "
                + TableParts.timestamp(slice.to()) + ")";
    }

    // ---- SQL

    private static String value(String column) {
        String v = "CAST(" + SuggestedRules.quoted(column) + " AS DOUBLE)";
        return "CASE WHEN isfinite(" + v + ") THEN " + v + " END";
    }

    /** The key's values as texts, as a row's address has them. */
    private String keys() {
        return texts(key);
    }

    private String texts(List<String> names) {
        return names.stream()
                .map(name -> {
                    String c = SuggestedRules.quoted(name);
                    boolean isTime = name.equals(source.time().orElse(""));
                    return (isTime
                                    ? "strftime(CAST(" + c + " AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')"
                                    : "CAST(" + c + " AS VARCHAR)")
                            + " AS " + c;
                })
                .collect(Collectors.joining(", "));
    }

    private static String names(List<String> names) {
        return names.stream().map(SuggestedRules::quoted).collect(Collectors.joining(", "));
    }

    private List<String> key(ResultSet row) throws SQLException {
        List<String> values = new ArrayList<>();
        for (int at = 1; at <= key.size(); at++) {
            values.add(String.valueOf(row.getString(at)));
        }
        return values;
    }

    private void read(String sql, Workbench.Reader reader) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(pace.seconds());
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    reader.row(rows);
                }
            }
        }
    }
}
