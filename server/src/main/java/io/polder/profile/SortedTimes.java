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
        Looked looked = new Looked();
        sorted.different(looked);
        long[] distances = new long[Math.max(0, looked.finite - 1)];
        long[] before = {0};
        int[] filled = {-1};
        sorted.different((value, rows) -> {
            if (isFinite(value)) {
                if (filled[0] >= 0) {
                    distances[filled[0]] = distance(before[0], value);
                }
                before[0] = value;
                filled[0]++;
            }
        });
        SortedNumbers steps = SortedNumbers.ofWhole(distances, distances.length);
        boolean isAlone = distances.length == 0;
        long usual = isAlone ? 0 : steps.values(1).top().get(0).whole();
        return new Profile.Time(
                written(looked.least, false),
                written(looked.greatest, false),
                GRANULARITIES.get(looked.granularity),
                (double) usual / SECOND,
                isAlone ? 0 : steps.above(3.0 * usual),
                (double) looked.longest / SECOND,
                isAlone ? null : written(looked.longestAfter, false),
                LongStream.of(looked.weekdays).boxed().toList(),
                isDate ? List.of() : LongStream.of(looked.hours).boxed().toList(),
                timeline(sorted, looked),
                List.of());
    }

    /** What is seen of different times, in order. */
    private static final class Looked implements SortedNumbers.Taker {
        private final long[] weekdays = new long[7];
        private final long[] hours = new long[24];
        private long least = INFINITE;
        private long greatest = -INFINITE;
        private int finite;
        private long first;
        private long last;
        private int granularity;
        private long longest;
        private long longestAfter;

        @Override
        public void take(long value, int rows) {
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
            if (!isFinite(value)) {
                return;
            }
            if (finite == 0) {
                first = value;
            } else if (distance(last, value) > longest) {
                longest = distance(last, value);
                longestAfter = last;
            }
            finite++;
            last = value;
            while (WHOLE[granularity] > 0 && value % WHOLE[granularity] != 0) {
                granularity++;
            }
            // The first day of Unix was a Thursday.
            weekdays[(int) Math.floorMod(Math.floorDiv(value, DAY) + 3, 7L)] += rows;
            hours[(int) (Math.floorMod(value, DAY) / HOUR)] += rows;
        }
    }

    private static boolean isFinite(long micros) {
        return micros != INFINITE && micros != -INFINITE;
    }

    /** Between the ends of the calendar there is more than a number of this size holds. */
    private static long distance(long from, long to) {
        long distance = to - from;
        return distance < 0 ? Long.MAX_VALUE : distance;
    }

    private static List<Profile.Top> timeline(SortedNumbers sorted, Looked looked) {
        List<Profile.Top> bars = new ArrayList<>();
        if (looked.finite == 0) {
            return bars;
        }
        Unit unit = Unit.of((double) distance(looked.first, looked.last) / SECOND);
        LocalDateTime[] begin = {unit.begin(time(looked.first))};
        long[] until = {end(unit, begin[0])};
        long[] inBar = {0};
        sorted.different((value, rows) -> {
            if (!isFinite(value)) {
                return;
            }
            if (value >= until[0]) {
                bars.add(new Profile.Top(written(begin[0], false), inBar[0]));
                begin[0] = unit.begin(time(value));
                until[0] = end(unit, begin[0]);
                inBar[0] = 0;
            }
            inBar[0] += rows;
        });
        bars.add(new Profile.Top(written(begin[0], false), inBar[0]));
        return bars.subList(0, Math.min(MOST_BARS, bars.size()));
    }

    private static long end(Unit unit, LocalDateTime begin) {
        long seconds = unit.end(begin).toEpochSecond(ZoneOffset.UTC);
        return seconds > Long.MAX_VALUE / SECOND ? Long.MAX_VALUE : seconds * SECOND;
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
