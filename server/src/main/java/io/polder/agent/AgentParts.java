package io.polder.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** All makers that are on the class path. */
record AgentParts(
        Map<String, Parts.Maker<Source>> sources,
        Map<String, Parts.Maker<Channel>> channels,
        Map<String, Parts.Maker<Sink>> sinks,
        Map<String, Parts.Maker<Interceptor>> interceptors) {

    static AgentParts find() {
        AgentParts all = new AgentParts(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        all.add(new PlainParts());
        ServiceLoader.load(Parts.class).forEach(all::add);
        return all;
    }

    private void add(Parts parts) {
        sources.putAll(parts.sources());
        channels.putAll(parts.channels());
        sinks.putAll(parts.sinks());
        interceptors.putAll(parts.interceptors());
    }

    /** What needs nothing but Java. */
    private static final class PlainParts implements Parts {
        @Override
        public Map<String, Maker<Source>> sources() {
            return Map.of("spooldir", SpoolSource::new, "TAILDIR", TailSource::new, "netcat", NetcatSource::new);
        }

        @Override
        public Map<String, Maker<Channel>> channels() {
            return Map.of("memory", MemoryChannel::new, "file", DurableChannel::new);
        }

        @Override
        public Map<String, Maker<Sink>> sinks() {
            Map<String, Maker<Sink>> makers = new HashMap<>(PlainSinks.makers());
            makers.put("file_roll", FileSink::new);
            return makers;
        }

        @Override
        public Map<String, Maker<Interceptor>> interceptors() {
            return Interceptors.makers();
        }
    }
}
