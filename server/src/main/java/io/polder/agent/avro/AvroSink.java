package io.polder.agent.avro;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.compression.JdkZlibDecoder;
import io.netty.handler.codec.compression.JdkZlibEncoder;
import io.netty.handler.ssl.SslHandler;
import io.polder.agent.Counter;
import io.polder.agent.Event;
import io.polder.agent.Parts;
import io.polder.agent.Settings;
import io.polder.agent.Sink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.ipc.CallFuture;
import org.apache.avro.ipc.generic.GenericRequestor;
import org.apache.avro.ipc.netty.NettyTransceiver;
import org.jspecify.annotations.Nullable;

/**
 * Flume's {@code avro} sink: each batch is one call to the next agent's {@code avro} source, delivered when that answers
 * OK. One connection, made anew after a failure.
 */
final class AvroSink implements Sink {
    private static final int LEAST_LEVEL = 1;
    private static final int MOST_LEVEL = 9;

    private final Parts.Context context;
    private final Settings settings;
    private final Optional<Tls> tls;
    private final Duration resetAfter;
    private @Nullable ExecutorService thread;
    private @Nullable NettyTransceiver connection;
    private @Nullable GenericRequestor requestor;
    private long connectedNanos;

    AvroSink(Parts.Context context) {
        this.context = context;
        settings = context.settings();
        tls = Tls.of(settings);
        resetAfter = settings.seconds("reset-connection-interval");
        if (settings.number("batch-size") < 1) {
            settings.problem("batch-size", "is less than 1", "write 1 or more");
        }
        long level = settings.number("compression-level");
        if (level < LEAST_LEVEL || level > MOST_LEVEL) {
            settings.problem("compression-level", "is not from 1 to 9", "write 6, for example");
        }
        if (settings.isTrue("trust-all-certs")) {
            settings.problem(
                    "trust-all-certs",
                    "would let anybody read and answer in the next agent's name",
                    "name the certificates in truststore, and leave this out");
        }
    }

    @Override
    public void start() {
        thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "sink-" + context.name());
            made.setDaemon(true);
            return made;
        });
    }

    @Override
    public int batchSize() {
        return settings.integer("batch-size");
    }

    @Override
    public CompletableFuture<Void> deliver(List<Event> events) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        ExecutorService worker = thread;
        if (worker == null) {
            done.completeExceptionally(new IOException("the sink is not started"));
            return done;
        }
        worker.execute(() -> {
            try {
                send(events);
                done.complete(null);
            } catch (Exception failure) { // whatever Avro, Netty and the other end come up with: the batch is not there
                disconnect();
                done.completeExceptionally(new IOException(address() + ": " + reason(failure), failure));
            }
        });
        return done;
    }

    private void send(List<Event> events) throws Exception {
        if (!resetAfter.isZero() && System.nanoTime() - connectedNanos > resetAfter.toNanos()) {
            disconnect();
        }
        GenericRequestor to = requestor == null ? connect() : requestor;
        CallFuture<Object> answer = new CallFuture<>();
        to.request(FlumeProtocol.APPEND_BATCH, FlumeProtocol.batch(events), answer);
        Object status = answer.get(settings.number("request-timeout"), TimeUnit.MILLISECONDS);
        if (!status.toString().equals("OK")) {
            throw new IOException("the next agent answered " + status + ", as when its channel is full");
        }
    }

    private GenericRequestor connect() throws IOException {
        NettyTransceiver made = new NettyTransceiver(
                new InetSocketAddress(settings.text("hostname"), settings.integer("port")),
                settings.integer("connect-timeout"),
                this::prepare);
        connection = made;
        connectedNanos = System.nanoTime();
        context.counters().increment(Counter.CONNECTION_CREATED);
        GenericRequestor connected = new GenericRequestor(FlumeProtocol.PROTOCOL, made);
        requestor = connected;
        return connected;
    }

    /** What stands before Avro's own handlers; the first sees the bytes of the network first. */
    private void prepare(SocketChannel made) {
        tls.ifPresent(with -> made.pipeline()
                .addLast("tls", new SslHandler(with.client(settings.text("hostname"), settings.integer("port")))));
        if (settings.text("compression-type").equals("deflate")) {
            made.pipeline().addLast("inflater", new JdkZlibDecoder(0));
            made.pipeline().addLast("deflater", new JdkZlibEncoder(settings.integer("compression-level")));
        }
    }

    private void disconnect() {
        if (connection != null) {
            connection.close(false);
            connection = null;
            requestor = null;
            context.counters().increment(Counter.CONNECTION_CLOSED);
        }
    }

    private String address() {
        return settings.text("hostname") + ":" + settings.text("port");
    }

    private static String reason(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "no answer within request-timeout";
        }
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    @Override
    public String whyWaiting() {
        return "no answer from " + address();
    }

    @Override
    public void close() {
        ExecutorService worker = thread;
        if (worker == null) {
            return;
        }
        worker.execute(this::disconnect);
        worker.shutdown();
        try {
            if (!worker.awaitTermination(5, TimeUnit.SECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
        thread = null;
    }
}
