package io.polder.statistics;

import java.util.Arrays;
import java.util.List;

/**
 * Ridge regression in closed form: the weights that make Σ (y − a − w·x)² + n λ Σ (w s)² least, where s are the features'
 * standard deviations, so that λ means the same for a feature in km/h and one in hours; the intercept a is not shrunk.
 *
 * @param weights one for each feature, in the features' own units
 * @param errors the weights' standard errors, given that λ was given; NaN where there are too few rows
 * @param penalty λ
 * @param rows how many rows it was fitted on
 * @param deviation of what is left, the residual standard error with the degrees of freedom that the penalty leaves
 */
public record Ridge(double intercept, double[] weights, double[] errors, double penalty, long rows, double deviation) {
    /** The penalties that are tried where none is told. */
    public static final List<Double> PENALTIES = List.of(1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0);

    /**
     * Fits one.
     *
     * @param moments of the features and the target
     * @param features which columns they are
     * @param target its column
     */
    public static Ridge fit(CrossProducts moments, int[] features, int target, double penalty) {
        Equations equations = Equations.of(moments, features, target);
        Cholesky factor = equations.shrunk(penalty);
        double[] solution = factor.solve(equations.known);
        double left = moments.product(target, target);
        for (int row = 0; row < solution.length; row++) {
            left -= 2 * solution[row] * equations.known[row];
            for (int column = 0; column < solution.length; column++) {
                left += solution[row] * solution[column] * symmetric(equations.correlations, row, column);
            }
        }
        Line line = equations.line(moments, features, target, solution);
        return withErrors(moments.count(), penalty, line, equations, factor, Math.max(0, left));
    }

    /** A solution in the features' own units. */
    private record Line(double intercept, double[] weights) {}

    /** What is to be solved, of scaled features; only the part on and below the diagonal is there. */
    private record Equations(double[] scales, double[][] correlations, double[] known) {
        static Equations of(CrossProducts moments, int[] features, int target) {
            int size = features.length;
            double[] scales = new double[size];
            for (int at = 0; at < size; at++) {
                scales[at] = Math.sqrt(moments.product(features[at], features[at]));
            }
            double[][] correlations = new double[size][];
            double[] known = new double[size];
            for (int row = 0; row < size; row++) {
                correlations[row] = new double[row + 1];
                for (int column = 0; column <= row; column++) {
                    correlations[row][column] = scaled(moments, features, scales, row, column);
                }
                known[row] = scales[row] == 0 ? 0 : moments.product(features[row], target) / scales[row];
            }
            return new Equations(scales, correlations, known);
        }

        Cholesky shrunk(double penalty) {
            double[][] shrunk = new double[correlations.length][];
            for (int row = 0; row < shrunk.length; row++) {
                shrunk[row] = correlations[row].clone();
                shrunk[row][row] += penalty;
            }
            return Cholesky.of(shrunk);
        }

        Line line(CrossProducts moments, int[] features, int target, double[] solution) {
            double intercept = moments.mean(target);
            double[] weights = new double[solution.length];
            for (int at = 0; at < weights.length; at++) {
                weights[at] = scales[at] == 0 ? 0 : solution[at] / scales[at];
                intercept -= weights[at] * moments.mean(features[at]);
            }
            return new Line(intercept, weights);
        }
    }

    /** The variance of the weights is σ² (C + λ)⁻¹ C (C + λ)⁻¹, of scaled features with correlations C. */
    private static Ridge withErrors(
            long rows, double penalty, Line line, Equations equations, Cholesky factor, double left) {
        int size = line.weights.length;
        double[][] correlations = equations.correlations;
        double freedom = 0;
        double[] variances = new double[size];
        for (int at = 0; at < size; at++) {
            double[] unit = new double[size];
            unit[at] = 1;
            double[] inverse = factor.solve(unit);
            for (int row = 0; row < size; row++) {
                freedom += inverse[row] * symmetric(correlations, row, at);
                for (int column = 0; column < size; column++) {
                    variances[at] += inverse[row] * inverse[column] * symmetric(correlations, row, column);
                }
            }
        }
        double degrees = rows - 1 - freedom;
        double deviation = degrees > 0 ? Math.sqrt(left / degrees) : Double.NaN;
        double[] errors = new double[size];
        for (int at = 0; at < size; at++) {
            double scale = equations.scales[at];
            errors[at] = scale == 0 ? Double.NaN : deviation * Math.sqrt(Math.max(0, variances[at])) / scale;
        }
        return new Ridge(line.intercept, line.weights, errors, penalty, rows, deviation);
    }

    private static double scaled(CrossProducts moments, int[] features, double[] scales, int row, int column) {
        if (scales[row] == 0 || scales[column] == 0) {
            return 0;
        }
        return row == column ? 1 : moments.product(features[row], features[column]) / scales[row] / scales[column];
    }

    private static double symmetric(double[][] matrix, int row, int column) {
        return row >= column ? matrix[row][column] : matrix[column][row];
    }

    /**
     * Fits one with the penalty that predicts best what it was not fitted on: of blocks of rows that follow each other in
     * time, each is left out once. Neighbours in time resemble each other, so leaving out single rows would tell a
     * penalty good that only remembers.
     *
     * @param blocks at least two
     */
    public static Ridge fitBest(List<CrossProducts> blocks, int[] features, int target, List<Double> penalties) {
        CrossProducts all = new CrossProducts(blocks.get(0).columns());
        blocks.forEach(all::merge);
        double[] lost = new double[penalties.size()];
        for (CrossProducts left : blocks) {
            CrossProducts others = new CrossProducts(all.columns());
            for (CrossProducts block : blocks) {
                if (block != left) {
                    others.merge(block);
                }
            }
            Equations equations = Equations.of(others, features, target);
            for (int at = 0; at < lost.length; at++) {
                double[] solution = equations.shrunk(penalties.get(at)).solve(equations.known);
                lost[at] += squaredError(equations.line(others, features, target, solution), left, features, target);
            }
        }
        int best = 0;
        for (int at = 1; at < lost.length; at++) {
            best = lost[at] < lost[best] ? at : best;
        }
        return fit(all, features, target, penalties.get(best));
    }

    /** The sum of the squared errors on the rows of {@code moments}. */
    private static double squaredError(Line line, CrossProducts moments, int[] features, int target) {
        double[] weights = line.weights;
        double sum = moments.product(target, target);
        double bias = moments.mean(target) - line.intercept;
        for (int row = 0; row < weights.length; row++) {
            bias -= weights[row] * moments.mean(features[row]);
            sum -= 2 * weights[row] * moments.product(features[row], target);
            for (int column = 0; column < weights.length; column++) {
                sum += weights[row] * weights[column] * moments.product(features[row], features[column]);
            }
        }
        return sum + moments.count() * bias * bias;
    }

    /** What it says of a row. */
    public double predict(double[] row) {
        double value = intercept;
        for (int at = 0; at < weights.length; at++) {
            value += weights[at] * row[at];
        }
        return value;
    }

    @Override
    public String toString() {
        return "Ridge " + intercept + " + " + Arrays.toString(weights);
    }
}
