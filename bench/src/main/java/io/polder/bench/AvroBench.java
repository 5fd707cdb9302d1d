package io.polder.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Scenario {@code avro}: a real Flume feeds our agent and ours feeds a real Flume, over Flume's Avro protocol, with and
 * without compression; fails unless every event arrives once. A check and not a measurement, here because it needs Flume.
 */
final class AvroBench {
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");
    private static final int BATCH = 100;
    private static final int EVENTS = 10_000;

    private AvroBench() {}

    static Result run(Path folder) throws Exception {
        Map<String, Object> numbers = new LinkedHashMap<>();
        for (String compression : List.of("none", "deflate")) {
            for (AgentProcess.Kind from : AgentProcess.Kind.values()) {
                AgentProcess.Kind to =
                        from == AgentProcess.Kind.FLUME ? AgentProcess.Kind.POLDER : AgentProcess.Kind.FLUME;
                String title = from.title + " to " + to.title + ", compression " + compression;
                numbers.put(title, events(folder.resolve(from + compression), from, to, compression) + " events");
            }
        }
        return new Result("avro", numbers);
    }

    private static long events(Path folder, AgentProcess.Kind from, AgentProcess.Kind to, String compression)
            throws Exception {
        Path out = Files.createDirectories(folder.resolve("out"));
        int httpPort = AgentProcess.freePort();
        int avroPort = AgentProcess.freePort();
        String memory =
                "a1.channels.c.type = memory\na1.channels.c.capacity = 20000\na1.channels.c.transactionCapacity = 1000\n";
        String names =
                "a1.sources = s\na1.channels = c\na1.sinks = k\na1.sources.s.channels = c\na1.sinks.k.channel = c\n"
                        + memory;
        String accepting =
                names + "a1.sources.s.type = avro\na1.sources.s.bind = 127.0.0.1\na1.sources.s.port = " + avroPort
                        + "\na1.sources.s.compression-type = " + compression
                        + "\na1.sinks.k.type = file_roll\na1.sinks.k.sink.rollInterval = 0\na1.sinks.k.sink.directory = "
                        + out + "\n";
        String sending =
                names + "a1.sources.s.type = http\na1.sources.s.bind = 127.0.0.1\na1.sources.s.port = " + httpPort
                        + "\na1.sinks.k.type = avro\na1.sinks.k.hostname = 127.0.0.1\na1.sinks.k.port = " + avroPort
                        + "\na1.sinks.k.batch-size = 100\na1.sinks.k.compression-type = " + compression + "\n";
        try (AgentProcess next = AgentProcess.start(to, folder.resolve("next"), accepting, JAVA_OPTIONS);
                AgentProcess first = AgentProcess.start(from, folder.resolve("first"), sending, JAVA_OPTIONS)) {
            new AgentLoad(httpPort, BATCH, EVENTS, EVENTS).join();
            first.await("all is sent", metrics -> delivered(metrics) >= EVENTS);
            next.await("all is written", metrics -> delivered(metrics) >= EVENTS);
        }
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(out)) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        boolean areWhole = lines.stream().allMatch(line -> line.length() == 290 && line.endsWith("\"}"));
        if (lines.size() != EVENTS || !areWhole) {
            throw new IOException(
                    lines.size() + " events arrived of " + EVENTS + (areWhole ? "" : ", damaged ones among them"));
        }
        return lines.size();
    }

    private static long delivered(JsonNode metrics) {
        return metrics.path("SINK.k").path("EventDrainSuccessCount").asLong();
    }
}
