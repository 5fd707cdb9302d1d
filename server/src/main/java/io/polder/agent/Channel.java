package io.polder.agent;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where events wait between sources and sinks, in order. Batches go in and come out as units. Thread-safe.
 *
 * <p>A batch goes in by steps, so that several channels can take it together or not at all: room is reserved in each,
 * then each writes, and only when all have written does any publish. See {@link ChannelProcessor}, which is the only
 * caller.
 */
public interface Channel extends AutoCloseable {
    /** The trouble of a channel that had no room; it ends when a batch gets in, or when half of it is empty. */
    String FULL = "channel full";

    /** Opens it, with what an earlier run left in it. */
    void start();

    /**
     * Reserves room for a batch, or returns null when there is none now.
     *
     * @param events not empty
     * @throws ChannelException TOO_LARGE above {@code transactionCapacity}, FAILED when the channel is broken
     */
    @Nullable
    Put reserve(List<Event> events) throws ChannelException;

    /** Waits until there may be room for this many events; at most {@code patience}. */
    void awaitRoom(int events, Duration patience) throws InterruptedException;

    /** How long a source waits for room: Flume's {@code keep-alive}. */
    Duration keepAlive();

    /**
     * Takes up to {@code max} events, in order; null when none came within {@code patience}. Several takes may be open.
     *
     * @throws ChannelException FAILED when the channel cannot be read
     */
    @Nullable
    Take take(int max, Duration patience) throws ChannelException, InterruptedException;

    /**
     * Lets events gather behind a take that left none: returns after {@code most}, or as soon as the channel is more
     * than half full or a put finds no room.
     */
    default void gather(Duration most) throws InterruptedException {
        LockSupport.parkNanos(Math.min(most.toNanos(), TimeUnit.MILLISECONDS.toNanos(1)));
    }

    /** The most events that a put or a take may hold. */
    int transactionCapacity();

    /** When the oldest event that is still in the channel was accepted, in milliseconds since 1970; -1 without events. */
    long oldestMillis();

    /** What is in it, its puts and takes. */
    Counters counters();

    /** Whether what is in it outlives the process however that ends; else a stop drains it into its sinks first. */
    default boolean isDurable() {
        return true;
    }

    /**
     * Closes it after its sources and sinks. What is left in it is there at the next start.
     *
     * @return how many events are left
     */
    long stop();

    @Override
    default void close() {
        stop();
    }

    /** Room for one batch. Exactly one of {@link #publish} and {@link #abort} ends it. For one thread. */
    interface Put {
        /**
         * Makes the batch as durable as the channel is, and keeps it from takers. A process killed after this may or may
         * not have the batch.
         *
         * @throws ChannelException FAILED; the caller aborts
         */
        void write() throws ChannelException;

        /** Lets takers have the batch. Cannot fail. */
        void publish();

        /** Gives the room back; the batch is not in the channel, whether it was written or not. */
        void abort();
    }

    /** Events that a sink has in hand: neither commit nor rollback means that they come again. Ended from any thread. */
    interface Take {
        /** At least one. */
        List<Event> events();

        /** They are delivered: they leave the channel. */
        void commit();

        /** They are not: they are the channel's first again. */
        void rollback();
    }
}
