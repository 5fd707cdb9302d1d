package io.polder.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Scenario {@code ingest}: as many events as the program takes, over HTTP, until they are committed and can be queried;
 * measured after a warm-up, since the JIT's own work costs as much as a third in the first half minute.
 */
final class Ingest {
    static final String DEFINITION = """
            mart: bench
            feeds:
              readings:
                http: true
                format: json
                key: [uid]
                partitions: 4
                fields:
                  - { name: uid, type: bigint }
                  - { name: time, type: timestamp }
                  - { name: valid, type: integer }
                  - { name: speed, type: integer }
                  - { name: vehicles, type: integer }
                  - { name: occupancy, type: double }
                  - { name: lane }
                  - { name: road }
                  - { name: name }
            tables:
              readings: { from: readings, key: [uid, time], time: time }
            """;

    private Ingest() {}

    static Result run(Path folder, int warmSeconds, int seconds) throws Exception {
        Files.writeString(folder.resolve("polder.yaml"), DEFINITION);
        try (Program program = Program.start(folder, List.of())) {
            Load load = new Load(program.port(), 4, 0, new AtomicLong());
            sleep(warmSeconds);
            long before = load.accepted();
            double cpuBefore = program.cpuSeconds();
            long start = System.nanoTime();
            sleep(seconds);
            long counted = load.accepted() - before;
            double cpu = program.cpuSeconds() - cpuBefore;
            double wall = (System.nanoTime() - start) / 1e9;
            load.finish();
            long accepted = load.accepted();
            long drain = System.nanoTime();
            program.awaitLogged("readings", accepted);
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("events a second", Math.round(counted / wall));
            numbers.put("CPU µs an event", Math.round(cpu / counted * 1e8) / 100.0);
            numbers.put("accepted", accepted);
            numbers.put(
                    "stored",
                    program.sql("SELECT count(*) FROM readings").at("/rows/0/0").asLong());
            numbers.put("seconds behind at the end", Math.round((System.nanoTime() - drain) / 1e7) / 100.0);
            numbers.put("resident MiB", program.residentMebibytes());
            return new Result("ingest", numbers);
        }
    }

    static void sleep(int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }
}
