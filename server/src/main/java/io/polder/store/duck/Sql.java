package io.polder.store.duck;

import java.util.Collection;
import java.util.stream.Collectors;

/** Words of SQL. */
final class Sql {
    private Sql() {}

    /** A quoted name. */
    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Quoted names, each after {@code prefix}, separated by commas. */
    static String names(String prefix, Collection<String> names) {
        return names.stream().map(name -> prefix + name(name)).collect(Collectors.joining(", "));
    }

    /** A quoted text. */
    static String text(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }

    /** A TIMESTAMP of so many microseconds since 1970, as a constant that the engine prunes row groups by. */
    static String timestamp(long micros) {
        return "make_timestamp(" + Long.toString(micros) + ")";
    }
}
