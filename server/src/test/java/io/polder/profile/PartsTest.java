package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.polder.statistics.DistinctSample;
import io.polder.statistics.FrequentValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of slices put together are the part of the whole. */
class PartsTest {
    private static final ZoneId BRUSSELS = ZoneId.of("Europe/Brussels");
    private static final List<PartReader.Column> COLUMNS = List.of(
            new PartReader.Column("time", "TIMESTAMP"),
            new PartReader.Column("whole", "INTEGER"),
            new PartReader.Column("real", "DOUBLE"),
            new PartReader.Column("text", "VARCHAR"),
            new PartReader.Column("flag", "BOOLEAN"));

    /** Few values, many, one, and numbers far from 0 whose deviation is small. */
    @Property(tries = 30)
    void partsPutTogetherAreTheWhole(
            @ForAll @LongRange(min = 0) long seed,
            @ForAll @IntRange(min = 1, max = 9_000) int rows,
            @ForAll @IntRange(min = 1, max = 30) int hours,
            @ForAll @IntRange(min = 1, max = 20_000) int different)
            throws Exception {
        try (Connection engine = engine(seed, rows, hours, different)) {
            TablePart whole = read(engine, "data");
            List<TablePart> parts = new ArrayList<>();
            for (int hour = 0; hour < hours; hour++) {
                parts.add(read(engine, "data WHERE hour = " + hour));
            }
            // In two steps, as days are put together of hours and the table of days.
            List<TablePart> halves = new ArrayList<>();
            halves.add(TablePart.merged(parts.subList(0, (hours + 1) / 2)));
            if (hours > 1) {
                halves.add(TablePart.merged(parts.subList((hours + 1) / 2, hours)));
            }
            TablePart merged = TablePart.merged(halves);

            assertThat(merged.rows()).isEqualTo(whole.rows()).isEqualTo(rows);
            for (int at = 0; at < COLUMNS.size(); at++) {
                same(whole.columns().get(at), merged.columns().get(at));
                bounded(engine, merged.columns().get(at));
            }
        }
    }

    private static void same(ColumnPart whole, ColumnPart merged) {
        assertThat(merged.counts()).as(whole.name()).isEqualTo(whole.counts());
        assertThat(merged.clock()).as(whole.name()).isEqualTo(whole.clock());
        assertThat((Double) merged.min()).isEqualTo((Double) whole.min());
        assertThat((Double) merged.max()).isEqualTo((Double) whole.max());
        assertThat(merged.first()).isEqualTo(whole.first());
        assertThat(merged.last()).isEqualTo(whole.last());
        assertThat(merged.moments().count()).isEqualTo(whole.moments().count());
        double deviation =
                Math.sqrt(whole.moments().second() / Math.max(1, whole.moments().count()));
        digits(merged.moments().mean(), whole.moments().mean(), deviation);
        digits(merged.moments().second(), whole.moments().second(), 0);
        digits(
                merged.moments().third(),
                whole.moments().third(),
                whole.moments().count() * Math.pow(deviation, 3));
        digits(merged.moments().fourth(), whole.moments().fourth(), 0);
        // The hashes below the common bound are the same, with the same counts.
        assertThat(merged.values().isWhole()).isEqualTo(whole.values().isWhole());
        assertThat(merged.values().values()).isEqualTo(whole.values().values());
        assertThat(merged.values().distinct()).isEqualTo(whole.values().distinct());
    }

    /** Ten digits, of the number or of the scale on which it stands. */
    private static void digits(double merged, double whole, double scale) {
        assertThat(merged).isCloseTo(whole, within(1e-10 * Math.max(Math.abs(whole), scale) + 1e-300));
    }

    /** Sketches are as near to the truth as they say. */
    private static void bounded(Connection engine, ColumnPart part) throws SQLException {
        String c = '"' + part.name() + '"';
        Map<String, Long> truth = new HashMap<>();
        String there = part.kind() == ColumnPart.Kind.TEXT ? "trim(" + c + ") <> ''" : c + " IS NOT NULL";
        read(
                engine,
                "SELECT CAST(" + c + " AS VARCHAR), count(*) FROM data WHERE " + there + " GROUP BY " + c,
                row -> truth.merge(row.getString(1), row.getLong(2), Long::sum));
        // Twice the two deviations that are told: one of forty samples may be beyond those, none of these.
        assertThat((double) part.values().distinct())
                .isCloseTo(truth.size(), within(2 * part.values().error() * truth.size() + 1e-9));
        for (FrequentValues.Value value : part.top().values()) {
            assertThat(truth.get(value.text()))
                    .as("%s %s", part.name(), value)
                    .isBetween(value.count(), value.count() + value.more());
        }
        long floor = part.top().floor();
        List<String> told =
                part.top().values().stream().map(FrequentValues.Value::text).toList();
        truth.forEach((text, count) -> {
            if (!told.contains(text)) {
                assertThat(count).isLessThanOrEqualTo(floor);
            }
        });
        if (part.kind() == ColumnPart.Kind.NUMBER && part.moments().count() > 0) {
            quantiles(engine, part, c);
        }
    }

    private static void quantiles(Connection engine, ColumnPart part, String c) throws SQLException {
        List<Double> found = new ArrayList<>();
        read(
                engine,
                "SELECT CAST(" + c + " AS DOUBLE) FROM data WHERE isfinite(CAST(" + c + " AS DOUBLE)) ORDER BY 1",
                row -> found.add(row.getDouble(1)));
        double[] sorted = found.stream().mapToDouble(Double::doubleValue).toArray();
        for (double at : new double[] {0.01, 0.25, 0.5, 0.75, 0.99}) {
            double told = part.ranks().quantile(at);
            if (part.ranks().error() == 0) {
                double place = at * (sorted.length - 1);
                double low = sorted[(int) Math.floor(place)];
                double high = sorted[(int) Math.ceil(place)];
                assertThat(told)
                        .isCloseTo(
                                low + (place - Math.floor(place)) * (high - low), within(1e-9 * (1 + Math.abs(high))));
                continue;
            }
            double slack = part.ranks().error() + 1.0 / sorted.length;
            long below = Arrays.stream(sorted).filter(each -> each < told).count();
            long upTo = Arrays.stream(sorted).filter(each -> each <= told).count();
            assertThat((double) below / sorted.length).as("%s at %s", c, at).isLessThanOrEqualTo(at + slack);
            assertThat((double) upTo / sorted.length).as("%s at %s", c, at).isGreaterThanOrEqualTo(at - slack);
        }
    }

    @Property(tries = 5)
    void aPartIsWhatWasWritten(@ForAll @LongRange(min = 0) long seed) throws Exception {
        Path file = Files.createTempFile("polder", ".part");
        try (Connection engine = engine(seed, 5_000, 3, 10_000)) {
            TablePart part = read(engine, "data");
            part.write(file, "maker");

            TablePart again = TablePart.read(file, "maker").orElseThrow();
            assertThat(again.rows()).isEqualTo(part.rows());
            for (int at = 0; at < COLUMNS.size(); at++) {
                same(part.columns().get(at), again.columns().get(at));
                assertThat(again.columns().get(at).top().values())
                        .isEqualTo(part.columns().get(at).top().values());
                assertThat(again.columns().get(at).patterns().values())
                        .isEqualTo(part.columns().get(at).patterns().values());
            }
            assertThat(TablePart.read(file, "another engine")).isEmpty();
            Files.write(file, new byte[] {1, 2, 3});
            assertThat(TablePart.read(file, "maker")).isEmpty();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Test
    void whatFailsIsLookedAtAgain(@TempDir Path folder) throws Exception {
        try (Connection engine = store()) {
            TableParts parts = parts(folder);
            execute(engine, "ALTER TABLE provenance.data RENAME TO away");
            assertThatThrownBy(() -> lookAtAll(parts, engine)).isInstanceOf(SQLException.class);
            execute(engine, "ALTER TABLE provenance.away RENAME TO data");
            lookAtAll(parts, engine);
            assertThat(rows(parts)).isEqualTo(2);

            insert(engine, "2026-03-29 12:30:00", 2);
            Instant changed = Instant.parse("2026-03-29T12:30:00Z");
            parts.changed(2, 2, changed, changed);
            execute(engine, "ALTER TABLE provenance.data RENAME TO away");
            assertThatThrownBy(() -> lookAtAll(parts, engine)).isInstanceOf(SQLException.class);
            assertThat(parts.waiting()).isEqualTo(1);
            execute(engine, "ALTER TABLE provenance.away RENAME TO data");
            lookAtAll(parts, engine);
            assertThat(rows(parts)).isEqualTo(3);
        }
    }

    @Test
    void aFractionOfASecondBelongsToAWideChange(@TempDir Path folder) throws Exception {
        try (Connection engine = store()) {
            TableParts parts = parts(folder);
            lookAtAll(parts, engine);
            insert(engine, "2026-03-29 01:00:00", 2);
            insert(engine, "2026-03-29 13:00:00.4", 2);
            parts.changed(2, 2, Instant.parse("2026-03-29T01:00:00Z"), Instant.parse("2026-03-29T13:00:00.4Z"));
            lookAtAll(parts, engine);
            assertThat(rows(parts)).isEqualTo(4);
        }
    }

    /** Older days are put together in several steps, and none is lost or there twice. */
    @Test
    void allOlderDaysAreInTheWhole(@TempDir Path folder) throws Exception {
        try (Connection engine = store()) {
            execute(
                    engine,
                    "INSERT INTO provenance.data SELECT TIMESTAMP '2026-01-01 05:00:00' + to_days(CAST(day AS"
                            + " INTEGER)), day, 1 FROM range(70) days(day)");
            execute(engine, "INSERT INTO main.data SELECT time, number FROM provenance.data");
            TableParts parts = parts(folder);
            lookAtAll(parts, engine);
            assertThat(rows(parts)).isEqualTo(72);
            TableParts again = parts(folder);
            lookAtAll(again, engine);
            assertThat(rows(again)).isEqualTo(72);
        }
    }

    /** However many of the hours are still there beside the day that holds them. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anEndWhileHoursArePutTogetherToADayCountsNoneTwice(int deleted, @TempDir Path folder) throws Exception {
        try (Connection engine = store()) {
            Path before = folder.resolve("before");
            Path after = folder.resolve("after");
            TableParts parts = parts(before);
            lookAtAll(parts, engine);
            assertThat(files(before, "hour-")).hasSize(2);
            copy(before, after);
            insert(engine, "2026-04-02 05:00:00", 2);
            Instant changed = Instant.parse("2026-04-02T05:00:00Z");
            TableParts folded = parts(after);
            lookAtAll(folded, engine);
            folded.changed(2, 2, changed, changed);
            lookAtAll(folded, engine);
            assertThat(files(after, "day-")).hasSize(1);
            assertThat(files(after, "hour-")).hasSize(1);
            // As if the program had ended before it deleted the others.
            for (Path hour : files(before, "hour-").subList(deleted, 2)) {
                Files.copy(hour, after.resolve(String.valueOf(hour.getFileName())));
            }
            Files.copy(before.resolve("state"), after.resolve("state"), StandardCopyOption.REPLACE_EXISTING);

            TableParts again = parts(after);
            lookAtAll(again, engine);
            assertThat(rows(again)).isEqualTo(3);
            assertThat(files(after, "hour-")).hasSize(1);
            assertThat(Objects.requireNonNull(again.snapshot()).lines()).hasSize(3);
            insert(engine, "2026-03-29 12:40:00", 3);
            again.changed(3, 3, Instant.parse("2026-03-29T12:40:00Z"), Instant.parse("2026-03-29T12:40:00Z"));
            lookAtAll(again, engine);
            assertThat(rows(again)).isEqualTo(4);
        }
    }

    /** A row of a far future makes all others old, until it is gone. */
    @Test
    void aDayThatWasPutTogetherTooEarlyIsLookedAtAsADay(@TempDir Path folder) throws Exception {
        try (Connection engine = store()) {
            insert(engine, "2099-01-01 00:00:00", 2);
            TableParts parts = parts(folder);
            lookAtAll(parts, engine);
            assertThat(files(folder, "day-")).hasSize(1);
            execute(engine, "DELETE FROM provenance.data WHERE time > TIMESTAMP '2090-01-01'");
            insert(engine, "2026-03-29 12:30:00", 3);
            for (String time : List.of("2099-01-01T00:00:00Z", "2026-03-29T12:30:00Z")) {
                parts.changed(3, 3, Instant.parse(time), Instant.parse(time));
                lookAtAll(parts, engine);
            }
            assertThat(rows(parts)).isEqualTo(3);
        }
    }

    @Test
    void aDayThatCannotBeReadIsLookedAtAgain(@TempDir Path folder) throws Exception {
        try (Connection engine = store()) {
            insert(engine, "2026-04-02 05:00:00", 2);
            lookAtAll(parts(folder), engine);
            Files.write(files(folder, "day-").get(0), new byte[] {1, 2, 3});

            TableParts again = parts(folder);
            lookAtAll(again, engine);
            assertThat(rows(again)).isEqualTo(3);
        }
    }

    /** A thousand commits to one slice are one look, and not at once. */
    @Test
    void aSliceThatChangesAllTheTimeIsLookedAtOnce(@TempDir Path folder) throws Exception {
        try (Connection engine = store()) {
            TableParts parts = new TableParts(
                    new TableParts.Source("data", Optional.of("time"), null, BRUSSELS),
                    folder,
                    "maker",
                    Duration.ofHours(1));
            lookAtAll(parts, engine);
            Instant changed = Instant.parse("2026-03-29T12:30:00Z");
            for (int batch = 2; batch < 1_000; batch++) {
                insert(engine, "2026-03-29 12:30:00", batch);
                parts.changed(batch, batch, changed, changed);
            }

            assertThat(parts.waiting()).isEqualTo(1);
            assertThat(parts.hasWork(System.nanoTime())).isFalse();
            assertThat(parts.hasWork(System.nanoTime() + Duration.ofHours(1).toNanos()))
                    .isTrue();
            assertThat(rows(parts)).isEqualTo(2);
            await().until(() -> parts.hasWork(System.nanoTime()));
            parts.step(PartReader.Pace.FULL, engine, Instant.EPOCH);
            assertThat(parts.waiting()).isZero();
            assertThat(rows(parts)).isEqualTo(1_000);
        }
    }

    private static List<Path> files(Path folder, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : files(from, "")) {
            Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
        }
    }

    private static TableParts parts(Path folder) {
        TableParts.Source source = new TableParts.Source("data", Optional.of("time"), null, BRUSSELS);
        return new TableParts(source, folder, "maker", Duration.ZERO);
    }

    private static long rows(TableParts parts) {
        return Objects.requireNonNull(parts.snapshot()).whole().rows();
    }

    private static void lookAtAll(TableParts parts, Connection engine) {
        await().until(() -> {
            while (parts.hasWork(System.nanoTime())) {
                parts.step(PartReader.Pace.FULL, engine, Instant.EPOCH);
            }
            return parts.waiting() == 0;
        });
    }

    /** A table of two rows in two hours, as a store has it. */
    private static Connection store() throws SQLException {
        Connection engine = DriverManager.getConnection("jdbc:duckdb:");
        execute(engine, "CREATE SCHEMA provenance");
        execute(engine, "CREATE TABLE main.data (time TIMESTAMP, number INTEGER)");
        execute(engine, "CREATE TABLE provenance.data (time TIMESTAMP, number INTEGER, _batch BIGINT)");
        insert(engine, "2026-03-29 11:10:00", 1);
        insert(engine, "2026-03-29 12:10:00", 1);
        return engine;
    }

    private static void insert(Connection engine, String time, long batch) throws SQLException {
        execute(engine, "INSERT INTO provenance.data VALUES (TIMESTAMP '" + time + "', 1, " + batch + ")");
    }

    private static void execute(Connection engine, String sql) throws SQLException {
        try (Statement statement = engine.createStatement()) {
            statement.execute(sql);
        }
    }

    private static TablePart read(Connection engine, String source) throws SQLException {
        return new PartReader(engine, source, BRUSSELS, PartReader.Pace.FULL).read(COLUMNS);
    }

    private static Connection engine(long seed, int rows, int hours, int different) throws SQLException, IOException {
        Random random = new Random(seed);
        Connection engine = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = engine.createStatement()) {
            statement.execute(
                    "CREATE TABLE data (hour INTEGER, time TIMESTAMP, \"whole\" INTEGER, \"real\" DOUBLE, text"
                            + " VARCHAR, flag BOOLEAN)");
            double centre = random.nextInt(3) * 1e6;
            StringBuilder values = new StringBuilder();
            for (int row = 0; row < rows; row++) {
                int hour = random.nextInt(hours);
                double real = centre + (different < 50 ? random.nextInt(different) : random.nextGaussian());
                values.append(row == 0 ? "" : ", ")
                        .append("(")
                        .append(hour)
                        .append(", TIMESTAMP '2026-03-29 00:00:00' + INTERVAL '")
                        .append(hour * 3600 + random.nextInt(3600))
                        .append(" seconds', ")
                        .append(random.nextInt(10) == 0 ? "NULL" : random.nextInt(different) - different / 2)
                        .append(", ")
                        .append(random.nextInt(20) == 0 ? "'inf'" : Double.toString(real))
                        .append(", ")
                        .append(text(random, different))
                        .append(", ")
                        .append(random.nextInt(3) == 0 ? "NULL" : random.nextBoolean())
                        .append(")");
            }
            statement.execute("INSERT INTO data VALUES " + values);
        }
        return engine;
    }

    private static String text(Random random, int different) {
        return switch (random.nextInt(12)) {
            case 0 -> "NULL";
            case 1 -> "''";
            case 2 -> "'  '";
            case 3 -> "' Ærø " + random.nextInt(different) + "'";
            default -> "'N" + random.nextInt(different) + "'";
        };
    }

    private static void read(Connection engine, String sql, Workbench.Reader reader) throws SQLException {
        try (Statement statement = engine.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                reader.row(rows);
            }
        }
    }

    /** The sample of the different values is not larger than it may be. */
    @Property(tries = 5)
    void aSampleHasItsSize(@ForAll @LongRange(min = 0) long seed) throws Exception {
        try (Connection engine = engine(seed, 9_000, 4, 1_000_000)) {
            assertThat(read(engine, "data").columns().get(1).values().values()).hasSize(DistinctSample.SIZE);
        }
    }
}
