package io.polder.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One server-sent event, written once and sent to many. Thread-safe; its arrays must not be changed. */
final class Frame {
    private final byte[] plain;
    private byte @Nullable [] compressed;

    private Frame(byte[] plain) {
        this.plain = plain;
    }

    /** An event with JSON data, which has no line breaks. */
    static Frame event(String name, Json.Body data) {
        byte[] json = Json.bytes(data);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length + 32);
        bytes.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(json);
        bytes.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
        return new Frame(bytes.toByteArray());
    }

    /** Something that readers of events pass over; it finds out whether the connection still stands. */
    static Frame heartbeat() {
        return new Frame(":\n\n".getBytes(StandardCharsets.UTF_8));
    }

    /** Tells the reader when to come back after the connection broke. */
    static Frame retry(int milliseconds) {
        return new Frame(("retry: " + milliseconds + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    byte[] plain() {
        return plain;
    }

    /** See {@link Gzip#piece}. */
    synchronized byte[] compressed() {
        if (compressed == null) {
            compressed = Gzip.piece(plain);
        }
        return compressed;
    }
}
