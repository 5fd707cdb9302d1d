package io.polder.profile;

import io.polder.statistics.SortedNumbers;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What is told of dates and times that are in order: range, granularity, steps, gaps, weekdays and hours, and a timeline. They are
 * microseconds of Unix, as the engine has them, and so are its two infinities, which take part in nothing but the range.
 */
final class SortedTimes {
    private static final long INFINITE = Long.MAX_VALUE;
    private static final long SECOND = 1_000_000;
    private static final long DAY = 86_400 * SECOND;
    private static final long HOUR = 3_600 * SECOND;
    /** What a granularity is told as, and its microseconds. */
    private static final List<String> GRANULARITIES = List.of("day", "hour", "minute", "second", "millisecond");

    private static final long[] WHOLE = {DAY, HOUR, 60 * SECOND, SECOND, 0};
    /** At most so many units are in a timeline where a smaller unit can be had. */
    private static final int BARS = 60;

    private static final int MOST_BARS = 200;

    private SortedTimes() {}

    /** A unit of a timeline, with about how many seconds it has. */
    private enum Unit {
        MINUTE(60),
        HOUR(3_600),
        DAY(86_400),
        WEEK(604_800),
        MONTH(2_629_746),
        YEAR(31_556_952),
        DECADE(315_569_520),
        CENTURY(3_155_695_200.0);

        private final double seconds;

        Unit(double seconds) {
            this.seconds = seconds;
        }

        static Unit of(double range) {
            return Arrays.stream(values())
                    .filter(unit -> range / unit.seconds <= BARS)
                    .findFirst()
                    .orElse(CENTURY);
        }

        LocalDateTime begin(LocalDateTime time) {
            return switch (this) {
                case MINUTE -> time.truncatedTo(ChronoUnit.MINUTES);
                case HOUR -> time.truncatedTo(ChronoUnit.HOURS);
                case DAY -> time.truncatedTo(ChronoUnit.DAYS);
                case WEEK -> time.truncatedTo(ChronoUnit.DAYS).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                case MONTH -> time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
                case YEAR -> year(time, 1);
                case DECADE -> year(time, 10);
                case CENTURY -> year(time, 100);
            };
        }

        private static LocalDateTime year(LocalDateTime time, int years) {
            return LocalDateTime.of(Math.floorDiv(time.getYear(), years) * years, 1, 1, 0, 0);
        }

        LocalDateTime end(LocalDateTime begin) {
            return switch (this) {
                case MINUTE -> begin.plusMinutes(1);
                case HOUR -> begin.plusHours(1);
                case DAY -> begin.plusDays(1);
                case WEEK -> begin.plusWeeks(1);
                case MONTH -> begin.plusMonths(1);
                case YEAR -> begin.plusYears(1);
                case DECADE -> begin.plusYears(10);
                case CENTURY -> begin.plusYears(100);
            };
        }
    }

    /** @param sorted microseconds, at least one */
    static Profile.Time of(SortedNumbers sorted, boolean isDate) {
        long[] different = new long[sorted.count()];
        int[] times = new int[sorted.count()];
        int[] count = {0};
        long[] ends = {INFINITE, -INFINITE};
        sorted.different((value, rows) -> {
            ends[0] = Math.min(ends[0], value);
            ends[1] = Math.max(ends[1], value);
            if (value != INFINITE && value != -INFINITE) {
                different[count[0]] = value;
                times[count[0]++] = rows;
            }
        });
        int finite = count[0];
        long[] weekdays = new long[7];
        long[] hours = new long[isDate ? 0 : 24];
        int granularity = 0;
        for (int at = 0; at < finite; at++) {
            long value = different[at];
            while (WHOLE[granularity] > 0 && value % WHOLE[granularity] != 0) {
                granularity++;
            }
            // The first day of Unix was a Thursday.
            weekdays[(int) Math.floorMod(Math.floorDiv(value, DAY) + 3, 7L)] += times[at];
            if (!isDate) {
                hours[(int) (Math.floorMod(value, DAY) / HOUR)] += times[at];
            }
        }
        Steps steps = Steps.of(different, finite);
        return new Profile.Time(
                written(ends[0], false),
                written(ends[1], false),
                GRANULARITIES.get(granularity),
                (double) steps.usual() / SECOND,
                steps.gaps(),
                (double) steps.longest() / SECOND,
                finite < 2 ? null : written(different[steps.longestAfter()], false),
                LongStream.of(weekdays).boxed().toList(),
                LongStream.of(hours).boxed().toList(),
                timeline(different, times, finite));
    }

    /** Distances of neighbours; zeros of fewer than two. */
    private record Steps(long usual, long gaps, long longest, int longestAfter) {
        static Steps of(long[] different, int count) {
            if (count < 2) {
                return new Steps(0, 0, 0, 0);
            }
            long[] steps = new long[count - 1];
            int longest = 0;
            for (int at = 0; at < steps.length; at++) {
                steps[at] = different[at + 1] - different[at];
                longest = steps[at] > steps[longest] ? at : longest;
            }
            long most = steps[longest];
            SortedNumbers sorted = SortedNumbers.ofWhole(steps, steps.length);
            long usual = sorted.values(1).top().get(0).whole();
            return new Steps(usual, sorted.above(3.0 * usual), most, longest);
        }
    }

    private static List<Profile.Top> timeline(long[] different, int[] times, int count) {
        List<Profile.Top> bars = new ArrayList<>();
        if (count == 0) {
            return bars;
        }
        Unit unit = Unit.of((double) (different[count - 1] - different[0]) / SECOND);
        for (int at = 0; at < count && bars.size() < MOST_BARS; ) {
            LocalDateTime begin = unit.begin(time(different[at]));
            LocalDateTime end = unit.end(begin);
            long until = Math.multiplyExact(end.toEpochSecond(ZoneOffset.UTC), SECOND);
            long rows = 0;
            while (at < count && different[at] < until) {
                rows += times[at++];
            }
            bars.add(new Profile.Top(written(begin, false), rows));
        }
        return bars;
    }

    private static LocalDateTime time(long micros) {
        return LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
    }

    /** As the engine writes it: without zeros at the end of a fraction, years before the first with (BC). */
    static String written(long micros, boolean isDate) {
        return micros == INFINITE ? "infinity" : micros == -INFINITE ? "-infinity" : written(time(micros), isDate);
    }

    private static String written(LocalDateTime time, boolean isDate) {
        int year = time.getYear();
        StringBuilder written = new StringBuilder()
                .append(padded(year > 0 ? year : 1 - year, 4))
                .append('-')
                .append(padded(time.getMonthValue(), 2))
                .append('-')
                .append(padded(time.getDayOfMonth(), 2))
                .append(year > 0 ? "" : " (BC)");
        if (isDate) {
            return written.toString();
        }
        written.append(' ')
                .append(padded(time.getHour(), 2))
                .append(':')
                .append(padded(time.getMinute(), 2))
                .append(':')
                .append(padded(time.getSecond(), 2));
        String fraction = padded(time.getNano() / 1_000, 6).replaceAll("0+$", "");
        return fraction.isEmpty()
                ? written.toString()
                : written.append('.').append(fraction).toString();
    }

    private static String padded(int number, int digits) {
        String plain = String.valueOf(number);
        return "0".repeat(Math.max(0, digits - plain.length())) + plain;
    }
}
