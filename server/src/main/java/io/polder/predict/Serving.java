package io.polder.predict;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.config.Model;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Says what is to come at the end of each step, by all forecasters at once: the one that serves, whose forecasts become rows,
 * and the others, which are scored beside it. For one thread, but for {@link #latest}.
 */
final class Serving {
    private static final long SIX_HOURS = TimeUnit.HOURS.toMinutes(6);

    private final Model model;
    private final StepQuery query;
    private final Champions champions;
    private final MartModels.Push push;
    /** By the number of the first step that is forecast; the last ones. */
    private final TreeMap<Long, Origin> origins = new TreeMap<>();

    private @Nullable RecentBaselines baselines;
    private int baselinePoints;
    private long baselinesOf;
    private volatile @Nullable Origin latest;

    Serving(Model model, StepQuery query, Champions champions, MartModels.Push push) {
        this.model = model;
        this.query = query;
        this.champions = champions;
        this.push = push;
    }

    /** What was said last; null before the first time. */
    @Nullable
    Origin latest() {
        return latest;
    }

    /** What was said at the last origins. */
    Map<Long, Origin> origins() {
        return origins;
    }

    /** Forgets everything: the table's rows are all others. */
    void forget() {
        origins.clear();
        baselines = null;
        // Points may have other places from now on.
        latest = null;
    }

    /** Forecasts what comes from a step on, and writes it. */
    void forecast(RecentSteps recent, long step) {
        Origin origin = said(recent, step);
        if (origin == null) {
            return;
        }
        write(recent, origin);
        keep(origin);
    }

    private void keep(Origin origin) {
        origins.put(origin.step(), origin);
        origins.headMap(origin.step() - model.horizons() - ModelHistory.LATE).clear();
        latest = Objects.requireNonNull(origins.lastEntry()).getValue();
    }

    private @Nullable Origin said(RecentSteps recent, long step) {
        Series known = recent.window(step - Features.INPUTS, step);
        int points = known.points().size();
        if (points == 0) {
            return null;
        }
        RecentBaselines simple = baselines(recent, step, points);
        Map<String, Forecast> said = new LinkedHashMap<>();
        for (String name : simple.names()) {
            said.put(name, simple.forecast(name, known));
        }
        String baseline = champions.bestBaseline().orElseGet(simple::best);
        Forecast instead = Objects.requireNonNull(said.get(baseline));
        String chosen = baseline;
        String version = "";
        boolean[] knows = new boolean[points];
        Arrays.fill(knows, true);
        ModelFile champion = champions.champion();
        if (champion != null) {
            int[] places = places(champion, recent);
            said.put(champion.forecaster().name(), by(champion, recent, step, places, instead));
            if (!champions.isBehind()) {
                chosen = champion.forecaster().name();
                version = champion.provenance().trainedTo();
                Arrays.fill(knows, false);
                Arrays.stream(places)
                        .filter(place -> place >= 0 && place < points)
                        .forEach(place -> knows[place] = true);
            }
        }
        ModelFile challenger = champions.challenger();
        if (challenger != null) {
            said.put(Champions.CHALLENGER, by(challenger, recent, step, places(challenger, recent), instead));
        }
        return Origin.of(step, said, knows, chosen, baseline, version);
    }

    private static int[] places(ModelFile file, RecentSteps recent) {
        return file.provenance().points().stream().mapToInt(recent::indexOf).toArray();
    }

    private static Forecast by(ModelFile file, RecentSteps recent, long step, int[] places, Forecast instead) {
        Series known = recent.window(step - file.forecaster().inputs(), step);
        Forecast said =
                file.forecaster().forecast(known.arranged(file.provenance().points()));
        return Origin.spread(said, places, instead);
    }

    /** Made again every few hours, and when there are new points. */
    private RecentBaselines baselines(RecentSteps recent, long step, int points) {
        RecentBaselines known = baselines;
        boolean isOld = (step - baselinesOf) * model.step().toMinutes() >= SIX_HOURS || step < baselinesOf;
        if (known == null || points != baselinePoints || isOld) {
            known = RecentBaselines.of(recent.all(), model.horizons(), model.certainty());
            baselines = known;
            baselinePoints = points;
            baselinesOf = step;
        }
        return known;
    }

    /** Baselines are made anew at the next step: more of the past has been read. */
    void refresh() {
        baselines = null;
    }

    // ---- rows

    private void write(RecentSteps recent, Origin origin) {
        List<String> points = recent.points();
        boolean[] present = recent.present();
        try (EventLines lines = new EventLines(model.forecasts(), push)) {
            for (int point = 0; point < origin.by().length; point++) {
                for (int at = 0; present[point] && at < model.horizons(); at++) {
                    if (Float.isFinite(origin.served().values()[point][at])) {
                        write(lines, points.get(point), origin, point, at);
                    }
                }
            }
        }
    }

    private void write(EventLines lines, String name, Origin origin, int point, int at) {
        lines.add(json -> {
            if (model.point().isPresent()) {
                json.writeStringField(model.point().get(), name);
            }
            members(json, origin, point, at);
        });
    }

    private void members(JsonGenerator json, Origin origin, int point, int at) throws IOException {
        json.writeStringField("made_at", query.time(origin.step()).toString());
        json.writeStringField("for_when", query.time(origin.step() + at).toString());
        json.writeNumberField("ahead", (at + 1) * model.step().toMinutes());
        EventLines.number(json, "value", origin.served().values()[point][at]);
        EventLines.number(json, "low", origin.served().lows()[point][at]);
        EventLines.number(json, "high", origin.served().highs()[point][at]);
        json.writeStringField("forecaster", origin.forecaster(point));
        if (origin.by()[point] == 0 && !origin.version().isEmpty()) {
            json.writeStringField("model", origin.version());
        }
    }

    /**
     * Finds again what was served before a restart, from the rows; what the others said is said again.
     *
     * @return whether the forecast at {@code end} is among it
     */
    boolean restore(Connection connection, RecentSteps recent, long end) throws SQLException {
        Map<Long, Map<String, float[][]>> rows = rows(connection, end);
        for (long step = end - model.horizons(); step <= end; step++) {
            Map<String, float[][]> found = rows.get(step);
            Origin made = found == null ? null : said(recent, step);
            if (found != null && made != null) {
                found.forEach((point, numbers) -> {
                    int index = recent.indexOf(point);
                    if (index >= 0 && index < made.by().length) {
                        made.served().values()[index] = numbers[0];
                        made.served().lows()[index] = numbers[1];
                        made.served().highs()[index] = numbers[2];
                    }
                });
                keep(made);
            }
        }
        return rows.containsKey(end);
    }

    private Map<Long, Map<String, float[][]>> rows(Connection connection, long end) throws SQLException {
        Map<Long, Map<String, float[][]>> rows = new HashMap<>();
        String point = model.point()
                .map(column -> "CAST(" + StepQuery.quoted(column) + " AS VARCHAR)")
                .orElse("'" + StepQuery.ALL + "'");
        String sql = "SELECT " + point + ", made_at, ahead, value, low, high FROM main."
                + StepQuery.quoted(model.forecasts()) + " WHERE for_when >= ? AND made_at >= ? AND made_at <= ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LocalDateTime from = LocalDateTime.ofInstant(query.time(end - model.horizons()), ZoneOffset.UTC);
            statement.setObject(1, from);
            statement.setObject(2, from);
            statement.setObject(3, LocalDateTime.ofInstant(query.time(end), ZoneOffset.UTC));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    long step =
                            query.step(result.getObject(2, LocalDateTime.class).toInstant(ZoneOffset.UTC));
                    int at = (int) (result.getInt(3) / model.step().toMinutes()) - 1;
                    if (at < 0 || at >= model.horizons()) {
                        continue;
                    }
                    float[][] numbers = rows.computeIfAbsent(step, made -> new HashMap<>())
                            .computeIfAbsent(result.getString(1), name -> missing());
                    for (int kind = 0; kind < numbers.length; kind++) {
                        float number = result.getFloat(4 + kind);
                        numbers[kind][at] = result.wasNull() ? Float.NaN : number;
                    }
                }
            }
        }
        return rows;
    }

    private float[][] missing() {
        float[][] missing = new float[3][model.horizons()];
        for (float[] numbers : missing) {
            Arrays.fill(numbers, Float.NaN);
        }
        return missing;
    }

    // ---- for readers

    /** What was said of a point, as answers tell it. */
    List<ModelAnswers.Said> coming(Origin origin, int point) {
        List<ModelAnswers.Said> coming = new ArrayList<>();
        Instant madeAt = query.time(origin.step());
        for (int at = 0; at < model.horizons(); at++) {
            coming.add(new ModelAnswers.Said(
                    madeAt.toString(),
                    query.time(origin.step() + at).toString(),
                    (at + 1) * model.step().toMinutes(),
                    origin.served().values()[point][at],
                    origin.served().lows()[point][at],
                    origin.served().highs()[point][at],
                    origin.forecaster(point),
                    origin.by()[point] == 0 ? origin.version() : ""));
        }
        return coming;
    }
}
