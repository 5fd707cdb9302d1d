package io.polder.agent.http;

import io.polder.agent.Parts;
import io.polder.agent.Source;
import java.util.Map;

/** The {@code http} source. */
public final class HttpParts implements Parts {
    @Override
    public Map<String, Maker<Source>> sources() {
        return Map.of("http", HttpSource::new);
    }
}
