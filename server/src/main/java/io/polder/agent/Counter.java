package io.polder.agent;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What is counted, under the name by which Flume shows it and with the meaning that it has there. */
public enum Counter {
    /** Events that a source has got. */
    EVENT_RECEIVED("EventReceivedCount"),
    /** Events that are in all required channels, and whose sender was told so. */
    EVENT_ACCEPTED("EventAcceptedCount"),
    /** Events that came alone. */
    APPEND_RECEIVED("AppendReceivedCount"),
    APPEND_ACCEPTED("AppendAcceptedCount"),
    /** Batches that a source has got. */
    APPEND_BATCH_RECEIVED("AppendBatchReceivedCount"),
    APPEND_BATCH_ACCEPTED("AppendBatchAcceptedCount"),
    /** Connections that are open now. */
    OPEN_CONNECTION("OpenConnectionCount"),
    /** Batches that did not get into their channels. */
    CHANNEL_WRITE_FAIL("ChannelWriteFail"),
    /** What could not be read as events. */
    EVENT_READ_FAIL("EventReadFail"),
    /** Failures of any other kind. */
    GENERIC_PROCESSING_FAIL("GenericProcessingFail"),

    /** Events that sources tried to put. */
    EVENT_PUT_ATTEMPT("EventPutAttemptCount"),
    EVENT_PUT_SUCCESS("EventPutSuccessCount"),
    /** How often sinks asked; not each time was there anything. */
    EVENT_TAKE_ATTEMPT("EventTakeAttemptCount"),
    /** Events that sinks took and committed. */
    EVENT_TAKE_SUCCESS("EventTakeSuccessCount"),
    EVENT_PUT_ERROR("EventPutErrorCount"),
    EVENT_TAKE_ERROR("EventTakeErrorCount"),
    CHECKPOINT_WRITE_ERROR("CheckpointWriteErrorCount"),
    CHECKPOINT_BACKUP_WRITE_ERROR("CheckpointBackupWriteErrorCount"),

    /** Connections made to, or files opened at, the next hop. */
    CONNECTION_CREATED("ConnectionCreatedCount"),
    CONNECTION_CLOSED("ConnectionClosedCount"),
    /** Deliveries and connections that failed. Moves within two seconds of a sink that cannot deliver. */
    CONNECTION_FAILED("ConnectionFailedCount"),
    BATCH_EMPTY("BatchEmptyCount"),
    BATCH_UNDERFLOW("BatchUnderflowCount"),
    BATCH_COMPLETE("BatchCompleteCount"),
    EVENT_DRAIN_ATTEMPT("EventDrainAttemptCount"),
    EVENT_DRAIN_SUCCESS("EventDrainSuccessCount"),
    /** Batches that could not be written. */
    EVENT_WRITE_FAIL("EventWriteFail"),
    /** Failures to read the channel. */
    CHANNEL_READ_FAIL("ChannelReadFail"),

    /** Batches that went back into the channel. */
    ROLLBACK("RollbackCount"),
    /** Milliseconds between sending to Kafka and its acknowledgement, summed over batches. */
    KAFKA_EVENT_SEND_TIMER("KafkaEventSendTimer"),
    /** Milliseconds of polling Kafka, summed. */
    KAFKA_EVENT_GET_TIMER("KafkaEventGetTimer"),
    /** Milliseconds of committing offsets to Kafka, summed. */
    KAFKA_COMMIT_TIMER("KafkaCommitTimer"),
    /** Polls of Kafka that brought nothing. */
    KAFKA_EMPTY("KafkaEmptyCount");

    private static final Set<Counter> SOURCE =
            Collections.unmodifiableSet(EnumSet.range(EVENT_RECEIVED, GENERIC_PROCESSING_FAIL));
    private static final Set<Counter> CHANNEL =
            Collections.unmodifiableSet(EnumSet.range(EVENT_PUT_ATTEMPT, EVENT_TAKE_SUCCESS));
    private static final Set<Counter> SINK =
            Collections.unmodifiableSet(EnumSet.range(CONNECTION_CREATED, CHANNEL_READ_FAIL));

    private final String flumeName;

    Counter(String flumeName) {
        this.flumeName = flumeName;
    }

    /** {@code EventReceivedCount}. */
    public String flumeName() {
        return flumeName;
    }

    /** What all components of a kind show. */
    static Set<Counter> of(Counters.Kind kind) {
        return switch (kind) {
            case SOURCE -> SOURCE;
            case CHANNEL -> CHANNEL;
            case SINK -> SINK;
        };
    }
}
