package io.polder.bench;

import io.polder.bench.SqlEndpoints.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Scenario {@code sql}: what each endpoint adds to the same query on the engine in this process, over a copy of the same
 * file; how fast a long result comes; and how a dashboard's readers fare while events come in.
 */
final class SqlBench {
    private static final int SUBJECTS = 4_254;
    private static final long START = 1_767_225_600_000L;
    private static final int FETCHED = 5_000_000;
    private static final int SMALL_ROUNDS = 400;
    private static final int LARGE_ROUNDS = 12;

    /** A query; its text differs from round to round, so that no answer is kept. */
    private record Asked(String title, int rounds, IntFunction<String> sql) {}

    private SqlBench() {}

    /** @param only runs the parts whose name contains it: overhead, fetch, dashboard */
    static void run(Path folder, long rows, int seconds, String only, Consumer<Result> results) throws Exception {
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
            try (Program program = Program.start(folder, List.of())) {
                if ("overhead".contains(only)) {
                    overhead(program, copy, results);
                }
                if ("fetch".contains(only)) {
                    fetch(program, copy, results);
                }
            } finally {
                Files.delete(copy);
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
            statement.execute(
                    "SET threads=" + Runtime.getRuntime().availableProcessors());
        }
        return connection;
    }

    private static Map<String, Endpoint> endpoints(Program program, Path copy) throws SQLException {
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        endpoints.put("engine in process", SqlEndpoints.jdbc(engine(copy), 0));
        endpoints.put("hive-jdbc", SqlEndpoints.jdbc(SqlEndpoints.hive(program.port("hive")), 0));
        endpoints.put("druid", SqlEndpoints.druid(program.port("druid")));
        endpoints.put("json", SqlEndpoints.http(program.port(), "application/json"));
        endpoints.put("arrow", SqlEndpoints.http(program.port(), "application/vnd.apache.arrow.stream"));
        return endpoints;
    }

    private static void overhead(Program program, Path copy, Consumer<Result> results) throws Exception {
        long minutes = count(program) / SUBJECTS;
        Map<String, Endpoint> endpoints = endpoints(program, copy);
        List<Asked> questions = List.of(
                new Asked("SELECT 1", SMALL_ROUNDS, round -> "SELECT " + (1_000 + round)),
                new Asked("SELECT 1, kept", SMALL_ROUNDS, round -> "SELECT 1"),
                new Asked(
                        "a row by its key",
                        SMALL_ROUNDS,
                        round -> "SELECT uid, speed, road FROM readings WHERE uid = " + round * 31 % SUBJECTS
                                + " AND time = CAST('" + instant(round * 977L % minutes) + "' AS TIMESTAMP)"),
                new Asked(
                        "a point's last hour",
                        SMALL_ROUNDS,
                        round -> "SELECT count(*), avg(speed) FROM readings WHERE uid = " + round * 31 % SUBJECTS
                                + " AND time >= CAST('" + instant(minutes - 60) + "' AS TIMESTAMP)"),
                new Asked(
                        "count and sums of all",
                        LARGE_ROUNDS,
                        round -> "SELECT count(*), avg(speed), sum(vehicles) FROM readings WHERE uid >= -" + round),
                new Asked(
                        "by road",
                        LARGE_ROUNDS,
                        round -> "SELECT road, count(*), avg(speed) FROM readings WHERE uid >= -" + round
                                + " GROUP BY road"),
                new Asked(
                        "by point",
                        LARGE_ROUNDS,
                        round -> "SELECT uid, max(speed) FROM readings WHERE uid >= -" + round + " GROUP BY uid"));
        for (Asked asked : questions) {
            Map<String, List<Double>> milliseconds = new LinkedHashMap<>();
            endpoints.keySet().forEach(name -> milliseconds.put(name, new ArrayList<>()));
            for (int round = 0; round < asked.rounds(); round++) {
                // In turn, so that other work on the machine hits all alike.
                for (Map.Entry<String, Endpoint> endpoint : endpoints.entrySet()) {
                    // A text of its own for each, since all of them keep answers in the same place.
                    int own = asked.rounds() * milliseconds.size() + round * endpoints.size()
                            + List.copyOf(endpoints.keySet()).indexOf(endpoint.getKey());
                    String sql = asked.sql().apply(own);
                    long start = System.nanoTime();
                    endpoint.getValue().ask(sql);
                    if (round >= asked.rounds() / 4) {
                        milliseconds.get(endpoint.getKey()).add((System.nanoTime() - start) / 1e6);
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
                if (alone == 0) {
                    alone = median;
                } else {
                    numbers.put(each.getKey() + " p50 more ms", Math.round((median - alone) * 100) / 100.0);
                    numbers.put(each.getKey() + " p50 ratio", Math.round(median / alone * 100) / 100.0);
                }
            }
            results.accept(new Result("sql overhead", numbers));
        }
        for (Endpoint endpoint : endpoints.values()) {
            endpoint.close();
        }
    }

    private static String instant(long minute) {
        return Instant.ofEpochMilli(START + minute * 60_000L)
                .toString()
                .replace("T", " ")
                .replace("Z", "");
    }

    private static void fetch(Program program, Path copy, Consumer<Result> results) throws Exception {
        String sql = "SELECT uid, time, valid, speed, vehicles, occupancy, lane, road FROM readings WHERE uid >= -%d"
                + " LIMIT " + FETCHED;
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        endpoints.put("engine in process, by JDBC", SqlEndpoints.jdbc(engine(copy), 0));
        endpoints.put(
                "arrow", SqlEndpoints.http(program.port(), "application/vnd.apache.arrow.stream"));
        for (int size : List.of(0, 10_000, 50_000)) {
            endpoints.put(
                    "hive-jdbc, fetch size " + (size == 0 ? "as it comes" : size),
                    SqlEndpoints.jdbc(SqlEndpoints.hive(program.port("hive")), size));
        }
        int round = 0;
        for (Map.Entry<String, Endpoint> endpoint : endpoints.entrySet()) {
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("by", endpoint.getKey());
            double best = 0;
            double worst = Double.MAX_VALUE;
            for (int turn = 0; turn < 4; turn++) {
                Usage before = Usage.now();
                double cpu = program.cpuSeconds();
                long rows = endpoint.getValue().ask(String.format(java.util.Locale.ROOT, sql, round++));
                if (rows != FETCHED) {
                    throw new IllegalStateException(endpoint.getKey() + " gave " + rows + " rows");
                }
                Usage used = Usage.now().minus(before);
                double rate = rows / (used.wallNanos() / 1e9);
                if (turn > 0) {
                    worst = Math.min(worst, rate);
                }
                if (rate > best) {
                    best = rate;
                    numbers.put("rows a second, best of 4", Math.round(rate));
                    numbers.put("CPU s of the program", Math.round((program.cpuSeconds() - cpu) * 100) / 100.0);
                    numbers.put("CPU s of the client", Math.round(used.cpuNanos() / 1e7) / 100.0);
                }
            }
            numbers.put("rows a second, worst when warm", Math.round(worst));
            endpoint.getValue().close();
            results.accept(new Result("sql fetch", numbers));
        }
    }
}
