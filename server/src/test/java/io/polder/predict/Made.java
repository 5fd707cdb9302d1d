package io.polder.predict;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Series that are made up: something like the air of some places, with days, weekends and winds that go from one to the next. */
final class Made {
    static final int SLOTS = 96;
    static final Series.Calendar BRUSSELS = Series.Calendar.of(ZoneId.of("Europe/Brussels"));

    private Made() {}

    static Series series(long seed, int points, int days) {
        Random random = new Random(seed);
        int steps = days * SLOTS;
        double[] wind = new double[steps];
        for (int at = 1; at < steps; at++) {
            wind[at] = 0.97 * wind[at - 1] + random.nextGaussian();
        }
        float[][] values = new float[points][steps];
        for (int point = 0; point < points; point++) {
            double own = 0;
            for (int at = 0; at < steps; at++) {
                own = 0.8 * own + random.nextGaussian();
                int day = at / SLOTS;
                double rush = Math.exp(-Math.pow((at % SLOTS - 34) / 6.0, 2))
                        + Math.exp(-Math.pow((at % SLOTS - 70) / 8.0, 2));
                double usual = 40 + 5 * point + 25 * rush * (day % 7 >= 5 ? 0.2 : 1);
                values[point][at] = (float) (usual + 3 * wind[Math.max(0, at - 4 * point)] + own);
            }
        }
        return of(values);
    }

    static Series of(float[][] values) {
        List<String> points =
                IntStream.range(0, values.length).mapToObj(point -> "p" + point).toList();
        // A Monday.
        return Series.of(points, Instant.parse("2026-02-01T23:00:00Z"), Duration.ofMinutes(15), BRUSSELS, values);
    }

    static float[][] values(Series series) {
        float[][] values = new float[series.points().size()][series.steps()];
        for (int point = 0; point < values.length; point++) {
            for (int at = 0; at < series.steps(); at++) {
                values[point][at] = series.value(point, at);
            }
        }
        return values;
    }

    static TreesForecaster.Settings small(int horizons) {
        return new TreesForecaster.Settings(horizons, 40, 15, 20, 0.15, 0.7, 0.5, 20_000, 0.9, 1, 1);
    }
}
