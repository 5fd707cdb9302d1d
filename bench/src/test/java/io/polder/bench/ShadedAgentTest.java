package io.polder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./polder agent} with an hdfs sink: the launcher, the program's jar and the module's, as people run them. In this
 * module because both jars are there before its tests run ({@code mvn verify}).
 */
final class ShadedAgentTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    @Test
    void theLauncherAddsHadoopsClientAndTheSinkWritesSequenceFiles() throws Exception {
        // The launcher would build what is missing or old, which is not for a test to do.
        assumeIsBuilt("server/target/polder.jar", "core", "server");
        assumeIsBuilt("hadoop/target/polder-hadoop.jar", "core", "server", "hadoop");
        Path out = folder.resolve("out");
        int port = AgentProcess.freePort();
        Path file = Files.writeString(
                folder.resolve("flume.properties"),
                "a1.sources = s\na1.channels = c\na1.sinks = k\na1.sources.s.type = http\na1.sources.s.bind = 127.0.0.1\n"
                        + "a1.sources.s.port = " + port + "\na1.sources.s.channels = c\na1.channels.c.type = memory\n"
                        + "a1.sinks.k.type = hdfs\na1.sinks.k.channel = c\na1.sinks.k.hdfs.path = file://" + out
                        + "/%{city}\n");
        Path output = folder.resolve("output.txt");
        Process launcher = new ProcessBuilder(
                        ROOT.resolve("polder").toString(),
                        "agent",
                        "-n",
                        "a1",
                        "-c",
                        folder.toString(),
                        "-f",
                        file.toString(),
                        "--no-reload-conf",
                        "--home",
                        folder.resolve("home").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(post(launcher, port)).as(Files.readString(output)).isEqualTo(200);
        } finally {
            launcher.destroy();
        }
        assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(launcher.exitValue()).as(Files.readString(output)).isZero();

        // Ten events fill a file, as by default; the stop closes the other.
        try (Stream<Path> files = Files.list(out.resolve("gent"))) {
            List<Path> all = files.toList();
            assertThat(all)
                    .hasSize(2)
                    .allMatch(path -> path.getFileName().toString().matches("FlumeData\\.\\d+"));
            for (Path each : all) {
                assertThat(new String(Files.readAllBytes(each), 0, 3, StandardCharsets.US_ASCII))
                        .isEqualTo("SEQ");
            }
        }
    }

    private static void assumeIsBuilt(String jar, String... modules) throws IOException {
        Path built = ROOT.resolve(jar);
        Assumptions.assumeTrue(Files.exists(built), "NOT TESTED: the launcher, since " + jar + " is not built");
        List<Path> sources = new ArrayList<>(List.of(ROOT.resolve("pom.xml"), ROOT.resolve(".mvn")));
        for (String module : modules) {
            sources.add(ROOT.resolve(module).resolve("pom.xml"));
            sources.add(ROOT.resolve(module).resolve("src/main"));
        }
        FileTime builtAt = Files.getLastModifiedTime(built);
        for (Path source : sources) {
            try (Stream<Path> all = Files.walk(source)) {
                for (Path each : all.toList()) {
                    Assumptions.assumeTrue(
                            Files.getLastModifiedTime(each).compareTo(builtAt) <= 0,
                            "NOT TESTED: the launcher, since " + jar + " is older than " + each);
                }
            }
        }
    }

    /** Posts twelve events when the agent listens; the status, or 0. */
    private static int post(Process launcher, int port) throws InterruptedException {
        String event = "{\"headers\":{\"city\":\"gent\"},\"body\":\"x\"}";
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString("[" + (event + ",").repeat(11) + event + "]"))
                .build();
        long start = System.nanoTime();
        while (launcher.isAlive() && System.nanoTime() - start < TimeUnit.MINUTES.toNanos(2)) {
            try {
                return HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
            } catch (IOException notYet) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
        return 0;
    }
}
