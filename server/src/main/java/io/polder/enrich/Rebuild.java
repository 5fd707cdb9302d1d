package io.polder.enrich;

import io.polder.store.Store;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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
    private final BooleanSupplier mayStart;
    private final Consumer<Pipeline> replaced;
    private final Thread thread;
    private volatile boolean isStopping;
    private volatile @Nullable String trouble;
    private volatile double progress;

    /** Whether the next generation is the running one now; of the thread alone. */
    private boolean isReplaced;

    /**
     * @param mayStart whether the tables that are joined are loaded
     * @param replaced hears of the generation that people read from now on
     */
    Rebuild(Store store, Pipeline next, TableRunner running, BooleanSupplier mayStart, Consumer<Pipeline> replaced) {
        this.store = store;
        this.next = next;
        this.running = running;
        this.mayStart = mayStart;
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
            if (catchUp()) {
                replace();
            }
        } catch (RuntimeException exception) {
            trouble = String.valueOf(exception.getMessage());
            LOGGER.error("Rebuilding table {} failed.", next.definition().name(), exception);
        } finally {
            if (!isReplaced) {
                next.close();
                next.table().close();
            }
        }
    }

    /** Brings both generations to the same place while the running one stands still, and switches over. */
    private void replace() {
        running.stop();
        try {
            // What waits there is owed to other topics when it is merged.
            running.merge();
            Map<Integer, Long> wanted = running.positions();
            // After a power cut the table can have read what the log has no more: the log's end is as far as one gets.
            while (!isStopping && !hasReached(wanted) && next.behind() > 0) {
                next.step((batch, commit) -> {});
            }
            next.table().merge();
            if (!isStopping) {
                next.close();
                running.replace(next, () -> store.promote(next.table()));
                isReplaced = true;
                replaced.accept(next);
            }
        } finally {
            if (!isStopping) {
                running.start();
            }
        }
    }

    private boolean catchUp() {
        long all = Math.max(1, next.behind());
        while (!isStopping) {
            long behind = next.behind();
            progress = Math.max(0, Math.min(1, 1 - (double) behind / all));
            if (!mayStart.getAsBoolean() || behind >= NEAR && running.behind() > NEAR) {
                // Live work goes first, and the first load of what is joined.
                LockSupport.parkNanos(YIELD.toNanos());
            } else if (behind < NEAR) {
                return true;
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
