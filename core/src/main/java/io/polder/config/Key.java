package io.polder.config;

import org.jspecify.annotations.Nullable;

/**
 * A key of a definition, declared once: what is read, checked and documented all comes from here.
 *
 * @param name as written, without the section that it stands in
 * @param fallback the value when the key is not written, as a person would write it; null for none
 * @param example a value as a person would write it
 * @param documentation sentences, in Markdown
 */
record Key<T>(
        String name,
        Kind<T> kind,
        @Nullable String fallback,
        boolean isRequired,
        String example,
        String documentation) {

    static <T> Key<T> required(String name, Kind<T> kind, String example, String documentation) {
        return new Key<>(name, kind, null, true, example, documentation);
    }

    static <T> Key<T> optional(String name, Kind<T> kind, String example, String documentation) {
        return new Key<>(name, kind, null, false, example, documentation);
    }

    static <T> Key<T> withDefault(String name, Kind<T> kind, String fallback, String example, String documentation) {
        return new Key<>(name, kind, fallback, false, example, documentation);
    }
}
