package io.polder.store;

import java.util.Map;

/** One generation of a table. For one writing thread at a time; reading methods may be called from any. */
public interface StoredTable extends AutoCloseable {
    String name();

    /** The hash of the definition that this generation is made by. */
    String definitionHash();

    /** For each partition the offset from which the table wants to read on; partitions without an entry from the start. */
    Map<Integer, Long> positions();

    /**
     * Applies a batch: runs the table's SELECT and rules over it, writes the rows by key, and with them, in one
     * transaction, the positions, the ledger, what is owed to other topics, and the idempotency keys.
     *
     * <p>On return the batch is durable against a killed process and can be queried. Of two rows with one key the one
     * with the higher version, else of the higher offset, remains. Applying a batch again that starts before {@link
     * #positions} is an error; a failure leaves everything as it was and can be tried again.
     *
     * @throws io.polder.record.PolderException INVALID_REQUEST when the SELECT fails on a value of an event, UNAVAILABLE
     *     when it may go well later, RESTART when the store is broken, INVALID_DEFINITION when a join gives several rows
     */
    Commit apply(Batch batch);

    /** Merges late rows that wait; null when there is nothing to do. */
    @org.jspecify.annotations.Nullable
    Commit merge();

    /**
     * Goes on by a definition that differs in its rules alone, and takes note of it. Nothing is applied until {@code change}
     * has made it of the positions, from which on the rules hold.
     */
    TableDefinition redefine(java.util.function.Function<Map<Integer, Long>, TableDefinition> change);

    /** Removes rows older than the table's {@code retain}. */
    void expire();

    /** The number of its last batch, 0 before the first; rises with each, also over generations. */
    long version();

    /** The number of rows that people can read. */
    long rows();

    /** The sums of all that was ever applied. */
    Commit.Counts totals();

    @Override
    void close();
}
