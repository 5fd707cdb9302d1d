package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Talks to the mart that runs on a home, through its HTTP interface. Thread-safe. */
final class Client {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final Path home;
    private final Running running;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();

    private Client(Path home, Running running) {
        this.home = home;
        this.running = running;
    }

    /** @throws PolderException UNAVAILABLE when no mart is ready on this home */
    static Client of(Path home) {
        Path whole = home.toAbsolutePath().normalize();
        return new Client(whole, Home.running(whole).orElseThrow(() -> notRunning(whole, "")));
    }

    /**
     * The address of a mart's screen.
     *
     * @param where the address itself, the mart's folder, or the home of one that runs; empty means this folder
     * @throws PolderException INVALID_REQUEST, or UNAVAILABLE when no mart is ready there
     */
    static URI address(String where, HomeOption home) {
        if (where.startsWith("http://") || where.startsWith("https://")) {
            try {
                return URI.create(where);
            } catch (IllegalArgumentException malformed) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        "'" + where + "': not an address. Fix: write it like http://127.0.0.1:8080",
                        malformed);
            }
        }
        Path folder = Path.of(where);
        boolean isHome = !where.isEmpty()
                && Home.running(folder.toAbsolutePath().normalize()).isPresent();
        return of(isHome ? folder : home.of(folder)).running().url();
    }

    Running running() {
        return running;
    }

    JsonNode get(String path) {
        return send(HttpRequest.newBuilder(at(path)).GET().build());
    }

    /** Posts a JSON document; an empty one for most. */
    JsonNode post(String path, JsonNode body) {
        return send(HttpRequest.newBuilder(at(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8))
                .build());
    }

    /** Takes a row of an answer. */
    interface Row {
        /** Takes an object with a member for each column. */
        void row(JsonNode row);
    }

    /**
     * Asks something in the engine's SQL, of any number of rows.
     *
     * @throws PolderException as the mart refuses it, UNAVAILABLE when the answer breaks off
     */
    void rows(String sql, Row row) {
        ObjectNode body = JSON.createObjectNode().put("sql", sql).put("dialect", "engine");
        HttpRequest request = HttpRequest.newBuilder(at("/api/sql"))
                .header("Content-Type", "application/json")
                .header("Accept", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8))
                .build();
        HttpResponse<InputStream> response = answer(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            if (response.statusCode() / 100 != 2) {
                throw refused(parse(request, response.statusCode(), in.readAllBytes()));
            }
            try (MappingIterator<JsonNode> rows = JSON.readerFor(JsonNode.class).readValues(in)) {
                while (rows.hasNextValue()) {
                    row.row(rows.nextValue());
                }
            }
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    request.uri() + ": the answer broke off. Fix: see the mart's log, and try again (" + failure + ")",
                    failure);
        }
    }

    /** A name as part of a path. */
    static String part(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private URI at(String path) {
        return running.url().resolve(path);
    }

    private JsonNode send(HttpRequest request) {
        HttpResponse<byte[]> response = answer(request, HttpResponse.BodyHandlers.ofByteArray());
        JsonNode body = parse(request, response.statusCode(), response.body());
        if (response.statusCode() / 100 == 2) {
            return body;
        }
        throw refused(body);
    }

    private <T> HttpResponse<T> answer(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException failure) {
            throw notRunning(home, "; " + running.url() + " does not answer (" + failure + ")");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorCode.UNAVAILABLE, "Interrupted while waiting for " + request.uri(), stop);
        }
    }

    private static PolderException refused(JsonNode problem) {
        return new PolderException(
                code(problem),
                problem.path("detail").asText(problem.path("title").asText()));
    }

    private static JsonNode parse(HttpRequest request, int status, byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException garbled) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    request.uri() + ": the answer (status " + status + ") is not JSON. Fix: see that a"
                            + " Polder of this version runs there",
                    garbled);
        }
    }

    private static ErrorCode code(JsonNode problem) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equalsIgnoreCase(problem.path("code").asText())) {
                return code;
            }
        }
        return ErrorCode.UNAVAILABLE;
    }

    private static PolderException notRunning(Path home, String detail) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                "--home = '" + home + "': no mart is running there" + detail + ". Fix: start it with './polder up' or"
                        + " './polder demo', or name its home with --home");
    }
}
