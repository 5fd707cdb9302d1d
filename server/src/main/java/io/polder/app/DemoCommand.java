package io.polder.app;

import io.polder.config.Configuration;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.simulate.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the example of Flanders on simulated feeds. */
@Command(
        name = "demo",
        description = {
            "Shows a live map of Flanders' traffic, from simulated data.",
            "Runs the mart of examples/flanders on feeds that are simulated here, without a network, with 28 days of"
                    + " history. Its state is kept in .polder beside the launcher."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder demo                  at real time: every point changes once a minute",
            "  ./polder demo --speed 60       a minute each second, beginning a week ago"
        })
final class DemoCommand implements Callable<Integer> {
    /** A file that marks a home which has held simulated data. */
    static final String SIMULATED = "simulated";

    /** A file in the history's folder that says that all of it is there. */
    private static final String COMPLETE = "complete";

    @Mixin
    private SimulationOptions simulation;

    @Mixin
    private HomeOption home;

    @Mixin
    private SetOption settings;

    @Option(names = "--no-browser", description = "Do not open the browser.")
    private boolean isBrowserUnwanted;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        InstantSource clock = InstantSource.system();
        Path root = root();
        Path directory = home.of(root).toAbsolutePath().normalize();
        if (!Home.isEmpty(directory) && !Files.exists(directory.resolve(SIMULATED))) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "--home = '" + directory + "': it does not hold a demo, and simulated data is never mixed with"
                            + " other data. Fix: name another home");
        }
        try (Simulation feeds = simulation.start(0, clock)) {
            Configuration configuration = Configuration.read(
                    root.resolve("examples").resolve("flanders"),
                    directory,
                    overrides(feeds, directory.resolve("history")),
                    System.getenv());
            try (Home held = Home.open(directory, clock.instant())) {
                Files.writeString(held.resolve(SIMULATED), "This home holds simulated data.\n");
                return new Session(spec, held, !isBrowserUnwanted, clock)
                        .run(
                                configuration,
                                simulation.isAtRealTime(),
                                polder -> polder.afterFirstCommit("traffic", () -> writeHistory(feeds, held)));
            }
        }
    }

    /** The example's feeds come from the simulation; what the command line says stands above that. */
    private List<String> overrides(Simulation feeds, Path history) {
        List<String> overrides = new ArrayList<>(List.of(
                "feeds.traffic.poll=" + feeds.traffic(),
                "feeds.traffic.every=" + feeds.period().toMillis() + "ms",
                "feeds.points.poll=" + feeds.points(),
                "feeds.history.files=" + history.resolve("*.csv.gz"),
                "feeds.traffic.simulated=true",
                "feeds.points.simulated=true",
                "feeds.history.simulated=true"));
        overrides.addAll(settings.list());
        return overrides;
    }

    /** Writes the history once, after the first live minute, for which it would only be in the way. */
    private static void writeHistory(Simulation feeds, Home home) {
        Path folder = home.resolve("history");
        if (Files.exists(folder.resolve(COMPLETE))) {
            return;
        }
        Thread writer = new Thread(
                () -> {
                    try {
                        feeds.writeHistory(folder, feeds.starts());
                        Files.writeString(folder.resolve(COMPLETE), "All of the history is here.\n");
                    } catch (IOException failure) {
                        LoggerFactory.getLogger(DemoCommand.class)
                                .warn("The history could not be written: {}", failure.toString());
                    }
                },
                "history");
        writer.setDaemon(true);
        writer.start();
    }

    private static Path root() {
        String root = System.getProperty("polder.root");
        if (root == null || !Files.isDirectory(Path.of(root, "examples", "flanders"))) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "demo: examples/flanders is not beside the launcher. Fix: run './polder demo' from a checkout");
        }
        return Path.of(root);
    }
}
