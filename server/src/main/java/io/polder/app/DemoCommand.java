package io.polder.app;

import io.polder.config.Configuration;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.simulate.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs the example of Flanders on simulated feeds, or that of Los Angeles on what was recorded there. */
@Command(
        name = "demo",
        description = {
            "Shows a live map of Flanders' traffic, from simulated data.",
            "Runs the mart of examples/flanders on feeds that are simulated here, without a network, with 28 days of"
                    + " history. Its state is kept in .polder beside the launcher.",
            "los-angeles: replays a real week of March 2012 on the motorways of Los Angeles, without a network."
                    + " Its state is kept in examples/los-angeles/.polder."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder demo                  at real time: every point changes once a minute",
            "  ./polder demo --speed 60       a minute each second, beginning a week ago",
            "  ./polder demo --speed 60       again: goes on where it stopped",
            "  ./polder demo los-angeles --speed 60   two real days, five minutes every five seconds"
        })
final class DemoCommand implements Callable<Integer> {
    private static final Logger LOGGER = LoggerFactory.getLogger(DemoCommand.class);

    /** A file in the history's folder that says that all of it is there. */
    private static final String COMPLETE = "complete";

    /** What there is to see. */
    enum Example {
        FLANDERS("flanders"),
        LOS_ANGELES("los-angeles");

        private final String word;

        Example(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Says the words alone: an enumeration's own message has the names of the constants among them. */
    static final class ExampleWord implements ITypeConverter<Example> {
        @Override
        public Example convert(String word) {
            for (Example example : Example.values()) {
                if (example.word.equals(word.toLowerCase(Locale.ROOT))) {
                    return example;
                }
            }
            throw new TypeConversionException("'" + word + "' is no example. Fix: write flanders or los-angeles");
        }
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "EXAMPLE",
            defaultValue = "flanders",
            converter = ExampleWord.class,
            description = "flanders or los-angeles. Default: ${DEFAULT-VALUE}.")
    private Example example;

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
        if (example == Example.LOS_ANGELES) {
            return new LosAngeles(spec, root.resolve("examples"), home, simulation.speed(), clock)
                    .run(settings.list(), !isBrowserUnwanted);
        }
        Path directory = home.of(root).toAbsolutePath().normalize();
        SimulatedTime simulated = new SimulatedTime(directory);
        if (!Home.isEmpty(directory) && !simulated.isThere()) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "--home = '" + directory + "': it does not hold a demo, and simulated data is never mixed with"
                            + " other data. Fix: name another home");
        }
        try (Simulation feeds = simulation.start(0, clock, simulated.read())) {
            Configuration configuration = Configuration.read(
                    root.resolve("examples").resolve("flanders"),
                    directory,
                    overrides(feeds, directory.resolve("history")),
                    System.getenv());
            try (Home held = Home.open(directory, clock.instant())) {
                simulated.write(new Simulation.Past(feeds.began(), feeds.starts()));
                sayWhenThereIsNothingToCatchUpWith(feeds, clock.instant());
                return new Session(spec, held, !isBrowserUnwanted, clock)
                        .run(
                                configuration,
                                simulation.isAtRealTime(),
                                polder -> polder.onCommit("traffic", followed(feeds, held, simulated)));
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

    /** Nobody should wait for a speed that cannot be: simulated time does not pass the real time. */
    private void sayWhenThereIsNothingToCatchUpWith(Simulation feeds, Instant now) {
        if (!simulation.isAtRealTime() && feeds.starts().isAfter(now.minus(Duration.ofMinutes(1)))) {
            spec.commandLine()
                    .getOut()
                    .println("The simulated time of this home has reached the real time and goes on at its speed. For a"
                            + " week at --speed, name another --home.");
        }
    }

    /** What follows commits: history after the first; then how far the simulation has come, to go on there. */
    private static Runnable followed(Simulation feeds, Home home, SimulatedTime simulated) {
        AtomicBoolean isFirst = new AtomicBoolean(true);
        AtomicReference<Instant> written = new AtomicReference<>(feeds.starts());
        return () -> {
            if (isFirst.getAndSet(false)) {
                writeHistory(feeds, home);
            }
            Instant minute = feeds.now().truncatedTo(ChronoUnit.MINUTES);
            if (minute.isAfter(written.getAndSet(minute))) {
                try {
                    simulated.write(new Simulation.Past(feeds.began(), minute));
                } catch (IOException failure) {
                    LOGGER.warn("How far the simulation has come could not be written: {}", failure.toString());
                }
            }
        };
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
                        feeds.writeHistory(folder, feeds.began());
                        Files.writeString(folder.resolve(COMPLETE), "All of the history is here.\n");
                    } catch (IOException failure) {
                        LOGGER.warn("The history could not be written: {}", failure.toString());
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
