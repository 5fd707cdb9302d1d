package io.polder.predict;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last steps of all points: what forecasts, baselines and scores need, and no more of the past. Points that appear are
 * added behind the others. What it gives away are copies. Thread-safe.
 */
final class RecentSteps {
    private final Duration step;
    private final Series.Calendar calendar;
    private final List<String> points = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final int capacity;
    /** By point, the oldest step first. */
    private final List<float[]> values = new ArrayList<>();

    /** What is known beside, by name; with the same steps, and {@link StepQuery#ALL} for what is the same for all points. */
    private final Map<String, RecentSteps> covariates = new LinkedHashMap<>();

    private long end;

    /**
     * @param capacity how many steps are kept
     * @param end number of the step behind the last one
     */
    RecentSteps(Duration step, Series.Calendar calendar, int capacity, long end) {
        this.step = step;
        this.calendar = calendar;
        this.capacity = capacity;
        this.end = end;
    }

    /** Number of the oldest step. */
    synchronized long first() {
        return end - capacity;
    }

    /** Number of the step behind the last one. */
    synchronized long end() {
        return end;
    }

    synchronized List<String> points() {
        return List.copyOf(points);
    }

    /** Which points had a number before a step, in their order: the others are known only since. */
    synchronized boolean[] hadNumbers(long before) {
        int until = (int) Math.max(0, Math.min(capacity, before - first()));
        boolean[] had = new boolean[points.size()];
        for (int point = 0; point < had.length; point++) {
            float[] ofPoint = values.get(point);
            for (int at = until - 1; at >= 0 && !had[point]; at--) {
                had[point] = !Float.isNaN(ofPoint[at]);
            }
        }
        return had;
    }

    /** Whether it is among the points. */
    synchronized boolean has(String point) {
        return indexes.containsKey(point);
    }

    /** Forgets the oldest steps, so that there is room for those before {@code newEnd}. */
    synchronized void advance(long newEnd) {
        int by = (int) Math.min(capacity, newEnd - end);
        if (by <= 0) {
            return;
        }
        for (float[] ofPoint : values) {
            System.arraycopy(ofPoint, by, ofPoint, 0, capacity - by);
            Arrays.fill(ofPoint, capacity - by, capacity, Float.NaN);
        }
        end = newEnd;
        covariates.values().forEach(covariate -> covariate.advance(newEnd));
    }

    /** Steps of what is known beside, which are as many and are forgotten together. */
    synchronized RecentSteps covariate(String name) {
        return covariates.computeIfAbsent(name, fresh -> new RecentSteps(step, calendar, capacity, end));
    }

    /** Forgets these steps, which are read again. */
    synchronized void clear(long from, long to) {
        int begin = (int) Math.max(0, from - first());
        int until = (int) Math.min(capacity, to - first());
        for (float[] ofPoint : values) {
            if (begin < until) {
                Arrays.fill(ofPoint, begin, until, Float.NaN);
            }
        }
    }

    /** Takes a number; one of a step that is not kept is left out. */
    synchronized void put(String point, long at, float value) {
        if (at < first() || at >= end) {
            return;
        }
        Integer index = indexes.get(point);
        if (index == null) {
            index = points.size();
            points.add(point);
            indexes.put(point, index);
            float[] fresh = new float[capacity];
            Arrays.fill(fresh, Float.NaN);
            values.add(fresh);
        }
        values.get(index)[(int) (at - first())] = value;
    }

    /** Forgets the points that had no number in the last so many steps; others take their places. */
    synchronized void forget(int steps) {
        int begin = Math.max(0, capacity - steps);
        int kept = 0;
        for (int point = 0; point < points.size(); point++) {
            if (isAny(values.get(point), begin)) {
                points.set(kept, points.get(point));
                values.set(kept, values.get(point));
                kept++;
            }
        }
        if (kept < points.size()) {
            points.subList(kept, points.size()).clear();
            values.subList(kept, values.size()).clear();
            indexes.clear();
            for (int point = 0; point < kept; point++) {
                indexes.put(points.get(point), point);
            }
        }
        covariates.values().forEach(covariate -> covariate.forget(steps));
    }

    private boolean isAny(float[] ofPoint, int begin) {
        for (int at = capacity - 1; at >= begin; at--) {
            if (!Float.isNaN(ofPoint[at])) {
                return true;
            }
        }
        return false;
    }

    /** The numbers of some points at a step; NaN where there is none. */
    synchronized float[] at(long wanted, List<String> names) {
        float[] numbers = new float[names.size()];
        Arrays.fill(numbers, Float.NaN);
        if (wanted >= first() && wanted < end) {
            for (int at = 0; at < numbers.length; at++) {
                Integer index = indexes.get(names.get(at));
                if (index != null) {
                    numbers[at] = values.get(index)[(int) (wanted - first())];
                }
            }
        }
        return numbers;
    }

    /** The numbers of one point at the steps from {@code from} to before {@code to}; NaN where there is none. */
    synchronized float[] numbers(String point, long from, long to) {
        float[] numbers = new float[Math.toIntExact(to - from)];
        Arrays.fill(numbers, Float.NaN);
        Integer index = indexes.get(point);
        for (long at = Math.max(from, first()); index != null && at < Math.min(to, end); at++) {
            numbers[(int) (at - from)] = values.get(index)[(int) (at - first())];
        }
        return numbers;
    }

    /** A series of the steps from {@code from} to before {@code to}; what is not kept is missing. */
    synchronized Series window(long from, long to) {
        int steps = Math.toIntExact(to - from);
        float[][] copy = new float[points.size()][steps];
        for (int point = 0; point < copy.length; point++) {
            for (int at = 0; at < steps; at++) {
                long place = from + at - first();
                copy[point][at] = place < 0 || place >= capacity ? Float.NaN : values.get(point)[(int) place];
            }
        }
        Series series = Series.of(points, Instant.ofEpochMilli(from * step.toMillis()), step, calendar, copy);
        return covariates.isEmpty()
                ? series
                : series.with(covariates.entrySet().stream()
                        .map(each -> each.getValue().beside(each.getKey(), points, from, to))
                        .toList());
    }

    /** As what is known beside some points: one row when it is the same for all. */
    private synchronized Series.Covariate beside(String name, List<String> others, long from, long to) {
        if (points.isEmpty()) {
            // A series without points has no steps either.
            float[] missing = new float[Math.toIntExact(to - from)];
            Arrays.fill(missing, Float.NaN);
            return new Series.Covariate(name, new float[][] {missing});
        }
        List<String> all = List.of(StepQuery.ALL);
        return window(from, to).arranged(points.equals(all) ? all : others).asCovariate(name);
    }

    /** All from the first step with a number on. */
    synchronized Series all() {
        return until(end);
    }

    /** The same as it was when step {@code to} had not begun; without steps when nothing had a number then. */
    synchronized Series until(long to) {
        int most = (int) Math.max(0, Math.min(capacity, to - first()));
        int first = most;
        for (float[] ofPoint : values) {
            for (int at = 0; at < first; at++) {
                if (!Float.isNaN(ofPoint[at])) {
                    first = at;
                }
            }
        }
        return window(first() + first, first() + most);
    }
}
