package io.polder.agent.kafka;

import io.polder.agent.Channel;
import io.polder.agent.ChannelException;
import io.polder.agent.Counter;
import io.polder.agent.Counters;
import io.polder.agent.Event;
import io.polder.agent.Parts;
import io.polder.agent.Settings;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flume's KafkaChannel: a topic is the channel. A batch is a transaction of Kafka's, so that one that failed is not there in
 * part; batches that come at once share one. Sinks read as a consumer group that sees only what was committed.
 */
final class KafkaChannel implements Channel {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaChannel.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration COMMIT_PATIENCE = Duration.ofMinutes(2);

    private final Counters counters;
    private final InstantSource clock;
    private final Settings settings;
    private final Brokers brokers;
    private final String topic;
    private final boolean isAvro;
    private final int transactionCapacity;
    private final @Nullable Integer partition;
    private final @Nullable String partitionHeader;

    private final Object writing = new Object();
    private List<Write> waiting = new ArrayList<>();
    private boolean isWriting;
    private Map<String, Object> writeSettings = Map.of();
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    private final ReentrantLock reading = new ReentrantLock();
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private final Object marks = new Object();
    private final Deque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private final TreeMap<Long, List<ConsumerRecord<byte[], byte[]>>> returned = new TreeMap<>();
    /** Offsets that are fetched and not delivered. */
    private final Map<TopicPartition, TreeSet<Long>> open = new HashMap<>();

    private final Map<TopicPartition, Long> next = new HashMap<>();
    private boolean mustCommit;
    private long takes;

    KafkaChannel(Parts.Context context) {
        counters = context.counters();
        clock = context.clock();
        settings = context.settings();
        brokers = new Brokers(settings);
        Brokers.check(settings, "kafka.producer.");
        Brokers.check(settings, "kafka.consumer.");
        topic = settings.text("kafka.topic");
        isAvro = settings.isTrue("parseAsFlumeEvent");
        transactionCapacity = settings.integer("transactionCapacity");
        partition =
                settings.optional("defaultPartitionId").map(Integer::valueOf).orElse(null);
        partitionHeader = settings.optional("partitionIdHeader").orElse(null);
        counters.show(
                Counter.KAFKA_EVENT_GET_TIMER,
                Counter.KAFKA_EVENT_SEND_TIMER,
                Counter.KAFKA_COMMIT_TIMER,
                Counter.ROLLBACK);
        counters.gauge("ChannelCapacity", () -> "0");
        counters.gauge("ChannelSize", () -> "0");
        counters.gauge("ChannelFillPercentage", () -> "0.0");
    }

    @Override
    public void start() {
        Map<String, Object> configuration = common(settings.under("kafka.producer."));
        configuration.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis());
        configuration.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
        configuration.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
        configuration.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        configuration.put(ProducerConfig.ACKS_CONFIG, "all");
        configuration.put(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG, "polder-" + counters.name() + "-" + UUID.randomUUID());
        configuration.remove(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG);
        configuration.remove(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);
        writeSettings = configuration;
        try {
            // Fails now when a setting is wrong; a broker that is down is met at the first batch.
            new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer())
                    .close(Duration.ZERO);
        } catch (KafkaException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "Channel '" + counters.name() + "' cannot start: " + cause.getMessage()
                            + ". Fix: see kafka.bootstrap.servers and kafka.producer.*",
                    failure);
        }
    }

    private Map<String, Object> common(Map<String, String> own) {
        Map<String, Object> configuration = new HashMap<>(own);
        configuration.put("bootstrap.servers", brokers.bootstrap());
        configuration.put("enable.metrics.push", false);
        configuration.put("metric.reporters", "");
        return configuration;
    }

    @Override
    public Put reserve(List<Event> events) throws ChannelException {
        if (events.size() > transactionCapacity) {
            throw new ChannelException(
                    ChannelException.Reason.TOO_LARGE,
                    "The batch has " + events.size() + " events, and channel '" + counters.name() + "' takes at most "
                            + transactionCapacity + " at once (transactionCapacity). Fix: send smaller batches",
                    null);
        }
        return new Write(events);
    }

    /** A batch on its way into a transaction. */
    private final class Write implements Put {
        final List<Event> events;
        boolean isDone;

        @Nullable
        Exception failure;

        Write(List<Event> events) {
            this.events = events;
        }

        @Override
        public void write() throws ChannelException {
            List<Write> mine = null;
            synchronized (writing) {
                waiting.add(this);
                while (!isDone && isWriting) {
                    try {
                        writing.wait();
                    } catch (InterruptedException stop) {
                        Thread.currentThread().interrupt();
                        throw failed("interrupted", stop);
                    }
                }
                if (!isDone) {
                    isWriting = true;
                    mine = waiting;
                    waiting = new ArrayList<>();
                }
            }
            if (mine != null) {
                transact(mine);
            }
            if (failure != null) {
                throw failed(brokers.reason(failure), failure);
            }
        }

        @Override
        public void publish() {}

        /** After a write that failed there is nothing; one that succeeded cannot be taken back. */
        @Override
        public void abort() {}
    }

    private ChannelException failed(String why, Throwable cause) {
        counters.troubled(why, clock.instant());
        return new ChannelException(
                ChannelException.Reason.FAILED,
                "Channel '" + counters.name() + "' cannot take the batch: " + why + ". Fix: send it again later",
                cause);
    }

    private void transact(List<Write> batches) {
        long begun = System.nanoTime();
        AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
        Exception failure = null;
        try {
            KafkaProducer<byte[], byte[]> to = writer();
            to.beginTransaction();
            for (Write batch : batches) {
                for (Event event : batch.events) {
                    var unused = to.send(record(event), (place, problem) -> {
                        if (problem != null) {
                            refused.compareAndSet(null, problem);
                        }
                    });
                }
            }
            to.flush();
            if (refused.get() != null) {
                throw new KafkaException(refused.get());
            }
            commit(to);
            counters.add(Counter.KAFKA_EVENT_SEND_TIMER, (System.nanoTime() - begun) / 1_000_000);
            counters.well();
        } catch (KafkaException | IllegalStateException problem) {
            failure = problem;
            counters.increment(Counter.ROLLBACK);
            discardWriter();
        }
        synchronized (writing) {
            for (Write batch : batches) {
                batch.isDone = true;
                batch.failure = failure;
            }
            isWriting = false;
            writing.notifyAll();
        }
    }

    /**
     * Commits. Until Kafka answers it is not known whether it has, so a lost answer is asked for again: meanwhile the
     * sender has no answer either.
     */
    private static void commit(KafkaProducer<byte[], byte[]> to) {
        long begun = System.nanoTime();
        while (true) {
            try {
                to.commitTransaction();
                return;
            } catch (TimeoutException unanswered) {
                if (System.nanoTime() - begun > COMMIT_PATIENCE.toNanos()) {
                    throw unanswered;
                }
            }
        }
    }

    private KafkaProducer<byte[], byte[]> writer() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(writeSettings, new ByteArraySerializer(), new ByteArraySerializer());
            try {
                open.initTransactions();
            } catch (KafkaException failure) {
                open.close(Duration.ZERO);
                throw failure;
            }
            producer = open;
        }
        return open;
    }

    /** The next writer has the same transactional id: Kafka ends what this one left open before it begins. */
    private void discardWriter() {
        KafkaProducer<byte[], byte[]> failed = producer;
        producer = null;
        if (failed == null) {
            return;
        }
        try {
            failed.abortTransaction();
        } catch (KafkaException | IllegalStateException unanswered) {
            LOGGER.debug("A transaction of channel {} is left to its successor to end.", counters.name(), unanswered);
        }
        failed.close(Duration.ZERO);
    }

    private ProducerRecord<byte[], byte[]> record(Event event) {
        String key = event.headers().get("key");
        String place = partitionHeader == null ? null : event.headers().get(partitionHeader);
        return new ProducerRecord<>(
                topic,
                place == null ? partition : Integer.valueOf(place),
                null,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                isAvro ? FlumeAvro.write(event) : event.body());
    }

    @Override
    public void awaitRoom(int events, Duration patience) {}

    @Override
    public Duration keepAlive() {
        return KEEP_ALIVE;
    }

    @Override
    public @Nullable Take take(int max, Duration patience) throws ChannelException, InterruptedException {
        if (!reading.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return null;
        }
        try {
            commitOffsets();
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            synchronized (marks) {
                Map.Entry<Long, List<ConsumerRecord<byte[], byte[]>>> again = returned.pollFirstEntry();
                if (again != null) {
                    for (int index = again.getValue().size() - 1; index >= 0; index--) {
                        fetched.addFirst(again.getValue().get(index));
                    }
                }
            }
            if (fetched.isEmpty()) {
                fetch(patience);
            }
            synchronized (marks) {
                while (records.size() < Math.min(max, transactionCapacity) && !fetched.isEmpty()) {
                    records.add(fetched.remove());
                }
            }
            counters.add(Counter.EVENT_TAKE_ATTEMPT, records.size() < max ? records.size() + 1L : records.size());
            return records.isEmpty() ? null : new Taken(takes++, records);
        } catch (InterruptException stop) {
            throw (InterruptedException) new InterruptedException("while reading Kafka").initCause(stop);
        } catch (KafkaException failure) {
            throw new ChannelException(ChannelException.Reason.FAILED, brokers.reason(failure), failure);
        } finally {
            reading.unlock();
        }
    }

    private void fetch(Duration patience) {
        KafkaConsumer<byte[], byte[]> from = consumer == null ? reader() : consumer;
        long begun = System.nanoTime();
        for (ConsumerRecord<byte[], byte[]> record : from.poll(patience)) {
            TopicPartition place = new TopicPartition(record.topic(), record.partition());
            synchronized (marks) {
                open.computeIfAbsent(place, first -> new TreeSet<>()).add(record.offset());
                next.put(place, record.offset() + 1);
                fetched.add(record);
            }
        }
        counters.add(Counter.KAFKA_EVENT_GET_TIMER, (System.nanoTime() - begun) / 1_000_000);
    }

    private KafkaConsumer<byte[], byte[]> reader() {
        Map<String, Object> configuration = common(settings.under("kafka.consumer."));
        configuration.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, "flume");
        configuration.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        configuration.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        configuration.remove(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG);
        configuration.remove(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
        KafkaConsumer<byte[], byte[]> made =
                new KafkaConsumer<>(configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        made.subscribe(List.of(topic), new Revocation());
        consumer = made;
        return made;
    }

    /** Partitions that another member of the group reads from now on: what is not delivered of them comes to that one. */
    private final class Revocation implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            commitOffsets();
            onPartitionsLost(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            synchronized (marks) {
                fetched.removeIf(record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
                partitions.forEach(open::remove);
                partitions.forEach(next::remove);
            }
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }

    private void commitOffsets() {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        synchronized (marks) {
            if (!mustCommit || consumer == null) {
                return;
            }
            mustCommit = false;
            next.forEach((place, end) -> {
                TreeSet<Long> undelivered = open.getOrDefault(place, new TreeSet<>());
                positions.put(place, new OffsetAndMetadata(undelivered.isEmpty() ? end : undelivered.first()));
            });
        }
        long begun = System.nanoTime();
        java.util.Objects.requireNonNull(consumer).commitSync(positions, PATIENCE);
        counters.add(Counter.KAFKA_COMMIT_TIMER, (System.nanoTime() - begun) / 1_000_000);
    }

    private final class Taken implements Take {
        private final long number;
        private final List<ConsumerRecord<byte[], byte[]>> records;
        private final List<Event> events;

        Taken(long number, List<ConsumerRecord<byte[], byte[]>> records) {
            this.number = number;
            this.records = records;
            events = records.stream().map(KafkaChannel.this::event).toList();
        }

        @Override
        public List<Event> events() {
            return events;
        }

        @Override
        public void commit() {
            synchronized (marks) {
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    TreeSet<Long> undelivered = open.get(new TopicPartition(record.topic(), record.partition()));
                    if (undelivered != null) {
                        undelivered.remove(record.offset());
                    }
                }
                mustCommit = true;
            }
            counters.add(Counter.EVENT_TAKE_SUCCESS, events.size());
        }

        @Override
        public void rollback() {
            counters.increment(Counter.ROLLBACK);
            synchronized (marks) {
                returned.put(number, records);
            }
        }
    }

    /** A message that is no event of Flume's is one without headers: it is kept and not stumbled over for ever. */
    private Event event(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value() == null ? new byte[0] : record.value();
        if (isAvro) {
            try {
                return FlumeAvro.read(value);
            } catch (IllegalArgumentException raw) {
                counters.increment(Counter.EVENT_TAKE_ERROR);
            }
        }
        return new Event(
                record.key() == null ? Map.of() : Map.of("key", new String(record.key(), StandardCharsets.UTF_8)),
                value);
    }

    @Override
    public int transactionCapacity() {
        return transactionCapacity;
    }

    @Override
    public long oldestMillis() {
        synchronized (marks) {
            ConsumerRecord<byte[], byte[]> first = returned.isEmpty()
                    ? fetched.peek()
                    : returned.firstEntry().getValue().get(0);
            return first == null ? -1 : first.timestamp();
        }
    }

    @Override
    public Counters counters() {
        return counters;
    }

    @Override
    public long stop() {
        synchronized (writing) {
            if (producer != null) {
                producer.close(Duration.ofSeconds(1));
                producer = null;
            }
        }
        reading.lock();
        try {
            if (consumer != null) {
                commitOffsets();
                consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
                consumer = null;
            }
        } catch (KafkaException failure) {
            LOGGER.warn("Channel {}: delivered events come again: {}.", counters.name(), brokers.reason(failure));
        } finally {
            reading.unlock();
        }
        return 0;
    }
}
