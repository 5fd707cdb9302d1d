package io.polder.predict;

import io.polder.config.Model;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the scores of a model, added up. Immutable; connections are given. */
final class Scoreboard {
    private static final String SUMS = "CAST(sum(n) AS BIGINT), sum(sum_absolute) / sum(n), sqrt(sum(sum_squared) /"
            + " sum(n)), sum(sum_error) / sum(n), sum(covered) / nullif(sum(promised), 0), sum(sum_width) /"
            + " nullif(sum(promised), 0)";

    private final Model model;
    private final String table;
    private final String local;

    Scoreboard(Model model, ZoneId zone) {
        this.model = model;
        this.table = " FROM main." + StepQuery.quoted(model.scores()) + " WHERE for_when >= ? ";
        this.local = "for_when AT TIME ZONE 'UTC' AT TIME ZONE '" + zone.getId() + "'";
    }

    /** By what scores are added up. */
    enum By {
        AHEAD,
        HOUR,
        BAND,
        DAY
    }

    /** Scores from a time on; for what nothing was observed there are none. */
    List<ModelAnswers.Score> scores(Connection connection, By by, Instant from) throws SQLException {
        String group =
                switch (by) {
                    case AHEAD -> "ahead";
                    case HOUR -> "CAST(hour(" + local + ") AS INTEGER)";
                    case BAND -> "band";
                    case DAY -> "CAST(CAST(" + local + " AS DATE) AS VARCHAR)";
                };
        List<ModelAnswers.Score> scores = new ArrayList<>();
        String sql =
                "SELECT " + group + ", forecaster, " + SUMS + table + " GROUP BY 1, 2 HAVING sum(n) > 0 ORDER BY 1, 2";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, LocalDateTime.ofInstant(from, ZoneOffset.UTC));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    scores.add(score(by, rows));
                }
            }
        }
        return by == By.DAY ? judged(scores) : scores;
    }

    private static ModelAnswers.Score score(By by, ResultSet rows) throws SQLException {
        return new ModelAnswers.Score(
                by == By.AHEAD ? rows.getInt(1) : null,
                by == By.HOUR ? rows.getInt(1) : null,
                by == By.BAND ? rows.getInt(1) : null,
                by == By.DAY ? rows.getString(1) : null,
                rows.getString(2),
                rows.getLong(3),
                rows.getDouble(4),
                rows.getDouble(5),
                rows.getDouble(6),
                number(rows, 7),
                number(rows, 8),
                null);
    }

    private static double number(ResultSet rows, int column) throws SQLException {
        double number = rows.getDouble(column);
        return rows.wasNull() ? Double.NaN : number;
    }

    private static List<ModelAnswers.Score> judged(List<ModelAnswers.Score> scores) {
        // A day is won among those that were scored on all of it: another one had the easy hours, perhaps.
        Map<String, Long> most = new HashMap<>();
        scores.forEach(one -> most.merge(String.valueOf(one.day()), one.n(), Math::max));
        Map<String, Double> least = new HashMap<>();
        for (ModelAnswers.Score one : scores) {
            if (isCompared(one, most)) {
                least.merge(String.valueOf(one.day()), one.mae(), Math::min);
            }
        }
        return scores.stream()
                .map(one -> new ModelAnswers.Score(
                        null,
                        null,
                        null,
                        one.day(),
                        one.forecaster(),
                        one.n(),
                        one.mae(),
                        one.rmse(),
                        one.bias(),
                        one.coverage(),
                        one.width(),
                        isCompared(one, most)
                                && one.mae() == least.getOrDefault(String.valueOf(one.day()), Double.NaN)))
                .toList();
    }

    private static boolean isCompared(ModelAnswers.Score one, Map<String, Long> most) {
        return !one.forecaster().equals(Model.SERVED) && one.n() == most.getOrDefault(String.valueOf(one.day()), -1L);
    }

    /** The last step from a time on of which something was scored; empty when nothing was. */
    Optional<Instant> last(Connection connection, Instant from) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT max(for_when)" + table + "AND n > 0 AND forecaster = ?")) {
            statement.setObject(1, LocalDateTime.ofInstant(from, ZoneOffset.UTC));
            statement.setString(2, Model.SERVED);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return Optional.ofNullable(rows.getObject(1, LocalDateTime.class))
                        .map(last -> last.toInstant(ZoneOffset.UTC));
            }
        }
    }

    /** The mean absolute errors of a forecaster by step, in the order of time. */
    Map<String, NavigableMap<Instant, Double>> losses(Connection connection, Instant from) throws SQLException {
        Map<String, NavigableMap<Instant, Double>> losses = new TreeMap<>();
        String sql =
                "SELECT forecaster, for_when, sum(sum_absolute) / sum(n)" + table + " GROUP BY 1, 2 HAVING sum(n) > 0";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, LocalDateTime.ofInstant(from, ZoneOffset.UTC));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    losses.computeIfAbsent(rows.getString(1), name -> new TreeMap<>())
                            .put(rows.getObject(2, LocalDateTime.class).toInstant(ZoneOffset.UTC), rows.getDouble(3));
                }
            }
        }
        return losses;
    }

    /**
     * Two forecasters on the steps that both have.
     *
     * @param first mean loss
     * @param second mean loss
     */
    record Compared(double first, double second, int steps, DieboldMariano test) {}

    Compared compare(@Nullable NavigableMap<Instant, Double> first, @Nullable NavigableMap<Instant, Double> second) {
        List<double[]> both = new ArrayList<>();
        if (first != null && second != null) {
            first.forEach((when, loss) -> {
                Double other = second.get(when);
                if (other != null) {
                    both.add(new double[] {loss, other});
                }
            });
        }
        double[] ones = both.stream().mapToDouble(pair -> pair[0]).toArray();
        double[] others = both.stream().mapToDouble(pair -> pair[1]).toArray();
        double one = java.util.Arrays.stream(ones).average().orElse(Double.NaN);
        double other = java.util.Arrays.stream(others).average().orElse(Double.NaN);
        DieboldMariano test = both.isEmpty()
                ? new DieboldMariano(Double.NaN, Double.NaN, Double.NaN)
                : DieboldMariano.of(ones, others, model.horizons());
        return new Compared(one, other, both.size(), test);
    }

    /** What was served against each of the others. */
    List<ModelAnswers.Against> against(Connection connection, Instant from) throws SQLException {
        Map<String, NavigableMap<Instant, Double>> losses = losses(connection, from);
        List<ModelAnswers.Against> all = new ArrayList<>();
        for (String name : losses.keySet()) {
            if (!name.equals(Model.SERVED)) {
                Compared compared = compare(losses.get(Model.SERVED), losses.get(name));
                all.add(new ModelAnswers.Against(
                        name, compared.test().difference(), compared.test().chance(), compared.steps()));
            }
        }
        return all;
    }
}
