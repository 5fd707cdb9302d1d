package io.polder.agent;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a memory channel leaves behind when it stops: batches, each with its length and checksum. */
final class Spill {
    private static final Logger LOGGER = LoggerFactory.getLogger(Spill.class);

    private Spill() {}

    /** Writes the file whole or not at all, and to the disk. */
    static void write(Path file, List<List<Event>> batches) {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            try (FileChannel out = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                for (List<Event> batch : batches) {
                    ByteBuffer buffer = ByteBuffer.allocate(2 * Integer.BYTES + EventFormat.size(batch));
                    buffer.position(2 * Integer.BYTES);
                    EventFormat.write(batch, buffer);
                    buffer.putInt(0, buffer.limit() - 2 * Integer.BYTES);
                    buffer.putInt(Integer.BYTES, checksum(buffer.array(), 2 * Integer.BYTES));
                    buffer.rewind();
                    while (buffer.hasRemaining()) {
                        out.write(buffer);
                    }
                }
                out.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "writing " + file + ", which would hold what is left in the channel", failure);
        }
    }

    /** What was written; nothing when there is no file. */
    static List<List<Event>> read(Path file) throws IOException {
        ByteBuffer all;
        try {
            all = ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (NoSuchFileException none) {
            return List.of();
        }
        List<List<Event>> batches = new ArrayList<>();
        try {
            while (all.hasRemaining()) {
                byte[] batch = new byte[all.getInt()];
                int checksum = all.getInt();
                all.get(batch);
                if (checksum(batch, 0) != checksum) {
                    throw new IOException("a batch of it is not as it was written");
                }
                batches.add(EventFormat.read(ByteBuffer.wrap(batch)));
            }
        } catch (BufferUnderflowException cut) {
            throw new IOException("its end is missing", cut);
        }
        return batches;
    }

    static PolderException unreadable(Path file, IOException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                file + ": holds events that the last stop left in a memory channel and cannot be read: "
                        + failure.getMessage() + ". Fix: mend the disk, or move the file away to start without them",
                failure);
    }

    static int checksum(byte[] bytes, int from) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, from, bytes.length - from);
        return (int) checksum.getValue();
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            LOGGER.warn(
                    "{} is delivered and could not be deleted; the next start would deliver it again.", file, failure);
        }
    }
}
