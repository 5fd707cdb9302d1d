/**
 * What an agent does with Kafka: Flume's KafkaSource, KafkaChannel and KafkaSink, with any setting of Kafka's own clients.
 * One of the two packages that know Kafka; the other is {@code io.polder.log}, whose topics are a mart's.
 */
@NullMarked
package io.polder.agent.kafka;

import org.jspecify.annotations.NullMarked;
