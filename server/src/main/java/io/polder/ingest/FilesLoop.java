package io.polder.ingest;

import com.fasterxml.jackson.core.type.TypeReference;
import io.polder.config.Feed;
import io.polder.format.MalformedDocumentException;
import io.polder.format.Splitter;
import io.polder.record.PolderException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads files in the order of their names, once each, and looks for new and changed ones. Runs on a thread of its own.
 *
 * <p>Files are read in parts. After each part is in the log, how many of the file's events are there is written down, so
 * that a restart goes on where it was; a kill between the two repeats one part, which the tables' keys make harmless. A
 * part is only sent while the tables are hardly behind with the topic: a live event stands behind what is in the log
 * already, and that is never more than the tables take in part of a second.
 */
final class FilesLoop implements Runnable {
    /** Events that the topic's tables may be behind when the next part is sent: one part is applied, one waits. */
    static final long MOST_LAG = 5_000;

    private static final Logger log = LoggerFactory.getLogger(FilesLoop.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration HOLD = Duration.ofMillis(20);
    private static final int FIRST_BYTES = 1 << 20;
    private static final int PART_EVENTS = 2_500;
    /** A document that cannot be read in parts is held in memory as a whole. */
    private static final long MOST_WHOLE_BYTES = 256L << 20;

    private final Feed feed;
    private final Edge edge;
    private final FeedMeter meter;
    private final Gate gate;
    private final Supplier<Optional<String>> closed;
    private final ToLongFunction<String> topicLag;
    private final Glob glob;
    private final State state;
    private final String stateName;
    private final Map<String, Progress> known;
    private final Gathering events = new Gathering();

    /**
     * How far a file is.
     *
     * @param size of the file that was seen
     * @param modified when it was changed, milliseconds since 1970
     * @param events of it whose fate is durable
     * @param isDone whether nothing of it is left to do
     * @param error why it was given up; null when it was not
     */
    record Progress(
            long size,
            long modified,
            long events,
            boolean isDone,
            @Nullable String error) {
        boolean isOf(Glob.Found file) {
            return size == file.size() && modified == file.modifiedMillis();
        }
    }

    FilesLoop(
            Feed feed,
            Edge edge,
            FeedMeter meter,
            Gate gate,
            Supplier<Optional<String>> closed,
            ToLongFunction<String> topicLag,
            Glob glob,
            State state) {
        this.feed = feed;
        this.edge = edge;
        this.meter = meter;
        this.gate = gate;
        this.closed = closed;
        this.topicLag = topicLag;
        this.glob = glob;
        this.state = state;
        stateName = "files-" + feed.name();
        known = state.read(stateName, new TypeReference<HashMap<String, Progress>>() {}, new HashMap<>());
    }

    /** The feed was paused or the program is stopping. */
    private static final class Stopped extends Exception {}

    @Override
    public void run() {
        try {
            while (gate.awaitOpen()) {
                gate.rest(loadAll());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Loads what is there to load; says when to look again. */
    private Duration loadAll() throws InterruptedException {
        try {
            SortedMap<String, Glob.Found> files = glob.find();
            if (known.keySet().retainAll(files.keySet())) {
                state.write(stateName, known);
            }
            for (Map.Entry<String, Glob.Found> file : files.entrySet()) {
                if (!isDone(file.getKey(), file.getValue())) {
                    load(file.getKey(), file.getValue(), files);
                }
            }
            showResult(files);
            return LOOK_EVERY;
        } catch (Stopped stopped) {
            return Duration.ZERO;
        } catch (IOException | PolderException failure) {
            meter.failed(
                    failure instanceof PolderException
                            ? String.valueOf(failure.getMessage())
                            : "Files of '" + feed.files() + "' cannot be read: " + failure + ".");
            return RETRY;
        } catch (RuntimeException bug) {
            log.error("Loading files of feed {} failed.", feed.name(), bug);
            meter.failed("Loading files failed: " + bug);
            return RETRY;
        }
    }

    private boolean isDone(String name, Glob.Found file) {
        Progress progress = known.get(name);
        return progress != null && progress.isDone && progress.isOf(file);
    }

    private void showResult(SortedMap<String, Glob.Found> files) {
        meter.succeeded();
        if (files.isEmpty()) {
            meter.state(FeedMeter.State.WAITING);
            meter.warned(
                    "No file matches '" + feed.files() + "'. It is looked for every " + LOOK_EVERY.toSeconds() + " s.");
            return;
        }
        meter.state(FeedMeter.State.DONE);
        meter.progress(1);
        known.keySet().forEach(this::warn);
    }

    /** Says what is wrong with the other files, and no longer what is over. */
    private void showBeginning(String name) {
        meter.succeeded();
        known.keySet().stream().filter(other -> !other.equals(name)).forEach(this::warn);
    }

    private void warn(String name) {
        Progress progress = known.get(name);
        if (progress != null && progress.error != null) {
            meter.warned(progress.error);
        }
    }

    private void load(String name, Glob.Found file, SortedMap<String, Glob.Found> files)
            throws InterruptedException, Stopped, IOException {
        Progress before = known.get(name);
        long from = before != null && before.isOf(file) && before.error == null ? before.events : 0;
        showBeginning(name);
        try {
            long loaded = new Loading(name, file, files, from).load();
            remember(name, file, loaded, true, null);
        } catch (MalformedDocumentException | ZipException | EOFException bad) {
            String why = bad instanceof EOFException ? "It ends in the middle." : String.valueOf(bad.getMessage());
            String sentence = "File '" + name + "' was given up: " + why
                    + " What was read before is loaded. Fix: put a good file in its place.";
            meter.warned(sentence);
            Progress now = known.get(name);
            remember(name, file, now == null ? 0 : now.events, true, sentence);
        }
    }

    private void remember(String name, Glob.Found file, long count, boolean isDone, @Nullable String error) {
        known.put(name, new Progress(file.size(), file.modifiedMillis(), count, isDone, error));
        state.write(stateName, known);
    }

    /** Loads one file. */
    private final class Loading {
        private final String name;
        private final Glob.Found file;
        private final long bytesBefore;
        private final long bytesInAll;
        private long count;
        private byte[] buffer = new byte[FIRST_BYTES];
        private int filled;

        Loading(String name, Glob.Found file, SortedMap<String, Glob.Found> files, long from) {
            this.name = name;
            this.file = file;
            count = from;
            bytesInAll = files.values().stream().mapToLong(Glob.Found::size).sum();
            bytesBefore = files.entrySet().stream()
                    .filter(other -> !other.getKey().equals(name) && isDone(other.getKey(), other.getValue()))
                    .mapToLong(other -> other.getValue().size())
                    .sum();
        }

        /** Returns how many events the file had. */
        long load() throws IOException, MalformedDocumentException, InterruptedException, Stopped {
            edge.begin(events, count);
            try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ);
                    InputStream in = unpacked(new BufferedInputStream(Channels.newInputStream(channel), 1 << 16))) {
                Splitter splitter = feed.format().splitter(feed.key());
                boolean isLast = false;
                while (!isLast) {
                    isLast = fill(in);
                    events.read(buffer);
                    int consumed = splitter.split(buffer, 0, filled, isLast, events);
                    take();
                    meter.progress((double) (bytesBefore + channel.position()) / Math.max(1, bytesInAll));
                    keepRest(consumed, isLast);
                }
                return count;
            } finally {
                events.end();
            }
        }

        /** Reads until the buffer is full or the file ends; whether it ended. */
        private boolean fill(InputStream in) throws IOException {
            while (filled < buffer.length) {
                int read = in.read(buffer, filled, buffer.length - filled);
                if (read < 0) {
                    return true;
                }
                filled += read;
            }
            return false;
        }

        private void keepRest(int consumed, boolean isLast) throws MalformedDocumentException {
            if (consumed == 0 && !isLast) {
                long most = Math.min(feed.maxBytes(), MOST_WHOLE_BYTES);
                if (buffer.length >= most) {
                    throw new MalformedDocumentException("It is larger than " + Bodies.size(most)
                            + " and one structure, which is not read in parts; write it as lines (NDJSON or CSV).");
                }
                buffer = Arrays.copyOf(buffer, Bodies.larger(buffer.length, most));
                return;
            }
            System.arraycopy(buffer, consumed, buffer, 0, filled - consumed);
            filled -= consumed;
        }

        private void take() throws InterruptedException, Stopped {
            for (int from = 0; from < events.size(); from += PART_EVENTS) {
                awaitTurn();
                int to = Math.min(events.size(), from + PART_EVENTS);
                edge.take(events, from, to, null);
                count += to - from;
                remember(name, file, count, false, null);
            }
            events.advance();
        }

        private void awaitTurn() throws InterruptedException, Stopped {
            while (true) {
                if (!gate.isOpen()) {
                    throw new Stopped();
                }
                if (closed.get().isEmpty() && topicLag.applyAsLong(feed.topic()) < MOST_LAG) {
                    meter.state(FeedMeter.State.RUNNING);
                    return;
                }
                meter.state(FeedMeter.State.WAITING);
                gate.rest(HOLD);
            }
        }
    }

    private static InputStream unpacked(InputStream in) throws IOException {
        in.mark(2);
        boolean isGzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return isGzip ? new GZIPInputStream(in, 1 << 16) : in;
    }
}
