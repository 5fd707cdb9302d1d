package io.polder.predict;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Whether one forecast is better than another, or was only lucky (Diebold, Mariano: Comparing predictive accuracy, 1995;
 * for few forecasts corrected as by Harvey, Leybourne, Newbold, 1997). Forecasts made one after the other are wrong
 * together, so the variance of the mean difference counts its covariances in time (Newey, West, 1987).
 *
 * @param difference mean loss of the first less that of the second: below 0 the first is better
 * @param statistic the difference in units of its standard error
 * @param chance that a difference as large, to either side, comes of forecasts that are equally good; NaN when too few
 *     were compared
 */
public record DieboldMariano(double difference, double statistic, double chance) {
    /**
     * Compares two forecasts.
     *
     * @param first losses of the first, in the order of time
     * @param second losses of the second, of the same moments
     * @param horizon for how many steps ahead: so many forecasts overlap
     */
    public static DieboldMariano of(double[] first, double[] second, int horizon) {
        int count = first.length;
        double[] differences = new double[count];
        double mean = 0;
        for (int at = 0; at < count; at++) {
            differences[at] = first[at] - second[at];
            mean += differences[at] / count;
        }
        // At least what overlaps, and the usual rule for what lingers longer.
        int lags = Math.max(horizon - 1, (int) Math.floor(4 * Math.pow(count / 100.0, 2.0 / 9)));
        double variance = 0;
        for (int lag = 0; lag <= lags && lag < count; lag++) {
            double covariance = 0;
            for (int at = lag; at < count; at++) {
                covariance += (differences[at] - mean) * (differences[at - lag] - mean) / count;
            }
            variance += lag == 0 ? covariance : 2 * (1 - lag / (lags + 1.0)) * covariance;
        }
        if (count < 3 || !(variance > 0)) {
            return new DieboldMariano(mean, Double.NaN, Double.NaN);
        }
        double overlap = Math.min(horizon, count / 2);
        double small = (count + 1 - 2 * overlap + overlap * (overlap - 1) / count) / count;
        double statistic = mean / Math.sqrt(variance / count) * Math.sqrt(Math.max(0, small));
        double chance = 2 * TDistribution.of(count - 1.0).cumulativeProbability(-Math.abs(statistic));
        return new DieboldMariano(mean, statistic, chance);
    }
}
