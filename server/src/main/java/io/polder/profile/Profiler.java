package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.CodedTable;
import io.polder.statistics.SemanticType;
import io.polder.statistics.SortedNumbers;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
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

    /** At most so many different values are counted one by one. */
    private static final long EXACT_DISTINCT = 1_000_000;
    /** Texts of a column of at most so many different values are all looked at. */
    private static final int LOOKED_AT = 200_000;

    private static final double LARGE = 0x1p200;
    private static final int TOP = 100;
    private static final int SAMPLE = 20_000;
    private static final int SMALL_SAMPLE = 1_000;
    /** Cells in which dependencies are looked for. */
    private static final long DEPENDENCY_CELLS = 16_000_000;

    private static final double[] QUANTILES = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

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
        List<Profile.Column> columns = columns();
        Sample sample = Sample.of(bench, typed, columns, rows, SAMPLE);
        List<Profile.Association> associations = sample.associations(SMALL_SAMPLE);
        List<Profile.Missing> missing = sample.missingTogether();
        List<Profile.Outlier> outliers = sample.outliers();
        List<Profile.DeclaredKey> declared = new DeclaredKeys(bench, typed, rows).find(settings.keys());
        Profile.NearDuplicates near = new NearRows(bench, typed, columns, rows).find();
        progress.accept(0.8);
        Profile.Duplicates duplicates = duplicates();
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

    // ---- one column

    /** Columns that are read here are read some at a time, and the engine is asked of the others together. */
    private List<Profile.Column> columns() {
        List<Profile.Column> columns = new ArrayList<>();
        int width = Columns.width(rows);
        for (int from = 0; from < typed.size(); from += width) {
            List<Typed> some = typed.subList(from, Math.min(typed.size(), from + width));
            List<Typed> read =
                    some.stream().filter(column -> Columns.isRead(column, rows)).toList();
            Iterator<Columns.Read> numbersAndTexts =
                    Columns.read(bench, read, rows).iterator();
            Iterator<Counted> others = counted(some.stream()
                            .filter(column -> !Columns.isRead(column, rows))
                            .toList())
                    .iterator();
            for (Typed column : some) {
                columns.add(
                        Columns.isRead(column, rows)
                                ? column(column, numbersAndTexts.next())
                                : column(column, others.next()));
                progress.accept(0.7 * columns.size() / typed.size());
            }
        }
        return columns;
    }

    /** How many values there are, and about how many different ones. */
    private record Counted(long count, long about) {}

    private List<Counted> counted(List<Typed> columns) {
        List<Counted> counted = new ArrayList<>();
        if (columns.isEmpty()) {
            return counted;
        }
        List<@Nullable Object> found = bench.row("SELECT "
                + columns.stream()
                        .map(column -> "count(" + column.column() + "), approx_count_distinct(" + column.column() + ")")
                        .collect(Collectors.joining(", "))
                + " FROM data");
        for (int at = 0; at < found.size(); at += 2) {
            counted.add(new Counted(number(found.get(at)), number(found.get(at + 1))));
        }
        return counted;
    }

    private Profile.Column column(Typed column, Columns.Read read) {
        SortedNumbers sorted = read.numbers();
        if (sorted == null) {
            List<Profile.Top> texts = Objects.requireNonNull(read.texts());
            long unique = texts.stream().filter(text -> text.count() == 1).count();
            Values values =
                    new Values(texts.size(), 0, unique, texts.subList(0, Math.min(TOP, texts.size())), texts, true);
            return column(column, read.count(), values, null, null);
        }
        SortedNumbers.Values found = sorted.values(TOP);
        List<Profile.Top> top = found.top().stream()
                .map(each -> new Profile.Top(
                        each.isWhole() ? String.valueOf(each.whole()) : Numerals.written(each.real()), each.count()))
                .toList();
        Values values = new Values(found.distinct(), 0, found.unique(), top, top, top.size() == found.distinct());
        return column(column, read.count(), values, read.count() > 0 ? numbers(column, sorted) : null, read.order());
    }

    private Profile.Column column(Typed column, Counted counted) {
        long count = counted.count();
        return column(
                column,
                count,
                values(column, counted.about()),
                column.isNumber() && count > 0 ? numbers(column, count) : null,
                column.isNumber() || column.isTime() ? order(column.column()) : null);
    }

    private Profile.Column column(
            Typed column, long count, Values values, Profile.@Nullable Numbers numbers, @Nullable String order) {
        Profile.MissingBy by = column.missing();
        long missing = by.nulls() + by.empty() + by.blank() + by.word();
        long misfits = rows - missing - count;
        Profile.@Nullable Text text = null;
        Optional<SemanticType.Finding> semantic = Optional.empty();
        if (column.isText() && count > 0) {
            text = Texts.of(bench, column, values.all(), values.isWhole());
        }
        if (count > 0 && !column.type().equals("boolean")) {
            List<String> looked = values.all().stream()
                    .map(value -> String.valueOf(value.value()))
                    .toList();
            semantic = SemanticType.of(column.name(), looked);
        }
        boolean isPersonal = settings.personal().contains(column.name())
                || semantic.map(found -> found.type().isPersonal()).orElse(false);
        Profile.@Nullable Time time = column.isTime() && count > 0 ? time(column) : null;
        return new Profile.Column(
                column.name(),
                column.type(),
                column.storedAs(),
                semantic.map(Profiler::semantic).orElse(null),
                isPersonal,
                count,
                missing,
                by,
                rows == 0 ? 0 : (double) (rows - missing) / rows,
                values.distinct(),
                values.error(),
                values.unique(),
                values.top(),
                misfits,
                misfits == 0 ? List.of() : misfits(column),
                order,
                numbers,
                text,
                time);
    }

    static Profile.Semantic semantic(SemanticType.Finding found) {
        return new Profile.Semantic(
                found.type().name().toLowerCase(Locale.ROOT),
                found.type().title(),
                found.coverage(),
                (found.isNamed() ? "the column's name, and " : "") + Math.round(found.coverage() * 1000) / 10.0
                        + " % of the different values have its form");
    }

    /**
     * The different values of a column.
     *
     * @param all those that are looked at: all, or so many of them
     */
    private record Values(
            long distinct, double error, long unique, List<Profile.Top> top, List<Profile.Top> all, boolean isWhole) {}

    private Values values(Typed column, long about) {
        String c = column.column();
        String shown = column.isTime() || column.type().equals("time") ? "CAST(" + c + " AS VARCHAR)" : c;
        if (about <= EXACT_DISTINCT) {
            List<@Nullable Object> found =
                    bench.row("SELECT count(*), count_if(n = 1) FROM (SELECT count(*) AS n FROM data" + " WHERE " + c
                            + " IS NOT NULL GROUP BY " + c + ")");
            long distinct = number(found.get(0));
            List<Profile.Top> frequent =
                    counted("SELECT " + shown + ", count(*) AS n FROM data WHERE " + c + " IS NOT NULL GROUP BY " + c
                            + " ORDER BY n DESC, " + c + " LIMIT " + (column.isText() ? LOOKED_AT : TOP));
            return new Values(
                    distinct,
                    0,
                    number(found.get(1)),
                    frequent.subList(0, Math.min(TOP, frequent.size())),
                    frequent,
                    frequent.size() == distinct);
        }
        // Of so many values those are counted whose hash ends in so many zeros: each value is in or out as a whole.
        long part = Long.highestOneBit(about / (EXACT_DISTINCT / 4));
        List<@Nullable Object> found =
                bench.row("SELECT count(*), count_if(n = 1) FROM (SELECT count(*) AS n FROM data WHERE " + c
                        + " IS NOT NULL AND hash(" + c + ") % " + part + " = 0 GROUP BY " + c + ")");
        long seen = number(found.get(0));
        List<Profile.Top> frequent = counted("SELECT " + shown + ", count(*) AS n FROM data WHERE " + c
                + " IN (SELECT unnest(approx_top_k(" + c + ", " + TOP + ")) FROM data) GROUP BY " + c
                + " ORDER BY n DESC, " + c + " LIMIT " + TOP);
        List<Profile.Top> some = column.isText()
                ? counted("SELECT " + shown + ", 1 FROM data WHERE " + c + " IS NOT NULL AND rowid % "
                        + Math.max(1, rows / SAMPLE) + " = 0 LIMIT " + SAMPLE)
                : frequent;
        return new Values(
                seen * part,
                2 / Math.sqrt((double) Math.max(1, seen)),
                number(found.get(1)) * part,
                frequent,
                some,
                false);
    }

    private List<Profile.Top> counted(String sql) {
        List<Profile.Top> values = new ArrayList<>();
        bench.read(sql, row -> values.add(new Profile.Top(written(row), row.getLong(2))));
        return values;
    }

    private static String written(ResultSet row) throws java.sql.SQLException {
        Object value = row.getObject(1);
        return value instanceof Double number ? Numerals.written(number) : String.valueOf(value);
    }

    private List<Profile.Misfit> misfits(Typed column) {
        List<Profile.Misfit> examples = new ArrayList<>();
        bench.read(
                "SELECT " + column.raw() + ", min(rowid) + 1 FROM data WHERE " + column.misfits()
                        + " GROUP BY 1 ORDER BY count(*) DESC, 2 LIMIT 20",
                row -> examples.add(new Profile.Misfit(row.getString(1), row.getLong(2))));
        return examples;
    }

    private @Nullable String order(String c) {
        List<@Nullable Object> found =
                bench.row("SELECT count_if(v < before), count_if(v > before) FROM (SELECT v, lag(v) OVER"
                        + " () AS before FROM (SELECT " + c + " AS v FROM data WHERE " + c + " IS NOT NULL))");
        long downs = number(found.get(0));
        long ups = number(found.get(1));
        if (ups + downs == 0) {
            return null;
        }
        return downs == 0 ? "increasing" : ups == 0 ? "decreasing" : "none";
    }

    private Profile.Numbers numbers(Typed column, SortedNumbers sorted) {
        SortedNumbers.Moments moments = sorted.moments();
        List<Profile.Quantile> quantiles = Arrays.stream(QUANTILES)
                .mapToObj(at -> new Profile.Quantile(at, sorted.quantile(at)))
                .toList();
        double low = quantiles.get(3).value();
        double median = quantiles.get(4).value();
        double high = quantiles.get(5).value();
        double mad = sorted.medianDistance(median);
        double from = low - 1.5 * (high - low);
        double to = high + 1.5 * (high - low);
        long far = (long) sorted.below(from) + sorted.above(to);
        double three = 3 * moments.deviation();
        double modified = 3.5 * mad / 0.6745;
        Profile.Outliers outliers = new Profile.Outliers(
                far,
                moments.deviation() > 0
                        ? (long) sorted.below(moments.mean() - three) + sorted.above(moments.mean() + three)
                        : 0,
                mad > 0 ? (long) sorted.below(median - modified) + sorted.above(median + modified) : 0,
                from,
                to,
                far == 0 ? List.of() : farthest(column, isFar(column, from, to), median));
        int negatives = sorted.below(0);
        return new Profile.Numbers(
                sorted.min(),
                sorted.max(),
                moments.mean(),
                moments.deviation(),
                moments.variance(),
                moments.sum(),
                quantiles,
                true,
                high - low,
                mad,
                moments.skewness(),
                moments.kurtosis(),
                (long) sorted.finite() - negatives - sorted.above(0),
                negatives,
                sorted.infinities(),
                histogram(Bins.of(column, sorted.min(), sorted.max(), quantiles, sorted.finite()), bins -> {
                    long[] counts = new long[bins.count()];
                    int before = 0;
                    for (int bin = 0; bin < counts.length; bin++) {
                        int until = bin == counts.length - 1
                                ? sorted.finite()
                                : sorted.below(bins.from() + (bin + 1) * bins.step());
                        counts[bin] = (long) until - before;
                        before = until;
                    }
                    return counts;
                }),
                outliers);
    }

    /** What does not fit into memory is counted by the engine, and quantiles are from its sketch. */
    private Profile.Numbers numbers(Typed column, long count) {
        String c = "CAST(" + column.column() + " AS DOUBLE)";
        String list = "["
                + String.join(
                        ", ", Arrays.stream(QUANTILES).mapToObj(String::valueOf).toList()) + "]";
        List<@Nullable Object> ends =
                bench.row("SELECT min(v), max(v) FROM (SELECT " + c + " AS v FROM data) WHERE isfinite(v)");
        double min = real(ends.get(0));
        double max = real(ends.get(1));
        // Fourth powers of numbers beyond this are no doubles any more; a power of two leaves the digits as they are.
        double largest = Math.max(Math.abs(min), Math.abs(max));
        double scale = largest > LARGE ? Math.scalb(1.0, Math.getExponent(largest)) : 1;
        List<@Nullable Object> found = bench.row("SELECT avg(v), stddev_samp(v), var_samp(v), sum(v),"
                + " skewness(v), kurtosis(v), count_if(v = 0), count_if(v < 0), count_if(isinf(x)), approx_quantile(v, "
                + list + ")"
                + " FROM (SELECT " + c + " AS x, CASE WHEN isfinite(x) THEN x / " + Numerals.sql(scale)
                + " END AS v FROM data)");
        double mean = real(found.get(0)) * scale;
        double deviation = real(found.get(1)) * scale;
        List<Profile.Quantile> quantiles = new ArrayList<>();
        Object[] cuts = array(found.get(9));
        for (int at = 0; at < QUANTILES.length; at++) {
            quantiles.add(new Profile.Quantile(QUANTILES[at], at < cuts.length ? real(cuts[at]) * scale : Double.NaN));
        }
        double low = quantiles.get(3).value();
        double median = quantiles.get(4).value();
        double high = quantiles.get(5).value();
        double iqr = high - low;
        String away = "abs(v - " + Numerals.sql(median) + ")";
        double mad = real(bench.row("SELECT approx_quantile(" + away + ", 0.5) FROM (SELECT " + c
                        + " AS v FROM data) WHERE isfinite(v)")
                .get(0));
        double from = low - 1.5 * iqr;
        double to = high + 1.5 * iqr;
        Profile.Outliers outliers = outliers(column, from, to, mean, deviation, median, mad);
        return new Profile.Numbers(
                min,
                max,
                mean,
                deviation,
                real(found.get(2)) * scale * scale,
                real(found.get(3)) * scale,
                quantiles,
                false,
                iqr,
                mad,
                real(found.get(4)),
                real(found.get(5)),
                number(found.get(6)),
                number(found.get(7)),
                number(found.get(8)),
                histogram(Bins.of(column, min, max, quantiles, count), bins -> counts(column, bins)),
                outliers);
    }

    private Profile.Outliers outliers(
            Typed column, double from, double to, double mean, double deviation, double median, double mad) {
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        String isFar = isFar(column, from, to);
        List<@Nullable Object> counts = bench.row("SELECT count_if(" + isFar + "), "
                + (deviation > 0
                        ? "count_if(abs(" + v + " - " + Numerals.sql(mean) + ") > 3 * " + Numerals.sql(deviation) + ")"
                        : "0")
                + ", "
                + (mad > 0
                        ? "count_if(0.6745 * abs(" + v + " - " + Numerals.sql(median) + ") > 3.5 * " + Numerals.sql(mad)
                                + ")"
                        : "0")
                + " FROM data WHERE isfinite(" + v + ")");
        long far = number(counts.get(0));
        return new Profile.Outliers(
                far,
                number(counts.get(1)),
                number(counts.get(2)),
                from,
                to,
                far == 0 ? List.of() : farthest(column, isFar, median));
    }

    private static String isFar(Typed column, double from, double to) {
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        return "(" + v + " < " + Numerals.sql(from) + " OR " + v + " > " + Numerals.sql(to) + ")";
    }

    private List<Profile.Far> farthest(Typed column, String isFar, double median) {
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        List<Profile.Far> examples = new ArrayList<>();
        bench.read(
                "SELECT " + v + ", rowid + 1 FROM data WHERE isfinite(" + v + ") AND " + isFar + " ORDER BY abs(" + v
                        + " - " + Numerals.sql(median) + ") DESC, rowid LIMIT 20",
                row -> examples.add(new Profile.Far(row.getDouble(1), row.getLong(2))));
        return examples;
    }

    /**
     * Where a histogram's bins are.
     *
     * @param from where the first full one begins; less is counted there, too
     * @param min where the first one is said to begin
     * @param max where the last one is said to end
     */
    private record Bins(double from, double step, int count, double min, double max) {
        private static final int MOST = 50;
        /** Beyond so many times the middle 98 %, the ends go into one bin each. */
        private static final double LONG_TAIL = 8;

        /** By Freedman and Diaconis' rule; one for each value of a few whole numbers. */
        static Bins of(Typed column, double min, double max, List<Profile.Quantile> quantiles, long count) {
            if (!(max > min)) {
                return new Bins(min, 0, 1, min, max);
            }
            double first = quantiles.get(0).value();
            double last = quantiles.get(quantiles.size() - 1).value();
            double iqr = quantiles.get(5).value() - quantiles.get(3).value();
            boolean isLongTailed = last > first && max - min > LONG_TAIL * (last - first);
            double from = isLongTailed ? Math.max(min, first - (last - first) / 2) : min;
            double to = isLongTailed ? Math.min(max, last + (last - first) / 2) : max;
            double width = 2 * iqr / Math.cbrt((double) count);
            int bins = width > 0 ? (int) Math.ceil((to - from) / width) : MOST / 2;
            bins = Math.max(5, Math.min(MOST, bins));
            boolean isWhole = column.type().equals("integer");
            if (isWhole && to - from < MOST) {
                bins = (int) (to - from) + 1;
                to = from + bins;
            } else if (isWhole) {
                // Bins of whole numbers: else some hold one number more than others.
                double step = Math.ceil((to - from + 1) / bins);
                bins = (int) Math.ceil((to - from + 1) / step);
                to = from + bins * step;
            }
            return new Bins(from, (to - from) / bins, bins, min, Math.max(max, to));
        }
    }

    private static List<Profile.Bin> histogram(Bins bins, Function<Bins, long[]> counting) {
        long[] counts = counting.apply(bins);
        List<Profile.Bin> histogram = new ArrayList<>();
        for (int bin = 0; bin < counts.length; bin++) {
            histogram.add(new Profile.Bin(
                    bin == 0 ? bins.min() : bins.from() + bin * bins.step(),
                    bin == counts.length - 1 ? bins.max() : bins.from() + (bin + 1) * bins.step(),
                    counts[bin]));
        }
        return histogram;
    }

    private long[] counts(Typed column, Bins bins) {
        long[] counts = new long[bins.count()];
        String v = "CAST(" + column.column() + " AS DOUBLE)";
        String bin = bins.count() == 1
                ? "0"
                : "greatest(0, least(" + (bins.count() - 1) + ", floor((" + v + " - " + Numerals.sql(bins.from())
                        + ") / " + Numerals.sql(bins.step()) + ")))";
        bench.read(
                "SELECT CAST(" + bin + " AS INTEGER), count(*) FROM data WHERE isfinite(" + v + ") GROUP BY 1",
                row -> counts[row.getInt(1)] += row.getLong(2));
        return counts;
    }

    private Profile.Time time(Typed column) {
        String c = column.column();
        boolean isDate = column.type().equals("date");
        List<@Nullable Object> found =
                bench.row("SELECT CAST(min(t) AS VARCHAR), CAST(max(t) AS VARCHAR), count_if(t <>"
                        + " date_trunc('day', t)), count_if(t <> date_trunc('hour', t)), count_if(t <> date_trunc('minute', t)),"
                        + " count_if(t <> date_trunc('second', t)) FROM (SELECT CAST(" + c
                        + " AS TIMESTAMP) AS t FROM data WHERE "
                        + c + " IS NOT NULL)");
        String granularity = number(found.get(2)) == 0
                ? "day"
                : number(found.get(3)) == 0
                        ? "hour"
                        : number(found.get(4)) == 0 ? "minute" : number(found.get(5)) == 0 ? "second" : "millisecond";
        String steps = "(SELECT t, lead(t) OVER (ORDER BY t) AS next FROM (SELECT DISTINCT CAST(" + c
                + " AS TIMESTAMP) AS t FROM data WHERE " + c + " IS NOT NULL))";
        List<@Nullable Object> step = bench.row(
                "SELECT mode(epoch_us(next) - epoch_us(t)), max(epoch_us(next) - epoch_us(t)), CAST(arg_max(t, epoch_us(next) -"
                        + " epoch_us(t)) AS VARCHAR) FROM " + steps + " WHERE next IS NOT NULL");
        double usual = real(step.get(0)) / 1e6;
        long gaps = Double.isNaN(usual)
                ? 0
                : bench.number("SELECT count_if(epoch_us(next) - epoch_us(t) > " + Numerals.sql(usual * 3e6) + ") FROM "
                        + steps);
        long[] weekdays = new long[7];
        long[] hours = new long[isDate ? 0 : 24];
        bench.read(
                "SELECT isodow(" + c + "), " + (isDate ? "0" : "hour(" + c + ")") + ", count(*) FROM data WHERE " + c
                        + " IS NOT NULL GROUP BY ALL",
                row -> {
                    weekdays[row.getInt(1) - 1] += row.getLong(3);
                    if (!isDate) {
                        hours[row.getInt(2)] += row.getLong(3);
                    }
                });
        return new Profile.Time(
                String.valueOf(found.get(0)),
                String.valueOf(found.get(1)),
                granularity,
                Double.isNaN(usual) ? 0 : usual,
                gaps,
                Double.isNaN(usual) ? 0 : real(step.get(1)) / 1e6,
                Double.isNaN(usual) ? null : String.valueOf(step.get(2)),
                LongStream.of(weekdays).boxed().toList(),
                LongStream.of(hours).boxed().toList(),
                timeline(c));
    }

    /** Counts by the unit of the calendar that gives between a few and some bars. */
    private List<Profile.Top> timeline(String c) {
        double seconds = real(bench.row("SELECT (epoch_us(CAST(max(" + c + ") AS TIMESTAMP)) - epoch_us(CAST(min(" + c
                        + ") AS TIMESTAMP))) / 1e6 FROM data")
                .get(0));
        Map<String, Double> units = new TreeMap<>(Comparator.comparingInt(
                List.of("minute", "hour", "day", "week", "month", "year", "decade", "century")::indexOf));
        units.putAll(Map.of(
                "minute",
                60.0,
                "hour",
                3600.0,
                "day",
                86_400.0,
                "week",
                604_800.0,
                "month",
                2_629_746.0,
                "year",
                31_556_952.0,
                "decade",
                315_569_520.0,
                "century",
                3_155_695_200.0));
        String unit = units.entrySet().stream()
                .filter(each -> seconds / each.getValue() <= 60)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("century");
        return counted("SELECT CAST(date_trunc('" + unit + "', " + c + ") AS VARCHAR), count(*) FROM data WHERE " + c
                + " IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT 200");
    }

    // ---- the whole

    private Profile.Duplicates duplicates() {
        if (typed.isEmpty() || rows == 0) {
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
