package io.polder.ingest;

import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All feeds of a mart: starts, pauses and watches them. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Ingest implements AutoCloseable {
    public List<FeedStatus> feeds() {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes a pushed body (a JSON array, NDJSON, or whatever the feed's format is) and returns when all of it is in the
     * log.
     *
     * @param contentType as sent; null when missing
     * @param idempotencyKey a retry with the same key and body logs only what is not in the log yet; null for none
     * @throws io.polder.record.PolderException NOT_FOUND, INVALID_REQUEST, TOO_LARGE, UNSUPPORTED_MEDIA, KEY_REUSED, or
     *     UNAVAILABLE when it may be tried again
     */
    public Push push(String feed, InputStream body, @Nullable String contentType, @Nullable String idempotencyKey) {
        throw new UnsupportedOperationException();
    }

    /** Stops a feed until {@link #resume}, also over a restart. Pushes to it are answered UNAVAILABLE. */
    public void pause(String feed) {
        throw new UnsupportedOperationException();
    }

    public void resume(String feed) {
        throw new UnsupportedOperationException();
    }

    /** The newest rejected events, newest first; of all topics when {@code topic} is null. */
    public List<Rejected> rejected(@Nullable String topic, int limit) {
        throw new UnsupportedOperationException();
    }

    /** Sends rejected events that were not replayed yet through their feeds again; returns how many. */
    public long replay(@Nullable String topic) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
