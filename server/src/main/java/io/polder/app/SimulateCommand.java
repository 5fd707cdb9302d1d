package io.polder.app;

import io.polder.simulate.Simulation;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves simulated feeds until it is stopped. */
@Command(
        name = "simulate",
        description = {
            "Serves the two traffic feeds of Flanders, simulated, until Ctrl-C.",
            "The real points, and a real minute varied by a daily and weekly rhythm, with noise, faults and jams that"
                    + " travel. The same seed gives the same readings."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder simulate miv                       at real time, on port 8090",
            "  ./polder simulate miv --port 0 --speed 60   a minute each second, on any free port"
        })
final class SimulateCommand implements Callable<Integer> {
    /** What can be simulated. */
    enum Feeds {
        MIV
    }

    @Parameters(paramLabel = "FEEDS", description = "Which feeds: miv.")
    private Feeds feeds;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8090",
            description = "Where to serve them; 0 is any free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Mixin
    private SimulationOptions simulation;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Ending ending = new Ending();
        ending.listen();
        try (Simulation running = simulation.start(port, InstantSource.system())) {
            PrintWriter out = spec.commandLine().getOut();
            out.println("Simulated feeds of " + feeds + " are ready (Ctrl-C stops them):");
            out.println("  traffic " + running.traffic());
            out.println("  points  " + running.points());
            out.flush();
            ending.await();
        } finally {
            ending.stopped();
        }
        return ending.stopped();
    }
}
