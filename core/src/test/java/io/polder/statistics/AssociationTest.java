package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Each measure by worked examples of others, and once more from its definition by plain loops. */
class AssociationTest {
    private static final double NONE = Double.NaN;

    /** Anscombe: Graphs in Statistical Analysis, 1973; the coefficients as R gives them. */
    @Example
    void pearsonOfAnscombesQuartet() {
        double[] x = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
        double[] fourth = {8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8};
        near(
                Association.pearson(
                        x, new double[] {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}),
                0.81642,
                5e-6);
        near(
                Association.pearson(x, new double[] {9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74}),
                0.81624,
                5e-6);
        near(
                Association.pearson(
                        x, new double[] {7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73}),
                0.81629,
                5e-6);
        near(
                Association.pearson(
                        fourth, new double[] {6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.50, 5.56, 7.91, 6.89}),
                0.81652,
                5e-6);
    }

    /** The example of Wikipedia's article on Spearman's coefficient: -29/165. */
    @Example
    void spearmanOfHoursOfTelevision() {
        double[] iq = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
        double[] hours = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
        near(Association.spearman(iq, hours), -29 / 165.0, 1e-12);
    }

    /** The example in SciPy's documentation of {@code kendalltau}. */
    @Example
    void kendallWithTies() {
        near(
                Association.kendall(new double[] {12, 2, 1, 12, 2}, new double[] {1, 4, 7, 1, 0}),
                -0.47140452079103173,
                1e-12);
    }

    /** The example of Wikipedia's article on the correlation ratio: 6780 of 9640. */
    @Example
    void correlationRatioOfMarksInThreeSubjects() {
        int[] subjects = {0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2};
        double[] marks = {45, 70, 29, 15, 21, 40, 20, 30, 42, 65, 95, 80, 70, 85, 73};
        near(Association.correlationRatio(subjects, marks), Math.sqrt(6780.0 / 9640), 1e-12);
    }

    /** By hand: 30 of each on the diagonal of a table of two; χ² is 60, and what chance does, 1/59, is taken off. */
    @Example
    void cramersVIsOneOnTheDiagonalAndNothingWithoutAssociation() {
        int[] halves = IntStream.range(0, 60).map(row -> row % 2).toArray();
        int[] fourths = IntStream.range(0, 60).map(row -> row / 2 % 2).toArray();
        near(Association.cramersV(halves, halves), 1, 1e-12);
        near(Association.cramersV(halves, fourths), 0, 1e-12);
        assertThat(Association.cramersV(halves, new int[60])).as("one value").isNaN();
    }

    /** Of whole numbers, by sums of products alone; of ranks that are counted; of pairs that are counted. */
    @Property(tries = 200)
    void correlationsOfNumbersAreTheirDefinitions(@ForAll("pairs") double[][] pairs) {
        double[] first = column(pairs, 0);
        double[] second = column(pairs, 1);
        double[][] whole = Arrays.stream(pairs)
                .filter(pair -> !Double.isNaN(pair[0]) && !Double.isNaN(pair[1]))
                .toArray(double[][]::new);

        same(Association.pearson(first, second), bySums(column(whole, 0), column(whole, 1)));
        same(Association.spearman(first, second), bySums(counted(column(whole, 0)), counted(column(whole, 1))));
        same(Association.kendall(first, second), byPairs(whole));
    }

    @Property(tries = 100)
    void correlationsDoNotCareForUnitsAndOrder(@ForAll("pairs") double[][] pairs, @ForAll @LongRange long seed) {
        List<double[]> shuffled = new ArrayList<>(Arrays.asList(pairs));
        java.util.Collections.shuffle(shuffled, new Random(seed));
        double[][] others = shuffled.toArray(double[][]::new);
        double[] first = column(pairs, 0);
        double[] second = column(pairs, 1);
        double[] fahrenheit =
                DoubleStream.of(column(others, 0)).map(x -> 1.8 * x + 32).toArray();
        double[] cubes = DoubleStream.of(column(others, 0)).map(x -> -x * x * x).toArray();
        double[] third = column(others, 1);

        same(Association.pearson(fahrenheit, third), Association.pearson(first, second));
        same(Association.pearson(second, first), Association.pearson(first, second));
        same(Association.spearman(cubes, third), -Association.spearman(first, second));
        same(Association.kendall(cubes, third), -Association.kendall(first, second));
    }

    @Property(tries = 200)
    void measuresOfCategoriesAreTheirDefinitions(@ForAll("categories") int[][] rows) {
        int[] first = column(rows, 0);
        int[] second = column(rows, 1);
        double[] numbers = Arrays.stream(rows)
                .mapToDouble(row -> row[2] < 0 ? NONE : row[2])
                .toArray();

        same(Association.cramersV(first, second), corrected(first, second));
        same(Association.cramersV(second, first), Association.cramersV(first, second));
        same(Association.correlationRatio(first, numbers), byGroups(first, numbers));
    }

    /** The least number of rows that must go, found by trying all sets of rows. */
    @Property(tries = 150)
    void theErrorOfADependencyIsTheLeastPartOfTheRowsThatMustGo(@ForAll("fewRows") int[][] rows) {
        int[] determinant = column(rows, 0);
        int[] dependent = column(rows, 1);
        int least = rows.length;
        for (int gone = 0; gone < 1 << rows.length; gone++) {
            if (Integer.bitCount(gone) < least && holds(determinant, dependent, gone)) {
                least = Integer.bitCount(gone);
            }
        }

        Association.Dependence found = Association.dependence(determinant, 4, dependent);

        assertThat(found.error()).isEqualTo((double) least / rows.length);
        assertThat(found.violations()).hasSize(least).isSorted();
        int named = IntStream.of(found.violations()).map(row -> 1 << row).sum();
        assertThat(holds(determinant, dependent, named)).isTrue();
    }

    private static boolean holds(int[] determinant, int[] dependent, int gone) {
        for (int one = 0; one < determinant.length; one++) {
            for (int other = 0; other < one; other++) {
                boolean areThere = (gone >> one & 1) == 0 && (gone >> other & 1) == 0;
                if (areThere && determinant[one] == determinant[other] && dependent[one] != dependent[other]) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---- definitions

    private static double bySums(double[] x, double[] y) {
        double n = x.length;
        double sumX = DoubleStream.of(x).sum();
        double sumY = DoubleStream.of(y).sum();
        double products = 0;
        double squaresX = 0;
        double squaresY = 0;
        for (int row = 0; row < n; row++) {
            products += x[row] * y[row];
            squaresX += x[row] * x[row];
            squaresY += y[row] * y[row];
        }
        double scale = (n * squaresX - sumX * sumX) * (n * squaresY - sumY * sumY);
        return n < 2 || scale == 0 ? NONE : (n * products - sumX * sumY) / Math.sqrt(scale);
    }

    /** The rank of each: how many are less, and half of those that are the same, with itself, and a half. */
    private static double[] counted(double[] values) {
        return DoubleStream.of(values)
                .map(value ->
                        DoubleStream.of(values).filter(other -> other < value).count()
                                + (DoubleStream.of(values)
                                                        .filter(other -> other == value)
                                                        .count()
                                                + 1)
                                        / 2.0)
                .toArray();
    }

    /** (concordant - discordant) by the root of the pairs not tied in one times those not tied in the other. */
    private static double byPairs(double[][] rows) {
        long concordant = 0;
        long discordant = 0;
        long onlyFirst = 0;
        long onlySecond = 0;
        for (int one = 0; one < rows.length; one++) {
            for (int other = one + 1; other < rows.length; other++) {
                double product = (rows[one][0] - rows[other][0]) * (rows[one][1] - rows[other][1]);
                if (product > 0) {
                    concordant++;
                } else if (product < 0) {
                    discordant++;
                } else if (rows[one][0] != rows[other][0]) {
                    onlyFirst++;
                } else if (rows[one][1] != rows[other][1]) {
                    onlySecond++;
                }
            }
        }
        double ordered = concordant + discordant;
        double scale = Math.sqrt((ordered + onlyFirst) * (ordered + onlySecond));
        return scale == 0 ? NONE : (concordant - discordant) / scale;
    }

    /** Bergsma 2013, (5) to (8); φ² as the sum of n² by row and column less 1. */
    private static double corrected(int[] first, int[] second) {
        int size = 6;
        double[][] cells = new double[size][size];
        double n = 0;
        for (int row = 0; row < first.length; row++) {
            if (first[row] >= 0 && second[row] >= 0) {
                cells[first[row]][second[row]]++;
                n++;
            }
        }
        double phi = -1;
        int rows = 0;
        int columns = 0;
        for (int one = 0; one < size; one++) {
            int at = one;
            rows += DoubleStream.of(cells[one]).sum() > 0 ? 1 : 0;
            columns += Arrays.stream(cells).mapToDouble(row -> row[at]).sum() > 0 ? 1 : 0;
            for (int other = 0; other < size; other++) {
                int column = other;
                double of = DoubleStream.of(cells[one]).sum()
                        * Arrays.stream(cells).mapToDouble(row -> row[column]).sum();
                phi += of == 0 ? 0 : cells[one][other] * cells[one][other] / of;
            }
        }
        double r = rows - Math.pow(rows - 1, 2) / (n - 1);
        double c = columns - Math.pow(columns - 1, 2) / (n - 1);
        double scale = Math.min(r, c) - 1;
        double least = Math.max(0, phi - (rows - 1) * (columns - 1) / (n - 1));
        return n < 2 || rows < 2 || columns < 2 || scale <= 1e-12 ? NONE : Math.min(1, Math.sqrt(least / scale));
    }

    /** 1 less what deviates within the groups by what deviates in all. */
    private static double byGroups(int[] codes, double[] numbers) {
        double within = 0;
        List<Double> all = new ArrayList<>();
        for (int group = 0; group < 6; group++) {
            List<Double> members = new ArrayList<>();
            for (int row = 0; row < codes.length; row++) {
                if (codes[row] == group && !Double.isNaN(numbers[row])) {
                    members.add(numbers[row]);
                }
            }
            within += squares(members);
            all.addAll(members);
        }
        double total = squares(all);
        return total == 0 ? NONE : Math.sqrt(Math.max(0, 1 - within / total));
    }

    private static double squares(List<Double> values) {
        double mean = values.stream().mapToDouble(x -> x).average().orElse(0);
        return values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
    }

    // ---- data

    /** Whole numbers of a small range, so that there are ties, and some are missing. */
    @Provide
    Arbitrary<double[][]> pairs() {
        return Arbitraries.integers()
                .between(-6, 5)
                .map(number -> number == -6 ? NONE : number)
                .array(double[].class)
                .ofSize(2)
                .array(double[][].class)
                .ofMinSize(0)
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<int[][]> categories() {
        return Arbitraries.integers()
                .between(-1, 5)
                .array(int[].class)
                .ofSize(3)
                .array(int[][].class)
                .ofMinSize(0)
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<int[][]> fewRows() {
        return Arbitraries.integers()
                .between(0, 3)
                .array(int[].class)
                .ofSize(2)
                .array(int[][].class)
                .ofMinSize(1)
                .ofMaxSize(9);
    }

    private static double[] column(double[][] rows, int column) {
        return Arrays.stream(rows).mapToDouble(row -> row[column]).toArray();
    }

    private static int[] column(int[][] rows, int column) {
        return Arrays.stream(rows).mapToInt(row -> row[column]).toArray();
    }

    private static void near(double told, double expected, double by) {
        assertThat(told).isCloseTo(expected, within(by));
    }

    private static void same(double told, double expected) {
        if (Double.isNaN(expected)) {
            assertThat(told).isNaN();
        } else {
            // The root of a rounding error is no smaller than this.
            assertThat(told).isCloseTo(expected, within(1e-7));
        }
    }
}
