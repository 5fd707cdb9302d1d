package io.polder.log;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker and controller in this process, on 127.0.0.1.
 *
 * <p>A broker that fails wants to end the process at once, through {@link Exit}. Here that request becomes a call of
 * {@code onFailure}, so that the program ends as it means to. As these procedures are the process's, all brokers in it
 * hear of a failure of one.
 */
final class EmbeddedBroker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final int NODE = 1;
    private static final int ATTEMPTS = 5;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    private static final Set<EmbeddedBroker> RUNNING = ConcurrentHashMap.newKeySet();

    private final FileChannel lock;
    private final Consumer<Throwable> onFailure;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable KafkaRaftServer server;
    private int port;
    private volatile State state = State.STARTING;

    private enum State {
        STARTING,
        RUNNING,
        STOPPED
    }

    private EmbeddedBroker(FileChannel lock, Consumer<Throwable> onFailure) {
        this.lock = lock;
        this.onFailure = onFailure;
    }

    static EmbeddedBroker start(Path directory, int port, Duration flushInterval, Consumer<Throwable> onFailure) {
        FileChannel lock = lock(directory);
        EmbeddedBroker broker = new EmbeddedBroker(lock, onFailure);
        try {
            format(directory);
            broker.start(directory, port, flushInterval);
            return broker;
        } catch (RuntimeException failure) {
            broker.close();
            throw failure;
        }
    }

    int port() {
        return port;
    }

    private static FileChannel lock(Path directory) {
        Path file = directory.resolve("polder.lock");
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                ByteBuffer holder = ByteBuffer.allocate(32);
                channel.read(holder, 0);
                channel.close();
                throw new PolderException(
                        ErrorCode.CONFLICT,
                        "The log in " + directory + " is in use by process "
                                + new String(holder.array(), 0, holder.position(), StandardCharsets.UTF_8).strip()
                                + ". Fix: stop that one (./polder stop), or choose another home with --home.");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            return channel;
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "The log's folder " + directory + " cannot be used: " + failure
                            + ". Fix: make it writable, or choose another home with --home.",
                    failure);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static void format(Path directory) {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(NODE)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "The log's folder " + directory + " cannot be formatted: " + failure.getMessage()
                            + ". Fix: make it writable and see that the disk has space.",
                    failure);
        }
    }

    private void start(Path directory, int wantedPort, Duration flushInterval) {
        for (int attempt = 1; ; attempt++) {
            Ports ports = Ports.choose(wantedPort);
            port = ports.broker();
            try {
                listen();
                KafkaConfig config =
                        new KafkaConfig(properties(directory, port, ports.controller(), flushInterval), false);
                server = new KafkaRaftServer(config, Time.SYSTEM);
                server.startup();
                state = State.RUNNING;
                return;
            } catch (Exception startFailure) {
                shutDown();
                boolean isClash = isClash(startFailure) || isClash(failure.get());
                if (!isClash || attempt == ATTEMPTS) {
                    Throwable cause = failure.get() == null ? startFailure : failure.get();
                    throw new PolderException(
                            ErrorCode.UNAVAILABLE,
                            "The embedded Kafka broker in " + directory + " did not start: " + cause
                                    + ". Fix: see the program's log; when its files are damaged, restore a backup.",
                            cause);
                }
                failure.set(null);
            }
        }
    }

    /** Another process can take a port between its choice and its use. */
    private static boolean isClash(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("failed to bind to")) {
                return true;
            }
        }
        return false;
    }

    /** Two ports that were free, and are not the same because both were open at once. */
    private record Ports(int broker, int controller) {
        static Ports choose(int wanted) {
            try (ServerSocket broker = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress());
                    ServerSocket controller = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return new Ports(broker.getLocalPort(), controller.getLocalPort());
            } catch (IOException failure) {
                if (wanted == 0) {
                    throw new PolderException(
                            ErrorCode.UNAVAILABLE, "There is no free port on 127.0.0.1: " + failure + ".", failure);
                }
                throw new PolderException(
                        ErrorCode.CONFLICT,
                        "log.port = '" + wanted + "': another program listens on 127.0.0.1:" + wanted
                                + ". Fix: stop it, or take any free port with --set log.port=0.",
                        failure);
            }
        }
    }

    private static Map<String, String> properties(
            Path directory, int port, int controllerPort, Duration flushInterval) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", Integer.toString(NODE));
        properties.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        properties.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
        properties.put("log.dirs", directory.toString());
        properties.put("auto.create.topics.enable", "false");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "4");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "4");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("share.coordinator.state.topic.num.partitions", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        // One machine, one user: few threads, and a cleaner that does not reserve the heap of a large cluster's.
        properties.put("num.network.threads", "2");
        properties.put("num.io.threads", "4");
        properties.put("background.threads", "4");
        properties.put("log.cleaner.dedupe.buffer.size", "8388608");
        // After a kill the segments that were being written are read again: smaller ones start faster.
        properties.put("log.segment.bytes", Integer.toString(256 << 20));
        String flush = Long.toString(flushInterval.toMillis());
        properties.put("log.flush.interval.ms", flush);
        properties.put("log.flush.scheduler.interval.ms", flush);
        // A broker that is started again is let in when its predecessor has said goodbye, or is believed dead. Both are
        // a matter of how often the two halves talk, which costs nothing within one process.
        properties.put("broker.heartbeat.interval.ms", "200");
        properties.put("broker.session.timeout.ms", "3000");
        properties.put("metric.reporters", "");
        return properties;
    }

    private void listen() {
        RUNNING.add(this);
        Exit.setExitProcedure(EmbeddedBroker::failed);
        Exit.setHaltProcedure(EmbeddedBroker::failed);
    }

    private static void failed(int status, @Nullable String message) {
        IllegalStateException cause = new IllegalStateException("The embedded Kafka broker failed with status " + status
                + (message == null ? "" : ": " + message) + " on thread '"
                + Thread.currentThread().getName() + "'");
        for (EmbeddedBroker broker : RUNNING) {
            broker.fail(cause);
        }
    }

    private void fail(Throwable cause) {
        boolean isFirst = failure.compareAndSet(null, cause);
        if (isFirst && state == State.RUNNING) {
            onFailure.accept(cause);
        }
    }

    @Override
    public void close() {
        state = State.STOPPED;
        shutDown();
        try {
            lock.close();
        } catch (IOException closeFailure) {
            log.warn("The lock of the log's folder could not be given back.", closeFailure);
        }
    }

    private void shutDown() {
        KafkaRaftServer stopped = server;
        server = null;
        if (stopped != null) {
            // A broker that failed may wait for what never comes, so it is given a limited time.
            Thread thread = new Thread(stopped::shutdown, "log-stop");
            thread.setDaemon(true);
            thread.start();
            try {
                thread.join(STOP_PATIENCE.toMillis());
                if (thread.isAlive()) {
                    log.warn("The embedded Kafka broker did not stop within {} s.", STOP_PATIENCE.toSeconds());
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        RUNNING.remove(this);
    }
}
