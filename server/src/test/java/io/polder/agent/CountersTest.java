package io.polder.agent;

import static io.polder.agent.AgentFixture.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.agent.http.MetricsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each counter means what Flume's tables say that it means. */
class CountersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LINES = """
            sources = r
            channels = c
            sinks = k
            sources.r.type = http
            sources.r.bind = 127.0.0.1
            sources.r.port = 0
            sources.r.channels = c
            channels.c.type = memory
            channels.c.capacity = 20
            channels.c.transactionCapacity = 10
            channels.c.keep-alive = 0
            sinks.k.type = file_roll
            sinks.k.channel = c
            sinks.k.sink.batchSize = 5
            sinks.k.sink.rollInterval = 0
            """;

    @TempDir
    private Path home;

    private Path out;
    private AgentFixture agent;

    @BeforeEach
    void start() throws IOException {
        out = Files.createDirectories(home.resolve("out"));
        agent = AgentFixture.start(home, LINES + "sinks.k.sink.directory = " + out + "\n");
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    private void counts(String component, String name, long value) {
        await().untilAsserted(
                        () -> assertThat(agent.count(component, name)).as(name).isEqualTo(value));
    }

    /** Stops the sink from working: its folder is not there any more. */
    private AgentFixture broken(Path other) throws IOException {
        Path gone = Files.createDirectories(other.resolve("gone"));
        AgentFixture broken = AgentFixture.start(other, LINES + "sinks.k.sink.directory = " + gone + "\n");
        Files.delete(gone);
        return broken;
    }

    @Test
    void eventReceivedCountIsAllEventsThatASourceGotTakenOrNot() {
        agent.post(events(0, 7));
        agent.post(events(7, 11));
        counts("SOURCE.r", "EventReceivedCount", 18);
    }

    @Test
    void eventAcceptedCountIsThoseInTheChannelWhoseSenderWasToldSo() {
        agent.post(events(0, 7));
        agent.post(events(7, 11));
        counts("SOURCE.r", "EventAcceptedCount", 7);
    }

    @Test
    void appendBatchReceivedCountIsBatches() {
        agent.post(events(0, 7));
        agent.post(events(7, 11));
        agent.post("nonsense");
        counts("SOURCE.r", "AppendBatchReceivedCount", 2);
    }

    @Test
    void appendBatchAcceptedCountIsBatchesThatWereCommitted() {
        agent.post(events(0, 7));
        agent.post(events(7, 11));
        counts("SOURCE.r", "AppendBatchAcceptedCount", 1);
    }

    @Test
    void appendCountsAreOfCallsWithOneEventWhichHttpDoesNotMake() {
        agent.post(events(0, 1));
        counts("SOURCE.r", "AppendReceivedCount", 0);
        counts("SOURCE.r", "AppendAcceptedCount", 0);
    }

    @Test
    void channelWriteFailIsBatchesThatDidNotGetIn() {
        agent.post(events(0, 11));
        counts("SOURCE.r", "ChannelWriteFail", 1);
    }

    @Test
    void eventReadFailIsWhatIsNoEvents() {
        agent.post("nonsense");
        counts("SOURCE.r", "EventReadFail", 1);
        counts("SOURCE.r", "GenericProcessingFail", 0);
    }

    @Test
    void openConnectionCountIsConnectionsThatAreOpenNow(@TempDir Path other) throws IOException {
        try (AgentFixture lines = AgentFixture.start(
                other, LINES.replace("= http", "= netcat") + "sinks.k.sink.directory = " + out + "\n")) {
            try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), lines.port())) {
                await().untilAsserted(() -> assertThat(lines.count("SOURCE.r", "OpenConnectionCount"))
                        .isEqualTo(1));
                assertThat(connection.isConnected()).isTrue();
            }
            await().untilAsserted(() ->
                    assertThat(lines.count("SOURCE.r", "OpenConnectionCount")).isZero());
        }
    }

    @Test
    void startTimeAndStopTimeAreMillisecondsSince1970() {
        for (String part : List.of("SOURCE.r", "CHANNEL.c", "SINK.k")) {
            assertThat(agent.count(part, "StartTime")).isGreaterThan(1_700_000_000_000L);
            assertThat(agent.count(part, "StopTime")).isZero();
        }
        agent.close();
        for (String part : List.of("SOURCE.r", "CHANNEL.c", "SINK.k")) {
            assertThat(agent.count(part, "StopTime")).isGreaterThanOrEqualTo(agent.count(part, "StartTime"));
        }
    }

    @Test
    void channelSizeIsEventsInTheChannelAndTheCapacityAndPercentageGoWithIt(@TempDir Path other) throws IOException {
        try (AgentFixture broken = broken(other)) {
            broken.post(events(0, 10));
            await().untilAsserted(() ->
                    assertThat(broken.count("SINK.k", "ConnectionFailedCount")).isPositive());
            assertThat(broken.metric("CHANNEL.c", "ChannelSize")).isEqualTo("10");
            assertThat(broken.metric("CHANNEL.c", "ChannelCapacity")).isEqualTo("20");
            assertThat(broken.metric("CHANNEL.c", "ChannelFillPercentage")).isEqualTo("50.0");
        }
    }

    @Test
    void eventPutCountsAreWhatWasTriedAndWhatGotIn(@TempDir Path other) throws IOException {
        try (AgentFixture broken = broken(other)) {
            broken.post(events(0, 10));
            broken.post(events(10, 10));
            assertThat(broken.post(events(20, 1)).statusCode()).isEqualTo(503);
            assertThat(broken.count("CHANNEL.c", "EventPutAttemptCount")).isEqualTo(21);
            assertThat(broken.count("CHANNEL.c", "EventPutSuccessCount")).isEqualTo(20);
        }
    }

    @Test
    void eventTakeSuccessCountIsEventsThatSinksCommitted(@TempDir Path other) throws IOException {
        agent.post(events(0, 7));
        counts("CHANNEL.c", "EventTakeSuccessCount", 7);
        try (AgentFixture broken = broken(other)) {
            broken.post(events(0, 7));
            await().untilAsserted(() ->
                    assertThat(broken.count("SINK.k", "EventDrainAttemptCount")).isPositive());
            assertThat(broken.count("CHANNEL.c", "EventTakeSuccessCount")).isZero();
        }
    }

    @Test
    void eventTakeAttemptCountGrowsAlsoWhenThereIsNothing() {
        await().untilAsserted(() ->
                assertThat(agent.count("CHANNEL.c", "EventTakeAttemptCount")).isPositive());
        counts("CHANNEL.c", "EventTakeSuccessCount", 0);
    }

    @Test
    void connectionCreatedAndClosedCountAreFilesOpenedAndClosed() {
        agent.post(events(0, 1));
        counts("SINK.k", "ConnectionCreatedCount", 1);
        counts("SINK.k", "ConnectionClosedCount", 0);
        agent.close();
        counts("SINK.k", "ConnectionClosedCount", 1);
    }

    @Test
    void connectionFailedCountIsDeliveriesThatFailed(@TempDir Path other) throws IOException {
        try (AgentFixture broken = broken(other)) {
            broken.post(events(0, 1));
            await().untilAsserted(() ->
                    assertThat(broken.count("SINK.k", "ConnectionFailedCount")).isPositive());
            assertThat(broken.count("SINK.k", "EventWriteFail")).isPositive();
        }
    }

    @Test
    void batchEmptyCountIsLooksThatFoundNothing() {
        await().untilAsserted(() ->
                assertThat(agent.count("SINK.k", "BatchEmptyCount")).isPositive());
    }

    @Test
    void batchUnderflowCountIsBatchesSmallerThanTheSinksSize() {
        agent.post(events(0, 3));
        counts("SINK.k", "BatchUnderflowCount", 1);
        counts("SINK.k", "BatchCompleteCount", 0);
    }

    @Test
    void batchCompleteCountIsBatchesOfTheSinksSize() {
        agent.post(events(0, 10));
        counts("SINK.k", "BatchCompleteCount", 2);
        counts("SINK.k", "BatchUnderflowCount", 0);
    }

    @Test
    void eventDrainCountsAreWhatWasTriedAndWhatWasDelivered(@TempDir Path other) throws IOException {
        agent.post(events(0, 7));
        counts("SINK.k", "EventDrainAttemptCount", 7);
        counts("SINK.k", "EventDrainSuccessCount", 7);
        try (AgentFixture broken = broken(other)) {
            broken.post(events(0, 5));
            await().untilAsserted(() ->
                    assertThat(broken.count("SINK.k", "EventDrainAttemptCount")).isGreaterThanOrEqualTo(10));
            assertThat(broken.count("SINK.k", "EventDrainSuccessCount")).isZero();
        }
    }

    @Test
    void theNamesAreFlumesForEachType(@TempDir Path other) {
        assertThat(names(agent, "SOURCE.r"))
                .containsExactly(
                        "AppendAcceptedCount",
                        "AppendBatchAcceptedCount",
                        "AppendBatchReceivedCount",
                        "AppendReceivedCount",
                        "ChannelWriteFail",
                        "EventAcceptedCount",
                        "EventReadFail",
                        "EventReceivedCount",
                        "GenericProcessingFail",
                        "OpenConnectionCount",
                        "StartTime",
                        "StopTime",
                        "Type");
        assertThat(names(agent, "CHANNEL.c"))
                .containsExactly(
                        "ChannelCapacity",
                        "ChannelFillPercentage",
                        "ChannelSize",
                        "EventPutAttemptCount",
                        "EventPutSuccessCount",
                        "EventTakeAttemptCount",
                        "EventTakeSuccessCount",
                        "StartTime",
                        "StopTime",
                        "Type");
        assertThat(names(agent, "SINK.k"))
                .containsExactly(
                        "BatchCompleteCount",
                        "BatchEmptyCount",
                        "BatchUnderflowCount",
                        "ChannelReadFail",
                        "ConnectionClosedCount",
                        "ConnectionCreatedCount",
                        "ConnectionFailedCount",
                        "EventDrainAttemptCount",
                        "EventDrainSuccessCount",
                        "EventWriteFail",
                        "StartTime",
                        "StopTime",
                        "Type");
        try (AgentFixture kafka = AgentFixture.start(
                other,
                LINES.replace("channels.c.type = memory", "channels.c.type = file")
                                .replace(
                                        "sinks.k.type = file_roll",
                                        "sinks.k.type = org.apache.flume.sink.kafka.KafkaSink")
                                .replaceAll("(?m)^sinks\\.k\\.sink.*$", "")
                        + "channels.c.dataDirs = " + other.resolve("data")
                        + "\nsinks.k.kafka.bootstrap.servers = 127.0.0.1:1\nsinks.k.flumeBatchSize = 5\n")) {
            assertThat(names(kafka, "SINK.k"))
                    .contains("RollbackCount", "KafkaEventSendTimer")
                    .doesNotContain("EventWriteFail", "ChannelReadFail");
            assertThat(names(kafka, "CHANNEL.c"))
                    .contains(
                            "Unhealthy",
                            "Open",
                            "Closed",
                            "CheckpointWriteErrorCount",
                            "CheckpointBackupWriteErrorCount",
                            "EventTakeErrorCount",
                            "EventPutErrorCount");
            assertThat(kafka.metric("CHANNEL.c", "Open")).isEqualTo("true");
            assertThat(kafka.metric("SINK.k", "Type")).isEqualTo("SINK");
        }
    }

    private static Set<String> names(AgentFixture agent, String component) {
        try {
            Set<String> names = new TreeSet<>();
            JsonNode all = JSON.readTree(agent.agent.metrics().asFlumeShows()).path(component);
            all.properties().forEach(value -> {
                assertThat(value.getValue().isTextual())
                        .as("texts, as in Flume")
                        .isTrue();
                names.add(value.getKey());
            });
            return names;
        } catch (IOException impossible) {
            throw new java.io.UncheckedIOException(impossible);
        }
    }

    @Test
    void theSameIsServedForFlumesScrapersForPrometheusAndForPeople() throws Exception {
        agent.post(events(0, 7));
        counts("SINK.k", "EventDrainSuccessCount", 7);
        try (MetricsServer server = MetricsServer.open("127.0.0.1", 0, agent.agent::metrics)) {
            URI metrics = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
            HttpClient client = HttpClient.newHttpClient();

            HttpResponse<String> flume =
                    client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(flume.headers().firstValue("Content-Type")).contains("application/json;charset=utf-8");
            assertThat(JSON.readTree(flume.body())
                            .path("SOURCE.r")
                            .path("EventAcceptedCount")
                            .asText())
                    .isEqualTo("7");

            HttpResponse<String> prometheus = client.send(
                    HttpRequest.newBuilder(metrics)
                            .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(prometheus.body())
                    .contains("# TYPE polder_agent_event_accepted_total counter")
                    .contains("polder_agent_event_accepted_total{agent=\"a\",kind=\"source\",name=\"r\"} 7")
                    .contains("polder_agent_channel_oldest_event_seconds{agent=\"a\",kind=\"channel\",name=\"c\"} 0.0");

            JsonNode status = JSON.readTree(client.send(
                            HttpRequest.newBuilder(metrics.resolve("/status")).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body());
            assertThat(status.path("agent").asText()).isEqualTo("a");
            assertThat(status.path("why")).isEmpty();
            assertThat(status.path("parts")).hasSize(3);
        }
    }

    @Test
    void theOldestEventsAgeGrowsWhileItWaits(@TempDir Path other) throws IOException {
        try (AgentFixture broken = broken(other)) {
            broken.post(events(0, 1));
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(broken.agent.metrics().parts())
                            .filteredOn(part -> part.kind().equals("channel"))
                            .singleElement()
                            .satisfies(part -> assertThat(part.oldestSeconds().getAsDouble())
                                    .isGreaterThan(0.5)));
        }
    }

    @Test
    void linesOfNetcatAreAnsweredAndBecomeEvents(@TempDir Path other) throws IOException {
        try (AgentFixture lines = AgentFixture.start(
                        other, LINES.replace("= http", "= netcat") + "sinks.k.sink.directory = " + out + "\n");
                Socket connection = new Socket(InetAddress.getLoopbackAddress(), lines.port())) {
            connection.getOutputStream().write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
            byte[] answer = connection.getInputStream().readNBytes(6);
            assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo("OK\nOK\n");
            await().untilAsserted(() ->
                    assertThat(new ArrayList<>(AgentFixture.lines(out))).contains("one", "two"));

            connection.getOutputStream().write("x".repeat(600).getBytes(StandardCharsets.UTF_8));
            assertThat(new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("FAILED: Event exceeds the maximum length (512 chars, including newline)");
        }
    }
}
