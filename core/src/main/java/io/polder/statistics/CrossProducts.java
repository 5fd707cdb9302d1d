package io.polder.statistics;

/**
 * Counts, means and sums of products around the means of some columns: all that {@link Ridge} needs to know of any number
 * of rows. Two of them merge into that of all rows together, so they can be made in one pass, by several threads, from
 * SQL's sums by part, and kept up to date as rows arrive.
 *
 * <p>Products are kept around the means and not around zero (Chan, Golub, LeVeque: Updating formulae and a pairwise
 * algorithm for computing sample variances, 1979): of a column with a large mean and a small deviation plain sums of
 * squares keep no digit of the deviation. For one thread at a time.
 */
public final class CrossProducts {
    private final int columns;
    private long count;
    private final double[] means;
    /** Of column and column up to it, row by row. */
    private final double[] products;

    private final double[] away;

    public CrossProducts(int columns) {
        this.columns = columns;
        this.means = new double[columns];
        this.products = new double[columns * (columns + 1) / 2];
        this.away = new double[columns];
    }

    /**
     * What somebody else summed up, such as SQL.
     *
     * @param means of each column
     * @param products sums of the products of the distances from the means, of each column and each up to it, row by row
     */
    public static CrossProducts of(long count, double[] means, double[] products) {
        CrossProducts moments = new CrossProducts(means.length);
        if (products.length != moments.products.length) {
            throw new IllegalArgumentException(products.length + " products of " + means.length + " columns");
        }
        moments.count = count;
        System.arraycopy(means, 0, moments.means, 0, means.length);
        System.arraycopy(products, 0, moments.products, 0, products.length);
        return moments;
    }

    /**
     * Takes a row.
     *
     * @return whether it counts: a row in which a number is missing (not finite) does not
     */
    public boolean add(double[] row) {
        for (int column = 0; column < columns; column++) {
            if (!Double.isFinite(row[column])) {
                return false;
            }
        }
        count++;
        double share = (count - 1.0) / count;
        for (int column = 0; column < columns; column++) {
            away[column] = row[column] - means[column];
        }
        int at = 0;
        for (int column = 0; column < columns; column++) {
            double scaled = away[column] * share;
            for (int other = 0; other <= column; other++) {
                products[at++] += scaled * away[other];
            }
        }
        for (int column = 0; column < columns; column++) {
            means[column] += away[column] / count;
        }
        return true;
    }

    /** Takes all rows that {@code others} has seen. */
    public void merge(CrossProducts others) {
        if (others.count == 0) {
            return;
        }
        long all = count + others.count;
        double share = (double) count * ((double) others.count / all);
        for (int column = 0; column < columns; column++) {
            away[column] = others.means[column] - means[column];
        }
        int at = 0;
        for (int column = 0; column < columns; column++) {
            for (int other = 0; other <= column; other++) {
                products[at] += others.products[at] + away[column] * away[other] * share;
                at++;
            }
        }
        double step = (double) others.count / all;
        for (int column = 0; column < columns; column++) {
            means[column] += away[column] * step;
        }
        count = all;
    }

    public int columns() {
        return columns;
    }

    public long count() {
        return count;
    }

    public double mean(int column) {
        return means[column];
    }

    /** The sum over all rows of the product of two columns' distances from their means. */
    public double product(int one, int other) {
        int row = Math.max(one, other);
        return products[row * (row + 1) / 2 + Math.min(one, other)];
    }
}
