package io.polder.app;

import io.polder.config.RuleFile;
import io.polder.profile.Validation;
import io.polder.record.ErrorCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds rules against a file. */
@Command(
        name = "validate",
        description = {
            "Holds rules against a file, and says which rows break them; exits with 1 when one does.",
            "./polder profile FILE --rules RULES writes the rules that hold now."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder validate flights.csv --rules flights.yaml",
            "  ./polder validate new.csv --rules flights.yaml --examples 100"
        })
final class ValidateCommand implements Callable<Integer> {
    /** A rule that is longer is shown by its beginning. */
    private static final int MOST = 200;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "",
            description = "A file, a glob in quotes, or - for standard input; with --table or --topic where these are.")
    private String file;

    @Option(names = "--rules", paramLabel = "RULES", required = true, description = "The file of rules.")
    private Path rules;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many rows that break a rule are named. Default: ${DEFAULT-VALUE}.")
    private int examples;

    @Mixin
    private SourceOptions source;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<RuleFile.Expectation> expectations = RuleFile.read(rules);
        List<Validation.Outcome> outcomes = source.with(
                file,
                (bench, read) -> Validation.validate(
                        bench,
                        expectations,
                        source.files().nulls(),
                        Math.max(0, examples),
                        InstantSource.system().instant()));
        int broken = 0;
        for (Validation.Outcome outcome : outcomes) {
            String written = RuleFile.written(outcome.rule(), "").strip();
            String rule = written.length() > MOST ? written.substring(0, MOST) + "…" : written;
            if (!outcome.problem().isEmpty()) {
                out.println("cannot be tried  " + rule);
                out.println("                 " + outcome.problem());
                broken++;
            } else if (!outcome.told().isEmpty()) {
                out.println("not kept         " + rule);
                outcome.told().forEach(told -> out.println("                 " + told));
                long more = outcome.violations() - outcome.told().size();
                if (more > 0) {
                    out.println("                 and " + more + " more");
                }
                broken++;
            } else if (!outcome.isKept()) {
                String rows = outcome.examples().stream().map(String::valueOf).collect(Collectors.joining(", "));
                out.println(String.format(Locale.ROOT, "%,10d rows  ", outcome.violations()) + rule);
                out.println("                 rows " + rows
                        + (outcome.violations() > outcome.examples().size() ? ", …" : ""));
                broken++;
            }
        }
        out.println(outcomes.size() - broken + " of " + outcomes.size() + " rules are kept.");
        out.flush();
        return broken == 0 ? 0 : ErrorCode.UNAVAILABLE.exitCode();
    }
}
