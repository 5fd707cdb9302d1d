package io.polder.simulate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes of one real minute what every other minute needs: free-flow speeds, rates and bottlenecks.
 *
 * <p>One minute of one lane says little, so what it says is drawn towards what lanes of the same kind say: a lane with few
 * vehicles takes most of its rate and speed from its kind and its site. Queues that stood in the real minute (a Thursday
 * afternoon) become bottlenecks where they stood, and are not taken for free flow.
 */
final class Calibration {
    /** Where people work: longitude, latitude. */
    private static final double[][] CITIES = {{4.352, 50.847}, {4.402, 51.219}, {3.722, 51.054}, {4.701, 50.879}};

    private static final double KM_PER_DEGREE = 111.2;
    private static final double OWN_WEIGHT = 0.7;

    /** Lanes of one kind: their mean counts of classes 2 to 5 and the speed of their cars in free flow. */
    private record Kind(double[] counts, double speed) {}

    private final RealMinute real;
    private final Rhythm.Moment moment;
    private final long seed;
    private final Map<String, Kind> kinds = new HashMap<>();
    private final Map<String, List<Point>> sites = new HashMap<>();
    private final Map<String, Double> siteRatios = new HashMap<>();
    /** Sites by carriageway in the direction of travel; a site is the points at one place. */
    private final Map<String, NavigableMap<Double, List<Point>>> lines = new TreeMap<>();

    private Calibration(RealMinute real, long seed) {
        this.real = real;
        this.seed = seed;
        moment = Rhythm.at(real.minute());
    }

    static List<Detector> detectors(RealMinute real, long seed) {
        return new Calibration(real, seed).detectors();
    }

    private List<Detector> detectors() {
        for (Point point : real.points()) {
            sites.computeIfAbsent(site(point), site -> new ArrayList<>()).add(point);
            if (isPlaced(point)) {
                lines.computeIfAbsent(point.ident(), ident -> new TreeMap<>())
                        .computeIfAbsent(place(point), place -> new ArrayList<>())
                        .add(point);
            }
        }
        learnKinds();
        sites.forEach((site, points) -> siteRatios.put(site, ownRatio(points)));
        Map<String, Carriageway> carriageways = new HashMap<>();
        lines.keySet().forEach(ident -> carriageways.put(ident, carriageway(ident)));
        return real.points().stream()
                .map(point -> detector(point, isPlaced(point) ? carriageways.get(point.ident()) : null))
                .toList();
    }

    private Detector detector(Point point, @Nullable Carriageway carriageway) {
        double inbound = isPlaced(point) ? inbound(point) : 0;
        double steepness = steepness(point.lane());
        boolean isPeakLane = point.lane().startsWith("S");
        double slowing = isFastRoad(point) ? 0.07 : 0.18;
        double speed = freeSpeed(point) / (1 - slowing * moment.cars() * moment.cars());
        return new Detector(
                point,
                carriageway,
                isPlaced(point) ? place(point) : 0,
                inbound,
                speed,
                slowing,
                rates(point, inbound, steepness),
                steepness,
                isPeakLane,
                speed >= 115 && point.lane().compareTo("R11") >= 0,
                Noise.hash(seed, point.uid()));
    }

    private void learnKinds() {
        Map<String, List<Point>> members = new HashMap<>();
        for (Point point : real.points()) {
            if (isWorking(point) && point.real().vehicles() > 0 && !isSlow(point)) {
                for (String kind : kindsOf(point)) {
                    members.computeIfAbsent(kind, name -> new ArrayList<>()).add(point);
                }
            }
        }
        members.forEach((name, points) -> {
            double[] counts = new double[4];
            double cars = 0;
            double speeds = 0;
            for (Point point : points) {
                Reading reading = point.real();
                for (int index = 0; index < 4; index++) {
                    counts[index] += (double) reading.counts()[index + 1] / points.size();
                }
                cars += reading.counts()[1];
                speeds += reading.counts()[1] * (double) reading.speeds()[1];
            }
            if (points.size() >= 5 && cars > 20) {
                kinds.put(name, new Kind(counts, speeds / cars));
            }
        });
    }

    /** The kinds that a point may be taken for, the narrowest first; the last is every lane's. */
    private static List<String> kindsOf(Point point) {
        String road = point.ident().isEmpty() ? "?" : point.ident().substring(0, 1);
        String part = road + (point.isMain() ? " main " : " slip ");
        return List.of(part + lane(point.lane()), part, point.isMain() ? "main" : "slip", "any");
    }

    private static String lane(String lane) {
        return lane.startsWith("R0") ? "R0" : lane.startsWith("R") ? lane : lane.replaceAll("[0-9]", "");
    }

    private Kind kind(Point point) {
        for (String name : kindsOf(point)) {
            Kind kind = kinds.get(name);
            if (kind != null) {
                return kind;
            }
        }
        throw new IllegalStateException("The real minute has no vehicles.");
    }

    private static boolean isWorking(Point point) {
        Reading reading = point.real();
        return reading.current() == 1 && reading.defect() == 0 && reading.availability() > 0;
    }

    /** Whether a lane stood in a queue, as far as it can tell by itself. */
    private static boolean isSlow(Point point) {
        Reading reading = point.real();
        double speed = reading.speeds()[1];
        return point.isMain() ? reading.occupancy() > 15 || speed < 50 : reading.occupancy() > 25;
    }

    private boolean isQueue(List<Point> site) {
        double ratio = 0;
        double occupancy = 0;
        int lanes = 0;
        for (Point point : site) {
            Reading reading = point.real();
            if (isWorking(point) && reading.counts()[1] > 0) {
                ratio += reading.speeds()[1] / kind(point).speed();
                occupancy += reading.occupancy();
                lanes++;
            }
        }
        ratio /= lanes;
        occupancy /= lanes;
        boolean isMain = site.get(0).isMain();
        return lanes > 0
                && (isMain
                        ? (ratio < 0.72 && occupancy > 13) || (ratio < 0.5 && occupancy > 7)
                        : ratio < 0.4 && occupancy > 20);
    }

    /** How fast a site is for its kinds of lanes: 1 is usual; NaN when a queue stood there. */
    private double ownRatio(List<Point> site) {
        if (isQueue(site)) {
            return Double.NaN;
        }
        double measured = 8;
        double usual = 8;
        for (Point point : site) {
            Reading reading = point.real();
            if (isWorking(point)) {
                double usualSpeed = kind(point).speed();
                measured += reading.counts()[1] * reading.speeds()[1] / usualSpeed;
                usual += reading.counts()[1];
            }
        }
        return Math.max(0.5, Math.min(1.2, measured / usual));
    }

    /** The same, taken from the nearest sites within six kilometres where a queue stood. */
    private double ratio(Point point) {
        double own = siteRatios.getOrDefault(site(point), 1.0);
        if (!Double.isNaN(own)) {
            return own;
        }
        if (!isPlaced(point)) {
            return 1;
        }
        double sum = 0;
        int count = 0;
        for (List<Point> site :
                line(point.ident()).subMap(place(point) - 6, place(point) + 6).values()) {
            double near = siteRatios.getOrDefault(site(site.get(0)), Double.NaN);
            if (!Double.isNaN(near)) {
                sum += near;
                count++;
            }
        }
        return count == 0 ? 1 : sum / count;
    }

    private double freeSpeed(Point point) {
        double expected = kind(point).speed() * ratio(point);
        Reading reading = point.real();
        double cars = reading.counts()[1];
        if (!isWorking(point)
                || cars == 0
                || isSlow(point)
                || Double.isNaN(siteRatios.getOrDefault(site(point), 1.0))) {
            return expected;
        }
        return Math.max(30, Math.min(135, (reading.speeds()[1] * cars + expected * 15) / (cars + 15)));
    }

    private double[] rates(Point point, double inbound, double steepness) {
        double[] rates = new double[4];
        Reading reading = point.real();
        Kind kind = kind(point);
        boolean isOpen = point.lane().startsWith("R")
                || point.lane().startsWith("S")
                || point.lane().startsWith("B");
        if (!isOpen && reading.vehicles() == 0) {
            return rates;
        }
        boolean isSilent = isWorking(point) && reading.vehicles() == 0;
        if (isSilent && isFastRoad(point) && point.lane().startsWith("R")) {
            return rates;
        }
        boolean isHeldUp = Double.isNaN(siteRatios.getOrDefault(site(point), 1.0));
        for (int index = 0; index < 4; index++) {
            double own = isWorking(point) ? reading.counts()[index + 1] : kind.counts()[index];
            double usual = kind.counts()[index];
            double rate = isSilent ? 0.04 * usual : OWN_WEIGHT * own + (1 - OWN_WEIGHT) * usual;
            if (isHeldUp) {
                rate = Math.max(rate, usual);
            }
            rates[index] = rate / MivSimulator.demand(index, moment, inbound, steepness);
        }
        return rates;
    }

    private static double steepness(String lane) {
        return switch (lane(lane)) {
            case "R10", "R0" -> 0.85;
            case "R12", "R13" -> 1.35;
            default -> 1;
        };
    }

    private static boolean isFastRoad(Point point) {
        return point.isMain() && (point.ident().startsWith("A") || point.ident().startsWith("R"));
    }

    private Carriageway carriageway(String ident) {
        NavigableMap<Double, List<Point>> line = line(ident);
        long key = Noise.hash(seed, Noise.hash(ident));
        double from = line.firstKey();
        double to = line.lastKey();
        List<Bottleneck> bottlenecks = new ArrayList<>(seen(ident, key, false));
        String opposite = ident.substring(0, 7) + (ident.endsWith("1") ? "2" : "1");
        if (lines.containsKey(opposite)) {
            // Who stands in the evening's queue home stood in the morning's queue on the other side.
            for (Bottleneck other : seen(opposite, Noise.hash(seed, Noise.hash(opposite)), true)) {
                if (Noise.unit(Noise.hash(other.key(), 7)) < 0.6) {
                    double place = Math.min(to, -other.place() + other.length());
                    bottlenecks.add(new Bottleneck(
                            place, other.length(), true, false, other.severity(), Noise.hash(other.key(), 8)));
                }
            }
        }
        bottlenecks.addAll(drawn(line, key));
        return new Carriageway(ident, from, to, bottlenecks, key);
    }

    /** The bottlenecks whose queues stood in the real minute. */
    private List<Bottleneck> seen(String ident, long key, boolean onlyLong) {
        List<Bottleneck> bottlenecks = new ArrayList<>();
        List<Double> queue = new ArrayList<>();
        List<Double> places = new ArrayList<>(line(ident).keySet());
        for (int index = 0; index <= places.size(); index++) {
            boolean isQueue = index < places.size() && isQueue(sitesAt(ident, places.get(index)));
            boolean isNear =
                    queue.isEmpty() || (index < places.size() && places.get(index) - queue.get(queue.size() - 1) < 4);
            if (isQueue && isNear) {
                queue.add(places.get(index));
                continue;
            }
            if (!queue.isEmpty()) {
                double first = queue.get(0);
                double last = queue.get(queue.size() - 1);
                double severity = Math.min(1.1, 0.8 + 0.04 * queue.size());
                if (!onlyLong || queue.size() > 1) {
                    bottlenecks.add(new Bottleneck(
                            last + 0.3,
                            last - first + 1.5,
                            false,
                            true,
                            severity,
                            Noise.hash(key, 9, Math.round(last * 10))));
                }
                queue.clear();
                if (isQueue) {
                    queue.add(places.get(index));
                }
            }
        }
        return bottlenecks;
    }

    private List<Point> sitesAt(String ident, double place) {
        List<Point> site = line(ident).get(place);
        return site == null ? List.of() : site;
    }

    /** Bottlenecks that the real minute's hour could not show. */
    private List<Bottleneck> drawn(NavigableMap<Double, List<Point>> line, long key) {
        double from = line.firstKey();
        double to = line.lastKey();
        List<Bottleneck> bottlenecks = new ArrayList<>();
        if (to - from < 4) {
            return bottlenecks;
        }
        int count = (int) Math.max(1, Math.round((to - from) / 26 + 0.8 * Noise.unit(Noise.hash(key, 1)) - 0.4));
        for (int index = 0; index < count; index++) {
            long drawn = Noise.hash(key, 2, index);
            double place = from + (to - from) * (index + 0.25 + 0.75 * Noise.unit(Noise.hash(drawn, 1))) / count;
            Map.Entry<Double, List<Point>> near = line.floorEntry(place);
            double inbound = near == null ? 0 : inbound(near.getValue().get(0));
            boolean isMorning = Noise.unit(Noise.hash(drawn, 2)) < 0.5 + 0.6 * inbound;
            double length = Math.min(place - from + 1, 1.5 + 5 * Noise.unit(Noise.hash(drawn, 3)));
            double severity = 0.45 + 0.6 * Noise.unit(Noise.hash(drawn, 4));
            bottlenecks.add(new Bottleneck(place, length, isMorning, false, severity, drawn));
        }
        return bottlenecks;
    }

    /** How straight travel goes towards the nearest city: from 1 to -1; fades with the distance. */
    private double inbound(Point point) {
        NavigableMap<Double, List<Point>> line = line(point.ident());
        Map.Entry<Double, List<Point>> before = line.floorEntry(place(point) - 2);
        Map.Entry<Double, List<Point>> after = line.ceilingEntry(place(point) + 2);
        Point start = before == null
                ? line.firstEntry().getValue().get(0)
                : before.getValue().get(0);
        Point stop = after == null
                ? line.lastEntry().getValue().get(0)
                : after.getValue().get(0);
        double travelled = place(stop) - place(start);
        if (travelled < 0.5) {
            return 0;
        }
        double[] city = nearestCity(point);
        double nearer = distance(start, city) - distance(stop, city);
        double fade = Math.max(0, Math.min(1, 1 - (distance(point, city) - 8) / 50));
        return Math.max(-1, Math.min(1, nearer / travelled)) * fade;
    }

    private static double[] nearestCity(Point point) {
        return List.of(CITIES).stream()
                .min(Comparator.comparingDouble(city -> distance(point, city)))
                .orElse(CITIES[0]);
    }

    private static double distance(Point point, double[] city) {
        double east = (point.longitude() - city[0]) * KM_PER_DEGREE * Math.cos(Math.toRadians(51));
        double north = (point.latitude() - city[1]) * KM_PER_DEGREE;
        return Math.hypot(east, north);
    }

    private static boolean isPlaced(Point point) {
        return point.isMain() && !Double.isNaN(point.km()) && !Double.isNaN(point.latitude());
    }

    /** Kilometre points rise in the direction of travel on carriageways that end in 1, and fall on those in 2. */
    private static double place(Point point) {
        return point.ident().endsWith("1") ? point.km() : -point.km();
    }

    private static String site(Point point) {
        return point.ident() + "@" + point.km();
    }

    private NavigableMap<Double, List<Point>> line(String ident) {
        NavigableMap<Double, List<Point>> line = lines.get(ident);
        if (line == null) {
            throw new IllegalArgumentException("There is no carriageway " + ident + ".");
        }
        return line;
    }
}
