package io.polder.agent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ways of a source's events: all to the same channels, or each to those of a header's value. */
final class Selectors {
    private Selectors() {}

    static ChannelProcessor.Selector of(AgentDefinition.Selection selection, Map<String, Channel> channels) {
        Map<String, List<Channel>> required = resolved(selection.required(), channels);
        Map<String, List<Channel>> optional = resolved(selection.optional(), channels);
        if (selection.header().isEmpty()) {
            return replicating(all(required), all(optional));
        }
        return multiplexing(selection.header(), required, optional);
    }

    private static List<Channel> all(Map<String, List<Channel>> ways) {
        return ways.getOrDefault("", List.of());
    }

    private static Map<String, List<Channel>> resolved(Map<String, List<String>> names, Map<String, Channel> channels) {
        Map<String, List<Channel>> resolved = new LinkedHashMap<>();
        names.forEach((value, some) -> resolved.put(
                value,
                some.stream()
                        .map(channels::get)
                        .filter(java.util.Objects::nonNull)
                        .toList()));
        return resolved;
    }

    private static ChannelProcessor.Selector replicating(List<Channel> required, List<Channel> optional) {
        return events -> {
            ChannelProcessor.Selector.Route route = new ChannelProcessor.Selector.Route();
            required.forEach(channel -> route.required().put(channel, events));
            optional.forEach(channel -> route.optional().put(channel, events));
            return route;
        };
    }

    private static ChannelProcessor.Selector multiplexing(
            String header, Map<String, List<Channel>> required, Map<String, List<Channel>> optional) {
        List<Channel> otherwise = all(required);
        List<Channel> otherwiseOptional = all(optional);
        return events -> {
            ChannelProcessor.Selector.Route route = new ChannelProcessor.Selector.Route();
            for (Event event : events) {
                String value = event.headers().getOrDefault(header, "");
                List<Channel> wanted = value.isEmpty() ? otherwise : required.getOrDefault(value, otherwise);
                add(event, wanted, route.required());
                List<Channel> some =
                        value.isEmpty() ? otherwiseOptional : optional.getOrDefault(value, otherwiseOptional);
                for (Channel channel : some) {
                    if (!wanted.contains(channel)) {
                        add(event, List.of(channel), route.optional());
                    }
                }
            }
            return route;
        };
    }

    private static void add(Event event, List<Channel> channels, Map<Channel, List<Event>> batches) {
        for (Channel channel : channels) {
            batches.computeIfAbsent(channel, unused -> new ArrayList<>()).add(event);
        }
    }
}
