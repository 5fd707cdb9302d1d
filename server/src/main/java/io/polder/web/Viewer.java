package io.polder.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection that is told of changes. It is written to only when it takes what is written, and what is written is
 * chosen only then: a slow one is told less often and not later, and nobody waits for it. Thread-safe.
 */
final class Viewer implements WriteListener {
    private final AsyncContext context;
    private final ServletOutputStream output;
    private final boolean isCompressed;
    private final @Nullable LiveMap map;
    private final LongAdder bytesSent;
    private final Consumer<Viewer> onEnd;

    // Guarded by this.
    private byte @Nullable [] opening;
    private long known = Points.NOTHING;
    private @Nullable Frame status;
    private boolean isOpen;
    private boolean isFlushed = true;
    private boolean isEnded;

    /**
     * A viewer that begins to write once it is set as the output's listener.
     *
     * @param map what it looks at; null for the status alone
     * @param bytesSent counts what all viewers were sent
     * @param onEnd hears once that the connection is over
     */
    Viewer(
            AsyncContext context,
            ServletOutputStream output,
            boolean isCompressed,
            @Nullable LiveMap map,
            Frame greeting,
            LongAdder bytesSent,
            Consumer<Viewer> onEnd) {
        this.context = context;
        this.output = output;
        this.isCompressed = isCompressed;
        this.map = map;
        this.bytesSent = bytesSent;
        this.onEnd = onEnd;
        opening = isCompressed ? joined(Gzip.header(), greeting.compressed()) : greeting.plain();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Nullable
    LiveMap map() {
        return map;
    }

    /** Gives it a status to send; one that it has not sent yet is dropped. */
    void offer(Frame newStatus) {
        synchronized (this) {
            status = newStatus;
        }
        pump();
    }

    @Override
    public void onWritePossible() {
        synchronized (this) {
            isOpen = true;
        }
        pump();
    }

    @Override
    public void onError(Throwable failure) {
        // The other side is gone, or did not read for too long: what a connection may do at any time.
        end();
    }

    /** Sends what there is to send, as far as the connection takes it; never blocks. */
    void pump() {
        try {
            write();
        } catch (IOException | IllegalStateException gone) {
            // The connection broke, or was ended by the server in the middle.
            end();
        }
    }

    private synchronized void write() throws IOException {
        while (isOpen && !isEnded && output.isReady()) {
            byte[] next = next();
            if (next != null) {
                output.write(next);
                bytesSent.add(next.length);
                isFlushed = false;
            } else if (!isFlushed) {
                isFlushed = true;
                output.flush();
            } else {
                return;
            }
        }
    }

    private byte @Nullable [] next() {
        if (opening != null) {
            byte[] first = opening;
            opening = null;
            return first;
        }
        if (map != null) {
            Points.Update update = map.since(known);
            known = update.version();
            if (update.frame() != null) {
                return bytes(update.frame());
            }
        }
        if (status != null) {
            Frame newest = status;
            status = null;
            return bytes(newest);
        }
        return null;
    }

    private byte[] bytes(Frame frame) {
        return isCompressed ? frame.compressed() : frame.plain();
    }

    /** Closes the connection. */
    void end() {
        synchronized (this) {
            if (isEnded) {
                return;
            }
            isEnded = true;
        }
        onEnd.accept(this);
        try {
            context.complete();
        } catch (IllegalStateException completed) {
            // The server was faster; the connection is over, which is all that is wanted.
        }
    }
}
