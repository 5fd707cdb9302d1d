package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.polder.config.Model;
import io.polder.config.Table;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
    private final StepQuery query = new StepQuery(
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

    private RidgeTraining fresh() {
        return new RidgeTraining(model, query, Made.BRUSSELS);
    }

    private RidgeForecaster train(RidgeTraining training, int days) throws SQLException {
        int end = days * DAY;
        return training.train(
                engine,
                series.window(0, end),
                first,
                first + end - 3 * DAY,
                first + end,
                null,
                done -> assertThat(done).isBetween(0.0, 1.0));
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
