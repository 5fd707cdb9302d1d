package io.polder.agent;

import io.polder.agent.hdfs.HdfsParts;
import io.polder.record.Problem;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Makes a sink with some keys written and all others at their defaults. */
public final class SinkContexts {
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("hdfs.filePrefix", "FlumeData"),
            Map.entry("hdfs.inUseSuffix", ".tmp"),
            Map.entry("hdfs.rollInterval", "30"),
            Map.entry("hdfs.rollSize", "1024"),
            Map.entry("hdfs.rollCount", "10"),
            Map.entry("hdfs.idleTimeout", "0"),
            Map.entry("hdfs.batchSize", "100"),
            Map.entry("hdfs.fileType", "SequenceFile"),
            Map.entry("hdfs.writeFormat", "Writable"),
            Map.entry("hdfs.maxOpenFiles", "5000"),
            Map.entry("hdfs.callTimeout", "30000"),
            Map.entry("hdfs.roundValue", "1"),
            Map.entry("hdfs.roundUnit", "second"),
            Map.entry("hdfs.retryInterval", "180"),
            Map.entry("serializer", "TEXT"),
            Map.entry("serializer.appendNewline", "true"));

    private SinkContexts() {}

    /** What was made, and what was wrong with its keys. */
    public record Made(Sink sink, Counters counters, List<Problem> problems) {}

    public static Made hdfs(Path home, Map<String, String> written) {
        Map<String, String> values = new HashMap<>(DEFAULTS);
        values.putAll(written);
        Map<String, Integer> lines = new HashMap<>();
        written.keySet().forEach(key -> lines.put(key, lines.size() + 1));
        List<Problem> problems = new ArrayList<>();
        Settings settings = new Settings("flume.properties", "a1.sinks.k", values, lines, problems);
        Counters counters = new Counters(Counters.Kind.SINK, "k");
        ChannelProcessor none = new ChannelProcessor(List.of(), events -> new ChannelProcessor.Selector.Route());
        Parts.Context context = new Parts.Context("a1", "k", settings, none, counters, home, InstantSource.system());
        Sink sink = Objects.requireNonNull(new HdfsParts().sinks().get("hdfs")).make(context);
        return new Made(sink, counters, problems);
    }
}
