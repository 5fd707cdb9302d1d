package io.polder.app;

import io.polder.record.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a mart's process comes to its end: a signal asks it to stop, or the broker or the store fails and it asks to be
 * started again. Thread-safe.
 *
 * <p>Stopping is bounded: whatever hangs, the process ends. A mart loses nothing by that, since every start is a recovery;
 * the memory channels of agents get the time that they need to be emptied or written down.
 */
final class Ending {
    private static final Logger LOGGER = LoggerFactory.getLogger(Ending.class);
    private static final Duration PATIENCE_OF_A_MART = Duration.ofMillis(1_900);
    private static final Duration PATIENCE_AFTER_FAILURE = Duration.ofSeconds(10);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Duration draining;
    private volatile int code;

    /** The end of what needs no time for it. */
    Ending() {
        this(Duration.ZERO);
    }

    /** An end before which memory is emptied, which may take this long more. */
    Ending(Duration draining) {
        this.draining = draining;
    }

    /** Lets signals come here from now on. */
    void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onSignal, "ending"));
    }

    /** A failure after which only a new start helps; may come from any thread, and more than once. */
    void fail(Throwable failure) {
        if (asked.getCount() == 0) {
            return;
        }
        LOGGER.error("The program ends and asks to be started again: {}", failure.getMessage(), failure);
        code = ErrorCode.RESTART.exitCode();
        asked.countDown();
        Thread watchdog = new Thread(() -> haltUnlessStopped(PATIENCE_AFTER_FAILURE.plus(draining)), "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }

    /** Whether a failure ends it, and not a person. */
    boolean hasFailed() {
        return code != 0;
    }

    /** Waits until the program is to end. */
    void await() {
        try {
            asked.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says that everything is closed; the process may end. Returns the exit code. */
    int stopped() {
        stopped.countDown();
        return code;
    }

    private void onSignal() {
        if (stopped.getCount() == 0) {
            // The program ends by itself.
            return;
        }
        asked.countDown();
        haltUnlessStopped(PATIENCE_OF_A_MART.plus(draining));
        // A clean stop is a success, which the exit code of a signal would not say.
        Runtime.getRuntime().halt(code);
    }

    private void haltUnlessStopped(Duration patience) {
        try {
            if (stopped.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        System.err.println("polder: it did not stop in time and is ended; the next start puts everything right.");
        Runtime.getRuntime().halt(code == 0 ? ErrorCode.INTERNAL.exitCode() : code);
    }
}
