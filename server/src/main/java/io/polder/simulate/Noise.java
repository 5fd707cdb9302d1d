package io.polder.simulate;

/** Chance without state: numbers that look random and depend on nothing but what is hashed. */
final class Noise {
    private Noise() {}

    /** 64 bits that depend on all of {@code parts}, in their order. */
    static long hash(long first, long second) {
        return mix(mix(first + 0x9E3779B97F4A7C15L) ^ (second * 0xD1B54A32D192ED03L));
    }

    static long hash(long first, long second, long third) {
        return hash(hash(first, second), third);
    }

    static long hash(long first, long second, long third, long fourth) {
        return hash(hash(first, second, third), fourth);
    }

    /** A number that stands for {@code text}, the same in every run. */
    static long hash(String text) {
        long hash = 0xCBF29CE484222325L;
        for (int index = 0; index < text.length(); index++) {
            hash = (hash ^ text.charAt(index)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    /** From 0 to below 1, all equally likely. */
    static double unit(long hash) {
        return (hash >>> 11) * 0x1.0p-53;
    }

    /** About normal, mean 0, deviation 1, never beyond 3.5: the sum of the hash's four quarters. */
    static double normal(long hash) {
        long sum = (hash & 0xFFFF) + ((hash >>> 16) & 0xFFFF) + ((hash >>> 32) & 0xFFFF) + (hash >>> 48);
        return (sum / 65_536.0 - 2.0) * 1.732;
    }

    /**
     * Noise with a memory: a smooth curve through an independent value from -1 to 1 at every whole {@code at}.
     *
     * @param key which curve
     */
    static double curve(long key, double at) {
        double floor = Math.floor(at);
        long place = (long) floor;
        double left = 2 * unit(hash(key, place)) - 1;
        double right = 2 * unit(hash(key, place + 1)) - 1;
        return left + (right - left) * step(at - floor);
    }

    /** From 0 to 1 as {@code at} goes from 0 to 1, flat at both ends and outside. */
    static double step(double at) {
        double inside = Math.max(0, Math.min(1, at));
        return inside * inside * (3 - 2 * inside);
    }

    /**
     * How many of a thing happen that happens {@code rate} times on average: Poisson up to 12, above that normal and, as
     * vehicles keep their distance, narrower.
     */
    static int count(double rate, long hash) {
        if (rate <= 0) {
            return 0;
        }
        if (rate > 12) {
            double deviation = Math.sqrt(rate * Math.max(0.25, 1 - rate / 60));
            return (int) Math.max(0, Math.round(rate + deviation * normal(hash)));
        }
        double left = unit(hash);
        double probability = Math.exp(-rate);
        int count = 0;
        while (left > probability && count < 60) {
            left -= probability;
            count++;
            probability *= rate / count;
        }
        return count;
    }

    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
