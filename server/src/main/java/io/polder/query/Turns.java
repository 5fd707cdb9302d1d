package io.polder.query;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Who may use the engine: so many at once, the others in a queue for each caller, and the queues take turns, so that a
 * caller with a hundred queries does not stand before one with a single query. Thread-safe.
 */
final class Turns {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Deque<Waiter>> queues = new LinkedHashMap<>();
    private int free;

    Turns(int atOnce) {
        free = atOnce;
    }

    /**
     * Waits for a turn, which {@link #release} ends.
     *
     * @param isGivenUp looked at whenever {@link #look} is called
     * @return false when it was given up
     * @throws PolderException UNAVAILABLE when none came in time
     */
    boolean take(String caller, long nanos, BooleanSupplier isGivenUp) {
        lock.lock();
        try {
            if (free > 0 && queues.isEmpty()) {
                free--;
                return true;
            }
            Waiter waiter = new Waiter(lock.newCondition());
            queues.computeIfAbsent(caller, name -> new ArrayDeque<>()).add(waiter);
            return await(caller, waiter, nanos, isGivenUp);
        } finally {
            lock.unlock();
        }
    }

    private boolean await(String caller, Waiter waiter, long nanos, BooleanSupplier isGivenUp) {
        long left = nanos;
        try {
            while (!waiter.isServed) {
                if (isGivenUp.getAsBoolean()) {
                    return false;
                }
                if (left <= 0) {
                    throw new PolderException(
                            ErrorCode.UNAVAILABLE, "Too many queries are running. Fix: try again in a moment");
                }
                left = waiter.changed.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)))
                        + Math.max(0, left - TimeUnit.SECONDS.toNanos(1));
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorCode.UNAVAILABLE, "The program stops. Fix: start it again", interrupted);
        } finally {
            if (!waiter.isServed) {
                leave(caller, waiter);
            }
        }
    }

    private void leave(String caller, Waiter waiter) {
        Deque<Waiter> queue = queues.get(caller);
        if (queue != null && queue.remove(waiter) && queue.isEmpty()) {
            queues.remove(caller);
        }
    }

    void release() {
        lock.lock();
        try {
            if (queues.isEmpty()) {
                free++;
                return;
            }
            var first = queues.entrySet().iterator().next();
            String caller = first.getKey();
            Deque<Waiter> queue = first.getValue();
            Waiter next = queue.remove();
            queues.remove(caller);
            if (!queue.isEmpty()) {
                queues.put(caller, queue);
            }
            next.isServed = true;
            next.changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** How many wait. */
    int waiting() {
        lock.lock();
        try {
            return queues.values().stream().mapToInt(Deque::size).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Lets everybody who waits look whether to give up. */
    void look() {
        lock.lock();
        try {
            queues.values().forEach(queue -> queue.forEach(waiter -> waiter.changed.signal()));
        } finally {
            lock.unlock();
        }
    }

    private static final class Waiter {
        private final Condition changed;
        private boolean isServed;

        private Waiter(Condition changed) {
            this.changed = changed;
        }
    }
}
