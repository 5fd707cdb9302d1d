package io.polder.log;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Appends to topics, idempotently, acknowledged by all replicas. Thread-safe. */
public interface Writer {
    /**
     * Sends one record; {@code receipt} hears once, on another thread, whether it is in the log.
     *
     * @param acceptedMillis when the event was accepted; the record's timestamp
     * @param key null for feeds' events (their partition is explicit and their key is in the value)
     * @param value not copied before it is sent; must not change
     * @param headers small; empty for most
     */
    void send(
            String topic,
            int partition,
            long acceptedMillis,
            byte @Nullable [] key,
            byte[] value,
            Map<String, byte[]> headers,
            Receipt receipt);

    /** Sends what has been gathered without waiting for more. */
    void flush();

    /** Hears the fate of a record. */
    interface Receipt {
        /** {@code failure} is null when the record is in the log at {@code offset}. Must not block. */
        void done(int partition, long offset, @Nullable Exception failure);
    }
}
