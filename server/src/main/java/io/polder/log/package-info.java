/**
 * The log: Kafka topics, on an embedded broker or an external cluster. The only package that knows Kafka.
 *
 * <p>What flows in are events from {@code io.polder.ingest} and what tables owe to other topics; what flows out, by place
 * and in order, is the same bytes. The invariant: what was acknowledged stays, at its offset, for as long as its topic is
 * kept, which is for ever unless the definition bounds it.
 *
 * <p>The topics and their records:
 *
 * <dl>
 *   <dt>a feed's topic
 *   <dd>value: the exact fragment of the document that arrived. No key: the partition is the murmur2 hash of the event's
 *       key, as Kafka's own partitioner has it. Timestamp: when the event was accepted. Headers only when needed: {@code
 *       feed} (the feed is not called as the topic is), {@code context} (what the fragment cannot say by itself, see
 *       {@code io.polder.format}), {@code idempotency} (of a push with a key).
 *   <dt>{@code <topic>.rejected}, one partition
 *   <dd>what was meant for the topic, or for a table of it, and not taken: see {@link io.polder.log.RejectedEvent}.
 *   <dt>{@code polder.edge}, one partition
 *   <dd>what of the events that were read is not in the log, as JSON: {@code {"feed", "minute", "filtered", "rejected",
 *       "duplicate"}}, the minute counted since 1970. Their sum by feed and minute, with the events in the log, is what was
 *       read.
 * </dl>
 */
@NullMarked
package io.polder.log;

import org.jspecify.annotations.NullMarked;
