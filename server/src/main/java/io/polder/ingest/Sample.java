package io.polder.ingest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes the first event of each key in each period of accepted time; periods are counted from 1970. Thread-safe. */
final class Sample {
    private final long everyMillis;
    private final Set<ByteBuffer> taken = new HashSet<>();
    private long period = Long.MIN_VALUE;

    Sample(Duration every) {
        everyMillis = Math.max(1, every.toMillis());
    }

    /** Whether the event is the first of its key in its period. */
    synchronized boolean take(byte[] key, long acceptedMillis) {
        long now = Math.floorDiv(acceptedMillis, everyMillis);
        if (now > period) {
            period = now;
            taken.clear();
        }
        return taken.add(ByteBuffer.wrap(key));
    }

    /** Takes back what did not reach the log. */
    synchronized void release(List<byte[]> keys) {
        keys.forEach(key -> taken.remove(ByteBuffer.wrap(key)));
    }
}
