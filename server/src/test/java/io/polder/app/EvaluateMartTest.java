package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code evaluate --of MODEL --protocol held-out}, against a mart that runs: four weeks of made-up air, and wind each hour. */
class EvaluateMartTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** A Monday. */
    private static final Instant START = Instant.parse("2026-03-01T23:00:00Z");

    private static final int SLOTS = 96;
    private static final int STATIONS = 4;
    private static final int STEPS = 28 * SLOTS;
    private static final int AHEAD = 3;

    /** The wind's columns are called as nobody should call them. */
    private static final String MART = """
            mart: air
            timezone: Europe/Brussels
            feeds:
              air:
                http: true
                format: json
                key: [station]
                fields:
                  - {name: station}
                  - {name: time, type: timestamp}
                  - {name: no2, type: double}
              weather:
                http: true
                format: json
                key: [time]
                fields:
                  - {name: time, type: timestamp}
                  - {name: wind, type: double}
            tables:
              air: {from: air, key: [station, time], time: time}
              weather: {from: weather, key: [time], time: time}
            models:
              trees:
                {table: air, point: station, target: no2, horizon: 45m, history: 28d, retrain: 30d,
                 features: "SELECT time, wind AS value, abs(wind) AS step FROM weather"}
              ridge:
                {table: air, point: station, target: no2, horizon: 45m, history: 28d, retrain: 30d, algorithm: ridge,
                 features: "SELECT time, wind AS value, abs(wind) AS step FROM weather"}
            """;

    @TempDir
    private static Path folder;

    private static final float[][] AIR = new float[STATIONS][STEPS + 1];
    private static final double[] WIND = new double[STEPS + 1];
    private static MadeMart mart;

    @BeforeAll
    static void start() throws Exception {
        mart = MadeMart.start(folder, MART);
        makeAir();
        push();
        for (String model : List.of("trees", "ridge")) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode history = mart.get("/api/models/" + model + "/history");
                assertThat(history.path("from").asText()).isEqualTo(START.toString());
                assertThat(history.path("to").asText()).isEqualTo(time(STEPS).toString());
            });
        }
    }

    @AfterAll
    static void stop() {
        mart.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"trees", "ridge"})
    void aModelOfTheMartIsTriedOnItsLastQuarter(String model, @TempDir Path written) throws Exception {
        Path json = written.resolve("scores.json");
        Path csv = written.resolve("predictions.csv");

        MadeMart.Ran ran = mart.run(
                "evaluate",
                "--of",
                model,
                "--protocol",
                "held-out",
                "--json",
                json.toString(),
                "--predictions",
                csv.toString());

        assertThat(ran.exit()).as(ran.err()).isZero();
        int trained = STEPS * 3 / 4;
        assertThat(ran.out())
                .contains("4 points, 2,688 steps of 15 minutes: trained on the first 2,016")
                .contains("last value", "same slot before", "historical average", "observed within the interval");
        JsonNode scores = JSON.readTree(json.toFile());
        assertThat(scores.path("model").asText()).isEqualTo(model);
        assertThat(scores.path("covariates").toString()).isEqualTo("[\"value\",\"step\"]");
        assertThat(scores.path("trainedTo").asText()).isEqualTo(time(trained).toString());
        assertThat(scores.at("/models/0/model").asText()).isEqualTo(model);
        JsonNode first = scores.at("/models/0/horizons/2/at");
        assertThat(first.path("coverage").asDouble()).isBetween(0.85, 0.95);
        for (int other = 1; other < scores.path("models").size(); other++) {
            JsonNode horizon = scores.at("/models/" + other + "/horizons/2");
            assertThat(horizon.at("/against/absoluteP").isNumber()).isTrue();
            if (!scores.at("/models/" + other + "/model").asText().equals("ridge")) {
                assertThat(first.path("mae").asDouble())
                        .isLessThan(horizon.at("/at/mae").asDouble());
            }
        }
        itsScoresAreThoseOfItsForecasts(csv, first, trained);
    }

    private static void itsScoresAreThoseOfItsForecasts(Path csv, JsonNode score, int trained) throws IOException {
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).isEqualTo("point,made_at,for_when,predicted,observed");
        int origins = STEPS - trained - AHEAD + 1;
        assertThat(lines).hasSize(1 + origins * STATIONS * AHEAD);
        double sum = 0;
        int count = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            Instant forWhen = Instant.parse(cells[2]);
            int step = (int) Duration.between(START, forWhen).dividedBy(Duration.ofMinutes(15));
            float observed = AIR[cells[0].charAt(1) - '0'][step];
            assertThat(Float.parseFloat(cells[3])).isFinite();
            if (isSilent(cells[0].charAt(1) - '0', step)) {
                assertThat(cells[4]).isEmpty();
                continue;
            }
            assertThat(Float.parseFloat(cells[4])).isEqualTo(observed);
            if (Duration.between(Instant.parse(cells[1]), forWhen).toMinutes() == 15L * AHEAD) {
                sum += Math.abs(Float.parseFloat(cells[3]) - observed);
                count++;
            }
        }
        assertThat(score.path("count").asInt()).isEqualTo(count);
        assertThat(score.path("mae").asDouble()).isCloseTo(sum / count, Offset.offset(1e-3));
    }

    @Test
    void whatIsWrongIsASentence() {
        assertThat(mart.run("evaluate", "--of", "tree", "--protocol", "held-out"))
                .satisfies(ran -> assertThat(ran.exit()).isEqualTo(1))
                .satisfies(ran -> assertThat(ran.err()).contains("tree"));

        assertThat(mart.run("evaluate", "a.csv", "--of", "trees", "--protocol", "t-gcn", "--horizons", "3"))
                .satisfies(ran -> assertThat(ran.exit()).isEqualTo(2))
                .satisfies(ran -> assertThat(ran.err())
                        .contains("--protocol = 't-gcn': is of a file and not of a mart. Fix: give held-out")
                        .contains("FILE = 'a.csv'")
                        .contains("--horizons = '3': the model of the mart says this itself. Fix: leave it out"));
    }

    // ---- made-up air

    private static void makeAir() {
        Random random = new Random(7);
        double[] own = new double[STATIONS];
        for (int at = 1; at <= STEPS; at++) {
            WIND[at] = 0.97 * WIND[at - 1] + random.nextGaussian();
        }
        for (int at = 0; at <= STEPS; at++) {
            double rush =
                    Math.exp(-Math.pow((at % SLOTS - 34) / 6.0, 2)) + Math.exp(-Math.pow((at % SLOTS - 70) / 8.0, 2));
            for (int station = 0; station < STATIONS; station++) {
                own[station] = 0.8 * own[station] + random.nextGaussian();
                AIR[station][at] = (float) (40 + 25 * rush + 3 * WIND[Math.max(0, at - 4)] + own[station]);
            }
        }
    }

    private static Instant time(int step) {
        return START.plus(Duration.ofMinutes(15L * step));
    }

    /** A station that says nothing for a day of the quarter that is forecast. */
    private static boolean isSilent(int station, int at) {
        return station == 0 && at / SLOTS == 24;
    }

    private static void push() throws Exception {
        StringBuilder wind = new StringBuilder();
        for (int at = 0; at < STEPS; at += 4) {
            wind.append("{\"time\":\"" + time(at) + "\",\"wind\":" + WIND[at] + "}\n");
        }
        mart.post("/api/feeds/weather/events", wind.toString());
        for (int from = 0; from <= STEPS; from += SLOTS) {
            StringBuilder lines = new StringBuilder();
            for (int at = from; at < Math.min(STEPS + 1, from + SLOTS); at++) {
                for (int station = 0; station < STATIONS; station++) {
                    if (isSilent(station, at)) {
                        continue;
                    }
                    lines.append("{\"station\":\"s" + station + "\",\"time\":\"" + time(at) + "\",\"no2\":"
                            + AIR[station][at] + "}\n");
                }
            }
            mart.post("/api/feeds/air/events", lines.toString());
        }
    }
}
