package io.polder.simulate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was once recorded, served again as it came: CSV of the steps that were over last, with a row
 * for each point, over HTTP on the loopback address until closed. Its time begins with the first question, so that
 * whoever asks misses nothing, and ends with the recording. Thread-safe.
 */
public final class ReplayServer implements AutoCloseable {
    /** How many steps an answer has: who comes a step too late still gets all. */
    private static final int STEPS = 2;

    private static final String PATH = "/readings.csv";
    private static final Logger LOG = LoggerFactory.getLogger(ReplayServer.class);

    /**
     * Numbers of points at equal steps in time.
     *
     * @param point what a point is called: a column
     * @param value what its number is called
     * @param start of the first step
     * @param values by point, then by step; NaN for none
     */
    public record Recording(
            String point, String value, List<String> points, Instant start, Duration step, float[][] values) {
        String header() {
            return point + ",time," + value + "\n";
        }

        int steps() {
            return values.length == 0 ? 0 : values[0].length;
        }

        Instant time(int step) {
            return start.plus(this.step.multipliedBy(step));
        }

        /** The step that an instant lies in; 0 when it is before, and the number of steps when it is behind all. */
        int at(Instant instant) {
            long step = Duration.between(start, instant).dividedBy(this.step);
            return (int) Math.max(0, Math.min(steps(), step));
        }

        /** When all of it is over. */
        Instant end() {
            return time(steps());
        }
    }

    private final Recording recording;
    private final Instant from;
    private final int speed;
    private final InstantSource time;
    private final HttpServer server;
    private @Nullable Instant asked;

    private ReplayServer(int port, Recording recording, Instant from, int speed, InstantSource time) {
        if (speed < 1 || speed > Simulation.FASTEST) {
            throw new IllegalArgumentException("A speed is from 1 to " + Simulation.FASTEST + ", not " + speed + ".");
        }
        this.recording = recording;
        this.from = from;
        this.speed = speed;
        this.time = time;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "port " + port + ": it is taken. Fix: choose another, or 0 for any free one",
                    failure);
        }
        server.createContext(PATH, this::answer);
        server.start();
    }

    /**
     * Serves until closed.
     *
     * @param port 0 for any free port
     * @param from the time that it is in the replay at first
     * @param speed how many times faster than it was
     * @throws PolderException when the port is taken
     */
    public static ReplayServer start(int port, Recording recording, Instant from, int speed, InstantSource time) {
        return new ReplayServer(port, recording, from, speed, time);
    }

    /** Where the readings are. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
    }

    /** The time that it is in the replay. */
    public synchronized Instant now() {
        if (asked == null) {
            return from;
        }
        Instant now = from.plus(Duration.between(asked, time.instant()).multipliedBy(speed));
        return now.isAfter(recording.end()) ? recording.end() : now;
    }

    /** Whether all was served. */
    public boolean isOver() {
        return !now().isBefore(recording.end());
    }

    /** How often it is worth a look: twice each step. */
    public Duration period() {
        return recording.step().dividedBy(2L * speed);
    }

    /**
     * Writes what is over by {@code from}, as gzipped CSV with the same header; the file appears when it is complete.
     *
     * @throws IOException when it cannot be written
     */
    public void writeHistory(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        try (Writer out = new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(unfinished), 1 << 16), StandardCharsets.UTF_8)) {
            out.write(recording.header());
            write(out, 0, recording.at(from));
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void write(Appendable out, int first, int end) throws IOException {
        for (int step = first; step < end; step++) {
            Instant at = recording.time(step);
            for (int point = 0; point < recording.points().size(); point++) {
                float value = recording.values()[point][step];
                out.append(recording.points().get(point))
                        .append(',')
                        .append(at.toString())
                        .append(',');
                if (!Float.isNaN(value)) {
                    out.append(Float.toString(value));
                }
                out.append('\n');
            }
        }
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            synchronized (this) {
                if (asked == null) {
                    asked = time.instant();
                }
            }
            int end = recording.at(now());
            String tag = "\"step-" + end + "\"";
            exchange.getResponseHeaders().set("ETag", tag);
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
            } else if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                StringBuilder text = new StringBuilder(recording.header());
                write(text, Math.max(0, end - STEPS), end);
                byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/csv; charset=utf-8");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        } catch (IOException gone) {
            LOG.debug("A client went away before it had its answer.", gone);
        } catch (RuntimeException failure) {
            LOG.error("Answering {} failed.", exchange.getRequestURI(), failure);
        }
    }
}
