package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agents of a mart when the mart stops: the program as a process, which gets a signal. */
class MartAgentsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void whatIsInMemoryGoesToTheSinksThatTakeItAndForTheOthersToTheNextStart() throws Exception {
        Path mart = Files.createDirectories(folder.resolve("mart"));
        Path good = Files.createDirectories(folder.resolve("good"));
        Path late = Files.createDirectories(folder.resolve("late"));
        int port = freePort();
        String sinkThatIsDown = "a.sinks.l.type = avro\na.sinks.l.hostname = 127.0.0.1\na.sinks.l.port = " + freePort();
        Files.writeString(mart.resolve("polder.yaml"), """
                mart: small
                timezone: UTC
                agents: { a: flume.properties }
                feeds:
                  readings: { http: true, format: json, key: [id], fields: [{name: id}] }
                tables:
                  readings: { from: readings, key: [id] }
                """);
        Files.writeString(mart.resolve("flume.properties"), agent(port, good) + sinkThatIsDown + "\n");
        try (MartProcess first = MartProcess.start(mart)) {
            for (int event = 0; event < 50; event++) {
                int number = event;
                await().atMost(PATIENCE).until(() -> post(port, number) == 200);
            }

            assertThat(first.stop()).as(first::output).isZero();
        }
        List<String> all = IntStream.range(0, 50).mapToObj(Integer::toString).toList();
        assertThat(lines(good)).isEqualTo(all);
        assertThat(Files.readString(mart.resolve(".polder/log/polder.log")))
                .contains("Agent a leaves 50 events for the next start.");

        Files.writeString(
                mart.resolve("flume.properties"),
                agent(port, good) + "a.sinks.l.type = file_roll\na.sinks.l.sink.rollInterval = 0\n"
                        + "a.sinks.l.sink.directory = " + late + "\n");
        try (MartProcess second = MartProcess.start(mart)) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(lines(late)).as(second::output).isEqualTo(all));
        }
        assertThat(lines(good)).isEqualTo(all);
    }

    private static String agent(int port, Path good) {
        return "a.sources = r\na.channels = c d\na.sinks = k l\na.sources.r.type = http\na.sources.r.bind = 127.0.0.1\n"
                + "a.sources.r.port = " + port + "\na.sources.r.channels = c d\n"
                + "a.channels.c.type = memory\na.channels.d.type = memory\n"
                + "a.sinks.k.type = file_roll\na.sinks.k.channel = c\na.sinks.k.sink.rollInterval = 0\n"
                + "a.sinks.k.sink.directory = " + good + "\na.sinks.l.channel = d\n";
    }

    /** The status, or 0 when nobody answers. */
    private int post(int port, int event) throws InterruptedException {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                    .timeout(Duration.ofSeconds(10))
                                    .POST(HttpRequest.BodyPublishers.ofString("[{\"body\":\"" + event + "\"}]"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException nobody) {
            return 0;
        }
    }

    private static List<String> lines(Path out) throws IOException {
        List<String> lines = new ArrayList<>();
        try (var files = Files.list(out)) {
            for (Path file : files.sorted().toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
