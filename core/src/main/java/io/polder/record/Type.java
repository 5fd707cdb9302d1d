package io.polder.record;

import java.util.Locale;
import java.util.Optional;

/** The type of a field or column, named as SQL names it. */
public enum Type {
    BOOLEAN,
    /** 32 bits, signed. */
    INTEGER,
    /** 64 bits, signed. */
    BIGINT,
    DOUBLE,
    /** Text of any length, UTF-8. */
    VARCHAR,
    /** An instant, held as microseconds since 1970-01-01T00:00:00Z. */
    TIMESTAMP,
    /** A calendar day, held as days since 1970-01-01. */
    DATE;

    /** The name as written in a definition: {@code bigint}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type that {@code word} names, in any case. */
    public static Optional<Type> of(String word) {
        for (Type type : values()) {
            if (type.name().equalsIgnoreCase(word)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
