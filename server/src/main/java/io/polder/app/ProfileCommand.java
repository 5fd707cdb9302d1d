package io.polder.app;

import io.polder.config.Sizes;
import io.polder.profile.FileSource;
import io.polder.profile.Profile;
import io.polder.profile.Profiler;
import io.polder.profile.Reports;
import io.polder.profile.Workbench;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what is in a file. */
@Command(
        name = "profile",
        description = {
            "Says what is in a file: how complete, how distributed, what depends on what, what looks wrong.",
            "CSV, JSON and Parquet, also compressed with gzip or zstd; what is detected can be told otherwise."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder profile flights.csv",
            "  ./polder profile flights.csv.gz --html flights.html --json flights.json",
            "  ./polder profile \"history/*.parquet\" --no-dependencies",
            "  cat flights.csv | ./polder profile -"
        })
final class ProfileCommand implements Runnable {
    @Parameters(paramLabel = "FILE", description = "A file, a glob in quotes, or - for standard input.")
    private String file;

    @Option(names = "--json", paramLabel = "OUT", description = "Writes all of it as JSON.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "OUT", description = "Writes it as one page that needs nothing else.")
    private @Nullable Path html;

    @Option(names = "--format", paramLabel = "FORMAT", description = "csv, json or parquet. Default: by name and content.")
    private Optional<String> format = Optional.empty();

    @Option(names = "--delimiter", paramLabel = "CHAR", description = "Between columns; \\t is a tab. Default: detected.")
    private Optional<String> delimiter = Optional.empty();

    @Option(names = "--quote", paramLabel = "CHAR", description = "Around values. Default: detected.")
    private Optional<String> quote = Optional.empty();

    @Option(names = "--encoding", paramLabel = "NAME", description = "utf-8, utf-16 or latin-1. Default: detected.")
    private Optional<String> encoding = Optional.empty();

    @Option(
            names = "--header",
            negatable = true,
            description = "Whether the first line names the columns. Default: detected.")
    private @Nullable Boolean header;

    @Option(names = "--null", paramLabel = "WORD", description = "Stands for no value; may be given again.")
    private List<String> nulls = List.of();

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
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "2GiB",
            description = "What it may take; beyond, it works on disk. Default: ${DEFAULT-VALUE}.")
    private String memory;

    @Option(names = "--threads", paramLabel = "N", description = "Default: one for each core.")
    private @Nullable Integer threads;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (least < 1) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST, "--k = '" + least + "': nothing would be hidden. Fix: give 1 or more");
        }
        int atOnce = threads == null ? Runtime.getRuntime().availableProcessors() : Math.max(1, threads);
        // The program's own heap is a part of what it may take.
        long engine = Math.max(64L << 20, Sizes.parse(memory) * 3 / 5);
        Workbench.Settings room =
                new Workbench.Settings(engine, atOnce, Path.of(System.getProperty("java.io.tmpdir")));
        Profile profile;
        try (Workbench bench = Workbench.open(room);
                Progress progress = new Progress(spec.commandLine().getErr(), "profiling", 1_000)) {
            Optional<Boolean> hasHeader = Optional.ofNullable(header);
            FileSource.Told told = new FileSource.Told(format, delimiter, quote, encoding, hasHeader);
            String path = file.equals("-") ? standardInput(room.folder()) : file;
            try {
                Profile.Source source = FileSource.read(bench, path, told);
                String name = file.equals("-")
                        ? "standard input"
                        : String.valueOf(Path.of(file).getFileName());
                Profiler.Settings settings =
                        new Profiler.Settings(nulls, personal, least, !isWithoutDependencies, atOnce);
                long[] told1000 = {0};
                profile = Profiler.profile(bench, name, source, settings, done -> {
                    long now = Math.round(done * 1_000);
                    progress.add(now - told1000[0]);
                    told1000[0] = now;
                });
            } finally {
                if (file.equals("-")) {
                    Files.deleteIfExists(Path.of(path));
                }
            }
        } catch (IOException left) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE, "A file of its own could not be removed. Fix: remove it (" + left.getMessage() + ")", left);
        }
        write(json, () -> Reports.json(profile));
        write(html, () -> Reports.html(profile));
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

    private interface Text {
        String get();
    }

    private static void write(@Nullable Path path, Text text) {
        if (path == null) {
            return;
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

    /** Some of what is detected needs a second look, so it is kept. */
    private static String standardInput(Path folder) throws IOException {
        Path kept = Files.createTempFile(folder, "polder-input-", "");
        InputStream in = System.in;
        Files.copy(in, kept, StandardCopyOption.REPLACE_EXISTING);
        return kept.toString();
    }
}
