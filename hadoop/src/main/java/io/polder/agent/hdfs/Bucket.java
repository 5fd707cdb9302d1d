package io.polder.agent.hdfs;

import io.polder.agent.Counter;
import io.polder.agent.Event;
import java.io.IOException;
import java.time.Duration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one folder and one name prefix, one after the other. For the sink's writing thread.
 *
 * <p>As in Flume a file that is full is closed when the next event comes, not before: what has come so far is in it and
 * flushed, and its counters move as they do there.
 */
final class Bucket {
    private static final Logger log = LoggerFactory.getLogger(Bucket.class);

    private final HdfsSettings settings;
    private final HdfsFiles files;
    private final String folder;
    private final String prefix;
    private long number;
    private long events;
    private long bytes;
    private long openedNanos;
    private long usedNanos;
    private EventFormat.@Nullable Writer writer;
    private String inUse = "";
    private String target = "";

    /** @param number the file's first number is the next one */
    Bucket(HdfsSettings settings, HdfsFiles files, String folder, String prefix, long number) {
        this.settings = settings;
        this.files = files;
        this.folder = folder;
        this.prefix = prefix;
        this.number = number;
    }

    /** Writes an event, into a new file when there is none or the old one is full. */
    void append(Event event) throws IOException {
        if (writer != null && isFull()) {
            finish();
        }
        EventFormat.Writer open = writer == null ? open() : writer;
        open.append(event);
        events++;
        bytes += event.body().length;
    }

    private boolean isFull() {
        return settings.rollCount() > 0 && events >= settings.rollCount()
                || settings.rollSize() > 0 && bytes >= settings.rollSize();
    }

    private EventFormat.Writer open() throws IOException {
        files.step("opening a file in " + folder);
        number++;
        String name = prefix + "." + number + settings.suffix();
        inUse = folder + "/" + settings.inUsePrefix() + name + settings.inUseSuffix();
        target = folder + "/" + name;
        FileSystem system = files.of(inUse);
        files.openFiles().begin(inUse, target, files);
        EventFormat.Writer open = settings.format().create(system, new Path(inUse));
        writer = open;
        events = 0;
        bytes = 0;
        openedNanos = System.nanoTime();
        files.counters().increment(Counter.CONNECTION_CREATED);
        return open;
    }

    /** Makes what was appended durable. */
    void flush() throws IOException {
        if (writer != null) {
            files.step("flushing " + inUse);
            writer.flush();
            usedNanos = System.nanoTime();
        }
    }

    /** Whether its file has been open, or without new events, for as long as it may. */
    boolean isDue() {
        long now = System.nanoTime();
        return writer == null
                || isOver(settings.rollInterval(), now - openedNanos)
                || isOver(settings.idleTimeout(), now - usedNanos);
    }

    private static boolean isOver(Duration limit, long nanos) {
        return !limit.isZero() && nanos >= limit.toNanos();
    }

    /** Closes the file and gives it its final name. */
    void finish() throws IOException {
        EventFormat.Writer open = writer;
        if (open == null) {
            return;
        }
        files.step("closing " + inUse);
        writer = null;
        open.close();
        files.counters().increment(Counter.CONNECTION_CLOSED);
        files.rename(inUse, target);
    }

    /** Gives the file up after a failure; {@link Recovery} finishes it. */
    void abandon() {
        EventFormat.Writer open = writer;
        writer = null;
        try {
            if (open != null) {
                files.step("giving up " + inUse);
                open.close();
            }
        } catch (IOException alreadyTold) {
            log.debug("closing {}: {}", inUse, alreadyTold.toString());
        }
        files.openFiles().abandon(inUse);
    }
}
