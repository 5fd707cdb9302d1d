package io.polder.profile;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.duck.DuckStore;
import io.polder.store.duck.MemoryWatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.duckdb.DuckDBConnection;
import org.duckdb.EngineInterrupt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions about a table that somebody waits for and that may look at its rows: one at a time. Thread-safe. */
final class TableQuestions {
    private static final Logger LOGGER = LoggerFactory.getLogger(TableQuestions.class);

    private final DuckStore store;
    private final int k;
    private final Duration timeout;
    private final ReentrantLock asking = new ReentrantLock();

    /**
     * @param k values of personal columns that fewer rows have are not shown
     * @param timeout how long one question may take, and how long it may wait until its turn comes
     */
    TableQuestions(DuckStore store, int k, Duration timeout) {
        this.store = store;
        this.k = k;
        this.timeout = timeout;
    }

    /** As {@link MartProfiles#compare}. */
    RangeComparison compare(
            TableParts table,
            TableParts.Snapshot snapshot,
            Set<String> personal,
            Instant againstFrom,
            Instant againstTo,
            Instant from,
            Instant to) {
        TimeSlice.Unit unit = snapshot.unit();
        if (unit == null) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Table '" + table.source().table()
                            + "' has no time in its key, so there are no ranges of it. Fix: compare two files"
                            + " of its rows with './polder compare'");
        }
        return ask(table.source(), (connection, patience) -> {
            RangeReader reader = new RangeReader(table, snapshot, connection, patience);
            return RangeComparison.of(
                    table.source().table(),
                    unit,
                    table.source().time(),
                    reader.read(againstFrom, againstTo),
                    reader.read(from, to),
                    personal,
                    k);
        });
    }

    /** As {@link MartProfiles#outliers}. */
    RowOutliers outliers(
            TableParts table,
            TableParts.Snapshot snapshot,
            List<String> key,
            Profile profile,
            String name,
            int most,
            @Nullable Instant at) {
        List<String> names =
                profile.columns().stream().map(Profile.Column::name).toList();
        Profile.Column column = profile.columns().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new PolderException(
                        ErrorCode.NOT_FOUND,
                        List.of(new Problem(
                                "column",
                                name,
                                "no such column of table '" + table.source().table() + "'",
                                Problem.suggestion(name, names)))));
        if (column.numbers() == null) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            "column",
                            name,
                            column.isPersonal() ? "is personal: nothing rare is told of it" : "is not of numbers",
                            "name one of numbers that is not personal")));
        }
        boolean isHidden = !profile.privacy().columns().isEmpty();
        return ask(table.source(), (connection, patience) -> new OutlierReader(
                        table.source(), key, connection, patience, most)
                .read(column, snapshot, isHidden, at));
    }

    private interface Look<T> {
        T at(Connection connection, Patience patience) throws SQLException;
    }

    private <T> T ask(TableParts.Source table, Look<T> look) {
        waitForItsTurn(table);
        try (Connection connection = store.connect();
                MemoryWatch.Entry watched = store.watch().enter(() -> interrupt(connection))) {
            Patience patience = new Patience(table.table(), timeout);
            try {
                return look.at(connection, patience);
            } catch (SQLException failure) {
                throw patience.failed(failure, watched);
            }
        } catch (SQLException failure) {
            throw new PolderException(
                    ErrorCode.INTERNAL, "Closing a connection failed: " + failure.getMessage(), failure);
        } finally {
            asking.unlock();
        }
    }

    private void waitForItsTurn(TableParts.Source table) {
        try {
            if (asking.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        throw new PolderException(
                ErrorCode.UNAVAILABLE,
                "Table '" + table.table() + "' was not looked at: other questions are being answered, one at a time."
                        + " Fix: try again");
    }

    private static void interrupt(Connection connection) {
        try {
            EngineInterrupt.interrupt((DuckDBConnection) connection);
        } catch (SQLException closed) {
            LOGGER.debug("What was to be ended has ended.", closed);
        }
    }
}
