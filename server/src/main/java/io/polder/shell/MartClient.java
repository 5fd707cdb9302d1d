package io.polder.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Speaks with a mart's HTTP interface. Thread-safe. */
final class MartClient {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** For what is answered at once. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private final URI address;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();

    /** @param address of the mart's screen */
    MartClient(URI address) {
        this.address = address.toString().endsWith("/") ? address : URI.create(address + "/");
    }

    URI address() {
        return address;
    }

    /** A short answer. */
    JsonNode get(String path) {
        return json(joined(send(request(path).timeout(SOON).GET().build())));
    }

    /** How far a query is; empty when none of that name is under way. */
    Optional<JsonNode> progress(String id) {
        try {
            return Optional.of(get("api/queries/" + id));
        } catch (PolderException gone) {
            return Optional.empty();
        }
    }

    /** Cancels a query; says whether one of that name was under way. */
    boolean cancel(String id) {
        try {
            json(joined(send(request("api/queries/" + id).timeout(SOON).DELETE().build())));
            return true;
        } catch (PolderException gone) {
            return false;
        }
    }

    /** Posts a statement; its answer begins when the first rows are there. */
    CompletableFuture<HttpResponse<InputStream>> ask(ObjectNode question, Format format) {
        return send(request("api/sql")
                .header("Content-Type", "application/json")
                .header("Accept", format.accept())
                .POST(HttpRequest.BodyPublishers.ofString(question.toString(), StandardCharsets.UTF_8))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path));
    }

    private CompletableFuture<HttpResponse<InputStream>> send(HttpRequest request) {
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    /**
     * The answer, when it has begun.
     *
     * @throws PolderException UNAVAILABLE when nobody answers
     */
    HttpResponse<InputStream> joined(CompletableFuture<HttpResponse<InputStream>> answer) {
        try {
            return answer.join();
        } catch (CompletionException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    address + ": no mart answers there (" + failure.getCause()
                            + "). Fix: start it with './polder up' or" + " './polder demo', or name another",
                    failure);
        }
    }

    /**
     * A whole JSON document.
     *
     * @throws PolderException with what the mart has said, when that is a problem
     */
    JsonNode json(HttpResponse<InputStream> answer) {
        if (answer.statusCode() / 100 != 2) {
            throw problem(answer);
        }
        try (InputStream body = answer.body()) {
            return JSON.readTree(body);
        } catch (IOException garbled) {
            throw strange(answer, garbled);
        }
    }

    /** What the mart has said is wrong. */
    PolderException problem(HttpResponse<InputStream> answer) {
        JsonNode problem;
        try (InputStream body = answer.body()) {
            problem = JSON.readTree(body);
        } catch (IOException garbled) {
            return strange(answer, garbled);
        }
        ErrorCode told = ErrorCode.UNAVAILABLE;
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equalsIgnoreCase(problem.path("code").asText())) {
                told = code;
            }
        }
        return new PolderException(
                told, problem.path("detail").asText(problem.path("title").asText("status " + answer.statusCode())));
    }

    private static PolderException strange(HttpResponse<InputStream> answer, IOException garbled) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                answer.uri() + ": the answer (status " + answer.statusCode()
                        + ") cannot be read. Fix: see that a Polder" + " of this version runs there",
                garbled);
    }
}
