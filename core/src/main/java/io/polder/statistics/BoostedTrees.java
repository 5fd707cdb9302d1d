package io.polder.statistics;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Gradient-boosted regression trees (Friedman: Greedy function approximation: a gradient boosting machine, 2001), grown
 * from histograms, the leaf that gains most first, as LightGBM does (Ke et al., 2017). The same data, settings and seed
 * give the same trees to the bit, on every machine. A model cannot be changed and is safe for several threads.
 */
public final class BoostedTrees {
    /** What a model makes least. */
    public enum Loss {
        /** The mean of squared errors: it predicts means. */
        SQUARED,
        /** The mean of absolute errors: it predicts medians. */
        ABSOLUTE
    }

    /**
     * How trees are grown.
     *
     * @param leaves of a tree, at most
     * @param leastRows that a leaf is made of
     * @param shrinkage what part of a tree's answer is taken
     * @param rowShare what part of the rows a tree sees
     * @param columnShare what part of the columns a tree sees
     * @param penalty added to a leaf's count of rows, so that small ones dare less
     */
    public record Settings(
            Loss loss,
            int trees,
            int leaves,
            int leastRows,
            double shrinkage,
            double rowShare,
            double columnShare,
            double penalty,
            long seed) {}

    private static final int LEAF = -1;

    private final double base;
    private final int[] roots;
    /** Of each node: the column that it asks for, or {@link #LEAF}. */
    private final int[] columns;

    private final float[] cuts;
    private final boolean[] missingGoesLeft;
    /** Of each node: the one for what is not above the cut; the other is the next. */
    private final int[] lefts;

    private final float[] values;
    private final float[] covers;

    BoostedTrees(
            double base,
            int[] roots,
            int[] columns,
            float[] cuts,
            boolean[] missingGoesLeft,
            int[] lefts,
            float[] values,
            float[] covers) {
        this.base = base;
        this.roots = roots;
        this.columns = columns;
        this.cuts = cuts;
        this.missingGoesLeft = missingGoesLeft;
        this.lefts = lefts;
        this.values = values;
        this.covers = covers;
    }

    /**
     * Grows trees.
     *
     * @param target as many as there are rows, all finite
     */
    public static BoostedTrees fit(Binned features, float[] target, Settings settings) {
        return new Boosting(features, target, settings).fit();
    }

    /** Writes all of it, so that {@link #read} gives one that says the same to the bit. */
    public void write(DataOutput out) throws IOException {
        out.writeDouble(base);
        out.writeInt(roots.length);
        for (int root : roots) {
            out.writeInt(root);
        }
        out.writeInt(columns.length);
        for (int node = 0; node < columns.length; node++) {
            out.writeShort(columns[node]);
            out.writeFloat(covers[node]);
            if (columns[node] == LEAF) {
                out.writeFloat(values[node]);
            } else {
                out.writeFloat(cuts[node]);
                out.writeBoolean(missingGoesLeft[node]);
                out.writeInt(lefts[node]);
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    public static BoostedTrees read(DataInput in) throws IOException {
        double base = in.readDouble();
        int[] roots = new int[in.readInt()];
        for (int tree = 0; tree < roots.length; tree++) {
            roots[tree] = in.readInt();
        }
        int nodes = in.readInt();
        int[] columns = new int[nodes];
        float[] cuts = new float[nodes];
        boolean[] missingGoesLeft = new boolean[nodes];
        int[] lefts = new int[nodes];
        float[] values = new float[nodes];
        float[] covers = new float[nodes];
        for (int node = 0; node < nodes; node++) {
            columns[node] = in.readShort();
            covers[node] = in.readFloat();
            if (columns[node] == LEAF) {
                values[node] = in.readFloat();
            } else {
                cuts[node] = in.readFloat();
                missingGoesLeft[node] = in.readBoolean();
                lefts[node] = in.readInt();
            }
        }
        return new BoostedTrees(base, roots, columns, cuts, missingGoesLeft, lefts, values, covers);
    }

    /** What it says of a row; NaN is missing. */
    public double predict(float[] row) {
        double sum = base;
        for (int root : roots) {
            sum += values[leaf(root, row)];
        }
        return sum;
    }

    /** What it says of each of many rows: as {@link #predict}, and faster, since a tree stays near while all ask it. */
    public double[] predictAll(float[][] rows) {
        double[] sums = new double[rows.length];
        Arrays.fill(sums, base);
        for (int root : roots) {
            for (int row = 0; row < sums.length; row++) {
                sums[row] += values[leaf(root, rows[row])];
            }
        }
        return sums;
    }

    private int leaf(int root, float[] row) {
        int node = root;
        int column = columns[node];
        while (column >= 0) {
            float number = row[column];
            node = lefts[node] + (goesLeft(node, number) ? 0 : 1);
            column = columns[node];
        }
        return node;
    }

    private boolean goesLeft(int node, float number) {
        return number <= cuts[node] || (Float.isNaN(number) && missingGoesLeft[node]);
    }

    /** How many trees there are. */
    public int trees() {
        return roots.length;
    }

    /** What it says on average of the rows on which it was grown; what {@link #contributions} count from. */
    public double expected() {
        return expected(new float[0], 0);
    }

    /** What it says when of a row only some features are known, a bit each of the first 32. */
    double expected(float[] row, int known) {
        double sum = base;
        for (int root : roots) {
            sum += expected(root, row, known);
        }
        return sum;
    }

    private double expected(int node, float[] row, int known) {
        int column = columns[node];
        if (column == LEAF) {
            return values[node];
        }
        int left = lefts[node];
        if (known != 0 && column < 32 && (known >>> column & 1) == 1) {
            float number = row[column];
            return expected(goesLeft(node, number) ? left : left + 1, row, known);
        }
        double below = expected(left, row, known) * covers[left];
        return (below + expected(left + 1, row, known) * covers[left + 1]) / covers[node];
    }

    /**
     * By how much each feature moves what is said of a row away from {@link #expected}: exact Shapley values of the
     * trees, in which a feature that is not known goes both ways as the rows did on which the tree was grown (Lundberg,
     * Erion, Lee: Consistent individualized feature attribution for tree ensembles, 2018). They and {@link #expected} add up
     * to {@link #predict}.
     *
     * @param into as many as there are features; added to
     */
    public void contributions(float[] row, double[] into) {
        for (int root : roots) {
            explain(root, row, into, new Path(0), 0, 1, 1, -1);
        }
    }

    /** The features on the way to a node, once each, and the weights of the subsets of them by size. */
    private static final class Path {
        final int[] features;
        final double[] zeros;
        final double[] ones;
        final double[] weights;

        Path(int length) {
            features = new int[length + 1];
            zeros = new double[length + 1];
            ones = new double[length + 1];
            weights = new double[length + 1];
        }

        Path longer(int length) {
            Path copy = new Path(length);
            int all = Math.min(length, features.length);
            System.arraycopy(features, 0, copy.features, 0, all);
            System.arraycopy(zeros, 0, copy.zeros, 0, all);
            System.arraycopy(ones, 0, copy.ones, 0, all);
            System.arraycopy(weights, 0, copy.weights, 0, all);
            return copy;
        }

        void extend(int length, double zero, double one, int feature) {
            features[length] = feature;
            zeros[length] = zero;
            ones[length] = one;
            weights[length] = length == 0 ? 1 : 0;
            for (int at = length - 1; at >= 0; at--) {
                weights[at + 1] += one * weights[at] * (at + 1) / (length + 1);
                weights[at] = zero * weights[at] * (length - at) / (length + 1);
            }
        }

        void unwind(int length, int taken) {
            double one = ones[taken];
            double zero = zeros[taken];
            double next = weights[length];
            for (int at = length - 1; at >= 0; at--) {
                if (one != 0) {
                    double kept = weights[at];
                    weights[at] = next * (length + 1) / ((at + 1) * one);
                    next = kept - weights[at] * zero * (length - at) / (length + 1);
                } else {
                    weights[at] = weights[at] * (length + 1) / (zero * (length - at));
                }
            }
            for (int at = taken; at < length; at++) {
                features[at] = features[at + 1];
                zeros[at] = zeros[at + 1];
                ones[at] = ones[at + 1];
            }
        }

        double unwoundSum(int length, int taken) {
            double one = ones[taken];
            double zero = zeros[taken];
            double next = weights[length];
            double sum = 0;
            for (int at = length - 1; at >= 0; at--) {
                if (one != 0) {
                    double weight = next * (length + 1) / ((at + 1) * one);
                    sum += weight;
                    next = weights[at] - weight * zero * (length - at) / (length + 1);
                } else {
                    sum += weights[at] / (zero * (length - at) / (length + 1));
                }
            }
            return sum;
        }
    }

    private void explain(
            int node, float[] row, double[] into, Path before, int length, double zero, double one, int feature) {
        Path path = before.longer(length);
        path.extend(length, zero, one, feature);
        int column = columns[node];
        if (column == LEAF) {
            for (int at = 1; at <= length; at++) {
                into[path.features[at]] +=
                        path.unwoundSum(length, at) * (path.ones[at] - path.zeros[at]) * values[node];
            }
            return;
        }
        float number = row[column];
        int left = lefts[node];
        boolean goesLeft = goesLeft(node, number);
        int hot = goesLeft ? left : left + 1;
        int cold = goesLeft ? left + 1 : left;
        double zeroBefore = 1;
        double oneBefore = 1;
        int depth = length;
        for (int at = 1; at <= length; at++) {
            if (path.features[at] == column) {
                zeroBefore = path.zeros[at];
                oneBefore = path.ones[at];
                path.unwind(length, at);
                depth--;
                break;
            }
        }
        explain(hot, row, into, path, depth + 1, zeroBefore * covers[hot] / covers[node], oneBefore, column);
        explain(cold, row, into, path, depth + 1, zeroBefore * covers[cold] / covers[node], 0, column);
    }

    /** How often each feature is asked for, as parts of 1. */
    public double[] uses(int features) {
        double[] uses = new double[features];
        for (int column : columns) {
            if (column != LEAF) {
                uses[column]++;
            }
        }
        double all = Arrays.stream(uses).sum();
        for (int at = 0; at < features && all > 0; at++) {
            uses[at] /= all;
        }
        return uses;
    }

    /** Numbers that depend on the seed alone, for trees in their order. */
    static SplittableRandom random(long seed) {
        return new SplittableRandom(seed);
    }
}
