package io.polder.config;

import io.polder.record.PolderException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code HOME/platform.yaml}, which need not be there, and the settings that override it. */
public final class PlatformReader {
    /** The name of the file in a home. */
    public static final String FILE = "platform.yaml";

    private static final Set<String> LOOPBACK = Set.of("localhost", "::1", "[::1]");
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");
    private static final Pattern BOOTSTRAP =
            Pattern.compile("[A-Za-z0-9._-]+:\\d{1,5}(\\s*,\\s*[A-Za-z0-9._-]+:\\d{1,5})*");

    static final Key<String> WEB_HOST = Key.withDefault(
            "web.host",
            Kind.text(
                    "address",
                    "write 127.0.0.1, and reach it from elsewhere through an SSH tunnel or a proxy that asks who is there",
                    text -> {
                        if (!LOOPBACK.contains(text)
                                && !LOOPBACK_V4.matcher(text).matches()) {
                            throw new IllegalArgumentException(
                                    "would open the mart to a network, and no users can be configured yet");
                        }
                        return text;
                    }),
            "127.0.0.1",
            "127.0.0.1",
            "The address that the web server binds to. Only addresses of this machine itself are taken: without users,"
                    + " whoever reaches the server may do everything.");
    static final Key<Integer> WEB_PORT = Key.withDefault(
            "web.port",
            Kind.number(0, 65_535),
            "8080",
            "8081",
            "The port of the screen and the interface; 0 is any free port, which `HOME/polder.json` then tells.");
    static final Key<Integer> LOG_PORT = Key.withDefault(
            "log.port",
            Kind.number(0, 65_535),
            "9092",
            "0",
            "The port of the embedded Kafka broker, on 127.0.0.1; 0 is any free port.");
    static final Key<String> LOG_BOOTSTRAP = Key.optional(
            "log.bootstrap",
            Kind.text("brokers", "write it like kafka-1:9092, more than one separated by commas", text -> {
                if (!BOOTSTRAP.matcher(text).matches()) {
                    throw new IllegalArgumentException("is not host:port");
                }
                return text.replaceAll("\\s", "");
            }),
            "kafka-1:9092,kafka-2:9092",
            "An external Kafka cluster. When not written, a broker runs inside the program.");
    static final Key<Duration> LOG_FLUSH_INTERVAL = Key.withDefault(
            "log.flush-interval",
            Kind.DURATION,
            "1s",
            "100ms",
            "How often the embedded broker makes sure that events are on the disk. A power cut can cost what was"
                    + " acknowledged within one interval; a crash or kill of the program costs nothing.");
    static final Key<Long> STORE_MEMORY = Key.withDefault(
            "store.memory",
            Kind.SIZE,
            "512MB",
            "2GB",
            "What the store may use, beside the Java heap. What does not fit is spilled to disk.");
    static final Key<Integer> STORE_THREADS = Key.withDefault(
            "store.threads", Kind.number(1, 1_024), "2", "4", "Threads of the store, for queries and writes together.");
    static final Key<Duration> BATCH_INTERVAL = Key.withDefault(
            "store.batch-interval",
            Kind.DURATION,
            "200ms",
            "1s",
            "How long a micro-batch may gather events. Longer costs less CPU an event; shorter is fresher.");
    static final Key<Integer> BATCH_ROWS = Key.withDefault(
            "store.batch-rows",
            Kind.number(1, 10_000_000),
            "100000",
            "20000",
            "How many events a micro-batch holds at most.");
    static final Key<Long> DISK_WATERMARK = Key.withDefault(
            "disk.watermark",
            Kind.SIZE,
            "1GB",
            "5GB",
            "Below so much free space in the home nothing is taken in, until there is more.");
    static final Key<Duration> QUERY_TIMEOUT =
            Key.withDefault("query.timeout", Kind.DURATION, "60s", "5m", "How long one query may take.");
    static final Key<Integer> QUERY_ROWS = Key.withDefault(
            "query.rows",
            Kind.number(1, 100_000_000),
            "10000",
            "100000",
            "How many rows an answer has at most; a longer one says that it was cut.");
    static final Key<ZoneId> SQL_TIMEZONE = Key.withDefault(
            "sql.timezone",
            Kind.TIME_ZONE,
            "UTC",
            "Etc/GMT-1",
            "The zone in which `from_unixtime` writes and texts are read as moments, until a session says `SET timezone`."
                    + " Moments are stored and answered in UTC, whatever it is.");
    static final Key<Integer> HIVE_PORT = Key.withDefault(
            "hive.port",
            Kind.number(0, 65_535),
            "21050",
            "0",
            "The port on which clients of Impala and Hive find the mart, on the address of `web.host`; 0 is any free"
                    + " port.");
    static final Key<Duration> HIVE_IDLE = Key.withDefault(
            "hive.idle",
            Kind.DURATION,
            "1h",
            "10m",
            "How long a session of such a client, or a result that nobody takes, is kept without being used.");
    static final Key<Integer> DRUID_PORT = Key.withDefault(
            "druid.port",
            Kind.number(0, 65_535),
            "8082",
            "0",
            "The port on which clients of Druid find the mart, on the address of `web.host`; 0 is any free port.");
    static final Key<String> MAP_TILES = Key.optional(
            "map.tiles",
            Kind.text("address of tiles", "write it like https://tile.openstreetmap.org/{z}/{x}/{y}.png", text -> {
                for (String part : List.of("{z}", "{x}", "{y}")) {
                    if (!text.contains(part)) {
                        throw new IllegalArgumentException("lacks " + part);
                    }
                }
                Kind.address(text.replaceAll("[{}]", ""));
                return text;
            }),
            "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
            "A tile server for the base map. When not written, the built-in base map is drawn, and nobody is asked.");

    static final Section SECTION = new Section(
            "The platform",
            "",
            "What belongs to the machine and not to the mart: `HOME/platform.yaml`, which need not be there. `web.port:"
                    + " 8081` and `web: {port: 8081}` say the same.",
            List.of(
                    WEB_HOST,
                    WEB_PORT,
                    LOG_PORT,
                    LOG_BOOTSTRAP,
                    LOG_FLUSH_INTERVAL,
                    STORE_MEMORY,
                    STORE_THREADS,
                    BATCH_INTERVAL,
                    BATCH_ROWS,
                    DISK_WATERMARK,
                    QUERY_TIMEOUT,
                    QUERY_ROWS,
                    SQL_TIMEZONE,
                    HIVE_PORT,
                    HIVE_IDLE,
                    DRUID_PORT,
                    MAP_TILES),
            Map.of());

    private static final Map<Key<Integer>, String> PORTS = new LinkedHashMap<>();

    static {
        PORTS.put(WEB_PORT, "the web server");
        PORTS.put(LOG_PORT, "the broker");
        PORTS.put(HIVE_PORT, "Impala");
        PORTS.put(DRUID_PORT, "Druid");
    }

    private PlatformReader() {}

    /** The platform as {@code home} has it. */
    public static Platform read(Path home) {
        return read(home, List.of());
    }

    /**
     * Reads the platform.
     *
     * @param home may hold {@code platform.yaml}; need not be there
     * @param settings {@code key=value}, each in place of what the file says; those of a mart are left alone
     * @throws PolderException INVALID_DEFINITION with all problems
     */
    public static Platform read(Path home, List<String> settings) {
        Problems problems = new Problems();
        Platform platform = read(home, settings, problems, new ArrayList<>());
        problems.throwIfAny();
        return Objects.requireNonNull(platform);
    }

    /**
     * As {@link #read(Path, List)}; null when it cannot be read at all.
     *
     * @param problems gets what is wrong
     * @param origins gets every key with its value
     */
    static @Nullable Platform read(
            Path home, List<String> settings, Problems problems, List<Configuration.Origin> origins) {
        Path file = home.resolve(FILE);
        Value.Mapping document = Files.exists(file)
                ? YamlDocument.read(file, problems)
                : new Value.Mapping(new Value.Where(FILE, 0, ""), Map.of());
        if (document == null) {
            return null;
        }
        List<String> ours = firstWords(SECTION.keys());
        List<String> marts = firstWords(MartKeys.TOP.keys());
        Map<String, Value> keys = new LinkedHashMap<>();
        flatten(document, ours, keys, problems);
        for (Overrides.Setting setting : Overrides.settings(settings, ours, marts, problems)) {
            if (setting.value().isEmpty()) {
                keys.remove(setting.key());
            } else {
                keys.put(setting.key(), new Value.Text(setting.where(), setting.value()));
            }
        }
        Section.Members members = SECTION.open(new Value.Mapping(document.where(), keys), problems);
        checkPorts(members, problems);
        for (Key<?> key : SECTION.keys()) {
            Value written = members.has(key) ? members.value(key) : null;
            origins.add(new Configuration.Origin(
                    key.name(),
                    written != null ? written.shown() : Objects.requireNonNullElse(key.fallback(), ""),
                    written != null ? written.where().source() : "default"));
        }
        return new Platform(
                members.get(WEB_HOST),
                members.get(WEB_PORT),
                members.get(LOG_PORT),
                Optional.ofNullable(members.find(LOG_BOOTSTRAP)),
                members.get(LOG_FLUSH_INTERVAL),
                members.get(STORE_MEMORY),
                members.get(STORE_THREADS),
                members.get(BATCH_INTERVAL),
                members.get(BATCH_ROWS),
                members.get(DISK_WATERMARK),
                members.get(QUERY_TIMEOUT),
                members.get(QUERY_ROWS),
                members.get(SQL_TIMEZONE),
                members.get(HIVE_PORT),
                members.get(HIVE_IDLE),
                members.get(DRUID_PORT),
                Optional.ofNullable(members.find(MAP_TILES)));
    }

    private static void checkPorts(Section.Members members, Problems problems) {
        Map<Integer, Key<Integer>> taken = new LinkedHashMap<>();
        for (Key<Integer> key : PORTS.keySet()) {
            int port = members.get(key);
            boolean isUsed = port != 0 && !(key.equals(LOG_PORT) && members.find(LOG_BOOTSTRAP) != null);
            Key<Integer> other = isUsed ? taken.putIfAbsent(port, key) : null;
            if (other != null) {
                problems.add(
                        members.where(members.has(key) ? key : other),
                        Integer.toString(port),
                        "is the port of " + PORTS.get(other) + " and of " + PORTS.get(key),
                        "choose two, or 0 for any free port");
            }
        }
    }

    static List<String> firstWords(List<Key<?>> keys) {
        return keys.stream()
                .map(key -> key.name().split("\\.", -1)[0])
                .distinct()
                .toList();
    }

    /** {@code web: {port: 1}} to {@code web.port: 1}. */
    private static void flatten(Value.Mapping mapping, List<String> ours, Map<String, Value> keys, Problems problems) {
        mapping.members().forEach((name, value) -> {
            if (value instanceof Value.Mapping inner && mapping.where().path().isEmpty() && ours.contains(name)) {
                flatten(inner, ours, keys, problems);
                return;
            }
            String key = value.where().path();
            Value first = keys.putIfAbsent(key, value);
            if (first != null) {
                problems.add(
                        value, "is written twice, first at " + first.where().source(), "keep one of them");
            }
        });
    }
}
