package io.polder.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import io.polder.agent.AgentMetrics;
import io.polder.config.Mart;
import io.polder.config.Platform;
import io.polder.enrich.Enrichment;
import io.polder.ingest.Ingest;
import io.polder.log.Log;
import io.polder.predict.MartModels;
import io.polder.profile.MartProfiles;
import io.polder.query.Queries;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Statement;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.io.EOFException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web server: HTTP interface, live push and screen on one port. Thread-safe.
 *
 * <p>{@link #start} opens the port; until {@link #ready} is called, {@code /health} says "starting". {@link #close} ends
 * it within a second or so and cuts off what is running.
 */
public final class Web implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Web.class);
    private static final int MAX_VIEWERS = 1_000;
    /** Requests that run at once; viewers and idle connections need none. */
    private static final int MAX_THREADS = 64;

    private static final int MIN_THREADS = 4;
    private static final int THREAD_IDLE_MILLISECONDS = 30_000;
    /** Keys may hold any character, so an address may hold an encoded slash, percent sign or backslash. */
    private static final UriCompliance KEYS = UriCompliance.RFC3986.with(
            "KEYS",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS);

    private static final int ACCEPT_QUEUE = 256;
    /** What may be under way to somebody who does not read: the system would let it grow to megabytes of the past. */
    private static final int SEND_BUFFER_BYTES = 1 << 18;

    private final Platform platform;
    private final Live live;
    private final Metrics metrics;
    private final Api api;
    private final Javalin server;
    private final AtomicBoolean isReady = new AtomicBoolean();
    private @Nullable ServerConnector web;
    private @Nullable ServerConnector druid;

    /**
     * @param version the program's, as shown to people
     * @param writes does what INSERT, UPSERT, UPDATE or DELETE says, and tells how many rows were written
     * @param hivePort where clients of Impala and Hive find the mart
     * @param agents how the agents that run in the mart are doing; asked each second while somebody looks
     * @param healthReasons what is not as it should be, as sentences; asked at each look at {@code /health}
     */
    public Web(
            Mart mart,
            Platform platform,
            String version,
            Ingest ingest,
            Enrichment enrichment,
            Queries queries,
            ToLongFunction<Statement.Write> writes,
            Log log,
            MartProfiles profiles,
            MartModels models,
            int hivePort,
            Supplier<List<AgentMetrics.Status>> agents,
            Supplier<List<String>> healthReasons,
            InstantSource clock) {
        this(
                mart,
                platform,
                version,
                Program.of(ingest, enrichment, queries, writes, log, profiles, models, hivePort, agents, healthReasons),
                clock,
                MAX_VIEWERS);
    }

    Web(Mart mart, Platform platform, String version, Program program, InstantSource clock, int maxViewers) {
        this.platform = platform;
        Pipelines pipelines = new Pipelines(mart, program, clock);
        live = new Live(mart, program, pipelines, clock, maxViewers);
        metrics = new Metrics(mart, program, live);
        api = new Api(mart, platform, version, program, pipelines, metrics, isReady, clock);
        server = Javalin.create(this::configure);
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MILLISECONDS);
        threads.setName("polder-web");
        config.jetty.threadPool = threads;
        config.jetty.addConnector(this::connector);
        config.jetty.addConnector(this::druidConnector);
        config.jetty.modifyServer(jetty -> {
            jetty.setErrorHandler(new JettyProblems());
            jetty.setStopTimeout(0);
        });
        config.jetty.modifyServletContextHandler(this::addFilters);
        for (Api.Route route : api.routes()) {
            config.routes.addHttpHandler(route.method(), route.path(), route.handler());
        }
        for (Api.Route route : api.druidRoutes()) {
            config.routes.addHttpHandler(route.method(), route.path(), route.handler());
        }
        config.routes.exception(PolderException.class, (failure, request) -> {
            send(ProblemDocument.of(failure), request);
        });
        config.routes.exception(HttpResponseException.class, Web::sendHttpProblem);
        config.routes.exception(Exception.class, Web::sendUnexpected);
    }

    private Connector connector(Server jetty, HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setUriCompliance(KEYS);
        ServerConnector connector = new ServerConnector(jetty, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(platform.webHost());
        connector.setPort(platform.webPort());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        web = connector;
        return connector;
    }

    /** Druid's clients look on a port of their own; what answers there is the same server. */
    private Connector druidConnector(Server jetty, HttpConfiguration http) {
        ServerConnector connector = new ServerConnector(jetty, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(platform.webHost());
        connector.setPort(platform.druidPort());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        druid = connector;
        return connector;
    }

    private void addFilters(ServletContextHandler context) {
        context.getServletHandler().setDecodeAmbiguousURIs(true);
        ContentPolicy policy = new ContentPolicy(platform.tiles());
        addFilter(context, new Gate(platform.webHost(), policy, metrics));
        addFilter(context, new StaticFiles(policy));
        ServletHolder liveServlet = new ServletHolder(new LiveServlet(live));
        liveServlet.setAsyncSupported(true);
        context.addServlet(liveServlet, LiveServlet.PATH);
    }

    private static void addFilter(ServletContextHandler context, Filter filter) {
        FilterHolder holder = new FilterHolder(filter);
        holder.setAsyncSupported(true);
        context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
    }

    private static void send(ProblemDocument problem, Context request) {
        if (request.res().isCommitted()) {
            // Part of the answer has gone out: to break off is the one way left to say that it is not whole.
            ServletContextRequest.getServletContextRequest(request.req())
                    .getConnectionMetaData()
                    .getConnection()
                    .getEndPoint()
                    .close();
            return;
        }
        request.res().resetBuffer();
        request.status(problem.status()).contentType(ProblemDocument.TYPE).header("Cache-Control", "no-store");
        problem.retryAfter().ifPresent(seconds -> request.header("Retry-After", seconds));
        request.result(problem.bytes());
    }

    private static void sendHttpProblem(HttpResponseException failure, Context request) {
        String what = request.req().getMethod() + " " + request.req().getRequestURI();
        if (failure.getStatus() == HttpStatus.METHOD_NOT_ALLOWED_405) {
            String allowed = failure.getDetails().getOrDefault("availableMethods", "");
            request.header("Allow", allowed);
            send(
                    ProblemDocument.of(
                            failure.getStatus(), what + ": not a method of this address. Fix: use " + allowed),
                    request);
        } else if (failure.getStatus() == HttpStatus.NOT_FOUND_404) {
            send(ProblemDocument.of(failure.getStatus(), what + ": no such address. Fix: see /openapi.json"), request);
        } else {
            send(ProblemDocument.of(failure.getStatus(), what + ": " + failure.getMessage()), request);
        }
    }

    private static void sendUnexpected(Exception failure, Context request) {
        if (failure instanceof EOFException) {
            // Most clients that stop in the middle have gone and hear nothing of it.
            send(
                    ProblemDocument.of(HttpStatus.BAD_REQUEST_400, "The body ended too early. Fix: send it again"),
                    request);
            return;
        }
        LOGGER.error(
                "A request failed: {} {}.",
                request.req().getMethod(),
                request.req().getRequestURI(),
                failure);
        send(ProblemDocument.unexpected(), request);
    }

    /**
     * Opens the port. It is to be closed also when that fails.
     *
     * @throws PolderException when that cannot be done, with the setting that helps
     */
    public void start() {
        refuseNetwork(platform.webHost());
        try {
            server.start();
        } catch (JavalinBindException refused) {
            throw new PolderException(ErrorCode.CONFLICT, refusal(refused), refused);
        }
        live.start();
    }

    private String refusal(JavalinBindException failure) {
        boolean isForbidden = String.valueOf(failure.getMessage()).contains("elevated privileges");
        boolean isDruid = web != null && web.isOpen();
        String key = isDruid ? "druid.port" : "web.port";
        return key + " = '" + (isDruid ? platform.druidPort() : platform.webPort()) + "': "
                + (isForbidden
                        ? "only the administrator may listen there. Fix: take a port from 1024 on, or any free one"
                        : "another program listens there. Fix: stop it, or take any free port")
                + " with --set " + key + "=0";
    }

    private static void refuseNetwork(String host) {
        try {
            if (InetAddress.getByName(host).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException unknown) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "web.host = '" + host + "': no such address. Fix: write 127.0.0.1",
                    unknown);
        }
        throw new PolderException(
                ErrorCode.INVALID_DEFINITION,
                "web.host = '" + host
                        + "': others could reach it, and there are no users yet who must say who they are."
                        + " Fix: write 127.0.0.1");
    }

    /** Says that everything is up: from now on {@code /health} says "ok", or what is wrong. */
    public void ready() {
        isReady.set(true);
    }

    /** The port that it listens on. */
    public int port() {
        return Objects.requireNonNull(web).getLocalPort();
    }

    /** The port on which Druid's clients find it. */
    public int druidPort() {
        return Objects.requireNonNull(druid).getLocalPort();
    }

    /** Where a browser finds it. */
    public URI address() {
        String host = platform.webHost().contains(":") ? "[" + platform.webHost() + "]" : platform.webHost();
        return URI.create("http://" + host + ":" + port() + "/");
    }

    List<Api.Route> routes() {
        return api.routes();
    }

    @Override
    public void close() {
        live.close();
        server.stop();
        metrics.close();
    }
}
