package io.polder.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The simulated API of the air: its form, its refusals, and that its numbers are those of air over cities. */
class AirServerTest {
    private static final Instant NOW = Instant.parse("2025-03-06T09:20:00Z");
    private static final AirSimulator SIMULATOR = new AirSimulator(1);
    private static final AirSimulator.City GENT = city("Gent");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void theLastHourThatIsOverIsAnsweredInTheFormOfTheApi() throws Exception {
        try (AirServer server = AirServer.start(0, 1, 1, InstantSource.fixed(NOW))) {
            HttpResponse<String> answer = get(server, "territory/BE/LAU2/name/gent", "any");

            assertThat(answer.statusCode()).isEqualTo(200);
            JsonNode body = new ObjectMapper().readTree(answer.body());
            assertThat(body.path("area_name").asText()).isEqualTo("GENT");
            JsonNode hour = body.at("/data/0");
            assertThat(hour.at("/dataTime/start").asLong())
                    .isEqualTo(Instant.parse("2025-03-06T08:00:00Z").getEpochSecond());
            assertThat(hour.at("/dataTime/end").asLong()
                            - hour.at("/dataTime/start").asLong())
                    .isEqualTo(3_600);
            assertThat(hour.path("values").fieldNames()).toIterable().containsExactly("no2", "o3", "pm10", "pm25");
            assertThat(hour.path("aqi_101").asInt()).isBetween(0, 100);
            assertThat(hour.at("/aqi_11/class").asInt()).isBetween(0, 10);
            assertThat(hour.at("/aqi_4/color_rgb")).hasSize(3);
            assertThat(hour.path("main_polls")).isNotEmpty();
            assertThat(hour.at("/recommend_sensitive/sports").asText()).isNotEmpty();
        }
    }

    @Test
    void twoServersWithOneSeedAnswerTheSameAndAnotherSeedAnswersOtherwise() throws Exception {
        try (AirServer one = AirServer.start(0, 1, 1, InstantSource.fixed(NOW));
                AirServer same = AirServer.start(0, 1, 1, InstantSource.fixed(NOW));
                AirServer other = AirServer.start(0, 1, 2, InstantSource.fixed(NOW))) {
            String path = "territory/BE/LAU2/name/Antwerpen?date=2025-03-05";

            assertThat(get(same, path, "t").body())
                    .isEqualTo(get(one, path, "t").body());
            assertThat(get(other, path, "t").body())
                    .isNotEqualTo(get(one, path, "t").body());
        }
    }

    @Test
    void aDayHasItsHoursAndADayThatHasNotBegunHasNone() throws Exception {
        try (AirServer server = AirServer.start(0, 1, 1, InstantSource.fixed(NOW))) {
            assertThat(hours(server, "2025-03-05")).isEqualTo(24);
            assertThat(hours(server, "2025-03-06")).as("until nine").isEqualTo(9);
            assertThat(hours(server, "2025-03-07")).isZero();
        }
    }

    @Test
    void whatIsAskedWronglyIsToldHowToAskIt() throws Exception {
        try (AirServer server = AirServer.start(0, 1, 1, InstantSource.fixed(NOW))) {
            HttpResponse<String> withoutToken = get(server, "territory/BE/LAU2/name/Gent", "");
            assertThat(withoutToken.statusCode()).isEqualTo(401);
            assertThat(withoutToken.body()).contains(AirServer.TOKEN);
            assertThat(get(server, "territory/BE/LAU2/name/Paris", "t").statusCode())
                    .isEqualTo(404);
            assertThat(get(server, "territory/BE/LAU2/name/Gent?date=today", "t")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(get(server, "territory/BE/names", "t").body()).contains("SINT-NIKLAAS");
        }
    }

    @Test
    void theAirOfACityFollowsItsDay() {
        // A working week in March, by the clock of Brussels.
        double rush = mean(GENT, 8, "no2");
        double night = mean(GENT, 3, "no2");
        assertThat(rush).as("nitrogen dioxide in the rush hour").isGreaterThan(2 * night);
        assertThat(mean(GENT, 14, "o3")).as("ozone in the afternoon").isGreaterThan(mean(GENT, 8, "o3"));
        assertThat(mean(city("Antwerpen"), 8, "no2"))
                .as("a large city and a small one")
                .isGreaterThan(1.5 * mean(city("Ieper"), 8, "no2"));
        IntStream.range(0, 24 * 365).forEach(hour -> {
            AirSimulator.Air air = SIMULATOR.air(GENT, hour("2025-01-01T00:00") + hour);
            assertThat(air.no2()).isBetween(1, 200);
            assertThat(air.o3()).isBetween(1, 240);
            assertThat(air.pm25()).isBetween(1, 90);
            assertThat(air.pm10()).isGreaterThan(air.pm25());
        });
    }

    private static double mean(AirSimulator.City city, int hourOfDay, String pollutant) {
        return IntStream.range(0, 20)
                .map(day -> day / 5 * 7 + day % 5)
                .mapToLong(day -> hour("2025-03-03T00:00") + day * 24L + hourOfDay)
                .mapToInt(hour -> SIMULATOR.air(city, hour).of(pollutant))
                .average()
                .orElseThrow();
    }

    private static long hour(String local) {
        return LocalDateTime.parse(local).atZone(ZoneId.of("Europe/Brussels")).toEpochSecond() / 3_600;
    }

    private static AirSimulator.City city(String name) {
        return AirSimulator.CITIES.stream()
                .filter(city -> city.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private int hours(AirServer server, String date) throws Exception {
        String body =
                get(server, "territory/BE/LAU2/name/Gent?date=" + date, "t").body();
        return new ObjectMapper().readTree(body).path("data").size();
    }

    private HttpResponse<String> get(AirServer server, String path, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.address().resolve(path));
        if (!token.isEmpty()) {
            request.header(AirServer.TOKEN, token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
