package io.polder.predict;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The usual way to try forecasters on any series: the first three quarters are to train on, the last quarter is forecast from
 * one origin after the other, and nothing is chosen or fitted there.
 */
public final class HeldOut {
    /** How many steps most forecasters see. */
    public static final int INPUTS = Features.INPUTS;

    private static final double TRAINED = 0.75;
    private static final int TOLD = 4;
    private static final int BANDS = 5;
    private static final MathContext ROUND = new MathContext(2);

    private HeldOut() {}

    /** The part to train on. */
    public static Series training(Series series) {
        return series.window(0, trained(series));
    }

    private static int trained(Series series) {
        return (int) (series.steps() * TRAINED);
    }

    /**
     * The rest: the first origin is its first step.
     *
     * @param inputs how many steps forecasters may see before it; {@link #INPUTS} for most
     */
    public static Backtest.Protocol test(Series series, int inputs, int horizons) {
        return new Backtest.Protocol(trained(series), series.steps(), inputs, horizons, bands(training(series)));
    }

    /**
     * The same of the points alone that have a day of numbers in the part to train on: models of a mart learn no others.
     *
     * @throws io.polder.record.PolderException INVALID_REQUEST when there is none
     */
    public static Series learnable(Series series) {
        return series.arranged(TrainingTask.known(training(series)).points());
    }

    /** A forecaster in whose place another speaks where it says nothing, as in a mart. */
    public static Forecaster filled(Forecaster first, Forecaster instead) {
        return new Filled(first, instead);
    }

    private record Filled(Forecaster first, Forecaster instead) implements Forecaster {
        @Override
        public String name() {
            return first.name();
        }

        @Override
        public int inputs() {
            return Math.max(first.inputs(), instead.inputs());
        }

        @Override
        public int horizons() {
            return first.horizons();
        }

        @Override
        public Forecast forecast(Series known) {
            Forecast forecast = first.forecast(known);
            float[][] others = instead.forecast(known).values();
            for (int point = 0; point < others.length; point++) {
                for (int step = 0; step < others[point].length; step++) {
                    if (Float.isNaN(forecast.values()[point][step])) {
                        forecast.values()[point][step] = others[point][step];
                    }
                }
            }
            return forecast;
        }
    }

    /** At most four numbers of steps ahead, as evenly apart as they can be, the farthest last. */
    public static List<Integer> told(int horizons) {
        int told = Math.min(TOLD, horizons);
        return IntStream.rangeClosed(1, told)
                .map(at -> horizons * at / told)
                .boxed()
                .toList();
    }

    /** Limits between fifths of the training range's numbers, to two digits. */
    private static double[] bands(Series training) {
        float[] numbers = new float[training.points().size() * training.steps()];
        int count = 0;
        for (int point = 0; point < training.points().size(); point++) {
            for (int at = 0; at < training.steps(); at++) {
                float number = training.value(point, at);
                if (!Float.isNaN(number)) {
                    numbers[count++] = number;
                }
            }
        }
        float[] sorted = Arrays.copyOf(numbers, count);
        Arrays.sort(sorted);
        return sorted.length == 0
                ? new double[0]
                : IntStream.range(1, BANDS)
                        .mapToDouble(band -> BigDecimal.valueOf(sorted[sorted.length * band / BANDS])
                                .round(ROUND)
                                .doubleValue())
                        .distinct()
                        .toArray();
    }
}
