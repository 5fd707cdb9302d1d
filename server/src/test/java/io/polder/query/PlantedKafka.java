package io.polder.query;

import org.apache.kafka.common.TopicPartition;

/** Breaks a rule on purpose: the test of the rules wants to see it caught. */
public record PlantedKafka(TopicPartition ofTheLog) {}
