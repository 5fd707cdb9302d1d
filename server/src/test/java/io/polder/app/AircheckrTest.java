package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Configuration;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.enrich.Definitions;
import io.polder.simulate.AirServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the air, whole: API, script, agent, files and topic, table, map. */
class AircheckrTest {
    private static final Path FOLDER = Path.of("../examples/aircheckr");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void nothingIsWrongWithTheDefinitions() {
        for (Path folder : List.of(FOLDER, Path.of("../examples/irceline"))) {
            Mart mart = MartReader.read(folder, List.of(), Map.of());
            assertThat(Definitions.check(mart)).as(folder.toString()).isEmpty();
        }
    }

    @Test
    void whatTheApiSaysOfEachCityIsInFilesInTheTopicInTheTableAndOnTheMap(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(hasPython(), "NOT TESTED: the example's script, since there is no python3");
        Path mart = folder.resolve("mart");
        Path files = Files.createDirectories(folder.resolve("files"));
        int port = freePort();
        copy(mart, port, files);
        Configuration configuration = Configuration.read(
                mart,
                folder.resolve("home"),
                List.of(
                        "web.port=0",
                        "log.port=0",
                        "feeds.traffic.poll=http://127.0.0.1:1/",
                        "feeds.points.poll=http://127.0.0.1:1/"),
                Map.of());
        assertThat(Agents.check(configuration.mart())).isEmpty();

        Instant now = InstantSource.system().instant();
        try (AirServer air = AirServer.start(0, 1, 1, InstantSource.fixed(now));
                Home home = Home.open(folder.resolve("home"), now);
                Polder polder = Polder.start(configuration, home, false, failure -> {}, InstantSource.system())) {
            // Twice: the second round says the same of the same hour.
            for (int round = 0; round < 2; round++) {
                assertThat(poll(air.address(), "http://127.0.0.1:" + port + "/"))
                        .isZero();
            }

            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(first(
                            polder,
                            "SELECT count(*), count(lat), count(DISTINCT time)" + " FROM kudu_aircheckr_stream"))
                    .isEqualTo("[28,28,1]"));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(lines(files)).isEqualTo(56));
            assertThat(first(polder, "SELECT city FROM air_now LIMIT 1")).isNotEqualTo("");
            assertThat(first(
                            polder,
                            "SELECT sum(logged)::INTEGER, sum(rejected)::INTEGER FROM polder.ledger"
                                    + " WHERE table_name = 'kudu_aircheckr_stream'"))
                    .isEqualTo("[56,0]");
            JsonNode agent = pipelines(polder).path("pipelines").get(0);
            assertThat(agent.path("name").asText()).isEqualTo("aircheckr1");
            assertThat(agent.path("why")).isEmpty();
            JsonNode metrics = ask(polder, "GET", "metrics", "");
            for (String source : List.of("http_aircheckr", "aircheckr_city")) {
                assertThat(metrics.path("SOURCE." + source)
                                .path("EventAcceptedCount")
                                .asText())
                        .as(source)
                        .isEqualTo("56");
            }
            assertThat(metrics.at("/CHANNEL.aircheckr_city/EventPutSuccessCount")
                            .asText())
                    .isEqualTo("56");
            assertThat(ask(polder, "GET", "api/mart", "").at("/maps/0/table").asText())
                    .isEqualTo("kudu_aircheckr_stream");
        }
    }

    /** The example with a free port, and with plain files in place of HDFS, whose module is built elsewhere. */
    private static void copy(Path mart, int port, Path files) throws IOException {
        Files.createDirectories(mart);
        for (String name : List.of("polder.yaml", "cities.csv")) {
            Files.copy(FOLDER.resolve(name), mart.resolve(name));
        }
        String agent = Files.readString(FOLDER.resolve("flume.properties"))
                        .replace("port = 9260", "port = " + port)
                        .replaceAll("(?m)^aircheckr1\\.sinks\\.hdfs_sink\\.(type|hdfs\\.).*\n", "")
                + "aircheckr1.sinks.hdfs_sink.type = file_roll\n"
                + "aircheckr1.sinks.hdfs_sink.sink.directory = " + files + "\n";
        Files.writeString(mart.resolve("flume.properties"), agent);
    }

    private static int poll(URI api, String agent) throws Exception {
        Process script = new ProcessBuilder(
                        "python3",
                        FOLDER.resolve("poll.py").toString(),
                        "--once",
                        "--api",
                        api.toString(),
                        "--agent",
                        agent)
                .inheritIO()
                .start();
        return script.waitFor();
    }

    private static boolean hasPython() {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException | InterruptedException missing) {
            return false;
        }
    }

    private static long lines(Path files) throws IOException {
        long lines = 0;
        try (Stream<Path> all = Files.list(files)) {
            for (Path file : all.toList()) {
                lines += Files.readAllLines(file).size();
            }
        }
        return lines;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private JsonNode pipelines(Polder polder) throws Exception {
        return ask(polder, "GET", "api/pipelines", "");
    }

    private String first(Polder polder, String sql) throws Exception {
        return ask(polder, "POST", "api/sql", "{\"sql\": \"" + sql + "\"}")
                .at("/rows/0")
                .toString();
    }

    private JsonNode ask(Polder polder, String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(polder.address().resolve("/" + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return new ObjectMapper()
                .readTree(client.send(request, HttpResponse.BodyHandlers.ofString())
                        .body());
    }
}
