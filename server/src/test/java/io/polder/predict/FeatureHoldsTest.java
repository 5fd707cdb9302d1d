package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.polder.config.Model;
import io.polder.config.Table;
import io.polder.statistics.Ridge;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Features that come once an hour, on numbers that come every five minutes, in the real engine. */
class FeatureHoldsTest {
    private static final Instant START = Instant.parse("2026-03-02T00:00:00Z");
    private static final int HOUR = 12;
    private static final int STEPS = 10 * 24 * HOUR;
    private static final int AHEAD = 2;
    private static final LocalDate FIRST = LocalDate.of(2026, 3, 1);
    private static final LocalDate LAST = LocalDate.of(2026, 3, 31);

    private Connection engine;

    @BeforeEach
    void open() throws SQLException {
        engine = DriverManager.getConnection("jdbc:duckdb:");
        run("CREATE TABLE air (uid VARCHAR, time TIMESTAMP, no2 FLOAT)");
        run("CREATE TABLE weather (uid VARCHAR, time TIMESTAMP, wind FLOAT)");
    }

    @AfterEach
    void close() throws SQLException {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"time, wind", "uid, time, wind"})
    void whatComesOnceAnHourIsKnownUntilTheNextHour(String columns) throws SQLException {
        boolean isOfPoints = columns.contains("uid");
        Series series = made(isOfPoints);
        store(series, isOfPoints);

        Ridge fitted = bySql("SELECT " + columns + " FROM weather", "wind");

        Ridge expected = RidgeSums.of(series, AHEAD).fit(LocalDate.MAX).orElseThrow();
        // Of nearly all numbers, and not of one in twelve.
        assertThat(fitted.rows()).isEqualTo(expected.rows()).isGreaterThan(STEPS * 3 / 2);
        assertThat(fitted.weights()).containsExactly(expected.weights(), within(1e-6));
    }

    @Test
    void whatIsTooOldIsNotKnown() throws SQLException {
        store(made(false), false);
        Ridge all = bySql("SELECT time, wind FROM weather", "wind");

        run("DELETE FROM weather WHERE time >= '2026-03-05' AND time < '2026-03-06'");
        Ridge fitted = bySql("SELECT time, wind FROM weather", "wind");

        // The last of the day before holds for its hour, and no longer.
        assertThat(all.rows() - fitted.rows()).isBetween(2L * 24 * HOUR * 9 / 10, 2L * 24 * HOUR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"value", "step", "point", "c0", "s", "f", "x0", "series"})
    void aFeatureIsCalledAsPeopleLike(String name) throws SQLException {
        Series series = made(false);
        store(series, false);

        Ridge fitted = bySql("SELECT time, wind AS \"" + name + "\", wind * wind AS other FROM weather", name, "other");

        Ridge plain = bySql("SELECT time, wind, wind * wind AS other FROM weather", "wind", "other");
        assertThat(fitted.rows()).isEqualTo(plain.rows());
        assertThat(fitted.weights()).containsExactly(plain.weights(), within(1e-9));
    }

    @Test
    void forecastsUseTheLastThatIsKnownAndNothingLater() throws SQLException {
        Series series = made(false);
        store(series, false);
        LinearTerms terms = LinearTerms.of(series, AHEAD);
        int wind = terms.names().indexOf("wind");

        int origin = 100 * HOUR + 7;
        double known = terms.row(series.window(origin - terms.inputs(), origin), 0)[wind];

        assertThat((float) known).isEqualTo(series.covariate(0, 0, 100 * HOUR));
        // After less than an hour without the feature it is still that, then it is not known.
        int last = 50 * HOUR;
        float[][] beside = {new float[STEPS]};
        Arrays.fill(beside[0], Float.NaN);
        beside[0][last] = 3;
        Series once = series.with(List.of(new Series.Covariate("wind", beside)));
        assertThat(terms.row(once.window(0, last + HOUR), 0)[wind]).isEqualTo(3);
        assertThat(terms.row(once.window(0, last + HOUR + 1), 0)[wind]).isNaN();
        assertThat(terms.row(once.window(0, last), 0)[wind]).isNaN();
    }

    private Ridge bySql(String features, String... names) throws SQLException {
        Model model = new Model(
                "no2",
                "air",
                Optional.of("uid"),
                "no2",
                Duration.ofMinutes(5),
                Duration.ofMinutes(5L * AHEAD),
                Optional.of(features),
                Model.Algorithm.RIDGE,
                Duration.ofDays(28),
                Duration.ofDays(1),
                "none",
                0.9);
        StepQuery query = new StepQuery(
                model,
                new Table(
                        "air",
                        "air",
                        List.of("uid", "time"),
                        Optional.of("time"),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        null,
                        Set.of()));
        FeatureQuery known = FeatureQuery.of(engine, model);
        assertThat(known.names()).containsExactly(names);
        long first = query.step(START);
        LinearTerms terms = new LinearTerms(Made.BRUSSELS, 300, 24 * HOUR, AHEAD, known.names());
        RidgeSums sums = new RidgeSums(terms);
        sums.replace(FIRST, LAST, answer(terms.sql(query.series(first, first + STEPS, known), FIRST, LAST)));
        return sums.fit(LocalDate.MAX).orElseThrow();
    }

    private List<double[]> answer(String sql) throws SQLException {
        List<double[]> lines = new ArrayList<>();
        try (Statement statement = engine.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            while (answer.next()) {
                double[] line = new double[answer.getMetaData().getColumnCount()];
                for (int column = 0; column < line.length; column++) {
                    line[column] = answer.getDouble(column + 1);
                }
                lines.add(line);
            }
        }
        return lines;
    }

    /** Two points of which numbers are missing, also at full hours, when the wind is told. */
    private static Series made(boolean isOfPoints) {
        float[][] numbers = Made.values(Made.series(21, 2, STEPS / Made.SLOTS));
        float[][] wind = new float[isOfPoints ? 2 : 1][STEPS];
        for (int at = 0; at < STEPS; at++) {
            for (int row = 0; row < wind.length; row++) {
                wind[row][at] = at % HOUR == 0 ? (float) Math.sin(at / 50.0 + row) : Float.NaN;
            }
            numbers[at % 2][at] = at % 36 == 0 ? Float.NaN : numbers[at % 2][at];
        }
        return Series.of(List.of("a", "b"), START, Duration.ofMinutes(5), Made.BRUSSELS, numbers)
                .with(List.of(new Series.Covariate("wind", wind)));
    }

    private void store(Series series, boolean isOfPoints) throws SQLException {
        try (PreparedStatement air = engine.prepareStatement("INSERT INTO air VALUES (?, ?, ?)");
                PreparedStatement weather = engine.prepareStatement("INSERT INTO weather VALUES (?, ?, ?)")) {
            for (int at = 0; at < STEPS; at++) {
                for (int point = 0; point < 2; point++) {
                    add(air, series, point, at, series.value(point, at));
                    if (isOfPoints || point == 0) {
                        add(weather, series, point, at, series.covariate(0, point, at));
                    }
                }
            }
            air.executeBatch();
            weather.executeBatch();
        }
    }

    private static void add(PreparedStatement insert, Series series, int point, int at, float value)
            throws SQLException {
        if (!Float.isNaN(value)) {
            insert.setString(1, series.points().get(point));
            insert.setObject(2, LocalDateTime.ofInstant(series.time(at), ZoneOffset.UTC));
            insert.setFloat(3, value);
            insert.addBatch();
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = engine.createStatement()) {
            statement.execute(sql);
        }
    }
}
