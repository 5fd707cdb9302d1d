package io.polder.agent;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Flume's {@code file_roll} sink: bodies, line by line, in files of which each holds some seconds. A batch that could only be
 * written in part is taken back, so that trying again doubles nothing.
 */
final class FileSink implements Sink {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final DateTimeFormatter ROLL_TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);

    private final Counters counters;
    private final InstantSource clock;
    private final Path folder;
    private final Duration rollEvery;
    private final int batchSize;
    private final boolean hasHeaders;
    private final boolean hasFeed;
    private final boolean isNamedByTime;
    private final String prefix;
    private final String extension;
    private long series;
    private int index;
    private @Nullable FileChannel file;
    private Instant opened = Instant.EPOCH;
    private long length;

    FileSink(Parts.Context context) {
        Settings settings = context.settings();
        counters = context.counters();
        clock = context.clock();
        folder = Path.of(settings.text("sink.directory"));
        rollEvery = settings.seconds("sink.rollInterval");
        batchSize = settings.integer(settings.isWritten("batchSize") ? "batchSize" : "sink.batchSize");
        hasHeaders = settings.text("sink.serializer").equalsIgnoreCase("HEADER_AND_TEXT");
        hasFeed = settings.isTrue("sink.serializer.appendNewline");
        isNamedByTime = settings.text("sink.pathManager").equalsIgnoreCase("ROLLTIME");
        prefix = settings.text("sink.pathManager.prefix");
        extension = settings.text("sink.pathManager.extension");
        if (batchSize < 1) {
            settings.problem("sink.batchSize", "leaves no room for anything", "write 1 or more");
        }
    }

    @Override
    public void start() {
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "Sink '" + counters.name() + "': sink.directory = '" + folder
                            + "': is no folder that can be written. Fix: make it, and let this user write to it");
        }
        series = clock.millis();
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public CompletableFuture<Void> deliver(List<Event> events) {
        try {
            write(events);
            return DONE;
        } catch (IOException failure) {
            counters.increment(Counter.EVENT_WRITE_FAIL);
            return CompletableFuture.failedFuture(
                    new IOException("file in " + folder + ": " + reason(failure), failure));
        }
    }

    /** These two say no more than a path, which tells nobody what is wrong. */
    private static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "the folder is gone";
        }
        return failure instanceof AccessDeniedException ? "may not be written" : String.valueOf(failure.getMessage());
    }

    private void write(List<Event> events) throws IOException {
        FileChannel to = current();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Event event : events) {
            if (hasHeaders) {
                bytes.writeBytes((event.headers() + " ").getBytes(StandardCharsets.UTF_8));
            }
            bytes.writeBytes(event.body());
            if (hasFeed) {
                bytes.write('\n');
            }
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
        try {
            while (buffer.hasRemaining()) {
                to.write(buffer, length + buffer.position());
            }
            length += buffer.position();
        } catch (IOException failure) {
            to.truncate(length);
            throw failure;
        }
    }

    private FileChannel current() throws IOException {
        Instant now = clock.instant();
        FileChannel open = file;
        if (open != null && !rollEvery.isZero() && !now.isBefore(opened.plus(rollEvery))) {
            roll();
            open = null;
        }
        if (open == null) {
            open = FileChannel.open(next(now), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            file = open;
            opened = now;
            length = 0;
            counters.increment(Counter.CONNECTION_CREATED);
        }
        return open;
    }

    private Path next(Instant now) {
        String began = isNamedByTime ? ROLL_TIME.format(now.atZone(ZoneId.systemDefault())) : Long.toString(series);
        index++;
        return folder.resolve(prefix + began + "-" + index + (extension.isEmpty() ? "" : "." + extension));
    }

    private void roll() throws IOException {
        FileChannel open = file;
        file = null;
        if (open != null) {
            open.close();
            counters.increment(Counter.CONNECTION_CLOSED);
        }
    }

    @Override
    public void close() {
        try {
            roll();
        } catch (IOException failure) {
            counters.increment(Counter.CONNECTION_FAILED);
        }
    }
}
