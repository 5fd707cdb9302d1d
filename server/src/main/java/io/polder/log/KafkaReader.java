package io.polder.log;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** A reader over one consumer without a group. */
final class KafkaReader implements Reader {
    private static final Duration SINGLE_PATIENCE = Duration.ofSeconds(5);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String bootstrap;
    private final Map<String, List<TopicPartition>> assigned = new LinkedHashMap<>();
    private final HeaderView headers = new HeaderView();

    private KafkaReader(String bootstrap, Map<String, Object> specific) {
        this.bootstrap = bootstrap;
        Map<String, Object> settings = new HashMap<>(specific);
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        settings.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * A reader for streams: large fetches, each of which may gather for {@code maxWait}. Of what others write in
     * transactions it reads what is committed.
     */
    static KafkaReader ofBatches(String bootstrap, Duration maxWait) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 2 << 20);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) maxWait.toMillis());
        // At least fetch.min.bytes: else one partition alone could never fill a fetch and always waited.
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        return new KafkaReader(bootstrap, settings);
    }

    /** A reader for {@link #read}. */
    static KafkaReader ofSingleRecords(String bootstrap) {
        return new KafkaReader(
                bootstrap,
                Map.of(
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        1,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        64 << 10));
    }

    @Override
    public void assign(String topic, Map<Integer, Long> offsets) {
        List<TopicPartition> partitions = offsets.keySet().stream()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
        assigned.put(topic, partitions);
        assignAll();
        for (TopicPartition partition : partitions) {
            consumer.seek(partition, offsets.getOrDefault(partition.partition(), 0L));
        }
    }

    @Override
    public void unassign(String topic) {
        assigned.remove(topic);
        assignAll();
    }

    private void assignAll() {
        consumer.assign(assigned.values().stream().flatMap(List::stream).toList());
    }

    @Override
    public int poll(Duration timeout, Visitor visitor) {
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(timeout);
        } catch (WakeupException | InterruptException early) {
            return 0;
        } catch (OffsetOutOfRangeException failure) {
            throw outOfRange(failure);
        } catch (KafkaException failure) {
            throw Log.failed(bootstrap, "reading " + assigned.keySet(), failure);
        }
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                headers.headers = record.headers();
                visitor.record(
                        partition.topic(),
                        partition.partition(),
                        record.offset(),
                        record.timestamp(),
                        record.value(),
                        headers);
            }
        }
        return records.count();
    }

    @Override
    public long position(String topic, int partition) {
        try {
            return consumer.position(new TopicPartition(topic, partition));
        } catch (OffsetOutOfRangeException failure) {
            throw outOfRange(failure);
        } catch (KafkaException failure) {
            throw Log.failed(bootstrap, "reading topic '" + topic + "'", failure);
        }
    }

    private PolderException outOfRange(OffsetOutOfRangeException failure) {
        Map.Entry<TopicPartition, Long> first =
                failure.offsetOutOfRangePartitions().entrySet().iterator().next();
        TopicPartition partition = first.getKey();
        long from = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long to = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        String why = first.getValue() < from
                ? "The events before it were not kept long enough"
                : "The log ends before what was already read from it, as after a power cut or when another log was put in its place";
        return new PolderException(
                ErrorCode.CONFLICT,
                "Topic '" + partition.topic() + "', partition " + partition.partition() + ": offset "
                        + first.getValue() + " was wanted, but the log holds " + from + " to " + to + " (exclusive). "
                        + why
                        + ". Fix: rebuild the tables that read it (./polder rebuild TABLE), or restore log and store from the same backup.",
                failure);
    }

    /** The record at an offset below the partition's end; empty when it is not kept any more. */
    Optional<LogRecord> read(String topic, int partition, long offset) {
        assigned.clear();
        assign(topic, Map.of(partition, offset));
        TopicPartition place = new TopicPartition(topic, partition);
        long start = System.nanoTime();
        try {
            while (System.nanoTime() - start < SINGLE_PATIENCE.toNanos()) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(500)).records(place)) {
                    return record.offset() == offset ? Optional.of(whole(record)) : Optional.empty();
                }
            }
        } catch (OffsetOutOfRangeException expired) {
            return Optional.empty();
        } catch (KafkaException failure) {
            throw Log.failed(bootstrap, "reading topic '" + topic + "'", failure);
        }
        throw new PolderException(
                ErrorCode.UNAVAILABLE,
                "Kafka at " + bootstrap + " did not give topic '" + topic + "', partition " + partition + ", offset "
                        + offset + " within " + SINGLE_PATIENCE.toSeconds() + " s. Fix: try again.");
    }

    private static LogRecord whole(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value());
        }
        return new LogRecord(
                record.topic(), record.partition(), record.offset(), record.timestamp(), record.value(), headers);
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    private static final class HeaderView implements RecordHeaders {
        private @Nullable Headers headers;

        @Override
        public byte @Nullable [] get(String name) {
            Header header = headers == null ? null : headers.lastHeader(name);
            return header == null ? null : header.value();
        }

        @Override
        public boolean isEmpty() {
            return headers == null || headers.toArray().length == 0;
        }
    }
}
