package io.polder.log;

import java.time.Duration;
import java.util.Map;

/** Reads topics from given offsets. For one thread, except {@link #wakeup}. */
public interface Reader extends AutoCloseable {
    /** A poll hands over at most this many records. */
    int MAX_POLL_RECORDS = 10_000;

    /** Reads {@code topic} from these offsets on, one for each partition, beside what was assigned before. */
    void assign(String topic, Map<Integer, Long> offsets);

    /** Stops reading a topic. */
    void unassign(String topic);

    /**
     * Waits up to {@code timeout} for records and hands over those that came, in order within each partition.
     *
     * @return how many
     * @throws io.polder.record.PolderException CONFLICT when the log does not hold the position: expired, or the log ends
     *     before it; UNAVAILABLE
     */
    int poll(Duration timeout, Visitor visitor);

    /**
     * The offset from which it reads on: beyond what was handed over, and beyond records that are none (a compacted
     * topic's gaps, the marks of transactions).
     */
    long position(String topic, int partition);

    /** Makes a running or the next {@link #poll} return early; from any thread. */
    void wakeup();

    @Override
    void close();

    /** Receives records. */
    interface Visitor {
        /**
         * Arrays may be kept; {@code value} is null for a tombstone, which no feed of ours writes. {@code headers} is only valid during the call.
         */
        void record(String topic, int partition, long offset, long acceptedMillis, byte[] value, RecordHeaders headers);
    }
}
