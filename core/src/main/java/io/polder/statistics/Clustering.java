package io.polder.statistics;

import java.util.ArrayList;
import java.util.List;

/**
 * Things put together by their distances, the nearest first, until all are in one group. The distance of two groups is the
 * mean of the distances of their things (average linkage, UPGMA: Sokal and Michener, 1958).
 */
public final class Clustering {
    /**
     * A step.
     *
     * @param left the number of a group: a thing, from 0, or behind all things the step that made it
     * @param right the other, greater one
     * @param distance of the two
     * @param size how many things are in both
     */
    public record Merge(int left, int right, double distance, int size) {}

    private Clustering() {}

    /** The steps, one less than there are things; of equally near groups the first ones go first. */
    public static List<Merge> of(double[][] distances) {
        int things = distances.length;
        double[][] between = new double[things][];
        int[] group = new int[things];
        int[] size = new int[things];
        for (int thing = 0; thing < things; thing++) {
            between[thing] = distances[thing].clone();
            group[thing] = thing;
            size[thing] = 1;
        }
        List<Merge> merges = new ArrayList<>();
        for (int step = 0; step + 1 < things; step++) {
            int one = -1;
            int other = -1;
            for (int left = 0; left < things; left++) {
                for (int right = left + 1; right < things; right++) {
                    if (size[left] > 0 && size[right] > 0 && (one < 0 || between[left][right] < between[one][other])) {
                        one = left;
                        other = right;
                    }
                }
            }
            merges.add(new Merge(
                    Math.min(group[one], group[other]),
                    Math.max(group[one], group[other]),
                    between[one][other],
                    size[one] + size[other]));
            for (int each = 0; each < things; each++) {
                double distance = (between[one][each] * size[one] + between[other][each] * size[other])
                        / (size[one] + size[other]);
                between[one][each] = distance;
                between[each][one] = distance;
            }
            size[one] += size[other];
            size[other] = 0;
            group[one] = things + step;
        }
        return merges;
    }
}
