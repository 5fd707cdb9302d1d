package io.polder.predict;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Of each point, others that tell something about its numbers to come that its own do not tell: up- and downstream of it,
 * on a road. Found in the training range alone, from how they go together there, one after the other, each for what
 * those before it leave unsaid. Where points are does not matter.
 */
final class Neighbours {
    private static final int CANDIDATES = 40;
    /** Multiplications that may be spent on finding them. */
    private static final long EFFORT = 4_000_000_000L;

    private Neighbours() {}

    /**
     * Finds them.
     *
     * @param away how far each point is from what is usual then, point by point; NaN where missing
     * @param ahead for how many steps ahead they are to tell something
     * @return fewer than {@code count} where there are no more points
     */
    static int[][] of(float[][] away, int count, int ahead) {
        int points = away.length;
        int steps = points == 0 ? 0 : away[0].length;
        int wanted = Math.min(count, points - 1);
        if (wanted < 1 || steps <= ahead) {
            return new int[points][0];
        }
        int stride = (int) Math.max(1, (long) points * points * (steps - ahead) / EFFORT);
        int[] sample =
                IntStream.range(0, steps - ahead).filter(at -> at % stride == 0).toArray();
        float[][] known = new float[points][];
        float[][] unsaid = new float[points][];
        for (int point = 0; point < points; point++) {
            known[point] = standard(away[point], sample, 0, 0);
            unsaid[point] = standard(away[point], sample, ahead, persistence(away[point], ahead));
        }
        int[][] chosen = new int[points][];
        for (int point = 0; point < points; point++) {
            chosen[point] = choose(point, known, unsaid[point], wanted);
        }
        return chosen;
    }

    /** What part of a distance is left after some steps. */
    private static float persistence(float[] away, int ahead) {
        double squares = 0;
        double products = 0;
        for (int at = 0; at + ahead < away.length; at++) {
            if (!Float.isNaN(away[at]) && !Float.isNaN(away[at + ahead])) {
                squares += away[at] * away[at];
                products += away[at] * away[at + ahead];
            }
        }
        return squares == 0 ? 0 : (float) (products / squares);
    }

    /** The distances some steps ahead less what is expected of them, with mean 0 and length 1; 0 where missing. */
    private static float[] standard(float[] away, int[] sample, int ahead, float persistence) {
        float[] standard = new float[sample.length];
        double sum = 0;
        int count = 0;
        for (int at = 0; at < sample.length; at++) {
            standard[at] = away[sample[at] + ahead] - (ahead == 0 ? 0 : persistence * away[sample[at]]);
            if (!Float.isNaN(standard[at])) {
                sum += standard[at];
                count++;
            }
        }
        float mean = count == 0 ? 0 : (float) (sum / count);
        double squares = 0;
        for (int at = 0; at < standard.length; at++) {
            standard[at] = Float.isNaN(standard[at]) ? 0 : standard[at] - mean;
            squares += standard[at] * standard[at];
        }
        float length = (float) Math.sqrt(squares);
        for (int at = 0; at < standard.length && length > 0; at++) {
            standard[at] /= length;
        }
        return standard;
    }

    private static int[] choose(int point, float[][] known, float[] unsaid, int wanted) {
        double[] strengths = new double[known.length];
        for (int other = 0; other < known.length; other++) {
            strengths[other] = other == point ? -1 : Math.abs(dot(known[other], unsaid));
        }
        int[] candidates = IntStream.range(0, known.length)
                .boxed()
                .filter(other -> other != point)
                .sorted(Comparator.comparingDouble(other -> -strengths[other]))
                .limit(Math.max(wanted, CANDIDATES))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] chosen = new int[wanted];
        for (int found = 0; found < wanted; found++) {
            int best = -1;
            double most = 0;
            for (int at = 0; at < candidates.length; at++) {
                double product = candidates[at] < 0 ? 0 : dot(known[candidates[at]], unsaid);
                if (candidates[at] >= 0 && (best < 0 || Math.abs(product) > Math.abs(most))) {
                    best = at;
                    most = product;
                }
            }
            chosen[found] = candidates[best];
            for (int at = 0; at < unsaid.length; at++) {
                unsaid[at] -= (float) most * known[chosen[found]][at];
            }
            candidates[best] = -1;
        }
        return Arrays.copyOf(chosen, wanted);
    }

    private static double dot(float[] one, float[] other) {
        float sum = 0;
        for (int at = 0; at < one.length; at++) {
            sum += one[at] * other[at];
        }
        return sum;
    }
}
