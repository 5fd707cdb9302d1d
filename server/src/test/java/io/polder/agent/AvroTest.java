package io.polder.agent;

import static io.polder.agent.AgentFixture.events;
import static io.polder.agent.AgentFixture.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.polder.agent.avro.AvroPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents that feed agents; the same against a real Flume is {@code polder bench avro}. */
class AvroTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"none", "deflate"})
    void whatOneAgentSendsTheNextHasWithItsHeaders(String compression) throws IOException {
        try (AgentFixture next = next("", 1000, compression);
                AgentFixture first = first(next, compression, "")) {
            for (int batch = 0; batch < 5; batch++) {
                assertThat(first.post(events(batch * 30, 30)).statusCode()).isEqualTo(200);
            }
            assertThat(first.post("[{\"headers\":{\"city\":\"Gent é\"},\"body\":\"150\"}]")
                            .statusCode())
                    .isEqualTo(200);

            await().untilAsserted(() -> assertThat(lines(out())).hasSize(151));
            assertThat(lines(out()).subList(0, 150))
                    .isEqualTo(IntStream.range(0, 150)
                            .mapToObj(number -> "{} " + number)
                            .toList());
            assertThat(lines(out()).get(150)).isEqualTo("{city=Gent é} 150");
        }
    }

    @Test
    void overTlsTheNextAgentShowsACertificateThatTheFirstTrusts() throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "agent",
                        "-dname",
                        "CN=agent",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        String keys = ".ssl = true\n%s.KIND = " + store + "\n%s.KIND-password = changeit\n%s.KIND-type = PKCS12\n";
        String accepts = "sources.r" + keys.replace("%s", "sources.r").replace("KIND", "keystore");
        String trusts = "sinks.k" + keys.replace("%s", "sinks.k").replace("KIND", "truststore");

        try (AgentFixture next = next(accepts, 1000, "deflate");
                AgentFixture first = first(next, "deflate", trusts)) {
            first.post(events(0, 30));

            await().untilAsserted(() -> assertThat(lines(out())).hasSize(30));
        }
    }

    @Test
    void bothEndsCount() throws IOException {
        try (AgentFixture next = next("", 1000, "none");
                AgentFixture first = first(next, "none", "")) {
            first.post(events(0, 30));

            await().untilAsserted(() -> assertThat(lines(out())).hasSize(30));
            await().untilAsserted(() ->
                    assertThat(first.count("SINK.k", "EventDrainSuccessCount")).isEqualTo(30));
            assertThat(next.count("SOURCE.r", "EventAcceptedCount")).isEqualTo(30);
            assertThat(next.count("SOURCE.r", "AppendBatchAcceptedCount"))
                    .isEqualTo(next.count("SOURCE.r", "AppendBatchReceivedCount"))
                    .isPositive();
            assertThat(next.count("SOURCE.r", "OpenConnectionCount")).isEqualTo(1);
            assertThat(first.count("SINK.k", "ConnectionCreatedCount")).isEqualTo(1);
        }
    }

    @Test
    void aFullChannelOfTheNextAgentHoldsTheEventsHere() throws IOException {
        try (AgentFixture next = next("channels.c.keep-alive = 0\n", 0, "none");
                AgentFixture first = first(next, "none", "")) {
            first.post(events(0, 10));
            first.post(events(10, 10));

            await().untilAsserted(() ->
                    assertThat(first.count("SINK.k", "ConnectionFailedCount")).isPositive());
            assertThat(next.count("SOURCE.r", "ChannelWriteFail")).isPositive();
            assertThat(next.count("CHANNEL.c", "ChannelSize")).isEqualTo(10);
            assertThat(first.count("CHANNEL.c", "ChannelSize")).isEqualTo(10);
        }
    }

    @Test
    void aNextAgentThatComesBackGetsWhatWaited() throws IOException {
        AgentFixture next = next("", 1000, "none");
        int port = AvroPort.of(Objects.requireNonNull(next.agent.source("r")));
        try (AgentFixture first = first(next, "none", "")) {
            first.post(events(0, 10));
            await().untilAsserted(() -> assertThat(lines(out())).hasSize(10));
            next.close();
            first.post(events(10, 10));
            await().untilAsserted(() ->
                    assertThat(first.count("SINK.k", "ConnectionFailedCount")).isPositive());

            try (AgentFixture again = next("", 1000, "none", port)) {
                await().untilAsserted(() -> assertThat(again.count("SOURCE.r", "EventAcceptedCount"))
                        .isEqualTo(10));
            }
        }
    }

    // ---- two agents

    private Path out() throws IOException {
        return Files.createDirectories(folder.resolve("out"));
    }

    /** @param capacity 0 for a channel of ten that nobody empties */
    private AgentFixture next(String more, int capacity, String compression) throws IOException {
        return next(more, capacity, compression, 0);
    }

    private AgentFixture next(String more, int capacity, String compression, int port) throws IOException {
        boolean isFull = capacity == 0;
        return AgentFixture.start(
                folder.resolve("next"),
                "sources = r\nchannels = c\n" + more
                        + "sources.r.type = avro\nsources.r.bind = 127.0.0.1\nsources.r.port = " + port
                        + "\nsources.r.channels = c\nsources.r.compression-type = " + compression
                        + "\nchannels.c.type = memory\nchannels.c.capacity = " + (isFull ? 10 : capacity)
                        + "\nchannels.c.transactionCapacity = " + (isFull ? 10 : 100)
                        + (isFull
                                ? ""
                                : "\nsinks = k\nsinks.k.type = file_roll\nsinks.k.channel = c\nsinks.k.sink.directory = "
                                        + out()
                                        + "\nsinks.k.sink.rollInterval = 0\nsinks.k.sink.serializer = HEADER_AND_TEXT"));
    }

    private AgentFixture first(AgentFixture next, String compression, String more) {
        return AgentFixture.start(
                folder.resolve("first"),
                "sources = r\nchannels = c\nsinks = k\n" + more
                        + "sources.r.type = http\nsources.r.bind = 127.0.0.1\nsources.r.port = 0\nsources.r.channels = c"
                        + "\nchannels.c.type = memory\nchannels.c.capacity = 1000\nchannels.c.transactionCapacity = 100"
                        + "\nsinks.k.type = avro\nsinks.k.channel = c\nsinks.k.hostname = 127.0.0.1\nsinks.k.port = "
                        + AvroPort.of(Objects.requireNonNull(next.agent.source("r")))
                        + "\nsinks.k.batch-size = 10\nsinks.k.compression-type = " + compression);
    }
}
