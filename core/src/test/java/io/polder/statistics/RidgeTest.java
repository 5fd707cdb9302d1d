package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RidgeTest {
    @Property(tries = 200)
    void itIsWhatAQrOfTheRowsFinds(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 8) int features,
            @ForAll @IntRange(max = 3) int strength) {
        double[][] rows = rows(seed, 60, features, 1e4);
        double penalty = new double[] {0, 1e-3, 0.1, 1}[strength];

        Ridge fitted = Ridge.fit(moments(rows), first(features), features, penalty);

        double[] expected = byQr(rows, features, penalty);
        for (int at = 0; at < features; at++) {
            double scale = deviation(rows, at);
            assertThat(fitted.weights()[at] * scale).isCloseTo(expected[at], within(1e-8));
        }
    }

    @Property(tries = 200)
    void momentsOfPartsMergeIntoThoseOfTheWhole(@ForAll long seed, @ForAll @IntRange(max = 60) int cut) {
        double[][] rows = rows(seed, 60, 4, 1e6);
        CrossProducts parts = moments(Arrays.copyOfRange(rows, 0, cut));
        parts.merge(moments(Arrays.copyOfRange(rows, cut, 60)));

        CrossProducts whole = moments(rows);

        assertThat(parts.count()).isEqualTo(60);
        for (int one = 0; one < 5; one++) {
            assertThat(parts.mean(one)).isCloseTo(whole.mean(one), within(1e-9 * 1e6));
            for (int other = 0; other < 5; other++) {
                double scale = Math.sqrt(whole.product(one, one) * whole.product(other, other));
                assertThat(parts.product(one, other)).isCloseTo(whole.product(one, other), within(1e-9 * scale));
            }
        }
    }

    /** Plain sums of squares lose this: 10⁹ squared leaves no digit for a deviation of 1. */
    @Test
    void aLargeMeanCostsNoDigits() {
        double[][] near = rows(3, 5_000, 3, 0);
        double[][] far = new double[near.length][];
        for (int row = 0; row < near.length; row++) {
            far[row] = near[row].clone();
            far[row][0] += 1 << 30;
        }

        Ridge expected = Ridge.fit(moments(near), first(3), 3, 0.01);
        Ridge fitted = Ridge.fit(moments(far), first(3), 3, 0.01);

        assertThat(fitted.weights()).containsExactly(expected.weights(), within(1e-6));
    }

    @Test
    void standardErrorsAreThoseThatManySamplesShow() {
        int samples = 600;
        double sum = 0;
        double squares = 0;
        double told = 0;
        for (int sample = 0; sample < samples; sample++) {
            Ridge fitted = Ridge.fit(moments(rows(sample, 100, 3, 10)), first(3), 3, 1e-9);
            sum += fitted.weights()[1];
            squares += fitted.weights()[1] * fitted.weights()[1];
            told += fitted.errors()[1] / samples;
        }
        double seen = Math.sqrt((squares - sum * sum / samples) / (samples - 1));
        assertThat(told).isCloseTo(seen, within(0.1 * seen));
    }

    @Test
    void aColumnThatIsMadeOfOthersOrIsAlwaysTheSameGetsNoNoise() {
        double[][] rows = rows(5, 100, 3, 1);
        for (double[] row : rows) {
            row[1] = 2 * row[0] + 1;
            row[2] = 42;
        }

        Ridge fitted = Ridge.fit(moments(rows), first(3), 3, 0);

        assertThat(Arrays.stream(fitted.weights()).allMatch(Double::isFinite)).isTrue();
        assertThat(fitted.weights()[2]).isZero();
        assertThat(Math.abs(fitted.weights()[1])).isLessThan(10);
    }

    @Test
    void theBestPenaltyIsLargeWhereThereIsOnlyNoise() {
        Random random = new Random(1);
        List<CrossProducts> blocks = new ArrayList<>();
        for (int block = 0; block < 5; block++) {
            CrossProducts moments = new CrossProducts(11);
            for (int row = 0; row < 10; row++) {
                moments.add(IntStream.range(0, 11)
                        .mapToDouble(at -> random.nextGaussian())
                        .toArray());
            }
            blocks.add(moments);
        }

        Ridge fitted = Ridge.fitBest(blocks, first(10), 10, Ridge.PENALTIES);

        assertThat(fitted.penalty()).isEqualTo(1.0);
    }

    @Test
    void aRowWithAMissingNumberDoesNotCount() {
        CrossProducts moments = new CrossProducts(2);

        assertThat(moments.add(new double[] {1, Double.NaN})).isFalse();
        assertThat(moments.add(new double[] {1, 2})).isTrue();
        assertThat(moments.count()).isEqualTo(1);
    }

    private static int[] first(int features) {
        return IntStream.range(0, features).toArray();
    }

    private static CrossProducts moments(double[][] rows) {
        CrossProducts moments = new CrossProducts(rows.length == 0 ? 5 : rows[0].length);
        for (double[] row : rows) {
            moments.add(row);
        }
        return moments;
    }

    /** The last column is the target. */
    private static double[][] rows(long seed, int count, int features, double mean) {
        Random random = new Random(seed);
        double[][] rows = new double[count][features + 1];
        for (double[] row : rows) {
            double target = 5;
            for (int at = 0; at < features; at++) {
                row[at] = mean * at
                        + (1 + at) * random.nextGaussian()
                        + (at > 0 ? 0.5 * (row[at - 1] - mean * (at - 1)) : 0);
                target += (at - 1.5) * (row[at] - mean * at);
            }
            row[features] = target + random.nextGaussian();
        }
        return rows;
    }

    private static double mean(double[][] rows, int column) {
        double sum = 0;
        for (double[] row : rows) {
            sum += row[column] / rows.length;
        }
        return sum;
    }

    private static double deviation(double[][] rows, int column) {
        double mean = mean(rows, column);
        double sum = 0;
        for (double[] row : rows) {
            sum += (row[column] - mean) * (row[column] - mean);
        }
        return Math.sqrt(sum);
    }

    /** Weights of centred and scaled features, from Householder's QR of the rows with √penalty below them. */
    private static double[] byQr(double[][] rows, int features, double penalty) {
        int height = rows.length + features;
        double[][] matrix = new double[height][features + 1];
        for (int column = 0; column <= features; column++) {
            double mean = mean(rows, column);
            double scale = column == features ? 1 : deviation(rows, column);
            for (int row = 0; row < rows.length; row++) {
                matrix[row][column] = (rows[row][column] - mean) / scale;
            }
            if (column < features) {
                matrix[rows.length + column][column] = Math.sqrt(penalty);
            }
        }
        for (int column = 0; column < features; column++) {
            double norm = 0;
            for (int row = column; row < height; row++) {
                norm += matrix[row][column] * matrix[row][column];
            }
            double alpha = -Math.signum(matrix[column][column]) * Math.sqrt(norm);
            double[] reflector = new double[height];
            for (int row = column; row < height; row++) {
                reflector[row] = matrix[row][column];
            }
            reflector[column] -= alpha;
            double length = 0;
            for (double part : reflector) {
                length += part * part;
            }
            for (int other = column; other <= features; other++) {
                double dot = 0;
                for (int row = column; row < height; row++) {
                    dot += reflector[row] * matrix[row][other];
                }
                for (int row = column; row < height; row++) {
                    matrix[row][other] -= 2 * dot / length * reflector[row];
                }
            }
        }
        double[] weights = new double[features];
        for (int row = features - 1; row >= 0; row--) {
            weights[row] = matrix[row][features];
            for (int at = row + 1; at < features; at++) {
                weights[row] -= matrix[row][at] * weights[at];
            }
            weights[row] /= matrix[row][row];
        }
        return weights;
    }
}
