package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.query.QueriesFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL over HTTP, in this program's own form and in Druid's, over a real store. */
final class SqlOverHttpTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDLESS = "SELECT count(*) FROM numbers a, numbers b WHERE (a.n * b.n) % 7 = 3";

    @TempDir
    private static Path folder;

    @TempDir
    private static Path webFolder;

    private static QueriesFixture fixture;
    private static WebFixture web;
    private static Client druid;

    @BeforeAll
    static void start() {
        fixture = new QueriesFixture(folder);
        web = new WebFixture(webFolder);
        web.program.queries = fixture.queries;
        druid = new Client(web.web.druidPort());
    }

    @AfterAll
    static void stop() {
        web.close();
        fixture.close();
    }

    private static HttpResponse<String> ask(String sql, String accept) {
        return web.post("/api/sql", body("sql", sql), "Accept", accept);
    }

    private static String body(String member, String sql) {
        return JSON.createObjectNode().put(member, sql).toString();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Test
    void csvHasAHeaderAndAllRows() {
        HttpResponse<String> answer = ask(
                "SELECT uid, name, third, day, time, exact, valid, 'a\"b,c' AS odd, '' AS nothing FROM readings"
                        + " ORDER BY uid LIMIT 2",
                "text/csv");

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/csv; charset=utf-8");
        assertThat(answer.body()).isEqualTo("""
                uid,name,third,day,time,exact,valid,odd,nothing\r
                0,detector 0,,2026-01-01,1970-01-01T00:00:00Z,0.000,true,"a""b,c",""\r
                1,detector 1,1,2026-01-02,1970-01-01T00:00:01.000001Z,0.125,false,"a""b,c",""\r
                """);
    }

    @Test
    void ndjsonHasAnObjectALine() {
        HttpResponse<String> answer = ask("SELECT n, n * 0.5 AS half FROM numbers WHERE n < 3", "application/x-ndjson");

        assertThat(answer.body()).isEqualTo("{\"n\":0,\"half\":0.0}\n{\"n\":1,\"half\":0.5}\n{\"n\":2,\"half\":1.0}\n");
    }

    @Test
    void arrowHasTheTypesAndAllRows() throws IOException {
        HttpResponse<byte[]> answer = web.send(
                web.request("/api/sql", "Accept", "application/vnd.apache.arrow.stream")
                        .POST(HttpRequest.BodyPublishers.ofString(body(
                                "sql",
                                "SELECT n, CASE WHEN n % 2 = 0 THEN 'x' || n END AS t, n % 2 = 1 AS odd,"
                                        + " n / 4 AS quarter, make_timestamp(n) AS at FROM numbers")))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());

        long rows = 0;
        long sum = 0;
        try (RootAllocator memory = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(answer.body()), memory)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            assertThat(root.getSchema().getFields().stream()
                            .map(field -> field.getType().toString()))
                    .containsExactly(
                            "Int(64, true)", "Utf8", "Bool", "FloatingPoint(DOUBLE)", "Timestamp(MICROSECOND, null)");
            while (reader.loadNextBatch()) {
                BigIntVector numbers = (BigIntVector) root.getVector(0);
                for (int row = 0; row < root.getRowCount(); row++) {
                    sum += numbers.get(row);
                    Object text = root.getVector(1).getObject(row);
                    long n = numbers.get(row);
                    if (n < 10_000 || n > 2_990_000) {
                        assertThat(text == null ? null : text.toString()).isEqualTo(n % 2 == 0 ? "x" + n : null);
                        assertThat(root.getVector(2).getObject(row)).isEqualTo(n % 2 == 1);
                    }
                }
                rows += root.getRowCount();
            }
        }
        assertThat(rows).isEqualTo(3_000_000);
        assertThat(sum).isEqualTo(4_499_998_500_000L);
    }

    @Test
    void whoSaysNothingGetsAJsonDocumentThatSaysWhenItIsCut() {
        JsonNode answer =
                json(web.post("/api/sql", body("sql", "SELECT n FROM numbers")).body());

        assertThat(answer.path("rows")).hasSize(10_000);
        assertThat(answer.path("truncated").asBoolean()).isTrue();
    }

    @Test
    void impalasWordsAreUnderstood() {
        String asked = JSON.createObjectNode()
                .put("sql", "SELECT cast(`uid` AS STRING) AS \"s\" FROM default.readings WHERE uid = 7")
                .put("dialect", "impala")
                .toString();

        assertThat(json(web.post("/api/sql", asked).body()).path("rows").toString())
                .isEqualTo("[[\"7\"]]");
    }

    private static JsonNode impala(String sql) {
        return json(web.post("/api/sql", inImpala(sql)).body());
    }

    private static String inImpala(String sql) {
        return JSON.createObjectNode().put("sql", sql).put("dialect", "impala").toString();
    }

    @Test
    void whatNeedsNoEngineIsAnsweredInEachFormat() {
        assertThat(impala("SHOW TABLES LIKE 'read*'").path("rows").toString()).isEqualTo("[[\"readings\"]]");
        assertThat(web.post("/api/sql", inImpala("DESCRIBE traffic"), "Accept", "text/csv")
                        .body())
                .isEqualTo("name,type,comment\r\nuid,bigint,key\r\ntime,timestamp,key\r\nspeed,double,\"\"\r\n");
        assertThat(impala("EXPLAIN SELECT count(*) FROM numbers").path("rows").toString())
                .contains("RANGE");
    }

    @Test
    void whatSetHasSetIsGivenBackAndCountsWhenItIsSent() {
        JsonNode set = impala("SET timezone='Europe/Brussels'");
        assertThat(set.path("options").toString()).isEqualTo("{\"timezone\":\"Europe/Brussels\"}");

        ObjectNode asked = JSON.createObjectNode()
                .put("sql", "SELECT from_unixtime(1498867200) AS t")
                .put("dialect", "impala");
        asked.set("options", set.path("options"));

        assertThat(json(web.post("/api/sql", asked.toString()).body())
                        .path("rows")
                        .toString())
                .isEqualTo("[[\"2017-07-01 02:00:00\"]]");
        asked.putObject("options").put("timezone", "x'; DROP");
        assertThat(web.post("/api/sql", asked.toString()).statusCode()).isEqualTo(400);
        asked.putObject("options").put("time zone", 3);
        assertThat(web.post("/api/sql", asked.toString()).body()).contains("options.time zone");
    }

    @Test
    void aWrongWordIsToldByItsPlaceInEachDialect() {
        JsonNode wrong = impala("SELECT uid,\n  nosuch\nFROM readings");

        assertThat(wrong.path("position").asInt()).isEqualTo(14);
        assertThat(wrong.at("/problems/0/place").asText()).isEqualTo("line 2, column 3");
        assertThat(json(web.post("/api/sql", body("sql", "\n  SELECT nosuch FROM readings"))
                                .body())
                        .path("position")
                        .asInt())
                .isEqualTo(10);
        assertThat(web.post("/api/sql", body("sql", " ")).body()).doesNotContain("position");
    }

    @Test
    void tabSeparatedValuesTellNullFromText() {
        assertThat(ask("SELECT 'a\tb\\N' AS t, NULL AS n, '' AS e", "text/tab-separated-values")
                        .body())
                .isEqualTo("t\tn\te\na\\tb\\\\N\t\\N\t\n");
    }

    @Test
    void parquetHasTheTypesAndAllRows(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("answer.parquet");
        HttpResponse<Path> answer = web.send(
                web.request("/api/sql", "Accept", "application/vnd.apache.parquet")
                        .POST(HttpRequest.BodyPublishers.ofString(body(
                                "sql",
                                "SELECT n, n::INTEGER AS i, n::TINYINT AS small, n / 8.0 AS eighth, (n / 8)::DECIMAL(18,3)"
                                        + " AS exact, 'x' || n AS text, n % 2 = 0 AS even, make_timestamp(n) AS at,"
                                        + " DATE '2026-01-01' + n::INTEGER AS day, 'ab'::BLOB AS bytes, [n] AS list,"
                                        + " CASE WHEN n > 0 THEN n END AS \"N\", n::HUGEINT AS huge"
                                        + " FROM (SELECT n % 100 AS n FROM numbers LIMIT 300000)")))
                        .build(),
                HttpResponse.BodyHandlers.ofFile(file));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/vnd.apache.parquet");
        try (var engine = DriverManager.getConnection("jdbc:duckdb:");
                var statement = engine.createStatement()) {
            var types = statement.executeQuery(
                    "SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE FROM '" + file + "')");
            types.next();
            assertThat(types.getString(1))
                    .isEqualTo("n BIGINT, i INTEGER, small TINYINT, eighth DOUBLE, exact DECIMAL(18,3), text VARCHAR,"
                            + " even BOOLEAN, at TIMESTAMP, day DATE, bytes BLOB, list VARCHAR, N_1 BIGINT,"
                            + " huge DECIMAL(38,0)");
            var values = statement.executeQuery(
                    "SELECT count(*), sum(n), max(exact), max(text), count(\"N_1\"), min(\"at\"),"
                            + " max(day), any_value(bytes::VARCHAR), any_value(list) FILTER (n = 7), sum(huge) FROM '"
                            + file
                            + "'");
            values.next();
            assertThat(java.util.stream.IntStream.rangeClosed(1, 10)
                            .mapToObj(index -> {
                                try {
                                    return values.getString(index);
                                } catch (SQLException impossible) {
                                    throw new IllegalStateException(impossible);
                                }
                            })
                            .toList())
                    .containsExactly(
                            "300000",
                            "14850000",
                            "12.375",
                            "x99",
                            "297000",
                            "1970-01-01 00:00:00.0",
                            "2026-04-10",
                            "ab",
                            "[7]",
                            "14850000");
        }
        assertThat(parquetFiles()).isEmpty();
    }

    @Test
    void aParquetFileThatFailsLeavesNothing() throws IOException {
        for (String sql : List.of(
                "SELECT nosuch FROM numbers",
                "SELECT CAST(CASE WHEN n = 2900000 THEN 'x' ELSE '1' END AS INT) AS i, n FROM numbers")) {
            HttpResponse<String> answer = ask(sql, "application/vnd.apache.parquet");

            assertThat(answer.statusCode()).as(sql).isEqualTo(400);
            assertThat(json(answer.body()).path("detail").asText()).contains("Fix: ");
        }
        assertThat(parquetFiles()).isEmpty();
    }

    private static List<Path> parquetFiles() throws IOException {
        try (var files = Files.list(folder.resolve("tmp"))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }

    @Test
    void whoAllowsAnAgeGetsAnAnswerThatMayBeOld() {
        String sql = "SELECT random() AS r";
        ObjectNode asked = JSON.createObjectNode().put("sql", sql).put("max_age", 3600);
        String first = rows(web.post("/api/sql", asked.toString()));

        assertThat(rows(web.post("/api/sql", asked.toString()))).isEqualTo(first);
        assertThat(rows(web.post("/api/sql", body("sql", sql)))).isNotEqualTo(first);
    }

    private static String rows(HttpResponse<String> answer) {
        return json(answer.body()).path("rows").toString();
    }

    @Test
    void whatMayBeWrittenIsTold() {
        JsonNode words = json(web.get("/api/sql/words").body());

        assertThat(words.path("tables").findValuesAsText("name"))
                .contains("traffic", "numbers", "readings", "uid", "speed");
        assertThat(words.path("functions").findValuesAsText("signature")).contains("dayofweek(moment)");
        assertThat(words.path("keywords").toString()).contains("\"SELECT\"", "\"DESCRIBE\"");
    }

    @Test
    void aFailureInTheMiddleBreaksTheAnswerOff() {
        assertThatThrownBy(() -> ask(
                        "SELECT CAST(CASE WHEN n = 2900000 THEN 'x' ELSE '1' END AS INT) AS i, n FROM numbers",
                        "text/csv"))
                .isInstanceOf(UncheckedIOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "text/csv",
                "text/tab-separated-values",
                "application/x-ndjson",
                "application/vnd.apache.arrow.stream",
                "application/vnd.apache.parquet"
            })
    void aFailureAtTheBeginningIsAProblem(String accept) {
        HttpResponse<String> answer = ask("SELECT nosuch FROM numbers", accept);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer.body()).path("detail").asText())
                .contains("nosuch")
                .contains("line 1");
    }

    @Test
    void aQueryCanBeWatchedAndCancelled() {
        String asked = JSON.createObjectNode()
                .put("sql", ENDLESS)
                .put("id", "my-long-query")
                .toString();
        CompletableFuture<HttpResponse<String>> answer =
                CompletableFuture.supplyAsync(() -> web.post("/api/sql", asked));
        await().until(() -> json(web.get("/api/queries/my-long-query").body())
                .path("state")
                .asText()
                .equals("running"));
        JsonNode seen = json(web.get("/api/queries/my-long-query").body());
        JsonNode document = json(web.get("/openapi.json").body());
        assertThat(SchemaCheck.violations(document, document.at("/components/schemas/RunningQuery"), seen))
                .isEmpty();
        assertThat(web.post("/api/sql", asked).statusCode()).isEqualTo(409);

        HttpResponse<String> cancelled = web.send(
                web.request("/api/queries/my-long-query").method("DELETE", HttpRequest.BodyPublishers.noBody()));

        assertThat(cancelled.statusCode()).isEqualTo(200);
        assertThat(answer.join().statusCode()).isEqualTo(409);
        assertThat(web.get("/api/queries/my-long-query").statusCode()).isEqualTo(404);
    }

    private static HttpResponse<String> druid(String sql) {
        return druid.post(
                "/druid/v2/sql/",
                JSON.createObjectNode().put("query", sql).put("header", true).toString());
    }

    @Test
    void druidsClientsGetObjectsInTheOrderOfTheColumns() {
        assertThat(druid("SELECT \"name\" AS z, \"uid\" AS a, \"valid\", \"third\" FROM \"druid\".\"readings\""
                                + " WHERE \"uid\" < 2 ORDER BY 2")
                        .body())
                .isEqualTo("[{\"z\":null,\"a\":null,\"valid\":null,\"third\":null},"
                        + "{\"z\":\"detector 0\",\"a\":0,\"valid\":true,\"third\":null},"
                        + "{\"z\":\"detector 1\",\"a\":1,\"valid\":false,\"third\":1}]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            TIME_FLOOR(CAST('2026-03-04 05:06:07' AS TIMESTAMP), 'PT1H')  | 2026-03-04T05:00:00.000Z
            TIME_FLOOR(CAST('2026-03-04 05:06:07' AS TIMESTAMP), 'P1W')   | 2026-03-02T00:00:00.000Z
            TIME_FLOOR(CAST('2026-03-04 05:06:07' AS TIMESTAMP), 'PT5M')  | 2026-03-04T05:05:00.000Z
            TIME_FLOOR(CAST('2026-03-04 05:06:07' AS TIMESTAMP), 'P3M')   | 2026-01-01T00:00:00.000Z
            FLOOR(CAST('2026-03-04 05:06:07' AS TIMESTAMP) TO DAY)        | 2026-03-04T00:00:00.000Z
            TIME_SHIFT(TIME_PARSE('2026-03-04T05:06:07.000Z'), 'P1D', -1) | 2026-03-03T05:06:07.000Z
            MILLIS_TO_TIMESTAMP(1500)                                     | 1970-01-01T00:00:01.500Z
            TIMESTAMP_TO_MILLIS(TIME_PARSE('1970-01-01T00:00:01'))        | 1000
            TIME_EXTRACT(TIME_PARSE('1970-01-01T07:00:01'), 'HOUR')       | 7
            FLOOR(2.7)                                                    | 2.0
            """)
    void druidsFunctionsGiveWhatDruidGives(String expression, String value) {
        JsonNode answer = json(druid("SELECT " + expression + " AS v").body());

        assertThat(answer.get(1).path("v").asText()).isIn(value, value.replace(".0", ""));
    }

    @Test
    void druidsClientsFindWhatThereIs() {
        assertThat(json(druid("SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'druid'")
                                .body())
                        .findValuesAsText("TABLE_NAME"))
                .contains("traffic", "readings");
        assertThat(druid("SELECT COUNT(*) > 0 AS exists_ FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'traffic'")
                        .body())
                .endsWith("{\"exists_\":true}]");
        JsonNode columns = json(druid("SELECT COLUMN_NAME, JDBC_TYPE, IS_NULLABLE, COLUMN_DEFAULT FROM"
                        + " INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'readings'")
                .body());
        assertThat(columns.toString())
                .contains(
                        "{\"COLUMN_NAME\":\"time\",\"JDBC_TYPE\":93,\"IS_NULLABLE\":\"YES\",\"COLUMN_DEFAULT\":\"\"}");
        assertThat(json(druid("SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA")
                        .body()))
                .hasSize(3);
        assertThat(druid("SELECT MAX(\"__time\") AS latest FROM traffic").body())
                .contains("latest");
    }

    @Test
    void whatIsWrongIsSaidInDruidsForm() {
        HttpResponse<String> answer = druid("SELECT nosuch FROM druid.readings");

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode problem = json(answer.body());
        assertThat(problem.path("error").asText()).isEqualTo("Plan validation failed");
        assertThat(problem.path("errorMessage").asText()).contains("nosuch");
        assertThat(druid.post("/druid/v2/sql/", "nonsense").statusCode()).isEqualTo(400);
        assertThat(druid("SELECT TIME_FLOOR(time, 'soon') FROM readings").body())
                .contains("PT1H");
    }
}
