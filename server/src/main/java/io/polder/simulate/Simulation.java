package io.polder.simulate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The two traffic feeds of Flanders, made up: served over HTTP, with a history that agrees with them. Thread-safe.
 *
 * <p>Two simulations with one seed read the same in the same minute, in any process; but for the points that stopped long
 * before they began, whose times are counted from {@link #began}.
 */
public final class Simulation implements AutoCloseable {
    /** The most times faster than real that simulated time runs: a minute every 100 ms. */
    public static final int FASTEST = 600;

    /**
     * A simulation that is to go on.
     *
     * @param began when it first began
     * @param until how far it came
     */
    public record Past(Instant began, Instant until) {}

    private final CompletableFuture<MivSimulator> simulator;
    private final Clock clock;
    private final MivServer server;
    private final int speed;
    private final Instant began;

    private Simulation(int port, int speed, long seed, InstantSource time, @Nullable Past past) {
        if (speed < 1 || speed > FASTEST) {
            throw new IllegalArgumentException("A simulation's speed is from 1 to " + FASTEST + ", not " + speed + ".");
        }
        this.speed = speed;
        clock = new Clock(time, speed, past == null ? null : past.until());
        began = past == null ? clock.starts() : past.began();
        // Reading the real minute takes a second, in which others may start what asks for it.
        simulator =
                CompletableFuture.supplyAsync(() -> new MivSimulator(RealMinute.load(), seed, Clock.lastMinute(began)));
        server = new MivServer(simulator, clock, port);
    }

    /**
     * Serves both feeds on the loopback address until closed.
     *
     * @param port 0 for any free port
     * @param speed how many times faster than real the simulated time runs. At 1 it is the real time; above 1 it starts
     *     seven days ago and never passes the real time
     * @throws io.polder.record.PolderException when the port is taken
     */
    public static Simulation start(int port, int speed, long seed, InstantSource time) {
        return new Simulation(port, speed, seed, time, null);
    }

    /** As {@link #start}; faster than real it starts where {@code past} ended, when that is less than seven days ago. */
    public static Simulation goOn(int port, int speed, long seed, InstantSource time, Past past) {
        return new Simulation(port, speed, seed, time, past);
    }

    public int port() {
        return server.port();
    }

    /** The address of the readings of all points in the last minute that is over. */
    public URI traffic() {
        return address(MivServer.TRAFFIC);
    }

    /** The address of the points' configuration. */
    public URI points() {
        return address(MivServer.POINTS);
    }

    /** The time that it is in the simulation. */
    public Instant now() {
        return clock.now();
    }

    /** The time that it was in the simulation when it started. */
    public Instant starts() {
        return clock.starts();
    }

    /** The time that it was in the simulation when it first began: where a history is to end. */
    public Instant began() {
        return began;
    }

    /** How long a minute lasts here: how often the traffic is worth a look. */
    public Duration period() {
        return Duration.ofMinutes(1).dividedBy(speed);
    }

    /**
     * Writes the last 28 days of 100 points, one reading every ten minutes, as gzipped CSV files: one a day (UTC), rows by
     * time and uid, columns named as the fields of the format {@code miv-traffic}. A file appears when it is complete.
     *
     * @param until when the last minute written is over, at the latest; {@link #began} for a history that ends where the
     *     feed begins
     * @return the files, oldest first
     * @throws IOException when the folder cannot be written; files that are complete stay
     */
    public List<Path> writeHistory(Path folder, Instant until) throws IOException {
        return new MivHistory(simulator.join()).write(folder, until);
    }

    /** Makes the next {@code times} answers of either feed faulty. People can do so by {@code POST /fault?next=html}. */
    public void failNext(Fault fault, int times) {
        server.failNext(fault, times);
    }

    /** Stops serving; connections are cut. */
    @Override
    public void close() {
        server.close();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
