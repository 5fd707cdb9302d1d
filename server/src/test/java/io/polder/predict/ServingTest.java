package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.config.Model;
import io.polder.config.Table;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said, said again, and found again after a stop, by rows in a real engine. */
class ServingTest {
    private static final Model MODEL = new Model(
            "no2",
            "air",
            Optional.of("station"),
            "no2",
            Duration.ofMinutes(15),
            Duration.ofMinutes(30),
            Optional.empty(),
            Model.Algorithm.TREES,
            Duration.ofDays(14),
            Duration.ofHours(24),
            "none",
            0.9);
    private static final StepQuery QUERY = new StepQuery(
            MODEL,
            new Table(
                    "air",
                    "air",
                    List.of("station", "time"),
                    Optional.of("time"),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    null,
                    Set.of()));
    private static final int DAY = 96;
    private static final int CAPACITY = 4 * DAY;
    private static final long NOW = QUERY.step(Instant.parse("2026-03-05T12:00:00Z"));

    @TempDir
    private Path folder;

    private final List<String> pushed = new ArrayList<>();
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        run("CREATE TABLE forecast_no2 (station VARCHAR, made_at TIMESTAMP, for_when TIMESTAMP, ahead INTEGER, value"
                + " DOUBLE, low DOUBLE, high DOUBLE, forecaster VARCHAR, model VARCHAR)");
        run("CREATE TABLE scores_no2 (for_when TIMESTAMP, ahead INTEGER, forecaster VARCHAR, band INTEGER, n BIGINT,"
                + " sum_absolute DOUBLE)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void whatIsSaidAgainOfAnOldOriginKnowsNothingOfWhatCameLater() throws Exception {
        long stopped = NOW - 3;
        for (long made = stopped - 2; made <= stopped; made++) {
            row("a", made, 1, 50);
            row("a", made, 2, 51);
        }
        Serving first = serving();
        Serving other = serving();

        long from = first.restore(connection, recent(7), stopped - 1, 0);
        other.restore(connection, recent(700), stopped - 1, 0);

        assertThat(from).isEqualTo(stopped);
        assertThat(first.origins().keySet()).containsExactly(stopped - 2, stopped - 1, stopped);
        first.origins().forEach((step, origin) -> {
            Origin same = Objects.requireNonNull(other.origins().get(step));
            assertThat(origin.said().keySet()).containsAll(Baselines.NAMES);
            origin.said().forEach((name, said) -> {
                Forecast again = Objects.requireNonNull(same.said().get(name));
                assertThat(said.values()).as(name).isDeepEqualTo(again.values());
                assertThat(said.lows()).as(name).isDeepEqualTo(again.lows());
            });
        });
    }

    @Test
    void afterAStopAllSayWhatTheyWouldHaveSaidAlsoOfPointsThatCameMeanwhile() throws Exception {
        RecentSteps live = new RecentSteps(MODEL.step(), Made.BRUSSELS, CAPACITY, NOW - 3);
        fill(live, NOW - CAPACITY, NOW - 3, "a", "b");
        Serving went = serving();
        for (long origin = NOW - 3; origin <= NOW; origin++) {
            live.advance(origin);
            fill(live, origin - 1, origin, "a", "b");
            if (origin > NOW - 3) {
                fill(live, origin - 1, origin, "c");
            }
            went.forecast(live, origin);
            row("a", origin, 1, 50);
        }
        RecentSteps read = new RecentSteps(MODEL.step(), Made.BRUSSELS, CAPACITY, NOW);
        fill(read, NOW - CAPACITY, NOW, "a", "b");
        fill(read, NOW - 3, NOW, "c");
        Serving came = serving();

        came.restore(connection, read, NOW - 3, 0);

        assertThat(came.origins().keySet())
                .containsExactlyElementsOf(went.origins().keySet());
        went.origins().forEach((step, origin) -> {
            Origin again = Objects.requireNonNull(came.origins().get(step));
            assertThat(again.points()).containsExactly("a", "b", "c");
            origin.said().forEach((name, said) -> {
                float[][] values =
                        Objects.requireNonNull(again.said().get(name)).values();
                for (int point = 0; point < said.values().length; point++) {
                    assertThat(values[point]).as(name + " at " + step).isEqualTo(said.values()[point]);
                }
                for (int point = said.values().length; point < values.length; point++) {
                    assertThat(values[point]).as("nothing was known of it").containsOnly(Float.NaN);
                }
            });
        });
    }

    @Test
    void whatWasServedIsFoundAgainWithWhoSaidItAndWhatWasNotIsMissing() throws Exception {
        row("a", NOW, 1, 50);
        row("a", NOW, 2, 51);
        Serving serving = serving();

        serving.restore(connection, recent(0), NOW - 1, 0);

        Origin found = Objects.requireNonNull(serving.origins().get(NOW));
        assertThat(found.forecaster()).isEqualTo("trees");
        assertThat(found.forecaster(0)).isEqualTo("trees");
        assertThat(found.version(0)).isEqualTo("2026-03-01T00:00:00Z");
        assertThat(found.served().values()[0]).containsExactly(50, 51);
        assertThat(found.served().values()[1]).containsExactly(Float.NaN, Float.NaN);
    }

    @Test
    void onlyWhatHasChangedIsSaidAgain() throws Exception {
        run("INSERT INTO scores_no2 VALUES ('" + time(NOW - 1) + "', 15, 'last value', 0, 1, 1)");
        Champions champions = champions();
        champions.judge(connection, QUERY.time(NOW));
        Serving serving = serving(champions);
        RecentSteps recent = recent(0);
        serving.forecast(recent, NOW);
        assertThat(pushed).hasSize(4);
        pushed.clear();

        serving.forecast(recent, NOW);
        assertThat(pushed).isEmpty();

        recent.put("b", NOW - 1, 99);
        serving.forecast(recent, NOW);
        assertThat(pushed).hasSize(2).allMatch(line -> line.contains("\"station\":\"b\""));
    }

    @Test
    void aPointThatIsSilentGetsTheAverageAndIsForgottenInTheEndAndANewOneIsThereAtOnce() {
        RecentSteps recent = recent(0);
        recent.advance(NOW + Features.INPUTS);
        for (long step = NOW; step < NOW + Features.INPUTS; step++) {
            recent.put("a", step, 40);
        }
        recent.put("c", NOW + Features.INPUTS - 1, 40);
        Serving serving = serving();

        serving.forecast(recent, recent.end());

        Origin latest = Objects.requireNonNull(serving.latest());
        assertThat(latest.points()).containsExactly("a", "b", "c");
        assertThat(latest.forecaster(1)).isEqualTo(Baselines.AVERAGE);
        assertThat(latest.served().values()[1][0]).isFinite();
        Forecast average = Objects.requireNonNull(latest.said().get(Baselines.AVERAGE));
        assertThat(latest.said()).as("all are scored on the same points").allSatisfy((name, said) -> {
            assertThat(said.values()[1]).as(name).doesNotContain(Float.NaN);
        });
        assertThat(Objects.requireNonNull(latest.said().get("last value")).values()[1])
                .isEqualTo(average.values()[1]);

        recent.forget(Features.INPUTS);
        serving.forecast(recent, recent.end());
        latest = Objects.requireNonNull(serving.latest());
        assertThat(latest.points()).containsExactly("a", "c");
        assertThat(recent.has("b")).isFalse();
        assertThat(recent.numbers("c", recent.end() - 1, recent.end())).containsExactly(40);
    }

    private Champions champions() {
        return new Champions(
                MODEL,
                QUERY.sql(),
                new Scoreboard(MODEL, Made.BRUSSELS.zone()),
                new ModelFolder(folder.resolve("no2")),
                Made.BRUSSELS);
    }

    private Serving serving() {
        return serving(champions());
    }

    private Serving serving(Champions champions) {
        return new Serving(MODEL, QUERY, champions, (feed, events) -> new String(events, StandardCharsets.UTF_8)
                .lines()
                .forEach(pushed::add));
    }

    /** Each point goes up and down with the day, at a height of its own. */
    private static void fill(RecentSteps steps, long from, long to, String... points) {
        for (long step = from; step < to; step++) {
            for (String point : points) {
                steps.put(point, step, (float)
                        (point.charAt(0) - 60 + 10 * Math.sin(step * 2 * Math.PI / DAY) + step % 5));
            }
        }
    }

    /** Two points, whose last three steps are off by so much. */
    private static RecentSteps recent(float off) {
        RecentSteps recent = new RecentSteps(MODEL.step(), Made.BRUSSELS, CAPACITY, NOW);
        for (long step = NOW - CAPACITY; step < NOW; step++) {
            float value =
                    (float) (40 + 10 * Math.sin(step * 2 * Math.PI / DAY) + step % 5) + (step < NOW - 3 ? 0 : off);
            recent.put("a", step, value);
            recent.put("b", step, value / 2);
        }
        return recent;
    }

    private void row(String station, long made, int ahead, double value) throws SQLException {
        run("INSERT INTO forecast_no2 VALUES ('" + station + "', '" + time(made) + "', '" + time(made + ahead - 1)
                + "', " + 15 * ahead + ", " + value + ", 1, 99, 'trees', '2026-03-01T00:00:00Z')");
    }

    private static String time(long step) {
        return QUERY.time(step).toString().replace("Z", "");
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
