package io.polder.predict;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Where a point's numbers lie in the training range, whatever the time.
 *
 * @param low a tenth of them is below
 * @param median half of them is below
 * @param high a tenth of them is above
 * @param top a hundredth of them is above
 * @param restlessness mean distance between neighbours in time
 */
record Levels(float low, float median, float high, float top, float restlessness) {
    static Levels[] of(Series training) {
        double[] scales = Backtest.scales(training);
        Levels[] levels = new Levels[training.points().size()];
        for (int point = 0; point < levels.length; point++) {
            float[] sorted = new float[training.steps()];
            int count = 0;
            for (int at = 0; at < sorted.length; at++) {
                float value = training.value(point, at);
                if (!Float.isNaN(value)) {
                    sorted[count++] = value;
                }
            }
            Arrays.sort(sorted, 0, count);
            levels[point] = count == 0
                    ? new Levels(Float.NaN, Float.NaN, Float.NaN, Float.NaN, Float.NaN)
                    : new Levels(
                            sorted[count / 10],
                            sorted[count / 2],
                            sorted[count * 9 / 10],
                            sorted[count * 99 / 100],
                            (float) scales[point]);
        }
        return levels;
    }

    void write(DataOutput out) throws IOException {
        out.writeFloat(low);
        out.writeFloat(median);
        out.writeFloat(high);
        out.writeFloat(top);
        out.writeFloat(restlessness);
    }

    static Levels read(DataInput in) throws IOException {
        return new Levels(in.readFloat(), in.readFloat(), in.readFloat(), in.readFloat(), in.readFloat());
    }

    /** Where between low and high a number is: 0 at low, 1 at high. */
    float position(float value) {
        return high > low ? (value - low) / (high - low) : Float.NaN;
    }

    /** Whether a number is nearer to what is low for its point than to what is high. */
    boolean isLow(float value) {
        return value < (low + high) / 2;
    }
}
