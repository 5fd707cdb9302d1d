package io.polder.enrich;

import io.polder.config.Definition;
import io.polder.config.LaterRules;
import io.polder.config.Mart;
import io.polder.config.Rule;
import io.polder.config.Table;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.TableDefinition;
import io.polder.store.Transform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches rules of a table on and off while it runs.
 *
 * <p>Between two batches: the places in the log at which the table stands become those from which, or up to which, the
 * rule applies. They are on the disk, in the mart's {@value LaterRules#FILE}, before the next batch is applied. So the
 * rows that are there are what the new definition makes of the log, nothing is to be rebuilt, and a rebuild gives the
 * same rows. Not thread-safe: {@link Enrichment} takes care.
 */
final class RuleSwitch {
    private static final Logger LOGGER = LoggerFactory.getLogger(RuleSwitch.class);

    private final Mart mart;
    private final Map<String, TableRunner> runners;

    RuleSwitch(Mart mart, Map<String, TableRunner> runners) {
        this.mart = mart;
        this.runners = runners;
    }

    /**
     * Switches a rule on.
     *
     * @return the rule as it applies from now on, with a name of its own
     */
    Rule on(TableRunner runner, Rule wanted) {
        check(runner.definition(), wanted);
        String name = free(wanted.name(), runner.definition().rules());
        Rule named = new Rule(
                name, wanted.column(), wanted.check(), wanted.onViolation(), wanted.fix(), List.of(), List.of());
        List<Rule> made = new ArrayList<>();
        change(
                runner,
                positions -> {
                    made.add(named.since(positions));
                    return made.get(0);
                },
                null);
        return made.get(0);
    }

    /** Switches a rule off that was switched on. */
    void off(TableRunner runner, String name) {
        Rule rule = runner.definition().rules().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new PolderException(
                        ErrorCode.NOT_FOUND,
                        List.of(new Problem(
                                "rule",
                                name,
                                "no such rule of table '" + runner.name() + "'",
                                Problem.suggestion(
                                        name,
                                        runner.definition().rules().stream()
                                                .map(Rule::name)
                                                .toList())))));
        if (!rule.isPartial()) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Rule '" + name + "' of table '" + runner.name()
                            + "' is part of polder.yaml. Fix: remove it there and" + " rebuild the table");
        }
        if (!rule.isOver()) {
            change(runner, rule::until, name);
        }
    }

    /**
     * Says that rules were switched on in another log: where they begin, this one has not come to.
     *
     * @param ends of the log, by partition
     */
    static Optional<String> ofAnotherLog(String table, List<Rule> rules, Map<Integer, Long> ends) {
        List<String> ahead = rules.stream()
                .filter(rule -> IntStream.range(0, rule.since().size())
                        .anyMatch(partition -> rule.since().get(partition) > ends.getOrDefault(partition, 0L)))
                .map(Rule::name)
                .toList();
        return ahead.isEmpty()
                ? Optional.empty()
                : Optional.of("Table " + table + ": " + String.join(", ", ahead) + " of " + LaterRules.FILE
                        + " apply from an offset on that the log has not come to: they were switched on in another log."
                        + " Fix: when that log is gone, remove " + LaterRules.FILE
                        + " from the mart's folder, start again, and switch on what you want");
    }

    private interface Change {
        Rule at(List<Long> positions);
    }

    /** @param replaced the name of the rule that the changed one takes the place of; null for a new one */
    private void change(TableRunner runner, Change change, @Nullable String replaced) {
        TableDefinition definition = runner.definition();
        int partitions = mart.feedsOf(definition.topic()).get(0).partitions();
        byte[] before = before();
        boolean isDone = false;
        try {
            redefine(runner, definition, partitions, change, replaced);
            isDone = true;
        } finally {
            if (!isDone) {
                restore(before);
            }
        }
    }

    private void redefine(
            TableRunner runner, TableDefinition definition, int partitions, Change change, @Nullable String replaced) {
        runner.redefine(positions -> {
            List<Long> offsets = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                offsets.add(positions.getOrDefault(partition, 0L));
            }
            List<Rule> rules = new ArrayList<>(definition.rules());
            Rule changed = change.at(offsets);
            if (replaced == null) {
                rules.add(changed);
            } else {
                UnaryOperator<Rule> swap = rule -> rule.name().equals(replaced) ? changed : rule;
                rules.replaceAll(swap);
            }
            write(runner.name(), rules);
            return definition.with(rules, source(runner.name(), rules));
        });
    }

    private String source(String name, List<Rule> rules) {
        Table table = mart.table(name);
        Table with = new Table(
                table.name(),
                table.from(),
                table.key(),
                table.time(),
                table.version(),
                table.select(),
                rules,
                table.publish(),
                table.retain(),
                table.personal());
        return Definition.source(
                with, TopicEvents.of(mart, table.from(), new ArrayList<>()).feeds());
    }

    private void write(String changed, List<Rule> rules) {
        Map<String, List<Rule>> all = new LinkedHashMap<>();
        for (String table : mart.tables().keySet()) {
            TableRunner runner = runners.get(table);
            if (runner == null) {
                throw new IllegalStateException("Table " + table + " is not open: its rules would be lost");
            }
            List<Rule> known =
                    table.equals(changed) ? rules : runner.definition().rules();
            List<Rule> later = known.stream().filter(Rule::isPartial).toList();
            if (!later.isEmpty()) {
                all.put(table, later);
            }
        }
        try {
            LaterRules.write(mart.folder(), all);
        } catch (IOException failure) {
            throw unavailable("written", failure);
        }
    }

    /** The file as it is; null when there is none. */
    private byte @Nullable [] before() {
        try {
            return LaterRules.bytes(mart.folder());
        } catch (IOException failure) {
            throw unavailable("read", failure);
        }
    }

    /** After a failure, which goes on: this one is in the program's log. */
    private void restore(byte @Nullable [] before) {
        try {
            LaterRules.restore(mart.folder(), before);
        } catch (IOException failure) {
            LOGGER.error(
                    "{}: has a rule that is not switched, and cannot be written. Fix: see that the mart's folder can be"
                            + " written, and remove the rule",
                    mart.folder().resolve(LaterRules.FILE),
                    failure);
        }
    }

    private PolderException unavailable(String done, IOException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                mart.folder().resolve(LaterRules.FILE) + ": cannot be " + done + ", so the rule is as it was ("
                        + failure.getMessage() + "). Fix: see that the mart's folder can be read and written",
                failure);
    }

    private static void check(TableDefinition table, Rule rule) {
        List<Problem> problems = new ArrayList<>();
        List<Transform.Column> columns = table.transform().columns();
        List<String> names = table.transform().names();
        if (!rule.column().isEmpty() && !names.contains(rule.column())) {
            problems.add(new Problem(
                    "column",
                    rule.column(),
                    "no such column of table '" + table.name() + "'",
                    Problem.suggestion(rule.column(), names)));
        }
        boolean changesColumn =
                rule.onViolation() == Rule.OnViolation.NULLIFY || rule.onViolation() == Rule.OnViolation.FIX;
        if (changesColumn && (rule.column().isEmpty() || table.key().contains(rule.column()))) {
            problems.add(new Problem(
                    "on_violation",
                    rule.onViolation().name().toLowerCase(java.util.Locale.ROOT),
                    rule.column().isEmpty() ? "needs a column" : "changes a column of the key",
                    rule.column().isEmpty() ? "name one" : "take reject, mark or count"));
        }
        if ((rule.onViolation() == Rule.OnViolation.FIX) != rule.fix().isPresent()) {
            problems.add(new Problem(
                    "fix",
                    rule.fix().orElse(""),
                    rule.fix().isPresent() ? "is used by on_violation 'fix' alone" : "is missing",
                    rule.fix().isPresent() ? "leave it out" : "say in SQL what the column becomes"));
        }
        try (SelectCompiler compiler = new SelectCompiler()) {
            problems.addAll(compiler.checkCondition("check", rule.check(), columns));
            rule.fix().ifPresent(fix -> problems.addAll(compiler.checkFix("fix", fix, columns)));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
    }

    /** A name of the rule's own, which SQL takes without quotes. */
    private static String free(String wanted, List<Rule> rules) {
        String base = wanted.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9_]+", "_");
        base = base.matches("[a-z_].*") ? base : "rule_" + base;
        base = base.substring(0, Math.min(56, base.length()));
        String name = base;
        for (int number = 2; isTaken(name, rules); number++) {
            name = base + "_" + number;
        }
        return name;
    }

    private static boolean isTaken(String name, List<Rule> rules) {
        return rules.stream().anyMatch(rule -> rule.name().equals(name));
    }
}
