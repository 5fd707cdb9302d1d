package io.polder.config;

import io.polder.format.Formats;
import io.polder.format.JsonOptions;
import io.polder.record.Field;
import io.polder.record.Problem;
import io.polder.record.Type;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the models of a mart, and adds what each brings with it: feeds that only the program writes, the tables that they
 * become, and a view. For one use.
 */
final class ModelReader {
    private static final Duration DAY = Duration.ofDays(1);
    private static final int MOST_STEPS = 96;
    /** Rows that nobody asks for any more; those of a table that keeps all are kept, too. */
    private static final Duration FORECASTS = Duration.ofDays(30);

    private static final List<String> NUMBERS = List.of("value", "low", "high");
    /** Columns of the forecasts, beside the point's. */
    private static final Set<String> RESERVED =
            Set.of("made_at", "for_when", "ahead", "value", "low", "high", "forecaster", "model");

    private static final long MOST_BYTES = 64L << 20;

    private final Map<String, Feed> feeds;
    private final Map<String, Table> tables;
    private final Map<String, View> views;
    private final FeedReader feedReader;
    private final Problems problems;

    /** The maps are added to. */
    ModelReader(
            Map<String, Feed> feeds,
            Map<String, Table> tables,
            Map<String, View> views,
            FeedReader feedReader,
            Problems problems) {
        this.feeds = feeds;
        this.tables = tables;
        this.views = views;
        this.feedReader = feedReader;
        this.problems = problems;
    }

    /** Takes SQL, or the name of a file that has it. */
    interface SqlText {
        @Nullable
        String of(Section.Members members, Key<String> key);
    }

    Map<String, Model> models(Map<String, Value> values, Map<String, Value> tableValues, ZoneId zone, SqlText sql) {
        Map<String, Model> models = new LinkedHashMap<>();
        Map<String, Table> defined = Map.copyOf(tables);
        values.forEach((name, value) -> {
            Value.Mapping mapping = Kind.mapping("mapping", "write it like {table: traffic, point: uid, target: speed}")
                    .parser()
                    .read(value, problems);
            if (mapping == null) {
                return;
            }
            Section.Members members = MartKeys.MODEL.open(mapping, problems);
            Table table = table(members, tableValues, defined);
            Model model = model(name, members, table, sql);
            if (model != null && table != null) {
                models.put(name, model);
                expand(model, table, value.where(), zone);
            }
        });
        return models;
    }

    private @Nullable Table table(Section.Members members, Map<String, Value> tableValues, Map<String, Table> defined) {
        String name = members.find(MartKeys.MODEL_TABLE);
        if (name == null) {
            return null;
        }
        if (!tableValues.containsKey(name)) {
            problems.add(
                    members.value(MartKeys.MODEL_TABLE),
                    "no such table",
                    Problem.suggestion(name, tableValues.keySet()));
            return null;
        }
        Table table = defined.get(name);
        if (table != null && table.time().isEmpty()) {
            problems.add(
                    members.value(MartKeys.MODEL_TABLE),
                    "has rows without a time, of which nothing can be forecast",
                    "add 'time: COLUMN' to the table");
        }
        return table;
    }

    private @Nullable Model model(String name, Section.Members members, @Nullable Table table, SqlText sql) {
        Duration step = members.get(MartKeys.STEP);
        boolean isStep = step.toMinutes() > 0
                && step.equals(Duration.ofMinutes(step.toMinutes()))
                && DAY.toMinutes() % step.toMinutes() == 0;
        if (!isStep) {
            problems.add(
                    members.where(MartKeys.STEP),
                    Durations.word(step),
                    "is not whole minutes that divide a day",
                    "write one like 5m, 15m or 1h");
        }
        Duration written = members.find(MartKeys.HORIZON);
        Duration horizon = written == null ? step.multipliedBy(4) : written;
        boolean isMultiple = horizon.toMillis() % step.toMillis() == 0;
        if (isStep && !isMultiple) {
            problems.add(
                    members.where(MartKeys.HORIZON),
                    Durations.word(horizon),
                    "is not a multiple of the step",
                    "write one like " + Durations.word(step.multipliedBy(4)));
        } else if (isStep && (horizon.dividedBy(step) > MOST_STEPS || horizon.compareTo(DAY) > 0)) {
            problems.add(
                    members.where(MartKeys.HORIZON),
                    Durations.word(horizon),
                    "is more than a day or " + MOST_STEPS + " steps ahead",
                    "look less far ahead, or in longer steps");
        }
        Duration history = members.get(MartKeys.HISTORY);
        boolean isLong = history.compareTo(DAY.multipliedBy(3)) >= 0;
        if (!isLong) {
            problems.add(
                    members.where(MartKeys.HISTORY),
                    Durations.word(history),
                    "is too little to learn from",
                    "write at least 3d, better 28d");
        }
        Optional<String> features = Optional.ofNullable(sql.of(members, MartKeys.FEATURES));
        String point = members.find(MartKeys.POINT);
        if (point != null && RESERVED.contains(point)) {
            problems.add(
                    members.where(MartKeys.POINT),
                    point,
                    "is what a column of the forecasts is called",
                    "give the column another name in the table's select, with AS");
            return null;
        }
        String target = members.find(MartKeys.TARGET);
        if (target == null || table == null) {
            return null;
        }
        Model model = new Model(
                name,
                table.name(),
                Optional.ofNullable(point),
                target,
                step,
                horizon,
                features,
                members.get(MartKeys.ALGORITHM),
                history,
                members.get(MartKeys.RETRAIN),
                members.get(MartKeys.HOLIDAYS),
                members.get(MartKeys.CERTAINTY));
        if (isLong && isStep && isMultiple && history.compareTo(model.leastHistory()) < 0) {
            problems.add(
                    members.where(MartKeys.HISTORY),
                    Durations.word(history),
                    "is too little to learn from in steps of " + Durations.word(step) + ", " + model.horizons()
                            + " of which are forecast",
                    "write at least " + days(model.leastHistory()) + ", better twice that, or shorter steps");
        }
        return model;
    }

    private static String days(Duration least) {
        return least.plus(DAY).minusMillis(1).toDays() + "d";
    }

    private void expand(Model model, Table of, Value.Where where, ZoneId zone) {
        for (String name : List.of(model.forecasts(), model.scores(), model.scoreboard())) {
            if (feeds.containsKey(name)
                    || tables.containsKey(name)
                    || views.containsKey(name)
                    || feedReader.topics().values().stream()
                            .anyMatch(topic -> topic.name().replace('.', '_').equals(name))) {
                problems.add(
                        where, model.name(), "brings '" + name + "' with it, which there is already", "rename one");
                return;
            }
        }
        boolean isSimulated =
                feeds.values().stream().anyMatch(feed -> feed.topic().equals(of.from()) && feed.simulated());
        Duration forecasts = of.retain() == null || of.retain().compareTo(FORECASTS) < 0 ? of.retain() : FORECASTS;
        List<String> points = model.point().map(List::of).orElse(List.of());
        add(
                model.forecasts(),
                forecastFields(model, of),
                points,
                joined(points, List.of("for_when", "ahead")),
                forecasts,
                isSimulated,
                personal(model, of));
        add(
                model.scores(),
                scoreFields(),
                List.of("forecaster"),
                List.of("for_when", "ahead", "forecaster", "band"),
                of.retain(),
                isSimulated,
                Set.of());
        views.put(model.scoreboard(), new View(model.scoreboard(), scoreboard(model, zone)));
    }

    /** What tells of a person in a table does so in what is said of it. Sums of scores are over all points. */
    private static Set<String> personal(Model model, Table of) {
        Set<String> personal = new HashSet<>();
        model.point().filter(of.personal()::contains).ifPresent(personal::add);
        boolean isTarget = of.personal().stream()
                .anyMatch(column -> Pattern.compile("(?i)\\b" + Pattern.quote(column) + "\\b")
                        .matcher(model.target())
                        .find());
        if (isTarget) {
            personal.addAll(NUMBERS);
        }
        return personal;
    }

    private static List<String> joined(List<String> first, List<String> then) {
        List<String> all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }

    private List<Field> forecastFields(Model model, Table of) {
        List<Field> fields = new ArrayList<>();
        model.point().ifPresent(point -> fields.add(field(point, pointType(point, of))));
        fields.add(field("made_at", Type.TIMESTAMP));
        fields.add(field("for_when", Type.TIMESTAMP));
        fields.add(field("ahead", Type.INTEGER));
        for (String number : NUMBERS) {
            fields.add(field(number, Type.DOUBLE));
        }
        fields.add(field("forecaster", Type.VARCHAR));
        fields.add(field("model", Type.VARCHAR));
        return fields;
    }

    /** That of the event's field, which most SELECTs pass on; a column of its own is text. */
    private Type pointType(String point, Table of) {
        FeedReader.Topic topic = feedReader.topics().get(of.from());
        if (topic == null || topic.schema() == null || topic.schema().indexOf(point) < 0) {
            return Type.VARCHAR;
        }
        return topic.schema().fields().get(topic.schema().indexOf(point)).type();
    }

    private static List<Field> scoreFields() {
        List<Field> fields = new ArrayList<>(List.of(
                field("for_when", Type.TIMESTAMP),
                field("ahead", Type.INTEGER),
                field("forecaster", Type.VARCHAR),
                field("band", Type.INTEGER),
                field("band_from", Type.DOUBLE),
                field("band_to", Type.DOUBLE),
                field("n", Type.BIGINT),
                field("covered", Type.BIGINT),
                field("promised", Type.BIGINT)));
        for (String sum : List.of("sum_absolute", "sum_squared", "sum_error", "sum_width")) {
            fields.add(field(sum, Type.DOUBLE));
        }
        return fields;
    }

    private static Field field(String name, Type type) {
        return new Field(name, name, type);
    }

    private void add(
            String name,
            List<Field> fields,
            List<String> feedKey,
            List<String> key,
            @Nullable Duration kept,
            boolean isSimulated,
            Set<String> personal) {
        feeds.put(
                name,
                new Feed(
                        name,
                        Feed.Kind.MODEL,
                        null,
                        DAY,
                        DAY,
                        "",
                        Formats.json(fields, JsonOptions.DEFAULT),
                        "json",
                        feedKey,
                        1,
                        name,
                        Optional.empty(),
                        null,
                        MOST_BYTES,
                        kept,
                        isSimulated));
        tables.put(
                name,
                new Table(
                        name,
                        name,
                        key,
                        Optional.of("for_when"),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        kept,
                        personal));
    }

    private static String scoreboard(Model model, ZoneId zone) {
        return """
                SELECT day, ahead, forecaster, n, mae, rmse, bias, coverage, width,
                  whole AND mae = min(mae) FILTER (WHERE whole) OVER (PARTITION BY day, ahead) AS won
                FROM (SELECT *, forecaster <> 'served' AND n = max(n) OVER (PARTITION BY day, ahead) AS whole FROM (
                  SELECT
                    CAST(for_when AT TIME ZONE 'UTC' AT TIME ZONE '%s' AS DATE) AS day,
                    ahead,
                    forecaster,
                    CAST(sum(n) AS BIGINT) AS n,
                    sum(sum_absolute) / sum(n) AS mae,
                    sqrt(sum(sum_squared) / sum(n)) AS rmse,
                    sum(sum_error) / sum(n) AS bias,
                    sum(covered) / nullif(sum(promised), 0) AS coverage,
                    sum(sum_width) / nullif(sum(promised), 0) AS width
                  FROM %s
                  GROUP BY ALL
                ))""".replace("'%s'", "'" + zone.getId() + "'").replace("%s", model.scores());
    }
}
