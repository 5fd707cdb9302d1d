package io.polder.predict;

import io.polder.config.Mart;
import io.polder.config.Model;
import io.polder.config.Table;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.Commit;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model of a mart, as it runs: follows its table, forecasts when a step has ended, scores what has become true, has itself
 * trained. {@link #tick} is for one thread; the rest for any.
 */
final class ModelRun {
    private static final Logger LOGGER = LoggerFactory.getLogger(ModelRun.class);
    /** How often all recent steps are read again, for rows that came very late. */
    private static final long READ_AGAIN = TimeUnit.HOURS.toNanos(6);

    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toNanos(20);
    /** After a failure, and while there are no rows. */
    private static final long REST = TimeUnit.SECONDS.toNanos(1);

    private static final long LONG_REST = TimeUnit.SECONDS.toNanos(10);

    private final Model model;
    private final Mart mart;
    private final MartModels.Settings settings;
    private final StepQuery query;
    private final ModelHistory history;
    private final ModelFolder folder;
    private final Champions champions;
    private final Serving serving;
    private final Scoring scoring;
    private final Scoreboard scoreboard;
    private final Training training;
    /** Trainings of all models take turns. */
    private final Lock turn;

    private volatile @Nullable RecentSteps recent;
    private volatile String trouble = "";
    private volatile String waitsFor = "It waits for rows.";
    private volatile double progress = Double.NaN;
    private @Nullable Thread trainer;
    private boolean isClosed;
    private boolean wasSettled;
    /** Whether history has come since the last training, of which a first model is to know. */
    private boolean hasMoreHistory;

    private long restsUntil = System.nanoTime();
    private long readAll = System.nanoTime();
    private long looked = System.nanoTime() - LOOK_AGAIN;

    ModelRun(Model model, Mart mart, MartModels.Settings settings, Lock turn) {
        this.model = model;
        this.mart = mart;
        this.settings = settings;
        this.turn = turn;
        Table table = mart.table(model.table());
        Series.Calendar calendar = new Series.Calendar(
                mart.timezone(), Holidays.valueOf(model.holidays().toUpperCase(java.util.Locale.ROOT)));
        query = new StepQuery(model, table);
        history = new ModelHistory(model, query, calendar);
        folder = new ModelFolder(settings.folder().resolve(model.name()));
        scoreboard = new Scoreboard(model, mart.timezone());
        champions = new Champions(model, query.sql(), scoreboard, folder, calendar);
        serving = new Serving(model, query, champions, settings.push());
        scoring = new Scoring(model, query);
        training = new Training(model, query, calendar, settings.runner(), settings.version());
    }

    Model model() {
        return model;
    }

    void committed(Commit commit) {
        history.committed(commit);
        boolean isReplaced = Instant.MAX.equals(commit.maxTime());
        Instant from = isReplaced ? Instant.EPOCH : commit.minTime();
        if (from != null) {
            training.changed(from);
        }
    }

    // ---- the loop's part

    /** Does what there is to do. */
    void tick(Connection connection, Instant now) {
        if (System.nanoTime() - restsUntil < 0) {
            return;
        }
        try {
            work(connection, now);
            trouble = "";
        } catch (SQLException | IOException | RuntimeException failure) {
            String sentence = String.valueOf(failure.getMessage());
            if (!sentence.equals(trouble)) {
                LOGGER.warn("Model {} waits: {}", model.name(), sentence, failure);
            }
            trouble = sentence;
            recent = null;
            restsUntil = System.nanoTime() + LONG_REST;
        }
    }

    private void work(Connection connection, Instant now) throws SQLException, IOException {
        RecentSteps steps = recent;
        if (steps == null || history.isClosed()) {
            steps = open(connection, now);
            if (steps == null) {
                return;
            }
        }
        ModelHistory.Update update = history.update(connection, now);
        boolean isSettled = settings.isSettled().test(mart.table(model.table()).from());
        readAgain(connection, steps, isSettled);
        if (update.what() == ModelHistory.What.ENDED) {
            if (isCurrent(now, isSettled)) {
                serving.forecast(steps, update.to());
            }
            score(steps, update.from(), update.to());
            champions.judge(connection, query.time(update.to()));
        } else if (update.what() == ModelHistory.What.CHANGED) {
            Origin latest = serving.latest();
            if (latest != null && update.to() > latest.step() - Features.INPUTS) {
                serving.forecast(steps, latest.step());
            }
            score(steps, update.from(), update.to());
        }
        trainWhenDue(connection, steps, isSettled);
    }

    private @Nullable RecentSteps open(Connection connection, Instant now) throws SQLException, IOException {
        serving.forget();
        Optional<RecentSteps> opened = history.open(connection, now);
        recent = opened.orElse(null);
        if (opened.isEmpty()) {
            waitsFor = "It waits for rows of table " + model.table() + ".";
            restsUntil = System.nanoTime() + REST;
            return null;
        }
        RecentSteps steps = opened.get();
        readAll = System.nanoTime();
        wasSettled = settings.isSettled().test(mart.table(model.table()).from());
        boolean isSaid = serving.restore(connection, steps, steps.end());
        if (!isSaid && isCurrent(now, wasSettled)) {
            serving.forecast(steps, steps.end());
        }
        champions.judge(connection, query.time(steps.end()));
        return steps;
    }

    /** What is said of a time that has long gone by, while history is loaded, is no forecast. */
    private boolean isCurrent(Instant now, boolean isSettled) {
        return isSettled || history.newest().isAfter(now.minus(model.step().multipliedBy(2)));
    }

    private void readAgain(Connection connection, RecentSteps steps, boolean isSettled) throws SQLException {
        boolean hasLoaded = isSettled && !wasSettled;
        wasSettled = isSettled;
        if (hasLoaded || (isSettled && System.nanoTime() - readAll > READ_AGAIN)) {
            readAll = System.nanoTime();
            history.readAgain(connection);
            serving.refresh();
            if (hasLoaded) {
                looked = System.nanoTime() - LOOK_AGAIN;
                hasMoreHistory = champions.champion() == null;
                serving.forecast(steps, steps.end());
            }
        }
    }

    private void score(RecentSteps steps, long from, long to) {
        double[] limits = champions.state().limits();
        if (limits.length == 0) {
            limits = Bands.of(steps.all());
            champions.change(champions.state().withLimits(limits));
        }
        try (EventLines lines = new EventLines(model.scores(), settings.push())) {
            for (long step = Math.max(from, to - ModelHistory.LATE); step < to; step++) {
                scoring.score(step, steps.at(step), serving.origins(), limits, lines);
            }
        }
    }

    // ---- training

    private void trainWhenDue(Connection connection, RecentSteps steps, boolean isSettled) throws SQLException {
        if (System.nanoTime() - looked < LOOK_AGAIN || isTraining()) {
            return;
        }
        looked = System.nanoTime();
        if (!isSettled) {
            waitsFor = "It waits until the history of table " + model.table() + " is loaded.";
            return;
        }
        Instant end = query.time(steps.end());
        Instant due = nextTraining().orElse(end);
        if (!hasMoreHistory && (due.isAfter(end) || champions.challenger() != null)) {
            return;
        }
        Duration there = query.oldest(connection, end.minus(model.history()), end)
                .map(oldest -> Duration.between(oldest, end))
                .orElse(Duration.ZERO);
        if (there.compareTo(Training.LEAST) < 0) {
            waitsFor = "There are " + Training.hours(there) + " of history, and " + Training.hours(Training.LEAST)
                    + " are needed to learn from.";
            return;
        }
        hasMoreHistory = false;
        startTraining(steps);
    }

    /** When it is trained next; empty when as soon as there is enough to learn from. */
    Optional<Instant> nextTraining() {
        String trained = champions.state().trained();
        if (trained == null) {
            return Optional.empty();
        }
        // What failed is tried again soon, but not all the time.
        Duration again = champions.state().failure() == null
                ? model.retrain()
                : model.retrain().compareTo(Duration.ofHours(1)) < 0 ? model.retrain() : Duration.ofHours(1);
        return Optional.of(Instant.parse(trained).plus(again));
    }

    /**
     * Trains now.
     *
     * @throws PolderException CONFLICT when it is being trained already, UNAVAILABLE when there are no rows yet
     */
    void train() {
        RecentSteps steps = recent;
        if (steps == null) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Model '" + model.name() + "' cannot be trained now: " + says() + " Fix: try again later");
        }
        if (!startTraining(steps)) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Model '" + model.name() + "' is being trained already. Fix: wait until it is done");
        }
    }

    private synchronized boolean isTraining() {
        return trainer != null && trainer.isAlive();
    }

    private synchronized boolean startTraining(RecentSteps steps) {
        if (isTraining() || isClosed) {
            return false;
        }
        progress = 0;
        Thread started = new Thread(() -> runTraining(steps), "training " + model.name());
        started.setDaemon(true);
        trainer = started;
        started.start();
        return true;
    }

    private void runTraining(RecentSteps steps) {
        long end = steps.end();
        Instant now = query.time(end);
        boolean hasTurn = false;
        try (Connection connection = settings.store().connect()) {
            turn.lockInterruptibly();
            hasTurn = true;
            Path made = training.train(
                    connection, folder.freshTraining(), end, history.positions(), done -> progress = done);
            champions.trained(made, query.time(steps.end()));
            ModelFolder.deleteTree(folder.training());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (SQLException | IOException | RuntimeException failure) {
            LOGGER.debug("A training failed.", failure);
            champions.failed(now, String.valueOf(failure.getMessage()));
        } finally {
            progress = Double.NaN;
            if (hasTurn) {
                turn.unlock();
            }
        }
    }

    void close() {
        Thread running;
        synchronized (this) {
            isClosed = true;
            running = trainer;
        }
        if (running != null) {
            running.interrupt();
            try {
                running.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- for readers

    double progress() {
        return progress;
    }

    @Nullable
    RecentSteps recent() {
        return recent;
    }

    Serving serving() {
        return serving;
    }

    Champions champions() {
        return champions;
    }

    Scoreboard scoreboard() {
        return scoreboard;
    }

    StepQuery query() {
        return query;
    }

    /** waiting, training, serving, behind or failed. */
    String state() {
        if (!trouble.isEmpty()) {
            return "failed";
        }
        if (champions.champion() != null) {
            return champions.isBehind() ? "behind" : "serving";
        }
        if (!Double.isNaN(progress)) {
            return "training";
        }
        return champions.state().failure() == null ? "waiting" : "failed";
    }

    /** The same as a sentence. */
    String says() {
        ModelFile champion = champions.champion();
        String missing = history.lacks(
                champion == null ? List.of() : champion.forecaster().covariates());
        return missing.isEmpty() ? saysItself() : saysItself() + " " + missing;
    }

    private String saysItself() {
        if (!trouble.isEmpty()) {
            return "It cannot go on: " + trouble;
        }
        Origin latest = serving.latest();
        String baseline = latest == null ? "" : " Meanwhile " + latest.forecaster() + " serves.";
        String failure = champions.state().failure();
        ModelFile champion = champions.champion();
        if (champion != null) {
            String told = "The model (" + champion.forecaster().name() + ") trained up to "
                    + champion.provenance().trainedTo()
                    + (champions.isBehind()
                            ? " has fallen behind a baseline, which serves until it is better."
                            : " serves.");
            return told
                    + (champions.verdict().isEmpty() ? "" : " " + champions.verdict())
                    + (failure == null ? "" : " The last training failed: " + failure + ".");
        }
        if (!Double.isNaN(progress)) {
            return "It is being trained for the first time." + baseline;
        }
        if (failure != null) {
            return "The training failed: " + failure + "." + baseline;
        }
        if (champions.challenger() != null) {
            return "What was trained did not beat the baselines on its history, and is tried beside them." + baseline;
        }
        return waitsFor + baseline;
    }
}
