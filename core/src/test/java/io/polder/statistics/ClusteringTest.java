package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ClusteringTest {
    /** The example of Wikipedia's article on UPGMA: five bacteria, a, b, c, d and e. */
    @Example
    void theTreeOfFiveBacteria() {
        double[][] distances = {
            {0, 17, 21, 31, 23}, {17, 0, 30, 34, 21}, {21, 30, 0, 28, 39}, {31, 34, 28, 0, 43}, {23, 21, 39, 43, 0}
        };

        List<Clustering.Merge> merges = Clustering.of(distances);

        assertThat(merges)
                .containsExactly(
                        new Clustering.Merge(0, 1, 17, 2),
                        new Clustering.Merge(4, 5, 22, 3),
                        new Clustering.Merge(2, 3, 28, 2),
                        new Clustering.Merge(6, 7, 33, 5));
    }

    /** The distance of two groups is the mean over all pairs of their things, and no two groups were nearer. */
    @Property(tries = 100)
    void eachStepJoinsTheNearestByTheMeanOfAllPairs(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 1, max = 12) int things) {
        Random random = new Random(seed);
        double[][] distances = new double[things][things];
        for (int one = 0; one < things; one++) {
            for (int other = 0; other < one; other++) {
                distances[one][other] = random.nextDouble();
                distances[other][one] = distances[one][other];
            }
        }

        List<Clustering.Merge> merges = Clustering.of(distances);

        assertThat(merges).hasSize(things - 1);
        List<List<Integer>> groups = new ArrayList<>();
        List<List<Integer>> open = new ArrayList<>();
        for (int thing = 0; thing < things; thing++) {
            groups.add(List.of(thing));
            open.add(groups.get(thing));
        }
        for (Clustering.Merge merge : merges) {
            double least = Double.MAX_VALUE;
            for (List<Integer> one : open) {
                for (List<Integer> other : open) {
                    least = one == other ? least : Math.min(least, mean(distances, one, other));
                }
            }
            List<Integer> left = groups.get(merge.left());
            List<Integer> right = groups.get(merge.right());
            assertThat(merge.distance()).isCloseTo(mean(distances, left, right), within(1e-12));
            assertThat(merge.distance()).isCloseTo(least, within(1e-12));
            List<Integer> both = new ArrayList<>(left);
            both.addAll(right);
            assertThat(merge.size()).isEqualTo(both.size());
            assertThat(open.removeIf(group -> group == left)).isTrue();
            assertThat(open.removeIf(group -> group == right)).isTrue();
            groups.add(both);
            open.add(both);
        }
        assertThat(open).hasSize(1);
    }

    private static double mean(double[][] distances, List<Integer> one, List<Integer> other) {
        double sum = 0;
        for (int left : one) {
            for (int right : other) {
                sum += distances[left][right];
            }
        }
        return sum / one.size() / other.size();
    }
}
