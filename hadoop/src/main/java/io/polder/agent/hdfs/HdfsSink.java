package io.polder.agent.hdfs;

import io.polder.agent.Event;
import io.polder.agent.Parts;
import io.polder.agent.Sink;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The {@code hdfs} sink. A delivery is complete when all its events are in files and flushed.
 *
 * <p>All work on files is one thread's, a {@link HdfsWriter}. Calls into Hadoop can hang; a second thread watches. A call
 * that takes longer than {@code hdfs.callTimeout} is given up: its writer is left to itself, with its files, a new one goes on with new
 * files, and the old ones are finished when HDFS lets them.
 */
final class HdfsSink implements Sink {
    private static final Duration LOOK = Duration.ofMillis(250);

    private final Parts.Context context;
    private final HdfsSettings settings;
    private @Nullable OpenFiles openFiles;
    private @Nullable HdfsWriter writer;
    private @Nullable Recovery recovery;
    private @Nullable ScheduledExecutorService watch;

    HdfsSink(Parts.Context context, HdfsSettings settings) {
        this.context = context;
        this.settings = settings;
    }

    @Override
    public synchronized void start() {
        Path journal = context.home().resolve("hdfs-" + context.name() + ".open");
        try {
            openFiles = OpenFiles.read(journal);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    journal + " cannot be written: " + failure.getMessage() + ". Fix: make its folder writable.",
                    failure);
        }
        recovery = new Recovery(context, settings, openFiles);
        writer = new HdfsWriter(context, settings, openFiles);
        watch = Executors.newSingleThreadScheduledExecutor(
                task -> HdfsWriter.thread(task, "hdfs " + context.name() + " watch"));
        var unused = watch.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public int batchSize() {
        return settings.batchSize();
    }

    @Override
    public synchronized CompletableFuture<Void> deliver(List<Event> events) {
        return writer().write(events);
    }

    private HdfsWriter writer() {
        if (writer == null) {
            throw new IllegalStateException("The sink is not started.");
        }
        return writer;
    }

    @Override
    public synchronized String whyWaiting() {
        HdfsWriter.Step step = writer == null ? null : writer.step();
        return "HDFS does not answer" + (step == null ? "" : " while " + step.what());
    }

    /** Sees whether a call hangs. */
    private synchronized void look() {
        HdfsWriter current = writer();
        HdfsWriter.Step step = current.step();
        if (step == null) {
            return;
        }
        Duration taken = Duration.ofNanos(System.nanoTime() - step.startNanos());
        if (taken.compareTo(settings.callTimeout()) > 0) {
            writer = new HdfsWriter(context, settings, openFiles());
            current.giveUp(new InterruptedIOException(step.what() + " took longer than hdfs.callTimeout, "
                    + settings.callTimeout().toMillis() + " ms"));
        }
    }

    private OpenFiles openFiles() {
        if (openFiles == null) {
            throw new IllegalStateException("The sink is not started.");
        }
        return openFiles;
    }

    @Override
    public void close() {
        HdfsWriter last;
        synchronized (this) {
            if (writer == null) {
                return;
            }
            last = writer;
        }
        last.close(settings.callTimeout());
        synchronized (this) {
            if (watch != null) {
                watch.shutdownNow();
            }
            if (recovery != null) {
                recovery.close();
            }
            writer = null;
        }
    }
}
