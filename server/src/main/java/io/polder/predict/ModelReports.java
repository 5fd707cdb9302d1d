package io.polder.predict;

import io.polder.config.Feed;
import io.polder.config.MapLayer;
import io.polder.config.Mart;
import io.polder.config.Model;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.duck.DuckStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells readers how models are doing, how good they are, and what they look at. Thread-safe. */
final class ModelReports {
    private static final int MOST_DEPENDENCES = 64;

    private final DuckStore store;
    private final Mart mart;
    private final InstantSource clock;
    /** Guarded by itself; the ones that were asked for least recently go first. */
    private final Map<Asked, Dependence> dependences = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Dependence> eldest) {
            return size() > MOST_DEPENDENCES;
        }
    };

    /** What decides how a forecast depends on a feature. */
    private record Asked(String model, String version, String feature, int steps, long end) {}

    ModelReports(DuckStore store, Mart mart, InstantSource clock) {
        this.store = store;
        this.mart = mart;
        this.clock = clock;
    }

    ModelAnswers.Status status(ModelRun run) {
        Model model = run.model();
        Origin latest = run.serving().latest();
        RecentSteps recent = run.recent();
        ModelFolder.State state = run.champions().state();
        Standing standing = run.standing();
        double progress = run.trainer().progress();
        return new ModelAnswers.Status(
                model.name(),
                model.table(),
                model.point().orElse(null),
                model.target(),
                unit(model),
                model.step().toMinutes(),
                model.horizon().toMinutes(),
                model.algorithm().name().toLowerCase(Locale.ROOT),
                model.certainty(),
                model.retrain().toMinutes() / 60.0,
                standing.state(),
                standing.says(),
                recent == null ? 0 : recent.points().size(),
                trained(run.champions().champion(), state.championSince(), null),
                trained(
                        run.champions().challenger(),
                        state.challengerSince(),
                        run.champions().trialEnds().map(Instant::toString).orElse(null)),
                Double.isNaN(progress) ? null : progress,
                latest == null ? null : latest.forecaster(),
                latest == null ? null : run.query().time(latest.step()).toString(),
                run.trainer().nextTraining().map(Instant::toString).orElse(null),
                isSimulated(model));
    }

    private static ModelAnswers.@Nullable Trained trained(
            @Nullable ModelFile file, @Nullable String since, @Nullable String until) {
        return file == null
                ? null
                : new ModelAnswers.Trained(
                        file.provenance().trainedTo(),
                        file.provenance().trainedFrom(),
                        file.provenance().trainedTo(),
                        file.provenance().scores(),
                        since,
                        until);
    }

    /** A map that is coloured by the target knows its unit. */
    private @Nullable String unit(Model model) {
        return mart.maps().values().stream()
                .filter(map -> map.table().equals(model.table()) && map.colour().equals(model.target()))
                .map(MapLayer::unit)
                .filter(unit -> !unit.isEmpty())
                .findFirst()
                .orElse(null);
    }

    boolean isSimulated(Model model) {
        return mart.feedsOf(mart.table(model.table()).from()).stream().anyMatch(Feed::simulated);
    }

    /** Whether its points are of persons, whose names are then told to nobody who does not know them. */
    boolean isPersonal(Model model) {
        return model.point()
                .filter(point -> mart.table(model.table()).personal().contains(point))
                .isPresent();
    }

    ModelAnswers.Whole whole(ModelRun run, int days) {
        RecentSteps recent = run.recent();
        Instant end = recent == null ? clock.instant() : run.query().time(recent.end());
        Instant wanted = end.minus(Duration.ofDays(days));
        Instant defined = run.champions().definedAt();
        Instant from = wanted.isBefore(defined) ? defined : wanted;
        ModelFile champion = run.champions().champion();
        Scoreboard board = run.scoreboard();
        return with(connection -> new ModelAnswers.Whole(
                status(run),
                champion == null ? null : provenance(run.model(), champion),
                run.champions().state().events(),
                run.champions().state().limits(),
                days,
                board.scores(connection, Scoreboard.By.AHEAD, from),
                board.scores(connection, Scoreboard.By.HOUR, from),
                board.scores(connection, Scoreboard.By.BAND, from),
                board.scores(connection, Scoreboard.By.DAY, from),
                board.against(connection, from)));
    }

    private ModelFile.Provenance provenance(Model model, ModelFile champion) {
        return isPersonal(model) ? champion.provenance().withoutPoints() : champion.provenance();
    }

    /** A number of minutes as steps ahead; 0 stands for one step. */
    static int stepsAhead(Model model, int ahead) {
        long step = model.step().toMinutes();
        long minutes = ahead == 0 ? step : ahead;
        if (minutes < step || minutes > model.horizon().toMinutes() || minutes % step != 0) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            "ahead",
                            String.valueOf(ahead),
                            "is not so many minutes ahead as is forecast",
                            "give a multiple of " + step + " up to "
                                    + model.horizon().toMinutes())));
        }
        return Math.toIntExact(minutes / step);
    }

    ModelAnswers.Features features(ModelRun run, int ahead, @Nullable String feature) {
        Model model = run.model();
        int steps = stepsAhead(model, ahead);
        long minutes = steps * model.step().toMinutes();
        ModelFile champion = run.champions().champion();
        if (champion == null) {
            return new ModelAnswers.Features(model.name(), null, minutes, List.of(), null);
        }
        Learned learned = champion.forecaster();
        List<String> names = learned.features();
        List<ModelAnswers.Feature> features = new ArrayList<>();
        for (int at = 0; at < names.size(); at++) {
            Double weight = null;
            Double error = null;
            if (learned instanceof RidgeForecaster ridge) {
                weight = ridge.model(steps).weights()[at];
                error = ridge.model(steps).errors()[at];
            }
            features.add(new ModelAnswers.Feature(names.get(at), weight, error));
        }
        RecentSteps recent = run.recent();
        Dependence dependence =
                feature == null || recent == null ? null : dependence(model, champion, recent, feature, steps);
        return new ModelAnswers.Features(model.name(), learned.name(), minutes, features, dependence);
    }

    /** Takes a look at thousands of moments, and is the same until the next step has ended. */
    private Dependence dependence(Model model, ModelFile champion, RecentSteps recent, String feature, int steps) {
        Asked asked = new Asked(model.name(), champion.provenance().trainedTo(), feature, steps, recent.end());
        // Whoever asks for the same at the same time waits for the first.
        synchronized (dependences) {
            Dependence known = dependences.get(asked);
            if (known == null) {
                known = champion.forecaster()
                        .dependence(recent.all().arranged(champion.provenance().points()), feature, steps);
                dependences.put(asked, known);
            }
            return known;
        }
    }

    /** Reads from the store. */
    interface Work<T> {
        T of(Connection connection) throws SQLException;
    }

    <T> T with(Work<T> work) {
        try (Connection connection = store.connect()) {
            return work.of(connection);
        } catch (SQLException failure) {
            throw new PolderException(
                    ErrorCode.INTERNAL, "reading scores and forecasts: " + failure.getMessage(), failure);
        }
    }
}
