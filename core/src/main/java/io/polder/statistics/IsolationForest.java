package io.polder.statistics;

import java.util.Random;

/**
 * Rows that are alone: those that few random cuts separate from all others (Liu, Ting, Zhou: Isolation Forest, 2008). A
 * missing number takes part as the column's mean does.
 */
public final class IsolationForest {
    private static final int TREES = 100;
    private static final int SAMPLE = 256;
    private static final double EULER = 0.5772156649015329;

    private IsolationForest() {}

    /**
     * The score of each row, from 0 to 1: about 0.5 for what is like the others, towards 1 for what is alone.
     *
     * @param columns numbers, column by column; NaN where missing
     * @param seed the same seed gives the same scores
     */
    public static double[] scores(double[][] columns, int rows, long seed) {
        double[] scores = new double[rows];
        if (rows < 2 || columns.length == 0) {
            return scores;
        }
        double[][] cells = new double[rows][columns.length];
        for (int column = 0; column < columns.length; column++) {
            double sum = 0;
            int count = 0;
            for (double number : columns[column]) {
                if (Double.isFinite(number)) {
                    sum += number;
                    count++;
                }
            }
            double mean = count == 0 ? 0 : sum / count;
            for (int row = 0; row < rows; row++) {
                double number = columns[column][row];
                cells[row][column] = Double.isFinite(number) ? number : mean;
            }
        }
        Random random = new Random(seed);
        int size = Math.min(SAMPLE, rows);
        int height = (int) Math.ceil(Math.log(size) / Math.log(2));
        for (int tree = 0; tree < TREES; tree++) {
            int[] sample = random.ints(0, rows).distinct().limit(size).toArray();
            Node root = grow(cells, sample, sample.length, height, random);
            for (int row = 0; row < rows; row++) {
                scores[row] += depth(root, cells[row]);
            }
        }
        double usual = averageDepth(size);
        for (int row = 0; row < rows; row++) {
            scores[row] = usual == 0 ? 0.5 : Math.pow(2, -scores[row] / TREES / usual);
        }
        return scores;
    }

    private sealed interface Node {}

    private record Leaf(int size) implements Node {}

    private record Cut(int column, double at, Node below, Node above) implements Node {}

    private static Node grow(double[][] cells, int[] rows, int size, int height, Random random) {
        if (size <= 1 || height == 0) {
            return new Leaf(size);
        }
        int columns = cells[0].length;
        int first = random.nextInt(columns);
        for (int tried = 0; tried < columns; tried++) {
            int column = (first + tried) % columns;
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (int at = 0; at < size; at++) {
                least = Math.min(least, cells[rows[at]][column]);
                most = Math.max(most, cells[rows[at]][column]);
            }
            if (least < most) {
                double cut = least + random.nextDouble() * (most - least);
                int[] below = new int[size];
                int[] above = new int[size];
                int belows = 0;
                int aboves = 0;
                for (int at = 0; at < size; at++) {
                    if (cells[rows[at]][column] <= cut) {
                        below[belows++] = rows[at];
                    } else {
                        above[aboves++] = rows[at];
                    }
                }
                return new Cut(
                        column,
                        cut,
                        grow(cells, below, belows, height - 1, random),
                        grow(cells, above, aboves, height - 1, random));
            }
        }
        return new Leaf(size);
    }

    private static double depth(Node root, double[] row) {
        double depth = 0;
        Node node = root;
        while (node instanceof Cut cut) {
            node = row[cut.column()] <= cut.at() ? cut.below() : cut.above();
            depth++;
        }
        return depth + averageDepth(((Leaf) node).size());
    }

    /** The mean depth of an unsuccessful search in a binary tree of so many. */
    private static double averageDepth(int size) {
        if (size <= 1) {
            return 0;
        }
        return size == 2 ? 1 : 2 * (Math.log(size - 1) + EULER) - 2.0 * (size - 1) / size;
    }
}
