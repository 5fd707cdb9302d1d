package io.polder.superset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import io.polder.sql.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The documents of one mart that {@code superset import-dashboards} reads. */
public final class Bundle {
    /** The name of the metric that counts rows. */
    static final String COUNT = "count";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DASHBOARD_COLUMNS = 12;
    private static final int CHART_HEIGHT = 50;
    private static final int REFRESH_SECONDS = 30;
    /** An answer of the mart costs less than what Superset would keep it for. */
    private static final int KEEP_SECONDS = 1;

    private final Mart mart;
    private final List<Relation> relations;
    private final URI address;
    private final Names names;
    private final Map<String, Map<String, Object>> documents = new LinkedHashMap<>();

    private Bundle(Mart mart, List<Relation> relations, URI address) {
        this.mart = mart;
        this.relations = relations;
        this.address = address;
        names = new Names(mart.name());
    }

    /**
     * Makes the bundle.
     *
     * @param relations what the mart's store holds
     * @param address of the mart, as Superset will reach it: {@code impala://127.0.0.1:21050/default}
     * @return a ZIP with one folder in it
     */
    public static byte[] zip(Mart mart, List<Relation> relations, URI address, Instant now) {
        Map<String, String> documents = documents(mart, relations, address, now);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, String> document : documents.entrySet()) {
                ZipEntry entry = new ZipEntry(new Names(mart.name()).slug() + "/" + document.getKey());
                entry.setTime(now.toEpochMilli());
                zip.putNextEntry(entry);
                zip.write(document.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("packing in memory", impossible);
        }
        return bytes.toByteArray();
    }

    /** The documents by their path in the folder. */
    static Map<String, String> documents(Mart mart, List<Relation> relations, URI address, Instant now) {
        Bundle bundle = new Bundle(mart, relations, address);
        bundle.put(
                "metadata.yaml",
                Charts.map("version", Names.VERSION, "type", "Dashboard", "timestamp", now.toString()));
        bundle.database();
        relations.forEach(bundle::dataset);
        List<Chart> charts = Charts.of(mart, relations);
        for (int index = 0; index < charts.size(); index++) {
            bundle.chart(index + 1, charts.get(index));
        }
        bundle.dashboard(charts);
        Map<String, String> texts = new LinkedHashMap<>();
        bundle.documents.forEach((path, document) -> texts.put(path, Yaml.of(document)));
        return texts;
    }

    private void put(String path, Map<String, Object> document) {
        documents.put(path, document);
    }

    private void database() {
        boolean takesWrites = relations.stream().anyMatch(Relation::takesWrites);
        put(
                "databases/" + names.slug() + ".yaml",
                Charts.map(
                        "database_name",
                        names.database(),
                        "sqlalchemy_uri",
                        address.toString(),
                        "cache_timeout",
                        KEEP_SECONDS,
                        "expose_in_sqllab",
                        true,
                        "allow_run_async",
                        false,
                        "allow_ctas",
                        false,
                        "allow_cvas",
                        false,
                        "allow_dml",
                        takesWrites,
                        "allow_csv_upload",
                        false,
                        "extra",
                        Charts.map("allows_virtual_table_explore", true),
                        "uuid",
                        databaseUuid(),
                        "version",
                        Names.VERSION));
    }

    private String databaseUuid() {
        return names.uuid("database", "");
    }

    private void dataset(Relation relation) {
        List<Object> columns = new ArrayList<>();
        for (Relation.Column column : relation.columns()) {
            columns.add(Charts.map(
                    "column_name",
                    column.name(),
                    "type",
                    column.type().word().toUpperCase(Locale.ROOT),
                    "is_dttm",
                    isTime(column),
                    "is_active",
                    true,
                    "groupby",
                    true,
                    "filterable",
                    true));
        }
        List<Object> metrics = new ArrayList<>();
        metrics.add(metric(COUNT, "COUNT(*)", "rows"));
        for (Relation.Column column : Charts.numbers(mart, relation)) {
            metrics.add(metric("avg_" + column.name(), "AVG(`" + column.name() + "`)", "mean " + column.name()));
        }
        Map<String, Object> document = Charts.map(
                "table_name",
                relation.name(),
                "description",
                (relation.isView() ? "A view" : "A table") + " of the mart " + mart.name(),
                "schema",
                Session.DEFAULT,
                "filter_select_enabled",
                true,
                "uuid",
                datasetUuid(relation.name()),
                "database_uuid",
                databaseUuid(),
                "version",
                Names.VERSION);
        mainTime(relation).ifPresent(time -> document.put("main_dttm_col", time));
        document.put("metrics", metrics);
        document.put("columns", columns);
        put("datasets/" + names.slug() + "/" + relation.name() + ".yaml", document);
    }

    private String datasetUuid(String relation) {
        return names.uuid("dataset", relation);
    }

    private static boolean isTime(Relation.Column column) {
        return column.type().kind() == HiveType.Kind.TIMESTAMP || column.type().kind() == HiveType.Kind.DATE;
    }

    /** What the definition says, or else the first column that is a time. */
    private static Optional<String> mainTime(Relation relation) {
        return relation.time().or(() -> relation.columns().stream()
                .filter(Bundle::isTime)
                .findFirst()
                .map(Relation.Column::name));
    }

    private static Map<String, Object> metric(String name, String expression, String label) {
        return Charts.map("metric_name", name, "verbose_name", label, "expression", expression);
    }

    private void chart(int number, Chart chart) {
        Map<String, Object> form = new LinkedHashMap<>(chart.form());
        form.put("viz_type", chart.kind());
        Map<String, Object> context = Charts.map(
                // Superset puts its own number of the dataset in when it reads this.
                "datasource",
                Charts.map("id", 0, "type", "table"),
                "force",
                false,
                "form_data",
                form,
                "queries",
                List.of(chart.query()),
                "result_format",
                "json",
                "result_type",
                "full");
        put(
                "charts/" + fileName(number, chart) + ".yaml",
                Charts.map(
                        "slice_name", chart.title(),
                        "viz_type", chart.kind(),
                        "params", form,
                        "query_context", json(context),
                        "uuid", chartUuid(chart),
                        "dataset_uuid", datasetUuid(chart.dataset()),
                        "version", Names.VERSION));
    }

    private static String fileName(int number, Chart chart) {
        return number + "_" + chart.title().replaceAll("[^A-Za-z0-9]+", "_");
    }

    private String chartUuid(Chart chart) {
        return names.uuid("chart", chart.title());
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException("writing JSON in memory", impossible);
        }
    }

    private void dashboard(List<Chart> charts) {
        boolean isSimulated = mart.feeds().values().stream().anyMatch(Feed::simulated);
        String title = mart.name() + (isSimulated ? " (simulated data)" : "");
        put(
                "dashboards/" + names.slug() + ".yaml",
                Charts.map(
                        "dashboard_title",
                        title,
                        "description",
                        "Made by Polder from the definition of the mart " + mart.name(),
                        "css",
                        "",
                        "slug",
                        names.slug(),
                        "uuid",
                        names.uuid("dashboard", ""),
                        "published",
                        true,
                        "position",
                        position(title, charts),
                        "metadata",
                        metadata(charts),
                        "version",
                        Names.VERSION));
    }

    private static Map<String, Object> metadata(List<Chart> charts) {
        List<Object> untimed = new ArrayList<>();
        for (int index = 0; index < charts.size(); index++) {
            if (!charts.get(index).isTimed()) {
                untimed.add(index + 1);
            }
        }
        Map<String, Object> range = Charts.map(
                "id",
                "NATIVE_FILTER-time",
                "name",
                "Time range",
                "type",
                "NATIVE_FILTER",
                "filterType",
                "filter_time",
                "targets",
                List.of(Map.of()),
                "controlValues",
                Map.of(),
                "defaultDataMask",
                Charts.map(
                        "extraFormData", Charts.map("time_range", Charts.RANGE),
                        "filterState", Charts.map("value", Charts.RANGE)),
                "cascadeParentIds",
                List.of(),
                "scope",
                Charts.map("rootPath", List.of("ROOT_ID"), "excluded", untimed),
                "description",
                "");
        boolean isTimed = charts.stream().anyMatch(Chart::isTimed);
        return Charts.map(
                "refresh_frequency",
                REFRESH_SECONDS,
                "timed_refresh_immune_slices",
                List.of(),
                "expanded_slices",
                Map.of(),
                "label_colors",
                Map.of(),
                "color_scheme",
                "",
                "cross_filters_enabled",
                true,
                "native_filter_configuration",
                isTimed ? List.of(range) : List.of());
    }

    /** The charts in rows, from left to right and from the top to the bottom. */
    private Map<String, Object> position(String title, List<Chart> charts) {
        Map<String, Object> position = new LinkedHashMap<>();
        position.put("DASHBOARD_VERSION_KEY", "v2");
        List<Object> rows = new ArrayList<>();
        position.put("ROOT_ID", part("ROOT", "ROOT_ID", List.of(), List.of("GRID_ID"), Optional.empty()));
        position.put("GRID_ID", part("GRID", "GRID_ID", List.of("ROOT_ID"), rows, Optional.empty()));
        position.put("HEADER_ID", Charts.map("type", "HEADER", "id", "HEADER_ID", "meta", Charts.map("text", title)));
        List<Object> row = new ArrayList<>();
        int left = 0;
        for (int index = 0; index < charts.size(); index++) {
            Chart chart = charts.get(index);
            if (chart.columns() > left) {
                String id = "ROW-" + (rows.size() + 1);
                row = new ArrayList<>();
                position.put(
                        id,
                        part(
                                "ROW",
                                id,
                                List.of("ROOT_ID", "GRID_ID"),
                                row,
                                Optional.of(Charts.map("background", "BACKGROUND_TRANSPARENT"))));
                rows.add(id);
                left = DASHBOARD_COLUMNS;
            }
            left -= chart.columns();
            String id = "CHART-" + (index + 1);
            row.add(id);
            position.put(
                    id,
                    part(
                            "CHART",
                            id,
                            List.of("ROOT_ID", "GRID_ID", "ROW-" + rows.size()),
                            List.of(),
                            Optional.of(Charts.map(
                                    "chartId", index + 1,
                                    "uuid", chartUuid(chart),
                                    "sliceName", chart.title(),
                                    "width", chart.columns(),
                                    "height", CHART_HEIGHT))));
        }
        return position;
    }

    private static Map<String, Object> part(
            String type, String id, List<String> parents, List<Object> children, Optional<Map<String, Object>> meta) {
        Map<String, Object> part = Charts.map("type", type, "id", id, "parents", parents, "children", children);
        meta.ifPresent(more -> part.put("meta", more));
        return part;
    }
}
