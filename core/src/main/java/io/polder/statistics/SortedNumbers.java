package io.polder.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The numbers of a column in order. In order everything is exact and cheap: quantiles are places, different values are
 * neighbours, and what lies beyond a bound is found by halving. Immutable and thread-safe.
 *
 * <p>Whole numbers and doubles are both held as {@code long}s that order as the numbers do, so that a double keeps all its
 * bits and a whole number all its digits. Infinities are counted, and take part in nothing else; what is not a number does
 * not belong here.
 */
public final class SortedNumbers {
    /** Fewer are sorted by comparing. */
    private static final int FEW = 2_000;
    /** Fourth powers of numbers beyond this are no doubles any more. */
    private static final double LARGE = 0x1p200;

    private static final int DIGITS = 8;
    private static final int RADIX = 256;

    private final long[] keys;
    private final int count;
    private final boolean isWhole;
    /** The finite ones are from here ... */
    private final int from;
    /** ... up to here, exclusive. */
    private final int to;

    private SortedNumbers(long[] keys, int count, boolean isWhole) {
        this.keys = keys;
        this.count = count;
        this.isWhole = isWhole;
        int first = 0;
        int last = count;
        if (!isWhole) {
            while (first < last && number(keys[first]) == Double.NEGATIVE_INFINITY) {
                first++;
            }
            while (last > first && number(keys[last - 1]) == Double.POSITIVE_INFINITY) {
                last--;
            }
        }
        from = first;
        to = last;
    }

    /**
     * Sorts whole numbers.
     *
     * @param values are taken over, and may be longer than {@code count}
     */
    public static SortedNumbers ofWhole(long[] values, int count) {
        return new SortedNumbers(sorted(values, count), count, true);
    }

    /**
     * Sorts doubles.
     *
     * @param keys what {@link #key} makes of them; taken over, and may be longer than {@code count}
     */
    public static SortedNumbers ofKeys(long[] keys, int count) {
        return new SortedNumbers(sorted(keys, count), count, false);
    }

    /** A double that is a number as a whole number of the same order; both zeros are one. */
    public static long key(double number) {
        long bits = Double.doubleToRawLongBits(number + 0.0);
        return bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }

    private static double number(long key) {
        return Double.longBitsToDouble(key ^ ((key >> 63) & Long.MAX_VALUE));
    }

    /** Radix sort by bytes from the last to the first; bytes in which all agree cost nothing. */
    private static long[] sorted(long[] keys, int count) {
        if (count <= FEW) {
            Arrays.sort(keys, 0, count);
            return keys;
        }
        int[][] counts = new int[DIGITS][RADIX];
        for (int index = 0; index < count; index++) {
            long key = keys[index] ^ Long.MIN_VALUE;
            for (int digit = 0; digit < DIGITS; digit++) {
                counts[digit][(int) (key >>> (digit << 3)) & 0xff]++;
            }
        }
        long[] source = keys;
        long[] target = new long[count];
        for (int digit = 0; digit < DIGITS; digit++) {
            int[] places = counts[digit];
            int shift = digit << 3;
            if (places[(int) ((source[0] ^ Long.MIN_VALUE) >>> shift) & 0xff] == count) {
                continue;
            }
            int sum = 0;
            for (int value = 0; value < RADIX; value++) {
                int next = sum + places[value];
                places[value] = sum;
                sum = next;
            }
            for (int index = 0; index < count; index++) {
                long key = source[index];
                target[places[(int) ((key ^ Long.MIN_VALUE) >>> shift) & 0xff]++] = key;
            }
            long[] spare = source;
            source = target;
            target = spare;
        }
        return source;
    }

    /** How many there are, infinities too. */
    public int count() {
        return count;
    }

    public int infinities() {
        return count - finite();
    }

    /** How many are finite. */
    public int finite() {
        return to - from;
    }

    private double at(int index) {
        return isWhole ? keys[index] : number(keys[index]);
    }

    /** The least finite one; not a number when there is none. */
    public double min() {
        return finite() == 0 ? Double.NaN : at(from);
    }

    /** The greatest finite one; not a number when there is none. */
    public double max() {
        return finite() == 0 ? Double.NaN : at(to - 1);
    }

    /** How many finite ones are less than a number. */
    public int below(double number) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle) < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - from;
    }

    /** How many finite ones are greater than a number. */
    public int above(double number) {
        return finite() - below(Math.nextUp(number));
    }

    /**
     * A quantile of the finite ones, between the two nearest by their distance (Hyndman and Fan's seventh definition).
     *
     * @param at from 0 to 1
     */
    public double quantile(double at) {
        if (finite() == 0) {
            return Double.NaN;
        }
        double place = at * (finite() - 1);
        int below = (int) place;
        return between(at(from + below), at(Math.min(from + below + 1, to - 1)), place - below);
    }

    private static double between(double low, double high, double part) {
        double distance = high - low;
        return Double.isInfinite(distance) ? low * (1 - part) + high * part : low + part * distance;
    }

    /** The median of the distances of the finite ones from a number. */
    public double medianDistance(double center) {
        int size = finite();
        if (size == 0) {
            return Double.NaN;
        }
        int right = from + below(center);
        int left = right - 1;
        double place = 0.5 * (size - 1);
        int wanted = (int) place;
        double distance = 0;
        for (int seen = 0; seen <= wanted; seen++) {
            distance = nearest(left, right, center);
            if (isLeft(left, right, center)) {
                left--;
            } else {
                right++;
            }
        }
        return place == wanted ? distance : between(distance, nearest(left, right, center), place - wanted);
    }

    private boolean isLeft(int left, int right, double center) {
        return right >= to || (left >= from && center - at(left) <= at(right) - center);
    }

    private double nearest(int left, int right, double center) {
        return isLeft(left, right, center) ? center - at(left) : at(right) - center;
    }

    /**
     * What the finite ones are as a whole; not a number where there are too few for it.
     *
     * @param variance of the sample (n - 1)
     * @param skewness adjusted for the size of the sample (G₁ of Joanes and Gill, 1998)
     * @param kurtosis the excess, adjusted likewise (G₂)
     */
    public record Moments(
            double sum, double mean, double variance, double deviation, double skewness, double kurtosis) {}

    public Moments moments() {
        int size = finite();
        if (size == 0) {
            return new Moments(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }
        double largest = Math.max(Math.abs(min()), Math.abs(max()));
        // A power of two leaves the digits as they are.
        double scale = largest > LARGE ? Math.scalb(1.0, Math.getExponent(largest)) : 1;
        double sum = 0;
        double lost = 0;
        for (int index = from; index < to; index++) {
            // Neumaier's sum: what a sum of doubles loses is kept beside it.
            double value = at(index) / scale;
            double next = sum + value;
            lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }
        double mean = (sum + lost) / size;
        double second = 0;
        double third = 0;
        double fourth = 0;
        for (int index = from; index < to; index++) {
            double distance = at(index) / scale - mean;
            double square = distance * distance;
            second += square;
            third += square * distance;
            fourth += square * square;
        }
        double variance = size > 1 ? second / (size - 1) : Double.NaN;
        double n = size;
        double g1 = third / n / Math.pow(second / n, 1.5);
        double g2 = fourth / n / (second / n * (second / n)) - 3;
        return new Moments(
                (sum + lost) * scale,
                mean * scale,
                variance * scale * scale,
                Math.sqrt(variance) * scale,
                size > 2 && second > 0 ? Math.sqrt(n * (n - 1)) / (n - 2) * g1 : Double.NaN,
                size > 3 && second > 0 ? (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6) : Double.NaN);
    }

    /**
     * Different values, the infinite ones too.
     *
     * @param distinct how many
     * @param unique how many of them are there once
     * @param top the most frequent ones; of two that are as frequent the lesser one first
     */
    public record Values(int distinct, int unique, List<Frequent> top) {}

    /** A value as text is {@link #whole} or {@link #real}, as the column is. */
    public record Frequent(long key, boolean isWhole, int count) {
        public long whole() {
            return key;
        }

        public double real() {
            return number(key);
        }
    }

    /** Takes a different value, and how many times it is there. */
    public interface Taker {
        void take(long whole, int count);
    }

    /** Tells the different ones of whole numbers, in order. */
    public void different(Taker taker) {
        for (int index = 0; index < count; ) {
            int end = after(index);
            taker.take(keys[index], end - index);
            index = end;
        }
    }

    /** The place after the last one that is the same. */
    private int after(int index) {
        long key = keys[index];
        int end = index + 1;
        while (end < count && keys[end] == key) {
            end++;
        }
        return end;
    }

    /**
     * Counts the different ones.
     *
     * @param most how many frequent ones are told
     */
    public Values values(int most) {
        PriorityQueue<Frequent> top = new PriorityQueue<>(
                Comparator.comparingInt(Frequent::count).thenComparing(Frequent::key, Comparator.reverseOrder()));
        int distinct = 0;
        int unique = 0;
        for (int index = 0; index < count; ) {
            long key = keys[index];
            int end = after(index);
            int times = end - index;
            distinct++;
            unique += times == 1 ? 1 : 0;
            if (top.size() < most) {
                top.add(new Frequent(key, isWhole, times));
            } else if (most > 0 && times > top.element().count()) {
                top.remove();
                top.add(new Frequent(key, isWhole, times));
            }
            index = end;
        }
        List<Frequent> sorted = new ArrayList<>(top);
        sorted.sort(Comparator.comparingInt(Frequent::count).reversed().thenComparing(Frequent::key));
        return new Values(distinct, unique, sorted);
    }
}
