package io.polder.predict;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Series} of numbers that come one by one, in any order. For one thread. */
public final class SeriesBuilder {
    /** Of what is the same for all points; no point is called so. */
    private static final String ALL = "\0";

    private final int steps;
    /** By name, so that the same numbers give the same series in whatever order they come. */
    private final TreeMap<String, float[]> values = new TreeMap<>();
    /** By name of the covariate, then by point. */
    private final Map<String, Map<String, float[]>> beside = new LinkedHashMap<>();

    /** @param steps how many there are */
    public SeriesBuilder(int steps) {
        this.steps = steps;
    }

    /** Takes a number. */
    public void put(String point, int at, float value) {
        values.computeIfAbsent(point, fresh -> missing())[at] = value;
    }

    /**
     * Takes a number that is known beside.
     *
     * @param point whose it is; null when it is the same for all
     */
    public void putBeside(String name, @Nullable String point, int at, float value) {
        beside.computeIfAbsent(name, fresh -> new LinkedHashMap<>())
                .computeIfAbsent(point == null ? ALL : point, fresh -> missing())[at] = value;
    }

    private float[] missing() {
        float[] missing = new float[steps];
        Arrays.fill(missing, Float.NaN);
        return missing;
    }

    /** The series of the points that have a number; with what was put, which is not to be changed any more. */
    public Series build(Instant start, Duration step, Series.Calendar calendar) {
        List<String> points = List.copyOf(values.keySet());
        Series series = Series.of(points, start, step, calendar, values.values().toArray(float[][]::new));
        if (points.isEmpty() || beside.isEmpty()) {
            return series;
        }
        return series.with(beside.entrySet().stream()
                .map(each -> new Series.Covariate(each.getKey(), rows(points, each.getValue())))
                .toList());
    }

    private float[][] rows(List<String> points, Map<String, float[]> known) {
        float[] shared = known.get(ALL);
        if (shared != null) {
            return new float[][] {shared};
        }
        float[] none = missing();
        return points.stream().map(point -> known.getOrDefault(point, none)).toArray(float[][]::new);
    }
}
