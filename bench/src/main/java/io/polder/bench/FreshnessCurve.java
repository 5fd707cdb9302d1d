package io.polder.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Scenario {@code freshness}: 20,000 events a second into a table of ten million rows while four readers each run one
 * aggregate over all of it every second; for several batch intervals, the time from acceptance to commit against the CPU
 * an event. The readers' own CPU, measured alone before, is subtracted. Then, without the aggregates, rows are looked up
 * by their whole key.
 */
final class FreshnessCurve {
    private static final double RATE = 20_000;
    private static final String AGGREGATE = "SELECT road, count(*), avg(speed) FROM readings GROUP BY road";

    private FreshnessCurve() {}

    static void run(Path folder, long rows, int seconds, List<String> intervals, Consumer<Result> results)
            throws Exception {
        Files.writeString(folder.resolve("polder.yaml"), Ingest.DEFINITION);
        AtomicLong sequence = new AtomicLong();
        long accepted = 0;
        for (String interval : intervals) {
            try (Program program = Program.start(folder, List.of("store.batch-interval=" + interval))) {
                if (accepted == 0) {
                    Load load = new Load(program.port(), 4, 0, sequence);
                    while (load.accepted() < rows) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                    }
                    load.finish();
                    accepted += load.accepted();
                }
                program.awaitLogged("readings", accepted);
                double readersAlone = withReaders(program, seconds, () -> Ingest.sleep(seconds));
                Map<String, Object> numbers = new LinkedHashMap<>();
                numbers.put("batch interval", interval);
                Load load = new Load(program.port(), 2, RATE, sequence);
                Ingest.sleep(Math.max(30, seconds / 2));
                long before = load.accepted();
                double both = withReaders(program, seconds, () -> Ingest.sleep(seconds));
                long counted = load.accepted() - before;
                JsonNode freshness = program.get("/api/freshness").at("/tables/0/accepted");
                numbers.put("events a second", Math.round((double) counted / seconds));
                numbers.put(
                        "accepted to committed p50 ms", freshness.path("p50").asLong());
                numbers.put(
                        "accepted to committed p99 ms", freshness.path("p99").asLong());
                numbers.put("CPU µs an event", Math.round((both - readersAlone) / counted * 1e7) / 10.0);
                numbers.put("readers' CPU s a second", Math.round(readersAlone / seconds * 100) / 100.0);
                lookUp(program, sequence, numbers);
                load.finish();
                accepted += load.accepted();
                numbers.put("resident MiB", program.residentMebibytes());
                results.accept(new Result("freshness", numbers));
            }
        }
    }

    private interface Meanwhile {
        void run() throws Exception;
    }

    /** The program's CPU seconds while four readers read once a second. */
    private static double withReaders(Program program, int seconds, Meanwhile meanwhile) throws Exception {
        List<Thread> readers = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int index = 0; index < 4; index++) {
            Thread reader = new Thread(() -> {
                while (System.nanoTime() < end) {
                    long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                    try {
                        program.sql(AGGREGATE);
                    } catch (java.io.IOException exception) {
                        throw new java.io.UncheckedIOException(exception);
                    } catch (InterruptedException interrupted) {
                        return;
                    }
                    LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
                }
            });
            readers.add(reader);
        }
        double before = program.cpuSeconds();
        readers.forEach(Thread::start);
        meanwhile.run();
        double used = program.cpuSeconds() - before;
        for (Thread reader : readers) {
            reader.join();
        }
        return used;
    }

    private static void lookUp(Program program, AtomicLong sequence, Map<String, Object> numbers) throws Exception {
        List<Double> milliseconds = new ArrayList<>();
        java.util.SplittableRandom random = new java.util.SplittableRandom(7);
        for (int index = 0; index < 400; index++) {
            long number = random.nextLong(sequence.get() - 100_000);
            long start = System.nanoTime();
            program.get("/api/tables/readings/rows/" + number % 4_254 + ","
                    + java.time.Instant.ofEpochMilli(1_767_225_600_000L + number / 4_254 * 60_000L));
            milliseconds.add((System.nanoTime() - start) / 1e6);
        }
        milliseconds.subList(0, 100).clear();
        milliseconds.sort(null);
        numbers.put("one row by its key p50 ms", Math.round(milliseconds.get(milliseconds.size() / 2) * 10) / 10.0);
        numbers.put(
                "one row by its key p99 ms", Math.round(milliseconds.get(milliseconds.size() * 99 / 100) * 10) / 10.0);
    }
}
