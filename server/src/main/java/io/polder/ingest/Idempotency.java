package io.polder.ingest;

import java.util.Map;

/** What is known behind the log of idempotency keys. Thread-safe. */
public interface Idempotency {
    /**
     * The events that were pushed with this key and are committed: their place in the body, from 1, and the fingerprint of
     * the body; empty when there are none.
     */
    Map<Integer, String> seen(String topic, String key);

    /**
     * Whether every event below these offsets is committed, so that {@link #seen} knows of it.
     *
     * @param offsets for each partition
     */
    boolean hasCommitted(String topic, Map<Integer, Long> offsets);
}
