package io.polder.agent;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * Makes components of some types; found by {@link java.util.ServiceLoader}, so that a jar on the class path adds types.
 *
 * <p>Which keys a type has, their defaults and what they mean stands in the table {@code flume-types.txt}, whether a part
 * for it is there or not. A component gets values that were checked against it. Whatever else is wrong it tells with
 * {@link Settings#problem}, when it is made: then all problems of a file are told at once, before anything starts.
 */
public interface Parts {
    /** Sources by Flume's short names or, where Flume has none, by its class names. */
    default Map<String, Maker<Source>> sources() {
        return Map.of();
    }

    default Map<String, Maker<Channel>> channels() {
        return Map.of();
    }

    default Map<String, Maker<Sink>> sinks() {
        return Map.of();
    }

    default Map<String, Maker<Interceptor>> interceptors() {
        return Map.of();
    }

    /** Makes a component without starting it. */
    interface Maker<T> {
        T make(Context context);
    }

    /**
     * What a component is made with.
     *
     * @param agent the agent's name
     * @param name the component's
     * @param settings its values
     * @param processor takes a source's batches; does nothing for other components
     * @param counters what it counts
     * @param home a folder that is the agent's and outlives it
     * @param clock the time
     */
    record Context(
            String agent,
            String name,
            Settings settings,
            ChannelProcessor processor,
            Counters counters,
            Path home,
            InstantSource clock) {}
}
