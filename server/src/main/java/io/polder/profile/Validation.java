package io.polder.profile;

import io.polder.config.RuleFile;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.duck.EngineMessage;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds rules against what was read into a workbench. For one thread. */
public final class Validation {
    /**
     * How a rule fared.
     *
     * @param violations how many rows break it, or of a rule about when rows come and how many do, see {@link #told}
     * @param examples the first of these rows, from 1
     * @param told of a rule about when rows come and how many do: what breaks it
     * @param problem why it could not be tried; empty when it was
     */
    public record Outcome(
            RuleFile.Expectation rule, long violations, List<Long> examples, List<String> told, String problem) {
        static Outcome untried(RuleFile.Expectation rule, String problem) {
            return new Outcome(rule, 0, List.of(), List.of(), problem);
        }

        static Outcome of(RuleFile.Expectation rule, Arrivals.Found found) {
            return new Outcome(rule, found.violations(), List.of(), found.told(), found.problem());
        }

        public boolean isKept() {
            return violations == 0 && problem.isEmpty();
        }
    }

    /** The number of a row, from 1. */
    private static final String ROW = "\"polder row\"";

    private Validation() {}

    /**
     * Tries each rule.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param examples how many rows that break a rule are named
     * @param now which the newest value is held against, where that is a rule; times without a zone are taken as UTC
     */
    public static List<Outcome> validate(
            Workbench bench, List<RuleFile.Expectation> rules, List<String> nulls, int examples, Instant now) {
        Map<String, String> types = new HashMap<>();
        for (RuleFile.Expectation rule : rules) {
            if (rule instanceof RuleFile.OfType typed) {
                types.put(typed.column(), typed.type());
            }
        }
        Map<String, Typing.Typed> typed = new LinkedHashMap<>();
        Typing.make(bench, nulls, types).forEach(column -> typed.put(column.name(), column));
        String columns = typed.values().stream()
                .map(column -> column.column() + " AS " + SuggestedRules.quoted(column.name()))
                .collect(Collectors.joining(", "));
        bench.run("CREATE VIEW checked AS SELECT " + (columns.isEmpty() ? "" : columns + ", ") + "rowid + 1 AS " + ROW
                + " FROM data");
        // A rule is SQL that somebody wrote: from here on it can reach nothing but these rows.
        bench.lock();
        List<Outcome> outcomes = new ArrayList<>();
        for (RuleFile.Expectation rule : rules) {
            outcomes.add(
                    rule instanceof RuleFile.Newest || rule instanceof RuleFile.RowCount
                            ? arrivals(bench, typed, rule, now)
                            : outcome(bench, typed, types.keySet(), rule, examples));
        }
        return outcomes;
    }

    private static Outcome outcome(
            Workbench bench,
            Map<String, Typing.Typed> typed,
            Set<String> ofTypes,
            RuleFile.Expectation rule,
            int examples) {
        String broken;
        if (rule instanceof RuleFile.Check check) {
            broken = "SELECT " + ROW + " AS row FROM checked WHERE NOT ("
                    + check.rule().check() + "\n)"
                    + butMisfits(typed.get(check.rule().column()), ofTypes);
        } else if (rule instanceof RuleFile.Unique unique) {
            Optional<String> unknown = unknown(unique.columns(), typed);
            if (unknown.isPresent()) {
                return Outcome.untried(rule, noSuchColumn(unknown.get(), typed));
            }
            String key = names(unique.columns());
            String there = unique.columns().stream()
                    .map(column -> SuggestedRules.quoted(column) + " IS NOT NULL")
                    .collect(Collectors.joining(" AND "));
            broken = "SELECT " + ROW + " AS row FROM checked WHERE " + there + " QUALIFY count(*) OVER (PARTITION BY "
                    + key + ") > 1";
        } else if (rule instanceof RuleFile.OfType ofType) {
            Typing.Typed column = typed.get(ofType.column());
            if (column == null) {
                return Outcome.untried(rule, noSuchColumn(ofType.column(), typed));
            }
            broken = "SELECT rowid + 1 AS row FROM data WHERE " + column.misfits();
        } else {
            RuleFile.Determined determined = (RuleFile.Determined) rule;
            List<String> all = new ArrayList<>(determined.determinants());
            all.add(determined.column());
            Optional<String> unknown = unknown(all, typed);
            if (unknown.isPresent()) {
                return Outcome.untried(rule, noSuchColumn(unknown.get(), typed));
            }
            String key = names(determined.determinants());
            String value = SuggestedRules.quoted(determined.column());
            // The rows that have not the most frequent value of their group; of two as frequent, the lesser is it.
            broken = "SELECT " + ROW + " AS row FROM (SELECT *, first_value(v) OVER (PARTITION BY " + key
                    + " ORDER BY n DESC, v NULLS LAST) AS usual FROM (SELECT *, " + value
                    + " AS v, count(*) OVER (PARTITION BY "
                    + key + ", " + value + ") AS n FROM checked)) WHERE v IS DISTINCT FROM usual";
        }
        try {
            long count = bench.number("SELECT count(*) FROM (" + broken + ")");
            List<Long> rows = new ArrayList<>();
            if (count > 0) {
                bench.read(
                        "SELECT row FROM (" + broken + ") ORDER BY row LIMIT " + examples,
                        row -> rows.add(row.getLong(1)));
            }
            return new Outcome(rule, count, rows, List.of(), "");
        } catch (PolderException refused) {
            return Outcome.untried(rule, sentence(refused, typed));
        }
    }

    /** A value that is not of its column's type is seen as missing, and is what the rule of the type tells of. */
    private static String butMisfits(Typing.@Nullable Typed column, Set<String> ofTypes) {
        return column == null || !ofTypes.contains(column.name())
                ? ""
                : " AND " + ROW + " NOT IN (SELECT rowid + 1 FROM data WHERE " + column.misfits() + ")";
    }

    private static Optional<String> unknown(List<String> columns, Map<String, Typing.Typed> typed) {
        return columns.stream().filter(column -> !typed.containsKey(column)).findFirst();
    }

    private static String noSuchColumn(String name, Map<String, Typing.Typed> typed) {
        return "There is no column '" + name + "'. Fix: " + Problem.suggestion(name, typed.keySet());
    }

    private static final Pattern UNKNOWN = Pattern.compile("Referenced column \"(.*)\" not found.*");

    /** What the engine says of a check, in the words of who wrote it. */
    private static String sentence(PolderException refused, Map<String, Typing.Typed> typed) {
        if (!(refused.getCause() instanceof SQLException failure)) {
            return String.valueOf(refused.getMessage());
        }
        EngineMessage message = EngineMessage.of(String.valueOf(failure.getMessage()));
        Matcher unknown = UNKNOWN.matcher(message.wrong());
        if (unknown.matches()) {
            String name = unknown.group(1);
            return noSuchColumn(name, typed) + " A text is written in single quotes: '" + name + "'";
        }
        return "The check is not what can be asked: " + message.wrong() + ". Fix: "
                + (message.kind().equals("Parser")
                        ? "write one condition in SQL, as in speed <= 250"
                        : message.kind().equals("Binder")
                                ? "compare values of one type, as in CAST(name AS INTEGER) > 5"
                                : message.fix().isEmpty() ? "see docs/profiling.md, Rules" : message.fix());
    }

    private static Outcome arrivals(
            Workbench bench, Map<String, Typing.Typed> typed, RuleFile.Expectation rule, Instant now) {
        if (rule instanceof RuleFile.RowCount rows && rows.per().isEmpty()) {
            return Outcome.of(rule, Arrivals.all(rows, bench.number("SELECT count(*) FROM data")));
        }
        String name = rule instanceof RuleFile.Newest newest ? newest.column() : ((RuleFile.RowCount) rule).column();
        Typing.Typed column = typed.get(name);
        if (column == null) {
            return Outcome.untried(rule, noSuchColumn(name, typed));
        }
        if (!column.isTime()) {
            return Outcome.untried(rule, "column '" + name + "' is " + column.type() + " and has no times");
        }
        String time = "CAST(" + column.column() + " AS TIMESTAMP)";
        if (rule instanceof RuleFile.RowCount rows) {
            NavigableMap<Instant, Long> slices = new TreeMap<>();
            bench.read(
                    "SELECT epoch_us(date_trunc('" + rows.per() + "', " + time
                            + ")), count(*) FROM data WHERE isfinite(" + time + ") GROUP BY 1",
                    row -> slices.put(instant(row.getLong(1)), row.getLong(2)));
            return Outcome.of(rule, Arrivals.slices(rows, slices, count -> count));
        }
        List<Instant> newest = new ArrayList<>();
        bench.read(
                "SELECT epoch_us(max(" + time + ")) FROM data WHERE isfinite(" + time + ") HAVING count(*) > 0",
                row -> newest.add(instant(row.getLong(1))));
        return newest.isEmpty()
                ? Outcome.untried(rule, "column '" + name + "' has no value")
                : Outcome.of(rule, Arrivals.newest((RuleFile.Newest) rule, newest.get(0), now));
    }

    private static Instant instant(long microseconds) {
        return Instant.EPOCH.plus(microseconds, ChronoUnit.MICROS);
    }

    private static String names(List<String> columns) {
        return columns.stream().map(SuggestedRules::quoted).collect(Collectors.joining(", "));
    }
}
