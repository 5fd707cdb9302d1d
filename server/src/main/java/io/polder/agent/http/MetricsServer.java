package io.polder.agent.http;

import io.polder.agent.AgentMetrics;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The port of {@code -Dflume.monitoring.type=http}: {@code /metrics} as Flume has it, or for Prometheus when that is what is
 * asked for; {@code /status} with rates, ages and reasons; and a screen for people.
 */
public final class MetricsServer implements AutoCloseable {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String JSON = "application/json;charset=utf-8";

    private final Server server;
    private final ServerConnector connector;

    /** As {@link #open(String, int, Supplier, Handler)}, for programs alone. */
    public static MetricsServer open(String host, int port, Supplier<AgentMetrics> metrics) {
        return open(host, port, metrics, new Handler.Sequence());
    }

    /**
     * Opens the port.
     *
     * @param metrics of the agent that runs now; another one after its file was read again
     * @param screen answers what is for people, and leaves the rest
     * @throws PolderException CONFLICT when the port is taken
     */
    public static MetricsServer open(String host, int port, Supplier<AgentMetrics> metrics, Handler screen) {
        MetricsServer opened = new MetricsServer(host, port, metrics, screen);
        try {
            opened.server.start();
            return opened;
        } catch (Exception failure) {
            opened.close();
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "flume.monitoring.port = '" + port + "': nothing can listen there on " + host + ": "
                            + failure.getMessage()
                            + ". Fix: stop the program that does, or take another port with -Dflume.monitoring.port=…",
                    failure);
        }
    }

    private MetricsServer(String host, int port, Supplier<AgentMetrics> metrics, Handler screen) {
        QueuedThreadPool threads = new QueuedThreadPool(8, 1);
        threads.setName("metrics");
        threads.setDaemon(true);
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(new Handler.Sequence(new Answers(metrics), screen, new Missing()));
    }

    /** The port that it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failure) {
            throw new IllegalStateException("The port of the metrics did not close.", failure);
        }
    }

    private static final class Answers extends Handler.Abstract.NonBlocking {
        private final Supplier<AgentMetrics> metrics;

        Answers(Supplier<AgentMetrics> metrics) {
            this.metrics = metrics;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            String path = Request.getPathInContext(request);
            String accept = request.getHeaders().get(HttpHeader.ACCEPT);
            boolean isForPrometheus =
                    accept != null && (accept.contains("openmetrics") || accept.contains("version=0.0.4"));
            switch (path) {
                case "/metrics" -> {
                    if (isForPrometheus) {
                        answer(response, callback, PROMETHEUS, metrics.get().asPrometheusReads());
                    } else {
                        answer(response, callback, JSON, metrics.get().asFlumeShows());
                    }
                }
                case "/metrics/prometheus" ->
                    answer(response, callback, PROMETHEUS, metrics.get().asPrometheusReads());
                case "/status" -> answer(response, callback, JSON, metrics.get().status());
                default -> {
                    return false;
                }
            }
            return true;
        }

        static void answer(Response response, Callback callback, String type, String text) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
            response.write(true, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), callback);
        }
    }

    private static final class Missing extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.setStatus(HttpStatus.NOT_FOUND_404);
            Answers.answer(
                    response,
                    callback,
                    "text/plain;charset=utf-8",
                    "No such address. Fix: GET /, /metrics, /metrics/prometheus or /status\n");
            return true;
        }
    }
}
