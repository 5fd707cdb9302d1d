package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running agent does when its file changes; the program as a process, which looks ten times a second here. */
class AgentReloadTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void aChangedFileIsAnotherAgentAndAWrongOneChangesNothing() throws Exception {
        Path out = Files.createDirectories(folder.resolve("out"));
        int first = freePort();
        int second = freePort();
        Path file = folder.resolve("flume.properties");
        write(file, agent(first, out));
        start(file, "home");
        await().atMost(PATIENCE).until(() -> post(first, "one") == 200);

        write(file, agent(second, out));
        await().atMost(PATIENCE).until(() -> post(second, "two") == 200);
        assertThat(post(first, "nobody")).as("nobody listens there any more").isZero();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(lines(out)).containsExactlyInAnyOrder("one", "two"));

        write(file, agent(second, out).replace("type = memory", "type = memry"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(output("home"))
                .contains("has changed and is wrong; the agent goes on as it was.")
                .contains("flume.properties:7 a.channels.c.type = 'memry'")
                .contains("did you mean 'memory'?"));
        assertThat(post(second, "three")).isEqualTo(200);
    }

    @Test
    void anAgentThatDoesNotStartSaysWhyAndIsTriedAgain() throws Exception {
        Path out = Files.createDirectories(folder.resolve("out"));
        int first = freePort();
        Path file = folder.resolve("flume.properties");
        write(file, agent(first, out));
        start(file, "home");
        await().atMost(PATIENCE).until(() -> post(first, "one") == 200);

        int second;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            second = taken.getLocalPort();
            write(file, agent(second, out));
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(output("home"))
                    .contains("does not start; it is tried again. Source 'r' cannot listen on 127.0.0.1:"));
        }

        await().atMost(PATIENCE).until(() -> post(second, "two") == 200);
    }

    @Test
    void withNoReloadConfAChangedFileIsNotLookedAt() throws Exception {
        Path out = Files.createDirectories(folder.resolve("out"));
        int kept = freePort();
        int changed = freePort();
        int next = freePort();
        Path file = folder.resolve("kept.properties");
        Path other = folder.resolve("other.properties");
        write(file, agent(kept, out));
        write(other, agent(changed, out));
        start(file, "kept", "--no-reload-conf");
        start(other, "other");
        await().atMost(PATIENCE).until(() -> post(kept, "one") == 200 && post(changed, "one") == 200);

        // Both change; when the one that looks has looked, more than once, the other would have too.
        write(file, agent(next, out));
        write(other, agent(freePort(), out));
        await().atMost(PATIENCE).until(() -> post(changed, "gone") == 0);
        write(other, agent(changed, out));
        await().atMost(PATIENCE).until(() -> post(changed, "back") == 200);

        assertThat(post(kept, "two")).isEqualTo(200);
        assertThat(post(next, "nobody")).isZero();
    }

    private static String agent(int port, Path out) {
        return "a.sources = r\na.channels = c\na.sinks = k\na.sources.r.type = http\na.sources.r.bind = 127.0.0.1\n"
                + "a.sources.r.port = " + port + "\na.channels.c.type = memory\na.sources.r.channels = c\n"
                + "a.sinks.k.type = file_roll\na.sinks.k.channel = c\na.sinks.k.sink.rollInterval = 0\n"
                + "a.sinks.k.sink.directory = " + out + "\n";
    }

    /** A file is there whole, or as it was. */
    private static void write(Path file, String text) throws IOException {
        Path whole = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void start(Path file, String home, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dpolder.look.millis=100",
                "-cp",
                System.getProperty("java.class.path"),
                "io.polder.app.Main",
                "agent",
                "-n",
                "a",
                "-f",
                file.toString(),
                "--home",
                folder.resolve(home).toString()));
        command.addAll(List.of(more));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(home + ".txt").toFile())
                .start());
    }

    private String output(String home) throws IOException {
        return Files.readString(folder.resolve(home).resolve("log/polder.log"));
    }

    /** The status, or 0 when nobody answers. */
    private int post(int port, String body) throws InterruptedException {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                    .timeout(Duration.ofSeconds(10))
                                    .POST(HttpRequest.BodyPublishers.ofString("[{\"body\":\"" + body + "\"}]"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException nobody) {
            return 0;
        }
    }

    private static List<String> lines(Path out) throws IOException {
        List<String> lines = new ArrayList<>();
        try (var files = Files.list(out)) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
