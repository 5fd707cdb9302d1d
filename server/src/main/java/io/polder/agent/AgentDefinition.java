package io.polder.agent;

import io.polder.record.Problem;
import java.util.List;
import java.util.Map;

/**
 * An agent as its file describes it: checked against the table of types, nothing made yet.
 *
 * @param problems what is wrong; components that are made may add to it
 * @param warnings what has no effect, as sentences
 */
record AgentDefinition(
        String name,
        Map<String, SourceDefinition> sources,
        Map<String, Component> channels,
        Map<String, SinkDefinition> sinks,
        List<Group> groups,
        List<Problem> problems,
        List<String> warnings) {

    record Component(String name, FlumeTypes.Type type, Settings settings) {}

    /**
     * @param channels those that are there, of those that it names
     */
    record SourceDefinition(
            Component component, List<String> channels, Selection selection, List<Component> interceptors) {}

    /**
     * Which channels an event goes to.
     *
     * @param header the header that decides; empty when all events go to the same channels
     * @param required the channels of a value; those of all other values under {@code ""}
     * @param optional likewise
     */
    record Selection(String header, Map<String, List<String>> required, Map<String, List<String>> optional) {}

    record SinkDefinition(Component component, String channel) {}

    /** Sinks that share a channel; a sink without a group is one of its own. */
    record Group(String name, List<String> sinks, Settings settings) {}
}
