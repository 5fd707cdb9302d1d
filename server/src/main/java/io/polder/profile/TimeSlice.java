package io.polder.profile;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** A part of a table's time, cut by the calendar of UTC. */
record TimeSlice(Unit unit, Instant from) {
    /** How long a slice is. */
    enum Unit {
        HOUR,
        DAY,
        MONTH,
        YEAR;

        /** What several of them are put together to when they are old; null when they stay as they are. */
        @Nullable
        Unit larger() {
            return switch (this) {
                case HOUR -> DAY;
                case DAY -> MONTH;
                case MONTH -> YEAR;
                case YEAR -> null;
            };
        }

        /** The slice that a time is in. */
        TimeSlice at(Instant time) {
            ZonedDateTime there = time.atZone(ZoneOffset.UTC);
            return new TimeSlice(
                    this,
                    switch (this) {
                        case HOUR -> there.truncatedTo(ChronoUnit.HOURS).toInstant();
                        case DAY -> there.truncatedTo(ChronoUnit.DAYS).toInstant();
                        case MONTH ->
                            there.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).toInstant();
                        case YEAR ->
                            there.truncatedTo(ChronoUnit.DAYS).withDayOfYear(1).toInstant();
                    });
        }
    }

    Instant to() {
        ZonedDateTime begin = from.atZone(ZoneOffset.UTC);
        return switch (unit) {
            case HOUR -> begin.plusHours(1).toInstant();
            case DAY -> begin.plusDays(1).toInstant();
            case MONTH -> begin.plusMonths(1).toInstant();
            case YEAR -> begin.plusYears(1).toInstant();
        };
    }

    TimeSlice next() {
        return new TimeSlice(unit, to());
    }
}
