package io.polder.ingest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A rejected event, as {@code <topic>.rejected} holds it.
 *
 * @param topic the topic that it was meant for
 * @param offset its place in {@code <topic>.rejected}
 * @param stage edge, or table
 * @param table the table that rejected it; null at the edge
 * @param position its place in the document at the edge; null behind the log
 * @param sourcePartition where it stands in the topic; null at the edge
 * @param sourceOffset likewise
 * @param value its bytes; a prefix when it was huge
 * @param length of the whole
 */
public record Rejected(
        String topic,
        long offset,
        Instant at,
        String feed,
        String reason,
        String stage,
        @Nullable String table,
        @Nullable Long position,
        @Nullable Integer sourcePartition,
        @Nullable Long sourceOffset,
        byte[] value,
        long length,
        boolean isReplayed) {}
