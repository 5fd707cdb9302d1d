package io.polder.app;

import io.polder.config.Sizes;
import io.polder.profile.FileSource;
import io.polder.profile.Profile;
import io.polder.profile.Workbench;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a file is read, and what may be taken for it. */
final class FileOptions {
    static final String STANDARD_INPUT = "-";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "csv, json, parquet, avro, arrow or orc. Default: by name and content.")
    private Optional<String> format = Optional.empty();

    @Option(
            names = "--delimiter",
            paramLabel = "CHAR",
            description = "Between columns; \\t is a tab. Default: detected.")
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

    @Option(
            names = "--skip",
            paramLabel = "N",
            description = "Lines above the table, such as a title. Default: detected.")
    private @Nullable Integer skip;

    @Option(names = "--null", paramLabel = "WORD", description = "Stands for no value; may be given again.")
    private List<String> nulls = List.of();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "2GiB",
            description = "What it may take; beyond, it works on disk. Default: ${DEFAULT-VALUE}.")
    private String memory;

    @Option(names = "--threads", paramLabel = "N", description = "Default: one for each core.")
    private @Nullable Integer threads;

    /** What is done with a file that was read. */
    interface Use<T> {
        T with(Workbench bench, Profile.Source source);
    }

    List<String> nulls() {
        return nulls;
    }

    int threads() {
        if (threads != null && threads < 1) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST, "--threads = '" + threads + "': does no work. Fix: give 1 or more");
        }
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** What a file is called. */
    String name(String file) {
        return file.equals(STANDARD_INPUT)
                ? "standard input"
                : String.valueOf(Path.of(file).getFileName());
    }

    private long bytes() {
        try {
            return Sizes.parse(memory);
        } catch (IllegalArgumentException wrong) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--memory = '" + memory + "': " + wrong.getMessage()
                            + ". Fix: write a whole number and a unit, like 2GiB");
        }
    }

    /** What is done with an empty workbench. */
    interface Work<T> {
        T with(Workbench bench);
    }

    /** Opens a workbench within what may be taken, and does something on it. */
    <T> T withBench(Work<T> work) {
        // The program's own heap is a part of what it may take.
        long engine = Math.max(64L << 20, bytes() * 3 / 5);
        Workbench.Settings room =
                new Workbench.Settings(engine, threads(), Path.of(System.getProperty("java.io.tmpdir")));
        try (Workbench bench = Workbench.open(room)) {
            return work.with(bench);
        }
    }

    /**
     * Reads a file into a workbench, and does something with it.
     *
     * @param file a path, a glob, or - for standard input
     */
    <T> T with(String file, Use<T> use) {
        return withBench(bench -> use.with(bench, read(bench, file)));
    }

    /** Reads a file into a workbench. */
    Profile.Source read(Workbench bench, String file) {
        if (skip != null && skip < 0) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST, "--skip = '" + skip + "': is no number of lines. Fix: give 0 or more");
        }
        FileSource.Told told = new FileSource.Told(
                format, delimiter, quote, encoding, Optional.ofNullable(header), Optional.ofNullable(skip));
        if (!file.equals(STANDARD_INPUT)) {
            return FileSource.read(bench, file, told);
        }
        // Some of what is detected needs a second look, so it is kept.
        Path kept = bench.folder().resolve("input");
        try (InputStream in = System.in) {
            Files.copy(in, kept, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Standard input could not be kept in " + kept + ". Fix: see that there is room ("
                            + failure.getMessage() + ")",
                    failure);
        }
        return FileSource.read(bench, kept.toString(), told);
    }
}
