package io.polder.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.config.Rule;
import io.polder.log.Log;
import io.polder.log.LogRecord;
import io.polder.log.Reader;
import io.polder.log.RecordHeaders;
import io.polder.query.Queries;
import io.polder.record.PolderException;
import io.polder.store.duck.DuckStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
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
    private volatile boolean isFed = true;
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
        // A row that is replaced before it is sent is not sent: how many records there are is a matter of time.
        List<List<String>> all = rows("SELECT CAST(id AS VARCHAR), value FROM t ORDER BY id");
        await().untilAsserted(() -> assertThat(lastOfEachKey("t_" + suffix))
                .containsExactlyInAnyOrderElementsOf(all.stream()
                        .map(row -> row.get(0) + " {\"id\":" + row.get(0) + ",\"value\":" + row.get(1) + "}")
                        .toList()));
    }

    @Test
    void aRowThatATopicNeverTakesIsRejectedAndHoldsUpNeitherThatTopicNorAnother() throws Exception {
        start("""
                mart: test
                feeds:
                  f: { http: true, format: json, key: [id], partitions: 1, topic: f_X, fields: [
                      {name: id, type: bigint}, {name: text}] }
                tables:
                  t: { from: f_X, key: [id], publish: t_X, select: "SELECT e.id, repeat(e.text, 1000) AS text FROM event e" }
                """);
        send("f_X", 0, "{'id':1,'text':'" + "x".repeat(2_000) + "'}");
        send("f_X", 0, "{'id':2,'text':'y'}");
        send("f_X", 0, "not json");

        await().untilAsserted(
                        () -> assertThat(log.endOffsets("t_" + suffix).get(0)).isEqualTo(1));
        await().untilAsserted(() ->
                assertThat(log.endOffsets("f_" + suffix + ".rejected").get(0)).isEqualTo(2));
        List<LogRecord> rejected = new ArrayList<>();
        for (int offset = 0; offset < 2; offset++) {
            rejected.add(log.read("f_" + suffix + ".rejected", 0, offset).orElseThrow());
        }
        assertThat(rejected)
                .anySatisfy(record -> {
                    assertThat(record.headers().get("offset")).asString(UTF_8).isEqualTo("0");
                    assertThat(record.headers().get("table")).asString(UTF_8).isEqualTo("t");
                    assertThat(record.headers().get("feed")).asString(UTF_8).isEqualTo("f");
                    assertThat(record.headers().get("reason"))
                            .asString(UTF_8)
                            .contains("Its row is in the table, but topic 't_" + suffix + "' does not take it");
                    assertThat(record.value()).asString(UTF_8).startsWith("{\"id\":1");
                })
                .anySatisfy(record -> assertThat(record.headers().get("offset"))
                        .asString(UTF_8)
                        .isEqualTo("2"));
        assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of("2"));
        await().untilAsserted(() -> assertThat(store.owing()).isEmpty());
    }

    @Test
    void aTopicThatIsGoneHoldsUpNoOther() throws Exception {
        start("""
                mart: test
                feeds:
                  f: { http: true, format: json, key: [id], partitions: 1, topic: f_X, fields: [{name: id, type: bigint}] }
                tables:
                  t: { from: f_X, key: [id] }
                """);
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO store.outbox VALUES (0, 'gone_" + suffix + "', NULL, encode('{}'), '', 0)");
        }
        send("f_X", 0, "not json");

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        log.endOffsets("f_" + suffix + ".rejected").get(0))
                .isEqualTo(1));
        await().untilAsserted(() -> assertThat(store.owing()).containsExactly("gone_" + suffix));
    }

    @Test
    void violationsStandWithTheFeedAndMinuteOfTheirEventsAlsoAfterARebuild() throws Exception {
        start("""
                mart: test
                feeds:
                  f: { http: true, format: json, key: [id], partitions: 1, topic: f_X, fields: [{name: id, type: bigint}] }
                  g: { http: true, format: json, key: [id], partitions: 1, topic: f_X, fields: [{name: id, type: bigint}] }
                tables:
                  t: { from: f_X, key: [id], rules: [
                      {name: small, column: id, check: "id < 2", on_violation: count},
                      {name: even, column: id, check: "id % 2 = 0", on_violation: reject}] }
                """);
        Instant minute = Instant.parse("2026-03-01T12:00:00Z");
        for (int id = 0; id < 6; id++) {
            send(
                    "f_X",
                    0,
                    minute.plusSeconds(30L * id).toEpochMilli(),
                    Map.of(RecordHeaders.FEED, (id < 4 ? "f" : "g").getBytes(UTF_8)),
                    "{'id':" + id + "}");
        }
        await().untilAsserted(() ->
                assertThat(rows("SELECT sum(logged) FROM polder.ledger")).containsExactly(List.of("6")));

        assertViolations();
        running().rebuild("t");
        awaitState("t", "live");
        assertViolations();
    }

    private void assertViolations() throws Exception {
        assertThat(rows("SELECT rule, minute(minute), count FROM polder.violations ORDER BY ALL"))
                .containsExactly(
                        List.of("even", "0", "1"),
                        List.of("even", "1", "1"),
                        List.of("even", "2", "1"),
                        List.of("small", "1", "2"),
                        List.of("small", "2", "2"));
        List<String> ledger = new ArrayList<>();
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT l.feed || ' ' || minute(l.minute) || ' ' || sum(violations) FROM store.ledger l JOIN"
                                + " store.generations g ON g.physical = l.generation WHERE g.is_current AND g.name = 't'"
                                + " GROUP BY l.feed, l.minute ORDER BY 1")) {
            while (result.next()) {
                ledger.add(result.getString(1));
            }
        }
        assertThat(ledger).containsExactly("f 0 0", "f 1 2", "g 2 2");
    }

    @Test
    void aTableThatHasReadMoreThanTheLogHoldsSaysSoAndCanBeRebuilt() throws Exception {
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
        // As after a power cut that cost the log its end.
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE store.batches SET positions = '0:50' WHERE generation LIKE 't~%'");
        }
        stop();
        start(definition);
        await().untilAsserted(
                        () -> assertThat(running().tables().get(0).state()).contains("Fix: rebuild the tables"));

        running().rebuild("t");

        awaitState("t", "live");
        send("f_X", 0, "{'id':2}");
        awaitRows("t", 2);
    }

    @Test
    void aTableThatHasReadMoreThanTheLogHeldAtTheStartSkipsNothingThatCameSince() throws Exception {
        start(JOINED);
        send("points_X", 0, "{'uid':1,'name':'boom'}");
        send("traffic_X", 0, "{'uid':1,'speed':90}");
        awaitRows("traffic", 1);
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE store.batches SET positions = '0:3' WHERE generation LIKE 'traffic~%'");
        }
        stop();
        isFed = false;
        start(JOINED);
        // While it waits for points, new events take the offsets that it has read.
        for (int uid = 2; uid <= 5; uid++) {
            send("traffic_X", 0, "{'uid':" + uid + ",'speed':90}");
        }
        isFed = true;

        await().untilAsserted(() -> assertThat(running().tables()).anySatisfy(table -> assertThat(table.state())
                .contains("table traffic has read up to offset 3, but the log ends at 1")
                .contains("Fix: rebuild the tables")));
        running().rebuild("traffic");
        awaitState("traffic", "live");
        awaitRows("traffic", 5);
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
    void aTableThatIsRebuiltWithoutAJoinWaitsNoMoreForWhatItJoined() throws Exception {
        start(JOINED);
        stop();
        isFed = false;
        start(JOINED.replace(
                "e.speed, p.name FROM event e LEFT JOIN points p ON p.uid = e.uid", "e.speed FROM event e"));
        awaitState("traffic", "the definition has changed: run ./polder rebuild traffic");

        running().rebuild("traffic");

        awaitState("traffic", "live");
        send("traffic_X", 0, "{'uid':1,'speed':90}");
        awaitRows("traffic", 1);
    }

    @Test
    void aViewOfWhatOnlyTheNewDefinitionHasIsThereAfterTheRebuild() throws Exception {
        start(JOINED + "views:\n  names: \"SELECT name FROM points\"\n");
        send("points_X", 0, "{'uid':1,'name':'boom'}");
        awaitRows("points", 1);
        stop();

        start(JOINED.replace("e.name FROM", "e.name, length(e.name) AS size FROM")
                + "views:\n  names: \"SELECT name, size FROM points\"\n  twice: \"SELECT * FROM names\"\n");

        awaitState("points", "the definition has changed: run ./polder rebuild points");
        assertThat(rows("SELECT * FROM names")).containsExactly(List.of("boom"));
        running().rebuild("points");
        awaitState("points", "live");
        assertThat(rows("SELECT * FROM names")).containsExactly(List.of("boom", "4"));
        assertThat(rows("SELECT * FROM twice")).containsExactly(List.of("boom", "4"));
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

    /** The topic ends with marks and with what was aborted: the table stands before them, and is not behind. */
    @Test
    void ofTransactionsOnlyWhatIsCommittedBecomesRows() throws Exception {
        start(PLAIN);
        String topic = "f_" + suffix;
        try (KafkaProducer<byte[], byte[]> first = transactional("first");
                KafkaProducer<byte[], byte[]> second = transactional("second")) {
            first.beginTransaction();
            write(first, "{'id':10}");
            first.commitTransaction();
            first.beginTransaction();
            write(first, "{'id':11}");
            first.abortTransaction();
            second.beginTransaction();
            write(second, "{'id':12}");

            awaitRows("t", 1);
            await().until(() -> running().lag(topic) == 0);
            second.commitTransaction();
            awaitRows("t", 2);
            assertThat(rows("SELECT id FROM t ORDER BY id")).containsExactly(List.of("10"), List.of("12"));

            second.beginTransaction();
            write(second, null);
            write(second, "{'id':13}");
            second.commitTransaction();
            awaitRows("t", 3);
            assertThat(running().tables().get(0).totals().rejected())
                    .as("a tombstone is no event")
                    .isEqualTo(1);
            second.beginTransaction();
            write(second, "{'id':14}");
            second.abortTransaction();
            await().until(() -> running().lag(topic) == 0 && running().hasCommitted(topic, log.endOffsets(topic)));
        }

        running().rebuild("t");

        awaitState("t", "live");
        assertThat(rows("SELECT id FROM t ORDER BY id")).containsExactly(List.of("10"), List.of("12"), List.of("13"));
        send("f_X", 0, "{'id':15}");
        awaitRows("t", 4);
    }

    private KafkaProducer<byte[], byte[]> transactional(String id) {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", log.bootstrap(), "transactional.id", id + suffix),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private void write(KafkaProducer<byte[], byte[]> producer, @Nullable String event) throws Exception {
        byte[] value = event == null ? null : event.replace('\'', '"').getBytes(UTF_8);
        producer.send(new ProducerRecord<>("f_" + suffix, 0, new byte[] {1}, value))
                .get();
    }

    @Test
    void rulesThatWereSwitchedOnInAnotherLogAreToldAsSuch() throws Exception {
        start(PLAIN);
        send("f_X", 0, "{'id':1}");
        awaitRows("t", 1);
        running().enforce("t", new Rule("even", "id", "id % 2 = 0", Rule.OnViolation.COUNT));
        assertThat(running().rulesOfAnotherLog("t")).isEmpty();
        stop();
        Files.delete(folder.resolve("mart.duckdb"));
        nameTopicsAnew();

        start(PLAIN);

        assertThat(running().rulesOfAnotherLog("t").orElseThrow())
                .contains("even of rules.yaml")
                .contains("switched on in another log");
    }

    private void awaitState(String table, String state) {
        await().untilAsserted(() -> assertThat(running().tables())
                .filteredOn(status -> status.name().equals(table))
                .extracting(TableStatus::state)
                .containsExactly(state));
    }

    // ---- the test's words

    private static final String PLAIN = """
            mart: test
            feeds:
              f: { http: true, format: json, key: [id], partitions: 1, topic: f_X, fields: [{name: id, type: bigint}] }
            tables:
              t:
                from: f_X
                key: [id]
                rules: [{name: few, check: "id < 5", on_violation: mark}]
            """;

    @Test
    void ofEachRuleAndHourTheFirstRowsAreMarkedAndAllAreCounted() throws Exception {
        start(PLAIN);
        long hour = Instant.parse("2026-03-02T08:00:00Z").toEpochMilli();
        for (int id = 0; id < 1_105; id++) {
            send("f_X", 0, id < 1_100 ? hour + id : hour + 3_600_000 + id, Map.of(), "{'id':" + id + "}");
        }
        awaitRows("t", 1_105);

        assertThat(stored("SELECT date_trunc('hour', accepted), count(*), min(\"offset\"), max(\"offset\") FROM"
                        + " polder.marks GROUP BY 1 ORDER BY 1"))
                .containsExactly("2026-03-02 08:00:00.0 1000 5 1004", "2026-03-02 09:00:00.0 5 1100 1104");
        assertThat(stored("SELECT sum(count) FROM polder.violations")).containsExactly("1100");
    }

    @Test
    void aRuleThatTheStoreDoesNotTakeIsNotInTheFileEither() throws Exception {
        start(PLAIN);
        send("f_X", 0, "{'id':1}");
        awaitRows("t", 1);
        Path file = folder.resolve("mart/rules.yaml");
        for (boolean hasFile : new boolean[] {false, true}) {
            if (hasFile) {
                running().enforce("t", new Rule("even", "id", "id % 2 = 0", Rule.OnViolation.COUNT));
            }
            String before = hasFile ? Files.readString(file) : "";
            List<Rule> rules = running().rules("t");

            execute("ALTER TABLE store.generations RENAME TO away");
            assertThatThrownBy(
                            () -> running().enforce("t", new Rule("small", "id", "id < 100", Rule.OnViolation.REJECT)))
                    .isInstanceOf(PolderException.class);
            execute("ALTER TABLE store.away RENAME TO generations");

            assertThat(Files.exists(file)).isEqualTo(hasFile);
            assertThat(hasFile ? Files.readString(file) : "").isEqualTo(before);
            assertThat(running().rules("t")).isEqualTo(rules);
        }
        send("f_X", 0, "{'id':101}");
        awaitRows("t", 2);
        // A log that begins anew has not come to where the rule begins.
        List<Rule> rules = running().rules("t");
        assertThat(RuleSwitch.ofAnotherLog("t", rules, Map.of(0, 1L))).isEmpty();
        assertThat(RuleSwitch.ofAnotherLog("t", rules, Map.of(0, 0L)).orElseThrow())
                .contains("even of rules.yaml")
                .contains("remove rules.yaml");
    }

    @Test
    void aRuleThatCannotBeWrittenDownIsNotSwitched() throws Exception {
        start(PLAIN);
        send("f_X", 0, "{'id':1}");
        awaitRows("t", 1);
        Path inTheWay = Files.createDirectories(folder.resolve("mart/rules.yaml/full"));

        assertThatThrownBy(() -> running().enforce("t", new Rule("small", "id", "id < 100", Rule.OnViolation.REJECT)))
                .hasMessageContaining("rules.yaml")
                .hasMessageContaining("Fix: ");
        assertThat(running().rules("t")).hasSize(1);
        send("f_X", 0, "{'id':101}");
        awaitRows("t", 2);

        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        running().enforce("t", new Rule("small", "id", "id < 100", Rule.OnViolation.REJECT));
        assertThat(folder.resolve("mart/rules.yaml")).content().contains("small");
    }

    private List<String> stored(String sql) throws Exception {
        List<String> rows = new ArrayList<>();
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    values.add(result.getString(column));
                }
                rows.add(String.join(" ", values));
            }
        }
        return rows;
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

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
                topic -> isFed,
                failure -> {},
                CLOCK);
        queries = Queries.open(store, log, mart, new Queries.Settings(Duration.ofSeconds(20), 10_000), CLOCK);
        running().start();
    }

    private void send(String topic, int partition, String event) throws Exception {
        send(
                topic,
                partition,
                CLOCK.millis(),
                topic.startsWith("traffic") ? Map.of(RecordHeaders.FEED, "traffic".getBytes(UTF_8)) : Map.of(),
                event);
    }

    private void send(String topic, int partition, long acceptedMillis, Map<String, byte[]> headers, String event)
            throws Exception {
        CompletableFuture<Long> sent = new CompletableFuture<>();
        log.writer()
                .send(
                        topic.replace("_X", "_" + suffix),
                        partition,
                        acceptedMillis,
                        null,
                        event.replace('\'', '"').getBytes(UTF_8),
                        headers,
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

    /** The last record of each {@code id} in a topic of one partition: the id, a space, and the value. */
    private static List<String> lastOfEachKey(String topic) {
        long end = Objects.requireNonNull(log.endOffsets(topic).get(0));
        Map<String, String> last = new LinkedHashMap<>();
        AtomicLong next = new AtomicLong();
        try (Reader reader = log.reader(Duration.ofMillis(50))) {
            reader.assign(topic, Map.of(0, 0L));
            while (next.get() < end) {
                reader.poll(Duration.ofSeconds(1), (where, partition, offset, accepted, value, headers) -> {
                    String text = new String(value, UTF_8);
                    String id = text.substring(text.indexOf(':') + 1, text.indexOf(','));
                    last.put(id, id + " " + text);
                    next.set(offset + 1);
                });
            }
        }
        return List.copyOf(last.values());
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
