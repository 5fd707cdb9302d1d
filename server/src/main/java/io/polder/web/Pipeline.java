package io.polder.web;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What the pipelines page draws as one: sources, the channels that they fill, and the sinks that empty these. An agent is
 * one, and so is a topic of the mart with its feeds and tables.
 *
 * @param kind agent or topic
 * @param why sentences that name what holds events up, without a full stop; empty when all flows
 * @param simulated whether any of its events are made up
 */
record Pipeline(String kind, String name, List<String> why, boolean simulated, List<Part> parts) {
    Pipeline {
        why = List.copyOf(why);
        parts = List.copyOf(parts);
    }

    /**
     * A source, a channel or a sink.
     *
     * @param kind source, channel or sink
     * @param type what kind of source it is, and so on: {@code poll}, {@code memory}, {@code table}
     * @param detail what tells it from others of its type; may be empty
     * @param channels of a source those that it fills, of a sink the one that it empties
     * @param rate events a second
     * @param fillPercent how full a channel is; empty where there is no limit
     * @param oldestSeconds the age of the oldest event that waits in a channel; 0 when none does
     * @param failures what went wrong since the start: events rejected by feeds and tables, batches that a source could
     *     not get in, deliveries that failed
     * @param trouble what keeps it from its work; empty when nothing does
     * @param state {@code well}, {@code idle} (nothing to do, as it should be), {@code waiting} or {@code failing}
     * @param series under which its events of the last hour are known
     */
    record Part(
            String kind,
            String name,
            String type,
            String detail,
            List<String> channels,
            double rate,
            OptionalDouble fillPercent,
            OptionalDouble oldestSeconds,
            long failures,
            String trouble,
            String state,
            String series) {
        Part {
            channels = List.copyOf(channels);
        }
    }
}
