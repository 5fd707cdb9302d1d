package io.polder.web;

import static io.polder.web.FakeProgram.row;
import static io.polder.web.WebFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.config.Rule;
import io.polder.config.RuleFile;
import io.polder.predict.SampleModel;
import io.polder.profile.SampleTableProfile;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document and the server are held against each other, in both directions. */
final class OpenApiTest {
    /** For each operation a request that succeeds: address and body. */
    private static final Map<String, List<String>> SAMPLES = Map.ofEntries(
            Map.entry("mart", List.of("/api/mart")),
            Map.entry("feeds", List.of("/api/feeds")),
            Map.entry("pipelines", List.of("/api/pipelines")),
            Map.entry("push", List.of("/api/feeds/traffic/events", "[{\"uid\":1}]")),
            Map.entry("pause", List.of("/api/feeds/traffic/pause", "")),
            Map.entry("resume", List.of("/api/feeds/traffic/resume", "")),
            Map.entry("tables", List.of("/api/tables")),
            Map.entry("rebuild", List.of("/api/tables/traffic/rebuild", "")),
            Map.entry("row", List.of("/api/tables/traffic/rows/29,2026-03-02T08:00:00Z")),
            Map.entry("event", List.of("/api/tables/traffic/rows/29/event")),
            Map.entry("profiles", List.of("/api/profiles?type=decimal")),
            Map.entry("profile", List.of("/api/tables/traffic/profile")),
            Map.entry("history", List.of("/api/tables/traffic/history?slices=24")),
            Map.entry(
                    "compare",
                    List.of("/api/tables/traffic/compare?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z"
                            + "&against-from=2026-03-01T00:00:00Z&against-to=2026-03-02T00:00:00Z")),
            Map.entry("outliers", List.of("/api/tables/traffic/outliers?column=speed&rows=5&at=2026-03-02T08:00:00Z")),
            Map.entry("rules", List.of("/api/tables/traffic/rules")),
            Map.entry(
                    "enforceRule",
                    List.of(
                            "/api/tables/traffic/rules",
                            "{\"column\":\"speed\",\"check\":\"\\\"speed\\\" >= 0\",\"on_violation\":\"mark\"}")),
            Map.entry("releaseRule", List.of("/api/tables/traffic/rules/speed", "")),
            Map.entry("models", List.of("/api/models")),
            Map.entry("model", List.of("/api/models/speed?days=3")),
            Map.entry("latestForecast", List.of("/api/models/speed/forecast")),
            Map.entry("pointForecast", List.of("/api/models/speed/points/29?hours=3&ahead=15")),
            Map.entry("why", List.of("/api/models/speed/points/29/why")),
            Map.entry("features", List.of("/api/models/speed/features?ahead=30&feature=rain")),
            Map.entry("modelHistory", List.of("/api/models/speed/history")),
            Map.entry("train", List.of("/api/models/speed/train", "")),
            Map.entry("ledger", List.of("/api/ledger?minutes=10")),
            Map.entry("freshness", List.of("/api/freshness")),
            Map.entry("sql", List.of("/api/sql", "{\"sql\":\"SELECT * FROM traffic\",\"limit\":5}")),
            Map.entry("words", List.of("/api/sql/words")),
            Map.entry("superset", List.of("/api/export/superset")),
            Map.entry("queries", List.of("/api/queries")),
            Map.entry("rejected", List.of("/api/rejected?limit=2&topic=traffic")),
            Map.entry("replay", List.of("/api/rejected/replay", "{\"topic\":\"traffic\"}")),
            Map.entry("health", List.of("/health")),
            Map.entry("metrics", List.of("/metrics/prometheus")),
            Map.entry("flumeMetrics", List.of("/metrics")),
            Map.entry("openapi", List.of("/openapi.json")));

    private final WebFixture fixture;
    private final JsonNode document;

    OpenApiTest(@TempDir Path folder) {
        fixture = new WebFixture(folder, 1_000, "models: {speed: {table: traffic, point: uid, target: speed}}\n");
        fixture.program.commit(row(29, 0, 87.5));
        fixture.program.run("INSERT INTO polder.ledger VALUES ('traffic', '2026-03-02 08:00:00', 9, 6, 1, 1, 1, 0)");
        fixture.program.run("INSERT INTO polder.edge_ledger VALUES ('traffic', '2026-03-02 08:00:00', 10, 6, 1, 2, 1)");
        fixture.program.agents = List.of(FakeProgram.agent("k sink: broker refused since 12:04:10"));
        fixture.program.rules.add(new Rule("plausible", "speed", "speed <= 250", Rule.OnViolation.NULLIFY));
        fixture.program.run("INSERT INTO polder.violations VALUES ('traffic', 'plausible', '2026-03-02 08:00:00', 3)");
        fixture.program.run("INSERT INTO polder.marks VALUES ('traffic', 'plausible', 'speed', 0, 4, '29', '300', NULL,"
                + " '2026-03-02 08:00:00')");
        fixture.program.models = List.of(SampleModel.status());
        fixture.program.watch("traffic", new RuleFile.Unique(List.of("uid")));
        fixture.program.profile = SampleTableProfile.of("traffic");
        document = json(fixture.get("/openapi.json"));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void theDocumentAndTheServerHaveTheSameRoutes() {
        TreeSet<String> served = new TreeSet<>();
        served.add("GET " + LiveServlet.PATH);
        served.add("GET /openapi.json");
        fixture.web.routes().forEach(route -> served.add(route.method().name() + " " + route.path()));
        TreeSet<String> described = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            path.getValue()
                    .fieldNames()
                    .forEachRemaining(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
        }

        assertThat(described).isEqualTo(served);
    }

    @Test
    void everyAnswerIsAsItIsDescribed() {
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                JsonNode operation = method.getValue();
                String id = operation.path("operationId").asText();
                // A query that is under way is looked at in SqlOverHttpTest.
                if (!List.of("live", "query", "cancelQuery").contains(id)) {
                    assertThat(SAMPLES).containsKey(id);
                    List<String> sample = SAMPLES.getOrDefault(id, List.of());
                    HttpRequest.BodyPublisher body = sample.size() > 1
                            ? HttpRequest.BodyPublishers.ofString(sample.get(1))
                            : HttpRequest.BodyPublishers.noBody();
                    HttpResponse<String> answer = fixture.send(fixture.request(sample.get(0))
                            .method(method.getKey().toUpperCase(Locale.ROOT), body));

                    assertThat(answer.statusCode()).as(id).isBetween(200, 299);
                    assertThat(violations(operation, answer)).as(id).isEmpty();
                }
            }
        }
    }

    @Test
    void everyErrorIsAsItIsDescribed() {
        fixture.program.failure = new IllegalStateException("planted");
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            JsonNode get = path.getValue().path("get");
            String id = get.path("operationId").asText();
            if (List.of("feeds", "pipelines", "tables", "row", "event", "ledger", "freshness", "rejected")
                    .contains(id)) {
                HttpResponse<String> answer =
                        fixture.get(SAMPLES.getOrDefault(id, List.of()).get(0));

                assertThat(answer.statusCode()).as(id).isEqualTo(500);
                assertThat(violations(get, answer)).as(id).isEmpty();
                assertThat(answer.body()).doesNotContain("planted");
            }
        }
    }

    @Test
    void aQuerysBodyIsAsItIsDescribed() {
        JsonNode query = document.at("/components/schemas/Query");

        assertThat(SchemaCheck.violations(document, query, json("{\"sql\":\"SELECT 1\"}")))
                .isEmpty();
        assertThat(SchemaCheck.violations(document, query, json("{\"sq\":\"SELECT 1\"}")))
                .hasSize(2);
    }

    @Test
    void liveEventsAreAsTheyAreDescribed() {
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            assertThat(live("LiveFull", stream.next("full"))).isEmpty();
            fixture.program.commit(row(29, 1, null), row(30, 1, 12.25));
            assertThat(live("LiveChange", stream.next("change"))).isEmpty();
            assertThat(live("LiveStatus", stream.next("status"))).isEmpty();
        }
    }

    private List<String> live(String schema, JsonNode data) {
        return SchemaCheck.violations(document, document.at("/components/schemas/" + schema), data);
    }

    private List<String> violations(JsonNode operation, HttpResponse<String> answer) {
        JsonNode responses = operation.path("responses");
        String status = Integer.toString(answer.statusCode());
        JsonNode response = SchemaCheck.resolved(document, responses.path(responses.has(status) ? status : "default"));
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
        JsonNode schema = response.path("content").path(type).path("schema");
        if (schema.isMissingNode()) {
            return new ArrayList<>(List.of(status + " with " + type + " is not described"));
        }
        JsonNode value = type.endsWith("json") ? json(answer) : JSON_TEXT;
        return SchemaCheck.violations(document, schema, value);
    }

    private static final JsonNode JSON_TEXT = json("\"text\"");
}
