package io.polder.agent;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Delivers batches to where they shall go. {@link SinkRunner} takes them from the channel, counts, commits when the future
 * completes, and rolls back and tries again, with growing pauses, when it fails.
 *
 * <p>Made without side effects; {@link #start} opens connections and files.
 */
public interface Sink extends AutoCloseable {
    /**
     * Begins. What can be mended while it runs (a server that is down) is no failure here but one of {@link #deliver}.
     *
     * @throws io.polder.record.PolderException when it cannot ever, with the key that helps
     */
    void start();

    /** The most events of a batch. */
    int batchSize();

    /** How many batches may be under way at once; with 1, {@link #deliver} is called when the last future is complete. */
    default int maxInFlight() {
        return 1;
    }

    /**
     * Delivers a batch. Called by one thread at a time.
     *
     * @param events not empty; must not be changed, and not be kept after the future is complete
     * @return complete when the events are where they shall be, as durable as that place is; failed with a cause whose
     *     message is a sentence for people. A failed batch comes again, so it may be delivered twice.
     */
    CompletableFuture<Void> deliver(List<Event> events);

    /**
     * A clause for people, without a full stop, on what keeps a delivery that is under way for long: {@code broker refused}.
     * Asked from another thread, about once a second; may take a second to find out.
     */
    default String whyWaiting() {
        return "no answer";
    }

    /** Stops, after the last delivery; releases everything. */
    @Override
    void close();
}
