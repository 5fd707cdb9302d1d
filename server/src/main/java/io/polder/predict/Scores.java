package io.polder.predict;

import java.util.Arrays;
import java.util.stream.IntStream;

/** How good a forecaster was: by steps ahead, by hour, by how large the observed number was. For one thread. */
public final class Scores {
    private static final int HOURS = 24;

    private final String name;
    private final double[] bands;
    private final Accuracy[] bySteps;
    private final Accuracy[] byHour;
    private final Accuracy[] byBand;
    /** Of each step ahead and origin: sums over the points, and how many there were. */
    private final double[][] absolute;

    private final double[][] squared;
    private final int[][] counts;

    Scores(String name, int horizons, double[] bands, int origins) {
        this.name = name;
        this.bands = bands;
        this.bySteps = fresh(horizons);
        this.byHour = fresh(HOURS);
        this.byBand = fresh(bands.length + 1);
        this.absolute = new double[horizons][origins];
        this.squared = new double[horizons][origins];
        this.counts = new int[horizons][origins];
    }

    private static Accuracy[] fresh(int size) {
        return IntStream.range(0, size).mapToObj(at -> new Accuracy()).toArray(Accuracy[]::new);
    }

    void add(int origin, int step, int hour, float predicted, float low, float high, float observed, double scale) {
        if (Float.isNaN(observed)) {
            return;
        }
        bySteps[step].add(predicted, low, high, observed, scale);
        byHour[hour].add(predicted, low, high, observed, scale);
        int band = 0;
        while (band < bands.length && observed >= bands[band]) {
            band++;
        }
        byBand[band].add(predicted, low, high, observed, scale);
        double error = (double) predicted - observed;
        absolute[step][origin] += Math.abs(error);
        squared[step][origin] += error * error;
        counts[step][origin]++;
    }

    /** Whose they are. */
    public String name() {
        return name;
    }

    public int horizons() {
        return bySteps.length;
    }

    /** Of forecasts for so many steps ahead, from 1. */
    public Accuracy at(int steps) {
        return bySteps[steps - 1];
    }

    /** Of forecasts for at most so many steps ahead. */
    public Accuracy upTo(int steps) {
        Accuracy all = new Accuracy();
        Arrays.stream(bySteps, 0, steps).forEach(all::add);
        return all;
    }

    /** Of forecasts for this hour of the day. */
    public Accuracy hour(int hour) {
        return byHour[hour];
    }

    /** Limits of the bands: band 0 is below the first, the last band is from the last on. */
    public double[] bands() {
        return bands.clone();
    }

    /** Of forecasts whose observed number is in a band. */
    public Accuracy band(int band) {
        return byBand[band];
    }

    /** Whether these are better than others, by absolute errors so many steps ahead. */
    public DieboldMariano absoluteAgainst(Scores other, int steps) {
        return DieboldMariano.of(losses(absolute, steps), other.losses(other.absolute, steps), steps);
    }

    /** Whether these are better than others, by squared errors so many steps ahead. */
    public DieboldMariano squaredAgainst(Scores other, int steps) {
        return DieboldMariano.of(losses(squared, steps), other.losses(other.squared, steps), steps);
    }

    private double[] losses(double[][] sums, int steps) {
        return IntStream.range(0, sums[steps - 1].length)
                .filter(origin -> counts[steps - 1][origin] > 0)
                .mapToDouble(origin -> sums[steps - 1][origin] / counts[steps - 1][origin])
                .toArray();
    }
}
