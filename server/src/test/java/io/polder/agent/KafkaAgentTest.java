package io.polder.agent;

import static io.polder.agent.AgentFixture.events;
import static io.polder.agent.AgentFixture.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.polder.log.Log;
import io.polder.log.Reader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka as sink, as source and as channel, with a real broker. */
class KafkaAgentTest {
    private static final String HTTP = """
            sources = r
            sources.r.type = http
            sources.r.bind = 127.0.0.1
            sources.r.port = 0
            sources.r.channels = c
            channels = c
            sinks = k
            sinks.k.channel = c
            """;
    private static final String MEMORY = """
            channels.c.type = memory
            channels.c.capacity = 10000
            channels.c.transactionCapacity = 1000
            """;

    @TempDir
    static Path brokerHome;

    @TempDir
    private Path home;

    private static Log log;

    @BeforeAll
    static void startBroker() {
        log = Log.open(new Log.Settings(brokerHome.resolve("log"), 0, Optional.empty()), failure -> {});
    }

    @AfterAll
    static void stopBroker() {
        log.close();
    }

    private static String kafkaSink(String topic) {
        return "sinks.k.type = org.apache.flume.sink.kafka.KafkaSink\nsinks.k.kafka.bootstrap.servers = "
                + log.bootstrap() + "\nsinks.k.kafka.topic = " + topic + "\n";
    }

    private static String fileSink(Path out) throws IOException {
        Files.createDirectories(out);
        return "sinks.k.type = file_roll\nsinks.k.sink.rollInterval = 0\nsinks.k.sink.directory = " + out + "\n";
    }

    private static List<String> topic(String topic, int partitions) {
        List<String> values = new ArrayList<>();
        try (Reader reader = log.reader(Duration.ofMillis(50))) {
            Map<Integer, Long> ends = log.endOffsets(topic);
            reader.assign(topic, log.beginningOffsets(topic));
            long[] positions = new long[partitions];
            await().until(() -> {
                reader.poll(Duration.ofMillis(50), (name, partition, offset, accepted, value, headers) -> {
                    values.add(new String(value, StandardCharsets.UTF_8));
                    positions[partition] = offset + 1;
                });
                return ends.entrySet().stream().allMatch(end -> positions[end.getKey()] >= end.getValue());
            });
        }
        return values;
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void smallBatchesReachTheTopicInOrder() {
        log.ensure("small", 1, null);
        try (AgentFixture agent =
                AgentFixture.start(home, HTTP + MEMORY + kafkaSink("small") + "sinks.k.flumeBatchSize = 10\n")) {
            for (int batch = 0; batch < 50; batch++) {
                assertThat(agent.post(events(batch * 100, 100)).statusCode()).isEqualTo(200);
            }
            await().untilAsserted(() ->
                    assertThat(agent.count("SINK.k", "EventDrainSuccessCount")).isEqualTo(5_000));
            assertThat(agent.count("SINK.k", "BatchCompleteCount")).isEqualTo(500);
            assertThat(agent.count("CHANNEL.c", "ChannelSize")).isZero();
        }
        assertThat(topic("small", 1)).isEqualTo(numbers(0, 5_000));
    }

    @Test
    void headersNameTopicAndPartition() {
        log.ensure("base", 1, null);
        log.ensure("other", 2, null);
        try (AgentFixture agent =
                AgentFixture.start(home, HTTP + MEMORY + kafkaSink("base") + "sinks.k.partitionIdHeader = place\n")) {
            agent.post("[{\"headers\":{\"topic\":\"other\",\"place\":\"1\",\"key\":\"x\"},\"body\":\"to other\"},"
                    + "{\"body\":\"to base\"}]");
            await().untilAsserted(() ->
                    assertThat(agent.count("SINK.k", "EventDrainSuccessCount")).isEqualTo(2));
        }
        assertThat(topic("base", 1)).containsExactly("to base");
        assertThat(log.read("other", 1, 0).map(record -> new String(record.value(), StandardCharsets.UTF_8)))
                .contains("to other");
    }

    @Test
    void aTopicIsReadOnAfterARestartWithoutLossOrRepetition() throws IOException {
        log.ensure("read", 2, null);
        String source = "sources = r\nchannels = c\nsinks = k\nsources.r.channels = c\nsinks.k.channel = c\n"
                + "sources.r.type = org.apache.flume.source.kafka.KafkaSource\nsources.r.kafka.bootstrap.servers = "
                + log.bootstrap() + "\nsources.r.kafka.topics = read\nsources.r.batchSize = 100\n"
                + "sources.r.kafka.consumer.group.id = reading\n"
                + "sources.r.kafka.consumer.auto.offset.reset = earliest\n" + MEMORY + fileSink(home.resolve("out"));
        for (int run = 0; run < 2; run++) {
            for (int number = run * 300; number < run * 300 + 300; number++) {
                log.writer()
                        .send(
                                "read",
                                number % 2,
                                1,
                                null,
                                Integer.toString(number).getBytes(StandardCharsets.UTF_8),
                                Map.of(),
                                (partition, offset, failure) -> {});
            }
            log.writer().flush();
            int expected = (run + 1) * 300;
            AgentFixture agent = AgentFixture.start(home, source);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> lines(home.resolve("out")).size() >= expected);
            agent.agent.stop(Duration.ofSeconds(5));
        }
        assertThat(lines(home.resolve("out"))).containsExactlyInAnyOrderElementsOf(numbers(0, 600));
    }

    @Test
    void aChannelInKafkaKeepsHeadersAndOutlivesItsAgent() throws IOException {
        log.ensure("channel", 1, null);
        String channel = "channels.c.type = org.apache.flume.channel.kafka.KafkaChannel\n"
                + "channels.c.kafka.bootstrap.servers = " + log.bootstrap() + "\nchannels.c.kafka.topic = channel\n"
                + "channels.c.kafka.consumer.auto.offset.reset = earliest\n";
        try (AgentFixture agent =
                AgentFixture.start(home, HTTP.replace("sinks = k", "").replace("sinks.k.channel = c", "") + channel)) {
            assertThat(agent.post("[{\"headers\":{\"city\":\"gent\"},\"body\":\"1\"},{\"body\":\"2\"}]")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(agent.count("CHANNEL.c", "EventPutSuccessCount")).isEqualTo(2);
        }
        String sink = fileSink(home.resolve("out")) + "sinks.k.sink.serializer = HEADER_AND_TEXT\n";
        try (AgentFixture agent = AgentFixture.start(home.resolve("next"), HTTP + channel + sink)) {
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(lines(home.resolve("out")))
                    .containsExactly("{city=gent} 1", "{} 2"));
            assertThat(agent.post("[{\"body\":\"3\"}]").statusCode()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(lines(home.resolve("out"))).hasSize(3));
            agent.agent.stop(Duration.ofSeconds(5));
        }
        try (AgentFixture agent = AgentFixture.start(home.resolve("last"), HTTP + channel + sink)) {
            agent.post("[{\"body\":\"4\"}]");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(lines(home.resolve("out"))).contains("{} 4"));
            assertThat(lines(home.resolve("out"))).hasSize(4);
        }
    }

    @Test
    void aBrokerThatComesBackGetsAllOfIt(@TempDir Path other) {
        Log.Settings settings = new Log.Settings(other.resolve("log"), 0, Optional.empty());
        Log first = Log.open(settings, failure -> {});
        first.ensure("back", 1, null);
        int port =
                Integer.parseInt(first.bootstrap().substring(first.bootstrap().lastIndexOf(':') + 1));
        String lines = HTTP + MEMORY + kafkaSink("back").replace(log.bootstrap(), first.bootstrap())
                + "sinks.k.kafka.producer.acks = all\n";
        try (AgentFixture agent = AgentFixture.start(home, lines)) {
            agent.post(events(0, 10));
            await().untilAsserted(() ->
                    assertThat(agent.count("SINK.k", "EventDrainSuccessCount")).isEqualTo(10));
            first.close();
            agent.post(events(10, 10));
            await().untilAsserted(() ->
                    assertThat(agent.count("SINK.k", "ConnectionFailedCount")).isPositive());
            assertThat(agent.agent.metrics().why()).anyMatch(why -> why.contains("refused since"));

            try (Log second = Log.open(new Log.Settings(other.resolve("log"), port, Optional.empty()), failure -> {})) {
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(agent.count("SINK.k", "EventDrainSuccessCount"))
                                .isEqualTo(20));
                assertThat(second.endOffsets("back").get(0)).isEqualTo(20);
                assertThat(agent.agent.metrics().why()).isEmpty();
            }
        }
    }
}
