package io.polder.agent.kafka;

import io.polder.agent.Counter;
import io.polder.agent.Counters;
import io.polder.agent.Event;
import io.polder.agent.Parts;
import io.polder.agent.Settings;
import io.polder.agent.Sink;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Flume's KafkaSink. A batch is delivered when Kafka has acknowledged all of it; meanwhile the next ones are sent, so that
 * small batches travel together.
 */
final class KafkaSink implements Sink {
    /** How many events may wait for their acknowledgement. */
    private static final int EVENTS_UNDER_WAY = 20_000;

    /** Long enough for all that has gathered in the channel to travel in one request, which costs as much as its events. */
    private static final int LINGER_MILLIS = 5;

    private static final int REQUEST_BYTES = 256 << 10;

    private static final Pattern HEADER = Pattern.compile("%\\{([\\w.-]+)}");

    private final Settings settings;
    private final Counters counters;
    private final Brokers brokers;
    private final String topic;
    private final boolean hasTemplate;
    private final int batchSize;
    private final boolean isAvro;
    private final @Nullable String topicHeader;
    private final @Nullable String partitionHeader;
    private final @Nullable String timeHeader;
    private final @Nullable Integer partition;
    private final Map<String, String> headers;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    KafkaSink(Parts.Context context) {
        settings = context.settings();
        counters = context.counters();
        counters.hide(Counter.EVENT_WRITE_FAIL, Counter.CHANNEL_READ_FAIL);
        counters.show(Counter.ROLLBACK, Counter.KAFKA_EVENT_SEND_TIMER);
        brokers = new Brokers(settings);
        Brokers.check(settings, "kafka.producer.");
        topic = settings.text("kafka.topic");
        hasTemplate = HEADER.matcher(topic).find();
        batchSize = settings.integer(
                settings.isWritten("kafka.flumeBatchSize") ? "kafka.flumeBatchSize" : "flumeBatchSize");
        isAvro = settings.isTrue("useFlumeEventFormat");
        topicHeader = settings.isTrue("allowTopicOverride") ? settings.text("topicHeader") : null;
        partitionHeader = settings.optional("partitionIdHeader").orElse(null);
        timeHeader = settings.optional("timestampHeader").orElse(null);
        partition =
                settings.optional("defaultPartitionId").map(Integer::valueOf).orElse(null);
        headers = settings.under("header.");
        if (batchSize < 1) {
            settings.problem("flumeBatchSize", "leaves no room for anything", "write 1 or more");
        }
        if (!hasTemplate && !topic.matches("[a-zA-Z0-9._-]{1,249}")) {
            settings.problem("kafka.topic", "is no name of a topic", "use letters, digits, '.', '_' and '-'");
        }
    }

    @Override
    public void start() {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        configuration.put(ProducerConfig.BATCH_SIZE_CONFIG, REQUEST_BYTES);
        configuration.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        configuration.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        configuration.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        configuration.putAll(settings.under("kafka.producer."));
        configuration.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers.bootstrap());
        configuration.remove(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG);
        configuration.remove(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);
        try {
            producer = new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
        } catch (KafkaException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "Sink '" + counters.name() + "' cannot start: " + cause.getMessage()
                            + ". Fix: see kafka.bootstrap.servers and kafka.producer.*",
                    failure);
        }
        counters.increment(Counter.CONNECTION_CREATED);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public int maxInFlight() {
        return Math.max(1, EVENTS_UNDER_WAY / Math.max(1, batchSize));
    }

    @Override
    public CompletableFuture<Void> deliver(List<Event> events) {
        KafkaProducer<byte[], byte[]> to = java.util.Objects.requireNonNull(producer);
        Delivery delivery = new Delivery(events.size());
        for (int index = 0; index < events.size(); index++) {
            try {
                var unused = to.send(record(events.get(index)), delivery);
            } catch (KafkaException | IllegalStateException | IllegalArgumentException failure) {
                // What was not sent is not waited for.
                delivery.failed(failure, events.size() - index);
                break;
            }
        }
        return delivery.done;
    }

    private ProducerRecord<byte[], byte[]> record(Event event) {
        Map<String, String> has = event.headers();
        byte[] value = isAvro ? FlumeAvro.write(event) : event.body();
        if (has.isEmpty()) {
            return new ProducerRecord<>(hasTemplate ? filled(has) : topic, partition, null, null, value);
        }
        String key = has.get("key");
        String named = topicHeader == null ? null : has.get(topicHeader);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                named == null ? filled(has) : named,
                number(partitionHeader, has, partition),
                time(has),
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value);
        headers.forEach((from, to) -> {
            String header = has.get(from);
            if (header != null) {
                record.headers().add(to, header.getBytes(StandardCharsets.UTF_8));
            }
        });
        return record;
    }

    private String filled(Map<String, String> has) {
        if (!hasTemplate) {
            return topic;
        }
        Matcher escapes = HEADER.matcher(topic);
        return escapes.replaceAll(found -> Matcher.quoteReplacement(has.getOrDefault(found.group(1), "")));
    }

    private static @Nullable Integer number(
            @Nullable String header, Map<String, String> has, @Nullable Integer otherwise) {
        String written = header == null ? null : has.get(header);
        if (written == null) {
            return otherwise;
        }
        try {
            return Integer.valueOf(written);
        } catch (NumberFormatException malformed) {
            throw new IllegalArgumentException(
                    "header " + header + " = '" + written + "' of an event is no partition", malformed);
        }
    }

    private @Nullable Long time(Map<String, String> has) {
        String written = timeHeader == null ? null : has.get(timeHeader);
        try {
            return written == null ? null : Long.valueOf(written);
        } catch (NumberFormatException malformed) {
            return null;
        }
    }

    /** Counts a batch's acknowledgements. */
    private final class Delivery implements Callback {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        private final AtomicInteger open;
        private final long begunNanos = System.nanoTime();
        private volatile @Nullable Exception failure;

        Delivery(int events) {
            open = new AtomicInteger(events);
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception problem) {
            if (problem == null) {
                end(1);
            } else {
                failed(problem, 1);
            }
        }

        void failed(Exception problem, int events) {
            failure = problem;
            end(events);
        }

        private void end(int events) {
            if (open.addAndGet(-events) > 0) {
                return;
            }
            Exception problem = failure;
            if (problem == null) {
                counters.add(Counter.KAFKA_EVENT_SEND_TIMER, (System.nanoTime() - begunNanos) / 1_000_000);
                done.complete(null);
            } else {
                done.completeExceptionally(new KafkaException(brokers.reason(problem), problem));
            }
        }
    }

    @Override
    public String whyWaiting() {
        String broken = brokers.whyNot();
        return broken == null ? "Kafka at " + brokers.bootstrap() + " does not acknowledge" : broken;
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            counters.increment(Counter.CONNECTION_CLOSED);
        }
    }
}
