package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.polder.statistics.BoostedTrees.Loss;
import io.polder.statistics.BoostedTrees.Settings;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class BoostedTreesTest {
    private static final int FEATURES = 5;

    @Test
    void itLearnsWhatIsNotLinear() {
        float[][] rows = rows(1, 8_000);
        BoostedTrees trees = fit(rows, target(rows, 1, 0.1), settings(Loss.SQUARED, 200));

        float[][] others = rows(2, 2_000);
        float[] truth = target(others, 2, 0);
        double error = 0;
        double all = 0;
        for (int row = 0; row < others.length; row++) {
            error += Math.pow(trees.predict(others[row]) - truth[row], 2);
            all += truth[row] * truth[row];
        }
        assertThat(error / all).isLessThan(0.01);
    }

    @Test
    void theAbsoluteLossIsNotImpressedByOutliers() {
        float[][] rows = rows(3, 4_000);
        float[] target = target(rows, 3, 0.1);
        for (int row = 0; row < target.length; row += 10) {
            target[row] += 1_000;
        }

        BoostedTrees trees = fit(rows, target, settings(Loss.ABSOLUTE, 150));

        float[][] others = rows(4, 1_000);
        float[] truth = target(others, 4, 0);
        double error = 0;
        for (int row = 0; row < others.length; row++) {
            error += Math.abs(trees.predict(others[row]) - truth[row]) / others.length;
        }
        assertThat(error).isLessThan(2);
    }

    @Property(tries = 20)
    void theSameSeedGivesTheSameToTheBit(@ForAll long seed) {
        float[][] rows = rows(5, 500);
        float[] target = target(rows, 5, 0.5);
        Settings settings = new Settings(Loss.SQUARED, 10, 8, 10, 0.1, 0.5, 0.6, 1, seed);

        BoostedTrees one = fit(rows, target, settings);
        BoostedTrees other = fit(rows, target, settings);

        for (float[] row : rows) {
            assertThat(one.predict(row)).isEqualTo(other.predict(row));
        }
    }

    @Property(tries = 20)
    void aMissingNumberGoesWhereItHelped(@ForAll long seed) {
        Random random = new Random(seed);
        float[][] rows = rows(seed, 1_000);
        float[] target = new float[rows.length];
        for (int row = 0; row < rows.length; row++) {
            if (random.nextInt(3) == 0) {
                rows[row][2] = Float.NaN;
            }
            target[row] = Float.isNaN(rows[row][2]) || rows[row][2] > 0.5f ? 10 : -10;
        }

        BoostedTrees trees = fit(rows, target, settings(Loss.SQUARED, 60));

        for (int row = 0; row < rows.length; row++) {
            // Of numbers in one bin it cannot tell which side they are on.
            if (!(Math.abs(rows[row][2] - 0.5) < 0.1)) {
                assertThat(trees.predict(rows[row])).isCloseTo(target[row], within(2.0));
            }
        }
    }

    @Property(tries = 60)
    void contributionsAreShapleysValues(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.3) double missing) {
        float[][] rows = rows(seed, 300);
        float[] target = target(rows, seed, 0.5);
        Random random = new Random(seed);
        for (float[] row : rows) {
            for (int at = 0; at < FEATURES; at++) {
                row[at] = random.nextDouble() < missing ? Float.NaN : row[at];
            }
        }
        BoostedTrees trees = fit(rows, target, new Settings(Loss.SQUARED, 5, 12, 5, 0.5, 1, 1, 0, seed));
        float[] row = rows[random.nextInt(rows.length)];

        double[] contributions = new double[FEATURES];
        trees.contributions(row, contributions);

        assertThat(trees.expected() + Arrays.stream(contributions).sum()).isCloseTo(trees.predict(row), within(1e-4));
        for (int feature = 0; feature < FEATURES; feature++) {
            assertThat(contributions[feature]).isCloseTo(shapley(trees, row, feature), within(1e-4));
        }
    }

    /** By the definition: over all subsets of the other features, what knowing this one changes. */
    private static double shapley(BoostedTrees trees, float[] row, int feature) {
        double sum = 0;
        for (int subset = 0; subset < 1 << FEATURES; subset++) {
            if ((subset >> feature & 1) == 1) {
                continue;
            }
            int size = Integer.bitCount(subset);
            double weight = factorial(size) * factorial(FEATURES - size - 1) / factorial(FEATURES);
            sum += weight * (trees.expected(row, subset | 1 << feature) - trees.expected(row, subset));
        }
        return sum;
    }

    private static double factorial(int number) {
        return number <= 1 ? 1 : number * factorial(number - 1);
    }

    private static Settings settings(Loss loss, int trees) {
        return new Settings(loss, trees, 31, 20, 0.1, 0.7, 0.8, 1, 42);
    }

    private static BoostedTrees fit(float[][] rows, float[] target, Settings settings) {
        Binned binned = Binned.of(rows.length, FEATURES, column -> {
            float[] numbers = new float[rows.length];
            for (int row = 0; row < rows.length; row++) {
                numbers[row] = rows[row][column];
            }
            return numbers;
        });
        return BoostedTrees.fit(binned, target, settings);
    }

    private static float[][] rows(long seed, int count) {
        Random random = new Random(seed);
        float[][] rows = new float[count][FEATURES];
        for (float[] row : rows) {
            for (int at = 0; at < FEATURES; at++) {
                row[at] = random.nextFloat();
            }
        }
        return rows;
    }

    /** Friedman's first function, which trees are usually tried on. */
    private static float[] target(float[][] rows, long seed, double noise) {
        Random random = new Random(seed + 99);
        float[] target = new float[rows.length];
        for (int row = 0; row < rows.length; row++) {
            float[] x = rows[row];
            target[row] = (float) (10 * Math.sin(Math.PI * x[0] * x[1])
                    + 20 * (x[2] - 0.5) * (x[2] - 0.5)
                    + 10 * x[3]
                    + 5 * x[4]
                    + noise * random.nextGaussian());
        }
        return target;
    }
}
