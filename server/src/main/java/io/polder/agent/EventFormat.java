package io.polder.agent;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Batches as bytes: the number of events; of each the number of headers, their names and values, and the body. Numbers are
 * four bytes, big-endian; texts are their length in UTF-8 and that.
 */
final class EventFormat {
    private EventFormat() {}

    static int size(List<Event> events) {
        int size = Integer.BYTES;
        for (int index = 0; index < events.size(); index++) {
            Event event = events.get(index);
            size += 2 * Integer.BYTES + event.body().length;
            for (Map.Entry<String, String> header : event.headers().entrySet()) {
                size += 2 * Integer.BYTES
                        + header.getKey().getBytes(StandardCharsets.UTF_8).length
                        + header.getValue().getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return size;
    }

    static void write(List<Event> events, ByteBuffer to) {
        to.putInt(events.size());
        for (int index = 0; index < events.size(); index++) {
            Event event = events.get(index);
            to.putInt(event.headers().size());
            for (Map.Entry<String, String> header : event.headers().entrySet()) {
                put(header.getKey().getBytes(StandardCharsets.UTF_8), to);
                put(header.getValue().getBytes(StandardCharsets.UTF_8), to);
            }
            put(event.body(), to);
        }
    }

    static void write(List<Event> events, OutputStream to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size(events));
        write(events, buffer);
        new DataOutputStream(to).write(buffer.array());
    }

    private static void put(byte[] bytes, ByteBuffer to) {
        to.putInt(bytes.length);
        to.put(bytes);
    }

    /**
     * Reads what {@link #write} wrote; neighbours with the same headers share them.
     *
     * @throws java.nio.BufferUnderflowException when it is cut off
     */
    static List<Event> read(ByteBuffer from) {
        int count = from.getInt();
        List<Event> events = new ArrayList<>(Math.min(count, 1 << 16));
        Map<String, String> last = Map.of();
        for (int index = 0; index < count; index++) {
            int headerCount = from.getInt();
            Map<String, String> headers = headerCount == 0 ? Map.of() : new HashMap<>(headerCount * 2);
            for (int header = 0; header < headerCount; header++) {
                headers.put(text(from), text(from));
            }
            last = headers.equals(last) ? last : headers;
            events.add(new Event(last, bytes(from)));
        }
        return events;
    }

    private static byte[] bytes(ByteBuffer from) {
        int length = from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new java.nio.BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer from) {
        return new String(bytes(from), StandardCharsets.UTF_8);
    }
}
