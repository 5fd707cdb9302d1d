package io.polder.bench;

import io.polder.bench.SqlEndpoints.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Scenario {@code sql}: what each endpoint adds to the same query on the engine in this process, over a copy of the same
 * file; how fast a long result comes; and how a dashboard's readers fare while events come in.
 */
final class SqlBench {
    private static final int SUBJECTS = 4_254;
    private static final long START = 1_767_225_600_000L;
    private static final int FETCHED = 5_000_000;
    /** A server that people use has been asked before: rounds that are not measured, for the JIT on both sides. */
    private static final int SMALL_WARM = 1_000;

    private static final int SMALL_ROUNDS = 300;
    private static final int LARGE_WARM = 10;
    private static final int LARGE_ROUNDS = 40;
    private static final int FETCHES = 4;
    private static final String ARROW = "application/vnd.apache.arrow.stream";

    /** A query; its text differs from round to round, so that no answer is kept. */
    private record Asked(String title, int warm, int rounds, IntFunction<String> sql) {
        static Asked small(String title, IntFunction<String> sql) {
            return new Asked(title, SMALL_WARM, SMALL_ROUNDS, sql);
        }

        static Asked large(String title, IntFunction<String> sql) {
            return new Asked(title, LARGE_WARM, LARGE_ROUNDS, sql);
        }
    }

    private SqlBench() {}

    /** How an endpoint is asked, and what the process behind it has used so far. */
    private record Way(Endpoint endpoint, DoubleSupplier cpuSeconds) {}

    /**
     * Runs it.
     *
     * @param only runs the parts whose name contains it: overhead, fetch, dashboard
     * @param hasPeer whether Spark is asked too
     */
    static void run(Path folder, long rows, int seconds, String only, boolean hasPeer, Consumer<Result> results)
            throws Exception {
        boolean isLoaded = Files.exists(folder.resolve("polder.yaml"));
        Files.writeString(folder.resolve("polder.yaml"), Ingest.DEFINITION);
        if (!isLoaded) {
            try (Program program = Program.start(folder, List.of())) {
                Load load = new Load(program.port(), 4, 0, new AtomicLong());
                while (load.accepted() < rows) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
                load.finish();
                program.awaitLogged("readings", load.accepted());
            }
        }
        if ("overhead".contains(only) || "fetch".contains(only)) {
            // The program holds its file for itself: the engine in this process reads a copy.
            Path copy = folder.resolve("copy.duckdb");
            Files.copy(folder.resolve(".polder/store/tables.duckdb"), copy, StandardCopyOption.REPLACE_EXISTING);
            Path parquet = folder.resolve("copy.parquet");
            try (Program program = Program.start(folder, List.of());
                    SparkServer spark = hasPeer ? SparkServer.start(folder.resolve("spark")) : null) {
                if (spark != null) {
                    try (Connection connection = engine(copy);
                            Statement statement = connection.createStatement()) {
                        statement.execute("COPY (SELECT * FROM readings) TO '" + parquet + "'");
                    }
                }
                if ("overhead".contains(only)) {
                    overhead(program, ways(program, copy, spark, parquet), results);
                }
                if ("fetch".contains(only)) {
                    fetch(program, copy, spark, parquet, results);
                }
            } finally {
                Files.delete(copy);
                Files.deleteIfExists(parquet);
            }
        }
        if ("dashboard".contains(only)) {
            try (Program program = Program.start(folder, List.of())) {
                for (int minutes : List.of(60, 1_440)) {
                    AtomicLong sequence = new AtomicLong(count(program));
                    results.accept(Dashboard.run(program, sequence, minutes, seconds));
                }
            }
        }
    }

    private static long count(Program program) throws Exception {
        return program.sql("SELECT count(*) FROM readings").at("/rows/0/0").asLong();
    }

    private static Connection engine(Path copy) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:duckdb:" + copy);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET memory_limit='1GB'");
            statement.execute("SET threads=" + Runtime.getRuntime().availableProcessors());
        }
        return connection;
    }

    private static Map<String, Way> ways(Program program, Path copy, @Nullable SparkServer spark, Path parquet)
            throws SQLException {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("engine in process", new Way(SqlEndpoints.jdbc(engine(copy), 0), () -> 0));
        ways.put("hive-jdbc", new Way(hive(program, 0), program::cpuSeconds));
        ways.put("druid", new Way(SqlEndpoints.druid(program.port("druid")), program::cpuSeconds));
        ways.put("json", new Way(SqlEndpoints.http(program.port(), "application/json"), program::cpuSeconds));
        ways.put("arrow", new Way(SqlEndpoints.http(program.port(), ARROW), program::cpuSeconds));
        if (spark != null) {
            ways.put("spark", new Way(SqlEndpoints.jdbc(spark.connect(parquet), 0), spark::cpuSeconds));
        }
        return ways;
    }

    private static Endpoint hive(Program program, int fetchSize) throws SQLException {
        return SqlEndpoints.jdbc(SqlEndpoints.hive(program.port("hive")), fetchSize);
    }

    private static void overhead(Program program, Map<String, Way> ways, Consumer<Result> results) throws Exception {
        long minutes = count(program) / SUBJECTS;
        List<Asked> questions = List.of(
                Asked.small("SELECT 1", round -> "SELECT " + (1_000 + round)),
                Asked.small("SELECT 1, kept", round -> "SELECT 1"),
                Asked.small(
                        "a row by its key",
                        round -> "SELECT uid, speed, road FROM readings WHERE uid = " + round * 31 % SUBJECTS
                                + " AND time = CAST('" + instant(round * 977L % minutes) + "' AS TIMESTAMP)"),
                Asked.small(
                        "a point's last hour",
                        round -> "SELECT count(*), avg(speed) FROM readings WHERE uid = " + round * 31 % SUBJECTS
                                + " AND time >= CAST('" + instant(minutes - 60) + "' AS TIMESTAMP)"),
                Asked.large(
                        "count and sums of all",
                        round -> "SELECT count(*), avg(speed), sum(vehicles) FROM readings WHERE uid >= -" + round),
                Asked.large(
                        "by road",
                        round -> "SELECT road, count(*), avg(speed) FROM readings WHERE uid >= -" + round
                                + " GROUP BY road"),
                Asked.large(
                        "by point",
                        round -> "SELECT uid, max(speed) FROM readings WHERE uid >= -" + round + " GROUP BY uid"));
        for (Asked asked : questions) {
            results.accept(compare(asked, ways));
        }
        for (Way way : ways.values()) {
            way.endpoint().close();
        }
    }

    private static Result compare(Asked asked, Map<String, Way> ways) throws Exception {
        Map<String, List<Double>> milliseconds = new LinkedHashMap<>();
        Map<String, Double> cpu = new LinkedHashMap<>();
        int number = 0;
        for (int round = 0; round < asked.warm() + asked.rounds(); round++) {
            boolean isWarm = round >= asked.warm();
            // In turn, so that other work on the machine hits all alike.
            for (Map.Entry<String, Way> each : ways.entrySet()) {
                if (each.getKey().equals("spark") && (round % 16 != 0 || round < asked.warm() - 160)) {
                    // It takes a hundred times as long.
                    continue;
                }
                Way way = each.getValue();
                String sql = asked.sql().apply(number++);
                double before = way.cpuSeconds().getAsDouble();
                Usage begun = Usage.now();
                way.endpoint().ask(sql);
                Usage used = Usage.now().minus(begun);
                if (isWarm) {
                    milliseconds
                            .computeIfAbsent(each.getKey(), name -> new ArrayList<>())
                            .add(used.wallNanos() / 1e6);
                    double both = used.cpuNanos() / 1e6 + (way.cpuSeconds().getAsDouble() - before) * 1e3;
                    cpu.merge(each.getKey(), both, Double::sum);
                }
            }
        }
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("query", asked.title());
        double alone = 0;
        for (Map.Entry<String, List<Double>> each : milliseconds.entrySet()) {
            List<Double> sorted = each.getValue().stream().sorted().toList();
            double median = Dashboard.quantile(sorted, 0.5);
            numbers.put(each.getKey() + " p50 ms", median);
            numbers.put(each.getKey() + " p99 ms", Dashboard.quantile(sorted, 0.99));
            numbers.put(
                    each.getKey() + " CPU ms, client's too",
                    Math.round(cpu.getOrDefault(each.getKey(), 0.0) / sorted.size() * 100) / 100.0);
            if (alone == 0) {
                alone = median;
            } else {
                numbers.put(each.getKey() + " p50 more ms", Math.round((median - alone) * 100) / 100.0);
                numbers.put(each.getKey() + " p50 ratio", Math.round(median / alone * 100) / 100.0);
            }
        }
        return new Result("sql overhead", numbers);
    }

    private static String instant(long minute) {
        return Instant.ofEpochMilli(START + minute * 60_000L)
                .toString()
                .replace("T", " ")
                .replace("Z", "");
    }

    private static void fetch(
            Program program, Path copy, @Nullable SparkServer spark, Path parquet, Consumer<Result> results)
            throws Exception {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("engine in process, by JDBC", new Way(SqlEndpoints.jdbc(engine(copy), 0), () -> 0));
        ways.put("arrow", new Way(SqlEndpoints.http(program.port(), ARROW), program::cpuSeconds));
        ways.put("hive-jdbc, fetch size as it comes", new Way(hive(program, 0), program::cpuSeconds));
        ways.put("hive-jdbc, fetch size 10,000", new Way(hive(program, 10_000), program::cpuSeconds));
        if (spark != null) {
            ways.put(
                    "spark, fetch size 10,000",
                    new Way(SqlEndpoints.jdbc(spark.connect(parquet), 10_000), spark::cpuSeconds));
        }
        Map<String, List<Fetched>> fetched = new LinkedHashMap<>();
        for (int turn = 0; turn < FETCHES; turn++) {
            for (Map.Entry<String, Way> each : ways.entrySet()) {
                Way way = each.getValue();
                double before = way.cpuSeconds().getAsDouble();
                Usage begun = Usage.now();
                long rows = way.endpoint()
                        .ask("SELECT uid, time, valid, speed, vehicles, occupancy, lane, road FROM readings"
                                + " WHERE uid >= -" + turn + " LIMIT " + FETCHED);
                Usage used = Usage.now().minus(begun);
                if (rows != FETCHED) {
                    throw new IllegalStateException(each.getKey() + " gave " + rows + " rows");
                }
                fetched.computeIfAbsent(each.getKey(), name -> new ArrayList<>())
                        .add(new Fetched(
                                rows / (used.wallNanos() / 1e9),
                                way.cpuSeconds().getAsDouble() - before,
                                used.cpuNanos() / 1e9));
            }
        }
        for (Map.Entry<String, List<Fetched>> each : fetched.entrySet()) {
            List<Fetched> warm = each.getValue().stream()
                    .skip(1)
                    .sorted(Comparator.comparing(Fetched::rowsASecond))
                    .toList();
            Fetched best = warm.get(warm.size() - 1);
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("by", each.getKey());
            numbers.put("rows a second, best", Math.round(best.rowsASecond()));
            numbers.put("rows a second, worst", Math.round(warm.get(0).rowsASecond()));
            numbers.put("CPU s of the program", Math.round(best.cpuSeconds() * 100) / 100.0);
            numbers.put("CPU s of the client", Math.round(best.clientSeconds() * 100) / 100.0);
            results.accept(new Result("sql fetch", numbers));
        }
        for (Way way : ways.values()) {
            way.endpoint().close();
        }
    }

    /** One fetch. */
    private record Fetched(double rowsASecond, double cpuSeconds, double clientSeconds) {}
}
