package io.polder.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scenario {@code provenance}: what it costs that every row knows partition, offset and batch of its event. The same ten
 * million rows go into the store's engine in batches, with these columns and without, each into a file of its own.
 */
final class ProvenanceCost {
    private static final int BATCH = 100_000;
    private static final String VALUES = """
            SELECT i % 4254 AS uid, make_timestamp(1767571200000000 + i // 4254 * 60000000) AS time,
              (hash(i) % 130)::INTEGER AS speed, (hash(i + 1) % 40)::INTEGER AS vehicles,
              (hash(i + 2) % 1000) / 10 AS occupancy, 0 AS valid, 'R1' || i % 4 AS lane, 'A00' || i % 7 AS road""";
    private static final String PLACE = ", (i % 4)::UTINYINT AS _partition, i // 4 AS _offset, i // 100000 AS _batch";

    private record Cost(double cpuSeconds, long bytes) {}

    private ProvenanceCost() {}

    static Result run(Path folder, int rows) throws Exception {
        // The first run is for the JIT and the page cache.
        write(folder.resolve("warm.duckdb"), rows / 10, "");
        Cost without = write(folder.resolve("without.duckdb"), rows, "");
        Cost with = write(folder.resolve("with.duckdb"), rows, PLACE);
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("rows", rows);
        numbers.put("CPU µs a row without", Math.round(without.cpuSeconds / rows * 1e9) / 1e3);
        numbers.put("CPU µs a row with", Math.round(with.cpuSeconds / rows * 1e9) / 1e3);
        numbers.put("bytes a row without", Math.round(10.0 * without.bytes / rows) / 10.0);
        numbers.put("bytes a row with", Math.round(10.0 * with.bytes / rows) / 10.0);
        return new Result("provenance", numbers);
    }

    private static Cost write(Path file, int rows, String more) throws Exception {
        String select = VALUES + more;
        Usage total = new Usage(0, 0);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            statement.execute("CREATE TABLE rows AS " + select + range(0, 0));
            for (int first = 0; first < rows; first += BATCH) {
                // What a batch would hold is made before the clock runs.
                statement.execute("CREATE TEMP TABLE batch AS " + select + range(first, first + BATCH));
                total = total.plus(insert(statement));
                statement.execute("DROP TABLE batch");
            }
            Usage before = Usage.now();
            statement.execute("CHECKPOINT");
            total = total.plus(Usage.now().minus(before));
        }
        return new Cost(total.cpuNanos() / 1e9, Files.size(file));
    }

    private static String range(int first, int end) {
        return " FROM range(" + first + ", " + end + ") t(i)";
    }

    private static Usage insert(Statement statement) throws SQLException {
        Usage before = Usage.now();
        statement.execute("INSERT INTO rows FROM batch");
        return Usage.now().minus(before);
    }
}
