package io.polder.profile;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * A format of files whose reader is in a jar of its own; found by {@link java.util.ServiceLoader}, so that a jar on the class
 * path adds it.
 */
public interface FileFormat {
    /** The format as {@code --format} names it. */
    String name();

    /**
     * Opens a file.
     *
     * @param memory for the batches
     * @return the rows, a batch at a time; for one thread, closed by the caller
     * @throws io.polder.record.PolderException UNAVAILABLE when there is not enough memory
     * @throws IOException when this is no whole file of the format; as every failure of the batches it says so in one line
     */
    ArrowReader open(Path file, BufferAllocator memory) throws IOException;
}
