package io.polder.simulate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all points, or some, read in a minute: a pure function of the seed and the minute. Immutable and thread-safe.
 *
 * <p>The readings of points that had stopped long before the real minute stand still here too: they are as old as they
 * were then in the minute in which the simulation began, and get older.
 */
final class MivSimulator {
    /** Detected metres that a vehicle of class 2 to 5 covers. */
    private static final double[] LENGTHS = {4.7, 6.2, 9.5, 16.5};
    /** Cars that a vehicle of class 2 to 5 takes the room of. */
    private static final double[] ROOM = {1, 1.1, 1.7, 2.3};
    /** The most cars that a lane takes in a minute. */
    private static final double CAPACITY = 39;
    /** Cars a kilometre that stand on a lane. */
    private static final double STANDING = 130;
    /** Every so many readings with cars, one says that its speed is still at its initial value. */
    private static final double INITIAL_SPEED = 1.0 / 150_000;

    private final RealMinute real;
    private final long seed;
    private final long sinceReal;
    private final List<Detector> detectors;

    /**
     * @param began the simulation's first minute, since 1970-01-01T00:00Z
     */
    MivSimulator(RealMinute real, long seed, long began) {
        this.real = real;
        this.seed = seed;
        sinceReal = (began - real.minute()) * 60;
        detectors = Calibration.detectors(real, seed);
    }

    /** All detectors, in the order of the feed. */
    List<Detector> detectors() {
        return detectors;
    }

    RealMinute real() {
        return real;
    }

    long seed() {
        return seed;
    }

    /** The readings of {@code chosen}, in their order, for a minute since 1970-01-01T00:00Z. */
    List<Reading> minute(long minute, List<Detector> chosen) {
        Rhythm.Moment moment = Rhythm.at(minute);
        double rain = rain(minute);
        Map<String, List<Jam>> jams = new HashMap<>();
        List<Reading> readings = new ArrayList<>(chosen.size());
        for (Detector detector : chosen) {
            Carriageway carriageway = detector.carriageway();
            List<Jam> near = carriageway == null
                    ? List.of()
                    : jams.computeIfAbsent(carriageway.ident(), unseen -> carriageway.jams(moment));
            readings.add(reading(detector, moment, rain, near));
        }
        return readings;
    }

    /** The share of the usual demand that is there; {@code index} is the class less 2. */
    static double demand(int index, Rhythm.Moment moment, double inbound, double steepness) {
        double share = index < 2
                ? moment.cars() * (1 + 0.3 * inbound * (moment.morning() - moment.evening()))
                : moment.lorries();
        return Math.pow(share, steepness);
    }

    private Reading reading(Detector detector, Rhythm.Moment moment, double rain, List<Jam> jams) {
        Point point = detector.point();
        Reading real = point.real();
        long observed = moment.minute() * 60;
        long modified = observed + 60;
        if (real.current() == 0) {
            return real.at(real.observed() + sinceReal, real.modified() + sinceReal);
        }
        if (real.availability() == 0 || real.defect() != 0) {
            return real.at(observed, modified);
        }
        Traffic traffic = traffic(detector, moment, rain, jams);
        long chance = Noise.hash(detector.key(), moment.minute());
        int[] counts = new int[Reading.CLASSES];
        int[] speeds = new int[Reading.CLASSES];
        int[] harmonics = new int[Reading.CLASSES];
        double[] spreads = new double[Reading.CLASSES];
        for (int index = 0; index < 4; index++) {
            measure(index + 1, traffic, Noise.hash(chance, index), counts, speeds, harmonics, spreads);
        }
        harmonics[0] = Reading.NO_VEHICLES;
        if (counts[1] > 0 && Noise.unit(Noise.hash(chance, 5)) < 0.003) {
            counts[0] = 1;
            speeds[0] = speeds[1];
            harmonics[0] = speeds[1];
        }
        int vehicles = counts[1] + counts[2] + counts[3] + counts[4];
        int occupancy = occupancy(traffic, counts, speeds);
        int variance = variance(counts, speeds, spreads);
        double irregular = detector.isFast() ? 0.055 : 0.002;
        int valid = vehicles > 0 && Noise.unit(Noise.hash(chance, 6)) < irregular ? 1 : 0;
        if (counts[1] > 0 && Noise.unit(Noise.hash(chance, 7)) < INITIAL_SPEED) {
            speeds[1] = Reading.INITIAL;
            harmonics[1] = Reading.INITIAL;
        }
        return new Reading(observed, modified, 1, 1, 0, valid, counts, speeds, harmonics, occupancy, 100, variance);
    }

    /**
     * What passes a lane in a minute.
     *
     * @param speed of cars, km/h
     * @param free the speed that cars would have without a queue
     * @param rates vehicles a minute of classes 2 to 5
     * @param jammed from 0 in free flow to 1 in a queue
     */
    private record Traffic(double speed, double free, double[] rates, double jammed) {}

    private Traffic traffic(Detector detector, Rhythm.Moment moment, double rain, List<Jam> jams) {
        double open = isOpen(detector, moment) ? throughput(detector, moment, jams) : 0;
        double[] rates = new double[4];
        double room = 0;
        for (int index = 0; index < 4; index++) {
            double demand = demand(index, moment, detector.inbound(), detector.steepness());
            rates[index] = detector.rates()[index] * demand * open;
            room += rates[index] * ROOM[index];
        }
        double load = moment.cars() * (1 + 0.2 * detector.inbound() * (moment.morning() - moment.evening()));
        double free = detector.freeSpeed()
                        * (1 - detector.slowing() * Math.min(1.3, load * load))
                        * (1 + 0.04 * moment.night())
                        * (1 - 0.07 * rain)
                + 2.5 * Noise.curve(Noise.hash(seed, roadKey(detector), 11), (moment.minute() - lag(detector)) / 18.0)
                + 1.5 * Noise.curve(Noise.hash(detector.key(), 12), moment.minute() / 4.0);
        double speed = free;
        double jammed = 0;
        for (Jam jam : jams) {
            double presence = jam.presence(detector.place(), moment.localMinute());
            if (presence > 0) {
                double queued = Math.min(free, jam.speedAt(detector.place(), moment.localMinute()));
                speed = Math.min(speed, free + (queued - free) * presence);
                jammed = Math.max(jammed, presence);
            }
        }
        if (room > 0) {
            // In a queue it is the queue that says how many pass, whatever the demand.
            double passing = queueFlow(speed);
            double taken = Math.min(room, CAPACITY);
            double wanted = taken + (passing - taken) * jammed;
            for (int index = 0; index < 4; index++) {
                rates[index] *= wanted / room;
            }
        }
        return new Traffic(speed, free, rates, jammed);
    }

    /** Cars a minute on a lane that moves in a queue: the congested branch of a triangular fundamental diagram. */
    private static double queueFlow(double speed) {
        return Math.min(CAPACITY, STANDING * Jam.WAVE_KMH * speed / (speed + Jam.WAVE_KMH) / 60);
    }

    /** The noise of demand: days differ, and what passes one point passes the next some minutes later. */
    private double throughput(Detector detector, Rhythm.Moment moment, List<Jam> jams) {
        long road = Noise.hash(seed, roadKey(detector));
        double at = moment.minute() - lag(detector);
        double share = 1
                + 0.05 * Noise.normal(Noise.hash(road, 13, moment.day()))
                + 0.09 * Noise.curve(Noise.hash(road, 14), at / 110)
                + 0.12 * Noise.curve(Noise.hash(road, 15), at / 11)
                + 0.08 * Noise.curve(Noise.hash(detector.key(), 16), moment.minute() / 25.0);
        for (Jam jam : jams) {
            share *= jam.letsThrough(detector.place(), moment.localMinute());
        }
        return Math.max(0.1, share);
    }

    /** Minutes that traffic at about 100 km/h needs to get here from the start of its carriageway. */
    private static double lag(Detector detector) {
        return detector.place() * 0.6;
    }

    private static long roadKey(Detector detector) {
        Carriageway carriageway = detector.carriageway();
        return carriageway == null ? detector.key() : carriageway.key();
    }

    private static boolean isOpen(Detector detector, Rhythm.Moment moment) {
        if (!detector.isPeakLane()) {
            return true;
        }
        int minute = moment.minuteOfDay();
        boolean isRushHour = (minute >= 6 * 60 && minute < 10 * 60) || (minute >= 15 * 60 && minute < 19 * 60);
        return isRushHour && moment.weekday().getValue() <= 5;
    }

    private static void measure(
            int row, Traffic traffic, long chance, int[] counts, int[] speeds, int[] harmonics, double[] spreads) {
        int count = Noise.count(traffic.rates()[row - 1], Noise.hash(chance, 1));
        counts[row] = count;
        if (count == 0) {
            harmonics[row] = Reading.NO_VEHICLES;
            return;
        }
        double mean =
                switch (row) {
                    case 1 -> traffic.speed();
                    case 2 -> traffic.speed() * 0.99;
                    case 3 -> Math.min(traffic.speed() * 0.95, 88 + 0.05 * traffic.speed());
                    default -> Math.min(traffic.speed() * 0.93, 84 + 0.02 * traffic.speed());
                };
        double calm = row >= 3 && mean > 60 ? 0.5 : 1;
        double deviation = calm * Math.max(2.5, Math.min(10.5, 0.1 * mean));
        double common = calm * 0.06 * mean / Math.sqrt(1 + count / 3.0);
        double measured = mean
                + deviation / Math.sqrt(count) * Noise.normal(Noise.hash(chance, 2))
                + common * Noise.normal(Noise.hash(chance, 3));
        int speed = (int) Math.round(Math.max(3, Math.min(195, measured)));
        double seen = Math.max(0.25, 1 + 0.6 * Noise.normal(Noise.hash(chance, 4)));
        spreads[row] = deviation * deviation * seen * (count - 1) / count;
        speeds[row] = speed;
        harmonics[row] = (int) Math.round(Math.max(1, speed - spreads[row] / speed));
    }

    private static int occupancy(Traffic traffic, int[] counts, int[] speeds) {
        double percent = 0;
        for (int index = 0; index < 4; index++) {
            if (counts[index + 1] > 0) {
                percent += 6 * counts[index + 1] * LENGTHS[index] / speeds[index + 1];
            }
        }
        return (int) Math.min(100, percent * (1 + 0.3 * traffic.jammed()));
    }

    private static int variance(int[] counts, int[] speeds, double[] spreads) {
        double vehicles = 0;
        double sum = 0;
        for (int row = 1; row < Reading.CLASSES; row++) {
            vehicles += counts[row];
            sum += (double) counts[row] * speeds[row];
        }
        if (vehicles == 0) {
            return 0;
        }
        double variance = 0;
        for (int row = 1; row < Reading.CLASSES; row++) {
            double apart = speeds[row] - sum / vehicles;
            variance += counts[row] * (spreads[row] + apart * apart) / vehicles;
        }
        return (int) Math.round(variance);
    }

    /** From 0 when it is dry to 1 in heavy rain, all over Flanders at once. */
    private double rain(long minute) {
        double weather = Noise.curve(Noise.hash(seed, 17), minute / 240.0)
                + 0.4 * Noise.curve(Noise.hash(seed, 18), minute / 45.0);
        return Noise.step((weather - 0.55) / 0.5);
    }
}
