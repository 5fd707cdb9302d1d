package io.polder.predict;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/**
 * A training of a model of a mart: what the mart writes into a folder for a process of its own, and what that does with it.
 *
 * @param name of the model
 * @param start of the first step, UTC
 * @param steps how many there are
 * @param step in seconds
 * @param zone of hours and days
 * @param data where the numbers come from: the statement, and how far the log had been read
 * @param versions of the program, by its parts
 */
record TrainingTask(
        String name,
        String start,
        int steps,
        long step,
        String zone,
        Holidays holidays,
        int horizons,
        double certainty,
        int threads,
        Map<String, String> data,
        Map<String, String> versions) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SEED = 1;
    private static final double SEEN_FIRST = 0.8;
    private static final int MOST_ORIGINS = 400;

    static Path history(Path folder) {
        return folder.resolve("history");
    }

    static Path model(Path folder) {
        return folder.resolve("model");
    }

    void write(Path folder) throws IOException {
        Files.write(folder.resolve("task.json"), JSON.writeValueAsBytes(this));
    }

    /**
     * Does the training that a folder describes, and leaves its model there.
     *
     * @param progress is told how far it is, from 0 to 1
     * @throws PolderException when nothing can be learned
     */
    static void run(Path folder, DoubleConsumer progress) throws IOException {
        TrainingTask task = JSON.readValue(folder.resolve("task.json").toFile(), TrainingTask.class);
        Series series = task.series(folder);
        Map<String, Double> scores = baselines(series, (int) (series.steps() * SEEN_FIRST), task.horizons, true);
        progress.accept(0.02);
        TreesForecaster.Settings settings = TreesForecaster.Settings.usual(task.horizons, SEED, task.threads)
                .withCertainty(task.certainty);
        TreesForecaster trained = TreesForecaster.fit(series, settings, done -> progress.accept(0.02 + 0.98 * done));
        task.keep(folder, series.time(0), series, trained, scores);
    }

    /** The history that was written for it, of the points that have a day of numbers. */
    Series series(Path folder) throws IOException {
        return known(TrainingFile.read(
                history(folder),
                Instant.parse(start),
                Duration.ofSeconds(step),
                new Series.Calendar(ZoneId.of(zone), holidays),
                steps));
    }

    /** Leaves a model in the folder. */
    void keep(Path folder, Instant from, Series training, Learned trained, Map<String, Double> scores)
            throws IOException {
        if (Double.isNaN(trained.tried().mae())) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The last fifth of the history has no numbers of the points that were learned from, so nobody knows how"
                            + " good it is. Fix: wait, or load newer rows; a baseline serves meanwhile");
        }
        scores.put("mae", trained.tried().mae());
        scores.put("rmse", trained.tried().rmse());
        new ModelFile(ModelFile.Provenance.of(name, from, training, trained, data, versions, scores), trained)
                .write(model(folder));
    }

    /** The points that have a day of numbers; those that are new are learned next time. */
    static Series known(Series all) {
        int enough = all.slotsOfDay();
        List<String> known = new ArrayList<>();
        for (int point = 0; point < all.points().size(); point++) {
            int count = 0;
            for (int at = 0; at < all.steps() && count < enough; at++) {
                count += Float.isNaN(all.value(point, at)) ? 0 : 1;
            }
            if (count >= enough) {
                known.add(all.points().get(point));
            }
        }
        if (known.isEmpty()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "No point has a day of numbers, which is too little to learn from. Fix: wait, or load older rows; a"
                            + " baseline serves meanwhile");
        }
        return all.arranged(known);
    }

    /**
     * The mean absolute errors of the baselines from a step on, where the model is tried, too.
     *
     * @param withSilent whether points count that have no number in all steps that are looked at: trees say something of
     *     these, ridge does not
     */
    static Map<String, Double> baselines(Series series, int cut, int horizons, boolean withSilent) {
        Map<String, Double> scores = new TreeMap<>();
        int stride = Math.max(1, (series.steps() - cut) / MOST_ORIGINS);
        for (Forecaster one : Baselines.all(series.window(0, cut), Features.INPUTS, horizons)) {
            double sum = 0;
            long count = 0;
            for (int origin = cut; origin < series.steps(); origin += stride) {
                Series known = series.window(origin - Features.INPUTS, origin);
                Forecast said = one.forecast(known);
                for (int point = 0; point < said.values().length; point++) {
                    if (!withSilent && known.isSilent(point)) {
                        continue;
                    }
                    for (int at = 0; at < Math.min(horizons, series.steps() - origin); at++) {
                        float off = said.values()[point][at] - series.value(point, origin + at);
                        if (!Float.isNaN(off)) {
                            sum += Math.abs(off);
                            count++;
                        }
                    }
                }
            }
            scores.put("mae " + one.name(), sum / count);
        }
        return scores;
    }
}
