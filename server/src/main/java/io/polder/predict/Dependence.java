package io.polder.predict;

/**
 * How a forecast depends on one thing that the model looks at, all else as it was: the partial dependence of Friedman (Greedy
 * function approximation, 2001), the mean over many moments of what the model says when that one thing is set to a value.
 * Where things go together, it also asks for moments that never are.
 *
 * @param feature what it is, as {@link TreesForecaster#features} names it
 * @param values that it was set to, rising: quantiles of those that there were
 * @param adds what the model adds to the latest value then, on average
 * @param moments how many moments of points it is the mean of
 */
public record Dependence(String feature, float[] values, double[] adds, int moments) {}
