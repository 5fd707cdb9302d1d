package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.hive.HiveJdbc;
import io.polder.query.Escapes;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything that somebody tries who wants out, on every endpoint of the program in a process of its own, which lives on
 * and answers the next one.
 */
final class EscapesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FORMATS = List.of(
            "",
            "application/json",
            "text/csv",
            "text/tab-separated-values",
            "application/x-ndjson",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet");
    /** A frame of a trace, and what the engine or Java say of their own mistakes. */
    private static final Pattern TRACE =
            Pattern.compile("\\n\\s*at [\\w.$/]+\\(|java\\.\\w|org\\.duckdb|io\\.polder|INTERNAL Error|Stack Trace");

    private static final String DEFINITION = """
            mart: escapes
            feeds:
              traffic:
                http: true
                format: json
                key: [uid]
                fields:
                  - { name: uid, type: bigint }
                  - { name: time, type: timestamp }
                  - { name: speed, type: double }
              points:
                sql: true
                format: json
                key: [id]
                fields: [{ name: id, type: bigint }, { name: name }]
            tables:
              traffic: { from: traffic, key: [uid, time], time: time }
              points: { from: points, key: [id] }
            views:
              fast: "SELECT * FROM traffic WHERE speed > 90"
            """;

    @TempDir
    private static Path folder;

    private static MartProcess mart;

    @BeforeAll
    static void start() throws IOException {
        Path home = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(home.resolve("polder.yaml"), DEFINITION);
        mart = MartProcess.start(home, "store.memory=128MB", "query.timeout=10s", "store.threads=2");
    }

    /** What the watch allows (heap, what the engine may count, and a gigabyte), twice: one step may come between two looks. */
    private static final long MOST_RESIDENT = 3L << 30;

    @AfterAll
    static void stop() throws IOException {
        try {
            assertThat(mart.sql("UPSERT INTO points VALUES (7, 'x')").statusCode())
                    .as(mart::output)
                    .isEqualTo(200);
            assertThat(mart.rows("SELECT name FROM points WHERE id = 7").toString())
                    .isEqualTo("[[\"x\"]]");
            assertThat(mart.mostResident()).isLessThan(MOST_RESIDENT);
        } finally {
            mart.close();
        }
    }

    @AfterEach
    void isThere() throws IOException {
        assertThat(mart.isAlive()).as(mart::output).isTrue();
        assertThat(mart.rows("SELECT 42").toString()).isEqualTo("[[42]]");
    }

    private static String posted(String dialect, String sql, String accept) throws IOException {
        HttpResponse<String> answer = mart.post(
                "web",
                "/api/sql",
                JSON.createObjectNode().put("sql", sql).put("dialect", dialect),
                accept,
                HttpResponse.BodyHandlers.ofString());
        String what = dialect + " " + accept + ": " + sql + " -> " + answer.body();
        assertThat(answer.statusCode()).as(what).isEqualTo(400);
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.has("rows")).as(what).isFalse();
        return problem.path("detail").asText() + problem.path("problems");
    }

    private static void isASentence(String message, String sql) {
        assertThat(message).as(sql).isNotBlank().doesNotContainPattern(TRACE);
    }

    @Test
    void overHttpInTheEnginesWords() throws IOException {
        List<String> attempts = Escapes.ofTheEngine();
        assertThat(attempts).hasSizeGreaterThanOrEqualTo(90);
        for (String attempt : attempts) {
            for (String format : FORMATS) {
                isASentence(posted("engine", attempt, format), attempt);
            }
        }
    }

    @Test
    void overHttpInImpalasWords() throws IOException {
        List<String> attempts = Escapes.ofImpala();
        assertThat(attempts).hasSizeGreaterThanOrEqualTo(100);
        for (String attempt : attempts) {
            for (String format : FORMATS) {
                isASentence(posted("impala", attempt, format), attempt);
            }
        }
    }

    /** Statements of the other dialect that are innocent in this one: {@code SET} remembers a word, and so on. */
    private static final Set<String> INNOCENT_TO_IMPALA = Set.of(
            "DELETE FROM traffic;",
            "SET memory_limit = '1TB'",
            "SHOW TABLES",
            "DESCRIBE traffic",
            "SELECT current_database()");

    @Test
    void asImpala() throws SQLException {
        List<String> attempts = new ArrayList<>(Escapes.ofImpala());
        attempts.addAll(Escapes.ofTheEngine());
        attempts.removeAll(INNOCENT_TO_IMPALA);
        try (Connection connection = HiveJdbc.connect(mart.port("hive"), "default", ";auth=noSasl");
                Statement statement = connection.createStatement()) {
            for (String attempt : attempts) {
                SQLException refused = catchThrowableOfType(SQLException.class, () -> statement.execute(attempt));
                assertThat((Throwable) refused).as(attempt).isNotNull();
                isASentence(String.valueOf(refused.getMessage()).replaceFirst("^java\\.sql\\.\\w+: ", ""), attempt);
            }
            try (ResultSet rows = statement.executeQuery("SELECT 42")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    /** Constants, and Druid's own tables of tables, which tell of the mart's tables alone. */
    private static final Set<String> INNOCENT_TO_DRUID = Set.of(
            "SELECT * FROM information_schema.tables",
            "select * from information_schema.tables",
            "select 1 /* not /* nested */ from store.outbox */",
            // Said in the engine's words, they are queries of the mart's tables and of constants.
            "select * from unnest([1])",
            "select [1, 2]",
            "select {'a': 1}",
            "select #1 from traffic",
            "select * exclude (uid) from traffic",
            "select\u00a01",
            "select 'a\\0b'",
            "select 'a' || $$ b $$",
            "from traffic",
            "from traffic select *");

    @Test
    void asDruid() throws IOException {
        List<String> attempts = new ArrayList<>(Escapes.ofTheEngine());
        attempts.addAll(Escapes.ofImpala());
        // Numbers without end are allowed there, and streamed.
        attempts.remove("select * from range(1000000000)");
        List<String> answered = new ArrayList<>();
        for (String attempt : attempts) {
            HttpResponse<String> answer = druid(attempt);
            if (answer.statusCode() == 200) {
                answered.add(attempt);
            } else {
                assertThat(answer.statusCode())
                        .as(attempt + " -> " + answer.body())
                        .isEqualTo(400);
                isASentence(JSON.readTree(answer.body()).path("errorMessage").asText(), attempt);
            }
        }
        assertThat(answered).isSubsetOf(INNOCENT_TO_DRUID);
        assertThat(druid("SELECT * FROM information_schema.tables").body())
                .contains("traffic")
                .doesNotContain("outbox", "generations");
    }

    private static HttpResponse<String> druid(String sql) throws IOException {
        return mart.post(
                "druid",
                "/druid/v2/sql/",
                JSON.createObjectNode().put("query", sql),
                "",
                HttpResponse.BodyHandlers.ofString());
    }

    // ---- what is too large or too deep

    private static void isRefused(String dialect, String sql, String accept) throws IOException {
        HttpResponse<String> answer = mart.post(
                "web",
                "/api/sql",
                JSON.createObjectNode().put("sql", sql).put("dialect", dialect),
                accept,
                HttpResponse.BodyHandlers.ofString());
        String what = dialect + ": " + begin(sql) + " -> " + begin(answer.body());
        assertThat(answer.statusCode()).as(what).isGreaterThanOrEqualTo(400);
        assertThat(answer.body()).as(what).hasSizeLessThan(10_000);
        isASentence(JSON.readTree(answer.body()).path("detail").asText(), what);
    }

    private static String begin(String text) {
        return text.substring(0, Math.min(500, text.length()));
    }

    @Test
    void tooLargeOverHttp() throws IOException {
        fill();
        for (String format : List.of("", "application/vnd.apache.arrow.stream")) {
            for (String attempt : Escapes.ofTheSize()) {
                isRefused("engine", attempt, format);
            }
            for (String attempt : Escapes.ofTheSizeInImpala()) {
                isRefused("impala", attempt, format);
            }
        }
    }

    @Test
    void tooDeepOverHttp() throws IOException {
        for (String attempt : Escapes.ofTheDepth()) {
            isRefused("engine", attempt, "");
        }
        for (String attempt : Escapes.ofTheDepthInImpala()) {
            isRefused("impala", attempt, "");
        }
    }

    /** What passes is answered, however deep, within the heap and the stack that there are. */
    @Test
    void whatIsAsDeepAsItMayBeIsAnswered() throws IOException {
        for (String sql : Escapes.deepAsAllowed()) {
            HttpResponse<String> answer = mart.post(
                    "web",
                    "/api/sql",
                    JSON.createObjectNode().put("sql", sql).put("dialect", "engine"),
                    "",
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode())
                    .as(begin(sql) + begin(answer.body()))
                    .isEqualTo(200);
        }
        for (String sql : Escapes.deepAsAllowedInImpala()) {
            HttpResponse<String> answer = mart.sql(sql);
            assertThat(answer.statusCode())
                    .as(begin(sql) + begin(answer.body()))
                    .isEqualTo(200);
        }
    }

    @Test
    void tooLargeOrTooDeepAsImpala() throws IOException, SQLException {
        fill();
        List<String> attempts = new ArrayList<>(Escapes.ofTheSizeInImpala());
        attempts.addAll(Escapes.ofTheDepthInImpala());
        try (Connection connection = HiveJdbc.connect(mart.port("hive"), "default", ";auth=noSasl");
                Statement statement = connection.createStatement()) {
            for (String attempt : attempts) {
                SQLException refused = catchThrowableOfType(SQLException.class, () -> {
                    statement.execute(attempt);
                    statement.getResultSet().next();
                });
                assertThat((Throwable) refused).as(begin(attempt)).isNotNull();
                assertThat(refused.getMessage()).as(begin(attempt)).hasSizeLessThan(10_000);
            }
        }
    }

    @Test
    void tooLargeOrTooDeepAsDruid() throws IOException {
        List<String> attempts = new ArrayList<>(Escapes.ofTheSize());
        attempts.addAll(Escapes.ofTheDepth());
        // A body that is too long is not even read.
        attempts.removeIf(attempt -> attempt.length() > 1 << 20);
        for (String attempt : attempts) {
            HttpResponse<String> answer = druid(attempt);
            String what = begin(attempt) + " -> " + begin(answer.body());
            assertThat(answer.statusCode()).as(what).isGreaterThanOrEqualTo(400);
            isASentence(JSON.readTree(answer.body()).path("errorMessage").asText(), what);
        }
    }

    /** Nobody can tell beforehand; it ends, with an answer or a sentence, and others are answered meanwhile. */
    @Test
    void whatGrowsWhileItRunsIsEnded() throws IOException {
        for (String attempt : Escapes.thatGrow()) {
            HttpResponse<InputStream> answer = mart.post(
                    "web",
                    "/api/sql",
                    JSON.createObjectNode().put("sql", attempt).put("dialect", "engine"),
                    "",
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                String beginning = new String(body.readNBytes(4_096), StandardCharsets.UTF_8);
                if (answer.statusCode() != 200) {
                    isASentence(beginning, attempt);
                }
            }
            assertThat(mart.rows("SELECT 42").toString()).as(attempt).isEqualTo("[[42]]");
            assertThat(mart.mostResident()).as(attempt).isLessThan(MOST_RESIDENT);
        }
    }

    private static void fill() throws IOException {
        StringBuilder values = new StringBuilder();
        for (int id = 0; id < 100; id++) {
            values.append(id == 0 ? "" : ", ").append("(").append(id).append(", 'x')");
        }
        HttpResponse<String> written = mart.sql("UPSERT INTO points VALUES " + values);
        assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
    }

    // ---- what is allowed, and too much

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT repeat('x', 100000000) AS x",
            })
    void aValueThatIsTooLargeEndsTheQueryAndNotTheProgram(String sql) throws IOException {
        for (String format : List.of("", "text/csv", "application/vnd.apache.arrow.stream")) {
            tooMuch(
                    mart.post(
                            "web",
                            "/api/sql",
                            JSON.createObjectNode().put("sql", sql),
                            format,
                            HttpResponse.BodyHandlers.ofInputStream()),
                    format.isEmpty(),
                    sql);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT repeat('x', 100000000) AS x",
                "INSERT INTO points VALUES (-1, repeat('x', 100000000))",
                "UPSERT INTO points VALUES (-1, repeat('x', 2000000))",
                "UPDATE points SET name = repeat('x', 900000)",
            })
    void norDoesItInImpalasWords(String sql) throws IOException, SQLException {
        fill();

        HttpResponse<String> answer = mart.sql(sql);
        assertThat(answer.statusCode())
                .as(answer.body().substring(0, Math.min(500, answer.body().length())))
                .isGreaterThanOrEqualTo(400);
        isASentence(JSON.readTree(answer.body()).path("detail").asText(), sql);
        assertThat(mart.rows("SELECT count(*), max(length(name)) FROM points").toString())
                .isEqualTo("[[100,1]]");
        try (Connection connection = HiveJdbc.connect(mart.port("hive"), "default", ";auth=noSasl");
                Statement statement = connection.createStatement()) {
            SQLException refused = catchThrowableOfType(SQLException.class, () -> {
                statement.execute(sql);
                statement.getResultSet().next();
            });
            assertThat((Throwable) refused).as(sql).isNotNull();
            assertThat(refused.getMessage()).as(sql).doesNotContainPattern(TRACE);
        }
    }

    /** Refused before it began, broken off, or, when it is streamed, given as far as it goes. */
    private static void tooMuch(HttpResponse<InputStream> answer, boolean isWhole, String sql) throws IOException {
        long read = 0;
        byte[] beginning = new byte[0];
        try (InputStream body = answer.body()) {
            beginning = body.readNBytes(4_096);
            for (int more = beginning.length; more > 0 && read < 100_000_000; more = body.readNBytes(1 << 16).length) {
                read += more;
            }
        } catch (IOException brokenOff) {
            return;
        }
        if (isWhole || answer.statusCode() != 200) {
            assertThat(answer.statusCode()).as(sql).isGreaterThanOrEqualTo(400);
            isASentence(new String(beginning, StandardCharsets.UTF_8), sql);
        }
    }

    @Test
    void noRegularExpressionTakesMoreThanLinearTime() throws IOException, SQLException {
        String text = "concat(repeat('a', 50000), 'b')";
        for (String pattern : List.of("(a+)+$", "(a|aa)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$")) {
            String sql = "SELECT regexp_like(" + text + ", '" + pattern + "') AS x";
            assertThat(mart.rows(sql).toString()).as(pattern).isEqualTo("[[false]]");
        }
        for (String pattern : List.of("(a{1,1000}){1,1000}", "((a{100}){100}){100}", "(", "[", "a{1000000}", "(?=a)")) {
            HttpResponse<String> answer = mart.sql("SELECT regexp_replace(" + text + ", '" + pattern + "', '') AS x");
            assertThat(answer.statusCode()).as(pattern).isBetween(400, 499);
            isASentence(answer.body(), pattern);
        }
    }
}
