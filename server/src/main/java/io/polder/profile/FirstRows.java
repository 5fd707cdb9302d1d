package io.polder.profile;

import java.util.Arrays;

/** The first row that has a number, for many numbers that are hashes: their last bits are spread evenly. For one thread. */
final class FirstRows {
    private final long[] keys;
    private final int[] rows;
    private final int mask;

    /** @param most how many different numbers there can be */
    FirstRows(int most) {
        int room = Integer.highestOneBit(Math.max(1, most + most / 2)) << 1;
        keys = new long[room];
        rows = new int[room];
        mask = room - 1;
        clear();
    }

    void clear() {
        Arrays.fill(rows, -1);
    }

    /** Takes a row unless its number is known: then answers the first row that had it, and else -1. */
    int put(long key, int row) {
        int at = (int) key & mask;
        while (rows[at] >= 0) {
            if (keys[at] == key) {
                return rows[at];
            }
            at = (at + 1) & mask;
        }
        keys[at] = key;
        rows[at] = row;
        return -1;
    }
}
