package io.polder.predict;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lets forecasters forecast where it is known already what came, from one origin after the other, and scores them. None is
 * shown more than the last steps before the origin that the protocol allows.
 */
public final class Backtest {
    /**
     * What is tried.
     *
     * @param first the first step whose number is to be forecast from what is before it
     * @param end no step from here on is forecast; every forecast is of all steps ahead, so the last origin is as many
     *     steps before
     * @param inputs how many steps before the origin may be seen; nobody is shown more than it asks for
     * @param bands limits between which errors are told apart, rising
     */
    public record Protocol(int first, int end, int inputs, int horizons, double[] bands) {}

    /** Takes every single forecast. */
    public interface Sink {
        void prediction(String point, Instant madeAt, Instant forWhen, float predicted, float observed)
                throws IOException;
    }

    private Backtest() {}

    /**
     * Tries them all.
     *
     * @param scales of each point, its mean step in the training range
     * @param forecasters the first is the one whose forecasts go to {@code sink}
     */
    public static List<Scores> run(
            Series series, Protocol protocol, double[] scales, List<Forecaster> forecasters, Sink sink)
            throws IOException {
        int origins = protocol.end() - protocol.horizons() - protocol.first() + 1;
        if (origins < 1) {
            throw new IllegalArgumentException("no origin has " + protocol.horizons() + " steps behind it");
        }
        List<Scores> all = new ArrayList<>();
        for (Forecaster forecaster : forecasters) {
            Scores scores = new Scores(forecaster.name(), protocol.horizons(), protocol.bands(), origins);
            int seen = Math.min(protocol.inputs(), forecaster.inputs());
            for (int origin = 0; origin < origins; origin++) {
                int from = protocol.first() + origin;
                Forecast forecast = forecaster.forecast(series.window(from - seen, from));
                score(series, scales, scores, origin, from, forecast);
                if (all.isEmpty()) {
                    tell(series, from, forecast, sink);
                }
            }
            all.add(scores);
        }
        return all;
    }

    private static void score(Series series, double[] scales, Scores scores, int origin, int from, Forecast forecast) {
        for (int step = 0; step < scores.horizons(); step++) {
            int hour = series.moment(from + step).local().getHour();
            for (int point = 0; point < scales.length; point++) {
                scores.add(
                        origin,
                        step,
                        hour,
                        forecast.values()[point][step],
                        forecast.lows()[point][step],
                        forecast.highs()[point][step],
                        series.value(point, from + step),
                        scales[point]);
            }
        }
    }

    private static void tell(Series series, int from, Forecast forecast, Sink sink) throws IOException {
        Instant madeAt = series.time(from - 1);
        for (int point = 0; point < forecast.values().length; point++) {
            for (int step = 0; step < forecast.values()[point].length; step++) {
                sink.prediction(
                        series.points().get(point),
                        madeAt,
                        series.time(from + step),
                        forecast.values()[point][step],
                        series.value(point, from + step));
            }
        }
    }

    /** Of each point the mean of the distances between neighbouring values, which scale its errors; 1 where it has none. */
    public static double[] scales(Series training) {
        double[] scales = new double[training.points().size()];
        Arrays.fill(scales, 1);
        for (int point = 0; point < scales.length; point++) {
            double sum = 0;
            int count = 0;
            for (int at = 1; at < training.steps(); at++) {
                double difference = Math.abs(training.value(point, at) - training.value(point, at - 1));
                if (!Double.isNaN(difference)) {
                    sum += difference;
                    count++;
                }
            }
            if (sum > 0) {
                scales[point] = sum / count;
            }
        }
        return scales;
    }
}
