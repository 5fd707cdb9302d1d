package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Configuration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in a mart that runs, on made-up air, over its HTTP interface: forecasts, scores, trainings. */
class MartModelsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** A Monday. */
    private static final Instant START = Instant.parse("2026-03-01T23:00:00Z");

    private static final Duration STEP = Duration.ofMinutes(15);
    private static final int SLOTS = 96;
    private static final int STATIONS = 6;
    private static final int DAYS = 5;

    private static final String MART = """
            mart: air
            timezone: Europe/Brussels
            feeds:
              air:
                http: true
                format: json
                key: [station]
                partitions: 2
                fields:
                  - {name: station}
                  - {name: time, type: timestamp}
                  - {name: no2, type: double}
            tables:
              air: {from: air, key: [station, time], time: time}
            models:
              no2: {table: air, point: station, target: no2, horizon: 1h, history: 14d}
            """;

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final float[][] air = air(STATIONS, (DAYS + 20) * SLOTS);
    private @Nullable Home home;
    private @Nullable Polder mart;

    private void start(String definition) throws IOException {
        Path marts = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(marts.resolve("polder.yaml"), definition);
        Home held = Home.open(folder.resolve("home"), Instant.EPOCH);
        home = held;
        List<String> settings = List.of(
                "web.port=0",
                "log.port=0",
                "hive.port=0",
                "druid.port=0",
                "disk.watermark=1MB",
                "store.batch-interval=20ms");
        mart = Polder.start(
                Configuration.read(marts, held.directory(), settings, Map.of()),
                held,
                true,
                failure -> {},
                InstantSource.system());
    }

    @AfterEach
    void stop() throws IOException {
        Objects.requireNonNull(mart).close();
        Objects.requireNonNull(home).close();
    }

    @Test
    void aModelIsTrainedForecastsScoresItselfAndSaysWhy() throws Exception {
        start(MART);
        push(0, DAYS * SLOTS);
        awaitState("serving");
        JsonNode first = model();
        assertThat(first.at("/champion/scores/mae").asDouble())
                .isLessThan(first.at("/champion/scores/mae last value").asDouble());
        assertThat(first.path("points").asInt()).isEqualTo(STATIONS);

        // Each step that ends is forecast from, and scores what was said of it.
        for (int step = DAYS * SLOTS; step < DAYS * SLOTS + 6; step++) {
            push(step, step + 1);
            awaitMadeAt(step);
        }
        assertThat(model().path("servedBy").asText()).isEqualTo("trees");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sql(
                        "SELECT count(*), count(DISTINCT made_at) FROM forecast_no2 WHERE" + " forecaster = 'trees'"))
                .isEqualTo("[[" + STATIONS * 4 * 6 + ",6]]"));
        assertThat(sql("SELECT count(*) FROM forecast_no2 WHERE made_at + ahead * INTERVAL 1 MINUTE <> for_when +"
                        + " INTERVAL 15 MINUTE OR NOT (low < value AND value < high)"))
                .isEqualTo("[[0]]");
        JsonNode whole = get("/api/models/no2?days=3");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sql(
                        "SELECT count(*) FROM scores_no2 WHERE forecaster = 'served' AND" + " n > 0 AND ahead = 60"))
                .isNotEqualTo("[[0]]"));
        assertThat(sql("SELECT DISTINCT forecaster FROM scoreboard_no2 ORDER BY 1"))
                .isEqualTo(
                        "[[\"historical average\"],[\"last value\"],[\"same slot before\"],[\"served\"],[\"trees\"]]");
        assertThat(whole.path("byAhead").findValuesAsText("forecaster")).contains("served", "trees", "last value");
        assertThat(whole.at("/provenance/data/sql").asText()).contains("avg");
        assertThat(whole.at("/provenance/data/offsets").asText()).contains("0=");

        JsonNode point = get("/api/models/no2/points/s1?hours=3&ahead=30");
        assertThat(point.path("observed")).hasSize(12);
        assertThat(point.path("coming")).hasSize(4);
        assertThat(point.path("said").findValuesAsText("ahead")).containsOnly("30");
        assertThat(get("/api/models/no2/points/s1/why?ahead=30")
                        .path("sentence")
                        .asText())
                .contains(" at ");
        JsonNode latest = get("/api/models/no2/forecast");
        assertThat(latest.path("points")).hasSize(STATIONS);
        assertThat(latest.path("values")).hasSize(4);
    }

    @Test
    void aRestartGoesOnWhereItWasAndANewPointIsForecastByABaseline() throws Exception {
        start(MART);
        push(0, DAYS * SLOTS);
        awaitState("serving");
        int next = DAYS * SLOTS;
        push(next, next + 1);
        awaitMadeAt(next);
        String count = "SELECT count(*) FROM forecast_no2 WHERE made_at = '" + sqlTime(next) + "'";
        awaitSql(count, STATIONS * 4);

        stop();
        start(MART);

        awaitMadeAt(next);
        assertThat(model().path("state").asText()).isEqualTo("serving");
        assertThat(sql(count)).isEqualTo("[[" + STATIONS * 4 + "]]");
        post("/api/feeds/air/events", event("new", next, 55));
        push(next + 1, next + 2);
        awaitMadeAt(next + 1);
        awaitSql(
                "SELECT count(*) FROM forecast_no2 WHERE station = 'new' AND forecaster <> 'trees' AND made_at = '"
                        + sqlTime(next + 1) + "'",
                4);
        // What was said before the restart is scored after it.
        awaitSql(
                "SELECT sum(n) FROM scores_no2 WHERE forecaster = 'served' AND ahead = 15 AND for_when = '"
                        + sqlTime(next) + "'",
                STATIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ridge", "trees"})
    void whatIsKnownBesideIsLookedAt(String algorithm) throws Exception {
        start(MART.replace(
                "history: 14d}",
                "history: 14d, algorithm: " + algorithm
                        + ", features: \"SELECT time, avg(no2) AS city FROM air GROUP BY time\"}"));
        push(0, DAYS * SLOTS);
        awaitState("serving");
        push(DAYS * SLOTS, DAYS * SLOTS + 1);
        awaitMadeAt(DAYS * SLOTS);

        assertThat(model().path("servedBy").asText()).isEqualTo(algorithm);
        JsonNode looked = get("/api/models/no2/features?ahead=30&feature=city");
        assertThat(looked.path("algorithm").asText()).isEqualTo(algorithm);
        assertThat(looked.path("features").findValuesAsText("what")).contains("value now", "city");
        assertThat(looked.at("/features/0/weight").isNumber()).isEqualTo(algorithm.equals("ridge"));
        assertThat(looked.at("/dependence/values").size()).isGreaterThan(10);
        assertThat(get("/api/models/no2").at("/provenance/data/features").asText())
                .contains("AS city");
        assertThat(get("/api/models/no2/points/s1/why?ahead=30").path("parts").findValuesAsText("what"))
                .contains("city");
    }

    @Test
    void withTooLittleHistoryABaselineServesAndTheModelSaysWhatItWaitsFor() throws Exception {
        start(MART);
        push(0, SLOTS);

        awaitSql("SELECT count(*) FROM forecast_no2 WHERE low < value AND value < high", STATIONS * 4);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(model().path("says").asText()).contains("of history, and 61 hours are needed"));
        assertThat(model().path("state").asText()).isEqualTo("waiting");
        assertThat(model().path("servedBy").asText()).isIn("last value", "historical average", "same slot before");
        assertThat(get("/api/models/no2/points/s0/why").path("sentence").asText())
                .contains(": ");
    }

    @Test
    void aConstantTargetIsAFailureWithASentenceAndABaselineServes() throws Exception {
        start(MART.replace("target: no2", "target: \"no2 * 0 + 4\""));
        push(0, 3 * SLOTS);

        awaitState("failed");
        assertThat(model().path("says").asText()).contains("is 4.0 in").contains("name a target that changes");
        awaitSql("SELECT count(*) FROM forecast_no2 WHERE value = 4", STATIONS * 4);
    }

    @Test
    void aTrainingThatIsKilledLeavesTheServingModelAndCanBeStartedAgain() throws Exception {
        start(MART);
        push(0, DAYS * SLOTS);
        await().atMost(PATIENCE).until(() -> training().isPresent());
        training().ifPresent(ProcessHandle::destroyForcibly);

        awaitState("failed");
        assertThat(model().path("says").asText()).contains("The training failed: its process ended with code 137");
        assertThat(model().path("servedBy").isNull()).isFalse();

        post("/api/models/no2/train", "");
        awaitState("serving");
    }

    @Test
    void whatEndedWhileItWasDownIsScoredAfterARestart() throws Exception {
        start(MART);
        push(0, 2 * SLOTS);
        int next = 2 * SLOTS;
        push(next, next + 1);
        awaitMadeAt(next);
        awaitSql("SELECT count(*) FROM forecast_no2 WHERE made_at = '" + sqlTime(next) + "'", STATIONS * 4);
        // The table has these when it is stopped, and the model has hardly seen them.
        push(next + 1, next + 3);
        awaitSql("SELECT count(*) FROM air WHERE time > '" + sqlTime(next) + "'", STATIONS * 2);

        stop();
        start(MART);

        awaitMadeAt(next + 2);
        String scored = "SELECT sum(n) FROM scores_no2 WHERE for_when = '%s' AND ahead = %d AND forecaster = '%s'";
        for (String forecaster : List.of("served", "last value", "same slot before", "historical average")) {
            awaitSql(scored.formatted(sqlTime(next), 15, forecaster), STATIONS);
            awaitSql(scored.formatted(sqlTime(next + 1), 30, forecaster), STATIONS);
        }
        double off = 0;
        for (int station = 0; station < STATIONS; station++) {
            off += Math.abs(air[station][next] - air[station][next - 1]);
        }
        assertThat(Double.parseDouble(sql("SELECT sum(sum_absolute) FROM scores_no2 WHERE for_when = '" + sqlTime(next)
                                + "' AND ahead = 15 AND forecaster = 'last value'")
                        .replaceAll("[\\[\\]]", "")))
                .isCloseTo(off, Offset.offset(1e-3));
    }

    @Test
    void aRowThatComesLateIsScoredWithTheStepThatEndsThen() throws Exception {
        start(MART);
        int next = SLOTS;
        push(0, next + 1);
        awaitMadeAt(next);
        push(next + 1, next + 2);
        awaitMadeAt(next + 1);
        push(next + 2, next + 3, STATIONS - 1);
        push(next + 3, next + 4);
        awaitMadeAt(next + 3);
        String scored = "SELECT sum(n) FROM scores_no2 WHERE for_when = '" + sqlTime(next + 2)
                + "' AND ahead = 30 AND forecaster = 'served'";
        awaitSql(scored, STATIONS - 1);

        post("/api/feeds/air/events", event("s5", next + 2, air[5][next + 2]));
        push(next + 4, next + 5);
        awaitMadeAt(next + 4);

        awaitSql(scored, STATIONS);
    }

    @Test
    void aPointThatVanishesGetsTheAverageAndThenNothingAndOneThatAppearsIsThereAtOnce() throws Exception {
        start(MART);
        int next = DAYS * SLOTS;
        push(0, next);
        awaitState("serving");

        push(next, next + 13, STATIONS - 1);
        awaitMadeAt(next + 12);

        awaitSql(
                "SELECT count(*) FROM forecast_no2 WHERE station = 's5' AND forecaster = 'historical average' AND value"
                        + " BETWEEN 20 AND 150 AND made_at = '" + sqlTime(next + 12) + "'",
                4);
        awaitSql(
                "SELECT count(*) FROM forecast_no2 WHERE forecaster = 'trees' AND made_at = '" + sqlTime(next + 12)
                        + "'",
                (STATIONS - 1) * 4);
        assertThat(get("/api/models/no2/points/s5/why").path("sentence").asText())
                .endsWith("as the last number there was is of " + time(next - 1));

        int later = next + 7 * SLOTS + 1;
        push(next + 13, later, STATIONS - 1);
        post("/api/feeds/air/events", event("new", later - 2, 55));
        push(later, later + 1, STATIONS - 1);
        awaitMadeAt(later);

        awaitSql("SELECT count(*) FROM forecast_no2 WHERE station = 's5' AND made_at = '" + sqlTime(later) + "'", 0);
        awaitSql("SELECT count(*) FROM forecast_no2 WHERE station = 'new' AND made_at = '" + sqlTime(later) + "'", 4);
        assertThat(refused("/api/models/no2/points/s5", 404)).contains("none that had a number in the last 7 days");
        assertThat(model().path("points").asInt()).isEqualTo(STATIONS);
    }

    @Test
    void anotherDefinitionBeginsAnewAndWhatWasSaidBeforeStays() throws Exception {
        start(MART);
        int next = DAYS * SLOTS;
        push(0, next);
        awaitState("serving");
        push(next, next + 1);
        awaitMadeAt(next);
        push(next + 1, next + 2);
        awaitMadeAt(next + 1);
        awaitSql("SELECT count(*) FROM forecast_no2 WHERE model IS NOT NULL AND made_at = '" + sqlTime(next) + "'", 24);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("/api/models/no2").path("byAhead").isEmpty())
                .isFalse());
        double band = get("/api/models/no2").at("/bands/3").asDouble();

        stop();
        start(MART.replace("target: no2", "target: no2 * 100"));

        awaitMadeAt(next + 1);
        JsonNode whole = get("/api/models/no2");
        assertThat(whole.path("byAhead")).isEmpty();
        assertThat(what()).anyMatch(what -> what.startsWith("The definition has changed"));
        awaitSql("SELECT count(*) FROM forecast_no2 WHERE model IS NOT NULL AND made_at = '" + sqlTime(next) + "'", 24);
        push(next + 2, next + 4);
        awaitMadeAt(next + 3);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("/api/models/no2").at("/bands/3").asDouble())
                .isGreaterThan(20 * band));
        assertThat(sql("SELECT min(value) > 1000 FROM forecast_no2 WHERE made_at = '" + sqlTime(next + 3) + "'"))
                .isEqualTo("[[true]]");
        awaitState("serving");
    }

    @Test
    void aTargetThatIsMissingIsAFailureWithASentence() throws Exception {
        start(MART.replace("target: no2", "target: \"CASE WHEN no2 < 0 THEN no2 END\""));
        push(0, 3 * SLOTS);

        awaitState("failed");
        assertThat(model().path("says").asText()).contains("is missing in").contains("there is nothing to learn from");
        assertThat(sql("SELECT count(*) FROM forecast_no2")).isEqualTo("[[0]]");
        assertThat(get("/api/models/no2/forecast").path("points")).isEmpty();
        // A number, however late, is enough for a baseline.
        post("/api/feeds/air/events", event("s0", 3 * SLOTS, -7));
        push(3 * SLOTS + 1, 3 * SLOTS + 2);
        awaitSql("SELECT count(*) FROM forecast_no2 WHERE value = -7 AND station = 's0'", 4);
    }

    @Test
    void stepsOfSixHoursAreForecastAndScored() throws Exception {
        start(MART.replace("horizon: 1h, history: 14d", "step: 6h, horizon: 12h, history: 28d"));
        push(0, 10 * SLOTS);

        awaitSql("SELECT count(*) FROM forecast_no2 WHERE low < value AND value < high", STATIONS * 2);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(model().path("says").asText())
                        .contains("of history, and 18 days are needed")
                        .contains("serves"));
        for (int day = 10; day < 18; day++) {
            push(day * SLOTS, (day + 1) * SLOTS);
            awaitMadeAt((day + 1) * SLOTS - 20);
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(what())
                .anyMatch(what -> what.startsWith("A model was trained and did not beat")));
        for (int from = 18 * SLOTS; from < 23 * SLOTS; from += SLOTS / 4) {
            push(from, from + SLOTS / 4);
            awaitMadeAt(from + SLOTS / 4 - 20);
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(what())
                .anyMatch(what -> what.matches("The challenger (took over|was dropped): MAE .* steps[.]")));
        assertThat(get("/api/models/no2").path("byAhead").findValuesAsText("forecaster"))
                .contains("served", "last value");
    }

    @Test
    void hoursAreLocalWhenSummerTimeEnds() throws Exception {
        start(MART);
        // The clocks go back at 1:00 UTC on 25 October; what is told of is 2 o'clock on both sides of it.
        Instant change = Instant.parse("2026-10-25T01:00:00Z");
        pushByTheClock(change.minus(Duration.ofDays(13)), change.minus(Duration.ofHours(1)));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(model().path("lastMadeAt").isNull()).isFalse());

        pushByTheClock(change.minus(Duration.ofHours(1)), change.plusSeconds(1));

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(model().path("lastMadeAt").asText()).isEqualTo(change.toString()));
        awaitSql(
                "SELECT count(*) FROM forecast_no2 WHERE made_at = '2026-10-25 01:00:00' AND abs(value - (40 + 2 * (120 +"
                        + " ahead - 15) / 60)) < 1.2",
                STATIONS * 4);
        pushByTheClock(change.plusSeconds(1), change.plus(Duration.ofHours(3)));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(twos(get("/api/models/no2"))).isGreaterThanOrEqualTo(STATIONS * 4));
    }

    /** How many forecasts of the hour that comes twice have been scored. */
    private static long twos(JsonNode model) {
        long count = 0;
        for (JsonNode score : model.path("byHour")) {
            if (score.path("forecaster").asText().equals("served")
                    && score.path("hour").asInt() == 2) {
                count += score.path("n").asLong();
            }
        }
        return count;
    }

    /** Numbers that rise with the clock on the wall, and fall at midnight. */
    private void pushByTheClock(Instant from, Instant to) throws Exception {
        Random random = new Random(3);
        StringBuilder lines = new StringBuilder();
        for (Instant at = ceil(from); at.isBefore(to); at = at.plus(STEP)) {
            LocalTime clock = LocalTime.ofInstant(at, ZoneId.of("Europe/Brussels"));
            double value = 40 + 2 * (clock.toSecondOfDay() / 3600.0);
            for (int station = 0; station < STATIONS; station++) {
                lines.append("{\"station\":\"s")
                        .append(station)
                        .append("\",\"time\":\"")
                        .append(at)
                        .append("\",\"no2\":")
                        .append(value + 0.5 * random.nextGaussian())
                        .append("}\n");
            }
        }
        post("/api/feeds/air/events", lines.toString());
    }

    private static Instant ceil(Instant time) {
        long step = STEP.toSeconds();
        return Instant.ofEpochSecond(-Math.floorDiv(-time.getEpochSecond(), step) * step);
    }

    @Test
    void namesOfPersonsAreToldToNobodyWhoDoesNotKnowThem() throws Exception {
        start(MART.replace("time: time}", "time: time, personal: [station]}"));
        push(0, DAYS * SLOTS);
        awaitState("serving");

        assertThat(refused("/api/models/no2/points/s", 404))
                .doesNotContain("s0")
                .contains("personal");
        JsonNode whole = get("/api/models/no2");
        assertThat(whole.at("/provenance/name").asText()).isEqualTo("no2");
        assertThat(whole.at("/provenance/points")).isEmpty();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("/api/tables/forecast_no2/profile").toString())
                .contains("\"station\"")
                .doesNotContain("\"s0\""));
    }

    private static Optional<ProcessHandle> training() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                // At first it is a copy of the process that starts it.
                .filter(process -> !process.info()
                        .commandLine()
                        .equals(ProcessHandle.current().info().commandLine()))
                .findFirst();
    }

    private void awaitState(String state) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(model().path("state").asText())
                        .as(model().path("says").asText())
                        .isEqualTo(state));
    }

    /** What has happened to the model. */
    private List<String> what() throws Exception {
        return get("/api/models/no2").path("events").findValuesAsText("what");
    }

    private void awaitMadeAt(int step) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(model().path("lastMadeAt").asText())
                        .isEqualTo(time(step).toString()));
    }

    private void awaitSql(String sql, Object number) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sql(sql)).isEqualTo("[[" + number + "]]"));
    }

    private static String sqlTime(int step) {
        return time(step).toString().replace('T', ' ').replace("Z", "");
    }

    private static String event(String station, int step, float value) {
        return "{\"station\":\"" + station + "\",\"time\":\"" + time(step) + "\",\"no2\":" + value + "}\n";
    }

    // ---- made-up air

    private static float[][] air(int stations, int steps) {
        Random random = new Random(7);
        double[] wind = new double[steps];
        for (int at = 1; at < steps; at++) {
            wind[at] = 0.97 * wind[at - 1] + random.nextGaussian();
        }
        float[][] values = new float[stations][steps];
        for (int station = 0; station < stations; station++) {
            double own = 0;
            for (int at = 0; at < steps; at++) {
                own = 0.8 * own + random.nextGaussian();
                double rush = Math.exp(-Math.pow((at % SLOTS - 34) / 6.0, 2))
                        + Math.exp(-Math.pow((at % SLOTS - 70) / 8.0, 2));
                values[station][at] =
                        (float) (40 + 5 * station + 25 * rush + 3 * wind[Math.max(0, at - 4 * station)] + own);
            }
        }
        return values;
    }

    private static Instant time(int step) {
        return START.plus(Duration.ofMinutes(15L * step));
    }

    /** All stations at these steps. */
    private void push(int from, int to) throws Exception {
        push(from, to, STATIONS);
    }

    /** The first so many. */
    private void push(int from, int to, int stations) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int step = from; step < to; step++) {
            for (int station = 0; station < stations; station++) {
                lines.append(event("s" + station, step, air[station][step]));
            }
        }
        post("/api/feeds/air/events", lines.toString());
    }

    // ---- the interface

    private JsonNode model() throws Exception {
        return get("/api/models").at("/models/0");
    }

    private String sql(String sql) throws Exception {
        String body =
                JSON.createObjectNode().put("sql", sql).put("dialect", "engine").toString();
        return post("/api/sql", body).path("rows").toString();
    }

    private JsonNode get(String path) throws Exception {
        return send(HttpRequest.newBuilder(at(path)).GET().build());
    }

    private JsonNode post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(at(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private URI at(String path) {
        return Objects.requireNonNull(mart).address().resolve(path);
    }

    /** What is wrong with asking so. */
    private String refused(String path, int status) throws Exception {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(at(path)).GET().build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(status);
        return answer.body();
    }

    private JsonNode send(HttpRequest request) throws Exception {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSON.readTree(answer.body());
    }
}
