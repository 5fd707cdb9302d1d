package io.polder.enrich;

import io.polder.record.Columns;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Schema;
import io.polder.store.duck.RowCondition;

/** A condition over decoded events, such as a feed's {@code where}. Thread-safe. */
public final class EventFilter implements AutoCloseable {
    private final RowCondition condition;

    public EventFilter(Schema schema, String where) {
        condition = RowCondition.of(schema, where);
    }

    /**
     * For each row whether the condition is true.
     *
     * @throws PolderException INVALID_REQUEST when the condition fails on a row
     */
    public boolean[] test(Columns rows) {
        try {
            return condition.test(rows);
        } catch (PolderException exception) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, String.valueOf(exception.getMessage()), exception);
        }
    }

    @Override
    public void close() {
        condition.close();
    }
}
