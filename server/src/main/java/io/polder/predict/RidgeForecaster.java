package io.polder.predict;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.statistics.Ridge;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One ridge regression of all points together for each number of steps ahead, made of {@link RidgeSums}. Its weights can be
 * read, with their standard errors. Intervals are learned from the errors on the last days, forecast by weights of the days
 * before them.
 */
public final class RidgeForecaster implements Learned {
    static final String NAME = "ridge";
    /** Forecasts of points that are tried, at most; of more, every so manieth origin is taken. */
    private static final int MOST_TRIED = 100_000;

    private final Lines lines;
    private final Levels[] levels;
    private final Intervals intervals;
    private final double certainty;
    private final Tried tried;

    private RidgeForecaster(Lines lines, Levels[] levels, Intervals intervals, double certainty, Tried tried) {
        this.lines = lines;
        this.levels = levels;
        this.intervals = intervals;
        this.certainty = certainty;
        this.tried = tried;
    }

    /**
     * What it says, without intervals.
     *
     * @param terms what is looked at, by steps ahead
     * @param models by steps ahead
     * @param means of the terms in training, which stand for what is not known
     */
    private record Lines(List<LinearTerms> terms, List<Ridge> models, List<double[]> means) {
        static Optional<Lines> fit(List<RidgeSums> sums, LocalDate before) {
            List<Ridge> models = new ArrayList<>();
            for (RidgeSums ofHorizon : sums) {
                ofHorizon.fit(before).ifPresent(models::add);
            }
            return models.size() < sums.size()
                    ? Optional.empty()
                    : Optional.of(new Lines(
                            sums.stream().map(RidgeSums::terms).toList(),
                            models,
                            sums.stream().map(one -> one.means(before)).toList()));
        }

        /** The terms of a point; the first is NaN where nothing is known of it. */
        double[] row(Series known, int point, int horizon) {
            double[] row = terms.get(horizon).row(known, point);
            for (int term = 1; term < row.length; term++) {
                row[term] = Double.isNaN(row[term]) ? means.get(horizon)[term] : row[term];
            }
            return row;
        }

        float value(Series known, int point, int horizon) {
            return (float) models.get(horizon).predict(row(known, point, horizon));
        }
    }

    /**
     * Fits one.
     *
     * @param recent the points' numbers from a week before {@code trial} on
     * @param sums by steps ahead
     * @param trial the first of the days on which it is tried
     * @param certainty of the intervals
     * @throws PolderException INVALID_REQUEST when there are fewer than two days before them
     */
    static RidgeForecaster fit(Series recent, List<RidgeSums> sums, LocalDate trial, double certainty) {
        List<String> covariates = sums.get(0).terms().covariates();
        Lines early = Lines.fit(sums, trial).orElseThrow(() -> tooLittle(covariates));
        Lines all = Lines.fit(sums, LocalDate.MAX).orElseThrow(() -> tooLittle(covariates));
        Levels[] levels = Levels.of(recent);
        Intervals.Errors[] errors = IntStream.range(0, sums.size())
                .mapToObj(horizon -> new Intervals.Errors())
                .toArray(Intervals.Errors[]::new);
        int first = IntStream.range(0, recent.steps())
                .filter(at -> !recent.moment(at).local().toLocalDate().isBefore(trial))
                .findFirst()
                .orElse(recent.steps());
        int stride = Math.max(1, (int) ((long) (recent.steps() - first) * levels.length / MOST_TRIED));
        double[] lost = new double[3];
        for (int origin = first; origin < recent.steps(); origin += stride) {
            Series known = recent.window(origin - early.terms().get(0).inputs(), origin);
            for (int horizon = 0; horizon < Math.min(sums.size(), recent.steps() - origin); horizon++) {
                int hour = recent.moment(origin + horizon).local().getHour();
                for (int point = 0; point < levels.length; point++) {
                    float value = early.value(known, point, horizon);
                    float error = recent.value(point, origin + horizon) - value;
                    if (!Float.isNaN(error)) {
                        errors[horizon].add(levels[point].position(value), hour, error);
                        lost[0]++;
                        lost[1] += Math.abs(error);
                        lost[2] += (double) error * error;
                    }
                }
            }
        }
        return new RidgeForecaster(
                all,
                levels,
                Intervals.of(errors, certainty),
                certainty,
                new Tried(lost[1] / lost[0], Math.sqrt(lost[2] / lost[0])));
    }

    /**
     * Fits one from a series that is at hand, tried on its last fifth.
     *
     * @throws PolderException INVALID_REQUEST when there are fewer than two days before that
     */
    public static RidgeForecaster fit(Series training, int horizons, double certainty) {
        List<RidgeSums> sums = IntStream.rangeClosed(1, horizons)
                .mapToObj(ahead -> RidgeSums.of(training, ahead))
                .toList();
        int trial = (int) (training.steps() - trial(training.steps(), training.slotsOfDay()));
        return fit(training, sums, training.moment(trial).local().toLocalDate(), certainty);
    }

    /** On how many of the last steps it is tried: a fifth in whole days, at least one. */
    static long trial(long steps, long slotsOfDay) {
        return Math.max(slotsOfDay, steps / 5 / slotsOfDay * slotsOfDay);
    }

    private static PolderException tooLittle(List<String> covariates) {
        return new PolderException(
                ErrorCode.INVALID_REQUEST,
                "There are fewer than two days of history "
                        + (covariates.isEmpty() ? "" : "in which all of " + covariates + " are known ")
                        + "before those on which the model is tried, which is too little to learn from. Fix: wait, or"
                        + " load older rows; a baseline serves meanwhile");
    }

    /** What was fitted for so many steps ahead, from 1; weights are in the order of {@link #features}. */
    public Ridge model(int ahead) {
        return lines.models().get(ahead - 1);
    }

    @Override
    public Tried tried() {
        return tried;
    }

    @Override
    public double certainty() {
        return certainty;
    }

    @Override
    public List<String> features() {
        return lines.terms().get(0).names();
    }

    @Override
    public List<String> covariates() {
        return lines.terms().get(0).covariates();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int inputs() {
        return lines.terms().get(0).inputs();
    }

    @Override
    public int horizons() {
        return lines.models().size();
    }

    /** NaN for a point of which nothing is known. */
    @Override
    public Forecast forecast(Series known) {
        Forecast forecast = Forecast.empty(levels.length, horizons());
        for (int horizon = 0; horizon < horizons(); horizon++) {
            int hour = known.moment(known.steps() + horizon).local().getHour();
            for (int point = 0; point < levels.length; point++) {
                float value = lines.value(known, point, horizon);
                float position = levels[point].position(value);
                forecast.values()[point][horizon] = value;
                forecast.lows()[point][horizon] = value + intervals.low(horizon, position, hour);
                forecast.highs()[point][horizon] = value + intervals.high(horizon, position, hour);
            }
        }
        return forecast;
    }

    /** Of a linear model what a term adds is its weight times how far the term is from its mean; that is its Shapley value. */
    @Override
    public Reasons why(Series known, int point, int ahead) {
        double[] row = lines.row(known, point, ahead - 1);
        double[] means = lines.means().get(ahead - 1);
        Ridge model = model(ahead);
        double[] parts = new double[row.length];
        // The value now is what a forecast begins with; what the model makes of it is a part of its own.
        double always = -row[0] + model.intercept() + model.weights()[0] * means[0];
        parts[0] = model.weights()[0] * (row[0] - means[0]);
        double time = 0;
        List<Reasons.Part> told = new ArrayList<>();
        LinearTerms terms = lines.terms().get(ahead - 1);
        for (int term = 1; term < row.length; term++) {
            parts[term] = model.weights()[term] * (row[term] - means[term]);
            always += model.weights()[term] * means[term];
            if (term < terms.numbers()) {
                told.add(new Reasons.Part(terms.names().get(term), parts[term]));
            } else {
                time += parts[term];
            }
        }
        told.add(new Reasons.Part("the time", time));
        told.add(new Reasons.Part("what the value now is worth", parts[0] + always));
        return new Reasons(
                (float) model.predict(row),
                (float) row[0],
                known.moment(known.steps() - 1).local().toLocalTime(),
                known.moment(known.steps() - 1 + ahead).local().toLocalTime(),
                0,
                Reasons.sorted(told),
                parts);
    }

    @Override
    public Dependence dependence(Series known, String feature, int ahead) {
        Ridge model = model(ahead);
        float[][] rows = Dependence.moments(known, inputs(), (window, point) -> {
            double[] row = lines.row(window, point, ahead - 1);
            float[] moment = new float[row.length];
            for (int term = 0; term < row.length; term++) {
                moment[term] = (float) row[term];
            }
            return moment;
        });
        return Dependence.of(feature, features(), rows, all -> Arrays.stream(all)
                .filter(row -> !Float.isNaN(row[0]))
                .mapToDouble(row -> {
                    double value = model.intercept() - row[0];
                    for (int term = 0; term < row.length; term++) {
                        value += model.weights()[term] * row[term];
                    }
                    return value;
                })
                .average()
                .orElse(0));
    }

    @Override
    public void write(DataOutput out) throws IOException {
        LinearTerms first = lines.terms().get(0);
        out.writeInt(first.covariates().size());
        for (String covariate : first.covariates()) {
            out.writeUTF(covariate);
        }
        for (int horizon = 0; horizon < horizons(); horizon++) {
            Ridge model = lines.models().get(horizon);
            out.writeDouble(model.intercept());
            out.writeDouble(model.penalty());
            out.writeLong(model.rows());
            out.writeDouble(model.deviation());
            for (double[] numbers :
                    List.of(model.weights(), model.errors(), lines.means().get(horizon))) {
                for (double number : numbers) {
                    out.writeDouble(number);
                }
            }
        }
        out.writeDouble(tried.mae());
        out.writeDouble(tried.rmse());
        intervals.write(out);
        out.writeInt(levels.length);
        for (Levels ofPoint : levels) {
            ofPoint.write(out);
        }
    }

    static RidgeForecaster read(DataInput in, ModelFile.Provenance from) throws IOException {
        String[] covariates = new String[in.readInt()];
        for (int at = 0; at < covariates.length; at++) {
            covariates[at] = in.readUTF();
        }
        Series.Calendar calendar = new Series.Calendar(ZoneId.of(from.zone()), from.holidays());
        int slots = (int) Duration.ofDays(1).dividedBy(Duration.ofSeconds(from.step()));
        List<LinearTerms> terms = new ArrayList<>();
        List<Ridge> models = new ArrayList<>();
        List<double[]> means = new ArrayList<>();
        for (int ahead = 1; ahead <= from.horizons(); ahead++) {
            LinearTerms ofHorizon = new LinearTerms(calendar, from.step(), slots, ahead, Arrays.asList(covariates));
            terms.add(ofHorizon);
            double intercept = in.readDouble();
            double penalty = in.readDouble();
            long rows = in.readLong();
            double deviation = in.readDouble();
            models.add(new Ridge(
                    intercept, numbers(in, ofHorizon.size()), numbers(in, ofHorizon.size()), penalty, rows, deviation));
            means.add(numbers(in, ofHorizon.size()));
        }
        Tried tried = new Tried(in.readDouble(), in.readDouble());
        Intervals intervals = Intervals.read(in);
        Levels[] levels = new Levels[in.readInt()];
        for (int point = 0; point < levels.length; point++) {
            levels[point] = Levels.read(in);
        }
        return new RidgeForecaster(new Lines(terms, models, means), levels, intervals, from.certainty(), tried);
    }

    private static double[] numbers(DataInput in, int count) throws IOException {
        double[] numbers = new double[count];
        for (int at = 0; at < count; at++) {
            numbers[at] = in.readDouble();
        }
        return numbers;
    }
}
