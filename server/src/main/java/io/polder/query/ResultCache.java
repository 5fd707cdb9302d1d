package io.polder.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Answers that need not be computed again. An answer is good for as long as no table that it was read from has changed,
 * and beyond that for as old as its reader allows. Of several who ask the same at once one computes it. Bounded in
 * memory. Thread-safe.
 *
 * <p>The versions of the tables are taken before the query begins: a change while it runs makes its answer one of
 * before the change, never the other way round.
 */
final class ResultCache {
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

    /** The answer that may be given again. */
    Optional<Entry> find(Question question) {
        Key key = key(question);
        Optional<Entry> found = good(key, question.age());
        CountDownLatch other = found.isPresent() ? null : computing.get(key);
        if (other != null) {
            try {
                if (other.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    found = good(key, question.age());
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
        (found.isPresent() ? hits : misses).increment();
        return found;
    }

    private Optional<Entry> good(Key key, Duration age) {
        Entry entry = entries.getIfPresent(key);
        if (entry == null) {
            return Optional.empty();
        }
        boolean isYoung = System.nanoTime() - entry.began() <= age.toNanos();
        boolean isUnchanged = entry.isSteady()
                && entry.versions().entrySet().stream().allMatch(each -> version(each.getKey()) == each.getValue());
        return isYoung || isUnchanged ? Optional.of(entry) : Optional.empty();
    }

    private long version(String table) {
        return versions.getOrDefault(table, 0L);
    }

    /** Begins to take note of an answer; before its query begins. */
    Recording record(Question question, Reads reads) {
        Map<String, Long> seen = new HashMap<>();
        reads.tables().forEach(table -> seen.put(table, version(table)));
        Key key = key(question);
        CountDownLatch latch = new CountDownLatch(1);
        boolean isFirst = computing.putIfAbsent(key, latch) == null;
        return new Recording(key, reads.isSteady(), seen, isFirst ? latch : null);
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
                release();
            }
        }

        /** The answer is whole. */
        void finish(List<Answer.Column> columns) {
            if (bytes <= MAX_ENTRY_BYTES) {
                entries.put(key, new Entry(columns, List.copyOf(chunks), bytes, began, isSteady, Map.copyOf(seen)));
            }
        }

        /** Nobody needs to wait for it any more. */
        void release() {
            if (latch != null && computing.remove(key, latch)) {
                latch.countDown();
            }
        }
    }
}
