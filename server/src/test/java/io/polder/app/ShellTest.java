package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Configuration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** {@code ./polder sql} against a mart that runs: from scripts, and in a terminal. */
final class ShellTest {
    private static final String MART = """
            mart: shop
            feeds:
              stock:
                sql: true
                format: json
                fields: [{name: article, type: bigint}, {name: name}, {name: amount, type: integer}]
                key: [article]
            tables:
              stock: {from: stock, key: [article]}
            views:
              numbers: "SELECT range AS n FROM range(2000000)"
              things: |
                SELECT * FROM (VALUES (7, 'A "b",c', 1.5), (1234, '', NULL), (NULL, NULL, 0.25)) t(uid, name, share)
            """;
    private static final String ENDLESS = "SELECT count(*) FROM numbers a, numbers b WHERE (a.n * b.n) % 7 = 3";

    @TempDir
    private static Path folder;

    private static Home home;
    private static Polder mart;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException {
        Path definition = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(definition.resolve("polder.yaml"), MART);
        home = Home.open(folder.resolve("home"), Instant.EPOCH);
        List<String> settings = List.of(
                "web.port=0",
                "log.port=0",
                "hive.port=0",
                "druid.port=0",
                "disk.watermark=1MB",
                "store.batch-interval=20ms");
        mart = Polder.start(
                Configuration.read(definition, home.directory(), settings, Map.of()),
                home,
                true,
                failure -> {},
                InstantSource.system());
        new Running(
                        ProcessHandle.current().pid(),
                        mart.address(),
                        mart.ports(),
                        "shop",
                        definition,
                        "test",
                        Instant.EPOCH)
                .writeTo(home.resolve("polder.json"));
    }

    @AfterAll
    static void stop() throws IOException {
        mart.close();
        home.close();
    }

    private int run(String... arguments) {
        String[] whole = new String[arguments.length + 2];
        whole[0] = "sql";
        whole[1] = mart.address().toString();
        System.arraycopy(arguments, 0, whole, 2, arguments.length);
        return execute(whole);
    }

    private int execute(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    // ---- scripts

    @Test
    void aTableHasItsNumbersFlushRight() {
        assertThat(run("-e", "SELECT uid, name FROM things", "--limit", "2")).isZero();

        assertThat(out.toString().lines()).containsExactly(" uid  name", "----  -------", "   7  A \"b\",c", "1234");
        assertThat(err.toString()).matches("(?s)The first 2 rows, \\d+ ms\\.\\R");
    }

    @Test
    void machinesGetTheirFormats() {
        String sql = "SELECT * FROM things";
        for (String format : List.of("csv", "TSV", "ndjson", "json")) {
            assertThat(run("--format", format, "-e", sql)).isZero();
        }

        assertThat(out.toString()).isEqualTo("""
                uid,name,share\r
                7,"A ""b"",c",1.50\r
                1234,"",\r
                ,,0.25\r
                uid\tname\tshare
                7\tA "b",c\t1.50
                1234\t\t\\N
                \\N\t\\N\t0.25
                {"uid":7,"name":"A \\"b\\",c","share":1.50}
                {"uid":1234,"name":"","share":null}
                {"uid":null,"name":null,"share":0.25}
                [
                {"uid":7,"name":"A \\"b\\",c","share":1.50},
                {"uid":1234,"name":"","share":null},
                {"uid":null,"name":null,"share":0.25}
                ]
                """);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aLongResultIsStreamedWhole() {
        assertThat(run("--format", "csv", "-e", "SELECT n FROM numbers")).isZero();

        assertThat(out.toString().lines().count()).isEqualTo(2_000_001);
    }

    @Test
    void parquetGoesIntoAFileAndNotOntoATerminal() throws Exception {
        Path file = folder.resolve("things.parquet");
        assertThat(run("--format", "parquet", "-e", "SELECT * FROM things")).isEqualTo(2);
        assertThat(err.toString()).contains("--output FILE");

        assertThat(run("--format", "parquet", "-o", file.toString(), "-e", "SELECT * FROM things"))
                .isZero();

        try (var engine = DriverManager.getConnection("jdbc:duckdb:");
                var statement = engine.createStatement();
                var rows = statement.executeQuery("SELECT count(*), sum(share) FROM '" + file + "'")) {
            rows.next();
            assertThat(rows.getLong(1)).isEqualTo(3);
            assertThat(rows.getString(2)).isEqualTo("1.75");
        }
    }

    @Test
    void aScriptHasStatementsAndCommandsAndEndsWithTheFirstThatFails() throws IOException {
        Path rows = folder.resolve("rows.txt");
        Path script = Files.writeString(folder.resolve("script.sql"), """
                -- a comment; with a semicolon
                SET timezone='Europe/Brussels';
                \\f tsv
                \\o %s
                SELECT from_unixtime(1498867200)
                  AS t; SELECT 'a;b' AS x;
                \\o
                SELECT nosuch
                FROM things;
                SELECT 'never' AS y;
                """.formatted(rows));

        assertThat(execute("sql", "--home", home.directory().toString(), "-f", script.toString()))
                .isEqualTo(2);

        assertThat(Files.readString(rows)).isEqualTo("t\n2017-07-01 02:00:00\nx\na;b\n");
        assertThat(out.toString()).doesNotContain("never");
        assertThat(err.toString()).contains("polder: SELECT nosuch\n               ^ ");
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void statementsMayComeFromStandardInput() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("SELECT 1 AS one; SELECT 2 AS two".getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(run("--format", "csv")).isZero();
        } finally {
            System.setIn(before);
        }

        assertThat(out).hasToString("one\r\n1\r\ntwo\r\n2\r\n");
    }

    @Test
    void whatIsWrittenIsThereForTheNextStatement() {
        assertThat(run("-e", "UPSERT INTO stock VALUES (1, 'bread', 3), (2, 'salt', NULL); SELECT * FROM stock"))
                .isZero();

        assertThat(out.toString()).contains("      1  bread       3", "      2  salt     NULL");
        assertThat(err.toString()).contains("2 rows written.");
    }

    @Test
    void commandsShowWhatThereIs() {
        assertThat(run("-e", "\\d\n\\d stock\n\\l\n\\df dayofw*\n\\?")).isZero();

        assertThat(out.toString())
                .containsPattern("stock +table +article +3")
                .containsPattern("numbers +view +1")
                .containsPattern("article +bigint +key")
                .contains("default", "dayofweek(moment)");
        assertThat(err.toString()).contains("\\timing");
        assertThat(run("-e", "\\nosuch")).isEqualTo(2);
        assertThat(run("-e", "\\f nosuch")).isEqualTo(2);
        assertThat(err.toString())
                .contains("\\nosuch: not a command. Fix: ")
                .contains("'nosuch': no such format. Fix: write one of table, csv");
    }

    @Test
    void controlCharactersOfDataDoNotReachTheTerminal() {
        assertThat(run("--dialect", "engine", "-e", "SELECT 'a' || chr(27) || '[31m' || chr(10) || 'b' AS x"))
                .isZero();

        assertThat(out.toString()).contains("a\\x1b[31m\\nb").doesNotContain("\u001B");
    }

    @Test
    void whereNobodyAnswersIsSaid() {
        assertThat(execute("sql", "http://127.0.0.1:1", "-e", "SELECT 1")).isEqualTo(1);
        assertThat(err.toString()).contains("no mart answers there").contains("Fix: ");
        assertThat(execute("sql", folder.resolve("mart").toString(), "-e", "SELECT 1"))
                .isEqualTo(1);
    }

    // ---- in a terminal

    /** A shell whose terminal is one of the operating system's. */
    private static final class Terminal implements AutoCloseable {
        private final Process process;
        private final OutputStream keys;
        private final StringWriter screen = new StringWriter();

        Terminal(Path user) {
            Path script = Path.of("/usr/bin/script");
            if (!Files.isExecutable(script)) {
                String missing = "NOT TESTED: the shell in a terminal, since there is no " + script;
                System.err.println(missing);
                Assumptions.abort(missing);
            }
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            List<String> command = List.of(
                    java,
                    "-Xmx128m",
                    "-XX:TieredStopAtLevel=1",
                    "-Dfile.encoding=UTF-8",
                    "-Dpolder.interactive=true",
                    "-Duser.home=" + user,
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.polder.app.Main",
                    "sql",
                    mart.address().toString());
            ProcessBuilder builder = new ProcessBuilder(
                    script.toString(),
                    "-qfec",
                    "stty rows 40 cols 100; exec '" + String.join("' '", command) + "'",
                    "/dev/null");
            builder.environment().put("TERM", "xterm-256color");
            builder.environment().put("SHELL", "/bin/sh");
            try {
                process = builder.redirectErrorStream(true).start();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
            keys = process.getOutputStream();
            Thread reader = new Thread(this::read, "terminal");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (InputStream in = process.getInputStream()) {
                byte[] buffer = new byte[4096];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    screen.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
                }
            } catch (IOException over) {
                screen.append("\n(").append(over.getMessage()).append(")");
            }
        }

        /** Types, and waits until this is on the screen that was not there before. */
        String type(String text, String expected) {
            int before = screen.toString().length();
            try {
                keys.write(text.getBytes(StandardCharsets.UTF_8));
                keys.flush();
            } catch (IOException over) {
                throw new UncheckedIOException(screen.toString(), over);
            }
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(seen(before)).contains(expected));
            return seen(before);
        }

        /** Without what moves the cursor and changes colours. */
        private String seen(int from) {
            return screen.toString().substring(from).replaceAll("\u001B\\[[0-9;?]*[A-Za-z]|\u001B[=>]|\r", "");
        }

        int end() throws InterruptedException {
            assertThat(process.waitFor(30, TimeUnit.SECONDS))
                    .as(screen::toString)
                    .isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void ctrlCCancelsTheQueryAndNotTheShell(@TempDir Path user) throws Exception {
        try (Terminal terminal = new Terminal(user)) {
            terminal.type("", "shop> ");
            terminal.type(ENDLESS + ";\n", "Ctrl-C cancels");

            terminal.type("\u0003", "The query was cancelled.");

            try (InputStream queries =
                    mart.address().resolve("/api/queries").toURL().openStream()) {
                assertThat(new ObjectMapper().readTree(queries).path("queries")).isEmpty();
            }
            terminal.type("\\f csv\n", "Rows are written as csv.");
            terminal.type("SELECT a.n FROM numbers a, numbers b;\n", "17\n");
            terminal.type("\u0003", "The query was cancelled");
            terminal.type("begun and given up\u0003", "shop> ");
            terminal.type("\\f table\n", "as table.\nshop> ");
            terminal.type("SELECT 40 + 2 AS answer;\n", "    42");
            terminal.type("\\q\n", "");
            assertThat(terminal.end()).isZero();
        }
    }

    @Test
    void aPersonHasLinesHistoryAndCompletion(@TempDir Path user) throws Exception {
        try (Terminal terminal = new Terminal(user)) {
            terminal.type("", "shop> ");
            terminal.type("SELECT count(*) AS many\n", "    > ");
            terminal.type("FROM thi\t;\n", "   3");
            terminal.type("SELECT nosuch FROM things;\n", "       ^ ");
            terminal.type("\\x\nSELECT uid, name FROM things LIMIT 1;\n", "ms.\nshop> ");
            terminal.type("\u0004", "");
            assertThat(terminal.end()).isZero();
        }
        assertThat(user.resolve(".polder_history")).content().contains("FROM things");
        try (Terminal terminal = new Terminal(user)) {
            terminal.type("", "shop> ");
            terminal.type("\u0010\u0010\u0010\u0010", "FROM things");
            assertThat(terminal.type("\n", "ms.\nshop> ")).contains("   3");
            terminal.type("\u0004", "");
            assertThat(terminal.end()).isZero();
        }
    }
}
