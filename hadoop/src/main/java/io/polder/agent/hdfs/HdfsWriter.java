package io.polder.agent.hdfs;

import io.polder.agent.Counter;
import io.polder.agent.Event;
import io.polder.agent.Parts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open files of a sink and the one thread that works on them. */
final class HdfsWriter {
    private static final Logger log = LoggerFactory.getLogger(HdfsWriter.class);

    private final Parts.Context context;
    private final HdfsSettings settings;
    private final OpenFiles openFiles;
    private final HdfsFiles files;
    private final ScheduledExecutorService thread;
    private final LinkedHashMap<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);
    private volatile @Nullable Step step;
    private volatile @Nullable CompletableFuture<Void> delivery;
    private volatile boolean isGivenUp;

    /** A call under way. */
    record Step(String what, long startNanos) {}

    HdfsWriter(Parts.Context context, HdfsSettings settings, OpenFiles openFiles) {
        this.context = context;
        this.settings = settings;
        this.openFiles = openFiles;
        files = new HdfsFiles(settings.proxyUser(), context.counters(), openFiles, this::begin);
        thread = Executors.newSingleThreadScheduledExecutor(task -> thread(task, "hdfs " + context.name()));
        var unused = thread.scheduleWithFixedDelay(this::tick, 0, 500, TimeUnit.MILLISECONDS);
    }

    static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** What it is doing now; null when nothing. */
    @Nullable
    Step step() {
        return step;
    }

    private void begin(String what) throws IOException {
        if (isGivenUp) {
            throw new InterruptedIOException(what + " was given up");
        }
        step = new Step(what, System.nanoTime());
    }

    CompletableFuture<Void> write(List<Event> events) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        delivery = done;
        try {
            thread.execute(() -> write(events, done));
        } catch (RejectedExecutionException stopped) {
            done.completeExceptionally(new IOException("the sink is stopped", stopped));
        }
        return done;
    }

    private void write(List<Event> events, CompletableFuture<Void> done) {
        try {
            writeAll(events);
            step = null;
            done.complete(null);
        } catch (IOException | RuntimeException failure) {
            step = null;
            context.counters().increment(Counter.EVENT_WRITE_FAIL);
            done.completeExceptionally(new IOException(sentence(failure), failure));
        } finally {
            if (isGivenUp) {
                files.close();
            }
        }
    }

    private void writeAll(List<Event> events) throws IOException {
        Set<Bucket> touched = new LinkedHashSet<>();
        for (Event event : events) {
            String folder = settings.folder().of(event.headers());
            String prefix = settings.prefix().of(event.headers());
            Bucket bucket = bucket(folder, prefix);
            touched.add(bucket);
            attempt(bucket, () -> bucket.append(event));
        }
        for (Bucket bucket : touched) {
            attempt(bucket, bucket::flush);
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    /** After a failure nobody knows what a file holds: it is given up, and a new one begun. */
    private void attempt(Bucket bucket, Action action) throws IOException {
        try {
            action.run();
        } catch (IOException | RuntimeException failure) {
            buckets.values().remove(bucket);
            bucket.abandon();
            throw failure;
        }
    }

    private Bucket bucket(String folder, String prefix) throws IOException {
        String key = folder + "/" + prefix;
        Bucket known = buckets.get(key);
        if (known != null) {
            return known;
        }
        if (buckets.size() >= settings.maxOpenFiles()) {
            Bucket eldest = buckets.values().iterator().next();
            attempt(eldest, eldest::finish);
            buckets.values().remove(eldest);
        }
        Bucket bucket =
                new Bucket(settings, files, folder, prefix, context.clock().millis());
        buckets.put(key, bucket);
        return bucket;
    }

    /** Closes what is due. */
    private void tick() {
        try {
            for (Iterator<Bucket> all = buckets.values().iterator(); all.hasNext(); ) {
                Bucket bucket = all.next();
                if (bucket.isDue()) {
                    all.remove();
                    finish(bucket);
                }
            }
        } catch (RuntimeException failure) {
            log.warn("hdfs sink {}: {}", context.name(), sentence(failure));
        } finally {
            step = null;
        }
    }

    private void finish(Bucket bucket) {
        try {
            bucket.finish();
        } catch (IOException failure) {
            context.counters().increment(Counter.CONNECTION_FAILED);
            context.counters()
                    .troubled(
                            "closing a file failed: " + sentence(failure),
                            context.clock().instant());
            bucket.abandon();
        }
    }

    /** Leaves a thread that hangs to itself; its delivery fails. */
    void giveUp(IOException reason) {
        isGivenUp = true;
        CompletableFuture<Void> unfinished = delivery;
        thread.shutdownNow();
        openFiles.abandonAll(files);
        context.counters().increment(Counter.EVENT_WRITE_FAIL);
        if (unfinished != null) {
            unfinished.completeExceptionally(reason);
        }
    }

    /** Finishes all files, for as long as {@code patience}; what is left is finished at the next start. */
    void close(Duration patience) {
        thread.execute(() -> {
            for (Bucket bucket : new ArrayList<>(buckets.values())) {
                finish(bucket);
            }
            buckets.clear();
            files.close();
            step = null;
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** What a person can use of Hadoop's messages: the first line, with the host and the cause. */
    static String sentence(Throwable failure) {
        Map<String, String> shorter = Map.of("; For more details see", "", " on exception: java.net.", ": ");
        String text = String.valueOf(failure.getMessage()).lines().findFirst().orElse(failure.toString());
        for (Map.Entry<String, String> cut : shorter.entrySet()) {
            int at = text.indexOf(cut.getKey());
            if (at > 0) {
                text = text.substring(0, at);
            }
        }
        return text.isBlank() || text.equals("null") ? failure.toString() : text;
    }
}
