package io.polder.hive;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.query.QueriesFixture;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port of Hive and Impala through Hive's own shell, in a process of its own. */
final class BeelineTest {
    private static final int MOST_SECONDS = 120;

    @TempDir
    private static Path folder;

    private static QueriesFixture fixture;
    private static HiveServer server;

    @BeforeAll
    static void start() {
        fixture = new QueriesFixture(folder);
        server = HiveServer.start(
                fixture.queries,
                write -> 3,
                fixture.catalog(),
                "test",
                new HiveServer.Settings("127.0.0.1", 0, Duration.ofMinutes(10), ZoneOffset.UTC),
                InstantSource.system());
    }

    @AfterAll
    static void stop() {
        server.close();
        fixture.close();
    }

    /** What it prints when it is told this, line by line. */
    private static List<String> beeline(String session, String... said) throws IOException, InterruptedException {
        Path clients = Path.of("target", "clients");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + folder,
                "-Dfile.encoding=UTF-8",
                "-cp",
                // Its Hadoop before the parts of one that the driver brings.
                clients.resolve("beeline") + File.separator + "*" + File.pathSeparator
                        + clients.resolve("hive-jdbc.jar"),
                "org.apache.hive.beeline.BeeLine",
                "-u",
                "jdbc:hive2://127.0.0.1:" + server.port() + "/default" + session,
                "-n",
                "analyst",
                "-p",
                "any",
                "--outputformat=csv2"));
        for (String each : said) {
            command.add("-e");
            command.add(each);
        }
        Path output = folder.resolve("beeline.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        try {
            assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";auth=noSasl"})
    void itConnectsAndAsks(String session) throws Exception {
        List<String> told = beeline(session, "SELECT count(*) AS n, sum(uid) AS total FROM readings;");

        assertThat(told).contains("n,total", "1000,499500").anyMatch(line -> line.startsWith("Connected to: Impala"));
    }

    @Test
    void itsOwnWordsTellWhatThereIs() throws Exception {
        List<String> told = beeline(
                "",
                "!tables",
                "!columns readings",
                "SHOW TABLES; DESCRIBE readings;",
                "SET timezone='Etc/GMT-1'; SELECT from_unixtime(0) AS at, 'it\\'s; -- so' AS text, NULL AS nothing;");

        assertThat(told)
                .contains("numbers", "uid,bigint,", "at,text,nothing", "1970-01-01 01:00:00,it's; -- so,NULL")
                .anyMatch(line -> line.startsWith(",default,readings,VIEW"))
                .anyMatch(line -> line.startsWith(",default,readings,exact,3,DECIMAL,18"));
    }

    @Test
    void whatIsWrongIsToldWithItsPlace() throws Exception {
        List<String> told = beeline("", "SELECT nope FROM readings;");

        assertThat(told)
                .anyMatch(line -> line.startsWith("Error: SELECT nope FROM readings"))
                .anyMatch(line -> line.contains("(line 1, column 8). Fix: "));
    }

    @Test
    void aLongResultIsPrintedWhole() throws Exception {
        List<String> told = beeline("", "SELECT n FROM numbers WHERE n < 100000;");

        assertThat(told).contains("0", "99999").hasSizeGreaterThan(100_000);
        assertThat(told).anyMatch(line -> line.startsWith("100,000 rows selected"));
    }
}
