package io.polder.profile;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.desc;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Count, average, minimum, maximum, deviation, missing, density, lengths, uniques and top 100, here and in the real Spark. */
class SparkDescribeTest {
    private static final Path ROOT = Path.of("../..");
    private static final Path FILES = ROOT.resolve("server/src/test/resources/io/polder/profile");
    private static final double TEN_DIGITS = 1e-10;

    private static SparkSession spark;

    @TempDir
    Path folder;

    @BeforeAll
    static void aSparkOfOurOwn() {
        spark = SparkSession.builder()
                .master("local[2]")
                .appName("describe")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    /** The same rows, as three kinds of files that Spark writes. */
    @ParameterizedTest
    @ValueSource(strings = {"parquet", "orc", "csv"})
    void madeRowsHaveTheSameNumbers(String format) throws Exception {
        Path file = folder.resolve("rows");
        made().coalesce(1).write().format(format).option("header", "true").save(file.toString());

        if (format.equals("csv")) {
            holdCsv(file + "/*.csv");
        } else {
            hold(spark.read().format(format).load(file.toString()), profile(file + "/*." + format));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"titanic.csv", "hospital_dirty.csv", "meteorite_landings.csv.gz"})
    void realFilesHaveTheSameNumbers(String name) throws Exception {
        holdCsv(FILES.resolve(name).toString());
    }

    /** Spark has NaN as a number above all others; here numbers are described by those that are finite. */
    @Test
    void whatIsNoNumberIsInNoMean() throws Exception {
        StructType type = new StructType().add("v", DataTypes.DoubleType);
        List<Row> rows = new ArrayList<>();
        for (int at = 0; at < 100; at++) {
            rows.add(RowFactory.create(at % 10 == 0 ? (Double) Double.NaN : at % 10 == 1 ? null : at * 0.25));
        }
        Path file = folder.resolve("rows");
        spark.createDataFrame(rows, type).coalesce(1).write().parquet(file.toString());
        Dataset<Row> all = spark.read().parquet(file.toString());

        JsonNode column = profile(file + "/*.parquet").get("columns").get(0);
        Map<String, String> theirs = described(all, "v");
        Map<String, String> finite = described(all.filter("not isnan(v)"), "v");

        assertEquals("NaN", theirs.get("mean"));
        assertEquals(theirs.get("count"), column.get("count").asText());
        assertEquals(10, column.get("missing").asInt());
        close("mean", finite.get("mean"), column.get("numbers").get("mean"));
        close("stddev", finite.get("stddev"), column.get("numbers").get("deviation"));
        close("max", finite.get("max"), column.get("numbers").get("max"));
    }

    // ---- two answers to the same questions

    /** Of a CSV file Spark is told the types that were found: its own guesses are other ones. */
    private void holdCsv(String files) throws Exception {
        JsonNode profile = profile(files);
        Dataset<Row> texts = spark.read()
                .option("header", "true")
                .option("escape", "\"")
                .option("multiLine", "true")
                .csv(files);
        Dataset<Row> typed = texts;
        for (JsonNode column : profile.get("columns")) {
            String name = column.get("name").asText();
            Column text = col("`" + name + "`");
            Column isMissing = text.isNull().or(trim(text).equalTo(""));
            for (JsonNode word : column.get("missingBy").get("words")) {
                isMissing = isMissing.or(trim(text).equalTo(word.asText()));
            }
            assertEquals(texts.filter(isMissing).count(), column.get("missing").asLong(), name + ": missing");
            String type =
                    switch (column.get("type").asText()) {
                        case "integer" -> "bigint";
                        case "decimal" -> "double";
                        case "boolean", "date", "timestamp" -> column.get("type").asText();
                        default -> "string";
                    };
            typed = typed.withColumn(name, when(not(isMissing), text.cast(type)));
        }
        hold(typed, profile);
    }

    private static void hold(Dataset<Row> table, JsonNode profile) {
        long rows = table.count();
        assertEquals(rows, profile.get("rows").asLong(), "rows");
        List<Executable> checks = new ArrayList<>();
        for (JsonNode column : profile.get("columns")) {
            checks.add(() -> hold(table, rows, column));
        }
        assertAll(checks);
    }

    private static void hold(Dataset<Row> table, long rows, JsonNode column) {
        String name = column.get("name").asText();
        Column values = col("`" + name + "`");
        Dataset<Row> there = table.filter(values.isNotNull());
        long missing = table.filter(values.isNull()).count() - column.get("misfits").asLong();
        Map<String, String> described = described(table, name);

        assertEquals(missing, column.get("missing").asLong(), name + ": missing");
        close(name + ": density", String.valueOf((rows - missing) / (double) rows), column.get("density"));
        assertEquals(there.count(), column.get("count").asLong(), name + ": count");
        if (described.containsKey("count")) {
            assertEquals(described.get("count"), column.get("count").asText(), name + ": count, described");
        }
        assertEquals(there.select(values).distinct().count(), column.get("distinct").asLong(), name + ": uniques");
        if (column.has("numbers")) {
            JsonNode numbers = column.get("numbers");
            close(name + ": average", described.get("mean"), numbers.get("mean"));
            holdDeviation(there, values, described, numbers, name);
            close(name + ": minimum", described.get("min"), numbers.get("min"));
            close(name + ": maximum", described.get("max"), numbers.get("max"));
        }
        if (column.has("text")) {
            JsonNode text = column.get("text");
            Row lengths = there.agg(min(length(values)), max(length(values)), avg(length(values)))
                    .first();
            if (!column.get("isPersonal").asBoolean()) { // whose extremes are shown to nobody
                assertEquals(described.get("min"), text.get("min").asText(), name + ": minimum");
                assertEquals(described.get("max"), text.get("max").asText(), name + ": maximum");
            }
            assertEquals(lengths.getInt(0), text.get("minLength").asInt(), name + ": shortest");
            assertEquals(lengths.getInt(1), text.get("maxLength").asInt(), name + ": longest");
            close(name + ": mean length", String.valueOf(lengths.getDouble(2)), text.get("meanLength"));
        }
        if (column.has("time")) {
            Row ends = there.agg(min(values.cast("timestamp")), max(values.cast("timestamp")))
                    .first();
            assertEquals(ends.getTimestamp(0), time(column, "min"), name + ": minimum");
            assertEquals(ends.getTimestamp(1), time(column, "max"), name + ": maximum");
        }
        holdTop(there, values, column, name);
    }

    /** Ours to ten digits of the exact one; Spark's moves its mean value by value, and that has the mean's last digit. */
    private static void holdDeviation(
            Dataset<Row> there, Column values, Map<String, String> described, JsonNode numbers, String name) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        List<Row> rows = there.select(values.cast("double")).collectAsList();
        for (Row row : rows) {
            BigDecimal exact = new BigDecimal(row.getDouble(0));
            sum = sum.add(exact);
            squares = squares.add(exact.multiply(exact));
        }
        BigDecimal n = BigDecimal.valueOf(rows.size());
        double variance = squares.subtract(sum.multiply(sum).divide(n, MathContext.DECIMAL128))
                        .doubleValue()
                / (rows.size() - 1);
        close(name + ": exact deviation", String.valueOf(Math.sqrt(variance)), numbers.get("deviation"));
        double theirs = Double.parseDouble(described.get("stddev"));
        double lastDigit = Math.ulp(Double.parseDouble(described.get("mean")));
        assertEquals(
                theirs,
                numbers.get("deviation").asDouble(),
                Math.max(theirs * TEN_DIGITS, lastDigit),
                name + ": deviation");
    }

    private static Timestamp time(JsonNode column, String end) {
        return Timestamp.valueOf(column.get("time").get(end).asText());
    }

    private static void holdTop(Dataset<Row> there, Column values, JsonNode column, String name) {
        Map<String, Long> all = new HashMap<>();
        List<Long> most = new ArrayList<>();
        for (Row row : there.groupBy(values.as("value")).count().orderBy(desc("count")).collectAsList()) {
            all.put(key(String.valueOf(row.get(0)), column), row.getLong(1));
            if (most.size() < 100) {
                most.add(row.getLong(1));
            }
        }
        List<Long> ours = new ArrayList<>();
        for (JsonNode top : column.get("top")) {
            ours.add(top.get("count").asLong());
            String value = top.get("value").asText();
            assertEquals(all.get(key(value, column)), top.get("count").asLong(), name + ": top, " + value);
        }
        assertEquals(most, ours, name + ": top 100");
    }

    /** A value as both write it. */
    private static String key(String value, JsonNode column) {
        if (column.has("numbers")) {
            return String.valueOf(Double.parseDouble(value));
        }
        return column.has("time") ? value.replaceAll("( 00:00:00)?(\\.0*)?$", "") : value;
    }

    private static Map<String, String> described(Dataset<Row> table, String name) {
        Map<String, String> described = new HashMap<>();
        Dataset<Row> answer = table.select(col("`" + name + "`").as("v")).describe();
        if (answer.columns().length == 2) { // it leaves out dates and booleans
            answer.collectAsList().forEach(row -> described.put(row.getString(0), row.getString(1)));
        }
        return described;
    }

    private static void close(String what, String theirs, JsonNode ours) {
        if (theirs == null || ours.isNull()) {
            assertTrue(theirs == null && ours.isNull(), what + ": " + theirs + " and " + ours);
            return;
        }
        double expected = Double.parseDouble(theirs);
        assertEquals(expected, ours.asDouble(), Math.abs(expected) * TEN_DIGITS, what);
    }

    // ---- what both are asked of

    /** The program as a process of its own, in another zone than Spark's: its numbers do not depend on where it runs. */
    private JsonNode profile(String files) throws IOException, InterruptedException {
        Path json = folder.resolve("profile.json");
        // With --k 1, as the counts of personal columns are otherwise rounded.
        List<String> command = List.of("profile", files, "--k", "1", "--no-dependencies", "--json", json.toString());
        ProcessBuilder builder = new ProcessBuilder(ROOT.resolve("polder").toString());
        builder.command().addAll(command);
        builder.environment().put("TZ", "America/New_York");
        Path said = folder.resolve("said.txt");
        Process polder = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        try {
            assertTrue(polder.waitFor(20, TimeUnit.MINUTES), "it does not end");
        } finally {
            polder.destroy();
        }
        assertEquals(0, polder.exitValue(), () -> read(said));
        return new ObjectMapper().readTree(json.toFile());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return gone.toString();
        }
    }

    private static Dataset<Row> made() {
        StructType type = new StructType()
                .add("station", DataTypes.StringType)
                .add("remark", DataTypes.StringType)
                .add("reading", DataTypes.LongType)
                .add("speed", DataTypes.DoubleType)
                .add("height", DataTypes.DoubleType)
                .add("price", DataTypes.createDecimalType(12, 2))
                .add("postcode", DataTypes.StringType)
                .add("day", DataTypes.DateType)
                .add("seen", DataTypes.TimestampType)
                .add("valid", DataTypes.BooleanType)
                .add("same", DataTypes.IntegerType)
                .add("nothing", DataTypes.StringType);
        Random random = new Random(11);
        String[] names = {"Gent", "Liège", "Brugge", "łódź", "東京", "😀 plein", "a"};
        List<Row> rows = new ArrayList<>();
        for (int at = 0; at < 20_000; at++) {
            rows.add(RowFactory.create(
                    names[(int) (names.length * random.nextDouble() * random.nextDouble())],
                    random.nextInt(5) == 0 ? null : "remark " + random.nextInt(3_000) + "x".repeat(random.nextInt(4)),
                    random.nextInt(9) == 0 ? null : (Long) (long) (random.nextGaussian() * 1_000),
                    random.nextInt(7) == 0 ? null : (Double) (random.nextInt(2_000) / 8.0 - 60),
                    1e9 + random.nextGaussian(), // whose variance is lost where squares are summed
                    BigDecimal.valueOf(random.nextInt(5_000_000) - 1_000_000, 2),
                    String.format("%05d", random.nextInt(400)),
                    random.nextInt(6) == 0 ? null : Date.valueOf(LocalDate.of(2024, 1, 1).plusDays(random.nextInt(900))),
                    Timestamp.from(Instant.parse("2026-03-28T00:00:00Z").plusSeconds(random.nextInt(200_000))),
                    random.nextBoolean(),
                    7,
                    null));
        }
        return spark.createDataFrame(rows, type);
    }
}
