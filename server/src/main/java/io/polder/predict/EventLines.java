package io.polder.predict;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Events of a model's feeds, as JSON, one per line, given away in portions. For one thread; to be closed. */
final class EventLines implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PORTION = 2 << 20;

    /** Writes the members of an event. */
    interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private final String feed;
    private final MartModels.Push push;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    EventLines(String feed, MartModels.Push push) {
        this.feed = feed;
        this.push = push;
    }

    void add(Members members) {
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing into memory", impossible);
        }
        bytes.write('\n');
        if (bytes.size() > PORTION) {
            close();
        }
    }

    /** Nothing where there is no number: JSON has none for that. */
    static void number(JsonGenerator json, String name, double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumberField(name, number);
        }
    }

    static void number(JsonGenerator json, String name, float number) throws IOException {
        if (Float.isFinite(number)) {
            json.writeNumberField(name, number);
        }
    }

    @Override
    public void close() {
        if (bytes.size() > 0) {
            push.push(feed, bytes.toByteArray());
            bytes.reset();
        }
    }
}
