package io.polder.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers that need not be computed again. An answer is good for as long as no table that it was read from has changed,
 * and beyond that for as old as its reader allows. Of several who ask the same at once one computes it. Bounded in
 * memory. Thread-safe.
 *
 * <p>The versions of the tables are taken before the query begins: a change while it runs makes its answer one of
 * before the change, never the other way round.
 */
final class ResultCache {
    private static final Logger LOGGER = LoggerFactory.getLogger(ResultCache.class);
    private static final long MAX_BYTES = 64L << 20;
    private static final long MAX_ENTRY_BYTES = 4L << 20;
    /** So long somebody else's computing of the same is waited for. */
    private static final long PATIENCE_SECONDS = 2;

    /** What was asked. */
    private record Key(String sql, boolean isExplained, long limit) {}

    /**
     * An answer.
     *
     * @param began when its query began, as {@link System#nanoTime} tells
     * @param versions of the tables that it was read from
     */
    record Entry(
            List<Answer.Column> columns,
            List<Chunk> chunks,
            long bytes,
            long began,
            boolean isSteady,
            Map<String, Long> versions) {}

    private final Map<String, Long> versions = new ConcurrentHashMap<>();
    private final Map<Key, CountDownLatch> computing = new ConcurrentHashMap<>();
    private final Cache<Key, Entry> entries = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher((Key key, Entry entry) -> (int) (256 + key.sql().length() * 2L + entry.bytes()))
            .executor(Runnable::run)
            .build();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /** A table has changed: called before anybody who waits for the change is told. */
    void changed(String table) {
        versions.merge(table, 1L, Long::sum);
    }

    /**
     * What there is for a question.
     *
     * @param entry the answer that may be given again; null when it is to be computed
     * @param claim when it is to be computed and others shall wait for that: to be given to {@link #record} or {@link #release}
     */
    record Found(@Nullable Entry entry, @Nullable CountDownLatch claim) {}

    /** Finds the answer that may be given again, or else says that the caller is to compute it. */
    Found find(Question question) {
        long asked = System.nanoTime();
        Key key = key(question);
        CountDownLatch claim = null;
        Entry entry = good(key, question.age(), asked);
        if (entry == null) {
            claim = new CountDownLatch(1);
            CountDownLatch other = computing.putIfAbsent(key, claim);
            if (other != null) {
                claim = null;
                await(other);
            }
            // Whoever computed it may have been ready just before the claim.
            entry = good(key, question.age(), asked);
        }
        (entry != null ? hits : misses).increment();
        if (entry != null && claim != null) {
            release(question, claim);
            claim = null;
        }
        return new Found(entry, claim);
    }

    private static void await(CountDownLatch other) {
        try {
            if (!other.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.debug("Somebody else computes the same for long.");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * An answer is as old as it was when it was asked for: who had to wait for it takes it all the same, or else all who
     * wait for a slow query would ask it once more. What began after the asking has all that could be asked for.
     */
    private @Nullable Entry good(Key key, Duration age, long asked) {
        Entry entry = entries.getIfPresent(key);
        if (entry == null) {
            return null;
        }
        boolean isYoung = asked - entry.began() <= age.toNanos() && (entry.isSteady() || !age.isZero());
        boolean isUnchanged = entry.isSteady()
                && entry.versions().entrySet().stream().allMatch(each -> version(each.getKey()) == each.getValue());
        return isYoung || isUnchanged ? entry : null;
    }

    /** Nobody needs to wait for it any more. */
    void release(Question question, @Nullable CountDownLatch claim) {
        release(key(question), claim);
    }

    private void release(Key key, @Nullable CountDownLatch claim) {
        if (claim != null && computing.remove(key, claim)) {
            claim.countDown();
        }
    }

    private long version(String table) {
        return versions.getOrDefault(table, 0L);
    }

    /** Begins to take note of an answer; before its query begins. */
    Recording record(Question question, Reads reads, @Nullable CountDownLatch claim) {
        Map<String, Long> seen = new HashMap<>();
        reads.tables().forEach(table -> seen.put(table, version(table)));
        return new Recording(key(question), reads.isSteady(), seen, claim);
    }

    private static Key key(Question question) {
        return new Key(question.sql(), question.isExplained(), question.limit());
    }

    long hits() {
        return hits.sum();
    }

    long misses() {
        return misses.sum();
    }

    long bytes() {
        return entries.policy()
                .eviction()
                .flatMap(eviction -> eviction.weightedSize().stream().boxed().findFirst())
                .orElse(0L);
    }

    /** An answer that is being made. For one thread at a time. */
    final class Recording {
        private final Key key;
        private final boolean isSteady;
        private final Map<String, Long> seen;
        private final @Nullable CountDownLatch latch;
        private final long began = System.nanoTime();
        private final List<Chunk> chunks = new ArrayList<>();
        private long bytes;

        private Recording(Key key, boolean isSteady, Map<String, Long> seen, @Nullable CountDownLatch latch) {
            this.key = key;
            this.isSteady = isSteady;
            this.seen = seen;
            this.latch = latch;
        }

        void add(Chunk chunk) {
            bytes += chunk.bytes();
            if (bytes <= MAX_ENTRY_BYTES) {
                chunks.add(chunk);
            } else {
                chunks.clear();
                release(key, latch);
            }
        }

        /** The answer is whole. */
        void finish(List<Answer.Column> columns) {
            if (bytes <= MAX_ENTRY_BYTES) {
                entries.put(key, new Entry(columns, List.copyOf(chunks), bytes, began, isSteady, Map.copyOf(seen)));
            }
        }
    }
}
