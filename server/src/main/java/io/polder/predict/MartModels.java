package io.polder.predict;

import io.polder.config.Feed;
import io.polder.config.MapLayer;
import io.polder.config.Mart;
import io.polder.config.Model;
import io.polder.predict.ModelAnswers.Observed;
import io.polder.predict.ModelAnswers.Said;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.Commit;
import io.polder.store.duck.DuckStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a mart: forecasts that are rows, scored when the truth is there. One thread follows commits and forecasts;
 * trainings are processes of their own. Thread-safe.
 */
public final class MartModels implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MartModels.class);
    private static final long TICK_MILLIS = 250;

    /** Puts events into the log; returns when Kafka has acknowledged all of them. */
    public interface Push {
        /** Does so with JSON objects, one a line, of one of the feeds of a model. */
        void push(String feed, byte[] events);
    }

    /** Does in a process of its own what {@link #train} does. */
    public interface Runner {
        /**
         * Returns when it has ended.
         *
         * @param folder with the task; the model is left there
         * @param progress from 0 to 1
         * @throws PolderException with what was wrong, as a sentence
         * @throws InterruptedException when it was told to end, and has
         */
        void run(Path folder, DoubleConsumer progress) throws InterruptedException;
    }

    /**
     * What it needs of the rest of the program.
     *
     * @param folder where models are kept
     * @param push puts events of a feed, JSON lines, into the log
     * @param isSettled whether a topic's history is loaded and its tables have caught up
     * @param runner trains in a process of its own
     * @param version of the program
     */
    public record Settings(
            DuckStore store, Path folder, Push push, Predicate<String> isSettled, Runner runner, String version) {}

    private final DuckStore store;
    private final Mart mart;
    private final InstantSource clock;
    private final Map<String, ModelRun> runs = new LinkedHashMap<>();
    private final Thread worker;
    private volatile boolean isClosed;

    private MartModels(Mart mart, Settings settings, InstantSource clock) {
        this.store = settings.store();
        this.mart = mart;
        this.clock = clock;
        ReentrantLock turn = new ReentrantLock(true);
        for (Model model : mart.models().values()) {
            runs.put(model.name(), new ModelRun(model, mart, settings, turn));
        }
        worker = new Thread(this::work, "models");
        worker.setDaemon(true);
    }

    /** Opens them; {@link #start} begins. */
    public static MartModels open(Mart mart, Settings settings, InstantSource clock) {
        return new MartModels(mart, settings, clock);
    }

    /** Begins to follow the tables. */
    public void start() {
        if (!runs.isEmpty()) {
            worker.start();
        }
    }

    /** Takes note of what has changed; returns at once. */
    public void committed(Commit commit) {
        for (ModelRun run : runs.values()) {
            if (run.model().table().equals(commit.table())) {
                run.committed(commit);
            }
        }
    }

    private void work() {
        while (!isClosed) {
            try (Connection connection = store.connect()) {
                while (!isClosed) {
                    for (ModelRun run : runs.values()) {
                        run.tick(connection, clock.instant());
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS));
                }
            } catch (SQLException | RuntimeException failure) {
                if (!isClosed) {
                    LOGGER.warn("The models wait. {}", failure.getMessage(), failure);
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(10));
                }
            }
        }
    }

    /**
     * Does the training that was prepared in a folder; for the process that a {@link Runner} starts.
     *
     * @param progress is told how far it is, from 0 to 1, by any thread
     * @throws PolderException when nothing can be learned
     */
    public static void train(Path folder, DoubleConsumer progress) throws IOException {
        TrainingTask.run(folder, progress);
    }

    // ---- for readers

    /** How all of them are doing. */
    public List<ModelAnswers.Status> statuses() {
        return runs.values().stream().map(this::status).toList();
    }

    /**
     * How one is doing.
     *
     * @throws PolderException NOT_FOUND
     */
    public ModelAnswers.Status status(String model) {
        return status(run(model));
    }

    private ModelRun run(String model) {
        mart.model(model);
        return java.util.Objects.requireNonNull(runs.get(model));
    }

    private ModelAnswers.Status status(ModelRun run) {
        Model model = run.model();
        Origin latest = run.serving().latest();
        RecentSteps recent = run.recent();
        ModelFolder.State state = run.champions().state();
        double progress = run.progress();
        return new ModelAnswers.Status(
                model.name(),
                model.table(),
                model.point().orElse(null),
                model.target(),
                unit(model),
                model.step().toMinutes(),
                model.horizon().toMinutes(),
                model.algorithm().name().toLowerCase(java.util.Locale.ROOT),
                model.certainty(),
                model.retrain().toMinutes() / 60.0,
                run.state(),
                run.says(),
                recent == null ? 0 : recent.points().size(),
                trained(run.champions().champion(), state.championSince(), null),
                trained(
                        run.champions().challenger(),
                        state.challengerSince(),
                        run.champions().trialEnds().map(Instant::toString).orElse(null)),
                Double.isNaN(progress) ? null : progress,
                latest == null ? null : latest.forecaster(),
                latest == null ? null : run.query().time(latest.step()).toString(),
                run.nextTraining().map(Instant::toString).orElse(null),
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

    private boolean isSimulated(Model model) {
        return mart.feedsOf(mart.table(model.table()).from()).stream().anyMatch(Feed::simulated);
    }

    /**
     * All that is known of one, with its scores of the last days.
     *
     * @throws PolderException NOT_FOUND
     */
    public ModelAnswers.Whole whole(String name, int days) {
        ModelRun run = run(name);
        RecentSteps recent = run.recent();
        Instant end = recent == null ? clock.instant() : run.query().time(recent.end());
        Instant from = end.minus(Duration.ofDays(days));
        ModelFile champion = run.champions().champion();
        Scoreboard board = run.scoreboard();
        return with(connection -> new ModelAnswers.Whole(
                status(run),
                champion == null ? null : champion.provenance().json(),
                run.champions().state().events(),
                run.champions().state().limits(),
                days,
                board.scores(connection, Scoreboard.By.AHEAD, from),
                board.scores(connection, Scoreboard.By.HOUR, from),
                board.scores(connection, Scoreboard.By.BAND, from),
                board.scores(connection, Scoreboard.By.DAY, from),
                board.against(connection, from)));
    }

    /**
     * The latest forecasts of all points.
     *
     * @throws PolderException NOT_FOUND
     */
    public ModelAnswers.Latest latest(String name) {
        ModelRun run = run(name);
        Model model = run.model();
        Origin latest = run.serving().latest();
        RecentSteps recent = run.recent();
        long step = model.step().toMinutes();
        long[] ahead = java.util.stream.LongStream.rangeClosed(1, model.horizons())
                .map(at -> at * step)
                .toArray();
        if (latest == null || recent == null) {
            return new ModelAnswers.Latest(
                    name,
                    null,
                    null,
                    model.certainty(),
                    step,
                    ahead,
                    List.of(),
                    new float[0],
                    new float[0][],
                    new float[0][],
                    new float[0][],
                    isSimulated(model));
        }
        int points = latest.by().length;
        return new ModelAnswers.Latest(
                name,
                run.query().time(latest.step()).toString(),
                latest.forecaster(),
                model.certainty(),
                step,
                ahead,
                recent.points().subList(0, points),
                java.util.Arrays.copyOf(recent.at(latest.step() - 1), points),
                byAhead(latest.served().values(), ahead.length),
                byAhead(latest.served().lows(), ahead.length),
                byAhead(latest.served().highs(), ahead.length),
                isSimulated(model));
    }

    private static float[][] byAhead(float[][] byPoint, int horizons) {
        float[][] turned = new float[horizons][byPoint.length];
        for (int point = 0; point < byPoint.length; point++) {
            for (int at = 0; at < horizons; at++) {
                turned[at][point] = byPoint[point][at];
            }
        }
        return turned;
    }

    /**
     * What a point had in the last hours, and what was said of it.
     *
     * @param ahead in minutes; 0 for one step
     * @throws PolderException NOT_FOUND, INVALID_REQUEST
     */
    public ModelAnswers.Point point(String name, String point, int hours, int ahead) {
        ModelRun run = run(name);
        Model model = run.model();
        RecentSteps recent = run.recent();
        int index = indexOf(run, recent, point);
        long minutes = ahead == 0 ? model.step().toMinutes() : ahead;
        checkAhead(model, minutes);
        long end = java.util.Objects.requireNonNull(recent).end();
        long from = end - Duration.ofHours(hours).dividedBy(model.step());
        List<Observed> observed = new ArrayList<>();
        Series window = recent.window(Math.max(from, recent.first()), end);
        for (int at = 0; at < window.steps(); at++) {
            observed.add(new Observed(window.time(at).toString(), window.value(index, at)));
        }
        Origin latest = run.serving().latest();
        boolean isSaid = latest != null && index < latest.by().length;
        return new ModelAnswers.Point(
                name,
                point,
                model.step().toMinutes(),
                minutes,
                latest == null ? null : run.query().time(latest.step()).toString(),
                observed,
                said(run, point, from, minutes),
                latest != null && isSaid ? run.serving().coming(latest, index) : List.of(),
                isSimulated(model));
    }

    private List<Said> said(ModelRun run, String point, long from, long ahead) {
        Model model = run.model();
        String ofPoint = model.point()
                .map(column -> " AND CAST(" + StepQuery.quoted(column) + " AS VARCHAR) = ?")
                .orElse("");
        String sql = "SELECT made_at, for_when, value, low, high, forecaster, model FROM main."
                + StepQuery.quoted(model.forecasts()) + " WHERE for_when >= ? AND ahead = ?" + ofPoint
                + " ORDER BY for_when";
        return with(connection -> {
            List<Said> said = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setObject(1, LocalDateTime.ofInstant(run.query().time(from), ZoneOffset.UTC));
                statement.setInt(2, Math.toIntExact(ahead));
                if (!ofPoint.isEmpty()) {
                    statement.setString(3, point);
                }
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        String version = rows.getString(7);
                        said.add(new Said(
                                time(rows, 1),
                                time(rows, 2),
                                ahead,
                                number(rows, 3),
                                number(rows, 4),
                                number(rows, 5),
                                rows.getString(6),
                                version == null ? "" : version));
                    }
                }
            }
            return said;
        });
    }

    private static String time(ResultSet rows, int column) throws SQLException {
        return rows.getObject(column, LocalDateTime.class)
                .toInstant(ZoneOffset.UTC)
                .toString();
    }

    private static double number(ResultSet rows, int column) throws SQLException {
        double number = rows.getDouble(column);
        return rows.wasNull() ? Double.NaN : number;
    }

    private static int indexOf(ModelRun run, @Nullable RecentSteps recent, String point) {
        int index = recent == null ? -1 : recent.indexOf(point);
        if (index < 0) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    List.of(new Problem(
                            "point",
                            point,
                            "model '" + run.model().name() + "' knows no such point",
                            recent == null ? run.says() : Problem.suggestion(point, recent.points()))));
        }
        return index;
    }

    private static void checkAhead(Model model, long ahead) {
        long step = model.step().toMinutes();
        if (ahead < step || ahead > model.horizon().toMinutes() || ahead % step != 0) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            "ahead",
                            String.valueOf(ahead),
                            "is not so many minutes ahead as is forecast",
                            "give a multiple of " + step + " up to "
                                    + model.horizon().toMinutes())));
        }
    }

    /**
     * Why the latest forecast of a point is what it is.
     *
     * @param ahead in minutes; 0 for one step
     * @throws PolderException NOT_FOUND, INVALID_REQUEST, UNAVAILABLE before the first forecast
     */
    public ModelAnswers.Why why(String name, String point, int ahead) {
        ModelRun run = run(name);
        Model model = run.model();
        RecentSteps recent = run.recent();
        int index = indexOf(run, recent, point);
        long minutes = ahead == 0 ? model.step().toMinutes() : ahead;
        checkAhead(model, minutes);
        Origin latest = run.serving().latest();
        if (recent == null || latest == null || index >= latest.by().length) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Nothing was forecast for point '" + point + "' yet. Fix: try again when a step has ended");
        }
        return new Explanation(run, recent, latest).of(point, index, minutes);
    }

    /**
     * What the champion looks at, and how its forecasts depend on one of that.
     *
     * @param ahead in minutes; 0 for one step
     * @param feature of which the dependence is told; null for none
     * @throws PolderException NOT_FOUND, INVALID_REQUEST
     */
    public ModelAnswers.Features features(String name, int ahead, @Nullable String feature) {
        ModelRun run = run(name);
        Model model = run.model();
        long minutes = ahead == 0 ? model.step().toMinutes() : ahead;
        checkAhead(model, minutes);
        ModelFile champion = run.champions().champion();
        if (champion == null) {
            return new ModelAnswers.Features(name, null, minutes, List.of(), null);
        }
        Learned learned = champion.forecaster();
        int steps = Math.toIntExact(minutes / model.step().toMinutes());
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
        Dependence dependence = feature == null || recent == null
                ? null
                : learned.dependence(recent.all().arranged(champion.provenance().points()), feature, steps);
        return new ModelAnswers.Features(name, learned.name(), minutes, features, dependence);
    }

    /**
     * What one learns from.
     *
     * @throws PolderException NOT_FOUND, UNAVAILABLE before there are rows, and when its features cannot be read
     */
    public ModelAnswers.History history(String name) {
        ModelRun run = run(name);
        RecentSteps recent = run.recent();
        if (recent == null) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Model '" + name + "' has no history yet: " + run.says() + " Fix: try again later");
        }
        LearnedRows rows = new LearnedRows(run.model(), mart.timezone(), run.query());
        return with(connection -> rows.upTo(connection, recent.end()));
    }

    /**
     * Trains one now, in the background.
     *
     * @throws PolderException NOT_FOUND, CONFLICT, UNAVAILABLE
     */
    public ModelAnswers.Status train(String name) {
        ModelRun run = run(name);
        run.train();
        return status(run);
    }

    /** What is not as it should be, as sentences. */
    public List<String> health() {
        return runs.values().stream()
                .filter(run -> run.state().equals("failed") || run.state().equals("behind"))
                .map(run -> "Model " + run.model().name() + ": " + run.says())
                .toList();
    }

    private interface Work<T> {
        T of(Connection connection) throws SQLException;
    }

    private <T> T with(Work<T> work) {
        try (Connection connection = store.connect()) {
            return work.of(connection);
        } catch (SQLException failure) {
            throw new PolderException(
                    ErrorCode.INTERNAL, "reading scores and forecasts: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(worker);
        try {
            worker.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        runs.values().forEach(ModelRun::close);
    }
}
