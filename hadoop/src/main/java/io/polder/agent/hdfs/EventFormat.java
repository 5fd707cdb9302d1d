package io.polder.agent.hdfs;

import io.polder.agent.Event;
import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** How a file holds events. Immutable. */
interface EventFormat {
    /** What names end with when {@code hdfs.fileSuffix} says nothing; with its full stop, or empty. */
    String suffix();

    /** Makes a file, which must not exist. */
    Writer create(FileSystem files, Path path) throws IOException;

    /** Whether a file, whose writer may have died, ends behind a whole event. Reads it, or its end. */
    boolean isWhole(FileSystem files, Path path) throws IOException;

    /** Copies all whole events of a file whose end is damaged. An existing copy is replaced. */
    void salvage(FileSystem files, Path damaged, Path copy) throws IOException;

    /** An open file. For one thread. */
    interface Writer {
        void append(Event event) throws IOException;

        /** Makes everything so far as durable as HDFS does without closing: in the memory of every replica. */
        void flush() throws IOException;

        void close() throws IOException;
    }
}
