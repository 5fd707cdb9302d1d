package io.polder.profile;

import io.polder.config.Table;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is told of columns together comes from a sample of the table's rows, in a workbench of its own: the rows whose
 * place in the log hashes to a multiple of a number, so that each has the same chance, from a bounded number of slices
 * that are evenly spread over the table's time.
 */
final class SampleProfile {
    private static final int ROWS = 10_000;
    private static final int SLICES = 24;
    private static final int MOST_COLUMNS = 60;
    private static final String STORED = "stored_rows";
    /** Longer texts are cut. */
    private static final int LONGEST = 1_000;

    /**
     * A sample's profile.
     *
     * @param asOf the state of the table's parts
     * @param dependencies those that a single row can break, since the values that go together are written out
     */
    record Found(Profile profile, Instant taken, Instant asOf, List<WrittenDependency> dependencies) {}

    private SampleProfile() {}

    static Found take(
            Connection connection,
            TableParts.Source source,
            List<PartReader.Column> columns,
            TableParts.Snapshot known,
            Workbench.Settings bench,
            Table table,
            int k,
            Instant now)
            throws SQLException {
        List<PartReader.Column> used = columns.stream().limit(MOST_COLUMNS).toList();
        try (Workbench workbench = Workbench.open(bench)) {
            Path file = workbench.folder().resolve("sample.csv");
            write(connection, source, used, known, file);
            workbench.run("CREATE TABLE raw AS SELECT "
                    + used.stream()
                            .map(column ->
                                    "CAST(" + column.quoted() + " AS " + column.stored() + ") AS " + column.quoted())
                            .collect(Collectors.joining(", "))
                    + " FROM read_csv(" + FileSource.text(file.toString())
                    + ", header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '\\N', auto_detect = false,"
                    + " max_line_size = 1048576, columns = {"
                    + used.stream()
                            .map(column -> FileSource.text(column.name()) + ": 'VARCHAR'")
                            .collect(Collectors.joining(", "))
                    + "})");
            // The profiler takes the rows for its own.
            workbench.run("CREATE TABLE " + STORED + " AS SELECT * FROM raw");
            workbench.lock();
            Profile profile = Profiler.profile(
                    workbench,
                    table.name(),
                    new Profile.Source("table", List.of(), 0, List.of()),
                    new Profiler.Settings(List.of(), table.personal(), k, true, 1),
                    done -> {});
            Set<String> personal = new HashSet<>(table.personal());
            personal.addAll(profile.privacy().columns());
            List<WrittenDependency> dependencies =
                    WrittenDependency.of(workbench, STORED, used, profile.functionalDependencies(), personal);
            return new Found(profile, now, known.asOf(), dependencies);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void write(
            Connection connection,
            TableParts.Source source,
            List<PartReader.Column> columns,
            TableParts.Snapshot known,
            Path file)
            throws SQLException, IOException {
        List<String> parts = new ArrayList<>();
        long rows = known.whole().rows();
        if (known.unit() == null) {
            parts.add(source.provenance());
        } else {
            List<SliceLine> lines = List.copyOf(known.lines().values());
            int every = Math.max(1, (lines.size() + SLICES - 1) / SLICES);
            rows = 0;
            for (int at = lines.size() - 1; at >= 0; at -= every) {
                rows += lines.get(at).rows();
                parts.add(source.where(new TimeSlice(known.unit(), lines.get(at).from()), 0));
            }
        }
        long part = Math.max(1, rows / ROWS);
        String written = columns.stream()
                .map(column -> "CASE WHEN " + column.quoted() + " IS NULL THEN '\\N' ELSE '\"' || replace(CAST("
                        + column.quoted() + " AS VARCHAR)[1:" + LONGEST + "], '\"', '\"\"') || '\"' END")
                .collect(Collectors.joining(" || ',' || "));
        try (BufferedWriter out = Files.newBufferedWriter(file);
                Statement statement = connection.createStatement()) {
            for (String from : parts) {
                String condition = from.contains(" WHERE ") ? " AND " : " WHERE ";
                try (ResultSet found = statement.executeQuery("SELECT " + written + " FROM " + from + condition
                        + "hash(_partition, _offset) % " + part + " = 0 LIMIT " + 2 * ROWS)) {
                    while (found.next()) {
                        out.write(found.getString(1));
                        out.write('\n');
                    }
                }
            }
        }
    }

    /** What holds of more columns in so few rows is mostly an accident of these. */
    private static final int DETERMINANTS = 2;

    /** Places in a sample say nothing of places in the table, and of personal columns no count is told. */
    static Profile.FunctionalDependencies withoutRows(Set<String> personal, Profile.FunctionalDependencies found) {
        List<Profile.Dependency> minimal = found.minimal().stream()
                .filter(each -> each.lhs().size() <= DETERMINANTS)
                .toList();
        return new Profile.FunctionalDependencies(
                false,
                found.rows(),
                minimal.size(),
                minimal,
                found.approximate().stream()
                        .filter(each -> !personal.contains(each.rhs())
                                && each.lhs().stream().noneMatch(personal::contains))
                        .map(each -> new Profile.Approximate(
                                each.lhs(), each.rhs(), each.error(), each.violations(), List.of()))
                        .toList());
    }
}
