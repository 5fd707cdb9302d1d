package io.polder.agent.avro;

import io.polder.agent.Source;

/** The real port of a source that took any free one. */
public final class AvroPort {
    private AvroPort() {}

    public static int of(Source source) {
        return ((AvroSource) source).port();
    }
}
