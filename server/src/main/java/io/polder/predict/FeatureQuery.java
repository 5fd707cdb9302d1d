package io.polder.predict;

import io.polder.config.Model;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model's definition calls features, as SQL gives them: the mean of each column by step, and by point where there is
 * such a column. Immutable.
 *
 * @param names of the columns
 * @param isByPoint whether each point has its own
 * @param point SQL of a row's point
 * @param select as it is written
 * @param millis of a step
 */
record FeatureQuery(List<String> names, boolean isByPoint, String point, String select, long millis) {
    /** Takes one mean; {@link StepQuery#ALL} is the point of what is the same for all. */
    interface Sink {
        void mean(int column, String point, long step, float value);
    }

    /**
     * Those of a model; null when it has none.
     *
     * @throws PolderException UNAVAILABLE when they cannot be read
     */
    static @Nullable FeatureQuery ofModel(Connection connection, Model model) {
        try {
            return model.features().isPresent() ? of(connection, model) : null;
        } catch (SQLException failure) {
            throw unreadable(model, failure);
        }
    }

    /** What to say when its rows or columns cannot be read. */
    static PolderException unreadable(Model model, SQLException failure) {
        // What follows in the engine's message are its own words for the statement, which nobody wrote so.
        String why = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                "models." + model.name() + ".features cannot be read (" + why
                        + "). Fix: see what became of its tables and columns",
                failure);
    }

    /** Asks the engine which columns there are. */
    static FeatureQuery of(Connection connection, Model model) throws SQLException {
        String select = model.features().orElseThrow();
        List<String> names = new ArrayList<>();
        boolean isByPoint = false;
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE " + select)) {
            while (columns.next()) {
                String name = columns.getString(1);
                if (model.point().isPresent() && name.equals(model.point().get())) {
                    isByPoint = true;
                } else if (!name.equals("time")) {
                    names.add(name);
                }
            }
        }
        return new FeatureQuery(
                List.copyOf(names),
                isByPoint,
                isByPoint
                        ? "CAST(q." + StepQuery.quoted(model.point().orElseThrow()) + " AS VARCHAR)"
                        : "'" + StepQuery.ALL + "'",
                select,
                model.step().toMillis());
    }

    /** What a column is called in SQL of the program's own: people may call theirs as they like, also {@code step}. */
    static String alias(int column) {
        return "c" + column;
    }

    /** The SELECT of their means by point and step, for times given as SQL. */
    String numbers(String from, String to) {
        StringBuilder sql = new StringBuilder("SELECT ")
                .append(point)
                .append(" AS point, epoch_ms(CAST(q.time AS TIMESTAMP)) // ")
                .append(millis)
                .append(" AS step");
        for (int column = 0; column < names.size(); column++) {
            sql.append(", avg(CAST(q.")
                    .append(StepQuery.quoted(names.get(column)))
                    .append(" AS DOUBLE)) AS ")
                    .append(alias(column));
        }
        return sql.append(" FROM (")
                .append(select)
                .append(") q WHERE q.time >= ")
                .append(from)
                .append(" AND q.time < ")
                .append(to)
                .append(isByPoint ? " AND " + point + " IS NOT NULL" : "")
                .append(" GROUP BY 1, 2")
                .toString();
    }

    /** Reads the steps from {@code from} to before {@code to}, in any order. */
    void read(Connection connection, long from, long to, Sink sink) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(numbers("?", "?"))) {
            statement.setObject(1, time(from));
            statement.setObject(2, time(to));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    for (int column = 0; column < names.size(); column++) {
                        double mean = rows.getDouble(column + 3);
                        if (!rows.wasNull() && Double.isFinite(mean)) {
                            sink.mean(column, rows.getString(1), rows.getLong(2), (float) mean);
                        }
                    }
                }
            }
        }
    }

    private LocalDateTime time(long step) {
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(step * millis), ZoneOffset.UTC);
    }
}
