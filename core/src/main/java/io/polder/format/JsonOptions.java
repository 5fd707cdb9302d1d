package io.polder.format;

import java.util.Set;

/**
 * How JSON documents are written.
 *
 * @param nulls texts and numbers that mean "no value" for every field, beside JSON's own null
 */
public record JsonOptions(Set<String> nulls) {
    /** No null words. */
    public static final JsonOptions DEFAULT = new JsonOptions(Set.of());

    public JsonOptions {
        nulls = Set.copyOf(nulls);
    }
}
