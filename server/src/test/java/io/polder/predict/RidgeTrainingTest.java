package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.polder.config.Model;
import io.polder.config.Table;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings after each other, on a table that changes between them, in the real engine. */
class RidgeTrainingTest {
    private static final int DAY = Made.SLOTS;
    private static final int DAYS = 14;

    private final Series series = Made.series(5, 2, DAYS + 1);
    private final Model model = new Model(
            "no2",
            "air",
            Optional.of("uid"),
            "CAST(no2 AS DOUBLE)",
            Duration.ofMinutes(15),
            Duration.ofMinutes(30),
            Optional.empty(),
            Model.Algorithm.RIDGE,
            Duration.ofDays(28),
            Duration.ofDays(1),
            "none",
            0.9);
    private final StepQuery query = new StepQuery(model, table());
    private final long first = query.step(series.time(0));
    private final RidgeTraining kept = new RidgeTraining(model, query, Made.BRUSSELS);
    private Connection engine;

    @BeforeEach
    void open() throws SQLException {
        engine = DriverManager.getConnection("jdbc:duckdb:");
        run("CREATE TABLE air (uid VARCHAR, time TIMESTAMP, no2 VARCHAR, PRIMARY KEY (uid, time))");
        store(0, DAYS * DAY);
    }

    @AfterEach
    void close() throws SQLException {
        engine.close();
    }

    @Test
    void asManyTrainingsAsOneLikesAreLikeOne() throws SQLException {
        isSame(train(kept, DAYS), train(fresh(), DAYS));

        store(DAYS * DAY, (DAYS + 1) * DAY);
        run("UPDATE air SET no2 = '10' WHERE uid = 'p0' AND time = '" + sqlTime(9 * DAY + 40) + "'");
        kept.changed(series.time(9 * DAY + 40));
        isSame(train(kept, DAYS + 1), train(fresh(), DAYS + 1));

        // And once more, without any change.
        isSame(train(kept, DAYS + 1), train(fresh(), DAYS + 1));
    }

    @Test
    void whatFailsOnTheWayLeavesNothingHalf() throws SQLException {
        train(kept, DAYS);
        run("UPDATE air SET no2 = 'much' WHERE uid = 'p0' AND time = '" + sqlTime(12 * DAY + 3) + "'");
        run("UPDATE air SET no2 = '10' WHERE uid = 'p1' AND time = '" + sqlTime(2 * DAY + 3) + "'");
        kept.changed(series.time(2 * DAY + 3));

        // The first week can be summed up, and the second cannot.
        assertThatThrownBy(() -> train(kept, DAYS)).hasMessageContaining("much");

        run("UPDATE air SET no2 = '11' WHERE uid = 'p0' AND time = '" + sqlTime(12 * DAY + 3) + "'");
        kept.changed(series.time(12 * DAY + 3));
        isSame(train(kept, DAYS), train(fresh(), DAYS));
    }

    @Test
    void baselinesThatItIsHeldAgainstKnowAsMuchOfThePast(@TempDir Path folder) throws Exception {
        Training training = new Training(model, query, Made.BRUSSELS, (where, progress) -> {}, "1");

        Path made = training.train(engine, folder, first + DAYS * DAY, Map.of(), done -> {});

        // Tried on the last fifth, in whole days.
        Map<String, Double> expected =
                TrainingTask.baselines(series.window(0, DAYS * DAY), (DAYS - 2) * DAY, model.horizons(), false);
        assertThat(expected).hasSize(3);
        assertThat(ModelFile.read(made).provenance().scores()).containsAllEntriesOf(expected);
    }

    /** Ridge looks back a week. */
    @Test
    void aWeekOfManyPointsIsKeptOrTheModelSaysThatItIsNot() throws SQLException {
        Model each = new Model(
                "no2",
                "air",
                Optional.of("uid"),
                "CAST(no2 AS DOUBLE)",
                Duration.ofMinutes(1),
                Duration.ofMinutes(2),
                Optional.empty(),
                Model.Algorithm.RIDGE,
                Duration.ofDays(28),
                Duration.ofDays(1),
                "none",
                0.9);
        StepQuery minutes = new StepQuery(each, table());
        Instant now = series.time(0);
        long end = minutes.step(now);
        run("DELETE FROM air");
        many(700, now.minus(Duration.ofDays(7)));
        many(700, now);

        ModelHistory history = new ModelHistory(each, minutes, Made.BRUSSELS);
        RecentSteps recent = history.open(engine, now).orElseThrow();

        List<String> points = IntStream.range(0, 700).mapToObj(at -> "q" + at).toList();
        assertThat(recent.at(end - 7 * 24 * 60, points)).doesNotContain(Float.NaN);
        assertThat(history.lacks(List.of())).isEmpty();

        many(1_700, now);
        ModelHistory larger = new ModelHistory(each, minutes, Made.BRUSSELS);
        assertThat(larger.open(engine, now)).isPresent();
        assertThat(larger.lacks(List.of()))
                .contains("of 1700 points are kept and no more; ridge looks back a week")
                .contains("Fix: ");
    }

    private void many(int points, Instant time) throws SQLException {
        run("INSERT OR REPLACE INTO air SELECT 'q' || i, TIMESTAMP '" + LocalDateTime.ofInstant(time, ZoneOffset.UTC)
                + "', '7' FROM range(" + points + ") AS r(i)");
    }

    private static Table table() {
        return new Table(
                "air",
                "air",
                List.of("uid", "time"),
                Optional.of("time"),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                null,
                Set.of());
    }

    private RidgeTraining fresh() {
        return new RidgeTraining(model, query, Made.BRUSSELS);
    }

    private RidgeForecaster train(RidgeTraining training, int days) throws SQLException {
        int end = days * DAY;
        return training.train(
                engine, series.window(0, end), first, first + end - 3 * DAY, first + end, null, done -> assertThat(done)
                        .isBetween(0.0, 1.0));
    }

    private static void isSame(RidgeForecaster one, RidgeForecaster other) {
        for (int ahead = 1; ahead <= 2; ahead++) {
            assertThat(one.model(ahead).rows()).isEqualTo(other.model(ahead).rows());
            assertThat(one.model(ahead).weights())
                    .containsExactly(other.model(ahead).weights(), within(1e-9));
        }
    }

    private void store(int from, int to) throws SQLException {
        try (PreparedStatement insert = engine.prepareStatement("INSERT INTO air VALUES (?, ?, ?)")) {
            for (int at = from; at < to; at++) {
                for (int point = 0; point < series.points().size(); point++) {
                    insert.setString(1, "p" + point);
                    insert.setObject(2, LocalDateTime.ofInstant(series.time(at), ZoneOffset.UTC));
                    insert.setString(3, String.valueOf(series.value(point, at)));
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    private String sqlTime(int at) {
        return LocalDateTime.ofInstant(series.time(at), ZoneOffset.UTC).toString();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = engine.createStatement()) {
            statement.execute(sql);
        }
    }
}
