package io.polder.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MivSimulatorTest {
    static final RealMinute REAL = RealMinute.load();

    static final long BEGAN = minute("2025-03-01T12:00");

    private static final MivSimulator SIMULATOR = new MivSimulator(REAL, 1, BEGAN);

    @Test
    void aMinuteIsAFunctionOfSeedAndMinuteAlone() {
        MivSimulator other = new MivSimulator(RealMinute.load(), 1, BEGAN);
        long minute = minute("2025-03-06T17:03");
        List<String> before = texts(SIMULATOR.minute(minute, SIMULATOR.detectors()));

        new Random(1).longs(20, 0, 40_000_000).forEach(at -> other.minute(at, other.detectors()));

        assertThat(texts(other.minute(minute, other.detectors()))).isEqualTo(before);
        assertThat(texts(SIMULATOR.minute(minute, SIMULATOR.detectors()))).isEqualTo(before);
    }

    @Test
    void aPointReadsTheSameAloneAndAmongAll() {
        long minute = minute("2025-03-06T08:10");
        List<Reading> all = SIMULATOR.minute(minute, SIMULATOR.detectors());

        for (int index = 0; index < all.size(); index += 97) {
            Reading alone = SIMULATOR
                    .minute(minute, List.of(SIMULATOR.detectors().get(index)))
                    .get(0);
            assertThat(text(alone)).isEqualTo(text(all.get(index)));
        }
    }

    @Test
    void anotherSeedReadsDifferently() {
        MivSimulator other = new MivSimulator(REAL, 2, BEGAN);
        long minute = minute("2025-03-06T17:03");

        assertThat(texts(other.minute(minute, other.detectors())))
                .isNotEqualTo(texts(SIMULATOR.minute(minute, SIMULATOR.detectors())));
    }

    @Test
    void theHourOfTheRealMinuteLooksLikeTheRealMinute() {
        List<Reading> real = REAL.points().stream().map(Point::real).toList();
        List<Reading> simulated = SIMULATOR.minute(minute("2025-03-06T15:38"), SIMULATOR.detectors());

        assertThat(vehicles(simulated)).isCloseTo(vehicles(real), within(0.08 * vehicles(real)));
        assertThat(carSpeed(simulated)).isCloseTo(carSpeed(real), within(4.0));
        assertThat(share(simulated, reading -> isLive(reading) && reading.vehicles() == 0))
                .isCloseTo(share(real, reading -> isLive(reading) && reading.vehicles() == 0), within(0.02));
        assertThat(share(simulated, MivSimulatorTest::isJammed))
                .isCloseTo(share(real, MivSimulatorTest::isJammed), within(0.03));
        assertThat(mean(simulated, Reading::occupancy)).isCloseTo(mean(real, Reading::occupancy), within(1.5));
        assertThat(mean(simulated, Reading::variance)).isCloseTo(mean(real, Reading::variance), within(15.0));
        for (int index = 1; index < Reading.CLASSES; index++) {
            int row = index;
            double expected = mean(real, reading -> reading.counts()[row]);
            assertThat(mean(simulated, reading -> reading.counts()[row])).isCloseTo(expected, within(0.1 * expected));
        }
    }

    @Test
    void nightsAreFasterAndEmptierThanRushHours() {
        for (String day : List.of("2025-03-03", "2025-03-05", "2025-07-01")) {
            List<Reading> night = at(day + "T03:00");
            List<Reading> noon = at(day + "T11:00");
            for (String rush : List.of("T08:15", "T17:15")) {
                List<Reading> rushHour = at(day + rush);
                assertThat(vehicles(night)).isLessThan(0.15 * vehicles(rushHour));
                assertThat(vehicles(noon)).isLessThan(0.9 * vehicles(rushHour));
                assertThat(carSpeed(night)).isGreaterThan(carSpeed(rushHour) + 12);
                assertThat(carSpeed(noon)).isGreaterThan(carSpeed(rushHour) + 6);
                assertThat(share(rushHour, MivSimulatorTest::isJammed)).isGreaterThan(0.04);
                assertThat(share(night, MivSimulatorTest::isJammed)).isLessThan(0.01);
            }
        }
    }

    @Test
    void weekendsHaveNoMorningRushAndFewLorries() {
        List<Reading> monday = at("2025-03-03T08:15");
        for (String day : List.of("2025-03-08", "2025-03-09")) {
            List<Reading> weekend = at(day + "T08:15");
            assertThat(vehicles(weekend)).isLessThan(0.5 * vehicles(monday));
            assertThat(carSpeed(weekend)).isGreaterThan(carSpeed(monday) + 8);
            assertThat(share(weekend, MivSimulatorTest::isJammed)).isLessThan(0.015);
            assertThat(mean(at(day + "T11:00"), reading -> reading.counts()[4]))
                    .isLessThan(0.5 * mean(at("2025-03-03T11:00"), reading -> reading.counts()[4]));
        }
    }

    @Test
    void peopleGoHomeEarlierOnFridays() {
        double thursday = 0;
        double friday = 0;
        for (int week = 0; week < 4; week++) {
            LocalDateTime at = LocalDateTime.parse("2025-03-06T14:50").plusWeeks(week);
            thursday += vehicles(at(at.toString()));
            friday += vehicles(at(at.plusDays(1).toString()));
        }

        assertThat(friday).isGreaterThan(1.05 * thursday);
    }

    @Test
    void quirksStayInTheProportionsOfTheRealMinute() {
        for (String when : List.of("2025-03-06T15:38", "2025-03-06T08:10", "2026-01-18T11:00")) {
            List<Reading> readings = at(when);
            long observed = minute(when) * 60;

            assertThat(readings).hasSize(4_254);
            assertThat(count(readings, reading -> reading.current() == 0)).isEqualTo(78);
            assertThat(count(readings, reading -> reading.observed() != observed))
                    .isEqualTo(78);
            assertThat(count(readings, reading -> reading.availability() == 0)).isEqualTo(90);
            assertThat(count(readings, reading -> reading.defect() == 1)).isEqualTo(26);
            assertThat(count(readings, reading -> reading.defect() == 2)).isEqualTo(1);
            assertThat(count(readings, reading -> reading.valid() == 3)).isEqualTo(1);
            assertThat(count(readings, reading -> reading.valid() != 0)).isBetween(35L, 85L);
            assertThat(count(readings, reading -> reading.counts()[0] > 0)).isBetween(2L, 25L);
        }
    }

    @Test
    void pointsThatHadStoppedAreAsOldAtTheBeginningAsInTheRealMinuteAndStandStill() {
        List<Reading> first = SIMULATOR.minute(BEGAN, SIMULATOR.detectors());
        List<Reading> later = at("2026-01-18T11:00");
        int stopped = 0;
        for (int index = 0; index < first.size(); index++) {
            Reading real = REAL.points().get(index).real();
            if (real.current() == 0) {
                stopped++;
                assertThat(BEGAN * 60 - first.get(index).observed()).isEqualTo(REAL.minute() * 60 - real.observed());
                assertThat(first.get(index).modified() - first.get(index).observed())
                        .isEqualTo(real.modified() - real.observed());
                assertThat(text(later.get(index))).isEqualTo(text(first.get(index)));
            }
        }
        assertThat(stopped).isEqualTo(78);
    }

    @Test
    void whatWasNotMeasuredIsSaidAsTheRealFeedSaysIt() {
        Random random = new Random(7);
        for (int trial = 0; trial < 40; trial++) {
            long minute = minute("2025-01-01T00:00") + random.nextInt(1_440 * 365);
            for (Reading reading : SIMULATOR.minute(minute, SIMULATOR.detectors())) {
                if (reading.current() == 0 || reading.defect() == 2) {
                    continue;
                }
                assertThat(reading.occupancy()).isBetween(0, 100);
                assertThat(reading.variance()).isNotNegative();
                for (int row = 0; row < Reading.CLASSES; row++) {
                    int speed = reading.speeds()[row];
                    int harmonic = reading.harmonics()[row];
                    if (reading.counts()[row] == 0) {
                        assertThat(speed).isZero();
                        assertThat(harmonic)
                                .isEqualTo(reading.availability() == 0 ? Reading.NOT_CALCULABLE : Reading.NO_VEHICLES);
                    } else if (speed != Reading.INITIAL) {
                        assertThat(speed).isBetween(1, 200);
                        assertThat(harmonic).isBetween(1, speed);
                        assertThat(reading.availability()).isEqualTo(100);
                    }
                }
            }
        }
    }

    @Test
    void lorriesAreSlowerThanCarsInFreeFlow() {
        List<Reading> readings = at("2025-03-05T11:00");

        assertThat(speed(readings, 4)).isLessThan(speed(readings, 1) - 12);
        assertThat(speed(readings, 3)).isLessThan(speed(readings, 1) - 8);
        assertThat(speed(readings, 4)).isBetween(70.0, 90.0);
    }

    @Test
    void flowsFallWhenSpeedsFallBelowThoseOfAQueue() {
        double[] sums = new double[10];
        double[] lanes = new double[10];
        for (String day : List.of("2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06")) {
            for (Reading reading : at(day + "T17:00")) {
                if (reading.counts()[1] > 0 && isJammed(reading)) {
                    sums[reading.speeds()[1] / 10] += reading.vehicles();
                    lanes[reading.speeds()[1] / 10]++;
                }
            }
        }

        assertThat(sums[1] / lanes[1]).isLessThan(sums[2] / lanes[2]);
        assertThat(sums[2] / lanes[2]).isLessThan(sums[3] / lanes[3]);
    }

    @Test
    void queuesBehindIncidentsGrowUpstream() {
        int seen = 0;
        for (Carriageway carriageway : carriageways()) {
            for (long day = 20_150; day < 20_157; day++) {
                for (Jam incident : carriageway.incidents(day)) {
                    List<Detector> upstream = upstream(carriageway, incident);
                    if (incident.growth() < 6 || upstream.size() < 4) {
                        continue;
                    }
                    List<Integer> onsets = upstream.stream()
                            .map(detector -> onset(detector, (long) incident.start()))
                            .toList();
                    if (onsets.contains(-1)) {
                        continue;
                    }
                    seen++;
                    assertThat(onsets).as(carriageway.ident() + " " + incident).isSorted();
                    assertThat(onsets.get(onsets.size() - 1)).isGreaterThan(onsets.get(0) + 5);
                }
            }
        }
        assertThat(seen).isGreaterThan(3);
    }

    @Test
    void wavesOfStopAndGoReachTheUpstreamPointLater() {
        Carriageway ring = carriageways().stream()
                .filter(carriageway -> carriageway.ident().equals("R0010001"))
                .findFirst()
                .orElseThrow();
        List<Detector> lane = SIMULATOR.detectors().stream()
                .filter(detector -> ring.equals(detector.carriageway()))
                .filter(detector -> detector.point().lane().equals("R11"))
                .filter(detector -> detector.place() > 11 && detector.place() < 14.2)
                .sorted(Comparator.comparingDouble(Detector::place))
                .toList();
        Detector upstream = lane.get(0);
        Detector downstream = lane.get(lane.size() - 1);
        long start = minute("2025-03-06T15:30");
        double[] early = speeds(downstream, start, 75);
        double[] late = speeds(upstream, start, 75);

        int lag = IntStream.range(-15, 21)
                .boxed()
                .max(Comparator.comparingDouble(candidate -> correlation(early, late, candidate)))
                .orElseThrow();

        double expected = (downstream.place() - upstream.place()) * 60 / Jam.WAVE_KMH;
        assertThat((double) lag).isCloseTo(expected, within(3.0));
    }

    @Test
    void oneMinuteIsLikeTheNextAndUnlikeTheNextHour() {
        List<Detector> detectors = SIMULATOR.detectors().stream()
                .filter(detector -> detector.point().ident().startsWith("A003"))
                .filter(detector -> detector.carriageway() != null)
                .toList();
        double near = 0;
        double far = 0;
        long start = minute("2025-03-06T07:00");
        for (int minute = 0; minute < 60; minute++) {
            List<Reading> now = SIMULATOR.minute(start + minute, detectors);
            near += difference(now, SIMULATOR.minute(start + minute + 1, detectors));
            far += difference(now, SIMULATOR.minute(start + minute + 90, detectors));
        }

        assertThat(near).isLessThan(0.8 * far);
    }

    @Test
    void allPointsOfAMinuteAreQuicklyComputed() {
        long best = Long.MAX_VALUE;
        for (int trial = 0; trial < 40; trial++) {
            long start = System.nanoTime();
            SIMULATOR.minute(29_000_000 + trial, SIMULATOR.detectors());
            best = Math.min(best, System.nanoTime() - start);
        }

        assertThat(best).isLessThan(50_000_000);
    }

    static long minute(String local) {
        return LocalDateTime.parse(local).atZone(ZoneId.of("Europe/Brussels")).toEpochSecond() / 60;
    }

    static String text(Reading reading) {
        StringBuilder text = new StringBuilder();
        text.append(reading.observed()).append(' ').append(reading.modified()).append(' ');
        text.append(reading.current()).append(reading.available()).append(reading.defect());
        text.append(reading.valid()).append(' ');
        for (int row = 0; row < Reading.CLASSES; row++) {
            text.append(reading.counts()[row]).append('x').append(reading.speeds()[row]);
            text.append('/').append(reading.harmonics()[row]).append(' ');
        }
        text.append(reading.occupancy()).append(' ').append(reading.availability());
        return text.append(' ').append(reading.variance()).toString();
    }

    private static List<String> texts(List<Reading> readings) {
        return readings.stream().map(MivSimulatorTest::text).toList();
    }

    private static List<Reading> at(String local) {
        return SIMULATOR.minute(minute(local), SIMULATOR.detectors());
    }

    private interface Condition {
        boolean holds(Reading reading);
    }

    private static long count(List<Reading> readings, Condition condition) {
        return readings.stream().filter(condition::holds).count();
    }

    private static double share(List<Reading> readings, Condition condition) {
        return (double) count(readings, condition) / readings.size();
    }

    private static double mean(List<Reading> readings, ToDoubleFunction<Reading> value) {
        return readings.stream()
                .filter(MivSimulatorTest::isLive)
                .mapToDouble(value)
                .average()
                .orElseThrow();
    }

    private static double vehicles(List<Reading> readings) {
        return readings.stream()
                .filter(MivSimulatorTest::isLive)
                .mapToDouble(Reading::vehicles)
                .sum();
    }

    private static double carSpeed(List<Reading> readings) {
        return speed(readings, 1);
    }

    /** Of the lanes in which vehicles of a class passed. */
    private static double speed(List<Reading> readings, int row) {
        return readings.stream()
                .filter(reading -> isLive(reading) && reading.counts()[row] > 0)
                .mapToDouble(reading -> reading.speeds()[row])
                .average()
                .orElseThrow();
    }

    private static boolean isLive(Reading reading) {
        return reading.current() == 1 && reading.availability() > 0 && reading.defect() == 0;
    }

    private static boolean isJammed(Reading reading) {
        return isLive(reading) && reading.counts()[1] > 0 && reading.speeds()[1] < 40;
    }

    private static List<Carriageway> carriageways() {
        List<Carriageway> carriageways = new ArrayList<>();
        for (Detector detector : SIMULATOR.detectors()) {
            Carriageway carriageway = detector.carriageway();
            if (carriageway != null && !carriageways.contains(carriageway)) {
                carriageways.add(carriageway);
            }
        }
        return carriageways;
    }

    /** Working lanes upstream of an incident within three kilometres, the nearest first, a kilometre or so apart. */
    private static List<Detector> upstream(Carriageway carriageway, Jam incident) {
        return SIMULATOR.detectors().stream()
                .filter(detector -> carriageway.equals(detector.carriageway())
                        && isLive(detector.point().real()))
                .filter(detector -> detector.point().lane().equals("R10") && detector.rates()[0] > 3)
                .filter(detector -> detector.place() < incident.head() - 0.5 && detector.place() > incident.head() - 4)
                .sorted(Comparator.comparingDouble(Detector::place).reversed())
                .toList();
    }

    /** Minutes after {@code localStart} until a lane first stands in a queue; -1 when it does not, or did before. */
    private static int onset(Detector detector, long localStart) {
        long minute = localStart - 60;
        for (int after = -15; after < 90; after++) {
            Reading reading =
                    SIMULATOR.minute(minute + after, List.of(detector)).get(0);
            if (reading.counts()[1] > 0 && reading.speeds()[1] < 0.55 * detector.freeSpeed()) {
                return after <= 0 ? -1 : after;
            }
        }
        return -1;
    }

    private static double[] speeds(Detector detector, long start, int minutes) {
        return IntStream.range(0, minutes)
                .mapToDouble(minute -> SIMULATOR
                        .minute(start + minute, List.of(detector))
                        .get(0)
                        .speeds()[1])
                .toArray();
    }

    private static double correlation(double[] early, double[] late, int lag) {
        double sumEarly = 0;
        double sumLate = 0;
        double squareEarly = 0;
        double squareLate = 0;
        double product = 0;
        int count = 0;
        for (int index = 0; index < early.length; index++) {
            int shifted = index + lag;
            if (shifted < 0 || shifted >= late.length) {
                continue;
            }
            sumEarly += early[index];
            sumLate += late[shifted];
            squareEarly += early[index] * early[index];
            squareLate += late[shifted] * late[shifted];
            product += early[index] * late[shifted];
            count++;
        }
        double covariance = product / count - sumEarly / count * sumLate / count;
        double varianceEarly = squareEarly / count - sumEarly / count * sumEarly / count;
        double varianceLate = squareLate / count - sumLate / count * sumLate / count;
        return covariance / Math.sqrt(varianceEarly * varianceLate);
    }

    private static double difference(List<Reading> left, List<Reading> right) {
        double sum = 0;
        for (int index = 0; index < left.size(); index++) {
            sum += Math.abs(left.get(index).speeds()[1] - right.get(index).speeds()[1]);
        }
        return sum;
    }
}
