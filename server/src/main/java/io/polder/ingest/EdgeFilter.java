package io.polder.ingest;

import io.polder.config.Feed;
import io.polder.record.Columns;

/** A feed's {@code where}: says which decoded events are taken. Thread-safe; closed with the ingest. */
public interface EdgeFilter extends AutoCloseable {
    /**
     * Says for each of the rows whether the condition is true; one that is NULL is not.
     *
     * @return as many answers as there are rows
     * @throws io.polder.record.PolderException INVALID_REQUEST when a row cannot be judged, as by a failing cast; the rows
     *     are then asked one by one, and those that fail are rejected with the message
     */
    boolean[] test(Columns rows);

    @Override
    void close();

    /** Makes filters. */
    interface Factory {
        /** A filter of the feed's {@code where}, which is present, over its format's schema. */
        EdgeFilter create(Feed feed);
    }
}
