package io.polder.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** An agent with one Flume configuration, as a process of its own: the real Flume, or ours. */
final class AgentProcess implements AutoCloseable {
    /** The agent's name in every configuration of the bench. */
    static final String NAME = "a1";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path output;
    private final int monitoringPort;
    private final HttpClient http = HttpClient.newHttpClient();

    /** Which agent is started; both take the same flags and the same file. */
    enum Kind {
        FLUME("Flume 1.11.0"),
        POLDER("Polder");

        final String title;

        Kind(String title) {
            this.title = title;
        }

        private List<String> program() {
            if (this == FLUME) {
                return List.of("-cp", flumeLibrary() + File.separator + "*", "org.apache.flume.node.Application");
            }
            return List.of(
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.polder.app.Main",
                    "agent");
        }
    }

    private AgentProcess(Process process, Path output, int monitoringPort) {
        this.process = process;
        this.output = output;
        this.monitoringPort = monitoringPort;
    }

    /** Where {@code bench/flume/pom.xml} puts the real Flume. */
    static Path flumeLibrary() {
        return Path.of(System.getProperty("polder.root", "."), "bench", "flume", "target", "lib");
    }

    /** A port that was free a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * Starts an agent and waits until its sources run.
     *
     * @param folder for its configuration and its output
     * @param properties Flume's configuration of agent {@link #NAME}
     * @param javaOptions the same for both kinds, so that neither wins by its heap or its collector
     */
    static AgentProcess start(Kind kind, Path folder, String properties, List<String> javaOptions) throws IOException {
        Files.createDirectories(folder);
        Path configuration = Files.writeString(folder.resolve("flume.properties"), properties);
        Path output = folder.resolve("output.txt");
        int monitoringPort = freePort();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        List<String> monitoring = List.of("-Dflume.monitoring.type=http", "-Dflume.monitoring.port=" + monitoringPort);
        if (kind == Kind.FLUME) {
            command.addAll(monitoring);
        }
        command.addAll(kind.program());
        command.addAll(List.of("-n", NAME, "-f", configuration.toString(), "--no-reload-conf"));
        if (kind == Kind.POLDER) {
            command.addAll(monitoring);
            command.addAll(List.of("--home", folder.resolve("home").toString()));
        }
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        AgentProcess agent = new AgentProcess(process, output, monitoringPort);
        // Flume's netcat source has no metrics; its client waits for its port.
        long sources = properties
                .lines()
                .filter(line -> line.matches("a1\\.sources\\.\\w+\\.type = (?!netcat).*"))
                .count();
        try {
            agent.await("its sources run", metrics -> started(metrics, "SOURCE.") >= sources);
        } catch (IOException failure) {
            agent.kill();
            throw failure;
        }
        return agent;
    }

    private static long started(JsonNode metrics, String type) {
        return metrics.properties().stream()
                .filter(part -> part.getKey().startsWith(type)
                        && part.getValue().path("StartTime").asLong() > 0)
                .count();
    }

    /** What {@code GET /metrics} says. */
    JsonNode metrics() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + monitoringPort + "/metrics"))
                .timeout(PATIENCE)
                .build();
        try {
            return JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while reading " + request.uri() + ".", interrupted);
        }
    }

    /** Waits until the metrics are as told, and gives them. */
    JsonNode await(String what, Predicate<JsonNode> condition) throws IOException {
        long start = System.nanoTime();
        String last = "";
        while (System.nanoTime() - start < PATIENCE.toNanos() && process.isAlive()) {
            try {
                JsonNode metrics = metrics();
                if (condition.test(metrics)) {
                    return metrics;
                }
                last = metrics.toString();
            } catch (IOException notYet) {
                last = notYet.toString();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        throw new IOException(
                "The agent did not come so far that " + what + ": " + last + "\n" + Files.readString(output));
    }

    /** What it has used so far, all threads. */
    double cpuSeconds() {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    /** The most memory that it has held, in MiB; 0 where the system does not tell. */
    long peakMebibytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    /** What is alive on its heap, in MiB, as Java's own {@code jcmd} says after a collection. */
    double liveMebibytes() throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.lines()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.strip().split(" +", -1)[2]))
                .mapToObj(bytes -> bytes / 1024.0 / 1024.0)
                .findFirst()
                .orElseThrow(() -> new IOException("jcmd said: " + said));
    }

    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() {
        process.destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
