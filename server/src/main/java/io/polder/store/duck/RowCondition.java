package io.polder.store.duck;

import io.polder.record.Columns;
import io.polder.record.PolderException;
import io.polder.record.Schema;
import io.polder.store.Batch;
import io.polder.store.Transform;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** An SQL condition over rows of columns, evaluated by an engine of its own in memory. Thread-safe; one at a time. */
public final class RowCondition implements AutoCloseable {
    private final Connection connection;
    private final EventFunction events;
    private final PreparedStatement statement;

    private RowCondition(Connection connection, EventFunction events, PreparedStatement statement) {
        this.connection = connection;
        this.events = events;
        this.statement = statement;
    }

    /** The condition {@code where} over columns of {@code schema}; its SQL was checked before. */
    public static RowCondition of(Schema schema, String where) {
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:");
            try (var settings = connection.createStatement()) {
                settings.execute("SET TimeZone = 'UTC'");
                settings.execute("SET threads = 1");
                settings.execute("SET enable_external_access = false");
            }
            EventFunction events = new EventFunction(schema, "polder_condition");
            events.register(connection);
            return new RowCondition(
                    connection,
                    events,
                    connection.prepareStatement(
                            "SELECT " + Transform.ROW + " FROM " + Transform.EVENT + " WHERE (" + where + ")"));
        } catch (SQLException exception) {
            throw DuckStore.failure("preparing the condition '" + where + "'", exception);
        }
    }

    /**
     * For each row whether the condition is true; one that is NULL is not.
     *
     * @throws PolderException INVALID_REQUEST when it fails on a row, UNAVAILABLE when the machine lacks what it needs
     */
    public synchronized boolean[] test(Columns rows) {
        boolean[] isTrue = new boolean[rows.rows()];
        events.read(new Batch(rows));
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                isTrue[result.getInt(1)] = true;
            }
            return isTrue;
        } catch (SQLException exception) {
            throw DuckStore.failure("evaluating a condition", exception);
        }
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException exception) {
            throw DuckStore.failure("closing a condition", exception);
        }
    }
}
