package io.polder.agent;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Records appended to files of a folder, in order, each with its length and checksum. Thread-safe.
 *
 * <pre>
 * events-00000001.log ...   records: length (4), CRC-32C of what follows (4), type (1), number (8), then
 *   PUT      accepted (8, milliseconds since 1970), events as in {@link EventFormat}
 *   TAKEN    from (4), to (4): these events of batch number are delivered
 *   ABORTED  nothing: batch number is not in the channel
 * </pre>
 *
 * <p>Many threads append and wait for the disk together: while one asks for it, the others' records gather, and the next
 * request is for all of them.
 */
final class EventLog implements Closeable {
    static final byte PUT = 1;
    static final byte TAKEN = 2;
    static final byte ABORTED = 3;
    /** Length, checksum, type, number. */
    private static final int HEAD = 2 * Integer.BYTES + 1 + Long.BYTES;

    private final Path folder;
    private final long maxFileBytes;
    private final TreeMap<Integer, FileChannel> files = new TreeMap<>();
    private int current;
    private long end;

    private final Object disk = new Object();
    private long appended;
    private long forced;
    private boolean isForcing;
    /** What the disk did not take: after such a failure the next request succeeds and means nothing for these records. */
    private long lostFrom;

    private long lostTo;

    /** Where a record is. */
    record Place(int file, long offset, int length) {}

    /** Hears what a folder holds, in order. */
    interface Visitor {
        void put(long number, long acceptedMillis, int events, Place place);

        void taken(long number, int from, int to);

        void aborted(long number);
    }

    EventLog(Path folder, long maxFileBytes) {
        this.folder = folder;
        this.maxFileBytes = maxFileBytes;
    }

    /**
     * Reads all records and then begins a new file. A record that a kill cut off at the very end is removed; it was never
     * acknowledged.
     *
     * @throws IOException also when a record is not as it was written, which a kill cannot cause
     */
    void open(Visitor visitor) throws IOException {
        Files.createDirectories(folder);
        List<Path> found;
        try (Stream<Path> all = Files.list(folder)) {
            found = all.filter(path -> path.getFileName().toString().matches("events-\\d{8}\\.log"))
                    .sorted()
                    .toList();
        }
        for (Path path : found) {
            int file = Integer.parseInt(path.getFileName().toString().substring(7, 15));
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            files.put(file, channel);
            read(path, file, channel, path.equals(found.get(found.size() - 1)), visitor);
            current = file;
        }
        begin();
    }

    private static void read(Path path, int file, FileChannel channel, boolean isLast, Visitor visitor)
            throws IOException {
        long size = channel.size();
        long offset = 0;
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        while (offset < size) {
            ByteBuffer record = whole(channel, offset, size, head);
            if (record == null) {
                if (!isLast || hasRecordBehind(channel, offset, size, head)) {
                    throw new IOException(path + ": the record at byte " + offset + " is not as it was written");
                }
                channel.truncate(offset);
                channel.force(true);
                return;
            }
            int length = record.limit();
            visit(record, new Place(file, offset, length), visitor);
            offset += length;
        }
    }

    /**
     * Whether what cannot be read has a whole record behind it, so that it was not the last one. Only the length that the bad
     * record gives itself is tried.
     */
    private static boolean hasRecordBehind(FileChannel channel, long offset, long size, ByteBuffer head)
            throws IOException {
        head.clear();
        readFully(channel, head, offset);
        if (head.hasRemaining()) {
            return false;
        }
        long next = offset + Math.max(HEAD, head.getInt(0));
        return next < size && whole(channel, next, size, ByteBuffer.allocate(HEAD)) != null;
    }

    private static @Nullable ByteBuffer whole(FileChannel channel, long offset, long size, ByteBuffer head)
            throws IOException {
        head.clear();
        readFully(channel, head, offset);
        if (head.hasRemaining()) {
            return null;
        }
        int length = head.getInt(0);
        if (length < HEAD || length > size - offset) {
            return null;
        }
        ByteBuffer record = ByteBuffer.allocate(length);
        readFully(channel, record, offset);
        record.flip();
        return record.limit() == length && checksum(record.array()) == record.getInt(Integer.BYTES) ? record : null;
    }

    private static void readFully(FileChannel channel, ByteBuffer to, long offset) throws IOException {
        while (to.hasRemaining()) {
            int read = channel.read(to, offset + to.position());
            if (read < 0) {
                return;
            }
        }
    }

    private static void visit(ByteBuffer record, Place place, Visitor visitor) {
        record.position(2 * Integer.BYTES);
        byte type = record.get();
        long number = record.getLong();
        switch (type) {
            case PUT -> visitor.put(number, record.getLong(), record.getInt(), place);
            case TAKEN -> visitor.taken(number, record.getInt(), record.getInt());
            default -> visitor.aborted(number);
        }
    }

    private void begin() throws IOException {
        current++;
        Path path = path(current);
        files.put(
                current,
                FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
        end = 0;
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            // The file's name must be on the disk before a record in it is.
            directory.force(true);
        }
    }

    private Path path(int file) {
        return folder.resolve(String.format(Locale.ROOT, "events-%08d.log", file));
    }

    static ByteBuffer put(long number, long acceptedMillis, List<Event> events) {
        ByteBuffer record = ByteBuffer.allocate(HEAD + Long.BYTES + EventFormat.size(events));
        head(record, PUT, number).putLong(acceptedMillis);
        EventFormat.write(events, record);
        return sealed(record);
    }

    static ByteBuffer taken(long number, int from, int to) {
        return sealed(head(ByteBuffer.allocate(HEAD + 2 * Integer.BYTES), TAKEN, number)
                .putInt(from)
                .putInt(to));
    }

    static ByteBuffer aborted(long number) {
        return sealed(head(ByteBuffer.allocate(HEAD), ABORTED, number));
    }

    private static ByteBuffer head(ByteBuffer record, byte type, long number) {
        return record.putInt(record.capacity()).putInt(0).put(type).putLong(number);
    }

    @SuppressWarnings("ByteBufferBackingArray") // all records are allocated above
    private static ByteBuffer sealed(ByteBuffer record) {
        record.putInt(Integer.BYTES, checksum(record.array()));
        return record.flip();
    }

    private static int checksum(byte[] record) {
        CRC32C checksum = new CRC32C();
        checksum.update(record, 2 * Integer.BYTES, record.length - 2 * Integer.BYTES);
        return (int) checksum.getValue();
    }

    /**
     * Appends a record: it outlives this process, and with {@link #force} a power cut.
     *
     * @throws IOException when it is not in the log
     */
    synchronized Place append(ByteBuffer record) throws IOException {
        if (end >= maxFileBytes) {
            beginNext();
        }
        FileChannel channel = Objects.requireNonNull(files.get(current));
        long offset = end;
        int length = record.remaining();
        try {
            while (record.hasRemaining()) {
                channel.write(record, offset + record.position());
            }
        } catch (IOException failure) {
            // Half a record must not stay before whole ones.
            channel.truncate(offset);
            throw failure;
        }
        end = offset + length;
        synchronized (disk) {
            appended++;
        }
        return new Place(current, offset, length);
    }

    private void beginNext() throws IOException {
        Objects.requireNonNull(files.get(current)).force(false);
        begin();
    }

    /**
     * Returns when all that was appended before is on the disk.
     *
     * @throws IOException when the disk did not take it; later records go to another file
     */
    void force() throws IOException {
        long wanted;
        synchronized (disk) {
            wanted = appended;
            try {
                while (isForcing && forced < wanted) {
                    disk.wait();
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the disk", stop);
            }
            if (wanted > lostFrom && wanted <= lostTo) {
                throw new IOException("the disk did not take what was written");
            }
            if (forced >= wanted) {
                return;
            }
            isForcing = true;
        }
        FileChannel channel;
        long reached;
        synchronized (this) {
            channel = Objects.requireNonNull(files.get(current));
            synchronized (disk) {
                reached = appended;
            }
        }
        IOException failure = null;
        try {
            channel.force(false);
        } catch (IOException refused) {
            failure = refused;
        }
        synchronized (disk) {
            isForcing = false;
            if (failure != null) {
                lostFrom = forced;
                lostTo = reached;
            }
            forced = Math.max(forced, reached);
            disk.notifyAll();
        }
        if (failure != null) {
            synchronized (this) {
                begin();
            }
            throw failure;
        }
    }

    /** The events of a record. */
    List<Event> read(Place place) throws IOException {
        FileChannel channel;
        synchronized (this) {
            channel = files.get(place.file());
        }
        if (channel == null) {
            throw new IOException(path(place.file()) + " is not there any more");
        }
        ByteBuffer record = whole(channel, place.offset(), place.offset() + place.length(), ByteBuffer.allocate(HEAD));
        if (record == null) {
            throw new IOException(
                    path(place.file()) + ": the record at byte " + place.offset() + " is not as it was written");
        }
        return EventFormat.read(record.position(HEAD + Long.BYTES));
    }

    /** Deletes the files before this one, all of whose batches are delivered; never the one that is written. */
    synchronized void deleteBefore(int file) throws IOException {
        while (!files.isEmpty() && files.firstKey() < Math.min(file, current)) {
            int first = files.firstKey();
            Objects.requireNonNull(files.remove(first)).close();
            Files.deleteIfExists(path(first));
        }
    }

    /** The file that is written. */
    synchronized int current() {
        return current;
    }

    @Override
    public synchronized void close() throws IOException {
        for (FileChannel channel : files.values()) {
            channel.force(true);
            channel.close();
        }
        files.clear();
    }
}
