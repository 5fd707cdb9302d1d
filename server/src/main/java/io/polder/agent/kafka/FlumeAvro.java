package io.polder.agent.kafka;

import io.polder.agent.Event;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Flume's AvroFlumeEvent in Avro's binary encoding: a record of {@code headers}, a map of strings, and {@code body}, bytes.
 * Written out here because it is two dozen lines, and Avro's library is three megabytes.
 */
final class FlumeAvro {
    private FlumeAvro() {}

    static byte[] write(Event event) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(event.body().length + 64);
        if (!event.headers().isEmpty()) {
            number(event.headers().size(), out);
            event.headers().forEach((name, value) -> {
                bytes(name.getBytes(StandardCharsets.UTF_8), out);
                bytes(value.getBytes(StandardCharsets.UTF_8), out);
            });
        }
        number(0, out);
        bytes(event.body(), out);
        return out.toByteArray();
    }

    private static void bytes(byte[] bytes, ByteArrayOutputStream out) {
        number(bytes.length, out);
        out.write(bytes, 0, bytes.length);
    }

    /** Zig-zag, seven bits at a time. */
    private static void number(long value, ByteArrayOutputStream out) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /**
     * @throws IllegalArgumentException when it is none
     */
    static Event read(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message);
        try {
            Map<String, String> headers = new HashMap<>();
            for (long count = number(in); count != 0; count = number(in)) {
                if (count < 0) {
                    // A block with its size in bytes, which only matters to who skips it.
                    count = -count;
                    number(in);
                }
                for (long index = 0; index < count; index++) {
                    headers.put(text(in), text(in));
                }
            }
            return new Event(headers.isEmpty() ? Map.of() : headers, bytes(in));
        } catch (BufferUnderflowException cut) {
            throw new IllegalArgumentException("not an event in Flume's Avro format", cut);
        }
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in) {
        long length = number(in);
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }

    private static long number(ByteBuffer in) {
        long rest = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            rest |= (next & 0x7fL) << shift;
            if (next >= 0) {
                break;
            }
        }
        return (rest >>> 1) ^ -(rest & 1);
    }
}
