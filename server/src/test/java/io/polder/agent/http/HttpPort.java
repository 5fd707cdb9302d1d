package io.polder.agent.http;

import io.polder.agent.Source;

/** The real port of a source that took any free one. */
public final class HttpPort {
    private HttpPort() {}

    public static int of(Source source) {
        return ((HttpSource) source).port();
    }
}
