package io.polder.predict;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The baselines of a model in a mart, made of its recent steps, with intervals from the errors that they had on the last
 * quarter of these when they knew the rest alone. Immutable, safe for several threads.
 */
final class RecentBaselines {
    private static final double SEEN_FIRST = 0.75;
    private static final int MOST_ORIGINS = 200;
    private static final int MOST_ERRORS = 40_000;

    private final Map<String, Forecaster> forecasters = new LinkedHashMap<>();
    /** By horizon. */
    private final Map<String, Errors> errors = new LinkedHashMap<>();

    private final List<String> points;
    private final int horizons;

    /**
     * How far one was off.
     *
     * @param mae over all steps ahead; NaN when it is not known
     */
    private record Errors(double mae, float[] lows, float[] highs) {}

    private RecentBaselines(List<String> points, int horizons) {
        this.points = points;
        this.horizons = horizons;
    }

    static RecentBaselines of(Series recent, int horizons, double certainty) {
        RecentBaselines made = new RecentBaselines(recent.points(), horizons);
        for (Forecaster one : Baselines.all(recent, Features.INPUTS, horizons)) {
            made.forecasters.put(one.name(), one);
        }
        int cut = (int) (recent.steps() * SEEN_FIRST);
        if (cut >= 1 && recent.steps() - cut > horizons) {
            for (Forecaster one : Baselines.all(recent.window(0, cut), Features.INPUTS, horizons)) {
                made.errors.put(one.name(), errors(one, recent, cut, certainty));
            }
        }
        return made;
    }

    private static Errors errors(Forecaster one, Series recent, int cut, double certainty) {
        int horizons = one.horizons();
        int origins = recent.steps() - cut - horizons + 1;
        int stride = Math.max(1, origins / MOST_ORIGINS);
        int points = recent.points().size();
        int pointStride = Math.max(1, points * (origins / stride) / MOST_ERRORS);
        float[][] found = new float[horizons][64];
        int[] sizes = new int[horizons];
        double sum = 0;
        long count = 0;
        for (int origin = cut; origin < cut + origins; origin += stride) {
            Forecast said = one.forecast(recent.window(origin - Features.INPUTS, origin));
            for (int point = 0; point < points; point += pointStride) {
                for (int step = 0; step < horizons; step++) {
                    float error = recent.value(point, origin + step) - said.values()[point][step];
                    if (!Float.isNaN(error)) {
                        if (sizes[step] == found[step].length) {
                            found[step] = Arrays.copyOf(found[step], sizes[step] * 2);
                        }
                        found[step][sizes[step]++] = error;
                        sum += Math.abs(error);
                        count++;
                    }
                }
            }
        }
        float[] lows = new float[horizons];
        float[] highs = new float[horizons];
        for (int step = 0; step < horizons; step++) {
            float[] sorted = Arrays.copyOf(found[step], sizes[step]);
            Arrays.sort(sorted);
            lows[step] = rank(sorted, Math.floor((sorted.length + 1) * (1 - certainty) / 2));
            highs[step] = rank(sorted, Math.ceil((sorted.length + 1) * (1 + certainty) / 2));
        }
        return new Errors(count == 0 ? Double.NaN : sum / count, lows, highs);
    }

    /** NaN when there are too few errors to promise anything. */
    private static float rank(float[] sorted, double rank) {
        int at = (int) rank - 1;
        return at < 0 || at >= sorted.length ? Float.NaN : sorted[at];
    }

    /** What they were made of. */
    List<String> points() {
        return points;
    }

    List<String> names() {
        return List.copyOf(forecasters.keySet());
    }

    /** The one that was off least; the last value when that is not known. */
    String best() {
        return names().stream()
                .min(Comparator.comparingDouble(name -> {
                    Errors known = errors.get(name);
                    return known == null || Double.isNaN(known.mae()) ? Double.MAX_VALUE : known.mae();
                }))
                .orElseThrow();
    }

    /**
     * What one says.
     *
     * @param known of the points that it was made of, in the same order
     */
    Forecast forecast(String name, Series known) {
        Forecast said = java.util.Objects.requireNonNull(forecasters.get(name)).forecast(known);
        Errors off = errors.get(name);
        if (off != null) {
            for (int point = 0; point < said.values().length; point++) {
                for (int step = 0; step < horizons; step++) {
                    said.lows()[point][step] = said.values()[point][step] + off.lows()[step];
                    said.highs()[point][step] = said.values()[point][step] + off.highs()[step];
                }
            }
        }
        return said;
    }
}
