package io.polder.enrich;

import io.polder.store.Commit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a table is doing.
 *
 * @param state live, or a sentence: waiting for measure_points, rebuilding 43 %, the definition has changed
 * @param lagSeconds age of the oldest event that is logged and not yet committed; 0 when there is none
 * @param freshness milliseconds from acceptance to commit over the last minute; null without events
 * @param observed milliseconds from the row's time to commit; null when not measured (no events, or simulated faster
 *     than time)
 */
public record TableStatus(
        String name,
        String from,
        List<String> key,
        Optional<String> time,
        List<Column> columns,
        long rows,
        long version,
        String state,
        double lagSeconds,
        boolean simulated,
        @Nullable Quantiles freshness,
        @Nullable Quantiles observed,
        Commit.Counts totals) {
    /** A column; {@code type} as SQL names it. */
    public record Column(String name, String type) {}

    /** Of {@code count} measurements, in milliseconds. */
    public record Quantiles(long p50, long p99, long count) {}
}
