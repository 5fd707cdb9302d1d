package io.polder.config;

import java.util.List;
import java.util.Optional;

/**
 * A constraint on a table's rows. A check that is NULL holds, as in SQL.
 *
 * <p>A rule that was switched on while the mart ran holds from a place in the log on, and one that was switched off up to
 * one: rows before and after are as they were, also when they are computed again.
 *
 * @param column the column that it is about; empty when it is about the row
 * @param check SQL over the table's columns, of type BOOLEAN
 * @param fix SQL over the table's columns: what the column becomes when it breaks the rule and this does not
 * @param since by partition, the first offset to which it applies; empty for all
 * @param until by partition, the first offset to which it applies no more; empty for ever
 */
public record Rule(
        String name,
        String column,
        String check,
        OnViolation onViolation,
        Optional<String> fix,
        List<Long> since,
        List<Long> until) {
    public Rule {
        since = List.copyOf(since);
        until = List.copyOf(until);
    }

    /** A rule for all rows, which fixes nothing. */
    public Rule(String name, String column, String check, OnViolation onViolation) {
        this(name, column, check, onViolation, Optional.empty(), List.of(), List.of());
    }

    /** What happens to a row that breaks the rule. */
    public enum OnViolation {
        /** The event goes to {@code <topic>.rejected}. */
        REJECT,
        /** The column becomes NULL. */
        NULLIFY,
        /** The column becomes what {@code fix} makes of the row when that keeps the rule; what was is kept beside. */
        FIX,
        /** Nothing, but the row is remembered as one that breaks the rule. */
        MARK,
        /** Nothing, but it is counted. */
        COUNT
    }

    /** Whether it applies to some rows of the log only. */
    public boolean isPartial() {
        return !since.isEmpty() || !until.isEmpty();
    }

    /** Whether it is switched off. */
    public boolean isOver() {
        return !until.isEmpty();
    }

    /** The same from here on. */
    public Rule since(List<Long> offsets) {
        return new Rule(name, column, check, onViolation, fix, offsets, until);
    }

    /** The same up to here. */
    public Rule until(List<Long> offsets) {
        return new Rule(name, column, check, onViolation, fix, since, offsets);
    }
}
