package io.polder.app;

import io.polder.profile.Comparison;
import io.polder.record.ErrorCode;
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
            "Exits with 1 when something has drifted."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  ./polder compare may.csv june.csv", "  ./polder compare may.csv june.csv --all"})
final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "BEFORE", description = "A file, or a glob in quotes.")
    private String before;

    @Parameters(index = "1", paramLabel = "AFTER", description = "Another.")
    private String after;

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
        Comparison.Snapshot was = snapshot(before);
        Comparison.Snapshot is = snapshot(after);
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

    private Comparison.Snapshot snapshot(String file) {
        return reading.with(
                file, (bench, source) -> Comparison.snapshot(bench, reading.name(file), reading.nulls(), personal));
    }
}
