package io.polder.config;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mart as its {@code polder.yaml} defines it. Maps keep the order of the file.
 *
 * @param name what people call it
 * @param timezone for hours, days and weeks; instants are stored in UTC
 * @param agents files of Flume agents that run with the mart, by the agents' names
 * @param models what is forecast, by name; the feeds, tables and views that models bring are among the others
 * @param folder the folder of the file, against which relative paths are resolved
 * @param places where each key stands: {@code tables.traffic.select} to {@code polder.yaml:23}, or to {@code
 *     traffic.sql:1} when its text is there; items of lists count from 1: {@code tables.traffic.rules[1].check}
 */
public record Mart(
        String name,
        ZoneId timezone,
        Map<String, Feed> feeds,
        Map<String, Table> tables,
        Map<String, View> views,
        Map<String, MapLayer> maps,
        Map<String, Path> agents,
        Map<String, Model> models,
        Path folder,
        Map<String, String> places) {
    public Mart {
        feeds = Collections.unmodifiableMap(new LinkedHashMap<>(feeds));
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
        views = Collections.unmodifiableMap(new LinkedHashMap<>(views));
        maps = Collections.unmodifiableMap(new LinkedHashMap<>(maps));
        agents = Collections.unmodifiableMap(new LinkedHashMap<>(agents));
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        places = Map.copyOf(places);
    }

    /**
     * The feed called so.
     *
     * @throws PolderException NOT_FOUND, with a suggestion, when there is none
     */
    public Feed feed(String feed) {
        return found("feed", feed, feeds);
    }

    /**
     * The table called so.
     *
     * @throws PolderException NOT_FOUND, with a suggestion, when there is none
     */
    public Table table(String table) {
        return found("table", table, tables);
    }

    /**
     * The model called so.
     *
     * @throws PolderException NOT_FOUND, with a suggestion, when there is none
     */
    public Model model(String model) {
        return found("model", model, models);
    }

    /** The feeds that write {@code topic}, in the order of the file. */
    public List<Feed> feedsOf(String topic) {
        return feeds.values().stream()
                .filter(feed -> feed.topic().equals(topic))
                .toList();
    }

    /** {@code polder.yaml:23 tables.traffic.select}: a key with where it stands, for a {@code Problem}. */
    public String place(String key) {
        String place = places.get(key);
        return place == null ? key : place + " " + key;
    }

    private static <T> T found(String noun, String name, Map<String, T> things) {
        T thing = things.get(name);
        if (thing == null) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    List.of(new Problem(noun, name, "no such " + noun, Problem.suggestion(name, things.keySet()))));
        }
        return thing;
    }
}
