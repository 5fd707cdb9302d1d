package io.polder.agent.http;

import io.polder.agent.ChannelException;
import io.polder.agent.ChannelProcessor;
import io.polder.agent.Counter;
import io.polder.agent.Counters;
import io.polder.agent.Event;
import io.polder.agent.Parts;
import io.polder.agent.Settings;
import io.polder.agent.Source;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flume's {@code http} source: each request is one batch, answered when the batch is in its channels. 200 when it is, 503
 * with Retry-After when there is no room, 413 when it can never fit, 400 and 415 for what cannot be read.
 */
final class HttpSource implements Source {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpSource.class);
    private static final int MAX_THREADS = 250;
    private static final int MIN_THREADS = 8;
    private static final int SELECTORS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private static final int ACCEPT_QUEUE = 1024;
    /** A batch of a hundred events in one read; a connection has it only while something is read from it. */
    private static final int INPUT_BUFFER_BYTES = 64 << 10;

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    private static final Duration IDLE_AT_STOP = Duration.ofMillis(50);
    /** GET and HEAD are answered as POST is, as in Flume. */
    private static final Set<String> METHODS = Set.of("POST", "GET", "HEAD");

    private static final HttpField ALLOW = new HttpField(HttpHeader.ALLOW, "POST, GET, HEAD");
    private static final HttpField RETRY_AFTER = new HttpField(HttpHeader.RETRY_AFTER, "1");
    private static final HttpField TEXT = new HttpField(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");

    private final String name;
    private final Settings settings;
    private final ChannelProcessor processor;
    private final Counters counters;
    private final InstantSource clock;
    private final boolean takesBlobs;
    private final int maxBytes;
    private final boolean speaksTls;
    private @Nullable Server server;
    private int port;

    HttpSource(Parts.Context context) {
        name = context.name();
        settings = context.settings();
        processor = context.processor();
        counters = context.counters();
        clock = context.clock();
        takesBlobs = settings.text("handler").endsWith("BlobHandler");
        maxBytes = settings.integer(takesBlobs ? "handler.maxBlobLength" : "maxBodyBytes");
        speaksTls = settings.isTrue("ssl") || settings.isTrue("enableSSL");
        if (maxBytes < 1) {
            settings.problem(
                    takesBlobs ? "handler.maxBlobLength" : "maxBodyBytes", "lets nothing in", "write 1 or more");
        }
        if (speaksTls) {
            checkKeystore();
        }
    }

    private void checkKeystore() {
        String keystore = settings.text("keystore");
        if (keystore.isEmpty()) {
            settings.problem("keystore", "is missing, and ssl is true", "name the file with key and certificate");
        } else if (!Files.isReadable(Path.of(keystore))) {
            settings.problem("keystore", "cannot be read", "name a file that this program may read");
        }
        if (password().isEmpty()) {
            settings.problem(
                    "keystore-password", "is missing, and ssl is true", "write it, like ${env:KEYSTORE_PASSWORD}");
        }
    }

    private String password() {
        return settings.optional("keystore-password").orElse(settings.text("keystorePassword"));
    }

    @Override
    public void start() {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
        threads.setName("source-" + name);
        Server jetty = new Server(threads);
        jetty.setStopTimeout(STOP_PATIENCE.toMillis());
        ServerConnector connector = connector(jetty);
        connector.setHost(settings.text("bind"));
        connector.setPort(settings.integer("port"));
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        // Senders keep connections open that they do not use: a stop does not wait for them.
        connector.setShutdownIdleTimeout(IDLE_AT_STOP.toMillis());
        jetty.addConnector(connector);
        jetty.setHandler(new GracefulHandler(new Events()));
        server = jetty;
        try {
            jetty.start();
        } catch (Exception failure) {
            close();
            throw refused(failure);
        }
        port = connector.getLocalPort();
    }

    private ServerConnector connector(Server jetty) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        plain.setInputBufferSize(INPUT_BUFFER_BYTES);
        if (!speaksTls) {
            return new ServerConnector(jetty, 1, SELECTORS, plain);
        }
        SecureRequestCustomizer customizer = new SecureRequestCustomizer();
        customizer.setSniHostCheck(false);
        http.addCustomizer(customizer);
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(Path.of(settings.text("keystore")).toUri().toString());
        tls.setKeyStorePassword(password());
        tls.setKeyStoreType(settings.text("keystore-type"));
        words("include-protocols").ifPresent(tls::setIncludeProtocols);
        words("include-cipher-suites").ifPresent(tls::setIncludeCipherSuites);
        words("exclude-protocols").ifPresent(tls::addExcludeProtocols);
        words("excludeProtocols").ifPresent(tls::addExcludeProtocols);
        words("exclude-cipher-suites").ifPresent(tls::addExcludeCipherSuites);
        return new ServerConnector(jetty, 1, SELECTORS, new SslConnectionFactory(tls, plain.getProtocol()), plain);
    }

    private java.util.Optional<String[]> words(String key) {
        return settings.optional(key)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> text.split("\\s+"));
    }

    private PolderException refused(Exception failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        String address = settings.text("bind") + ":" + settings.text("port");
        if (cause instanceof BindException) {
            return new PolderException(
                    ErrorCode.CONFLICT,
                    "Source '" + name + "' cannot listen on " + address + ": " + cause.getMessage()
                            + ". Fix: stop the program that listens there, or write another bind or port",
                    failure);
        }
        return new PolderException(
                ErrorCode.INVALID_DEFINITION,
                "Source '" + name + "' cannot start: " + cause
                        + (speaksTls
                                ? ". Fix: see keystore, keystore-password and keystore-type"
                                : ". Fix: see bind and port"),
                failure);
    }

    private interface Work {
        void run() throws BadRequestException, IOException, ChannelException;
    }

    /** The port that it listens on. */
    int port() {
        return port;
    }

    @Override
    public void close() {
        Server running = server;
        if (running == null) {
            return;
        }
        try {
            running.stop();
        } catch (Exception failure) {
            LOGGER.warn("Source {} did not stop cleanly: {}.", name, failure.toString());
        }
        running.destroy();
        server = null;
    }

    /**
     * One request, one batch, on a thread that may wait. Not to be handed to another one: with this server, answers then got
     * lost under load, and the connection hung until its idle timeout.
     */
    private final class Events extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (!METHODS.contains(request.getMethod())) {
                response.getHeaders().put(ALLOW);
                answer(
                        response,
                        callback,
                        HttpStatus.METHOD_NOT_ALLOWED_405,
                        request.getMethod() + " is not taken. Fix: POST");
                return true;
            }
            answered(response, callback, () -> put(events(request, body(request))));
            return true;
        }

        private void put(List<Event> events) throws ChannelException {
            received(events);
            if (!events.isEmpty()) {
                processor.process(events);
            }
            accepted(events);
        }

        private void received(List<Event> events) {
            counters.increment(Counter.APPEND_BATCH_RECEIVED);
            counters.add(Counter.EVENT_RECEIVED, events.size());
        }

        private void accepted(List<Event> events) {
            counters.increment(Counter.APPEND_BATCH_ACCEPTED);
            counters.add(Counter.EVENT_ACCEPTED, events.size());
            counters.well();
        }

        private void answered(Response response, Callback callback, Work work) {
            try {
                work.run();
                response.setStatus(HttpStatus.OK_200);
                callback.succeeded();
            } catch (BadRequestException wrong) {
                counters.increment(Counter.EVENT_READ_FAIL);
                answer(response, callback, wrong.status(), String.valueOf(wrong.getMessage()));
            } catch (IOException gone) {
                counters.increment(Counter.EVENT_READ_FAIL);
                callback.failed(gone);
            } catch (ChannelException refused) {
                answer(response, callback, refused);
            } catch (RuntimeException bug) {
                counters.increment(Counter.GENERIC_PROCESSING_FAIL);
                LOGGER.error("A request to source {} failed.", name, bug);
                callback.failed(bug);
            }
        }

        private List<Event> events(Request request, byte[] body) throws BadRequestException {
            if (takesBlobs) {
                return body.length == 0 ? List.of() : List.of(new Event(parameters(request), body));
            }
            return JsonEvents.parse(
                    body, JsonEvents.charset(request.getHeaders().get(HttpHeader.CONTENT_TYPE)));
        }

        private byte[] body(Request request) throws IOException, BadRequestException {
            if (request.getLength() > maxBytes) {
                throw tooLarge();
            }
            try (InputStream in = Content.Source.asInputStream(request)) {
                if (request.getLength() >= 0) {
                    // The server sees to it that there is neither more nor less.
                    byte[] body = new byte[(int) request.getLength()];
                    in.readNBytes(body, 0, body.length);
                    return body;
                }
                byte[] body = in.readNBytes(maxBytes);
                if (in.read() >= 0) {
                    throw tooLarge();
                }
                return body;
            } catch (IllegalStateException gone) {
                // So the server says that the connection ended before this thread came to read from it.
                throw new IOException("the sender has gone", gone);
            }
        }

        private BadRequestException tooLarge() {
            return new BadRequestException(
                    HttpStatus.PAYLOAD_TOO_LARGE_413,
                    "The body is larger than " + maxBytes + " bytes. Fix: send it in parts, or raise "
                            + (takesBlobs ? "handler.maxBlobLength" : "maxBodyBytes"));
        }

        private Map<String, String> parameters(Request request) throws BadRequestException {
            Map<String, String> headers = new HashMap<>();
            try {
                for (Fields.Field field : Request.extractQueryParameters(request)) {
                    headers.put(field.getName(), String.valueOf(field.getValue()));
                }
            } catch (IllegalArgumentException malformed) {
                throw new BadRequestException(
                        HttpStatus.BAD_REQUEST_400, "The query cannot be read. Fix: encode it in UTF-8 and percent");
            }
            return headers;
        }

        private void answer(Response response, Callback callback, ChannelException refused) {
            counters.increment(Counter.CHANNEL_WRITE_FAIL);
            String message = String.valueOf(refused.getMessage());
            if (refused.reason() == ChannelException.Reason.TOO_LARGE) {
                answer(response, callback, HttpStatus.PAYLOAD_TOO_LARGE_413, message);
                return;
            }
            counters.troubled(ChannelProcessor.REFUSES, clock.instant());
            response.getHeaders().put(RETRY_AFTER);
            answer(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503, message);
        }

        private void answer(Response response, Callback callback, int status, String message) {
            response.setStatus(status);
            response.getHeaders().put(TEXT);
            response.write(true, ByteBuffer.wrap((message + ".\n").getBytes(StandardCharsets.UTF_8)), callback);
        }
    }
}
