package io.polder.predict;

import io.polder.config.Model;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads from a model's table what it has said. Immutable; connections are given. */
final class ForecastRows {
    private final Model model;
    private final StepQuery query;
    private final String table;

    ForecastRows(Model model, StepQuery query) {
        this.model = model;
        this.query = query;
        table = " FROM main." + StepQuery.quoted(model.forecasts());
    }

    /** What was given away at an origin, by point. */
    static final class Said {
        private final Map<String, OfPoint> points = new HashMap<>();

        /** The same, in the place of what is said again; what was not given away then is missing. */
        Origin in(Origin again, int horizons) {
            Forecast served = Forecast.empty(again.points().size(), horizons);
            String[] by = again.by().clone();
            String version = "";
            for (int point = 0; point < by.length; point++) {
                OfPoint found = points.get(again.points().get(point));
                if (found == null) {
                    Arrays.fill(served.values()[point], Float.NaN);
                    continue;
                }
                served.take(point, found.numbers, 0);
                by[point] = found.forecaster;
                version = found.version == null ? version : found.version;
            }
            return new Origin(again.step(), again.points(), again.said(), served, by, most(), version);
        }

        /** Who served most points; of several the first in the alphabet. */
        private String most() {
            Map<String, Long> counts = points.values().stream()
                    .collect(Collectors.groupingBy(point -> point.forecaster, TreeMap::new, Collectors.counting()));
            return java.util.Collections.max(counts.entrySet(), Map.Entry.comparingByValue())
                    .getKey();
        }
    }

    private static final class OfPoint {
        private final Forecast numbers;
        private final String forecaster;
        private final @Nullable String version;

        OfPoint(int horizons, String forecaster, @Nullable String version) {
            this.forecaster = forecaster;
            this.version = version;
            numbers = Forecast.empty(1, horizons);
            Arrays.fill(numbers.values()[0], Float.NaN);
        }
    }

    /** At which step it last said something; before {@code from} when it said nothing from there to {@code to}. */
    long lastMade(Connection connection, long from, long to) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT max(made_at)" + table + " WHERE for_when >= ? AND made_at >= ? AND made_at <= ?")) {
            bind(statement, from, to);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                LocalDateTime last = result.getObject(1, LocalDateTime.class);
                return last == null ? from - 1 : query.step(last.toInstant(ZoneOffset.UTC));
            }
        }
    }

    private void bind(PreparedStatement statement, long from, long to) throws SQLException {
        statement.setObject(1, time(from));
        statement.setObject(2, time(from));
        statement.setObject(3, time(to));
    }

    private LocalDateTime time(long step) {
        return LocalDateTime.ofInstant(query.time(step), ZoneOffset.UTC);
    }

    /** What was given away at the origins from {@code from} to {@code to}, which is one of them. */
    SortedMap<Long, Said> read(Connection connection, long from, long to) throws SQLException {
        SortedMap<Long, Said> all = new TreeMap<>();
        String sql = "SELECT " + StepQuery.point(model) + ", made_at, ahead, forecaster, model, value, low, high"
                + table + " WHERE for_when >= ? AND made_at >= ? AND made_at <= ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, from, to);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    int at = (int) (result.getInt(3) / model.step().toMinutes()) - 1;
                    if (at >= 0 && at < model.horizons()) {
                        long step = query.step(
                                result.getObject(2, LocalDateTime.class).toInstant(ZoneOffset.UTC));
                        take(all.computeIfAbsent(step, made -> new Said()), result, at);
                    }
                }
            }
        }
        return all;
    }

    private void take(Said said, ResultSet result, int at) throws SQLException {
        String point = result.getString(1);
        OfPoint of = said.points.get(point);
        if (of == null) {
            of = new OfPoint(model.horizons(), result.getString(4), result.getString(5));
            said.points.put(point, of);
        }
        List<float[][]> kinds = List.of(of.numbers.values(), of.numbers.lows(), of.numbers.highs());
        for (int kind = 0; kind < kinds.size(); kind++) {
            float number = result.getFloat(6 + kind);
            kinds.get(kind)[0][at] = result.wasNull() ? Float.NaN : number;
        }
    }

    /** What was said of a point for times from {@code from} on, so many minutes ahead, in the order of time. */
    List<ModelAnswers.Said> of(Connection connection, String point, Instant from, long ahead) throws SQLException {
        String ofPoint = model.point().isPresent() ? " AND " + StepQuery.point(model) + " = ?" : "";
        String sql = "SELECT made_at, for_when, value, low, high, forecaster, model" + table
                + " WHERE for_when >= ? AND ahead = ?" + ofPoint + " ORDER BY for_when";
        List<ModelAnswers.Said> said = new java.util.ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, LocalDateTime.ofInstant(from, ZoneOffset.UTC));
            statement.setInt(2, Math.toIntExact(ahead));
            if (!ofPoint.isEmpty()) {
                statement.setString(3, point);
            }
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    String version = result.getString(7);
                    said.add(new ModelAnswers.Said(
                            time(result, 1),
                            time(result, 2),
                            ahead,
                            number(result, 3),
                            number(result, 4),
                            number(result, 5),
                            result.getString(6),
                            version == null ? "" : version));
                }
            }
        }
        return said;
    }

    private static String time(ResultSet result, int column) throws SQLException {
        return result.getObject(column, LocalDateTime.class)
                .toInstant(ZoneOffset.UTC)
                .toString();
    }

    private static double number(ResultSet result, int column) throws SQLException {
        double number = result.getDouble(column);
        return result.wasNull() ? Double.NaN : number;
    }
}
