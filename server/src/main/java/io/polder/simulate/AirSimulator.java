package io.polder.simulate;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The air of Flemish cities, made up: a pure function of the seed, the city and the hour. Immutable.
 *
 * <p>Nitrogen dioxide follows the traffic of the hour and the size of the city; ozone rises with the sun and where there is
 * little nitrogen dioxide to eat it; fine dust comes with the weather, which stays over the country for days, and with
 * fires on winter evenings.
 */
final class AirSimulator {
    /** The pollutants, in the order of the answer. */
    static final List<String> POLLUTANTS = List.of("no2", "o3", "pm10", "pm25");

    private static final int DAYS_OF_WEATHER = 3;
    private static final double HOURS_PER_DAY = 24;
    private static final int DAYS_PER_YEAR = 365;
    /** When days are longest. */
    private static final int MIDSUMMER = 172;

    private final long seed;

    AirSimulator(long seed) {
        this.seed = seed;
    }

    /**
     * A city.
     *
     * @param load how much traffic there is about it: 1 in the largest
     */
    record City(String name, double load) {}

    /** In the order of the alphabet. */
    static final List<City> CITIES = List.of(
            new City("Aalst", .62),
            new City("Aarschot", .40),
            new City("Antwerpen", 1.0),
            new City("Beringen", .42),
            new City("Brugge", .58),
            new City("Brussel", 1.0),
            new City("Dendermonde", .46),
            new City("Diest", .38),
            new City("Genk", .55),
            new City("Gent", .86),
            new City("Geraardsbergen", .32),
            new City("Halle", .60),
            new City("Hasselt", .58),
            new City("Ieper", .30),
            new City("Kortrijk", .64),
            new City("Leuven", .70),
            new City("Lier", .58),
            new City("Lokeren", .48),
            new City("Mechelen", .74),
            new City("Oostende", .44),
            new City("Roeselare", .52),
            new City("Sint-Niklaas", .62),
            new City("Sint-Truiden", .42),
            new City("Tienen", .40),
            new City("Tongeren", .38),
            new City("Turnhout", .46),
            new City("Vilvoorde", .88),
            new City("Waregem", .48));

    /** Concentrations of one hour, µg/m³. */
    record Air(int no2, int o3, int pm10, int pm25) {
        int of(String pollutant) {
            return switch (pollutant) {
                case "no2" -> no2;
                case "o3" -> o3;
                case "pm10" -> pm10;
                case "pm25" -> pm25;
                default -> throw new IllegalArgumentException("There is no pollutant " + pollutant + ".");
            };
        }

        /** From 0 to 100, which is the cleanest. */
        int index(String pollutant) {
            return Math.max(0, Math.min(100, 100 - of(pollutant) * 100 / worst(pollutant)));
        }

        /** That of the worst pollutant. */
        int index() {
            return POLLUTANTS.stream().mapToInt(this::index).min().orElseThrow();
        }

        /** The pollutants that are to blame, the worst first. */
        List<String> main() {
            int worst = index();
            List<String> main = new ArrayList<>(POLLUTANTS.stream()
                    .filter(pollutant -> index(pollutant) <= worst + 5)
                    .toList());
            main.sort(Comparator.comparingInt(this::index));
            return main;
        }
    }

    /**
     * @param hour since 1970-01-01T00:00Z
     */
    Air air(City city, long hour) {
        long place = Noise.hash(city.name());
        Rhythm.Moment moment = Rhythm.at(hour * 60 + 30);
        double localHour = moment.localMinute() / 60.0 % HOURS_PER_DAY;
        int dayOfYear =
                Instant.ofEpochSecond(hour * 3_600).atOffset(ZoneOffset.UTC).getDayOfYear();
        // From -1 in midwinter to 1 in midsummer.
        double season = Math.cos(2 * Math.PI * (dayOfYear - MIDSUMMER) / DAYS_PER_YEAR);
        double days = hour / HOURS_PER_DAY;
        // Still air keeps everything where it is; it lies over all cities, with an own mind in each.
        double still = .5
                + .4 * Noise.curve(Noise.hash(seed, 1), days / DAYS_OF_WEATHER)
                + .1 * Noise.curve(Noise.hash(seed, 2, place), days);
        double sun = Math.max(0, Math.sin(Math.PI * (localHour - 6) / 14)) * (.55 + .45 * season);
        double cloud = .5 + .5 * Noise.curve(Noise.hash(seed, 3), days);
        double jitter = 1 + .07 * Noise.normal(Noise.hash(seed, 4, place, hour));

        double traffic = .75 * moment.cars() + .25 * moment.lorries();
        double no2 = (5 + 52 * city.load() * traffic) * (.55 + .9 * still) * (1.1 - .25 * season) * jitter;
        double o3 = Math.max(4, 48 + 22 * season + 75 * sun * (1 - .6 * cloud) - .75 * no2) * jitter;
        double fires = Math.max(0, -season) * Math.max(0, Math.sin(Math.PI * (localHour - 16) / 10));
        double pm25 =
                (4 + 17 * still * still * (1.2 - .4 * season) + 7 * city.load() * traffic + 8 * fires * still) * jitter;
        double pm10 = pm25 * (1.45 + .25 * Noise.curve(Noise.hash(seed, 5, place), days * 2)) + 3;
        return new Air(whole(no2), whole(o3), whole(pm10), whole(pm25));
    }

    /** The concentration, µg/m³, at which a pollutant's index out of 100 has come down to 0. */
    private static int worst(String pollutant) {
        return switch (pollutant) {
            case "no2" -> 200;
            case "o3" -> 240;
            case "pm10" -> 150;
            case "pm25" -> 90;
            default -> throw new IllegalArgumentException("There is no pollutant " + pollutant + ".");
        };
    }

    private static int whole(double concentration) {
        return Math.max(1, (int) Math.round(concentration));
    }
}
