package io.polder.enrich;

import io.polder.log.Log;
import io.polder.log.LogRecord;
import io.polder.log.RecordHeaders;
import io.polder.log.RejectedEvent;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pays what the store owes to topics: sends, waits for the acknowledgement, then forgets. At least once; a reader can tell
 * a repetition by the headers {@code partition} and {@code offset}, the place of the event that it came from. For one
 * thread.
 *
 * <p>Each topic is paid by itself: one that cannot be written waits without the others. A record that will never be taken,
 * such as a row that is too large for one, goes to the rejected events of the topic that it was made from instead, with the
 * reason.
 */
final class Outbox {
    private static final Logger LOGGER = LoggerFactory.getLogger(Outbox.class);

    private static final int AT_ONCE = 5_000;
    private static final long PATIENCE_SECONDS = 60;
    private static final Duration SHORTEST_REST = Duration.ofSeconds(2);
    private static final Duration LONGEST_REST = Duration.ofMinutes(5);

    /** What is sent of a reason at most, in characters: one can quote a value, and a header must be small. */
    private static final int REASON_LENGTH = 4_000;

    private final Store store;
    private final Log log;
    private final Function<String, Publisher> publishers;
    private final InstantSource clock;
    private final Map<String, Rest> resting = new HashMap<>();

    /**
     * What publishes to a topic.
     *
     * @param feed of events that do not name theirs
     */
    record Publisher(String table, String feed) {}

    private record Rest(Instant until, Duration length) {}

    private record Payment(
            String topic, byte @Nullable [] key, byte[] value, Map<String, byte[]> headers, long millis) {}

    /** @param publishers what publishes to a topic of that name */
    Outbox(Store store, Log log, Function<String, Publisher> publishers, InstantSource clock) {
        this.store = store;
        this.log = log;
        this.publishers = publishers;
        this.clock = clock;
    }

    /**
     * Sends what is owed. What a topic does not take now is kept and sent again later.
     *
     * @return whether there may be more
     * @throws PolderException when the store fails
     */
    boolean pay() throws InterruptedException {
        boolean hasMore = false;
        for (String topic : store.owing()) {
            Rest rest = resting.get(topic);
            if (rest != null && clock.instant().isBefore(rest.until())) {
                continue;
            }
            List<Store.Owed> owed = store.outbox(topic, AT_ONCE);
            if (owed.isEmpty()) {
                continue;
            }
            try {
                pay(owed);
            } catch (PolderException failure) {
                Duration length = rest == null ? SHORTEST_REST : rest.length().multipliedBy(2);
                length = length.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : length;
                resting.put(topic, new Rest(clock.instant().plus(length), length));
                LOGGER.warn(
                        "What tables owe to topic {} is kept and sent again in {} s. {}",
                        topic,
                        length.toSeconds(),
                        failure.getMessage());
                continue;
            }
            resting.remove(topic);
            store.sent(topic, owed.get(owed.size() - 1).sequence());
            hasMore |= owed.size() == AT_ONCE;
        }
        return hasMore;
    }

    /** Sends records that one topic is owed, or tells of those that it never takes. */
    private void pay(List<Store.Owed> owed) throws InterruptedException {
        List<Payment> payments = new ArrayList<>();
        for (Store.Owed entry : owed) {
            payments.add(payment(entry));
        }
        List<Payment> instead = new ArrayList<>();
        for (var refused : send(payments).entrySet()) {
            Store.Owed entry = owed.get(refused.getKey());
            String reason = String.valueOf(refused.getValue().getMessage());
            if (entry.value() == null) {
                isLost(payments.get(refused.getKey()), reason);
            } else {
                instead.add(rejected(
                        entry,
                        publishers.apply(entry.topic()),
                        "Its row is in the table, but topic '" + entry.topic() + "' does not take it: " + reason));
            }
        }
        send(instead).forEach((index, refusal) -> isLost(instead.get(index), String.valueOf(refusal.getMessage())));
    }

    /** Says that a record is in no topic. The event that it was made from is still in the log. */
    private static void isLost(Payment payment, String reason) {
        LOGGER.error(
                "Topic {} does not take a record and never will; it is left out. It was made from partition {}, offset"
                        + " {}. {}",
                payment.topic(),
                text(payment.headers(), "partition"),
                text(payment.headers(), "offset"),
                reason);
    }

    /**
     * Sends all and waits until each has its receipt.
     *
     * @return why records, by their index, will never be taken
     * @throws PolderException UNAVAILABLE when others were not taken
     */
    private Map<Integer, PolderException> send(List<Payment> payments) throws InterruptedException {
        Map<Integer, PolderException> refused = new ConcurrentSkipListMap<>();
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        CountDownLatch open = new CountDownLatch(payments.size());
        for (int index = 0; index < payments.size() && failure.get() == null; index++) {
            Payment payment = payments.get(index);
            int at = index;
            log.writer()
                    .send(
                            payment.topic(),
                            0,
                            payment.millis(),
                            payment.key(),
                            payment.value(),
                            payment.headers(),
                            (partition, offset, failed) -> {
                                if (failed instanceof PolderException known
                                        && !known.code().isRetryable()) {
                                    refused.put(at, known);
                                } else if (failed != null) {
                                    failure.set(failed);
                                }
                                open.countDown();
                            });
        }
        log.writer().flush();
        if (failure.get() == null && open.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && failure.get() == null) {
            return new TreeMap<>(refused);
        }
        Exception failed = failure.get();
        throw new PolderException(
                ErrorCode.UNAVAILABLE,
                "Sending " + payments.size() + " records failed: "
                        + (failed == null ? "there was no answer" : failed.getMessage()),
                failed);
    }

    /** What is sent: as it is kept, or, of a rejected event, the bytes that its place in the log holds. */
    private Payment payment(Store.Owed entry) {
        byte[] kept = entry.value();
        if (kept != null) {
            return new Payment(entry.topic(), entry.key(), kept, entry.headers(), entry.acceptedMillis());
        }
        return rejected(
                entry,
                new Publisher(text(entry.headers(), "table"), text(entry.headers(), RecordHeaders.FEED)),
                text(entry.headers(), "reason"));
    }

    /** The event that an entry was made from, as a rejected one. */
    private Payment rejected(Store.Owed entry, Publisher by, String reason) {
        String topic = text(entry.headers(), "topic");
        int partition = Integer.parseInt(text(entry.headers(), "partition"));
        long offset = Long.parseLong(text(entry.headers(), "offset"));
        LogRecord event = log.read(topic, partition, offset).orElse(null);
        Map<String, byte[]> given = event == null ? Map.of() : event.headers();
        String feed = text(given, RecordHeaders.FEED);
        RejectedEvent rejected = RejectedEvent.behindLog(
                feed.isEmpty() ? by.feed() : feed,
                reason.length() > REASON_LENGTH ? reason.substring(0, REASON_LENGTH) + " …" : reason,
                by.table(),
                partition,
                offset,
                given.getOrDefault(RecordHeaders.CONTEXT, new byte[0]),
                event == null ? new byte[0] : event.value());
        return new Payment(
                RejectedEvent.topicOf(topic), null, rejected.value(), rejected.headers(), entry.acceptedMillis());
    }

    private static String text(Map<String, byte[]> headers, String name) {
        byte[] value = headers.get(name);
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }
}
