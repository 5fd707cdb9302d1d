package io.polder.ingest;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys of the last pushes, and what became of them. Thread-safe.
 *
 * <p>A finished key that is forgotten leaves behind how far in the log its events were, so that whoever asks the store
 * about a key that is not here knows how far the store must have come for its answer to be whole.
 */
final class Keys {
    private static final int CAPACITY = 100_000;
    private static final Duration KEPT = Duration.ofHours(24);

    private final InstantSource clock;
    private final Map<Name, Use> uses = new LinkedHashMap<>();
    private final Map<String, Map<Integer, Long>> horizons = new HashMap<>();

    /** A key is one of a topic. */
    record Name(String topic, String key) {}

    /** What is known of a key. Guarded by the {@link Keys}. */
    static final class Use {
        private final String fingerprint;
        private final Instant since;
        private State state = State.UNDER_WAY;
        private Edge.@Nullable Taken taken;

        private Use(String fingerprint, Instant since) {
            this.fingerprint = fingerprint;
            this.since = since;
        }
    }

    enum State {
        UNDER_WAY,
        /** Its answer is known. */
        FINISHED,
        /** Some of it may be in the log. */
        UNCERTAIN
    }

    /** What a push finds about its key. */
    enum Finding {
        /** It is the first that this process knows of, and has the key now. */
        FIRST,
        /** An earlier one failed half-way; this one has the key now. */
        AGAIN,
        /** It was answered. */
        FINISHED,
        /** The key was used with another body. */
        REUSED,
        /** The same is under way, and did not end while it was waited for. */
        UNDER_WAY
    }

    /**
     * @param taken what became of it when it is finished, otherwise null
     */
    record Found(Finding finding, Edge.@Nullable Taken taken) {}

    Keys(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes a key; waits for the same push when it is under way. Who gets FIRST or AGAIN must end it. */
    synchronized Found take(Name name, String fingerprint, Duration patience) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            Use use = uses.get(name);
            if (use == null) {
                uses.put(name, new Use(fingerprint, clock.instant()));
                forgetOld();
                return new Found(Finding.FIRST, null);
            }
            if (!use.fingerprint.equals(fingerprint)) {
                return new Found(Finding.REUSED, null);
            }
            if (use.taken != null) {
                return new Found(Finding.FINISHED, use.taken);
            }
            if (use.state == State.UNCERTAIN) {
                use.state = State.UNDER_WAY;
                return new Found(Finding.AGAIN, null);
            }
            long left = patience.toMillis() - (System.nanoTime() - start) / 1_000_000;
            if (left <= 0) {
                return new Found(Finding.UNDER_WAY, null);
            }
            wait(left);
        }
    }

    synchronized void finish(Name name, Edge.Taken taken) {
        Use use = uses.get(name);
        if (use != null) {
            use.state = State.FINISHED;
            use.taken = taken;
        }
        notifyAll();
    }

    /** It failed, and some of it may be in the log. */
    synchronized void leaveUncertain(Name name) {
        Use use = uses.get(name);
        if (use != null) {
            use.state = State.UNCERTAIN;
        }
        notifyAll();
    }

    /** It failed, and none of it is in the log. */
    synchronized void giveBack(Name name) {
        uses.remove(name);
        notifyAll();
    }

    /** Says that keys used before this process began are below these offsets. */
    synchronized void begin(String topic, Map<Integer, Long> ends) {
        horizons.put(topic, new HashMap<>(ends));
    }

    /** The offsets below which keys that are not known here may have been used. */
    synchronized Map<Integer, Long> horizon(String topic) {
        return Map.copyOf(horizons.getOrDefault(topic, Map.of()));
    }

    private void forgetOld() {
        Instant oldest = clock.instant().minus(KEPT);
        Iterator<Map.Entry<Name, Use>> eldest = uses.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<Name, Use> entry = eldest.next();
            boolean isOld = !entry.getValue().since.isAfter(oldest);
            if (!isOld && uses.size() <= CAPACITY) {
                return;
            }
            State state = entry.getValue().state;
            if (state == State.FINISHED || (state == State.UNCERTAIN && isOld)) {
                forget(entry.getKey().topic(), entry.getValue());
                eldest.remove();
            }
        }
    }

    private void forget(String topic, Use use) {
        if (use.taken != null) {
            Map<Integer, Long> horizon = horizons.computeIfAbsent(topic, name -> new HashMap<>());
            use.taken.ends().forEach((partition, end) -> horizon.merge(partition, end, Math::max));
        }
    }
}
