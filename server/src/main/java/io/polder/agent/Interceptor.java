package io.polder.agent;

import java.util.List;

/** Changes or leaves out events between a source and its channels. Thread-safe. */
public interface Interceptor {
    /** The events that go on. Neither list nor events are changed; what stays the same may be shared. */
    List<Event> intercept(List<Event> events);
}
