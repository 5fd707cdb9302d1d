package io.polder.profile;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.statistics.Association;
import io.polder.statistics.CodedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether there is a dependency between two columns.
 *
 * @param rows how many were looked at; all, but at most 8,000,000
 * @param forward how well the first determines the second
 * @param backward how well the second determines the first
 * @param measures how they go together, by the measure's name; from a sample, as in a profile
 */
public record Pair(
        String first,
        String second,
        long rows,
        Determination forward,
        Determination backward,
        Map<String, Double> measures) {
    /**
     * How well one column determines another.
     *
     * @param error the least part of the rows that would have to go so that it does
     * @param guess the part of the rows that have not the most frequent value: the error of always saying that
     * @param groups how many different values determine
     * @param violations how many rows would have to go
     * @param examples some of them, from 1
     */
    public record Determination(double error, double guess, long groups, long violations, List<Long> examples) {
        Determination rounded(int k) {
            return new Determination(
                    Shield.part(error), Shield.part(guess), groups / k * k, violations / k * k, List.of());
        }
    }

    private static final int ROWS = 8_000_000;
    private static final int EXAMPLES = 20;

    /**
     * Looks at table {@code raw} of a workbench. When one of the columns is personal, no row is named, and counts are rounded
     * down to multiples of {@code k}, parts to hundredths.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param personal columns that are personal, beside those that are found
     * @throws PolderException INVALID_REQUEST when there is no such column
     */
    public static Pair ask(
            Workbench bench, String first, String second, List<String> nulls, Set<String> personal, int k) {
        List<String> names = new ArrayList<>();
        bench.read(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = 'raw' ORDER BY column_index",
                row -> names.add(row.getString(1)));
        List<Problem> problems = List.of(first, second).stream()
                .filter(name -> !names.contains(name))
                .map(name -> new Problem("--pair", name, "is no column", Problem.suggestion(name, names)))
                .toList();
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        bench.run("CREATE TABLE two AS SELECT " + SuggestedRules.quoted(first) + ", " + SuggestedRules.quoted(second)
                + " FROM raw");
        bench.drop("raw");
        bench.run("ALTER TABLE two RENAME TO raw");
        Profile profile = Profiler.profile(
                bench,
                "pair",
                new Profile.Source("pair", List.of(), 0, List.of()),
                new Profiler.Settings(
                        nulls,
                        personal.stream()
                                .filter(List.of(first, second)::contains)
                                .collect(Collectors.toSet()),
                        k,
                        false,
                        1),
                done -> {});
        List<String> raw = bench
                .rows("SELECT column_name FROM duckdb_columns() WHERE table_name = 'data' AND column_name <> 'rowid'"
                        + " ORDER BY column_index")
                .stream()
                .map(row -> String.valueOf(row.get(0)))
                .toList();
        CodedTable table = Profiler.coded(
                bench,
                List.of(raw.contains("r0") ? "r0" : "c0", raw.contains("r1") ? "r1" : "c1"),
                "WHERE rowid < " + ROWS,
                (int) Math.min(profile.rows(), ROWS));
        Map<String, Double> measures = new TreeMap<>();
        profile.associations().forEach(each -> measures.put(each.measure(), each.value()));
        Determination forward = determination(table, 0, 1);
        Determination backward = determination(table, 1, 0);
        boolean isPersonal = !profile.privacy().columns().isEmpty();
        return new Pair(
                first,
                second,
                table.rows(),
                isPersonal ? forward.rounded(k) : forward,
                isPersonal ? backward.rounded(k) : backward,
                measures);
    }

    private static Determination determination(CodedTable table, int determinant, int dependent) {
        Association.Dependence found =
                Association.dependence(table.codes(determinant), table.distinct(determinant), table.codes(dependent));
        int[] counts = new int[table.distinct(dependent) + 1];
        for (int code : table.codes(dependent)) {
            counts[code]++;
        }
        double most = Arrays.stream(counts).max().orElse(0);
        return new Determination(
                found.error(),
                table.rows() == 0 ? 0 : 1 - most / table.rows(),
                table.distinct(determinant),
                found.violations().length,
                IntStream.of(found.violations())
                        .limit(EXAMPLES)
                        .mapToObj(row -> row + 1L)
                        .toList());
    }

    /** The answer in words. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        sentences.add(sentence(first, second, forward));
        sentences.add(sentence(second, first, backward));
        List<String> told = new ArrayList<>();
        measures.forEach((measure, value) -> told.add(measure + " " + String.format(Locale.ROOT, "%.3f", value)));
        sentences.add(
                told.isEmpty()
                        ? "By no measure do they go together (all below 0.1)."
                        : "They go together: " + String.join(", ", told) + ".");
        return sentences;
    }

    private String sentence(String one, String other, Determination how) {
        if (how.violations() == 0 && how.error() == 0) {
            String alone = how.groups() * 2 > rows
                    ? " That says little: " + one + " has " + Numerals.counted(how.groups(), "different value") + " in "
                            + Numerals.counted(rows, "row") + "."
                    : "";
            return other + " follows from " + one + " in all " + rows + " rows." + alone;
        }
        String by =
                Alerts.percent(1 - how.error()) + " of the rows; who always says its most frequent value is right in "
                        + Alerts.percent(1 - how.guess()) + ".";
        String some = String.join(
                ", ", how.examples().stream().limit(8).map(String::valueOf).toList());
        return "Who knows " + one + " knows " + other + " in " + by + " It breaks in "
                + (how.violations() == 0 ? "few" : how.violations()) + " rows" + (some.isEmpty() ? "" : ": " + some)
                + (how.violations() > 8 ? ", …" : "") + ".";
    }
}
