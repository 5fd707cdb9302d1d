package io.polder.statistics;

import java.util.Arrays;

/**
 * Ridge regression by gradient descent exactly as {@code RidgeRegressionWithSGD} of Spark MLlib computes it, with all
 * that is wrong with it, so that what was published with it can be computed again. {@link Ridge} is the one to use.
 *
 * <p>Every step looks at all rows: w ← w (1 − η λ) − η (1/n) Σ (w·x − y) x, with η = step / √i in step i. The intercept
 * is one more weight of a feature that is always 1, begins at 1 where all others begin at 0, and shrinks as they do.
 * From the second step on it ends when ‖change‖₂ &lt; tolerance × max(‖w‖₂, 1).
 *
 * @param weights one for each feature
 * @param steps after how many steps it ended
 */
public record SgdRidge(double intercept, double[] weights, int steps) {
    /** MLlib's own, which its callers in Python can change and those of the published model did not. */
    private static final double TOLERANCE = 0.001;

    private static final double FIRST_INTERCEPT = 1.0;

    /**
     * What MLlib's {@code train} takes.
     *
     * @param iterations steps at most
     * @param step length of the first step
     * @param regularisation of the weights and of the intercept
     */
    public record Settings(int iterations, double step, double regularisation) {
        /** Those of the published model of traffic speed. */
        public static final Settings PUBLISHED = new Settings(500, 0.025, 0.005);
    }

    /**
     * Fits one.
     *
     * @param rows features row by row, not changed; at least one
     * @param target as many as there are rows
     */
    public static SgdRidge fit(double[][] rows, double[] target, Settings settings) {
        int features = rows[0].length;
        double[] weights = new double[features + 1];
        weights[features] = FIRST_INTERCEPT;
        int step = 1;
        for (; step <= settings.iterations(); step++) {
            double[] gradient = gradient(rows, target, weights);
            double length = settings.step() / Math.sqrt(step);
            double kept = 1 - length * settings.regularisation();
            double change = 0;
            double norm = 0;
            for (int at = 0; at <= features; at++) {
                double next = weights[at] * kept - length * gradient[at];
                change += (next - weights[at]) * (next - weights[at]);
                norm += next * next;
                weights[at] = next;
            }
            if (step > 1 && Math.sqrt(change) < TOLERANCE * Math.max(Math.sqrt(norm), 1)) {
                break;
            }
        }
        return new SgdRidge(weights[features], Arrays.copyOf(weights, features), Math.min(step, settings.iterations()));
    }

    private static double[] gradient(double[][] rows, double[] target, double[] weights) {
        int features = weights.length - 1;
        double[] gradient = new double[features + 1];
        for (int row = 0; row < rows.length; row++) {
            double error = weights[features] - target[row];
            for (int at = 0; at < features; at++) {
                error += weights[at] * rows[row][at];
            }
            for (int at = 0; at < features; at++) {
                gradient[at] += error * rows[row][at];
            }
            gradient[features] += error;
        }
        for (int at = 0; at <= features; at++) {
            gradient[at] /= rows.length;
        }
        return gradient;
    }

    /** What it says of a row. */
    public double predict(double[] row) {
        double value = intercept;
        for (int at = 0; at < weights.length; at++) {
            value += weights[at] * row[at];
        }
        return value;
    }
}
