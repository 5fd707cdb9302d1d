package io.polder.enrich;

import io.polder.record.PolderException;
import io.polder.store.Store;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recomputes a table from the log beside the running one, and switches over when it has caught up. The running table
 * stands still only for the last batches. A rebuild that is stopped is thrown away at the next start.
 */
final class Rebuild {
    private static final Logger LOGGER = LoggerFactory.getLogger(Rebuild.class);

    /** So near to the end of the log the running table is stopped. */
    private static final long NEAR = 10_000;

    /** Rows of a batch at most: a live batch waits until one of these is written. */
    static final int MOST_ROWS = 20_000;

    private static final Duration YIELD = Duration.ofMillis(100);

    private final Store store;
    private final Pipeline next;
    private final TableRunner running;
    private final Consumer<Pipeline> replaced;
    private final Thread thread;
    private volatile boolean isStopping;
    private volatile @Nullable String trouble;
    private volatile double progress;

    Rebuild(Store store, Pipeline next, TableRunner running, Consumer<Pipeline> replaced) {
        this.store = store;
        this.next = next;
        this.running = running;
        this.replaced = replaced;
        thread = new Thread(this::run, "rebuild " + next.definition().name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    /** What the table's state says of it; null when there is nothing to say. */
    @Nullable
    String state() {
        if (trouble != null) {
            return "the rebuild failed: " + trouble;
        }
        return thread.isAlive() ? "rebuilding " + Math.round(progress * 100) + " %" : null;
    }

    void stop() {
        isStopping = true;
        next.wakeup();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            if (!catchUp()) {
                next.close();
                next.table().close();
                return;
            }
            running.stop();
            try {
                Map<Integer, Long> wanted = running.positions();
                while (!isStopping && !hasReached(wanted)) {
                    next.step((batch, commit) -> {});
                }
                next.table().merge();
                if (!isStopping) {
                    next.close();
                    running.replace(next, () -> store.promote(next.table()));
                    replaced.accept(next);
                }
            } finally {
                if (!isStopping) {
                    running.start();
                }
            }
        } catch (PolderException exception) {
            trouble = String.valueOf(exception.getMessage());
            LOGGER.error("Rebuilding table {} failed.", next.definition().name(), exception);
        }
    }

    private boolean catchUp() {
        long all = Math.max(1, next.behind());
        while (!isStopping) {
            long behind = next.behind();
            progress = Math.max(0, Math.min(1, 1 - (double) behind / all));
            if (behind < NEAR) {
                return true;
            }
            if (running.behind() > NEAR) {
                // Live work goes first.
                LockSupport.parkNanos(YIELD.toNanos());
            } else {
                next.step((batch, commit) -> {});
            }
        }
        return false;
    }

    private boolean hasReached(Map<Integer, Long> wanted) {
        Map<Integer, Long> positions = next.table().positions();
        return wanted.entrySet().stream()
                .allMatch(entry -> positions.getOrDefault(entry.getKey(), 0L) >= entry.getValue());
    }
}
