package io.polder.log;

import org.jspecify.annotations.Nullable;

/** A record's headers, looked up by name. */
public interface RecordHeaders {
    /** The feed that the event came from; set only when it is not called as its topic is. */
    String FEED = "feed";
    /** What the fragment cannot say by itself; see {@code io.polder.format}. */
    String CONTEXT = "context";
    /** {@code key 0x1F index 0x1F fingerprint} of a push with an idempotency key. */
    String IDEMPOTENCY = "idempotency";

    /** The value of the last header called {@code name}; null when there is none. */
    byte @Nullable [] get(String name);

    boolean isEmpty();
}
