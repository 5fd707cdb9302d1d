package io.polder.profile;

import io.polder.profile.Typing.Typed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that are far from those of the same weekday and hour (of dates, the same weekday), of the same entity where the
 * time is a key only together with one: by more than {@value #FAR} robust deviations, 0.6745 times the distance from their
 * median by the median of the distances.
 */
final class SeasonalOutliers {
    static final double FAR = 6;
    /** Fewer values have no season. */
    private static final int LEAST = 8;
    /** A number that hardly ever moves is not far because it moved by so small a part of itself. */
    private static final double LEAST_PART = 0.02;

    private static final int COLUMNS = 20;
    /** Of more rows, the medians are from some, each so many apart. */
    private static final long ROWS = 250_000;

    private static final int EXAMPLES = 20;

    private final Workbench bench;
    private final List<Typed> typed;
    private final List<Profile.Column> columns;
    private final long rows;

    SeasonalOutliers(Workbench bench, List<Typed> typed, List<Profile.Column> columns, long rows) {
        this.bench = bench;
        this.typed = typed;
        this.columns = columns;
        this.rows = rows;
    }

    /** @param keys the minimal keys, among which an entity is looked for */
    List<Profile.Seasonal> find(List<List<String>> keys) {
        Optional<Typed> time = typed.stream()
                .filter(Typed::isTime)
                .filter(column -> profile(column).count() > rows / 2)
                .findFirst();
        if (time.isEmpty() || rows < 7 * LEAST) {
            return List.of();
        }
        Typed at = time.get();
        Typed entity = profile(at).distinct() * 2 > rows
                ? null
                : keys.stream()
                        .filter(key -> key.size() == 2 && key.contains(at.name()))
                        .flatMap(List::stream)
                        .filter(name -> !name.equals(at.name()))
                        .flatMap(name ->
                                typed.stream().filter(column -> column.name().equals(name)))
                        .findFirst()
                        .orElse(null);
        List<Typed> judged = typed.stream()
                .filter(Typed::isNumber)
                .filter(column ->
                        profile(column).distinct() > 10 && !profile(column).isPersonal())
                .limit(COLUMNS)
                .toList();
        return judged.isEmpty() ? List.of() : judge(judged, at, entity);
    }

    private Profile.Column profile(Typed column) {
        return columns.get(column.index());
    }

    private List<Profile.Seasonal> judge(List<Typed> judged, Typed time, @Nullable Typed entity) {
        String t = time.column();
        boolean hasHours =
                time.type().equals("timestamp") && bench.number("SELECT count(DISTINCT hour(" + t + ")) FROM data") > 1;
        String season = (entity == null ? "0" : entity.column()) + " AS who, isodow(" + t + ") AS weekday, "
                + (hasHours ? "hour(" + t + ")" : "0") + " AS hour";
        bench.run("CREATE TEMP TABLE season AS SELECT " + season
                + judged.stream().map(SeasonalOutliers::bounds).collect(Collectors.joining())
                + " FROM data WHERE " + t + " IS NOT NULL AND rowid % " + Math.max(1, rows / ROWS)
                + " = 0 GROUP BY ALL");
        String compared = " FROM (SELECT rowid + 1 AS row, " + season + ", " + t + " AS t"
                + judged.stream()
                        .map(each -> ", " + value(each) + " AS v" + each.index())
                        .collect(Collectors.joining())
                + " FROM data WHERE " + t + " IS NOT NULL) JOIN season USING (who, weekday, hour)";
        List<@Nullable Object> counts = bench.row("SELECT "
                + judged.stream()
                        .map(each -> "count(" + z(each) + "), count_if(abs(" + z(each) + ") > " + FAR + ")")
                        .collect(Collectors.joining(", "))
                + compared);
        List<Profile.Seasonal> found = new ArrayList<>();
        for (int each = 0; each < judged.size(); each++) {
            long far = Profiler.number(counts.get(2 * each + 1));
            if (Profiler.number(counts.get(2 * each)) > 0) {
                found.add(new Profile.Seasonal(
                        judged.get(each).name(),
                        time.name(),
                        entity == null ? null : entity.name(),
                        hasHours ? "weekday and hour" : "weekday",
                        Profiler.number(counts.get(2 * each)),
                        far,
                        far == 0 ? List.of() : examples(judged.get(each), compared)));
            }
        }
        bench.run("DROP TABLE season");
        return found;
    }

    private List<Profile.Unseasonal> examples(Typed column, String compared) {
        List<Profile.Unseasonal> examples = new ArrayList<>();
        String v = "v" + column.index();
        bench.read(
                "SELECT row, CAST(t AS VARCHAR), " + v + ", usual" + column.index() + ", " + z(column) + " AS z"
                        + compared + " WHERE abs(" + z(column) + ") > " + FAR + " ORDER BY abs(z) DESC, row LIMIT "
                        + EXAMPLES,
                row -> examples.add(new Profile.Unseasonal(
                        row.getLong(1), row.getString(2), row.getDouble(3), row.getDouble(4), row.getDouble(5))));
        return examples;
    }

    private static String value(Typed column) {
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        return "CASE WHEN isfinite(" + v + ") THEN " + v + " END";
    }

    /** The median of a season, and what counts as a distance in it; nothing where there are too few values. */
    private static String bounds(Typed column) {
        String v = value(column);
        return ", median(" + v + ") AS usual" + column.index() + ", CASE WHEN count(" + v + ") >= " + LEAST
                + " THEN nullif(greatest(mad(" + v + "), " + LEAST_PART + " * abs(median(" + v + "))), 0) END AS spread"
                + column.index();
    }

    private static String z(Typed column) {
        return "0.6745 * (v" + column.index() + " - usual" + column.index() + ") / spread" + column.index();
    }
}
