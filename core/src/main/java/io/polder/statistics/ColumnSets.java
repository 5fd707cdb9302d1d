package io.polder.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Sets of columns, each once. A set of columns is an array of words, the lowest column in the lowest bit of the first;
 * all sets of a table have the same number of words. Not thread-safe.
 */
final class ColumnSets {
    private static final int SMALLEST = 64;

    /** Small ones first, and among those of one size by their words. */
    static final Comparator<long[]> ORDER =
            Comparator.<long[]>comparingInt(ColumnSets::size).thenComparing(Arrays::compareUnsigned);

    private long[][] table = new long[SMALLEST][];
    private int size;

    /** How many words a set of so many columns takes. */
    static int words(int columns) {
        return Math.max(1, (columns + Long.SIZE - 1) / Long.SIZE);
    }

    static boolean has(long[] set, int column) {
        return (set[column >>> 6] >>> column & 1) != 0;
    }

    static int size(long[] set) {
        int size = 0;
        for (long word : set) {
            size += Long.bitCount(word);
        }
        return size;
    }

    static boolean isEmpty(long[] set) {
        for (long word : set) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    static boolean intersect(long[] one, long[] other) {
        for (int word = 0; word < one.length; word++) {
            if ((one[word] & other[word]) != 0) {
                return true;
            }
        }
        return false;
    }

    static boolean isWithin(long[] small, long[] large) {
        for (int word = 0; word < small.length; word++) {
            if ((small[word] & ~large[word]) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The set without a column. */
    static long[] without(long[] set, int column) {
        long[] rest = set.clone();
        rest[column >>> 6] &= ~(1L << column);
        return rest;
    }

    static List<Integer> columns(long[] set) {
        List<Integer> columns = new ArrayList<>();
        for (int word = 0; word < set.length; word++) {
            for (long bits = set[word]; bits != 0; bits &= bits - 1) {
                columns.add((word << 6) + Long.numberOfTrailingZeros(bits));
            }
        }
        return columns;
    }

    /** Adds a set, which is copied; false when it is there. */
    boolean add(long[] set) {
        int place = place(set);
        if (table[place] != null) {
            return false;
        }
        table[place] = set.clone();
        if (++size * 2 > table.length) {
            long[][] before = table;
            table = new long[before.length * 2][];
            for (long[] each : before) {
                if (each != null) {
                    table[place(each)] = each;
                }
            }
        }
        return true;
    }

    boolean contains(long[] set) {
        return table[place(set)] != null;
    }

    private int place(long[] set) {
        long hash = 0;
        for (long word : set) {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        int place = (int) hash & table.length - 1;
        while (table[place] != null && !Arrays.equals(table[place], set)) {
            place = place + 1 & table.length - 1;
        }
        return place;
    }

    int size() {
        return size;
    }

    /** The sets, in their order. */
    List<long[]> sorted() {
        List<long[]> all = new ArrayList<>(size);
        for (long[] each : table) {
            if (each != null) {
                all.add(each);
            }
        }
        all.sort(ORDER);
        return all;
    }

    /** Those that contain no other, in their order. */
    List<long[]> minimal() {
        List<long[]> minimal = new ArrayList<>();
        for (long[] set : sorted()) {
            boolean isMinimal = true;
            for (int at = 0; at < minimal.size() && isMinimal; at++) {
                isMinimal = !isWithin(minimal.get(at), set);
            }
            if (isMinimal) {
                minimal.add(set);
            }
        }
        return minimal;
    }
}
