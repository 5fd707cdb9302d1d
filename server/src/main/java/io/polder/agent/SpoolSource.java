package io.polder.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Flume's {@code spooldir} source: reads files that are put into a folder, whole and never changed again, and marks those
 * that have been read. How far each is read is written down after each batch: a killed agent repeats at most the batch that
 * it had in hand.
 */
final class SpoolSource extends SourceThread {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Path tracker;
    private final String suffix;
    private final boolean deletes;
    private final boolean notesInTracker;
    private final Pattern included;
    private final Pattern ignored;
    private final String order;
    private final boolean isRecursive;
    private final Duration pause;
    private final int batchSize;
    private final boolean isBlob;
    private final int maxLine;
    private final int maxBlob;
    private final Charset input;
    private final Charset output;
    private final CodingErrorAction onBadBytes;
    private final @Nullable String fileHeader;
    private final @Nullable String nameHeader;
    private final Random random = new Random();
    /** How far files are read that are not finished. */
    private final Map<String, Long> positions = new HashMap<>();
    /** Files that cannot be read on, with their state when that was found: they are left alone until they change. */
    private final Map<Path, String> setAside = new HashMap<>();

    SpoolSource(Parts.Context context) {
        super(context, context.settings().millis("maxBackoff"));
        Settings settings = context.settings();
        folder = Path.of(settings.text("spoolDir"));
        tracker = folder.resolve(settings.text("trackerDir"));
        suffix = settings.text("fileSuffix");
        deletes = settings.text("deletePolicy").equalsIgnoreCase("immediate");
        notesInTracker = settings.text("trackingPolicy").equalsIgnoreCase("tracker_dir");
        included = Pattern.compile(settings.text("includePattern"));
        ignored = Pattern.compile(settings.text("ignorePattern"));
        order = settings.text("consumeOrder").toLowerCase(Locale.ROOT);
        isRecursive = settings.isTrue("recursiveDirectorySearch");
        pause = settings.millis("pollDelay");
        batchSize = settings.integer("batchSize");
        isBlob = settings.text("deserializer").contains("Blob");
        maxLine = settings.integer("deserializer.maxLineLength");
        maxBlob = settings.integer("deserializer.maxBlobLength");
        input = charset(settings, "inputCharset");
        output = charset(settings, "deserializer.outputCharset");
        onBadBytes = switch (settings.text("decodeErrorPolicy").toUpperCase(Locale.ROOT)) {
            case "REPLACE" -> CodingErrorAction.REPLACE;
            case "IGNORE" -> CodingErrorAction.IGNORE;
            default -> CodingErrorAction.REPORT;
        };
        fileHeader = settings.isTrue("fileHeader") ? settings.text("fileHeaderKey") : null;
        nameHeader = settings.isTrue("basenameHeader") ? settings.text("basenameHeaderKey") : null;
        if (input.newEncoder().maxBytesPerChar() > 1 && !input.equals(StandardCharsets.UTF_8) && !isBlob) {
            settings.problem(
                    "inputCharset", "has line feeds of several bytes, which are not found", "convert to UTF-8");
        }
        if (batchSize < 1) {
            settings.problem("batchSize", "leaves no room for anything", "write 1 or more");
        }
        if (maxLine < 1) {
            settings.problem("deserializer.maxLineLength", "leaves no room for anything", "write 1 or more");
        }
    }

    private static Charset charset(Settings settings, String key) {
        try {
            return Charset.forName(settings.text(key));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            settings.problem(key, "is no charset", "write one like UTF-8 or ISO-8859-1");
            return StandardCharsets.UTF_8;
        }
    }

    @Override
    protected void open() {
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "Source '" + name + "': spoolDir = '" + folder + "': is no folder that can be read and written."
                            + " Fix: make it, and let this user write to it");
        }
        try {
            Files.createDirectories(tracker);
            JSON.readTree(Files.readAllBytes(trackerFile()))
                    .properties()
                    .forEach(
                            file -> positions.put(file.getKey(), file.getValue().asLong()));
        } catch (NoSuchFileException first) {
            positions.clear();
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Source '" + name + "': " + trackerFile() + " cannot be read: " + failure.getMessage()
                            + ". Fix: mend it, or move it away, which reads unfinished files from their beginning",
                    failure);
        }
    }

    private Path trackerFile() {
        return tracker.resolve("polder-positions.json");
    }

    @Override
    protected boolean look() throws InterruptedException {
        Path next;
        try {
            next = next();
        } catch (IOException failure) {
            tell(folder + " cannot be listed: " + failure);
            return false;
        }
        if (next == null) {
            if (setAside.isEmpty()) {
                counters.well();
            }
            return false;
        }
        try {
            read(next);
        } catch (CharacterCodingException undecodable) {
            setAside(
                    next,
                    next + " has bytes that are not " + input + " behind byte " + position(next)
                            + ", and is left as it is from there on (decodeErrorPolicy)");
        } catch (IOException failure) {
            setAside(next, next + ": " + failure.getMessage());
        }
        return true;
    }

    private long position(Path file) {
        return positions.getOrDefault(file.toAbsolutePath().toString(), 0L);
    }

    private void setAside(Path file, String why) {
        setAside.put(file, state(file));
        tell(why);
    }

    private static String state(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.size() + " " + attributes.lastModifiedTime();
        } catch (IOException gone) {
            return "";
        }
    }

    private @Nullable Path next() throws IOException {
        List<Path> files;
        try (Stream<Path> all = isRecursive ? Files.walk(folder) : Files.list(folder)) {
            files = all.filter(this::isWanted).toList();
        }
        if (files.isEmpty()) {
            return null;
        }
        if (order.equals("random")) {
            return files.get(random.nextInt(files.size()));
        }
        Comparator<Path> byTime = Comparator.comparingLong(SpoolSource::modified);
        Comparator<Path> first = order.equals("youngest") ? byTime.reversed() : byTime;
        return files.stream()
                .min(first.thenComparing(Comparator.naturalOrder()))
                .orElse(null);
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException gone) {
            return Long.MAX_VALUE;
        }
    }

    private boolean isWanted(Path file) {
        String named = file.getFileName().toString();
        return !named.startsWith(".")
                && !named.endsWith(suffix)
                && !file.startsWith(tracker)
                && Files.isRegularFile(file)
                && included.matcher(named).matches()
                && !ignored.matcher(named).matches()
                && !(notesInTracker && Files.exists(note(file)))
                && isAtRest(file)
                && !state(file).equals(setAside.get(file));
    }

    /** A file that was changed a moment ago may be one that is still being written. */
    private boolean isAtRest(Path file) {
        long age = clock.millis() - modified(file);
        return age < 0 || age >= pause.toMillis();
    }

    private Path note(Path file) {
        return tracker.resolve(folder.relativize(file).toString().replace('/', '_') + suffix);
    }

    private void read(Path file) throws IOException, InterruptedException {
        String before = state(file);
        Map<String, String> headers = headers(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            LineReader lines = new LineReader(channel, position(file), isBlob ? maxBlob : maxLine * 4);
            Deque<Event> cut = new ArrayDeque<>();
            while (true) {
                List<Event> batch = isBlob ? blob(channel, lines, headers) : lines(lines, headers, cut);
                if (channel.size() == 0) {
                    // As in Flume: so that it is known that the file came.
                    batch = List.of(new Event(headers, new byte[0]));
                }
                if (batch.isEmpty()) {
                    break;
                }
                if (!put(batch)) {
                    return;
                }
                if (cut.isEmpty()) {
                    remember(file, lines.position());
                }
                if (channel.size() == 0) {
                    break;
                }
            }
        }
        if (!before.equals(state(file))) {
            setAside(
                    file,
                    file + " changed while it was read, or after it was put there; what was added is not read."
                            + " Put files there whole, by renaming");
            return;
        }
        mark(file);
        forget(file);
        setAside.remove(file);
    }

    private Map<String, String> headers(Path file) {
        Map<String, String> headers = new HashMap<>();
        if (fileHeader != null) {
            headers.put(fileHeader, file.toAbsolutePath().toString());
        }
        if (nameHeader != null) {
            headers.put(nameHeader, file.getFileName().toString());
        }
        return Map.copyOf(headers);
    }

    private List<Event> lines(LineReader lines, Map<String, String> headers, Deque<Event> cut) throws IOException {
        List<Event> batch = new ArrayList<>();
        while (batch.size() < batchSize) {
            Event ready = cut.poll();
            if (ready != null) {
                batch.add(ready);
                continue;
            }
            long begin = lines.position();
            byte[] line = lines.next(true);
            if (line == null) {
                break;
            }
            try {
                events(line, headers, cut);
            } catch (CharacterCodingException undecodable) {
                // What comes before the bad line goes on, and is not read again.
                lines.seek(begin);
                if (batch.isEmpty()) {
                    throw undecodable;
                }
                break;
            }
        }
        return batch;
    }

    /** The events of a line: one, or several when it is longer than a line may be. */
    private void events(byte[] line, Map<String, String> headers, Deque<Event> to) throws CharacterCodingException {
        CharsetDecoder decoder = input.newDecoder().onMalformedInput(onBadBytes).onUnmappableCharacter(onBadBytes);
        CharBuffer text = decoder.decode(ByteBuffer.wrap(line));
        if (text.length() <= maxLine && input.equals(output) && onBadBytes == CodingErrorAction.REPORT) {
            to.add(new Event(headers, line));
            return;
        }
        String whole = text.toString();
        int from = 0;
        do {
            int end = Math.min(whole.length(), from + maxLine);
            to.add(new Event(headers, whole.substring(from, end).getBytes(output)));
            from = end;
        } while (from < whole.length());
    }

    private List<Event> blob(FileChannel channel, LineReader at, Map<String, String> headers) throws IOException {
        long left = channel.size() - at.position();
        if (left <= 0) {
            return List.of();
        }
        ByteBuffer blob = ByteBuffer.allocate((int) Math.min(maxBlob, left));
        int read = 1;
        while (blob.hasRemaining() && read > 0) {
            read = channel.read(blob, at.position() + blob.position());
        }
        at.seek(at.position() + blob.position());
        return List.of(new Event(headers, blob.array()));
    }

    private void remember(Path file, long position) throws IOException {
        positions.put(file.toAbsolutePath().toString(), position);
        write();
    }

    private void forget(Path file) throws IOException {
        positions.remove(file.toAbsolutePath().toString());
        write();
    }

    private void write() throws IOException {
        ObjectNode all = JSON.createObjectNode();
        positions.forEach(all::put);
        WholeFile.replace(trackerFile(), JSON.writeValueAsBytes((JsonNode) all));
    }

    private void mark(Path file) throws IOException {
        if (deletes) {
            Files.delete(file);
        } else if (notesInTracker) {
            Files.createFile(note(file));
        } else {
            Path done = file.resolveSibling(file.getFileName() + suffix);
            if (Files.exists(done)) {
                throw new IOException("it is read, and cannot be renamed because " + done.getFileName()
                        + " exists; give files names of their own, or move that one away");
            }
            Files.move(file, done);
        }
    }

    @Override
    protected Duration pause() {
        return pause;
    }

    @Override
    protected void finish() {}
}
