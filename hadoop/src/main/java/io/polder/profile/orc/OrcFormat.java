package io.polder.profile.orc;

import io.polder.profile.FileFormat;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/** Adds ORC to the formats that can be read. */
public final class OrcFormat implements FileFormat {
    @Override
    public String name() {
        return "orc";
    }

    @Override
    public ArrowReader open(Path file, BufferAllocator memory) throws IOException {
        return OrcBatches.open(file, memory);
    }
}
