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
    /** How many steps long what is known beside the numbers holds, when nothing newer is known. */
    static final int HOLDS = Features.INPUTS;

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

    /**
     * What is known beside the numbers themselves, such as the weather.
     *
     * @param values point by point, or one row that is the same for all points; NaN where it is not known
     */
    public record Covariate(String name, float[][] values) {
        private float value(int point, int at) {
            return values[values.length == 1 ? 0 : point][at];
        }

        private Covariate with(float[][] others) {
            return new Covariate(name, others);
        }
    }

    private final List<String> points;
    private final Instant start;
    private final Duration step;
    private final Calendar calendar;
    private final float[][] values;
    private final List<Covariate> covariates;
    private final int offset;
    private final int steps;

    private Series(
            List<String> points,
            Instant start,
            Duration step,
            Calendar calendar,
            float[][] values,
            List<Covariate> covariates,
            int offset,
            int steps) {
        this.points = points;
        this.start = start;
        this.step = step;
        this.calendar = calendar;
        this.values = values;
        this.covariates = covariates;
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
                List.copyOf(points),
                start,
                step,
                calendar,
                values,
                List.of(),
                0,
                values.length == 0 ? 0 : values[0].length);
    }

    /**
     * The same with what is known beside the numbers.
     *
     * @param others each with as many steps as this has; not copied, and not to be changed
     */
    public Series with(List<Covariate> others) {
        for (Covariate covariate : others) {
            for (float[] row : covariate.values()) {
                if (row.length != steps) {
                    throw new IllegalArgumentException(
                            covariate.name() + " has " + row.length + " steps, and not " + steps);
                }
            }
        }
        return new Series(points, start, step, calendar, part(values, 0, steps), List.copyOf(others), 0, steps);
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
            return new Series(points, time(from), step, calendar, values, covariates, offset + from, to - from);
        }
        return new Series(
                points,
                time(from),
                step,
                calendar,
                part(values, from, to),
                covariates.stream()
                        .map(covariate -> covariate.with(part(covariate.values(), from, to)))
                        .toList(),
                0,
                to - from);
    }

    private float[][] part(float[][] rows, int from, int to) {
        float[][] part = new float[rows.length][to - from];
        int begin = Math.max(from, 0);
        int end = Math.min(to, steps);
        for (int row = 0; row < rows.length; row++) {
            Arrays.fill(part[row], Float.NaN);
            if (begin < end) {
                System.arraycopy(rows[row], offset + begin, part[row], begin - from, end - begin);
            }
        }
        return part;
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
        return new Series(
                List.copyOf(wanted),
                start,
                step,
                calendar,
                arranged(values, wanted, indexes),
                covariates.stream()
                        .map(covariate -> covariate.with(
                                covariate.values().length == 1
                                        ? part(covariate.values(), 0, steps)
                                        : arranged(covariate.values(), wanted, indexes)))
                        .toList(),
                0,
                steps);
    }

    private float[][] arranged(float[][] rows, List<String> wanted, Map<String, Integer> indexes) {
        float[][] arranged = new float[wanted.size()][steps];
        for (int point = 0; point < arranged.length; point++) {
            Integer index = indexes.get(wanted.get(point));
            if (index == null) {
                Arrays.fill(arranged[point], Float.NaN);
            } else {
                System.arraycopy(rows[index], offset, arranged[point], 0, steps);
            }
        }
        return arranged;
    }

    /** The same with some of the points as what is known beside the others. */
    public Series withBeside(List<String> names) {
        List<Covariate> beside = names.stream()
                .map(name -> new Covariate(name, arranged(List.of(name)).values))
                .toList();
        return arranged(points.stream().filter(point -> !names.contains(point)).toList())
                .with(beside);
    }

    /** Its numbers as what is known beside another series of the same steps. */
    Covariate asCovariate(String name) {
        return new Covariate(name, part(values, 0, steps));
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

    /** Whether a point has no number at all. */
    boolean isSilent(int point) {
        for (int at = 0; at < steps(); at++) {
            if (!Float.isNaN(value(point, at))) {
                return false;
            }
        }
        return true;
    }

    /** The number of a point at a step; NaN where there is none. */
    public float value(int point, int at) {
        return values[point][offset + Objects.checkIndex(at, steps)];
    }

    /** What is known beside the numbers, by name. */
    public List<String> covariates() {
        return covariates.stream().map(Covariate::name).toList();
    }

    /** What is known beside the number of a point at a step, by its place in {@link #covariates}; NaN where it is not. */
    public float covariate(int index, int point, int at) {
        return covariates.get(index).value(point, offset + Objects.checkIndex(at, steps));
    }

    /** The same; where it is not known, the newest that was, if that is less than {@link #HOLDS} steps before. */
    float lastCovariate(int index, int point, int at) {
        for (int before = at; before >= 0 && before > at - HOLDS; before--) {
            float value = covariate(index, point, before);
            if (!Float.isNaN(value)) {
                return value;
            }
        }
        return Float.NaN;
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
