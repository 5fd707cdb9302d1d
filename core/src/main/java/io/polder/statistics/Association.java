package io.polder.statistics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How strongly two columns go together, each measure from the values of the rows in which both are there. Arrays are of
 * one length; NaN is a missing number and -1 a missing code. All answers are NaN where they are not defined: fewer than
 * two rows, or a column of one value.
 */
public final class Association {
    private Association() {}

    /** Pearson's product-moment correlation, from -1 to 1; two passes, so that large means do no harm. */
    public static double pearson(double[] first, double[] second) {
        int count = 0;
        double meanFirst = 0;
        double meanSecond = 0;
        for (int row = 0; row < first.length; row++) {
            if (!Double.isNaN(first[row]) && !Double.isNaN(second[row])) {
                count++;
                meanFirst += (first[row] - meanFirst) / count;
                meanSecond += (second[row] - meanSecond) / count;
            }
        }
        double squaresFirst = 0;
        double squaresSecond = 0;
        double products = 0;
        for (int row = 0; row < first.length; row++) {
            if (!Double.isNaN(first[row]) && !Double.isNaN(second[row])) {
                double one = first[row] - meanFirst;
                double other = second[row] - meanSecond;
                squaresFirst += one * one;
                squaresSecond += other * other;
                products += one * other;
            }
        }
        double scale = Math.sqrt(squaresFirst) * Math.sqrt(squaresSecond);
        return count < 2 || scale == 0 ? Double.NaN : Math.max(-1, Math.min(1, products / scale));
    }

    /** Spearman's rank correlation: Pearson's of the ranks, where equal values share the mean of theirs. */
    public static double spearman(double[] first, double[] second) {
        return spearman(first, order(first), second, order(second));
    }

    /**
     * The same of columns whose {@link #order} is known: to sort is most of the work, and a column takes part in many
     * pairs.
     */
    public static double spearman(double[] first, int[] orderFirst, double[] second, int[] orderSecond) {
        return pearson(ranks(first, orderFirst, second), ranks(second, orderSecond, first));
    }

    /** The rows that have a number, the least first. */
    public static int[] order(double[] values) {
        return IntStream.range(0, values.length)
                .filter(row -> !Double.isNaN(values[row]))
                .boxed()
                .sorted(Comparator.comparingDouble(row -> values[row]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The ranks of the rows that both columns have; NaN for others. */
    private static double[] ranks(double[] values, int[] order, double[] other) {
        double[] ranks = new double[values.length];
        Arrays.fill(ranks, Double.NaN);
        int before = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            int equal = 0;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                equal += Double.isNaN(other[order[to]]) ? 0 : 1;
                to++;
            }
            for (int at = from; at < to; at++) {
                if (!Double.isNaN(other[order[at]])) {
                    ranks[order[at]] = before + (equal + 1) / 2.0;
                }
            }
            before += equal;
            from = to;
        }
        return ranks;
    }

    /**
     * Kendall's rank correlation with ties (tau-b): by how much more pairs of rows are in one order than in opposite
     * ones. Takes time with the square of the rows.
     */
    public static double kendall(double[] first, double[] second) {
        int[] rows = IntStream.range(0, first.length)
                .filter(row -> !Double.isNaN(first[row]) && !Double.isNaN(second[row]))
                .toArray();
        int[] firstPlaces = places(first, rows);
        int[] secondPlaces = places(second, rows);
        long concordance = 0;
        long differFirst = 0;
        long differSecond = 0;
        for (int one = 1; one < rows.length; one++) {
            int ofFirst = firstPlaces[one];
            int ofSecond = secondPlaces[one];
            // Without branches the compiler takes several rows at a time.
            int agree = 0;
            int firstDiffers = 0;
            int secondDiffers = 0;
            for (int other = 0; other < one; other++) {
                int signFirst = Integer.signum(ofFirst - firstPlaces[other]);
                int signSecond = Integer.signum(ofSecond - secondPlaces[other]);
                agree += signFirst * signSecond;
                firstDiffers += signFirst * signFirst;
                secondDiffers += signSecond * signSecond;
            }
            concordance += agree;
            differFirst += firstDiffers;
            differSecond += secondDiffers;
        }
        double scale = Math.sqrt((double) differFirst) * Math.sqrt((double) differSecond);
        return scale == 0 ? Double.NaN : concordance / scale;
    }

    /** Which of the different values each row has, counted from the least. */
    private static int[] places(double[] values, int[] rows) {
        double[] different = Arrays.stream(rows)
                .mapToDouble(row -> values[row] + 0.0)
                .sorted()
                .distinct()
                .toArray();
        return Arrays.stream(rows)
                .map(row -> Arrays.binarySearch(different, values[row] + 0.0))
                .toArray();
    }

    /**
     * Cramér's V of two columns of codes, from 0 to 1, with the correction for what small tables show by accident
     * (Bergsma: A bias-correction for Cramér's V and Tschuprow's T, 2013).
     */
    public static double cramersV(int[] first, int[] second) {
        int rowsOfTable = Arrays.stream(first).max().orElse(-1) + 1;
        int columnsOfTable = Arrays.stream(second).max().orElse(-1) + 1;
        if (rowsOfTable == 0 || columnsOfTable == 0 || (long) rowsOfTable * columnsOfTable > MAX_CELLS) {
            return Double.NaN;
        }
        long[] cells = new long[rowsOfTable * columnsOfTable];
        long[] rowSums = new long[rowsOfTable];
        long[] columnSums = new long[columnsOfTable];
        long count = 0;
        for (int row = 0; row < first.length; row++) {
            if (first[row] >= 0 && second[row] >= 0) {
                cells[first[row] * columnsOfTable + second[row]]++;
                rowSums[first[row]]++;
                columnSums[second[row]]++;
                count++;
            }
        }
        long usedRows = Arrays.stream(rowSums).filter(sum -> sum > 0).count();
        long usedColumns = Arrays.stream(columnSums).filter(sum -> sum > 0).count();
        if (count < 2 || usedRows < 2 || usedColumns < 2) {
            return Double.NaN;
        }
        double chiSquared = 0;
        for (int row = 0; row < rowsOfTable; row++) {
            for (int column = 0; column < columnsOfTable; column++) {
                double expected = (double) rowSums[row] * columnSums[column] / count;
                if (expected > 0) {
                    double difference = cells[row * columnsOfTable + column] - expected;
                    chiSquared += difference * difference / expected;
                }
            }
        }
        double phiSquared = Math.max(0, chiSquared / count - (usedRows - 1.0) * (usedColumns - 1) / (count - 1));
        double correctedRows = usedRows - (usedRows - 1.0) * (usedRows - 1) / (count - 1);
        double correctedColumns = usedColumns - (usedColumns - 1.0) * (usedColumns - 1) / (count - 1);
        double scale = Math.min(correctedRows - 1, correctedColumns - 1);
        return scale <= 0 ? Double.NaN : Math.min(1, Math.sqrt(phiSquared / scale));
    }

    /** Larger tables of two columns of codes are not made. */
    private static final long MAX_CELLS = 1L << 22;

    /**
     * The correlation ratio (eta) of numbers given codes, from 0 to 1: the part of the deviation that knowing the code
     * explains.
     */
    public static double correlationRatio(int[] codes, double[] numbers) {
        int groups = Arrays.stream(codes).max().orElse(-1) + 1;
        long[] counts = new long[groups];
        double[] means = new double[groups];
        double mean = 0;
        long count = 0;
        for (int row = 0; row < codes.length; row++) {
            if (codes[row] >= 0 && !Double.isNaN(numbers[row])) {
                int group = codes[row];
                means[group] += (numbers[row] - means[group]) / ++counts[group];
                mean += (numbers[row] - mean) / ++count;
            }
        }
        double total = 0;
        for (int row = 0; row < codes.length; row++) {
            if (codes[row] >= 0 && !Double.isNaN(numbers[row])) {
                total += (numbers[row] - mean) * (numbers[row] - mean);
            }
        }
        double between = 0;
        for (int group = 0; group < groups; group++) {
            between += counts[group] * (means[group] - mean) * (means[group] - mean);
        }
        return total == 0 ? Double.NaN : Math.min(1, Math.sqrt(between / total));
    }

    /**
     * The error of a dependency of one column on another (g3 of Kivinen and Mannila): the least part of the rows that
     * would have to go so that it holds, and which rows those are.
     *
     * @param violations the rows that have not the value that most rows of their group have, in their order
     */
    public record Dependence(double error, int[] violations) {}

    /** How well {@code determinant} determines {@code dependent}; codes as of {@link CodedTable}. */
    public static Dependence dependence(int[] determinant, int determinants, int[] dependent) {
        int[] sizes = new int[determinants + 1];
        for (int code : determinant) {
            sizes[code + 1]++;
        }
        for (int code = 0; code < determinants; code++) {
            sizes[code + 1] += sizes[code];
        }
        int[] rows = new int[determinant.length];
        int[] next = Arrays.copyOf(sizes, determinants);
        for (int row = 0; row < determinant.length; row++) {
            rows[next[determinant[row]]++] = row;
        }
        int most = Arrays.stream(dependent).max().orElse(-1) + 1;
        int[] counts = new int[most];
        IntStream.Builder violations = IntStream.builder();
        int violating = 0;
        for (int group = 0; group < determinants; group++) {
            int winner = -1;
            for (int at = sizes[group]; at < sizes[group + 1]; at++) {
                int code = dependent[rows[at]];
                counts[code]++;
                if (winner < 0 || counts[code] > counts[winner] || (counts[code] == counts[winner] && code < winner)) {
                    winner = code;
                }
            }
            for (int at = sizes[group]; at < sizes[group + 1]; at++) {
                if (dependent[rows[at]] != winner) {
                    violations.add(rows[at]);
                    violating++;
                }
                counts[dependent[rows[at]]] = 0;
            }
        }
        int[] found = violations.build().sorted().toArray();
        return new Dependence(determinant.length == 0 ? 0 : (double) violating / determinant.length, found);
    }
}
