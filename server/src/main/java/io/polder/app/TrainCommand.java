package io.polder.app;

import io.polder.predict.ModelFile;
import io.polder.predict.Series;
import io.polder.predict.TreesForecaster;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a model, on a file or in a mart. */
@Command(
        name = "train",
        description = {
            "Trains a model on a file: CSV, the first line names the points, each other line is a step.",
            "With --of a model of the running mart is trained again, beside the one that serves.",
            "The model's file says where it comes from, and how good it was on the last fifth when it had seen the rest"
                    + " alone; trained again on the same file it is the same, byte for byte."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder train los_speed.csv.gz --start 2012-03-01T00:00 --step PT5M"
                    + " --timezone America/Los_Angeles --model speed.model",
            "  ./polder train --of speed"
        })
final class TrainCommand implements Runnable {
    @Parameters(arity = "0..1", paramLabel = "FILE", description = "CSV, also compressed with gzip.")
    private @Nullable Path given;

    @Option(
            names = "--of",
            paramLabel = "MODEL",
            description = "Trains this model of the running mart instead; there is no file then.")
    private @Nullable String ofMart;

    @Mixin
    private HomeOption home;

    @Mixin
    private WideOptions times;

    @Option(names = "--model", paramLabel = "OUT", description = "The model's file.")
    private @Nullable Path written;

    @Option(
            names = "--horizons",
            paramLabel = "N",
            defaultValue = "12",
            description = "How many steps ahead it looks. Default: ${DEFAULT-VALUE}.")
    private int horizons;

    @Mixin
    private TrainingOptions training;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (ofMart != null) {
            new MartModel(home.here(), ofMart)
                    .train(spec.commandLine().getOut(), spec.commandLine().getErr());
            return;
        }
        Path file = WideOptions.needed("FILE", given, "name a file, or give --of a model of the running mart");
        Path model = WideOptions.needed("--model", written, "say where the model is to be written");
        if (horizons < 1) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--horizons = '" + horizons + "': it is to look ahead. Fix: give 1 or more");
        }
        Series series = times.read(file);
        checkLearnable(file, series);
        TreesForecaster.Settings settings = training.settings(horizons);
        TreesForecaster trained = train(series, settings, spec.commandLine().getErr());
        ModelFile.Provenance provenance = ModelFile.Provenance.of(
                String.valueOf(file.getFileName()),
                series.time(0),
                series,
                trained,
                Map.of("file", String.valueOf(file.getFileName()), "sha256", digest(file)),
                Map.of("polder", Version.number()),
                Map.of("mae", trained.tried().mae(), "rmse", trained.tried().rmse()));
        try {
            new ModelFile(provenance, trained).write(model);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    model + ": cannot be written. Fix: see that its folder is there and can be written (" + failure
                            + ")",
                    failure);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(
                Locale.ROOT,
                "Trained on %d points and %,d steps. On the last fifth, which it had not seen then: MAE %.3f, RMSE %.3f.",
                series.points().size(),
                series.steps(),
                trained.tried().mae(),
                trained.tried().rmse()));
        out.println("The model is " + model.toAbsolutePath());
        out.flush();
    }

    /** Of nothing, and of what never changes, there is nothing to learn. */
    private static void checkLearnable(Path file, Series series) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int point = 0; point < series.points().size(); point++) {
            for (int at = 0; at < series.steps(); at++) {
                float value = series.value(point, at);
                if (!Float.isNaN(value)) {
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
            }
        }
        if (!(least < most)) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            String.valueOf(file),
                            most < least ? "" : String.valueOf(least),
                            most < least
                                    ? "has no number at all"
                                    : "is the only number there is: nothing can be learned",
                            "give a file with numbers that change")));
        }
    }

    /** Trains, and shows how far it is. */
    static TreesForecaster train(Series series, TreesForecaster.Settings settings, PrintWriter err) {
        try (Progress progress = new Progress(err, "training", 1_000)) {
            long[] told = {0};
            return TreesForecaster.fit(series, settings, done -> {
                synchronized (told) {
                    long now = Math.max(told[0], Math.round(done * 1_000));
                    progress.add(now - told[0]);
                    told[0] = now;
                }
            });
        }
    }

    private static String digest(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (DigestInputStream read = new DigestInputStream(in, digest)) {
                read.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    file + ": cannot be read again. Fix: see that it is there (" + failure + ")",
                    failure);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
