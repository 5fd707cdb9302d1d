package io.polder.app;

import io.polder.simulate.AirServer;
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
            "Serves simulated feeds until Ctrl-C: the traffic of Flanders, or the air of its cities.",
            "miv: the real points, and a real minute varied by a daily and weekly rhythm, with noise, faults and jams that"
                    + " travel. air: an API of air quality by city and hour, in the form of AirCheckr's. The same seed"
                    + " gives the same readings."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder simulate miv                       at real time, on port 8090",
            "  ./polder simulate miv --port 0 --speed 60   a minute each second, on any free port",
            "  ./polder simulate air --port 8091 --speed 60   an hour of air each minute"
        })
final class SimulateCommand implements Callable<Integer> {
    /** What can be simulated. */
    enum Feeds {
        MIV,
        AIR
    }

    @Parameters(paramLabel = "FEEDS", description = "Which feeds: miv or air.")
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
        try {
            switch (feeds) {
                case MIV -> traffic(ending);
                case AIR -> air(ending);
            }
        } finally {
            ending.stopped();
        }
        return ending.stopped();
    }

    private void traffic(Ending ending) {
        try (Simulation running = simulation.start(port, InstantSource.system())) {
            ready("  traffic " + running.traffic(), "  points  " + running.points());
            ending.await();
        }
    }

    private void air(Ending ending) {
        try (AirServer running = simulation.startAir(port, InstantSource.system())) {
            ready(
                    "  names   " + running.address().resolve("territory/BE/names"),
                    "  a city  " + running.address().resolve("territory/BE/LAU2/name/Gent"),
                    "  with a header " + AirServer.TOKEN + ", any");
            ending.await();
        }
    }

    private void ready(String... lines) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Simulated feeds of " + feeds + " are ready (Ctrl-C stops them):");
        for (String line : lines) {
            out.println(line);
        }
        out.flush();
    }
}
