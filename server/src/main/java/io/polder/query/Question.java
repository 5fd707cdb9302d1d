package io.polder.query;

import io.polder.record.PolderException;
import io.polder.sql.Statement;
import java.time.Duration;

/**
 * A question to the store.
 *
 * @param id a name for it, unused by any that is under way; empty for any
 * @param caller who asks; those who wait are served in turn by caller
 * @param sql one SELECT in the engine's words, not yet past the gate
 * @param problem makes of a place in {@code sql} what the person is told
 * @param isExplained whether the answer is the engine's plan instead of the rows
 * @param limit how many rows are wanted at most
 * @param timeout how long the engine may work on it; never more than the setting
 * @param age how old the answer may be
 */
public record Question(
        String id,
        String caller,
        String sql,
        Place problem,
        boolean isExplained,
        long limit,
        Duration timeout,
        Duration age) {
    /** Says a problem with the place in the text that the person wrote. */
    public interface Place {
        /**
         * Says a problem.
         *
         * @param position in {@link Question#sql}; -1 when it is not known
         */
        PolderException problem(int position, String wrong, String fix);
    }

    /** A question as the engine understands it; semicolons at its end are left out. */
    public static Question of(String caller, String sql) {
        // What is before it stays: places are told in what was asked.
        String text = sql.stripTrailing();
        while (text.endsWith(";")) {
            text = text.substring(0, text.length() - 1).stripTrailing();
        }
        String select = text;
        return new Question(
                "",
                caller,
                select,
                (position, wrong, fix) -> Gate.refused(select, position, wrong, fix),
                false,
                Long.MAX_VALUE,
                Duration.ofDays(1),
                Duration.ZERO);
    }

    /** A question that was translated. */
    public static Question of(String caller, Statement.Translated text, boolean isExplained) {
        return new Question(
                "", caller, text.sql(), text::problem, isExplained, Long.MAX_VALUE, Duration.ofDays(1), Duration.ZERO);
    }

    public Question withId(String name) {
        return new Question(name, caller, sql, problem, isExplained, limit, timeout, age);
    }

    public Question withLimit(long rows) {
        return new Question(id, caller, sql, problem, isExplained, rows, timeout, age);
    }

    public Question withTimeout(Duration bound) {
        return new Question(id, caller, sql, problem, isExplained, limit, bound, age);
    }

    public Question withAge(Duration allowed) {
        return new Question(id, caller, sql, problem, isExplained, limit, timeout, allowed);
    }
}
