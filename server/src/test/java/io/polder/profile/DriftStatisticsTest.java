package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** The tests of a comparison and their correction, computed once more from their definitions. */
class DriftStatisticsTest {
    /** Of few numbers the probability is exact: all ways to deal them out are tried. */
    @Property(tries = 25)
    void effectsAndProbabilitiesAreTheirDefinitions(
            @ForAll @LongRange(min = 0) long seed,
            @ForAll @IntRange(min = 3, max = 6) int few,
            @ForAll @IntRange(min = 1, max = 3) int half) {
        Random random = new Random(seed);
        double[] was = random.doubles(few).toArray();
        double[] is = random.doubles(6).map(x -> x + random.nextInt(2)).toArray();
        // An odd number of values has an even number of degrees of freedom, for which there is a closed form.
        int values = 2 * half + 1;
        long[] before = random.longs(values, 5, 400).toArray();
        long[] after = random.longs(values, 5, 400).toArray();
        long[] lacking = random.longs(2, 1, 200).toArray();
        Map<String, Double> raw = new TreeMap<>();
        raw.put("n numbers", dealt(was, is));
        raw.put("n missing", fourfold(lacking[0], few, lacking[1], 6));
        raw.put("v values", evenDegrees(chiSquared(before, after), values - 1));
        raw.put("v missing", fourfold(7, LongStream.of(before).sum(), 9, sum(after)));

        List<Comparison.Drift> drifts = Comparison.compare(
                new Comparison.Snapshot("before", 0, Map.of("n", numbers(was, lacking[0]), "v", values(before, 7))),
                new Comparison.Snapshot("after", 0, Map.of("n", numbers(is, lacking[1]), "v", values(after, 9))));

        assertThat(drifts).hasSize(4);
        Map<String, Double> corrected = holm(raw);
        for (Comparison.Drift drift : drifts) {
            String name = drift.column() + " " + drift.kind();
            assertThat(drift.probability()).as(name).isCloseTo(at(corrected, name), within(1e-6));
            double effect =
                    switch (name) {
                        case "n numbers" -> distance(was, is);
                        case "n missing" -> Math.abs(part(lacking[0], few) - part(lacking[1], 6));
                        case "v values" -> variation(before, after);
                        default -> Math.abs(part(7, sum(before)) - part(9, sum(after)));
                    };
            assertThat(drift.effect()).as(name).isCloseTo(effect, within(1e-12));
            assertThat(drift.hasDrifted()).isEqualTo(drift.probability() < 0.01 && effect >= 0.02);
        }
    }

    /** Smirnov: Table for Estimating the Goodness of Fit of Empirical Distributions, 1948. */
    @Example
    void theProbabilityOfLargeSamplesIsSmirnovs() {
        Map.of(1.2238, 0.10, 1.3581, 0.05, 1.6276, 0.01, 0.8276, 0.50, 0.5712, 0.90)
                .forEach((scaled, probability) -> assertThat(
                                Comparison.kolmogorov(scaled / Math.sqrt(10_000), 20_000, 20_000))
                        .isCloseTo(probability, within(5e-4)));
        assertThat(Comparison.kolmogorov(0, 20_000, 20_000)).isEqualTo(1);
    }

    /** The example of Wikipedia's article on Holm's and Bonferroni's method: of 0.01, 0.04, 0.03 and 0.005 two are left. */
    @Example
    void holmsCorrectionHereIsThatOfTheExample() {
        assertThat(holm(Map.of("1", 0.01, "2", 0.04, "3", 0.03, "4", 0.005)))
                .isEqualTo(Map.of("1", 0.03, "2", 0.06, "3", 0.06, "4", 0.02));
    }

    // ---- definitions

    /** The greatest distance of the parts that are at most as large, at each number. */
    private static double distance(double[] one, double[] other) {
        double most = 0;
        for (double at : DoubleStream.concat(DoubleStream.of(one), DoubleStream.of(other))
                .toArray()) {
            double left = (double) DoubleStream.of(one).filter(x -> x <= at).count() / one.length;
            double right = (double) DoubleStream.of(other).filter(x -> x <= at).count() / other.length;
            most = Math.max(most, Math.abs(left - right));
        }
        return most;
    }

    /** The part of all ways to deal out the numbers that makes them at least as far apart. */
    private static double dealt(double[] one, double[] other) {
        double[] all = DoubleStream.concat(DoubleStream.of(one), DoubleStream.of(other))
                .toArray();
        double seen = distance(one, other);
        int far = 0;
        int ways = 0;
        for (int dealt = 0; dealt < 1 << all.length; dealt++) {
            if (Integer.bitCount(dealt) == one.length) {
                int way = dealt;
                double[] left = IntStream.range(0, all.length)
                        .filter(at -> (way >> at & 1) == 1)
                        .mapToDouble(at -> all[at])
                        .toArray();
                double[] right = IntStream.range(0, all.length)
                        .filter(at -> (way >> at & 1) == 0)
                        .mapToDouble(at -> all[at])
                        .toArray();
                ways++;
                far += distance(left, right) >= seen - 1e-12 ? 1 : 0;
            }
        }
        return (double) far / ways;
    }

    private static double chiSquared(long[] before, long[] after) {
        double all = sum(before) + sum(after);
        double squares = 0;
        for (int value = 0; value < before.length; value++) {
            double both = before[value] + after[value];
            squares += before[value] * before[value] / (both * sum(before))
                    + after[value] * after[value] / (both * sum(after));
        }
        return all * (squares - 1);
    }

    /** Of an even number of degrees of freedom χ² is beyond x as often as Poisson's of x / 2 is below half of them. */
    private static double evenDegrees(double x, int degrees) {
        double term = Math.exp(-x / 2);
        double sum = 0;
        for (int at = 0; at < degrees / 2; at++) {
            sum += term;
            term *= x / 2 / (at + 1);
        }
        return sum;
    }

    /** With one degree χ² is the square of a normal number, whose density is added up in small steps (Simpson's rule). */
    private static double fourfold(long lacking, long there, long lackingLater, long thereLater) {
        double root = Math.sqrt(chiSquared(new long[] {lacking, there}, new long[] {lackingLater, thereLater}));
        int steps = 20_000;
        double width = root / steps;
        double within = 0;
        for (int step = 0; step <= steps; step++) {
            double at = step * width;
            int weight = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2;
            within += weight * Math.exp(-at * at / 2) * width / 3;
        }
        return Math.max(0, 1 - 2 * within / Math.sqrt(2 * Math.PI));
    }

    private static double variation(long[] before, long[] after) {
        double sum = 0;
        for (int value = 0; value < before.length; value++) {
            sum += Math.abs((double) before[value] / sum(before) - (double) after[value] / sum(after));
        }
        return sum / 2;
    }

    /** Each probability times how many are not less; none less than one before it. */
    private static Map<String, Double> holm(Map<String, Double> raw) {
        List<Map.Entry<String, Double>> sorted = new ArrayList<>(raw.entrySet());
        sorted.sort(Map.Entry.comparingByValue());
        Map<String, Double> corrected = new TreeMap<>();
        for (int at = 0; at < sorted.size(); at++) {
            double most = 0;
            for (int before = 0; before <= at; before++) {
                most = Math.max(most, Math.min(1, sorted.get(before).getValue() * (sorted.size() - before)));
            }
            corrected.put(sorted.get(at).getKey(), most);
        }
        return corrected;
    }

    private static double at(Map<String, Double> values, String name) {
        return java.util.Objects.requireNonNull(values.get(name));
    }

    private static long sum(long[] values) {
        return LongStream.of(values).sum();
    }

    private static double part(long some, long others) {
        return (double) some / (some + others);
    }

    // ---- data

    private static Comparison.Column numbers(double[] numbers, long missing) {
        return new Comparison.Column("decimal", false, numbers.length, missing, numbers, null, 0, 0);
    }

    private static Comparison.Column values(long[] counts, long missing) {
        Map<String, Long> byValue = new TreeMap<>();
        Arrays.stream(counts).forEach(count -> byValue.put("value " + byValue.size(), count));
        return new Comparison.Column("text", false, sum(counts), missing, null, byValue, 0, 0);
    }
}
