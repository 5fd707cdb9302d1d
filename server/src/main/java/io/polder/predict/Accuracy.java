package io.polder.predict;

/**
 * How far forecasts are from what was observed, summed up. Those without an observation do not count. For one thread.
 */
public final class Accuracy {
    private long count;
    private double absolute;
    private double squared;
    private double bias;
    private double relative;
    private long relatives;
    private double symmetric;
    private double scaled;
    private long promised;
    private long kept;
    private double width;

    /**
     * Takes a forecast.
     *
     * @param scale mean absolute error of the point's last value one step ahead in the training range, for MASE
     */
    void add(float predicted, float low, float high, float observed, double scale) {
        if (Float.isNaN(observed)) {
            return;
        }
        count++;
        double error = (double) predicted - observed;
        absolute += Math.abs(error);
        squared += error * error;
        bias += error;
        if (observed != 0) {
            relative += Math.abs(error / observed);
            relatives++;
        }
        double both = Math.abs(predicted) + Math.abs(observed);
        symmetric += both == 0 ? 0 : 2 * Math.abs(error) / both;
        scaled += Math.abs(error) / scale;
        if (!Float.isNaN(low)) {
            promised++;
            kept += observed >= low && observed <= high ? 1 : 0;
            width += (double) high - low;
        }
    }

    /** Takes what another has taken. */
    void add(Accuracy other) {
        count += other.count;
        absolute += other.absolute;
        squared += other.squared;
        bias += other.bias;
        relative += other.relative;
        relatives += other.relatives;
        symmetric += other.symmetric;
        scaled += other.scaled;
        promised += other.promised;
        kept += other.kept;
        width += other.width;
    }

    /** How many forecasts count. */
    public long count() {
        return count;
    }

    /** Mean absolute error, in the unit of the numbers. */
    public double mae() {
        return absolute / count;
    }

    /** Root of the mean squared error, in the unit of the numbers. */
    public double rmse() {
        return Math.sqrt(squared / count);
    }

    /** Mean error: above 0 it says too much. */
    public double bias() {
        return bias / count;
    }

    /** Mean of |error| ÷ |observed|, as a part of 1, of those that are not 0. */
    public double mape() {
        return relative / relatives;
    }

    /** Mean of 2 |error| ÷ (|predicted| + |observed|), as a part of 1. */
    public double smape() {
        return symmetric / count;
    }

    /** Mean of |error| ÷ the point's mean step from one value to the next in the training range. */
    public double mase() {
        return scaled / count;
    }

    /** What part of the observations is within the interval that was promised; NaN when none was. */
    public double coverage() {
        return (double) kept / promised;
    }

    /** How wide the intervals are, on average. */
    public double width() {
        return width / promised;
    }
}
