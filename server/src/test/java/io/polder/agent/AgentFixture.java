package io.polder.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.agent.http.HttpPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A real agent of a file that a test writes, with what a test asks of it. */
final class AgentFixture implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    final Agent agent;

    /** Starts agent {@code a} of these lines, each without {@code a.}; HTTP sources get any free port. */
    static AgentFixture start(Path home, String lines) {
        AgentFixture made = new AgentFixture(read(home, lines));
        made.agent.start();
        return made;
    }

    static Agent read(Path home, String lines) {
        try {
            Files.createDirectories(home);
            Path file = home.resolve("flume.properties");
            StringBuilder text = new StringBuilder();
            lines.lines().map(String::strip).forEach(line -> text.append(line.isEmpty() ? "" : "a." + line)
                    .append('\n'));
            Files.writeString(file, text);
            return Agent.read(file, "a", home, name -> null, InstantSource.system());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private AgentFixture(Agent agent) {
        this.agent = agent;
    }

    /** The port of source {@code r}. */
    int port() {
        Source source = Objects.requireNonNull(agent.source("r"));
        return source instanceof NetcatSource netcat ? netcat.port() : HttpPort.of(source);
    }

    HttpResponse<String> post(String body) {
        return send(HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return CLIENT.send(
                    request.uri(URI.create("http://127.0.0.1:" + port() + "/"))
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    /** An array of so many events with bodies {@code start}, {@code start + 1}, …. */
    static String events(int start, int count) {
        StringBuilder json = new StringBuilder("[");
        for (int event = start; event < start + count; event++) {
            json.append(event == start ? "" : ",")
                    .append("{\"body\":\"")
                    .append(event)
                    .append("\"}");
        }
        return json.append(']').toString();
    }

    /** A value of {@code /metrics}. */
    String metric(String component, String name) {
        try {
            JsonNode value = JSON.readTree(agent.metrics().asFlumeShows())
                    .path(component)
                    .path(name);
            return value.asText("missing");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    long count(String component, String name) {
        return Long.parseLong(metric(component, name));
    }

    /** All lines of all files of a folder, in the order in which they were written. */
    static List<String> lines(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> lines = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile)
                    .sorted(java.util.Comparator.comparingLong(AgentFixture::number))
                    .toList()) {
                lines.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
            }
            return lines;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** {@code series-index}, as a number. */
    private static long number(Path file) {
        String[] parts = file.getFileName().toString().split("-", 2);
        return Long.parseLong(parts[0]) * 1000 + Long.parseLong(parts[1]);
    }

    @Override
    public void close() {
        agent.close();
    }
}
