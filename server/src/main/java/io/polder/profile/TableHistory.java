package io.polder.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the slices of a table were, one after the other.
 *
 * @param unit how long a slice is; null when the table is not cut
 */
public record TableHistory(String table, @Nullable String unit, List<String> columns, List<SliceLine> slices) {
    static TableHistory none(String table) {
        return new TableHistory(table, null, List.of(), List.of());
    }

    static TableHistory of(String table, TableParts.Snapshot snapshot, Set<String> personal, int k, int most) {
        List<String> columns =
                snapshot.whole().columns().stream().map(ColumnPart::name).toList();
        List<SliceLine> lines = snapshot.lines().values().stream()
                .skip(Math.max(0, snapshot.lines().size() - most))
                .map(line -> shielded(line, columns, personal, k))
                .toList();
        String unit = Objects.requireNonNull(snapshot.unit()).name().toLowerCase(Locale.ROOT);
        return new TableHistory(table, unit, columns, lines);
    }

    private static SliceLine shielded(SliceLine line, List<String> columns, Set<String> personal, int k) {
        List<SliceLine.Cell> cells = new ArrayList<>();
        for (int at = 0; at < line.cells().size(); at++) {
            SliceLine.Cell cell = line.cells().get(at);
            cells.add(
                    at < columns.size() && personal.contains(columns.get(at))
                            ? new SliceLine.Cell(
                                    cell.missing() / k * k, cell.distinct() / k * k, null, null, null, null)
                            : cell);
        }
        return new SliceLine(line.from(), line.rows(), cells);
    }
}
