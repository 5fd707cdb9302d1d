package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class IsolationForestTest {
    /** c(n) = 2 H(n - 1) - 2 (n - 1) / n, H(i) being ln(i) + 0.5772156649 as in the paper (its formula 1). */
    private static double usual(int size) {
        return size < 2 ? 0 : size == 2 ? 1 : 2 * (Math.log(size - 1) + 0.5772156649015329) - 2.0 * (size - 1) / size;
    }

    @Example
    void whereAllAreAlikeTheScoreIsAHalf() {
        double[] same = new double[300];
        Arrays.fill(same, 7);
        assertThat(DoubleStream.of(IsolationForest.scores(new double[][] {same, same}, 300, 1))
                        .boxed())
                .allSatisfy(score -> assertThat(score).isCloseTo(0.5, within(1e-12)));
        assertThat(IsolationForest.scores(new double[][] {{1, 2}}, 2, 1)).containsOnly(0.5);
        assertThat(IsolationForest.scores(new double[0][], 3, 1)).containsOnly(0);
    }

    /** Of 0, 0 and 1 the first cut parts the 1; the two others stay together, which counts as one cut more. */
    @Example
    void ofThreeRowsTheScoresAreExact() {
        double[] scores = IsolationForest.scores(new double[][] {{0, 0, 1}}, 3, 5);

        assertThat(scores[0]).isCloseTo(Math.pow(2, -2 / usual(3)), within(1e-12));
        assertThat(scores[1]).isEqualTo(scores[0]);
        assertThat(scores[2]).isCloseTo(Math.pow(2, -1 / usual(3)), within(1e-12));
    }

    /**
     * In one column the expected depth can be computed: a cut falls between two neighbours in proportion to their
     * distance, and what is on either side is a smaller question of the same kind.
     */
    @Property(tries = 15)
    void scoresAreThoseOfTheExpectedDepth(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 3, max = 40) int rows) {
        Random random = new Random(seed);
        double[] sorted =
                random.doubles(rows).map(x -> Math.exp(3 * x)).sorted().toArray();
        int height = (int) Math.ceil(Math.log(rows) / Math.log(2));

        double[] scores = IsolationForest.scores(new double[][] {sorted}, rows, seed);

        for (int row = 0; row < rows; row++) {
            double told = -usual(rows) * Math.log(scores[row]) / Math.log(2);
            // The mean of 100 trees, whose depths have a deviation of less than 3.
            assertThat(told).as("depth of row " + row).isCloseTo(depth(sorted, 0, rows, row, height), within(1.5));
        }
        assertThat(DoubleStream.of(scores).average().orElseThrow())
                .as("nearer in the mean")
                .isCloseTo(
                        IntStream.range(0, rows)
                                .mapToDouble(row -> Math.pow(2, -depth(sorted, 0, rows, row, height) / usual(rows)))
                                .average()
                                .orElseThrow(),
                        within(0.02));
    }

    /** The expected depth of a row among those of {@code from} to {@code to}. */
    private static double depth(double[] sorted, int from, int to, int row, int height) {
        return depth(sorted, from, to, row, height, new HashMap<>());
    }

    private static double depth(
            double[] sorted, int from, int to, int row, int height, Map<List<Integer>, Double> known) {
        int size = to - from;
        if (size <= 1 || height == 0) {
            return usual(size);
        }
        Double before = known.get(List.of(from, to, height));
        if (before != null) {
            return before;
        }
        double depth = 1;
        for (int cut = from + 1; cut < to; cut++) {
            double part = (sorted[cut] - sorted[cut - 1]) / (sorted[to - 1] - sorted[from]);
            depth += part
                    * (row < cut
                            ? depth(sorted, from, cut, row, height - 1, known)
                            : depth(sorted, cut, to, row, height - 1, known));
        }
        known.put(List.of(from, to, height), depth);
        return depth;
    }

    /** Planted far from a ring of others, in the combination of both numbers. */
    @Property(tries = 20)
    void whatIsAloneInTheCombinationHasTheHighestScores(@ForAll @LongRange(min = 0) long seed) {
        Random random = new Random(seed);
        int rows = 400;
        double[] x = new double[rows];
        double[] y = new double[rows];
        for (int row = 0; row < rows; row++) {
            double angle = 2 * Math.PI * random.nextDouble();
            x[row] = Math.cos(angle) + 0.02 * random.nextGaussian();
            y[row] = Math.sin(angle) + 0.02 * random.nextGaussian();
        }
        List<Integer> planted = List.of(17, 203, 399);
        x[17] = 4;
        y[17] = -4;
        x[203] = -5;
        y[203] = -5;
        x[399] = 5;
        y[399] = 4.5;

        double[] scores = IsolationForest.scores(new double[][] {x, y}, rows, seed);

        assertThat(DoubleStream.of(scores).boxed())
                .allSatisfy(score -> assertThat(score).isBetween(0.0, 1.0));
        assertThat(IntStream.range(0, rows)
                        .boxed()
                        .sorted(Comparator.comparingDouble(row -> -scores[row]))
                        .limit(3))
                .containsExactlyInAnyOrderElementsOf(planted);
        assertThat(IsolationForest.scores(new double[][] {x, y}, rows, seed))
                .as("the same seed")
                .isEqualTo(scores);
    }

    /** Units and zeros of the columns do not matter: the same cuts fall at the same places. */
    @Property(tries = 20)
    void scoresDoNotCareForUnits(@ForAll @LongRange(min = 0) long seed) {
        Random random = new Random(seed);
        double[] x = random.doubles(200).toArray();
        double[] y = random.doubles(200).map(each -> each * each).toArray();
        x[5] = Double.NaN;
        double[] otherX = DoubleStream.of(x).map(each -> 1024 * each).toArray();
        double[] otherY = DoubleStream.of(y).map(each -> each / 4).toArray();

        assertThat(IsolationForest.scores(new double[][] {otherX, otherY}, 200, seed))
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(IsolationForest.scores(new double[][] {x, y}, 200, seed));
    }
}
