package io.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.polder.record.PolderException;
import io.polder.testkit.SettableClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What memory and file channel have in common, and what only the file channel promises. */
class ChannelTest {
    private static final Duration NOW = Duration.ZERO;

    @TempDir
    private Path home;

    private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00Z"));

    private Channel open(String type, String... more) {
        Map<String, String> values = new HashMap<>();
        FlumeTypes.Type table = FlumeTypes.TABLE.find("channel", type).orElseThrow();
        table.keys().forEach(key -> key.fallback().ifPresent(value -> values.put(key.name(), value)));
        values.put("capacity", "100");
        values.put("transactionCapacity", "10");
        values.put("dataDirs", home.resolve("data").toString());
        values.put("minimumRequiredSpace", "1");
        for (int index = 0; index < more.length; index += 2) {
            values.put(more[index], more[index + 1]);
        }
        List<io.polder.record.Problem> problems = new ArrayList<>();
        Parts.Context context = new Parts.Context(
                "a",
                "c",
                new Settings("f", "a.channels.c", values, Map.of(), problems),
                new ChannelProcessor(List.of(), events -> new ChannelProcessor.Selector.Route()),
                new Counters(Counters.Kind.CHANNEL, "c"),
                home,
                clock);
        Channel channel = type.equals("memory") ? new MemoryChannel(context) : new DurableChannel(context);
        assertThat(problems).isEmpty();
        channel.start();
        return channel;
    }

    private static List<Event> events(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(number -> new Event(Map.of("n", Integer.toString(number)), bytes("body " + number)))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void put(Channel channel, List<Event> events) throws ChannelException {
        Channel.Put put = Objects.requireNonNull(channel.reserve(events));
        put.write();
        put.publish();
    }

    private static List<Integer> numbers(List<Event> events) {
        events.forEach(event -> assertThat(new String(event.body(), StandardCharsets.UTF_8))
                .isEqualTo("body " + event.headers().get("n")));
        return events.stream()
                .map(event -> Integer.valueOf(event.headers().get("n")))
                .toList();
    }

    private static List<Integer> drain(Channel channel, int max) throws Exception {
        List<Integer> all = new ArrayList<>();
        for (Channel.Take take = channel.take(max, NOW); take != null; take = channel.take(max, NOW)) {
            all.addAll(numbers(take.events()));
            take.commit();
        }
        return all;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void eventsComeOutInTheirOrderWhateverTheSizesOfBatches(String type) throws Exception {
        try (Channel channel = open(type)) {
            put(channel, events(0, 7));
            put(channel, events(7, 1));
            put(channel, events(8, 10));

            assertThat(drain(channel, 3)).isEqualTo(range(0, 18));

            put(channel, events(18, 2));
            put(channel, events(20, 3));
            assertThat(drain(channel, 10)).isEqualTo(range(18, 23));
            assertThat(channel.oldestMillis()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void whatIsRolledBackIsFirstAgainInItsOrder(String type) throws Exception {
        try (Channel channel = open(type)) {
            put(channel, events(0, 9));
            Channel.Take first = Objects.requireNonNull(channel.take(3, NOW));
            Channel.Take second = Objects.requireNonNull(channel.take(3, NOW));

            second.rollback();
            first.rollback();

            assertThat(drain(channel, 2)).isEqualTo(range(0, 9));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void aTakeCountsAsInTheChannelUntilItIsCommitted(String type) throws Exception {
        try (Channel channel = open(type, "capacity", "10")) {
            put(channel, events(0, 10));
            Channel.Take take = Objects.requireNonNull(channel.take(10, NOW));
            assertThat(channel.reserve(events(10, 1))).isNull();
            assertThat(channel.counters().asFlumeShows()).containsEntry("ChannelSize", "10");

            take.commit();

            assertThat(channel.counters().asFlumeShows()).containsEntry("ChannelSize", "0");
            put(channel, events(10, 1));
            assertThat(drain(channel, 10)).containsExactly(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void gatheringEndsWhenTheChannelIsHalfFull(String type) throws Exception {
        try (Channel channel = open(type, "capacity", "10")) {
            FutureTask<Boolean> gathering = new FutureTask<>(() -> {
                channel.gather(Duration.ofDays(1));
                return true;
            });
            Thread thread = new Thread(gathering);
            thread.start();
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

            put(channel, events(0, 5));
            assertThat(gathering.isDone()).isFalse();
            put(channel, events(5, 1));

            assertThat(gathering.get()).isTrue();
            channel.gather(Duration.ofDays(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void nothingGathersWhenAPutHasFoundNoRoom(String type) throws Exception {
        try (Channel channel = open(type, "capacity", "10")) {
            put(channel, events(0, 2));
            assertThat(channel.reserve(events(2, 9))).isNull();

            channel.gather(Duration.ofDays(1));
            assertThat(channel.take(10, NOW)).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void anAbortedPutIsNotThereAndGivesItsRoomBack(String type) throws Exception {
        try (Channel channel = open(type, "capacity", "10")) {
            Channel.Put put = Objects.requireNonNull(channel.reserve(events(0, 10)));
            put.write();
            put.abort();

            assertThat(channel.take(1, NOW)).isNull();
            put(channel, events(20, 10));
            assertThat(drain(channel, 10)).isEqualTo(range(20, 30));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void aBatchAboveTransactionCapacityIsToldApartFromAFullChannel(String type) throws Exception {
        try (Channel channel = open(type, "capacity", "10")) {
            ChannelException refused =
                    catchThrowableOfType(ChannelException.class, () -> channel.reserve(events(0, 11)));
            assertThat(refused.reason()).isEqualTo(ChannelException.Reason.TOO_LARGE);

            put(channel, events(0, 10));
            assertThat(channel.reserve(events(0, 1))).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void itSaysHowOldItsOldestEventIs(String type) throws Exception {
        try (Channel channel = open(type)) {
            put(channel, events(0, 1));
            long first = clock.millis();
            clock.advance(Duration.ofSeconds(5));
            put(channel, events(1, 1));
            assertThat(channel.oldestMillis()).isEqualTo(first);

            Channel.Take take = Objects.requireNonNull(channel.take(1, NOW));
            assertThat(channel.oldestMillis())
                    .as("in hand is still in the channel")
                    .isEqualTo(first);

            take.commit();
            assertThat(channel.oldestMillis()).isEqualTo(clock.millis());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void whatAStopLeavesIsThereAtTheNextStart(String type) throws Exception {
        Channel channel = open(type);
        put(channel, events(0, 9));
        Channel.Take committed = Objects.requireNonNull(channel.take(3, NOW));
        committed.commit();
        Objects.requireNonNull(channel.take(2, NOW));
        assertThat(channel.stop()).isEqualTo(6);

        try (Channel again = open(type)) {
            assertThat(drain(again, 4)).isEqualTo(range(3, 9));
        }
        try (Channel empty = open(type)) {
            assertThat(empty.take(1, NOW)).isNull();
        }
    }

    @Test
    void aSpillStaysUntilAllOfItIsDelivered() throws Exception {
        Channel channel = open("memory");
        put(channel, events(0, 9));
        assertThat(channel.stop()).isEqualTo(9);
        Path spill = home.resolve("spill").resolve("c.events");

        Channel killed = open("memory");
        Objects.requireNonNull(killed.take(8, NOW)).commit();
        assertThat(spill).exists();

        Channel again = open("memory");
        assertThat(drain(again, 10)).isEqualTo(range(0, 9));
        assertThat(spill).doesNotExist();
        again.close();
    }

    @Test
    void aFileChannelForgetsWhatIsDeliveredAndDeletesItsFiles() throws Exception {
        try (Channel channel = open("file", "maxFileSize", "1", "capacity", "100000")) {
            byte[] body = new byte[200_000];
            for (int batch = 0; batch < 30; batch++) {
                put(channel, List.of(new Event(Map.of(), body)));
            }
            assertThat(files()).hasSizeGreaterThan(4);
            for (int batch = 0; batch < 30; batch++) {
                Channel.Take take = Objects.requireNonNull(channel.take(1, NOW));
                assertThat(take.events().get(0).body()).hasSize(body.length);
                take.commit();
            }
            assertThat(files()).hasSize(1);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(home.resolve("data"))) {
            return all.filter(path -> path.toString().endsWith(".log")).sorted().toList();
        }
    }

    @Test
    void eventsThatAreNotInMemoryAreReadFromTheDisk() throws Exception {
        try (Channel channel = open("file", "capacity", "100000")) {
            byte[] body = new byte[1 << 20];
            for (byte batch = 0; batch < 40; batch++) {
                body[0] = batch;
                put(channel, List.of(new Event(Map.of(), body.clone())));
            }
            for (byte batch = 0; batch < 40; batch++) {
                Channel.Take take = Objects.requireNonNull(channel.take(1, NOW));
                assertThat(take.events().get(0).body()[0]).isEqualTo(batch);
                take.commit();
            }
        }
    }

    @Test
    void aRecordThatAKillCutOffIsRemovedAndTheRestStays() throws Exception {
        Channel channel = open("file");
        put(channel, events(0, 5));
        put(channel, events(5, 5));
        channel.stop();
        Path last = files().get(files().size() - 1);
        try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
            file.setLength(file.length() - 3);
        }

        try (Channel again = open("file")) {
            assertThat(drain(again, 10)).isEqualTo(range(0, 5));
            put(again, events(10, 1));
            assertThat(drain(again, 10)).containsExactly(10);
        }
    }

    @Test
    void aDamagedRecordInTheMiddleIsToldAndNotPassedOver() throws Exception {
        Channel channel = open("file");
        put(channel, events(0, 5));
        put(channel, events(5, 5));
        channel.stop();
        try (RandomAccessFile file = new RandomAccessFile(files().get(0).toFile(), "rw")) {
            file.seek(40);
            file.write('!');
        }

        assertThat(catchThrowableOfType(PolderException.class, () -> open("file")))
                .hasMessageContaining("the record at byte 0 is not as it was written")
                .hasMessageContaining("Fix: ");
    }

    @Test
    void twoChannelsInOneFolderAreRefused() {
        try (Channel channel = open("file")) {
            assertThat(channel.isDurable()).isTrue();
            assertThat(catchThrowableOfType(PolderException.class, () -> open("file")))
                    .hasMessageContaining("is another channel's. Fix: name a folder of its own in dataDirs");
        }
    }

    @Test
    void flumesOwnFilesAreNotOverlooked() throws IOException {
        Files.createDirectories(home.resolve("data"));
        Files.writeString(home.resolve("data").resolve("log-1"), "Flume's", StandardOpenOption.CREATE);

        assertThat(catchThrowableOfType(PolderException.class, () -> open("file")))
                .hasMessageContaining("holds events in Flume's own form");
    }

    @Test
    void aNearlyFullDiskTakesNothingMore() throws Exception {
        try (Channel channel = open("file", "minimumRequiredSpace", Long.toString(Long.MAX_VALUE / 2))) {
            ChannelException refused =
                    catchThrowableOfType(ChannelException.class, () -> channel.reserve(events(0, 1)));

            assertThat(refused.reason()).isEqualTo(ChannelException.Reason.FAILED);
            assertThat(refused).hasMessageContaining("minimumRequiredSpace");
            assertThat(channel.counters().asFlumeShows()).containsEntry("Unhealthy", "1");
            assertThat(channel.counters().get(Counter.EVENT_PUT_ERROR)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void manyPutAndTakeAtOnceAndNothingIsLostOrDoubled(String type) throws Exception {
        try (Channel channel = open(type)) {
            int senders = 4;
            int batches = 100;
            List<CompletableFuture<Void>> sending = IntStream.range(0, senders)
                    .mapToObj(sender -> CompletableFuture.runAsync(() -> {
                        try {
                            for (int batch = 0; batch < batches; ) {
                                Channel.Put put = channel.reserve(events((sender * batches + batch) * 5, 5));
                                if (put == null) {
                                    channel.awaitRoom(5, Duration.ofSeconds(1));
                                    continue;
                                }
                                put.write();
                                if (batch % 7 == 3 && put.hashCode() % 2 == 0) {
                                    put.abort();
                                    continue;
                                }
                                put.publish();
                                batch++;
                            }
                        } catch (ChannelException | InterruptedException failure) {
                            throw new IllegalStateException(failure);
                        }
                    }))
                    .toList();
            List<Integer> seen = new ArrayList<>();
            int takes = 0;
            while (seen.size() < senders * batches * 5) {
                Channel.Take take = Objects.requireNonNull(channel.take(7, Duration.ofSeconds(10)));
                if (takes++ % 5 == 4) {
                    take.rollback();
                } else {
                    seen.addAll(numbers(take.events()));
                    take.commit();
                }
            }
            sending.forEach(CompletableFuture::join);
            assertThat(seen).containsExactlyInAnyOrderElementsOf(range(0, senders * batches * 5));
            assertThat(channel.take(1, NOW)).isNull();
        }
    }
}
