package io.polder.app;

import io.polder.agent.Agent;
import io.polder.agent.http.MetricsServer;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.web.AgentScreen;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a Flume agent until it is stopped. */
@Command(
        name = "agent",
        description = {
            "Runs an agent of a Flume file until Ctrl-C, with flume-ng's own options.",
            "Says all problems of the file before anything starts. docs/flume.md tells what becomes of each line."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder agent -n a1 -c conf -f flume.properties",
            "  ./polder agent -n a1 -f flume.properties -Dflume.monitoring.type=http"
        })
final class AgentCommand implements Callable<Integer> {
    private static final Logger LOGGER = LoggerFactory.getLogger(AgentCommand.class);
    private static final String MONITORING = "flume.monitoring.";
    private static final String DEFAULT_PORT = "41414";
    /** What writing down the rest may take, on top of draining. */
    static final Duration CLOSING = Duration.ofSeconds(10);

    @Option(
            names = {"-n", "--name"},
            required = true,
            paramLabel = "NAME",
            description = "The agent's name, as it stands before the first dot of its keys.")
    private String name;

    @Option(
            names = {"-f", "--conf-file"},
            required = true,
            paramLabel = "FILE",
            description = "The agent's file.")
    private Path file;

    @Option(
            names = {"-c", "--conf"},
            paramLabel = "DIR",
            description = "Flume's folder for flume-env.sh and Log4j; taken and not used.")
    private @Nullable Path conf;

    @Option(
            names = "--no-reload-conf",
            description = "Do not look at the file again. Otherwise it is looked at every 30 seconds, and the agent is"
                    + " stopped and started when it has changed and is right.")
    private boolean isReloadUnwanted;

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            description = "A setting: flume.monitoring.type=http and flume.monitoring.port=N serve /metrics;"
                    + " flume.monitoring.host=ADDRESS lets others than this machine read it.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description =
                    "How long a stop may empty memory channels into their sinks; what is left is kept in the home."
                            + " Default: ${DEFAULT-VALUE}.")
    private int drainSeconds;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "The folder with the agent's state. Default: ~/.polder/agents/NAME.")
    private @Nullable Path home;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        InstantSource clock = InstantSource.system();
        properties.forEach(System::setProperty);
        Path directory = home == null ? Path.of(System.getProperty("user.home"), ".polder", "agents", name) : home;
        // A file with a fault is told before anything is made.
        Agent first = Agent.read(file, name, directory, System.getenv()::get, clock);
        Ending ending = new Ending(Duration.ofSeconds(drainSeconds).plus(CLOSING));
        try (Home held = Home.open(directory, clock.instant())) {
            Logging.toFolder(held.resolve("log"));
            LOGGER.info("Polder {} on Java {} runs agent {} of {}.", Version.number(), Runtime.version(), name, file);
            if (conf != null) {
                LOGGER.info("-c {} is not used: there is no flume-env.sh and no Log4j.", conf);
            }
            ending.listen();
            AgentRun run = new AgentRun(
                    first,
                    () -> Agent.read(file, name, held.directory(), System.getenv()::get, clock),
                    file,
                    Duration.ofSeconds(drainSeconds));
            try (run) {
                run.start();
                try (MetricsServer metrics = monitoring(run)) {
                    announce(held, metrics, clock);
                    if (!isReloadUnwanted) {
                        run.reloadOnChange(Duration.ofMillis(Long.getLong("polder.look.millis", 30_000)));
                    }
                    ending.await();
                    say("Stopping.");
                }
            }
            say("Stopped.");
        } finally {
            ending.stopped();
        }
        return ending.stopped();
    }

    private @Nullable MetricsServer monitoring(AgentRun run) {
        String type = System.getProperty(MONITORING + "type");
        if (type == null) {
            return null;
        }
        if (!type.equalsIgnoreCase("http")) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "-D" + MONITORING + "type = '" + type
                            + "': is not here; Flume also has ganglia and classes of one's"
                            + " own. Fix: write http, which answers JSON and what Prometheus reads");
        }
        String port = System.getProperty(MONITORING + "port", DEFAULT_PORT);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "-D" + MONITORING + "port = '" + port + "': is not a port. Fix: write a number from 0 to 65535");
        }
        String host = System.getProperty(MONITORING + "host", "127.0.0.1");
        return MetricsServer.open(
                host, Integer.parseInt(port), run::metrics, new AgentScreen(run::metrics, InstantSource.system()));
    }

    private void announce(Home held, @Nullable MetricsServer metrics, InstantSource clock) {
        int port = metrics == null ? 0 : metrics.port();
        held.announce(new Running(
                ProcessHandle.current().pid(),
                URI.create("http://127.0.0.1:" + port + "/"),
                Map.of("metrics", port),
                name,
                file.toAbsolutePath().normalize(),
                Version.number(),
                clock.instant()));
        say("Agent " + name + " is ready"
                + (metrics == null
                        ? ""
                        : " at http://127.0.0.1:" + port + "/, its metrics at http://127.0.0.1:" + port + "/metrics")
                + " (Ctrl-C stops it)");
    }

    private void say(String line) {
        LOGGER.info("{}", line);
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
