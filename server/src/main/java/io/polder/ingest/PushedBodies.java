package io.polder.ingest;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads pushed bodies. Small ones go into an array of the thread, which it uses again; of large ones there are only as many
 * at a time as the heap has room for. Thread-safe.
 */
final class PushedBodies {
    private static final int SMALL_BYTES = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final ThreadLocal<Bodies.Body> BUFFERS = ThreadLocal.withInitial(Bodies.Body::empty);

    private final int capacity;
    private final Semaphore room;

    /**
     * @param largeBytes what large bodies may take together; one is always taken
     */
    PushedBodies(long largeBytes) {
        capacity = (int) Math.max(1, largeBytes / SMALL_BYTES);
        room = new Semaphore(capacity, true);
    }

    /** A body, to be closed when it is not needed any more. */
    final class Pushed implements AutoCloseable {
        private final int permits;
        private final Bodies.Body body;

        private Pushed(Bodies.Body body, int permits) {
            this.body = body;
            this.permits = permits;
        }

        /** Its bytes, which belong to this thread until it reads the next. */
        Bodies.Body body() {
            return body;
        }

        @Override
        public void close() {
            room.release(permits);
        }
    }

    /**
     * Reads a body, packed or not, to its end.
     *
     * @throws PolderException TOO_LARGE, UNAVAILABLE when there are too many large ones
     */
    Pushed read(InputStream in, long maxBytes) throws IOException {
        long small = Math.min(SMALL_BYTES, maxBytes);
        Bodies.Body begun = Bodies.read(in, new Bodies.Body(BUFFERS.get().bytes(), 0), small);
        if (begun.bytes().length <= SMALL_BYTES + 1) {
            BUFFERS.set(begun);
        }
        InputStream rest = in;
        if (begun.isGzip()) {
            rest = Bodies.gunzip(new SequenceInputStream(begun.stream(), in));
            begun = Bodies.read(rest, Bodies.Body.empty(), small);
        }
        if (begun.length() <= small) {
            return new Pushed(begun, 0);
        }
        begun.within(maxBytes);
        int permits = takeRoom(maxBytes);
        boolean isRead = false;
        try {
            Bodies.Body whole = Bodies.read(rest, begun, maxBytes).within(maxBytes);
            isRead = true;
            return new Pushed(whole, permits);
        } finally {
            if (!isRead) {
                room.release(permits);
            }
        }
    }

    private int takeRoom(long maxBytes) {
        int permits = (int) Math.min(maxBytes / SMALL_BYTES + 1, capacity);
        try {
            if (room.tryAcquire(permits, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return permits;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new PolderException(
                ErrorCode.UNAVAILABLE,
                "There are too many large pushes at once. Fix: try again, or send bodies below "
                        + Bodies.size(SMALL_BYTES) + ".");
    }
}
