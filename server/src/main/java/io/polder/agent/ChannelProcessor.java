package io.polder.agent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hands a source's batches to its channels: through its interceptors, then to those that its selector names. A batch is in
 * all required channels or in none; optional channels get it when they have room at once. Thread-safe.
 */
public final class ChannelProcessor {
    /**
     * The trouble of a source that is sent events and cannot put them. It ends with the next batch that gets in, or with the
     * channels' own trouble, whichever is first.
     */
    public static final String REFUSES = "refuses batches";

    private final List<Interceptor> interceptors;
    private final Selector selector;

    ChannelProcessor(List<Interceptor> interceptors, Selector selector) {
        this.interceptors = List.copyOf(interceptors);
        this.selector = selector;
    }

    /**
     * Returns when the batch is in its channels, as durable as they are. Waits for room for as long as the most patient of
     * the required channels does ({@code keep-alive}).
     *
     * @param events not kept by the caller; their number is the batch's
     * @throws ChannelException when it is in none of the required channels: FULL, TOO_LARGE or FAILED
     */
    public void process(List<Event> events) throws ChannelException {
        List<Event> passed = intercepted(events);
        if (passed.isEmpty()) {
            return;
        }
        Selector.Route route = selector.route(passed);
        attempt(route.required());
        publish(reserved(route.required()), route);
    }

    private List<Event> intercepted(List<Event> events) {
        List<Event> passed = events;
        for (int index = 0; index < interceptors.size() && !passed.isEmpty(); index++) {
            passed = interceptors.get(index).intercept(passed);
        }
        return passed;
    }

    private static void publish(List<Channel.Put> puts, Selector.Route route) throws ChannelException {
        try {
            for (Channel.Put put : puts) {
                put.write();
            }
        } catch (ChannelException | RuntimeException failure) {
            puts.forEach(Channel.Put::abort);
            throw failure;
        }
        puts.forEach(Channel.Put::publish);
        route.required().forEach((channel, events) -> channel.counters().add(Counter.EVENT_PUT_SUCCESS, events.size()));
        route.optional().forEach(ChannelProcessor::putIfThereIsRoom);
    }

    private static void attempt(Map<Channel, List<Event>> batches) {
        batches.forEach((channel, events) -> channel.counters().add(Counter.EVENT_PUT_ATTEMPT, events.size()));
    }

    /** Waits without holding room in any: a channel that is full must not take room from those that are not. */
    private static List<Channel.Put> reserved(Map<Channel, List<Event>> batches) throws ChannelException {
        Duration patience = batches.keySet().stream()
                .map(Channel::keepAlive)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        long start = System.nanoTime();
        while (true) {
            List<Channel.Put> puts = new ArrayList<>(batches.size());
            Channel full = reserveIn(batches, puts);
            if (full == null) {
                return puts;
            }
            Duration left = patience.minusNanos(System.nanoTime() - start);
            if (left.isNegative() || left.isZero()) {
                throw full(full);
            }
            await(full, batches.getOrDefault(full, List.of()).size(), left);
        }
    }

    /** Fills {@code puts}, or gives all of them back and returns the channel that has no room. */
    private static @Nullable Channel reserveIn(Map<Channel, List<Event>> batches, Collection<Channel.Put> puts)
            throws ChannelException {
        try {
            for (Map.Entry<Channel, List<Event>> batch : batches.entrySet()) {
                Channel.Put put = batch.getKey().reserve(batch.getValue());
                if (put == null) {
                    puts.forEach(Channel.Put::abort);
                    return batch.getKey();
                }
                puts.add(put);
            }
            return null;
        } catch (ChannelException | RuntimeException failure) {
            puts.forEach(Channel.Put::abort);
            throw failure;
        }
    }

    private static void await(Channel full, int events, Duration patience) throws ChannelException {
        try {
            full.awaitRoom(events, patience);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw full(full);
        }
    }

    private static ChannelException full(Channel channel) {
        return new ChannelException(
                ChannelException.Reason.FULL,
                "Channel '" + channel.counters().name() + "' is full. Fix: send the batch again later",
                null);
    }

    /** An optional channel that cannot take a batch goes without it; its attempts and successes tell how much it missed. */
    private static void putIfThereIsRoom(Channel channel, List<Event> events) {
        channel.counters().add(Counter.EVENT_PUT_ATTEMPT, events.size());
        Channel.Put put = null;
        try {
            put = channel.reserve(events);
            if (put != null) {
                put.write();
                put.publish();
                channel.counters().add(Counter.EVENT_PUT_SUCCESS, events.size());
            }
        } catch (ChannelException missed) {
            if (put != null) {
                put.abort();
            }
        }
    }

    /** Which channels get which events of a batch. */
    interface Selector {
        /**
         * One batch's ways.
         *
         * @param required without empty batches, in the order of the agent's channels
         */
        record Route(Map<Channel, List<Event>> required, Map<Channel, List<Event>> optional) {
            Route() {
                this(new LinkedHashMap<>(), new LinkedHashMap<>());
            }
        }

        Route route(List<Event> events);
    }
}
