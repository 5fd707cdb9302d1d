package io.polder.store.duck;

import java.util.Arrays;

/**
 * For each subject (a key without its time) the latest time that the table may hold: a row later than that is certainly
 * new and needs no look at the table.
 *
 * <p>Subjects are known by a 64-bit hash only. Two subjects with one hash share the later of their times, which makes an
 * answer less certain and never wrong. The map stops growing at {@link #LIMIT} subjects; a subject that found no place
 * has the latest time of all those, again less certain and never wrong. For one thread.
 */
final class HighWater {
    /** Subjects; 16 bytes each. */
    private static final int LIMIT = 1 << 21;

    private static final long NONE = Long.MIN_VALUE;

    private long[] hashes = new long[1 << 10];
    private long[] times = filled(1 << 10);
    private int size;
    private long outside = NONE;

    /** Whether {@code time} is later than any that this subject's rows may have. */
    boolean isNew(long hash, long time) {
        int slot = slot(hashes, times, hash);
        long latest = times[slot] == NONE ? outside : times[slot];
        return time > latest;
    }

    /** Takes note of a row. */
    void raise(long hash, long time) {
        int slot = slot(hashes, times, hash);
        if (times[slot] != NONE) {
            times[slot] = Math.max(times[slot], time);
            return;
        }
        if (size >= LIMIT) {
            outside = Math.max(outside, time);
            return;
        }
        hashes[slot] = hash;
        times[slot] = Math.max(outside, Math.max(time, NONE + 1));
        size++;
        if (size * 2 > hashes.length) {
            grow();
        }
    }

    private void grow() {
        long[] newHashes = new long[hashes.length * 2];
        long[] newTimes = filled(newHashes.length);
        for (int index = 0; index < hashes.length; index++) {
            if (times[index] != NONE) {
                int slot = slot(newHashes, newTimes, hashes[index]);
                newHashes[slot] = hashes[index];
                newTimes[slot] = times[index];
            }
        }
        hashes = newHashes;
        times = newTimes;
    }

    private static int slot(long[] hashes, long[] times, long hash) {
        int mask = hashes.length - 1;
        int slot = (int) (hash ^ (hash >>> 32)) & mask;
        while (times[slot] != NONE && hashes[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long[] filled(int length) {
        long[] times = new long[length];
        Arrays.fill(times, NONE);
        return times;
    }
}
