package io.polder.format;

import io.polder.record.Schema;
import java.util.List;

/** A way to write events: splits documents and decodes events. Immutable and thread-safe; what it makes is neither. */
public interface Format {
    /** The fields of its events. */
    Schema schema();

    /**
     * A splitter for one document.
     *
     * @param key the names of the fields whose values make the event's key; may be empty
     */
    Splitter splitter(List<String> key);

    /** A decoder, for one thread at a time. */
    Decoder decoder();
}
