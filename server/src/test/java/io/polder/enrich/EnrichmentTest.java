package io.polder.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.log.Log;
import io.polder.log.LogRecord;
import io.polder.log.RecordHeaders;
import io.polder.query.Queries;
import io.polder.store.duck.DuckStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
final class EnrichmentTest {
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    static Path logFolder;

    private static Log log;

    @BeforeAll
    static void startTheLog() {
        log = Log.open(new Log.Settings(logFolder, 0, Optional.empty()), failure -> {});
    }

    @AfterAll
    static void stopTheLog() {
        log.close();
    }

    @TempDir
    Path folder;

    private String suffix = "";
    private DuckStore store;
    private @Nullable Enrichment enrichment;
    private Queries queries;

    @BeforeEach
    void nameTopicsAnew() {
        suffix = Long.toString(System.nanoTime(), 36);
    }

    @AfterEach
    void stop() {
        Enrichment running = enrichment;
        enrichment = null;
        if (running != null) {
            queries.close();
            running.close();
            store.close();
        }
    }

    @Test
    void eventsBecomeRowsJoinedToTheReferenceAsItWasAtTheirTime() throws Exception {
        start("""
                mart: test
                feeds:
                  points: { http: true, format: json, key: [uid], partitions: 2, topic: points_X, fields: [
                      {name: uid, type: bigint}, {name: name}, {name: valid_from, type: timestamp}] }
                  traffic: { http: true, format: json, key: [uid], partitions: 2, topic: traffic_X, fields: [
                      {name: uid, type: bigint}, {name: time, type: timestamp}, {name: speed, type: integer}] }
                tables:
                  points: { from: points_X, key: [uid, valid_from], time: valid_from }
                  traffic:
                    from: traffic_X
                    key: [uid, time]
                    time: time
                    select: |
                      SELECT e.uid, e.time, e.speed, p.name AS then_called, l.name AS now_called
                      FROM event e
                      ASOF LEFT JOIN points p ON p.uid = e.uid AND p.valid_from <= e.time
                      LEFT JOIN points l ON l.uid = e.uid
                views:
                  fast: "SELECT * FROM traffic WHERE speed > 100"
                """);
        send("traffic_X", 0, "{'uid':1,'time':'2026-01-01T00:00:00Z','speed':90}");
        send("traffic_X", 0, "{'uid':1,'time':'2026-02-01T00:00:00Z','speed':120}");
        send("points_X", 0, "{'uid':1,'name':'old','valid_from':'2026-01-10T00:00:00Z'}");
        send("points_X", 0, "{'uid':1,'name':'new','valid_from':'2026-01-20T00:00:00Z'}");

        awaitRows("traffic", 2);

        assertThat(rows("SELECT speed, then_called, now_called FROM traffic ORDER BY time"))
                .containsExactly(List.of("90", "old", "new"), List.of("120", "new", "new"));
        assertThat(rows("SELECT speed FROM fast")).containsExactly(List.of("120"));
        assertThat(queries.row("traffic", List.of("1", "2026-01-01T00:00:00Z"))
                        .orElseThrow()
                        .provenance()
                        .offset())
                .isZero();
        assertThat(queries.row("traffic", List.of("1")).orElseThrow().row()).containsEntry("speed", 120);
    }

    @Test
    void anEventOnWhichTheSelectFailsIsRejectedAndTheOthersAreStored() throws Exception {
        start("""
                mart: test
                feeds:
                  f: { http: true, format: json, key: [id], partitions: 1, topic: f_X, fields: [
                      {name: id, type: bigint}, {name: number}] }
                tables:
                  t: { from: f_X, key: [id], select: "SELECT e.id, CAST(e.number AS INTEGER) AS number FROM event e" }
                """);
        for (int id = 0; id < 20; id++) {
            send("f_X", 0, "{'id':" + id + ",'number':'" + (id == 13 ? "many" : id) + "'}");
        }
        send("f_X", 0, "not json");

        awaitRows("t", 19);

        await().untilAsserted(
                        () -> assertThat(rows("SELECT \"offset\", reason FROM polder.rejected ORDER BY \"offset\""))
                                .satisfiesExactly(
                                        first -> {
                                            assertThat(first.get(0)).isEqualTo("13");
                                            assertThat(first.get(1)).contains("Could not convert string 'many'");
                                        },
                                        second -> assertThat(second.get(0)).isEqualTo("20")));
        await().untilAsserted(() -> {
            LogRecord owed = log.read("f_" + suffix + ".rejected", 0, 0).orElseThrow();
            assertThat(new String(owed.value(), UTF_8)).isEqualTo("{'id':13,'number':'many'}".replace('\'', '"'));
            assertThat(new String(owed.headers().get("offset"), UTF_8)).isEqualTo("13");
        });
        assertThat(rows("SELECT sum(logged), sum(applied), sum(rejected) FROM polder.ledger"))
                .containsExactly(List.of("21", "19", "2"));
    }

    @Test
    void aRebuildGivesTheSameRowsAndGoesOnLive() throws Exception {
        start("""
                mart: test
                feeds:
                  f: { http: true, format: json, key: [id], partitions: 3, topic: f_X, fields: [
                      {name: id, type: bigint}, {name: value, type: double}] }
                tables:
                  t: { from: f_X, key: [id], publish: t_X, rules: [{column: value, check: "value < 900", on_violation: nullify}] }
                """);
        for (int id = 0; id < 1000; id++) {
            send("f_X", id % 3, "{'id':" + (id % 300) + ",'value':" + id + ".5}");
        }
        await().untilAsserted(() ->
                assertThat(rows("SELECT sum(logged) FROM polder.ledger")).containsExactly(List.of("1000")));
        List<List<String>> before = rows("SELECT * FROM t ORDER BY id");

        running().rebuild("t");

        await().untilAsserted(
                        () -> assertThat(running().tables().get(0).state()).isEqualTo("live"));
        assertThat(rows("SELECT * FROM t ORDER BY id")).isEqualTo(before);
        assertThat(rows("SELECT sum(logged), sum(applied) FROM polder.ledger"))
                .containsExactly(List.of("1000", "1000"));
        send("f_X", 0, "{'id':5000,'value':1}");
        await().untilAsserted(() ->
                assertThat(rows("SELECT id FROM t WHERE id = 5000")).hasSize(1));
        await().untilAsserted(
                        () -> assertThat(log.endOffsets("t_" + suffix).get(0)).isEqualTo(1001));
    }

    @Test
    void whatIsCommittedIsThereAfterARestartAndTheRestFollows() throws Exception {
        String definition = """
                mart: test
                feeds:
                  f: { http: true, format: json, key: [id], partitions: 1, topic: f_X, fields: [{name: id, type: bigint}] }
                tables:
                  t: { from: f_X, key: [id] }
                """;
        start(definition);
        send("f_X", 0, "{'id':1}");
        awaitRows("t", 1);
        stop();
        send("f_X", 0, "{'id':2}");

        start(definition);

        awaitRows("t", 2);
        assertThat(rows("SELECT sum(logged) FROM polder.ledger")).containsExactly(List.of("2"));
    }

    private static final String JOINED = """
            mart: test
            feeds:
              points: { http: true, format: json, key: [uid], partitions: 1, topic: points_X, fields: [
                  {name: uid, type: bigint}, {name: name}] }
              traffic: { http: true, format: json, key: [uid], partitions: 2, topic: traffic_X, fields: [
                  {name: uid, type: bigint}, {name: speed, type: integer}] }
            tables:
              points: { from: points_X, key: [uid], select: "SELECT e.uid, e.name FROM event e" }
              traffic:
                from: traffic_X
                key: [uid]
                select: "SELECT e.uid, e.speed, p.name FROM event e LEFT JOIN points p ON p.uid = e.uid"
            """;

    @Test
    void aTableFollowsTheChangedDefinitionOfOneThatItJoinsOnlyWhenBothAreRebuiltInOrder() throws Exception {
        start(JOINED);
        send("points_X", 0, "{'uid':1,'name':'boom'}");
        send("traffic_X", 0, "{'uid':1,'speed':90}");
        awaitRows("traffic", 1);
        stop();

        start(JOINED.replace("e.name FROM", "upper(e.name) AS name, length(e.name) AS size FROM"));

        awaitState("points", "the definition has changed: run ./polder rebuild points");
        awaitState(
                "traffic",
                "the definition has changed, of points too, which it joins: run ./polder rebuild for these"
                        + " first, then for traffic");
        send("traffic_X", 0, "{'uid':1,'speed':91}");
        await().untilAsserted(
                        () -> assertThat(rows("SELECT * FROM traffic")).containsExactly(List.of("1", "91", "boom")));
        assertThatThrownBy(() -> running().rebuild("traffic"))
                .hasMessageContaining("run ./polder rebuild points first");

        running().rebuild("points");
        awaitState("points", "live");
        awaitState("traffic", "the definition has changed: run ./polder rebuild traffic");
        for (int uid = 1; uid <= 3; uid++) {
            send("traffic_X", uid % 2, "{'uid':" + uid + ",'speed':92}");
        }
        await().untilAsserted(() -> assertThat(rows("SELECT * FROM traffic ORDER BY uid"))
                .as("it goes on over the table that was replaced")
                .containsExactly(List.of("1", "92", "BOOM"), List.of("2", "92", "null"), List.of("3", "92", "null")));
        stop();

        start(JOINED.replace("e.name FROM", "upper(e.name) AS name, length(e.name) AS size FROM"));
        awaitState("points", "live");
        awaitState("traffic", "the definition has changed: run ./polder rebuild traffic");
        running().rebuild("traffic");
        awaitState("traffic", "live");
        assertThat(rows("SELECT sum(rejected) FROM polder.ledger")).containsExactly(List.of("0"));
        stop();

        start(JOINED.replace("e.name FROM", "upper(e.name) AS name, length(e.name) AS size FROM"));
        awaitState("traffic", "live");
    }

    @Test
    void aTableIsNotRebuiltIntoOneWithWhichThoseThatJoinItCannotGoOn() throws Exception {
        start(JOINED);
        send("points_X", 0, "{'uid':1,'name':'boom'}");
        awaitRows("points", 1);
        stop();

        start(JOINED.replace("e.name FROM", "e.name AS label FROM").replace("p.name", "p.label AS name"));

        assertThatThrownBy(() -> running().rebuild("points"))
                .hasMessageContaining("'traffic' joins 'points' and could not go on")
                .hasMessageContaining("until both are rebuilt");
        assertThat(rows("SELECT name FROM points")).containsExactly(List.of("boom"));
    }

    @Test
    void aFeedThatJoinsATopicChangesNothingAndOneThatLeavesItDoes() throws Exception {
        start(JOINED);
        send("points_X", 0, "{'uid':1,'name':'boom'}");
        send("traffic_X", 0, "{'uid':1,'speed':90}");
        awaitRows("traffic", 1);
        stop();
        String more = JOINED.replace(
                "tables:\n",
                "  older: { files: \"none/*.csv\", format: csv, topic: points_X, key: [uid], partitions: 1 }\ntables:\n");

        start(more);
        awaitState("points", "live");
        awaitState("traffic", "live");
        stop();
        start(JOINED);

        awaitState("points", "the definition has changed: run ./polder rebuild points");
        stop();
        start(more);
        awaitState("points", "live");
        awaitState("traffic", "live");
    }

    @Test
    void howManyEventsWaitIsToldAsItIsAtThatMoment() throws Exception {
        start(JOINED);
        for (int count = 1; count <= 20; count++) {
            send("traffic_X", count % 2, "{'uid':" + count + ",'speed':90}");
            assertThat(running().lag("traffic_" + suffix))
                    .as("the table waits for points")
                    .isEqualTo(count);
        }
    }

    private void awaitState(String table, String state) {
        await().untilAsserted(() -> assertThat(running().tables())
                .filteredOn(status -> status.name().equals(table))
                .extracting(TableStatus::state)
                .containsExactly(state));
    }

    // ---- the test's words

    private void start(String definition) throws Exception {
        Path marts = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(marts.resolve("polder.yaml"), definition.replace("_X", "_" + suffix));
        Mart mart = MartReader.read(marts);
        mart.feeds().values().forEach(feed -> {
            log.ensure(feed.topic(), feed.partitions(), null);
            log.ensure(feed.topic() + ".rejected", 1, null);
        });
        store = DuckStore.open(
                new DuckStore.Settings(folder.resolve("mart.duckdb"), folder.resolve("tmp"), 256L << 20, 1), CLOCK);
        enrichment = Enrichment.open(
                mart,
                log,
                store,
                new Enrichment.Settings(Duration.ofMillis(50), 10_000, true),
                topic -> true,
                failure -> {},
                CLOCK);
        queries = Queries.open(
                store, log, mart, new Queries.Settings(Duration.ofSeconds(20), 10_000), InstantSource.system());
        running().start();
    }

    private void send(String topic, int partition, String event) throws Exception {
        CompletableFuture<Long> sent = new CompletableFuture<>();
        log.writer()
                .send(
                        topic.replace("_X", "_" + suffix),
                        partition,
                        CLOCK.millis(),
                        null,
                        event.replace('\'', '"').getBytes(UTF_8),
                        topic.startsWith("traffic") ? Map.of(RecordHeaders.FEED, "traffic".getBytes(UTF_8)) : Map.of(),
                        (where, offset, failure) -> {
                            if (failure == null) {
                                sent.complete(offset);
                            } else {
                                sent.completeExceptionally(failure);
                            }
                        });
        log.writer().flush();
        sent.get();
    }

    private Enrichment running() {
        return Objects.requireNonNull(enrichment);
    }

    private void awaitRows(String table, int count) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(rows("SELECT count(*) FROM " + table))
                .as(() -> running().tables().toString())
                .containsExactly(List.of(Integer.toString(count))));
    }

    private List<List<String>> rows(String sql) {
        List<List<String>> rows = new ArrayList<>();
        for (Object[] row : queries.ask(sql, 10_000).rows()) {
            List<String> texts = new ArrayList<>();
            for (Object value : row) {
                texts.add(String.valueOf(value));
            }
            rows.add(texts);
        }
        return rows;
    }
}
