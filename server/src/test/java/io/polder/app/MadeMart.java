package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A mart that runs in the test's process, asked over HTTP and by commands. */
final class MadeMart implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Home home;
    private final Polder mart;

    /** What a command came to. */
    record Ran(int exit, String out, String err) {}

    private MadeMart(Home home, Polder mart) {
        this.home = home;
        this.mart = mart;
    }

    /** Starts one, which goes on with the state that there is in the folder. */
    static MadeMart start(Path folder, String definition) throws IOException {
        Path marts = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(marts.resolve("polder.yaml"), definition);
        Home home = Home.open(folder.resolve("home"), Instant.EPOCH);
        List<String> settings = List.of(
                "web.port=0",
                "log.port=0",
                "hive.port=0",
                "druid.port=0",
                "disk.watermark=1MB",
                "store.batch-interval=20ms");
        Polder mart = Polder.start(
                Configuration.read(marts, home.directory(), settings, Map.of()),
                home,
                true,
                failure -> {},
                InstantSource.system());
        home.announce(new Running(
                ProcessHandle.current().pid(),
                mart.address(),
                Map.of("web", mart.address().getPort()),
                "made",
                marts,
                "0.1.0",
                Instant.EPOCH));
        return new MadeMart(home, mart);
    }

    @Override
    public void close() {
        mart.close();
        home.close();
    }

    JsonNode get(String path) throws Exception {
        return send(HttpRequest.newBuilder(mart.address().resolve(path)).GET().build());
    }

    JsonNode post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(mart.address().resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** The rows of an answer, as JSON. */
    String sql(String sql) throws Exception {
        String body =
                JSON.createObjectNode().put("sql", sql).put("dialect", "engine").toString();
        return post("/api/sql", body).path("rows").toString();
    }

    /** Runs a command on its home. */
    Ran run(String... arguments) {
        List<String> whole = new ArrayList<>(List.of(arguments));
        whole.addAll(List.of("--home", home.directory().toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(whole.toArray(String[]::new));
        return new Ran(exit, out.toString(), err.toString());
    }

    private JsonNode send(HttpRequest request) throws Exception {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSON.readTree(answer.body());
    }
}
