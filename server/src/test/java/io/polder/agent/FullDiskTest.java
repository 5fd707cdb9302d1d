package io.polder.agent;

import static io.polder.agent.AgentFixture.events;
import static io.polder.agent.AgentFixture.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent on a disk that is really full: a file system of a few MiB, which only root can make. */
class FullDiskTest {
    private static final int DISK_BYTES = 12 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path home;

    private Path disk;
    private Path out;
    private boolean isMounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectories(home.resolve("disk"));
        out = Files.createDirectories(home.resolve("out"));
        isMounted = ran("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tmpfs", disk.toString());
        Assumptions.assumeTrue(isMounted, "NOT TESTED: a full disk, since no file system can be mounted here");
    }

    @AfterEach
    void unmount() throws Exception {
        if (isMounted) {
            assertThat(ran("umount", disk.toString())).isTrue();
        }
    }

    private static boolean ran(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private String fileChannel(String sink) {
        return """
                sources = r
                channels = c
                sinks = k
                sources.r.type = http
                sources.r.bind = 127.0.0.1
                sources.r.port = 0
                sources.r.channels = c
                channels.c.type = file
                channels.c.keep-alive = 0
                channels.c.minimumRequiredSpace = 0
                sinks.k.channel = c
                """ + "channels.c.dataDirs = " + disk.resolve("data") + "\n" + sink;
    }

    /** Keeps everything in the channel: nobody listens there. */
    private static final String NOWHERE = "sinks.k.type = avro\nsinks.k.hostname = 127.0.0.1\nsinks.k.port = 1\n";

    private String files(Path folder) {
        return "sinks.k.type = file_roll\nsinks.k.sink.rollInterval = 0\nsinks.k.sink.directory = " + folder + "\n";
    }

    private static String large(String name) {
        return "[{\"body\":\"" + name + "x".repeat(3 << 20) + "\"}]";
    }

    @Test
    void whatWasAcknowledgedIsDeliveredAndWhatDidNotFitIsNotThere() throws IOException {
        List<String> told200 = new ArrayList<>();
        try (AgentFixture agent = AgentFixture.start(home, fileChannel(NOWHERE))) {
            HttpResponse<String> refused = null;
            for (int batch = 0; refused == null; batch++) {
                HttpResponse<String> answer = agent.post(large("batch" + batch));
                if (answer.statusCode() == 200) {
                    told200.add("batch" + batch);
                } else {
                    refused = answer;
                }
            }
            // More than 1 MiB is free, so that it is the write that fails and not the look before it.
            assertThat(Files.getFileStore(disk).getUsableSpace()).isGreaterThan(1 << 20);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("cannot take the batch: No space left on device. Fix: give it room");
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(told200).isNotEmpty();
            assertThat(agent.count("CHANNEL.c", "EventPutErrorCount")).isEqualTo(1);
            assertThat(agent.count("CHANNEL.c", "ChannelSize")).isEqualTo(told200.size());
            assertThat(agent.agent.metrics().parts().stream()
                            .filter(part -> part.name().equals("c"))
                            .findFirst()
                            .orElseThrow()
                            .trouble())
                    .contains("No space left on device");

            // What is small still fits, behind what was taken back.
            assertThat(agent.post("[{\"body\":\"small\"}]").statusCode()).isEqualTo(200);
            told200.add("small");
        }

        try (AgentFixture agent = AgentFixture.start(home, fileChannel(files(out)))) {
            await().atMost(PATIENCE).until(() -> lines(out).size() >= told200.size());
            assertThat(agent.post("[{\"body\":\"after\"}]").statusCode()).isEqualTo(200);
            told200.add("after");
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(lines(out).stream()
                            .map(line -> line.replaceAll("x+$", ""))
                            .toList())
                    .isEqualTo(told200));
        }
    }

    @Test
    void deliveriesGoOnWhileTheDiskIsFullAndMakeRoom() throws IOException {
        try (AgentFixture agent = AgentFixture.start(home, fileChannel(NOWHERE))) {
            assertThat(agent.post(large("one")).statusCode()).isEqualTo(200);
            assertThat(agent.post(large("two")).statusCode()).isEqualTo(200);
        }
        fill(disk.resolve("ballast"));

        try (AgentFixture agent = AgentFixture.start(home, fileChannel(files(out)))) {
            await().atMost(PATIENCE).until(() -> lines(out).size() == 2);
            // Whatever is delivered and deleted is room again.
            await().atMost(PATIENCE).until(() -> agent.post(events(0, 1)).statusCode() == 200);
            await().atMost(PATIENCE).until(() -> lines(out).contains("0"));
        }
    }

    @Test
    void aFileSinkWithoutRoomKeepsItsEventsInTheChannel() throws IOException {
        Path ballast = disk.resolve("ballast");
        Path full = Files.createDirectories(disk.resolve("out"));
        fill(ballast);
        String memory = """
                sources = r
                channels = c
                sinks = k
                sources.r.type = http
                sources.r.bind = 127.0.0.1
                sources.r.port = 0
                sources.r.channels = c
                channels.c.type = memory
                sinks.k.channel = c
                """;
        try (AgentFixture agent = AgentFixture.start(home, memory + files(full))) {
            assertThat(agent.post(events(0, 100)).statusCode()).isEqualTo(200);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            String.join(" ", agent.agent.metrics().why()))
                    .contains("k sink: ", "No space left on device"));
            assertThat(agent.count("SINK.k", "ConnectionFailedCount")).isPositive();
            assertThat(agent.count("CHANNEL.c", "ChannelSize")).isEqualTo(100);

            Files.delete(ballast);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(lines(full)).hasSize(100));
            assertThat(lines(full)).doesNotHaveDuplicates();
        }
    }

    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[4096];
        try (var to = Files.newOutputStream(ballast)) {
            while (true) {
                to.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }
}
