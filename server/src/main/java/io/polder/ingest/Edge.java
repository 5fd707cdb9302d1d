package io.polder.ingest;

import io.polder.config.Feed;
import io.polder.log.Log;
import io.polder.log.RecordHeaders;
import io.polder.log.RejectedEvent;
import io.polder.log.Writer;
import io.polder.record.PolderException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The way from gathered events to the log, common to all kinds of feeds: what was logged before is left out, then what
 * {@code where} and {@code sample} do not take; the others are sent, and what is rejected goes to {@code
 * <topic>.rejected}. Thread-safe.
 *
 * <p>Order of durability: events and rejected events, then the balance that counts them, then the answer.
 */
final class Edge implements AutoCloseable {
    /** What a record's headers may take. */
    private static final int HEADER_BYTES = 1_024;

    private static final int SHOWN_REJECTIONS = 100;

    private final Feed feed;
    private final Log log;
    private final EdgeBalances balances;
    private final @Nullable Condition condition;
    private final @Nullable Sample sample;
    private final InstantSource clock;
    private final FeedMeter meter;
    private final Map<String, byte[]> plainHeaders;
    private final AtomicInteger nextPartition = new AtomicInteger();

    Edge(
            Feed feed,
            Log log,
            EdgeBalances balances,
            @Nullable Condition condition,
            InstantSource clock,
            FeedMeter meter) {
        this.feed = feed;
        this.log = log;
        this.balances = balances;
        this.condition = condition;
        this.clock = clock;
        this.meter = meter;
        sample = feed.sampleEvery() == null ? null : new Sample(feed.sampleEvery());
        plainHeaders = feed.name().equals(feed.topic())
                ? Map.of()
                : Map.of(RecordHeaders.FEED, feed.name().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A push under an idempotency key.
     *
     * @param logged the events, by place in the body from 1, that are in the log already
     */
    record Retry(String key, String fingerprint, Set<Integer> logged) {}

    /**
     * What became of events; durable when it is handed over.
     *
     * @param ends for each partition that got events, the offset after the last
     */
    record Taken(Push push, Map<Integer, Long> ends) {}

    /** A gathering that asks for what this edge needs. */
    Gathering begin(Gathering gathering, long known) {
        return gathering.begin(feed.partitions(), sample != null, known);
    }

    /**
     * Takes the gathered events and returns when their fate is durable.
     *
     * @throws io.polder.record.PolderException UNAVAILABLE when it is not; some of them may be in the log
     */
    Taken take(Gathering events, int from, int to, @Nullable Retry retry) {
        return take(events, from, to, retry, sample);
    }

    /** Takes events that were rejected once: {@code sample} has nothing to say about them. */
    Taken takeAgain(Gathering events) {
        return take(events, 0, events.size(), null, null);
    }

    /** Counts a push that was answered before and says what became of it: everything that it logged is a duplicate. */
    Push repeat(Push first) {
        long accepted = clock.millis();
        Balance was = first.balance();
        long duplicates = was.logged() + was.duplicate();
        balances.commit(feed.name(), accepted, was.filtered(), was.rejected(), duplicates);
        meter.count(accepted, 0, was.filtered(), was.rejected(), duplicates);
        return new Push(new Balance(was.read(), 0, was.filtered(), was.rejected(), duplicates), first.rejections());
    }

    private Taken take(Gathering events, int from, int to, @Nullable Retry retry, @Nullable Sample sampling) {
        BitSet left = new BitSet();
        int duplicates = retry == null ? 0 : leaveOutLogged(events, from, to, retry, left);
        rejectHuge(events, from, to, left);
        if (condition != null) {
            condition.judge(events, from, to, left);
        }
        long accepted = clock.millis();
        List<byte[]> sampled = sampling == null ? List.of() : sample(events, from, to, accepted, sampling, left);
        int rejected = 0;
        for (int index = from; index < to; index++) {
            if (events.reason(index) != null) {
                rejected++;
            }
        }
        int sent = to - from - rejected - left.cardinality();
        int filtered = left.cardinality() - duplicates;

        Acknowledgements ofEvents = new Acknowledgements(sent, feed.partitions());
        Acknowledgements ofRejected = new Acknowledgements(rejected, 1);
        List<Push.Rejection> rejections = send(events, from, to, retry, left, accepted, ofEvents, ofRejected);
        boolean isDurable = false;
        try {
            ofEvents.await();
            ofRejected.await();
            ofEvents.check();
            ofRejected.check();
            balances.commit(feed.name(), accepted, filtered, rejected, duplicates);
            isDurable = true;
        } catch (PolderException failure) {
            meter.failed(String.valueOf(failure.getMessage()));
            throw failure;
        } finally {
            if (isDurable) {
                meter.count(accepted, sent, filtered, rejected, duplicates);
            } else {
                meter.count(accepted, ofEvents.succeeded(), 0, 0, 0);
                if (sampling != null) {
                    sampling.release(sampled);
                }
            }
        }
        Balance balance = new Balance(to - from, sent, filtered, rejected, duplicates);
        return new Taken(new Push(balance, rejections), ofEvents.ends());
    }

    private static int leaveOutLogged(Gathering events, int from, int to, Retry retry, BitSet left) {
        if (retry.logged().isEmpty()) {
            return 0;
        }
        int count = 0;
        for (int index = from; index < to; index++) {
            if (events.reason(index) == null && retry.logged().contains((int) events.position(index))) {
                left.set(index);
                count++;
            }
        }
        return count;
    }

    private static void rejectHuge(Gathering events, int from, int to, BitSet left) {
        for (int index = from; index < to; index++) {
            int bytes = events.length(index) + events.context(index).length;
            if (bytes > Writer.MAX_RECORD_BYTES - HEADER_BYTES && !left.get(index) && events.reason(index) == null) {
                events.reject(
                        index,
                        "The event has " + bytes + " bytes, but at most " + (Writer.MAX_RECORD_BYTES - HEADER_BYTES)
                                + " are taken.");
            }
        }
    }

    private static List<byte[]> sample(
            Gathering events, int from, int to, long accepted, Sample sampling, BitSet left) {
        List<byte[]> taken = new ArrayList<>();
        for (int index = from; index < to; index++) {
            if (events.reason(index) != null || left.get(index)) {
                continue;
            }
            if (sampling.take(events.key(index), accepted)) {
                taken.add(events.key(index));
            } else {
                left.set(index);
            }
        }
        return taken;
    }

    private List<Push.Rejection> send(
            Gathering events,
            int from,
            int to,
            @Nullable Retry retry,
            BitSet left,
            long accepted,
            Acknowledgements ofEvents,
            Acknowledgements ofRejected) {
        List<Push.Rejection> rejections = new ArrayList<>();
        Writer writer = log.writer();
        Headers headers = new Headers(retry);
        int anyPartition = Math.floorMod(nextPartition.getAndIncrement(), feed.partitions());
        for (int index = from; index < to; index++) {
            String reason = events.reason(index);
            if (reason != null) {
                reject(events, index, reason, accepted, ofRejected);
                if (rejections.size() < SHOWN_REJECTIONS) {
                    rejections.add(new Push.Rejection(events.position(index), reason));
                }
            } else if (!left.get(index)) {
                int partition = events.partition(index);
                writer.send(
                        feed.topic(),
                        partition == Gathering.ANY_PARTITION ? anyPartition : partition,
                        accepted,
                        null,
                        events.copy(index),
                        headers.of(events.context(index), events.position(index)),
                        ofEvents);
            }
        }
        return rejections;
    }

    private void reject(Gathering events, int index, String reason, long accepted, Acknowledgements ofRejected) {
        RejectedEvent rejected = RejectedEvent.atEdge(
                feed.name(),
                reason,
                events.position(index),
                events.context(index),
                events.bytes(index),
                events.from(index),
                events.length(index));
        log.writer()
                .send(
                        RejectedEvent.topicOf(feed.topic()),
                        0,
                        accepted,
                        null,
                        rejected.value(),
                        rejected.headers(),
                        ofRejected);
    }

    /** Headers of events; those of neighbours are mostly the same object. */
    private final class Headers {
        private final @Nullable Retry retry;
        private byte[] context = new byte[0];
        private Map<String, byte[]> headers = plainHeaders;

        Headers(@Nullable Retry retry) {
            this.retry = retry;
        }

        Map<String, byte[]> of(byte[] eventContext, long position) {
            if (eventContext != context) {
                context = eventContext;
                headers = eventContext.length == 0
                        ? plainHeaders
                        : with(RecordHeaders.CONTEXT, eventContext, plainHeaders);
            }
            if (retry == null) {
                return headers;
            }
            String mark = retry.key() + '\u001f' + position + '\u001f' + retry.fingerprint();
            return with(RecordHeaders.IDEMPOTENCY, mark.getBytes(StandardCharsets.UTF_8), headers);
        }

        private static Map<String, byte[]> with(String name, byte[] value, Map<String, byte[]> others) {
            Map<String, byte[]> all = new HashMap<>(others);
            all.put(name, value);
            return all;
        }
    }

    @Override
    public void close() {
        if (condition != null) {
            condition.close();
        }
    }
}
