package io.polder.web;

import static io.polder.web.WebFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.config.Mart;
import io.polder.enrich.Enrichment;
import io.polder.ingest.Idempotency;
import io.polder.ingest.Ingest;
import io.polder.log.Log;
import io.polder.predict.MartModels;
import io.polder.profile.MartProfiles;
import io.polder.query.Queries;
import io.polder.store.duck.DuckStore;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The web over the real parts: from a pushed event to the screen, and back to its bytes. */
final class WholeTest {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Client client;

    WholeTest(@TempDir Path folder) {
        Mart mart = WebFixture.mart(folder);
        InstantSource clock = InstantSource.system();
        Log log = part(Log.open(new Log.Settings(folder.resolve("kafka"), 0, Optional.empty()), failure -> {}));
        DuckStore store = part(DuckStore.open(
                new DuckStore.Settings(folder.resolve("tables.duckdb"), folder.resolve("tmp"), 1L << 28, 1), clock));
        Enrichment enrichment = part(Enrichment.open(
                mart,
                log,
                store,
                new Enrichment.Settings(Duration.ofMillis(100), 10_000, true),
                topic -> true,
                failure -> {},
                clock));
        Ingest ingest = part(Ingest.open(
                mart,
                log,
                folder.resolve("feeds"),
                feed -> {
                    throw new IllegalStateException("no feed of this mart has a condition: " + feed.name());
                },
                new NoRetries(),
                Optional::empty,
                topic -> 0,
                clock));
        Queries queries = part(Queries.open(
                store, log, mart, new Queries.Settings(Duration.ofSeconds(10), 1_000), InstantSource.system()));
        Web web = part(new Web(
                mart,
                WebFixture.platform(0),
                "test",
                ingest,
                enrichment,
                queries,
                write -> 0,
                log,
                part(MartProfiles.open(
                        store,
                        mart,
                        new MartProfiles.Settings(
                                folder.resolve("profiles"),
                                folder.resolve("tmp"),
                                Duration.ofMinutes(1),
                                10,
                                Duration.ofMinutes(1)),
                        clock)),
                part(MartModels.open(
                        mart,
                        new MartModels.Settings(
                                store,
                                folder.resolve("models"),
                                (feed, events) -> {},
                                topic -> true,
                                (task, progress) -> {},
                                "test"),
                        clock)),
                0,
                List::of,
                List::of,
                clock));
        enrichment.start();
        web.start();
        ingest.start();
        web.ready();
        client = new Client(web.port());
    }

    /** No push of these tests bears an idempotency key. */
    private static final class NoRetries implements Idempotency {
        @Override
        public Map<Integer, String> seen(String topic, String key) {
            return Map.of();
        }

        @Override
        public boolean hasCommitted(String topic, Map<Integer, Long> offsets) {
            return true;
        }
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    @AfterEach
    void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    void aPushedEventIsSeenOnTheMapAndLeadsBackToItsBytes() {
        String first = "{\"uid\":29,\"time\":\"2026-03-02T08:00:00Z\",\"speed\":87.5,\"vehicles\":3,\"name\":\"Gent\","
                + "\"lat\":51.05,\"lon\":3.72}";
        String second = first.replace("87.5", "12.25").replace("08:00", "08:01");
        push("[" + first + ", 7]", 1, 1);

        try (EventStream stream = new EventStream(client, "/api/live?map=live")) {
            JsonNode seen = stream.next("full");
            while (seen.path("keys").isEmpty() && !seen.has("add")) {
                seen = stream.next("change");
            }
            push(second, 1, 0);
            JsonNode change = stream.next("change");

            assertThat(change.path("index").toString()).isEqualTo("[0]");
            assertThat(change.path("values").toString()).isEqualTo("[12.25]");
            assertThat(Instant.parse(change.path("accepted").asText()))
                    .isBefore(Instant.parse(change.path("committed").asText()));
            assertThat(described("LiveChange", change)).isEmpty();
            assertThat(described("LiveStatus", stream.next("status"))).isEmpty();
        }
        JsonNode row = json(client.get("/api/tables/traffic/rows/29,2026-03-02T08:00:00Z"));
        assertThat(row.path("row").path("speed").asDouble()).isEqualTo(87.5);
        assertThat(described("Row", row)).isEmpty();
        JsonNode event = json(client.get("/api/tables/traffic/rows/29,2026-03-02T08:00:00Z/event"));
        assertThat(event.path("value").asText()).isEqualTo(first);
        assertThat(described("Event", event)).isEmpty();
    }

    @Test
    void whatTheRealPartsSayIsAsItIsDescribed() {
        push("[{\"uid\":29,\"time\":\"2026-03-02T08:00:00Z\",\"speed\":87.5}, 7]", 1, 1);
        await().untilAsserted(() -> assertThat(json(client.get("/api/tables"))
                        .path("tables")
                        .path(0)
                        .path("rows")
                        .asInt())
                .isEqualTo(1));

        assertThat(described("Mart", json(client.get("/api/mart")))).isEmpty();
        assertThat(described("Feeds", json(client.get("/api/feeds")))).isEmpty();
        assertThat(described("Tables", json(client.get("/api/tables")))).isEmpty();
        assertThat(described("Freshness", json(client.get("/api/freshness")))).isEmpty();
        assertThat(described("RejectedEvents", json(client.get("/api/rejected"))))
                .isEmpty();
        assertThat(described("Health", json(client.get("/health")))).isEmpty();
        assertThat(described("Feed", json(client.post("/api/feeds/traffic/pause", ""))))
                .isEmpty();
        assertThat(client.post("/api/feeds/traffic/events", "[]").statusCode()).isEqualTo(503);
        assertThat(described("Feed", json(client.post("/api/feeds/traffic/resume", ""))))
                .isEmpty();
        assertThat(described("Replayed", json(client.post("/api/rejected/replay", "{}"))))
                .isEmpty();
        JsonNode answer = json(client.post("/api/sql", "{\"sql\":\"SELECT speed, time FROM traffic\"}"));
        assertThat(answer.path("rows").toString()).isEqualTo("[[87.5,\"2026-03-02T08:00:00Z\"]]");
        assertThat(described("Answer", answer)).isEmpty();
        assertThat(client.get("/metrics/prometheus").body())
                .contains("polder_table_events_total{fate=\"applied\",table=\"traffic\"} 1.0");
        assertThat(client.post("/api/sql", "{\"sql\":\"SELECT speeed FROM traffic\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatIsWrongInARequestIsSaidOfTheRequest() {
        push("[{\"uid\":29,\"time\":\"2026-03-02T08:00:00Z\",\"speed\":87.5}]", 1, 0);
        await().until(() -> client.get("/api/tables/traffic/rows/29").statusCode() == 200);
        HttpResponse<String> charset =
                client.post("/api/feeds/traffic/events", "[]", "Content-Type", "application/json; charset=nonsense");
        HttpResponse<String> key = client.get("/api/tables/traffic/rows/29,yesterday");

        assertThat(charset.statusCode()).as(charset.body()).isEqualTo(415);
        assertThat(charset.body()).contains("only UTF-8 is read");
        assertThat(key.statusCode()).as(key.body()).isEqualTo(400);
        assertThat(json(key).path("detail").asText())
                .startsWith("key = '29,yesterday': ")
                .doesNotContain("SELECT");
    }

    @Test
    void theLedgersBalance() {
        push("[{\"uid\":29,\"time\":\"2026-03-02T08:00:00Z\",\"speed\":87.5}, 7]", 1, 1);

        await().untilAsserted(() -> {
            JsonNode ledger = json(client.get("/api/ledger"));
            assertThat(described("Ledger", ledger)).isEmpty();
            assertThat(ledger.path("edge").path(0).path("read").asInt()).isEqualTo(2);
            assertThat(ledger.path("edge").path(0).path("logged").asInt()).isEqualTo(1);
            assertThat(ledger.path("edge").path(0).path("rejected").asInt()).isEqualTo(1);
            assertThat(ledger.path("tables").path(0).path("applied").asInt()).isEqualTo(1);
        });
    }

    @Test
    void aRebuiltTableIsShownAnew() {
        push("[{\"uid\":29,\"time\":\"2026-03-02T08:00:00Z\",\"speed\":87.5,\"lat\":51.05,\"lon\":3.72}]", 1, 0);
        try (EventStream stream = new EventStream(client, "/api/live?map=live")) {
            JsonNode seen = stream.next("full");
            while (seen.path("keys").isEmpty() && !seen.has("add")) {
                seen = stream.next("change");
            }

            HttpResponse<String> answer = client.post("/api/tables/traffic/rebuild", "");

            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(described("Table", json(answer))).isEmpty();
            assertThat(stream.next("full").path("keys").toString()).isEqualTo("[\"29\"]");
        }
    }

    private void push(String body, int logged, int rejected) {
        HttpResponse<String> response =
                client.post("/api/feeds/traffic/events", body, "Content-Type", "application/json");
        JsonNode balance = json(response);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(balance.path("logged").asInt()).isEqualTo(logged);
        assertThat(balance.path("rejected").asInt()).isEqualTo(rejected);
        assertThat(described("Push", balance)).isEmpty();
    }

    private List<String> described(String schema, JsonNode value) {
        JsonNode document = json(client.get("/openapi.json"));
        return SchemaCheck.violations(document, document.at("/components/schemas/" + schema), value);
    }
}
