package io.polder.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the bins of a histogram are: of one width by Freedman and Diaconis' rule, or, where a column above zero goes over
 * powers of ten, from 1 to 2 to 5 to 10 and so on.
 */
final class Bins {
    private static final int MOST = 50;
    private static final int FEWEST = 5;
    /** Beyond so many times the middle 98 %, the ends go into one bin each. */
    private static final double LONG_TAIL = 8;
    /** Where the 99 % quantile is so many times the median, bins of one width show one bar. */
    private static final double POWERS = 100;

    private static final double[] STEPS = {1, 2, 5};

    /** Where each ends but the last; each but the first begins where the one before ends. */
    private final double[] ends;

    private final double min;
    private final double max;

    private Bins(double[] ends, double min, double max) {
        this.ends = ends;
        this.min = min;
        this.max = max;
    }

    /**
     * Bins.
     *
     * @param isWhole whether all are whole numbers: each bin of one width then has as many of them, and of few each has its own
     * @param quantiles the nine of a profile
     * @param count how many numbers there are
     */
    static Bins of(boolean isWhole, double min, double max, List<Profile.Quantile> quantiles, long count) {
        if (!(max > min)) {
            return new Bins(new double[0], min, max);
        }
        double first = quantiles.get(0).value();
        double last = quantiles.get(quantiles.size() - 1).value();
        double median = quantiles.get(4).value();
        if (min >= 0 && median > 0 && last > POWERS * median) {
            return new Bins(powers(min, max, quantiles), min, max);
        }
        boolean isLongTailed = last > first && max - min > LONG_TAIL * (last - first);
        double from = isLongTailed ? Math.max(min, first - (last - first) / 2) : min;
        double to = isLongTailed ? Math.min(max, last + (last - first) / 2) : max;
        double iqr = quantiles.get(5).value() - quantiles.get(3).value();
        double width = 2 * iqr / Math.cbrt((double) count);
        int bins = width > 0 ? (int) Math.ceil((to - from) / width) : MOST / 2;
        bins = Math.max(FEWEST, Math.min(MOST, bins));
        if (isWhole && to - from < MOST) {
            bins = (int) (to - from) + 1;
            to = from + bins;
        } else if (isWhole) {
            // Bins of whole numbers: else some hold one number more than others.
            double step = Math.ceil((to - from + 1) / bins);
            bins = (int) Math.ceil((to - from + 1) / step);
            to = from + bins * step;
        }
        double start = from;
        double step = (to - from) / bins;
        return new Bins(
                IntStream.range(1, bins).mapToDouble(bin -> start + bin * step).toArray(), min, Math.max(max, to));
    }

    /** Between 1, 2, 5, 10, 20 and so on; powers of ten alone where these are too many. */
    private static double[] powers(double min, double max, List<Profile.Quantile> quantiles) {
        // What is less than the least of these, zeros among it, is in the first bin.
        double least = quantiles.stream()
                .mapToDouble(Profile.Quantile::value)
                .filter(value -> value > 0)
                .findFirst()
                .orElse(max);
        List<Double> ends = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(Math.max(min, least))); Math.pow(10, power) < max; power++) {
            for (double step : STEPS) {
                double end = step * Math.pow(10, power);
                if (end > min && end < max) {
                    ends.add(end);
                }
            }
        }
        boolean areMany = ends.size() >= MOST;
        return ends.stream()
                .mapToDouble(end -> end)
                .filter(end -> !areMany || Math.abs(Math.log10(end) - Math.rint(Math.log10(end))) < 1e-9)
                .limit(MOST - 1L)
                .toArray();
    }

    /** How many numbers are less than one. */
    interface Below {
        long count(double number);
    }

    /** The histogram, of {@code all} numbers. */
    List<Profile.Bin> histogram(Below below, long all) {
        List<Profile.Bin> histogram = new ArrayList<>();
        long before = 0;
        for (int bin = 0; bin <= ends.length; bin++) {
            long until = bin == ends.length ? all : below.count(ends[bin]);
            histogram.add(bin(bin, until - before));
            before = until;
        }
        return histogram;
    }

    /** The histogram of counts by bin, from 0. */
    List<Profile.Bin> histogram(long[] counts) {
        return IntStream.range(0, counts.length)
                .mapToObj(bin -> bin(bin, counts[bin]))
                .toList();
    }

    private Profile.Bin bin(int bin, long count) {
        return new Profile.Bin(bin == 0 ? min : ends[bin - 1], bin == ends.length ? max : ends[bin], count);
    }

    int count() {
        return ends.length + 1;
    }

    /** The number of the bin of a number, in SQL. */
    String sql(String number) {
        return ends.length == 0
                ? "0"
                : "CASE "
                        + IntStream.range(0, ends.length)
                                .mapToObj(bin -> "WHEN " + number + " < " + Numerals.sql(ends[bin]) + " THEN " + bin)
                                .collect(Collectors.joining(" "))
                        + " ELSE " + ends.length + " END";
    }

    @Override
    public String toString() {
        return Arrays.toString(ends);
    }
}
