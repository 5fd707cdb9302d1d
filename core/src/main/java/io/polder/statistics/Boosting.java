package io.polder.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Grows {@link BoostedTrees}. For one thread.
 *
 * <p>A histogram's bin is one long: above, the sum of the rows' gradients, as whole numbers of 16 bits; below, their
 * count. One addition counts a row, sums are exact whatever their order, and of two children's histograms one is what the
 * parent's leaves. The leaves' values are computed from the residuals themselves.
 */
final class Boosting {
    private static final int COUNT_BITS = 24;
    private static final long COUNT = (1L << COUNT_BITS) - 1;
    private static final int MOST = 1 << 14;

    private final Binned data;
    private final float[] target;
    private final BoostedTrees.Settings settings;
    private final int columns;
    private final int[] offsets;
    private final float[] said;
    private final SplittableRandom random;

    /** The tree's rows, those of a node side by side, ascending within it; and their packed gradients. */
    private final int[] rows;

    private final long[] gradients;
    private final int[] movedRows;
    private final long[] movedGradients;
    private final boolean[] isSampled;
    private int sampled;
    private boolean[] isUsed = new boolean[0];

    // The trees so far.
    private int nodes;
    private int[] nodeColumns = new int[1024];
    private int[] nodeBins = new int[1024];
    private float[] nodeCuts = new float[1024];
    private boolean[] nodeMissing = new boolean[1024];
    private int[] nodeLefts = new int[1024];
    private float[] nodeValues = new float[1024];
    private float[] nodeCovers = new float[1024];

    Boosting(Binned data, float[] target, BoostedTrees.Settings settings) {
        if (data.rows() > COUNT) {
            throw new IllegalArgumentException(data.rows() + " rows are more than the " + COUNT + " of a histogram");
        }
        this.data = data;
        this.target = target;
        this.settings = settings;
        this.columns = data.columns();
        this.offsets = new int[columns + 1];
        for (int column = 0; column < columns; column++) {
            offsets[column + 1] = offsets[column] + data.bins(column);
        }
        this.said = new float[data.rows()];
        this.random = BoostedTrees.random(settings.seed());
        this.rows = new int[data.rows()];
        this.gradients = new long[data.rows()];
        this.movedRows = new int[data.rows()];
        this.movedGradients = new long[data.rows()];
        this.isSampled = new boolean[data.rows()];
    }

    BoostedTrees fit() {
        float base = data.rows() == 0 ? 0 : (float) center(target.clone(), target.length);
        Arrays.fill(said, base);
        int[] roots = new int[settings.trees()];
        for (int tree = 0; tree < roots.length; tree++) {
            roots[tree] = nodes;
            sample();
            grow();
            answer(roots[tree]);
        }
        return new BoostedTrees(
                base,
                roots,
                Arrays.copyOf(nodeColumns, nodes),
                Arrays.copyOf(nodeCuts, nodes),
                Arrays.copyOf(nodeMissing, nodes),
                Arrays.copyOf(nodeLefts, nodes),
                Arrays.copyOf(nodeValues, nodes),
                Arrays.copyOf(nodeCovers, nodes));
    }

    /** Chooses the tree's rows and columns, and computes the gradients. */
    private void sample() {
        sampled = 0;
        long chosen = (long) (settings.rowShare() * (1L << 32));
        for (int row = 0; row < data.rows(); row++) {
            isSampled[row] = settings.rowShare() >= 1 || (random.nextLong() >>> 32) < chosen;
            if (isSampled[row]) {
                rows[sampled++] = row;
            }
        }
        isUsed = new boolean[columns];
        int wanted = Math.max(1, (int) Math.round(settings.columnShare() * columns));
        for (int column = 0; column < columns; column++) {
            // Each is chosen with the chance that leaves as many as are wanted.
            if (random.nextInt(columns - column) < wanted) {
                isUsed[column] = true;
                wanted--;
            }
        }
        float scale = 0;
        for (int at = 0; at < sampled; at++) {
            scale = Math.max(scale, Math.abs(target[rows[at]] - said[rows[at]]));
        }
        float unit = scale == 0 ? 0 : MOST / scale;
        for (int at = 0; at < sampled; at++) {
            float left = target[rows[at]] - said[rows[at]];
            long gradient = settings.loss() == BoostedTrees.Loss.SQUARED
                    ? Math.round(left * unit)
                    : (long) Math.signum(left) * MOST;
            gradients[at] = (gradient << COUNT_BITS) + 1;
        }
    }

    /** A leaf that may still be split. */
    private static final class Open {
        final int node;
        final int from;
        final int to;
        final long[] histogram;
        double gain = 0;
        int column = -1;
        int bin;
        boolean isMissingLeft;

        Open(int node, int from, int to, long[] histogram) {
            this.node = node;
            this.from = from;
            this.to = to;
            this.histogram = histogram;
        }
    }

    private void grow() {
        Open[] open = new Open[settings.leaves()];
        open[0] = opened(node(), 0, sampled, histogram(0, sampled));
        int leaves = 1;
        while (leaves < settings.leaves()) {
            int best = 0;
            for (int at = 1; at < leaves; at++) {
                best = open[at].gain > open[best].gain ? at : best;
            }
            Open split = open[best];
            if (split.column < 0) {
                break;
            }
            int middle = part(split);
            int left = node();
            int right = node();
            nodeColumns[split.node] = split.column;
            nodeBins[split.node] = split.bin;
            nodeCuts[split.node] = data.upTo(split.column, split.bin);
            nodeMissing[split.node] = split.isMissingLeft;
            nodeLefts[split.node] = left;
            boolean isLeftSmaller = middle - split.from < split.to - middle;
            long[] small = isLeftSmaller ? histogram(split.from, middle) : histogram(middle, split.to);
            long[] large = split.histogram;
            for (int at = 0; at < large.length; at++) {
                large[at] -= small[at];
            }
            open[best] = opened(left, split.from, middle, isLeftSmaller ? small : large);
            open[leaves++] = opened(right, middle, split.to, isLeftSmaller ? large : small);
        }
        for (int at = 0; at < leaves; at++) {
            value(open[at]);
        }
    }

    private int node() {
        if (nodes == nodeColumns.length) {
            int larger = nodes * 2;
            nodeColumns = Arrays.copyOf(nodeColumns, larger);
            nodeBins = Arrays.copyOf(nodeBins, larger);
            nodeCuts = Arrays.copyOf(nodeCuts, larger);
            nodeMissing = Arrays.copyOf(nodeMissing, larger);
            nodeLefts = Arrays.copyOf(nodeLefts, larger);
            nodeValues = Arrays.copyOf(nodeValues, larger);
            nodeCovers = Arrays.copyOf(nodeCovers, larger);
        }
        nodeColumns[nodes] = -1;
        return nodes++;
    }

    private long[] histogram(int from, int to) {
        long[] histogram = new long[offsets[columns]];
        for (int column = 0; column < columns; column++) {
            if (isUsed[column]) {
                fill(histogram, offsets[column], data.codes(column), from, to);
            }
        }
        return histogram;
    }

    private void fill(long[] histogram, int offset, byte[] codes, int from, int to) {
        for (int at = from; at < to; at++) {
            histogram[offset + codes[rows[at]]] += gradients[at];
        }
    }

    /** A new leaf, with the best split that it has. */
    private Open opened(int node, int from, int to, long[] histogram) {
        Open open = new Open(node, from, to, histogram);
        nodeCovers[node] = to - from;
        if (to - from < 2 * settings.leastRows()) {
            return open;
        }
        long sum = 0;
        for (int at = from; at < to; at++) {
            sum += gradients[at];
        }
        double whole = score(sum);
        for (int column = 0; column < columns; column++) {
            if (!isUsed[column]) {
                continue;
            }
            long missing = histogram[offsets[column]];
            boolean hasMissing = (missing & COUNT) > 0;
            long below = 0;
            int last = data.bins(column) - 2;
            for (int bin = 1; bin <= last; bin++) {
                below += histogram[offsets[column] + bin];
                consider(open, column, bin, true, below + missing, sum, whole);
                if (hasMissing) {
                    consider(open, column, bin, false, below, sum, whole);
                }
            }
        }
        return open;
    }

    private void consider(Open open, int column, int bin, boolean isMissingLeft, long left, long sum, double whole) {
        long leftRows = left & COUNT;
        long right = sum - left;
        if (leftRows < settings.leastRows() || (right & COUNT) < settings.leastRows()) {
            return;
        }
        double gain = score(left) + score(right) - whole;
        if (gain > open.gain) {
            open.gain = gain;
            open.column = column;
            open.bin = bin;
            open.isMissingLeft = isMissingLeft;
        }
    }

    private double score(long packed) {
        double gradient = packed >> COUNT_BITS;
        return gradient * gradient / ((packed & COUNT) + settings.penalty());
    }

    /** Puts the rows that go left before the others, and answers where those begin. */
    private int part(Open split) {
        byte[] codes = data.codes(split.column);
        int left = split.from;
        int right = 0;
        for (int at = split.from; at < split.to; at++) {
            int code = codes[rows[at]];
            if (code == 0 ? split.isMissingLeft : code <= split.bin) {
                rows[left] = rows[at];
                gradients[left++] = gradients[at];
            } else {
                movedRows[right] = rows[at];
                movedGradients[right++] = gradients[at];
            }
        }
        System.arraycopy(movedRows, 0, rows, left, right);
        System.arraycopy(movedGradients, 0, gradients, left, right);
        return left;
    }

    private void value(Open leaf) {
        int size = leaf.to - leaf.from;
        if (size == 0) {
            return;
        }
        float[] left = new float[size];
        for (int at = 0; at < size; at++) {
            int row = rows[leaf.from + at];
            left[at] = target[row] - said[row];
        }
        double best = center(left, size) * size / (size + settings.penalty());
        float value = (float) (settings.shrinkage() * best);
        nodeValues[leaf.node] = value;
        for (int at = leaf.from; at < leaf.to; at++) {
            said[rows[at]] += value;
        }
    }

    /** The number that makes the loss least: the mean or the median. Changes the order. */
    private double center(float[] numbers, int size) {
        if (settings.loss() == BoostedTrees.Loss.SQUARED) {
            double sum = 0;
            for (int at = 0; at < size; at++) {
                sum += numbers[at];
            }
            return sum / size;
        }
        return select(numbers, size, size / 2);
    }

    /** The number of this rank, from 0 (Hoare's selection). Changes the order. */
    private static float select(float[] numbers, int size, int rank) {
        int from = 0;
        int to = size - 1;
        while (from < to) {
            float pivot = numbers[(from + to) >>> 1];
            int left = from;
            int right = to;
            while (left <= right) {
                while (numbers[left] < pivot) {
                    left++;
                }
                while (numbers[right] > pivot) {
                    right--;
                }
                if (left <= right) {
                    float kept = numbers[left];
                    numbers[left++] = numbers[right];
                    numbers[right--] = kept;
                }
            }
            if (rank <= right) {
                to = right;
            } else if (rank >= left) {
                from = left;
            } else {
                break;
            }
        }
        return numbers[rank];
    }

    /** Adds the tree's answers for the rows that it did not see; {@link #value} did so for the others. */
    private void answer(int root) {
        for (int row = 0; row < said.length; row++) {
            if (isSampled[row]) {
                continue;
            }
            int node = root;
            while (nodeColumns[node] >= 0) {
                int code = data.codes(nodeColumns[node])[row];
                boolean goesLeft = code == 0 ? nodeMissing[node] : code <= nodeBins[node];
                node = nodeLefts[node] + (goesLeft ? 0 : 1);
            }
            said[row] += nodeValues[node];
        }
    }
}
