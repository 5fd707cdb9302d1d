package io.polder.app;

import io.polder.profile.Pair;
import io.polder.profile.Profile;
import io.polder.profile.Profiler;
import io.polder.profile.Reports;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what is in a file. */
@Command(
        name = "profile",
        description = {
            "Says what is in a dataset: how complete, how distributed, what depends on what, what looks wrong.",
            "Files in CSV, JSON, Parquet, Avro, Arrow and ORC, text also compressed with gzip or zstd; what is detected can"
                    + " be told otherwise. A database's answer, a mart's table, or a topic."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder profile flights.csv",
            "  ./polder profile flights.csv.gz --html flights.html --json flights.json --rules flights.yaml",
            "  ./polder profile \"history/*.parquet\" --no-dependencies",
            "  cat flights.csv | ./polder profile -",
            "  ./polder profile flights.csv --key carrier,number,day",
            "  ./polder profile flights.csv --pair carrier,tail",
            "  ./polder profile --table traffic examples/flanders",
            "  ./polder profile --topic traffic --limit 100000 examples/flanders",
            "  ./polder profile --jdbc jdbc:postgresql://host/db --driver postgresql.jar --query \"SELECT * FROM flights\""
        })
final class ProfileCommand implements Runnable {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "",
            description = "A file, a glob in quotes, or - for standard input; with --table or --topic where these are.")
    private String file;

    @Option(names = "--json", paramLabel = "OUT", description = "Writes all of it as JSON.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "OUT", description = "Writes it as one page that needs nothing else.")
    private @Nullable Path html;

    @Option(names = "--personal", paramLabel = "COLUMN", description = "Is personal: rare values are hidden.")
    private Set<String> personal = Set.of();

    @Option(
            names = "--k",
            paramLabel = "K",
            defaultValue = "10",
            description = "Of personal columns nothing is shown that fewer rows have. Default: ${DEFAULT-VALUE}.")
    private int least;

    @Option(names = "--no-dependencies", description = "Does not look for dependencies and keys.")
    private boolean isWithoutDependencies;

    @Option(
            names = "--key",
            paramLabel = "COLUMN,COLUMN",
            description = "Is said to be a key: whether it is one, and which rows break it. May be given again.")
    private List<String> keys = List.of();

    @Option(
            names = "--pair",
            paramLabel = "A,B",
            description = "Answers one question alone: is there a dependency between these two columns?")
    private @Nullable String pair;

    @Option(names = "--rules", paramLabel = "OUT", description = "Writes the rules that hold, for ./polder validate.")
    private @Nullable Path rules;

    @Mixin
    private SourceOptions source;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (least < 1) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST, "--k = '" + least + "': nothing would be hidden. Fix: give 1 or more");
        }
        if (pair != null) {
            if (!keys.isEmpty() || html != null || rules != null) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        "--pair = '" + pair
                                + "': answers one question alone. Fix: leave out --key, --html and --rules, or ask"
                                + " for them in another run");
            }
            pair(out, pair);
            return;
        }
        FileOptions reading = source.files();
        List<List<String>> declared = keys.stream().map(ProfileCommand::names).toList();
        Profile profile = source.with(file, (bench, read) -> {
            try (Progress progress = new Progress(spec.commandLine().getErr(), "profiling", 1_000)) {
                long[] told = {0};
                Profiler.Settings settings = new Profiler.Settings(
                        reading.nulls(), personal, least, !isWithoutDependencies, reading.threads(), declared);
                return Profiler.profile(bench, source.name(file), read, settings, done -> {
                    long now = Math.round(done * 1_000);
                    progress.add(now - told[0]);
                    told[0] = now;
                });
            }
        });
        write(json, () -> Reports.json(profile));
        write(html, () -> Reports.html(profile));
        write(rules, () -> Reports.rules(profile));
        boolean isTerminal = Boolean.getBoolean("polder.terminal") && System.getenv("NO_COLOR") == null;
        int width = Optional.ofNullable(System.getenv("COLUMNS"))
                .filter(columns -> columns.matches("\\d{2,4}"))
                .map(Integer::parseInt)
                .orElse(120);
        Reports.text(profile, width, isTerminal).forEach(out::println);
        if (html != null) {
            out.println("The page is " + html.toAbsolutePath());
        }
        out.flush();
    }

    private static List<String> names(String columns) {
        return Arrays.stream(columns.split(",")).map(String::strip).toList();
    }

    private void pair(PrintWriter out, String columns) {
        List<String> names = names(columns);
        if (names.size() != 2) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem("--pair", columns, "is not two columns", "write it like carrier,tail")));
        }
        Pair answer = source.with(
                file,
                (bench, read) -> Pair.ask(
                        bench, names.get(0), names.get(1), source.files().nulls(), personal, least));
        answer.sentences().forEach(out::println);
        write(json, () -> Reports.json(answer));
        out.flush();
    }

    private interface Text {
        String get();
    }

    private static void write(@Nullable Path path, Text text) {
        if (path == null) {
            return;
        }
        if (path.toString().equals(FileOptions.STANDARD_INPUT)) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "'-' is no file to write to: the terminal has the report. Fix: name a file, or /dev/stdout");
        }
        try {
            Files.writeString(path, text.get());
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    path + ": cannot be written. Fix: see that its folder is there and can be written ("
                            + failure.getMessage() + ")",
                    failure);
        }
    }
}
