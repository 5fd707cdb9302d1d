package io.polder.statistics;

/** A symmetric positive definite matrix as L Lᵀ, by which equations are solved. */
final class Cholesky {
    private final double[][] lower;

    private Cholesky(double[][] lower) {
        this.lower = lower;
    }

    /**
     * Factors a matrix, of which only the part on and below the diagonal is read, and which becomes the factor.
     *
     * <p>Where a pivot has lost all its digits (one column is made of others), it is taken as endless, so that the
     * column's coefficient is 0 and not noise.
     */
    static Cholesky of(double[][] matrix) {
        for (int row = 0; row < matrix.length; row++) {
            double whole = matrix[row][row];
            for (int column = 0; column <= row; column++) {
                double sum = matrix[row][column];
                for (int at = 0; at < column; at++) {
                    sum -= matrix[row][at] * matrix[column][at];
                }
                if (column < row) {
                    matrix[row][column] = sum / matrix[column][column];
                } else {
                    matrix[row][row] = sum > whole * 1e-13 ? Math.sqrt(sum) : Double.POSITIVE_INFINITY;
                }
            }
        }
        return new Cholesky(matrix);
    }

    /** The x of A x = b, which is not changed. */
    double[] solve(double[] known) {
        int size = lower.length;
        double[] answer = known.clone();
        for (int row = 0; row < size; row++) {
            for (int at = 0; at < row; at++) {
                answer[row] -= lower[row][at] * answer[at];
            }
            answer[row] /= lower[row][row];
        }
        for (int row = size - 1; row >= 0; row--) {
            for (int at = row + 1; at < size; at++) {
                answer[row] -= lower[at][row] * answer[at];
            }
            answer[row] /= lower[row][row];
        }
        return answer;
    }
}
