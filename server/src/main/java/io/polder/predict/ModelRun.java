package io.polder.predict;

import io.polder.config.Mart;
import io.polder.config.Model;
import io.polder.config.Table;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.Commit;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
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
    /** And how often where it is known that there were such. */
    private static final long READ_MISSED = TimeUnit.MINUTES.toNanos(3);

    /** After a failure, and while there are no rows. */
    private static final long REST = TimeUnit.SECONDS.toNanos(1);

    private static final long LONG_REST = TimeUnit.SECONDS.toNanos(10);

    private final Model model;
    private final Mart mart;
    private final MartModels.Settings settings;
    private final StepQuery query;
    private final ModelHistory history;
    private final Champions champions;
    private final Serving serving;
    private final Scoring scoring;
    private final Scoreboard scoreboard;
    private final ModelTrainer trainer;

    private volatile @Nullable RecentSteps recent;
    private volatile String trouble = "";
    private boolean wasSettled;

    private long restsUntil = System.nanoTime();
    private long readAll = System.nanoTime();

    /** @param turn trainings of all models take turns */
    ModelRun(Model model, Mart mart, MartModels.Settings settings, Lock turn) {
        this.model = model;
        this.mart = mart;
        this.settings = settings;
        Table table = mart.table(model.table());
        Series.Calendar calendar = new Series.Calendar(
                mart.timezone(), Holidays.valueOf(model.holidays().toUpperCase(java.util.Locale.ROOT)));
        query = new StepQuery(model, table);
        history = new ModelHistory(model, query, calendar);
        ModelFolder folder = new ModelFolder(settings.folder().resolve(model.name()));
        scoreboard = new Scoreboard(model, mart.timezone());
        champions = new Champions(model, query.sql(), scoreboard, folder, calendar);
        serving = new Serving(model, query, champions, settings.push());
        scoring = new Scoring(model, query);
        trainer = new ModelTrainer(model, query, calendar, champions, folder, history::positions, settings, turn);
    }

    Model model() {
        return model;
    }

    void committed(Commit commit) {
        history.committed(commit);
        boolean isReplaced = Instant.MAX.equals(commit.maxTime());
        Instant from = isReplaced ? Instant.EPOCH : commit.minTime();
        if (from != null) {
            trainer.changed(from);
        }
    }

    // ---- the loop's part

    /**
     * Does what there is to do.
     *
     * @return whether it could; where not, the connection may be the reason
     */
    boolean tick(Connection connection, Instant now) {
        if (System.nanoTime() - restsUntil < 0) {
            return true;
        }
        try {
            work(connection, now);
            trouble = "";
            return true;
        } catch (SQLException | IOException | RuntimeException failure) {
            String sentence = String.valueOf(failure.getMessage());
            if (!sentence.equals(trouble)) {
                LOGGER.warn("Model {} waits: {}", model.name(), sentence, failure);
            }
            trouble = sentence;
            recent = null;
            restsUntil = System.nanoTime() + LONG_REST;
            return false;
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
        boolean isSettled = isSettled();
        readAgain(connection, steps, isSettled);
        if (update.what() == ModelHistory.What.ENDED) {
            if (isCurrent(now, isSettled)) {
                serving.forecast(steps, update.to());
            }
            score(steps, update.from(), update.to());
            serving.forgetBefore(update.to());
            champions.judge(connection, query.time(update.to()));
        } else if (update.what() == ModelHistory.What.CHANGED) {
            Origin latest = serving.latest();
            if (latest != null && update.to() > latest.step() - Features.INPUTS) {
                serving.forecast(steps, latest.step());
            }
            score(steps, update.from(), update.to());
        }
        trainer.trainWhenDue(connection, steps, isSettled);
    }

    private boolean isSettled() {
        return settings.isSettled().test(mart.table(model.table()).from());
    }

    private @Nullable RecentSteps open(Connection connection, Instant now) throws SQLException, IOException {
        serving.forget();
        Optional<RecentSteps> opened = history.open(connection, now);
        recent = opened.orElse(null);
        if (opened.isEmpty()) {
            trainer.waitsFor("It waits for rows of table " + model.table() + ".");
            restsUntil = System.nanoTime() + REST;
            return null;
        }
        RecentSteps steps = opened.get();
        long end = steps.end();
        readAll = System.nanoTime();
        wasSettled = isSettled();
        champions.beginsAt(query.time(end));
        champions.judge(connection, query.time(end));
        long scored = scoreboard
                .last(connection, query.time(steps.first()))
                .map(query::step)
                .orElse(steps.first() - 1);
        long from = serving.restore(connection, steps, scored, query.step(champions.definedAt()));
        Origin latest = serving.latest();
        if ((latest == null || latest.step() < end) && isCurrent(now, wasSettled)) {
            serving.forecast(steps, end);
        }
        score(steps, from, end);
        champions.judge(connection, query.time(end));
        return steps;
    }

    /** What is said of a time that has long gone by, while history is loaded, is no forecast. */
    private boolean isCurrent(Instant now, boolean isSettled) {
        return isSettled || history.newest().isAfter(now.minus(model.step().multipliedBy(2)));
    }

    private void readAgain(Connection connection, RecentSteps steps, boolean isSettled) throws SQLException {
        boolean hasLoaded = isSettled && !wasSettled;
        wasSettled = isSettled;
        long every = history.hasMissed() ? READ_MISSED : READ_AGAIN;
        if (hasLoaded || (isSettled && System.nanoTime() - readAll > every)) {
            readAll = System.nanoTime();
            history.readAgain(connection);
            serving.refresh();
            if (hasLoaded) {
                trainer.hasLoaded();
                serving.forecast(steps, steps.end());
            }
        }
    }

    /** Scores what was said of steps that have ended. */
    private void score(RecentSteps steps, long from, long to) {
        if (from >= to || serving.origins().isEmpty()) {
            return;
        }
        double[] limits = champions.state().limits();
        if (limits.length == 0) {
            limits = Bands.of(steps.all());
            champions.change(champions.state().withLimits(limits));
        }
        try (EventLines lines = new EventLines(model.scores(), settings.push())) {
            for (long step = Math.max(from, steps.first()); step < to; step++) {
                scoring.score(step, steps, serving.origins(), limits, lines);
            }
        }
    }

    // ---- training

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
                    "Model '" + model.name() + "' cannot be trained now: "
                            + standing().says() + " Fix: try again later");
        }
        if (!trainer.start(steps)) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Model '" + model.name() + "' is being trained already. Fix: wait until it is done");
        }
    }

    void close() {
        trainer.close();
    }

    // ---- for readers

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

    ModelTrainer trainer() {
        return trainer;
    }

    /** How it is doing. */
    Standing standing() {
        ModelFile champion = champions.champion();
        String missing = history.lacks(
                champion == null ? List.of() : champion.forecaster().covariates());
        return new Standing(trouble, missing, trainer, champions, serving.latest());
    }
}
