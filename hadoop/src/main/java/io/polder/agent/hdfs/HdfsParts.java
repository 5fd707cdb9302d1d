package io.polder.agent.hdfs;

import io.polder.agent.Parts;
import io.polder.agent.Sink;
import java.util.Map;

/** Adds the sink {@code hdfs} to an agent. */
public final class HdfsParts implements Parts {
    @Override
    public Map<String, Maker<Sink>> sinks() {
        return Map.of("hdfs", context -> new HdfsSink(context, HdfsSettings.read(context.settings(), context.clock())));
    }
}
