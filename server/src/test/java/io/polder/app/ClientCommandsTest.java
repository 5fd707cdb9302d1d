package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a running mart, against a server that answers from a script. */
class ClientCommandsTest {
    private record Scripted(int status, String body) {}

    @TempDir
    private Path home;

    private final HttpServer server;
    private final Map<String, Scripted> script = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile byte[] bundle = {};
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    ClientCommandsTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void aMartThatAnswersFromAScript() throws IOException {
        server.createContext("/", exchange -> {
            String question = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            asked.add(question + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            Scripted answer = script.getOrDefault(
                    question, new Scripted(404, "{\"code\":\"NOT_FOUND\",\"detail\":\"Nothing is called that.\"}"));
            boolean isBundle = bundle.length > 0 && question.endsWith("/api/export/superset");
            byte[] body = isBundle ? bundle : answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(isBundle ? 200 : answer.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        new Running(
                        ProcessHandle.current().pid(),
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                        Map.of("web", server.getAddress().getPort()),
                        "flanders",
                        home,
                        "0.1.0",
                        Instant.EPOCH)
                .writeTo(home.resolve("polder.json"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aBundleIsWrittenUnderTheNameOfItsMart(@TempDir Path folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("polder-flanders/metadata.yaml"));
        }
        bundle = bytes.toByteArray();
        Path file = folder.resolve("mart.zip");

        assertThat(run("export", "superset", "--out", file.toString())).isZero();

        assertThat(Files.readAllBytes(file)).isEqualTo(bundle);
        assertThat(asked).containsExactly("GET /api/export/superset ");
        assertThat(out.toString()).contains("Next: superset import-dashboards -p " + file);
    }

    @Test
    void whatIsNoBundleIsNotWritten(@TempDir Path folder) {
        script.put("GET /api/export/superset", new Scripted(200, "<html>"));
        Path file = folder.resolve("mart.zip");

        assertThat(run("export", "superset", "--out", file.toString())).isEqualTo(1);

        assertThat(file).doesNotExist();
        assertThat(err.toString()).contains("the answer is not a bundle. Fix: ");
    }

    @Test
    void namesTravelWholeInAddresses() {
        script.put("POST /api/feeds/a%20b%2Fc/pause", new Scripted(200, "{}"));
        script.put("POST /api/feeds/a%20b%2Fc/resume", new Scripted(200, "{}"));

        assertThat(run("pause", "a b/c")).isZero();
        assertThat(run("resume", "a b/c")).isZero();
        assertThat(run("pause", "unknown")).isEqualTo(1);

        assertThat(err.toString()).contains("Nothing is called that.");
    }

    @Test
    void statusShowsFeedsAndTablesAndEndsWithOneWhenTheMartIsNotWell() {
        script.put("GET /api/mart", new Scripted(200, "{\"name\":\"flanders\",\"simulated\":true}"));
        script.put("GET /health", new Scripted(200, "{\"status\":\"degraded\",\"reasons\":[\"traffic: no answer\"]}"));
        script.put(
                "GET /api/feeds",
                new Scripted(
                        200,
                        "{\"feeds\":[{\"name\":\"traffic\",\"kind\":\"poll\",\"state\":\"failing\",\"rate\":70.94,"
                                + "\"lagSeconds\":null,\"lastError\":\"no answer\","
                                + "\"totals\":{\"logged\":4254,\"rejected\":2}}]}"));
        script.put(
                "GET /api/tables",
                new Scripted(
                        200,
                        "{\"tables\":[{\"name\":\"traffic\",\"state\":\"live\",\"rows\":4252,\"lagSeconds\":0.26,"
                                + "\"freshness\":{\"p50\":210,\"p99\":400},\"totals\":{\"rejected\":2,\"tooLate\":0}}]}"));

        assertThat(run("status")).isEqualTo(1);

        assertThat(out.toString())
                .contains("SIMULATED data")
                .contains("health: degraded", "  traffic: no answer")
                .containsPattern("traffic +poll +failing +70.9/s +4254 +2 +no answer")
                .containsPattern("traffic +live +4252 +0.3 s +210 ms +400 ms +2 +0");
    }

    @Test
    void rebuildShowsHowFarItIsAndEndsWithTheTable() {
        script.put("POST /api/tables/traffic/rebuild", new Scripted(202, "{}"));
        script.put("GET /api/tables", new Scripted(200, "{\"tables\":[{\"name\":\"traffic\",\"state\":\"live\"}]}"));

        assertThat(run("rebuild", "traffic")).isZero();

        assertThat(out.toString()).contains("traffic: live");
    }

    @Test
    void aRebuildThatFailedIsAFailure() {
        script.put("POST /api/tables/traffic/rebuild", new Scripted(202, "{}"));
        script.put(
                "GET /api/tables",
                new Scripted(200, "{\"tables\":[{\"name\":\"traffic\",\"state\":\"the rebuild failed: no space\"}]}"));

        assertThat(run("rebuild", "traffic")).isEqualTo(1);

        assertThat(err.toString())
                .contains("traffic: the rebuild failed: no space")
                .contains("Fix: ");
    }

    @Test
    void rejectedEventsAreShownWithTheirPlaceAndReplayedOnRequest() {
        script.put(
                "GET /api/rejected?limit=20&topic=traffic",
                new Scripted(
                        200,
                        "{\"rejected\":[{\"topic\":\"traffic\",\"at\":\"2026-01-02T03:04:05Z\",\"feed\":\"traffic\","
                                + "\"reason\":\"no key\",\"stage\":\"edge\",\"position\":3,\"value\":\"{}\","
                                + "\"replayed\":false},{\"topic\":\"traffic\",\"at\":\"2026-01-02T03:04:06Z\","
                                + "\"feed\":\"traffic\",\"reason\":\"too fast\",\"stage\":\"table\",\"partition\":2,"
                                + "\"sourceOffset\":17,\"value\":\"{}\",\"replayed\":true}]}"));
        script.put("POST /api/rejected/replay", new Scripted(200, "{\"replayed\":1}"));

        assertThat(run("rejected", "--topic", "traffic")).isZero();
        assertThat(run("rejected", "--replay")).isZero();

        assertThat(out.toString())
                .contains("document, event 3", "no key", "traffic 2/17", "too fast")
                .contains("Replayed 1 event; ");
    }

    @Test
    void aMartThatWasKilledIsSaidNotToAnswer() throws IOException {
        server.stop(0);

        assertThat(run("status")).isEqualTo(1);

        assertThat(err.toString()).contains("no mart is running there").contains("does not answer");
        assertThat(Files.exists(home.resolve("polder.json"))).isTrue();
    }

    private int run(String... arguments) {
        String[] whole = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        whole[arguments.length] = "--home";
        whole[arguments.length + 1] = home.toString();
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(whole);
    }
}
