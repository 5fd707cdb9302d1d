package io.polder.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Typed rows under a primary key, defined by a row-local SELECT over a topic.
 *
 * @param from the topic (for most, the feed of the same name)
 * @param key the primary key's columns; contains the feed's key
 * @param time the column with the row's time, a TIMESTAMP; empty when rows have none
 * @param version the column by which the newer of two rows with one key is told when several topics' order cannot;
 *     empty when the higher offset wins
 * @param select the SELECT; empty takes all fields of the event
 * @param publish the topic that gets the rows too; empty for none
 * @param retain how long rows are kept, by {@code time}; null for ever
 * @param personal columns that tell of a person
 */
public record Table(
        String name,
        String from,
        List<String> key,
        Optional<String> time,
        Optional<String> version,
        Optional<String> select,
        List<Rule> rules,
        Optional<String> publish,
        @Nullable Duration retain,
        Set<String> personal) {
    public Table {
        key = List.copyOf(key);
        rules = List.copyOf(rules);
        personal = Set.copyOf(personal);
    }

    /** The SELECT that is run: the one written, or all fields of the event. */
    public String effectiveSelect() {
        return select.orElse("SELECT e.* FROM event e");
    }

    /** Whether its SELECT mentions {@code other} behind a JOIN. */
    public boolean joins(String other) {
        return Pattern.compile("(?i)\\bjoin\\s+\"?" + Pattern.quote(other) + "\\b")
                .matcher(effectiveSelect())
                .find();
    }
}
