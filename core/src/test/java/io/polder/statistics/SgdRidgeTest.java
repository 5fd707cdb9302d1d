package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That it equals Spark's to nine digits is held by {@code bench/mllib}, beside the real Spark. */
class SgdRidgeTest {
    private static final double PRINTED_INTERCEPT = 4.36571;
    private static final double[] PRINTED_HOURS = {
        0.63734, 0.10966, -0.21648, -0.23896, 0.15326, 0.48998, 0.58346, 0.76605, 0.62572, 0.49076, 0.42505, 0.41065,
        0.30644, 0.21880, 0.10592, 0.07667, 0.02955, 0.00451, 0.04812, 0.01284, -0.00428, -0.27189, -0.48977, -0.90398
    };

    /** Of any data with one-hot hours: their weights and the intercept get the same gradient, and differ by the 1 alone. */
    @Test
    void theInterceptLessAllHoursIsTheShrunkOneThatItBeganWith() {
        SgdRidge fitted = fit(hours(new Random(7)));

        double shrunk = 1;
        for (int step = 1; step <= fitted.steps(); step++) {
            shrunk *= 1 - 0.025 / Math.sqrt(step) * 0.005;
        }
        double hours = Arrays.stream(fitted.weights(), 0, 24).sum();
        assertThat(fitted.intercept() - hours).isCloseTo(shrunk, within(1e-9));
    }

    @Test
    void thePrintedWeightsAreOfARunThatEndedAfterHalfOfItsSteps() {
        double printed = PRINTED_INTERCEPT - Arrays.stream(PRINTED_HOURS).sum();
        assertThat(printed).isCloseTo(0.99629, within(5e-6));

        double shrunk = 1;
        int steps = 0;
        while (shrunk > printed) {
            steps++;
            shrunk *= 1 - 0.025 / Math.sqrt(steps) * 0.005;
        }

        assertThat(steps).isBetween(235, 250);
    }

    @Test
    void itEndsFarFromWhereTheClosedFormIs() {
        double[][] rows = hours(new Random(11));
        double[] target = target(rows);
        CrossProducts moments = new CrossProducts(28);
        for (int row = 0; row < rows.length; row++) {
            double[] with = Arrays.copyOf(rows[row], 28);
            with[27] = target[row];
            moments.add(with);
        }
        Ridge best = Ridge.fit(moments, java.util.stream.IntStream.range(0, 27).toArray(), 27, 1e-6);
        SgdRidge published = SgdRidge.fit(rows, target, SgdRidge.Settings.PUBLISHED);

        double errorOfBest = 0;
        double errorOfPublished = 0;
        for (int row = 0; row < rows.length; row++) {
            errorOfBest += Math.pow(best.predict(rows[row]) - target[row], 2);
            errorOfPublished += Math.pow(published.predict(rows[row]) - target[row], 2);
        }
        assertThat(errorOfPublished).isGreaterThan(4 * errorOfBest);
    }

    private static SgdRidge fit(double[][] rows) {
        return SgdRidge.fit(rows, target(rows), SgdRidge.Settings.PUBLISHED);
    }

    private static double[] target(double[][] rows) {
        return Arrays.stream(rows)
                .mapToDouble(row -> 90 - 20 * row[8] - 25 * row[17] + 3 * row[25])
                .toArray();
    }

    private static double[][] hours(Random random) {
        double[][] rows = new double[24 * 30][27];
        for (int at = 0; at < rows.length; at++) {
            int hour = at % 24;
            int day = (at / 24 + random.nextInt(2)) % 7 + 1;
            rows[at][hour] = 1;
            rows[at][24] = day;
            rows[at][25] = day >= 6 ? 1 : 0;
            rows[at][26] = hour;
        }
        return rows;
    }
}
