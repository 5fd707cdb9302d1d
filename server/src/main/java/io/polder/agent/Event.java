package io.polder.agent;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What an agent carries: headers and a body, as in Flume. Immutable by agreement, so that events of a batch may share one
 * map of headers, and channels need no copies.
 *
 * @param headers not copied; must not change
 * @param body not copied; must not change
 */
@SuppressWarnings("ArrayRecordComponent") // copied nowhere, compared nowhere
public record Event(Map<String, String> headers, byte[] body) {
    /** An event without headers. */
    public static Event of(String body) {
        return new Event(Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    /** The same body under other headers. */
    public Event with(Map<String, String> others) {
        return new Event(others, body);
    }
}
