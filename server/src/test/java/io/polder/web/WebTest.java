package io.polder.web;

import static io.polder.web.FakeProgram.row;
import static io.polder.web.WebFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WebTest {
    private final WebFixture fixture;

    WebTest(@TempDir Path folder) {
        fixture = new WebFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void theMartSaysWhatItHasAndThatItIsSimulated() {
        JsonNode mart = json(fixture.get("/api/mart"));

        assertThat(mart.path("name").asText()).isEqualTo("flanders");
        assertThat(mart.path("simulated").asBoolean()).isTrue();
        assertThat(mart.path("maps").path(0).path("key").toString()).isEqualTo("[\"uid\"]");
        assertThat(mart.path("tiles").isNull()).isTrue();
    }

    @Test
    void aFeedIsAsLateAsTheTableThatReadsIt() {
        JsonNode feed = json(fixture.get("/api/feeds")).path("feeds").path(0);

        assertThat(feed.path("lagSeconds").asDouble()).isEqualTo(0.25);
        assertThat(feed.path("totals").path("read").asInt()).isEqualTo(10);
    }

    @Test
    void aPausedFeedIsAnsweredAsItIsThen() {
        JsonNode paused = json(fixture.post("/api/feeds/traffic/pause", ""));
        JsonNode resumed = json(fixture.post("/api/feeds/traffic/resume", "{}"));

        assertThat(paused.path("state").asText()).isEqualTo("paused");
        assertThat(resumed.path("state").asText()).isEqualTo("running");
    }

    @Test
    void aPushedBodyReachesTheFeedAsItIsWithItsKey() {
        HttpResponse<String> response =
                fixture.post("/api/feeds/traffic/events", "[{\"uid\":1},7]", "Idempotency-Key", "a1");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"read\":2,\"logged\":1,\"filtered\":0,\"rejected\":1,\"duplicate\":0,\"rejections\":"
                        + "[{\"position\":2,\"reason\":\"The event is not an object.\"}]}");
        assertThat(fixture.program.bodies.get(0)).asString().isEqualTo("[{\"uid\":1},7]");
        assertThat(fixture.program.idempotencyKey).isEqualTo("a1");
    }

    @Test
    void aPackedPushIsHandedOverAsItCame() {
        byte[] packed = Gzip.whole("[{\"uid\":1}]".getBytes(StandardCharsets.UTF_8));

        HttpResponse<String> response =
                fixture.send(fixture.request("/api/feeds/traffic/events", "Content-Encoding", "gzip")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(packed)));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(fixture.program.bodies.get(0)).isEqualTo(packed);
    }

    @Test
    void aRowIsFoundByItsKeyAndSaysWhereItCameFrom() {
        fixture.program.commit(row(29, 0, 87.5));

        JsonNode found = json(fixture.get("/api/tables/traffic/rows/29"));
        JsonNode event = json(fixture.get("/api/tables/traffic/rows/29/event"));

        assertThat(found.path("key").path("time").asText()).isEqualTo("2026-03-02T08:00:00Z");
        assertThat(found.path("row").path("speed").asDouble()).isEqualTo(87.5);
        assertThat(found.path("provenance").path("offset").asInt()).isEqualTo(1);
        assertThat(found.path("stages").path("committed").asText()).isEqualTo("2026-03-02T08:00:30.180Z");
        assertThat(event.path("value").asText()).isEqualTo("{\"uid\":29}");
        assertThat(event.path("simulated").asBoolean()).isTrue();
    }

    @Test
    void aKeyMayHoldAnyCharacter() {
        HttpResponse<String> response =
                fixture.get("/api/tables/traffic/rows/E40%2FA10%25%20%2C+x,2026-03-02T08:00:00Z");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(fixture.program.askedKeys).containsExactly(List.of("E40/A10% ,+x", "2026-03-02T08:00:00Z"));
    }

    @Test
    void theLedgersHaveTheAskedMinutesNewestFirst() {
        fixture.program.run(
                "INSERT INTO polder.ledger VALUES ('traffic', '2026-03-02 07:58:00', 5, 5, 0, 0, 0, 0),"
                        + " ('traffic', '2026-03-02 08:00:00', 9, 6, 1, 1, 1, 0), ('traffic', '2026-03-02 07:59:00', 4, 4, 0, 0, 0, 0)");
        fixture.program.run("INSERT INTO polder.edge_ledger VALUES ('traffic', '2026-03-02 08:00:00', 10, 6, 1, 2, 1)");

        HttpResponse<String> response = fixture.get("/api/ledger?minutes=2");

        assertThat(response.body())
                .isEqualTo(
                        "{\"edge\":[{\"feed\":\"traffic\",\"minute\":\"2026-03-02T08:00:00Z\",\"read\":10,\"logged\":6,"
                                + "\"filtered\":1,\"rejected\":2,\"duplicate\":1}],\"tables\":[{\"table\":\"traffic\",\"minute\":"
                                + "\"2026-03-02T08:00:00Z\",\"logged\":9,\"applied\":6,\"filtered\":1,\"rejected\":1,\"tooLate\":1,"
                                + "\"waiting\":0},{\"table\":\"traffic\",\"minute\":\"2026-03-02T07:59:00Z\",\"logged\":4,"
                                + "\"applied\":4,\"filtered\":0,\"rejected\":0,\"tooLate\":0,\"waiting\":0}],\"simulated\":true}");
    }

    @Test
    void aQueryIsAnsweredUpToItsLimitWithValuesThatSurviveJson() {
        HttpResponse<String> response = fixture.post(
                "/api/sql",
                "{\"sql\": \"SELECT 9007199254740993 AS big, 7 AS small, 1.5::DECIMAL(4,2) AS exact, NULL AS nothing,"
                        + " TIMESTAMP '2026-03-02 08:00:00' AS at, DATE '2026-03-02' AS day, 'NaN'::DOUBLE AS odd,"
                        + " true AS yes FROM range(3)\", \"limit\": 2}");
        JsonNode answer = json(response);

        assertThat(response.body())
                .contains("[\"9007199254740993\",7,1.50,null,\"2026-03-02T08:00:00Z\",\"2026-03-02\",\"NaN\",true]");
        assertThat(answer.path("rows").size()).isEqualTo(2);
        assertThat(answer.path("truncated").asBoolean()).isTrue();
        assertThat(answer.path("columns").path(0).toString()).isEqualTo("{\"name\":\"big\",\"type\":\"BIGINT\"}");
    }

    @Test
    void rejectedEventsAreListedAndReplayed() {
        JsonNode rejected = json(fixture.get("/api/rejected?limit=1")).path("rejected");
        JsonNode all = json(fixture.post("/api/rejected/replay", "{}"));
        JsonNode some = json(fixture.post("/api/rejected/replay", "{\"topic\":\"traffic\"}"));

        assertThat(rejected.size()).isEqualTo(1);
        assertThat(rejected.path(0).path("position").asInt()).isEqualTo(2);
        assertThat(rejected.path(0).has("sourceOffset")).isFalse();
        assertThat(all.path("replayed").asInt()).isEqualTo(2);
        assertThat(some.path("replayed").asInt()).isEqualTo(1);
    }

    @Test
    void aRebuildIsAcceptedAndAnsweredWithTheTable() {
        HttpResponse<String> response = fixture.post("/api/tables/traffic/rebuild", "");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(json(response).path("name").asText()).isEqualTo("traffic");
        assertThat(fixture.program.rebuilt).containsExactly("traffic");
    }

    @Test
    void healthTellsWhatIsNotAsItShouldBe() {
        HttpResponse<String> well = fixture.get("/health");
        fixture.program.reasons = List.of("The disk is nearly full.");
        HttpResponse<String> ill = fixture.get("/health");

        assertThat(well.body()).isEqualTo("{\"status\":\"ok\",\"reasons\":[]}");
        assertThat(ill.body()).isEqualTo("{\"status\":\"degraded\",\"reasons\":[\"The disk is nearly full.\"]}");
    }

    @Test
    void untilEverythingIsUpHealthSaysStarting() {
        Web web =
                new Web(fixture.program.mart, WebFixture.platform(0), "1", fixture.program, () -> FakeProgram.NOW, 10);
        web.start();
        try (web) {
            HttpRequest health =
                    HttpRequest.newBuilder(web.address().resolve("health")).build();
            HttpResponse<String> before = fixture.send(health, HttpResponse.BodyHandlers.ofString());
            web.ready();
            HttpResponse<String> after = fixture.send(health, HttpResponse.BodyHandlers.ofString());

            assertThat(before.statusCode()).isEqualTo(503);
            assertThat(before.body()).contains("starting");
            assertThat(after.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void metricsCountFeedsTablesAndAnswersByRoute() {
        fixture.get("/api/tables/traffic/rows/1");
        fixture.get("/api/tables/traffic/rows/2");

        assertThat(fixture.get("/metrics/prometheus").body())
                .contains("polder_feed_events_total{fate=\"logged\",feed=\"traffic\"} 6.0")
                .contains("polder_table_events_total{fate=\"too_late\",table=\"traffic\"} 1.0")
                .contains("polder_table_freshness_seconds{quantile=\"0.99\",table=\"traffic\"} 0.42")
                .contains("polder_http_requests_seconds_count{method=\"GET\","
                        + "route=\"/api/tables/{table}/rows/{key}\",status=\"404\"} 2")
                .contains("polder_live_viewers 0.0")
                .contains("jvm_memory_used_bytes")
                .contains("process_cpu_usage");
    }

    @Test
    void aMartShowsItselfAsFlumeShowsAnAgent() {
        assertThat(fixture.get("/metrics").body())
                .contains("\"SOURCE.traffic\":{\"Type\":\"SOURCE\",\"EventReceivedCount\":")
                .contains("\"CHANNEL.traffic\":{\"Type\":\"CHANNEL\",\"EventPutSuccessCount\":\"")
                .contains("\"SINK.traffic\":{\"Type\":\"SINK\",\"EventDrainAttemptCount\":\"");
    }

    @Test
    void theAgentsOfAMartAreInItsMetricsUnderTheirOwnNames() {
        fixture.program.agents = List.of(FakeProgram.agent("k sink: broker b:9092 refused since 12:04:10"));

        JsonNode metrics = WebFixture.json(fixture.get("/metrics"));

        assertThat(metrics.at("/SOURCE.s/EventAcceptedCount").asText()).isEqualTo("200");
        assertThat(metrics.at("/CHANNEL.c/ChannelSize").asText()).isEqualTo("168");
        assertThat(metrics.at("/SINK.k/ConnectionFailedCount").asText()).isEqualTo("3");
        assertThat(fixture.get("/metrics/prometheus").body())
                .contains("polder_agent_event_accepted_total{agent=\"a1\",kind=\"source\",name=\"s\"} 200\n")
                .contains("polder_agent_failing{agent=\"a1\",kind=\"sink\",name=\"k\"} 1\n")
                .contains("polder_agent_channel_oldest_event_seconds{agent=\"a1\",kind=\"channel\",name=\"c\"} 33.0\n");
    }

    @Test
    void aTakenPortIsToldWithItsFix() {
        Web second = new Web(
                fixture.program.mart,
                WebFixture.platform(fixture.web.port()),
                "1",
                fixture.program,
                () -> FakeProgram.NOW,
                10);

        assertThatThrownBy(second::start)
                .isInstanceOfSatisfying(PolderException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.CONFLICT))
                .hasMessage(
                        "web.port = '" + fixture.web.port() + "': another program listens there. Fix: stop it, or take"
                                + " any free port with --set web.port=0");
        second.close();
    }

    @Test
    void aHostThatOthersCouldReachIsRefused() {
        Web open = new Web(
                fixture.program.mart,
                WebFixture.platform("0.0.0.0", 0),
                "1",
                fixture.program,
                () -> FakeProgram.NOW,
                10);

        assertThatThrownBy(open::start).hasMessageContaining("web.host = '0.0.0.0': others could reach it");
        open.close();
    }

    @Test
    void everyMetricIsDocumentedAndTheOtherWayRound() throws IOException {
        fixture.get("/api/mart");
        Set<String> scraped = names(
                "(?m)^# TYPE (polder_\\w+)", fixture.get("/metrics/prometheus").body());
        Set<String> documented = names("`(polder_\\w+)", Files.readString(Path.of("..", "docs", "http.md")));

        scraped.remove("polder_http_requests_seconds_max");
        assertThat(documented).isEqualTo(scraped);
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void answersTellBrowsersToTrustNothingFromElsewhere() {
        HttpResponse<String> response = fixture.get("/api/mart");

        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(response.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(
                        policy -> assertThat(policy).contains("default-src 'self'", "frame-ancestors 'none'"));
        assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(response.headers().firstValue("Server")).isEmpty();
    }

    @Test
    void aNameThatIsNotOursIsRefused() throws IOException {
        assertThat(statusOf("GET /api/mart HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .isEqualTo(403);
        assertThat(statusOf("GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\nConnection: close\r\n\r\n"))
                .isEqualTo(403);
        assertThat(statusOf("GET /api/mart HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n"))
                .isEqualTo(200);
        assertThat(statusOf("GET /api/mart HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close\r\n\r\n"))
                .isEqualTo(200);
        assertThat(statusOf("GET /api/mart HTTP/1.1\r\nHost: LOCALHOST.\r\nConnection: close\r\n\r\n"))
                .isEqualTo(200);
    }

    @Test
    void aPageFromElsewhereMayChangeNothing() {
        String own = "http://127.0.0.1:" + fixture.web.port();

        assertThat(fixture.post("/api/feeds/traffic/pause", "", "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(fixture.post("/api/feeds/traffic/pause", "", "Origin", "null")
                        .statusCode())
                .isEqualTo(403);
        assertThat(fixture.post("/api/feeds/traffic/pause", "", "Origin", "http://127.0.0.1:1")
                        .statusCode())
                .isEqualTo(403);
        assertThat(fixture.program.states).containsEntry("traffic", "running");
        assertThat(fixture.post("/api/feeds/traffic/pause", "", "Origin", own).statusCode())
                .isEqualTo(200);
    }

    private int statusOf(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.web.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.substring(9, 12));
        }
    }
}
