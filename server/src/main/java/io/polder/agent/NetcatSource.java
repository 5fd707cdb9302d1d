package io.polder.agent;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flume's {@code netcat} source: each line of a connection is an event, answered with OK when it is in its channels. */
final class NetcatSource implements Source {
    private static final Logger LOGGER = LoggerFactory.getLogger(NetcatSource.class);

    private final String name;
    private final Settings settings;
    private final ChannelProcessor processor;
    private final Counters counters;
    private final InstantSource clock;
    private final int maxLine;
    private final boolean answers;
    private final Charset encoding;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocket server;
    private volatile boolean isStopping;

    NetcatSource(Parts.Context context) {
        name = context.name();
        settings = context.settings();
        processor = context.processor();
        counters = context.counters();
        clock = context.clock();
        maxLine = settings.integer("max-line-length");
        answers = settings.isTrue("ack-every-event");
        Charset charset = StandardCharsets.UTF_8;
        try {
            charset = Charset.forName(settings.text("encoding"));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            settings.problem("encoding", "is no charset", "write one like utf-8 or iso-8859-1");
        }
        encoding = charset;
    }

    @Override
    public void start() {
        String address = settings.text("bind") + ":" + settings.text("port");
        try {
            ServerSocket socket = new ServerSocket();
            server = socket;
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(settings.text("bind"), settings.integer("port")));
            daemon("source-" + name, () -> accept(socket));
        } catch (IOException failure) {
            close();
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Source '" + name + "' cannot listen on " + address + ": " + failure.getMessage()
                            + ". Fix: stop the program that listens there, or write another bind or port",
                    failure);
        }
    }

    /** The port that it listens on. */
    int port() {
        return server == null ? 0 : server.getLocalPort();
    }

    private static void daemon(String named, Runnable work) {
        Thread thread = new Thread(work, named);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket socket) {
        while (!isStopping) {
            try {
                Socket connection = socket.accept();
                connections.add(connection);
                daemon("source-" + name + "-" + connection.getPort(), () -> serve(connection));
            } catch (IOException failure) {
                if (!isStopping) {
                    LOGGER.warn("Source {}: a connection failed: {}.", name, failure.getMessage());
                }
            }
        }
    }

    private void serve(Socket connection) {
        counters.increment(Counter.OPEN_CONNECTION);
        try (connection;
                InputStream in = new BufferedInputStream(connection.getInputStream());
                OutputStream out = connection.getOutputStream()) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0 && !isStopping; next = in.read()) {
                if (next == '\n') {
                    put(line.toByteArray(), out);
                    line.reset();
                } else if (line.size() + 1 >= maxLine) {
                    counters.increment(Counter.EVENT_READ_FAIL);
                    say(out, "FAILED: Event exceeds the maximum length (" + maxLine + " chars, including newline)");
                    return;
                } else {
                    line.write(next);
                }
            }
        } catch (IOException gone) {
            LOGGER.debug("A connection of source {} ended: {}.", name, gone.getMessage());
        } finally {
            connections.remove(connection);
            counters.add(Counter.OPEN_CONNECTION, -1);
        }
    }

    private void put(byte[] line, OutputStream out) throws IOException {
        counters.increment(Counter.EVENT_RECEIVED);
        byte[] body = encoding.equals(StandardCharsets.UTF_8)
                ? line
                : new String(line, encoding).getBytes(StandardCharsets.UTF_8);
        try {
            processor.process(List.of(new Event(Map.of(), body)));
            counters.increment(Counter.EVENT_ACCEPTED);
            counters.well();
            if (answers) {
                say(out, "OK");
            }
        } catch (ChannelException refused) {
            counters.increment(Counter.CHANNEL_WRITE_FAIL);
            counters.troubled(ChannelProcessor.REFUSES, clock.instant());
            say(out, "FAILED: " + refused.getMessage());
        }
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        isStopping = true;
        try {
            if (server != null) {
                server.close();
            }
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException failure) {
            LOGGER.warn("Source {} did not close cleanly: {}.", name, failure.getMessage());
        }
    }
}
