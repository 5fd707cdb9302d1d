package io.polder.log;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics that there are: how many partitions, what is kept, from where to where. Thread-safe. */
final class Topics implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Topics.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration RETRY_EVERY = Duration.ofMillis(20);

    private final Admin admin;
    private final String bootstrap;
    private final boolean isOurs;
    private final Map<String, Integer> partitions = new ConcurrentHashMap<>();

    private Topics(Admin admin, String bootstrap, boolean isOurs) {
        this.admin = admin;
        this.bootstrap = bootstrap;
        this.isOurs = isOurs;
    }

    static Topics connect(String bootstrap, boolean isOurs) {
        Admin admin;
        try {
            admin = Admin.create(Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    bootstrap,
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    "polder",
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    (int) PATIENCE.toMillis(),
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    (int) PATIENCE.toMillis(),
                    AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG,
                    false,
                    AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG,
                    ""));
        } catch (KafkaException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    List.of(new Problem(
                            "log.bootstrap",
                            bootstrap,
                            "not the address of a Kafka cluster: " + cause.getMessage(),
                            "write it like host:9092")));
        }
        Topics topics = new Topics(admin, bootstrap, isOurs);
        try {
            topics.await("connecting", admin.describeCluster().nodes());
            return topics;
        } catch (RuntimeException failure) {
            topics.close();
            throw failure;
        }
    }

    void ensure(String topic, int wanted, @Nullable Duration keepFor) {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("cleanup.policy", "delete");
        configuration.put("retention.ms", keepFor == null ? "-1" : Long.toString(keepFor.toMillis()));
        configuration.put("retention.bytes", "-1");
        // A record's timestamp is when its event was accepted, whatever the broker's clock says.
        configuration.put("message.timestamp.type", "CreateTime");
        configuration.put("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        Optional<Short> replication = isOurs ? Optional.of((short) 1) : Optional.empty();
        NewTopic created = new NewTopic(topic, Optional.of(wanted), replication).configs(configuration);
        try {
            await(
                    "creating topic '" + topic + "'",
                    admin.createTopics(List.of(created)).all());
        } catch (PolderException failure) {
            if (!(failure.getCause() instanceof TopicExistsException)) {
                throw failure;
            }
        }
        verifyPartitions(topic, wanted);
        verifyConfiguration(topic, configuration);
        // KAFKA-15591: until every partition has its leader, an idempotent producer can run into endless
        // OUT_OF_ORDER_SEQUENCE_NUMBER. Asking each for its end waits for that.
        endOffsets(topic);
    }

    private void verifyPartitions(String topic, int wanted) {
        partitions.remove(topic);
        int there = partitions(topic);
        if (there != wanted) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    List.of(new Problem(
                            "topic " + topic,
                            Integer.toString(wanted) + " partitions",
                            "it exists with " + there
                                    + ", and partitions are fixed for ever because an event's partition is its key's",
                            "write partitions: " + there + ", or name another topic")));
        }
    }

    private void verifyConfiguration(String topic, Map<String, String> wanted) {
        Map<String, String> wrong = differences(topic, wanted);
        if (wrong.isEmpty()) {
            return;
        }
        if (isOurs) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            Collection<AlterConfigOp> changes = wrong.keySet().stream()
                    .map(key -> new AlterConfigOp(new ConfigEntry(key, wanted.get(key)), AlterConfigOp.OpType.SET))
                    .toList();
            await(
                    "configuring topic '" + topic + "'",
                    admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
            log.info("Topic {} is now kept as its definition says: {} (was {}).", topic, wanted, wrong);
            wrong = settledDifferences(topic, wanted);
        }
        if (!wrong.isEmpty()) {
            List<Problem> problems = new ArrayList<>();
            for (Map.Entry<String, String> entry : wrong.entrySet()) {
                problems.add(new Problem(
                        "topic " + topic,
                        entry.getKey() + "=" + entry.getValue(),
                        "it must be " + wanted.get(entry.getKey())
                                + ", so that events are kept as defined and a rebuild gives the same rows",
                        "kafka-configs.sh --bootstrap-server " + bootstrap
                                + " --alter --entity-type topics --entity-name " + topic + " --add-config "
                                + entry.getKey() + "=" + wanted.get(entry.getKey())));
            }
            throw new PolderException(ErrorCode.INVALID_DEFINITION, problems);
        }
    }

    /** The differences that stay: a changed configuration reaches the broker a moment later than the controller. */
    private Map<String, String> settledDifferences(String topic, Map<String, String> wanted) {
        long start = System.nanoTime();
        Map<String, String> wrong = differences(topic, wanted);
        while (!wrong.isEmpty() && System.nanoTime() - start < PATIENCE.toNanos()) {
            pause();
            wrong = differences(topic, wanted);
        }
        return wrong;
    }

    private Map<String, String> differences(String topic, Map<String, String> wanted) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config there = retried(
                "reading the configuration of topic '" + topic + "'",
                () -> admin.describeConfigs(List.of(resource)).values().get(resource));
        Map<String, String> wrong = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : wanted.entrySet()) {
            // A cluster's limit to timestamps in the future only refuses; it loses nothing.
            if (entry.getKey().equals("message.timestamp.after.max.ms") && !isOurs) {
                continue;
            }
            ConfigEntry found = there.get(entry.getKey());
            if (found == null || !entry.getValue().equals(found.value())) {
                wrong.put(entry.getKey(), found == null ? "" : String.valueOf(found.value()));
            }
        }
        return wrong;
    }

    Map<Integer, Long> endOffsets(String topic) {
        return offsets(topic, OffsetSpec.latest());
    }

    Map<Integer, Long> committedOffsets(String topic) {
        return offsets(topic, OffsetSpec.latest(), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
    }

    Map<Integer, Long> beginningOffsets(String topic) {
        return offsets(topic, OffsetSpec.earliest());
    }

    Map<Integer, Long> offsetsAt(String topic, Instant time) {
        Map<Integer, Long> ends = endOffsets(topic);
        Map<Integer, Long> found = offsets(topic, OffsetSpec.forTimestamp(time.toEpochMilli()));
        found.replaceAll((partition, offset) -> offset < 0 ? ends.getOrDefault(partition, 0L) : offset);
        return found;
    }

    private Map<Integer, Long> offsets(String topic, OffsetSpec which) {
        return offsets(topic, which, new ListOffsetsOptions());
    }

    private Map<Integer, Long> offsets(String topic, OffsetSpec which, ListOffsetsOptions options) {
        int count = partitions(topic);
        return retried("reading the offsets of topic '" + topic + "'", () -> {
            Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
            for (int partition = 0; partition < count; partition++) {
                wanted.put(new TopicPartition(topic, partition), which);
            }
            return admin.listOffsets(wanted, options).all().thenApply(found -> {
                Map<Integer, Long> offsets = new TreeMap<>();
                found.forEach((partition, offset) -> offsets.put(partition.partition(), offset.offset()));
                return offsets;
            });
        });
    }

    private int partitions(String topic) {
        Integer known = partitions.get(topic);
        if (known != null) {
            return known;
        }
        int count = retried("describing topic '" + topic + "'", () -> admin.describeTopics(List.of(topic))
                .allTopicNames()
                .thenApply(found ->
                        Objects.requireNonNull(found.get(topic)).partitions().size()));
        partitions.put(topic, count);
        return count;
    }

    /** Asks again as long as the answer is that a topic or its leader is not there yet, as just after its creation. */
    private <T> T retried(String doing, java.util.function.Supplier<KafkaFuture<T>> request) {
        long start = System.nanoTime();
        while (true) {
            try {
                return await(doing, request.get());
            } catch (PolderException failure) {
                boolean isTransient = failure.getCause() instanceof RetriableException;
                if (!isTransient || System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw failure;
                }
                pause();
            }
        }
    }

    private <T> T await(String doing, KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException failure) {
            throw Log.failed(bootstrap, doing, failure.getCause() == null ? failure : failure.getCause());
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorCode.UNAVAILABLE, "Interrupted while " + doing + ".", failure);
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_EVERY.toMillis());
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorCode.UNAVAILABLE, "Interrupted while waiting for Kafka.", failure);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
