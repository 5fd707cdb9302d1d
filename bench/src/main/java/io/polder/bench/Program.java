package io.polder.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The program under measurement, as a process of its own, made as people start it. */
final class Program implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final Path output;
    private final Path home;
    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonNode ports;

    private Program(Process process, Path output, Path home, JsonNode ports) {
        this.process = process;
        this.output = output;
        this.home = home;
        this.ports = ports;
    }

    /** Starts {@code up} on a folder with a definition; {@code settings} as {@code --set} takes them. */
    static Program start(Path mart, List<String> settings) throws IOException {
        return start(mart, settings, true);
    }

    /** As {@link #start(Path, List)}; without profiles it does not look at its tables. */
    static Program start(Path mart, List<String> settings, boolean hasProfiles) throws IOException {
        Path home = mart.resolve(".polder");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // The launcher says how it would start the program.
        command.addAll(
                List.of(System.getProperty("polder.java.options", "-Xmx384m").split(" ")));
        if (!hasProfiles) {
            command.add("-Dpolder.no-profiles=true");
        }
        command.addAll(List.of(
                "-jar",
                System.getProperty("polder.jar", "server/target/polder.jar"),
                "up",
                mart.toString(),
                "--no-browser"));
        List<String> all =
                new ArrayList<>(List.of("web.port=0", "log.port=0", "hive.port=0", "druid.port=0", "store.memory=1GB"));
        all.addAll(settings);
        all.forEach(setting -> command.addAll(List.of("--set", setting)));
        Path output = mart.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Path announced = home.resolve("polder.json");
        long start = System.nanoTime();
        while (!isAnnounced(announced, process.pid())) {
            if (!process.isAlive() || System.nanoTime() - start > PATIENCE.toNanos()) {
                process.destroyForcibly();
                throw new IOException("The program did not start:\n" + Files.readString(output));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        return new Program(
                process, output, home, JSON.readTree(announced.toFile()).path("ports"));
    }

    /** Whether this very process is ready; one before it may have been killed and left its own file. */
    private static boolean isAnnounced(Path announced, long pid) throws IOException {
        return Files.exists(announced)
                && JSON.readTree(announced.toFile()).path("pid").asLong() == pid;
    }

    int port() {
        return port("web");
    }

    /** One of its ports, by name: web, hive, druid. */
    int port(String name) {
        return ports.path(name).asInt();
    }

    Path home() {
        return home;
    }

    /** What it has used so far, all threads. */
    double cpuSeconds() {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    /** Its resident memory now, in MiB; 0 where the system does not tell. */
    long residentMebibytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return answer(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .build());
    }

    JsonNode sql(String sql) throws IOException, InterruptedException {
        return answer(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/api/sql"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(Map.of("sql", sql, "limit", 1000))))
                .build());
    }

    private JsonNode answer(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer;
        try {
            answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException gone) {
            throw new IOException(
                    "The program is gone (" + (process.isAlive() ? "it runs" : "exit code " + process.exitValue())
                            + "). It said:\n" + Files.readString(output),
                    gone);
        }
        if (answer.statusCode() != 200) {
            throw new IOException(request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** Waits until the table has taken {@code events} events and none is waiting. */
    void awaitLogged(String table, long events) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            for (JsonNode status : get("/api/tables").path("tables")) {
                if (status.path("name").asText().equals(table)
                        && status.at("/totals/logged").asLong() >= events
                        && status.at("/totals/waiting").asLong() == 0) {
                    return;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw new IOException("Table " + table + " did not take " + events + " events in time.");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                System.err.println("The program did not stop within 20 s and is killed.");
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
