package io.polder.app;

import io.polder.simulate.AirServer;
import io.polder.simulate.Simulation;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --speed} and {@code --seed}: how feeds are simulated. */
final class SimulationOptions {
    @Option(
            names = "--speed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How many times faster than real the simulated time runs, up to 600. Default: ${DEFAULT-VALUE}.")
    private int speed;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Another seed gives other readings. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** How many times faster than real. */
    int speed() {
        check();
        return speed;
    }

    boolean isAtRealTime() {
        return speed == 1;
    }

    /** Starts the simulated traffic on a port; 0 is any free one. */
    Simulation start(int port, InstantSource clock) {
        return start(port, clock, Optional.empty());
    }

    /** As {@link #start(int, InstantSource)}; goes on with what was simulated before. */
    Simulation start(int port, InstantSource clock, Optional<Simulation.Past> past) {
        check();
        return past.map(before -> Simulation.goOn(port, speed, seed, clock, before))
                .orElseGet(() -> Simulation.start(port, speed, seed, clock));
    }

    /** Starts the simulated air on a port; 0 is any free one. */
    AirServer startAir(int port, InstantSource clock) {
        check();
        return AirServer.start(port, speed, seed, clock);
    }

    private void check() {
        if (speed < 1 || speed > Simulation.FASTEST) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--speed = '" + speed + "': not from 1 to " + Simulation.FASTEST + ". Fix: write --speed=60");
        }
    }
}
