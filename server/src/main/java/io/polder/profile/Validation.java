package io.polder.profile;

import io.polder.config.RuleFile;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Holds rules against what was read into a workbench. For one thread. */
public final class Validation {
    /**
     * How a rule fared.
     *
     * @param violations how many rows break it
     * @param examples the first of these rows, from 1
     * @param problem why it could not be tried; empty when it was
     */
    public record Outcome(RuleFile.Expectation rule, long violations, List<Long> examples, String problem) {
        public boolean isKept() {
            return violations == 0 && problem.isEmpty();
        }
    }

    private Validation() {}

    /**
     * Tries each rule.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param examples how many rows that break a rule are named
     */
    public static List<Outcome> validate(
            Workbench bench, List<RuleFile.Expectation> rules, List<String> nulls, int examples) {
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
        bench.run("CREATE VIEW checked AS SELECT " + (columns.isEmpty() ? "" : columns + ", ")
                + "rowid + 1 AS \"polder row\" FROM data");
        // A rule is SQL that somebody wrote: from here on it can reach nothing but these rows.
        bench.lock();
        List<Outcome> outcomes = new ArrayList<>();
        for (RuleFile.Expectation rule : rules) {
            outcomes.add(outcome(bench, typed, rule, examples));
        }
        return outcomes;
    }

    private static Outcome outcome(
            Workbench bench, Map<String, Typing.Typed> typed, RuleFile.Expectation rule, int examples) {
        String broken;
        if (rule instanceof RuleFile.Check check) {
            broken = "SELECT \"polder row\" AS row FROM checked WHERE NOT ("
                    + check.rule().check() + "\n)";
        } else if (rule instanceof RuleFile.Unique unique) {
            String key = names(unique.columns());
            String there = unique.columns().stream()
                    .map(column -> SuggestedRules.quoted(column) + " IS NOT NULL")
                    .collect(Collectors.joining(" AND "));
            broken = "SELECT \"polder row\" AS row FROM checked WHERE " + there
                    + " QUALIFY count(*) OVER (PARTITION BY " + key + ") > 1";
        } else if (rule instanceof RuleFile.OfType ofType) {
            Typing.Typed column = typed.get(ofType.column());
            if (column == null) {
                return new Outcome(
                        rule, 0, List.of(), Problem.suggestion(ofType.column(), typed.keySet()) + " (no such column)");
            }
            broken = "SELECT rowid + 1 AS row FROM data WHERE " + column.misfits();
        } else {
            RuleFile.Determined determined = (RuleFile.Determined) rule;
            String key = names(determined.determinants());
            String value = SuggestedRules.quoted(determined.column());
            // The rows that have not the most frequent value of their group; of two as frequent, the lesser is it.
            broken = "SELECT \"polder row\" AS row FROM (SELECT *, first_value(v) OVER (PARTITION BY " + key
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
            return new Outcome(rule, count, rows, "");
        } catch (PolderException refused) {
            return new Outcome(rule, 0, List.of(), String.valueOf(refused.getMessage()));
        }
    }

    private static String names(List<String> columns) {
        return columns.stream().map(SuggestedRules::quoted).collect(Collectors.joining(", "));
    }
}
