package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.Association;
import io.polder.statistics.Clustering;
import io.polder.statistics.CodedTable;
import io.polder.statistics.IsolationForest;
import io.polder.statistics.PhiK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Some rows, each so many apart, on which columns are held against each other. */
final class Sample {
    /** Of more columns than this that can go together with others, the first ones are held against each other. */
    static final int MAX_COLUMNS = 60;
    /** A column of more different values is no category. */
    private static final int CATEGORIES = 50;

    private static final int BANDS = 50;
    private static final int OUTLIERS = 10;
    private static final double ALONE = 0.6;
    /** Weaker associations are not told. */
    private static final double WEAK = 0.1;

    private final List<Typed> typed;
    private final List<Profile.Column> columns;
    private final int rows;
    private final long[] places;
    private final double[] @Nullable [] numbers;
    private final int[] @Nullable [] codes;
    private final boolean[][] isMissing;

    private Sample(
            List<Typed> typed,
            List<Profile.Column> columns,
            long[] places,
            double[] @Nullable [] numbers,
            int[] @Nullable [] codes,
            boolean[][] isMissing) {
        this.typed = typed;
        this.columns = columns;
        this.rows = places.length;
        this.places = places;
        this.numbers = numbers;
        this.codes = codes;
        this.isMissing = isMissing;
    }

    /**
     * Takes it.
     *
     * @param rows how many there are
     * @param most how many are taken at most
     */
    static Sample of(Workbench bench, List<Typed> typed, List<Profile.Column> columns, long rows, int most) {
        long every = Math.max(1, (rows + most - 1) / most);
        int width = typed.size();
        List<String> expressions = new ArrayList<>();
        expressions.add("rowid + 1");
        for (int at = 0; at < width; at++) {
            String c = typed.get(at).column();
            expressions.add(c + " IS NULL");
            expressions.add(
                    isNumeric(typed.get(at))
                            ? typed.get(at).isTime() ? "epoch(" + c + ")" : "CAST(" + c + " AS DOUBLE)"
                            : "NULL");
        }
        int size = (int) Math.min(most, (rows + every - 1) / every);
        long[] places = new long[size];
        double[] @Nullable [] numbers = new double[width][];
        boolean[][] isMissing = new boolean[width][size];
        for (int at = 0; at < width; at++) {
            if (isNumeric(typed.get(at))) {
                numbers[at] = new double[size];
            }
        }
        int[] count = {0};
        bench.read(
                "SELECT " + String.join(", ", expressions) + " FROM data WHERE rowid % " + every
                        + " = 0 ORDER BY rowid LIMIT " + size,
                row -> {
                    int place = count[0]++;
                    places[place] = row.getLong(1);
                    for (int at = 0; at < width; at++) {
                        isMissing[at][place] = row.getBoolean(2 + 2 * at);
                        double[] of = numbers[at];
                        if (of != null) {
                            double number = row.getDouble(3 + 2 * at);
                            of[place] = row.wasNull() || Double.isInfinite(number) ? Double.NaN : number;
                        }
                    }
                });
        int[] @Nullable [] codes = new int[width][];
        List<Integer> categories = IntStream.range(0, width)
                .filter(at -> isCategory(typed.get(at), columns.get(at)))
                .boxed()
                .toList();
        if (!categories.isEmpty()) {
            CodedTable coded = Profiler.coded(
                    bench,
                    categories.stream().map(at -> typed.get(at).column()).toList(),
                    "WHERE rowid % " + every + " = 0 ORDER BY rowid LIMIT " + size,
                    size);
            for (int each = 0; each < categories.size(); each++) {
                int at = categories.get(each);
                int[] all = coded.codes(each).clone();
                for (int row = 0; row < all.length; row++) {
                    all[row] = isMissing[at][row] ? -1 : all[row];
                }
                codes[at] = all;
            }
        }
        return new Sample(typed, columns, Arrays.copyOf(places, count[0]), numbers, codes, isMissing);
    }

    private static boolean isNumeric(Typed column) {
        return column.isNumber() || column.isTime();
    }

    private static boolean isCategory(Typed column, Profile.Column profile) {
        return !isNumeric(column) && profile.distinct() > 1 && profile.distinct() <= CATEGORIES;
    }

    long rows() {
        return rows;
    }

    /** How each two columns go together, strong ones first. */
    List<Profile.Association> associations(int small, int threads) {
        int[] used = IntStream.range(0, typed.size())
                .filter(at -> (numbers[at] != null || codes[at] != null)
                        && columns.get(at).distinct() > 1)
                .limit(MAX_COLUMNS)
                .toArray();
        int step = Math.max(1, rows / small);
        int[][] binned = new int[typed.size()][];
        for (int at : used) {
            double[] of = numbers[at];
            binned[at] = of == null ? new int[0] : PhiK.bins(of);
        }
        int[][] orders = new int[typed.size()][];
        Together.run(threads, Arrays.stream(used).boxed().toList(), at -> {
            double[] of = numbers[at];
            orders[at] = of == null ? new int[0] : Association.order(of);
            return at;
        });
        List<int[]> pairs = new ArrayList<>();
        for (int one : used) {
            for (int other : used) {
                if (one < other) {
                    pairs.add(new int[] {one, other});
                }
            }
        }
        List<Profile.Association> found = new ArrayList<>();
        Together.run(threads, pairs, pair -> associations(pair[0], pair[1], step, binned, orders))
                .forEach(found::addAll);
        found.sort(Comparator.comparingDouble((Profile.Association each) -> -Math.abs(each.value()))
                .thenComparing(Profile.Association::first)
                .thenComparing(Profile.Association::second)
                .thenComparing(Profile.Association::measure));
        return found;
    }

    private List<Profile.Association> associations(int one, int other, int step, int[][] binned, int[][] orders) {
        List<Profile.Association> found = new ArrayList<>();
        double[] first = numbers[one];
        double[] second = numbers[other];
        int[] firstCodes = codes[one];
        int[] secondCodes = codes[other];
        if (first != null && second != null) {
            add(found, one, other, "pearson", Association.pearson(first, second));
            add(found, one, other, "spearman", Association.spearman(first, orders[one], second, orders[other]));
            add(found, one, other, "phiK", PhiK.of(binned[one], binned[other]));
            add(found, one, other, "kendall", Association.kendall(every(first, step), every(second, step)));
        } else if (firstCodes != null && secondCodes != null) {
            add(found, one, other, "cramersV", Association.cramersV(firstCodes, secondCodes));
            add(found, one, other, "phiK", PhiK.of(firstCodes, secondCodes));
        } else if (firstCodes != null && second != null) {
            add(found, one, other, "correlationRatio", Association.correlationRatio(firstCodes, second));
            add(found, one, other, "phiK", PhiK.of(firstCodes, binned[other]));
        } else if (first != null && secondCodes != null) {
            add(found, one, other, "correlationRatio", Association.correlationRatio(secondCodes, first));
            add(found, one, other, "phiK", PhiK.of(binned[one], secondCodes));
        }
        return found;
    }

    private static double[] every(double[] values, int step) {
        return IntStream.iterate(0, at -> at < values.length, at -> at + step)
                .mapToDouble(at -> values[at])
                .toArray();
    }

    private void add(List<Profile.Association> found, int one, int other, String measure, double value) {
        if (Math.abs(value) >= WEAK) {
            found.add(new Profile.Association(
                    columns.get(one).name(), columns.get(other).name(), measure, value));
        }
    }

    /** Columns that lack values in the same rows, or never in the same ones. */
    List<Profile.Missing> missingTogether() {
        List<Profile.Missing> found = new ArrayList<>();
        int[] lacking = IntStream.range(0, typed.size())
                .filter(at -> columns.get(at).missing() > 0 && columns.get(at).count() > 0)
                .limit(MAX_COLUMNS)
                .toArray();
        for (int one : lacking) {
            for (int other : lacking) {
                if (one < other) {
                    double[] first = indicator(isMissing[one]);
                    double[] second = indicator(isMissing[other]);
                    double phi = Association.pearson(first, second);
                    long both = IntStream.range(0, rows)
                            .filter(row -> isMissing[one][row] && isMissing[other][row])
                            .count();
                    if (Math.abs(phi) >= WEAK) {
                        found.add(new Profile.Missing(
                                columns.get(one).name(), columns.get(other).name(), phi, both));
                    }
                }
            }
        }
        found.sort(Comparator.comparingDouble((Profile.Missing each) -> -Math.abs(each.phi()))
                .thenComparing(Profile.Missing::first)
                .thenComparing(Profile.Missing::second));
        return found;
    }

    /** Where values are missing: bands of rows, and columns that lack them together. Of personal columns nothing. */
    Profile.Missingness missingness() {
        int[] lacking = IntStream.range(0, typed.size())
                .filter(at -> columns.get(at).missing() > 0 && columns.get(at).count() > 0)
                .filter(at -> !columns.get(at).isPersonal())
                .limit(MAX_COLUMNS)
                .toArray();
        if (lacking.length == 0 || rows == 0) {
            return Profile.Missingness.NONE;
        }
        int count = Math.min(BANDS, rows);
        List<Profile.Band> bands = new ArrayList<>();
        for (int band = 0; band < count; band++) {
            int from = (int) ((long) band * rows / count);
            int to = (int) ((band + 1L) * rows / count);
            bands.add(new Profile.Band(
                    places[from],
                    places[to - 1],
                    Arrays.stream(lacking)
                            .mapToObj(at -> (double) IntStream.range(from, to)
                                            .filter(row -> isMissing[at][row])
                                            .count()
                                    / (to - from))
                            .toList()));
        }
        double[][] distances = new double[lacking.length][lacking.length];
        for (int one = 0; one < lacking.length; one++) {
            boolean[] first = isMissing[lacking[one]];
            for (int other = 0; other < one; other++) {
                boolean[] second = isMissing[lacking[other]];
                distances[one][other] = (double) IntStream.range(0, rows)
                                .filter(row -> first[row] != second[row])
                                .count()
                        / rows;
                distances[other][one] = distances[one][other];
            }
        }
        return new Profile.Missingness(
                Arrays.stream(lacking).mapToObj(at -> columns.get(at).name()).toList(),
                bands,
                Clustering.of(distances).stream()
                        .map(each -> new Profile.Merge(each.left(), each.right(), each.distance()))
                        .toList());
    }

    private double[] indicator(boolean[] values) {
        return IntStream.range(0, rows).mapToDouble(row -> values[row] ? 1 : 0).toArray();
    }

    /** Rows that are alone in the combination of their numbers. */
    List<Profile.Outlier> outliers() {
        int[] used = IntStream.range(0, typed.size())
                .filter(at -> typed.get(at).isNumber() && columns.get(at).distinct() > 2)
                .limit(MAX_COLUMNS)
                .toArray();
        if (used.length < 2 || rows < 20) {
            return List.of();
        }
        double[][] matrix = Arrays.stream(used).mapToObj(at -> numbers[at]).toArray(double[][]::new);
        double[] scores = IsolationForest.scores(matrix, rows, 1);
        return IntStream.range(0, rows)
                .filter(row -> scores[row] >= ALONE)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(row -> -scores[row]).thenComparing(row -> row))
                .limit(OUTLIERS)
                .map(row -> new Profile.Outlier(places[row], scores[row], values(used, row)))
                .toList();
    }

    private Map<String, String> values(int[] used, int row) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int column : used) {
            values.put(columns.get(column).name(), value(column, row));
        }
        return values;
    }

    private String value(int column, int row) {
        double[] of = Objects.requireNonNull(numbers[column]);
        return Double.isNaN(of[row]) ? "missing" : Numerals.written(of[row]);
    }
}
