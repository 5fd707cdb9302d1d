package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are long, or wide. */
class LargeTablesTest {
    private static final String MANY_ROWS = "SELECT range AS id, range % 97 AS remainder, CASE WHEN range % 3 > 0 THEN"
            + " sqrt(range) END AS root, CASE range % 5 WHEN 0 THEN '' WHEN 1 THEN 'north' ELSE 'road ' || range % 40 END AS"
            + " name, range % 2 = 0 AS even, TIMESTAMP '2026-01-01' + to_minutes(CAST(range % 5000 AS INTEGER)) AS time,"
            + " CAST(range % 700 AS FLOAT) AS small, range % 10 AS digit, 'x' AS constant, 'B-' || range % 60 AS place"
            + " FROM range(400_000)";

    @TempDir
    Path folder;

    @Test
    void aLargeParquetFileIsLookedAtWhereItIsAndTellsWhatItsCopyTells() throws Exception {
        Path file = parquet("many.parquet", MANY_ROWS);

        String inPlace = Reports.json(profile(file.toString()));
        String copied = Reports.json(profile(folder.resolve("m[a]ny.parquet").toString()));

        assertThat(inPlace).isEqualTo(copied);
    }

    @Test
    void aFileThatChangesWhileItIsReadIsRefused() throws Exception {
        Path file = parquet("many.parquet", MANY_ROWS);
        Path other = parquet("other.parquet", MANY_ROWS.replace("400_000", "400_001"));

        assertThatThrownBy(() -> {
                    try (Workbench bench = open()) {
                        Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
                        Profiler.profile(bench, "many", source, settings(1), done -> replace(other, file));
                    }
                })
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("many.parquet")
                .hasMessageContaining("Fix:");
    }

    @Test
    void moreDifferentTextsThanAreKeptAreToldOfAllRows() throws Exception {
        Path file = parquet(
                "texts.parquet",
                "SELECT CASE WHEN range % 11 = 0 THEN NULL WHEN range % 10 = 0 THEN 'Vaak ' || range % 7 WHEN range < 200"
                        + " THEN upper(md5(range::VARCHAR)) WHEN range > 399_000 THEN ' é' || range ELSE 'n-' ||"
                        + " md5((range // 2)::VARCHAR) END AS text, range AS number FROM range(400_000)");

        Profile.Column column = profile(file.toString()).columns().get(0);

        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t AS SELECT text, count(*) AS n FROM '" + file
                    + "' WHERE text IS NOT NULL GROUP BY text");
            assertThat(answer(
                            statement,
                            "SELECT sum(n), count(*), count_if(n = 1), min(length(text)), max(length(text)), min(text),"
                                    + " max(text), sum(n) FILTER (starts_with(text, ' ')), sum(n) FILTER (text = lower(text)"
                                    + " AND text <> upper(text)), sum(n) FILTER (text = upper(text) AND text <> lower(text))"
                                    + " FROM t"))
                    .isEqualTo(Stream.of(
                                    column.count(),
                                    column.distinct(),
                                    column.unique(),
                                    text(column).minLength(),
                                    text(column).maxLength(),
                                    text(column).min(),
                                    text(column).max(),
                                    text(column).padded(),
                                    text(column).lower(),
                                    text(column).upper())
                            .map(String::valueOf)
                            .collect(Collectors.joining(" ")));
            assertThat(column.distinct()).isGreaterThan(150_000);
            assertThat(column.distinctError()).isZero();
            for (int at = 0; at < 7; at++) {
                assertThat(answer(statement, "SELECT text, n FROM t ORDER BY n DESC, text LIMIT 1 OFFSET " + at))
                        .isEqualTo(column.top().get(at).value() + " "
                                + column.top().get(at).count());
            }
            assertThat(column.top()).hasSize(100);
            assertThat(column.top().get(99).count()).isEqualTo(2);
        }
    }

    private static Profile.Text text(Profile.Column column) {
        return Objects.requireNonNull(column.text());
    }

    private static String answer(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            List<String> values = new ArrayList<>();
            for (int at = 1; at <= row.getMetaData().getColumnCount(); at++) {
                values.add(row.getString(at));
            }
            return String.join(" ", values);
        }
    }

    @Test
    void aThousandColumnsHaveAProfile() throws Exception {
        Path file = parquet(
                "wide.parquet",
                "SELECT "
                        + IntStream.range(0, 1_100)
                                .mapToObj(at -> (at % 2 == 0
                                                ? "range * " + at
                                                : "'some ' || chr(CAST(97 + range % 2 AS INTEGER)) || '" + at + "'")
                                        + " AS column" + at)
                                .collect(Collectors.joining(", "))
                        + " FROM range(12)");

        Profile profile = profile(file.toString());

        assertThat(profile.columns()).hasSize(1_100);
        assertThat(profile.columns().get(1_098).name()).isEqualTo("column1098");
        assertThat(profile.columns().get(1_099).distinct()).isEqualTo(2);
        assertThat(String.join("\n", Reports.text(profile, 120, false))).contains("of the first 60 columns");
    }

    private static void replace(Path other, Path file) {
        try {
            if (Files.exists(other)) {
                Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (java.io.IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }

    private Path parquet(String name, String query) throws Exception {
        Path file = folder.resolve(name);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
        }
        return file;
    }

    private Workbench open() {
        return Workbench.open(new Workbench.Settings(512L << 20, 1, folder.resolve("work")));
    }

    private static Profiler.Settings settings(int threads) {
        return new Profiler.Settings(List.of(), Set.of(), 10, false, threads);
    }

    /** By one thread, and the same by three. */
    private Profile profile(String files) {
        Profile profile = profile(files, 1);
        assertThat(Reports.json(profile(files, 3))).isEqualTo(Reports.json(profile));
        return profile;
    }

    private Profile profile(String files, int threads) {
        try (Workbench bench = open()) {
            Profile.Source source = FileSource.read(bench, files, FileSource.Told.NOTHING);
            return Profiler.profile(bench, "table", source, settings(threads), done -> {});
        }
    }
}
