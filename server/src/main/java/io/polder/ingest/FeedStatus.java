package io.polder.ingest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a feed is doing.
 *
 * @param state running, waiting (for its turn or its references), paused, failing, or done (bounded feeds)
 * @param rate events logged a second, over the last minute
 * @param lastEventAt when the last event was accepted; null before the first
 * @param lastError the last failure as a sentence; null when there was none since the last success
 * @param nextAt when a poll feed fetches next; null for others
 * @param progress 0 to 1 of a bounded feed; 1 for others
 * @param totals since this start
 */
public record FeedStatus(
        String name,
        String kind,
        String topic,
        String state,
        double rate,
        @Nullable Instant lastEventAt,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Instant nextAt,
        double progress,
        boolean simulated,
        Balance totals) {}
