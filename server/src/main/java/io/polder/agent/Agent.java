package io.polder.agent;

import io.polder.agent.AgentDefinition.Component;
import io.polder.agent.AgentDefinition.Group;
import io.polder.agent.AgentDefinition.SinkDefinition;
import io.polder.agent.AgentDefinition.SourceDefinition;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running agent: its channels, sinks and sources, started in this order and stopped in the reverse one. For one thread,
 * except what it shows.
 */
public final class Agent implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Agent.class);
    private static final Duration WATCH_EVERY = Duration.ofMillis(300);

    private final AgentDefinition definition;
    private final Path home;
    private final InstantSource clock;
    private final Map<String, Channel> channels = new LinkedHashMap<>();
    private final Map<String, Sink> sinks = new LinkedHashMap<>();
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final List<Counters> counters = new ArrayList<>();
    private final List<SinkRunner> runners = new ArrayList<>();
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final AgentMetrics metrics;
    private @Nullable ScheduledExecutorService watch;

    /**
     * Reads a file and makes its agent, without starting it.
     *
     * @param home where the agent keeps what it must not forget
     * @param environment what {@code ${env:NAME}} stands for; null for what is not set
     * @throws PolderException INVALID_DEFINITION with all problems of the file
     */
    public static Agent read(
            Path file, String name, Path home, UnaryOperator<@Nullable String> environment, InstantSource clock) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "-f = '" + file + "': there is no such file. Fix: name the agent's file");
        } catch (CharacterCodingException encoding) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION, "-f = '" + file + "': is not in UTF-8. Fix: save it in UTF-8");
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    "-f = '" + file + "': cannot be read: " + failure + ". Fix: make it readable",
                    failure);
        }
        String shown = String.valueOf(file.getFileName());
        return new Agent(FlumeReader.read(FlumeFile.parse(shown, text), name, environment), home, clock);
    }

    private Agent(AgentDefinition definition, Path home, InstantSource clock) {
        this.definition = definition;
        this.home = home;
        this.clock = clock;
        AgentParts parts = AgentParts.find();
        definition
                .channels()
                .forEach((name, channel) -> make(channel, Counters.Kind.CHANNEL, parts.channels(), channels));
        definition.sinks().forEach((name, sink) -> make(sink.component(), Counters.Kind.SINK, parts.sinks(), sinks));
        definition.sources().values().forEach(source -> make(source, parts));
        checkBatches();
        if (!definition.problems().isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_DEFINITION, definition.problems());
        }
        definition.groups().forEach(this::run);
        metrics = new AgentMetrics(
                definition.name(),
                counters,
                channels,
                sources(definition),
                sinkChannels(definition),
                labels(definition),
                clock);
    }

    /** What tells a component from others of its type, the first that is written. */
    private static final List<String> TELLING = List.of(
            "kafka.topic",
            "kafka.topics",
            "hdfs.path",
            "sink.directory",
            "spoolDir",
            "dataDirs",
            "hostname",
            "port",
            "capacity");

    private static Map<String, AgentMetrics.Label> labels(AgentDefinition definition) {
        Map<String, AgentMetrics.Label> found = new LinkedHashMap<>();
        definition.sources().forEach((name, source) -> found.put("SOURCE." + name, label(source.component())));
        definition.channels().forEach((name, channel) -> found.put("CHANNEL." + name, label(channel)));
        definition.sinks().forEach((name, sink) -> found.put("SINK." + name, label(sink.component())));
        return found;
    }

    private static AgentMetrics.Label label(Component component) {
        String type = component.type().name();
        String key = TELLING.stream()
                .filter(component.settings()::isWritten)
                .findFirst()
                .orElse("");
        String value = key.isEmpty() ? "" : component.settings().text(key);
        String noun = key.equals("capacity") ? "at most" : key.substring(key.lastIndexOf('.') + 1);
        return new AgentMetrics.Label(
                type.substring(type.lastIndexOf('.') + 1), value.isEmpty() ? "" : noun + " " + value);
    }

    private static Map<String, List<String>> sources(AgentDefinition definition) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        definition.sources().forEach((name, source) -> found.put(name, source.channels()));
        return found;
    }

    private static Map<String, String> sinkChannels(AgentDefinition definition) {
        Map<String, String> found = new LinkedHashMap<>();
        definition.sinks().forEach((name, sink) -> found.put(name, sink.channel()));
        return found;
    }

    private <T> void make(
            Component component, Counters.Kind kind, Map<String, Parts.Maker<T>> makers, Map<String, T> into) {
        make(component, kind, makers, noProcessor(), into);
    }

    private <T> void make(
            Component component,
            Counters.Kind kind,
            Map<String, Parts.Maker<T>> makers,
            ChannelProcessor processor,
            Map<String, T> into) {
        Counters counts = new Counters(kind, component.name());
        T made = made(component, makers, processor, counts);
        if (made != null) {
            counters.add(counts);
            into.put(component.name(), made);
        }
    }

    private <T> @Nullable T made(
            Component component, Map<String, Parts.Maker<T>> makers, ChannelProcessor processor, Counters counts) {
        Parts.Maker<T> maker = makers.get(component.type().name());
        if (maker == null) {
            component
                    .settings()
                    .problem(
                            "type",
                            "needs a part that is not on the class path",
                            "build the module hadoop (mvn -pl hadoop -am package), which ./polder agent then adds");
            return null;
        }
        return maker.make(new Parts.Context(
                definition.name(), component.name(), component.settings(), processor, counts, home, clock));
    }

    private static ChannelProcessor noProcessor() {
        return new ChannelProcessor(List.of(), events -> new ChannelProcessor.Selector.Route());
    }

    private void make(SourceDefinition source, AgentParts parts) {
        Component component = source.component();
        List<Interceptor> interceptors = new ArrayList<>();
        for (Component interceptor : source.interceptors()) {
            Interceptor made = made(
                    interceptor,
                    parts.interceptors(),
                    noProcessor(),
                    new Counters(Counters.Kind.SOURCE, interceptor.name()));
            if (made != null) {
                interceptors.add(made);
            }
        }
        ChannelProcessor processor = new ChannelProcessor(interceptors, Selectors.of(source.selection(), channels));
        make(component, Counters.Kind.SOURCE, parts.sources(), processor, sources);
    }

    /** A batch that is above a channel's {@code transactionCapacity} would never get through. */
    private void checkBatches() {
        definition.sinks().forEach((name, sink) -> {
            Sink made = sinks.get(name);
            Channel channel = channels.get(sink.channel());
            if (made != null && channel != null && made.batchSize() > channel.transactionCapacity()) {
                tooLarge(sink.component().settings(), made.batchSize(), sink.channel(), channel);
            }
        });
        definition.sources().forEach((name, source) -> {
            long batch = source.component().settings().number("batchSize");
            for (String channelName : source.channels()) {
                Channel channel = channels.get(channelName);
                if (channel != null && batch > channel.transactionCapacity()) {
                    tooLarge(source.component().settings(), batch, channelName, channel);
                }
            }
        });
    }

    private static void tooLarge(Settings settings, long batch, String name, Channel channel) {
        String key = Set.of("flumeBatchSize", "batch-size", "hdfs.batchSize", "sink.batchSize", "batchSize").stream()
                .filter(settings::isWritten)
                .findFirst()
                .orElse("batchSize");
        settings.problem(
                key,
                "its batches have up to " + batch + " events, and channel '" + name + "' takes at most "
                        + channel.transactionCapacity() + " at once (transactionCapacity)",
                "write at most " + channel.transactionCapacity() + ", or a larger transactionCapacity");
    }

    private void run(Group group) {
        SinkDefinition first = definition.sinks().get(group.sinks().get(0));
        Channel channel = first == null ? null : channels.get(first.channel());
        if (channel == null) {
            return;
        }
        List<SinkRunner.Member> members = new ArrayList<>();
        for (String name : group.sinks()) {
            Sink sink = sinks.get(name);
            if (sink != null) {
                Counters counts = counters(Counters.Kind.SINK, name);
                members.add(
                        group.sinks().size() == 1 ? SinkRunner.alone(sink, counts) : SinkRunner.inGroup(sink, counts));
            }
        }
        runners.add(
                new SinkRunner(group.name(), members, new SinkChoice(group.sinks(), group.settings()), channel, clock));
    }

    /** What has no effect in the file, as sentences. */
    public List<String> warnings() {
        return definition.warnings();
    }

    public String name() {
        return definition.name();
    }

    /** What it shows to those who watch it. */
    public AgentMetrics metrics() {
        return metrics;
    }

    /**
     * Starts all components.
     *
     * @throws PolderException when one cannot start; nothing is left running
     */
    public void start() {
        try {
            channels.forEach((name, channel) -> start(channel, channel::start, channel.counters()));
            for (Map.Entry<String, Sink> sink : sinks.entrySet()) {
                start(sink.getValue(), sink.getValue()::start, counters(Counters.Kind.SINK, sink.getKey()));
            }
            runners.forEach(SinkRunner::start);
            watch = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "agent-watch");
                thread.setDaemon(true);
                return thread;
            });
            var unused = watch.scheduleAtFixedRate(
                    this::watch, WATCH_EVERY.toMillis(), WATCH_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            for (Map.Entry<String, Source> source : sources.entrySet()) {
                start(source.getValue(), source.getValue()::start, counters(Counters.Kind.SOURCE, source.getKey()));
            }
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private Counters counters(Counters.Kind kind, String name) {
        return counters.stream()
                .filter(counts -> counts.kind() == kind && counts.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void start(AutoCloseable part, Runnable start, Counters counts) {
        started.push(part);
        try {
            start.run();
        } catch (PolderException failure) {
            counts.troubled("does not start: " + failure.getMessage(), clock.instant());
            throw failure;
        }
        counts.started(clock.instant());
        LOGGER.info("Started {}.", counts.fullName());
    }

    /** Nobody may send to a source for hours: that it would take batches again is seen at its channels. */
    private void relieve(String source) {
        SourceDefinition described = definition.sources().get(source);
        if (described != null
                && described.selection().required().values().stream()
                        .flatMap(List::stream)
                        .map(channels::get)
                        .allMatch(channel ->
                                channel == null || channel.counters().trouble().isEmpty())) {
            counters(Counters.Kind.SOURCE, source).ended(ChannelProcessor.REFUSES);
        }
    }

    private void watch() {
        try {
            runners.forEach(SinkRunner::watch);
            sources.keySet().forEach(this::relieve);
            metrics.sample();
        } catch (RuntimeException bug) {
            LOGGER.error("What the agent shows may be old.", bug);
        }
    }

    /** The component of a name; for tests and for commands that look into one. */
    @Nullable
    Source source(String name) {
        return sources.get(name);
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    /**
     * Stops: sources first, then memory channels are drained into their sinks for at most {@code patience}, then the rest.
     *
     * @return how many events memory channels could not get rid of; they come first at the next start
     */
    public long stop(Duration patience) {
        sources.forEach((name, source) -> close(source, counters(Counters.Kind.SOURCE, name)));
        long until = System.nanoTime() + patience.toNanos();
        runners.forEach(runner -> runner.stop(until));
        try {
            for (SinkRunner runner : runners) {
                runner.awaitStop(until);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        if (watch != null) {
            watch.shutdownNow();
        }
        sinks.forEach((name, sink) -> close(sink, counters(Counters.Kind.SINK, name)));
        long left = 0;
        for (Channel channel : channels.values()) {
            if (!started.remove(channel)) {
                continue;
            }
            try {
                long still = channel.stop();
                left += channel.isDurable() ? 0 : still;
            } catch (RuntimeException failure) {
                LOGGER.error("Channel {} did not close.", channel.counters().name(), failure);
            }
            channel.counters().stopped(clock.instant());
        }
        return left;
    }

    private void close(AutoCloseable part, Counters counts) {
        if (!started.remove(part)) {
            return;
        }
        try {
            part.close();
            LOGGER.info("Stopped {}.", counts.fullName());
        } catch (Exception failure) {
            LOGGER.error("{} did not stop.", counts.fullName(), failure);
        }
        counts.stopped(clock.instant());
    }
}
