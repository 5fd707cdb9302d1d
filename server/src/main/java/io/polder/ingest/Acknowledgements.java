package io.polder.ingest;

import io.polder.log.Writer;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Waits until a number of records is in the log. For one thread, which is not the one that receives receipts. */
final class Acknowledgements implements Writer.Receipt {
    /** Longer than the writer tries. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    private final AtomicInteger open;
    private final AtomicInteger failed = new AtomicInteger();
    private final CountDownLatch done;
    private final int expected;
    private final long[] ends;
    private volatile @Nullable Exception failure;

    Acknowledgements(int expected, int partitions) {
        this.expected = expected;
        open = new AtomicInteger(expected);
        done = new CountDownLatch(expected == 0 ? 0 : 1);
        ends = new long[partitions];
    }

    @Override
    public void done(int partition, long offset, @Nullable Exception why) {
        if (why == null) {
            ends[partition] = Math.max(ends[partition], offset + 1);
        } else {
            failure = why;
            failed.incrementAndGet();
        }
        if (open.decrementAndGet() == 0) {
            done.countDown();
        }
    }

    /** Returns when the fate of all is known or cannot be waited for any more. */
    void await() {
        try {
            if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                failure = new java.util.concurrent.TimeoutException(
                        "no acknowledgement within " + PATIENCE.toSeconds() + " s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failure = interrupted;
        }
    }

    /**
     * @throws PolderException UNAVAILABLE when one of them may not be in the log
     */
    void check() {
        Exception why = failure;
        if (why != null) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "The log did not acknowledge " + Math.max(1, failed.get() + open.get()) + " of " + expected
                            + " records (" + why.getClass().getSimpleName() + ": " + why.getMessage()
                            + "). Fix: try again.",
                    why);
        }
    }

    /** How many are in the log for certain. */
    int succeeded() {
        return expected - open.get() - failed.get();
    }

    /** For each partition that one went to, the offset after the last. */
    Map<Integer, Long> ends() {
        Map<Integer, Long> found = new TreeMap<>();
        for (int partition = 0; partition < ends.length; partition++) {
            if (ends[partition] > 0) {
                found.put(partition, ends[partition]);
            }
        }
        return found;
    }
}
