package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Configuration;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that profile and compare what a running mart has. */
class MartSourcesTest {
    private static final Instant MORNING = Instant.parse("2026-03-02T06:00:00Z");

    @TempDir
    private Path folder;

    private Path definition;
    private Home home;
    private Polder mart;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws Exception {
        definition = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(definition.resolve("polder.yaml"), """
                mart: sources
                feeds:
                  readings:
                    http: true
                    format: json
                    key: [id]
                    partitions: 2
                    fields: [{name: id, type: bigint}, {name: time, type: timestamp}, {name: level, path: l, type: double}]
                tables:
                  readings: {from: readings, key: [id, time], time: time}
                """);
        home = Home.open(definition.resolve(".polder"), Instant.EPOCH);
        List<String> settings =
                List.of("web.port=0", "log.port=0", "hive.port=0", "druid.port=0", "disk.watermark=1MB");
        mart = Polder.start(
                Configuration.read(definition, home.directory(), settings, Map.of()),
                home,
                true,
                failure -> {},
                InstantSource.system());
        home.announce(new Running(
                ProcessHandle.current().pid(),
                mart.address(),
                mart.ports(),
                "sources",
                definition,
                "0",
                Instant.EPOCH));
        String events = IntStream.range(0, 400)
                .mapToObj(at -> "{\"id\": " + at % 4 + ", \"time\": \"" + MORNING.plusSeconds(30L * at) + "\", \"l\": "
                        + (at < 240 ? at % 50 : 60 + at % 50) + "}")
                .collect(Collectors.joining(",", "[", "]"));
        HttpRequest push = HttpRequest.newBuilder(mart.address().resolve("/api/feeds/readings/events"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(events))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(push, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @AfterEach
    void stop() {
        mart.close();
        home.close();
    }

    @Test
    void aTableAndATopicOfTheMartAreProfiled() throws Exception {
        Path file = folder.resolve("profile.json");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(run("profile", "--table", "readings", definition.toString(), "--json", file.toString()))
                    .as("%s", err)
                    .isZero();
            assertThat(json(file).path("rows").asLong()).isEqualTo(400);
        });
        assertThat(json(file).path("name").asText()).isEqualTo("readings");

        assertThat(run("profile", "--topic", "readings", definition.toString(), "--json", file.toString()))
                .as("%s", err)
                .isZero();
        JsonNode topic = json(file);
        assertThat(topic.path("rows").asLong()).isEqualTo(400);
        assertThat(topic.at("/columns/2/name").asText())
                .as("as its feed decodes it")
                .isEqualTo("level");

        assertThat(run("profile", "--table", "reading", definition.toString())).isNotZero();
        assertThat(err.toString()).contains("reading").doesNotContain("\tat ");
        assertThat(run("profile", "--topic", "reading", definition.toString())).isNotZero();
        assertThat(err.toString()).contains("'reading'").doesNotContain("\tat ");
    }

    @Test
    void twoRangesOfATableAreCompared() {
        String[] ranges = {
            "compare",
            "--table",
            "readings",
            "--range",
            "2026-03-02T08:00:00Z/2026-03-02T09:00:00Z",
            "--against",
            "2026-03-02T06:00:00Z/2026-03-02T08:00:00Z",
            definition.toString()
        };
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            out.getBuffer().setLength(0);
            assertThat(run(ranges)).isEqualTo(1);
            assertThat(out.toString()).contains("240 rows → 120 rows", "level", "median 23.5 → ");
        });
        assertThat(run("compare", "--table", "readings", "--range", "today", definition.toString()))
                .isNotZero();
        assertThat(err.toString()).contains("--range = 'today': not a range of time. Fix: ");
        assertThat(run("compare", "one.csv")).isNotZero();
        assertThat(err.toString()).contains("two are compared");
    }

    @Test
    void aMartThatDoesNotRunIsSaid() {
        for (String what : List.of("--table", "--topic")) {
            assertThat(run(
                            "profile",
                            what,
                            "readings",
                            folder.resolve("nowhere").toString()))
                    .isNotZero();
        }
        assertThat(err.toString()).contains("no mart is running there", "Fix: ").doesNotContain("\tat ");
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
