package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.profile.Comparison;
import io.polder.profile.Inclusions;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            "Says what has changed from one file to another, or from one range of time to another in a table of a running"
                    + " mart, by how much, and whether chance could do it.",
            "Exits with 1 when something has drifted. With --inclusions it says instead which columns of one file have"
                    + " all their values in a column of another."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder compare may.csv june.csv",
            "  ./polder compare may.csv june.csv --all",
            "  ./polder compare --table traffic --range 2017-04-27T06:00:00Z/2017-04-27T09:00:00Z --against"
                    + " 2017-04-20T06:00:00Z/2017-04-20T09:00:00Z examples/flanders",
            "  ./polder compare orders.csv customers.csv products.csv --inclusions"
        })
final class CompareCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description = "A file, or a glob in quotes: how it was, and how it is; with --inclusions two or more. With"
                    + " --table the folder of the mart, when it is not this one.")
    private List<String> files = List.of();

    @Option(
            names = "--table",
            paramLabel = "NAME",
            description = "A table of a running mart, of which ranges are compared.")
    private @Nullable String table;

    @Option(
            names = "--range",
            paramLabel = "FROM/TO",
            description = "Of a table: how it is. Two times such as 2017-04-27T06:00:00Z; whole slices are compared.")
    private @Nullable String range;

    @Option(names = "--against", paramLabel = "FROM/TO", description = "Of a table: how it was.")
    private @Nullable String against;

    @Option(names = "--inclusions", description = "Says which columns have their values in another file's column.")
    private boolean isOfInclusions;

    @Option(names = "--all", description = "Shows what has not drifted, too.")
    private boolean isAll;

    @Option(names = "--personal", paramLabel = "COLUMN", description = "Is personal: its values are not shown.")
    private Set<String> personal = Set.of();

    @Mixin
    private FileOptions reading;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (table != null) {
            return ranges(out, table);
        }
        if (range != null || against != null) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--range and --against without --table: these are of a table. Fix: name it with --table");
        }
        if (files.size() < 2) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    files.size() + " files: two are compared. Fix: name two, or a table with --table");
        }
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
        return print(out, was.rows(), is.rows(), Comparison.compare(was, is));
    }

    private int ranges(PrintWriter out, String name) {
        if (isOfInclusions || files.size() > 1) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--table compares two ranges of one table of one mart. Fix: leave out "
                            + (isOfInclusions ? "--inclusions" : "all but the mart's folder"));
        }
        String[] is = interval("--range", range);
        String[] was = interval("--against", against);
        Path folder = Path.of(files.isEmpty() ? "" : files.get(0));
        JsonNode found = Client.of(home.of(folder))
                .get("/api/tables/" + Client.part(name) + "/compare?from=" + Client.part(is[0]) + "&to="
                        + Client.part(is[1]) + "&against-from=" + Client.part(was[0]) + "&against-to="
                        + Client.part(was[1]));
        List<Comparison.Drift> drifts = new ArrayList<>();
        found.path("drifts")
                .forEach(drift -> drifts.add(new Comparison.Drift(
                        drift.path("column").asText(),
                        drift.path("kind").asText(),
                        drift.path("what").asText(),
                        drift.path("effect").asDouble(),
                        drift.path("probability").asDouble(Double.NaN),
                        drift.path("hasDrifted").asBoolean())));
        return print(
                out, found.at("/before/rows").asLong(), found.at("/after/rows").asLong(), drifts);
    }

    private static String[] interval(String option, @Nullable String text) {
        String[] ends = text == null ? new String[0] : text.split("/", -1);
        if (ends.length != 2) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    option + " = '" + (text == null ? "" : text) + "': not a range of time. Fix: write it like"
                            + " 2017-04-27T06:00:00Z/2017-04-27T09:00:00Z");
        }
        return ends;
    }

    private int print(PrintWriter out, long before, long after, List<Comparison.Drift> found) {
        long drifted = found.stream().filter(Comparison.Drift::hasDrifted).count();
        out.println(String.format(Locale.ROOT, "%,d rows → %,d rows", before, after));
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
        out.println(
                drifted == 0 ? "Nothing has drifted." : drifted + " of " + found.size() + " statistics have drifted.");
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
