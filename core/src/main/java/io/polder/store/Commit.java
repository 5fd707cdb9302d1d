package io.polder.store;

import java.time.Instant;
import java.util.Map;

/**
 * What one micro-batch brought to a table, durably.
 *
 * @param table the table's name
 * @param batch the batch's number, rising; the table's version
 * @param rows what became of the batch's events
 * @param minTime the earliest time among the rows that were written; null when none was, or the table has no time
 * @param maxTime the latest
 * @param acceptedFirst when the earliest of the events was accepted
 * @param acceptedLast when the latest of the events was accepted
 * @param logged when the batch's last event had been read from the log
 * @param committed when the rows could be queried
 * @param positions for each partition the offset after the last event that is in the table
 */
public record Commit(
        String table,
        long batch,
        Counts rows,
        @org.jspecify.annotations.Nullable Instant minTime,
        @org.jspecify.annotations.Nullable Instant maxTime,
        Instant acceptedFirst,
        Instant acceptedLast,
        Instant logged,
        Instant committed,
        Map<Integer, Long> positions) {
    public Commit {
        positions = Map.copyOf(positions);
    }

    /**
     * A balance: {@code logged = applied + filtered + rejected + tooLate + waiting}.
     *
     * @param logged events read from the log
     * @param applied rows written, or superseded within their batch
     * @param filtered events that the SELECT's WHERE left out
     * @param rejected events that could not be decoded or broke a rule
     * @param tooLate rows older than {@code retain} before acceptance
     * @param waiting late rows that are kept and not yet merged; negative when a batch merged more than it set aside
     * @param violations rows that broke a rule that nullifies or counts; these are among the applied
     */
    public record Counts(
            long logged, long applied, long filtered, long rejected, long tooLate, long waiting, long violations) {}
}
