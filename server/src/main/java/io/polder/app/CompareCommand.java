package io.polder.app;

import io.polder.profile.Comparison;
import io.polder.profile.Inclusions;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what has changed from one file to another. */
@Command(
        name = "compare",
        description = {
            "Says what has changed from one file to another, by how much, and whether chance could do it.",
            "Exits with 1 when something has drifted. With --inclusions it says instead which columns of one file have"
                    + " all their values in a column of another."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder compare may.csv june.csv",
            "  ./polder compare may.csv june.csv --all",
            "  ./polder compare orders.csv customers.csv products.csv --inclusions"
        })
final class CompareCommand implements Callable<Integer> {
    @Parameters(
            arity = "2..*",
            paramLabel = "FILE",
            description = "A file, or a glob in quotes: how it was, and how it is; with --inclusions two or more.")
    private List<String> files = List.of();

    @Option(names = "--inclusions", description = "Says which columns have their values in another file's column.")
    private boolean isOfInclusions;

    @Option(names = "--all", description = "Shows what has not drifted, too.")
    private boolean isAll;

    @Option(names = "--personal", paramLabel = "COLUMN", description = "Is personal: its values are not shown.")
    private Set<String> personal = Set.of();

    @Mixin
    private FileOptions reading;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (isOfInclusions) {
            inclusions(out);
            return 0;
        }
        if (files.size() > 2) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    files.size() + " files: what drifted is said of two. Fix: name two, or give --inclusions");
        }
        Comparison.Snapshot was = snapshot(files.get(0));
        Comparison.Snapshot is = snapshot(files.get(1));
        List<Comparison.Drift> found = Comparison.compare(was, is);
        long drifted = found.stream().filter(Comparison.Drift::hasDrifted).count();
        out.println(String.format(Locale.ROOT, "%,d rows → %,d rows", was.rows(), is.rows()));
        Grid grid = new Grid("column", "of its", "effect", "by chance", "was → is");
        for (Comparison.Drift drift : found) {
            if (isAll || drift.hasDrifted()) {
                grid.add(
                        drift.column(),
                        drift.kind(),
                        String.format(Locale.ROOT, "%.3f", drift.effect()),
                        Double.isNaN(drift.probability())
                                ? ""
                                : String.format(Locale.ROOT, "%.2g", drift.probability()),
                        drift.what());
            }
        }
        if (isAll || drifted > 0) {
            grid.printTo(out);
        }
        out.println(drifted == 0 ? "Nothing has drifted." : drifted + " of " + found.size() + " have drifted.");
        out.flush();
        return drifted == 0 ? 0 : ErrorCode.UNAVAILABLE.exitCode();
    }

    private void inclusions(PrintWriter out) {
        List<Inclusions.Inclusion> found = reading.withBench(bench -> {
            Inclusions inclusions = new Inclusions(bench, reading.nulls(), personal);
            for (String file : files) {
                reading.read(bench, file);
                inclusions.add(reading.name(file));
            }
            return inclusions.find();
        });
        Grid grid = new Grid("values of", "are in", "values", "of", "absent", "");
        for (Inclusions.Inclusion each : found) {
            if (isAll || each.caution().isEmpty()) {
                grid.add(
                        each.file() + " " + each.column(),
                        each.otherFile() + " " + each.otherColumn() + (each.isKey() ? " (unique)" : ""),
                        String.format(Locale.ROOT, "%,d", each.values()),
                        String.format(Locale.ROOT, "%,d", each.others()),
                        each.absent() == 0 ? "none" : each.absent() + " " + String.join(", ", each.examples()),
                        each.caution());
            }
        }
        long left = found.stream().filter(each -> !each.caution().isEmpty()).count();
        if (isAll || left < found.size()) {
            grid.printTo(out);
        }
        out.println(found.size() + " columns have their values in another file's column"
                + (left > 0 && !isAll ? "; " + left + " that may be by accident are shown with --all." : "."));
        out.flush();
    }

    private Comparison.Snapshot snapshot(String file) {
        return reading.with(
                file, (bench, source) -> Comparison.snapshot(bench, reading.name(file), reading.nulls(), personal));
    }
}
