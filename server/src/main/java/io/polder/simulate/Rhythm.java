package io.polder.simulate;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;

/**
 * When people drive: the share of a weekday's busiest hour that is on the road, by the clock of Brussels.
 *
 * <p>The tables hold a value for the middle of every hour, and are followed in straight lines across midnight.
 */
final class Rhythm {
    static final int MINUTES_PER_DAY = 1_440;

    private static final ZoneRules BRUSSELS = ZoneId.of("Europe/Brussels").getRules();

    private static final double[] CARS_WEEKDAY = {
        .10, .06, .05, .05, .09, .28, .68, .98, 1.0, .80, .68, .68, .71, .74, .79, .90, 1.0, 1.0, .82, .60, .43, .35,
        .29, .19
    };
    private static final double[] CARS_FRIDAY = {
        .11, .07, .06, .06, .09, .26, .62, .90, .92, .76, .70, .72, .78, .85, .95, 1.0, 1.0, .91, .75, .60, .48, .41,
        .37, .29
    };
    private static final double[] CARS_SATURDAY = {
        .20, .13, .10, .08, .08, .11, .17, .27, .40, .54, .66, .73, .74, .73, .72, .71, .70, .69, .62, .52, .42, .36,
        .34, .29
    };
    private static final double[] CARS_SUNDAY = {
        .24, .17, .12, .09, .08, .08, .11, .16, .24, .36, .50, .61, .63, .62, .64, .68, .72, .74, .72, .64, .52, .42,
        .33, .20
    };
    private static final double[] LORRIES_WEEKDAY = {
        .18, .16, .17, .22, .35, .58, .80, .92, .93, .97, 1.0, 1.0, .98, 1.0, .99, .95, .86, .74, .58, .45, .36, .30,
        .26, .22
    };
    private static final double[] LORRIES_SATURDAY = {
        .18, .16, .15, .16, .20, .26, .30, .32, .33, .33, .32, .31, .29, .26, .23, .20, .18, .16, .14, .12, .11, .10,
        .09, .08
    };
    private static final double[] LORRIES_SUNDAY = {
        .07, .06, .06, .06, .06, .06, .07, .07, .08, .08, .09, .09, .10, .10, .10, .10, .11, .11, .12, .12, .13, .14,
        .16, .17
    };

    /**
     * A minute and what the clock makes of it, the same for all points.
     *
     * @param minute since 1970-01-01T00:00Z
     * @param day the local day, since 1970-01-01
     * @param localMinute minutes since 1970-01-01 by the local clock; jumps when the clocks change
     * @param cars share of a weekday's busiest hour
     * @param lorries likewise
     * @param morning 1 at the height of the morning rush hour, 0 away from it and at weekends
     * @param evening likewise
     * @param night 1 in the small hours, 0 in the day
     */
    record Moment(
            long minute,
            long day,
            long localMinute,
            double cars,
            double lorries,
            double morning,
            double evening,
            double night) {
        int minuteOfDay() {
            return (int) (localMinute - day * MINUTES_PER_DAY);
        }

        DayOfWeek weekday() {
            return Rhythm.weekday(day);
        }
    }

    private Rhythm() {}

    static Moment at(long minute) {
        ZoneOffset offset = BRUSSELS.getOffset(Instant.ofEpochSecond(minute * 60));
        long local = minute + offset.getTotalSeconds() / 60;
        long day = Math.floorDiv(local, MINUTES_PER_DAY);
        DayOfWeek weekday = weekday(day);
        int minuteOfDay = (int) (local - day * MINUTES_PER_DAY);
        boolean isWorkday = weekday.getValue() <= DayOfWeek.FRIDAY.getValue();
        double evening = weekday == DayOfWeek.FRIDAY ? 16 * 60 + 15 : 17 * 60 + 15;
        return new Moment(
                minute,
                day,
                local,
                cars(local),
                lorries(local),
                isWorkday ? bell(minuteOfDay, 8 * 60 + 10, 60) : 0,
                isWorkday ? bell(minuteOfDay, evening, 75) : 0,
                Math.max(bell(minuteOfDay, 2.5 * 60, 150), bell(minuteOfDay, 26.5 * 60, 150)));
    }

    /** The offset of Brussels' clock at an instant. */
    static ZoneOffset offset(Instant instant) {
        return BRUSSELS.getOffset(instant);
    }

    /** The share of cars on the road at a local minute. */
    static double cars(long localMinute) {
        return follow(localMinute, CARS_WEEKDAY, CARS_FRIDAY, CARS_SATURDAY, CARS_SUNDAY);
    }

    static DayOfWeek weekday(long day) {
        return LocalDate.ofEpochDay(day).getDayOfWeek();
    }

    private static double lorries(long localMinute) {
        return follow(localMinute, LORRIES_WEEKDAY, LORRIES_WEEKDAY, LORRIES_SATURDAY, LORRIES_SUNDAY);
    }

    private static double follow(
            long localMinute, double[] weekday, double[] friday, double[] saturday, double[] sunday) {
        long hour = Math.floorDiv(localMinute - 30, 60);
        double left = hourly(hour, weekday, friday, saturday, sunday);
        double right = hourly(hour + 1, weekday, friday, saturday, sunday);
        return left + (right - left) * (localMinute - 30 - hour * 60) / 60;
    }

    private static double hourly(long hour, double[] weekday, double[] friday, double[] saturday, double[] sunday) {
        int hourOfDay = (int) Math.floorMod(hour, 24L);
        return switch (weekday(Math.floorDiv(hour, 24L))) {
            case MONDAY, TUESDAY, WEDNESDAY, THURSDAY -> weekday[hourOfDay];
            case FRIDAY -> friday[hourOfDay];
            case SATURDAY -> saturday[hourOfDay];
            case SUNDAY -> sunday[hourOfDay];
        };
    }

    private static double bell(double minuteOfDay, double centre, double width) {
        double distance = (minuteOfDay - centre) / width;
        return Math.exp(-distance * distance / 2);
    }
}
