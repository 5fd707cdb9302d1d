package io.polder.app;

import io.polder.predict.Holidays;
import io.polder.predict.Series;
import io.polder.predict.WideFile;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When the lines of a file of a series are. */
final class WideOptions {
    @Option(names = "--start", paramLabel = "TIME", description = "Of the first line, local time: 2012-03-01T00:00.")
    private @Nullable String start;

    @Option(
            names = "--step",
            paramLabel = "DURATION",
            description = "From line to line: PT5M is five minutes. It divides a day.")
    private @Nullable String step;

    @Option(names = "--timezone", paramLabel = "ZONE", description = "Of hours and days: America/Los_Angeles.")
    private @Nullable String zone;

    @Option(
            names = "--holidays",
            paramLabel = "COUNTRY",
            defaultValue = "none",
            description = "Whose holidays are like weekends: belgium or none. Default: ${DEFAULT-VALUE}.")
    private Holidays holidays;

    @Option(
            names = "--covariates",
            paramLabel = "NAME",
            split = ",",
            description = "Columns that are no points but what is known beside them, such as the weather.")
    private List<String> covariates = List.of();

    /** Reads a file; all that is wrong with the options is told at once. */
    Series read(Path file) {
        List<Problem> problems = new ArrayList<>();
        missing(problems, "--start", start, "write it like 2012-03-01T00:00");
        missing(problems, "--step", step, "write it like PT5M");
        missing(problems, "--timezone", zone, "write it like Europe/Brussels");
        if (start == null || step == null || zone == null) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        ZoneId where = ZoneId.of("UTC");
        try {
            where = ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            problems.add(new Problem("--timezone", zone, "there is no such zone", "write it like Europe/Brussels"));
        }
        LocalDateTime first = LocalDateTime.MIN;
        try {
            first = LocalDateTime.parse(start);
        } catch (DateTimeException wrong) {
            problems.add(new Problem("--start", start, "is not a local time", "write it like 2012-03-01T00:00"));
        }
        Duration between = Duration.ZERO;
        try {
            between = Duration.parse(step);
        } catch (DateTimeException wrong) {
            problems.add(new Problem("--step", step, "is not a duration", "write it like PT5M"));
        }
        if (problems.isEmpty() && !Series.isStep(between)) {
            problems.add(new Problem("--step", step, "does not divide a day", "write it like PT5M, PT15M or PT1H"));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        Series series =
                WideFile.read(file, first.atZone(where).toInstant(), between, new Series.Calendar(where, holidays));
        for (String name : covariates) {
            if (!series.points().contains(name)) {
                problems.add(new Problem(
                        "--covariates",
                        name,
                        "there is no such column in " + file,
                        Problem.suggestion(name, series.points())));
            }
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        return covariates.isEmpty() ? series : series.withBeside(covariates);
    }

    private static void missing(List<Problem> problems, String option, @Nullable String given, String fix) {
        if (given == null) {
            problems.add(new Problem(option, "", "is missing", fix));
        }
    }

    /** What a file wants and a model of a mart does not. */
    static <T> T needed(String option, @Nullable T given, String fix) {
        if (given == null) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, List.of(new Problem(option, "", "is missing", fix)));
        }
        return given;
    }
}
