package io.polder.profile;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.duck.DuckStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Questions about a table that somebody waits for and that may look at its rows: one at a time. Thread-safe. */
final class TableQuestions {
    private final DuckStore store;
    private final int k;
    private final Object asking = new Object();

    /** @param k values of personal columns that fewer rows have are not shown */
    TableQuestions(DuckStore store, int k) {
        this.store = store;
        this.k = k;
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
        synchronized (asking) {
            try (Connection connection = store.connect()) {
                RangeReader reader = new RangeReader(table, snapshot, connection);
                return RangeComparison.of(
                        table.source().table(),
                        unit,
                        table.source().time(),
                        reader.read(againstFrom, againstTo),
                        reader.read(from, to),
                        personal,
                        k);
            } catch (SQLException failure) {
                throw unavailable(table.source(), failure);
            }
        }
    }

    /** As {@link MartProfiles#outliers}. */
    RowOutliers outliers(
            TableParts table, TableParts.Snapshot snapshot, List<String> key, Profile profile, String name, int most) {
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
        synchronized (asking) {
            try (Connection connection = store.connect()) {
                return new OutlierReader(table.source(), key, connection, most).read(column, snapshot, isHidden);
            } catch (SQLException failure) {
                throw unavailable(table.source(), failure);
            }
        }
    }

    private static PolderException unavailable(TableParts.Source table, SQLException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                "Table '" + table.table() + "' could not be looked at (" + failure.getMessage() + "). Fix: try again",
                failure);
    }
}
