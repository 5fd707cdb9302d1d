package io.polder.enrich;

import io.polder.log.Log;
import io.polder.log.LogRecord;
import io.polder.log.RecordHeaders;
import io.polder.record.PolderException;
import io.polder.store.Store;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
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
    private static final int PREFIX = 64 << 10;
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
            Map<String, byte[]> headers = new LinkedHashMap<>(entry.headers());
            byte[] value = entry.value();
            if (value == null) {
                value = original(headers);
            }
            log.writer().send(entry.topic(), 0, entry.acceptedMillis(), entry.key(), value, headers, (p, o, failed) -> {
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

    /** The bytes of the event that the headers name; of something huge a prefix, its length and hash. */
    private byte[] original(Map<String, byte[]> headers) {
        String topic = text(headers, "topic");
        int partition = Integer.parseInt(text(headers, "partition"));
        long offset = Long.parseLong(text(headers, "offset"));
        LogRecord event = log.read(topic, partition, offset).orElse(null);
        if (event == null) {
            return new byte[0];
        }
        byte[] context = event.headers().get(RecordHeaders.CONTEXT);
        if (context != null) {
            headers.put(RecordHeaders.CONTEXT, context);
        }
        byte[] value = event.value();
        if (value.length <= PREFIX) {
            return value;
        }
        headers.put("length", Integer.toString(value.length).getBytes(StandardCharsets.UTF_8));
        headers.put("sha256", sha256(value).getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(value, PREFIX);
    }

    private static String text(Map<String, byte[]> headers, String name) {
        byte[] value = headers.get(name);
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] value) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("Every Java has SHA-256.", exception);
        }
    }
}
