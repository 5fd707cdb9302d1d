package io.polder.ingest;

import com.fasterxml.jackson.core.type.TypeReference;
import io.polder.config.Feed;
import io.polder.format.Decoder;
import io.polder.format.Slice;
import io.polder.log.Log;
import io.polder.log.Reader;
import io.polder.log.RejectedEvent;
import io.polder.record.Columns;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at rejected events and sends them through their feeds again. Thread-safe.
 *
 * <p>A replayed event is decoded with its feed's format as it is now, which gives its key; what still cannot be decoded is
 * rejected again. How far a topic has been replayed is written down after the events are in the log, so that a kill in
 * between repeats some, which the tables' keys make harmless.
 */
final class RejectedEvents {
    private static final Logger logger = LoggerFactory.getLogger(RejectedEvents.class);
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PART = 1_000;
    private static final String STATE = "replayed";
    private static final TypeReference<HashMap<String, Long>> OFFSETS = new TypeReference<>() {};

    private final Log log;
    private final State state;
    private final Map<String, Long> replayed;

    /** A feed with its way to the log. */
    record Way(Feed feed, Edge edge) {}

    /** A record of a {@code .rejected} topic. */
    private record Found(long offset, long acceptedMillis, RejectedEvent event) {}

    RejectedEvents(Log log, State state) {
        this.log = log;
        this.state = state;
        replayed = state.read(STATE, OFFSETS, new HashMap<>());
    }

    List<Rejected> newest(Set<String> topics, int limit) {
        List<Rejected> found = new ArrayList<>();
        for (String topic : topics) {
            long end = end(topic);
            for (Found record : read(topic, Math.max(begin(topic), end - limit), end)) {
                found.add(shown(topic, record));
            }
        }
        return found.stream()
                .sorted(Comparator.comparing(Rejected::at)
                        .thenComparing(Rejected::offset)
                        .reversed())
                .limit(limit)
                .toList();
    }

    private synchronized Rejected shown(String topic, Found record) {
        RejectedEvent event = record.event;
        return new Rejected(
                topic,
                record.offset,
                Instant.ofEpochMilli(record.acceptedMillis),
                event.feed(),
                event.reason(),
                event.stage(),
                event.table(),
                event.position(),
                event.partition(),
                event.offset(),
                event.value(),
                event.length(),
                !event.isCut() && record.offset < replayed.getOrDefault(topic, 0L));
    }

    /** Replays what was rejected of a topic and not replayed yet; returns how many events are now in the log. */
    synchronized long replay(String topic, Map<String, Way> ways) {
        long end = end(topic);
        long from = Math.max(begin(topic), replayed.getOrDefault(topic, 0L));
        long count = 0;
        // An event that two tables rejected is replayed once.
        Set<String> places = new HashSet<>();
        while (from < end) {
            List<Found> part = read(topic, from, Math.min(end, from + PART));
            Map<String, List<RejectedEvent>> byFeed = new HashMap<>();
            for (Found found : part) {
                RejectedEvent event = found.event;
                boolean isNew = event.offset() == null || places.add(event.partition() + "/" + event.offset());
                if (isNew && isReplayable(topic, found, ways)) {
                    byFeed.computeIfAbsent(event.feed(), feed -> new ArrayList<>())
                            .add(event);
                }
            }
            for (Map.Entry<String, List<RejectedEvent>> entry : byFeed.entrySet()) {
                Way way = ways.get(entry.getKey());
                if (way != null) {
                    count += replay(way, entry.getValue());
                }
            }
            from = Math.min(end, from + PART);
            replayed.put(topic, from);
            state.write(STATE, replayed);
        }
        return count;
    }

    private static boolean isReplayable(String topic, Found found, Map<String, Way> ways) {
        if (found.event.isCut()) {
            logger.warn(
                    "Offset {} of {} is not replayed: only the first {} of its {} bytes are kept.",
                    found.offset,
                    RejectedEvent.topicOf(topic),
                    found.event.value().length,
                    found.event.length());
            return false;
        }
        if (!ways.containsKey(found.event.feed())) {
            logger.warn(
                    "Offset {} of {} is not replayed: there is no feed '{}' any more.",
                    found.offset,
                    RejectedEvent.topicOf(topic),
                    found.event.feed());
            return false;
        }
        return true;
    }

    private static long replay(Way way, List<RejectedEvent> rejected) {
        Gathering events = way.edge.begin(new Gathering(), 0);
        Decoder decoder = way.feed.format().decoder();
        Columns columns = new Columns(way.feed.format().schema(), 1);
        Slice value = new Slice();
        Slice key = new Slice();
        for (RejectedEvent event : rejected) {
            byte[] bytes = event.value();
            columns.clear();
            value.set(bytes, 0, bytes.length);
            String reason = decoder.decode(bytes, 0, bytes.length, event.context(), columns);
            byte[] keyBytes = reason == null ? KeyText.of(columns, way.feed.key()) : null;
            if (keyBytes != null) {
                events.event(value, key.set(keyBytes, 0, keyBytes.length), event.context());
            } else {
                String why = reason == null ? "A value of its key is missing." : reason;
                events.rejected(value, event.context(), events.size() + 1L, why);
            }
        }
        return way.edge.takeAgain(events).push().balance().logged();
    }

    private long end(String topic) {
        return log.endOffsets(RejectedEvent.topicOf(topic)).getOrDefault(0, 0L);
    }

    private long begin(String topic) {
        return log.beginningOffsets(RejectedEvent.topicOf(topic)).getOrDefault(0, 0L);
    }

    private List<Found> read(String topic, long from, long to) {
        List<Found> found = new ArrayList<>();
        if (from >= to) {
            return found;
        }
        long start = System.nanoTime();
        long[] next = {from};
        try (Reader reader = log.reader(GATHER)) {
            reader.assign(RejectedEvent.topicOf(topic), Map.of(0, from));
            while (next[0] < to) {
                reader.poll(Duration.ofMillis(500), (name, partition, offset, accepted, value, headers) -> {
                    next[0] = offset + 1;
                    if (offset < to) {
                        found.add(new Found(offset, accepted, RejectedEvent.read(value, headers)));
                    }
                });
                if (next[0] < to && System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new PolderException(
                            ErrorCode.UNAVAILABLE,
                            "The log did not give the rejected events of '" + topic + "' within " + PATIENCE.toSeconds()
                                    + " s. Fix: try again.");
                }
            }
        }
        return found;
    }
}
