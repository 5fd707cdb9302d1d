package io.polder.record;

import java.util.Objects;
import java.util.Set;

/**
 * One typed field of an event.
 *
 * @param name the column's name in SQL
 * @param path where the value stands in the event; what it means is the format's business (JSON: dotted members,
 *     CSV: the header's name, XML: see {@code io.polder.format})
 * @param type the type that the text is read as
 * @param nulls texts that mean "no value" for this field, beside the format's own; compared after trimming
 */
public record Field(String name, String path, Type type, Set<String> nulls) {
    public Field {
        Objects.requireNonNull(type, "type");
        if (name.isBlank() || path.isBlank()) {
            throw new IllegalArgumentException("A field has a name and a path.");
        }
        nulls = Set.copyOf(nulls);
    }

    public Field(String name, String path, Type type) {
        this(name, path, type, Set.of());
    }
}
