package io.polder.enrich;

import io.polder.config.Feed;
import io.polder.config.Rule;
import io.polder.log.Log;
import io.polder.log.Reader;
import io.polder.log.RecordHeaders;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.Batch;
import io.polder.store.Commit;
import io.polder.store.StoredTable;
import io.polder.store.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from a topic to one generation of a table: reads what the table has not seen, decodes it into a batch, applies
 * it. The table's own positions, which change with its rows, say where to read on; nothing is kept beside them.
 *
 * <p>An event on which the table's SELECT fails (a cast that overflows) must not hold up the others: the batch is then
 * read again in halves until the one event is found, which is rejected when it fails alone a second time. (A failure may
 * come from a table that is joined and was replaced at that moment.) For one thread; {@link #wakeup} from any.
 */
final class Pipeline implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Pipeline.class);

    private static final int UNLIMITED = Integer.MAX_VALUE;

    private static final byte[] NOTHING = new byte[0];

    private volatile TableDefinition definition;
    private final StoredTable table;
    private final TopicEvents events;
    private final Log log;
    private final Duration gather;
    private final InstantSource clock;
    private final Batch batch;
    private final Map<String, EventDecoder> decoders = new HashMap<>();
    private final EventDecoder lead;
    private byte[] lastFeed = new byte[0];
    private EventDecoder lastDecoder;
    private final int batchRows;
    private @Nullable Reader reader;
    private int limit = UNLIMITED;
    private boolean isCut;
    private @Nullable Suspect suspect;
    private volatile @Nullable String outrun;
    private Set<Integer> partitions = Set.of();
    /** How far it was read when nothing came: behind the last event there may be marks of transactions and what was aborted. */
    private final Map<Integer, Long> skipped = new ConcurrentHashMap<>();

    /**
     * An event on which the SELECT failed when it was alone.
     *
     * @param refusal why it is to be rejected; null as long as it has not failed a second time
     */
    private record Suspect(
            int partition, long offset, @Nullable String refusal) {
        boolean isAt(int otherPartition, long otherOffset) {
            return partition == otherPartition && offset == otherOffset;
        }
    }

    Pipeline(
            TableDefinition definition,
            StoredTable table,
            TopicEvents events,
            Log log,
            Duration gather,
            int batchRows,
            InstantSource clock) {
        this.definition = definition;
        this.table = table;
        this.events = events;
        this.log = log;
        this.gather = gather;
        this.batchRows = batchRows;
        this.clock = clock;
        batch = new Batch(events.schema());
        for (Feed feed : events.feeds()) {
            decoders.put(feed.name(), new EventDecoder(feed, events.schema()));
        }
        lead = Objects.requireNonNull(decoders.get(events.lead().name()));
        lastDecoder = lead;
    }

    TableDefinition definition() {
        return definition;
    }

    /** Goes on by a definition with other rules; see {@link StoredTable#redefine}. */
    TableDefinition redefine(java.util.function.Function<Map<Integer, Long>, TableDefinition> change) {
        definition = table.redefine(change);
        return definition;
    }

    StoredTable table() {
        return table;
    }

    TopicEvents events() {
        return events;
    }

    /**
     * Compares the table's positions with the log's ends, before anybody writes to it. A table that stands behind an end
     * must not read on: what comes next gets offsets that it has read already and would be skipped.
     *
     * @return a sentence when its rules are those of another log
     */
    Optional<String> compareWithLog() {
        Map<Integer, Long> positions = table.positions();
        boolean hasLater = definition.rules().stream().anyMatch(Rule::isPartial);
        if (positions.isEmpty() && !hasLater) {
            return Optional.empty();
        }
        Map<Integer, Long> ends = log.endOffsets(definition.topic());
        Optional<String> ofAnotherLog = RuleSwitch.ofAnotherLog(definition.name(), definition.rules(), ends);
        ofAnotherLog.ifPresent(sentence -> LOGGER.warn("{}", sentence));
        positions.forEach((partition, position) -> {
            long end = ends.getOrDefault(partition, 0L);
            if (position > end) {
                outrun = "Topic '" + definition.topic() + "', partition " + partition + ": table " + definition.name()
                        + " has read up to offset " + position + ", but the log ends at " + end
                        + ", as after a power cut or when another log was put in its place. Fix: rebuild the tables"
                        + " that read it (./polder rebuild TABLE), or restore log and store from the same backup.";
            }
        });
        return ofAnotherLog;
    }

    /** @throws PolderException CONFLICT when the table must not read on until it is rebuilt */
    void checkPlace() {
        String found = outrun;
        if (found != null) {
            throw new PolderException(ErrorCode.CONFLICT, found);
        }
    }

    /** What is done with a batch and its commit, on the pipeline's thread; the batch is only valid during the call. */
    interface Committed {
        void committed(Batch batch, Commit commit);
    }

    /**
     * Reads and applies one batch.
     *
     * @return the number of events that it held; 0 when none came in time
     * @throws PolderException UNAVAILABLE when it may be tried again, RESTART when the store is broken
     */
    int step(Committed committed) {
        Reader source = reader();
        int most = Math.min(limit, batchRows);
        isCut = false;
        Reader.Visitor visitor = (topic, partition, offset, acceptedMillis, value, headers) -> {
            if (batch.events() < most) {
                take(partition, offset, acceptedMillis, value, headers);
            } else {
                isCut = true;
            }
        };
        int polled = source.poll(gather, visitor);
        while (polled >= Reader.MAX_POLL_RECORDS && batch.events() < most) {
            polled = source.poll(Duration.ZERO, visitor);
        }
        if (batch.events() == 0) {
            partitions.forEach(
                    partition -> skipped.merge(partition, source.position(definition.topic(), partition), Math::max));
            return 0;
        }
        batch.logged(clock.instant());
        int size = batch.events();
        try {
            Commit commit = table.apply(batch);
            committed.committed(batch, commit);
            Suspect known = suspect;
            if (known != null && table.positions().getOrDefault(known.partition(), 0L) > known.offset()) {
                suspect = null;
            }
            if (limit != UNLIMITED) {
                limit = limit > batchRows / 2 ? UNLIMITED : limit * 2;
            }
            if (isCut) {
                readAgain();
            }
            return size;
        } catch (PolderException exception) {
            readAgain();
            if (exception.code() != ErrorCode.INVALID_REQUEST) {
                throw exception;
            }
            if (batch.events() > 1) {
                limit = batch.events() / 2;
                return size;
            }
            if (batch.rows() == 0) {
                throw exception;
            }
            limit = 1;
            Suspect before = suspect;
            boolean isKnown = before != null && before.isAt(batch.partition(0), batch.offset(0));
            suspect = new Suspect(
                    batch.partition(0),
                    batch.offset(0),
                    isKnown ? "The table's select fails on it: " + exception.getMessage() : null);
            return size;
        } finally {
            batch.clear();
        }
    }

    private void take(int partition, long offset, long acceptedMillis, byte @Nullable [] given, RecordHeaders headers) {
        // A tombstone, which others may write: no event, and rejected as one.
        byte[] value = given == null ? NOTHING : given;
        EventDecoder decoder = lead;
        byte[] context = NOTHING;
        if (!headers.isEmpty()) {
            byte[] feed = headers.get(RecordHeaders.FEED);
            if (feed != null) {
                decoder = decoder(feed);
            }
            byte[] said = headers.get(RecordHeaders.CONTEXT);
            if (said != null) {
                context = said;
            }
            byte[] token = headers.get(RecordHeaders.IDEMPOTENCY);
            if (token != null) {
                batch.idempotent(new Batch.Idempotent(new String(token, StandardCharsets.UTF_8), acceptedMillis));
            }
        }
        Suspect known = suspect;
        String wrong = known != null && known.isAt(partition, offset) ? known.refusal() : null;
        if (wrong == null) {
            wrong = decoder.decode(value, context, batch.columns());
        }
        String feed = decoder.feed().name();
        if (wrong == null) {
            batch.add(partition, offset, acceptedMillis, feed, decoder.feed().isBounded());
        } else {
            batch.reject(new Batch.Reject(partition, offset, acceptedMillis, feed, value, context, wrong));
        }
    }

    /** The decoder of a feed that an event names; the lead's when there is no such feed any more. */
    private EventDecoder decoder(byte[] feed) {
        if (!Arrays.equals(feed, lastFeed)) {
            lastFeed = feed;
            lastDecoder = decoders.getOrDefault(new String(feed, StandardCharsets.UTF_8), lead);
        }
        return lastDecoder;
    }

    private Reader reader() {
        Reader existing = reader;
        if (existing != null) {
            return existing;
        }
        Reader created = log.reader(gather);
        reader = created;
        readAgain();
        return created;
    }

    /** Goes back to where the table stands. */
    private void readAgain() {
        Reader source = reader;
        if (source == null) {
            return;
        }
        Map<Integer, Long> from = new LinkedHashMap<>(log.beginningOffsets(definition.topic()));
        Map<Integer, Long> positions = table.positions();
        from.replaceAll((partition, beginning) -> positions.getOrDefault(partition, beginning));
        source.assign(definition.topic(), from);
        partitions = Set.copyOf(from.keySet());
    }

    /** For each partition the offset below which nothing is left to read: the table's own place, or behind what is no event. */
    Map<Integer, Long> places() {
        Map<Integer, Long> places = new HashMap<>(skipped);
        table.positions().forEach((partition, position) -> places.merge(partition, position, Math::max));
        return places;
    }

    /** How many events are in the log, may be read, and are not in the table. */
    long behind() {
        Map<Integer, Long> positions = places();
        long behind = 0;
        for (var end : log.committedOffsets(definition.topic()).entrySet()) {
            behind += Math.max(0, end.getValue() - positions.getOrDefault(end.getKey(), 0L));
        }
        return behind;
    }

    void wakeup() {
        Reader source = reader;
        if (source != null) {
            source.wakeup();
        }
    }

    /** Closes the reader; the table remains open. */
    @Override
    public void close() {
        Reader source = reader;
        reader = null;
        if (source != null) {
            source.close();
        }
    }
}
