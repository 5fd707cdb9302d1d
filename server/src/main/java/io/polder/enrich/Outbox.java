package io.polder.enrich;

import io.polder.log.Log;
import io.polder.log.LogRecord;
import io.polder.log.RecordHeaders;
import io.polder.log.RejectedEvent;
import io.polder.record.PolderException;
import io.polder.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Pays what the store owes to topics: sends, waits for the acknowledgement, then forgets. At least once; a reader can tell
 * a repetition by the headers {@code partition} and {@code offset}, the place of the event that it came from. For one
 * thread.
 */
final class Outbox {
    private static final int AT_ONCE = 5_000;
    private static final long PATIENCE_SECONDS = 60;

    private final Store store;
    private final Log log;

    Outbox(Store store, Log log) {
        this.store = store;
        this.log = log;
    }

    /**
     * Sends what is owed.
     *
     * @return whether there may be more
     * @throws PolderException when the log does not take it; nothing is forgotten
     */
    boolean pay() throws InterruptedException {
        List<Store.Owed> owed = store.outbox(AT_ONCE);
        if (owed.isEmpty()) {
            return false;
        }
        CountDownLatch open = new CountDownLatch(owed.size());
        AtomicReference<Exception> failure = new AtomicReference<>();
        List<Store.Owed> sent = new ArrayList<>();
        for (Store.Owed entry : owed) {
            Payment payment = payment(entry);
            log.writer()
                    .send(
                            entry.topic(),
                            0,
                            entry.acceptedMillis(),
                            entry.key(),
                            payment.value(),
                            payment.headers(),
                            (partition, offset, failed) -> {
                                if (failed != null) {
                                    failure.set(failed);
                                }
                                open.countDown();
                            });
            sent.add(entry);
        }
        log.writer().flush();
        if (!open.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || failure.get() != null) {
            throw new PolderException(
                    io.polder.record.ErrorCode.UNAVAILABLE,
                    "Sending " + sent.size() + " records that tables owe to other topics failed. They are kept and sent"
                            + " again.",
                    failure.get());
        }
        store.sent(sent.get(sent.size() - 1).sequence());
        return owed.size() == AT_ONCE;
    }

    private record Payment(byte[] value, Map<String, byte[]> headers) {}

    /** What is sent: as it is kept, or, of a rejected event, the bytes that its place in the log holds. */
    private Payment payment(Store.Owed entry) {
        byte[] kept = entry.value();
        if (kept != null) {
            return new Payment(kept, entry.headers());
        }
        int partition = Integer.parseInt(text(entry, "partition"));
        long offset = Long.parseLong(text(entry, "offset"));
        LogRecord event = log.read(text(entry, "topic"), partition, offset).orElse(null);
        byte[] context = event == null ? null : event.headers().get(RecordHeaders.CONTEXT);
        RejectedEvent rejected = RejectedEvent.behindLog(
                text(entry, RecordHeaders.FEED),
                text(entry, "reason"),
                text(entry, "table"),
                partition,
                offset,
                context == null ? new byte[0] : context,
                event == null ? new byte[0] : event.value());
        return new Payment(rejected.value(), rejected.headers());
    }

    private static String text(Store.Owed entry, String name) {
        byte[] value = entry.headers().get(name);
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }
}
