package io.polder.log;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event that was not taken, as a record of {@code <topic>.rejected}: the value is the event's bytes, the rest is in
 * headers, as UTF-8 text.
 *
 * @param feed the feed that it came from
 * @param reason why, as a sentence
 * @param table the table that rejected it; null at the edge
 * @param position its place in its document, from 1; null behind the log
 * @param partition where it stands in the topic; null at the edge
 * @param offset likewise
 * @param context what the fragment cannot say by itself; empty for most
 * @param value its bytes; the first {@link #MAX_BYTES} when it has more
 * @param length of the whole, in bytes
 * @param sha256 of the whole, in hex, when the value is only a prefix; otherwise null
 */
public record RejectedEvent(
        String feed,
        String reason,
        @Nullable String table,
        @Nullable Long position,
        @Nullable Integer partition,
        @Nullable Long offset,
        byte[] context,
        byte[] value,
        long length,
        @Nullable String sha256) {
    /** What is kept of an event and its context at most. */
    public static final int MAX_BYTES = 64 << 10;

    private static final String STAGE_EDGE = "edge";
    private static final String STAGE_TABLE = "table";

    /** The topic of what was meant for {@code topic} and rejected; it has one partition. */
    public static String topicOf(String topic) {
        return topic + ".rejected";
    }

    /** An event that was rejected before it reached the log. The bytes are copied. */
    public static RejectedEvent atEdge(
            String feed, String reason, long position, byte[] context, byte[] bytes, int from, int length) {
        boolean isCut = isCut(length, context);
        return new RejectedEvent(
                feed,
                reason,
                null,
                position,
                null,
                null,
                isCut ? new byte[0] : context,
                Arrays.copyOfRange(bytes, from, from + Math.min(length, MAX_BYTES)),
                length,
                isCut ? hash(bytes, from, length) : null);
    }

    /** An event that a table rejected behind the log. The bytes are not copied unless there are too many. */
    public static RejectedEvent behindLog(
            String feed, String reason, String table, int partition, long offset, byte[] context, byte[] value) {
        boolean isCut = isCut(value.length, context);
        return new RejectedEvent(
                feed,
                reason,
                table,
                null,
                partition,
                offset,
                isCut ? new byte[0] : context,
                value.length <= MAX_BYTES ? value : Arrays.copyOf(value, MAX_BYTES),
                value.length,
                isCut ? hash(value, 0, value.length) : null);
    }

    /** The event that a record of a {@code .rejected} topic holds. */
    public static RejectedEvent read(byte[] value, RecordHeaders headers) {
        String length = text(headers, "length");
        String partition = text(headers, "partition");
        return new RejectedEvent(
                orEmpty(text(headers, RecordHeaders.FEED)),
                orEmpty(text(headers, "reason")),
                text(headers, "table"),
                number(headers, "position"),
                partition == null ? null : Integer.valueOf(partition),
                number(headers, "offset"),
                bytes(headers, RecordHeaders.CONTEXT),
                value,
                length == null ? value.length : Long.parseLong(length),
                text(headers, "sha256"));
    }

    /** What rejected it: edge, or table. */
    public String stage() {
        return table == null ? STAGE_EDGE : STAGE_TABLE;
    }

    /** Whether only a prefix of it is kept. */
    public boolean isCut() {
        return sha256 != null;
    }

    /** The headers of its record. */
    public Map<String, byte[]> headers() {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        put(headers, RecordHeaders.FEED, feed);
        put(headers, "reason", reason);
        put(headers, "stage", stage());
        put(headers, "table", table);
        put(headers, "position", position);
        put(headers, "partition", partition);
        put(headers, "offset", offset);
        if (context.length > 0) {
            headers.put(RecordHeaders.CONTEXT, context);
        }
        if (sha256 != null) {
            put(headers, "length", length);
            put(headers, "sha256", sha256);
        }
        return headers;
    }

    private static void put(Map<String, byte[]> headers, String name, @Nullable Object value) {
        if (value != null) {
            headers.put(name, value.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Whether an event is too large to be kept whole; its context is then not kept at all. */
    private static boolean isCut(int length, byte[] context) {
        return length + context.length > MAX_BYTES;
    }

    private static String hash(byte[] bytes, int from, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, from, length);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256.", impossible);
        }
    }

    private static byte[] bytes(RecordHeaders headers, String name) {
        byte[] found = headers.get(name);
        return found == null ? new byte[0] : found;
    }

    private static @Nullable String text(RecordHeaders headers, String name) {
        byte[] found = headers.get(name);
        return found == null ? null : new String(found, StandardCharsets.UTF_8);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable Long number(RecordHeaders headers, String name) {
        String text = text(headers, name);
        return text == null ? null : Long.valueOf(text);
    }
}
