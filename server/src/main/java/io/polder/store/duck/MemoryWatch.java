package io.polder.store.duck;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends queries that make the process larger than it may be. The engine bounds what it counts, and it does not count the
 * values that it is just building; so while queries run, the process is looked at from outside. Thread-safe.
 *
 * <p>Only systems that tell a process's memory in {@code /proc} have it; elsewhere nobody is stopped.
 */
public final class MemoryWatch implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MemoryWatch.class);
    private static final Path STATUS = Path.of("/proc/self/status");
    /** For code, threads and buffers, and for what queries build between two looks. */
    private static final long SLACK = 1L << 30;

    private static final long EVERY_MILLIS = 50;
    /** Whoever has grown by less is not the one. */
    private static final long NOTICED = 64L << 20;
    /** How long one that was stopped is waited for before the next one is. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final long ceiling;
    private final LongSupplier resident;
    private final Set<Entry> entries = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "polder-memory-watch");
        thread.setDaemon(true);
        return thread;
    });
    /** Used by the watching thread alone. */
    private long stoppedNanos;

    /** Watches this process: its heap, what the engine counts, and a gigabyte. */
    static MemoryWatch of(long engineBytes) {
        MemoryWatch watch =
                new MemoryWatch(Runtime.getRuntime().maxMemory() + engineBytes + SLACK, MemoryWatch::residentBytes);
        if (residentBytes() > 0) {
            var unused = watch.looking.scheduleWithFixedDelay(
                    watch::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
        return watch;
    }

    MemoryWatch(long ceiling, LongSupplier resident) {
        this.ceiling = ceiling;
        this.resident = resident;
    }

    /** A query; it may be at work several times, and what it grew by counts from the first. */
    public final class Entry implements AutoCloseable {
        private final Runnable stop;
        private final long number = numbers.incrementAndGet();
        private final long before = resident.getAsLong();
        private volatile boolean isStopped;

        private Entry(Runnable stop) {
            this.stop = stop;
        }

        /** Whether it was ended because of the memory. */
        public boolean isStopped() {
            return isStopped;
        }

        /** It is at work again. */
        public Entry resume() {
            entries.add(this);
            return this;
        }

        /** It is not at work any more, or not now. */
        @Override
        public void close() {
            entries.remove(this);
        }
    }

    /**
     * Says that a query is at work for the first time.
     *
     * @param stop ends it; called on another thread, at most once
     */
    public Entry enter(Runnable stop) {
        return new Entry(stop).resume();
    }

    /** What somebody is told whose query was ended. */
    public static PolderException tooLarge() {
        return new PolderException(
                ErrorCode.TOO_LARGE,
                "The query builds more than the program's memory holds. Fix: make smaller values, or set store.memory");
    }

    /** Looks once. */
    void look() {
        try {
            if (entries.isEmpty()) {
                return;
            }
            long now = resident.getAsLong();
            if (now > ceiling) {
                stopOne(now);
            }
        } catch (RuntimeException failure) {
            LOGGER.warn("Looking at the memory failed.", failure);
        }
    }

    private void stopOne(long now) {
        boolean isWaiting = entries.stream().anyMatch(Entry::isStopped);
        if (isWaiting && System.nanoTime() - stoppedNanos < PATIENCE_NANOS) {
            return;
        }
        List<Entry> running = new ArrayList<>(entries);
        running.removeIf(Entry::isStopped);
        long most =
                running.stream().mapToLong(entry -> now - entry.before).max().orElse(0);
        // Whoever was there before has seen the same growth; the youngest that has seen most of it is the likeliest.
        running.stream()
                .filter(entry -> now - entry.before >= Math.max(NOTICED, most / 2))
                .max(Comparator.comparingLong(entry -> entry.number))
                .ifPresent(entry -> {
                    LOGGER.warn(
                            "The process has {} MiB, and at most {} are meant to be: a query is ended.",
                            now >> 20,
                            ceiling >> 20);
                    stoppedNanos = System.nanoTime();
                    entry.isStopped = true;
                    entry.stop.run();
                });
    }

    /**
     * What the process has in memory; 0 where that is not told. Pages of files count only where the system does not tell
     * them apart: it takes them back by itself.
     */
    private static long residentBytes() {
        try {
            return bytes(Files.readAllLines(STATUS));
        } catch (IOException | NumberFormatException notTold) {
            LOGGER.debug("The system does not tell how large the process is.", notTold);
        }
        return 0;
    }

    /** Of the lines of a process's status. */
    static long bytes(List<String> status) {
        for (String name : List.of("RssAnon:", "VmRSS:")) {
            for (String line : status) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        }
        return 0;
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
