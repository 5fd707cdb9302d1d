package io.polder.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.config.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;

/** A web server on a free port over a {@link FakeProgram}, and a client for it. */
final class WebFixture implements AutoCloseable {
    private static final String MART = """
            mart: flanders
            timezone: Europe/Brussels
            feeds:
              traffic:
                http: true
                format: json
                simulated: true
                key: [uid]
                fields:
                  - { name: uid, type: bigint }
                  - { name: time, type: timestamp }
                  - { name: speed, type: double }
                  - { name: vehicles, type: bigint }
                  - { name: name, type: varchar }
                  - { name: lat, type: double }
                  - { name: lon, type: double }
            tables:
              traffic: { from: traffic, key: [uid, time], time: time }
            views:
              fast: "SELECT * FROM traffic WHERE speed > 90"
            maps:
              live:
                table: traffic
                position: [lat, lon]
                colour: speed
                label: name
                unit: km/h
                intensity: vehicles
                details: [speed, vehicles]
            """;

    final FakeProgram program;
    final Web web;
    final Client client;

    WebFixture(Path folder) {
        this(folder, 1_000);
    }

    WebFixture(Path folder, int maxViewers) {
        this(folder, maxViewers, "");
    }

    /** @param more behind the definition: other maps */
    WebFixture(Path folder, int maxViewers, String more) {
        program = new FakeProgram(mart(folder, MART + more));
        web = new Web(program.mart, platform(0), "0.1.0-test", program, () -> FakeProgram.NOW, maxViewers);
        web.start();
        web.ready();
        client = new Client(web.port());
    }

    static Mart mart(Path folder) {
        return mart(folder, MART);
    }

    private static Mart mart(Path folder, String definition) {
        try {
            Files.writeString(folder.resolve(MartReader.FILE), definition);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return MartReader.read(folder);
    }

    static Platform platform(int port) {
        return platform("127.0.0.1", port);
    }

    static Platform platform(String host, int port) {
        return new Platform(
                host,
                port,
                0,
                Optional.empty(),
                Duration.ofSeconds(1),
                1L << 28,
                1,
                Duration.ofMillis(250),
                100_000,
                0,
                Duration.ofSeconds(10),
                10_000,
                ZoneOffset.UTC,
                0,
                Duration.ofHours(1),
                0,
                Optional.empty());
    }

    URI at(String path) {
        return client.at(path);
    }

    HttpResponse<String> get(String path, String... headers) {
        return client.get(path, headers);
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        return client.post(path, body, headers);
    }

    HttpRequest.Builder request(String path, String... headers) {
        return client.request(path, headers);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        return client.send(request);
    }

    <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        return client.send(request, handler);
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException malformed) {
            throw new UncheckedIOException(text, malformed);
        }
    }

    @Override
    public void close() {
        web.close();
        program.close();
    }
}
