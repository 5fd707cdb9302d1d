package io.polder.statistics;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Count, mean, and sums of the second to fourth powers of the distances from the mean. Two of them make one by the
 * formulas of Chan, Golub and LeVeque and of Pébay, as if all values had been looked at together.
 *
 * @param centre a number near the mean
 * @param offset how far the mean is from there: of values far from 0 the mean alone would not have the digits that the
 *     third and fourth powers need
 */
public record Moments(long count, double centre, double offset, double second, double third, double fourth) {
    /** Of no value. */
    public static final Moments NONE = new Moments(0, 0, 0, 0, 0, 0);

    /**
     * From sums of powers of the distances from any centre near the mean.
     *
     * @param first the sum of the distances themselves
     */
    public static Moments about(double centre, long count, double first, double second, double third, double fourth) {
        if (count == 0) {
            return NONE;
        }
        double d = first / count;
        return new Moments(
                count,
                centre,
                d,
                Math.max(0, second - d * first),
                third - 3 * d * second + 2 * d * d * first,
                Math.max(0, fourth - 4 * d * third + 6 * d * d * second - 3 * d * d * d * first));
    }

    /** Of these values and those together. */
    public Moments and(Moments other) {
        if (count == 0 || other.count == 0) {
            return count == 0 ? other : this;
        }
        double n = (double) count + other.count;
        double a = count;
        double b = other.count;
        double d = other.centre - centre + (other.offset - offset);
        double part = d / n;
        return new Moments(
                count + other.count,
                centre,
                offset + part * b,
                second + other.second + d * part * a * b,
                third + other.third + d * part * part * a * b * (a - b) + 3 * part * (a * other.second - b * second),
                fourth
                        + other.fourth
                        + d * part * part * part * a * b * (a * a - a * b + b * b)
                        + 6 * part * part * (a * a * other.second + b * b * second)
                        + 4 * part * (a * other.third - b * third));
    }

    public double mean() {
        return centre + offset;
    }

    public double sum() {
        return mean() * count;
    }

    /** Of the sample (n - 1); NaN of fewer than two values. */
    public double variance() {
        return count < 2 ? Double.NaN : second / (count - 1);
    }

    /** Of the sample. */
    public double deviation() {
        return Math.sqrt(variance());
    }

    /** Corrected for the size of the sample (G₁); NaN of fewer than three values and of equal ones. */
    public double skewness() {
        double n = count;
        return count < 3 || second <= 0
                ? Double.NaN
                : Math.sqrt(n * (n - 1)) / (n - 2) * (third / n) / Math.pow(second / n, 1.5);
    }

    /** The excess, corrected for the size of the sample (G₂); NaN of fewer than four values and of equal ones. */
    public double kurtosis() {
        double n = count;
        return count < 4 || second <= 0
                ? Double.NaN
                : (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (n * fourth / (second * second) - 3) + 6);
    }

    /** For {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(count);
        out.writeDouble(centre);
        out.writeDouble(offset);
        out.writeDouble(second);
        out.writeDouble(third);
        out.writeDouble(fourth);
    }

    /** What {@link #write} wrote. */
    public static Moments read(DataInput in) throws IOException {
        return new Moments(
                in.readLong(), in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
    }
}
