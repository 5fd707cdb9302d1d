package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.query.QueriesFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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

    @Test
    void aFailureInTheMiddleBreaksTheAnswerOff() {
        assertThatThrownBy(() -> ask(
                        "SELECT CAST(CASE WHEN n = 2900000 THEN 'x' ELSE '1' END AS INT) AS i, n FROM numbers",
                        "text/csv"))
                .isInstanceOf(UncheckedIOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "text/csv", "application/x-ndjson", "application/vnd.apache.arrow.stream"})
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

    @Test
    void nobodyGetsOut() throws ReflectiveOperationException {
        List<String> attempts = List.of(Class.forName("io.polder.query.GateTest")
                .getDeclaredMethod("refusesEverythingElseWithASentence", String.class)
                .getAnnotation(ValueSource.class)
                .strings());
        assertThat(attempts).hasSizeGreaterThan(80);
        for (String attempt : attempts) {
            assertThat(ask(attempt, "text/csv").statusCode()).as(attempt).isEqualTo(400);
            assertThat(ask(attempt, "application/json").statusCode())
                    .as(attempt)
                    .isEqualTo(400);
            if (!attempt.contains("information_schema.tables")) {
                assertThat(druid(attempt).statusCode()).as(attempt).isEqualTo(400);
            }
        }
    }
}
