package io.polder.config;

import io.polder.record.Problem;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys that stand together in one mapping.
 *
 * @param title as the reference calls it
 * @param path where it stands, with names to be put in: {@code feeds.NAME}
 * @param introduction a paragraph for the reference, in Markdown
 * @param later words that are known and not in this version, with what to do instead
 */
record Section(String title, String path, String introduction, List<Key<?>> keys, Map<String, String> later) {
    Section {
        keys = List.copyOf(keys);
        later = Map.copyOf(later);
    }

    /** Reads all keys of {@code mapping} and tells what is unknown, missing or wrong. */
    Members open(Value.Mapping mapping, Problems problems) {
        Map<String, Key<?>> known = new LinkedHashMap<>();
        keys.forEach(key -> known.put(key.name(), key));

        Map<Key<?>, Object> read = new HashMap<>();
        mapping.members().forEach((name, value) -> {
            Key<?> key = known.get(name);
            if (key == null) {
                String fix = later.get(name);
                problems.add(
                        value.where(),
                        "",
                        fix == null ? "no such key" : "is not in this version",
                        fix == null ? Problem.suggestion(name, known.keySet()) : fix);
            } else if (value instanceof Value.Nothing) {
                problems.add(value.where(), "", "has no value", "write one, like " + shownExample(key));
            } else {
                Object meaning = key.kind().parser().read(value, problems);
                if (meaning != null) {
                    read.put(key, meaning);
                }
            }
        });
        for (Key<?> key : keys) {
            if (key.isRequired() && !mapping.members().containsKey(key.name())) {
                missing(key, mapping, problems);
            }
        }
        return new Members(mapping, read);
    }

    private static void missing(Key<?> key, Value.Mapping mapping, Problems problems) {
        problems.add(mapping.where().member(key.name()), "", "is missing", "add " + shownExample(key));
    }

    private static String shownExample(Key<?> key) {
        return "'" + key.name() + ": " + key.example().lines().findFirst().orElse("") + "'";
    }

    /** What a mapping says. */
    static final class Members {
        private final Value.Mapping mapping;
        private final Map<Key<?>, Object> read;

        private Members(Value.Mapping mapping, Map<Key<?>, Object> read) {
            this.mapping = mapping;
            this.read = read;
        }

        /** The value that is written; null when none is, or it is wrong, which has then been told. */
        @SuppressWarnings("unchecked")
        <T> @Nullable T find(Key<T> key) {
            return (T) read.get(key);
        }

        /** The value that is written, or the key's default when none is, or it is wrong, which has then been told. */
        <T> T get(Key<T> key) {
            T written = find(key);
            if (written != null) {
                return written;
            }
            Problems none = new Problems();
            Value.Text fallback =
                    new Value.Text(new Value.Where("default", 0, key.name()), Objects.requireNonNull(key.fallback()));
            T value = key.kind().parser().read(fallback, none);
            none.throwIfAny();
            return Objects.requireNonNull(value);
        }

        /** Whether something is written, right or wrong. */
        boolean has(Key<?> key) {
            Value value = mapping.members().get(key.name());
            return value != null && !(value instanceof Value.Nothing);
        }

        /** Whether one of these names is written, known or not. */
        boolean hasAny(Set<String> names) {
            return mapping.members().keySet().stream().anyMatch(names::contains);
        }

        /** The value as written; must be there. */
        Value value(Key<?> key) {
            return Objects.requireNonNull(mapping.members().get(key.name()));
        }

        /** Where the key stands, or would. */
        Value.Where where(Key<?> key) {
            Value value = mapping.members().get(key.name());
            return value == null ? mapping.where().member(key.name()) : value.where();
        }

        Value.Where where() {
            return mapping.where();
        }
    }
}
