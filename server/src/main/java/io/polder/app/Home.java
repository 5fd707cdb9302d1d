package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A mart's home: the folder with all its state, held by one process at a time. For one thread at a time.
 *
 * <pre>
 * format         the version of this layout, a number
 * lock           locked while a process holds the home; says which
 * polder.json    there while the mart is ready: see {@link Running}
 * platform.yaml  settings of this machine; written by people only
 * simulated      there when the home has held simulated data, see {@link SimulatedTime}: real data is never mixed into it
 * kafka/         topics of the embedded broker
 * store/         tables
 * feeds/         what feeds remember: what is paused, which files were read, what was replayed
 * models/        what was trained, and what has happened to it
 * history/       what the demo loads
 * log/           what the program had to say
 * tmp/           emptied at each start
 * </pre>
 *
 * <p>The lock is the operating system's, so it ends with the process, however that ends.
 */
final class Home implements AutoCloseable {
    /** The version of the layout that this program writes; it reads this one and all older ones. */
    static final int FORMAT = 1;

    /** What a backup leaves out: it belongs to a process and not to the data. */
    static final List<String> OF_THE_PROCESS = List.of("lock", "polder.json", "log", "tmp");

    private final Path directory;
    private final FileChannel lock;

    private Home(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Takes a home, which is made when it is missing, and points the process's temporary files into it.
     *
     * @throws PolderException CONFLICT when another process holds it, INVALID_DEFINITION when a newer program wrote it or
     *     it is not a home
     */
    static Home open(Path directory, Instant now) {
        Path home = directory.toAbsolutePath().normalize();
        try {
            if (!isEmpty(home) && !Files.exists(home.resolve("format")) && !Files.exists(home.resolve("lock"))) {
                throw new PolderException(
                        ErrorCode.INVALID_DEFINITION,
                        "--home = '" + home + "': the folder holds other things than a mart's state. Fix: name a new or"
                                + " an empty folder");
            }
            Files.createDirectories(home);
            FileChannel lock = lock(home, now);
            try {
                checkFormat(home);
                Path temporary = home.resolve("tmp");
                deleteTree(temporary);
                Files.createDirectories(temporary);
                Files.createDirectories(home.resolve("log"));
                Files.deleteIfExists(home.resolve("polder.json"));
                // The native part of the store's engine is unpacked there at each start, and left behind by a kill.
                System.setProperty("java.io.tmpdir", temporary.toString());
            } catch (IOException | PolderException failure) {
                lock.close();
                throw failure;
            }
            return new Home(home, lock);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "--home = '" + home + "': it cannot be written (" + failure + "). Fix: name a folder that this user"
                            + " can write to",
                    failure);
        }
    }

    /** The ready mart of a home; empty when there is none. Its process may have been killed: see {@link #isHeld}. */
    static Optional<Running> running(Path directory) {
        Path file = directory.toAbsolutePath().normalize().resolve("polder.json");
        try {
            return Running.readFrom(file);
        } catch (IOException | RuntimeException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    file + ": it cannot be read (" + failure + "). Fix: stop the mart and start it again",
                    failure);
        }
    }

    /** Whether a process holds the home at this moment. */
    static boolean isHeld(Path directory) {
        try (FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return !tryLock(channel);
        } catch (NoSuchFileException none) {
            return false;
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    directory + ": it cannot be read (" + failure + "). Fix: run this as the user who runs the mart",
                    failure);
        }
    }

    Path directory() {
        return directory;
    }

    /** A file or folder of the home, made by whoever writes it. */
    Path resolve(String name) {
        return directory.resolve(name);
    }

    /** Tells other processes that the mart is ready. */
    void announce(Running running) {
        try {
            running.writeTo(directory.resolve("polder.json"));
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE, "writing " + directory.resolve("polder.json") + ": " + failure, failure);
        }
    }

    /** Gives the home free. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(directory.resolve("polder.json"));
            lock.close();
        } catch (IOException failure) {
            throw new PolderException(ErrorCode.UNAVAILABLE, "giving " + directory + " free: " + failure, failure);
        }
    }

    private static FileChannel lock(Path home, Instant now) throws IOException {
        Path file = home.resolve("lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            channel.close();
            String holder = Files.readString(file).strip();
            String at = running(home).map(running -> ", at " + running.url()).orElse(", not ready yet");
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "--home = '" + home + "': process " + holder + " holds it" + at + ". Fix: stop that one with"
                            + " './polder stop --home " + home + "', or name another home with --home");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(
                        (ProcessHandle.current().pid() + " since " + now + "\n").getBytes(StandardCharsets.UTF_8)),
                0);
        return channel;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static void checkFormat(Path home) throws IOException {
        Path file = home.resolve("format");
        if (!Files.exists(file)) {
            Files.writeString(file, FORMAT + "\n");
            return;
        }
        String written = Files.readString(file).strip();
        int format;
        try {
            format = Integer.parseInt(written);
        } catch (NumberFormatException garbled) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    file + " = '" + written + "': not a number. Fix: restore the home from a backup, or name another",
                    garbled);
        }
        if (format > FORMAT) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    file + " = '" + format + "': a newer Polder wrote this home; this one (" + Version.number()
                            + ") reads formats up to " + FORMAT + ". Fix: run the newer Polder, or name another home");
        }
    }

    static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        } catch (NoSuchFileException none) {
            return true;
        } catch (NotDirectoryException file) {
            return false;
        }
    }

    static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(tree)) {
            inside = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : inside) {
            Files.delete(path);
        }
    }
}
