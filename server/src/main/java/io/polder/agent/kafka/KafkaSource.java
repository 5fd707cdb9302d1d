package io.polder.agent.kafka;

import io.polder.agent.Counter;
import io.polder.agent.Event;
import io.polder.agent.Parts;
import io.polder.agent.Settings;
import io.polder.agent.SourceThread;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Flume's KafkaSource: messages of topics as events. Offsets are committed when the events are in their channels. */
final class KafkaSource extends SourceThread {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Settings settings;
    private final Brokers brokers;
    private final int batchSize;
    private final Duration batchDuration;
    private final boolean isAvro;
    private final @Nullable String topicHeader;
    private final String timeHeader;
    private final Map<String, String> headers;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;

    KafkaSource(Parts.Context context) {
        super(context, LONGEST_PAUSE);
        settings = context.settings();
        brokers = new Brokers(settings);
        Brokers.check(settings, "kafka.consumer.");
        counters.show(Counter.KAFKA_EVENT_GET_TIMER, Counter.KAFKA_COMMIT_TIMER, Counter.KAFKA_EMPTY);
        batchSize = settings.integer("batchSize");
        batchDuration = settings.millis("batchDurationMillis");
        isAvro = settings.isTrue("useFlumeEventFormat");
        topicHeader = settings.isTrue("setTopicHeader") ? settings.text("topicHeader") : null;
        timeHeader = settings.text("timestampHeader");
        headers = settings.under("header.");
        if (settings.text("kafka.topics").isBlank()
                && settings.text("kafka.topics.regex").isEmpty()) {
            settings.problem("kafka.topics", "is missing, and kafka.topics.regex too", "name the topics");
        }
        if (batchSize < 1) {
            settings.problem("batchSize", "leaves no room for anything", "write 1 or more");
        }
    }

    @Override
    protected void open() {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put(ConsumerConfig.GROUP_ID_CONFIG, "flume");
        configuration.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, batchSize);
        // Waiting for room in a channel is not a reason to lose the partitions.
        configuration.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, (int)
                Duration.ofHours(1).toMillis());
        configuration.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        configuration.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        configuration.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        configuration.putAll(settings.under("kafka.consumer."));
        configuration.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers.bootstrap());
        configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        configuration.remove(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG);
        configuration.remove(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
        try {
            KafkaConsumer<byte[], byte[]> made =
                    new KafkaConsumer<>(configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer = made;
            String regex = settings.text("kafka.topics.regex");
            if (regex.isEmpty()) {
                made.subscribe(List.of(settings.text("kafka.topics").strip().split("\\s*,\\s*")));
            } else {
                made.subscribe(Pattern.compile(regex));
            }
        } catch (KafkaException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "Source '" + name + "' cannot start: " + cause.getMessage()
                            + ". Fix: see kafka.bootstrap.servers and kafka.consumer.*",
                    failure);
        }
    }

    @Override
    protected boolean look() throws InterruptedException {
        KafkaConsumer<byte[], byte[]> from = java.util.Objects.requireNonNull(consumer);
        try {
            List<Event> batch = gather(from);
            if (batch.isEmpty()) {
                counters.increment(Counter.KAFKA_EMPTY);
                String broken = from.assignment().isEmpty() ? brokers.whyNot() : null;
                if (broken == null) {
                    counters.well();
                } else {
                    counters.troubled(broken, clock.instant());
                }
                return true;
            }
            if (put(batch)) {
                long begun = System.nanoTime();
                from.commitSync();
                counters.add(Counter.KAFKA_COMMIT_TIMER, (System.nanoTime() - begun) / 1_000_000);
            }
            return true;
        } catch (WakeupException | InterruptException stop) {
            throw (InterruptedException) new InterruptedException("while reading Kafka").initCause(stop);
        } catch (KafkaException failure) {
            tell(brokers.reason(failure));
            return false;
        }
    }

    private List<Event> gather(KafkaConsumer<byte[], byte[]> from) {
        List<Event> batch = new ArrayList<>();
        long begun = System.nanoTime();
        Duration left = POLL;
        do {
            ConsumerRecords<byte[], byte[]> records = from.poll(left);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                batch.add(event(record));
            }
            left = batchDuration.minusNanos(System.nanoTime() - begun);
            // A poll may bring as many as a batch holds, so another one must not follow a part of one.
        } while (batch.isEmpty() && !left.isNegative() && !left.isZero() && !isStopping());
        counters.add(Counter.KAFKA_EVENT_GET_TIMER, (System.nanoTime() - begun) / 1_000_000);
        return batch;
    }

    private Event event(ConsumerRecord<byte[], byte[]> record) {
        Event inner = new Event(Map.of(), record.value() == null ? new byte[0] : record.value());
        if (isAvro) {
            try {
                inner = FlumeAvro.read(inner.body());
            } catch (IllegalArgumentException raw) {
                tell("topic " + record.topic() + ", partition " + record.partition() + ", offset " + record.offset()
                        + ": " + raw.getMessage() + "; taken as it is");
            }
        }
        Map<String, String> all = new HashMap<>(inner.headers());
        all.putIfAbsent(timeHeader, Long.toString(record.timestamp()));
        if (topicHeader != null) {
            all.putIfAbsent(topicHeader, record.topic());
        }
        all.put("partition", Integer.toString(record.partition()));
        all.put("offset", Long.toString(record.offset()));
        if (record.key() != null) {
            all.put("key", new String(record.key(), StandardCharsets.UTF_8));
        }
        headers.forEach((to, key) -> {
            Header header = record.headers().lastHeader(key);
            if (header != null && header.value() != null) {
                all.put(to, new String(header.value(), StandardCharsets.UTF_8));
            }
        });
        return inner.with(all);
    }

    @Override
    protected Duration pause() {
        return AFTER_FAILURE;
    }

    @Override
    protected void finish() {
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
        }
    }
}
