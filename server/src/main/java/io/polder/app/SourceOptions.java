package io.polder.app;

import io.polder.config.Configuration;
import io.polder.config.Feed;
import io.polder.format.Format;
import io.polder.log.Log;
import io.polder.profile.FileSource;
import io.polder.profile.JdbcSource;
import io.polder.profile.Profile;
import io.polder.profile.TopicSource;
import io.polder.profile.Workbench;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.shell.Shell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is looked at: a file, or what a database, a mart or a topic has. */
final class SourceOptions {
    private static final String PASSWORD = "POLDER_JDBC_PASSWORD";
    private static final long EVENTS = 1_000_000;
    private static final String ADDRESS = "[^/\\\\]+:\\d{1,5}";

    @Mixin
    private FileOptions files;

    @Option(names = "--jdbc", paramLabel = "URL", description = "Asks a database; needs --query.")
    private @Nullable String jdbc;

    @Option(names = "--query", paramLabel = "SQL", description = "What the database is asked.")
    private @Nullable String query;

    @Option(
            names = "--driver",
            paramLabel = "JAR",
            description = "With the database's JDBC driver; may be given again.")
    private List<Path> drivers = List.of();

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Of the database; the password is taken from " + PASSWORD + ".")
    private Optional<String> user = Optional.empty();

    @Option(
            names = "--table",
            paramLabel = "NAME",
            description = "A table or view of a running mart: of the one whose folder or address is given, or of this"
                    + " folder.")
    private @Nullable String table;

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            description = "A Kafka topic: of the running mart whose folder is given, decoded as its feed decodes it, or"
                    + " with JSON objects on the broker whose HOST:PORT is given.")
    private @Nullable String topic;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Of a topic, what was accepted since, such as 2017-04-27T00:00:00Z.")
    private @Nullable String from;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Of a topic, so many of the last events at most. Default: " + EVENTS + ".")
    private @Nullable Long limit;

    @Mixin
    private HomeOption home;

    FileOptions files() {
        return files;
    }

    /** What it is called. */
    String name(String where) {
        if (jdbc != null) {
            return "query";
        }
        if (table != null) {
            return table;
        }
        return topic != null ? topic : files.name(where);
    }

    /**
     * Reads it into a workbench, and does something with it.
     *
     * @param where as typed: a file, or where the mart or the broker is; may be empty for these
     */
    <T> T with(String where, FileOptions.Use<T> use) {
        List<String> told = new ArrayList<>();
        if (jdbc != null) {
            told.add("--jdbc");
        }
        if (table != null) {
            told.add("--table");
        }
        if (topic != null) {
            told.add("--topic");
        }
        if (told.size() > 1) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    String.join(" and ", told) + ": these are several sources. Fix: give one of them");
        }
        refuseWithout("--topic", topic, Map.of("--from", from != null, "--limit", limit != null));
        refuseWithout(
                "--jdbc",
                jdbc,
                Map.of("--query", query != null, "--driver", !drivers.isEmpty(), "--user", user.isPresent()));
        long events = limit == null ? EVENTS : limit;
        if (events < 1) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST, "--limit = '" + events + "': is no event. Fix: give 1 or more");
        }
        if (jdbc != null) {
            JdbcSource.Question question = new JdbcSource.Question(
                    jdbc,
                    user,
                    Optional.ofNullable(System.getenv(PASSWORD)),
                    Optional.ofNullable(query)
                            .orElseThrow(() -> new PolderException(
                                    ErrorCode.INVALID_REQUEST,
                                    "--jdbc without --query. Fix: say what it is asked, as in --query 'SELECT * FROM"
                                            + " flights'")),
                    drivers);
            return files.withBench(bench -> use.with(bench, JdbcSource.read(bench, question)));
        }
        if (table != null) {
            String name = table;
            URI address = Client.address(where, home);
            return files.withBench(bench -> use.with(bench, table(bench, address, name)));
        }
        if (topic != null) {
            String name = topic;
            return files.withBench(bench -> use.with(bench, topic(bench, where, name, events)));
        }
        if (where.isEmpty()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "There is nothing to look at. Fix: name a file, or - for standard input, or give --jdbc, --table or"
                            + " --topic");
        }
        return files.with(where, use);
    }

    /** What is said of a source that is not asked would be ignored. */
    private static void refuseWithout(String source, @Nullable String asked, Map<String, Boolean> given) {
        List<String> lost = given.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (asked == null && !lost.isEmpty()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    String.join(" and ", lost) + " without " + source + ": would be ignored. Fix: give " + source
                            + " too, or leave " + (lost.size() == 1 ? "it" : "them") + " out");
        }
    }

    private Profile.Source table(Workbench bench, URI address, String name) {
        Path rows = bench.folder().resolve("table.parquet");
        PrintWriter nobody = new PrintWriter(new StringWriter());
        Shell.Settings settings = new Shell.Settings(io.polder.shell.Format.PARQUET, 0, rows, "engine");
        new Shell(address, nobody, nobody, false, settings).run("SELECT * FROM \"" + name.replace("\"", "\"\"") + "\"");
        FileSource.read(bench, rows.toString(), FileSource.Told.NOTHING);
        return new Profile.Source(
                "table", List.of(new Profile.Option("mart", address.toString(), false)), 0, List.of());
    }

    private Profile.Source topic(Workbench bench, String where, String name, long events) {
        Optional<Instant> since = Optional.ofNullable(from).map(SourceOptions::time);
        boolean isBroker = where.matches(ADDRESS);
        Optional<Format> format = Optional.empty();
        String bootstrap = where;
        if (!isBroker) {
            Path folder = Path.of(where);
            Running running = Client.of(home.of(folder)).running();
            Configuration configuration =
                    Configuration.read(running.folder(), home.of(folder), List.of(), System.getenv());
            Integer port = running.ports().get("kafka");
            bootstrap = port == null ? configuration.platform().logBootstrap().orElseThrow() : "127.0.0.1:" + port;
            List<Feed> feeds = configuration.mart().feeds().values().stream()
                    .filter(feed -> feed.topic().equals(name))
                    .toList();
            format = feeds.stream().map(Feed::format).findFirst();
        }
        Log.Settings settings = new Log.Settings(bench.folder(), 0, Optional.of(bootstrap), Duration.ofSeconds(1));
        try (Log log = Log.open(settings, failure -> {})) {
            return TopicSource.read(bench, log, new TopicSource.Question(name, since, events, format));
        }
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--from = '" + text + "': not a time. Fix: write it like 2017-04-27T00:00:00Z",
                    malformed);
        }
    }
}
