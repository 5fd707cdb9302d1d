package io.polder.agent.kafka;

import io.polder.agent.Channel;
import io.polder.agent.Parts;
import io.polder.agent.Sink;
import io.polder.agent.Source;
import java.util.Map;

/** Flume's components for Kafka, which have no short names. */
public final class KafkaParts implements Parts {
    @Override
    public Map<String, Maker<Source>> sources() {
        return Map.of("org.apache.flume.source.kafka.KafkaSource", KafkaSource::new);
    }

    @Override
    public Map<String, Maker<Channel>> channels() {
        return Map.of("org.apache.flume.channel.kafka.KafkaChannel", KafkaChannel::new);
    }

    @Override
    public Map<String, Maker<Sink>> sinks() {
        return Map.of("org.apache.flume.sink.kafka.KafkaSink", KafkaSink::new);
    }
}
