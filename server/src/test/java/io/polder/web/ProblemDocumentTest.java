package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.testkit.Golden;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is answered to everything that goes wrong, as a person would read it. */
final class ProblemDocumentTest {
    private final WebFixture fixture;
    private final StringBuilder seen = new StringBuilder();

    ProblemDocumentTest(@TempDir Path folder) {
        fixture = new WebFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void everyErrorIsAProblemDocumentThatSaysWhatToDo() throws IOException {
        get("/api/nothing");
        get("/nothing");
        get("/../etc/passwd.txt");
        get("/lib/nothing/a.js");
        send("POST", "/api/mart", "{}");
        send("DELETE", "/api/feeds/traffic/events", "");
        send("POST", "/api/live", "");
        send("POST", "/openapi.json", "");
        get("/api/tables/trafic/rows/1");
        get("/api/tables/traffic/rows/12345");
        send("POST", "/api/feeds/nothing/pause", "");
        get("/api/ledger?minutes=0");
        get("/api/ledger?minutes=soon");
        get("/api/rejected?limit=1001");
        get("/api/live?map=nothing");
        send("POST", "/api/sql", "{\"sql\": SELECT 1}");
        send("POST", "/api/sql", "{\"sql\":\"SELECT 1\"} and more");
        send("POST", "/api/sql", "{\"sql\":\"SELECT 1\",\"sql\":\"SELECT 2\"}");
        send("POST", "/api/sql", "[]");
        send("POST", "/api/sql", "");
        send("POST", "/api/sql", "{\"sqll\":\"SELECT 1\",\"limitt\":2}");
        send("POST", "/api/sql", "{\"sql\":\" \"}");
        send("POST", "/api/sql", "{\"sql\":\"SELECT 1\",\"limit\":0}");
        send("POST", "/api/rejected/replay", "{\"topic\":7}");
        tooLarge();
        send("POST", "/api/feeds/traffic/events", "[]", "Content-Encoding", "br");
        send("POST", "/api/feeds/traffic/pause", "", "Origin", "https://evil.example");

        failing(
                "POST",
                "/api/feeds/traffic/events",
                new PolderException(ErrorCode.TOO_LARGE, "The body is over 64 MB."));
        failing(
                "POST",
                "/api/feeds/traffic/events",
                new PolderException(ErrorCode.KEY_REUSED, "Idempotency-Key = 'a'."));
        failing(
                "POST",
                "/api/feeds/traffic/events",
                new PolderException(ErrorCode.UNAVAILABLE, "The disk is nearly full."));
        failing("GET", "/api/tables", new PolderException(ErrorCode.RESTART, "The store failed."));
        failing(
                "POST",
                "/api/tables/traffic/rebuild",
                new PolderException(ErrorCode.CONFLICT, "It is being rebuilt already."));
        failing(
                "POST",
                "/api/sql",
                new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        List.of(
                                new Problem(
                                        "sql line 1, column 8", "speeed", "no such column", "did you mean 'speed'?"),
                                new Problem(
                                        "sql line 1, column 20",
                                        "trafic",
                                        "no such table",
                                        "did you mean 'traffic'?"))));
        failing("POST", "/api/sql", new PolderException(ErrorCode.TIMED_OUT, "The query took longer than 10 s."));
        failing("GET", "/api/feeds", new IllegalStateException("secret of the program"));
        raw("NONSENSE\r\n\r\n");
        raw("GET /api/mart HTTP/1.1\r\nHost: evil.example\r\n\r\n");
        raw("GET /api/mart HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x".repeat(20_000) + "\r\n\r\n");
        raw("GET /api/tables/%2e%2e/rows HTTP/1.1\r\nHost: localhost\r\n\r\n");

        assertThat(seen.toString()).doesNotContain("secret", "Exception");
        Golden.assertGolden(
                "problems.txt", seen.toString().replace("localhost:" + fixture.web.port(), "localhost:PORT"));
    }

    private void get(String path) {
        send("GET", path, "");
    }

    private void send(String method, String path, String body, String... headers) {
        HttpResponse<String> response =
                fixture.send(fixture.request(path, headers).method(method, HttpRequest.BodyPublishers.ofString(body)));
        seen.append(method).append(' ').append(path);
        seen.append(body.isEmpty() ? "" : " " + body).append('\n');
        seen.append(response.statusCode()).append(' ');
        seen.append(response.headers().firstValue("Content-Type").orElse(""));
        response.headers().firstValue("Retry-After").ifPresent(after -> seen.append(", Retry-After: ")
                .append(after));
        response.headers().firstValue("Allow").ifPresent(allow -> seen.append(", Allow: ")
                .append(allow));
        seen.append('\n').append(response.body()).append("\n\n");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    private void failing(String method, String path, RuntimeException failure) {
        fixture.program.failure = failure;
        send(method, path, method.equals("POST") && path.equals("/api/sql") ? "{\"sql\":\"SELECT 1\"}" : "");
        fixture.program.failure = null;
    }

    private void tooLarge() {
        HttpResponse<String> response = fixture.post("/api/sql", "{\"sql\":\"" + " ".repeat(1 << 20) + "\"}");
        seen.append("POST /api/sql with more than 1 MiB\n").append(response.statusCode());
        seen.append('\n').append(response.body()).append("\n\n");
    }

    private void raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.web.port())) {
            OutputStream output = socket.getOutputStream();
            output.write(request.getBytes(StandardCharsets.US_ASCII));
            output.flush();
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            seen.append(request.lines().findFirst().orElse("")).append(" (raw)\n");
            seen.append(answer.lines().findFirst().orElse("")).append('\n');
            seen.append(answer.substring(answer.indexOf("\r\n\r\n") + 4).strip())
                    .append("\n\n");
        }
    }
}
