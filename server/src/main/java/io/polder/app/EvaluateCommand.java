package io.polder.app;

import io.polder.predict.Backtest;
import io.polder.predict.Baselines;
import io.polder.predict.Evaluation;
import io.polder.predict.Forecaster;
import io.polder.predict.LinearForecaster;
import io.polder.predict.PublishedModel;
import io.polder.predict.Scores;
import io.polder.predict.Series;
import io.polder.predict.TgcnProtocol;
import io.polder.predict.TreesForecaster;
import io.polder.predict.WideFile;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how good forecasts are. */
@Command(
        name = "evaluate",
        description = {
            "Says how good forecasts are: trains on the first part of a file, forecasts the rest, and compares with"
                    + " baselines and with what was published.",
            "With --of it is how good a model of the running mart was over the last week.",
            "The protocol t-gcn: CSV, the first line names the points, each other line is a step of five minutes from"
                    + " 2012-03-01 in Los Angeles; four fifths to train on, 12 steps known, 12 ahead."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder evaluate --protocol t-gcn",
            "  ./polder evaluate --protocol t-gcn --json scores.json --predictions predictions.csv",
            "  ./polder evaluate --protocol t-gcn los_speed.csv --seed 2",
            "  ./polder evaluate --of speed"
        })
final class EvaluateCommand implements Runnable {
    private static final String T_GCN = "t-gcn";

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "CSV, also compressed with gzip. Default: that of examples/los-angeles.")
    private @Nullable Path file;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "",
            description = "How it is tried. There is one: t-gcn.")
    private String protocol;

    @Option(
            names = "--of",
            paramLabel = "MODEL",
            description = "Tells of this model of the running mart instead; there is no file then.")
    private @Nullable String ofMart;

    @Mixin
    private HomeOption home;

    @Option(names = "--json", paramLabel = "OUT", description = "Writes all scores as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--predictions",
            paramLabel = "OUT",
            description = "Writes every single forecast as CSV: point, made_at, for_when, predicted, observed.")
    private @Nullable Path predictions;

    @Mixin
    private TrainingOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (ofMart != null) {
            new MartModel(home.here(), ofMart).evaluate(spec.commandLine().getOut());
            return;
        }
        if (!protocol.equals(T_GCN)) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem("--protocol", protocol, "there is no such protocol", "give t-gcn")));
        }
        for (Path out : Stream.of(json, predictions).filter(Objects::nonNull).toList()) {
            // Before and not after a minute's work.
            write(out, "");
        }
        Path read = file == null ? example() : file;
        Series series = WideFile.read(read, TgcnProtocol.START, TgcnProtocol.STEP, TgcnProtocol.CALENDAR);
        Series training = TgcnProtocol.training(series);
        Backtest.Protocol tried = TgcnProtocol.test(series);
        InstantSource clock = InstantSource.system();
        long begun = clock.millis();
        TreesForecaster trees = TrainCommand.train(
                training,
                options.settings(TgcnProtocol.HORIZONS),
                spec.commandLine().getErr());
        double seconds = (clock.millis() - begun) / 1_000.0;
        List<Forecaster> forecasters = new ArrayList<>(List.of(
                trees,
                LinearForecaster.fit(training, TgcnProtocol.HORIZONS),
                PublishedModel.fit(training, TgcnProtocol.HORIZONS)));
        forecasters.addAll(Baselines.all(training, TgcnProtocol.INPUTS, TgcnProtocol.HORIZONS));
        List<Scores> scores = backtest(series, tried, Backtest.scales(training), forecasters);
        Evaluation evaluation = new Evaluation(scores, TgcnProtocol.TOLD, TgcnProtocol.STEP.toMinutes());
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(
                Locale.ROOT,
                "%d points, %,d steps of %d minutes: trained on the first %,d in %.0f s, tried on the last %,d.",
                series.points().size(),
                series.steps(),
                TgcnProtocol.STEP.toMinutes(),
                training.steps(),
                seconds,
                series.steps() - training.steps()));
        out.println();
        evaluation.text(TgcnProtocol.published()).forEach(out::println);
        write(json, evaluation.json(about(read, series, training, trees, seconds)));
        out.flush();
    }

    private List<Scores> backtest(
            Series series, Backtest.Protocol tried, double[] scales, List<Forecaster> forecasters) {
        try (Writer csv = predictions == null ? Writer.nullWriter() : Files.newBufferedWriter(predictions)) {
            csv.write("point,made_at,for_when,predicted,observed\n");
            return Backtest.run(
                    series,
                    tried,
                    scales,
                    forecasters,
                    (point, madeAt, forWhen, predicted, observed) -> csv.write(point
                            + "," + madeAt + "," + forWhen + "," + predicted + ","
                            + (Float.isNaN(observed) ? "" : String.valueOf(observed)) + "\n"));
        } catch (IOException failure) {
            throw unwritable(Objects.requireNonNull(predictions), failure);
        }
    }

    private Map<String, ?> about(Path read, Series series, Series training, TreesForecaster trees, double seconds) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("schema", 1);
        about.put("protocol", protocol);
        about.put("file", String.valueOf(read.getFileName()));
        about.put("points", series.points().size());
        about.put("trainedFrom", series.time(0).toString());
        about.put("trainedTo", series.time(training.steps()).toString());
        about.put("testedTo", series.time(series.steps()).toString());
        about.put("seed", options.seed());
        about.put("weightOfMean", trees.weightOfMean());
        about.put("secondsOfTraining", seconds);
        return about;
    }

    private static void write(@Nullable Path path, String text) {
        if (path == null) {
            return;
        }
        try {
            Files.writeString(path, text);
        } catch (IOException failure) {
            throw unwritable(path, failure);
        }
    }

    private static PolderException unwritable(Path path, IOException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                path + ": cannot be written. Fix: see that its folder is there and can be written (" + failure + ")",
                failure);
    }

    private static Path example() {
        String root = System.getProperty("polder.root");
        Path example = Path.of(root == null ? "" : root, "examples", "los-angeles", "los_speed.csv.gz");
        if (!Files.exists(example)) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "FILE: " + example + " is not beside the launcher. Fix: run it from a checkout, or name a file");
        }
        return example;
    }
}
