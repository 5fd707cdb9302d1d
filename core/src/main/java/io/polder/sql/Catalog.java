package io.polder.sql;

import java.util.List;
import java.util.Optional;

/** What statements may know of the mart. Thread-safe; what it gives is as of now. */
public interface Catalog {
    /** The tables and views that a person may read, by name. */
    List<Relation> relations();

    /** How many rows a relation has; empty when that would have to be counted row by row. */
    Optional<Long> rows(Relation relation);

    /** The distinct values, NULLs and mean lengths of a table's columns, in the order of its columns. */
    List<ColumnStatistics> statistics(Relation relation);

    /** The relation called so, ignoring case. */
    default Optional<Relation> relation(String name) {
        return relations().stream()
                .filter(relation -> relation.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /**
     * What is known of a column.
     *
     * @param distinct about how many values differ
     */
    record ColumnStatistics(long distinct, long nulls, long maxLength, double meanLength) {}
}
