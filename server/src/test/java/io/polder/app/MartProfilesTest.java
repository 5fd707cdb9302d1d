package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The profiles and rules of a mart that runs, over its HTTP interface. */
class MartProfilesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Instant MORNING = Instant.parse("2026-03-02T06:00:00Z");

    private static final String MART = """
            mart: clinic
            timezone: Europe/Brussels
            feeds:
              visits:
                http: true
                format: json
                key: [id]
                partitions: 2
                fields:
                  - {name: id, type: bigint}
                  - {name: time, type: timestamp}
                  - {name: speed, type: double}
                  - {name: phone}
                  - {name: plate}
              places:
                http: true
                format: json
                key: [id]
                fields: [{name: id, type: bigint}, {name: email}]
              shops:
                http: true
                format: json
                key: [id]
                partitions: 2
                fields: [{name: id, type: bigint}, {name: postcode, type: bigint}, {name: city}]
              readings:
                http: true
                format: json
                key: [id]
                fields: [{name: id, type: bigint}, {name: time, type: timestamp}, {name: level, type: double}]
            tables:
              visits:
                from: visits
                key: [id, time]
                time: time
                personal: [plate]
                rules:
                  - name: phone
                    column: phone
                    check: "regexp_full_match(phone, '^[(][0-9]{3}[)][0-9]{3}-[0-9]{4}$')"
                    on_violation: fix
                    fix: "regexp_replace(phone, '^([0-9]{3}) ([0-9]{3}) ([0-9]{4})$', '(\\\\1)\\\\2-\\\\3')"
                  - {name: seen, check: "id <> 25", on_violation: mark}
              places: {from: places, key: [id]}
              shops: {from: shops, key: [id]}
              readings: {from: readings, key: [id, time], time: time}
            """;

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private Home home;
    private Polder mart;

    @BeforeEach
    void start() throws IOException {
        Path definition = Files.createDirectories(folder.resolve("mart"));
        if (!Files.exists(definition.resolve("polder.yaml"))) {
            Files.writeString(definition.resolve("polder.yaml"), MART);
        }
        home = Home.open(folder.resolve("home"), Instant.EPOCH);
        List<String> settings = List.of(
                "web.port=0",
                "log.port=0",
                "hive.port=0",
                "druid.port=0",
                "disk.watermark=1MB",
                "store.batch-interval=20ms");
        mart = Polder.start(
                Configuration.read(definition, home.directory(), settings, Map.of()),
                home,
                true,
                failure -> {},
                InstantSource.system());
    }

    @AfterEach
    void stop() throws IOException {
        mart.close();
        home.close();
    }

    @Test
    void aNewTableHasItsFirstProfileAndKeepsUpWithWhatComesLate() throws Exception {
        push("visits", 600, MartProfilesTest::visit);

        JsonNode first = profile("visits", 600);
        assertThat(first.path("unit").asText()).isEqualTo("hour");
        assertThat(first.path("slices").asInt()).isEqualTo(10);
        JsonNode speed = column(first, "speed");
        assertThat(speed.path("missing").asLong()).isEqualTo(60);
        assertThat(speed.at("/numbers/max").asDouble()).isEqualTo(119);
        double mean = IntStream.range(0, 600)
                .filter(at -> at % 10 != 0)
                .map(at -> at % 120)
                .average()
                .orElseThrow();
        assertThat(speed.at("/numbers/mean").asDouble()).isCloseTo(mean, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(column(first, "phone").at("/text/patterns/0/pattern").asText())
                .isEqualTo("(ddd)ddd-dddd");
        assertThat(column(first, "phone").at("/semantic/type").asText()).isEqualTo("phone");
        assertThat(first.path("sketches")).isEmpty();

        // Hours before all others.
        push("visits", 2, at -> visit(600 + at, MORNING.minus(Duration.ofHours(2 + 24L * at)), 500));
        await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> {
            JsonNode later = get("/api/tables/visits/profile");
            assertThat(later.at("/profile/rows").asLong()).isEqualTo(602);
            assertThat(column(later, "speed").at("/numbers/max").asDouble()).isEqualTo(500);
        });
        JsonNode history = get("/api/tables/visits/history");
        assertThat(history.path("slices")).hasSize(12);
        assertThat(history.at("/slices/2/rows").asLong()).isEqualTo(60);
        assertThat(history.at("/slices/2/cells/2/missing").asLong()).isEqualTo(6);

        // Associations and dependencies come from a sample, when there is time for it.
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("/api/tables/visits/profile").path("sampled").asText())
                .isNotEmpty());
    }

    @Test
    void aRestartTakesUpWhatWasLookedAt() throws Exception {
        push("visits", 600, MartProfilesTest::visit);
        JsonNode before = profile("visits", 600);
        stop();
        try (var parts = Files.list(folder.resolve("home/profiles/visits"))) {
            assertThat(parts.filter(part -> part.toString().endsWith(".part"))).hasSize(10);
        }

        start();
        JsonNode after = profile("visits", 600);
        assertThat(after.at("/profile/columns")).isEqualTo(before.at("/profile/columns"));
        push("visits", 1, at -> visit(601, MORNING.plus(Duration.ofHours(20)), 30));
        profile("visits", 601);
    }

    @Test
    void tablesAreFoundByWhatIsInThem() throws Exception {
        push("visits", 60, MartProfilesTest::visit);
        push("places", 60, at -> "{\"id\": " + at + ", \"email\": \"a" + at + "@example.org\"}");
        profile("visits", 60);
        profile("places", 60);

        assertThat(found("")).containsExactly("visits", "places", "shops", "readings");
        assertThat(found("semantic=e-mail")).containsExactly("places");
        assertThat(found("type=decimal")).containsExactly("visits");
        assertThat(found("pattern=(ddd)ddd-dddd")).containsExactly("visits");
        assertThat(found("pattern=(205)325-8100")).containsExactly("visits");
        assertThat(found("pattern=dd/dd")).isEmpty();
    }

    @Test
    void ofAPersonalColumnNothingRareIsTold() throws Exception {
        push("visits", 605, MartProfilesTest::visit);
        JsonNode profile = profile("visits", 605);

        JsonNode plate = column(profile, "plate");
        assertThat(plate.path("isPersonal").asBoolean()).isTrue();
        assertThat(plate.path("count").asLong())
                .as("what the missing ones leave")
                .isEqualTo(605);
        assertThat(plate.path("distinct").asLong() % 10).isZero();
        assertThat(plate.path("top")).isEmpty();
        assertThat(plate.path("text").has("min")).isFalse();
        assertThat(profile.toString()).doesNotContain("1-ABC-0");
        JsonNode cell = get("/api/tables/visits/history").at("/slices/0/cells/4");
        assertThat(cell.path("distinct").asLong() % 10).isZero();
    }

    @Test
    void twoRangesOfATableAreCompared() throws Exception {
        push("visits", 600, at -> visit(at, MORNING.plusSeconds(60L * at), at < 300 ? at % 60 : 40 + at % 60));
        profile("visits", 600);
        String ranges = "from=2026-03-02T11:00:00Z&to=2026-03-02T16:00:00Z&against-from=2026-03-02T06:00:00Z"
                + "&against-to=2026-03-02T11:00:00Z";
        JsonNode found = get("/api/tables/visits/compare?" + ranges);

        assertThat(found.at("/before/rows").asLong()).isEqualTo(300);
        assertThat(found.at("/after/looked").asLong()).isEqualTo(300);
        assertThat(found.at("/drifts/0/column").asText()).isEqualTo("speed");
        assertThat(found.at("/drifts/0/what").asText()).startsWith("median 29.5 → 69.5");
        assertThat(found.at("/drifts/0/hasDrifted").asBoolean()).isTrue();
        assertThat(found.path("left")).hasSize(1);
        assertThat(found.toString()).doesNotContain("1-ABC-");

        assertThat(ask(HttpRequest.newBuilder(at("/api/tables/visits/compare?from=then&to=2026-03-02T16:00:00Z")), 400)
                        .path("problems"))
                .hasSize(3);
        push("places", 20, at -> "{\"id\": " + at + ", \"email\": \"a" + at + "@example.org\"}");
        profile("places", 20);
        assertThat(ask(HttpRequest.newBuilder(at("/api/tables/places/compare?" + ranges)), 409)
                        .path("detail")
                        .asText())
                .contains("no time in its key");
    }

    @Test
    void rowsThatAreFarFromTheOthersAreNamed() throws Exception {
        push(
                "readings",
                60,
                at -> "{\"id\": " + at % 3 + ", \"time\": \""
                        + MORNING.plus(Duration.ofDays(7L * (at / 20))).plusSeconds(60L * at) + "\", \"level\": "
                        + (at == 59 ? 1000 : at % 7) + "}");
        push("readings", 1, at -> "{\"id\": 9, \"time\": \"" + MORNING.plus(Duration.ofDays(15)) + "\", \"level\": 3}");
        profile("readings", 61);
        JsonNode found = get("/api/tables/readings/outliers?column=level");

        assertThat(found.path("count").asLong()).isEqualTo(1);
        JsonNode row = found.at("/rows/0");
        assertThat(row.path("value").asDouble()).isEqualTo(1000);
        assertThat(row.path("isBeyondFences").asBoolean()).isTrue();
        assertThat(get("/api/tables/readings/rows/" + row.at("/key/0").asText() + ","
                                + row.at("/key/1").asText().replace(":", "%3A"))
                        .toString())
                .contains("1000");
        assertThat(found.at("/season/compared").asText()).isEqualTo("Monday, 7 h");
        assertThat(found.at("/season/slices").asInt()).isEqualTo(2);
        assertThat(found.at("/season/count").asLong()).isEqualTo(1);
        assertThat(found.at("/season/rows/0/value").asDouble()).isEqualTo(1000);

        JsonNode before = get("/api/tables/readings/outliers?column=level&at=" + MORNING.plusSeconds(600));
        assertThat(before.at("/season/from").asText()).isEqualTo(MORNING.toString());
        assertThat(before.at("/season/slices").asInt())
                .as("those after it count as well")
                .isEqualTo(2);
        assertThat(before.at("/season/count").asLong()).isZero();
        assertThat(ask(
                                HttpRequest.newBuilder(
                                        at("/api/tables/readings/outliers?column=level&at=2020-01-01T00:00:00Z")),
                                400)
                        .toString())
                .contains("is in no hour or day that has rows and is over");

        push("visits", 600, MartProfilesTest::visit);
        profile("visits", 600);
        JsonNode hidden = get("/api/tables/visits/outliers?column=speed");
        assertThat(hidden.path("isHidden").asBoolean()).isTrue();
        assertThat(hidden.path("rows")).isEmpty();
        assertThat(hidden.has("season")).isFalse();
        assertThat(ask(HttpRequest.newBuilder(at("/api/tables/visits/outliers?column=plate")), 400)
                        .path("detail")
                        .asText())
                .contains("personal");
        ask(HttpRequest.newBuilder(at("/api/tables/visits/outliers?column=speedy")), 404);
    }

    @Test
    void aRuleThatIsSwitchedOnHoldsFromThenOnAndARebuildGivesTheSameRows() throws Exception {
        push("visits", 20, at -> visit(at, MORNING, 200));
        profile("visits", 20);

        JsonNode rules = enforce("slow", "speed", "BETWEEN", "nullify");
        assertThat(rules.at("/rules/2/name").asText()).isEqualTo("slow");
        assertThat(Files.readString(folder.resolve("mart/rules.yaml")))
                .contains("slow")
                .contains("since: [");
        push(
                "visits",
                10,
                at -> "{\"id\": " + (20 + at) + ", \"time\": \"" + MORNING + "\", \"speed\": 300, \"phone\": \""
                        + (at == 9 ? "none" : "205 325 810" + at) + "\"}");
        awaitRows("SELECT count(*) FROM visits", 30);

        String rows = "SELECT id, speed, phone FROM visits ORDER BY id";
        JsonNode before = sql(rows);
        assertThat(sql("SELECT count(*) FROM visits WHERE speed IS NULL")
                        .at("/rows/0/0")
                        .asLong())
                .isEqualTo(10);
        assertThat(sql("SELECT phone FROM visits WHERE id = 20").at("/rows/0/0").asText())
                .isEqualTo("(205)325-8100");
        assertThat(sql("SELECT phone FROM visits WHERE id = 29").at("/rows/0/0").asText())
                .as("what cannot be fixed stays")
                .isEqualTo("none");
        JsonNode now = get("/api/tables/visits/rules");
        assertThat(violations(now)).containsExactly("phone 10", "seen 1", "slow 10");
        assertThat(now.path("marks")).hasSize(11);

        // Off again: what comes now is not touched, what came before stays as it is.
        delete("/api/tables/visits/rules/slow");
        push("visits", 1, at -> visit(30, MORNING, 300));
        awaitRows("SELECT count(*) FROM visits WHERE speed = 300", 1);
        post("/api/tables/visits/rebuild", "", 202);
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(get("/api/tables").at("/tables/0/state").asText()).isEqualTo("live");
            assertThat(sql("SELECT count(*) FROM visits").at("/rows/0/0").asLong())
                    .isEqualTo(31);
        });
        assertThat(sql(rows + " LIMIT 30").path("rows")).isEqualTo(before.path("rows"));
        assertThat(violations(get("/api/tables/visits/rules"))).containsExactly("phone 10", "seen 1", "slow 10");
        assertThat(sql("SELECT count(*) FROM visits WHERE speed = 300")
                        .at("/rows/0/0")
                        .asLong())
                .isEqualTo(1);
        profile("visits", 31);

        stop();
        start();
        assertThat(get("/api/tables").at("/tables/0/state").asText()).isEqualTo("live");
        assertThat(get("/api/tables/visits/rules").at("/rules/2/isOn").asBoolean())
                .isFalse();
        assertThat(get("/api/tables/visits/rules").at("/rules/0/isOn").asBoolean())
                .isTrue();
    }

    private static String shop(int at, String city) {
        return "{\"id\": " + at + ", \"postcode\": " + (1000 + at % 6) + ", \"city\": \"" + city + "\"}";
    }

    private static String city(int at) {
        return List.of("Brussels", "Ghent", "Antwerp").get(at % 3);
    }

    @Test
    void aDependencyIsARuleOfASingleRowThatARebuildKeeps() throws Exception {
        push("shops", 300, at -> shop(at, at == 7 ? "Gent" : city(at)));
        profile("shops", 300);
        await().atMost(PATIENCE).untilAsserted(() -> suggested(get("/api/tables/shops/profile"), "city", "CASE"));
        JsonNode rule = suggested(get("/api/tables/shops/profile"), "city", "CASE");
        assertThat(rule.path("kind").asText()).isEqualTo("dependency");
        assertThat(rule.path("violations").asLong()).isEqualTo(1);
        post("/api/tables/shops/rules", wanted("city_from_postcode", "city", rule, "fix"), 201);
        post("/api/tables/shops/rules", wanted("watched", "city", rule, "mark"), 201);

        // Two wrong ones, one that is missing its value, and a postcode that nobody knows.
        push("shops", 12, at -> shop(300 + at, at < 2 ? "Brugge" : city(300 + at)));
        push("shops", 1, at -> "{\"id\": 400, \"postcode\": 1001, \"city\": null}");
        push("shops", 1, at -> "{\"id\": 401, \"postcode\": 2000, \"city\": \"Brugge\"}");
        awaitRows("SELECT count(*) FROM shops", 314);
        String rows = "SELECT id, city FROM shops ORDER BY id";
        JsonNode before = sql(rows);
        assertThat(sql("SELECT city FROM shops WHERE id IN (300, 301, 400, 401) ORDER BY id")
                        .path("rows")
                        .toString())
                .isEqualTo("[[\"Brussels\"],[\"Ghent\"],[\"Ghent\"],[\"Brugge\"]]");
        List<String> counted = List.of("city_from_postcode 3", "watched 0");
        assertThat(violations(get("/api/tables/shops/rules"))).isEqualTo(counted);
        assertThat(get("/api/tables/shops/rules").at("/marks/0/became").asText())
                .isEqualTo("Ghent");

        post("/api/tables/shops/rebuild", "", 202);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("/api/tables").at("/tables/2/state").asText())
                .isEqualTo("live"));
        assertThat(sql(rows).path("rows")).isEqualTo(before.path("rows"));
        assertThat(violations(get("/api/tables/shops/rules"))).isEqualTo(counted);
    }

    @Test
    void aRuleOverSeveralRowsIsCountedInTheTableAsItIs() throws Exception {
        push("shops", 60, at -> shop(at, city(at)));
        profile("shops", 60);
        post("/api/tables/shops/rules", "{\"determinants\": [\"postcode\"], \"column\": \"city\"}", 201);
        post("/api/tables/shops/rules", "{\"unique\": [\"postcode\", \"city\"]}", 201);
        awaitWatched("postcode → city", 0);
        awaitWatched("unique(postcode, city)", 60);

        push("shops", 3, at -> shop(60 + at, at == 0 ? "Gent" : city(60 + at)));
        awaitWatched("postcode → city", 1);
        assertThat(watched("postcode → city").path("examples").toString()).contains("\"60\"");

        // Put right again, and a restart knows what is watched.
        push("shops", 1, at -> shop(60, city(60)));
        awaitWatched("postcode → city", 0);
        stop();
        start();
        awaitWatched("unique(postcode, city)", 63);
        delete("/api/tables/shops/rules/unique%28postcode%2C%20city%29");
        assertThat(get("/api/tables/shops/rules").path("watched")).hasSize(1);

        assertThat(post("/api/tables/shops/rules", "{\"unique\": [\"post\"]}", 400)
                        .toString())
                .contains("no such column");
        assertThat(post("/api/tables/shops/rules", "{\"unique\": [\"city\"], \"on_violation\": \"reject\"}", 400)
                        .toString())
                .contains("which row is wrong");
        push("visits", 25, MartProfilesTest::visit);
        profile("visits", 25);
        post("/api/tables/visits/rules", "{\"unique\": [\"speed\"]}", 201);
        post("/api/tables/visits/rules", "{\"determinants\": [\"id\"], \"column\": \"plate\"}", 201);
        await().atMost(PATIENCE).until(() -> get("/api/tables/visits/rules")
                .at("/watched/0/violations")
                .isNumber());
        assertThat(get("/api/tables/visits/rules").at("/watched/0/examples")).isEmpty();
        assertThat(get("/api/tables/visits/rules").at("/watched/1/violations").asLong() % 10)
                .isZero();
    }

    @Test
    void whenRowsComeAndHowManyIsSuggestedAndWatched() throws Exception {
        Instant hour = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.HOURS);
        Instant begin = hour.minus(Duration.ofHours(5));
        // Twelve an hour, the first and the last hour in part.
        push("readings", 55, at -> reading(at, begin.plusSeconds(300L * (at + 4))));
        JsonNode profile = profile("readings", 55);

        JsonNode count = suggested(profile, "time", "rows_at_least");
        assertThat(count.path("kind").asText()).isEqualTo("row count");
        assertThat(count.path("check").asText()).isEqualTo("per: hour, rows_at_least: 12, rows_at_most: 12");
        assertThat(count.path("caution").asText()).contains("may be an accident");
        assertThat(suggested(profile, "time", "newest_within: 2h").path("kind").asText())
                .isEqualTo("freshness");

        String rules = "/api/tables/readings/rules";
        post(rules, "{\"column\": \"time\", \"per\": \"hour\", \"rows_at_least\": 12, \"rows_at_most\": 12}", 201);
        JsonNode answer = post(rules, "{\"column\": \"time\", \"newest_within\": \"1000d\"}", 201);
        assertThat(answer.at("/watched/0/violations").asLong(-1)).isZero();
        assertThat(answer.at("/watched/1/violations").asLong(-1)).isZero();

        push("readings", 1, at -> reading(100, begin.plus(Duration.ofHours(2)).plusSeconds(7)));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get(rules).at("/watched/1/violations").asLong())
                .isEqualTo(1));
        assertThat(get(rules).at("/watched/1/examples/0").asText())
                .isEqualTo(begin.plus(Duration.ofHours(2)) + ": 13 rows");
        stop();
        start();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get(rules).at("/watched/1/violations").asLong())
                .isEqualTo(1));
        assertThat(post(rules, "{\"column\": \"time\", \"newest_within\": \"1ms\"}", 201)
                        .at("/watched/0/examples/0")
                        .asText())
                .contains("the newest is")
                .contains("ago");

        assertThat(post(rules, "{\"column\": \"level\", \"newest_within\": \"2h\"}", 400)
                        .toString())
                .contains("has no times");
        assertThat(post(rules, "{\"column\": \"time\", \"per\": \"day\", \"rows_at_least\": 2}", 400)
                        .toString())
                .contains("write hour");
        assertThat(post(rules, "{\"rows_at_least\": \"many\", \"on_violation\": \"reject\"}", 400)
                        .toString())
                .contains("is not a number of rows")
                .contains("write count");
    }

    private static String reading(int id, Instant time) {
        return "{\"id\": " + id + ", \"time\": \"" + time + "\", \"level\": 1.5}";
    }

    private JsonNode watched(String name) {
        for (JsonNode rule : get("/api/tables/shops/rules").path("watched")) {
            if (rule.path("name").asText().equals(name)) {
                return rule;
            }
        }
        throw new AssertionError(name);
    }

    private void awaitWatched(String name, long violations) {
        await().atMost(Duration.ofMinutes(3))
                .untilAsserted(() ->
                        assertThat(watched(name).path("violations").asLong(-1)).isEqualTo(violations));
    }

    @Test
    void aRuleThatCannotBeIsRefused() throws Exception {
        push("visits", 20, at -> visit(at, MORNING, 200));
        JsonNode id = suggested(profile("visits", 20), "id", "IS NOT NULL");

        assertThat(post("/api/tables/visits/rules", wanted("id", "id", id, "nullify"), 400)
                        .path("detail")
                        .asText())
                .contains("changes a column of the key");
        assertThat(post("/api/tables/visits/rules", wanted("id", "id", id, "fix"), 400)
                        .path("detail")
                        .asText())
                .contains("fix");
        assertThat(folder.resolve("mart/rules.yaml")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'column': 'phone', 'check': 'len(repeat(phone, 1000000000)) > 0'}",
                "{'column': 'speed', 'check': 'true) FROM polder_row_columns --', 'on_violation': 'mark'}",
                "{'column': 'phone', 'check': '\\\"phone\\\" IS NOT NULL', 'on_violation': 'fix', 'fix': 'upper(plate)'}",
                "{'column': 'speed', 'check': '\\\"phone\\\" IS NOT NULL'}"
            })
    void aRuleThatTheProfileDoesNotSuggestIsRefused(String rule) throws Exception {
        push("visits", 20, at -> visit(at, MORNING, 200));
        suggested(profile("visits", 20), "phone", "IS NOT NULL");

        assertThat(post("/api/tables/visits/rules", rule.replace('\'', '"'), 400)
                        .path("detail")
                        .asText())
                .contains("suggests")
                .contains("polder.yaml");
        assertThat(folder.resolve("mart/rules.yaml")).doesNotExist();
    }

    // ---- what comes and what is asked

    private static String visit(int at) {
        return visit(at, MORNING.plusSeconds(60L * at), at % 10 == 0 ? -1 : at % 120);
    }

    private static String visit(int at, Instant time, int speed) {
        return "{\"id\": " + at + ", \"time\": \"" + time + "\", \"speed\": " + (speed < 0 ? "null" : speed)
                + ", \"phone\": \"(205)325-81" + String.format(java.util.Locale.ROOT, "%02d", at % 100)
                + "\", \"plate\": \"1-ABC-" + at + "\"}";
    }

    private void push(String feed, int count, IntFunction<String> event) throws Exception {
        String body = IntStream.range(0, count).mapToObj(event).collect(Collectors.joining(",", "[", "]"));
        post("/api/feeds/" + feed + "/events", body, 200);
    }

    private JsonNode profile(String table, long rows) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(get("/api/tables/" + table + "/profile")
                        .at("/profile/rows")
                        .asLong())
                .isEqualTo(rows));
        return get("/api/tables/" + table + "/profile");
    }

    /** Switches on what the profile suggests. */
    private JsonNode enforce(String name, String column, String part, String way) {
        JsonNode rule = suggested(get("/api/tables/visits/profile"), column, part);
        return post("/api/tables/visits/rules", wanted(name, column, rule, way), 201);
    }

    private static String wanted(String name, String column, JsonNode rule, String way) {
        ObjectNode body = JSON.createObjectNode();
        body.put("name", name);
        body.put("column", column);
        body.put("check", rule.path("check").asText());
        body.put("on_violation", way);
        if (way.equals("fix") && rule.has("fix")) {
            body.put("fix", rule.path("fix").asText());
        }
        return body.toString();
    }

    private static JsonNode suggested(JsonNode profile, String column, String part) {
        for (JsonNode rule : profile.at("/profile/rules")) {
            if (rule.path("column").asText().equals(column)
                    && rule.path("check").asText().contains(part)) {
                return rule;
            }
        }
        throw new AssertionError(column + " " + part + ": " + profile.at("/profile/rules"));
    }

    private static JsonNode column(JsonNode profile, String name) {
        for (JsonNode column : profile.at("/profile/columns")) {
            if (column.path("name").asText().equals(name)) {
                return column;
            }
        }
        throw new AssertionError(name);
    }

    private List<String> found(String query) {
        List<String> tables = new ArrayList<>();
        get("/api/profiles?" + query.replace("(", "%28").replace(")", "%29"))
                .path("profiles")
                .forEach(each -> tables.add(each.path("table").asText()));
        return tables;
    }

    private static List<String> violations(JsonNode rules) {
        List<String> counts = new ArrayList<>();
        rules.path("rules")
                .forEach(rule -> counts.add(rule.path("name").asText() + " "
                        + rule.path("violations").asLong()));
        return counts;
    }

    private void awaitRows(String sql, long rows) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(sql(sql).at("/rows/0/0").asLong()).isEqualTo(rows));
    }

    private JsonNode sql(String sql) {
        return post("/api/sql", "{\"sql\": \"" + sql + "\", \"max_age\": 0}", 200);
    }

    private JsonNode get(String path) {
        return ask(HttpRequest.newBuilder(at(path)), 200);
    }

    private JsonNode post(String path, String body, int status) {
        return ask(
                HttpRequest.newBuilder(at(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                status);
    }

    private JsonNode delete(String path) {
        return ask(HttpRequest.newBuilder(at(path)).DELETE(), 200);
    }

    private URI at(String path) {
        return mart.address().resolve(path);
    }

    private JsonNode ask(HttpRequest.Builder request, int status) {
        try {
            HttpResponse<String> answer =
                    client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            return JSON.readTree(answer.body());
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }
}
