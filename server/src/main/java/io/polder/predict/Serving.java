package io.polder.predict;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.config.Model;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
    private final ForecastRows rows;
    /** By the number of the first step that is forecast; the last ones. */
    private final TreeMap<Long, Origin> origins = new TreeMap<>();

    private @Nullable RecentBaselines baselines;
    private long baselinesOf;
    /** The points that baselines were made of: those that had a number by then. */
    private boolean[] baselinesHad = {};

    private volatile @Nullable Origin latest;

    Serving(Model model, StepQuery query, Champions champions, MartModels.Push push) {
        this.model = model;
        this.query = query;
        this.champions = champions;
        this.push = push;
        rows = new ForecastRows(model, query);
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
        latest = null;
    }

    /** Forgets what was said of steps that have ended so long ago that they are not scored again. */
    void forgetBefore(long end) {
        long needed = end - ModelHistory.LATE - model.horizons();
        origins.headMap(latest == null ? needed : Math.min(needed, latest.step()))
                .clear();
    }

    /** Forecasts what comes from a step on, and writes of it what has not been said already. */
    void forecast(RecentSteps recent, long step) {
        Origin origin = said(recent, step);
        if (origin != null) {
            write(origin, origins.get(step));
            keep(origin);
        }
    }

    private void keep(Origin origin) {
        origins.put(origin.step(), origin);
        latest = Objects.requireNonNull(origins.lastEntry()).getValue();
    }

    private @Nullable Origin said(RecentSteps recent, long step) {
        Series known = recent.window(step - Features.INPUTS, step);
        List<String> points = known.points();
        boolean[] had = recent.hadNumbers(step);
        RecentBaselines simple = baselines(recent, step, points, had);
        if (simple == null) {
            return null;
        }
        Map<String, Forecast> said = new LinkedHashMap<>();
        for (String name : simple.names()) {
            said.put(name, simple.forecast(name, known));
        }
        String baseline = champions.bestBaseline().orElseGet(simple::best);
        Forecast instead = Objects.requireNonNull(said.get(baseline));
        String chosen = baseline;
        String version = "";
        String[] by = new String[points.size()];
        Arrays.fill(by, baseline);
        ModelFile champion = champions.champion();
        if (champion != null && knewNothingOf(champion, step)) {
            String name = champion.forecaster().name();
            int[] places = places(champion, points);
            said.put(name, by(champion, recent, step, places, instead));
            if (!champions.isBehind()) {
                chosen = name;
                version = champion.provenance().trainedTo();
                Arrays.stream(places).filter(place -> place >= 0).forEach(place -> by[place] = name);
            }
        }
        ModelFile challenger = champions.challenger();
        if (challenger != null && knewNothingOf(challenger, step)) {
            int[] places = places(challenger, points);
            said.put(Champions.CHALLENGER, by(challenger, recent, step, places, instead));
        }
        // All are scored on the same numbers: also those of a point that has been silent and comes back.
        Forecast average = Objects.requireNonNull(said.get(Baselines.AVERAGE));
        said.replaceAll((name, forecast) -> forecast.or(average));
        for (int point = 0; point < by.length; point++) {
            if (known.isSilent(point)) {
                by[point] = Baselines.AVERAGE;
            }
        }
        // Of a point that came later nothing was known at this step, which may be said again after a restart.
        Forecast nothing = Forecast.empty(1, model.horizons());
        Arrays.fill(nothing.values()[0], Float.NaN);
        for (Forecast each : said.values()) {
            for (int point = 0; point < by.length; point++) {
                if (!had[point]) {
                    each.take(point, nothing, 0);
                }
            }
        }
        return Origin.of(step, points, said, by, mostOf(by, chosen), version);
    }

    /** Who serves most points. */
    private static String mostOf(String[] by, String chosen) {
        return Arrays.stream(by)
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(chosen);
    }

    /** What a model says of a step that it was trained on is no forecast. */
    private boolean knewNothingOf(ModelFile file, long step) {
        return !Instant.parse(file.provenance().trainedTo()).isAfter(query.time(step));
    }

    private static int[] places(ModelFile file, List<String> points) {
        Map<String, Integer> places = places(points);
        return file.provenance().points().stream()
                .mapToInt(point -> places.getOrDefault(point, -1))
                .toArray();
    }

    private static Map<String, Integer> places(List<String> points) {
        Map<String, Integer> places = new HashMap<>();
        for (String point : points) {
            places.put(point, places.size());
        }
        return places;
    }

    private static Forecast by(ModelFile file, RecentSteps recent, long step, int[] places, Forecast instead) {
        Series known = recent.window(step - file.forecaster().inputs(), step);
        Forecast said =
                file.forecaster().forecast(known.arranged(file.provenance().points()));
        return Origin.spread(said, places, instead);
    }

    /**
     * Made again every few hours, and when points have come or gone, of what was known at that step.
     *
     * @return null when nothing was
     */
    private @Nullable RecentBaselines baselines(RecentSteps recent, long step, List<String> points, boolean[] had) {
        RecentBaselines known = baselines;
        boolean isOld = (step - baselinesOf) * model.step().toMinutes() >= SIX_HOURS || step < baselinesOf;
        if (known == null || isOld || !points.equals(known.points()) || !Arrays.equals(had, baselinesHad)) {
            Series past = recent.until(step);
            if (points.isEmpty() || past.steps() == 0) {
                return null;
            }
            known = RecentBaselines.of(past, model.horizons(), model.certainty());
            baselines = known;
            baselinesOf = step;
            baselinesHad = had;
        }
        return known;
    }

    /** Baselines are made anew at the next step: more of the past has been read. */
    void refresh() {
        baselines = null;
    }

    // ---- rows

    /**
     * Writes what was said.
     *
     * @param earlier what had been said at this origin already; null when nothing had
     */
    private void write(Origin origin, @Nullable Origin earlier) {
        Map<String, Integer> before = earlier == null ? Map.of() : places(earlier.points());
        try (EventLines lines = new EventLines(model.forecasts(), push)) {
            for (int point = 0; point < origin.points().size(); point++) {
                Integer there = before.get(origin.points().get(point));
                if (earlier == null || there == null || origin.differs(point, earlier, there)) {
                    write(lines, origin, point);
                }
            }
        }
    }

    private void write(EventLines lines, Origin origin, int point) {
        for (int at = 0; at < model.horizons(); at++) {
            if (Float.isFinite(origin.served().values()[point][at])) {
                int ahead = at;
                lines.add(json -> members(json, origin, point, ahead));
            }
        }
    }

    private void members(JsonGenerator json, Origin origin, int point, int at) throws IOException {
        if (model.point().isPresent()) {
            json.writeStringField(model.point().get(), origin.points().get(point));
        }
        json.writeStringField("made_at", query.time(origin.step()).toString());
        json.writeStringField("for_when", query.time(origin.step() + at).toString());
        json.writeNumberField("ahead", (at + 1) * model.step().toMinutes());
        EventLines.number(json, "value", origin.served().values()[point][at]);
        EventLines.number(json, "low", origin.served().lows()[point][at]);
        EventLines.number(json, "high", origin.served().highs()[point][at]);
        json.writeStringField("forecaster", origin.forecaster(point));
        if (!origin.version(point).isEmpty()) {
            json.writeStringField("model", origin.version(point));
        }
    }

    /**
     * Finds again what was served before a stop, from the rows, as far as it has not been scored; what the others would have
     * said then is said again, of what was known then.
     *
     * @param scored the last step that has been scored; far in the past when none has
     * @param since the first step of which rows are to be believed
     * @return the first step that is to be scored now
     */
    long restore(Connection connection, RecentSteps recent, long scored, long since) throws SQLException {
        long end = recent.end();
        long oldest = Math.max(since, recent.first());
        long last = rows.lastMade(connection, oldest, end);
        if (last < oldest) {
            return end;
        }
        long least = last - model.horizons();
        long from =
                Math.max(oldest, Math.max(least - ModelHistory.LATE, Math.min(least, scored + 1 - model.horizons())));
        for (Map.Entry<Long, ForecastRows.Said> one :
                rows.read(connection, from, last).entrySet()) {
            Origin made = said(recent, one.getKey());
            if (made != null) {
                keep(one.getValue().in(made, model.horizons()));
            }
        }
        return Math.max(from, scored + 1);
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
                    origin.version(point)));
        }
        return coming;
    }
}
