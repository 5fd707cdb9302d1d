package io.polder.app;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a checkout of its own, with programs in the place of Java and Maven that say what they were told. */
class LauncherTest {
    private static final Path LAUNCHER = Path.of("..", "polder");
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    private Path checkout;

    private Path jar = Path.of("");

    @BeforeEach
    void aCheckoutThatIsBuilt() throws IOException {
        Files.copy(LAUNCHER, checkout.resolve("polder"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String module : List.of("core", "server")) {
            Files.createDirectories(checkout.resolve(module + "/src/main"));
            Files.writeString(checkout.resolve(module + "/pom.xml"), "");
        }
        Files.writeString(checkout.resolve("pom.xml"), "");
        Files.createDirectories(checkout.resolve(".mvn"));
        try (var walk = Files.walk(checkout)) {
            for (Path path : walk.toList()) {
                Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
            }
        }
        jar = checkout.resolve("server/target/polder.jar");
        Files.createDirectories(jar.getParent());
        Files.writeString(jar, "");
        java("17.0.1", "echo \"java $*\"");
        Files.writeString(checkout.resolve("jdk/bin/javac"), "#!/bin/sh\n");
        assertThat(checkout.resolve("jdk/bin/javac").toFile().setExecutable(true))
                .isTrue();
        tool("mvn", "if [ \"$1\" = -v ]; then echo 'Apache Maven 3.8.7'; else touch " + jar + "; echo built; fi");
    }

    @Test
    void anAgentWhoseFileHasAnHdfsSinkGetsTheModuleHadoop() throws Exception {
        Path module = checkout.resolve("hadoop/target/polder-hadoop.jar");
        Files.createDirectories(module.getParent());
        Files.writeString(module, "");
        Path file = Files.writeString(checkout.resolve("flume.properties"), "a.sinks.k.type = hdfs\n");
        Path other = Files.writeString(
                checkout.resolve("other.properties"), "#a.sinks.k.type = hdfs\na.sinks.k.type = null\n");

        Ran with = run(Map.of(), "agent", "-n", "a", "-c", "conf", "-f", file.toString());
        Ran without = run(Map.of(), "agent", "-n", "a", "-f", other.toString());

        assertThat(with.output())
                .contains("polder.jar:" + module.toRealPath() + ":conf io.polder.app.Main agent -n a -c conf -f");
        assertThat(without.output()).contains("-jar " + jar.toRealPath() + " agent");
    }

    @Test
    void orcFilesAreReadWithTheModuleHadoop() throws Exception {
        Path module = checkout.resolve("hadoop/target/polder-hadoop.jar");
        Files.createDirectories(module.getParent());
        Files.writeString(module, "");
        Files.writeString(Files.createDirectories(checkout.resolve("a table")).resolve("000000_0"), "ORC\0and so on");
        Path csv = Files.writeString(checkout.resolve("plain.csv"), "a,b\n");
        String with = "polder.jar:" + module.toRealPath() + " io.polder.app.Main ";

        assertThat(run(Map.of(), "profile", "readings.ORC").output()).contains(with + "profile readings.ORC");
        assertThat(run(Map.of(), "compare", "a table/*", csv.toString()).output())
                .contains(with);
        assertThat(run(Map.of(), "validate", "-", "--format", "orc").output()).contains(with);
        assertThat(run(Map.of(), "profile", csv.toString(), "--format", "csv").output())
                .contains("-jar " + jar.toRealPath() + " profile");
    }

    @Test
    void aJarThatIsNewerThanItsSourcesIsRunAsItIs() throws Exception {
        Ran ran = run(Map.of(), "status", "--home", "with space");

        assertThat(ran.code()).isZero();
        assertThat(ran.output())
                .contains("-Xmx384m", "-Dpolder.root=" + checkout.toRealPath(), "status --home with space")
                .doesNotContain("building");
    }

    @Test
    void aJarThatIsOlderThanASourceIsBuiltFirst() throws Exception {
        Files.setLastModifiedTime(jar, FileTime.from(LONG_AGO.plusSeconds(1)));
        Files.writeString(checkout.resolve("core/src/main/Changed.java"), "");

        assertThat(run(Map.of(), "status").output()).contains("building").contains("java ");
        assertThat(run(Map.of(), "status").output()).doesNotContain("building");
    }

    @Test
    void aBuildThatFailsEndsTheRunWithWhatMavenSaid() throws Exception {
        Files.delete(jar);
        tool("mvn", "if [ \"$1\" = -v ]; then echo 'Apache Maven 3.9.0'; else echo '[ERROR] no semicolon'; exit 1; fi");

        Ran ran = run(Map.of(), "status");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.output())
                .contains("[ERROR] no semicolon", "the build failed. Fix: ")
                .doesNotContain("java ");
    }

    @Test
    void whatIsMissingOrTooOldIsSaidWithTheFix() throws Exception {
        assertThat(run(Map.of("JAVA_HOME", "/nowhere"), "status").output()).contains("JAVA_HOME = '/nowhere'", "Fix: ");

        java("11.0.2", "");
        assertThat(run(Map.of(), "status").output()).contains("is Java 11.0.2. Fix: install a JDK, 17 or newer");

        java("17.0.1", "");
        Files.delete(jar);
        tool("mvn", "echo 'Apache Maven 3.6.3'");
        assertThat(run(Map.of(), "status").output()).contains("is Maven 3.6.3. Fix: install Maven, 3.8 or newer");

        Files.delete(checkout.resolve("jdk/bin/javac"));
        assertThat(run(Map.of(), "status").output())
                .contains("without a compiler")
                .contains("Fix: ");
    }

    @Test
    void aMartThatAsksForItIsStartedAgainAndItsLastCodeIsTheLaunchers() throws Exception {
        java(
                "17.0.1",
                "echo started >> " + checkout + "/starts\n[ $(wc -l < " + checkout
                        + "/starts) -lt 3 ] && exit 75\nexit 4");

        Ran ran = run(Map.of(), "up");

        assertThat(checkout.resolve("starts")).hasContent("started\nstarted\nstarted");
        assertThat(ran.code()).isEqualTo(4);
        assertThat(ran.output()).contains("starting again in 1 s (1 of 5)", "starting again in 2 s (2 of 5)");
    }

    @Test
    void otherCommandsAreNotStartedAgain() throws Exception {
        java("17.0.1", "exit 75");

        assertThat(run(Map.of(), "check").code()).isEqualTo(75);
    }

    @Test
    void aSignalReachesTheMartOnceAndItsCodeIsTheLaunchers() throws Exception {
        Path log = checkout.resolve("signals");
        java(
                "17.0.1",
                "trap 'echo term >> " + log + "; exit 0' TERM\ntrap 'echo int >> " + log + "' INT\necho ready > "
                        + checkout + "/ready\nwhile :; do sleep 0.1; done");
        Process launcher = start(checkout.resolve("polder"), Map.of(), "up");
        await().atMost(20, SECONDS).until(() -> Files.exists(checkout.resolve("ready")));

        launcher.destroy();

        assertThat(launcher.waitFor(20, SECONDS)).isTrue();
        assertThat(launcher.exitValue()).isZero();
        assertThat(log).hasContent("term");
    }

    @Test
    void itIsFoundThroughASymbolicLink() throws Exception {
        Path link = Files.createDirectories(checkout.resolve("elsewhere")).resolve("p");
        Files.createSymbolicLink(link, Path.of("..", "polder"));

        assertThat(run(link, Map.of(), "status").output()).contains("-Dpolder.root=" + checkout.toRealPath());
    }

    private record Ran(int code, String output) {}

    private Ran run(Map<String, String> environment, String... arguments) throws Exception {
        return run(checkout.resolve("polder"), environment, arguments);
    }

    private Ran run(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        Process process = start(launcher, environment, arguments);
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(Duration.ofMinutes(1).toSeconds(), SECONDS)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    private Process start(Path launcher, Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(launcher.toString());
        builder.command().addAll(List.of(arguments));
        builder.redirectErrorStream(true).directory(checkout.toFile());
        builder.environment().remove("POLDER_JAVA_OPTS");
        builder.environment().put("JAVA_HOME", checkout.resolve("jdk").toString());
        builder.environment().put("PATH", checkout.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void java(String version, String script) throws IOException {
        Path bin = Files.createDirectories(checkout.resolve("jdk/bin"));
        Files.writeString(checkout.resolve("jdk/release"), "JAVA_VERSION=\"" + version + "\"\n");
        executable(bin.resolve("java"), script);
    }

    private void tool(String name, String script) throws IOException {
        executable(Files.createDirectories(checkout.resolve("bin")).resolve(name), script);
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
