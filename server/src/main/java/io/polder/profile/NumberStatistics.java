package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.SortedNumbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is counted of numbers: moments, quantiles, histogram, and what is far from the others. */
final class NumberStatistics {
    /** Fourth powers of numbers beyond this are no doubles any more. */
    private static final double LARGE = 0x1p200;

    private static final double[] QUANTILES = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

    private final Workbench bench;
    private final String table;

    /** @param table that has the columns */
    NumberStatistics(Workbench bench, String table) {
        this.bench = bench;
        this.table = table;
    }

    Profile.Numbers of(Typed column, SortedNumbers sorted) {
        SortedNumbers.Moments moments = sorted.moments();
        List<Profile.Quantile> quantiles = Arrays.stream(QUANTILES)
                .mapToObj(at -> new Profile.Quantile(at, sorted.quantile(at)))
                .toList();
        double low = quantiles.get(3).value();
        double median = quantiles.get(4).value();
        double high = quantiles.get(5).value();
        double mad = sorted.medianDistance(median);
        double from = low - 1.5 * (high - low);
        double to = high + 1.5 * (high - low);
        long far = (long) sorted.below(from) + sorted.above(to);
        double three = 3 * moments.deviation();
        double modified = 3.5 * mad / 0.6745;
        Profile.Outliers outliers = new Profile.Outliers(
                far,
                moments.deviation() > 0
                        ? (long) sorted.below(moments.mean() - three) + sorted.above(moments.mean() + three)
                        : 0,
                mad > 0 ? (long) sorted.below(median - modified) + sorted.above(median + modified) : 0,
                from,
                to,
                far == 0 ? List.of() : farthest(column, isFar(column, from, to), median));
        int negatives = sorted.below(0);
        return new Profile.Numbers(
                sorted.min(),
                sorted.max(),
                moments.mean(),
                moments.deviation(),
                moments.variance(),
                moments.sum(),
                quantiles,
                true,
                high - low,
                mad,
                moments.skewness(),
                moments.kurtosis(),
                (long) sorted.finite() - negatives - sorted.above(0),
                negatives,
                sorted.infinities(),
                Bins.of(column.type().equals("integer"), sorted.min(), sorted.max(), quantiles, sorted.finite())
                        .histogram(sorted::below, sorted.finite()),
                outliers);
    }

    /** What does not fit into memory is counted by the engine, and quantiles are from its sketch. */
    Profile.Numbers of(Typed column, long count) {
        String c = "CAST(" + column.column() + " AS DOUBLE)";
        String list = "["
                + String.join(
                        ", ", Arrays.stream(QUANTILES).mapToObj(String::valueOf).toList()) + "]";
        List<@Nullable Object> ends =
                bench.row("SELECT min(v), max(v) FROM (SELECT " + c + " AS v FROM " + table + ") WHERE isfinite(v)");
        double min = Profiler.real(ends.get(0));
        double max = Profiler.real(ends.get(1));
        // A power of two leaves the digits as they are.
        double largest = Math.max(Math.abs(min), Math.abs(max));
        double scale = largest > LARGE ? Math.scalb(1.0, Math.getExponent(largest)) : 1;
        List<@Nullable Object> found = bench.row("SELECT avg(v), stddev_samp(v), var_samp(v), sum(v),"
                + " skewness(v), kurtosis(v), count_if(v = 0), count_if(v < 0), count_if(isinf(x)), approx_quantile(v, "
                + list + ")"
                + " FROM (SELECT " + c + " AS x, CASE WHEN isfinite(x) THEN x / " + Numerals.sql(scale)
                + " END AS v FROM " + table + ")");
        double mean = Profiler.real(found.get(0)) * scale;
        double deviation = Profiler.real(found.get(1)) * scale;
        List<Profile.Quantile> quantiles = new ArrayList<>();
        Object[] cuts = Profiler.array(found.get(9));
        for (int at = 0; at < QUANTILES.length; at++) {
            quantiles.add(new Profile.Quantile(
                    QUANTILES[at], at < cuts.length ? Profiler.real(cuts[at]) * scale : Double.NaN));
        }
        double low = quantiles.get(3).value();
        double median = quantiles.get(4).value();
        double high = quantiles.get(5).value();
        double iqr = high - low;
        String away = "abs(v - " + Numerals.sql(median) + ")";
        double mad = Profiler.real(bench.row("SELECT approx_quantile(" + away + ", 0.5) FROM (SELECT " + c
                        + " AS v FROM " + table + ") WHERE isfinite(v)")
                .get(0));
        double from = low - 1.5 * iqr;
        double to = high + 1.5 * iqr;
        Profile.Outliers outliers = outliers(column, from, to, mean, deviation, median, mad);
        return new Profile.Numbers(
                min,
                max,
                mean,
                deviation,
                Profiler.real(found.get(2)) * scale * scale,
                Profiler.real(found.get(3)) * scale,
                quantiles,
                false,
                iqr,
                mad,
                Profiler.real(found.get(4)),
                Profiler.real(found.get(5)),
                Profiler.number(found.get(6)),
                Profiler.number(found.get(7)),
                Profiler.number(found.get(8)),
                histogram(column, Bins.of(column.type().equals("integer"), min, max, quantiles, count)),
                outliers);
    }

    private Profile.Outliers outliers(
            Typed column, double from, double to, double mean, double deviation, double median, double mad) {
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        String isFar = isFar(column, from, to);
        List<@Nullable Object> counts = bench.row("SELECT count_if(" + isFar + "), "
                + (deviation > 0
                        ? "count_if(abs(" + v + " - " + Numerals.sql(mean) + ") > 3 * " + Numerals.sql(deviation) + ")"
                        : "0")
                + ", "
                + (mad > 0
                        ? "count_if(0.6745 * abs(" + v + " - " + Numerals.sql(median) + ") > 3.5 * " + Numerals.sql(mad)
                                + ")"
                        : "0")
                + " FROM " + table + " WHERE isfinite(" + v + ")");
        long far = Profiler.number(counts.get(0));
        return new Profile.Outliers(
                far,
                Profiler.number(counts.get(1)),
                Profiler.number(counts.get(2)),
                from,
                to,
                far == 0 ? List.of() : farthest(column, isFar, median));
    }

    private static String isFar(Typed column, double from, double to) {
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        return "(" + v + " < " + Numerals.sql(from) + " OR " + v + " > " + Numerals.sql(to) + ")";
    }

    private List<Profile.Far> farthest(Typed column, String isFar, double median) {
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        List<Profile.Far> examples = new ArrayList<>();
        bench.read(
                "SELECT " + v + ", rowid + 1 FROM " + table + " WHERE isfinite(" + v + ") AND " + isFar
                        + " ORDER BY abs(" + v + " - " + Numerals.sql(median) + ") DESC, rowid LIMIT 20",
                row -> examples.add(new Profile.Far(row.getDouble(1), row.getLong(2))));
        return examples;
    }

    private List<Profile.Bin> histogram(Typed column, Bins bins) {
        long[] counts = new long[bins.count()];
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        bench.read(
                "SELECT " + bins.sql(v) + ", count(*) FROM " + table + " WHERE isfinite(" + v + ") GROUP BY 1",
                row -> counts[row.getInt(1)] += row.getLong(2));
        return bins.histogram(counts);
    }
}
