package io.polder.predict;

import io.polder.config.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a model trained, when it is time or when somebody asks for it, beside everything else. Thread-safe. */
final class ModelTrainer {
    private static final Logger LOGGER = LoggerFactory.getLogger(ModelTrainer.class);
    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toNanos(20);

    private final Model model;
    private final MartModels.Settings settings;
    private final StepQuery query;
    private final Champions champions;
    private final ModelFolder folder;
    private final Training training;
    private final Supplier<Map<Integer, Long>> positions;
    /** Trainings of all models take turns. */
    private final Lock turn;

    private volatile String waitsFor = "It waits for rows.";
    private volatile double progress = Double.NaN;
    private @Nullable Thread trainer;
    private boolean isClosed;
    /** Whether history has come since the last training, of which a first model is to know. */
    private boolean hasMoreHistory;

    private long looked = System.nanoTime() - LOOK_AGAIN;

    /** @param positions how far the log has been read into the table */
    ModelTrainer(
            Model model,
            StepQuery query,
            Series.Calendar calendar,
            Champions champions,
            ModelFolder folder,
            Supplier<Map<Integer, Long>> positions,
            MartModels.Settings settings,
            Lock turn) {
        this.model = model;
        this.settings = settings;
        this.query = query;
        this.champions = champions;
        this.folder = folder;
        this.positions = positions;
        this.turn = turn;
        training = new Training(model, query, calendar, settings.runner(), settings.version());
    }

    /** Takes note that rows from a time on have changed. */
    void changed(Instant from) {
        training.changed(from);
    }

    /** Takes note that the history has just been loaded. */
    synchronized void hasLoaded() {
        looked = System.nanoTime() - LOOK_AGAIN;
        hasMoreHistory = champions.champion() == null;
    }

    /**
     * Trains when it is time.
     *
     * @param isSettled whether the table's history is there
     */
    void trainWhenDue(Connection connection, RecentSteps steps, boolean isSettled) throws SQLException {
        if (isWaiting(steps, isSettled)) {
            return;
        }
        Instant end = query.time(steps.end());
        Duration there = query.oldest(connection, end.minus(model.history()), end)
                .map(oldest -> Duration.between(oldest, end))
                .orElse(Duration.ZERO);
        if (there.compareTo(model.leastHistory()) < 0) {
            waitsFor = "There are " + Training.hours(there) + " of history, and " + Training.needed(model)
                    + " are needed to learn from.";
            return;
        }
        start(steps);
    }

    private synchronized boolean isWaiting(RecentSteps steps, boolean isSettled) {
        if (System.nanoTime() - looked < LOOK_AGAIN || isTraining()) {
            return true;
        }
        looked = System.nanoTime();
        if (!isSettled) {
            waitsFor = "It waits until the history of table " + model.table() + " is loaded.";
            return true;
        }
        Instant end = query.time(steps.end());
        boolean isDue = !nextTraining().orElse(end).isAfter(end) && champions.challenger() == null;
        return !hasMoreHistory && !isDue;
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

    /** How far a training is, from 0 to 1; NaN when none runs. */
    double progress() {
        return progress;
    }

    /** Why none runs, as a sentence. */
    String waitsFor() {
        return waitsFor;
    }

    /** Takes note of what there is to wait for before a training can be thought of. */
    void waitsFor(String sentence) {
        waitsFor = sentence;
    }

    private synchronized boolean isTraining() {
        return trainer != null && trainer.isAlive();
    }

    /**
     * Begins a training.
     *
     * @return whether it did: not when one runs already
     */
    synchronized boolean start(RecentSteps steps) {
        if (isTraining() || isClosed) {
            return false;
        }
        hasMoreHistory = false;
        progress = 0;
        Thread started = new Thread(() -> run(steps), "training " + model.name());
        started.setDaemon(true);
        trainer = started;
        started.start();
        return true;
    }

    private void run(RecentSteps steps) {
        long end = steps.end();
        Instant now = query.time(end);
        boolean hasTurn = false;
        try (Connection connection = settings.store().connect()) {
            turn.lockInterruptibly();
            hasTurn = true;
            Path made =
                    training.train(connection, folder.freshTraining(), end, positions.get(), done -> progress = done);
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
}
