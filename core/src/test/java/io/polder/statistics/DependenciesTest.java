package io.polder.statistics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.polder.statistics.Dependencies.Found;
import io.polder.statistics.Dependencies.Limits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DependenciesTest {
    /** The numbers that HyFD's, Metanome's and other papers tell of these tables. */
    @ParameterizedTest
    @CsvSource({
        "iris.csv, 150, 5, 4",
        "balance-scale.csv, 625, 5, 1",
        "abalone.csv, 4177, 9, 137",
        "bridges.csv, 108, 13, 142",
        "adult.csv.gz, 32561, 15, 78",
        "letter.csv.gz, 20000, 17, 61"
    })
    void theNumbersAreThePublishedOnes(String file, int rows, int columns, int minimal) throws IOException {
        CodedTable table = read(file);
        assertThat(table.rows()).isEqualTo(rows);
        assertThat(table.columns()).isEqualTo(columns);

        Found found = find(table, Limits.USUAL);

        assertThat(found.minimal()).hasSize(minimal).doesNotHaveDuplicates();
        assertThat(found.isComplete()).isTrue();
    }

    @Property(tries = 400)
    void theyAreThoseThatTryingAllCombinationsFinds(@ForAll("tables") int[][] rows) {
        CodedTable table = table(rows);

        Found found = find(table, Limits.USUAL);

        assertThat(found.minimal()).containsExactlyInAnyOrderElementsOf(allDependencies(rows));
        assertThat(found.keys()).containsExactlyInAnyOrderElementsOf(allKeys(rows));
        assertThat(found.isComplete()).isTrue();
        assertThat(find(table, new Limits(50_000_000, 200_000, Integer.MAX_VALUE, 1)))
                .as("with one thread")
                .isEqualTo(found);
    }

    @Test
    void aSearchThatIsTooLargeSaysSoAndWhatItFoundHolds() throws IOException {
        CodedTable table = read("abalone.csv");
        Found all = find(table, Limits.USUAL);

        Found some = find(table, new Limits(30, 200_000, Integer.MAX_VALUE, 2));

        assertThat(some.isComplete()).isFalse();
        assertThat(some.incomplete()).isNotEmpty();
        assertThat(all.minimal()).containsAll(some.minimal());
        assertThat(some.minimal().stream().map(Dependency::dependent))
                .as("what is not named as incomplete is complete")
                .containsAll(all.minimal().stream()
                        .map(Dependency::dependent)
                        .filter(dependent -> !some.incomplete().contains(dependent))
                        .toList());
    }

    @Test
    void dependenciesOfAtMostSoManyDeterminantsAreThoseOfAll() throws IOException {
        CodedTable table = read("bridges.csv");
        Found all = find(table, Limits.USUAL);

        Found small = find(table, new Limits(50_000_000, 200_000, 2, 2));

        assertThat(small.minimal())
                .containsExactlyElementsOf(all.minimal().stream()
                        .filter(dependency -> dependency.determinants().size() <= 2)
                        .toList());
    }

    @Test
    void aTableOfNothingHasNothingToSay() {
        assertThat(find(CodedTable.of(0, new int[0][]), Limits.USUAL).minimal()).isEmpty();
        assertThat(find(table(new int[][] {{1, 2}}), Limits.USUAL).minimal())
                .as("of one row every column has one value")
                .containsExactly(new Dependency(List.of(), 0), new Dependency(List.of(), 1));
    }

    @Test
    void moreThanSixtyFourColumnsAreColumnsToo() {
        int[][] rows = new int[300][130];
        for (int row = 0; row < rows.length; row++) {
            for (int column = 0; column < 130; column++) {
                rows[row][column] = column == 100 ? row : column == 129 ? row / 2 : 7;
            }
        }
        Found found = find(table(rows), Limits.USUAL);

        assertThat(found.minimal()).contains(new Dependency(List.of(100), 129)).hasSize(129);
        assertThat(found.keys()).containsExactly(List.of(100));
    }

    private static Found find(CodedTable table, Limits limits) {
        return Dependencies.find(table, limits, done -> assertThat(done).isBetween(0.0, 1.0));
    }

    @Provide
    Arbitrary<int[][]> tables() {
        return Arbitraries.integers()
                .between(1, 5)
                .flatMap(columns -> Arbitraries.integers().between(1, 4).flatMap(values -> Arbitraries.integers()
                        .between(0, values)
                        .array(int[].class)
                        .ofSize(columns)
                        .array(int[][].class)
                        .ofMinSize(1)
                        .ofMaxSize(14)));
    }

    private static CodedTable table(int[][] rows) {
        return CodedTable.ofValues(Arrays.stream(rows)
                .map(row -> Arrays.stream(row).boxed().toList())
                .toList());
    }

    private static List<Dependency> allDependencies(int[][] rows) {
        List<Dependency> all = new ArrayList<>();
        for (int dependent = 0; dependent < rows[0].length; dependent++) {
            for (List<Integer> determinants : minimal(rows, dependent)) {
                all.add(new Dependency(determinants, dependent));
            }
        }
        return all;
    }

    private static List<List<Integer>> allKeys(int[][] rows) {
        return minimal(rows, -1);
    }

    /** By the definition: all sets of columns, small ones first. */
    private static List<List<Integer>> minimal(int[][] rows, int dependent) {
        int columns = rows[0].length;
        List<List<Integer>> minimal = new ArrayList<>();
        for (int size = 0; size <= columns; size++) {
            for (int bits = 0; bits < 1 << columns; bits++) {
                List<Integer> set = new ArrayList<>();
                for (int column = 0; column < columns; column++) {
                    if ((bits >> column & 1) == 1) {
                        set.add(column);
                    }
                }
                boolean isCandidate = set.size() == size && !set.contains(dependent);
                if (isCandidate && minimal.stream().noneMatch(set::containsAll) && isHolding(rows, set, dependent)) {
                    minimal.add(set);
                }
            }
        }
        return minimal;
    }

    private static boolean isHolding(int[][] rows, List<Integer> determinants, int dependent) {
        Map<List<Integer>, Integer> seen = new HashMap<>();
        for (int row = 0; row < rows.length; row++) {
            int[] values = rows[row];
            Integer value = dependent < 0 ? row : values[dependent];
            Integer before = seen.putIfAbsent(
                    determinants.stream().map(column -> values[column]).toList(), value);
            if (before != null && !before.equals(value)) {
                return false;
            }
        }
        return true;
    }

    private static CodedTable read(String file) throws IOException {
        InputStream bytes = Objects.requireNonNull(DependenciesTest.class.getResourceAsStream(file), file);
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(file.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes, UTF_8))) {
            return CodedTable.ofValues(lines.lines()
                    .skip(1)
                    .filter(line -> !line.isBlank())
                    .map(line -> Arrays.asList(line.split(",", -1)))
                    .toList());
        }
    }
}
