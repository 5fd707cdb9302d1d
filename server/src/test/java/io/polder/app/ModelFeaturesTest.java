package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a model whose features break or go, in a mart that runs. */
class ModelFeaturesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A Monday. */
    private static final Instant START = Instant.parse("2026-03-01T23:00:00Z");

    private static final int SLOTS = 96;
    private static final int STATIONS = 4;
    private static final int STEPS = 5 * SLOTS;

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
                  - {name: wind}
                  - {name: rain, type: double}
            tables:
              air: {from: air, key: [station, time], time: time}
              weather:
                from: weather
                key: [time]
                time: time
                select: SELECT e.time, e.wind, e.rain FROM event e
            models:
              no2:
                table: air
                point: station
                target: no2
                horizon: 30m
                history: 14d
                algorithm: ALGORITHM
                features: "SELECT time, CAST(wind AS DOUBLE) AS wind, COLUMNS('rain|drops') FROM weather"
            """;

    @TempDir
    private Path folder;

    private @Nullable MadeMart mart;

    @AfterEach
    void stop() {
        mart().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ridge", "trees"})
    void whatCannotBeReadIsASentenceAndTheOldModelServesOn(String algorithm) throws Exception {
        serving(algorithm);
        weather(STEPS - 40, "calm");
        push(STEPS, STEPS + 1);
        awaitMadeAt(STEPS);

        MadeMart.Ran failed = mart().run("train", "--of", "no2");

        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.err())
                .contains("models.no2.features cannot be read (")
                .contains("calm")
                .contains("Fix: see what became of its tables and columns");
        assertThat(model().path("state").asText()).isEqualTo("serving");
        assertThat(model().path("says").asText()).contains("The last training failed: models.no2.features");
        push(STEPS + 1, STEPS + 2);
        awaitForecasts(STEPS + 1, algorithm);

        // Mended, it is trained, and trained again.
        weather(STEPS - 40, "1.5");
        for (int training = 0; training < 2; training++) {
            MadeMart.Ran ran = mart().run("train", "--of", "no2");
            assertThat(ran.exit()).as(ran.err()).isZero();
        }
        assertThat(model().path("says").asText()).doesNotContain("failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ridge", "trees"})
    void whatIsReadAtTheMomentAndCannotBeIsASentence(String algorithm) throws Exception {
        serving(algorithm);
        weather(STEPS, "calm");
        push(STEPS, STEPS + 2);
        awaitForecasts(STEPS + 1, algorithm);

        assertThat(model().path("says").asText())
                .contains("Forecasts do without features: models.no2.features cannot be read (")
                .contains("calm");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ridge", "trees"})
    void aColumnThatIsGoneIsNamedAndForecastsGoOn(String algorithm) throws Exception {
        serving(algorithm);
        mart().close();

        String renamed = MART.replace("ALGORITHM", algorithm).replace("e.rain FROM", "e.rain AS drops FROM");
        mart = MadeMart.start(folder, renamed);

        assertThat(mart().run("rebuild", "weather").exit()).isZero();
        push(STEPS, STEPS + 1);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(model().path("says").asText())
                        .contains("Of its features [rain] are gone, and forecasts do without. Fix: "));
        assertThat(model().path("state").asText()).isEqualTo("serving");
        awaitForecasts(STEPS, algorithm);
        MadeMart.Ran trained = mart().run("train", "--of", "no2");
        assertThat(trained.exit()).as(trained.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ridge", "trees"})
    void withoutItsFeaturesNothingIsTrainedAndABaselineServes(String algorithm) throws Exception {
        mart = MadeMart.start(folder, MART.replace("ALGORITHM", algorithm));
        weather(STEPS - 40, "calm");
        push(0, STEPS);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(model().path("state").asText()).isEqualTo("failed"));

        assertThat(model().path("says").asText())
                .contains("The training failed: models.no2.features cannot be read (")
                .contains("Meanwhile " + model().path("servedBy").asText() + " serves.");
        assertThat(model().path("servedBy").asText()).isNotEqualTo(algorithm);
        push(STEPS, STEPS + 1);
        awaitForecasts(STEPS, model().path("servedBy").asText());
    }

    private void serving(String algorithm) throws Exception {
        mart = MadeMart.start(folder, MART.replace("ALGORITHM", algorithm));
        StringBuilder lines = new StringBuilder();
        for (int at = 0; at < STEPS; at += 4) {
            lines.append(line(at, String.valueOf(at % 7)));
        }
        mart().post("/api/feeds/weather/events", lines.toString());
        push(0, STEPS);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(model().path("state").asText())
                        .as(model().path("says").asText())
                        .isEqualTo("serving"));
    }

    private MadeMart mart() {
        return Objects.requireNonNull(mart);
    }

    private JsonNode model() throws Exception {
        return mart().get("/api/models").at("/models/0");
    }

    private void awaitMadeAt(int step) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(model().path("lastMadeAt").asText())
                        .isEqualTo(time(step).toString()));
    }

    private void awaitForecasts(int step, String forecaster) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(mart().sql("SELECT count(value) FROM forecast_no2 WHERE made_at = '"
                                + sqlTime(step) + "' AND forecaster = '" + forecaster + "'"))
                        .isEqualTo("[[" + STATIONS * 2 + "]]"));
    }

    private void weather(int step, String wind) throws Exception {
        mart().post("/api/feeds/weather/events", line(step, wind));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        mart().sql("SELECT wind FROM weather WHERE time = '" + sqlTime(step) + "'"))
                .isEqualTo("[[\"" + wind + "\"]]"));
    }

    private static String line(int step, String wind) {
        return "{\"time\":\"" + time(step) + "\",\"wind\":\"" + wind + "\",\"rain\":" + step % 5 + "}\n";
    }

    private static String sqlTime(int step) {
        return time(step).toString().replace('T', ' ').replace("Z", "");
    }

    private static Instant time(int step) {
        return START.plus(Duration.ofMinutes(15L * step));
    }

    /** All stations at these steps: a wind that lasts makes them the more the later they are in its way. */
    private void push(int from, int to) throws Exception {
        Random random = new Random(7);
        double[] wind = new double[STEPS + 8];
        for (int at = 1; at < wind.length; at++) {
            wind[at] = 0.97 * wind[at - 1] + random.nextGaussian();
        }
        StringBuilder lines = new StringBuilder();
        for (int at = from; at < to; at++) {
            double rush = Math.exp(-Math.pow((at % SLOTS - 34) / 6.0, 2));
            for (int station = 0; station < STATIONS; station++) {
                lines.append("{\"station\":\"s" + station + "\",\"time\":\"" + time(at) + "\",\"no2\":"
                        + (40 + 25 * rush + 3 * wind[Math.max(0, at - 4 * station)]) + "}\n");
            }
        }
        mart().post("/api/feeds/air/events", lines.toString());
    }
}
