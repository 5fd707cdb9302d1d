package io.polder.profile;

import io.polder.profile.TimeSlice.Unit;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Asks the store which columns and which slices a table has. */
final class SliceFinder {
    /** More slices than this, and with fewer rows than {@link #FEW} in the mean: the table is cut into larger ones. */
    private static final int MANY = 500;

    private static final int FEW = 100;

    private final Connection connection;
    private final TableParts.Source source;

    SliceFinder(Connection connection, TableParts.Source source) {
        this.connection = connection;
        this.source = source;
    }

    List<PartReader.Column> columns() throws SQLException {
        List<PartReader.Column> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT column_name, data_type FROM duckdb_columns() WHERE"
                        + " schema_name = 'main' AND table_name = '"
                        + source.table().replace("'", "''") + "' ORDER BY column_index")) {
            while (rows.next()) {
                found.add(new PartReader.Column(rows.getString(1), rows.getString(2)));
            }
        }
        return found;
    }

    /** Into how long slices the table is to be cut. */
    Unit unit() throws SQLException {
        for (Unit candidate : Unit.values()) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*), count(DISTINCT date_trunc('"
                            + candidate.name() + "', " + time() + ")) FROM " + source.relation())) {
                row.next();
                long slices = row.getLong(2);
                if (slices <= MANY || row.getLong(1) >= slices * FEW) {
                    return candidate;
                }
            }
        }
        return Unit.YEAR;
    }

    /**
     * The slices that have rows.
     *
     * @param since only those with rows of later batches; 0 for all
     */
    Set<Instant> slices(Unit unit, Instant from, Instant to, long since) throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT DISTINCT epoch_us(date_trunc('" + unit.name() + "', " + time()
                + ")) FROM " + source.provenance() + " WHERE isfinite(" + time() + ")");
        if (since > 0) {
            sql.append(" AND _batch > ").append(since);
        }
        if (!from.isBefore(Instant.EPOCH)) {
            sql.append(" AND ")
                    .append(time())
                    .append(" >= ")
                    .append(TableParts.timestamp(unit.at(from).from()));
        }
        if (to.isBefore(Instant.MAX)) {
            sql.append(" AND ").append(time()).append(" <= ").append(TableParts.timestamp(to));
        }
        Set<Instant> there = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql.toString())) {
            while (rows.next()) {
                there.add(Instant.EPOCH.plus(rows.getLong(1), ChronoUnit.MICROS));
            }
        }
        return there;
    }

    private String time() {
        return SuggestedRules.quoted(source.time().orElseThrow());
    }
}
