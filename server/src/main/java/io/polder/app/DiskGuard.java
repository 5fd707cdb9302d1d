package io.polder.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Says whether there is too little disk left to take events, and why. The embedded broker stops the whole program when
 * its disk is full, so it must not come to that. Immutable; asks the operating system each time, which costs
 * microseconds.
 *
 * @param freeBytes what is left
 * @param watermarkBytes below which nothing is taken
 * @param where the folder whose disk it is, for the sentence
 */
record DiskGuard(LongSupplier freeBytes, long watermarkBytes, String where) implements Supplier<Optional<String>> {
    private static final long MEBIBYTE = 1 << 20;

    /** A guard of the disk that {@code folder} is on. */
    static DiskGuard of(Path folder, long watermarkBytes) {
        return new DiskGuard(() -> usableSpace(folder), watermarkBytes, folder.toString());
    }

    /** Why events cannot be taken at this moment; empty when they can. */
    @Override
    public Optional<String> get() {
        long free = freeBytes.getAsLong();
        if (free >= watermarkBytes) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "The disk of '%s' has %d MiB left, less than disk.watermark = %d MiB. Fix: make room; it goes on by"
                        + " itself.",
                where,
                free / MEBIBYTE,
                watermarkBytes / MEBIBYTE));
    }

    private static long usableSpace(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException failure) {
            throw new UncheckedIOException("reading the free space of " + folder, failure);
        }
    }
}
