package io.polder.config;

import io.polder.format.Format;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where events come from.
 *
 * @param kind poll, http, sql, files, kafka, or model for what the program says itself
 * @param poll the address that a poll feed fetches; null for others
 * @param every a poll feed's period
 * @param timeout how long one fetch may take
 * @param files glob relative to the mart's folder, for a files feed; empty for others
 * @param format how its documents are split and decoded, with the feed's fields
 * @param formatName the format's name as written: {@code miv-traffic}
 * @param formatOptions the options of its format that are written, as YAML has them between braces, in
 *     canonical order: {@code delimiter: ";", header: false}; empty when none are
 * @param key the fields whose values make the event's key; may be empty
 * @param partitions of its topic; fixed for ever
 * @param topic the topic that it writes; feeds may share one
 * @param where SQL over the decoded fields that an event must fulfil to be taken; empty when all are
 * @param sampleEvery takes the first event of each key in each period of this length; null when all are taken
 * @param maxBytes the size over which a document is refused
 * @param keepFor how long its topic keeps events; null for ever
 * @param simulated whether its events are made up and must be shown as such
 */
public record Feed(
        String name,
        Kind kind,
        @Nullable URI poll,
        Duration every,
        Duration timeout,
        String files,
        Format format,
        String formatName,
        String formatOptions,
        List<String> key,
        int partitions,
        String topic,
        Optional<String> where,
        @Nullable Duration sampleEvery,
        long maxBytes,
        @Nullable Duration keepFor,
        boolean simulated) {
    /** The field of an event of a feed of {@link Kind#SQL} that says that its row is deleted. */
    public static final String DELETED = "polder_deleted";

    public Feed {
        key = List.copyOf(key);
    }

    /** A feed whose format has no options. */
    public Feed(
            String name,
            Kind kind,
            @Nullable URI poll,
            Duration every,
            Duration timeout,
            String files,
            Format format,
            String formatName,
            List<String> key,
            int partitions,
            String topic,
            Optional<String> where,
            @Nullable Duration sampleEvery,
            long maxBytes,
            @Nullable Duration keepFor,
            boolean simulated) {
        this(
                name,
                kind,
                poll,
                every,
                timeout,
                files,
                format,
                formatName,
                "",
                key,
                partitions,
                topic,
                where,
                sampleEvery,
                maxBytes,
                keepFor,
                simulated);
    }

    /** Ways to get events. */
    public enum Kind {
        /** Fetches an address on a schedule. */
        POLL,
        /** Takes what is posted to it. */
        HTTP,
        /** Takes what is written by SQL. */
        SQL,
        /** Reads files once; bounded. */
        FILES,
        /** Has others write its topic. */
        KAFKA,
        /** Takes what a model says, and how good that was. */
        MODEL
    }

    /** Whether it ends: its events are history, applied in bulk, behind live work. */
    public boolean isBounded() {
        return kind == Kind.FILES;
    }

    /** The address that it fetches without what may be secret, its user and its query, for people to see; else empty. */
    public String shownAddress() {
        if (poll == null) {
            return "";
        }
        String port = poll.getPort() < 0 ? "" : ":" + poll.getPort();
        return poll.getScheme() + "://" + poll.getHost() + port + (poll.getRawPath() == null ? "" : poll.getRawPath());
    }
}
