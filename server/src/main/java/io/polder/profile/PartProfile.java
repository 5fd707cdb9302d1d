package io.polder.profile;

import io.polder.profile.ColumnPart.Count;
import io.polder.profile.ColumnPart.Kind;
import io.polder.statistics.DistinctSample;
import io.polder.statistics.FrequentValues;
import io.polder.statistics.Moments;
import io.polder.statistics.RankSummary;
import io.polder.statistics.SemanticType;
import io.polder.statistics.TextPattern;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The columns of a profile, made of the parts of a table. */
final class PartProfile {
    private static final double[] QUANTILES = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};
    private static final double ENOUGH = 0.95;
    private static final int PATTERNS = 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private PartProfile() {}

    /** @param personal columns that are personal, beside those that are found */
    static List<Profile.Column> columns(TablePart part, Set<String> personal) {
        return part.columns().stream()
                .map(column -> column(column, part.rows(), personal.contains(column.name())))
                .toList();
    }

    /** Of each column that has a number which is a sketch: which, and how far it may be from the truth. */
    static List<Sketch> sketches(TablePart part) {
        List<Sketch> sketches = new ArrayList<>();
        for (ColumnPart column : part.columns()) {
            double distinct = column.values().error();
            if (distinct > 0) {
                sketches.add(new Sketch(column.name(), "distinct, unique", distinct, "relative, two deviations"));
                long more = column.top().values().stream()
                        .limit(FrequentValues.SIZE)
                        .mapToLong(FrequentValues.Value::more)
                        .max()
                        .orElse(0);
                if (more > 0) {
                    sketches.add(new Sketch(column.name(), "top", more, "rows more at most"));
                }
            }
            boolean isCode = column.isWhole() && Typing.isCodeName(column.name());
            if (column.ranks().error() > 0 && !isCode) {
                sketches.add(new Sketch(
                        column.name(),
                        "quantiles, iqr, mad, histogram, outliers",
                        column.ranks().error(),
                        "of all ranks at most"));
            }
        }
        return sketches;
    }

    private static Profile.Column column(ColumnPart part, long rows, boolean isMarked) {
        long count = part.count(Count.VALUES);
        String type = type(part, count);
        List<Profile.Top> top = top(part);
        Optional<SemanticType.Finding> semantic = count == 0 || part.kind() == Kind.BOOLEAN
                ? Optional.empty()
                : SemanticType.of(
                        part.name(),
                        part.values().values().stream()
                                .map(DistinctSample.Value::text)
                                .toList());
        boolean isNumber = part.kind() == Kind.NUMBER && !type.equals("code");
        return new Profile.Column(
                part.name(),
                type,
                part.kind() == Kind.TEXT ? "text" : part.stored().toLowerCase(Locale.ROOT),
                semantic.map(Profiler::semantic).orElse(null),
                isMarked || semantic.map(found -> found.type().isPersonal()).orElse(false),
                count,
                part.missing(),
                new Profile.MissingBy(
                        part.count(Count.NULLS), part.count(Count.EMPTY), part.count(Count.BLANK), 0, List.of()),
                rows == 0 ? 0 : (double) count / rows,
                part.values().distinct(),
                part.values().error(),
                part.values().unique(),
                top,
                0,
                List.of(),
                null,
                isNumber && part.moments().count() > 0 ? numbers(part, type) : null,
                part.kind() == Kind.TEXT && count > 0 ? text(part, count) : null,
                part.kind() == Kind.TIME && !Double.isNaN(part.min()) ? time(part, type) : null);
    }

    private static String type(ColumnPart part, long count) {
        return switch (part.kind()) {
            case NUMBER -> !part.isWhole() ? "decimal" : Typing.isCodeName(part.name()) ? "code" : "integer";
            case BOOLEAN -> "boolean";
            case TIME -> part.stored().equals("DATE") ? "date" : "timestamp";
            case TEXT -> count == 0 ? "text" : typeOfTexts(part, count);
        };
    }

    private static String typeOfTexts(ColumnPart part, long count) {
        boolean isOfOneLength =
                part.count(Count.SHORTEST) == part.count(Count.LONGEST) && part.count(Count.SHORTEST) >= 9;
        if (part.count(Count.INTEGERS) >= ENOUGH * count) {
            return part.count(Count.LEADING_ZEROS) > count / 100 || Typing.isCodeName(part.name()) || isOfOneLength
                    ? "code"
                    : "integer";
        }
        if (part.count(Count.TIMESTAMPS) >= ENOUGH * count) {
            return "timestamp";
        }
        return part.count(Count.DECIMALS) >= ENOUGH * count
                ? Typing.isCodeName(part.name()) ? "code" : "decimal"
                : "text";
    }

    private static List<Profile.Top> top(ColumnPart part) {
        Map<String, Long> counts = new HashMap<>();
        if (part.values().isWhole()) {
            part.values().values().forEach(value -> counts.merge(shown(part, value.text()), value.count(), Long::sum));
        } else {
            part.top().values().forEach(value -> counts.merge(shown(part, value.text()), value.count(), Long::sum));
        }
        return Texts.top(counts, FrequentValues.SIZE);
    }

    /** The engine writes 3.0 where people write 3. */
    private static String shown(ColumnPart part, String text) {
        return part.kind() == Kind.NUMBER && !part.isWhole() && text.endsWith(".0")
                ? text.substring(0, text.length() - 2)
                : text;
    }

    // ---- numbers

    private static Profile.Numbers numbers(ColumnPart part, String type) {
        Moments moments = part.moments();
        RankSummary ranks = part.ranks();
        List<Profile.Quantile> quantiles = new ArrayList<>();
        for (double at : QUANTILES) {
            quantiles.add(new Profile.Quantile(at, ranks.quantile(at)));
        }
        double low = ranks.quantile(0.25);
        double median = ranks.quantile(0.5);
        double high = ranks.quantile(0.75);
        double iqr = high - low;
        double mad = ranks.distances(median).quantile(0.5);
        double from = low - 1.5 * iqr;
        double to = high + 1.5 * iqr;
        double far = 3 * moments.deviation();
        double modified = 3.5 * mad / 0.6745;
        long all = Math.round(ranks.weight());
        return new Profile.Numbers(
                part.min(),
                part.max(),
                moments.mean(),
                moments.deviation(),
                moments.variance(),
                moments.sum(),
                quantiles,
                ranks.error() == 0,
                iqr,
                mad,
                moments.skewness(),
                moments.kurtosis(),
                part.count(Count.ZEROS),
                part.count(Count.NEGATIVES),
                part.count(Count.INFINITE),
                Bins.of(type.equals("integer"), part.min(), part.max(), quantiles, all)
                        .histogram(end -> Math.round(all * ranks.below(end)), all),
                new Profile.Outliers(
                        outside(ranks, from, to),
                        far > 0 ? outside(ranks, moments.mean() - far, moments.mean() + far) : 0,
                        mad > 0 ? outside(ranks, median - modified, median + modified) : 0,
                        from,
                        to,
                        List.of()));
    }

    private static long outside(RankSummary ranks, double from, double to) {
        return Math.round(ranks.weight() * (ranks.below(from) + 1 - ranks.below(Math.nextUp(to))));
    }

    // ---- texts

    private static Profile.Text text(ColumnPart part, long count) {
        Map<String, Long> exact = new HashMap<>();
        Map<String, Long> loose = new HashMap<>();
        for (FrequentValues.Value value : part.patterns().values()) {
            exact.merge(value.text(), value.count(), Long::sum);
            loose.merge(TextPattern.loose(value.text()), value.count(), Long::sum);
        }
        boolean isLoose = exact.size() > PATTERNS;
        List<Profile.Pattern> patterns = new ArrayList<>();
        for (Profile.Top pattern : Texts.top(isLoose ? loose : exact, PATTERNS)) {
            String shape = String.valueOf(pattern.value());
            patterns.add(new Profile.Pattern(
                    shape, pattern.count(), (double) pattern.count() / count, TextPattern.expression(shape, isLoose)));
        }
        Map<String, Long> scripts = new HashMap<>();
        part.values().values().forEach(value -> scripts.merge(Texts.script(value.text()), value.count(), Long::sum));
        List<Profile.Top> top = part.values().values().stream()
                .map(value -> new Profile.Top(value.text(), value.count()))
                .toList();
        return new Profile.Text(
                part.count(Count.SHORTEST),
                (double) part.count(Count.LENGTHS) / count,
                part.count(Count.LONGEST),
                part.first(),
                part.last(),
                patterns,
                isLoose,
                (isLoose ? loose : exact).size(),
                Texts.top(scripts, 10),
                part.count(Count.PADDED),
                part.count(Count.UPPER),
                part.count(Count.LOWER),
                part.values().isWhole() ? Texts.typos(top) : List.of());
    }

    // ---- times

    private static Profile.Time time(ColumnPart part, String type) {
        boolean isDate = type.equals("date");
        String granularity = part.count(Count.NOT_DAY) == 0
                ? "day"
                : part.count(Count.NOT_HOUR) == 0
                        ? "hour"
                        : part.count(Count.NOT_MINUTE) == 0
                                ? "minute"
                                : part.count(Count.NOT_SECOND) == 0 ? "second" : "millisecond";
        double usual = 0;
        long gaps = 0;
        double longest = 0;
        @Nullable String after = null;
        if (part.values().isWhole()) {
            long[] times = part.values().values().stream()
                    .map(DistinctSample.Value::text)
                    .filter(text -> !text.contains("infinity"))
                    .mapToLong(PartProfile::micros)
                    .sorted()
                    .toArray();
            Map<Long, Integer> steps = new TreeMap<>();
            for (int at = 1; at < times.length; at++) {
                steps.merge(times[at] - times[at - 1], 1, Integer::sum);
            }
            int most = steps.values().stream().mapToInt(Integer::intValue).max().orElse(0);
            usual = steps.entrySet().stream()
                    .filter(step -> step.getValue() == most)
                    .mapToLong(Map.Entry::getKey)
                    .findFirst()
                    .orElse(0);
            for (int at = 1; at < times.length; at++) {
                double step = (double) times[at] - times[at - 1];
                gaps += step > 3 * usual ? 1 : 0;
                if (step > longest) {
                    longest = step;
                    after = shown(times[at - 1], isDate);
                }
            }
        }
        return new Profile.Time(
                shown((long) part.min(), isDate),
                shown((long) part.max(), isDate),
                granularity,
                usual / 1e6,
                gaps,
                longest / 1e6,
                after,
                LongStream.of(part.clock()).limit(7).boxed().toList(),
                isDate ? List.of() : LongStream.of(part.clock()).skip(7).boxed().toList(),
                List.of(),
                // A mart's times are in UTC, whatever they were written in.
                isDate ? List.of() : List.of("UTC"));
    }

    private static long micros(String text) {
        LocalDateTime time = text.length() <= 10
                ? LocalDate.parse(text).atStartOfDay()
                : LocalDateTime.parse(text.replace(' ', 'T'));
        return ChronoUnit.MICROS.between(LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC), time);
    }

    private static String shown(long micros, boolean isDate) {
        String text = TIME.format(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
        return isDate ? text.substring(0, 10) : text;
    }
}
