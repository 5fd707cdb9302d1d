package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
                        Profiler.profile(bench, "many", source, settings(), done -> replace(other, file));
                    }
                })
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("many.parquet")
                .hasMessageContaining("Fix:");
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

    private static Profiler.Settings settings() {
        return new Profiler.Settings(List.of(), Set.of(), 10, false, 1);
    }

    private Profile profile(String files) {
        try (Workbench bench = open()) {
            Profile.Source source = FileSource.read(bench, files, FileSource.Told.NOTHING);
            return Profiler.profile(bench, "table", source, settings(), done -> {});
        }
    }
}
