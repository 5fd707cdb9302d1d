package io.polder.bench;

import io.polder.store.Batch;
import io.polder.store.StoredTable;
import io.polder.store.duck.DuckStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The loop behind the log: one batch of decoded events into a table of a million rows, 3 % of the keys repeated. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 3)
@SuppressWarnings("NullAway.Init") // JMH opens before it measures.
public class ApplyBenchmark {
    private static final int FIRST_ROWS = 1_000_000;

    /** Rows of a batch: what 20,000 events a second bring in 200 ms, a minute of Flanders, a full batch. */
    @Param({"4000", "4254", "100000"})
    public int rows;

    private final Readings readings = new Readings();
    private final Batch batch = Readings.batch();
    private Path folder = Path.of("");
    private DuckStore store;
    private StoredTable table;

    @Setup
    public void open() throws IOException {
        folder = Files.createTempDirectory("polder-apply");
        store = DuckStore.open(
                new DuckStore.Settings(folder.resolve("mart.duckdb"), folder.resolve("tmp"), 1L << 30, 2),
                InstantSource.system());
        table = store.open(Readings.definition());
        while (readings.sequence() < FIRST_ROWS) {
            readings.fill(batch, 100_000, 0, 0);
            table.apply(batch);
        }
    }

    @Setup(Level.Invocation)
    public void fill() {
        readings.fill(batch, rows, 3, 0);
    }

    /** Rows, positions and ledger in one transaction; divide by {@link #rows} for the time of a row. */
    @Benchmark
    public long apply() {
        return table.apply(batch).batch();
    }

    @TearDown
    public void close() throws IOException {
        table.close();
        store.close();
        List<Path> files;
        try (var walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
