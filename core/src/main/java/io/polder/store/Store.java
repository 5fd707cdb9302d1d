package io.polder.store;

import java.util.List;
import java.util.Optional;

/**
 * Where tables live. Thread-safe.
 *
 * <p>A table has one or more <em>generations</em>: the one that people read, and during a rebuild a next one beside it.
 */
public interface Store extends AutoCloseable {
    /**
     * Opens the generation of a table that people read; creates the table when there is none. An existing table may
     * have another definition than the one given: {@link StoredTable#definitionHash} tells.
     */
    StoredTable open(TableDefinition definition);

    /** Begins an empty next generation, throwing away an unfinished one. Its batches count on from the others'. */
    StoredTable next(TableDefinition definition);

    /**
     * Makes {@code next} the generation that people read, at once for every query, and drops the one before. What the one
     * before owed to other topics remains owed, and of what it had not applied {@code next} owes its own; late rows that
     * wait in the one before are to be merged first.
     */
    void promote(StoredTable next);

    /** The topics to which something is owed. */
    List<String> owing();

    /** What is owed to a topic, oldest first, at most {@code limit}. */
    List<Owed> outbox(String topic, int limit);

    /** Forgets what is owed to a topic up to and including {@code sequence}. */
    void sent(String topic, long sequence);

    /**
     * The events of a topic that were pushed with this idempotency key and are committed: their place in the body, from
     * 1, and the fingerprint of the body.
     */
    java.util.Map<Long, String> idempotent(String topic, String key);

    /** The hash and the source of a stored table's definition; empty when there is no such table. */
    Optional<Stored> stored(String table);

    /** Takes note of a definition by which the rows of the generation that people read are as they are. */
    void redefine(TableDefinition definition);

    /** Removes bookkeeping that nothing needs any more. */
    void tidy();

    @Override
    void close();

    /** The definition that a table is made by; see {@link TableDefinition}. */
    record Stored(String hash, String source) {}

    /**
     * A record for another topic.
     *
     * @param sequence rises
     * @param value null when it is the bytes of the event that {@code headers} name by partition and offset
     */
    record Owed(
            long sequence,
            String topic,
            byte @org.jspecify.annotations.Nullable [] key,
            byte @org.jspecify.annotations.Nullable [] value,
            java.util.Map<String, byte[]> headers,
            long acceptedMillis) {}
}
