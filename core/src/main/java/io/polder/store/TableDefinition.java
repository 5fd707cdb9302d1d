package io.polder.store;

import io.polder.config.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table as the store keeps it.
 *
 * @param topic where its events come from
 * @param key the primary key's columns
 * @param time the column with the row's time; empty when rows have none
 * @param version the column by which the newer of two rows with one key is told; empty when the higher offset wins
 * @param publish the topic that gets the rows too; empty for none
 * @param retain how long rows are kept, by {@code time}; null for ever
 * @param hash of everything that decides the rows; see {@code Definition.hash}
 * @param source the definition as it can be read again by whoever made it; opaque to the store
 */
public record TableDefinition(
        String name,
        String topic,
        List<String> key,
        Optional<String> time,
        Optional<String> version,
        List<Rule> rules,
        Optional<String> publish,
        @Nullable Duration retain,
        String hash,
        String source,
        Transform transform) {
    public TableDefinition {
        key = List.copyOf(key);
        rules = List.copyOf(rules);
    }

    /** The key without the time: what a row is about. */
    public List<String> subject() {
        return key.stream().filter(column -> !time.equals(Optional.of(column))).toList();
    }

    /** The time column when it is part of the key; empty otherwise. */
    public Optional<String> keyTime() {
        return time.filter(key::contains);
    }

    /** The same with other rules. */
    public TableDefinition with(List<Rule> others, String newSource) {
        return new TableDefinition(
                name, topic, key, time, version, others, publish, retain, hash, newSource, transform);
    }
}
