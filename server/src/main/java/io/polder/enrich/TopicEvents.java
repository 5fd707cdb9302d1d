package io.polder.enrich;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.record.Field;
import io.polder.record.Problem;
import io.polder.record.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The events of one topic: its feeds, and the fields of all of them together. A field that a feed does not have is NULL
 * in its events.
 *
 * @param feeds in the order of the mart; the one called as the topic, or else the first, is the default of an event that
 *     names none
 */
record TopicEvents(String topic, List<Feed> feeds, Schema schema) {
    TopicEvents {
        feeds = List.copyOf(feeds);
    }

    static TopicEvents of(Mart mart, String topic, List<Problem> problems) {
        List<Feed> feeds = mart.feeds().values().stream()
                .filter(feed -> feed.topic().equals(topic))
                .toList();
        Map<String, Field> fields = new LinkedHashMap<>();
        List<Feed> leadFirst = new ArrayList<>(feeds);
        leadFirst.sort((left, right) ->
                Boolean.compare(!left.name().equals(topic), !right.name().equals(topic)));
        for (Feed feed : leadFirst) {
            for (Field field : feed.format().schema().fields()) {
                Field known = fields.putIfAbsent(field.name(), field);
                if (known != null && known.type() != field.type()) {
                    problems.add(new Problem(
                            mart.place("feeds." + feed.name()),
                            field.name() + " " + field.type().word(),
                            "another feed of topic '" + topic + "' has this field as "
                                    + known.type().word(),
                            "give the field one type in all feeds of the topic"));
                }
            }
        }
        return new TopicEvents(topic, leadFirst, new Schema(List.copyOf(fields.values())));
    }

    /** The feed of events that name none. */
    Feed lead() {
        return feeds.get(0);
    }

    int partitions() {
        return lead().partitions();
    }

    boolean isSimulated() {
        return feeds.stream().anyMatch(Feed::simulated);
    }

    boolean isBounded() {
        return feeds.stream().allMatch(Feed::isBounded);
    }
}
