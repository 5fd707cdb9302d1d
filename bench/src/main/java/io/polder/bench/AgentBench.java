package io.polder.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Scenario {@code agent}: the real Flume and ours in turn on the same work, events at the same steady rate over HTTP, after
 * a while at twice that rate, both with the same Java options. Counted is the CPU of the agent's process, all threads, the JIT and the collector too;
 * neither the client's nor the broker's.
 */
final class AgentBench {
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx512m", "-XX:+UseSerialGC");
    private static final List<String> LARGE = List.of("-Xmx2g", "-XX:+UseSerialGC");
    private static final long MANY = 1_000_000;
    /** Of the rate while warming up: what a request costs once is compiled only after thousands of requests. */
    private static final int WARM_FACTOR = 2;

    private static final int SETTLE_SECONDS = 10;

    /**
     * One row.
     *
     * @param batch events of a request
     * @param rate events a second
     * @param channel its lines
     * @param sink its lines
     */
    private record Row(String title, int batch, double rate, String channel, String sink) {}

    private final Path folder;
    private final int warmSeconds;
    private final int seconds;
    private int runs;

    private AgentBench(Path folder, int warmSeconds, int seconds) {
        this.folder = folder;
        this.warmSeconds = warmSeconds;
        this.seconds = seconds;
    }

    /** Runs all rows whose title contains {@code only}, each with both agents. */
    static List<Result> run(Path folder, int warmSeconds, int seconds, String only) throws Exception {
        if (!Files.isDirectory(AgentProcess.flumeLibrary())) {
            throw new IOException(AgentProcess.flumeLibrary()
                    + ": the real Flume is not there. Fix: run ./polder bench agent, or mvn -f bench/flume package");
        }
        AgentBench bench = new AgentBench(folder, warmSeconds, seconds);
        List<Result> results = new ArrayList<>();
        for (Row row : rows()) {
            if (row.title().contains(only)) {
                Result result = bench.compare(row);
                System.err.println(result.scenario() + " " + result.numbers());
                results.add(result);
            }
        }
        if ("queued events".contains(only)) {
            results.add(bench.memory());
        }
        return results;
    }

    private static List<Row> rows() {
        String memory = "type = memory\ncapacity = 200000\ntransactionCapacity = 1000";
        String file = "type = file\ncapacity = 200000\ntransactionCapacity = 1000";
        String nothing = "type = null\nbatchSize = 1000";
        String kafka = """
                type = org.apache.flume.sink.kafka.KafkaSink
                kafka.topic = TOPIC
                kafka.bootstrap.servers = BROKERS
                kafka.producer.acks = 1
                kafka.producer.compression.type = none
                flumeBatchSize =""";
        return List.of(
                new Row("memory, null, batches of 1", 1, 8_000, memory, nothing),
                new Row("memory, null, batches of 100", 100, 80_000, memory, nothing),
                new Row("memory, null, batches of 1000", 1000, 80_000, memory, nothing),
                new Row("memory, Kafka, flumeBatchSize 10", 100, 10_000, memory, kafka + " 10"),
                new Row("memory, Kafka, flumeBatchSize 1000", 100, 20_000, memory, kafka + " 1000"),
                new Row("file with fsync, null, batches of 100", 100, 10_000, file, nothing));
    }

    private Result compare(Row row) throws Exception {
        Map<String, Object> numbers = new LinkedHashMap<>();
        double flume = measure(AgentProcess.Kind.FLUME, row, numbers);
        double ours = measure(AgentProcess.Kind.POLDER, row, numbers);
        numbers.put("ratio", Math.round(ours / flume * 100) / 100.0);
        return new Result("agent: http, " + row.title(), numbers);
    }

    /** CPU an event, in µs. */
    private double measure(AgentProcess.Kind kind, Row row, Map<String, Object> numbers) throws Exception {
        runs++;
        Path home = folder.resolve("run-" + runs);
        int port = AgentProcess.freePort();
        String topic = "bench";
        boolean isKafka = row.sink().contains("BROKERS");
        try (BrokerProcess broker = isKafka ? BrokerProcess.start(home.resolve("broker"), 4, List.of(topic)) : null) {
            String sink =
                    row.sink().replace("TOPIC", topic).replace("BROKERS", broker == null ? "" : broker.bootstrap());
            String channel = row.channel()
                    + (row.channel().contains("type = file")
                            ? "\ncheckpointDir = " + home.resolve("checkpoint") + "\ndataDirs = " + home.resolve("data")
                            : "");
            try (AgentProcess agent =
                    AgentProcess.start(kind, home.resolve("agent"), configuration(port, channel, sink), JAVA_OPTIONS)) {
                AgentLoad warming = new AgentLoad(port, row.batch(), WARM_FACTOR * row.rate(), Long.MAX_VALUE);
                Ingest.sleep(warmSeconds);
                warming.finish();
                AgentLoad load = new AgentLoad(port, row.batch(), row.rate(), Long.MAX_VALUE);
                Ingest.sleep(SETTLE_SECONDS);
                long taken = taken(agent.metrics());
                double cpuBefore = agent.cpuSeconds();
                long start = System.nanoTime();
                Ingest.sleep(seconds);
                long events = taken(agent.metrics()) - taken;
                double cpu = agent.cpuSeconds() - cpuBefore;
                double wall = (System.nanoTime() - start) / 1e9;
                load.finish();
                long delivered = Math.max(1, taken(agent.metrics()));
                double micros = cpu / events * 1e6;
                numbers.put(kind.title + " CPU µs an event", Math.round(micros * 100) / 100.0);
                numbers.put(kind.title + " events a second", Math.round(events / wall));
                if (load.refused() > 0) {
                    numbers.put(kind.title + " batches answered with 503", load.refused());
                }
                if (broker != null) {
                    // A sink that is behind is still at it: the last bytes are of events that are not counted yet.
                    numbers.put(
                            kind.title + " bytes an event in the broker",
                            bytes(home.resolve("broker/log"), topic) / delivered);
                }
                numbers.put(kind.title + " most resident MiB", agent.peakMebibytes());
                return micros;
            }
        }
    }

    private static long taken(JsonNode metrics) {
        return metrics.path("CHANNEL.c").path("EventTakeSuccessCount").asLong();
    }

    private static long bytes(Path log, String topic) throws IOException {
        try (Stream<Path> files = Files.walk(log)) {
            return files.filter(file ->
                            file.toString().endsWith(".log") && file.toString().contains("/" + topic + "-"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /** What a million queued events take of the heap, after a collection. */
    private Result memory() throws Exception {
        Map<String, Object> numbers = new LinkedHashMap<>();
        Map<AgentProcess.Kind, Double> live = new EnumMap<>(AgentProcess.Kind.class);
        for (AgentProcess.Kind kind : AgentProcess.Kind.values()) {
            runs++;
            int port = AgentProcess.freePort();
            String channel = "type = memory\ncapacity = " + MANY + "\ntransactionCapacity = 1000";
            try (AgentProcess agent =
                    AgentProcess.start(kind, folder.resolve("run-" + runs), configuration(port, channel, ""), LARGE)) {
                double empty = agent.liveMebibytes();
                new AgentLoad(port, 1000, 100_000, MANY).join();
                agent.await(
                        "all are queued",
                        metrics -> metrics.path("CHANNEL.c").path("ChannelSize").asLong() >= MANY);
                double queued = agent.liveMebibytes() - empty;
                live.put(kind, queued);
                numbers.put(kind.title + " MiB of heap", Math.round(queued));
                numbers.put(kind.title + " most resident MiB", agent.peakMebibytes());
                agent.kill();
            }
        }
        double ratio =
                live.getOrDefault(AgentProcess.Kind.POLDER, 0.0) / live.getOrDefault(AgentProcess.Kind.FLUME, 1.0);
        numbers.put("ratio", Math.round(ratio * 100) / 100.0);
        return new Result("agent: memory of 1,000,000 queued events of 290 bytes", numbers);
    }

    private static String configuration(int port, String channel, String sink) {
        StringBuilder text = new StringBuilder();
        text.append("a1.sources = s\na1.channels = c\n");
        if (!sink.isEmpty()) {
            text.append("a1.sinks = k\na1.sinks.k.channel = c\n");
            sink.lines().forEach(line -> text.append("a1.sinks.k.").append(line).append('\n'));
        }
        channel.lines()
                .forEach(line -> text.append("a1.channels.c.").append(line).append('\n'));
        return text.append("a1.sources.s.type = http\na1.sources.s.bind = 127.0.0.1\na1.sources.s.port = ")
                .append(port)
                .append("\na1.sources.s.channels = c\n")
                .toString();
    }
}
