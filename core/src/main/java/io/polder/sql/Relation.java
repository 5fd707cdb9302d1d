package io.polder.sql;

import java.util.List;
import java.util.Optional;

/**
 * A table or view of the mart, as a tool sees it.
 *
 * @param key the primary key's columns; empty for a view
 * @param time the column with a row's time
 * @param definition the SELECT that it is made by
 * @param takesWrites whether INSERT, UPSERT, UPDATE and DELETE may change it: a table that no feed fills
 */
public record Relation(
        String name,
        boolean isView,
        List<Column> columns,
        List<String> key,
        Optional<String> time,
        String definition,
        boolean takesWrites) {
    public Relation {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    /** A column; {@code type} in the words of Hive. */
    public record Column(String name, HiveType type) {}
}
