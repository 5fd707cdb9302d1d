package io.polder.agent.hdfs;

import io.polder.agent.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes files whose writer died or gave them up: lets HDFS close them, cuts them to their last whole event, gives them
 * their final names. On a thread of its own, as reading a large file takes its time; tries again until it succeeds, with
 * pauses that grow to {@code hdfs.retryInterval}.
 */
final class Recovery implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final HdfsSettings settings;
    private final OpenFiles openFiles;
    private final HdfsFiles files;
    private final ScheduledExecutorService thread;
    private Duration pause = FIRST_PAUSE;
    private long nextNanos = System.nanoTime();

    Recovery(Parts.Context context, HdfsSettings settings, OpenFiles openFiles) {
        this.settings = settings;
        this.openFiles = openFiles;
        files = new HdfsFiles(settings.proxyUser(), context.counters(), openFiles, what -> {});
        thread = Executors.newSingleThreadScheduledExecutor(
                task -> HdfsWriter.thread(task, "hdfs " + context.name() + " recovery"));
        var unused = thread.scheduleWithFixedDelay(this::tick, 0, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        Map<String, String> abandoned = openFiles.abandoned();
        if (abandoned.isEmpty()) {
            pause = FIRST_PAUSE;
            return;
        }
        if (System.nanoTime() - nextNanos < 0) {
            return;
        }
        boolean isReachable = true;
        for (Map.Entry<String, String> file : abandoned.entrySet()) {
            try {
                finish(file.getKey(), file.getValue());
            } catch (IOException | RuntimeException notNow) {
                log.warn("{} is not finished yet: {}", file.getKey(), HdfsWriter.sentence(notNow));
                isReachable = false;
            }
        }
        nextNanos = System.nanoTime() + pause.toNanos();
        if (!isReachable && pause.compareTo(settings.retryInterval()) < 0) {
            pause = pause.multipliedBy(2);
        }
    }

    /** Finishes a file, unless HDFS is still about to close it. */
    private void finish(String inUse, String target) throws IOException {
        FileSystem system = files.of(inUse);
        Path path = new Path(inUse);
        if (!system.exists(path)) {
            openFiles.finish(inUse);
            return;
        }
        if (system instanceof DistributedFileSystem hdfs && !isClosed(hdfs, path)) {
            return;
        }
        if (system.getFileStatus(path).getLen() == 0) {
            system.delete(path, false);
            openFiles.finish(inUse);
            return;
        }
        if (settings.format().isWhole(system, path)) {
            files.rename(inUse, target);
        } else {
            salvage(system, inUse, target);
        }
        log.info("{} was left open and is complete now as {}.", inUse, target);
    }

    /**
     * Makes HDFS close a file whose writer is gone, which takes some seconds. A name node that has just started must know
     * where the last block is before it is asked: an attempt without that keeps others out for a minute and a half.
     */
    private static boolean isClosed(DistributedFileSystem hdfs, Path path) throws IOException {
        if (hdfs.isFileClosed(path)) {
            return true;
        }
        LocatedBlock last =
                hdfs.getClient().getLocatedBlocks(path.toUri().getPath(), 0).getLastLocatedBlock();
        boolean isKnown = last == null || last.getLocations().length > 0;
        return isKnown && hdfs.recoverLease(path);
    }

    private void salvage(FileSystem system, String inUse, String target) throws IOException {
        Path copy = new Path(inUse + ".recovered");
        settings.format().salvage(system, new Path(inUse), copy);
        if (!system.rename(copy, new Path(target))) {
            throw new IOException(copy + " cannot get its final name " + target);
        }
        system.delete(new Path(inUse), false);
        openFiles.finish(inUse);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        files.close();
    }
}
