package io.polder.statistics;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.IntStream;

/**
 * Numbers, each for as many values as its weight, from which quantiles can be told: all different values when they are
 * few, and else some at even ranks. {@link #error} says how far the rank of a told quantile may be from the wanted one;
 * it is kept true when parts are put together (the deterministic merging of Greenwald and Khanna's summaries).
 */
public final class RankSummary {
    /** So many numbers at even ranks stand for a part. */
    public static final int SIZE = 256;

    /** So many are left when parts are put together. */
    private static final int MERGED = 512;

    /** Of no value. */
    public static final RankSummary NONE = new RankSummary(new double[0], new double[0], 0);

    private final double[] numbers;
    private final double[] weights;
    private final double error;

    private RankSummary(double[] numbers, double[] weights, double error) {
        this.numbers = numbers;
        this.weights = weights;
        this.error = error;
    }

    /** Of all values: each number with its count, in any order. */
    public static RankSummary of(double[] numbers, double[] counts) {
        int[] order = IntStream.range(0, numbers.length)
                .boxed()
                .sorted((one, other) -> Double.compare(numbers[one], numbers[other]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new RankSummary(
                Arrays.stream(order).mapToDouble(at -> numbers[at]).toArray(),
                Arrays.stream(order).mapToDouble(at -> counts[at]).toArray(),
                0);
    }

    /** The ranks, from 0 to 1, at which {@link #atRanks} wants the numbers. */
    public static double[] ranks() {
        return IntStream.range(0, SIZE).mapToDouble(at -> (at + 0.5) / SIZE).toArray();
    }

    /** Of {@code count} values, of which those at {@link #ranks} are told, rising. */
    public static RankSummary atRanks(double[] numbers, long count) {
        double[] weights = new double[numbers.length];
        Arrays.fill(weights, (double) count / numbers.length);
        // Half a step by where the number stands, and one value by which the engine may round a rank.
        return new RankSummary(numbers.clone(), weights, 0.5 / SIZE + 1.0 / Math.max(1, count));
    }

    /** Of several parts together. */
    public static RankSummary merged(Collection<RankSummary> parts) {
        int size = parts.stream().mapToInt(part -> part.numbers.length).sum();
        double[] numbers = new double[size];
        double[] weights = new double[size];
        double all = 0;
        double errors = 0;
        int at = 0;
        for (RankSummary part : parts) {
            System.arraycopy(part.numbers, 0, numbers, at, part.numbers.length);
            System.arraycopy(part.weights, 0, weights, at, part.weights.length);
            at += part.numbers.length;
            double weight = part.weight();
            all += weight;
            errors += weight * part.error;
        }
        RankSummary together = of(numbers, weights).joined();
        double error = all == 0 ? 0 : errors / all;
        if (together.numbers.length <= Math.max(MERGED, error == 0 ? DistinctSample.SIZE : 0)) {
            return new RankSummary(together.numbers, together.weights, error);
        }
        double[] kept = new double[MERGED];
        double[] shares = new double[MERGED];
        Arrays.fill(shares, all / MERGED);
        for (int rank = 0; rank < MERGED; rank++) {
            kept[rank] = together.atWeight((rank + 0.5) / MERGED * all);
        }
        return new RankSummary(kept, shares, error + 0.5 / MERGED);
    }

    /** Equal numbers as one. */
    private RankSummary joined() {
        double[] fewer = new double[numbers.length];
        double[] sums = new double[numbers.length];
        int size = 0;
        for (int at = 0; at < numbers.length; at++) {
            if (size > 0 && fewer[size - 1] == numbers[at]) {
                sums[size - 1] += weights[at];
            } else {
                fewer[size] = numbers[at];
                sums[size++] = weights[at];
            }
        }
        return new RankSummary(Arrays.copyOf(fewer, size), Arrays.copyOf(sums, size), error);
    }

    /** How many values it stands for. */
    public double weight() {
        return Arrays.stream(weights).sum();
    }

    /** By what part of all values the rank of a told quantile may be wrong, at most; 0 when quantiles are exact. */
    public double error() {
        return error;
    }

    private double atWeight(double wanted) {
        double sum = 0;
        for (int at = 0; at < numbers.length; at++) {
            sum += weights[at];
            if (sum > wanted) {
                return numbers[at];
            }
        }
        return numbers.length == 0 ? Double.NaN : numbers[numbers.length - 1];
    }

    /**
     * The quantile at a part of all, from 0 to 1: exact ones are between the two nearest values by distance (Hyndman and
     * Fan's seventh definition), others a value that is there.
     */
    public double quantile(double at) {
        double all = weight();
        if (numbers.length == 0) {
            return Double.NaN;
        }
        if (error > 0) {
            return atWeight(at * all);
        }
        double place = at * (all - 1);
        double below = Math.floor(place);
        double low = atWeight(below);
        double high = atWeight(Math.min(all - 1, below + 1));
        return low == high ? low : low + (place - below) * (high - low);
    }

    /** What part of the values, 0 to 1, is below this number. */
    public double below(double number) {
        double sum = 0;
        for (int at = 0; at < numbers.length && numbers[at] < number; at++) {
            sum += weights[at];
        }
        double all = weight();
        return all == 0 ? 0 : sum / all;
    }

    /**
     * Numbers at even ranks, rising, each for as many values as any other: all values when they are not more than
     * {@code most} and known exactly.
     */
    public double[] spread(int most) {
        double all = weight();
        double[] spread = new double[(int) Math.min(most, Math.round(all))];
        int at = 0;
        double sum = weights.length == 0 ? 0 : weights[0];
        for (int rank = 0; rank < spread.length; rank++) {
            double wanted = (rank + 0.5) / spread.length * all;
            while (sum <= wanted && at < numbers.length - 1) {
                sum += weights[++at];
            }
            spread[rank] = numbers[at];
        }
        return spread;
    }

    /** Of the distances of the values from {@code centre}. */
    public RankSummary distances(double centre) {
        RankSummary sorted = of(
                Arrays.stream(numbers).map(number -> Math.abs(number - centre)).toArray(), weights);
        // A distance lies between two numbers, and the rank of each may be wrong.
        return new RankSummary(sorted.numbers, sorted.weights, 2 * error);
    }

    /** For {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeDouble(error);
        out.writeInt(numbers.length);
        for (int at = 0; at < numbers.length; at++) {
            out.writeDouble(numbers[at]);
            out.writeDouble(weights[at]);
        }
    }

    /** What {@link #write} wrote. */
    public static RankSummary read(DataInput in) throws IOException {
        double error = in.readDouble();
        int size = in.readInt();
        double[] numbers = new double[size];
        double[] weights = new double[size];
        for (int at = 0; at < size; at++) {
            numbers[at] = in.readDouble();
            weights[at] = in.readDouble();
        }
        return new RankSummary(numbers, weights, error);
    }
}
