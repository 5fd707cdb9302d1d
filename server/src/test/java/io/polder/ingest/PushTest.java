package io.polder.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.log.Log;
import io.polder.log.RejectedEvent;
import io.polder.log.Writer;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

final class PushTest {
    private static Log log;

    private Surroundings around;
    private final List<Ingest> opened = new ArrayList<>();
    private String topic;
    private Path state;

    @BeforeAll
    static void openLog(@TempDir Path folder) {
        log = Log.open(new Log.Settings(folder.resolve("log"), 0, Optional.empty()), failure -> {});
    }

    @AfterAll
    static void closeLog() {
        log.close();
    }

    @BeforeEach
    void name(TestInfo test, @TempDir Path folder) {
        around = new Surroundings(log);
        topic = test.getTestMethod().orElseThrow().getName();
        state = folder;
    }

    @AfterEach
    void closeIngest() {
        opened.forEach(Ingest::close);
    }

    @Test
    void eventsAreLoggedExactlyAsTheyArrivedInTheirKeysPartition() {
        Ingest ingest = open(TestFeeds.http(topic));

        Push push = push(ingest, "[ {\"uid\": 1, \"speed\":70 }, {\"uid\":2}, {\"uid\":1,\"x\":\"é\"} ]");

        assertThat(push).isEqualTo(new Push(new Balance(3, 3, 0, 0, 0), List.of()));
        assertThat(around.values(topic))
                .containsExactly("{\"uid\": 1, \"speed\":70 }", "{\"uid\":1,\"x\":\"é\"}", "{\"uid\":2}");
        assertThat(around.read(topic)).allSatisfy(record -> {
            byte[] key = record.value().contains("\"uid\":2") ? bytes("2") : bytes("1");
            assertThat(record.partition()).isEqualTo(Log.partition(key, 0, 1, 2));
            assertThat(record.accepted()).isEqualTo(around.clock.instant());
            assertThat(record.headers()).isEmpty();
        });
        assertThat(status(ingest).totals()).isEqualTo(push.balance());
        assertThat(status(ingest).lastEventAt()).isEqualTo(around.clock.instant());
        assertThat(status(ingest).rate()).isEqualTo(3);
    }

    @Test
    void aBrokenEventIsRejectedAndTheOthersAreLogged() {
        Ingest ingest = open(TestFeeds.http(topic));

        Push push = push(ingest, "{\"uid\":1}\n{\"uid\":2,,}\n{\"speed\":3}\n{\"uid\":4}\n");

        assertThat(push.balance()).isEqualTo(new Balance(4, 2, 0, 2, 0));
        assertThat(push.rejections()).extracting(Push.Rejection::position).containsExactly(2L, 3L);
        assertThat(around.values(topic)).containsExactly("{\"uid\":1}", "{\"uid\":4}");
        assertThat(around.read(RejectedEvent.topicOf(topic)))
                .extracting(Surroundings.Logged::value)
                .containsExactly("{\"uid\":2,,}", "{\"speed\":3}");
        assertThat(around.read(RejectedEvent.topicOf(topic)).get(1).headers())
                .containsEntry("feed", topic)
                .containsEntry("stage", "edge")
                .containsEntry("position", "3")
                .containsEntry("reason", push.rejections().get(1).reason());
        assertThat(ledger()).isEqualTo(new EdgeBalances.Line(topic, minute(), 0, 2, 0));
    }

    @Test
    void ofAMalformedDocumentNothingIsTaken() {
        Ingest ingest = open(TestFeeds.http(topic));

        assertFails(ErrorCode.INVALID_REQUEST, () -> push(ingest, "[{\"uid\":1},{\"uid\":2"))
                .withMessageContaining("Nothing of the body was taken");

        assertThat(around.read(topic)).isEmpty();
        assertThat(status(ingest).totals()).isEqualTo(Balance.ZERO);
    }

    @Test
    void whatIsNotAskedForAsItShouldIsRefusedWithTheFix() {
        Ingest ingest = open(
                TestFeeds.http(topic).maxBytes(40),
                TestFeeds.http(topic + "Csv").format("csv"),
                TestFeeds.files(topic + "Files", "none/*.json"));

        assertFails(ErrorCode.NOT_FOUND, () -> ingest.push(topic + "x", body("[]"), null, null))
                .withMessageContaining("did you mean '" + topic + "'");
        assertFails(ErrorCode.INVALID_REQUEST, () -> ingest.push(topic + "Files", body("[]"), null, null));
        assertFails(ErrorCode.TOO_LARGE, () -> push(ingest, "[{\"uid\":1,\"text\":\"longer than forty bytes\"}]"))
                .withMessageContaining("max_size");
        assertFails(ErrorCode.UNSUPPORTED_MEDIA, () -> ingest.push(topic, body("[]"), "text/csv", null))
                .withMessageContaining("Fix: send it with Content-Type: application/json");
        assertFails(ErrorCode.UNSUPPORTED_MEDIA, () -> ingest.push(topic + "Csv", body(""), "application/json", null));
        assertFails(
                        ErrorCode.UNSUPPORTED_MEDIA,
                        () -> ingest.push(topic, body("[]"), "application/json; charset=iso-8859-1", null))
                .withMessageContaining("UTF-8");
        assertFails(ErrorCode.INVALID_REQUEST, () -> ingest.push(topic, body("[]"), null, "new\nline"));
    }

    @Test
    void everyUsualContentTypeIsTaken() {
        Ingest ingest = open(TestFeeds.http(topic));
        for (String type : List.of(
                "application/json",
                "application/json; charset=utf-8",
                "Application/JSON;charset=\"UTF-8\"",
                "application/x-ndjson",
                "application/geo+json",
                "text/plain")) {
            assertThat(ingest.push(topic, body("{\"uid\":1}"), type, null)
                            .balance()
                            .logged())
                    .isEqualTo(1);
        }
    }

    @Test
    void aPackedBodyIsUnpackedWithinTheLimit() throws IOException {
        Ingest ingest = open(TestFeeds.http(topic).maxBytes(10_000));

        assertThat(ingest.push(topic, gzip("[{\"uid\":1}]"), null, null)
                        .balance()
                        .logged())
                .isEqualTo(1);
        assertFails(ErrorCode.TOO_LARGE, () -> ingest.push(topic, gzip("[" + " ".repeat(20_000) + "]"), null, null));
    }

    @Test
    void ofLargeBodiesOnlyAsManyAreReadAtATimeAsThereIsRoomFor() throws IOException {
        PushedBodies bodies = new PushedBodies(4 << 20);
        byte[] large = new byte[3 << 20];
        large[large.length - 1] = 7;
        CompletableFuture<Integer> second;

        try (PushedBodies.Pushed first = bodies.read(new ByteArrayInputStream(large), 3 << 20)) {
            assertThat(first.body().length()).isEqualTo(large.length);
            assertThat(first.body().bytes()[large.length - 1]).isEqualTo((byte) 7);
            second = CompletableFuture.supplyAsync(() -> {
                try (PushedBodies.Pushed waiting = bodies.read(new ByteArrayInputStream(large), 3 << 20)) {
                    return waiting.body().length();
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            try (PushedBodies.Pushed small = bodies.read(body("small"), 3 << 20)) {
                assertThat(small.body().length()).isEqualTo(5);
            }
            assertThat(second).isNotDone();
        }

        assertThat(second).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(large.length);
    }

    @Test
    void whereLeavesOutAndWhatItCannotJudgeIsRejected() {
        Ingest ingest = open(TestFeeds.http(topic).where("speed > 50"));

        Push push = push(
                ingest,
                "[{\"uid\":1,\"speed\":70},{\"uid\":2,\"speed\":30},{\"uid\":3,\"speed\":\"fast\"},"
                        + "{\"uid\":4,\"speed\":13},{\"uid\":5},{\"uid\":6,\"speed\":51}]");

        assertThat(push.balance()).isEqualTo(new Balance(6, 2, 2, 2, 0));
        assertThat(push.rejections()).extracting(Push.Rejection::position).containsExactly(3L, 4L);
        assertThat(push.rejections().get(1).reason()).isEqualTo("where: 13 cannot be judged");
        assertThat(around.values(topic)).containsExactly("{\"uid\":1,\"speed\":70}", "{\"uid\":6,\"speed\":51}");
        assertThat(ledger()).isEqualTo(new EdgeBalances.Line(topic, minute(), 2, 2, 0));
    }

    @Test
    void aThousandsOfEventsAreJudgedInTheirOrder() {
        Ingest ingest = open(TestFeeds.http(topic).where("speed > 50"));
        String body = IntStream.range(0, 10_000)
                .mapToObj(index -> "{\"uid\":" + index + ",\"speed\":" + (index % 2 == 0 ? 20 : 80) + "}\n")
                .reduce(new StringBuilder(), StringBuilder::append, StringBuilder::append)
                .toString();

        assertThat(push(ingest, body).balance()).isEqualTo(new Balance(10_000, 5_000, 5_000, 0, 0));
        assertThat(around.values(topic)).hasSize(5_000).allMatch(value -> value.contains("\"speed\":80"));
    }

    @Test
    void aSampleIsTheFirstEventOfEachKeyInEachPeriod() {
        Ingest ingest = open(TestFeeds.http(topic).sample(Duration.ofMinutes(10)));

        Push first = push(ingest, "[{\"uid\":1,\"n\":1},{\"uid\":2,\"n\":2},{\"uid\":1,\"n\":3}]");
        around.clock.advance(Duration.ofMinutes(9));
        Push second = push(ingest, "[{\"uid\":2,\"n\":4},{\"uid\":3,\"n\":5}]");
        around.clock.advance(Duration.ofMinutes(1));
        Push third = push(ingest, "[{\"uid\":1,\"n\":6}]");

        assertThat(first.balance()).isEqualTo(new Balance(3, 2, 1, 0, 0));
        assertThat(second.balance()).isEqualTo(new Balance(2, 1, 1, 0, 0));
        assertThat(third.balance()).isEqualTo(new Balance(1, 1, 0, 0, 0));
    }

    @Test
    void whatOneRecordCannotHoldIsRejectedWithAPrefixItsLengthAndHash() {
        Ingest ingest = open(TestFeeds.http(topic).maxBytes(4 << 20));
        String huge = "{\"uid\":1,\"text\":\"" + "x".repeat(Writer.MAX_RECORD_BYTES) + "\"}";

        assertThat(push(ingest, "[" + huge + ",{\"uid\":2}]").balance()).isEqualTo(new Balance(2, 1, 0, 1, 0));

        Surroundings.Logged rejected = around.read(RejectedEvent.topicOf(topic)).get(0);
        assertThat(rejected.value()).isEqualTo(huge.substring(0, RejectedEvent.MAX_BYTES));
        assertThat(rejected.headers()).containsEntry("length", Integer.toString(huge.length()));
        assertThat(rejected.headers().get("sha256")).matches("[0-9a-f]{64}");
        assertThat(ingest.replay(topic)).isZero();
        assertThat(ingest.rejected(topic, 5)).singleElement().satisfies(shown -> {
            assertThat(shown.length()).isEqualTo(huge.length());
            assertThat(shown.isReplayed()).isFalse();
        });
    }

    @Test
    void feedsThatShareATopicAreToldApartByAHeader() {
        Ingest ingest =
                open(TestFeeds.http(topic), TestFeeds.http(topic + "Other").topic(topic));

        push(ingest, "{\"uid\":1}");
        ingest.push(topic + "Other", body("{\"uid\":1,\"speed\":2}"), null, null);

        assertThat(around.read(topic))
                .extracting(Surroundings.Logged::headers)
                .containsExactly(Map.of(), Map.of("feed", topic + "Other"));
    }

    @Test
    void aPausedFeedRefusesPushesUntilItIsResumedAlsoOverARestart() {
        Ingest first = open(TestFeeds.http(topic));
        first.pause(topic);
        first.close();

        Ingest second = open(TestFeeds.http(topic));
        assertThat(status(second).state()).isEqualTo("paused");
        assertFails(ErrorCode.UNAVAILABLE, () -> push(second, "{\"uid\":1}"))
                .withMessageContaining("./polder resume " + topic);
        second.resume(topic);
        assertThat(status(second).state()).isEqualTo("running");
        assertThat(push(second, "{\"uid\":1}").balance().logged()).isEqualTo(1);
        assertFails(ErrorCode.NOT_FOUND, () -> second.pause("nothing"));
    }

    @Test
    void whileTheDiskIsFullPushesAreRefusedWithTheReason() {
        Ingest ingest = open(TestFeeds.http(topic));
        around.closed = Optional.of("The disk has 3 MiB left.");

        assertFails(ErrorCode.UNAVAILABLE, () -> push(ingest, "{\"uid\":1}")).withMessage("The disk has 3 MiB left.");
        assertFails(ErrorCode.UNAVAILABLE, () -> ingest.replay(null)).withMessage("The disk has 3 MiB left.");
        assertThat(status(ingest).state()).isEqualTo("waiting");
        assertThat(status(ingest).lastError()).isEqualTo("The disk has 3 MiB left.");

        around.closed = Optional.empty();
        assertThat(push(ingest, "{\"uid\":1}").balance().logged()).isEqualTo(1);
        assertThat(status(ingest).lastError()).isNull();
    }

    @Test
    void aRetryUnderTheSameKeyLogsNothingTwice() {
        Ingest ingest = open(TestFeeds.http(topic));
        String body = "{\"uid\":1}\n{\"uid\":2}\nbroken\n";

        Push first = ingest.push(topic, body(body), null, "key-1");
        Push second = ingest.push(topic, body(body), null, "key-1");

        assertThat(first.balance()).isEqualTo(new Balance(3, 2, 0, 1, 0));
        assertThat(second.balance()).isEqualTo(new Balance(3, 0, 0, 1, 2));
        assertThat(second.rejections()).isEqualTo(first.rejections());
        assertThat(around.values(topic)).containsExactly("{\"uid\":1}", "{\"uid\":2}");
        assertThat(around.read(topic))
                .extracting(record -> record.headers().get("idempotency"))
                .allMatch(mark -> mark != null && mark.matches("key-1\u001f[12]\u001f[0-9a-f]{16}"));
        assertFails(ErrorCode.KEY_REUSED, () -> ingest.push(topic, body("{\"uid\":1}\n"), null, "key-1"));
        assertThat(ledger()).isEqualTo(new EdgeBalances.Line(topic, minute(), 0, 2, 2));
    }

    @Test
    void afterARestartARetryLogsOnlyWhatIsMissing() {
        String body = "{\"uid\":1}\n{\"uid\":2}\n{\"uid\":3}\n";
        Ingest first = open(TestFeeds.http(topic));
        first.push(topic, body(body), null, "key-2");
        first.close();
        Surroundings.Logged kept = around.read(topic).get(0);
        String mark = kept.headers().get("idempotency");

        // What a kill half-way leaves behind: one of the events, under its mark.
        String half = topic + "Half";
        log.ensure(half, 2, null);
        CompletableFuture<Void> done = new CompletableFuture<>();
        log.writer()
                .send(
                        half,
                        kept.partition(),
                        1,
                        null,
                        bytes(kept.value()),
                        Map.of("idempotency", bytes(String.valueOf(mark))),
                        (partition, offset, failure) -> done.complete(null));
        done.join();
        Ingest second = open(TestFeeds.http(half));

        assertThat(second.push(half, body(body), null, "key-2").balance()).isEqualTo(new Balance(3, 2, 0, 0, 1));
        assertThat(around.values(half)).containsExactly("{\"uid\":1}", "{\"uid\":2}", "{\"uid\":3}");
        Ingest third = open(TestFeeds.http(half));
        assertFails(ErrorCode.KEY_REUSED, () -> third.push(half, body("{\"uid\":9}"), null, "key-2"));
    }

    @Test
    void aKeyedPushWaitsUntilTheTablesKnowWhatIsInTheLog() throws Exception {
        Ingest ingest = open(TestFeeds.http(topic));
        around.isBehind = true;

        CompletableFuture<Push> push =
                CompletableFuture.supplyAsync(() -> ingest.push(topic, body("{\"uid\":1}"), null, "key-3"));
        assertThat(push).isNotDone();
        around.isBehind = false;
        assertThat(push.get(10, TimeUnit.SECONDS).balance().logged()).isEqualTo(1);

        around.isBehind = true;
        assertFails(ErrorCode.UNAVAILABLE, () -> ingest.push(topic, body("{\"uid\":1}"), null, "key-4"))
                .withMessageContaining("catching up");
        around.isBehind = false;
        assertThat(ingest.push(topic, body("{\"uid\":1}"), null, "key-4")
                        .balance()
                        .logged())
                .isEqualTo(1);
    }

    @Test
    void aPushThatFailedHalfWayIsFinishedByItsRetry() {
        Ingest ingest = open(TestFeeds.http(topic).where("speed > 50"));
        String body = "{\"uid\":1,\"speed\":60}";
        around.isFilterDown = true;
        assertFails(ErrorCode.UNAVAILABLE, () -> ingest.push(topic, body(body), null, "key-5"));
        around.isFilterDown = false;

        assertFails(ErrorCode.KEY_REUSED, () -> ingest.push(topic, body(body + " "), null, "key-5"));
        assertThat(ingest.push(topic, body(body), null, "key-5").balance()).isEqualTo(new Balance(1, 1, 0, 0, 0));
        assertThat(ingest.push(topic, body(body), null, "key-5").balance()).isEqualTo(new Balance(1, 0, 0, 0, 1));
    }

    @Test
    void pushesOfOneKeyAtTheSameTimeLogItOnce() {
        Ingest ingest = open(TestFeeds.http(topic));
        String body = IntStream.range(0, 500)
                .mapToObj(index -> "{\"uid\":" + index + "}\n")
                .reduce("", String::concat);

        List<CompletableFuture<Push>> pushes = IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.supplyAsync(() -> ingest.push(topic, body(body), null, "key-6")))
                .toList();

        assertThat(pushes.stream().mapToLong(push -> push.join().balance().logged()))
                .containsOnlyOnce(500L);
        assertThat(around.read(topic)).hasSize(500);
    }

    @Test
    void whatWasRejectedIsSeenNewestFirstAndRejectedAgainWhenItIsStillBroken() {
        Ingest strict = open(TestFeeds.http(topic).where("speed > 50"));
        around.clock.advance(Duration.ofSeconds(1));
        push(strict, "[{\"uid\":1,\"speed\":\"?\"}]");
        around.clock.advance(Duration.ofSeconds(1));
        push(strict, "[{\"uid\":2,\"speed\":\"!\"},{\"uid\":3,\"speed\":60}]");
        log.writer().flush();

        List<Rejected> seen = strict.rejected(null, 10);
        assertThat(seen)
                .extracting(rejected -> Surroundings.text(rejected.value()))
                .containsExactly("{\"uid\":2,\"speed\":\"!\"}", "{\"uid\":1,\"speed\":\"?\"}");
        assertThat(seen.get(0).position()).isEqualTo(1);
        assertThat(seen.get(0).stage()).isEqualTo("edge");
        assertThat(strict.rejected(topic, 1)).hasSize(1);
        strict.close();

        Ingest later = open(TestFeeds.http(topic));
        assertThat(later.replay(null)).isZero();
        assertThat(later.rejected(topic, 10))
                .hasSize(4)
                .filteredOn(Rejected::isReplayed)
                .hasSize(2);
        assertFails(ErrorCode.NOT_FOUND, () -> later.replay("nothing"));
    }

    @Test
    void aReplayedLineKeepsTheHeaderOfItsDocument() {
        Ingest strict = open(TestFeeds.http(topic).format("csv").where("speed > 50"));
        Push push = push(strict, "speed,uid\n13,7\n60,8\n");
        assertThat(push.balance()).isEqualTo(new Balance(2, 1, 0, 1, 0));
        strict.close();

        assertThat(open(TestFeeds.http(topic).format("csv")).replay(topic)).isEqualTo(1);

        assertThat(around.values(topic)).containsExactly("13,7", "60,8");
        assertThat(around.read(topic)).allSatisfy(record -> {
            byte[] key = bytes(record.value().substring(3));
            assertThat(record.headers()).isEqualTo(Map.of("context", "speed,uid"));
            assertThat(record.partition()).isEqualTo(Log.partition(key, 0, 1, 2));
        });
    }

    @Test
    void anEventThatATableRejectedIsReplayedThroughItsFeedToItsKeysPartition() throws Exception {
        String feed = topic + "Feed";
        Ingest ingest = open(TestFeeds.http(topic), TestFeeds.http(feed).topic(topic));
        RejectedEvent event = RejectedEvent.behindLog(
                feed, "speed > 250", "readings", 1, 17, new byte[0], bytes("{\"uid\":5,\"speed\":300}"));
        for (String table : List.of("readings", "others")) {
            RejectedEvent ofTable =
                    RejectedEvent.behindLog(feed, event.reason(), table, 1, 17, event.context(), event.value());
            CompletableFuture<Void> done = new CompletableFuture<>();
            log.writer()
                    .send(
                            RejectedEvent.topicOf(topic),
                            0,
                            around.clock.millis(),
                            null,
                            ofTable.value(),
                            ofTable.headers(),
                            (partition, offset, failure) -> done.complete(null));
            done.get(10, TimeUnit.SECONDS);
        }

        assertThat(ingest.rejected(topic, 1)).singleElement().satisfies(seen -> {
            assertThat(seen.table()).isEqualTo("others");
            assertThat(seen.sourcePartition()).isEqualTo(1);
            assertThat(seen.sourceOffset()).isEqualTo(17);
            assertThat(seen.isReplayed()).isFalse();
        });
        assertThat(ingest.replay(topic)).isEqualTo(1);
        assertThat(ingest.replay(topic)).isZero();
        ingest.close();
        assertThat(open(TestFeeds.http(topic), TestFeeds.http(feed).topic(topic))
                        .replay(topic))
                .isZero();

        assertThat(around.read(topic)).singleElement().satisfies(record -> {
            assertThat(record.value()).isEqualTo("{\"uid\":5,\"speed\":300}");
            assertThat(record.headers()).isEqualTo(Map.of("feed", feed));
            assertThat(record.partition()).isEqualTo(Log.partition(bytes("5"), 0, 1, 2));
        });
    }

    @Test
    void manyPushesAtOnceBalance() {
        Ingest ingest = open(TestFeeds.http(topic).where("speed > 50"));
        List<CompletableFuture<Push>> pushes = IntStream.range(0, 40)
                .mapToObj(number -> CompletableFuture.supplyAsync(
                        () -> push(ingest, "{\"uid\":1,\"speed\":60}\n{\"uid\":2,\"speed\":6}\nbroken\n")))
                .toList();

        Balance sum = pushes.stream().map(push -> push.join().balance()).reduce(Balance.ZERO, Balance::plus);

        assertThat(sum).isEqualTo(new Balance(120, 40, 40, 40, 0));
        assertThat(status(ingest).totals()).isEqualTo(sum);
        assertThat(around.read(topic)).hasSize(40);
        assertThat(around.read(RejectedEvent.topicOf(topic))).hasSize(40);
        assertThat(ledger()).isEqualTo(new EdgeBalances.Line(topic, minute(), 40, 40, 0));
    }

    private Ingest open(TestFeeds... feeds) {
        Ingest ingest = around.open(state, TestFeeds.mart(state, feeds));
        opened.add(ingest);
        return ingest;
    }

    private Push push(Ingest ingest, String body) {
        return ingest.push(topic, body(body), null, null);
    }

    private static FeedStatus status(Ingest ingest) {
        return ingest.feeds().get(0);
    }

    /** What the log says that was not logged of this test's feed in this minute. */
    private EdgeBalances.Line ledger() {
        return around.read(EdgeBalances.TOPIC).stream()
                .map(record -> line(record.value()))
                .filter(line -> line.feed().equals(topic) && line.minute() == minute())
                .reduce(new EdgeBalances.Line(topic, minute(), 0, 0, 0), EdgeBalances.Line::plus);
    }

    private long minute() {
        return around.clock.instant().getEpochSecond() / 60;
    }

    private static EdgeBalances.Line line(String json) {
        try {
            return new ObjectMapper().readValue(json, EdgeBalances.Line.class);
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException(json, failure);
        }
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<PolderException> assertFails(
            ErrorCode code, ThrowingCallable call) {
        return assertThatExceptionOfType(PolderException.class)
                .isThrownBy(call)
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(code));
    }

    private static ByteArrayInputStream body(String text) {
        return new ByteArrayInputStream(bytes(text));
    }

    private static ByteArrayInputStream gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes(text));
        }
        return new ByteArrayInputStream(packed.toByteArray());
    }

    private static byte[] bytes(@Nullable String text) {
        return String.valueOf(text).getBytes(StandardCharsets.UTF_8);
    }
}
