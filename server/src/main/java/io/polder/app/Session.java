package io.polder.app;

import io.polder.config.Configuration;
import io.polder.enrich.Definitions;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;

/** One run of a mart in a terminal: from the definition to the last line. For one run. */
final class Session {
    private static final Logger LOGGER = LoggerFactory.getLogger(Session.class);

    private final PrintWriter out;
    private final Home home;
    private final boolean mayOpenBrowser;
    private final InstantSource clock;

    Session(CommandSpec spec, Home home, boolean mayOpenBrowser, InstantSource clock) {
        out = spec.commandLine().getOut();
        this.home = home;
        this.mayOpenBrowser = mayOpenBrowser;
        this.clock = clock;
    }

    /**
     * Runs until a signal or a failure ends it.
     *
     * @param measuresObserved see {@link Polder#start}
     * @param whenReady is run once, when people can look at it
     * @return the exit code
     */
    int run(Configuration configuration, boolean measuresObserved, Consumer<Polder> whenReady) {
        Logging.toFolder(home.resolve("log"));
        LOGGER.info("Polder {} on Java {} starts on {}.", Version.number(), Runtime.version(), home.directory());
        configuration.origins().forEach(origin -> LOGGER.info("{}", origin));
        Ending ending = new Ending(Agents.draining(configuration.mart()));
        ending.listen();
        try {
            List<Problem> problems = new ArrayList<>(Definitions.check(configuration.mart()));
            problems.addAll(Agents.check(configuration.mart()));
            if (!problems.isEmpty()) {
                throw new PolderException(ErrorCode.INVALID_DEFINITION, problems);
            }
            LOGGER.info("The definition is right.");
            try (Polder polder = Polder.start(configuration, home, measuresObserved, ending::fail, clock)) {
                announce(configuration, polder);
                whenReady.accept(polder);
                ending.await();
                say("Stopping.");
            }
            say("Stopped.");
        } catch (PolderException failure) {
            if (!ending.hasFailed()) {
                throw failure;
            }
            // What failed first is why it did not start; it was told, and a new start may help.
        } finally {
            ending.stopped();
        }
        return ending.stopped();
    }

    private void announce(Configuration configuration, Polder polder) {
        home.announce(new Running(
                ProcessHandle.current().pid(),
                polder.address(),
                polder.ports(),
                configuration.mart().name(),
                configuration.mart().folder().toAbsolutePath().normalize(),
                Version.number(),
                clock.instant()));
        say(configuration.mart().name() + " is ready at " + polder.address() + " (Ctrl-C stops it)");
        if (mayOpenBrowser) {
            Browser.open(polder.address());
        }
    }

    private void say(String line) {
        LOGGER.info("{}", line);
        out.println(line);
        out.flush();
    }
}
