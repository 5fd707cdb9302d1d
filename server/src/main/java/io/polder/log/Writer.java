package io.polder.log;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Appends to topics, idempotently, acknowledged by all replicas. Thread-safe. */
public interface Writer {
    /** A record's value, key and headers together must not be larger; a larger one fails. */
    int MAX_RECORD_BYTES = 960 << 10;

    /**
     * Sends one record; {@code receipt} hears once whether it is in the log: on another thread or, when the record could
     * not even be gathered, on this one. A failed record may be in the log all the same when the answer was lost.
     *
     * <p>Blocks for at most five seconds while more is gathered than can be sent, and then fails. Without an
     * acknowledgement it fails after thirty seconds.
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

    /**
     * Sends what has been gathered without waiting for more, and waits until all of it has its receipt, or the thread is
     * interrupted, which it then still is.
     */
    void flush();

    /** Hears the fate of a record. */
    interface Receipt {
        /** {@code failure} is null when the record is in the log at {@code offset}. Must not block. */
        void done(int partition, long offset, @Nullable Exception failure);
    }
}
