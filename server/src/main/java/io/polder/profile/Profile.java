package io.polder.profile;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.polder.statistics.Association;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a dataset. What its parts mean, with formulas and errors, is in docs/profiling.md; the names here
 * are those of the published JSON.
 *
 * @param schema the version of this shape
 * @param name of the dataset
 * @param rows how many there are; those that could not be read are not among them
 * @param sample from how many rows the associations and combined outliers were computed; {@code rows} when from all
 * @param keys the minimal sets of columns on which no two rows agree
 * @param declaredKeys sets of columns that somebody said to be keys
 * @param missingness where values are missing, in the sample
 * @param nearDuplicates rows that differ in little
 * @param seasonal numbers that are far from those of the same weekday and hour
 * @param pairs how well each column determines each other one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Profile(
        int schema,
        String name,
        Source source,
        long rows,
        List<Column> columns,
        Duplicates duplicates,
        List<Missing> missingTogether,
        List<Association> associations,
        long sample,
        List<List<String>> keys,
        List<DeclaredKey> declaredKeys,
        FunctionalDependencies functionalDependencies,
        Pairs pairs,
        Missingness missingness,
        NearDuplicates nearDuplicates,
        List<Outlier> outliers,
        List<Seasonal> seasonal,
        List<Alert> alerts,
        List<SuggestedRule> rules,
        Privacy privacy) {
    /** The version of the JSON's shape. */
    public static final int SCHEMA = 1;

    /** One in which nothing was looked for but what these say. */
    public Profile(
            int schema,
            String name,
            Source source,
            long rows,
            List<Column> columns,
            Duplicates duplicates,
            List<Missing> missingTogether,
            List<Association> associations,
            long sample,
            List<List<String>> keys,
            FunctionalDependencies functionalDependencies,
            List<Outlier> outliers,
            List<Alert> alerts,
            List<SuggestedRule> rules,
            Privacy privacy) {
        this(
                schema,
                name,
                source,
                rows,
                columns,
                duplicates,
                missingTogether,
                associations,
                sample,
                keys,
                List.of(),
                functionalDependencies,
                Pairs.NONE,
                Missingness.NONE,
                NearDuplicates.NONE,
                outliers,
                List.of(),
                alerts,
                rules,
                privacy);
    }

    /** The same, judged. */
    Profile with(List<Alert> judgements, List<SuggestedRule> suggestions) {
        return new Profile(
                schema,
                name,
                source,
                rows,
                columns,
                duplicates,
                missingTogether,
                associations,
                sample,
                keys,
                declaredKeys,
                functionalDependencies,
                pairs,
                missingness,
                nearDuplicates,
                outliers,
                seasonal,
                judgements,
                suggestions,
                privacy);
    }

    /**
     * How the source was read.
     *
     * @param options what was detected or told, such as the delimiter, by the option's name
     * @param unreadable how many rows could not be read
     * @param unreadableExamples some of them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Source(String format, List<Option> options, long unreadable, List<Unreadable> unreadableExamples) {}

    public record Option(String name, String value, boolean isDetected) {}

    /**
     * A row that could not be read.
     *
     * @param column the place of the column, from 1; 0 when it is the whole line
     */
    public record Unreadable(long line, long column, String wrong, String text) {}

    /**
     * A column.
     *
     * @param type integer, decimal, text, date, timestamp, time, boolean, or code: digits that are a name
     * @param storedAs the type that the source has for it
     * @param count values that are not missing
     * @param missing values that are missing, for whatever reason
     * @param density the part of the rows that has a value
     * @param distinct how many different values there are
     * @param distinctError by what part {@code distinct} and {@code unique} may be wrong, 0 when exact (two standard
     *     deviations)
     * @param unique how many values occur once
     * @param top the most frequent values, at most 100
     * @param misfits values that are not of the column's type
     * @param order increasing, decreasing (each value after the one before, equal ones allowed) or none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Column(
            String name,
            String type,
            String storedAs,
            @Nullable Semantic semantic,
            boolean isPersonal,
            long count,
            long missing,
            MissingBy missingBy,
            double density,
            long distinct,
            double distinctError,
            long unique,
            List<Top> top,
            long misfits,
            List<Misfit> misfitExamples,
            @Nullable String order,
            @Nullable Numbers numbers,
            @Nullable Text text,
            @Nullable Time time) {
        /** The same with counts over time that somebody else knows. */
        Column withTimeline(List<Top> histogram) {
            return time == null
                    ? this
                    : new Column(
                            name,
                            type,
                            storedAs,
                            semantic,
                            isPersonal,
                            count,
                            missing,
                            missingBy,
                            density,
                            distinct,
                            distinctError,
                            unique,
                            top,
                            misfits,
                            misfitExamples,
                            order,
                            numbers,
                            text,
                            new Time(
                                    time.min(),
                                    time.max(),
                                    time.granularity(),
                                    time.step(),
                                    time.gaps(),
                                    time.longestGap(),
                                    time.longestGapAfter(),
                                    time.weekdays(),
                                    time.hours(),
                                    histogram,
                                    time.zones()));
        }
    }

    /** What the values are in the world, and how that is known. */
    public record Semantic(String type, String title, double coverage, String evidence) {}

    /** Missing values by their reason; {@code words} are those such as NA. */
    public record MissingBy(long nulls, long empty, long blank, long word, List<String> words) {}

    public record Top(@Nullable String value, long count) {}

    /** A value that is not of its column's type, and the first row that has it, from 1. */
    public record Misfit(String value, long row) {}

    /**
     * Of numbers.
     *
     * @param deviation of the sample (n - 1), as {@code variance} is
     * @param mad the median of the distances from the median
     * @param kurtosis the excess: 0 for a normal distribution
     * @param quantilesAreExact whether they were computed from all values and not from a sketch (t-digest)
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Numbers(
            double min,
            double max,
            double mean,
            double deviation,
            double variance,
            double sum,
            List<Quantile> quantiles,
            boolean quantilesAreExact,
            double iqr,
            double mad,
            double skewness,
            double kurtosis,
            long zeros,
            long negatives,
            long infinities,
            List<Bin> histogram,
            Outliers outliers) {
        double quantile(double at) {
            return quantiles.stream()
                    .filter(quantile -> quantile.at() == at)
                    .mapToDouble(Quantile::value)
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }

    public record Quantile(double at, double value) {}

    /** Values from {@code from} up to {@code to}, exclusive but in the last bin. */
    public record Bin(double from, double to, long count) {}

    /**
     * How many values are far from the others, by three rules: beyond the quartiles by more than 1.5 interquartile
     * ranges; by more than 3 standard deviations from the mean; by a modified z above 3.5 (0.6745 of the distance from
     * the median by the MAD).
     */
    public record Outliers(long iqr, long z, long modifiedZ, double low, double high, List<Far> examples) {}

    public record Far(double value, long row) {}

    /** Of texts; lengths in characters. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Text(
            @Nullable Long minLength,
            double meanLength,
            @Nullable Long maxLength,
            @Nullable String min,
            @Nullable String max,
            List<Pattern> patterns,
            boolean patternsAreLoose,
            long patternCount,
            List<Top> scripts,
            long padded,
            long upper,
            long lower,
            List<Typo> typos) {}

    /** A pattern with the part of the values that have it, and a regular expression for it. */
    public record Pattern(String pattern, long count, double coverage, String expression) {}

    /** A rare value that is nearly a frequent one. */
    public record Typo(String value, long count, String likely, long likelyCount) {}

    /**
     * Of dates and times.
     *
     * @param granularity the largest unit that all values are whole in: day, hour, minute, second, millisecond
     * @param step the most frequent distance between neighbours, in seconds
     * @param gaps how many distances are more than three times as long
     * @param weekdays counts from Monday to Sunday
     * @param hours counts from 0 to 23; empty for dates
     * @param zones that the values are written with, such as Z or +02:00, the most frequent first, from a sample; the
     *     times told are then in UTC. Empty when they have none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Time(
            String min,
            String max,
            String granularity,
            double step,
            long gaps,
            double longestGap,
            @Nullable String longestGapAfter,
            List<Long> weekdays,
            List<Long> hours,
            List<Top> histogram,
            List<String> zones) {
        /** The same, of times that are written with these zones. */
        Time in(List<String> written) {
            return new Time(
                    min,
                    max,
                    granularity,
                    step,
                    gaps,
                    longestGap,
                    longestGapAfter,
                    weekdays,
                    hours,
                    histogram,
                    written);
        }

        /** One of its times for people: where all are whole days, without the time of day. */
        String shown(String time) {
            return granularity.equals("day") ? time.replace(" 00:00:00", "") : time;
        }
    }

    /** Rows that are there more than once: how many there are too many, and the rows of some. */
    public record Duplicates(long rows, double part, List<List<Long>> examples) {}

    /** Two columns that lack values in the same rows: phi of their being missing, from -1 to 1. */
    public record Missing(String first, String second, double phi, long both) {}

    /**
     * Where values are missing.
     *
     * @param columns that lack values, but personal ones
     * @param bands of rows, in their order
     * @param tree which columns lack values in the same rows, the most alike put together first
     */
    public record Missingness(List<String> columns, List<Band> bands, List<Merge> tree) {
        static final Missingness NONE = new Missingness(List.of(), List.of(), List.of());
    }

    /**
     * Some rows after each other.
     *
     * @param from the first row, from 1
     * @param to the last one
     * @param missing for each column the part of these rows in which it lacks a value
     */
    public record Band(long from, long to, List<Double> missing) {}

    /**
     * Two groups of columns that become one.
     *
     * @param left a column, by its place from 0, or behind all of them the merge that made the group
     * @param right the other one
     * @param distance the mean part of the rows in which a column of one lacks a value and one of the other does not, or
     *     the other way round
     */
    public record Merge(int left, int right, double distance) {}

    /**
     * A set of columns that was said to be a key.
     *
     * @param isKept whether it is one
     * @param surplus how many rows would have to go so that no two agree on it
     * @param missing how many rows lack a value of it
     * @param examples the rows of some groups that agree, from 1
     */
    public record DeclaredKey(
            List<String> columns, boolean isKept, long surplus, long missing, List<List<Long>> examples) {}

    /**
     * How well one column alone determines another.
     *
     * @param errors for each column, and in it for each other one, the least part of the rows that would have to go so
     *     that the first determines the second; null where the first has so many values that it says nothing
     * @param guesses for each column the part of the rows that have not its most frequent value
     */
    public record Pairs(List<String> columns, List<List<@Nullable Double>> errors, List<Double> guesses) {
        static final Pairs NONE = new Pairs(List.of(), List.of(), List.of());
    }

    /**
     * Pairs of rows that are the same but for their spelling.
     *
     * @param rows how many were looked at
     * @param without columns in which nearly every row differs, and that are not compared
     * @param pairs how many were found
     */
    public record NearDuplicates(long rows, List<String> without, long pairs, List<NearPair> examples) {
        static final NearDuplicates NONE = new NearDuplicates(0, List.of(), 0, List.of());
    }

    /**
     * Two rows, from 1.
     *
     * @param columns in which they differ
     * @param values of the first row in these
     * @param others of the second
     */
    public record NearPair(long first, long second, List<String> columns, List<String> values, List<String> others) {}

    /**
     * A column of numbers against its season.
     *
     * @param by which times are compared: weekday and hour, or weekday
     * @param time the column that tells the time
     * @param entity the column that, with the time, is the key, when there is one: values of the same are compared
     * @param judged how many values were compared with at least eight
     * @param count how many of these are far from them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Seasonal(
            String column,
            String time,
            @Nullable String entity,
            String by,
            long judged,
            long count,
            List<Unseasonal> examples) {}

    /**
     * A number that is far from those of its season.
     *
     * @param usual the median of these
     * @param z the distance by the median of the distances, times 0.6745
     */
    public record Unseasonal(long row, String time, double value, double usual, double z) {}

    /**
     * How two columns go together; {@code measure} is pearson, spearman, kendall, cramersV, correlationRatio or phiK.
     */
    public record Association(String first, String second, String measure, double value) {}

    /**
     * Where rows agree on {@code lhs} they agree on {@code rhs}.
     *
     * @param complete whether {@code minimal} is all of them
     * @param rows from how many rows
     */
    public record FunctionalDependencies(
            boolean complete, long rows, int count, List<Dependency> minimal, List<Approximate> approximate) {}

    public record Dependency(List<String> lhs, String rhs) {}

    /**
     * A dependency that nearly holds.
     *
     * @param error the least part of the rows that would have to go
     * @param violations how many rows that is
     * @param examples some of them, from 1
     */
    public record Approximate(List<String> lhs, String rhs, double error, long violations, List<Long> examples) {}

    /**
     * A row that is alone in the combination of its numbers, by an isolation forest.
     *
     * @param score from 0 to 1
     * @param values the numbers as text, by their column's name
     */
    public record Outlier(long row, double score, Map<String, String> values) {}

    /**
     * Something to look at.
     *
     * @param kind which alert it is, as docs/profiling.md lists them
     * @param weight how much it matters, from 0 to 100
     * @param column null when it is of the whole
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Alert(String kind, int weight, @Nullable String column, String what, String advice) {}

    /**
     * A rule that holds in these rows.
     *
     * @param kind complete, unique, type, sign, range, set, spelling, pattern, dependency, row count or freshness
     * @param check SQL that is true of a row that keeps it, or what is unique, what determines what, how many rows there are
     *     or how old the newest is
     * @param rule as a line of a rule file
     * @param confidence that a further row keeps it, at least, with 95 % certainty; of row count and freshness, a further
     *     slice of time
     * @param violations how many rows do not
     * @param fix SQL that gives the column a value that keeps it; null when there is none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SuggestedRule(
            String kind,
            @Nullable String column,
            String check,
            String rule,
            double confidence,
            long violations,
            @Nullable String caution,
            @Nullable String fix) {}

    /** What is not shown, and why: counts in personal columns are rounded down to multiples of {@code k}. */
    public record Privacy(int k, List<String> columns) {}
}
