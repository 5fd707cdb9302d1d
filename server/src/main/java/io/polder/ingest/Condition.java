package io.polder.ingest;

import io.polder.config.Feed;
import io.polder.format.Decoder;
import io.polder.record.Columns;
import io.polder.record.PolderException;
import java.util.BitSet;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Decodes events and asks a feed's {@code where} about them. Thread-safe. */
final class Condition implements AutoCloseable {
    private static final int ROWS = 4_096;

    private final EdgeFilter filter;
    private final Feed feed;
    private final Queue<Decoding> idle = new ConcurrentLinkedQueue<>();

    /** What one thread decodes with. */
    private static final class Decoding {
        final Decoder decoder;
        final Columns columns;
        final int[] index = new int[ROWS];

        Decoding(Feed feed) {
            decoder = feed.format().decoder();
            columns = new Columns(feed.format().schema(), 16);
        }
    }

    Condition(Feed feed, EdgeFilter filter) {
        this.feed = feed;
        this.filter = filter;
    }

    /** Rejects in {@code events} what cannot be decoded or judged, and adds to {@code left} what is not taken. */
    void judge(Gathering events, int from, int to, BitSet left) {
        Decoding decoding = idle.poll();
        if (decoding == null) {
            decoding = new Decoding(feed);
        }
        decoding.columns.clear();
        for (int index = from; index < to; index++) {
            if (events.reason(index) == null && !left.get(index) && decode(decoding, events, index)) {
                decoding.index[decoding.columns.rows() - 1] = index;
                if (decoding.columns.rows() == ROWS) {
                    test(decoding, events, left);
                }
            }
        }
        test(decoding, events, left);
        idle.add(decoding);
    }

    private static boolean decode(Decoding decoding, Gathering events, int index) {
        String reason = decoding.decoder.decode(
                events.bytes(index), events.from(index), events.length(index), events.context(index), decoding.columns);
        if (reason != null) {
            events.reject(index, reason);
        }
        return reason == null;
    }

    private void test(Decoding decoding, Gathering events, BitSet left) {
        int rows = decoding.columns.rows();
        boolean @Nullable [] taken = rows == 0 ? new boolean[0] : all(decoding.columns);
        decoding.columns.clear();
        for (int row = 0; row < rows; row++) {
            int index = decoding.index[row];
            boolean isTaken = taken == null ? one(decoding, events, index) : taken[row];
            if (!isTaken && events.reason(index) == null) {
                left.set(index);
            }
        }
        decoding.columns.clear();
    }

    /** The answers; null when one of the rows cannot be judged. */
    private boolean @Nullable [] all(Columns columns) {
        try {
            return filter.test(columns);
        } catch (PolderException failure) {
            if (failure.code().isRetryable()) {
                throw failure;
            }
            return null;
        }
    }

    private boolean one(Decoding decoding, Gathering events, int index) {
        decoding.columns.clear();
        if (!decode(decoding, events, index)) {
            return false;
        }
        try {
            return filter.test(decoding.columns)[0];
        } catch (PolderException failure) {
            if (failure.code().isRetryable()) {
                throw failure;
            }
            events.reject(index, "where: " + failure.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        filter.close();
    }
}
