package io.polder.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events as a browser does, on a thread of its own. */
final class EventStream implements AutoCloseable {
    private final InputStream body;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    record Event(String name, JsonNode data) {}

    /** A stream of the live map, compressed as a browser asks for it. */
    EventStream(WebFixture fixture, String path) {
        this(fixture.client, path);
    }

    EventStream(Client client, String path) {
        HttpRequest request =
                client.request(path, "Accept-Encoding", "gzip, deflate, br").build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IllegalStateException("status " + response.statusCode());
        }
        body = response.body();
        Thread reader = new Thread(this::read, "event-stream");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (InputStream bytes = new GZIPInputStream(body)) {
            String name = "";
            for (String line = line(bytes); line != null; line = line(bytes)) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    events.add(new Event(name, WebFixture.json(line.substring(6))));
                }
            }
            events.add(new Event("end", MissingNode.getInstance()));
        } catch (IOException ended) {
            events.add(new Event("end", MissingNode.getInstance()));
        }
    }

    /** Byte by byte: the library's reader of lines waits for more than a line. */
    private static @Nullable String line(InputStream bytes) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = bytes.read(); next >= 0; next = bytes.read()) {
            if (next == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(next);
        }
        return null;
    }

    /** The data of the next event of this name; others before it are passed over. */
    JsonNode next(String name) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        try {
            while (true) {
                Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (event == null) {
                    throw new AssertionError("No event '" + name + "' within ten seconds.");
                }
                if (event.name().equals(name)) {
                    return event.data();
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException ended) {
            throw new UncheckedIOException(ended);
        }
    }
}
