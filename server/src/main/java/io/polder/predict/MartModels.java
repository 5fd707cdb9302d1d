package io.polder.predict;

import io.polder.config.Mart;
import io.polder.config.Model;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.Commit;
import io.polder.store.duck.DuckStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final ModelReports reports;
    private final PointReports points;
    private final Thread worker;
    private volatile boolean isClosed;

    private MartModels(Mart mart, Settings settings, InstantSource clock) {
        this.store = settings.store();
        this.mart = mart;
        this.clock = clock;
        reports = new ModelReports(store, mart, clock);
        points = new PointReports(reports);
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
                follow(connection);
            } catch (SQLException | RuntimeException failure) {
                LOGGER.warn("The models wait. {}", failure.getMessage(), failure);
                rest(TimeUnit.SECONDS.toMillis(10));
            }
        }
    }

    /** Until one of them fails: the next connection may be better. */
    private void follow(Connection connection) {
        boolean isWell = true;
        while (isWell && !isClosed) {
            for (ModelRun run : runs.values()) {
                isWell &= run.tick(connection, clock.instant());
            }
            rest(TICK_MILLIS);
        }
    }

    private void rest(long millis) {
        if (!isClosed) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
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
        return runs.values().stream().map(reports::status).toList();
    }

    private ModelRun run(String model) {
        mart.model(model);
        return Objects.requireNonNull(runs.get(model));
    }

    /**
     * All that is known of one, with its scores of the last days.
     *
     * @throws PolderException NOT_FOUND
     */
    public ModelAnswers.Whole whole(String name, int days) {
        return reports.whole(run(name), days);
    }

    /**
     * The latest forecasts of all points.
     *
     * @throws PolderException NOT_FOUND
     */
    public ModelAnswers.Latest latest(String name) {
        return points.latest(run(name));
    }

    /**
     * What a point had in the last hours, and what was said of it.
     *
     * @param ahead in minutes; 0 for one step
     * @throws PolderException NOT_FOUND, INVALID_REQUEST
     */
    public ModelAnswers.Point point(String name, String point, int hours, int ahead) {
        return points.point(run(name), point, hours, ahead);
    }

    /**
     * Why the latest forecast of a point is what it is.
     *
     * @param ahead in minutes; 0 for one step
     * @throws PolderException NOT_FOUND, INVALID_REQUEST, UNAVAILABLE before the first forecast
     */
    public ModelAnswers.Why why(String name, String point, int ahead) {
        return points.why(run(name), point, ahead);
    }

    /**
     * What the champion looks at, and how its forecasts depend on one of that.
     *
     * @param ahead in minutes; 0 for one step
     * @param feature of which the dependence is told; null for none
     * @throws PolderException NOT_FOUND, INVALID_REQUEST
     */
    public ModelAnswers.Features features(String name, int ahead, @Nullable String feature) {
        return reports.features(run(name), ahead, feature);
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
                    "Model '" + name + "' has no history yet: " + run.standing().says() + " Fix: try again later");
        }
        LearnedRows rows = new LearnedRows(run.model(), mart.timezone(), run.query());
        return reports.with(connection -> rows.upTo(connection, recent.end()));
    }

    /**
     * Trains one now, in the background.
     *
     * @throws PolderException NOT_FOUND, CONFLICT, UNAVAILABLE
     */
    public ModelAnswers.Status train(String name) {
        ModelRun run = run(name);
        run.train();
        return reports.status(run);
    }

    /** What is not as it should be, as sentences. */
    public List<String> health() {
        List<String> wrong = new ArrayList<>();
        runs.forEach((name, run) -> {
            Standing standing = run.standing();
            if (standing.state().equals("failed") || standing.state().equals("behind")) {
                wrong.add("Model " + name + ": " + standing.says());
            }
        });
        return wrong;
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
