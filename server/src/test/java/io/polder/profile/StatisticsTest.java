package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;

/** Each number of a column, computed once more from its definition in docs/profiling.md by plain loops over the values. */
class StatisticsTest {
    private static final double TEN_DIGITS = 1e-10;
    private static final List<String> AMOUNTS = List.of("bell", "skewed", "flat", "far from 0");

    @Property(tries = 12)
    void numbersAreTheirDefinitions(
            @ForAll @LongRange(min = 0) long seed,
            @ForAll @IntRange(min = 60, max = 4_000) int rows,
            @ForAll @IntRange(min = 0, max = 3) int shape)
            throws IOException {
        Random random = new Random(seed);
        List<String> amounts = new ArrayList<>();
        List<String> pieces = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            amounts.add(
                    random.nextInt(8) == 0
                            ? ""
                            : random.nextInt(50) == 0
                                    ? "0.0"
                                    : random.nextInt(200) == 0 ? "-inf" : String.valueOf(amount(shape, random)));
            pieces.add(random.nextInt(9) == 0 ? "" : String.valueOf((int) (random.nextGaussian() * 5 * (shape + 1))));
        }

        Profile profile = profile(Map.of("amount", amounts, "pieces", pieces));

        for (String name : List.of("amount", "pieces")) {
            List<String> texts = name.equals("amount") ? amounts : pieces;
            Profile.Column column = column(profile, name);
            assertThat(column.type()).isEqualTo(name.equals("amount") ? "decimal" : "integer");
            List<Double> all = texts.stream()
                    .filter(text -> !text.isEmpty())
                    .map(text -> text.equals("-inf") ? Double.NEGATIVE_INFINITY : number(text))
                    .toList();
            counted(column, rows, all, StatisticsTest::number);
            assertThat(column.order()).isEqualTo(order(all));
            described(Objects.requireNonNull(column.numbers()), all, AMOUNTS.get(shape) + " " + name);
        }
    }

    /** -0 is 0. */
    private static double number(String text) {
        return Double.parseDouble(text) + 0.0;
    }

    private static double amount(int shape, Random random) {
        double amount =
                switch (shape) {
                    case 0 -> random.nextGaussian();
                    case 1 -> Math.exp(3 * random.nextGaussian());
                    case 2 -> random.nextInt(1_000) - 500;
                    default -> 1e6 + random.nextGaussian();
                };
        return Math.rint(amount * 1_000) / 1_000;
    }

    private static void described(Profile.Numbers numbers, List<Double> all, String what) {
        double[] finite = all.stream()
                .mapToDouble(x -> x)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        int n = finite.length;
        double mean = DoubleStream.of(finite).sum() / n;
        double second = moment(finite, mean, 2);
        double variance = second * n / (n - 1);
        double median = quantile(finite, 0.5);
        double low = quantile(finite, 0.25);
        double high = quantile(finite, 0.75);
        double mad = quantile(
                DoubleStream.of(finite).map(x -> Math.abs(x - median)).sorted().toArray(), 0.5);
        double skewness = Math.sqrt((double) n * (n - 1)) / (n - 2) * moment(finite, mean, 3) / Math.pow(second, 1.5);
        double excess = moment(finite, mean, 4) / (second * second) - 3;

        assertThat(numbers.infinities()).isEqualTo(count(all, x -> Double.isInfinite(x)));
        assertThat(numbers.zeros()).isEqualTo(count(all, x -> x == 0));
        assertThat(numbers.negatives()).isEqualTo(count(finite, x -> x < 0));
        assertThat(numbers.min()).isEqualTo(finite[0]);
        assertThat(numbers.max()).isEqualTo(finite[n - 1]);
        close(what + ": mean", mean, numbers.mean(), 0);
        close(what + ": sum", DoubleStream.of(finite).sum(), numbers.sum(), 0);
        close(what + ": variance", variance, numbers.variance(), 1e-9);
        close(what + ": deviation", Math.sqrt(variance), numbers.deviation(), 1e-9);
        close(what + ": skewness", skewness, numbers.skewness(), 1e-6);
        close(
                what + ": kurtosis",
                (n - 1.0) / ((n - 2.0) * (n - 3)) * ((n + 1) * excess + 6),
                numbers.kurtosis(),
                1e-6);
        assertThat(numbers.quantilesAreExact()).isTrue();
        for (Profile.Quantile quantile : numbers.quantiles()) {
            close(what + ": quantile " + quantile.at(), quantile(finite, quantile.at()), quantile.value(), 1e-12);
        }
        close(what + ": IQR", high - low, numbers.iqr(), 1e-9);
        close(what + ": MAD", mad, numbers.mad(), 1e-9);

        Profile.Outliers outliers = numbers.outliers();
        double reach = 1.5 * (high - low);
        assertThat(outliers.iqr())
                .as(what + ": beyond the quartiles")
                .isEqualTo(count(finite, x -> x < low - reach || x > high + reach));
        assertThat(outliers.z())
                .as(what + ": z")
                .isEqualTo(count(finite, x -> Math.abs(x - mean) > 3 * Math.sqrt(variance)));
        assertThat(outliers.modifiedZ())
                .as(what + ": modified z")
                .isEqualTo(mad == 0 ? 0 : count(finite, x -> 0.6745 * Math.abs(x - median) / mad > 3.5));
        binned(numbers.histogram(), finite, what);
    }

    /** All values are in bins that touch each other, and each bin has as many as lie in it. */
    private static void binned(List<Profile.Bin> bins, double[] values, String what) {
        assertThat(bins).as(what).hasSizeBetween(1, 50);
        assertThat(bins.get(0).from()).isEqualTo(values[0]);
        assertThat(bins.get(bins.size() - 1).to()).isGreaterThanOrEqualTo(values[values.length - 1]);
        for (int at = 0; at < bins.size(); at++) {
            Profile.Bin bin = bins.get(at);
            boolean isLast = at == bins.size() - 1;
            double edge = 1e-9 * Math.max(1, Math.abs(bin.to() - bin.from()));
            long surely = count(
                    values, x -> x >= bin.from() + edge && x <= bin.to() - edge || isLast && x >= bin.to() - edge);
            long perhaps = count(values, x -> x >= bin.from() - edge && x <= bin.to() + edge);
            assertThat(bin.count()).as(what + ": " + bin).isBetween(surely, perhaps);
            if (at > 0) {
                assertThat(bin.from()).isEqualTo(bins.get(at - 1).to());
            }
        }
        assertThat(bins.stream().mapToLong(Profile.Bin::count).sum()).isEqualTo(values.length);
    }

    @Property(tries = 10)
    void textsAreTheirDefinitions(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 40, max = 3_000) int rows)
            throws IOException {
        Random random = new Random(seed);
        List<String> labels = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            labels.add(
                    switch (random.nextInt(20)) {
                        case 0 -> "";
                        case 1 -> "\"\"";
                        case 2 -> "   ";
                        case 3 -> "NA";
                        default -> "\"" + label(random) + "\"";
                    });
        }

        Profile.Column column = column(profile(Map.of("label", labels)), "label");

        assertThat(column.type()).isEqualTo("text");
        assertThat(column.missingBy())
                .isEqualTo(new Profile.MissingBy(
                        count(labels, ""::equals),
                        count(labels, "\"\""::equals),
                        count(labels, "   "::equals),
                        count(labels, "NA"::equals),
                        labels.contains("NA") ? List.of("NA") : List.of()));
        List<String> there = labels.stream()
                .filter(label -> label.length() > 2 && !label.isBlank())
                .map(label -> label.substring(1, label.length() - 1))
                .toList();
        counted(column, rows, there, text -> text);
        Profile.Text text = Objects.requireNonNull(column.text());
        List<Integer> lengths = there.stream()
                .map(label -> label.codePointCount(0, label.length()))
                .toList();
        assertThat(text.minLength()).isEqualTo((int) Collections.min(lengths));
        assertThat(text.maxLength()).isEqualTo((int) Collections.max(lengths));
        close("mean length", lengths.stream().mapToInt(x -> x).average().orElseThrow(), text.meanLength(), 0);
        Comparator<String> byCharacter =
                Comparator.comparing(label -> label.codePoints().boxed().toList(), StatisticsTest::compareOneByOne);
        assertThat(text.min()).isEqualTo(Collections.min(there, byCharacter));
        assertThat(text.max()).isEqualTo(Collections.max(there, byCharacter));
        assertThat(text.padded()).isEqualTo(count(there, label -> !label.equals(label.strip())));
        assertThat(text.upper())
                .isEqualTo(count(there, label -> label.matches(".*\\p{L}.*") && !label.matches(".*\\p{Ll}.*")));
        assertThat(text.lower())
                .isEqualTo(count(there, label -> label.matches(".*\\p{L}.*") && !label.matches(".*\\p{Lu}.*")));
        patterned(text, there);
    }

    private static String label(Random random) {
        String[] characters = {"a", "b", "é", "C", "Ö", "1", "2", "(", ")", " ", "😀", "～", "ب", "中", "٣"};
        StringBuilder label = new StringBuilder("x");
        for (int at = random.nextInt(4); at > 0; at--) {
            label.append(characters[random.nextInt(characters.length)]);
        }
        return random.nextBoolean() ? label.toString() : label.reverse().toString();
    }

    private static int compareOneByOne(List<Integer> left, List<Integer> right) {
        int at = 0;
        while (at < left.size() && at < right.size() && left.get(at).equals(right.get(at))) {
            at++;
        }
        return at < left.size() && at < right.size()
                ? Integer.compare(left.get(at), right.get(at))
                : Integer.compare(left.size(), right.size());
    }

    /** Each pattern has as many values as its expression matches; a run's also matches where the run is one letter long. */
    private static void patterned(Profile.Text text, List<String> there) {
        Map<String, Long> tight = counts(there.stream()
                .map(label -> label.replaceAll("\\p{Lu}", "\u0001")
                        .replaceAll("\\p{Ll}", "\u0002")
                        .replaceAll("[0-9]", "\u0003")
                        .replaceAll("\\p{L}", "x")
                        .replaceAll("\\p{Nd}", "D")
                        .replace('\u0001', 'A')
                        .replace('\u0002', 'a')
                        .replace('\u0003', 'd'))
                .toList());
        if (!text.patternsAreLoose()) {
            assertThat(text.patternCount()).isEqualTo(tight.size());
        }
        for (Profile.Pattern pattern : text.patterns()) {
            if (!text.patternsAreLoose()) {
                assertThat(pattern.count()).as(pattern.pattern()).isEqualTo(tight.get(pattern.pattern()));
            }
            long matching = count(there, label -> label.matches(pattern.expression()));
            assertThat(pattern.count())
                    .as(pattern.expression())
                    .isBetween(text.patternsAreLoose() ? 1 : matching, matching);
            close("coverage", pattern.count() / (double) there.size(), pattern.coverage(), 0);
        }
    }

    @Property(tries = 8)
    void timesAreTheirDefinitions(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 60, max = 2_000) int rows)
            throws IOException {
        Random random = new Random(seed);
        LocalDateTime at = LocalDateTime.of(2024, 2, 27, 23, 0);
        List<LocalDateTime> times = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            at = at.plusMinutes(random.nextInt(10) == 0 ? 15L * (2 + random.nextInt(9)) : 15);
            times.add(at);
        }
        Collections.shuffle(times, random);

        Profile.Column column = column(
                profile(Map.of(
                        "moment", times.stream().map(StatisticsTest::written).toList())),
                "moment");

        assertThat(column.type()).isEqualTo("timestamp");
        counted(column, rows, times.stream().map(StatisticsTest::written).toList(), text -> text);
        assertThat(column.order()).isEqualTo(order(times));
        Profile.Time time = Objects.requireNonNull(column.time());
        List<LocalDateTime> sorted = List.copyOf(new TreeSet<>(times));
        List<Long> steps = new ArrayList<>();
        for (int next = 1; next < sorted.size(); next++) {
            steps.add(Duration.between(sorted.get(next - 1), sorted.get(next)).toSeconds());
        }
        assertThat(time.min()).isEqualTo(written(sorted.get(0)));
        assertThat(time.max()).isEqualTo(written(sorted.get(sorted.size() - 1)));
        assertThat(time.granularity()).isEqualTo("minute");
        assertThat(time.step()).isEqualTo(900);
        assertThat(time.gaps()).isEqualTo(count(steps, step -> step > 2_700));
        long longest = Collections.max(steps);
        assertThat(time.longestGap()).isEqualTo((double) longest);
        int after = sorted.stream()
                .map(StatisticsTest::written)
                .toList()
                .indexOf(Objects.requireNonNull(time.longestGapAfter()));
        assertThat(steps.get(after)).isEqualTo(longest);
        long[] weekdays = new long[7];
        long[] hours = new long[24];
        times.forEach(each -> {
            weekdays[each.getDayOfWeek().getValue() - 1]++;
            hours[each.getHour()]++;
        });
        assertThat(time.weekdays()).isEqualTo(LongStream.of(weekdays).boxed().toList());
        assertThat(time.hours()).isEqualTo(LongStream.of(hours).boxed().toList());
        assertThat(time.histogram().stream().mapToLong(Profile.Top::count).sum())
                .isEqualTo(rows);
    }

    private static String written(LocalDateTime time) {
        return time.toString().replace('T', ' ') + ":00";
    }

    @Property(tries = 3)
    void whatIsSortedIsToldWithItsDirection(@ForAll @LongRange(min = 0) long seed) throws IOException {
        List<Integer> sorted =
                new Random(seed).ints(300, -50, 50).boxed().sorted().toList();
        List<String> up = sorted.stream().map(String::valueOf).toList();
        List<String> down = new ArrayList<>(up);
        Collections.reverse(down);

        Profile profile = profile(Map.of("up", up, "down", down, "same", Collections.nCopies(300, "5")));

        assertThat(column(profile, "up").order()).isEqualTo("increasing");
        assertThat(column(profile, "down").order()).isEqualTo("decreasing");
        assertThat(column(profile, "same").order()).isNull();
    }

    /** Of more than a million different values what is told is near, and says by how much it may be off. */
    @Example
    void beyondAMillionDifferentValuesTheErrorIsWhatIsTold() throws IOException {
        int rows = 1_300_000;
        int prime = 1_300_021;
        Path folder = Files.createTempDirectory("polder-statistics");
        Path file = folder.resolve("many.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("height,word\n");
            for (int row = 0; row < rows; row++) {
                long scattered = row * 48_271L % prime;
                out.write(scattered / 8.0 + (row % 20 == 0 ? ",common" + row / 20 % 40 : ",w" + row) + "\n");
            }
        }

        Profile profile = profile(folder, file);

        Profile.Column height = column(profile, "height");
        Profile.Column word = column(profile, "word");
        near(rows, height.distinct(), height.distinctError());
        near(rows * 19 / 20 + 40, word.distinct(), word.distinctError());
        near(rows * 19 / 20, word.unique(), word.distinctError());
        assertThat(word.top().subList(0, 40))
                .allSatisfy(top -> assertThat(top.value()).startsWith("common"))
                .extracting(Profile.Top::count)
                .containsOnly(rows / 800L);
        Profile.Numbers numbers = Objects.requireNonNull(height.numbers());
        for (Profile.Quantile quantile : numbers.quantiles()) {
            double rank = quantile.value() * 8 / prime;
            assertThat(rank)
                    .as("rank of the quantile at %s", quantile.at())
                    .isCloseTo(quantile.at(), within(numbers.quantilesAreExact() ? 1e-4 : 0.005));
        }
    }

    /** Within twice what is told, which is two standard deviations: once in fifteen thousand draws it is not. */
    private static void near(long expected, long told, double error) {
        assertThat(Math.abs(told - expected)).isLessThanOrEqualTo((long) (2 * error * expected));
    }

    // ---- definitions

    /** What is told of columns of all types. */
    private static <T> void counted(Profile.Column column, int rows, List<T> there, Function<String, T> read) {
        Map<T, Long> counts = counts(there);
        assertThat(column.count()).isEqualTo(there.size());
        assertThat(column.missing()).isEqualTo(rows - there.size());
        close("density", there.size() / (double) rows, column.density(), 0);
        assertThat(column.misfits()).isZero();
        assertThat(column.distinctError()).isZero();
        assertThat(column.distinct()).isEqualTo(counts.size());
        assertThat(column.unique())
                .isEqualTo(counts.values().stream().filter(count -> count == 1).count());
        assertThat(column.top())
                .extracting(Profile.Top::count)
                .isEqualTo(counts.values().stream()
                        .sorted(Comparator.reverseOrder())
                        .limit(100)
                        .toList());
        assertThat(column.top()).allSatisfy(top -> assertThat(top.count())
                .isEqualTo(counts.get(read.apply(Objects.requireNonNull(top.value())))));
    }

    private static <T> Map<T, Long> counts(List<T> values) {
        return values.stream().collect(Collectors.groupingBy(value -> value, HashMap::new, Collectors.counting()));
    }

    private static <T> long count(List<T> values, Predicate<T> isCounted) {
        return values.stream().filter(isCounted).count();
    }

    private static long count(double[] values, DoublePredicate isCounted) {
        return DoubleStream.of(values).filter(isCounted).count();
    }

    private static <T extends Comparable<? super T>> @Nullable String order(List<T> values) {
        boolean isUp = false;
        boolean isDown = false;
        for (int at = 1; at < values.size(); at++) {
            int step = values.get(at).compareTo(values.get(at - 1));
            isUp |= step > 0;
            isDown |= step < 0;
        }
        return isUp && isDown ? "none" : isUp ? "increasing" : isDown ? "decreasing" : null;
    }

    private static double moment(double[] values, double mean, int power) {
        return DoubleStream.of(values).map(x -> Math.pow(x - mean, power)).sum() / values.length;
    }

    private static double quantile(double[] sorted, double at) {
        double place = at * (sorted.length - 1);
        int below = (int) place;
        double above = sorted[Math.min(below + 1, sorted.length - 1)];
        return sorted[below] + (place - below) * (above - sorted[below]);
    }

    private static void close(String what, double expected, double told, double scale) {
        assertThat(told).as(what).isCloseTo(expected, within(Math.abs(expected) * TEN_DIGITS + scale));
    }

    // ---- the program

    private static Profile profile(Map<String, List<String>> columns) throws IOException {
        Map<String, List<String>> sorted = new TreeMap<>(columns);
        StringBuilder csv = new StringBuilder(String.join(",", sorted.keySet())).append(",end\n");
        int rows = sorted.values().iterator().next().size();
        for (int row = 0; row < rows; row++) {
            for (List<String> values : sorted.values()) {
                csv.append(values.get(row)).append(',');
            }
            csv.append(row % 3).append('\n');
        }
        Path folder = Files.createTempDirectory("polder-statistics");
        Path file = Files.writeString(folder.resolve("columns.csv"), csv);
        return profile(folder, file);
    }

    /** Of a file in a folder of its own, which goes. */
    private static Profile profile(Path folder, Path file) throws IOException {
        Profiler.Settings settings = new Profiler.Settings(List.of(), Set.of(), 10, false, 1);
        try (Workbench bench = Workbench.open(new Workbench.Settings(512L << 20, 1, folder))) {
            Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            return Profiler.profile(bench, "columns", source, settings, done -> {});
        } finally {
            Files.delete(file);
            Files.delete(folder);
        }
    }

    private static Profile.Column column(Profile profile, String name) {
        return profile.columns().stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
