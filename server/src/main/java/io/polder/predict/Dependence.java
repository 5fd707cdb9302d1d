package io.polder.predict;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How a forecast depends on one thing that the model looks at, all else as it was: the partial dependence of Friedman (Greedy
 * function approximation, 2001), the mean over many moments of what the model says when that one thing is set to a value.
 * Where things go together, it also asks for moments that never are.
 *
 * @param feature what it is, as {@link Learned#features} names it
 * @param values that it was set to, rising: quantiles of those that there were
 * @param adds what the model adds to the latest value then, on average
 * @param moments how many moments of points it is the mean of
 */
public record Dependence(String feature, float[] values, double[] adds, int moments) {
    private static final int VALUES = 20;
    /** Of points at steps, about. */
    private static final int MOMENTS = 2_000;

    /** Says what a model looks at. */
    interface Rows {
        /** What it looks at after the last step of a window. */
        float[] row(Series window, int point);
    }

    /** What a model looks at, for all points or every so manieth, at moments spread evenly over a series. */
    static float[][] moments(Series known, int inputs, Rows features) {
        int points = known.points().size();
        // A window may begin before the series does: a forecaster makes do with what there is.
        int least = Math.min(inputs, Features.INPUTS);
        int origins = Math.max(1, Math.min(known.steps() - least + 1, MOMENTS / points));
        int stride = Math.max(1, points * origins / MOMENTS);
        List<float[]> rows = new ArrayList<>();
        for (int origin = 0; origin < origins; origin++) {
            int end = known.steps() - (int) ((long) (known.steps() - least) * origin / origins);
            Series window = known.window(end - inputs, end);
            for (int point = 0; point < points; point += stride) {
                rows.add(features.row(window, point));
            }
        }
        return rows.toArray(float[][]::new);
    }

    /**
     * Computes it.
     *
     * @param rows what the model looks at, moment by moment; the feature's column is overwritten
     * @param adds the mean of what the model adds to the latest value at these moments
     */
    static Dependence of(String feature, List<String> features, float[][] rows, ToDoubleFunction<float[][]> adds) {
        int column = features.indexOf(feature);
        if (column < 0) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    List.of(new Problem(
                            "feature",
                            feature,
                            "the model does not look at that",
                            Problem.suggestion(feature, features))));
        }
        float[] values = quantiles(rows, column);
        double[] means = new double[values.length];
        for (int at = 0; at < values.length; at++) {
            for (float[] row : rows) {
                row[column] = values[at];
            }
            means[at] = adds.applyAsDouble(rows);
        }
        return new Dependence(feature, values, means, rows.length);
    }

    /** Different values of a column, evenly spread over those that there are. */
    private static float[] quantiles(float[][] rows, int column) {
        float[] there = new float[rows.length];
        int count = 0;
        for (float[] row : rows) {
            if (!Float.isNaN(row[column])) {
                there[count++] = row[column];
            }
        }
        Arrays.sort(there, 0, count);
        float[] values = new float[count == 0 ? 0 : VALUES];
        int size = 0;
        for (int at = 0; at < values.length; at++) {
            float value = there[(int) ((long) (count - 1) * at / (VALUES - 1))];
            if (size == 0 || value != values[size - 1]) {
                values[size++] = value;
            }
        }
        return Arrays.copyOf(values, size);
    }
}
