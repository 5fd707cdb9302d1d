package io.polder.predict;

import io.polder.config.Model;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/** Prepares a training: reads the history, day by day, into a file, and has another process learn from it. */
final class Training {
    private static final int THREADS = 2;
    /** More are told in days. */
    private static final int FEW_HOURS = 72;
    /** In the mart's own memory. */
    private static final long MOST_NUMBERS = 8_000_000;

    private final Model model;
    private final StepQuery query;
    private final Series.Calendar calendar;
    private final MartModels.Runner runner;
    private final String version;
    private final RidgeTraining ridge;

    Training(Model model, StepQuery query, Series.Calendar calendar, MartModels.Runner runner, String version) {
        this.model = model;
        this.query = query;
        this.calendar = calendar;
        this.runner = runner;
        this.version = version;
        ridge = new RidgeTraining(model, query, calendar);
    }

    /** Takes note that rows from a time on have changed. */
    void changed(Instant from) {
        ridge.changed(from);
    }

    /**
     * Trains; the model is in the folder when this returns.
     *
     * @param end number of the step behind the last that is learned from
     * @param positions how far the log was read into the table
     * @throws PolderException when there is too little to learn from, or the training failed
     */
    Path train(Connection connection, Path folder, long end, Map<Integer, Long> positions, DoubleConsumer progress)
            throws IOException, SQLException, InterruptedException {
        Instant until = query.time(end);
        Instant oldest = query.oldest(connection, until.minus(model.history()), until)
                .orElseThrow(() -> nothing("There are no rows"));
        long first = query.step(oldest);
        Duration there = model.step().multipliedBy(end - first);
        if (there.compareTo(model.leastHistory()) < 0) {
            throw nothing("There are " + hours(there) + " of history");
        }
        long day = Duration.ofDays(1).dividedBy(model.step());
        boolean isRidge = model.algorithm() == Model.Algorithm.RIDGE;
        long trial = end - RidgeForecaster.trial(end - first, day);
        FeatureQuery features = FeatureQuery.ofModel(connection, model);
        int ofPoint =
                features != null && features.isByPoint() ? 1 + features.names().size() : 1;
        long from0 = isRidge ? Math.max(first, atHand(connection, trial, end, day, ofPoint)) : first;
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        try (TrainingFile file = new TrainingFile(TrainingTask.history(folder))) {
            float[] range = {least, most};
            for (long from = from0; from < end; from += day) {
                query.read(connection, from, Math.min(end, from + day), (point, step, value) -> {
                    range[0] = Math.min(range[0], value);
                    range[1] = Math.max(range[1], value);
                    put(() -> file.put(point, (int) (step - from0), value));
                });
                if (features != null) {
                    beside(connection, features, from, Math.min(end, from + day), from0, file);
                }
            }
            if (file.count() == 0) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        "All of '" + model.target() + "' is missing in " + hours(there)
                                + " of history; there is nothing to learn from. Fix: see what the table's SELECT and"
                                + " rules make of it");
            }
            if (range[0] == range[1]) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        "All of '" + model.target() + "' is " + range[0] + " in " + hours(there)
                                + " of history; there is nothing to learn. Fix: name a target that changes");
            }
        }
        Map<String, String> data = new TreeMap<>();
        data.put("sql", query.sql());
        data.put("table", model.table());
        data.put("offsets", new TreeMap<>(positions).toString());
        if (features != null) {
            data.put("features", model.features().orElseThrow());
        }
        TrainingTask task = new TrainingTask(
                model.name(),
                query.time(from0).toString(),
                Math.toIntExact(end - from0),
                model.step().toSeconds(),
                calendar.zone().getId(),
                calendar.holidays(),
                model.horizons(),
                model.certainty(),
                THREADS,
                data,
                Map.of("polder", version));
        task.write(folder);
        if (isRidge) {
            Series recent = task.series(folder);
            RidgeForecaster trained = ridge.train(connection, recent, first, trial, end, features, progress);
            Map<String, Double> scores = TrainingTask.baselines(recent, (int) (trial - from0), model.horizons(), false);
            task.keep(folder, query.time(first), recent, trained, scores);
        } else {
            runner.run(folder, progress);
        }
        return TrainingTask.model(folder);
    }

    /**
     * From which step on a training of ridge has numbers at hand. It learns from sums and needs them only where it is tried,
     * and a week before; but the baselines that it is held against are to know as much of the past as it does, as far as
     * memory reaches.
     *
     * @param ofPoint how many numbers a point has at a step, with those of features
     */
    private long atHand(Connection connection, long trial, long end, long day, int ofPoint) throws SQLException {
        int points = Math.max(1, query.points(connection, end - day, end).size());
        return Math.min(trial - 8 * day, end - MOST_NUMBERS / points / ofPoint);
    }

    private void beside(
            Connection connection, FeatureQuery features, long from, long to, long first, TrainingFile file) {
        try {
            features.read(
                    connection,
                    from,
                    to,
                    (column, point, step, value) -> put(() -> file.putBeside(
                            features.names().get(column),
                            features.isByPoint() ? point : null,
                            (int) (step - first),
                            value)));
        } catch (SQLException failure) {
            throw FeatureQuery.unreadable(model, failure);
        }
    }

    private interface Put {
        void put() throws IOException;
    }

    private static void put(Put number) {
        try {
            number.put();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException("writing the history", failure);
        }
    }

    private PolderException nothing(String what) {
        return new PolderException(
                ErrorCode.INVALID_REQUEST,
                what + ", and " + needed(model)
                        + " are needed to learn from: four fifths of it have to be two days, and the last fifth "
                        + (Features.INPUTS + model.horizons())
                        + " steps. Fix: wait, or load older rows; a baseline serves meanwhile");
    }

    /** How much history there has to be. */
    static String needed(Model model) {
        Duration least = model.leastHistory();
        return hours(least.toHours() < FEW_HOURS ? least : least.plusDays(1).minusMillis(1));
    }

    static String hours(Duration duration) {
        long hours = duration.toHours();
        return hours < FEW_HOURS ? hours + " hours" : hours / 24 + " days";
    }
}
