package io.polder.bench;

import io.polder.store.Batch;
import io.polder.store.StoredTable;
import io.polder.store.duck.DuckStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Scenario {@code upsert}: batches of 100,000 events with 3 % repeated keys and 1 % late rows into a table of ten million
 * rows, until nothing is waiting. No log and no decoding: the store alone.
 */
final class Upsert {
    private static final int BATCH = 100_000;

    private Upsert() {}

    /** Runs it in {@code folder}, which must be empty. */
    static Result run(Path folder, int seedRows, int batches) throws Exception {
        InstantSource clock = InstantSource.system();
        Path file = folder.resolve("mart.duckdb");
        try (DuckStore store = DuckStore.open(new DuckStore.Settings(file, folder.resolve("tmp"), 1L << 30, 2), clock);
                StoredTable table = store.open(Readings.definition())) {
            Readings readings = new Readings();
            Batch batch = Readings.batch();
            while (readings.sequence() < seedRows) {
                readings.fill(batch, BATCH, 0, 0);
                table.apply(batch);
            }
            for (int index = 0; index < 20; index++) {
                readings.fill(batch, BATCH, 3, 1);
                table.apply(batch);
            }
            table.merge();
            long rowsBefore = table.rows();
            List<Double> milliseconds = new ArrayList<>();
            Usage before = Usage.now();
            long fillCpu = 0;
            for (int index = 0; index < batches; index++) {
                Usage fill = Usage.now();
                readings.fill(batch, BATCH, 3, 1);
                fillCpu += Usage.now().cpuNanos() - fill.cpuNanos();
                long start = System.nanoTime();
                table.apply(batch);
                if (index % 8 == 7) {
                    table.merge();
                }
                milliseconds.add((System.nanoTime() - start) / 1e6);
            }
            table.merge();
            Usage after = Usage.now();
            double events = (double) batches * BATCH;
            double seconds = milliseconds.stream().mapToDouble(value -> value).sum() / 1e3;
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("rows", table.rows());
            numbers.put("rows before", rowsBefore);
            numbers.put("events", (long) events);
            numbers.put("rows a second", Math.round(events / seconds));
            numbers.put(
                    "CPU µs a row",
                    Math.round((after.cpuNanos() - before.cpuNanos() - fillCpu) / 10.0 / events) / 100.0);
            numbers.put("batch p50 ms", quantile(milliseconds, 0.5));
            numbers.put("batch max ms", quantile(milliseconds, 1));
            numbers.put("file MB", Files.size(file) >> 20);
            return new Result("upsert", numbers);
        }
    }

    private static double quantile(List<Double> values, double quantile) {
        List<Double> sorted = values.stream().sorted().toList();
        return Math.round(sorted.get((int) Math.min(sorted.size() - 1, Math.floor(quantile * sorted.size()))) * 10)
                / 10.0;
    }
}
