package io.polder.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What in a profile somebody should look at, the weightiest first. docs/profiling.md lists the kinds. */
final class Alerts {
    /** The part of a column above which what is far from the median is no exception. */
    private static final double MANY = 0.1;
    /** The MAD of a normal distribution of deviation 1: makes distances by the MAD comparable with z. */
    private static final double NORMAL_MAD = 0.6745;

    private final Profile profile;
    private final List<Profile.Alert> alerts = new ArrayList<>();

    private Alerts(Profile profile) {
        this.profile = profile;
    }

    /** All of them. */
    static List<Profile.Alert> of(Profile profile) {
        Alerts judge = new Alerts(profile);
        judge.whole();
        profile.columns().forEach(judge::column);
        judge.pairs();
        judge.alerts.sort(Comparator.comparingInt((Profile.Alert alert) -> -alert.weight())
                .thenComparing(Profile.Alert::kind)
                .thenComparing(alert -> String.valueOf(alert.column())));
        return judge.alerts;
    }

    private void whole() {
        if (profile.rows() == 0) {
            add("empty", 100, null, "There is no row.", "See whether the source was read as it should be.");
        }
        if (profile.source().unreadable() > 0) {
            add(
                    "unreadable",
                    95,
                    null,
                    Numerals.counted(profile.source().unreadable(), "row")
                            + " could not be read, and no other number knows of it.",
                    "Look at the first of them; give --delimiter, --quote, --encoding or --skip if these are wrong.");
        }
        Profile.Duplicates duplicates = profile.duplicates();
        if (duplicates.rows() > 0) {
            add(
                    "duplicate rows",
                    40 + weight(duplicates.part(), 40),
                    null,
                    Numerals.counted(duplicates.rows(), "row") + " (" + percent(duplicates.part())
                            + ") had been there before.",
                    "Find out whether the source sends twice; a table with a key keeps one of each.");
        }
        Profile.NearDuplicates near = profile.nearDuplicates();
        if (near.pairs() > 0) {
            add(
                    "near duplicates",
                    45,
                    null,
                    Numerals.counted(near.pairs(), "pair") + " of rows: they differ in the spelling alone.",
                    "Look at them: one of two is likely there by mistake.");
        }
        for (Profile.DeclaredKey key : profile.declaredKeys()) {
            if (!key.isKept()) {
                add(
                        "broken key",
                        90,
                        null,
                        String.join(", ", key.columns()) + " is no key: "
                                + Numerals.counted(key.surplus(), "row") + (key.surplus() == 1 ? " agrees" : " agree")
                                + " with another one, " + key.missing() + (key.missing() == 1 ? " lacks" : " lack")
                                + " a value of it.",
                        "Look at the rows under Keys; a table keeps only one of those that agree.");
            }
        }
        if (profile.functionalDependencies().rows() > 0
                && !profile.functionalDependencies().complete()) {
            add(
                    "search cut short",
                    20,
                    null,
                    "The dependencies are not all that there are: the search was ended at its limit, or looked at "
                            + Numerals.count(profile.functionalDependencies().rows()) + " rows only.",
                    "Profile fewer columns.");
        }
        Map<List<String>, List<Profile.Approximate>> broken = profile.functionalDependencies().approximate().stream()
                .collect(Collectors.groupingBy(Profile.Approximate::lhs, LinkedHashMap::new, Collectors.toList()));
        broken.entrySet().stream().limit(20).forEach(each -> broken(each.getKey(), each.getValue()));
    }

    /** What follows from the same columns is one thing to look at: the rows are mostly the same. */
    private void broken(List<String> from, List<Profile.Approximate> all) {
        String columns = String.join(", ", from);
        if (all.size() == 1) {
            Profile.Approximate only = all.get(0);
            add(
                    "broken dependency",
                    55,
                    only.rhs(),
                    "It follows from " + columns + " but in " + Numerals.counted(only.violations(), "row") + " ("
                            + percent(only.error()) + ").",
                    "Look at these rows: one of the two values is likely wrong.");
            return;
        }
        add(
                "broken dependency",
                55,
                from.size() == 1 ? from.get(0) : null,
                all.size() + " columns follow from " + columns + " but in some rows: "
                        + all.stream()
                                .map(each -> each.rhs() + " (" + each.violations() + ")")
                                .collect(Collectors.joining(", "))
                        + ".",
                "Look at these rows: one of the values is likely wrong.");
    }

    private void column(Profile.Column column) {
        String name = column.name();
        long rows = profile.rows();
        if (rows == 0) {
            return;
        }
        double missing = (double) column.missing() / rows;
        if (column.count() == 0 && column.misfits() == 0) {
            add("all missing", 70, name, "It has no value at all.", "Leave it out, or find out why it is not filled.");
            return;
        }
        if (missing >= 0.05) {
            add(
                    "missing",
                    20 + weight(missing, 50),
                    name,
                    percent(missing) + " of its values are missing (" + Numerals.count(column.missing()) + ").",
                    "Find out what missing means here before averaging it away.");
        }
        if (column.missingBy().word() > 0) {
            add(
                    "null words",
                    35,
                    name,
                    Numerals.counted(column.missingBy().word(), "value") + " written as "
                            + String.join(", ", column.missingBy().words()) + " and taken as missing.",
                    "Declare them as null words of the feed.");
        }
        if (column.missingBy().blank() > 0) {
            add(
                    "blanks",
                    35,
                    name,
                    Numerals.counted(column.missingBy().blank(), "value") + " of blanks only.",
                    "Treat them as missing.");
        }
        if (column.misfits() > 0) {
            add(
                    "wrong type",
                    60 + weight((double) column.misfits() / rows, 20),
                    name,
                    Numerals.counted(column.misfits(), "value") + " not of type " + column.type()
                            + column.misfitExamples().stream()
                                    .findFirst()
                                    .map(each -> ", such as '" + each.value() + "' in row " + each.row())
                                    .orElse("")
                            + ".",
                    "Correct them at the source, or let a rule nullify them.");
        }
        boolean isWhole = column.distinctError() == 0;
        if (column.distinct() == 1 && column.count() > 1) {
            add("constant", 30, name, "All its values are the same.", "It tells nothing; leave it out of models.");
        } else if (isWhole && column.distinct() == column.count() && column.count() > 1) {
            add("unique", 15, name, "No value is there twice.", "It can be a key, and it is no category.");
        } else if (column.type().equals("text") && column.distinct() > 50 && column.distinct() > column.count() / 2) {
            add(
                    "high cardinality",
                    18,
                    name,
                    "It has " + (column.isPersonal() ? "at least " : "") + Numerals.count(column.distinct())
                            + " different values.",
                    "Group them before charting or one-hot encoding.");
        }
        if (!column.top().isEmpty()
                && column.distinct() > 1
                && column.distinct() <= 50
                && !column.type().equals("decimal")) {
            double most = (double) column.top().get(0).count() / column.count();
            if (most > 0.95) {
                add(
                        "imbalance",
                        25,
                        name,
                        percent(most) + " of its values are '"
                                + column.top().get(0).value() + "'.",
                        "A model that always says so is right as often; weigh or leave out.");
            }
        }
        if (column.semantic() != null && column.isPersonal()) {
            add(
                    "personal",
                    75,
                    name,
                    "It looks like " + column.semantic().title() + " ("
                            + column.semantic().evidence() + ").",
                    "Its rare values are hidden in this report; name it under 'personal' of a mart's table.");
        }
        if (column.storedAs().equals("text")
                && column.type().matches("integer|decimal|date|timestamp|boolean")
                && !profile.source().format().matches("csv|tsv")) {
            add(
                    "stored as text",
                    45,
                    name,
                    "Its values are " + column.type() + "s, stored as text.",
                    "Give it that type in the definition.");
        }
        if (column.type().equals("code") && column.text() != null) {
            add(
                    "code",
                    10,
                    name,
                    "Its digits are a name and not a quantity; no mean is computed.",
                    "Keep it as text, so that leading zeros stay.");
        }
        if (column.numbers() != null) {
            numbers(column, column.numbers());
        }
        if (column.text() != null) {
            text(column, column.text());
        }
        if (column.time() != null) {
            time(column, column.time());
        }
    }

    /** Whether it is a coordinate, and has values that no place has. */
    static boolean isOffEarth(Profile.Column column) {
        Profile.Numbers numbers = column.numbers();
        double most = farthest(column);
        return numbers != null && (numbers.min() < -most || numbers.max() > most);
    }

    private void numbers(Profile.Column column, Profile.Numbers numbers) {
        String name = column.name();
        double zeros = (double) numbers.zeros() / column.count();
        double most = farthest(column);
        if (isOffEarth(column)) {
            add(
                    "not on earth",
                    65,
                    name,
                    "It looks like " + Objects.requireNonNull(column.semantic()).title() + ", and goes from "
                            + Numerals.shown(numbers.min(), 6) + " to " + Numerals.shown(numbers.max(), 6) + ".",
                    "Degrees are from -" + Numerals.shown(most, 3) + " to " + Numerals.shown(most, 3)
                            + ": look at the rows beyond.");
        }
        if (zeros >= 0.01 && column.distinct() > 2 && most < Double.POSITIVE_INFINITY) {
            add(
                    "zeros",
                    50 + weight(zeros, 20),
                    name,
                    percent(zeros) + " of its values are 0.",
                    "0, 0 lies in the sea off Ghana and likely stands for a place that is not known: nullify it.");
        } else if (zeros >= 0.1 && column.distinct() > 2) {
            add(
                    "zeros",
                    15 + weight(zeros, 30),
                    name,
                    percent(zeros) + " of its values are 0.",
                    "Find out whether 0 was measured or stands for nothing; a measured nothing should be NULL.");
        }
        if (numbers.infinities() > 0) {
            add(
                    "infinite",
                    70,
                    name,
                    Numerals.counted(numbers.infinities(), "infinite value") + ".",
                    "They are left out of the other numbers; nullify them.");
        }
        if (Math.abs(numbers.skewness()) > 2) {
            add(
                    "skewed",
                    15 + (int) Math.min(15, Math.abs(numbers.skewness())),
                    name,
                    "Its skewness is " + Numerals.shown(numbers.skewness(), 3) + ": the mean "
                            + Numerals.shown(numbers.mean(), 4) + " is far from the median "
                            + Numerals.shown(numbers.quantile(0.5), 4) + ".",
                    skewAdvice(numbers));
        }
        if (numbers.outliers().modifiedZ() > 0) {
            outliers(column, numbers);
        }
        if (numbers.negatives() > 0 && numbers.negatives() < column.count() * 0.01) {
            add(
                    "few negatives",
                    35,
                    name,
                    Numerals.counted(numbers.negatives(), "negative value") + ", and all others are not.",
                    "A sign may be wrong, or a code such as -1 stands for nothing.");
        }
        if (column.distinct() > 20 && Math.abs(numbers.skewness()) < 1 && isUniform(numbers.histogram())) {
            add("uniform", 8, name, "All parts of its range are about as frequent.", "It may be a counter or made up.");
        }
        if (column.order() != null && !column.order().equals("none") && column.distinct() > 20) {
            add("sorted", 8, name, "It is " + column.order() + " from row to row.", "It may be a counter or a time.");
        }
    }

    private static String skewAdvice(Profile.Numbers numbers) {
        if (numbers.skewness() < 0) {
            return "Speak of the median, and look at the few low values.";
        }
        // A logarithm is of what is above zero.
        return numbers.min() > 0
                ? "Speak of the median; take the logarithm for a linear model."
                : numbers.min() == 0
                        ? "Speak of the median; take log(1 + x) for a linear model, since there are zeros."
                        : "Speak of the median.";
    }

    /** Few values far away are outliers, many are what the column is like. */
    private void outliers(Profile.Column column, Profile.Numbers numbers) {
        long far = numbers.outliers().modifiedZ();
        double part = (double) far / column.count();
        if (part >= MANY) {
            add(
                    "heavy tail",
                    15,
                    column.name(),
                    percent(part) + " of its values (" + far
                            + ") have a modified z above 3.5: too many to be outliers.",
                    "Its middle is narrow and its tail long, or it has two kinds of values: look at the histogram.");
            return;
        }
        double median = numbers.quantile(0.5);
        double farthest = numbers.max() - median > median - numbers.min() ? numbers.max() : numbers.min();
        double z = NORMAL_MAD * Math.abs(farthest - median) / numbers.mad();
        add(
                "outliers",
                15 + (int) Math.min(20, 10 * Math.log10(Math.max(1, z / 3.5))),
                column.name(),
                Numerals.counted(far, "value") + " (" + percent(part) + ") "
                        + (far == 1 ? "is" : "are") + " far from the median, with a modified z above 3.5: "
                        + Numerals.shown(farthest, 6) + " has " + Numerals.shown(z, 2) + ".",
                "Look at the rows named; do not drop what was truly measured.");
    }

    /** How far from 0 a coordinate can be; anything else can be anywhere. */
    private static double farthest(Profile.Column column) {
        Profile.@Nullable Semantic semantic = column.semantic();
        return semantic == null
                ? Double.POSITIVE_INFINITY
                : switch (semantic.type()) {
                    case "latitude" -> 90;
                    case "longitude" -> 180;
                    default -> Double.POSITIVE_INFINITY;
                };
    }

    private static boolean isUniform(List<Profile.Bin> bins) {
        double mean = bins.stream().mapToLong(Profile.Bin::count).average().orElse(0);
        return bins.size() >= 5
                && mean >= 20
                && bins.stream().allMatch(bin -> Math.abs(bin.count() - mean) < 4 * Math.sqrt(mean) + 0.05 * mean);
    }

    private void text(Profile.Column column, Profile.Text text) {
        String name = column.name();
        if (text.padded() > 0) {
            add(
                    "padded",
                    40,
                    name,
                    Numerals.counted(text.padded(), "value") + " with a blank at an end.",
                    "Trim them: they will not join.");
        }
        if (!text.typos().isEmpty()) {
            Profile.Typo first = text.typos().get(0);
            add(
                    "slips",
                    60,
                    name,
                    (text.typos().size() == 50 ? "at least " : "")
                            + Numerals.counted(text.typos().size(), "rare value")
                            + " nearly like a frequent one, such as '" + shortened(first.value()) + "' and '"
                            + shortened(first.likely()) + "'.",
                    "Correct them, or let a rule mark them.");
        }
        Long least = text.minLength();
        if (least != null && least.equals(text.maxLength()) && column.distinct() > 1) {
            add(
                    "one length",
                    5,
                    name,
                    "All its values have " + Numerals.counted(least, "character") + ".",
                    "It may be a code.");
        }
        if (text.scripts().size() > 1
                && text.scripts().stream()
                                .filter(each -> !"none".equals(each.value()))
                                .count()
                        > 1) {
            add("scripts", 30, name, "Its values are in several scripts.", "Look for letters that only look alike.");
        }
        double upper = (double) text.upper() / column.count();
        if (upper > 0.02 && upper < 0.98 && text.lower() > column.count() * 0.02 && column.distinct() > 5) {
            add(
                    "mixed case",
                    22,
                    name,
                    percent(upper) + " of its values are in capitals, others are not.",
                    "Bring them to one case before grouping.");
        }
        if (column.distinct() > 20
                && !text.patternsAreLoose()
                && text.patterns().size() > 1
                && text.patterns().get(0).coverage() > 0.95) {
            add(
                    "odd patterns",
                    45,
                    name,
                    percent(text.patterns().get(0).coverage()) + " of its values look like "
                            + text.patterns().get(0).pattern() + ", the others do not.",
                    "Look at the others; a rule can reject them.");
        }
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    private void time(Profile.Column column, Profile.Time time) {
        if (time.gaps() > 0) {
            add(
                    "gaps",
                    25,
                    column.name(),
                    Numerals.counted(time.gaps(), "gap") + " longer than three usual steps; the longest, of "
                            + duration(time.longestGap()) + ", is after "
                            + time.shown(String.valueOf(time.longestGapAfter())) + ".",
                    "Find out whether the source was silent or rows are lost.");
        }
        if (time.min().matches("(-|0{1,4}|1[0-7]\\d\\d|18\\d\\d|1900-01-01|1970-01-01).*|\\d{1,3}-.*")
                || time.max().matches("9999.*|2[1-9]\\d\\d.*")) {
            add(
                    "unlikely times",
                    50,
                    column.name(),
                    "It goes from " + time.shown(time.min()) + " to " + time.shown(time.max())
                            + ": times so far away mostly stand for one that is not known.",
                    "Look at them, and nullify those by a rule.");
        }
    }

    static String duration(double seconds) {
        if (seconds >= 2 * 86_400) {
            return Numerals.shown(seconds / 86_400, 3) + " days";
        }
        if (seconds >= 7200) {
            return Numerals.shown(seconds / 3600, 3) + " hours";
        }
        return seconds >= 120 ? Numerals.shown(seconds / 60, 3) + " minutes" : Numerals.shown(seconds, 3) + " s";
    }

    private void pairs() {
        Clusters together = new Clusters();
        profile.associations().stream()
                .filter(each -> Math.abs(each.value()) >= 0.9
                        && (each.measure().equals("spearman") || each.measure().equals("cramersV")))
                .forEach(each -> together.join(each.first(), each.second(), Math.abs(each.value())));
        together.each((columns, least) -> add(
                "go together",
                28,
                columns.get(0),
                "It goes with " + words(columns.subList(1, columns.size())) + " ("
                        + (columns.size() == 2 ? "" : "each with another, ") + "correlation or Cramér's V "
                        + (columns.size() == 2 || least >= 1 ? "" : "at least ") + Numerals.shown(least, 3) + ").",
                "Of such columns a model needs one."));
        Clusters missing = new Clusters();
        profile.missingTogether().stream()
                .filter(each -> each.phi() >= 0.9)
                .forEach(each -> missing.join(each.first(), each.second(), each.phi()));
        missing.each((columns, least) -> add(
                "missing together",
                15,
                columns.get(0),
                "It is missing where " + words(columns.subList(1, columns.size()))
                        + (columns.size() == 2 ? " is" : " are") + ", or nearly so.",
                "One cause is likely."));
        for (Profile.Seasonal each : profile.seasonal()) {
            if (each.count() > 0) {
                add(
                        "out of season",
                        30,
                        each.column(),
                        each.count() + " of its " + each.judged() + " values " + (each.count() == 1 ? "is" : "are")
                                + " far from those of the same " + each.by()
                                + (each.entity() == null ? "" : " and " + each.entity()) + ".",
                        "Look at the rows under Outliers: something happened, or a sensor is wrong.");
            }
        }
        if (!profile.outliers().isEmpty()) {
            add(
                    "odd combinations",
                    24,
                    null,
                    Numerals.counted(profile.outliers().size(), "row") + " alone in the combination of numbers, row "
                            + profile.outliers().get(0).row() + " most of all.",
                    "Look at them under Outliers.");
        }
    }

    private void add(String kind, int weight, @Nullable String column, String what, String advice) {
        alerts.add(new Profile.Alert(kind, Math.min(100, weight), column, what, advice));
    }

    private static String words(List<String> columns) {
        return columns.size() == 1
                ? columns.get(0)
                : String.join(", ", columns.subList(0, columns.size() - 1)) + " and " + columns.get(columns.size() - 1);
    }

    private static int weight(double part, int most) {
        return (int) Math.round(part * most);
    }

    static String percent(double part) {
        return Numerals.percent(part, part < 0.001 ? 1 : 3);
    }
}
