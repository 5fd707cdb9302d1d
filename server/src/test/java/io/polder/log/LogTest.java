package io.polder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTest {
    private static final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private static Path home;
    private static Log log;

    @BeforeAll
    static void open(@TempDir Path folder) {
        home = folder;
        log = Log.open(new Log.Settings(home.resolve("log"), 0, Optional.empty()), failures::add);
    }

    @AfterAll
    static void close() {
        log.close();
    }

    @Test
    void whatIsSentIsReadInOrderWithItsTimeAndHeaders() throws Exception {
        log.ensure("order", 2, null);
        for (int index = 0; index < 1_000; index++) {
            var unused = send(log, "order", index % 2, 1_000 + index, "value " + index, Map.of());
        }
        send(log, "order", 0, 5, "with headers", Map.of("feed", bytes("history")))
                .get(10, TimeUnit.SECONDS);
        Awaitility.await()
                .untilAsserted(() -> assertThat(log.endOffsets("order")).isEqualTo(Map.of(0, 501L, 1, 500L)));

        List<String> zero = new ArrayList<>();
        List<String> one = new ArrayList<>();
        try (Reader reader = log.reader(Duration.ofMillis(20))) {
            reader.assign("order", Map.of(0, 0L, 1, 498L));
            Awaitility.await().until(() -> {
                reader.poll(Duration.ofMillis(100), (topic, partition, offset, accepted, value, headers) -> {
                    byte[] feed = headers.get(RecordHeaders.FEED);
                    assertThat(headers.isEmpty()).isEqualTo(feed == null);
                    (partition == 0 ? zero : one)
                            .add(offset + " " + accepted + " " + text(value) + (feed == null ? "" : " " + text(feed)));
                });
                return zero.size() + one.size() >= 503;
            });
        }

        assertThat(zero)
                .hasSize(501)
                .startsWith("0 1000 value 0", "1 1002 value 2")
                .endsWith("500 5 with headers history");
        assertThat(one).containsExactly("498 1997 value 997", "499 1999 value 999");
    }

    @Test
    void aReaderMovesOnlyTheTopicThatIsAssignedOrTakenAway() throws Exception {
        log.ensure("left", 1, null);
        log.ensure("right", 1, null);
        send(log, "left", 0, 1, "l0", Map.of()).get(10, TimeUnit.SECONDS);
        send(log, "right", 0, 1, "r0", Map.of()).get(10, TimeUnit.SECONDS);

        List<String> seen = new ArrayList<>();
        try (Reader reader = log.reader(Duration.ofMillis(10))) {
            reader.assign("left", Map.of(0, 0L));
            pollInto(reader, seen, 1);
            reader.assign("right", Map.of(0, 0L));
            pollInto(reader, seen, 2);
            reader.unassign("left");
            send(log, "left", 0, 1, "l1", Map.of()).get(10, TimeUnit.SECONDS);
            send(log, "right", 0, 1, "r1", Map.of()).get(10, TimeUnit.SECONDS);
            pollInto(reader, seen, 3);
        }

        assertThat(seen).containsExactly("l0", "r0", "r1");
    }

    @Test
    void oneRecordIsFoundByItsPlaceAndNothingBeyondTheEnds() throws Exception {
        log.ensure("single", 1, null);
        send(log, "single", 0, 7, "first", Map.of("context", bytes("a,b"))).get(10, TimeUnit.SECONDS);
        send(log, "single", 0, 8, "second", Map.of()).get(10, TimeUnit.SECONDS);

        LogRecord first = log.read("single", 0, 0).orElseThrow();
        assertThat(text(first.value())).isEqualTo("first");
        assertThat(first.acceptedMillis()).isEqualTo(7);
        assertThat(text(first.headers().getOrDefault("context", new byte[0]))).isEqualTo("a,b");
        assertThat(log.read("single", 0, 1)).map(found -> text(found.value())).contains("second");
        assertThat(log.read("single", 0, 2)).isEmpty();
        assertThat(log.read("single", 0, -1)).isEmpty();
        assertThat(log.read("single", 3, 0)).isEmpty();
    }

    @Test
    void aPositionThatTheLogDoesNotHoldIsToldWithWhatItHolds() throws Exception {
        log.ensure("short", 1, null);
        send(log, "short", 0, 1, "only", Map.of()).get(10, TimeUnit.SECONDS);

        try (Reader reader = log.reader(Duration.ofMillis(10))) {
            reader.assign("short", Map.of(0, 40L));
            assertThatExceptionOfType(PolderException.class)
                    .isThrownBy(() -> Awaitility.await().until(() -> reader.poll(Duration.ofMillis(100), ignore()) > 0))
                    .withMessageContaining("Topic 'short', partition 0: offset 40 was wanted, but the log holds 0 to 1")
                    .withMessageContaining("rebuild");
        }
    }

    @Test
    void anInterruptEndsAFlushAndIsKeptForWhoWaitsNext() {
        log.ensure("hurried", 1, null);
        var unused = send(log, "hurried", 0, 1, "late", Map.of());
        Thread.currentThread().interrupt();

        log.writer().flush();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void wakeupEndsAWaitingPoll() {
        log.ensure("quiet", 1, null);
        try (Reader reader = log.reader(Duration.ofMillis(10))) {
            reader.assign("quiet", Map.of(0, 0L));
            reader.wakeup();
            assertThat(reader.poll(Duration.ofMinutes(5), ignore())).isZero();
        }
    }

    @Test
    void aTopicIsMadeOnceAndKeptForEver() throws Exception {
        log.ensure("kept", 3, null);
        log.ensure("kept", 3, null);

        assertThat(configuration("kept"))
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "-1")
                .containsEntry("retention.bytes", "-1");
        assertThat(log.beginningOffsets("kept")).isEqualTo(Map.of(0, 0L, 1, 0L, 2, 0L));
    }

    @Test
    void theEmbeddedBrokerFollowsADefinitionThatKeepsEventsForAnotherTime() throws Exception {
        log.ensure("bounded", 1, Duration.ofDays(30));
        assertThat(configuration("bounded"))
                .containsEntry("retention.ms", Long.toString(Duration.ofDays(30).toMillis()));

        log.ensure("bounded", 1, null);

        assertThat(configuration("bounded")).containsEntry("retention.ms", "-1");
    }

    @Test
    void anotherNumberOfPartitionsIsRefusedWithTheFix() {
        log.ensure("fixed", 4, null);

        assertThatExceptionOfType(PolderException.class)
                .isThrownBy(() -> log.ensure("fixed", 8, null))
                .withMessage(
                        "topic fixed = '8 partitions': it exists with 4, and partitions are fixed for ever because an"
                                + " event's partition is its key's. Fix: write partitions: 4, or name another topic")
                .extracting(PolderException::code)
                .isEqualTo(ErrorCode.INVALID_DEFINITION);
    }

    @Test
    void anExternalClusterIsUsedThroughTheSameCodeAndItsTopicsAreOnlyVerified() throws Exception {
        Log.Settings settings = new Log.Settings(home.resolve("unused"), 0, Optional.of(log.bootstrap()));
        try (Log external = Log.open(settings, failures::add);
                Admin admin = Admin.create(Map.of("bootstrap.servers", log.bootstrap()))) {
            assertThat(external.bootstrap()).isEqualTo(log.bootstrap());
            external.ensure("far", 2, null);
            send(external, "far", 1, 1, "event", Map.of()).get(10, TimeUnit.SECONDS);
            assertThat(log.read("far", 1, 0)).map(found -> text(found.value())).contains("event");

            admin.createTopics(List.of(new NewTopic("week", 1, (short) 1).configs(Map.of("retention.ms", "604800000"))))
                    .all()
                    .get(10, TimeUnit.SECONDS);
            assertThatExceptionOfType(PolderException.class)
                    .isThrownBy(() -> external.ensure("week", 1, null))
                    .withMessageContaining("topic week = 'retention.ms=604800000': it must be -1")
                    .withMessageContaining("Fix: kafka-configs.sh --bootstrap-server " + log.bootstrap()
                            + " --alter --entity-type topics --entity-name week --add-config retention.ms=-1");
            external.ensure("week", 1, Duration.ofDays(7));
        }
        assertThat(home.resolve("unused")).doesNotExist();
    }

    @Test
    void aClusterThatDoesNotAnswerOrIsNoneIsASentence() {
        assertThatExceptionOfType(PolderException.class)
                .isThrownBy(() -> Log.open(new Log.Settings(home, 0, Optional.of("no address")), failures::add))
                .withMessageContaining("log.bootstrap = 'no address'")
                .withMessageContaining("Fix: write it like host:9092");
    }

    @Test
    void aSecondBrokerOnTheSameDirectoryIsRefusedWithTheHolder() {
        assertThatExceptionOfType(PolderException.class)
                .isThrownBy(() -> Log.open(new Log.Settings(home.resolve("log"), 0, Optional.empty()), failures::add))
                .withMessageContaining(
                        "is in use by process " + ProcessHandle.current().pid())
                .extracting(PolderException::code)
                .isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void aTakenPortIsASentenceWithTheFix() throws IOException {
        try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Log.Settings settings = new Log.Settings(home.resolve("port"), holder.getLocalPort(), Optional.empty());
            assertThatExceptionOfType(PolderException.class)
                    .isThrownBy(() -> Log.open(settings, failures::add))
                    .withMessageContaining("log.port = '" + holder.getLocalPort() + "'")
                    .withMessageContaining("--set log.port=0");
        }
    }

    @Test
    void aRestartedBrokerHasWhatItHadAndStopsQuickly() throws Exception {
        Log.Settings settings = new Log.Settings(home.resolve("again"), 0, Optional.empty());
        try (Log first = Log.open(settings, failures::add)) {
            first.ensure("durable", 1, null);
            send(first, "durable", 0, 1, "kept", Map.of()).get(10, TimeUnit.SECONDS);
        }

        Log second = Log.open(settings, failures::add);
        second.ensure("durable", 1, null);
        assertThat(second.read("durable", 0, 0))
                .map(found -> text(found.value()))
                .contains("kept");
        long start = System.nanoTime();
        second.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aWriteThatCannotBeSentReachesItsReceipt() {
        CompletableFuture<Long> tooLarge = new CompletableFuture<>();
        log.ensure("limits", 1, null);
        log.writer()
                .send(
                        "limits",
                        0,
                        1,
                        null,
                        new byte[4 << 20],
                        Map.of(),
                        (partition, offset, failure) -> complete(tooLarge, offset, failure));
        assertThat(tooLarge).failsWithin(Duration.ofSeconds(10));

        CompletableFuture<Long> nowhere = new CompletableFuture<>();
        log.writer()
                .send(
                        "no-such-topic",
                        0,
                        1,
                        null,
                        bytes("x"),
                        Map.of(),
                        (partition, offset, failure) -> complete(nowhere, offset, failure));
        assertThat(nowhere).failsWithin(Duration.ofSeconds(10));
    }

    @Test
    void theLargestRecordIsTaken() throws Exception {
        log.ensure("large", 1, null);
        byte[] value = new byte[Writer.MAX_RECORD_BYTES];
        new java.util.Random(1).nextBytes(value);
        CompletableFuture<Long> done = new CompletableFuture<>();
        log.writer()
                .send(
                        "large",
                        0,
                        1,
                        null,
                        value,
                        Map.of(),
                        (partition, offset, failure) -> complete(done, offset, failure));
        done.get(10, TimeUnit.SECONDS);
        assertThat(log.read("large", 0, 0)).map(LogRecord::value).contains(value);
    }

    @Test
    void aBrokerWhoseDirectoryFailsIsToldToTheProgram() throws Exception {
        Path directory = home.resolve("failing");
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        try (Log failing = Log.open(new Log.Settings(directory, 0, Optional.empty()), failed::complete)) {
            failing.ensure("before", 1, null);
            Files.move(directory, home.resolve("gone"));
            Files.writeString(directory, "no directory any more");
            CompletableFuture<Void> asked = CompletableFuture.runAsync(() -> failing.ensure("after", 1, null));

            assertThat(failed).succeedsWithin(Duration.ofSeconds(30));
            asked.cancel(true);
        }
    }

    private static Map<String, String> configuration(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", log.bootstrap()))) {
            return admin.describeConfigs(List.of(resource)).all().get(10, TimeUnit.SECONDS).values().stream()
                    .flatMap(found -> found.entries().stream())
                    .filter(entry -> entry.value() != null)
                    .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
        }
    }

    private static CompletableFuture<Long> send(
            Log to, String topic, int partition, long accepted, String value, Map<String, byte[]> headers) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        to.writer()
                .send(
                        topic,
                        partition,
                        accepted,
                        null,
                        bytes(value),
                        headers,
                        (at, offset, failure) -> complete(done, offset, failure));
        return done;
    }

    private static void complete(CompletableFuture<Long> done, long offset, @Nullable Exception failure) {
        if (failure == null) {
            done.complete(offset);
        } else {
            done.completeExceptionally(failure);
        }
    }

    private static void pollInto(Reader reader, List<String> seen, int until) {
        Awaitility.await().until(() -> {
            reader.poll(
                    Duration.ofMillis(100),
                    (topic, partition, offset, accepted, value, headers) -> seen.add(text(value)));
            return seen.size() >= until;
        });
    }

    private static Reader.Visitor ignore() {
        return (topic, partition, offset, accepted, value, headers) -> {};
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
