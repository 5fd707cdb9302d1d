package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.config.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who serves, by scores in a real engine. */
class ChampionsTest {
    private static final Model MODEL = model(Duration.ofMinutes(15));
    private static final Series SERIES = Made.series(3, 3, 4);
    private static TreesForecaster trees;
    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    private static final Duration STEP = MODEL.step();

    @TempDir
    private Path folder;

    private Connection connection;

    /** Not where the class begins to be: other threads train, and would wait for that. */
    @BeforeAll
    static void train() {
        trees = TreesForecaster.fit(SERIES, Made.small(2), done -> {});
    }

    @BeforeEach
    void scores() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        run("CREATE TABLE scores_no2 (for_when TIMESTAMP, ahead INTEGER, forecaster VARCHAR, band INTEGER, n BIGINT,"
                + " sum_absolute DOUBLE)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void theFirstModelServesAtOnceWhenItBeatTheBaselinesAndOutlastsARestart() throws Exception {
        Champions champions = champions();

        champions.trained(trained(1.0, 2.0), NOON);

        assertThat(champions.champion()).isNotNull();
        assertThat(champions.challenger()).isNull();
        Champions again = champions();
        assertThat(again.champion()).isNotNull();
        assertThat(again.state().championSince()).isEqualTo(NOON.toString());
        assertThat(again.state().events().get(0).what())
                .contains("MAE 1.00 on the last fifth of its history, last value");
    }

    @Test
    void aFirstModelThatDidNotBeatThemIsTriedAndServesOnlyWhenItIsBetterThanWhatServes() throws Exception {
        Champions champions = champions();
        champions.trained(trained(3.0, 2.0), NOON);
        assertThat(champions.champion()).isNull();

        day(NOON, Map.of("challenger", 1.0, "served", 2.0, "last value", 2.0));
        champions.judge(connection, NOON.plus(Duration.ofDays(1)));

        assertThat(champions.champion()).isNotNull();
        assertThat(champions.challenger()).isNull();
    }

    @Test
    void aModelThatFallsBehindIsReplacedByABaselineUntilItIsBetterAgain() throws Exception {
        Champions champions = champions();
        champions.trained(trained(1.0, 2.0), NOON);
        Instant evening = NOON.plus(Duration.ofDays(1));
        day(NOON, Map.of("trees", 3.0, "last value", 2.0, "historical average", 4.0, "served", 3.0));

        champions.judge(connection, evening);

        assertThat(champions.isBehind()).isTrue();
        assertThat(champions.bestBaseline()).contains("last value");
        assertThat(champions.state().events().get(0).what()).startsWith("It has fallen behind last value");
        assertThat(champions().isBehind()).isTrue();

        day(evening, Map.of("trees", 1.0, "last value", 2.0, "served", 2.0));
        champions.judge(connection, evening.plus(Duration.ofDays(1)));

        assertThat(champions.isBehind()).isFalse();
    }

    @Test
    void aFewBadStepsAreNoReason() throws Exception {
        Champions champions = champions();
        champions.trained(trained(1.0, 2.0), NOON);
        for (int step = 0; step < 11; step++) {
            score(NOON.plus(STEP.multipliedBy(step)), "trees", 9);
            score(NOON.plus(STEP.multipliedBy(step)), "last value", 2 + step % 2);
        }

        champions.judge(connection, NOON.plus(Duration.ofHours(4)));

        assertThat(champions.isBehind()).isFalse();
    }

    @Test
    void aChallengerTakesOverOnlyWhenItWasBetterForADay() throws Exception {
        Champions champions = champions();
        champions.trained(trained(1.0, 2.0), NOON);
        champions.trained(trained(0.9, 2.0), NOON);
        assertThat(champions.challenger()).isNotNull();
        ModelFile first = champions.champion();

        day(NOON, Map.of("trees", 1.5, "challenger", 1.6, "last value", 2.0, "served", 1.5));
        champions.judge(connection, NOON.plus(Duration.ofHours(23)));
        assertThat(champions.challenger()).isNotNull();
        champions.judge(connection, NOON.plus(Duration.ofDays(1)));
        assertThat(champions.challenger()).isNull();
        assertThat(champions.champion()).isSameAs(first);
        assertThat(champions.state().events().get(0).what()).startsWith("The challenger was dropped: MAE 1.62 against");

        Instant next = NOON.plus(Duration.ofDays(1));
        champions.trained(trained(0.8, 2.0), next);
        day(next, Map.of("trees", 1.5, "challenger", 1.4, "last value", 2.0, "served", 1.5));
        champions.judge(connection, next.plus(Duration.ofDays(1)));
        assertThat(champions.champion()).isNotSameAs(first);
        assertThat(champions.state().events().get(0).what()).startsWith("The challenger took over");
    }

    @Test
    void anotherDefinitionBeginsAnewAndIsNotJudgedByWhatWasScoredBefore() throws Exception {
        Champions first = champions();
        first.beginsAt(NOON);
        first.trained(trained(1.0, 2.0), NOON);
        first.change(first.state().withLimits(new double[] {1, 2}));
        day(NOON, Map.of("trees", 1.0, "last value", 2.0, "historical average", 4.0, "served", 1.0));
        first.judge(connection, NOON.plus(Duration.ofDays(1)));
        assertThat(first.bestBaseline()).contains("last value");

        Champions other = champions(MODEL, "SELECT something else");
        other.beginsAt(NOON.plus(Duration.ofDays(1)));
        other.judge(connection, NOON.plus(Duration.ofDays(1)));

        assertThat(other.champion()).isNull();
        assertThat(other.state().trained()).isNull();
        assertThat(other.state().limits()).isEmpty();
        assertThat(other.bestBaseline()).isEmpty();
        assertThat(other.state().events().get(0).what()).startsWith("The definition has changed");
        assertThat(champions(MODEL, "SELECT something else").definedAt()).isEqualTo(NOON.plus(Duration.ofDays(1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 180, 360, 1440})
    void aChallengerIsDecidedHoweverLongStepsAre(int minutes) throws Exception {
        Duration step = Duration.ofMinutes(minutes);
        Champions champions = champions(model(step), "SELECT 1");
        champions.trained(trained(1.0, 2.0), NOON);
        champions.trained(trained(0.9, 2.0), NOON);
        Instant end = champions.trialEnds().orElseThrow();

        for (Instant at = NOON; at.isBefore(end); at = at.plus(step)) {
            champions.judge(connection, at);
            assertThat(champions.challenger()).isNotNull();
            int turn = (int) (at.getEpochSecond() / 60 % 7);
            score(at, "trees", 2 + 0.1 * turn);
            score(at, "challenger", 1 + 0.1 * turn);
        }
        champions.judge(connection, end);

        assertThat(champions.challenger()).isNull();
        assertThat(champions.state().events().get(0).what()).startsWith("The challenger took over");
    }

    @Test
    void aChallengerOfWhichHardlyAnythingCanBeScoredIsDroppedInTheEnd() throws Exception {
        Champions champions = champions();
        champions.trained(trained(1.0, 2.0), NOON);
        champions.trained(trained(0.9, 2.0), NOON);
        for (int step = 0; step < 3; step++) {
            score(NOON.plus(STEP.multipliedBy(step)), "trees", 2);
            score(NOON.plus(STEP.multipliedBy(step)), "challenger", 1);
        }

        champions.judge(connection, NOON.plus(Duration.ofDays(3)));
        assertThat(champions.challenger()).isNotNull();
        champions.judge(connection, NOON.plus(Duration.ofDays(4)));

        assertThat(champions.challenger()).isNull();
        assertThat(champions.state().events().get(0).what()).contains("over 3 steps, too few to tell");
    }

    private static Model model(Duration step) {
        return new Model(
                "no2",
                "air",
                Optional.of("station"),
                "no2",
                step,
                step.multipliedBy(2),
                Optional.empty(),
                Model.Algorithm.TREES,
                Duration.ofDays(14),
                Duration.ofHours(24),
                "none",
                0.9);
    }

    private Champions champions() {
        return champions(MODEL, "SELECT 1");
    }

    private Champions champions(Model model, String sql) {
        return new Champions(
                model,
                sql,
                new Scoreboard(model, Made.BRUSSELS.zone()),
                new ModelFolder(folder.resolve("no2")),
                Made.BRUSSELS);
    }

    private Path trained(double mae, double ofBaseline) throws IOException {
        Path file = folder.resolve("trained");
        Map<String, Double> scores = Map.of(
                "mae",
                mae,
                "mae last value",
                ofBaseline,
                "mae same slot before",
                ofBaseline + 1,
                "mae historical average",
                ofBaseline + 1);
        new ModelFile(
                        ModelFile.Provenance.of(
                                "no2", SERIES.time(0), SERIES, trees, Map.of("sql", "SELECT 1"), Map.of(), scores),
                        trees)
                .write(file);
        return file;
    }

    /** A day of scores; each forecaster is off by so much, now more, now less. */
    private void day(Instant from, Map<String, Double> errors) throws SQLException {
        for (int step = 0; step < 96; step++) {
            for (Map.Entry<String, Double> one : errors.entrySet()) {
                int turn = Math.floorMod(step * 7 + one.getKey().length(), 5);
                score(from.plus(STEP.multipliedBy(step)), one.getKey(), one.getValue() + 0.01 * turn);
            }
        }
    }

    private void score(Instant when, String forecaster, double error) throws SQLException {
        run("INSERT INTO scores_no2 VALUES ('" + when.toString().replace("Z", "") + "', 15, '" + forecaster
                + "', 0, 10, " + error * 10 + ")");
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
