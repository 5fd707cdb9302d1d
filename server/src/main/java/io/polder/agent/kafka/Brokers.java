package io.polder.agent.kafka;

import io.polder.agent.Settings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Map;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** The brokers of a component: whether their addresses are some, and what is wrong with them when nothing comes back. */
final class Brokers {
    private static final int PROBE_MILLIS = 300;

    private static final long PROBE_EVERY_NANOS = 1_000_000_000L;

    private final String bootstrap;
    private @Nullable String lastProbe;
    private long probedNanos;

    Brokers(Settings settings) {
        bootstrap = settings.text("kafka.bootstrap.servers");
        if (bootstrap.isEmpty()) {
            return;
        }
        for (String address : bootstrap.split(",", -1)) {
            if (!address.strip().matches("(\\S+://)?(\\[[0-9a-fA-F:]+]|[^:\\s]+):\\d{1,5}")) {
                settings.problem(
                        "kafka.bootstrap.servers",
                        "'" + address.strip() + "' is no address of a broker",
                        "write host:port, like localhost:9092");
            }
        }
    }

    String bootstrap() {
        return bootstrap;
    }

    /** Tells settings of Kafka that this program cannot follow. */
    static void check(Settings settings, String prefix) {
        Map<String, String> own = settings.under(prefix);
        if ("snappy".equals(own.get("compression.type"))) {
            settings.problem(
                    prefix + "compression.type",
                    "snappy needs a library that is not part of this program",
                    "write lz4, which is as fast, or zstd");
        }
        for (String key :
                new String[] {"key.serializer", "value.serializer", "key.deserializer", "value.deserializer"}) {
            String written = own.get(key);
            if (written != null
                    && !written.matches(
                            "org\\.apache\\.kafka\\.common\\.serialization\\.(String|ByteArray)(S|Des)erializer")) {
                settings.problem(prefix + key, "is a class that is not here", "remove the line; bodies are bytes");
            }
        }
    }

    /** What keeps the first broker from answering: {@code broker localhost:9092 refused}; null when it can be reached. */
    synchronized @Nullable String whyNot() {
        long now = System.nanoTime();
        if (probedNanos == 0 || now - probedNanos > PROBE_EVERY_NANOS) {
            lastProbe = probe();
            probedNanos = System.nanoTime();
        }
        return lastProbe;
    }

    private @Nullable String probe() {
        String first = bootstrap.split(",", -1)[0].strip();
        try {
            InetSocketAddress address = ClientUtils.parseAndValidateAddresses(
                            java.util.List.of(first), "use_all_dns_ips")
                    .get(0);
            try (Socket probe = new Socket()) {
                probe.connect(address, PROBE_MILLIS);
                return null;
            }
        } catch (ConnectException refused) {
            return "broker " + first + " refused";
        } catch (SocketTimeoutException silent) {
            return "broker " + first + " does not answer";
        } catch (UnknownHostException | ConfigException unknown) {
            return "broker " + first + " is not known to the name service";
        } catch (IOException other) {
            return "broker " + first + ": " + other.getMessage();
        }
    }

    /** A clause on a failure of Kafka's client. */
    String reason(Throwable failure) {
        String broken = whyNot();
        if (broken != null) {
            return broken;
        }
        return "Kafka at " + bootstrap + ": " + failure.getClass().getSimpleName() + ", " + failure.getMessage();
    }
}
