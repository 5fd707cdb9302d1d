package io.polder.hive;

import io.polder.query.Queries;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Catalog;
import io.polder.sql.Statement;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port on which the mart is an Impala. Thread-safe. Each client has a thread, each statement under way another;
 * {@link #close} cuts all of them off.
 */
public final class HiveServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HiveServer.class);
    private static final int MAX_CLIENTS = 1_000;
    private static final int BACKLOG = 256;
    private static final long TIDY_MOST_SECONDS = 30;

    /**
     * Where and how.
     *
     * @param host an address of this machine
     * @param port 0 for any free one
     * @param idle for how long a session or a result is kept that nobody uses
     * @param timezone of sessions that set none
     */
    public record Settings(String host, int port, Duration idle, ZoneId timezone) {}

    private final Queries queries;
    private final ToLongFunction<Statement.Write> writes;
    private final Catalog catalog;
    private final ZoneId timezone;
    private final String version;
    private final InstantSource clock;
    private final Sessions sessions;
    private final Set<ClientConnection> clients = ConcurrentHashMap.newKeySet();
    private final AtomicInteger threadNumber = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(this::thread);
    private final ScheduledExecutorService tidying = Executors.newSingleThreadScheduledExecutor(this::thread);
    private final ServerSocket socket;

    private HiveServer(
            Queries queries,
            ToLongFunction<Statement.Write> writes,
            Catalog catalog,
            String version,
            InstantSource clock,
            ServerSocket socket,
            ZoneId timezone) {
        this.queries = queries;
        this.writes = writes;
        this.catalog = catalog;
        this.timezone = timezone;
        this.version = version;
        this.clock = clock;
        this.socket = socket;
        sessions = new Sessions(clock);
    }

    /**
     * Opens the port and serves whoever comes.
     *
     * @param writes runs a statement that changes rows, says how many, and returns when the next query sees them
     * @param version the program's
     * @throws PolderException CONFLICT when the port is taken, with the setting that helps
     */
    public static HiveServer start(
            Queries queries,
            ToLongFunction<Statement.Write> writes,
            Catalog catalog,
            String version,
            Settings settings,
            InstantSource clock) {
        HiveServer server =
                new HiveServer(queries, writes, catalog, version, clock, bound(settings), settings.timezone());
        server.threads.execute(server::accept);
        long every =
                Math.max(1, Math.min(settings.idle().toMillis() / 4, TimeUnit.SECONDS.toMillis(TIDY_MOST_SECONDS)));
        server.tidyEvery(every, settings.idle());
        return server;
    }

    private void tidyEvery(long milliseconds, Duration idle) {
        ScheduledFuture<?> untilClosed = tidying.scheduleWithFixedDelay(
                () -> sessions.closeIdle(idle), milliseconds, milliseconds, TimeUnit.MILLISECONDS);
        LOGGER.debug("Idle sessions are looked for: {}.", untilClosed);
    }

    private static ServerSocket bound(Settings settings) {
        try {
            ServerSocket socket = new ServerSocket();
            try {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port()), BACKLOG);
                return socket;
            } catch (IOException failure) {
                socket.close();
                throw failure;
            }
        } catch (BindException taken) {
            boolean isForbidden = String.valueOf(taken.getMessage()).contains("Permission");
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "hive.port = '" + settings.port() + "': "
                            + (isForbidden
                                    ? "only the administrator may listen there. Fix: take a port from 1024 on, or any"
                                            + " free one"
                                    : "another program listens there. Fix: stop it, or take any free port")
                            + " with --set hive.port=0",
                    taken);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "hive.port = '" + settings.port() + "': cannot be opened: " + failure.getMessage()
                            + ". Fix: take any free port with --set hive.port=0",
                    failure);
        }
    }

    private Thread thread(Runnable work) {
        Thread thread = new Thread(work, "polder-hive-" + threadNumber.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                serve(socket.accept());
            } catch (SocketException closed) {
                if (!socket.isClosed()) {
                    LOGGER.warn("A client of the Hive port could not be let in.", closed);
                }
            } catch (IOException failure) {
                LOGGER.warn("A client of the Hive port could not be let in.", failure);
            }
        }
    }

    private void serve(Socket client) throws IOException {
        if (clients.size() >= MAX_CLIENTS) {
            LOGGER.warn("A client of the Hive port was turned away: there are {}.", MAX_CLIENTS);
            client.close();
            return;
        }
        ClientConnection connection = new ClientConnection(
                client,
                isGone -> new Service(queries, writes, catalog, sessions, threads, version, timezone, clock, isGone));
        clients.add(connection);
        threads.execute(() -> {
            try {
                connection.run();
            } finally {
                clients.remove(connection);
            }
        });
    }

    /** The port that it listens on. */
    public int port() {
        return socket.getLocalPort();
    }

    /** How many sessions are open. */
    public int sessions() {
        return sessions.size();
    }

    /** Cuts all clients off, as a network that breaks does. */
    void dropClients() {
        for (ClientConnection client : clients) {
            try {
                client.close();
            } catch (IOException alreadyGone) {
                LOGGER.debug("A client of the Hive port was gone already.", alreadyGone);
            }
        }
    }

    @Override
    public void close() {
        dropClients();
        try {
            socket.close();
        } catch (IOException failure) {
            LOGGER.warn("The Hive port did not close cleanly.", failure);
        }
        sessions.closeAll();
        tidying.shutdownNow();
        threads.shutdownNow();
    }
}
