package io.polder.statistics;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How strongly two columns go together, whatever their types and whatever the form of it, from 0 to 1 (Baak, Koopman,
 * Snoek, Klous: A new correlation coefficient between categorical, ordinal and interval variables with Pearson
 * characteristics, 2018, arXiv:1811.11440).
 *
 * <p>It is the correlation that a normal distribution of two variables must have for its table, of as many rows and
 * columns as this one's and from -5 to 5 deviations, to give the same χ² as this one: 0 where χ² is no more than chance
 * makes it (its degrees of freedom), 1 where it is as large as it can be. Codes of missing values are -1.
 */
public final class PhiK {
    /** So many bins of one width an interval variable has. */
    public static final int BINS = 10;

    private static final double RANGE = 5;
    /** Tables with more rows or columns are not made. */
    private static final int MOST = 60;
    /** Steps of the angle whose sine is the correlation. */
    private static final int STEPS = 256;

    private static final double[] NODES = {-0.7745966692414834, 0, 0.7745966692414834};
    private static final double[] WEIGHTS = {5.0 / 9, 8.0 / 9, 5.0 / 9};

    private static final Map<Integer, double[]> CURVES = new ConcurrentHashMap<>();

    private PhiK() {}

    /** The bins of numbers as codes: {@value #BINS} of one width between the least and the greatest. */
    public static int[] bins(double[] numbers) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double number : numbers) {
            if (!Double.isNaN(number)) {
                least = Math.min(least, number);
                most = Math.max(most, number);
            }
        }
        int[] codes = new int[numbers.length];
        for (int row = 0; row < numbers.length; row++) {
            double part = most > least ? (numbers[row] / 2 - least / 2) / (most / 2 - least / 2) : 0;
            // A value on an edge is in the lower one of the two bins.
            codes[row] = Double.isNaN(numbers[row]) ? -1 : Math.max(0, (int) Math.ceil(part * BINS) - 1);
        }
        return codes;
    }

    /** Of two columns of codes; NaN when one has fewer than two values, or more than are sensible. */
    public static double of(int[] first, int[] second) {
        int rows = Arrays.stream(first).max().orElse(-1) + 1;
        int columns = Arrays.stream(second).max().orElse(-1) + 1;
        if (rows < 2 || columns < 2 || rows > 1_000 || columns > 1_000) {
            return Double.NaN;
        }
        long[][] cells = new long[rows][columns];
        long count = 0;
        for (int row = 0; row < first.length; row++) {
            if (first[row] >= 0 && second[row] >= 0) {
                cells[first[row]][second[row]]++;
                count++;
            }
        }
        return ofTable(cells, count);
    }

    private static double ofTable(long[][] cells, long count) {
        double[] rowSums = new double[cells.length];
        double[] columnSums = new double[cells[0].length];
        for (int row = 0; row < cells.length; row++) {
            for (int column = 0; column < columnSums.length; column++) {
                rowSums[row] += cells[row][column];
                columnSums[column] += cells[row][column];
            }
        }
        int rows = (int) Arrays.stream(rowSums).filter(sum -> sum > 0).count();
        int columns = (int) Arrays.stream(columnSums).filter(sum -> sum > 0).count();
        if (rows < 2 || columns < 2 || rows > MOST || columns > MOST) {
            return Double.NaN;
        }
        double chiSquared = 0;
        for (int row = 0; row < cells.length; row++) {
            for (int column = 0; column < columnSums.length; column++) {
                double expected = rowSums[row] * columnSums[column] / count;
                if (expected > 0) {
                    double difference = cells[row][column] - expected;
                    chiSquared += difference * difference / expected;
                }
            }
        }
        double noise = (rows - 1.0) * (columns - 1);
        double most = (double) count * (Math.min(rows, columns) - 1);
        if (chiSquared <= noise || most <= noise) {
            return 0;
        }
        double[] curve = CURVES.computeIfAbsent(
                Math.min(rows, columns) * 1_000 + Math.max(rows, columns), key -> curve(key / 1_000, key % 1_000));
        double part = Math.min(1, (chiSquared - noise) / (most - noise));
        return Math.sin(angle(curve, part * curve[STEPS]));
    }

    /** Where a rising curve has a value, by cubic interpolation of the step that it is in. */
    private static double angle(double[] curve, double value) {
        int step = Arrays.binarySearch(curve, value);
        if (step >= 0) {
            return Math.PI / 2 * step / STEPS;
        }
        int from = Math.min(STEPS - 1, -step - 2);
        double low = 0;
        double high = 1;
        for (int turn = 0; turn < 50; turn++) {
            double middle = (low + high) / 2;
            if (at(curve, from, middle) < value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.PI / 2 * (from + low) / STEPS;
    }

    private static double at(double[] curve, int from, double part) {
        double begin = curve[from];
        double end = curve[from + 1];
        // The curve is even about 0, and level at its end.
        double slopeBegin = from == 0 ? 0 : (end - curve[from - 1]) / 2;
        double slopeEnd = from + 2 > STEPS ? 0 : (curve[from + 2] - begin) / 2;
        double square = part * part;
        double cube = square * part;
        return begin * (2 * cube - 3 * square + 1)
                + slopeBegin * (cube - 2 * square + part)
                + end * (3 * square - 2 * cube)
                + slopeEnd * (cube - square);
    }

    /**
     * χ² by count of a normal distribution in a table against one without correlation, for correlations that are the
     * sines of evenly spaced angles from 0 to a right one. What a cell has more than without correlation is the integral
     * over the angle of the density in its corners, with their signs (Plackett's identity).
     */
    private static double[] curve(int rows, int columns) {
        double[] x = edges(rows);
        double[] y = edges(columns);
        double[] massX = masses(x);
        double[] massY = masses(y);
        double[][] corners = new double[rows + 1][columns + 1];
        double[] curve = new double[STEPS + 1];
        double width = Math.PI / 2 / STEPS;
        for (int step = 1; step <= STEPS; step++) {
            for (int node = 0; node < NODES.length; node++) {
                double angle = (step - 0.5 + NODES[node] / 2) * width;
                double scale = 2 * Math.cos(angle) * Math.cos(angle);
                double sine = Math.sin(angle);
                double weight = WEIGHTS[node] * width / 2 / (2 * Math.PI);
                for (int row = 0; row <= rows; row++) {
                    for (int column = 0; column <= columns; column++) {
                        corners[row][column] += weight
                                * Math.exp(-(x[row] * x[row] + y[column] * y[column] - 2 * x[row] * y[column] * sine)
                                        / scale);
                    }
                }
            }
            double sum = 0;
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    double more = corners[row + 1][column + 1]
                            - corners[row][column + 1]
                            - corners[row + 1][column]
                            + corners[row][column];
                    sum += more * more / (massX[row] * massY[column]);
                }
            }
            // Behind the last digit the sum may seem to fall.
            curve[step] = Math.max(sum, Math.nextUp(curve[step - 1]));
        }
        return curve;
    }

    /** What a normal distribution has between neighbouring edges, by Gauss' rule in small steps. */
    private static double[] masses(double[] edges) {
        double[] masses = new double[edges.length - 1];
        int steps = 100;
        for (int bin = 0; bin < masses.length; bin++) {
            double width = (edges[bin + 1] - edges[bin]) / steps;
            for (int step = 0; step < steps; step++) {
                for (int node = 0; node < NODES.length; node++) {
                    double at = edges[bin] + (step + 0.5 + NODES[node] / 2) * width;
                    masses[bin] += WEIGHTS[node] * width / 2 * Math.exp(-at * at / 2);
                }
            }
            masses[bin] /= Math.sqrt(2 * Math.PI);
        }
        return masses;
    }

    private static double[] edges(int bins) {
        double[] edges = new double[bins + 1];
        for (int at = 0; at <= bins; at++) {
            edges[at] = -RANGE + 2 * RANGE * at / bins;
        }
        return edges;
    }
}
