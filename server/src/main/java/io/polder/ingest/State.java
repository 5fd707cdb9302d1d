package io.polder.ingest;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ingest remembers over a restart, as small JSON files in a folder; each is written whole and put in place in one
 * step. Thread-safe as long as each file has one writer at a time.
 */
final class State {
    private static final Logger log = LoggerFactory.getLogger(State.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    State(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
    }

    /** What was written under this name; {@code none} when nothing was, or it is damaged. */
    <T> T read(String name, TypeReference<T> type, T none) {
        Path file = folder.resolve(name + ".json");
        try {
            return JSON.readValue(Files.readAllBytes(file), type);
        } catch (NoSuchFileException missing) {
            return none;
        } catch (com.fasterxml.jackson.core.JacksonException damaged) {
            // Without it files are loaded again and rejected events replayed again, which the tables' keys make
            // harmless.
            log.warn("{} is damaged and not used: {}.", file, damaged.getOriginalMessage());
            return none;
        } catch (IOException failure) {
            throw failed(file, failure);
        }
    }

    void write(String name, Object value) {
        Path file = folder.resolve(name + ".json");
        try {
            WholeFile.replaceOnDisk(file, JSON.writeValueAsBytes(value));
        } catch (IOException failure) {
            throw failed(file, failure);
        }
    }

    private static PolderException failed(Path file, IOException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                file + " cannot be read or written: " + failure
                        + ". Fix: see that the disk has space and the folder can be written to.",
                failure);
    }
}
