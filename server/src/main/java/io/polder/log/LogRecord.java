package io.polder.log;

import java.util.Map;

/** A record with its place in the log. */
public record LogRecord(
        String topic, int partition, long offset, long acceptedMillis, byte[] value, Map<String, byte[]> headers) {}
