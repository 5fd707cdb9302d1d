package io.polder.app;

import io.polder.predict.Forecast;
import io.polder.predict.Learned;
import io.polder.predict.ModelFile;
import io.polder.predict.Series;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what comes after the last line of a file. */
@Command(
        name = "predict",
        description = {
            "Says what comes after the last line of a file, by a model that ./polder train made: CSV with the header"
                    + " point,made_at,for_when,predicted,low,high.",
            "With --of it is what a model of the running mart says now.",
            "Points may stand in another order than when it was trained, be missing, or be new; of new ones nothing is said."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder predict speed.model now.csv --start 2012-03-08T16:00 --step PT5M --timezone America/Los_Angeles",
            "  ./polder predict speed.model now.csv --start 2012-03-08T16:00 --step PT5M --timezone America/Los_Angeles"
                    + " --why 773869",
            "  ./polder predict --of speed --why 2301"
        })
final class PredictCommand implements Runnable {
    private static final int SHOWN = 5;

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "The model's file.")
    private @Nullable Path given;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "CSV, also compressed with gzip: what is known.")
    private @Nullable Path known;

    @Option(
            names = "--of",
            paramLabel = "MODEL",
            description = "Asks this model of the running mart instead; there are no files then.")
    private @Nullable String ofMart;

    @Mixin
    private HomeOption home;

    @Mixin
    private WideOptions times;

    @Option(names = "--why", paramLabel = "POINT", description = "Says instead why it says what it says of a point.")
    private @Nullable String why;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (ofMart != null) {
            new MartModel(home.here(), ofMart).predict(why, spec.commandLine().getOut());
            return;
        }
        ModelFile read = ModelFile.read(
                WideOptions.needed("MODEL", given, "name a model's file, or give --of a model of the running mart"));
        Path file = WideOptions.needed("FILE", known, "name the file with what is known");
        Series series = times.read(file);
        List<Problem> problems = new ArrayList<>();
        differs(
                problems,
                "--step",
                series.step(),
                Duration.ofSeconds(read.provenance().step()));
        differs(
                problems,
                "--timezone",
                series.calendar().zone().getId(),
                read.provenance().zone());
        differs(
                problems,
                "--holidays",
                series.calendar().holidays(),
                read.provenance().holidays());
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        List<String> points = read.provenance().points();
        Learned forecaster = read.forecaster();
        int steps = series.steps();
        held(file, series, points);
        Series seen = series.arranged(points).window(steps - forecaster.inputs(), steps);
        PrintWriter out = spec.commandLine().getOut();
        if (why != null) {
            int point = points.indexOf(why);
            if (point < 0) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        List.of(new Problem("--why", why, "the model knows no such point", near(why, points))));
            }
            if (!series.points().contains(why)) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        List.of(new Problem(
                                "--why",
                                why,
                                file + " has no such point, so nothing is known of it",
                                near(why, series.points()))));
            }
            for (int ahead = 1; ahead <= forecaster.horizons(); ahead++) {
                out.println(forecaster.why(seen, point, ahead).text(4));
            }
        } else {
            Forecast forecast = forecaster.forecast(seen);
            Instant madeAt = series.time(steps - 1);
            out.println("point,made_at,for_when,predicted,low,high");
            for (int point = 0; point < points.size(); point++) {
                for (int step = 0; step < forecaster.horizons(); step++) {
                    out.println(Csv.cell(points.get(point)) + "," + madeAt + "," + series.time(steps + step) + ","
                            + forecast.values()[point][step] + "," + forecast.lows()[point][step] + ","
                            + forecast.highs()[point][step]);
                }
            }
        }
        out.flush();
    }

    /** Says which points the file and the model do not share; without any, what is said would be of other points. */
    private void held(Path file, Series series, List<String> points) {
        List<String> lacking = points.stream()
                .filter(point -> !series.points().contains(point))
                .toList();
        List<String> unknown = series.points().stream()
                .filter(point -> !points.contains(point))
                .toList();
        if (lacking.size() == points.size()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            file + ", line 1",
                            some(unknown),
                            "the model knows none of these points",
                            "name the points as in the file that it was trained on, such as " + some(points))));
        }
        PrintWriter err = spec.commandLine().getErr();
        if (!lacking.isEmpty()) {
            err.println(file + " lacks " + lacking.size() + " of the " + points.size()
                    + " points that the model knows: " + some(lacking) + ". What is said of them is what is usual.");
        }
        if (!unknown.isEmpty()) {
            err.println("The model does not know " + unknown.size() + " of the points of " + file + ": " + some(unknown)
                    + ". Nothing is said of them.");
        }
        err.flush();
    }

    private static String some(List<String> points) {
        return String.join(", ", points.subList(0, Math.min(SHOWN, points.size())))
                + (points.size() > SHOWN ? ", …" : "");
    }

    private static String near(String point, List<String> points) {
        String suggestion = Problem.suggestion(point, points);
        return suggestion.startsWith("use one of") ? "use one of " + some(points) : suggestion;
    }

    /** A model knows the hours and days that it was trained on, and no others. */
    private static void differs(List<Problem> problems, String option, Object given, Object known) {
        if (!given.equals(known)) {
            problems.add(new Problem(
                    option,
                    String.valueOf(given),
                    "the model was trained with " + known,
                    "give that, or train another model"));
        }
    }
}
