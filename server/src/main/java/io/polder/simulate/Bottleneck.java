package io.polder.simulate;

import java.time.DayOfWeek;
import java.util.Optional;

/**
 * A place where a carriageway has too little room in the rush hour.
 *
 * @param place kilometres of travel
 * @param length how far its queue reaches on a usual day, in kilometres
 * @param isMorning whether it is the morning's; else the evening's
 * @param isEarly whether its queue forms well before the height of the rush hour
 * @param severity 1 for one that jams on every working day, towards 0 for one that seldom does
 * @param key what its days are drawn by
 */
record Bottleneck(double place, double length, boolean isMorning, boolean isEarly, double severity, long key) {
    /** Its queue on a local day, or empty when there is none. */
    Optional<Jam> on(long day) {
        DayOfWeek weekday = Rhythm.weekday(day);
        double strength = severity * burden(weekday) * (0.65 + 0.6 * Noise.unit(Noise.hash(key, day, 1)));
        if (strength < 0.35) {
            return Optional.empty();
        }
        double usual = isMorning ? 6 * 60 + 45 : weekday == DayOfWeek.FRIDAY ? 14 * 60 + 55 : 15 * 60 + 40;
        double early = isEarly ? 75 : 0;
        double start = day * Rhythm.MINUTES_PER_DAY + usual - early + 12 * Noise.normal(Noise.hash(key, day, 2));
        double minutes = (isMorning ? 130 : weekday == DayOfWeek.FRIDAY ? 175 : 150) + early + 50 * (strength - 0.7);
        return Optional.of(new Jam(
                place,
                start,
                start + minutes,
                length * (0.5 + 0.5 * strength),
                58 - 36 * Math.min(1, strength),
                0,
                Noise.hash(key, day, 3)));
    }

    private double burden(DayOfWeek weekday) {
        return switch (weekday) {
            case MONDAY -> 1.10;
            case TUESDAY -> 1.08;
            case WEDNESDAY -> isMorning ? 0.98 : 0.92;
            case THURSDAY -> 1.05;
            case FRIDAY -> isMorning ? 0.75 : 1.05;
            case SATURDAY -> 0.30;
            case SUNDAY -> 0.22;
        };
    }
}
