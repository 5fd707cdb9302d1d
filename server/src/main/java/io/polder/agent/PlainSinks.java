package io.polder.agent;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sinks that deliver to nowhere else: {@code null} and {@code logger}. */
final class PlainSinks {
    private static final Logger LOGGER = LoggerFactory.getLogger("io.polder.agent.sink");
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private PlainSinks() {}

    static Map<String, Parts.Maker<Sink>> makers() {
        return Map.of(
                "null", context -> new NullSink(context.settings().integer("batchSize")), "logger", LoggerSink::new);
    }

    private record NullSink(int batchSize) implements Sink {
        @Override
        public void start() {}

        @Override
        public CompletableFuture<Void> deliver(List<Event> events) {
            return DONE;
        }

        @Override
        public void close() {}
    }

    /** Writes each event to the log; Flume's logger takes events one by one too. */
    private static final class LoggerSink implements Sink {
        private final String name;
        private final int maxBytes;

        LoggerSink(Parts.Context context) {
            name = context.name();
            maxBytes = context.settings().integer("maxBytesToLog");
        }

        @Override
        public void start() {}

        @Override
        public int batchSize() {
            return 1;
        }

        @Override
        public CompletableFuture<Void> deliver(List<Event> events) {
            for (Event event : events) {
                int length = Math.min(maxBytes, event.body().length);
                LOGGER.info(
                        "Event at sink {}: headers {}, body {} {}",
                        name,
                        event.headers(),
                        HexFormat.ofDelimiter(" ").withUpperCase().formatHex(event.body(), 0, length),
                        printable(event.body(), length));
            }
            return DONE;
        }

        private static String printable(byte[] body, int length) {
            return new String(body, 0, length, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
        }

        @Override
        public void close() {}
    }
}
