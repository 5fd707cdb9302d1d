package io.polder.ingest;

import java.time.Duration;

/** Lets a feed's thread go on, holds it while the feed is paused, and ends it. Thread-safe. */
final class Gate {
    private boolean isPaused;
    private boolean isClosed;
    private long changes;

    Gate(boolean isPaused) {
        this.isPaused = isPaused;
    }

    synchronized void pause(boolean newPaused) {
        isPaused = newPaused;
        changes++;
        notifyAll();
    }

    synchronized void close() {
        isClosed = true;
        changes++;
        notifyAll();
    }

    synchronized boolean isPaused() {
        return isPaused;
    }

    synchronized boolean isOpen() {
        return !isPaused && !isClosed;
    }

    /** Waits while the feed is paused; whether it is to go on. */
    synchronized boolean awaitOpen() throws InterruptedException {
        while (isPaused && !isClosed) {
            wait();
        }
        return !isClosed;
    }

    /** Waits for this long, or until somebody pauses, resumes or closes. */
    synchronized void rest(Duration time) throws InterruptedException {
        long before = changes;
        long start = System.nanoTime();
        long left = time.toNanos();
        while (left > 0 && changes == before && !isClosed) {
            wait(left / 1_000_000 + 1);
            left = time.toNanos() - (System.nanoTime() - start);
        }
    }
}
