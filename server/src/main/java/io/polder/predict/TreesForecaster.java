package io.polder.predict;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.statistics.Binned;
import io.polder.statistics.BoostedTrees;
import io.polder.statistics.BoostedTrees.Loss;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Boosted trees that learned from all points together, for each number of steps ahead two models of their own: one of the
 * mean, which squared errors want, and one of the median, which absolute errors want. A forecast is the latest value plus a
 * mixture of what the two say will be added to it, with an interval around it.
 *
 * <p>Everything is learned from the training range. How much each of the two counts and how wide intervals are comes from
 * its last fifth, forecast by models that have seen the first four fifths alone; then the models are trained once more, on
 * all of it.
 */
public final class TreesForecaster implements Learned {
    static final String NAME = "trees";

    /**
     * How it is trained.
     *
     * @param horizons how many steps ahead
     * @param trees of each model
     * @param leaves of a tree, at most
     * @param leastRows that a leaf is made of
     * @param shrinkage what part of a tree's answer is taken
     * @param rowShare what part of the rows a tree sees
     * @param columnShare what part of the features a tree sees
     * @param mostRows that a model is trained on, and half as many for those that are tried on the last fifth; of more,
     *     every so manieth is taken
     * @param certainty of the intervals
     * @param threads that train; the model does not depend on it
     */
    public record Settings(
            int horizons,
            int trees,
            int leaves,
            int leastRows,
            double shrinkage,
            double rowShare,
            double columnShare,
            int mostRows,
            double certainty,
            long seed,
            int threads) {
        /** Chosen on the last fifth of the training range of the traffic of Los Angeles; docs/prediction.md tells how. */
        public static Settings usual(int horizons, long seed, int threads) {
            return new Settings(horizons, 120, 31, 100, 0.08, 0.5, 0.3, 170_000, 0.9, seed, threads);
        }

        /** The same with intervals of another certainty. */
        public Settings withCertainty(double other) {
            return new Settings(
                    horizons,
                    trees,
                    leaves,
                    leastRows,
                    shrinkage,
                    rowShare,
                    columnShare,
                    mostRows,
                    other,
                    seed,
                    threads);
        }

        Settings withThreads(int others) {
            return new Settings(
                    horizons,
                    trees,
                    leaves,
                    leastRows,
                    shrinkage,
                    rowShare,
                    columnShare,
                    mostRows,
                    certainty,
                    seed,
                    others);
        }
    }

    private static final double SEEN_FIRST = 0.8;
    private static final double[] WEIGHTS = {0, 0.25, 0.5, 0.75, 1};
    private static final double PENALTY = 10;
    /** Forecasts of points that the trial makes, at most; of more, every so manieth origin is taken. */
    private static final int MOST_TRIED = 100_000;

    private final Settings settings;
    private final Stage stage;
    private final Levels[] levels;
    private final double weight;
    private final Intervals intervals;
    private final Tried tried;

    private TreesForecaster(
            Settings settings, Stage stage, Levels[] levels, double weight, Intervals intervals, Tried tried) {
        this.settings = settings;
        this.stage = stage;
        this.levels = levels;
        this.weight = weight;
        this.intervals = intervals;
        this.tried = tried;
    }

    /**
     * Trains one.
     *
     * @param progress is told how far it is, from 0 to 1, by any thread
     * @throws PolderException INVALID_REQUEST when there is too little to learn from
     */
    public static TreesForecaster fit(Series training, Settings settings, DoubleConsumer progress) {
        int steps = training.steps();
        int cut = (int) (steps * SEEN_FIRST);
        if (cut < 2 * training.slotsOfDay() || steps - cut < settings.horizons() + Features.INPUTS) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The history has " + steps + " steps, which is too little to learn from: "
                            + training.slotsOfDay() + " are a day, four fifths have to be two days, and the last fifth "
                            + (settings.horizons() + Features.INPUTS)
                            + " steps. Fix: train when there is more of it; a baseline serves meanwhile");
        }
        AtomicInteger done = new AtomicInteger();
        Runnable told = () -> progress.accept(done.incrementAndGet() / (2.0 * settings.horizons() + 1));
        Stage early = Stage.fit(training.window(0, cut), settings, settings.mostRows() / 2, told);
        Levels[] levels = Levels.of(training.window(0, cut));
        Trial trial = new Trial(early, levels, training, cut, settings);
        double weight = trial.weight();
        Intervals intervals = trial.intervals(weight);
        Tried tried = trial.tried(weight);
        told.run();
        Stage all = Stage.fit(training, settings, settings.mostRows(), told);
        return new TreesForecaster(settings, all, levels, weight, intervals, tried);
    }

    /** The models, trained on some range. */
    private record Stage(Features features, BoostedTrees[] means, BoostedTrees[] medians) {
        static Stage fit(Series training, Settings settings, int mostRows, Runnable told) {
            Features features = Features.of(training, settings.horizons());
            BoostedTrees[] means = new BoostedTrees[settings.horizons()];
            BoostedTrees[] medians = new BoostedTrees[settings.horizons()];
            ExecutorService threads = Executors.newFixedThreadPool(settings.threads());
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int horizon = 0; horizon < settings.horizons(); horizon++) {
                    int ahead = horizon + 1;
                    all.add(threads.submit(() -> {
                        Rows rows = Rows.of(features, training, ahead, mostRows);
                        means[ahead - 1] = rows.fit(Loss.SQUARED, settings);
                        medians[ahead - 1] = rows.fit(Loss.ABSOLUTE, settings);
                        told.run();
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            } catch (ExecutionException failure) {
                throw new IllegalStateException("training", failure.getCause());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new PolderException(
                        ErrorCode.UNAVAILABLE, "The training was interrupted. Fix: train again", stopped);
            } finally {
                threads.shutdownNow();
            }
            return new Stage(features, means, medians);
        }

        Said say(Series known, Settings settings) {
            Features.Known seen = features.known(known, settings.horizons());
            int points = known.points().size();
            Said said = new Said(new float[settings.horizons()][points], new float[settings.horizons()][points]);
            // Each by itself, so that it does not matter which thread does it.
            IntStream.range(0, settings.horizons()).parallel().forEach(horizon -> {
                float[][] rows = new float[points][];
                for (int point = 0; point < points; point++) {
                    rows[point] = features.row(seen, point, horizon + 1);
                }
                double[] mean = means[horizon].predictAll(rows);
                double[] median = medians[horizon].predictAll(rows);
                for (int point = 0; point < points; point++) {
                    said.means[horizon][point] = (float) (rows[point][0] + mean[point]);
                    said.medians[horizon][point] = (float) (rows[point][0] + median[point]);
                }
            });
            return said;
        }
    }

    /** What models are trained on. */
    private record Rows(Binned features, float[] target) {
        static Rows of(Features features, Series training, int ahead, int mostRows) {
            int points = training.points().size();
            long all = (long) points * Math.max(0, training.steps() - ahead - Features.INPUTS + 1);
            int stride = (int) Math.max(1, (all + mostRows - 1) / mostRows);
            int width = features.list().size();
            int most = (int) (all / stride + points);
            float[][] columns = new float[width][most];
            float[] target = new float[most];
            int size = 0;
            for (int at = Features.INPUTS - 1; at + ahead < training.steps(); at++) {
                Features.Known known = features.training(training, at, ahead);
                for (int point = Math.floorMod(-at, stride); point < points; point += stride) {
                    float value = training.value(point, at + ahead);
                    if (Float.isNaN(value)) {
                        continue;
                    }
                    float[] row = features.row(known, point, ahead);
                    for (int column = 0; column < width; column++) {
                        columns[column][size] = row[column];
                    }
                    target[size++] = value - features.base(known, point);
                }
            }
            return new Rows(Binned.of(size, width, column -> columns[column]), Arrays.copyOf(target, size));
        }

        BoostedTrees fit(Loss loss, Settings settings) {
            return BoostedTrees.fit(
                    features,
                    target,
                    new BoostedTrees.Settings(
                            loss,
                            settings.trees(),
                            settings.leaves(),
                            settings.leastRows(),
                            settings.shrinkage(),
                            settings.rowShare(),
                            settings.columnShare(),
                            PENALTY,
                            settings.seed()));
        }
    }

    /** Forecasts of the last part of the training range by models that did not see it. */
    private static final class Trial {
        private final Settings settings;
        private final Levels[] levels;
        private final Series training;
        /** Steps from which on is forecast. */
        private final int[] origins;

        private final Said[] said;

        Trial(Stage stage, Levels[] levels, Series training, int cut, Settings settings) {
            this.settings = settings;
            this.levels = levels;
            this.training = training;
            int stride = (int) Math.max(1, (long) (training.steps() - cut) * levels.length / MOST_TRIED);
            this.origins = IntStream.range(cut, training.steps())
                    .filter(at -> (at - cut) % stride == 0)
                    .toArray();
            this.said = new Said[origins.length];
            for (int at = 0; at < origins.length; at++) {
                said[at] = stage.say(training.window(origins[at] - Features.INPUTS, origins[at]), settings);
            }
        }

        private interface Visitor {
            void visit(int horizon, int point, int at, float mean, float median, float observed);
        }

        private void each(Visitor visitor) {
            for (int origin = 0; origin < origins.length; origin++) {
                int ends = Math.min(settings.horizons(), training.steps() - origins[origin]);
                for (int horizon = 0; horizon < ends; horizon++) {
                    int at = origins[origin] + horizon;
                    for (int point = 0; point < levels.length; point++) {
                        float observed = training.value(point, at);
                        if (!Float.isNaN(observed)) {
                            float mean = said[origin].means[horizon][point];
                            visitor.visit(horizon, point, at, mean, said[origin].medians[horizon][point], observed);
                        }
                    }
                }
            }
        }

        /** How much the mean counts, so that absolute and squared errors are, as parts of their least, least together. */
        double weight() {
            double[] absolute = new double[WEIGHTS.length];
            double[] squared = new double[WEIGHTS.length];
            each((horizon, point, at, mean, median, observed) -> {
                for (int weight = 0; weight < WEIGHTS.length; weight++) {
                    double error = WEIGHTS[weight] * mean + (1 - WEIGHTS[weight]) * median - observed;
                    absolute[weight] += Math.abs(error);
                    squared[weight] += error * error;
                }
            });
            double leastAbsolute = Arrays.stream(absolute).min().orElse(1);
            double leastSquared = Arrays.stream(squared).min().orElse(1);
            int best = IntStream.range(0, WEIGHTS.length)
                    .boxed()
                    .min(Comparator.comparingDouble(
                            weight -> absolute[weight] / leastAbsolute + Math.sqrt(squared[weight] / leastSquared)))
                    .orElse(0);
            return WEIGHTS[best];
        }

        Tried tried(double weight) {
            double[] sums = new double[3];
            each((horizon, point, at, mean, median, observed) -> {
                double error = weight * mean + (1 - weight) * median - observed;
                sums[0]++;
                sums[1] += Math.abs(error);
                sums[2] += error * error;
            });
            return new Tried(sums[1] / sums[0], Math.sqrt(sums[2] / sums[0]));
        }

        Intervals intervals(double weight) {
            Intervals.Errors[] errors = IntStream.range(0, settings.horizons())
                    .mapToObj(horizon -> new Intervals.Errors())
                    .toArray(Intervals.Errors[]::new);
            int[] hours = IntStream.range(0, training.steps())
                    .map(at -> at < origins[0] ? 0 : training.moment(at).local().getHour())
                    .toArray();
            each((horizon, point, at, mean, median, observed) -> {
                float value = (float) (weight * mean + (1 - weight) * median);
                errors[horizon].add(levels[point].position(value), hours[at], observed - value);
            });
            return Intervals.of(errors, settings.certainty());
        }
    }

    /** What the models say, by horizon and point. */
    private record Said(float[][] means, float[][] medians) {}

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeInt(levels.length);
        out.writeDouble(weight);
        out.writeDouble(tried.mae());
        out.writeDouble(tried.rmse());
        stage.features().write(out);
        intervals.write(out);
        for (Levels ofPoint : levels) {
            ofPoint.write(out);
        }
        for (int horizon = 0; horizon < settings.horizons(); horizon++) {
            stage.means()[horizon].write(out);
            stage.medians()[horizon].write(out);
        }
    }

    static TreesForecaster read(DataInput in, Settings settings) throws IOException {
        int points = in.readInt();
        double weight = in.readDouble();
        Tried tried = new Tried(in.readDouble(), in.readDouble());
        Features features = Features.read(in, points);
        Intervals intervals = Intervals.read(in);
        Levels[] levels = new Levels[points];
        for (int point = 0; point < points; point++) {
            levels[point] = Levels.read(in);
        }
        BoostedTrees[] means = new BoostedTrees[settings.horizons()];
        BoostedTrees[] medians = new BoostedTrees[settings.horizons()];
        for (int horizon = 0; horizon < settings.horizons(); horizon++) {
            means[horizon] = BoostedTrees.read(in);
            medians[horizon] = BoostedTrees.read(in);
        }
        return new TreesForecaster(settings, new Stage(features, means, medians), levels, weight, intervals, tried);
    }

    @Override
    public Tried tried() {
        return tried;
    }

    @Override
    public double certainty() {
        return settings.certainty();
    }

    /** How it was trained. */
    public Settings settings() {
        return settings;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int inputs() {
        return Features.INPUTS;
    }

    @Override
    public int horizons() {
        return settings.horizons();
    }

    /** How much the mean counts beside the median, from 0 to 1. */
    public double weightOfMean() {
        return weight;
    }

    @Override
    public Forecast forecast(Series known) {
        Said said = stage.say(known, settings);
        Forecast forecast = Forecast.empty(levels.length, settings.horizons());
        for (int horizon = 0; horizon < settings.horizons(); horizon++) {
            int hour = known.moment(known.steps() + horizon).local().getHour();
            for (int point = 0; point < levels.length; point++) {
                float value =
                        (float) (weight * said.means[horizon][point] + (1 - weight) * said.medians[horizon][point]);
                float position = levels[point].position(value);
                forecast.values()[point][horizon] = value;
                forecast.lows()[point][horizon] = value + intervals.low(horizon, position, hour);
                forecast.highs()[point][horizon] = value + intervals.high(horizon, position, hour);
            }
        }
        return forecast;
    }

    @Override
    public List<String> covariates() {
        return stage.features().covariates();
    }

    @Override
    public List<String> features() {
        return stage.features().list();
    }

    @Override
    public Reasons why(Series known, int point, int ahead) {
        Features.Known seen = stage.features().known(known, settings.horizons());
        float[] row = stage.features().row(seen, point, ahead);
        double[] parts = new double[row.length];
        BoostedTrees mean = stage.means()[ahead - 1];
        BoostedTrees median = stage.medians()[ahead - 1];
        double[] ofMean = new double[row.length];
        double[] ofMedian = new double[row.length];
        mean.contributions(row, ofMean);
        median.contributions(row, ofMedian);
        Map<String, Double> themes = new LinkedHashMap<>();
        for (int feature = 0; feature < row.length; feature++) {
            parts[feature] = weight * ofMean[feature] + (1 - weight) * ofMedian[feature];
            themes.merge(stage.features().theme(feature), parts[feature], Double::sum);
        }
        List<Reasons.Part> told = new ArrayList<>();
        themes.forEach((what, by) -> told.add(new Reasons.Part(what, by)));
        double always = weight * mean.expected() + (1 - weight) * median.expected();
        double value = row[0] + weight * mean.predict(row) + (1 - weight) * median.predict(row);
        int last = known.steps() - 1;
        while (last > 0 && Float.isNaN(known.value(point, last))) {
            last--;
        }
        return new Reasons(
                (float) value,
                row[0],
                known.moment(last).local().toLocalTime(),
                known.moment(known.steps() - 1 + ahead).local().toLocalTime(),
                always,
                Reasons.sorted(told),
                parts);
    }

    @Override
    public Dependence dependence(Series known, String feature, int ahead) {
        return Dependence.of(feature, features(), moments(known, ahead), rows -> {
            double mean = Arrays.stream(stage.means()[ahead - 1].predictAll(rows))
                    .average()
                    .orElse(0);
            double median = Arrays.stream(stage.medians()[ahead - 1].predictAll(rows))
                    .average()
                    .orElse(0);
            return weight * mean + (1 - weight) * median;
        });
    }

    /** What it looks at, at moments spread over a series. */
    private float[][] moments(Series known, int ahead) {
        return Dependence.moments(known, Features.INPUTS, (window, point) -> {
            Features.Known seen = stage.features().known(window, settings.horizons());
            return stage.features().row(seen, point, ahead);
        });
    }
}
