package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.SemanticType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.jspecify.annotations.Nullable;

/**
 * What has changed from one dataset to another: columns that came, went or changed their type, and columns whose values
 * are distributed otherwise. Numbers and times are compared by Kolmogorov and Smirnov's test, all else by Pearson's χ² of
 * the most frequent values and all others together, and what is missing by χ², too. That many questions are asked is
 * allowed for by Holm's correction, over all of them.
 */
public final class Comparison {
    private static final String HIDDEN = "personal: not shown";
    private static final int SAMPLE = 20_000;
    private static final int VALUES = 50;
    /** A difference counts when it is less likely than this by chance alone, after the correction. */
    private static final double LEVEL = 0.01;
    /** And when it is as large as this: of very many rows every difference is significant. */
    private static final double SMALL = 0.02;

    /**
     * A dataset, made ready to be compared.
     *
     * @param columns by name
     */
    public record Snapshot(String name, long rows, Map<String, Column> columns) {}

    /**
     * A column of it.
     *
     * @param isPersonal whether no value of it may be shown
     * @param numbers a sample of its numbers, or of its times in seconds; null for others
     * @param counts of its values; the most frequent ones when they are many; null for numbers and times
     * @param others how many rows have none of these
     * @param error by what part of all the rank of one of the numbers may be wrong
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares or keeps them.
    public record Column(
            String type,
            boolean isPersonal,
            long count,
            long missing,
            double @Nullable [] numbers,
            @Nullable Map<String, Long> counts,
            long others,
            double error) {}

    /**
     * What was found of one column.
     *
     * @param what in words: how it was and how it is
     * @param effect from 0 to 1: the greatest distance of the cumulative distributions, or half the sum of the
     *     differences of the parts (total variation)
     * @param probability that chance alone does this, corrected; NaN where nothing was tested
     * @param hasDrifted whether that is unlikely and the effect is not small
     */
    public record Drift(
            String column, String kind, String what, double effect, double probability, boolean hasDrifted) {}

    private Comparison() {}

    /**
     * Takes what is to be compared out of what was read into a workbench.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param personal columns that are personal, beside those that are found
     */
    public static Snapshot snapshot(Workbench bench, String name, List<String> nulls, Set<String> personal) {
        List<Typed> typed = Typing.make(bench, nulls, Map.of());
        long rows = bench.number("SELECT count(*) FROM data");
        Map<String, Column> columns = new LinkedHashMap<>();
        for (Typed column : typed) {
            columns.put(column.name(), column(bench, column, rows, personal.contains(column.name())));
        }
        return new Snapshot(name, rows, columns);
    }

    private static Column column(Workbench bench, Typed column, long rows, boolean isToldPersonal) {
        String c = column.column();
        long count = bench.number("SELECT count(" + c + ") FROM data");
        long every = Math.max(1, rows / SAMPLE);
        if (column.isNumber() || column.isTime()) {
            List<Double> numbers = new ArrayList<>();
            String number = column.isTime() ? "epoch(" + c + ")" : "CAST(" + c + " AS DOUBLE)";
            bench.read(
                    "SELECT " + number + " FROM data WHERE " + c + " IS NOT NULL AND rowid % " + every + " = 0",
                    row -> numbers.add(row.getDouble(1)));
            double[] sample = numbers.stream().mapToDouble(Double::doubleValue).toArray();
            return new Column(column.type(), isToldPersonal, count, rows - count, sample, null, 0, 0);
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        bench.read(
                "SELECT CAST(" + c + " AS VARCHAR), count(*) AS n FROM data WHERE " + c
                        + " IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1000",
                row -> counts.put(row.getString(1), row.getLong(2)));
        long told = counts.values().stream().mapToLong(Long::longValue).sum();
        boolean isPersonal = isToldPersonal
                || SemanticType.of(column.name(), List.copyOf(counts.keySet()))
                        .map(finding -> finding.type().isPersonal())
                        .orElse(false);
        return new Column(column.type(), isPersonal, count, rows - count, null, counts, count - told, 0);
    }

    /** What has changed, what drifted most first. */
    public static List<Drift> compare(Snapshot before, Snapshot after) {
        List<Drift> found = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>(before.columns().keySet());
        names.addAll(after.columns().keySet());
        for (String name : names) {
            Column was = before.columns().get(name);
            Column is = after.columns().get(name);
            if (was == null || is == null) {
                String what = was == null ? "is new" : "is gone";
                found.add(new Drift(name, "columns", what, 1, Double.NaN, true));
            } else {
                found.add(missing(name, was, is));
                if (!was.type().equals(is.type())) {
                    found.add(new Drift(name, "type", was.type() + " → " + is.type(), 1, Double.NaN, true));
                } else if (was.numbers() != null && is.numbers() != null) {
                    numbers(name, was, is, was.numbers(), is.numbers(), found);
                } else if (was.counts() != null && is.counts() != null) {
                    values(name, was, is, found);
                }
            }
        }
        return corrected(found);
    }

    private static Drift missing(String name, Column was, Column is) {
        double before = part(was.missing(), was.count());
        double after = part(is.missing(), is.count());
        double probability = test(new long[][] {{was.missing(), was.count()}, {is.missing(), is.count()}});
        String what = Alerts.percent(before) + " → " + Alerts.percent(after);
        return new Drift(name, "missing", what, Math.abs(after - before), probability, false);
    }

    private static double part(long some, long others) {
        return some + others == 0 ? 0 : (double) some / (some + others);
    }

    private static void numbers(
            String name, Column before, Column after, double[] was, double[] is, List<Drift> found) {
        if (was.length < 2 || is.length < 2) {
            return;
        }
        var result = KolmogorovSmirnovTest.withDefaults().test(was, is);
        double error = before.error() + after.error();
        // The least distance that there can be, when the ranks are not exact.
        double distance = Math.max(0, result.getStatistic() - error);
        double probability = error == 0 ? result.getPValue() : kolmogorov(distance, was.length, is.length);
        String what = before.isPersonal() || after.isPersonal()
                ? HIDDEN
                : "median " + Numerals.shown(median(was), 4) + " → " + Numerals.shown(median(is), 4) + ", mean "
                        + Numerals.shown(Arrays.stream(was).average().orElse(Double.NaN), 4) + " → "
                        + Numerals.shown(Arrays.stream(is).average().orElse(Double.NaN), 4);
        found.add(new Drift(name, "numbers", what, distance, probability, false));
    }

    /** How likely chance alone brings two large samples as far apart: Kolmogorov's series. */
    static double kolmogorov(double distance, int one, int other) {
        double scaled = distance * Math.sqrt((double) one * other / (one + other));
        double sum = 0;
        // With few terms near 0 the series has not begun to fall; there the probability is 1 to nine digits.
        for (int term = 1; scaled > 0.27 && term <= 100; term++) {
            sum += (term % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * term * term * scaled * scaled);
        }
        return scaled > 0.27 ? Math.max(0, Math.min(1, sum)) : 1;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void values(String name, Column was, Column is, List<Drift> found) {
        Map<String, Long> before = Objects.requireNonNull(was.counts());
        Map<String, Long> after = Objects.requireNonNull(is.counts());
        if (was.count() == 0 || is.count() == 0) {
            return;
        }
        Map<String, Long> both = new LinkedHashMap<>();
        before.forEach((value, count) -> both.merge(value, count, Long::sum));
        after.forEach((value, count) -> both.merge(value, count, Long::sum));
        List<String> compared = both.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(VALUES)
                .map(Map.Entry::getKey)
                .toList();
        long[] first = new long[compared.size() + 1];
        long[] second = new long[compared.size() + 1];
        first[compared.size()] = was.count();
        second[compared.size()] = is.count();
        double variation = 0;
        String most = "";
        double greatest = -1;
        for (int at = 0; at < compared.size(); at++) {
            first[at] = before.getOrDefault(compared.get(at), 0L);
            second[at] = after.getOrDefault(compared.get(at), 0L);
            first[compared.size()] -= first[at];
            second[compared.size()] -= second[at];
            double one = (double) first[at] / was.count();
            double other = (double) second[at] / is.count();
            variation += Math.abs(one - other) / 2;
            if (Math.abs(one - other) > greatest) {
                greatest = Math.abs(one - other);
                most = "'" + compared.get(at) + "' " + Alerts.percent(one) + " → " + Alerts.percent(other);
            }
        }
        int last = compared.size();
        // What is not exact may be told once too often.
        first[last] = Math.max(0, first[last]);
        second[last] = Math.max(0, second[last]);
        variation += Math.abs((double) first[last] / was.count() - (double) second[last] / is.count()) / 2;
        String what = was.isPersonal() || is.isPersonal() ? HIDDEN : most;
        found.add(new Drift(name, "values", what, variation, test(new long[][] {first, second}), false));
    }

    /** Pearson's χ² of a table; 1 when there is nothing to compare. */
    private static double test(long[][] table) {
        List<Integer> used = new ArrayList<>();
        for (int column = 0; column < table[0].length; column++) {
            if (table[0][column] + table[1][column] > 0) {
                used.add(column);
            }
        }
        if (used.size() < 2
                || Arrays.stream(table[0]).sum() == 0
                || Arrays.stream(table[1]).sum() == 0) {
            return 1;
        }
        long[][] kept = new long[2][used.size()];
        for (int at = 0; at < used.size(); at++) {
            kept[0][at] = table[0][used.get(at)];
            kept[1][at] = table[1][used.get(at)];
        }
        return ChiSquareTest.withDefaults().test(kept).getPValue();
    }

    /** Holm: A Simple Sequentially Rejective Multiple Test Procedure, 1979. */
    private static List<Drift> corrected(List<Drift> found) {
        List<Drift> tested = found.stream()
                .filter(drift -> !Double.isNaN(drift.probability()))
                .sorted(Comparator.comparingDouble(Drift::probability))
                .toList();
        List<Drift> all = new ArrayList<>(found.stream()
                .filter(drift -> Double.isNaN(drift.probability()))
                .toList());
        double least = 0;
        for (int at = 0; at < tested.size(); at++) {
            Drift drift = tested.get(at);
            least = Math.max(least, Math.min(1, drift.probability() * (tested.size() - at)));
            boolean hasDrifted = least < LEVEL && drift.effect() >= SMALL;
            all.add(new Drift(drift.column(), drift.kind(), drift.what(), drift.effect(), least, hasDrifted));
        }
        all.sort(Comparator.comparing((Drift drift) -> !drift.hasDrifted())
                .thenComparingDouble(drift -> -drift.effect())
                .thenComparing(Drift::column)
                .thenComparing(Drift::kind));
        return all;
    }
}
