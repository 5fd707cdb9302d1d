package io.polder.agent;

import static io.polder.agent.AgentFixture.events;
import static io.polder.agent.AgentFixture.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.polder.agent.http.MetricsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who comes from Flume need not fear any more, one test for each of Flume's traps. */
class TrapsTest {
    private static final String SOURCE = """
            sources = r
            sources.r.type = http
            sources.r.bind = 127.0.0.1
            sources.r.port = 0
            """;

    @TempDir
    private Path home;

    private Path one;
    private Path two;

    @BeforeEach
    void makeFolders() throws IOException {
        one = Files.createDirectories(home.resolve("one"));
        two = Files.createDirectories(home.resolve("two"));
    }

    private static String memory(String name, int capacity) {
        return "channels." + name + ".type = memory\nchannels." + name + ".capacity = " + capacity + "\nchannels."
                + name + ".transactionCapacity = 10\nchannels." + name + ".keep-alive = 0\n";
    }

    private static String files(String name, String channel, Path folder) {
        return "sinks." + name + ".type = file_roll\nsinks." + name + ".channel = " + channel + "\nsinks." + name
                + ".sink.directory = " + folder + "\nsinks." + name + ".sink.batchSize = 10\nsinks." + name
                + ".sink.rollInterval = 0\n";
    }

    private static String deadKafka(String name, String channel, int port) {
        return "sinks." + name + ".type = org.apache.flume.sink.kafka.KafkaSink\nsinks." + name + ".channel = "
                + channel
                + "\nsinks." + name + ".kafka.bootstrap.servers = 127.0.0.1:" + port + "\nsinks." + name
                + ".flumeBatchSize = 10\n";
    }

    private static int deadPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void a503MeansThatNoChannelHasTheBatchSoThatTryingAgainDoublesNothing() {
        // The second channel is full and has no sink; the first would have room.
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = c d\nsinks = k\nsources.r.channels = c d\n" + memory("c", 100) + memory("d", 10)
                        + files("k", "c", one))) {
            assertThat(agent.post(events(0, 10)).statusCode()).isEqualTo(200);
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThat(agent.post(events(10, 5)).statusCode()).isEqualTo(503);
            }

            await().untilAsserted(() -> assertThat(lines(one)).isEqualTo(numbers(0, 10)));
            assertThat(agent.count("CHANNEL.c", "EventPutSuccessCount")).isEqualTo(10);
            assertThat(agent.count("CHANNEL.d", "EventPutSuccessCount")).isEqualTo(10);
            assertThat(agent.count("CHANNEL.c", "ChannelSize")).isZero();
        }
    }

    @Test
    void anOptionalChannelThatIsFullHoldsBackNobody() {
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = d c\nsinks = k\nsources.r.channels = d c\nsources.r.selector.optional = d\n"
                        + memory("c", 100) + memory("d", 10) + files("k", "c", one))) {
            for (int batch = 0; batch < 5; batch++) {
                assertThat(agent.post(events(batch * 10, 10)).statusCode()).isEqualTo(200);
            }

            await().untilAsserted(() -> assertThat(lines(one)).isEqualTo(numbers(0, 50)));
            assertThat(agent.count("CHANNEL.d", "EventPutAttemptCount")).isEqualTo(50);
            assertThat(agent.count("CHANNEL.d", "EventPutSuccessCount")).isEqualTo(10);
        }
    }

    @Test
    void aSinkThatIsDownLetsAHealthyChannelRunUntilItsOwnIsFull() throws IOException {
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = c d\nsinks = k l\nsources.r.channels = c d\n" + memory("c", 100) + memory("d", 30)
                        + files("k", "c", one) + deadKafka("l", "d", deadPort()))) {
            for (int batch = 0; batch < 3; batch++) {
                assertThat(agent.post(events(batch * 10, 10)).statusCode()).isEqualTo(200);
            }

            await().untilAsserted(() -> assertThat(lines(one)).isEqualTo(numbers(0, 30)));
            assertThat(agent.post(events(30, 10)).statusCode()).isEqualTo(503);
        }
    }

    @Test
    void aStopDrainsMemoryIntoTheSinks() {
        AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = c\nsinks = k\nsources.r.channels = c\n" + memory("c", 1000)
                        + files("k", "c", one));
        for (int batch = 0; batch < 50; batch++) {
            assertThat(agent.post(events(batch * 10, 10)).statusCode()).isEqualTo(200);
        }

        assertThat(agent.agent.stop(Duration.ofSeconds(20))).isZero();

        assertThat(lines(one)).isEqualTo(numbers(0, 500));
    }

    @Test
    void whatAStopCannotDrainIsKeptAndComesFirstAtTheNextStart() throws IOException {
        String start = SOURCE + "channels = c\nsinks = k\nsources.r.channels = c\n" + memory("c", 100);
        AgentFixture agent = AgentFixture.start(home, start + deadKafka("k", "c", deadPort()));
        assertThat(agent.post(events(0, 10)).statusCode()).isEqualTo(200);
        assertThat(agent.post(events(10, 10)).statusCode()).isEqualTo(200);

        assertThat(agent.agent.stop(Duration.ofMillis(100))).isEqualTo(20);

        try (AgentFixture next = AgentFixture.start(home, start + files("k", "c", one))) {
            assertThat(next.post(events(20, 1)).statusCode()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(lines(one)).isEqualTo(numbers(0, 21)));
        }
    }

    @Test
    void aSinkThatCannotDeliverMovesItsFailureCounterAndSaysWhySinceWhen() throws IOException {
        int port = deadPort();
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = c\nsinks = k\nsources.r.channels = c\n" + memory("c", 10)
                        + deadKafka("k", "c", port))) {
            assertThat(agent.post(events(0, 10)).statusCode()).isEqualTo(200);
            // The promise is two seconds; a busy machine gets more before the test fails.
            await().atMost(Duration.ofSeconds(8))
                    .untilAsserted(() -> assertThat(agent.count("SINK.k", "ConnectionFailedCount"))
                            .isPositive());
            await().untilAsserted(() -> assertThat(agent.agent.metrics().why())
                    .singleElement()
                    .asString()
                    .matches("k sink: broker 127.0.0.1:" + port + " refused since \\d\\d:\\d\\d:\\d\\d"));

            assertThat(agent.post(events(10, 1)).statusCode()).isEqualTo(503);

            await().untilAsserted(() -> assertThat(agent.agent.metrics().why())
                    .anyMatch(why -> why.matches("k sink: broker 127.0.0.1:" + port
                            + " refused since \\d\\d:\\d\\d:\\d\\d, channel full since \\d\\d:\\d\\d:\\d\\d")));
        }
    }

    @Test
    void aChannelThatNobodyEmptiesSaysSo() {
        try (AgentFixture agent =
                AgentFixture.start(home, SOURCE + "channels = c\nsources.r.channels = c\n" + memory("c", 10))) {
            agent.post(events(0, 10));
            assertThat(agent.post(events(0, 1)).statusCode()).isEqualTo(503);

            assertThat(agent.agent.metrics().why())
                    .anyMatch(why -> why.matches("c channel: channel full since .*, and no sink takes from it"));
        }
    }

    @Test
    void aChannelThatWasFullIsNotCalledFullWhenItIsEmptyAgainThoughNobodySendsAnything() throws IOException {
        for (String type : List.of("memory", "file")) {
            Path here = Files.createDirectories(home.resolve(type));
            Path folder = Files.createDirectories(here.resolve("files"));
            String channel = memory("c", 20).replace("type = memory", "type = " + type)
                    + (type.equals("file") ? "channels.c.dataDirs = " + here.resolve("data") + "\n" : "");
            try (AgentFixture agent = AgentFixture.start(
                    here,
                    SOURCE + "channels = c\nsinks = k\nsources.r.channels = c\n" + channel + files("k", "c", folder))) {
                Files.delete(folder);
                assertThat(agent.post(events(0, 10)).statusCode()).isEqualTo(200);
                assertThat(agent.post(events(10, 10)).statusCode()).isEqualTo(200);
                assertThat(agent.post(events(20, 1)).statusCode()).isEqualTo(503);
                await().untilAsserted(() -> assertThat(agent.agent.metrics().why())
                        .anyMatch(why ->
                                why.matches("k sink: file in .*: the folder is gone since .*, channel full since .*"))
                        .anyMatch(why -> why.startsWith("r source: refuses batches since ")));

                Files.createDirectory(folder);

                await().untilAsserted(() -> assertThat(lines(folder)).isEqualTo(numbers(0, 20)));
                await().untilAsserted(
                                () -> assertThat(agent.agent.metrics().why()).isEmpty());
            }
        }
    }

    @Test
    void theMetricsAreOnThisMachineAndAPortThatIsTakenIsTold() throws IOException {
        try (AgentFixture agent =
                        AgentFixture.start(home, SOURCE + "channels = c\nsources.r.channels = c\n" + memory("c", 10));
                MetricsServer metrics = MetricsServer.open("127.0.0.1", 0, agent.agent::metrics)) {
            int port = metrics.port();

            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> MetricsServer.open("127.0.0.1", port, agent.agent::metrics))
                    .hasMessageContaining("flume.monitoring.port = '" + port + "'")
                    .hasMessageContaining("Fix: ");
        }
    }

    @Test
    void aFailedSinkOfAGroupIsReplacedByTheNext() throws IOException {
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = c\nsinks = k l\nsources.r.channels = c\n" + memory("c", 100) + files("k", "c", one)
                        + files("l", "c", two)
                        + "sinkgroups = g\nsinkgroups.g.sinks = k l\nsinkgroups.g.processor.type = failover\n"
                        + "sinkgroups.g.processor.priority.k = 1\nsinkgroups.g.processor.priority.l = 2\n")) {
            agent.post(events(0, 10));
            await().untilAsserted(() -> assertThat(lines(two)).isEqualTo(numbers(0, 10)));
            assertThat(lines(one)).isEmpty();
        }
        Path gone = home.resolve("gone");
        Files.createDirectories(gone);
        try (AgentFixture agent = AgentFixture.start(
                home.resolve("other"),
                SOURCE + "channels = c\nsinks = k l\nsources.r.channels = c\n" + memory("c", 100) + files("k", "c", one)
                        + files("l", "c", gone)
                        + "sinkgroups = g\nsinkgroups.g.sinks = k l\nsinkgroups.g.processor.type = failover\n"
                        + "sinkgroups.g.processor.priority.k = 1\nsinkgroups.g.processor.priority.l = 2\n")) {
            Files.delete(gone);
            agent.post(events(0, 10));

            await().untilAsserted(() -> assertThat(lines(one)).isEqualTo(numbers(0, 10)));
            assertThat(agent.count("SINK.l", "ConnectionFailedCount")).isPositive();
        }
    }

    @Test
    void aBalancedGroupGivesEachSinkItsTurn() {
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = c\nsinks = k l\nsources.r.channels = c\n" + memory("c", 100) + files("k", "c", one)
                        + files("l", "c", two)
                        + "sinkgroups = g\nsinkgroups.g.sinks = k l\nsinkgroups.g.processor.type = load_balance\n")) {
            for (int batch = 0; batch < 6; batch++) {
                int sent = batch * 10;
                agent.post(events(sent, 10));
                await().until(() -> lines(one).size() + lines(two).size() == sent + 10);
            }

            assertThat(lines(one)).isNotEmpty();
            assertThat(lines(two)).isNotEmpty();
        }
    }

    @Test
    void aHeaderDecidesWhereAnEventGoes() {
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE
                        + "channels = c d\nsinks = k l\nsources.r.channels = c d\nsources.r.selector.type = multiplexing\n"
                        + "sources.r.selector.header = city\nsources.r.selector.mapping.gent = c\n"
                        + "sources.r.selector.mapping.both = c d\nsources.r.selector.default = d\n"
                        + memory("c", 100) + memory("d", 100) + files("k", "c", one) + files("l", "d", two))) {
            assertThat(agent.post("[{\"headers\":{\"city\":\"gent\"},\"body\":\"1\"},"
                                    + "{\"headers\":{\"city\":\"both\"},\"body\":\"2\"},"
                                    + "{\"headers\":{\"city\":\"brugge\"},\"body\":\"3\"},{\"body\":\"4\"}]")
                            .statusCode())
                    .isEqualTo(200);

            await().untilAsserted(() -> assertThat(lines(one)).containsExactly("1", "2"));
            await().untilAsserted(() -> assertThat(lines(two)).containsExactly("2", "3", "4"));
        }
    }

    @Test
    void interceptorsChangeAndLeaveOut() {
        try (AgentFixture agent = AgentFixture.start(
                home,
                SOURCE + "channels = c\nsinks = k\nsources.r.channels = c\nsources.r.interceptors = f s t h u\n"
                        + "sources.r.interceptors.f.type = regex_filter\nsources.r.interceptors.f.regex = ^drop\n"
                        + "sources.r.interceptors.f.excludeEvents = true\n"
                        + "sources.r.interceptors.s.type = static\nsources.r.interceptors.s.key = site\n"
                        + "sources.r.interceptors.s.value = gent\n"
                        + "sources.r.interceptors.t.type = timestamp\n"
                        + "sources.r.interceptors.h.type = org.apache.flume.interceptor.HostInterceptor$Builder\n"
                        + "sources.r.interceptors.u.type = org.apache.flume.sink.solr.morphline.UUIDInterceptor$Builder\n"
                        + memory("c", 100) + files("k", "c", one)
                        + "sinks.k.sink.serializer = header_and_text\n")) {
            agent.post(
                    "[{\"headers\":{\"site\":\"mine\"},\"body\":\"keep 1\"},{\"body\":\"drop\"},{\"body\":\"keep 2\"}]");

            await().untilAsserted(() -> assertThat(lines(one)).hasSize(2));
            assertThat(lines(one).get(0)).contains("site=mine", "timestamp=", "host=", "id=", "} keep 1");
            assertThat(lines(one).get(1)).contains("site=gent", "} keep 2");
            assertThat(agent.count("SOURCE.r", "EventAcceptedCount")).isEqualTo(3);
            assertThat(agent.count("CHANNEL.c", "EventPutSuccessCount")).isEqualTo(2);
        }
    }
}
