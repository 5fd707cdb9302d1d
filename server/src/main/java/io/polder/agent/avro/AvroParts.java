package io.polder.agent.avro;

import io.polder.agent.Parts;
import io.polder.agent.Sink;
import io.polder.agent.Source;
import java.util.Map;

/** The {@code avro} source and sink. */
public final class AvroParts implements Parts {
    @Override
    public Map<String, Maker<Source>> sources() {
        return Map.of("avro", AvroSource::new);
    }

    @Override
    public Map<String, Maker<Sink>> sinks() {
        return Map.of("avro", AvroSink::new);
    }
}
