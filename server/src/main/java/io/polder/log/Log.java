package io.polder.log;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Kafka topics, on an embedded broker or an external cluster. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Log implements AutoCloseable {
    /**
     * Where the log is.
     *
     * @param directory where the embedded broker keeps its files; unused with {@code bootstrap}
     * @param port of the embedded broker on 127.0.0.1; 0 is any free port
     * @param bootstrap an external cluster; empty for the embedded broker
     */
    public record Settings(Path directory, int port, Optional<String> bootstrap) {}

    /** Opens the log and starts the embedded broker when it is one; {@code onFailure} hears when it died by itself. */
    public static Log open(Settings settings, Consumer<Throwable> onFailure) {
        throw new UnsupportedOperationException();
    }

    /** {@code host:port} of a broker. */
    public String bootstrap() {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes sure that the topic exists with these partitions and keeps its events as stated; verifies both when it does.
     *
     * @param keepFor how long; null for ever
     */
    public void ensure(String topic, int partitions, @Nullable Duration keepFor) {
        throw new UnsupportedOperationException();
    }

    /** The partition of a key in a topic: Kafka's own hash (murmur2) of its bytes. */
    public static int partition(byte[] key, int from, int length, int partitions) {
        throw new UnsupportedOperationException();
    }

    /** The shared writer; closed with the log. */
    public Writer writer() {
        throw new UnsupportedOperationException();
    }

    /** A reader of its own, closed by the caller. {@code maxWait} is how long a poll may gather. */
    public Reader reader(Duration maxWait) {
        throw new UnsupportedOperationException();
    }

    /** For each partition the offset that the next event gets. */
    public Map<Integer, Long> endOffsets(String topic) {
        throw new UnsupportedOperationException();
    }

    /** For each partition the first offset that is still kept. */
    public Map<Integer, Long> beginningOffsets(String topic) {
        throw new UnsupportedOperationException();
    }

    /** One event by its place; empty when there is none (any more). */
    public Optional<LogRecord> read(String topic, int partition, long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
