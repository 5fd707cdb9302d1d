package io.polder.agent.avro;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.compression.JdkZlibDecoder;
import io.netty.handler.codec.compression.JdkZlibEncoder;
import io.netty.handler.ssl.SslHandler;
import io.polder.agent.ChannelException;
import io.polder.agent.Counter;
import io.polder.agent.Counters;
import io.polder.agent.Event;
import io.polder.agent.Parts;
import io.polder.agent.Settings;
import io.polder.agent.Source;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Protocol;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.ipc.generic.GenericResponder;
import org.apache.avro.ipc.netty.NettyServer;
import org.jspecify.annotations.Nullable;

/**
 * Flume's {@code avro} source: each call is one batch, answered OK when it is in its channels and FAILED when it is in none
 * of the required ones, upon which the sender sends it again.
 */
final class AvroSource implements Source {
    private final Parts.Context context;
    private final Settings settings;
    private final Optional<Tls> tls;
    private final boolean isCompressed;
    private @Nullable NettyServer server;

    AvroSource(Parts.Context context) {
        this.context = context;
        settings = context.settings();
        tls = Tls.of(settings);
        isCompressed = settings.text("compression-type").equals("deflate");
        if (settings.isTrue("ssl") && settings.text("keystore").isEmpty()) {
            settings.problem("keystore", "is missing, and ssl is true", "name the file with key and certificate");
        }
    }

    @Override
    public void start() {
        InetSocketAddress address = new InetSocketAddress(settings.text("bind"), settings.integer("port"));
        try {
            server = new NettyServer(new Calls(), address, this::prepare);
            server.start();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw refused(interrupted);
        } catch (Exception failure) { // Netty throws BindException without saying so
            throw refused(failure);
        }
    }

    private PolderException refused(Exception failure) {
        return new PolderException(
                ErrorCode.CONFLICT,
                "Source '" + context.name() + "' cannot listen on " + settings.text("bind") + ":"
                        + settings.text("port")
                        + ": " + failure.getMessage()
                        + ". Fix: stop the program that listens there, or write another bind or port",
                failure);
    }

    /** What stands before Avro's own handlers; the first sees the bytes of the network first. */
    private void prepare(SocketChannel connection) {
        tls.ifPresent(with -> connection.pipeline().addLast("tls", new SslHandler(with.server())));
        if (isCompressed) {
            connection.pipeline().addLast("inflater", new JdkZlibDecoder(0));
            connection.pipeline().addLast("deflater", new JdkZlibEncoder());
        }
        connection.pipeline().addLast("connections", new Connections(context.counters()));
    }

    /** The port that it listens on. */
    int port() {
        return server == null ? 0 : server.getPort();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    private static final class Connections extends ChannelInboundHandlerAdapter {
        private final Counters counters;

        Connections(Counters counters) {
            this.counters = counters;
        }

        @Override
        public void channelActive(ChannelHandlerContext connection) throws Exception {
            counters.add(Counter.OPEN_CONNECTION, 1);
            super.channelActive(connection);
        }

        @Override
        public void channelInactive(ChannelHandlerContext connection) throws Exception {
            counters.add(Counter.OPEN_CONNECTION, -1);
            super.channelInactive(connection);
        }
    }

    private final class Calls extends GenericResponder {
        Calls() {
            super(FlumeProtocol.PROTOCOL);
        }

        @Override
        public Object respond(Protocol.Message message, Object request) {
            Counters counters = context.counters();
            boolean isOne = message.getName().equals(FlumeProtocol.APPEND);
            List<Event> events = FlumeProtocol.events((GenericRecord) request);
            counters.increment(isOne ? Counter.APPEND_RECEIVED : Counter.APPEND_BATCH_RECEIVED);
            counters.add(Counter.EVENT_RECEIVED, events.size());
            try {
                context.processor().process(events);
            } catch (ChannelException refused) {
                counters.increment(Counter.CHANNEL_WRITE_FAIL);
                counters.troubled(
                        String.valueOf(refused.getMessage()), context.clock().instant());
                return FlumeProtocol.FAILED;
            }
            counters.well();
            counters.increment(isOne ? Counter.APPEND_ACCEPTED : Counter.APPEND_BATCH_ACCEPTED);
            counters.add(Counter.EVENT_ACCEPTED, events.size());
            return FlumeProtocol.OK;
        }
    }
}
