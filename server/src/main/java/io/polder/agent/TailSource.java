package io.polder.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Flume's {@code TAILDIR} source: follows files line by line, through rotation, and writes down how far it has read in
 * Flume's own position file.
 *
 * <p>A file is its inode, whatever its name: a renamed one is read on and not again, and a new one of the old name from its
 * beginning. One that became shorter, or begins with other bytes, was emptied, and is read from its beginning.
 */
final class TailSource extends SourceThread {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final int MAX_LINE_BYTES = 16 << 20;
    private static final int BEGINNING = 64;

    private final List<FileGroup> groups = new ArrayList<>();
    private final Path positionFile;
    private final boolean beginsAtEnd;
    private final boolean hasOffsetHeader;
    private final @Nullable String fileHeader;
    private final int batchSize;
    private final long mostBatches;
    private final long idleNanos;
    private final long writeEveryNanos;
    private final Map<Long, Tail> tails = new LinkedHashMap<>();
    private long writtenNanos = System.nanoTime();
    private boolean isChanged;

    private record FileGroup(Path folder, Pattern name, Map<String, String> headers) {}

    /** A file that is followed. */
    private static final class Tail {
        final long inode;
        Path path;
        Map<String, String> headers = Map.of();
        long position;

        @Nullable
        FileChannel file;

        @Nullable
        LineReader lines;

        byte[] beginning = new byte[0];
        long lastLineNanos = System.nanoTime();
        boolean isListed;

        Tail(long inode, Path path, long position) {
            this.inode = inode;
            this.path = path;
            this.position = position;
        }

        void close() throws IOException {
            if (file != null) {
                file.close();
            }
            file = null;
            lines = null;
        }
    }

    TailSource(Parts.Context context) {
        super(context, LONGEST_WAIT);
        Settings settings = context.settings();
        for (String group : settings.text("filegroups").split("\\s+", -1)) {
            if (!group.isEmpty()) {
                add(settings, group);
            }
        }
        String written = settings.text("positionFile");
        positionFile =
                Path.of(written.startsWith("~/") ? System.getProperty("user.home") + written.substring(1) : written);
        beginsAtEnd = settings.isTrue("skipToEnd");
        hasOffsetHeader = settings.isTrue("byteOffsetHeader");
        fileHeader = settings.isTrue("fileHeader") ? settings.text("fileHeaderKey") : null;
        batchSize = settings.integer("batchSize");
        mostBatches = settings.number("maxBatchCount");
        idleNanos = settings.millis("idleTimeout").toNanos();
        writeEveryNanos = settings.millis("writePosInterval").toNanos();
        if (batchSize < 1) {
            settings.problem("batchSize", "leaves no room for anything", "write 1 or more");
        }
    }

    private void add(Settings settings, String group) {
        String key = "filegroups." + group;
        String files = settings.text(key);
        int slash = files.lastIndexOf('/');
        if (files.isEmpty()) {
            settings.problem(key, "is missing", "write the group's files, like /var/log/app/.*\\.log");
        } else if (slash < 0) {
            settings.problem(key, "names no folder", "write it whole, like /var/log/app/.*\\.log");
        } else {
            try {
                groups.add(new FileGroup(
                        Path.of(files.substring(0, slash + 1)),
                        Pattern.compile(files.substring(slash + 1)),
                        Map.copyOf(settings.under("headers." + group + "."))));
            } catch (java.util.regex.PatternSyntaxException malformed) {
                settings.problem(
                        key,
                        "'" + files.substring(slash + 1) + "' is no regular expression",
                        "write one for the file's name, like .*\\.log; the folder is taken as it is");
            }
        }
    }

    @Override
    protected void open() {
        try {
            if (positionFile.getParent() != null) {
                Files.createDirectories(positionFile.getParent());
            }
            for (JsonNode file : JSON.readTree(Files.readAllBytes(positionFile))) {
                long inode = file.path("inode").asLong();
                tails.put(
                        inode,
                        new Tail(
                                inode,
                                Path.of(file.path("file").asText()),
                                file.path("pos").asLong()));
            }
        } catch (NoSuchFileException first) {
            tails.clear();
        } catch (IOException | RuntimeException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Source '" + name + "': positionFile = '" + positionFile + "': cannot be read or written: "
                            + failure.getMessage()
                            + ". Fix: mend it, or move it away, which reads files from their beginning",
                    failure);
        }
    }

    @Override
    protected boolean look() throws InterruptedException {
        boolean isGood = list();
        boolean hasLines = false;
        for (Tail tail : inOrder()) {
            try {
                hasLines |= read(tail);
            } catch (NoSuchFileException gone) {
                // Between listing and opening it was renamed or deleted; the next look knows.
                continue;
            } catch (IOException failure) {
                tell(tail.path + ": " + failure.getMessage());
                isGood = false;
            }
            if (isStopping()) {
                break;
            }
        }
        closeIdle();
        if (isChanged && System.nanoTime() - writtenNanos > writeEveryNanos) {
            writePositions();
        }
        if (isGood) {
            counters.well();
        }
        return hasLines;
    }

    /** The oldest first. */
    private List<Tail> inOrder() {
        List<Tail> order = new ArrayList<>(tails.values());
        Map<Tail, Long> times = new HashMap<>();
        for (Tail tail : order) {
            long time = Long.MAX_VALUE;
            try {
                time = Files.getLastModifiedTime(tail.path).toMillis();
            } catch (IOException gone) {
                time = Long.MIN_VALUE;
            }
            times.put(tail, time);
        }
        order.sort(Comparator.comparing(tail -> times.getOrDefault(tail, 0L)));
        return order;
    }

    private boolean list() {
        boolean isGood = true;
        tails.values().forEach(tail -> tail.isListed = false);
        for (FileGroup group : groups) {
            if (!Files.isDirectory(group.folder())) {
                continue;
            }
            try (Stream<Path> files = Files.list(group.folder())) {
                for (Path path : files.filter(file -> group.name()
                                .matcher(file.getFileName().toString())
                                .matches())
                        .filter(Files::isRegularFile)
                        .toList()) {
                    seen(path, group);
                }
            } catch (IOException | java.io.UncheckedIOException failure) {
                tell(group.folder() + " cannot be listed: " + failure.getMessage());
                isGood = false;
            }
        }
        return isGood;
    }

    private void seen(Path path, FileGroup group) throws IOException {
        long inode;
        long size;
        try {
            inode = ((Number) Files.getAttribute(path, "unix:ino")).longValue();
            size = Files.size(path);
        } catch (NoSuchFileException gone) {
            return;
        }
        Tail tail = tails.get(inode);
        if (tail == null) {
            tail = new Tail(inode, path, beginsAtEnd ? size : 0);
            tails.put(inode, tail);
            isChanged = true;
        } else if (!tail.path.equals(path)) {
            tail.path = path;
            isChanged = true;
        }
        tail.isListed = true;
        tail.headers = headers(path, group);
        if (tail.file == null && size != tail.position) {
            open(tail);
        }
    }

    private Map<String, String> headers(Path path, FileGroup group) {
        if (fileHeader == null) {
            return group.headers();
        }
        Map<String, String> headers = new HashMap<>(group.headers());
        headers.put(fileHeader, path.toAbsolutePath().toString());
        return headers;
    }

    private static void open(Tail tail) throws IOException {
        try {
            FileChannel file = FileChannel.open(tail.path, StandardOpenOption.READ);
            tail.file = file;
            tail.lines = new LineReader(file, tail.position, MAX_LINE_BYTES);
            tail.lastLineNanos = System.nanoTime();
        } catch (NoSuchFileException gone) {
            tail.isListed = false;
        }
    }

    private boolean read(Tail tail) throws IOException, InterruptedException {
        FileChannel file = tail.file;
        LineReader lines = tail.lines;
        if (file == null || lines == null) {
            return false;
        }
        restartIfEmptied(tail, file, lines);
        boolean isLeft =
                !tail.isListed && System.nanoTime() - tail.lastLineNanos > Math.min(idleNanos, PAUSE.toNanos() * 10);
        for (long batches = 0; batches < mostBatches && !isStopping(); batches++) {
            List<Event> batch = new ArrayList<>();
            while (batch.size() < batchSize) {
                long begin = lines.position();
                // A file that was rotated away gets no line feed any more: what it ends with is a line.
                byte[] line = lines.next(isLeft);
                if (line == null) {
                    break;
                }
                batch.add(new Event(headers(tail, begin), withoutReturn(line)));
            }
            if (batch.isEmpty()) {
                return batches > 0;
            }
            if (!put(batch)) {
                lines.seek(tail.position);
                return true;
            }
            tail.position = lines.position();
            tail.lastLineNanos = System.nanoTime();
            isChanged = true;
            if (batch.size() < batchSize) {
                return true;
            }
        }
        return true;
    }

    private void restartIfEmptied(Tail tail, FileChannel file, LineReader lines) throws IOException {
        int known = (int) Math.min(BEGINNING, tail.position);
        byte[] now = new byte[known];
        int read = known == 0 ? 0 : file.read(ByteBuffer.wrap(now), 0);
        boolean isShorter = file.size() < tail.position;
        boolean isOther = tail.beginning.length > 0
                && read == known
                && !Arrays.equals(
                        tail.beginning,
                        0,
                        Math.min(known, tail.beginning.length),
                        now,
                        0,
                        Math.min(known, tail.beginning.length));
        if (isShorter || isOther) {
            tail.position = 0;
            tail.beginning = new byte[0];
            lines.seek(0);
            isChanged = true;
        } else if (known > tail.beginning.length) {
            tail.beginning = now;
        }
    }

    private Map<String, String> headers(Tail tail, long offset) {
        if (!hasOffsetHeader) {
            return tail.headers;
        }
        Map<String, String> headers = new HashMap<>(tail.headers);
        headers.put("byteoffset", Long.toString(offset));
        return headers;
    }

    private static byte[] withoutReturn(byte[] line) {
        return line.length > 0 && line[line.length - 1] == '\r' ? Arrays.copyOf(line, line.length - 1) : line;
    }

    /** Closes files that nothing is added to, and forgets those that are gone. */
    private void closeIdle() {
        for (Iterator<Tail> all = tails.values().iterator(); all.hasNext(); ) {
            Tail tail = all.next();
            boolean isIdle = System.nanoTime() - tail.lastLineNanos > idleNanos;
            if (tail.file != null && isIdle) {
                try {
                    tail.close();
                } catch (IOException failure) {
                    tell(tail.path + " does not close: " + failure.getMessage());
                }
            }
            if (tail.file == null && !tail.isListed && isIdle) {
                all.remove();
                isChanged = true;
            }
        }
    }

    private void writePositions() {
        ArrayNode all = JSON.createArrayNode();
        for (Tail tail : tails.values()) {
            all.addObject()
                    .put("inode", tail.inode)
                    .put("pos", tail.position)
                    .put("file", tail.path.toAbsolutePath().toString());
        }
        try {
            WholeFile.replace(positionFile, JSON.writeValueAsBytes(all));
            writtenNanos = System.nanoTime();
            isChanged = false;
        } catch (IOException failure) {
            tell(positionFile + " cannot be written: " + failure.getMessage());
        }
    }

    @Override
    protected Duration pause() {
        return PAUSE;
    }

    @Override
    protected void finish() {
        writePositions();
        for (Tail tail : tails.values()) {
            try {
                tail.close();
            } catch (IOException failure) {
                tell(tail.path + " does not close: " + failure.getMessage());
            }
        }
    }
}
