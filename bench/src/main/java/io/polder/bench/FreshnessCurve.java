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
import org.jspecify.annotations.Nullable;

/**
 * Scenario {@code freshness}: 20,000 events a second into a table of ten million rows while four readers each run one
 * aggregate over all of it every second; for several batch intervals, the time from acceptance to commit against the CPU
 * an event. The readers' own CPU, measured alone before, is subtracted. Then, without the aggregates, rows are looked up
 * by their whole key. Or, for one interval and without readers and look-ups: with profiles against without.
 */
final class FreshnessCurve {
    private static final String AGGREGATE = "SELECT road, count(*), avg(speed) FROM readings GROUP BY road";

    private static final List<String> INTERVALS = List.of("100ms", "200ms", "400ms", "800ms");

    /**
     * What is measured.
     *
     * @param rows in the table before
     * @param rate events a second
     * @param profiles null for the curve
     */
    record Settings(long rows, int rate, int seconds, Main.@Nullable Profiles profiles) {}

    private FreshnessCurve() {}

    static void run(Path folder, Settings settings, Consumer<Result> results) throws Exception {
        Main.Profiles profiles = settings.profiles();
        if (profiles == null) {
            curve(folder, settings.rows(), settings.rate(), settings.seconds(), results);
            return;
        }
        for (boolean hasProfiles : new boolean[] {true, false}) {
            if (profiles != (hasProfiles ? Main.Profiles.off : Main.Profiles.on)) {
                results.accept(withProfiles(
                        Files.createDirectories(folder.resolve(hasProfiles ? "with" : "without")),
                        settings,
                        hasProfiles));
            }
        }
    }

    /** From the first event on: a first profile of an empty table is part of what it costs. */
    private static Result withProfiles(Path folder, Settings settings, boolean hasProfiles) throws Exception {
        Files.writeString(folder.resolve("polder.yaml"), Ingest.DEFINITION);
        AtomicLong sequence = new AtomicLong();
        try (Program program = Program.start(folder, List.of("store.batch-interval=200ms"), hasProfiles)) {
            if (settings.rows() > 0) {
                Load before = new Load(program.port(), 4, 0, sequence);
                while (before.accepted() < settings.rows()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
                before.finish();
                program.awaitLogged("readings", before.accepted());
            }
            double cpu = program.cpuSeconds();
            Load load = new Load(program.port(), 2, settings.rate(), sequence);
            Ingest.sleep(settings.seconds());
            double used = program.cpuSeconds() - cpu;
            long counted = load.accepted();
            JsonNode freshness = program.get("/api/freshness").at("/tables/0/accepted");
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("profiles", hasProfiles ? "on" : "off");
            numbers.put("events a second", Math.round((double) counted / settings.seconds()));
            numbers.put("accepted to committed p50 ms", freshness.path("p50").asLong());
            numbers.put("accepted to committed p99 ms", freshness.path("p99").asLong());
            numbers.put("CPU s", Math.round(used * 10) / 10.0);
            numbers.put("resident MiB", program.residentMebibytes());
            load.finish();
            return new Result("freshness", numbers);
        }
    }

    private static void curve(Path folder, long rows, int rate, int seconds, Consumer<Result> results)
            throws Exception {
        Files.writeString(folder.resolve("polder.yaml"), Ingest.DEFINITION);
        AtomicLong sequence = new AtomicLong();
        long accepted = 0;
        for (String interval : INTERVALS) {
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
                Load load = new Load(program.port(), 2, rate, sequence);
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
