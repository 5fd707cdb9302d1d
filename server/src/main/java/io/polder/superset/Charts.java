package io.polder.superset;

import io.polder.config.MapLayer;
import io.polder.config.Mart;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The charts that a definition suggests.
 *
 * <p>A table with a time that no other table joins holds what happens: how much of it there is, how its number goes over
 * time, and how it differs by the first text that its map tells of a point. Its number is what colours the map, or else the
 * first one that is not of the key. Views and tables that people write are shown as they are; other tables, and views
 * that only give a table another name, are there as datasets.
 */
final class Charts {
    /**
     * The time range that charts begin with: the last 24 hours. Its end is open, because Superset's clock is that of its
     * machine, and the mart's times are UTC: the newest rows must not be cut off.
     */
    static final String RANGE = "DATEADD(DATETIME(\"now\"), -1, day) : ";

    private static final int ROW_LIMIT = 10_000;
    private static final int SHOWN_ROWS = 100;
    private static final int GROUPS = 50;
    private static final int SHOWN_COLUMNS = 12;

    private static final Pattern ALIAS =
            Pattern.compile("(?is)\\s*select\\s+\\*\\s+from\\s+[\"`]?\\w+[\"`]?\\s*;?\\s*");
    private static final Set<HiveType.Kind> NUMBERS = Set.of(
            HiveType.Kind.TINYINT,
            HiveType.Kind.SMALLINT,
            HiveType.Kind.INT,
            HiveType.Kind.BIGINT,
            HiveType.Kind.FLOAT,
            HiveType.Kind.DOUBLE,
            HiveType.Kind.DECIMAL);

    private final Mart mart;
    private final List<Chart> charts = new ArrayList<>();

    private Charts(Mart mart) {
        this.mart = mart;
    }

    static List<Chart> of(Mart mart, List<Relation> relations) {
        Charts charts = new Charts(mart);
        relations.forEach(charts::add);
        return List.copyOf(charts.charts);
    }

    /** Columns that can be counted with, and that do not tell whose row it is or where on the earth. */
    static List<Relation.Column> numbers(Mart mart, Relation relation) {
        return relation.columns().stream()
                .filter(column -> NUMBERS.contains(column.type().kind()))
                .filter(column -> !relation.key().contains(column.name()))
                .filter(column -> mart.maps().values().stream()
                        .noneMatch(
                                map -> List.of(map.latitude(), map.longitude()).contains(column.name())))
                .toList();
    }

    private void add(Relation relation) {
        boolean isJoined = mart.tables().values().stream().anyMatch(table -> table.joins(relation.name()));
        boolean isAlias =
                relation.isView() && ALIAS.matcher(relation.definition()).matches();
        if (relation.time().isPresent() && !isJoined) {
            addHappening(relation, relation.time().get());
        } else if (relation.takesWrites() || (relation.isView() && !isAlias)) {
            addRows(relation);
        }
    }

    private void addHappening(Relation relation, String time) {
        String name = relation.name();
        Optional<MapLayer> map = mart.maps().values().stream()
                .filter(layer -> layer.table().equals(name))
                .findFirst();
        Optional<String> number = map.map(MapLayer::colour)
                .or(() -> numbers(mart, relation).stream().findFirst().map(Relation.Column::name));
        Optional<String> amount = map.flatMap(MapLayer::intensity);
        String unit = map.map(MapLayer::unit)
                .filter(text -> !text.isEmpty())
                .map(text -> ", " + text)
                .orElse("");

        charts.add(total(name + ": rows", name, time));
        number.ifPresent(column -> charts.add(overTime(
                name + ": mean " + column + unit, name, time, "echarts_timeseries_line", "PT1M", mean(column), 9)));
        charts.add(overTime(
                amount.map(column -> name + ": " + column + " by hour").orElse(name + ": rows by hour"),
                name,
                time,
                "echarts_timeseries_bar",
                "PT1H",
                amount.<Object>map(Charts::sum).orElse(count()),
                6));
        map.flatMap(layer -> told(layer, relation)).ifPresent(column -> {
            List<Object> metrics = new ArrayList<>(List.of(count()));
            number.ifPresent(each -> metrics.add(mean(each)));
            amount.ifPresent(each -> metrics.add(sum(each)));
            charts.add(groups(name + " by " + column, name, time, column, metrics));
        });
    }

    /** The first text that a map tells of a point. */
    private static Optional<String> told(MapLayer map, Relation relation) {
        List<String> columns = new ArrayList<>(map.details());
        map.label().ifPresent(columns::add);
        return columns.stream()
                .filter(column -> relation.columns().stream()
                        .anyMatch(each ->
                                each.name().equals(column) && each.type().kind() == HiveType.Kind.STRING))
                .findFirst();
    }

    private static Chart total(String title, String dataset, String time) {
        Map<String, Object> form = timed(time);
        form.put("metric", count());
        form.put("y_axis_format", "SMART_NUMBER");
        return new Chart(
                title, dataset, "big_number_total", form, query(time, List.of(), List.of(count()), 1), true, 3);
    }

    private static Chart overTime(
            String title, String dataset, String time, String kind, String grain, Object metric, int columns) {
        Map<String, Object> form = timed(time);
        form.put("x_axis", time);
        form.put("time_grain_sqla", grain);
        form.put("metrics", List.of(metric));
        form.put("groupby", List.of());
        form.put("row_limit", ROW_LIMIT);
        form.put("truncate_metric", true);
        form.put("show_empty_columns", true);
        form.put("rich_tooltip", true);
        form.put("x_axis_time_format", "smart_date");
        form.put("y_axis_format", "SMART_NUMBER");
        // A speed of zero is far away, and nobody wants to see it; an amount without its zero misleads.
        form.put("truncateYAxis", kind.endsWith("line"));
        Map<String, Object> axis = map(
                "columnType",
                "BASE_AXIS",
                "expressionType",
                "SQL",
                "isColumnReference",
                true,
                "label",
                time,
                "sqlExpression",
                time,
                "timeGrain",
                grain);
        Map<String, Object> query = query(time, List.of(axis), List.of(metric), ROW_LIMIT);
        query.put("extras", map("time_grain_sqla", grain));
        query.put("series_columns", List.of());
        return new Chart(title, dataset, kind, form, query, true, columns);
    }

    private static Chart groups(String title, String dataset, String time, String column, List<Object> metrics) {
        Map<String, Object> form = timed(time);
        form.put("query_mode", "aggregate");
        form.put("groupby", List.of(column));
        form.put("metrics", metrics);
        form.put("timeseries_limit_metric", count());
        form.put("order_desc", true);
        form.put("row_limit", GROUPS);
        form.put("show_cell_bars", true);
        Map<String, Object> query = query(time, List.of(column), metrics, GROUPS);
        query.put("orderby", List.of(List.of(count(), false)));
        return new Chart(title, dataset, "table", form, query, true, 6);
    }

    private void addRows(Relation relation) {
        List<String> columns = relation.columns().stream()
                .limit(SHOWN_COLUMNS)
                .map(Relation.Column::name)
                .toList();
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("query_mode", "raw");
        form.put("all_columns", columns);
        form.put("row_limit", SHOWN_ROWS);
        form.put("show_cell_bars", false);
        form.put("adhoc_filters", List.of());
        charts.add(new Chart(
                relation.name(), relation.name(), "table", form, query(null, columns, null, SHOWN_ROWS), false, 6));
    }

    private static Map<String, Object> timed(String time) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("granularity_sqla", time);
        form.put(
                "adhoc_filters",
                List.of(map(
                        "clause", "WHERE",
                        "comparator", RANGE,
                        "expressionType", "SIMPLE",
                        "operator", "TEMPORAL_RANGE",
                        "subject", time)));
        return form;
    }

    private static Map<String, Object> query(
            @Nullable String time, List<?> columns, @Nullable List<?> metrics, int rows) {
        Map<String, Object> query = new LinkedHashMap<>();
        query.put(
                "filters", time == null ? List.of() : List.of(map("col", time, "op", "TEMPORAL_RANGE", "val", RANGE)));
        if (time != null) {
            query.put("granularity", time);
        }
        query.put("columns", columns);
        query.put("metrics", metrics);
        query.put("orderby", List.of());
        query.put("row_limit", rows);
        return query;
    }

    /** The metric that every dataset has. */
    private static Object count() {
        return Bundle.COUNT;
    }

    private static Object mean(String column) {
        return "avg_" + column;
    }

    private static Map<String, Object> sum(String column) {
        return map(
                "aggregate",
                "SUM",
                "column",
                map("column_name", column),
                "expressionType",
                "SIMPLE",
                "hasCustomLabel",
                true,
                "label",
                column);
    }

    /** Keys and values in turn. */
    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int index = 0; index < pairs.length; index += 2) {
            map.put((String) pairs[index], pairs[index + 1]);
        }
        return map;
    }
}
