package io.polder.predict;

/**
 * What is said of several points for some steps to come.
 *
 * @param values point by point, the next step first; never missing
 * @param lows from which on the number will be with the promised certainty; NaN where nothing is promised
 * @param highs up to which
 */
public record Forecast(float[][] values, float[][] lows, float[][] highs) {
    /** One that says nothing yet. */
    static Forecast empty(int points, int horizons) {
        Forecast empty =
                new Forecast(new float[points][horizons], new float[points][horizons], new float[points][horizons]);
        for (int point = 0; point < points; point++) {
            java.util.Arrays.fill(empty.lows[point], Float.NaN);
            java.util.Arrays.fill(empty.highs[point], Float.NaN);
        }
        return empty;
    }

    /** Takes what is said of a point from another. */
    void take(int point, Forecast other, int there) {
        values[point] = other.values[there];
        lows[point] = other.lows[there];
        highs[point] = other.highs[there];
    }

    /** The same; where it says nothing, what another says. */
    Forecast or(Forecast instead) {
        Forecast all = new Forecast(values.clone(), lows.clone(), highs.clone());
        for (int point = 0; point < values.length; point++) {
            for (int step = 0; step < values[point].length; step++) {
                if (Float.isNaN(values[point][step])) {
                    all.take(point, step, instead);
                }
            }
        }
        return all;
    }

    private void take(int point, int step, Forecast other) {
        values[point] = values[point].clone();
        lows[point] = lows[point].clone();
        highs[point] = highs[point].clone();
        values[point][step] = other.values[point][step];
        lows[point][step] = other.lows[point][step];
        highs[point][step] = other.highs[point][step];
    }
}
