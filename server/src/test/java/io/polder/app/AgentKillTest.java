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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of the file channel: whenever its agent is killed, every batch whose sender was told 200 is delivered, at least
 * once, and one that was told anything else is not there. {@code -Dpolder.kills=50} kills more often than the build does.
 */
class AgentKillTest {
    private static final int KILLS = Integer.getInteger("polder.kills", 5);
    private static final int BATCH = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path home;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Random random = new Random(20260301);

    @Test
    void whatWasAcknowledgedIsDeliveredHoweverOftenTheAgentIsKilled() throws Exception {
        Path out = Files.createDirectories(home.resolve("out"));
        int port = freePort();
        Path file = home.resolve("flume.properties");
        Files.writeString(
                file,
                "a.sources = r\na.channels = c\na.sinks = k\na.sources.r.type = http\na.sources.r.bind = 127.0.0.1\n"
                        + "a.sources.r.port = " + port + "\na.sources.r.channels = c\na.channels.c.type = file\n"
                        + "a.channels.c.dataDirs = " + home.resolve("data") + "\na.channels.c.capacity = 1000000\n"
                        + "a.channels.c.transactionCapacity = 100\na.channels.c.maxFileSize = 1000000\n"
                        + "a.channels.c.minimumRequiredSpace = 1000000\na.sinks.k.type = file_roll\n"
                        + "a.sinks.k.channel = c\na.sinks.k.sink.directory = " + out
                        + "\na.sinks.k.sink.batchSize = 30\n"
                        + "a.sinks.k.sink.rollInterval = 0\n");
        Set<Integer> told200 = new ConcurrentSkipListSet<>();
        Set<Integer> unknown = ConcurrentHashMap.newKeySet();
        AtomicInteger next = new AtomicInteger();
        AtomicBoolean isOver = new AtomicBoolean();
        List<Thread> senders = new ArrayList<>();
        for (int sender = 0; sender < 3; sender++) {
            Thread thread = new Thread(() -> send(port, next, told200, unknown, isOver));
            thread.start();
            senders.add(thread);
        }

        for (int kill = 0; kill < KILLS; kill++) {
            Process agent = start(file);
            int before = told200.size();
            await().atMost(PATIENCE).until(() -> told200.size() > before + 5);
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
            agent.destroyForcibly().waitFor();
        }
        isOver.set(true);
        for (Thread sender : senders) {
            sender.join();
        }
        Process last = start(file);
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(missing(out, told200)).isEmpty());
            await().atMost(PATIENCE).until(() -> Home.running(home.resolve("home"))
                    .filter(running -> running.pid() == last.pid())
                    .isPresent());
            last.destroy();
            assertThat(last.waitFor()).isZero();
        } finally {
            last.destroyForcibly();
        }

        Map<Integer, Integer> seen = seen(out);
        assertThat(told200).hasSizeGreaterThan(KILLS * 5);
        for (int batch : seen.keySet()) {
            assertThat(told200.contains(batch) || unknown.contains(batch))
                    .as("batch %s was answered otherwise than 200, and is there", batch)
                    .isTrue();
        }
    }

    private void send(int port, AtomicInteger next, Set<Integer> told200, Set<Integer> unknown, AtomicBoolean isOver) {
        while (!isOver.get()) {
            int batch = next.getAndIncrement();
            StringBuilder body = new StringBuilder("[");
            for (int event = 0; event < BATCH; event++) {
                body.append(event == 0 ? "" : ",")
                        .append("{\"body\":\"")
                        .append(batch)
                        .append(' ')
                        .append(event)
                        .append("\"}");
            }
            try {
                int status = client.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                        .timeout(Duration.ofSeconds(10))
                                        .POST(HttpRequest.BodyPublishers.ofString(
                                                body.append(']').toString()))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (status == 200) {
                    told200.add(batch);
                }
            } catch (IOException noAnswer) {
                unknown.add(batch);
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    private static List<Integer> missing(Path out, Set<Integer> told200) throws IOException {
        Map<Integer, Integer> seen = seen(out);
        return told200.stream()
                .filter(batch -> seen.getOrDefault(batch, 0) < BATCH)
                .toList();
    }

    /** How many different events of each batch are in the files. */
    private static Map<Integer, Integer> seen(Path out) throws IOException {
        Set<String> lines = ConcurrentHashMap.newKeySet();
        try (Stream<Path> files = Files.list(out)) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        Map<Integer, Integer> seen = new TreeMap<>();
        for (String line : lines) {
            int space = line.indexOf(' ');
            if (space > 0) {
                seen.merge(Integer.valueOf(line.substring(0, space)), 1, Integer::sum);
            }
        }
        return seen;
    }

    private Process start(Path file) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.polder.app.Main",
                        "agent",
                        "-n",
                        "a",
                        "-f",
                        file.toString(),
                        "--home",
                        home.resolve("home").toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("agent.txt").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
