package io.polder.simulate;

import java.util.ArrayList;
import java.util.List;

/**
 * One direction of a road, with what can go wrong on it. Places are kilometres of travel: the kilometre point where these
 * rise in the direction of travel, its negative where they fall.
 *
 * @param key what its incidents are drawn by
 */
record Carriageway(String ident, double from, double to, List<Bottleneck> bottlenecks, long key) {
    /** A serious incident in so many kilometres and days. */
    private static final double INCIDENTS_PER_KM_AND_DAY = 0.009;

    private static final double LONGEST_QUEUE = 12;

    Carriageway {
        bottlenecks = List.copyOf(bottlenecks);
    }

    /** The queues on it in a local minute. */
    List<Jam> jams(Rhythm.Moment moment) {
        List<Jam> active = new ArrayList<>();
        for (long day = moment.day() - 1; day <= moment.day(); day++) {
            for (Bottleneck bottleneck : bottlenecks) {
                bottleneck
                        .on(day)
                        .filter(jam -> jam.isActive(moment.localMinute()))
                        .ifPresent(active::add);
            }
            for (Jam jam : incidents(day)) {
                if (jam.isActive(moment.localMinute())) {
                    active.add(jam);
                }
            }
        }
        return active;
    }

    /** The queues behind a local day's incidents. */
    List<Jam> incidents(long day) {
        boolean isWeekend = Rhythm.weekday(day).getValue() > 5;
        double expected = (to - from) * INCIDENTS_PER_KM_AND_DAY * (isWeekend ? 0.5 : 1);
        int count = Noise.count(expected, Noise.hash(key, day, 4));
        List<Jam> incidents = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            long drawn = Noise.hash(key, day, 5 + index);
            double place = from + (to - from) * Noise.unit(Noise.hash(drawn, 1));
            double when = Noise.unit(Noise.hash(drawn, 2));
            boolean isByDay = Noise.unit(Noise.hash(drawn, 3)) < 0.85;
            double start = day * (double) Rhythm.MINUTES_PER_DAY + (isByDay ? 360 + 840 * when : 1_440 * when);
            double minutes = 18 * Math.exp(1.3 * Noise.unit(Noise.hash(drawn, 4)));
            double load = Rhythm.cars((long) start);
            double growth = Math.max(0.8, 13 * (load - 0.3) + 2 * Noise.unit(Noise.hash(drawn, 5)));
            double speed = 9 + 16 * Noise.unit(Noise.hash(drawn, 6));
            incidents.add(new Jam(place, start, start + minutes, LONGEST_QUEUE, speed, growth, drawn));
        }
        return incidents;
    }
}
