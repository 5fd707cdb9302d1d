package org.duckdb;

import java.sql.SQLException;

/**
 * Stops what a connection is doing. The driver's own {@code cancel()} does so only while a statement begins; while
 * further rows of a streamed result are made it does nothing, and what would do it is visible in this package alone.
 */
public final class EngineInterrupt {
    private EngineInterrupt() {}

    /** Makes the call that is under way on another thread fail; does nothing when none is. */
    public static void interrupt(DuckDBConnection connection) throws SQLException {
        connection.connRefLock.lock();
        try {
            connection.interrupt();
        } finally {
            connection.connRefLock.unlock();
        }
    }
}
