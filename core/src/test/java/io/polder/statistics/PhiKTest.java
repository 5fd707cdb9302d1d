package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhiKTest {
    /**
     * Computed apart from this program: the tables of normal distributions by SciPy's adaptive integration of the density
     * of one variable times the distribution of the other given it, and the correlation by Brent's root finding.
     */
    @Test
    void isWhatSciPyGivesForTheSameTables() {
        assertThat(of(new int[][] {{20, 5}, {5, 20}})).isCloseTo(0.7987555147, within(1e-5));
        assertThat(of(new int[][] {{10, 20, 30}, {30, 10, 15}})).isCloseTo(0.2314032312, within(1e-5));
        assertThat(of(new int[][] {{50, 3, 1, 0}, {4, 40, 6, 2}, {0, 5, 60, 7}, {1, 2, 3, 30}}))
                .isCloseTo(0.9748380017, within(1e-5));
    }

    @Test
    void isNothingWhereChanceDoesAsMuchAndOneWhereOneTellsTheOther() {
        assertThat(of(new int[][] {{9, 8, 7}, {8, 9, 8}, {7, 8, 9}})).isZero();
        assertThat(of(new int[][] {{30, 0, 0}, {0, 30, 0}, {0, 0, 30}})).isCloseTo(1, within(1e-9));
        assertThat(of(new int[][] {{5}, {6}})).as("a column of one value").isNaN();
    }

    @Test
    void binsAreOfOneWidthAndMissingOnesAreLeftOut() {
        assertThat(PhiK.bins(new double[] {0, 1, 5, 9.5, 10, Double.NaN})).containsExactly(0, 0, 4, 9, 9, -1);
        assertThat(PhiK.bins(new double[] {3, 3})).containsExactly(0, 0);
    }

    /** SciPy's {@code linkage} of these rows by their Hamming distances, method average. */
    @Test
    void groupsAreThoseOfSciPy() {
        int[][] rows = {
            {0, 0, 1, 1, 0, 1, 0, 0},
            {0, 0, 1, 1, 0, 1, 1, 0},
            {1, 0, 0, 0, 1, 0, 0, 0},
            {0, 0, 0, 0, 0, 0, 0, 1},
            {1, 1, 0, 0, 1, 0, 0, 1}
        };
        double[][] distances = new double[5][5];
        for (int one = 0; one < 5; one++) {
            for (int other = 0; other < 5; other++) {
                int first = one;
                int second = other;
                distances[one][other] = IntStream.range(0, 8)
                                .filter(at -> rows[first][at] != rows[second][at])
                                .count()
                        / 8.0;
            }
        }

        List<Clustering.Merge> merges = Clustering.of(distances);

        assertThat(merges)
                .extracting(each -> each.left() + " " + each.right() + " " + each.size())
                .containsExactly("0 1 2", "2 4 2", "3 6 3", "5 7 5");
        assertThat(merges.get(2).distance()).isCloseTo(0.375, within(1e-12));
        assertThat(merges.get(3).distance()).isCloseTo(0.7291666666666666, within(1e-12));
    }

    private static double of(int[][] table) {
        int[] first = IntStream.range(0, table.length)
                .flatMap(row -> IntStream.range(0, table[row].length)
                        .flatMap(
                                column -> IntStream.range(0, table[row][column]).map(each -> row)))
                .toArray();
        int[] second = IntStream.range(0, table.length)
                .flatMap(row -> IntStream.range(0, table[row].length)
                        .flatMap(
                                column -> IntStream.range(0, table[row][column]).map(each -> column)))
                .toArray();
        return PhiK.of(first, second);
    }
}
