package io.polder.predict;

import io.polder.config.Model;
import io.polder.predict.ModelFolder.Event;
import io.polder.predict.ModelFolder.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who serves: a champion, a challenger in its shadow, or a baseline where there is no champion or it is behind. All of it is
 * judged by scores in the store, and outlasts a restart. Times are those of the data. Thread-safe.
 */
final class Champions {
    private static final Logger LOGGER = LoggerFactory.getLogger(Champions.class);

    static final String CHALLENGER = "challenger";
    /** A trial that has lasted for so many is decided by what there is. */
    private static final int MOST_TRIALS = 4;
    /** Fewer steps are no reason to think worse of a model. */
    private static final int LEAST_STEPS = 12;

    private static final double LUCK = 0.05;
    private static final double CLEAR = 1.1;

    private final Model model;
    private final Scoreboard scoreboard;
    private final ModelFolder folder;
    private final List<String> baselines;
    /** A day, and enough steps to tell. */
    private final Duration trial;

    private volatile State state;
    private volatile @Nullable ModelFile champion;
    private volatile @Nullable ModelFile challenger;
    private boolean isDefinedAnew;
    private volatile String verdict = "";
    private volatile @Nullable String bestBaseline;

    Champions(Model model, String sql, Scoreboard scoreboard, ModelFolder folder, Series.Calendar calendar) {
        this.model = model;
        this.scoreboard = scoreboard;
        this.folder = folder;
        this.baselines = Baselines.NAMES;
        trial = longer(Duration.ofDays(1), model.step().multipliedBy(LEAST_STEPS + model.horizons()));
        state = folder.state();
        champion = folder.champion().orElse(null);
        challenger = folder.challenger().orElse(null);
        begin(definition(model, sql, calendar));
        // A state that was lost tells nothing of its files.
        if ((champion != null && !suits(champion, sql, calendar))
                || (challenger != null && !suits(challenger, sql, calendar))) {
            dropAll();
        }
        if (champion == null && state.championSince() != null) {
            change(state.withChampion(null).withTrained(null, state.failure()));
        }
    }

    /** What was forecast by another definition is another number: its models and scores judge nothing now. */
    private void begin(String definition) {
        String known = state.definition();
        if (known == null) {
            boolean isOld = state.championSince() != null || state.limits().length > 0;
            change(state.withDefinition(definition, isOld ? Instant.EPOCH.toString() : null));
        } else if (!known.equals(definition)) {
            dropAll();
            change(state.defined(definition));
            isDefinedAnew = true;
        }
    }

    private void dropAll() {
        champion = null;
        challenger = null;
        try {
            folder.dropChampion();
            folder.dropChallenger();
        } catch (IOException failure) {
            LOGGER.warn("A model of an old definition could not be removed: {}", failure.toString());
        }
    }

    /** What decides which numbers are forecast, and how; not how often it is trained, and on how much. */
    private static String definition(Model model, String sql, Series.Calendar calendar) {
        String all = String.join(
                "\n",
                sql,
                model.features().orElse(""),
                model.horizon().toString(),
                model.algorithm().name(),
                String.valueOf(model.certainty()),
                calendar.zone().getId(),
                calendar.holidays().name());
        return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static Duration longer(Duration first, Duration second) {
        return first.compareTo(second) < 0 ? second : first;
    }

    /** Takes note of the time of the first step that is said and scored by this definition. */
    synchronized void beginsAt(Instant step) {
        if (state.definedAt() == null) {
            change(state.withDefinition(String.valueOf(state.definition()), step.toString()));
        }
        if (isDefinedAnew) {
            isDefinedAnew = false;
            note(
                    step,
                    "The definition has changed, and the model begins anew: what was said and scored before stays in its"
                            + " tables, and judges nothing now.");
        }
    }

    /** The first time of which forecasts and scores are those of this definition. */
    Instant definedAt() {
        String known = state.definedAt();
        return known == null ? Instant.EPOCH : Instant.parse(known);
    }

    private boolean suits(ModelFile file, String sql, Series.Calendar calendar) {
        ModelFile.Provenance from = file.provenance();
        return from.step() == model.step().toSeconds()
                && from.horizons() == model.horizons()
                && from.certainty() == model.certainty()
                && from.zone().equals(calendar.zone().getId())
                && from.holidays() == calendar.holidays()
                && sql.equals(from.data().get("sql"))
                && model.features().equals(Optional.ofNullable(from.data().get("features")));
    }

    State state() {
        return state;
    }

    @Nullable
    ModelFile champion() {
        return champion;
    }

    @Nullable
    ModelFile challenger() {
        return challenger;
    }

    boolean isBehind() {
        return state.behindSince() != null;
    }

    /** How the champion did over the last day, as a sentence; empty when nothing is known yet. */
    String verdict() {
        return verdict;
    }

    /** The baseline that did best over the last day; empty when nothing is known yet. */
    Optional<String> bestBaseline() {
        return Optional.ofNullable(bestBaseline);
    }

    /** When the challenger's trial ends. */
    Optional<Instant> trialEnds() {
        String since = state.challengerSince();
        return since == null
                ? Optional.empty()
                : Optional.of(Instant.parse(since).plus(trial));
    }

    synchronized void change(State other) {
        state = other;
        folder.write(other);
    }

    synchronized void note(Instant now, String what) {
        LOGGER.info("Model {}: {}", model.name(), what);
        change(state.with(new Event(now.toString(), what)));
    }

    /** Takes what was trained: to serve when nothing serves and it beat the baselines, else to be tried. */
    synchronized void trained(Path file, Instant now) throws IOException {
        ModelFile made = ModelFile.read(file);
        folder.challenge(file);
        change(state.withTrained(now.toString(), null));
        Map<String, Double> scores = made.provenance().scores();
        double mae = scores.getOrDefault("mae", Double.NaN);
        String best = baselines.stream()
                .min(Comparator.comparingDouble(name -> scores.getOrDefault("mae " + name, Double.MAX_VALUE)))
                .orElseThrow();
        double least = scores.getOrDefault("mae " + best, Double.NaN);
        String told = "MAE " + number(mae) + " on the last fifth of its history, " + best + " " + number(least);
        if (champion == null && mae < least) {
            folder.promote();
            champion = made;
            challenger = null;
            change(state.withChampion(now.toString()).withChallenger(null));
            note(now, "The first model serves: " + told + ".");
            verdict = "On the last fifth of its history it had MAE " + number(mae) + ", " + best + " " + number(least)
                    + ".";
            return;
        }
        challenger = made;
        change(state.withChallenger(now.toString()));
        note(
                now,
                champion == null
                        ? "A model was trained and did not beat the baselines, which go on serving: " + told + "."
                        : "A challenger is tried for " + Training.hours(trial) + ": " + told + ".");
    }

    synchronized void failed(Instant now, String why) {
        change(state.withTrained(now.toString(), why));
        note(now, "The training failed: " + why);
    }

    /** Looks at the scores, and decides. */
    synchronized void judge(Connection connection, Instant now) throws SQLException, IOException {
        Map<String, NavigableMap<Instant, Double>> losses = scoreboard.losses(connection, since(now.minus(trial)));
        bestBaseline = baselines.stream()
                .filter(losses::containsKey)
                .min(Comparator.comparingDouble(name -> mean(losses.get(name))))
                .orElse(null);
        judgeChallenger(connection, now);
        judgeChampion(losses, now);
    }

    private Instant since(Instant wanted) {
        return wanted.isBefore(definedAt()) ? definedAt() : wanted;
    }

    private void judgeChampion(Map<String, NavigableMap<Instant, Double>> losses, Instant now) {
        ModelFile known = champion;
        String best = bestBaseline;
        String since = state.championSince();
        NavigableMap<Instant, Double> all =
                known == null ? null : losses.get(known.forecaster().name());
        if (best == null || all == null || since == null) {
            return;
        }
        NavigableMap<Instant, Double> own = new TreeMap<>(all.tailMap(Instant.parse(since), true));
        Scoreboard.Compared compared = scoreboard.compare(own, losses.get(best));
        if (compared.steps() == 0) {
            return;
        }
        String told = "MAE " + number(compared.first()) + ", " + best + " " + number(compared.second());
        verdict = "Over the last " + (compared.steps() == 1 ? "step" : compared.steps() + " steps") + ": " + told + ".";
        if (compared.steps() < LEAST_STEPS) {
            return;
        }
        boolean isWorse = compared.first() > compared.second()
                && (compared.test().chance() < LUCK || compared.first() > CLEAR * compared.second());
        if (!isBehind() && isWorse) {
            change(state.withBehind(now.toString()));
            note(now, "It has fallen behind " + best + ", which serves meanwhile: " + told + ".");
        } else if (isBehind() && compared.first() < compared.second()) {
            change(state.withBehind(null));
            note(now, "It is better than the baselines again, and serves: " + told + ".");
        }
    }

    private void judgeChallenger(Connection connection, Instant now) throws SQLException, IOException {
        ModelFile tried = challenger;
        Optional<Instant> end = trialEnds();
        if (tried == null || end.isEmpty() || now.isBefore(end.get())) {
            return;
        }
        Instant begin = end.get().minus(trial);
        Map<String, NavigableMap<Instant, Double>> losses = scoreboard.losses(connection, since(begin));
        ModelFile known = champion;
        String against = known == null ? Model.SERVED : known.forecaster().name();
        Scoreboard.Compared compared = scoreboard.compare(losses.get(CHALLENGER), losses.get(against));
        boolean isEnough = compared.steps() >= LEAST_STEPS;
        if (!isEnough && now.isBefore(begin.plus(trial.multipliedBy(MOST_TRIALS)))) {
            return;
        }
        String told = "MAE " + number(compared.first()) + " against " + number(compared.second()) + " over "
                + compared.steps() + " steps";
        if (isEnough && compared.first() < compared.second()) {
            folder.promote();
            champion = tried;
            change(state.withChampion(now.toString()).withChallenger(null));
            note(now, "The challenger took over: " + told + ".");
        } else {
            folder.dropChallenger();
            change(state.withChallenger(null));
            note(now, "The challenger was dropped: " + told + (isEnough ? "." : ", too few to tell."));
        }
        challenger = null;
    }

    private static double mean(@Nullable NavigableMap<Instant, Double> losses) {
        return losses == null
                ? Double.NaN
                : losses.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElse(Double.NaN);
    }

    static String number(double number) {
        return Double.isNaN(number) ? "unknown" : String.format(Locale.ROOT, number < 10 ? "%.2f" : "%.1f", number);
    }
}
