package io.polder.ingest;

import io.polder.config.Feed;
import io.polder.format.MalformedDocumentException;
import io.polder.log.Log;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes what is pushed. Thread-safe.
 *
 * <p>With an idempotency key, what is in the log of an earlier push is known from two sides: the keys that this process
 * has answered ({@link Keys}), and, for those of earlier processes and for pushes that failed half-way, the marks on the
 * events that were committed behind the log. The second is asked only when everything that could bear the key is
 * committed; until then the push is answered UNAVAILABLE.
 */
final class Pushes {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration ASK_EVERY = Duration.ofMillis(20);
    private static final int KEY_LENGTH = 255;
    private static final ThreadLocal<Gathering> GATHERINGS = ThreadLocal.withInitial(Gathering::new);

    private final Log log;
    private final Idempotency idempotency;
    private final Keys keys;
    private final PushedBodies bodies = new PushedBodies(Runtime.getRuntime().maxMemory() / 4);

    Pushes(Log log, Idempotency idempotency, Keys keys) {
        this.log = log;
        this.idempotency = idempotency;
        this.keys = keys;
    }

    Push take(Feed feed, Edge edge, InputStream in, @Nullable String contentType, @Nullable String idempotencyKey) {
        MediaTypes.check(feed, contentType);
        if (idempotencyKey != null) {
            checkKey(idempotencyKey);
        }
        Gathering events = edge.begin(GATHERINGS.get(), 0);
        try (PushedBodies.Pushed pushed = read(feed, in)) {
            gather(feed, pushed.body(), events);
            return idempotencyKey == null
                    ? edge.take(events, 0, events.size(), null).push()
                    : takeOnce(feed, edge, events, idempotencyKey, fingerprint(pushed.body()));
        } finally {
            events.end();
        }
    }

    private PushedBodies.Pushed read(Feed feed, InputStream in) {
        try {
            return bodies.read(in, feed.maxBytes());
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The body could not be read to its end: " + failure.getMessage() + ". Fix: send it again.",
                    failure);
        }
    }

    private static void gather(Feed feed, Bodies.Body body, Gathering events) {
        try {
            events.read(body.bytes());
            feed.format().splitter(feed.key()).split(body.bytes(), 0, body.length(), true, events);
        } catch (MalformedDocumentException malformed) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    malformed.getMessage() + " Nothing of the body was taken. Fix: send well-formed "
                            + feed.formatName() + ".",
                    malformed);
        }
    }

    private Push takeOnce(Feed feed, Edge edge, Gathering events, String key, String fingerprint) {
        Keys.Name name = new Keys.Name(feed.topic(), key);
        Keys.Found found = claim(name, fingerprint);
        return switch (found.finding()) {
            case FIRST -> takeOwned(feed, edge, events, name, fingerprint, keys.horizon(feed.topic()));
            case AGAIN -> takeOwned(feed, edge, events, name, fingerprint, null);
            case FINISHED -> edge.repeat(Objects.requireNonNull(found.taken()).push());
            case REUSED -> throw reused(key);
            case UNDER_WAY ->
                throw new PolderException(
                        ErrorCode.CONFLICT,
                        "Idempotency-Key = '" + key + "': the same push is still under way. Fix: try again.");
        };
    }

    private Keys.Found claim(Keys.Name name, String fingerprint) {
        try {
            return keys.take(name, fingerprint, PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorCode.UNAVAILABLE, "The program is stopping. Fix: try again.", interrupted);
        }
    }

    /**
     * @param horizon what must be committed before the store's answer about the key is whole; null for all that is in the
     *     log, where an earlier attempt may have left something
     */
    private Push takeOwned(
            Feed feed,
            Edge edge,
            Gathering events,
            Keys.Name name,
            String fingerprint,
            @Nullable Map<Integer, Long> horizon) {
        Edge.@Nullable Taken taken = null;
        boolean isUncertain = horizon == null;
        try {
            awaitCommitted(feed.topic(), horizon == null ? log.endOffsets(feed.topic()) : horizon);
            Edge.Retry retry = new Edge.Retry(name.key(), fingerprint, logged(name, fingerprint));
            isUncertain = true;
            taken = edge.take(events, 0, events.size(), retry);
            return taken.push();
        } finally {
            if (taken != null) {
                keys.finish(name, taken);
            } else if (isUncertain) {
                keys.leaveUncertain(name);
            } else {
                keys.giveBack(name);
            }
        }
    }

    private void awaitCommitted(String topic, Map<Integer, Long> offsets) {
        long start = System.nanoTime();
        while (!idempotency.hasCommitted(topic, offsets)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new PolderException(
                        ErrorCode.UNAVAILABLE,
                        "It is not known yet which events of this Idempotency-Key are in the log: the tables of topic '"
                                + topic + "' are still catching up. Fix: try again.");
            }
            try {
                Thread.sleep(ASK_EVERY.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new PolderException(
                        ErrorCode.UNAVAILABLE, "The program is stopping. Fix: try again.", interrupted);
            }
        }
    }

    private Set<Integer> logged(Keys.Name name, String fingerprint) {
        Map<Integer, String> seen = idempotency.seen(name.topic(), name.key());
        if (seen.values().stream().anyMatch(other -> !other.equals(fingerprint))) {
            throw reused(name.key());
        }
        return seen.keySet();
    }

    private static PolderException reused(String key) {
        return new PolderException(
                ErrorCode.KEY_REUSED,
                "Idempotency-Key = '" + key
                        + "': it was used before with another body. Fix: take a new key for a new body.");
    }

    private static void checkKey(String key) {
        boolean isPlain = key.chars().allMatch(character -> character >= ' ' && character < 0x7f);
        if (key.isBlank() || key.length() > KEY_LENGTH || !isPlain) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "Idempotency-Key = '" + key.replaceAll("[^ -~]", "?") + "': not a key. Fix: send 1 to " + KEY_LENGTH
                            + " printable ASCII characters, such as a UUID.");
        }
    }

    private static String fingerprint(Bodies.Body body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(body.bytes(), 0, body.length());
            return HexFormat.of().formatHex(digest.digest(), 0, Long.BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256.", impossible);
        }
    }
}
