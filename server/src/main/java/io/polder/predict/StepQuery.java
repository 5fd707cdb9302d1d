package io.polder.predict;

import io.polder.config.Model;
import io.polder.config.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model's numbers as SQL gives them: the target's mean by point and step. Steps are numbered from the epoch on, so that a
 * number names the same step in every query and after every start. Immutable.
 */
final class StepQuery {
    /** The name of the one series of a model without points. */
    static final String ALL = "all";

    private final String numbers;
    private final String time;
    private final String point;
    private final String of;
    private final String newest;
    private final String oldest;
    private final long millis;

    /** Takes one mean. */
    interface Sink {
        void mean(String point, long step, float value);
    }

    StepQuery(Model model, Table table) {
        millis = model.step().toMillis();
        time = quoted(table.time().orElseThrow());
        point = point(model);
        of = ", avg(CAST((" + model.target() + ") AS DOUBLE)) AS value FROM main." + quoted(table.name()) + " WHERE "
                + model.point()
                        .map(column -> quoted(column) + " IS NOT NULL AND ")
                        .orElse("");
        numbers = numbers("?", "?");
        String from = " FROM main." + quoted(table.name()) + " WHERE " + time + " >= ? AND " + time + " < ?";
        newest = "SELECT max(" + time + ")" + from;
        oldest = "SELECT min(" + time + ")" + from;
    }

    private String numbers(String from, String to) {
        return "SELECT " + point + " AS point, epoch_ms(" + time + ") // " + millis + " AS step" + of + time + " >= "
                + from + " AND " + time + " < " + to + " GROUP BY 1, 2";
    }

    /**
     * A SELECT of the numbers of the steps from {@code from} to before {@code to}, as {@link LinearTerms#sql} wants it.
     *
     * <p>What is known beside comes at its own pace, such as once an hour: it holds until something newer is known, as
     * {@link Series#lastCovariate} has it. Its columns are called by {@link FeatureQuery#alias}.
     *
     * @param features what is known beside; null when nothing is
     */
    String series(long from, long to, @Nullable FeatureQuery features) {
        StringBuilder sql = new StringBuilder("SELECT s.point, epoch_ms(CAST(s.step * ")
                .append(millis)
                .append(" AS BIGINT)) AS time, s.value");
        if (features == null) {
            return sql.append(" FROM (").append(numbers(from, to)).append(") s").toString();
        }
        List<String> columns = IntStream.range(0, features.names().size())
                .mapToObj(FeatureQuery::alias)
                .toList();
        columns.forEach(column -> sql.append(", h.").append(column));
        long before = from - Series.HOLDS + 1;
        // Steps of features are made whole before they are joined: that is cheap where they are the same for all
        // points.
        return "WITH f AS MATERIALIZED (" + features.numbers(literal(before), literal(to))
                + "), h AS (SELECT point, step"
                + columns.stream()
                        .map(column -> ", last_value(" + column + " IGNORE NULLS) OVER held AS " + column)
                        .collect(Collectors.joining())
                + " FROM (SELECT p.point, t.step"
                + columns.stream()
                        .map(column -> ", CASE WHEN isfinite(f." + column + ") THEN f." + column + " END AS " + column)
                        .collect(Collectors.joining())
                + " FROM (SELECT DISTINCT point FROM f) p CROSS JOIN range(" + before + ", " + to + ") t(step)"
                + " LEFT JOIN f ON f.point = p.point AND f.step = t.step)"
                + " WINDOW held AS (PARTITION BY point ORDER BY step ROWS BETWEEN " + (Series.HOLDS - 1)
                + " PRECEDING AND CURRENT ROW)) "
                + sql + " FROM (" + numbers(from, to) + ") s LEFT JOIN h ON s.step = h.step"
                + (features.isByPoint() ? " AND s.point = h.point" : "");
    }

    /** A SELECT of {@code point}, {@code step} and {@code value} of the steps from {@code from} to before {@code to}. */
    String numbers(long from, long to) {
        return numbers(literal(from), literal(to));
    }

    /** When a step begins, as SQL. */
    String literal(long step) {
        return "TIMESTAMP '" + LocalDateTime.ofInstant(time(step), ZoneOffset.UTC) + "'";
    }

    /** The statement, for people. */
    String sql() {
        return numbers;
    }

    /** The number of the step in which a time is. */
    long step(Instant time) {
        return Math.floorDiv(time.toEpochMilli(), millis);
    }

    /** When a step begins. */
    Instant time(long step) {
        return Instant.ofEpochMilli(Math.multiplyExact(step, millis));
    }

    /** Reads the steps from {@code from} to before {@code to}, in any order. */
    void read(Connection connection, long from, long to, Sink sink) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(numbers)) {
            bound(statement, time(from), time(to));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    double mean = rows.getDouble(3);
                    if (!rows.wasNull() && Double.isFinite(mean)) {
                        sink.mean(rows.getString(1), rows.getLong(2), (float) mean);
                    }
                }
            }
        }
    }

    /** The points that have a number in the steps from {@code from} to before {@code to}. */
    Set<String> points(Connection connection, long from, long to) throws SQLException {
        Set<String> points = new HashSet<>();
        read(connection, from, to, (point, step, value) -> points.add(point));
        return points;
    }

    /** The newest time before {@code end}. */
    Optional<Instant> newest(Connection connection, Instant end) throws SQLException {
        return one(connection, newest, Instant.EPOCH, end);
    }

    /** The oldest time from {@code from} to before {@code to}. */
    Optional<Instant> oldest(Connection connection, Instant from, Instant to) throws SQLException {
        return one(connection, oldest, from, to);
    }

    private static Optional<Instant> one(Connection connection, String sql, Instant from, Instant to)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bound(statement, from, to);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return Optional.ofNullable(rows.getObject(1, LocalDateTime.class))
                        .map(time -> time.toInstant(ZoneOffset.UTC));
            }
        }
    }

    private static void bound(PreparedStatement statement, Instant from, Instant to) throws SQLException {
        statement.setObject(1, LocalDateTime.ofInstant(from, ZoneOffset.UTC));
        statement.setObject(2, LocalDateTime.ofInstant(to, ZoneOffset.UTC));
    }

    /** SQL of a row's point as text, of the table and of what is said of it. */
    static String point(Model model) {
        return model.point()
                .map(column -> "CAST(" + quoted(column) + " AS VARCHAR)")
                .orElse("'" + ALL + "'");
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
