package io.polder.log;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A writer over one idempotent producer. */
final class KafkaWriter implements Writer, AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaWriter(String bootstrap) {
        producer = new KafkaProducer<>(
                Map.ofEntries(
                        Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap),
                        Map.entry(ProducerConfig.CLIENT_ID_CONFIG, "polder-writer"),
                        Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
                        Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
                        Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4"),
                        Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10),
                        Map.entry(ProducerConfig.LINGER_MS_CONFIG, 5),
                        Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20),
                        Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES + (64 << 10)),
                        // A full buffer means that the broker cannot follow: the caller hears of it soon and may wait.
                        Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000),
                        Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000),
                        Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000),
                        Map.entry(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false),
                        Map.entry(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, "")),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void send(
            String topic,
            int partition,
            long acceptedMillis,
            byte @Nullable [] key,
            byte[] value,
            Map<String, byte[]> headers,
            Receipt receipt) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, acceptedMillis, key, value);
        if (!headers.isEmpty()) {
            headers.forEach(record.headers()::add);
        }
        try {
            var unused = producer.send(
                    record,
                    (metadata, failure) -> receipt.done(
                            partition,
                            failure == null ? metadata.offset() : -1,
                            failure == null ? null : told(failure)));
        } catch (KafkaException | IllegalStateException failure) {
            receipt.done(partition, -1, told(failure));
        }
    }

    /** A failure, told as such when it is the record's own. */
    private static Exception told(Exception failure) {
        if (failure instanceof RecordTooLargeException || failure instanceof RecordBatchTooLargeException) {
            return new PolderException(
                    ErrorCode.TOO_LARGE, "The record is too large: " + failure.getMessage(), failure);
        }
        if (failure instanceof InvalidRecordException || failure instanceof InvalidTimestampException) {
            return new PolderException(
                    ErrorCode.INVALID_REQUEST, "The record is refused: " + failure.getMessage(), failure);
        }
        return failure;
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
    }
}
