package io.polder.statistics;

import java.util.Arrays;
import java.util.List;

/**
 * The minimal hitting sets of a family of sets: each has an element in common with each set of the family, and none of
 * its proper subsets has. Algorithm MMCS of Murakami and Uno (Efficient algorithms for dualizing large-scale
 * hypergraphs, 2014): depth first, where every element chosen keeps a set that it alone hits.
 */
final class HittingSets {
    /** Is told of each minimal hitting set. */
    interface Visitor {
        /**
         * A minimal hitting set.
         *
         * @param elements valid during the call
         * @return whether to go on
         */
        boolean found(long[] elements);
    }

    private final int words;
    private final long[][] hits;
    private final long[][] elementsOf;
    private final Visitor visitor;
    private final long[][] critical;
    private final long[][][] savedCritical;
    private final long[][] uncovered;
    private final int[] chosen;
    private final int maxSize;
    private final long[] found;
    private long work;
    private boolean isStopped;

    private HittingSets(List<long[]> sets, int elements, int maxSize, long work, Visitor visitor) {
        this.visitor = visitor;
        this.maxSize = maxSize;
        this.work = work;
        words = ColumnSets.words(sets.size());
        hits = new long[elements][words];
        elementsOf = new long[sets.size()][];
        found = new long[ColumnSets.words(elements)];
        for (int set = 0; set < sets.size(); set++) {
            elementsOf[set] = sets.get(set);
            for (int element : ColumnSets.columns(sets.get(set))) {
                hits[element][set >>> 6] |= 1L << set;
            }
        }
        critical = new long[elements][words];
        savedCritical = new long[elements + 1][][];
        uncovered = new long[elements + 1][words];
        for (int set = 0; set < sets.size(); set++) {
            uncovered[0][set >>> 6] |= 1L << set;
        }
        chosen = new int[elements];
    }

    /**
     * Tells all minimal hitting sets, each once.
     *
     * @param sets the family; none is a subset of another, else the answer is the same and slower to come
     * @param elements elements are numbers from 0 to this, exclusive
     * @param maxSize larger hitting sets are left out
     * @param work how many steps it may take
     * @return how much work is left, negative when that is why it ended
     */
    static long visit(List<long[]> sets, int elements, int maxSize, long work, Visitor visitor) {
        HittingSets search = new HittingSets(sets, elements, maxSize, work, visitor);
        long[] candidates = new long[ColumnSets.words(elements)];
        for (int element = 0; element < elements; element++) {
            candidates[element >>> 6] |= 1L << element;
        }
        search.extend(0, candidates);
        return search.work;
    }

    private void extend(int size, long[] candidates) {
        if (--work < 0) {
            isStopped = true;
        }
        if (isStopped) {
            return;
        }
        int set = narrowest(uncovered[size], candidates);
        if (set == COVERED) {
            Arrays.fill(found, 0);
            for (int at = 0; at < size; at++) {
                found[chosen[at] >>> 6] |= 1L << chosen[at];
            }
            isStopped = !visitor.found(found);
            return;
        }
        if (size == maxSize || set == HOPELESS) {
            return;
        }
        // Each element of this set in turn; those before it are then out, so that nothing is found twice.
        long[] choices = new long[candidates.length];
        long[] left = new long[candidates.length];
        for (int word = 0; word < choices.length; word++) {
            choices[word] = candidates[word] & elementsOf[set][word];
            left[word] = candidates[word] & ~elementsOf[set][word];
        }
        for (int word = 0; word < choices.length; word++) {
            for (long bits = choices[word]; bits != 0 && !isStopped; bits &= bits - 1) {
                int element = (word << 6) + Long.numberOfTrailingZeros(bits);
                if (choose(size, element)) {
                    extend(size + 1, left);
                    left[word] |= Long.lowestOneBit(bits);
                }
                undo(size, element);
            }
        }
    }

    private static final int COVERED = -1;
    private static final int HOPELESS = -2;

    /** The uncovered set with the fewest candidates. */
    private int narrowest(long[] open, long[] candidates) {
        int best = COVERED;
        int fewest = Integer.MAX_VALUE;
        for (int word = 0; word < words; word++) {
            for (long bits = open[word]; bits != 0; bits &= bits - 1) {
                int set = (word << 6) + Long.numberOfTrailingZeros(bits);
                int count = 0;
                for (int at = 0; at < candidates.length; at++) {
                    count += Long.bitCount(candidates[at] & elementsOf[set][at]);
                }
                if (count == 0) {
                    return HOPELESS;
                }
                if (count < fewest) {
                    fewest = count;
                    best = set;
                    if (count == 1) {
                        return best;
                    }
                }
            }
        }
        return best;
    }

    /** Takes an element into the set; false when one that was taken before is not needed any more. */
    private boolean choose(int size, int element) {
        long[][] saved = savedCritical[size];
        if (saved == null) {
            saved = new long[size][words];
            savedCritical[size] = saved;
        }
        long[] hit = hits[element];
        long[] open = uncovered[size];
        long[] next = uncovered[size + 1];
        long[] own = critical[element];
        for (int word = 0; word < words; word++) {
            own[word] = open[word] & hit[word];
            next[word] = open[word] & ~hit[word];
        }
        boolean isMinimal = true;
        for (int at = 0; at < size; at++) {
            long[] before = critical[chosen[at]];
            System.arraycopy(before, 0, saved[at], 0, words);
            long any = 0;
            for (int word = 0; word < words; word++) {
                before[word] &= ~hit[word];
                any |= before[word];
            }
            isMinimal &= any != 0;
        }
        chosen[size] = element;
        return isMinimal;
    }

    private void undo(int size, int element) {
        for (int at = 0; at < size; at++) {
            System.arraycopy(savedCritical[size][at], 0, critical[chosen[at]], 0, words);
        }
        Arrays.fill(critical[element], 0);
    }
}
