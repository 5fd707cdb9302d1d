package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.statistics.CodedTable;
import io.polder.statistics.SemanticType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Makes the profile of what was read into a workbench. For one thread. */
public final class Profiler {
    /**
     * What to look for.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param personal columns that are personal, beside those that are found
     * @param k values of personal columns that fewer rows have are not shown
     * @param hasDependencies whether dependencies and keys are looked for
     * @param threads how many threads look for dependencies
     * @param keys sets of columns that are said to be keys
     */
    public record Settings(
            List<String> nulls,
            Set<String> personal,
            int k,
            boolean hasDependencies,
            int threads,
            List<List<String>> keys) {
        /** Without declared keys. */
        public Settings(List<String> nulls, Set<String> personal, int k, boolean hasDependencies, int threads) {
            this(nulls, personal, k, hasDependencies, threads, List.of());
        }

        public static final Settings USUAL =
                new Settings(List.of(), Set.of(), 10, true, Runtime.getRuntime().availableProcessors());
    }

    /** So much is done when all columns by themselves are. */
    public static final double COLUMNS_DONE = 0.7;

    private static final int SAMPLE = 20_000;
    private static final int SMALL_SAMPLE = 1_000;
    /** Cells in which dependencies are looked for. */
    private static final long DEPENDENCY_CELLS = 16_000_000;

    private final Workbench bench;
    private final Settings settings;
    private final DoubleConsumer progress;
    private final List<Typed> typed;
    private final long rows;

    private Profiler(Workbench bench, Settings settings, DoubleConsumer progress) {
        this.bench = bench;
        this.settings = settings;
        this.progress = progress;
        typed = Typing.look(bench, settings.nulls());
        List<String> names = typed.stream().map(Typed::name).toList();
        // A slip here would show what was to be hidden.
        List<Problem> problems = settings.personal().stream()
                .filter(name -> !names.contains(name))
                .sorted()
                .map(name -> new Problem("--personal", name, "is no column", Problem.suggestion(name, names)))
                .toList();
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        rows = bench.number("SELECT count(*) FROM data");
    }

    /**
     * Makes it.
     *
     * @param name of the dataset
     * @param source as it was read into {@code bench}
     * @param progress is told how much is done, from 0 to 1
     */
    public static Profile profile(
            Workbench bench, String name, Profile.Source source, Settings settings, DoubleConsumer progress) {
        return new Profiler(bench, settings, progress).profile(name, source);
    }

    private Profile profile(String name, Profile.Source source) {
        List<Profile.Column> columns = ColumnProfiles.of(
                bench,
                typed,
                rows,
                settings.personal(),
                settings.threads(),
                done -> progress.accept(COLUMNS_DONE * done));
        Sample sample = Sample.of(bench, typed, columns, rows, SAMPLE);
        List<Profile.Association> associations = sample.associations(SMALL_SAMPLE, settings.threads());
        List<Profile.Missing> missing = sample.missingTogether();
        List<Profile.Outlier> outliers = sample.outliers();
        List<Profile.DeclaredKey> declared = new DeclaredKeys(bench, typed, rows).find(settings.keys());
        Profile.NearDuplicates near = new NearRows(bench, typed, columns, rows).find();
        progress.accept(0.8);
        Profile.Duplicates duplicates = duplicates(columns);
        List<List<String>> keys = List.of();
        Profile.FunctionalDependencies dependencies =
                new Profile.FunctionalDependencies(false, 0, 0, List.of(), List.of());
        Profile.Pairs pairs = Profile.Pairs.NONE;
        if (settings.hasDependencies() && rows > 0) {
            DependencySearch dependent = DependencySearch.of(bench, typed, columns, rows, DEPENDENCY_CELLS);
            dependencies = dependent.dependencies(settings.threads(), done -> progress.accept(0.8 + 0.2 * done));
            keys = dependent.keys();
            pairs = dependent.pairs();
        }
        List<String> personal = columns.stream()
                .filter(Profile.Column::isPersonal)
                .map(Profile.Column::name)
                .toList();
        Profile whole = new Profile(
                Profile.SCHEMA,
                name,
                source,
                rows,
                columns,
                duplicates,
                missing,
                associations,
                sample.rows(),
                keys,
                declared,
                dependencies,
                pairs,
                sample.missingness(),
                near,
                outliers,
                new SeasonalOutliers(bench, typed, columns, rows).find(keys),
                List.of(),
                List.of(),
                new Profile.Privacy(settings.k(), personal));
        // What is judged is what may be seen, so that no sentence tells more than the numbers do.
        Profile seen = Shield.shield(whole.with(List.of(), SuggestedRules.of(whole)));
        bench.checkUnchanged();
        progress.accept(1);
        return seen.with(Alerts.of(seen), seen.rules());
    }

    private Profile.Duplicates duplicates(List<Profile.Column> columns) {
        // Where the values of a column are all different, so are the rows.
        boolean areDifferent =
                columns.stream().anyMatch(column -> column.unique() == rows && column.distinctError() == 0);
        if (typed.isEmpty() || rows == 0 || areDifferent) {
            return new Profile.Duplicates(0, 0, List.of());
        }
        String all = String.join(", ", typed.stream().map(Typed::raw).toList());
        List<List<Long>> examples = new ArrayList<>();
        long surplus = rows - bench.number("SELECT count(DISTINCT hash(" + all + ")) FROM data");
        if (surplus > 0) {
            bench.read(
                    "SELECT list(rowid + 1 ORDER BY rowid)[1:5] FROM data GROUP BY hash(" + all
                            + ") HAVING count(*) > 1 ORDER BY count(*) DESC, min(rowid) LIMIT 10",
                    row -> examples.add(Arrays.stream(array(row.getObject(1)))
                            .map(each -> ((Number) each).longValue())
                            .toList()));
        }
        return new Profile.Duplicates(surplus, (double) surplus / rows, examples);
    }

    static Profile.Semantic semantic(SemanticType.Finding found) {
        return new Profile.Semantic(
                found.type().name().toLowerCase(Locale.ROOT),
                found.type().title(),
                found.coverage(),
                // In whole percents, and never more than it is, since a personal column's is shown, too.
                (found.isNamed() ? "the column's name, and " : "") + (int) Math.floor(found.coverage() * 100)
                        + " % of the different values have its form");
    }

    static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    static double real(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    static Object[] array(@Nullable Object value) {
        try {
            return value instanceof java.sql.Array array ? (Object[]) array.getArray() : new Object[0];
        } catch (java.sql.SQLException broken) {
            throw new IllegalStateException("a list of the engine could not be read", broken);
        }
    }

    /** The rows of each column as codes. */
    static CodedTable coded(Workbench bench, List<String> expressions, String where, int most) {
        int width = expressions.size();
        int[][] codes = new int[width][Math.min(most, 1024)];
        List<Map<Object, Integer>> known = new ArrayList<>();
        for (int column = 0; column < width; column++) {
            known.add(new HashMap<>());
        }
        int[] count = {0};
        Object missing = new Object();
        bench.read("SELECT " + String.join(", ", expressions) + " FROM data " + where, row -> {
            int at = count[0]++;
            for (int column = 0; column < width; column++) {
                if (at == codes[column].length) {
                    codes[column] = Arrays.copyOf(codes[column], at * 2);
                }
                Object value = row.getObject(column + 1);
                Map<Object, Integer> codesOfColumn = known.get(column);
                Integer code = codesOfColumn.putIfAbsent(value == null ? missing : value, codesOfColumn.size());
                codes[column][at] = code == null ? codesOfColumn.size() - 1 : code;
            }
        });
        for (int column = 0; column < width; column++) {
            codes[column] = Arrays.copyOf(codes[column], count[0]);
        }
        return CodedTable.of(count[0], codes);
    }
}
