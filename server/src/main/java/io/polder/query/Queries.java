package io.polder.query;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** SQL over the store. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Queries implements AutoCloseable {
    /**
     * Runs one SELECT that a person wrote, through the gate: SELECT only, tables and views of the mart only, bounded in
     * time.
     *
     * @throws io.polder.record.PolderException INVALID_REQUEST with the position, TIMED_OUT, UNAVAILABLE
     */
    public Answer ask(String sql, int limit) {
        throw new UnsupportedOperationException();
    }

    /** Runs a SELECT of the program's own, not gated. Values never come from outside except as {@code parameters}. */
    public Answer own(String sql, @Nullable Object... parameters) {
        throw new UnsupportedOperationException();
    }

    /**
     * The row of a table with this key, or the latest one when the key's time is left out.
     *
     * @param key as text, in the order of the table's key
     * @throws io.polder.record.PolderException NOT_FOUND, INVALID_REQUEST
     */
    public Optional<Found> row(String table, List<String> key) {
        throw new UnsupportedOperationException();
    }

    /** A row with its key and where it came from. */
    public record Found(
            Map<String, Object> key, Map<String, @Nullable Object> row, Provenance provenance, Stages stages) {}

    /** The event that a row came from. */
    public record Provenance(String topic, int partition, long offset, long batch, String feed) {}

    /** When the event passed each stage; {@code observed} is null when the table has no time. */
    public record Stages(
            java.time.@Nullable Instant observed,
            java.time.Instant accepted,
            java.time.Instant logged,
            java.time.Instant committed) {}

    @Override
    public void close() {}
}
