package io.polder.predict;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Numbers of several points at equal steps in time; NaN where there is none. Cannot be changed, and is safe for several
 * threads. A {@link #window} shows a part of it, and nothing outside of that part can be reached through it.
 */
public final class Series {
    /**
     * When something is, as people live by it.
     *
     * @param zone of hours and days; in the hour that summer time repeats, both are the same slots
     * @param holidays days that are like those of a weekend
     */
    public record Calendar(ZoneId zone, Holidays holidays) {
        /** Without holidays. */
        public static Calendar of(ZoneId zone) {
            return new Calendar(zone, Holidays.NONE);
        }
    }

    private final List<String> points;
    private final Instant start;
    private final Duration step;
    private final Calendar calendar;
    private final float[][] values;
    private final int offset;
    private final int steps;

    private Series(
            List<String> points,
            Instant start,
            Duration step,
            Calendar calendar,
            float[][] values,
            int offset,
            int steps) {
        this.points = points;
        this.start = start;
        this.step = step;
        this.calendar = calendar;
        this.values = values;
        this.offset = offset;
        this.steps = steps;
    }

    /**
     * A series.
     *
     * @param start of the first step
     * @param step divides a day
     * @param values point by point, of equal lengths; not copied, and not to be changed
     */
    public static Series of(List<String> points, Instant start, Duration step, Calendar calendar, float[][] values) {
        if (!isStep(step)) {
            throw new IllegalArgumentException(step + " does not divide a day");
        }
        return new Series(
                List.copyOf(points), start, step, calendar, values, 0, values.length == 0 ? 0 : values[0].length);
    }

    /** Whether a series can have such steps: whole milliseconds that divide a day. */
    public static boolean isStep(Duration step) {
        return step.toMillis() > 0
                && step.equals(Duration.ofMillis(step.toMillis()))
                && Duration.ofDays(1).toMillis() % step.toMillis() == 0;
    }

    /**
     * The steps from {@code from} to before {@code to}, which become those from 0. It may begin before the series and end
     * behind it: what is there is missing.
     */
    public Series window(int from, int to) {
        if (from > to) {
            throw new IllegalArgumentException(from + " is behind " + to);
        }
        if (from >= 0 && to <= steps) {
            return new Series(points, time(from), step, calendar, values, offset + from, to - from);
        }
        float[][] padded = new float[values.length][to - from];
        for (int point = 0; point < values.length; point++) {
            for (int at = from; at < to; at++) {
                padded[point][at - from] = at < 0 || at >= steps ? Float.NaN : value(point, at);
            }
        }
        return new Series(points, time(from), step, calendar, padded, 0, to - from);
    }

    /** The same for these points, in this order: that of one which is not there is missing at all steps. */
    public Series arranged(List<String> wanted) {
        if (wanted.equals(points)) {
            return this;
        }
        Map<String, Integer> indexes = new HashMap<>();
        for (int point = 0; point < points.size(); point++) {
            indexes.put(points.get(point), point);
        }
        float[][] arranged = new float[wanted.size()][steps];
        for (int point = 0; point < arranged.length; point++) {
            Integer index = indexes.get(wanted.get(point));
            if (index == null) {
                Arrays.fill(arranged[point], Float.NaN);
            } else {
                System.arraycopy(values[index], offset, arranged[point], 0, steps);
            }
        }
        return new Series(List.copyOf(wanted), start, step, calendar, arranged, 0, steps);
    }

    public List<String> points() {
        return points;
    }

    /** How many steps there are. */
    public int steps() {
        return steps;
    }

    public Duration step() {
        return step;
    }

    public Calendar calendar() {
        return calendar;
    }

    /** The number of a point at a step; NaN where there is none. */
    public float value(int point, int at) {
        return values[point][offset + Objects.checkIndex(at, steps)];
    }

    /** When a step begins, also of one before or behind the series. */
    public Instant time(int at) {
        return start.plus(step.multipliedBy(at));
    }

    /** How many slots a day has. */
    public int slotsOfDay() {
        return (int) (Duration.ofDays(1).toMillis() / step.toMillis());
    }

    /** When in its day and week a step is, also of one before or behind the series. */
    public Moment moment(int at) {
        LocalDateTime local = LocalDateTime.ofInstant(time(at), calendar.zone());
        DayOfWeek day = local.getDayOfWeek();
        boolean isFree = day == DayOfWeek.SATURDAY
                || day == DayOfWeek.SUNDAY
                || calendar.holidays().has(local.toLocalDate());
        int slot = (int) (local.toLocalTime().toNanoOfDay() / step.toNanos());
        return new Moment(local, local.toLocalDate().toEpochDay(), slot, isFree);
    }

    /**
     * When in its day and week a step is.
     *
     * @param day number of the local day
     * @param slot of the local day, from 0
     * @param isFree on a weekend or holiday
     */
    public record Moment(LocalDateTime local, long day, int slot, boolean isFree) {}
}
