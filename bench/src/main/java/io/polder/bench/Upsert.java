package io.polder.bench;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import io.polder.record.Type;
import io.polder.store.Batch;
import io.polder.store.StoredTable;
import io.polder.store.TableDefinition;
import io.polder.store.Transform;
import io.polder.store.duck.DuckStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Scenario {@code upsert}: batches of 100,000 events with 3 % repeated keys and 1 % late rows into a table of ten million
 * rows, until nothing is waiting. No log and no decoding: the store alone.
 */
final class Upsert {
    private static final int SUBJECTS = 4_254;
    private static final int BATCH = 100_000;
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    private static final Schema EVENT = new Schema(List.of(
            new Field("uid", "uid", Type.BIGINT),
            new Field("time", "time", Type.TIMESTAMP),
            new Field("speed", "speed", Type.INTEGER),
            new Field("vehicles", "vehicles", Type.INTEGER),
            new Field("occupancy", "occupancy", Type.DOUBLE),
            new Field("valid", "valid", Type.INTEGER),
            new Field("lane", "lane", Type.VARCHAR),
            new Field("road", "road", Type.VARCHAR)));

    private final SplittableRandom random = new SplittableRandom(42);
    private final long[] offsets = new long[4];
    private final byte[][] lanes = texts("R10", "R11", "R12", "P10");
    private final byte[][] roads = texts("A0030001", "A0140002", "R0010001", "N1770002");
    private long sequence;

    /** Runs it in {@code folder}, which must be empty. */
    Result run(Path folder, int seedRows, int batches) throws Exception {
        InstantSource clock = InstantSource.system();
        Path file = folder.resolve("mart.duckdb");
        try (DuckStore store = DuckStore.open(new DuckStore.Settings(file, folder.resolve("tmp"), 1L << 30, 2), clock);
                StoredTable table = store.open(definition())) {
            Batch batch = new Batch(EVENT);
            while (sequence < seedRows) {
                fill(batch, 0, 0);
                table.apply(batch);
            }
            for (int index = 0; index < 20; index++) {
                fill(batch, 3, 1);
                table.apply(batch);
            }
            table.merge();
            long rowsBefore = table.rows();
            List<Double> milliseconds = new ArrayList<>();
            Usage before = Usage.now();
            long fillCpu = 0;
            for (int index = 0; index < batches; index++) {
                Usage fill = Usage.now();
                fill(batch, 3, 1);
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

    private void fill(Batch batch, int repeatedPercent, int latePercent) {
        batch.clear();
        Columns columns = batch.columns();
        long accepted = (START.toEpochMilli() + sequence / SUBJECTS * 60_000L) + 30_000L;
        for (int index = 0; index < BATCH; index++) {
            int dice = random.nextInt(100);
            long number;
            if (dice < latePercent) {
                number = Math.max(0, sequence - 1 - random.nextLong(1440L * SUBJECTS) - 15L * SUBJECTS);
            } else if (dice < latePercent + repeatedPercent) {
                number = Math.max(0, sequence - 1 - random.nextLong(3L * SUBJECTS));
            } else {
                number = sequence++;
            }
            long uid = number % SUBJECTS;
            int partition = (int) (uid & 3);
            columns.setLong(0, uid);
            columns.setLong(1, (START.getEpochSecond() + number / SUBJECTS * 60) * 1_000_000L);
            columns.setLong(2, random.nextInt(130));
            columns.setLong(3, random.nextInt(40));
            columns.setDouble(4, random.nextInt(1000) / 10.0);
            columns.setLong(5, 0);
            columns.setText(6, lanes[(int) (uid % 4)]);
            columns.setText(7, roads[(int) (uid / 4 % 4)]);
            columns.endRow();
            batch.add(partition, offsets[partition]++, accepted, "traffic", false);
        }
        batch.logged(Instant.ofEpochMilli(accepted));
    }

    private static TableDefinition definition() {
        List<Transform.Column> columns = new ArrayList<>();
        Map<String, Integer> passed = new LinkedHashMap<>();
        StringBuilder select = new StringBuilder("SELECT ");
        for (Field field : EVENT.fields()) {
            passed.put(field.name(), columns.size());
            columns.add(new Transform.Column(field.name(), field.type().name()));
            select.append(field.name()).append(", ");
        }
        Transform transform = new Transform(
                select + "polder_row, polder_partition, polder_offset FROM polder_event",
                EVENT,
                columns,
                passed,
                true,
                List.of());
        return new TableDefinition(
                "traffic",
                "traffic",
                List.of("uid", "time"),
                Optional.of("time"),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                null,
                "1",
                "",
                transform);
    }

    private static byte[][] texts(String... texts) {
        byte[][] bytes = new byte[texts.length][];
        for (int index = 0; index < texts.length; index++) {
            bytes[index] = texts[index].getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    private static double quantile(List<Double> values, double quantile) {
        List<Double> sorted = values.stream().sorted().toList();
        return Math.round(sorted.get((int) Math.min(sorted.size() - 1, Math.floor(quantile * sorted.size()))) * 10)
                / 10.0;
    }
}
