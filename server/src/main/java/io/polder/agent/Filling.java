package io.polder.agent;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Tells a sink that lets events gather when the channel fills, so that it takes them then. All but {@link #await} is called
 * with the channel's lock held.
 */
final class Filling {
    private final ReentrantLock lock;
    private final Condition condition;
    private final BooleanSupplier isHalfFull;
    /** Whether a put has found no room since events last gathered. */
    private boolean hasRefused;

    /**
     * @param lock the channel's
     * @param isHalfFull whether more than half of what the channel takes is in it; asked with the lock held
     */
    Filling(ReentrantLock lock, BooleanSupplier isHalfFull) {
        this.lock = lock;
        this.isHalfFull = isHalfFull;
        condition = lock.newCondition();
    }

    /** A put has found no room. */
    void refused() {
        hasRefused = true;
        condition.signalAll();
    }

    /** The channel holds more than before. */
    void grown() {
        if (isFilling()) {
            condition.signalAll();
        }
    }

    private boolean isFilling() {
        return hasRefused || isHalfFull.getAsBoolean();
    }

    /** Waits until the channel fills, and not longer than {@code most}. */
    void await(Duration most) throws InterruptedException {
        lock.lock();
        try {
            long left = most.toNanos();
            while (!isFilling() && left > 0) {
                left = condition.awaitNanos(left);
            }
            hasRefused = false;
        } finally {
            lock.unlock();
        }
    }
}
