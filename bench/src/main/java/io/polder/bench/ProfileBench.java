package io.polder.bench;

import io.polder.profile.FileSource;
import io.polder.profile.Profile;
import io.polder.profile.Profiler;
import io.polder.profile.Workbench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Scenario {@code profile}: what a whole profile of a Parquet file costs beside DuckDB's SUMMARIZE of the same file in the
 * same process, in turn, so that other work on the machine hits both alike.
 */
final class ProfileBench {
    private static final int TURNS = 5;
    private static final long MEMORY = 1_200L << 20;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    /**
     * A table to be profiled.
     *
     * @param isSummarized whether SUMMARIZE is asked of it, too
     * @param hasPeers whether other profilers may have it
     */
    private record Table(String title, long rows, List<String> columns, boolean isSummarized, boolean hasPeers) {}

    /**
     * What a profile took.
     *
     * @param columns up to when each column by itself was done: reading, types, and everything but what is across columns
     */
    private record Turn(Usage columns, Usage all) {}

    private ProfileBench() {}

    /**
     * Runs it.
     *
     * @param only runs the tables whose title contains it
     * @param hasPeers whether other profilers are run, too
     */
    static void run(Path folder, String only, boolean hasPeers, Consumer<Result> results) throws Exception {
        for (Table table : List.of(
                new Table("10 M x 15 numeric", 10_000_000, numeric(15), true, false),
                new Table("1 M x 48 mixed", 1_000_000, mixed(48), true, hasPeers),
                new Table("100,000 x 48 mixed", 100_000, mixed(48), true, hasPeers),
                new Table("2,000 x 1,000 mixed", 2_000, mixed(1_000), true, false),
                new Table("20 x 10,000 mixed", 20, mixed(10_000), false, false),
                new Table("5 M x 200 mixed", 5_000_000, mixed(200), false, false))) {
            if (table.title().contains(only)) {
                results.accept(measure(folder, table));
            }
        }
    }

    private static List<String> numeric(int width) {
        List<String> shapes = List.of(
                "range % 97",
                "CAST(hash(range, $) % 1000000 AS INTEGER)",
                "CAST(hash(range, $) % 9007199254740991 AS DOUBLE) / 9007199254740991",
                "round(100 * sin(range * ($ + 1)), 1)",
                "CASE WHEN hash(range, $) % 10 > 0 THEN exp(CAST(hash(range, $ + 50) % 10007 AS DOUBLE) / 1500) END");
        List<String> columns = new ArrayList<>();
        for (int at = 0; at < width; at++) {
            columns.add(shapes.get(at % shapes.size()).replace("$", String.valueOf(at)));
        }
        return columns;
    }

    private static List<String> mixed(int width) {
        List<String> shapes = new ArrayList<>(numeric(5));
        shapes.addAll(List.of(
                "'road ' || hash(range, $) % 300",
                "'B-' || lpad(CAST(hash(range, $) % 100000 AS VARCHAR), 5, '0')",
                "md5(CAST(range + $ AS VARCHAR))",
                "hash(range, $) % 3 = 0",
                "TIMESTAMP '2026-01-01' + to_minutes(CAST(range % 400000 AS INTEGER))",
                "DATE '2020-01-01' + CAST(hash(range, $) % 2000 AS INTEGER)",
                "CASE hash(range, $) % 4 WHEN 0 THEN 'north' WHEN 1 THEN 'south' WHEN 2 THEN 'east' END"));
        List<String> columns = new ArrayList<>();
        for (int at = 0; at < width; at++) {
            columns.add(shapes.get(at % shapes.size()).replace("$", String.valueOf(at)));
        }
        return columns;
    }

    private static Result measure(Path folder, Table table) throws SQLException, IOException, InterruptedException {
        Path file = folder.resolve("table.parquet");
        write(file, table);
        List<Turn> ours = new ArrayList<>();
        List<Usage> peers = new ArrayList<>();
        for (int turn = 0; turn < (table.isSummarized() ? TURNS : 1); turn++) {
            ours.add(profile(folder, file, table.rows()));
            if (table.isSummarized()) {
                Usage begun = Usage.now();
                summarize(folder, file, table.columns().size());
                peers.add(Usage.now().minus(begun));
            }
        }
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("table", table.title());
        List<Usage> wholes = ours.stream().map(Turn::all).toList();
        List<Usage> columns = ours.stream().map(Turn::columns).toList();
        numbers.put("each column by itself, CPU s", tell(columns, Usage::cpuNanos));
        numbers.put("whole profile without dependencies, CPU s", tell(wholes, Usage::cpuNanos));
        numbers.put("whole profile without dependencies, s", tell(wholes, Usage::wallNanos));
        if (table.isSummarized()) {
            numbers.put("SUMMARIZE, CPU s", tell(peers, Usage::cpuNanos));
            numbers.put("SUMMARIZE, s", tell(peers, Usage::wallNanos));
            numbers.put("ratio of CPU, of the best turns: each column by itself", ratio(columns, peers));
            numbers.put("ratio of CPU, of the best turns: whole profile", ratio(wholes, peers));
        }
        numbers.put("most resident so far, MiB", mostResident());
        if (table.hasPeers()) {
            ProfilePeers.run(
                    folder, file, best(wholes, Usage::cpuNanos) / 1e9, best(wholes, Usage::wallNanos) / 1e9, numbers);
        }
        Files.delete(file);
        return new Result("profile", numbers);
    }

    private static double ratio(List<Usage> ours, List<Usage> theirs) {
        double ratio = (double) best(ours, Usage::cpuNanos) / best(theirs, Usage::cpuNanos);
        return Math.round(ratio * 100) / 100.0;
    }

    private static List<Double> tell(List<Usage> usages, ToLongFunction<Usage> of) {
        return usages.stream()
                .map(usage -> Math.round(of.applyAsLong(usage) / 1e7) / 100.0)
                .toList();
    }

    private static long best(List<Usage> usages, ToLongFunction<Usage> of) {
        return usages.stream().mapToLong(of).min().orElseThrow();
    }

    private static Turn profile(Path folder, Path file, long rows) {
        Usage begun = Usage.now();
        List<Usage> columns = new ArrayList<>();
        try (Workbench bench = Workbench.open(new Workbench.Settings(MEMORY, THREADS, folder))) {
            Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            Profile profile = Profiler.profile(
                    bench, "table", source, new Profiler.Settings(List.of(), Set.of(), 10, false, THREADS), done -> {
                        if (done >= Profiler.COLUMNS_DONE && columns.isEmpty()) {
                            columns.add(Usage.now().minus(begun));
                        }
                    });
            if (profile.rows() != rows) {
                throw new IllegalStateException("not all rows were profiled");
            }
        }
        return new Turn(columns.get(0), Usage.now().minus(begun));
    }

    private static Connection engine(Path folder) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("memory_limit", (MEMORY >> 20) + "MiB");
        properties.setProperty("threads", String.valueOf(THREADS));
        properties.setProperty("temp_directory", folder.resolve("spill").toString());
        return DriverManager.getConnection("jdbc:duckdb:", properties);
    }

    private static void summarize(Path folder, Path file, int width) throws SQLException {
        try (Connection connection = engine(folder);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SUMMARIZE SELECT * FROM '" + file + "'")) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            if (count != width) {
                throw new IllegalStateException("SUMMARIZE told of " + count + " columns");
            }
        }
    }

    private static void write(Path file, Table table) throws SQLException {
        StringBuilder columns = new StringBuilder();
        for (int at = 0; at < table.columns().size(); at++) {
            columns.append(at == 0 ? "" : ", ")
                    .append(table.columns().get(at))
                    .append(" AS column")
                    .append(at);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT " + columns + " FROM range(" + table.rows() + ")) TO '" + file
                    + "' (FORMAT parquet)");
        }
    }

    private static String mostResident() throws IOException {
        Path status = Path.of("/proc/self/status");
        Supplier<String> unknown = () -> "not known here";
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM"))
                        .map(line -> String.valueOf(Long.parseLong(line.replaceAll("\\D", "")) >> 10))
                        .findFirst()
                        .orElseGet(unknown)
                : unknown.get();
    }
}
