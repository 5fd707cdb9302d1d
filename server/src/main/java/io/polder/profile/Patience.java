package io.polder.profile;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.duck.MemoryWatch;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How long a question about a table may take, with all its queries. For the thread that asks. */
final class Patience implements PartReader.Pace {
    private final String table;
    private final Duration most;
    private final long begin = System.nanoTime();

    /** From now on. */
    Patience(String table, Duration most) {
        this.table = table;
        this.most = most;
    }

    /**
     * How much is left for the next query, rounded up.
     *
     * @throws PolderException TIMED_OUT when nothing is
     */
    @Override
    public int seconds() {
        long left = most.toNanos() - (System.nanoTime() - begin);
        if (left <= 0) {
            throw timedOut();
        }
        return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toSeconds(left) + 1);
    }

    @Override
    public void took(long nanoseconds) {}

    /** What somebody is told whose query has failed: that it took too long, needed too much memory, or the engine's words. */
    PolderException failed(SQLException failure, MemoryWatch.Entry watched) {
        if (watched.isStopped()) {
            return MemoryWatch.tooLarge();
        }
        return System.nanoTime() - begin >= most.toNanos() ? timedOut() : unavailable(failure);
    }

    private PolderException timedOut() {
        return new PolderException(
                ErrorCode.TIMED_OUT,
                "Looking at the rows of table '" + table + "' took longer than " + most.toSeconds()
                        + " s. Fix: ask for less of it, or set query.timeout");
    }

    private PolderException unavailable(SQLException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                "Table '" + table + "' could not be looked at (" + failure.getMessage() + "). Fix: try again",
                failure);
    }
}
