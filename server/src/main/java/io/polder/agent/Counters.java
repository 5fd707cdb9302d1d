package io.polder.agent;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one component has counted, what it shows besides, and what troubles it. Thread-safe. */
public final class Counters {
    /** What a component is. */
    public enum Kind {
        SOURCE,
        CHANNEL,
        SINK
    }

    /**
     * Why a component cannot do its work.
     *
     * @param reason a clause for people, without a full stop: {@code broker refused}
     * @param since when it began
     */
    public record Trouble(String reason, Instant since) {}

    private final Kind kind;
    private final String name;
    private final EnumMap<Counter, LongAdder> values = new EnumMap<>(Counter.class);
    private final Map<String, Supplier<String>> gauges = new ConcurrentHashMap<>();
    private volatile Set<Counter> shown;
    private volatile long startMillis;
    private volatile long stopMillis;
    private volatile @Nullable Trouble trouble;

    public Counters(Kind kind, String name) {
        this.kind = kind;
        this.name = name;
        shown = Counter.of(kind);
        for (Counter counter : Counter.values()) {
            values.put(counter, new LongAdder());
        }
    }

    public Kind kind() {
        return kind;
    }

    /** The component's name. */
    public String name() {
        return name;
    }

    /** {@code SOURCE.r1}, as Flume calls it. */
    public String fullName() {
        return kind + "." + name;
    }

    private LongAdder adder(Counter counter) {
        return Objects.requireNonNull(values.get(counter));
    }

    public void add(Counter counter, long count) {
        adder(counter).add(count);
    }

    public void increment(Counter counter) {
        adder(counter).increment();
    }

    public long get(Counter counter) {
        return adder(counter).sum();
    }

    /** Shows counters beside those that all components of the kind show; called by a component that is made. */
    public void show(Counter... more) {
        EnumSet<Counter> all = EnumSet.copyOf(shown);
        all.addAll(Set.of(more));
        shown = Collections.unmodifiableSet(all);
    }

    /** Keeps counters to itself that others of the kind show. */
    public void hide(Counter... some) {
        EnumSet<Counter> rest = EnumSet.copyOf(shown);
        rest.removeAll(Set.of(some));
        shown = Collections.unmodifiableSet(rest);
    }

    /** Shows a value that is not a sum of events. */
    public void gauge(String flumeName, Supplier<String> value) {
        gauges.put(flumeName, value);
    }

    /** Says that the component cannot do its work, unless that is known already. */
    public void troubled(String reason, Instant now) {
        Trouble known = trouble;
        if (known == null || !known.reason().equals(reason)) {
            trouble = new Trouble(reason, known == null ? now : known.since());
        }
    }

    /** Says that it is rid of this trouble; of another one it is not. */
    public void ended(String reason) {
        Trouble known = trouble;
        if (known != null && known.reason().equals(reason)) {
            trouble = null;
        }
    }

    /** Says that it works. */
    public void well() {
        if (trouble != null) {
            trouble = null;
        }
    }

    public Optional<Trouble> trouble() {
        return Optional.ofNullable(trouble);
    }

    void started(Instant now) {
        startMillis = now.toEpochMilli();
        stopMillis = 0;
    }

    void stopped(Instant now) {
        stopMillis = now.toEpochMilli();
    }

    /** The counters that it shows, with their values. */
    public Map<Counter, Long> values() {
        Map<Counter, Long> found = new LinkedHashMap<>();
        for (Counter counter : shown) {
            found.put(counter, get(counter));
        }
        return found;
    }

    /** What Flume's {@code /metrics} has of it: names and texts. */
    public Map<String, String> asFlumeShows() {
        Map<String, String> found = new TreeMap<>();
        for (Counter counter : shown) {
            found.put(counter.flumeName(), Long.toString(get(counter)));
        }
        gauges.forEach((gauge, value) -> found.put(gauge, value.get()));
        found.put("Type", kind.toString());
        found.put("StartTime", Long.toString(startMillis));
        found.put("StopTime", Long.toString(stopMillis));
        return found;
    }
}
