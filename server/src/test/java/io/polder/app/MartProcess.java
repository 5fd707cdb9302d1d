package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program in a process of its own, with free ports, that can be killed. */
final class MartProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final Process process;
    private final Path output;
    private final JsonNode ports;

    private MartProcess(Process process, Path output, JsonNode ports) {
        this.process = process;
        this.output = output;
        this.ports = ports;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param mart the folder of the definition; what the program says is in {@code output.txt} beside it
     * @param settings more of {@code key=value}
     */
    static MartProcess start(Path mart, String... settings) throws IOException {
        Path announced = mart.resolve(".polder/polder.json");
        Files.deleteIfExists(announced);
        List<String> command = new ArrayList<>();
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.polder.app.Main",
                "up",
                mart.toString(),
                "--no-browser"));
        List<String> all = new ArrayList<>(
                List.of("web.port=0", "log.port=0", "hive.port=0", "druid.port=0", "disk.watermark=1MB"));
        all.addAll(List.of(settings));
        for (String setting : all) {
            command.addAll(List.of("--set", setting));
        }
        Path output = mart.resolveSibling("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        await().atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive())
                    .as(() -> "The program ended: " + text(output))
                    .isTrue();
            return Files.exists(announced);
        });
        return new MartProcess(
                process, output, JSON.readTree(announced.toFile()).path("ports"));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException exception) {
            return exception.toString();
        }
    }

    int port(String name) {
        return ports.path(name).asInt();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it has said. */
    String output() {
        return text(output);
    }

    /** Posts JSON. */
    <T> HttpResponse<T> post(
            String port, String path, JsonNode body, String accept, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(port) + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(1))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        if (!accept.isEmpty()) {
            request.header("Accept", accept);
        }
        try {
            return HTTP.send(request.build(), handler);
        } catch (IOException closed) {
            // A connection that was kept may be closed by the server while the request is on its way; who was killed is
            // gone.
            if (!isAlive() || !String.valueOf(closed.getMessage()).contains("received no bytes")) {
                throw closed;
            }
            try {
                return HTTP.send(request.build(), handler);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(stop);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    /** A statement in Impala's words over {@code /api/sql}: its answer. */
    HttpResponse<String> sql(String statement) throws IOException {
        return post(
                "web",
                "/api/sql",
                JSON.createObjectNode().put("sql", statement).put("dialect", "impala"),
                "",
                HttpResponse.BodyHandlers.ofString());
    }

    /** The rows that a query gives, as JSON. */
    JsonNode rows(String query) throws IOException {
        HttpResponse<String> answer = sql(query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("rows");
    }

    /** Asks it to stop, and waits until it has: its exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(() -> "It does not stop: " + output())
                .isTrue();
        return process.exitValue();
    }

    /** The most that it has had in memory since it began, in bytes; 0 where the system does not tell. */
    long mostResident() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
