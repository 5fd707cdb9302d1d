package io.polder.predict;

import java.time.LocalDate;
import java.time.MonthDay;
import java.util.Set;

/** Whose days on which people do not go to work, though they are none of a weekend. */
public enum Holidays {
    NONE {
        @Override
        boolean has(LocalDate day) {
            return false;
        }
    },
    /** The ten legal ones, those on a Sunday too; Easter and Whit Sunday are Sundays anyway. */
    BELGIUM {
        @Override
        boolean has(LocalDate day) {
            return FIXED_IN_BELGIUM.contains(MonthDay.from(day))
                    || AFTER_EASTER_IN_BELGIUM.contains(
                            day.toEpochDay() - easter(day.getYear()).toEpochDay());
        }
    };

    private static final Set<MonthDay> FIXED_IN_BELGIUM = Set.of(
            MonthDay.of(1, 1),
            MonthDay.of(5, 1),
            MonthDay.of(7, 21),
            MonthDay.of(8, 15),
            MonthDay.of(11, 1),
            MonthDay.of(11, 11),
            MonthDay.of(12, 25));
    /** Days after Easter: Easter Monday, Ascension, Whit Monday. */
    private static final Set<Long> AFTER_EASTER_IN_BELGIUM = Set.of(1L, 39L, 50L);

    /** Whether a day is one of them. */
    abstract boolean has(LocalDate day);

    /** Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876 (Meeus, Jones, Butcher). */
    static LocalDate easter(int year) {
        int golden = year % 19;
        int century = year / 100;
        int within = year % 100;
        int skipped = (century - (century + 8) / 25 + 1) / 3;
        int epact = (19 * golden + century - century / 4 - skipped + 15) % 30;
        int weekday = (32 + 2 * (century % 4) + 2 * (within / 4) - epact - within % 4) % 7;
        int correction = (golden + 11 * epact + 22 * weekday) / 451;
        int days = epact + weekday - 7 * correction + 114;
        return LocalDate.of(year, days / 31, days % 31 + 1);
    }
}
