package io.polder.config;

/**
 * A constraint on a table's rows. A check that is NULL holds, as in SQL.
 *
 * @param column the column that it is about; empty when it is about the row
 * @param check SQL over the table's columns, of type BOOLEAN
 */
public record Rule(String name, String column, String check, OnViolation onViolation) {
    /** What happens to a row that breaks the rule. */
    public enum OnViolation {
        /** The event goes to {@code <topic>.rejected}. */
        REJECT,
        /** The column becomes NULL. */
        NULLIFY,
        /** Nothing, but it is counted. */
        COUNT
    }
}
