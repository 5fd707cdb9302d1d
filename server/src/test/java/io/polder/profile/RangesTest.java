package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.duck.DuckStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranges of a table's time, and what has changed from one to another. */
class RangesTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
    private static final int HOURS = 8 * 24;
    private static final Instant LAST_DAY = BEGIN.plus(Duration.ofDays(7));

    @TempDir
    private Path folder;

    private Connection engine;
    private TableParts parts;

    /** Eight days of 300 rows an hour; from the last day on some columns are not what they were. */
    @BeforeEach
    void look() throws SQLException {
        engine = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = engine.createStatement()) {
            statement.execute("SELECT setseed(0.5)");
            statement.execute("CREATE SCHEMA provenance");
            statement.execute("CREATE TABLE main.data AS SELECT TIMESTAMP '2026-03-01 00:00:00' + to_seconds(12 * row)"
                    + " AS time, row % 3600 AS point, random() * 100 AS steady, 80 + 10 * random() - CASE WHEN row >="
                    + " 50400 THEN 5 ELSE 0 END AS speed, CASE WHEN row >= 50400 AND row % 5 = 0 THEN 'x' ELSE 'N' ||"
                    + " (row * 7919 % 100000) END AS text, CASE WHEN row % 100 < CASE WHEN row >= 50400 THEN 30 ELSE 3"
                    + " END THEN NULL ELSE row % 3 = 0 END AS flag, row % 1000 AS secret FROM range(57600) t(row)");
            statement.execute("CREATE TABLE provenance.data AS SELECT *, 1::BIGINT AS _batch, 0 AS _partition,"
                    + " row_number() OVER () AS _offset FROM main.data");
        }
        parts = new TableParts(
                new TableParts.Source("data", Optional.of("time"), null, ZoneOffset.ofHours(2)),
                folder,
                "maker",
                Duration.ZERO);
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            while (parts.hasWork(System.nanoTime())) {
                parts.step(PartReader.Pace.FULL, engine, Instant.EPOCH);
            }
            return parts.waiting() == 0;
        });
    }

    @AfterEach
    void close() throws SQLException {
        engine.close();
    }

    /** Ranges that begin and end inside of days that have but one part. */
    @Test
    void aRangeHasItsRows() throws SQLException {
        Random random = new Random(1);
        assertThat(snapshot().days()).isNotEmpty();
        for (int attempt = 0; attempt < 30; attempt++) {
            int first = random.nextInt(HOURS);
            int last = first + 1 + random.nextInt(HOURS - first);
            Instant from = BEGIN.plus(Duration.ofHours(first));
            Instant to = BEGIN.plus(Duration.ofHours(last));
            RangeReader.Range range = reader().read(from, to);

            assertThat(range.rows()).isEqualTo(300L * (last - first));
            TablePart part = Objects.requireNonNull(range.part());
            assertThat(part.rows()).isEqualTo(range.rows());
            try (Statement statement = engine.createStatement();
                    ResultSet row = statement.executeQuery("SELECT avg(steady) FROM data WHERE time >= "
                            + TableParts.timestamp(from) + " AND time < " + TableParts.timestamp(to))) {
                row.next();
                assertThat(part.columns().get(2).moments().mean()).isCloseTo(row.getDouble(1), within(1e-9));
            }
        }
    }

    @Test
    void aRangeOutsideOfTheTableIsEmptyAndOneThatReachesBeyondEndsWithIt() throws SQLException {
        assertThat(reader().read(Instant.EPOCH, BEGIN).rows()).isZero();
        assertThat(reader().read(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"))
                        .rows())
                .isEqualTo(57_600);
        assertThat(reader().read(BEGIN.plusSeconds(1), BEGIN.plusSeconds(2)).rows())
                .as("whole slices")
                .isEqualTo(300);
    }

    @Test
    void whatHasNotChangedIsNotSaidToHave() throws SQLException {
        RangeComparison found = compare(BEGIN.plus(Duration.ofDays(1)), BEGIN.plus(Duration.ofDays(3)), Set.of());

        assertThat(found.drifted()).as("%s", found.drifts()).isZero();
        assertThat(found.left()).containsExactly("time");
        assertThat(found.before().looked()).isEqualTo(7_200);
    }

    @Test
    void whatHasChangedIsFound() throws SQLException {
        RangeComparison found = compare(BEGIN.plus(Duration.ofDays(1)), LAST_DAY, Set.of("secret"));

        assertThat(found.drifts().stream()
                        .filter(RangeComparison.Told::hasDrifted)
                        .map(drift -> drift.column() + " " + drift.kind()))
                .containsExactlyInAnyOrder("speed numbers", "text values", "flag missing");
        RangeComparison.Told speed = found.drifts().stream()
                .filter(drift -> drift.column().equals("speed") && drift.kind().equals("numbers"))
                .findFirst()
                .orElseThrow();
        assertThat(speed.effect())
                .as("half of 10, less what ranks may be wrong")
                .isBetween(0.45, 0.52);
        RangeComparison.Told text = found.drifts().stream()
                .filter(drift -> drift.column().equals("text") && drift.kind().equals("values"))
                .findFirst()
                .orElseThrow();
        assertThat(text.what())
                .as("what is not known counts for the least difference")
                .isEqualTo("'x' 0.01 % → 20 %");
        assertThat(found.drifts())
                .noneMatch(
                        drift -> drift.column().equals("secret") && drift.kind().equals("numbers"));
    }

    @Test
    void manyRowsOutsideOfPartsAreLookedAtInPart() throws Exception {
        try (Statement statement = engine.createStatement()) {
            statement.execute(
                    "INSERT INTO provenance.data SELECT time + INTERVAL 1 second, data.* EXCLUDE (time, _batch,"
                            + " _partition, _offset), 2, 0, _offset + 1000000 * t.n FROM provenance.data, range(1, 41) t(n)"
                            + " WHERE data.time < TIMESTAMP '2026-03-02'");
        }
        parts.changed(2, 2, BEGIN, BEGIN.plusSeconds(86_399));
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            while (parts.hasWork(System.nanoTime())) {
                parts.step(PartReader.Pace.FULL, engine, Instant.EPOCH);
            }
            return parts.waiting() == 0;
        });
        RangeReader.Range range = reader().read(BEGIN, BEGIN.plus(Duration.ofHours(20)));

        assertThat(range.rows()).isEqualTo(41 * 6_000);
        assertThat(range.looked()).isBetween(100_000L, 150_000L);
    }

    @Test
    void aQuestionThatTakesLongerThanQueriesMayIsEnded() throws SQLException {
        DuckStore.Settings settings =
                new DuckStore.Settings(folder.resolve("mart.duckdb"), folder.resolve("tmp"), 256L << 20, 1);
        try (DuckStore store = DuckStore.open(settings, InstantSource.system())) {
            try (Connection connection = store.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE SCHEMA IF NOT EXISTS provenance");
                statement.execute("CREATE VIEW provenance.data AS SELECT TIMESTAMP '2026-03-01 00:00:00' +"
                        + " to_microseconds(row % 1000) AS time FROM range(1000000000000000) t(row)");
            }
            TableQuestions questions = new TableQuestions(store, 10, Duration.ofSeconds(1));

            assertThatThrownBy(() -> questions.compare(
                            parts,
                            snapshot(),
                            Set.of(),
                            BEGIN,
                            BEGIN.plus(Duration.ofHours(20)),
                            LAST_DAY,
                            LAST_DAY.plus(Duration.ofHours(20))))
                    .hasMessage("Looking at the rows of table 'data' took longer than 1 s. Fix: ask for less of it, or"
                            + " set query.timeout")
                    .extracting(failure -> ((PolderException) failure).code())
                    .isEqualTo(ErrorCode.TIMED_OUT);
        }
    }

    private RangeComparison compare(Instant before, Instant after, Set<String> personal) throws SQLException {
        return RangeComparison.of(
                "data",
                TimeSlice.Unit.HOUR,
                Optional.of("time"),
                reader().read(before, before.plus(Duration.ofDays(1))),
                reader().read(after, after.plus(Duration.ofDays(1))),
                personal,
                10);
    }

    private RangeReader reader() {
        return new RangeReader(parts, snapshot(), engine, PartReader.Pace.FULL);
    }

    private TableParts.Snapshot snapshot() {
        return Objects.requireNonNull(parts.snapshot());
    }
}
