package io.polder.log;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka topics, on an embedded broker or an external cluster. Thread-safe.
 *
 * <p>What the writer was told to be in the log survives the end of this process, however it ends. The embedded broker
 * hands records to the operating system and asks it to write them to the disk every {@link Settings#flushInterval}: a
 * power cut can cost what was acknowledged within the last interval. On an external cluster the same is the cluster's
 * business.
 */
public final class Log implements AutoCloseable {
    private static final VarHandle INTEGERS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final @Nullable EmbeddedBroker broker;
    private final String bootstrap;
    private final Topics topics;
    private final KafkaWriter writer;
    private final KafkaReader single;
    /** Of partitions that were read from by offset, an end that they had. */
    private final Map<String, Long> ends = new ConcurrentHashMap<>();

    /**
     * Where the log is.
     *
     * @param directory where the embedded broker keeps its files; unused with {@code bootstrap}
     * @param port of the embedded broker on 127.0.0.1; 0 is any free port
     * @param bootstrap an external cluster; empty for the embedded broker
     * @param flushInterval what a power cut may cost of the embedded broker's records; unused with {@code bootstrap}
     */
    public record Settings(Path directory, int port, Optional<String> bootstrap, Duration flushInterval) {
        /** Settings that let a power cut cost a second. */
        public Settings(Path directory, int port, Optional<String> bootstrap) {
            this(directory, port, bootstrap, Duration.ofSeconds(1));
        }
    }

    /**
     * Opens the log and starts the embedded broker when it is one.
     *
     * @param onFailure hears, once and on any thread, that the embedded broker died by itself; what was acknowledged is
     *     on the disk, and the process should end and be started again
     * @throws PolderException CONFLICT when the directory or the port is taken, UNAVAILABLE when the cluster does not
     *     answer, INVALID_DEFINITION when its address is none
     */
    public static Log open(Settings settings, Consumer<Throwable> onFailure) {
        if (settings.bootstrap().isPresent()) {
            return new Log(null, settings.bootstrap().get());
        }
        EmbeddedBroker broker =
                EmbeddedBroker.start(settings.directory(), settings.port(), settings.flushInterval(), onFailure);
        try {
            return new Log(broker, "127.0.0.1:" + broker.port());
        } catch (RuntimeException failure) {
            broker.close();
            throw failure;
        }
    }

    private Log(@Nullable EmbeddedBroker broker, String bootstrap) {
        this.broker = broker;
        this.bootstrap = bootstrap;
        topics = Topics.connect(bootstrap, broker != null);
        writer = new KafkaWriter(bootstrap);
        single = KafkaReader.ofSingleRecords(bootstrap);
    }

    /** {@code host:port} of a broker. */
    public String bootstrap() {
        return bootstrap;
    }

    /**
     * Makes sure that the topic exists with these partitions and keeps its events as stated; verifies both when it does.
     * On the embedded broker an existing topic is made to keep its events as stated; a cluster's topic is not touched.
     *
     * @param keepFor how long; null for ever
     * @throws PolderException INVALID_DEFINITION when the topic is there and otherwise than stated, UNAVAILABLE
     */
    public void ensure(String topic, int partitions, @Nullable Duration keepFor) {
        topics.ensure(topic, partitions, keepFor);
    }

    /** The partition of a key in a topic: Kafka's own hash (murmur2) of its bytes. */
    public static int partition(byte[] key, int from, int length, int partitions) {
        int multiplier = 0x5bd1e995;
        int hash = 0x9747b28c ^ length;
        int words = from + (length & ~3);
        for (int at = from; at < words; at += 4) {
            int word = (int) INTEGERS.get(key, at) * multiplier;
            word ^= word >>> 24;
            hash = (hash * multiplier) ^ (word * multiplier);
        }
        int rest = length & 3;
        if (rest > 0) {
            for (int index = rest - 1; index >= 0; index--) {
                hash ^= (key[words + index] & 0xff) << (8 * index);
            }
            hash *= multiplier;
        }
        hash ^= hash >>> 13;
        hash *= multiplier;
        hash ^= hash >>> 15;
        return (hash & 0x7fffffff) % partitions;
    }

    /** The shared writer; closed with the log. */
    public Writer writer() {
        return writer;
    }

    /**
     * A reader of its own, closed by the caller. What a transaction wrote that was aborted or is not committed it does not
     * hand over, nor, until that is decided, what stands behind it.
     *
     * @param maxWait how long a poll may gather
     */
    public Reader reader(Duration maxWait) {
        return KafkaReader.ofBatches(bootstrap, maxWait);
    }

    /** For each partition the offset up to which a {@link #reader} reads: before the first open transaction. */
    public Map<Integer, Long> committedOffsets(String topic) {
        return topics.committedOffsets(topic);
    }

    /** For each partition the offset that the next event gets. */
    public Map<Integer, Long> endOffsets(String topic) {
        return topics.endOffsets(topic);
    }

    /** For each partition the first offset that is still kept. */
    public Map<Integer, Long> beginningOffsets(String topic) {
        return topics.beginningOffsets(topic);
    }

    /** For each partition the offset of the first event that was accepted at {@code time} or later, or else the end. */
    public Map<Integer, Long> offsetsAt(String topic, Instant time) {
        return topics.offsetsAt(topic, time);
    }

    /** One event by its place; empty when there is none (any more). */
    public Optional<LogRecord> read(String topic, int partition, long offset) {
        if (offset < 0 || !isBelowEnd(topic, partition, offset)) {
            return Optional.empty();
        }
        synchronized (single) {
            return single.read(topic, partition, offset);
        }
    }

    /** Ends only rise, so the cluster is asked for one only when what is known of it does not tell. */
    private boolean isBelowEnd(String topic, int partition, long offset) {
        String place = topic + "/" + partition;
        if (offset < ends.getOrDefault(place, 0L)) {
            return true;
        }
        Long end = endOffsets(topic).get(partition);
        if (end == null) {
            return false;
        }
        ends.merge(place, end, Math::max);
        return offset < end;
    }

    /** Sends what the writer has gathered and stops the embedded broker. */
    @Override
    public void close() {
        writer.close();
        synchronized (single) {
            single.close();
        }
        topics.close();
        if (broker != null) {
            broker.close();
        }
    }

    /** What a person is told of a failure of the client: {@code doing} in gerund form. */
    static PolderException failed(String bootstrap, String doing, Throwable failure) {
        if (failure instanceof PolderException known) {
            return known;
        }
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                "Kafka at " + bootstrap + " failed while " + doing + ": "
                        + failure.getClass().getSimpleName() + ", "
                        + failure.getMessage()
                        + ". Fix: see that it runs and can be reached; another cluster is named by --set log.bootstrap=HOST:PORT.",
                failure);
    }
}
