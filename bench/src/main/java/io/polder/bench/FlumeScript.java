package io.polder.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One fixed client of a Flume agent: requests whose answers are noted, and sequences that move each counter. It does not
 * know which agent it talks to, so that what it notes of two of them can be compared line by line.
 */
final class FlumeScript {
    /** What was noted: by section, by line, in the order of the script. */
    record Notes(Map<String, Map<String, String>> sections) {}

    /** Counters that depend on how often a sink looked, or on how busy the machine is: noted is only that they are there. */
    private static final Set<String> BY_THE_CLOCK = Set.of(
            "EventTakeAttemptCount",
            "BatchEmptyCount",
            "ConnectionFailedCount",
            "KafkaEventSendTimer",
            "KafkaEventGetTimer",
            "KafkaCommitTimer",
            "KafkaEmptyCount");

    /** Those that say that a sink cannot deliver. */
    private static final List<String> FAILURES =
            List.of("ConnectionFailedCount", "RollbackCount", "EventWriteFail", "ChannelReadFail");

    private static final List<String> JAVA_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");

    private static final Pattern HEADERS_AND_BODY = Pattern.compile("\\{(.*?)\\}( .*|)", Pattern.DOTALL);

    private record Request(
            String name,
            String method,
            String path,
            @Nullable String contentType,
            byte[] body) {}

    private final AgentProcess.Kind kind;
    private final Path folder;
    private final String brokers;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    /** What was delivered into a folder when it was last looked at. */
    private final Map<Path, String> noted = new HashMap<>();

    private int agents;

    private FlumeScript(AgentProcess.Kind kind, Path folder, String brokers) {
        this.kind = kind;
        this.folder = folder;
        this.brokers = brokers;
    }

    /** The topics, empty, that the script needs of its broker, of one partition each. */
    static List<String> topics(AgentProcess.Kind kind) {
        String first = "script-" + kind.name().toLowerCase(Locale.ROOT);
        return List.of(first, first + "-in", first + "-channel");
    }

    /**
     * Runs the script, about three minutes with the real Flume.
     *
     * @param brokers of a Kafka with {@link #topics}, host:port
     */
    static Notes run(AgentProcess.Kind kind, Path folder, String brokers) throws IOException {
        FlumeScript script = new FlumeScript(kind, folder, brokers);
        script.answers();
        script.fullChannel();
        script.twoRequiredChannels();
        script.optionalChannel();
        script.multiplexing();
        script.interceptors();
        script.netcat();
        script.fileChannel();
        script.kafkaSink();
        script.hdfsSink();
        script.tailDir();
        script.spoolDir();
        script.kafkaSource();
        script.kafkaChannel();
        script.avro();
        script.sinksThatAreDown();
        return new Notes(script.sections);
    }

    // ---- the answers of the HTTP source

    private void answers() throws IOException {
        // In Flume an event whose body is null stops a sink that writes headers for good, so these have agents of their
        // own.
        answers("Answers of the HTTP source", "Counters after these requests", "TEXT", requests());
        answers("Headers in what is posted", "Counters after these headers", "HEADER_AND_TEXT", headers());
    }

    private void answers(String title, String counters, String serializer, List<Request> requests) throws IOException {
        int port = AgentProcess.freePort();
        Path out = nextFolder("out");
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                httpSource(port, "c"),
                "channels.c.type = memory\na1.channels.c.capacity = 1000\na1.channels.c.transactionCapacity = 100",
                fileRoll(out, "c", serializer))) {
            Map<String, String> notes = section(title);
            for (Request request : requests) {
                notes.put(request.name(), note(agent, port, out, request));
            }
            counters(agent, section(counters));
        }
    }

    private static List<Request> requests() {
        String good = "[{\"headers\":{\"a\":\"1\"},\"body\":\"one\"},{\"headers\":{},\"body\":\"two\"}]";
        String json = "application/json";
        List<Request> requests = new ArrayList<>();
        requests.add(post("two events", json, good));
        requests.add(new Request("on another path", "POST", "/any/where?x=1", json, bytes(good)));
        requests.add(post("without a Content-Type", null, good));
        requests.add(post("as text/plain", "text/plain", good));
        requests.add(post("charset UTF-8", json + "; charset=UTF-8", "[{\"body\":\"dé\"}]"));
        requests.add(new Request(
                "charset UTF-16",
                "POST",
                "/",
                json + "; charset=UTF-16",
                "[{\"body\":\"sixteen\"}]".getBytes(StandardCharsets.UTF_16)));
        requests.add(new Request(
                "charset UTF-32",
                "POST",
                "/",
                json + "; charset=UTF-32",
                "[{\"body\":\"thirty-two\"}]".getBytes(Charset.forName("UTF-32"))));
        requests.add(post("an empty array", json, "[]"));
        requests.add(post("a body that is a number", json, "[{\"headers\":{},\"body\":12.50}]"));
        requests.add(post("a body that is true", json, "[{\"headers\":{},\"body\":true}]"));
        requests.add(post("a body that is null", json, "[{\"headers\":{},\"body\":null}]"));
        requests.add(post("no body", json, "[{\"headers\":{\"a\":\"1\"}}]"));
        requests.add(post("unknown fields", json, "[{\"body\":\"extra\",\"more\":{\"x\":[1]}}]"));
        requests.add(post("a body of several lines", json, "[{\"body\":\"a\\tb\\u00e9\\\"\"}]"));
        requests.add(post("malformed JSON", json, "[{\"headers\":{},\"body\":"));
        requests.add(post("an object instead of an array", json, "{\"headers\":{},\"body\":\"x\"}"));
        requests.add(post("a body that is an object", json, "[{\"headers\":{},\"body\":{\"x\":1}}]"));
        requests.add(post("a body that is an array", json, "[{\"headers\":{},\"body\":[1]}]"));
        requests.add(post("text after the array", json, "[{\"body\":\"x\"}] x"));
        requests.add(post("single quotes", json, "[{'body':'single'}]"));
        requests.add(post("names without quotes", json, "[{headers:{a:\"1\"},body:\"bare name\"}]"));
        requests.add(post("a text without quotes", json, "[{\"body\":plain}]"));
        requests.add(post("comments", json, "/* c */ [ // c\n{\"body\":\"commented\"} # c\n]"));
        requests.add(post("a comma behind the last event", json, "[{\"body\":\"x\"},]"));
        requests.add(post("a comma behind the last field", json, "[{\"body\":\"x\",}]"));
        requests.add(post("a tab and a line feed as they are in a text", json, "[{\"body\":\"a\tb\nc\"}]"));
        requests.add(post("an escape that JSON does not have", json, "[{\"body\":\"a\\qb\"}]"));
        requests.add(post("an escaped single quote", json, "[{\"body\":\"a\\'b\"}]"));
        requests.add(post("a number that begins with zeros", json, "[{\"body\":007}]"));
        requests.add(post("NaN", json, "[{\"body\":NaN}]"));
        requests.add(post("a byte order mark", json, "\ufeff[{\"body\":\"mark\"}]"));
        requests.add(post("a body twice", json, "[{\"body\":\"first\",\"body\":\"second\"}]"));
        requests.add(post("null instead of an array", json, "null"));
        requests.add(post("an array in the array", json, "[[]]"));
        requests.add(post("only spaces", json, "  \n"));
        requests.add(new Request(
                "bytes that are not UTF-8",
                "POST",
                "/",
                json,
                "[{\"body\":\"d\u00e9\"}]".getBytes(StandardCharsets.ISO_8859_1)));
        requests.add(post("charset ISO-8859-1", json + "; charset=ISO-8859-1", good));
        requests.add(post("an unknown charset", json + "; charset=nothing", good));
        requests.add(post("an array of null", json, "[null]"));
        requests.add(post("an empty request body", json, ""));
        requests.add(new Request("GET", "GET", "/", null, new byte[0]));
        requests.add(new Request("HEAD", "HEAD", "/", null, new byte[0]));
        requests.add(new Request("PUT", "PUT", "/", json, bytes(good)));
        requests.add(new Request("DELETE", "DELETE", "/", null, new byte[0]));
        requests.add(new Request("OPTIONS", "OPTIONS", "/", null, new byte[0]));
        return requests;
    }

    private static List<Request> headers() {
        String json = "application/json";
        List<Request> requests = new ArrayList<>();
        requests.add(post("two headers", json, "[{\"headers\":{\"a\":\"1\",\"b\":\"2\"},\"body\":\"two\"}]"));
        requests.add(post("no headers", json, "[{\"body\":\"bare\"}]"));
        requests.add(post("headers that are null", json, "[{\"headers\":null,\"body\":\"null headers\"}]"));
        requests.add(post("a header that is a number", json, "[{\"headers\":{\"n\":7},\"body\":\"number\"}]"));
        requests.add(post("headers that are an array", json, "[{\"headers\":[],\"body\":\"x\"}]"));
        requests.add(post("a header that is true", json, "[{\"headers\":{\"n\":true},\"body\":\"true\"}]"));
        requests.add(post("a header that is 7.50", json, "[{\"headers\":{\"n\":7.50},\"body\":\"decimals\"}]"));
        requests.add(post("a header that is null", json, "[{\"headers\":{\"n\":null},\"body\":\"null\"}]"));
        requests.add(post("a header that is an object", json, "[{\"headers\":{\"n\":{}},\"body\":\"x\"}]"));
        requests.add(post("a header twice", json, "[{\"headers\":{\"n\":\"1\",\"n\":\"2\"},\"body\":\"x\"}]"));
        requests.add(post(
                "headers that are pairs", json, "[{\"headers\":[[\"a\",\"1\"],[\"b\",\"2\"]],\"body\":\"pairs\"}]"));
        requests.add(post("headers that are a text", json, "[{\"headers\":\"a\",\"body\":\"x\"}]"));
        return requests;
    }

    private static Request post(String name, @Nullable String contentType, String body) {
        return new Request(name, "POST", "/", contentType, bytes(body));
    }

    private String note(AgentProcess agent, int port, Path out, Request request) throws IOException {
        String before = text(out);
        HttpResponse<String> answer = send(port, request);
        agent.await(
                "its channel is empty",
                metrics -> counter(metrics, "CHANNEL.c", "EventTakeSuccessCount")
                        == counter(metrics, "CHANNEL.c", "EventPutSuccessCount"));
        String delivered = text(out).substring(before.length());
        StringBuilder note = new StringBuilder().append(answer.statusCode());
        if (answer.statusCode() == 200) {
            note.append(answer.body().isEmpty() ? ", empty answer" : ", an answer with a body");
            long events = delivered.chars().filter(letter -> letter == '\n').count();
            note.append(", ").append(events).append(events == 1 ? " event" : " events");
            if (events > 0) {
                note.append(": ").append(readable(delivered.stripTrailing()).replace("\n", " | "));
            }
        }
        return note.toString();
    }

    private HttpResponse<String> send(int port, Request request) throws IOException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + request.path()))
                .method(
                        request.method(),
                        request.body().length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(request.body()));
        if (request.contentType() != null) {
            builder.header("Content-Type", request.contentType());
        }
        try {
            return http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while sending to " + port + ".", interrupted);
        }
    }

    // ---- sequences that move counters

    private void fullChannel() throws IOException {
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start("sources = s", "channels = c", httpSource(port, "c"), memory("c", 10, 5))) {
            Map<String, String> notes = section("A channel of 10 events that nobody empties, 5 a transaction");
            notes.put("four events", status(port, 4));
            notes.put("six events, more than a transaction may hold", status(port, 6));
            notes.put("five more events", status(port, 5));
            notes.put("two events, for which there is no room", status(port, 2));
            notes.put(
                    "malformed JSON",
                    Integer.toString(send(port, post("", null, "[")).statusCode()));
            counters(agent, notes);
        }
    }

    private void twoRequiredChannels() throws IOException {
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start(
                "sources = s", "channels = c d", httpSource(port, "c d"), memory("c", 100, 10), memory("d", 10, 10))) {
            Map<String, String> notes = section("Two required channels, the second with room for 10");
            notes.put("eight events", status(port, 8));
            notes.put("five events, for which only the first has room", status(port, 5));
            counters(agent, notes);
        }
    }

    private void optionalChannel() throws IOException {
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c d",
                httpSource(port, "c d"),
                "sources.s.selector.optional = d",
                memory("c", 100, 10),
                memory("d", 10, 10))) {
            Map<String, String> notes = section("An optional second channel with room for 10");
            notes.put("eight events", status(port, 8));
            notes.put("five events, for which only the first has room", status(port, 5));
            counters(agent, notes);
        }
    }

    private void multiplexing() throws IOException {
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c d e",
                httpSource(port, "c d e"),
                "sources.s.selector.type = multiplexing",
                "sources.s.selector.header = city",
                "sources.s.selector.mapping.gent = c",
                "sources.s.selector.mapping.brugge = c d",
                "sources.s.selector.default = e",
                memory("c", 100, 10),
                memory("d", 100, 10),
                memory("e", 100, 10))) {
            Map<String, String> notes = section("Multiplexing by a header");
            notes.put(
                    "gent, brugge, none, and an unknown one",
                    Integer.toString(send(
                                    port,
                                    post(
                                            "",
                                            null,
                                            "[{\"headers\":{\"city\":\"gent\"},\"body\":\"\"},"
                                                    + "{\"headers\":{\"city\":\"brugge\"},\"body\":\"\"},"
                                                    + "{\"headers\":{},\"body\":\"\"},"
                                                    + "{\"headers\":{\"city\":\"lier\"},\"body\":\"\"}]"))
                            .statusCode()));
            JsonNode metrics = agent.metrics();
            for (String channel : List.of("c", "d", "e")) {
                notes.put("events in " + channel, text(metrics, "CHANNEL." + channel, "ChannelSize"));
            }
        }
    }

    private void interceptors() throws IOException {
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c d",
                httpSource(port, "c d"),
                "sources.s.interceptors = i j k",
                "sources.s.interceptors.i.type = regex_filter",
                "sources.s.interceptors.i.regex = ^drop",
                "sources.s.interceptors.i.excludeEvents = true",
                "sources.s.interceptors.j.type = static",
                "sources.s.interceptors.j.key = city",
                "sources.s.interceptors.j.value = gent",
                "sources.s.interceptors.k.type = timestamp",
                "sources.s.selector.type = multiplexing",
                "sources.s.selector.header = city",
                "sources.s.selector.mapping.gent = c",
                "sources.s.selector.default = d",
                memory("c", 100, 10),
                memory("d", 100, 10))) {
            Map<String, String> notes = section("regex_filter, static and timestamp");
            notes.put(
                    "three events, one to be dropped, one with the static header",
                    Integer.toString(send(
                                    port,
                                    post(
                                            "",
                                            null,
                                            "[{\"body\":\"keep\"},{\"body\":\"drop\"},"
                                                    + "{\"headers\":{\"city\":\"lier\"},\"body\":\"keep\"}]"))
                            .statusCode()));
            counters(agent, notes);
        }
    }

    private void netcat() throws IOException {
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sources.s.type = netcat",
                "sources.s.bind = 127.0.0.1",
                "sources.s.port = " + port,
                "sources.s.channels = c",
                memory("c", 100, 10))) {
            Map<String, String> notes = section("netcat");
            try (Socket socket = connect(port)) {
                socket.getOutputStream().write(bytes("one\ntwo\n"));
                socket.getOutputStream().flush();
                byte[] answer = socket.getInputStream().readNBytes(6);
                notes.put("two lines", new String(answer, StandardCharsets.UTF_8).replace("\n", "\\n"));
                counters(agent, notes);
            }
        }
    }

    private static Socket connect(int port) throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (ConnectException notYet) {
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(30)) {
                    throw notYet;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private void fileChannel() throws IOException {
        int port = AgentProcess.freePort();
        Path data = nextFolder("file-channel");
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                httpSource(port, "c"),
                "channels.c.type = file",
                "channels.c.checkpointDir = " + data.resolve("checkpoint"),
                "channels.c.dataDirs = " + data.resolve("data"),
                "channels.c.capacity = 1000",
                "channels.c.transactionCapacity = 100")) {
            Map<String, String> notes = section("A file channel");
            notes.put("five events", status(port, 5));
            counters(agent, notes);
        }
    }

    private void kafkaSink() throws IOException {
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                httpSource(port, "c"),
                memory("c", 1000, 100),
                "sinks.k.type = org.apache.flume.sink.kafka.KafkaSink",
                "sinks.k.kafka.bootstrap.servers = " + brokers,
                "sinks.k.kafka.topic = script-" + kind.name().toLowerCase(java.util.Locale.ROOT),
                "sinks.k.flumeBatchSize = 10",
                "sinks.k.channel = c")) {
            Map<String, String> notes = section("The Kafka sink, flumeBatchSize 10");
            notes.put("twenty-five events", status(port, 25));
            awaitDrained(agent, 25);
            counters(agent, notes);
        }
    }

    private void hdfsSink() throws IOException {
        int port = AgentProcess.freePort();
        Path out = nextFolder("hdfs");
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                httpSource(port, "c"),
                memory("c", 1000, 100),
                "sinks.k.type = hdfs",
                "sinks.k.hdfs.path = file://" + out + "/%Y/%{city}",
                "sinks.k.hdfs.timeZone = UTC",
                "sinks.k.hdfs.fileType = DataStream",
                "sinks.k.hdfs.rollInterval = 0",
                "sinks.k.hdfs.rollSize = 0",
                "sinks.k.hdfs.batchSize = 10",
                "sinks.k.channel = c")) {
            Map<String, String> notes = section("The HDFS sink, batchSize 10, rollCount 10 as by default");
            notes.put("twenty-five events", status(port, 25));
            awaitDrained(agent, 25);
            counters(agent, notes);
            notes.put("files", files(out));
        }
        section("The HDFS sink, batchSize 10, rollCount 10 as by default").put("files after a stop", files(out));
    }

    private void tailDir() throws IOException {
        Path in = nextFolder("tail");
        Path out = nextFolder("out");
        Path positions = in.resolve("positions.json");
        String[] lines = {
            "sources = s",
            "channels = c",
            "sinks = k",
            "sources.s.type = TAILDIR",
            "sources.s.filegroups = f",
            "sources.s.filegroups.f = " + in + "/app.*log",
            "sources.s.headers.f.site = gent",
            "sources.s.fileHeader = true",
            "sources.s.positionFile = " + positions,
            "sources.s.channels = c",
            memory("c", 1000, 100),
            fileRoll(out, "c")
        };
        Path log = in.resolve("app.log");
        Files.writeString(log, "one\ntwo\r\nthree\n");
        Map<String, String> notes = section("TAILDIR");
        try (AgentProcess agent = start(lines)) {
            awaitDrained(agent, 3);
            notes.put("three lines", events(out, in));
            append(log, "fo");
            Files.writeString(in.resolve("app-2.log"), "five\n");
            awaitDrained(agent, 4);
            append(log, "ur\n");
            awaitDrained(agent, 5);
            notes.put("a line in two parts, and another file between them", events(out, in));
            Files.move(log, in.resolve("old"));
            Files.writeString(log, "the first line of the new file\n");
            awaitDrained(agent, 6);
            notes.put("renamed to a name that is not followed, and a new file", events(out, in));
            Files.writeString(log, "emptied\n");
            awaitDrained(agent, 7);
            notes.put("emptied and written anew", events(out, in));
            counters(agent, notes);
            Files.move(log, in.resolve("app-3.log"));
            Files.writeString(log, "after\n");
            awaitDrained(agent, 8);
            settle(agent);
            notes.put("renamed to a name that is followed, and a new file", events(out, in));
        }
        append(log, "while it was stopped\n");
        notes.put("positions after a stop", positions(positions, in));
        try (AgentProcess agent = start(lines)) {
            awaitDrained(agent, 1);
            settle(agent);
            notes.put("a line that was written meanwhile", events(out, in));
        }
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    private static String positions(Path file, Path folder) throws IOException {
        Map<String, String> sorted = new TreeMap<>();
        for (JsonNode one : new ObjectMapper().readTree(file.toFile())) {
            sorted.put(
                    one.path("file").asText().replace(folder.toString(), ""),
                    one.path("pos").asText() + (one.path("inode").asLong() > 0 ? " of an inode" : ""));
        }
        return sorted.toString();
    }

    private void spoolDir() throws IOException {
        Path in = nextFolder("spool");
        Path out = nextFolder("out");
        Map<String, String> notes = section("spooldir");
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                "sources.s.type = spooldir",
                "sources.s.spoolDir = " + in,
                "sources.s.basenameHeader = true",
                "sources.s.ignorePattern = ^.*\\\\.part$",
                "sources.s.deserializer.maxLineLength = 10",
                "sources.s.channels = c",
                memory("c", 1000, 100),
                fileRoll(out, "c"))) {
            put(in, "a.txt", bytes("one\ntwo\n\nlast"));
            awaitDrained(agent, 4);
            notes.put("four lines, an empty one among them, the last without its line feed", events(out, in));
            put(in, "b.txt", bytes("0123456789abc\n"));
            awaitDrained(agent, 6);
            notes.put("a line above maxLineLength", events(out, in));
            put(in, "c.part", bytes("ignored\n"));
            put(in, "d.txt", new byte[0]);
            put(in, "e.txt", bytes("behind\n"));
            awaitDrained(agent, 7);
            settle(agent);
            notes.put("an ignored file, an empty one, and one behind them", events(out, in));
            notes.put("the folder", names(in));
            counters(agent, notes);
            put(in, "f.txt", new byte[] {'b', 'a', 'd', (byte) 0xff, '\n'});
            settle(agent);
            put(in, "g.txt", bytes("good\n"));
            settle(agent);
            notes.put("a file that is not in UTF-8, and a good one", events(out, in));
        }
    }

    /** A file appears whole. */
    private void put(Path in, String name, byte[] content) throws IOException {
        Path whole = Files.write(nextFolder("whole").resolve(name), content);
        Files.setLastModifiedTime(whole, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        Files.move(whole, in.resolve(name));
    }

    private static String names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .collect(Collectors.joining(", "));
        }
    }

    private String topic(String name) {
        return topics(kind).get(0) + name;
    }

    private void kafkaSource() throws IOException {
        Path out = nextFolder("out");
        String topic = topic("-in");
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "enable.metrics.push", false);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<ProducerRecord<byte[], byte[]>> messages = List.of(
                    new ProducerRecord<>(topic, 0, 1_767_225_600_000L, bytes("k"), bytes("with a key")),
                    new ProducerRecord<>(
                            topic,
                            0,
                            1_767_225_600_001L,
                            null,
                            bytes("with a header"),
                            List.of(new RecordHeader("City", bytes("gent")))),
                    new ProducerRecord<>(topic, 0, 1_767_225_600_002L, null, bytes("bare")));
            for (ProducerRecord<byte[], byte[]> message : messages) {
                // Closing the producer waits for all of them.
                var unused = producer.send(message);
            }
        }
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                "sources.s.type = org.apache.flume.source.kafka.KafkaSource",
                "sources.s.kafka.bootstrap.servers = " + brokers,
                "sources.s.kafka.topics = " + topic,
                "sources.s.kafka.consumer.group.id = " + topic,
                "sources.s.kafka.consumer.auto.offset.reset = earliest",
                "sources.s.header.city = City",
                "sources.s.channels = c",
                memory("c", 1000, 1000),
                fileRoll(out, "c"))) {
            Map<String, String> notes = section("The Kafka source");
            awaitDrained(agent, 3);
            notes.put("a message with a key, one with a header, and a bare one", events(out, out));
            counters(agent, notes);
        }
    }

    private void kafkaChannel() throws IOException {
        Path out = nextFolder("out");
        int port = AgentProcess.freePort();
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                httpSource(port, "c"),
                "channels.c.type = org.apache.flume.channel.kafka.KafkaChannel",
                "channels.c.kafka.bootstrap.servers = " + brokers,
                "channels.c.kafka.topic = " + topic("-channel"),
                "channels.c.kafka.consumer.group.id = " + topic("-channel"),
                "channels.c.kafka.consumer.auto.offset.reset = earliest",
                fileRoll(out, "c"))) {
            Map<String, String> notes = section("A Kafka channel");
            notes.put("five events", status(port, 5));
            awaitDrained(agent, 5);
            notes.put("delivered", events(out, out));
            counters(agent, notes);
        }
    }

    private void avro() throws IOException {
        int port = AgentProcess.freePort();
        int avroPort = AgentProcess.freePort();
        Path out = nextFolder("out");
        try (AgentProcess next = start(avroReceiver(avroPort, out));
                AgentProcess first = start(avroSender(port, avroPort))) {
            String status = status(port, 25);
            awaitDrained(first, 25);
            awaitDrained(next, 25);
            Map<String, String> notes = section("The avro sink, batch-size 10");
            notes.put("twenty-five events", status);
            counters(first, notes);
            notes = section("The avro source behind it");
            notes.put("delivered", Integer.toString(events(out, out).split("\\|", -1).length));
            counters(next, notes);
        }
    }

    private static String[] avroReceiver(int port, Path out) {
        return new String[] {
            "sources = s",
            "channels = c",
            "sinks = k",
            "sources.s.type = avro",
            "sources.s.bind = 127.0.0.1",
            "sources.s.port = " + port,
            "sources.s.channels = c",
            memory("c", 1000, 100),
            fileRoll(out, "c")
        };
    }

    private static String[] avroSender(int port, int avroPort) {
        return new String[] {
            "sources = s",
            "channels = c",
            "sinks = k",
            httpSource(port, "c"),
            memory("c", 1000, 100),
            "sinks.k.type = avro",
            "sinks.k.hostname = 127.0.0.1",
            "sinks.k.port = " + avroPort,
            "sinks.k.batch-size = 10",
            "sinks.k.channel = c"
        };
    }

    private void sinksThatAreDown() throws IOException {
        Map<String, String> notes = section("Sinks that cannot deliver");
        int port = AgentProcess.freePort();
        int avroPort = AgentProcess.freePort();
        Path out = nextFolder("out");
        try (AgentProcess agent = start(avroSender(port, avroPort))) {
            notes.put("avro: ten events for an agent that is down", status(port, 10));
            notes.put("avro: a failure counter moves within five seconds", fails(agent));
            notes.put("avro: events in the channel", text(agent.metrics(), "CHANNEL.c", "ChannelSize"));
            try (AgentProcess next = start(avroReceiver(avroPort, out))) {
                awaitDrained(next, 10);
                awaitDrained(agent, 10);
                notes.put("avro: delivered when it is there", events(out, out));
            }
        }
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                httpSource(port, "c"),
                memory("c", 1000, 100),
                "sinks.k.type = org.apache.flume.sink.kafka.KafkaSink",
                "sinks.k.kafka.bootstrap.servers = 127.0.0.1:" + AgentProcess.freePort(),
                "sinks.k.channel = c")) {
            notes.put("Kafka: ten events for a broker that is down", status(port, 10));
            notes.put("Kafka: a failure counter moves within five seconds", fails(agent));
            notes.put("Kafka: events in the channel", text(agent.metrics(), "CHANNEL.c", "ChannelSize"));
        }
        Path inTheWay = Files.writeString(nextFolder("hdfs").resolve("file"), "");
        try (AgentProcess agent = start(
                "sources = s",
                "channels = c",
                "sinks = k",
                httpSource(port, "c"),
                memory("c", 1000, 100),
                "sinks.k.type = hdfs",
                "sinks.k.hdfs.path = file://" + inTheWay + "/below",
                "sinks.k.channel = c")) {
            notes.put("hdfs: ten events for a folder that cannot be made", status(port, 10));
            notes.put("hdfs: a failure counter moves within five seconds", fails(agent));
            notes.put("hdfs: events in the channel", text(agent.metrics(), "CHANNEL.c", "ChannelSize"));
        }
    }

    private static String fails(AgentProcess agent) throws IOException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5)) {
            JsonNode metrics = agent.metrics();
            if (FAILURES.stream().anyMatch(name -> counter(metrics, "SINK.k", name) > 0)) {
                return "yes";
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        return "no";
    }

    private static void awaitDrained(AgentProcess agent, long events) throws IOException {
        agent.await(
                "its sink has delivered", metrics -> counter(metrics, "SINK.k", "EventDrainSuccessCount") >= events);
    }

    /** Waits until nothing more comes for two seconds. */
    private static void settle(AgentProcess agent) throws IOException {
        long last = -1;
        long since = System.nanoTime();
        while (System.nanoTime() - since < TimeUnit.SECONDS.toNanos(2)) {
            long now = counter(agent.metrics(), "SINK.k", "EventDrainSuccessCount");
            if (now != last) {
                last = now;
                since = System.nanoTime();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    // ---- configuration

    private AgentProcess start(String... lines) throws IOException {
        StringBuilder properties = new StringBuilder();
        for (String line : lines) {
            properties.append(AgentProcess.NAME).append('.').append(line).append('\n');
        }
        return AgentProcess.start(kind, nextFolder("agent"), properties.toString(), JAVA_OPTIONS);
    }

    private Path nextFolder(String name) throws IOException {
        agents++;
        return Files.createDirectories(folder.resolve(name + "-" + agents));
    }

    private static String httpSource(int port, String channels) {
        return "sources.s.type = http\na1.sources.s.bind = 127.0.0.1\na1.sources.s.port = " + port
                + "\na1.sources.s.channels = " + channels;
    }

    private static String memory(String name, int capacity, int transactionCapacity) {
        return "channels." + name + ".type = memory\na1.channels." + name + ".capacity = " + capacity + "\na1.channels."
                + name + ".transactionCapacity = " + transactionCapacity;
    }

    /** Writes headers before bodies, so that both are noted. */
    private static String fileRoll(Path out, String channel) {
        return fileRoll(out, channel, "HEADER_AND_TEXT");
    }

    private static String fileRoll(Path out, String channel, String serializer) {
        return "sinks.k.type = file_roll\na1.sinks.k.sink.directory = " + out
                + "\na1.sinks.k.sink.rollInterval = 0\na1.sinks.k.sink.serializer = " + serializer
                + "\na1.sinks.k.channel = " + channel;
    }

    // ---- notes

    private Map<String, String> section(String title) {
        return sections.computeIfAbsent(title, ignored -> new LinkedHashMap<>());
    }

    private String status(int port, int events) throws IOException {
        StringBuilder body = new StringBuilder("[");
        for (int index = 0; index < events; index++) {
            body.append(index == 0 ? "" : ",")
                    .append("{\"headers\":{\"timestamp\":\"1767225600000\",\"city\":\"gent\"},\"body\":\"event ")
                    .append(index)
                    .append("\"}");
        }
        return Integer.toString(
                send(port, post("", "application/json", body.append(']').toString()))
                        .statusCode());
    }

    private static void counters(AgentProcess agent, Map<String, String> notes) throws IOException {
        Map<String, String> sorted = new TreeMap<>();
        for (Map.Entry<String, JsonNode> part : agent.metrics().properties()) {
            for (Map.Entry<String, JsonNode> counter : part.getValue().properties()) {
                if (!counter.getValue().isTextual()) {
                    throw new IOException(
                            part.getKey() + " " + counter.getKey() + " is not a string: " + counter.getValue());
                }
                String value = counter.getValue().asText();
                if (BY_THE_CLOCK.contains(counter.getKey())) {
                    value = "a number";
                } else if (counter.getKey().equals("StartTime")) {
                    value = "a time";
                }
                sorted.put(part.getKey() + " " + counter.getKey(), value);
            }
        }
        notes.putAll(sorted);
    }

    private static long counter(JsonNode metrics, String part, String name) {
        return metrics.path(part).path(name).asLong();
    }

    private static String text(JsonNode metrics, String part, String name) {
        return metrics.path(part).path(name).asText();
    }

    /** What the files hold, one letter a byte. */
    private static String text(Path out) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                text.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    /** The text, when these bytes (one a letter) are UTF-8 that can be printed; otherwise their numbers. */
    private static String readable(String bytes) {
        String text = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        boolean isText =
                text.chars().allMatch(letter -> letter >= ' ' && letter != 0xfffd || letter == '\n' || letter == '\t');
        return isText
                ? text
                : "bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What has come since the last time, headers by their names, the test's own folder left out. */
    private String events(Path out, Path in) throws IOException {
        String all = text(out);
        String before = noted.getOrDefault(out, "");
        noted.put(out, all);
        List<String> events = new ArrayList<>();
        for (String line :
                readable(all.substring(before.length())).stripTrailing().split("\n", -1)) {
            Matcher parts =
                    HEADERS_AND_BODY.matcher(line.replace(in.toString(), "").replace(topic("-"), "script-"));
            events.add(parts.matches() ? sorted(parts.group(1)) + parts.group(2) : line);
        }
        return String.join(" | ", events);
    }

    private static String sorted(String headers) {
        return Stream.of(headers.split(", ", -1)).sorted().collect(Collectors.joining(", ", "{", "}"));
    }

    /** Names and lines of the files, their numbers left out. */
    private static String files(Path out) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().endsWith(".crc"))
                    .sorted()
                    .toList()) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(out.relativize(file).toString().replaceAll("\\d{13}", "N"))
                        .append(": ")
                        .append(Files.readAllLines(file).size())
                        .append(" lines");
            }
        }
        return text.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
