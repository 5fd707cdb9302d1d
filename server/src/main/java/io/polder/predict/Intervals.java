package io.polder.predict;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * How far forecasts are off where they were tried: split conformal prediction (Vovk, Gammerman, Shafer: Algorithmic learning
 * in a random world, 2005; by groups: Mondrian). The errors of forecasts of a stretch of time that the model had not seen
 * are kept by how far ahead they were, how high the forecast was for its point, and part of the day; an interval reaches
 * from the lower to the upper quantile of the errors of its group. Nothing is assumed of how errors are distributed, only
 * that they will be as they were.
 */
final class Intervals {
    private static final int LEVELS = 5;
    private static final int PARTS = 8;
    /** A group with fewer errors takes those of the whole day. */
    private static final int ENOUGH = 300;

    private final float[][] limits;
    private final float[][] lows;
    private final float[][] highs;

    private Intervals(float[][] limits, float[][] lows, float[][] highs) {
        this.limits = limits;
        this.lows = lows;
        this.highs = highs;
    }

    /** Errors of one horizon, to be learned from. */
    static final class Errors {
        private float[] positions = new float[1024];
        private int[] hours = new int[1024];
        private float[] errors = new float[1024];
        private int size;

        /**
         * Takes one.
         *
         * @param position where between low and high of its point the forecast was
         */
        void add(float position, int hour, float error) {
            if (size == errors.length) {
                positions = Arrays.copyOf(positions, size * 2);
                hours = Arrays.copyOf(hours, size * 2);
                errors = Arrays.copyOf(errors, size * 2);
            }
            positions[size] = position;
            hours[size] = hour;
            errors[size++] = error;
        }
    }

    /**
     * Learns from errors by horizon.
     *
     * @param certainty with which a number is to be within, such as 0.9
     */
    static Intervals of(Errors[] horizons, double certainty) {
        float[][] limits = new float[horizons.length][];
        float[][] lows = new float[horizons.length][LEVELS * PARTS];
        float[][] highs = new float[horizons.length][LEVELS * PARTS];
        for (int horizon = 0; horizon < horizons.length; horizon++) {
            Errors all = horizons[horizon];
            limits[horizon] = limits(all);
            for (int level = 0; level < LEVELS; level++) {
                float[] ofLevel = select(all, limits[horizon], level, -1);
                for (int part = 0; part < PARTS; part++) {
                    float[] ofPart = select(all, limits[horizon], level, part);
                    float[] group = ofPart.length >= ENOUGH ? ofPart : ofLevel;
                    lows[horizon][level * PARTS + part] = quantile(group, (1 - certainty) / 2, false);
                    highs[horizon][level * PARTS + part] = quantile(group, (1 + certainty) / 2, true);
                }
            }
        }
        return new Intervals(limits, lows, highs);
    }

    private static float[] limits(Errors all) {
        float[] sorted = Arrays.copyOf(all.positions, all.size);
        Arrays.sort(sorted);
        int known = sorted.length;
        while (known > 0 && Float.isNaN(sorted[known - 1])) {
            known--;
        }
        float[] limits = new float[LEVELS - 1];
        for (int level = 1; level < LEVELS; level++) {
            limits[level - 1] = known == 0 ? 0 : sorted[(int) ((long) known * level / LEVELS)];
        }
        return limits;
    }

    private static float[] select(Errors all, float[] limits, int level, int part) {
        float[] selected = new float[all.size];
        int count = 0;
        for (int at = 0; at < all.size; at++) {
            if (level(limits, all.positions[at]) == level && (part < 0 || part(all.hours[at]) == part)) {
                selected[count++] = all.errors[at];
            }
        }
        return Arrays.copyOf(selected, count);
    }

    private static int level(float[] limits, float position) {
        int level = 0;
        while (level < limits.length && position >= limits[level]) {
            level++;
        }
        return level;
    }

    private static int part(int hour) {
        return hour * PARTS / 24;
    }

    /** The quantile of n errors that holds for one more: the one of rank ⌈(n + 1) p⌉ from the outside. */
    private static float quantile(float[] errors, double part, boolean isUpper) {
        if (errors.length == 0) {
            return Float.NaN;
        }
        float[] sorted = errors.clone();
        Arrays.sort(sorted);
        double rank = (sorted.length + 1) * part;
        int at = (int) (isUpper ? Math.ceil(rank) : Math.floor(rank)) - 1;
        return sorted[Math.max(0, Math.min(sorted.length - 1, at))];
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(limits.length);
        for (float[][] all : List.of(limits, lows, highs)) {
            for (float[] ofHorizon : all) {
                out.writeInt(ofHorizon.length);
                for (float number : ofHorizon) {
                    out.writeFloat(number);
                }
            }
        }
    }

    static Intervals read(DataInput in) throws IOException {
        int horizons = in.readInt();
        float[][][] all = new float[3][horizons][];
        for (float[][] some : all) {
            for (int horizon = 0; horizon < horizons; horizon++) {
                some[horizon] = new float[in.readInt()];
                for (int at = 0; at < some[horizon].length; at++) {
                    some[horizon][at] = in.readFloat();
                }
            }
        }
        return new Intervals(all[0], all[1], all[2]);
    }

    /** How far below a forecast its interval begins; at most 0 in all sensible cases, NaN where nothing is known. */
    float low(int horizon, float position, int hour) {
        return lows[horizon][level(limits[horizon], position) * PARTS + part(hour)];
    }

    /** How far above a forecast its interval ends. */
    float high(int horizon, float position, int hour) {
        return highs[horizon][level(limits[horizon], position) * PARTS + part(hour)];
    }
}
