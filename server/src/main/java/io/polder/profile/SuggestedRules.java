package io.polder.profile;

import io.polder.config.Rule;
import io.polder.config.RuleFile;
import io.polder.statistics.TextPattern;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rules that the rows of a profile keep, or nearly all of them.
 *
 * <p>The confidence is the lower end of what can be said of further rows with 95 % certainty when of {@code n} rows
 * {@code v} break the rule (Wilson's interval; for none of n about 1 - 3/n). It supposes that further rows are like
 * these.
 */
final class SuggestedRules {
    /** Fewer rows prove nothing. */
    private static final long FEW = 30;
    /** A rule that more rows break is none. */
    private static final double MOST_BROKEN = 0.05;
    /** A set of more values is none. */
    private static final int SET = 30;
    /** Each value of a set must be there so often in the mean. */
    private static final int TIMES = 20;

    /** The least part of the values that a pattern has to which others are rewritten. */
    private static final double PROMOTED = 0.5;

    private static final double Z = 1.645;
    private static final Set<String> TYPES = Set.of("integer", "decimal", "date", "timestamp", "time", "boolean");
    private static final Rule.OnViolation COUNT = Rule.OnViolation.COUNT;
    private static final Rule.OnViolation NULLIFY = Rule.OnViolation.NULLIFY;

    private final Profile profile;
    private final List<Profile.SuggestedRule> rules = new ArrayList<>();

    private SuggestedRules(Profile profile) {
        this.profile = profile;
    }

    static List<Profile.SuggestedRule> of(Profile profile) {
        return new SuggestedRules(profile).all();
    }

    private List<Profile.SuggestedRule> all() {
        if (profile.rows() == 0) {
            return List.of();
        }
        profile.columns().forEach(this::column);
        profile.functionalDependencies()
                .approximate()
                .forEach(each -> add(
                        "dependency",
                        each.rhs(),
                        new RuleFile.Determined(each.lhs(), each.rhs()),
                        profile.functionalDependencies().rows(),
                        told(each)));
        profile.functionalDependencies().minimal().stream()
                .filter(each -> each.lhs().size() == 1 && !isUnique(each.lhs().get(0)))
                .forEach(each -> add(
                        "dependency",
                        each.rhs(),
                        new RuleFile.Determined(each.lhs(), each.rhs()),
                        profile.functionalDependencies().rows(),
                        0));
        return rules;
    }

    /** How many rows break a dependency; roughly where a personal column is in it. */
    private long told(Profile.Approximate each) {
        long k = profile.privacy().k();
        boolean isPersonal = profile.privacy().columns().stream()
                .anyMatch(column -> column.equals(each.rhs()) || each.lhs().contains(column));
        return isPersonal ? each.violations() / k * k : each.violations();
    }

    private boolean isUnique(String name) {
        return profile.columns().stream()
                .anyMatch(column -> column.name().equals(name) && column.distinct() * 2 > profile.rows());
    }

    private void column(Profile.Column column) {
        String c = quoted(column.name());
        long rows = profile.rows();
        if (column.missing() <= rows * MOST_BROKEN) {
            add("complete", column.name(), check(column, c + " IS NOT NULL", COUNT), rows, column.missing());
        }
        if (column.count() == 0) {
            return;
        }
        if (column.distinctError() == 0
                && column.count() - column.distinct() <= column.count() * MOST_BROKEN / 10
                && column.type().matches("integer|code|text")
                && column.distinct() > 1) {
            add(
                    "unique",
                    column.name(),
                    new RuleFile.Unique(List.of(column.name())),
                    rows,
                    column.count() - column.distinct());
        }
        if (column.storedAs().equals("text") && TYPES.contains(column.type())) {
            add(
                    "type",
                    column.name(),
                    new RuleFile.OfType(column.name(), column.type()),
                    column.count() + column.misfits(),
                    column.misfits());
        }
        if (column.numbers() != null) {
            range(column, column.numbers(), c);
        }
        if (column.text() != null) {
            text(column, column.text(), c);
        }
    }

    private void range(Profile.Column column, Profile.Numbers numbers, String c) {
        if (column.isPersonal() || Alerts.isOffEarth(column)) {
            return;
        }
        if (numbers.min() >= 0) {
            add("sign", column.name(), check(column, c + " >= 0", NULLIFY), column.count(), 0);
        }
        add(
                "range",
                column.name(),
                check(
                        column,
                        c + " BETWEEN " + Numerals.written(numbers.min()) + " AND " + Numerals.written(numbers.max()),
                        COUNT),
                column.count(),
                0);
    }

    private void text(Profile.Column column, Profile.Text text, String c) {
        if (!column.isPersonal()
                && column.distinctError() == 0
                && column.distinct() * TIMES <= column.count()
                && column.distinct() - text.typos().size() <= SET) {
            List<String> slips = text.typos().stream().map(Profile.Typo::value).toList();
            List<Profile.Top> kept = column.top().stream()
                    .filter(value -> !slips.contains(value.value()))
                    .toList();
            long broken =
                    column.count() - kept.stream().mapToLong(Profile.Top::count).sum();
            add(
                    "set",
                    column.name(),
                    check(
                            column,
                            c + " IN ("
                                    + kept.stream()
                                            .map(value -> FileSource.text(String.valueOf(value.value())))
                                            .sorted()
                                            .collect(Collectors.joining(", "))
                                    + ")",
                            COUNT),
                    column.count(),
                    broken);
        } else if (!text.typos().isEmpty() && !column.isPersonal()) {
            add(
                    "spelling",
                    column.name(),
                    check(
                            column,
                            c + " NOT IN ("
                                    + text.typos().stream()
                                            .map(typo -> FileSource.text(typo.value()))
                                            .collect(Collectors.joining(", "))
                                    + ")",
                            text.typos().stream()
                                    .map(typo -> " WHEN " + FileSource.text(typo.value()) + " THEN "
                                            + FileSource.text(typo.likely()))
                                    .collect(Collectors.joining("", "CASE " + c, " ELSE " + c + " END"))),
                    column.count(),
                    text.typos().stream().mapToLong(Profile.Typo::count).sum());
        }
        if (text.patternsAreLoose()) {
            return;
        }
        // A rule of a personal column tells of no pattern that few rows have.
        long least = column.isPersonal() ? profile.privacy().k() : 1;
        List<Profile.Pattern> patterns = text.patterns().stream()
                .filter(pattern -> pattern.count() >= least)
                .toList();
        promote(column, patterns, c);
        List<Profile.Pattern> first = new ArrayList<>();
        long some = 0;
        for (Profile.Pattern pattern : patterns) {
            if (first.size() < 3 && some < column.count() * (1 - MOST_BROKEN)) {
                some += pattern.count();
                first.add(pattern);
            }
        }
        Set<String> tight = new HashSet<>();
        Set<String> loose = new HashSet<>();
        Map<String, String> expressions = new LinkedHashMap<>();
        for (Profile.Pattern pattern : first) {
            String shape = anyLength(pattern);
            if (hasAnyLength(pattern, first, patterns)) {
                loose.add(shape);
                expressions.putIfAbsent(shape, TextPattern.expression(shape, true));
            } else {
                tight.add(pattern.pattern());
                expressions.put(pattern.pattern(), pattern.expression());
            }
        }
        long covered = patterns.stream()
                .filter(each -> tight.contains(each.pattern()) || loose.contains(anyLength(each)))
                .mapToLong(Profile.Pattern::count)
                .sum();
        boolean saysSomething =
                expressions.keySet().stream().limit(1).noneMatch(shape -> shape.matches("A?a?\\+?|x\\+?"));
        boolean hasSet = rules.stream()
                .anyMatch(rule -> rule.kind().equals("set") && column.name().equals(rule.column()));
        if (saysSomething && !hasSet && covered >= column.count() * (1 - MOST_BROKEN)) {
            add(
                    "pattern",
                    column.name(),
                    check(
                            column,
                            "regexp_full_match(" + c + ", " + FileSource.text(String.join("|", expressions.values()))
                                    + ")",
                            COUNT),
                    column.count(),
                    column.count() - covered);
        }
    }

    /**
     * Whether the lengths of a pattern's runs mean nothing: frequent ones have several (7 %, 25 % and 100 %), or words have
     * (Fell and Found).
     */
    private static boolean hasAnyLength(
            Profile.Pattern pattern, List<Profile.Pattern> frequent, List<Profile.Pattern> all) {
        String shape = anyLength(pattern);
        return frequent.stream().filter(each -> isOf(each, shape)).count() > 1
                || all.stream()
                        .anyMatch(each -> isOf(each, shape) && !letters(each).equals(letters(pattern)));
    }

    private static boolean isOf(Profile.Pattern pattern, String shape) {
        return anyLength(pattern).equals(shape);
    }

    /** Its loose form, in which one digit is a run of digits, too. */
    private static String anyLength(Profile.Pattern pattern) {
        return TextPattern.loose(pattern.pattern()).replaceAll("([dD])\\+?", "$1+");
    }

    private static String letters(Profile.Pattern pattern) {
        return pattern.pattern().replaceAll("[^Aax]+", " ");
    }

    private static RuleFile.Expectation check(Profile.Column column, String check, Rule.OnViolation onViolation) {
        return new RuleFile.Check(new Rule(column.name(), column.name(), check, onViolation));
    }

    private static RuleFile.Expectation check(Profile.Column column, String check, String fix) {
        return new RuleFile.Check(new Rule(
                column.name(), column.name(), check, Rule.OnViolation.FIX, Optional.of(fix), List.of(), List.of()));
    }

    private void add(String kind, String column, RuleFile.Expectation rule, long rows, long broken) {
        if (broken > rows * MOST_BROKEN) {
            return;
        }
        String caution = rows < FEW ? "only " + Numerals.counted(rows, "row") + ": this may be an accident" : null;
        double confidence = confidence(rows, broken);
        String fix = rule instanceof RuleFile.Check check ? check.rule().fix().orElse(null) : null;
        rules.add(new Profile.SuggestedRule(
                kind, column, rule.title(), RuleFile.written(rule, ""), confidence, broken, caution, fix));
    }

    /** A rule that all of so many slices of a table keep. */
    static Profile.SuggestedRule slices(
            String kind, String column, RuleFile.Expectation rule, long slices, String unit) {
        String caution = slices < FEW ? "only " + slices + " × one " + unit + ": this may be an accident" : null;
        return new Profile.SuggestedRule(
                kind, column, rule.title(), RuleFile.written(rule, ""), confidence(slices, 0), 0, caution, null);
    }

    /** Rewrites what differs from the column's first pattern in its signs, blanks or case alone. */
    private void promote(Profile.Column column, List<Profile.Pattern> patterns, String c) {
        if (patterns.size() < 2 || patterns.get(0).coverage() < PROMOTED) {
            return;
        }
        Optional<PatternFix> fix = PatternFix.to(patterns.get(0).pattern());
        long fixable = fix.isEmpty()
                ? 0
                : patterns.stream()
                        .skip(1)
                        .filter(pattern -> fix.get().fits(pattern.pattern()))
                        .mapToLong(Profile.Pattern::count)
                        .sum();
        if (fix.isEmpty() || fixable == 0) {
            return;
        }
        String check = "regexp_full_match(" + c + ", "
                + FileSource.text(patterns.get(0).expression()) + ")";
        Rule rule = new Rule(
                column.name(),
                column.name(),
                check,
                Rule.OnViolation.FIX,
                Optional.of(fix.get().sql(c)),
                List.of(),
                List.of());
        RuleFile.Check whole = new RuleFile.Check(rule);
        long kept = patterns.get(0).count() + fixable;
        rules.add(new Profile.SuggestedRule(
                "pattern",
                column.name(),
                whole.title(),
                RuleFile.written(whole, ""),
                confidence(column.count(), Math.max(0, column.count() - kept)),
                column.count() - patterns.get(0).count(),
                column.count() < FEW
                        ? "only " + Numerals.counted(column.count(), "row") + ": this may be an accident"
                        : null,
                fix.get().sql(c)));
    }

    /** The lower end of Wilson's one-sided interval. */
    static double confidence(long rows, long broken) {
        double part = (double) (rows - broken) / rows;
        double square = Z * Z;
        double middle = part + square / (2 * rows);
        double width = Z * Math.sqrt(part * (1 - part) / rows + square / (4.0 * rows * rows));
        return Math.max(0, (middle - width) / (1 + square / rows));
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
