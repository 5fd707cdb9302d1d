package io.polder.app;

import io.polder.config.Configuration;
import io.polder.predict.Series;
import io.polder.predict.WideFile;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.WholeFile;
import io.polder.simulate.ReplayServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;

/** The real week of examples/los-angeles, replayed: its first days as history, the rest as if it happened now. For one run. */
final class LosAngeles {
    private static final Logger LOGGER = LoggerFactory.getLogger(LosAngeles.class);

    private static final ZoneId ZONE = ZoneId.of("America/Los_Angeles");
    private static final Instant WEEK =
            LocalDateTime.parse("2012-03-01T00:00").atZone(ZONE).toInstant();
    private static final Duration STEP = Duration.ofMinutes(5);

    /** Five working days and free ones to learn from, and a rush hour soon. */
    private static final Instant BEGINS =
            LocalDateTime.parse("2012-03-06T06:00").atZone(ZONE).toInstant();

    /** In the home: how far the replay has come, to go on there. */
    private static final String COME = "replayed";

    private final CommandSpec spec;
    private final Path folder;
    private final Path directory;
    private final int speed;
    private final InstantSource clock;
    private final AtomicBoolean isOver = new AtomicBoolean();

    /**
     * @param examples the folder of the examples
     * @param home where the state is
     */
    LosAngeles(CommandSpec spec, Path examples, HomeOption home, int speed, InstantSource clock) {
        this.spec = spec;
        this.folder = examples.resolve("los-angeles");
        this.directory = home.of(folder).toAbsolutePath().normalize();
        this.speed = speed;
        this.clock = clock;
    }

    /** Runs until a signal or a failure ends it; the exit code. */
    int run(List<String> settings, boolean mayOpenBrowser) throws IOException {
        if (!Home.isEmpty(directory) && !Files.exists(directory.resolve(COME))) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "--home = '" + directory + "': it holds something else than this replay. Fix: name another home");
        }
        Instant from = come();
        try (ReplayServer replay = ReplayServer.start(0, recording(), from, speed, clock)) {
            Path history = directory.resolve("history").resolve("week.csv.gz");
            List<String> overrides = new ArrayList<>(List.of(
                    "feeds.readings.poll=" + replay.address(),
                    "feeds.readings.every=" + Math.max(100, replay.period().toMillis()) + "ms",
                    "feeds.history.files=" + history));
            overrides.addAll(settings);
            Configuration configuration = Configuration.read(folder, directory, overrides, System.getenv());
            try (Home held = Home.open(directory, clock.instant())) {
                if (!Files.exists(history)) {
                    replay.writeHistory(history);
                }
                write(from);
                spec.commandLine()
                        .getOut()
                        .println("Replays March 2012 from "
                                + from.atZone(ZONE).toLocalDateTime().truncatedTo(ChronoUnit.MINUTES)
                                + " in Los Angeles, " + speed + " times as fast.");
                return new Session(spec, held, mayOpenBrowser, clock)
                        .run(configuration, false, polder -> polder.onCommit("speeds", () -> follow(replay)));
            }
        }
    }

    private void follow(ReplayServer replay) {
        write(replay.now());
        if (replay.isOver() && !isOver.getAndSet(true)) {
            LOGGER.info("The recorded week is over; nothing new comes.");
        }
    }

    private ReplayServer.Recording recording() {
        Series series = WideFile.read(folder.resolve("los_speed.csv.gz"), WEEK, STEP, Series.Calendar.of(ZONE));
        float[][] values = new float[series.points().size()][series.steps()];
        for (int point = 0; point < values.length; point++) {
            for (int at = 0; at < values[point].length; at++) {
                values[point][at] = series.value(point, at);
            }
        }
        return new ReplayServer.Recording("detector", "speed", series.points(), WEEK, STEP, values);
    }

    private Instant come() throws IOException {
        Path file = directory.resolve(COME);
        try {
            // The last step may not have been committed: it comes again.
            return Files.exists(file)
                    ? goOn(Instant.parse(Files.readString(file).strip()))
                    : BEGINS;
        } catch (DateTimeParseException torn) {
            return BEGINS;
        }
    }

    private static Instant goOn(Instant come) {
        return come.minus(STEP).isBefore(BEGINS) ? BEGINS : come.minus(STEP);
    }

    private void write(Instant come) {
        try {
            WholeFile.replace(directory.resolve(COME), (come + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            LOGGER.warn("How far the replay has come could not be written: {}", failure.toString());
        }
    }
}
