package io.polder.sql;

import io.polder.record.PolderException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One statement of a person or a tool, read and translated. */
public sealed interface Statement {
    /** A question to the engine, whose answer is rows. It has not passed the gate yet. */
    record Query(Translated text) implements Statement {}

    /** Asks for the engine's plan of a query; its answer is one STRING column. The query has not passed the gate yet. */
    record Explain(Translated text) implements Statement {}

    /**
     * An answer that is known without asking the engine: SHOW, DESCRIBE, SET without a value.
     *
     * @param rows values are null, Long, Double or String, as the columns' types say
     */
    record Listing(List<Relation.Column> columns, List<List<@Nullable Object>> rows) implements Statement {}

    /** USE, SET and what else only changes the session; no rows are answered. */
    record Change(Session session) implements Statement {}

    /**
     * INSERT, UPSERT, UPDATE or DELETE.
     *
     * @param query the rows that it changes; not yet past the gate
     */
    record Write(Kind kind, Relation table, List<String> columns, Translated query) implements Statement {
        /** What becomes of the rows. */
        public enum Kind {
            INSERT,
            UPSERT,
            UPDATE,
            DELETE
        }
    }

    /**
     * A SELECT in the engine's words.
     *
     * @param sql for the engine; without a semicolon at its end
     * @param asked the statement as it was written
     * @param places for each translated token, where it begins in {@code sql} and in {@code asked}, alternating, rising
     */
    record Translated(String sql, String asked, List<Integer> places) {
        public Translated {
            places = List.copyOf(places);
        }

        /** Where in {@link #asked} that stands which the engine sees at {@code position} of {@link #sql}; -1 for -1. */
        public int asked(int position) {
            int found = position < 0 ? -1 : 0;
            for (int index = 0; index + 1 < places.size() && places.get(index) <= position; index += 2) {
                found = places.get(index + 1);
            }
            return found;
        }

        /** What the engine or the gate says of {@link #sql} at {@code position}, said of {@link #asked}. */
        public PolderException problem(int position, String wrong, String fix) {
            return SqlProblem.at(asked, asked(position), wrong, fix);
        }
    }
}
