package io.polder.config;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rules in a file of their own, to hold a dataset against: those of a table ({@code column}, {@code check},
 * {@code on_violation}), a column's type, and those that no single row can break.
 *
 * <pre>{@code
 * rules:
 *   - { column: speed, check: "speed <= 250", on_violation: nullify }
 *   - { unique: [uid, time] }
 *   - { determinants: [postcode], column: municipality }
 *   - { column: speed, type: integer }
 *   - { column: time, newest_within: 2h }
 *   - { column: time, per: hour, rows_at_least: 400 }
 * }</pre>
 */
public final class RuleFile {
    /** What must hold. */
    public sealed interface Expectation {
        /** For a message: as it is written in the file. */
        String title();
    }

    /** Each row passes a check; one that is NULL passes, as in SQL. */
    public record Check(Rule rule) implements Expectation {
        @Override
        public String title() {
            return rule.check();
        }
    }

    /** No two rows agree on all these columns; a row in which one is missing agrees with none. */
    public record Unique(List<String> columns) implements Expectation {
        public Unique {
            columns = List.copyOf(columns);
        }

        @Override
        public String title() {
            return "unique: [" + String.join(", ", columns) + "]";
        }
    }

    /** Rows that agree on the determinants agree on the column. */
    public record Determined(List<String> determinants, String column) implements Expectation {
        public Determined {
            determinants = List.copyOf(determinants);
        }

        @Override
        public String title() {
            return "determinants: [" + String.join(", ", determinants) + "], column: " + column;
        }
    }

    /** Each value can be read as the type: integer, decimal, date, timestamp, time or boolean. */
    public record OfType(String column, String type) implements Expectation {
        @Override
        public String title() {
            return "type: " + type;
        }
    }

    /** Freshness: the newest value of a column of times is at most so old. */
    public record Newest(String column, Duration within) implements Expectation {
        @Override
        public String title() {
            return "newest_within: " + Durations.word(within);
        }
    }

    /**
     * There are neither too few rows nor too many.
     *
     * @param column times, by which rows are counted for each hour or the like; empty when all rows are counted together
     * @param per one of {@link #UNITS}; empty when all rows are counted together
     * @param atLeast 0 when few are welcome
     * @param atMost {@code Integer.MAX_VALUE} when many are
     */
    public record RowCount(String column, String per, int atLeast, int atMost) implements Expectation {
        public static final List<String> UNITS = List.of("hour", "day", "month", "year");

        @Override
        public String title() {
            return Stream.of(
                            per.isEmpty() ? "" : "per: " + per,
                            atLeast == 0 && atMost < Integer.MAX_VALUE ? "" : "rows_at_least: " + atLeast,
                            atMost == Integer.MAX_VALUE ? "" : "rows_at_most: " + atMost)
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(", "));
        }
    }

    private static final Key<List<Value.Mapping>> RULES = Key.required(
            "rules",
            Kind.mappings("list of rules", "write a list of rules, like '- {column: speed, check: \"speed <= 250\"}'"),
            "[{column: speed, check: \"speed <= 250\"}]",
            "What must hold.");
    private static final Section TOP = new Section("Rule file", "", "", List.of(RULES), Map.of());
    private static final Key<String> COLUMN =
            Key.optional("column", Kind.TEXT, "speed", "The column that the rule is about.");
    private static final Key<String> CHECK =
            Key.optional("check", Kind.TEXT, "\"speed <= 250\"", "SQL over the columns that must be true.");
    private static final Key<List<String>> UNIQUE =
            Key.optional("unique", Kind.TEXTS, "[uid, time]", "Columns on which no two rows agree.");
    private static final Key<List<String>> DETERMINANTS =
            Key.optional("determinants", Kind.TEXTS, "[postcode]", "Rows that agree on these agree on the column.");
    private static final Key<String> TYPE = Key.optional(
            "type",
            Kind.oneOf(
                    Map.of(
                            "integer",
                            "integer",
                            "decimal",
                            "decimal",
                            "date",
                            "date",
                            "timestamp",
                            "timestamp",
                            "time",
                            "time",
                            "boolean",
                            "boolean"),
                    Set.of()),
            "integer",
            "What each value of the column can be read as.");
    private static final Key<Duration> NEWEST =
            Key.optional("newest_within", Kind.DURATION, "2h", "How old the newest value of a column of times may be.");
    private static final Key<Integer> AT_LEAST =
            Key.optional("rows_at_least", Kind.number(0, Integer.MAX_VALUE), "400", "So many rows, or more.");
    private static final Key<Integer> AT_MOST =
            Key.optional("rows_at_most", Kind.number(0, Integer.MAX_VALUE), "500", "So many rows, or fewer.");
    private static final Key<String> PER = Key.optional(
            "per",
            Kind.oneOf(RowCount.UNITS.stream().collect(Collectors.toMap(unit -> unit, unit -> unit)), Set.of()),
            "hour",
            "Rows are counted for each of these, by a column of times: all but the first and the last.");
    private static final Section RULE = new Section(
            "Rules of a file",
            "rules[N]",
            "",
            List.of(
                    MartKeys.RULE_NAME,
                    COLUMN,
                    CHECK,
                    TYPE,
                    UNIQUE,
                    DETERMINANTS,
                    NEWEST,
                    AT_LEAST,
                    AT_MOST,
                    PER,
                    MartKeys.ON_VIOLATION,
                    MartKeys.FIX),
            Map.of());

    private RuleFile() {}

    /**
     * Reads a file.
     *
     * @throws PolderException INVALID_DEFINITION with all problems
     */
    public static List<Expectation> read(Path file) {
        Problems problems = new Problems();
        List<Expectation> expectations = new ArrayList<>();
        Value.Mapping document = YamlDocument.read(file, "rules: [{column: speed, check: \"speed <= 250\"}]", problems);
        if (document != null) {
            List<Value.Mapping> rules = TOP.open(document, problems).find(RULES);
            for (Value.Mapping rule : rules == null ? List.<Value.Mapping>of() : rules) {
                expectation(rule, problems, expectations);
            }
        }
        problems.throwIfAny();
        if (expectations.isEmpty()) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION, file + ": there is no rule in it. Fix: write one below 'rules:'");
        }
        return expectations;
    }

    private static void expectation(Value.Mapping rule, Problems problems, List<Expectation> expectations) {
        Section.Members members = RULE.open(rule, problems);
        String column = members.find(COLUMN);
        String check = members.find(CHECK);
        List<String> unique = members.find(UNIQUE);
        List<String> determinants = members.find(DETERMINANTS);
        String type = members.find(TYPE);
        Duration newest = members.find(NEWEST);
        Integer atLeast = members.find(AT_LEAST);
        Integer atMost = members.find(AT_MOST);
        String per = members.find(PER);
        boolean counts = atLeast != null || atMost != null;
        long kinds = Stream.of(check, unique, determinants, type, newest, counts ? Boolean.TRUE : null)
                .filter(Objects::nonNull)
                .count();
        boolean needsColumn = determinants != null || type != null || newest != null || per != null;
        if (kinds != 1
                || (needsColumn && column == null)
                || (per != null && !counts)
                || (counts && column != null && per == null)) {
            problems.add(
                    rule,
                    "is not one rule",
                    "write check, or unique, or type with a column, or determinants with a column, or newest_within with a"
                            + " column, or rows_at_least and rows_at_most, with per and a column or without both");
        } else if (counts) {
            expectations.add(new RowCount(
                    Objects.requireNonNullElse(column, ""),
                    Objects.requireNonNullElse(per, ""),
                    Objects.requireNonNullElse(atLeast, 0),
                    Objects.requireNonNullElse(atMost, Integer.MAX_VALUE)));
        } else if (check != null) {
            String name = members.find(MartKeys.RULE_NAME);
            expectations.add(new Check(new Rule(
                    name == null ? "rule_" + (expectations.size() + 1) : name,
                    column == null ? "" : column,
                    check,
                    members.get(MartKeys.ON_VIOLATION),
                    Optional.ofNullable(members.find(MartKeys.FIX)),
                    List.of(),
                    List.of())));
        } else if (unique != null) {
            expectations.add(new Unique(unique));
        } else if (column != null && type != null) {
            expectations.add(new OfType(column, type));
        } else if (column != null && newest != null) {
            expectations.add(new Newest(column, newest));
        } else if (column != null && determinants != null) {
            expectations.add(new Determined(determinants, column));
        }
    }

    /** The text of one rule, as a line of a file. */
    public static String written(Expectation expectation, String comment) {
        String body;
        if (expectation instanceof Check check) {
            Rule rule = check.rule();
            body = (rule.column().isEmpty() ? "" : "column: " + YamlText.quoted(rule.column()) + ", ") + "check: "
                    + YamlText.quoted(rule.check()) + ", on_violation: "
                    + rule.onViolation().name().toLowerCase(java.util.Locale.ROOT)
                    + rule.fix().map(fix -> ", fix: " + YamlText.quoted(fix)).orElse("");
        } else if (expectation instanceof Unique unique) {
            body = "unique: " + list(unique.columns());
        } else if (expectation instanceof OfType typed) {
            body = "column: " + YamlText.quoted(typed.column()) + ", type: " + typed.type();
        } else if (expectation instanceof Newest newest) {
            body = "column: " + YamlText.quoted(newest.column()) + ", " + newest.title();
        } else if (expectation instanceof RowCount rows) {
            body = (rows.column().isEmpty() ? "" : "column: " + YamlText.quoted(rows.column()) + ", ") + rows.title();
        } else {
            Determined determined = (Determined) expectation;
            body = "determinants: " + list(determined.determinants()) + ", column: "
                    + YamlText.quoted(determined.column());
        }
        return "  - { " + body + " }" + (comment.isEmpty() ? "" : "  # " + comment);
    }

    private static String list(List<String> texts) {
        return "[" + String.join(", ", texts.stream().map(YamlText::quoted).toList()) + "]";
    }
}
