package io.polder.app;

import io.polder.predict.Backtest;
import io.polder.predict.Baselines;
import io.polder.predict.Evaluation;
import io.polder.predict.Forecaster;
import io.polder.predict.HeldOut;
import io.polder.predict.LinearForecaster;
import io.polder.predict.PublishedModel;
import io.polder.predict.RidgeForecaster;
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
import picocli.CommandLine.ArgGroup;
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
                    + " baselines. The file is CSV; its first line names the points, and each other line is a step.",
            "With --of it is how good a model of the running mart was over the last week; with --protocol held-out, how"
                    + " good it is when it is trained here on three quarters of its history and forecasts the rest.",
            "The protocol held-out: any such file; three quarters to train on, and the last quarter to be forecast.",
            "The protocol t-gcn: steps of five minutes from 2012-03-01 in Los Angeles; four fifths to train on, 12 steps"
                    + " known, 12 ahead; beside what was published of others."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder evaluate --protocol t-gcn",
            "  ./polder evaluate --protocol t-gcn --json scores.json --predictions predictions.csv",
            "  ./polder evaluate --protocol t-gcn los_speed.csv --seed 2",
            "  ./polder evaluate air.csv --protocol held-out --start 2026-01-01T00:00 --step PT1H --timezone Europe/Brussels",
            "  ./polder evaluate --of speed",
            "  ./polder evaluate --of speed --protocol held-out --json scores.json --predictions predictions.csv"
        })
final class EvaluateCommand implements Runnable {
    private static final String T_GCN = "t-gcn";
    private static final String HELD_OUT = "held-out";
    /** How many steps ahead, if nothing else is said. */
    private static final int HORIZONS = 12;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "CSV, also compressed with gzip. Default with t-gcn: that of examples/los-angeles.")
    private @Nullable Path file;

    @ArgGroup(exclusive = false, heading = "%nWhen the steps are, with held-out:%n")
    private @Nullable WideOptions times;

    @Option(
            names = "--horizons",
            paramLabel = "N",
            description = "How many steps ahead it looks, with held-out. Default: " + HORIZONS + ".")
    private @Nullable Integer horizons;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "",
            description = "How it is tried: held-out or t-gcn.")
    private String protocol;

    @Option(
            names = "--of",
            paramLabel = "MODEL",
            description = "Tells of this model of the running mart instead; there is no file then, and with held-out"
                    + " the mart's history is fetched from it.")
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

    /**
     * What is tried, and how.
     *
     * @param from the file, or the model of a mart
     * @param of the mart; null with a file
     */
    private record Task(
            String from,
            @Nullable MartHistory of,
            Series series,
            Series training,
            Backtest.Protocol test,
            List<Integer> told,
            List<TgcnProtocol.Published> published) {}

    @Override
    public void run() {
        if (ofMart != null && protocol.isEmpty()) {
            List<Problem> ignored = new ArrayList<>();
            String fix = "give --protocol " + HELD_OUT + " too, or leave it out";
            told(ignored, "--json", json, "what is told of a running mart is not written", fix);
            told(ignored, "--predictions", predictions, "what is told of a running mart is not written", fix);
            told(ignored, "FILE", file, "the model of the mart has its own table", "leave it out, or leave out --of");
            if (!ignored.isEmpty()) {
                throw new PolderException(ErrorCode.INVALID_REQUEST, ignored);
            }
            new MartModel(home.here(), ofMart).evaluate(spec.commandLine().getOut());
            return;
        }
        // What cannot be written is said before and not after a minute's work.
        Task task = task();
        Stream.of(json, predictions).filter(Objects::nonNull).forEach(out -> write(out, ""));
        Series training = task.training();
        InstantSource clock = InstantSource.system();
        long begun = clock.millis();
        List<Forecaster> forecasters = learned(task);
        double seconds = (clock.millis() - begun) / 1_000.0;
        Double weightOfMean = forecasters.get(0) instanceof TreesForecaster trees ? trees.weightOfMean() : null;
        List<Forecaster> baselines =
                Baselines.all(training, HeldOut.INPUTS, task.test().horizons());
        if (task.of() != null) {
            // A point that has been silent for long has an average and nothing else.
            Forecaster average = baselines.get(baselines.size() - 1);
            forecasters.replaceAll(one -> HeldOut.filled(one, average));
        }
        forecasters.addAll(baselines);
        List<Scores> scores = backtest(task.series(), task.test(), Backtest.scales(training), forecasters);
        long minutes = training.step().toMinutes();
        Evaluation evaluation = new Evaluation(scores, task.told(), minutes);
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(
                Locale.ROOT,
                "%d points, %,d steps of %d minutes: trained on the first %,d in %.0f s, tried on the last %,d.",
                training.points().size(),
                task.series().steps(),
                minutes,
                training.steps(),
                seconds,
                task.series().steps() - training.steps()));
        out.println();
        evaluation.text(task.published()).forEach(out::println);
        write(json, evaluation.json(about(task, weightOfMean, seconds)));
        out.flush();
    }

    /** Those that learn; the first is the one that it is about. */
    private List<Forecaster> learned(Task task) {
        Series training = task.training();
        int ahead = task.test().horizons();
        PrintWriter err = spec.commandLine().getErr();
        List<Forecaster> learned = new ArrayList<>();
        MartHistory mart = task.of();
        TreesForecaster.Settings settings = options.settings(ahead);
        if (mart == null) {
            learned.add(TrainCommand.train(training, settings, err));
            learned.add(LinearForecaster.fit(training, ahead));
            learned.add(PublishedModel.fit(training, ahead));
        } else {
            if (!mart.isRidge()) {
                learned.add(TrainCommand.train(training, settings.withCertainty(mart.certainty()), err));
            }
            learned.add(RidgeForecaster.fit(training, ahead, mart.certainty()));
        }
        return learned;
    }

    private Task task() {
        if (protocol.equals(T_GCN) && ofMart == null) {
            List<Problem> ignored = new ArrayList<>();
            String wrong = "the protocol says this itself";
            String fix = "leave it out, or give --protocol " + HELD_OUT;
            told(ignored, "--horizons", horizons, wrong, fix);
            told(
                    ignored,
                    "--start, --step, --timezone, --holidays or --covariates",
                    times == null ? null : "",
                    wrong,
                    fix);
            if (!ignored.isEmpty()) {
                throw new PolderException(ErrorCode.INVALID_REQUEST, ignored);
            }
            Path read = file == null ? example() : file;
            Series series = WideFile.read(read, TgcnProtocol.START, TgcnProtocol.STEP, TgcnProtocol.CALENDAR);
            return new Task(
                    String.valueOf(read.getFileName()),
                    null,
                    series,
                    TgcnProtocol.training(series),
                    TgcnProtocol.test(series),
                    TgcnProtocol.TOLD,
                    TgcnProtocol.isPublished(series) ? TgcnProtocol.published() : List.of());
        }
        int ahead = horizons == null ? HORIZONS : horizons;
        List<Problem> problems = problems(ahead);
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        if (ofMart != null) {
            MartHistory mart =
                    MartHistory.fetch(home.here(), ofMart, spec.commandLine().getErr());
            // Ridge looks back a week; each forecaster is shown what it asks for.
            int week = 7 * mart.series().slotsOfDay();
            return heldOut(mart.model(), mart, mart.series(), week, mart.horizons());
        }
        Path read = Objects.requireNonNull(file);
        return heldOut(
                String.valueOf(read.getFileName()),
                null,
                Objects.requireNonNull(times).read(read),
                HeldOut.INPUTS,
                ahead);
    }

    private static Task heldOut(String from, @Nullable MartHistory mart, Series series, int inputs, int ahead) {
        return new Task(
                from,
                mart,
                series,
                HeldOut.training(series),
                HeldOut.test(series, inputs, ahead),
                HeldOut.told(ahead),
                List.of());
    }

    private List<Problem> problems(int ahead) {
        List<Problem> problems = new ArrayList<>();
        if (!protocol.equals(HELD_OUT)) {
            problems.add(
                    ofMart != null && protocol.equals(T_GCN)
                            ? new Problem("--protocol", protocol, "is of a file and not of a mart", "give " + HELD_OUT)
                            : new Problem(
                                    "--protocol",
                                    protocol,
                                    protocol.isEmpty() ? "is missing" : "there is no such protocol",
                                    "give " + HELD_OUT + " or " + T_GCN));
        }
        if (ofMart != null) {
            String fix = "leave it out, or leave out --of";
            String wrong = "the model of the mart says this itself";
            told(problems, "FILE", file, wrong, fix);
            told(problems, "--horizons", horizons, wrong, fix);
            told(problems, "--start", times == null ? null : "", wrong, fix);
        } else if (protocol.equals(HELD_OUT)) {
            if (file == null) {
                problems.add(new Problem("FILE", "", "is missing", "name the file"));
            } else if (times == null) {
                problems.add(new Problem("--start", "", "is missing", "give --start, --step and --timezone"));
            }
        }
        if (ahead < 1) {
            problems.add(new Problem("--horizons", String.valueOf(ahead), "it is to look ahead", "give 1 or more"));
        }
        return problems;
    }

    /** What would be ignored is refused. */
    private static void told(List<Problem> problems, String option, @Nullable Object given, String wrong, String fix) {
        if (given != null) {
            problems.add(new Problem(option, String.valueOf(given), wrong, fix));
        }
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
                    (point, madeAt, forWhen, predicted, observed) -> csv.write(Csv.cell(point)
                            + "," + madeAt + "," + forWhen + "," + predicted + ","
                            + (Float.isNaN(observed) ? "" : String.valueOf(observed)) + "\n"));
        } catch (IOException failure) {
            throw unwritable(Objects.requireNonNull(predictions), failure);
        }
    }

    private Map<String, ?> about(Task task, @Nullable Double weightOfMean, double seconds) {
        Series series = task.series();
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("schema", 1);
        about.put("protocol", protocol);
        about.put(task.of() == null ? "file" : "model", task.from());
        about.put("points", series.points().size());
        about.put("covariates", series.covariates());
        about.put("trainedFrom", series.time(0).toString());
        about.put("trainedTo", series.time(task.training().steps()).toString());
        about.put("testedTo", series.time(series.steps()).toString());
        about.put("seed", options.seed());
        if (weightOfMean != null) {
            about.put("weightOfMean", weightOfMean);
        }
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
