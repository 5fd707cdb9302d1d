package io.polder.predict;

import java.util.Arrays;

/** Bands of observed numbers, by which errors are told apart: fifths of what was seen first, with round limits. */
final class Bands {
    private static final int FIFTHS = 5;
    private static final int ENOUGH = 20;

    private Bands() {}

    /** Limits, rising; empty when there are too few numbers, or all are much the same. */
    static double[] of(Series seen) {
        float[] numbers = new float[seen.points().size() * seen.steps()];
        int size = 0;
        for (int point = 0; point < seen.points().size(); point++) {
            for (int at = 0; at < seen.steps(); at++) {
                float value = seen.value(point, at);
                if (!Float.isNaN(value)) {
                    numbers[size++] = value;
                }
            }
        }
        if (size < ENOUGH) {
            return new double[0];
        }
        float[] sorted = Arrays.copyOf(numbers, size);
        Arrays.sort(sorted);
        double unit = unit(sorted[size - 1] - (double) sorted[0]);
        double[] limits = new double[FIFTHS - 1];
        for (int at = 1; at < FIFTHS; at++) {
            limits[at - 1] = Math.rint(sorted[(int) ((long) size * at / FIFTHS)] / unit) * unit;
        }
        return Arrays.stream(limits).distinct().toArray();
    }

    /** A hundredth of the range or less, as 1, 2 or 5 with zeros. */
    private static double unit(double range) {
        double hundredth = Math.max(range, 1e-9) / 100;
        double power = Math.pow(10, Math.floor(Math.log10(hundredth)));
        double digit = hundredth / power;
        return power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
    }

    static int of(double[] limits, float value) {
        int band = 0;
        while (band < limits.length && value >= limits[band]) {
            band++;
        }
        return band;
    }
}
