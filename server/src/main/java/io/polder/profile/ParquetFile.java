package io.polder.profile;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parquet as a source. A copy of a large file costs as much as ten looks at all of it, so one is looked at where it is: view
 * {@code raw} has its columns, and {@code rowid} as a table has.
 */
final class ParquetFile {
    /** A file of fewer values is copied: each question of a view costs time for each of the file's columns. */
    private static final long LARGE = 4_000_000;

    private static final int WIDE = 1_000;
    /** Columns that an engine's table has, or a Parquet file may be asked for, whatever is in it. */
    private static final Set<String> TAKEN = Set.of("rowid", "file_row_number", "file_index", "filename");

    private ParquetFile() {}

    /** @param files a path or a glob */
    static void read(Workbench bench, String files) {
        String read = "read_parquet(" + FileSource.text(files) + ", union_by_name = true";
        if (isLarge(bench, files)) {
            bench.watch(Path.of(files));
            bench.run("SET GLOBAL parquet_metadata_cache = true");
            bench.run("CREATE VIEW raw AS SELECT * EXCLUDE (file_row_number), file_row_number AS rowid FROM " + read
                    + ", file_row_number = true)");
        } else {
            bench.run("CREATE TABLE raw AS SELECT * FROM " + read + ")");
        }
    }

    private static boolean isLarge(Workbench bench, String files) {
        if (files.matches(".*[*?\\[].*") || !Files.isRegularFile(Path.of(files))) {
            return false;
        }
        List<@Nullable Object> rows =
                bench.row("SELECT num_rows FROM parquet_file_metadata(" + FileSource.text(files) + ")");
        List<String> names = bench
                .rows("SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(" + FileSource.text(files) + "))")
                .stream()
                .map(row -> String.valueOf(row.get(0)).toLowerCase(Locale.ROOT))
                .toList();
        return names.size() <= WIDE
                && names.stream().noneMatch(TAKEN::contains)
                && Profiler.number(rows.get(0)) >= LARGE / Math.max(1, names.size());
    }
}
