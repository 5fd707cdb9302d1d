package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.Association;
import io.polder.statistics.CodedTable;
import io.polder.statistics.Dependencies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Which columns determine which. Looks at what the source wrote: 1 and 1.0 are two values. */
final class DependencySearch {
    /** An approximate dependency may break in this part of the rows. */
    private static final double MAX_ERROR = 0.05;
    /** Each group of a determinant must have so many rows in the mean for it to say anything. */
    private static final double MIN_GROUP = 5;

    /** What is the same in nearly all rows follows from nearly everything, and that says nothing. */
    private static final double LEAST = 0.01;

    /** A pair of values that so many rows have is no slip. */
    private static final int AGAIN = 5;
    /** Of fewer rows, or values, it may be an accident that most are of one. */
    private static final int MANY = 10;

    private static final int EXAMPLES = 20;
    /** Of so many columns each is told with each other. */
    private static final int PAIRS = 60;

    private final CodedTable table;
    private final List<Typed> typed;
    private final boolean isWhole;
    private final long every;
    private List<List<String>> keys = List.of();
    private Profile.Pairs pairs = Profile.Pairs.NONE;

    private DependencySearch(CodedTable table, List<Typed> typed, boolean isWhole, long every) {
        this.table = table;
        this.typed = typed;
        this.isWhole = isWhole;
        this.every = every;
    }

    /** @param cells how many values are looked at; of a larger table some rows, each so many apart */
    static DependencySearch of(
            Workbench bench, List<Typed> typed, List<Profile.Column> columns, long rows, long cells) {
        long most = Math.max(1, cells / Math.max(1, typed.size()));
        long every = Math.max(1, (rows + most - 1) / most);
        CodedTable table = Profiler.coded(
                bench,
                typed.stream().map(Typed::raw).toList(),
                every == 1 ? "" : "WHERE rowid % " + every + " = 0",
                (int) Math.min(rows, most));
        return new DependencySearch(table, typed, every == 1, every);
    }

    Profile.FunctionalDependencies dependencies(int threads, DoubleConsumer progress) {
        Dependencies.Limits limits = new Dependencies.Limits(
                Dependencies.Limits.USUAL.work(),
                Dependencies.Limits.USUAL.candidates(),
                Dependencies.Limits.USUAL.determinants(),
                threads);
        Dependencies.Found found = Dependencies.find(table, limits, progress);
        keys = isWhole ? found.keys().stream().map(this::names).toList() : List.of();
        List<Profile.Dependency> minimal = found.minimal().stream()
                .map(each -> new Profile.Dependency(names(each.determinants()), name(each.dependent())))
                .toList();
        return new Profile.FunctionalDependencies(
                isWhole && found.isComplete(), table.rows(), minimal.size(), minimal, approximate(found));
    }

    List<List<String>> keys() {
        return keys;
    }

    /** Of the first columns, each with each other. */
    Profile.Pairs pairs() {
        return pairs;
    }

    private String name(int column) {
        return typed.get(column).name();
    }

    private List<String> names(List<Integer> columns) {
        return columns.stream().map(this::name).toList();
    }

    /** Dependencies of one column on another that hold but for a few rows. */
    private List<Profile.Approximate> approximate(Dependencies.Found found) {
        Set<List<Integer>> holding = new HashSet<>();
        Set<Integer> constant = new HashSet<>();
        found.minimal().forEach(each -> {
            if (each.determinants().size() == 1) {
                holding.add(List.of(each.determinants().get(0), each.dependent()));
            } else if (each.determinants().isEmpty()) {
                constant.add(each.dependent());
            }
        });
        double[] guesses = IntStream.range(0, table.columns())
                .mapToDouble(column -> 1
                        - (double) mostFrequent(table.codes(column), table.distinct(column))
                                / Math.max(1, table.rows()))
                .toArray();
        List<Profile.Approximate> approximate = new ArrayList<>();
        List<List<@Nullable Double>> errors = new ArrayList<>();
        for (int determinant = 0; determinant < table.columns(); determinant++) {
            int values = table.distinct(determinant);
            boolean saysSomething = values * MIN_GROUP <= table.rows();
            List<@Nullable Double> row = new ArrayList<>();
            for (int dependent = 0; dependent < table.columns(); dependent++) {
                boolean isHolding = determinant == dependent
                        || constant.contains(dependent)
                        || holding.contains(List.of(determinant, dependent));
                boolean isTried = saysSomething && !isHolding && values > 1;
                if (!isTried) {
                    row.add(isHolding ? (Double) 0.0 : values == 1 ? (Double) guesses[dependent] : null);
                    continue;
                }
                Association.Dependence dependence =
                        Association.dependence(table.codes(determinant), values, table.codes(dependent));
                row.add(dependence.error());
                // It says something only where the most frequent value alone is wrong more often by far.
                double byChance = guesses[dependent];
                if (byChance >= LEAST
                        && dependence.error() <= MAX_ERROR
                        && dependence.error() < byChance / 4
                        && !hasSeveralPartners(dependence, determinant, dependent)) {
                    approximate.add(new Profile.Approximate(
                            List.of(name(determinant)),
                            name(dependent),
                            dependence.error(),
                            dependence.violations().length,
                            IntStream.of(dependence.violations())
                                    .limit(EXAMPLES)
                                    .mapToObj(violating -> violating * every + 1)
                                    .toList()));
                }
            }
            if (determinant < PAIRS) {
                errors.add(row.subList(0, Math.min(PAIRS, row.size())));
            }
        }
        int told = errors.size();
        pairs = new Profile.Pairs(
                IntStream.range(0, told).mapToObj(this::name).toList(),
                errors,
                Arrays.stream(guesses).limit(told).boxed().toList());
        approximate.sort(Comparator.comparingDouble(Profile.Approximate::error)
                .thenComparing(each -> each.lhs().toString())
                .thenComparing(Profile.Approximate::rhs));
        return approximate;
    }

    /**
     * Whether what breaks a dependency is no slip: a third are pairs of values that come again and again (a postcode with
     * two hospitals), or half are of one value of many (rows without a postcode).
     */
    private boolean hasSeveralPartners(Association.Dependence dependence, int determinant, int dependent) {
        int[] codes = table.codes(determinant);
        int[] partners = table.codes(dependent);
        Map<Long, Integer> pairCounts = new HashMap<>();
        Map<Integer, Integer> counts = new HashMap<>();
        for (int row : dependence.violations()) {
            pairCounts.merge((long) codes[row] << 32 | partners[row], 1, Integer::sum);
            counts.merge(codes[row], 1, Integer::sum);
        }
        int violations = dependence.violations().length;
        int again = pairCounts.values().stream()
                .filter(count -> count >= AGAIN)
                .mapToInt(count -> count)
                .sum();
        int most = counts.values().stream().mapToInt(count -> count).max().orElse(0);
        boolean isOne = table.distinct(determinant) >= MANY && violations >= MANY && most * 2 > violations;
        return again * 3 > violations || isOne;
    }

    private static int mostFrequent(int[] codes, int distinct) {
        int[] counts = new int[distinct];
        int most = 0;
        for (int code : codes) {
            most = Math.max(most, ++counts[code]);
        }
        return most;
    }
}
