package io.polder.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What an agent shows: Flume's counters in Flume's form, the same for Prometheus, and what Flume never said: rates, the age
 * of the oldest event of each channel, and why something does not flow. Thread-safe.
 */
public final class AgentMetrics {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME_OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final String agent;
    private final List<Counters> counters;
    private final Map<String, Channel> channels;
    private final Map<String, List<String>> channelsOfSources;
    private final Map<String, String> channelOfSinks;
    private final InstantSource clock;
    private volatile ZoneId zone = ZoneId.systemDefault();
    private final Map<String, Label> labels;
    private final Map<Counters, Rate> rates = new LinkedHashMap<>();

    /** What a component is, for people; see {@link Part}. */
    record Label(String type, String detail) {}

    private static final Label NONE = new Label("", "");

    AgentMetrics(
            String agent,
            List<Counters> counters,
            Map<String, Channel> channels,
            Map<String, List<String>> channelsOfSources,
            Map<String, String> channelOfSinks,
            Map<String, Label> labels,
            InstantSource clock) {
        this.agent = agent;
        this.labels = Map.copyOf(labels);
        this.counters = List.copyOf(counters);
        this.channels = Map.copyOf(channels);
        this.channelsOfSources = Map.copyOf(channelsOfSources);
        this.channelOfSinks = Map.copyOf(channelOfSinks);
        this.clock = clock;
        counters.forEach(counts -> rates.put(counts, new Rate()));
    }

    /** The counter whose growth is a component's rate. */
    private static Counter flow(Counters.Kind kind) {
        return switch (kind) {
            case SOURCE -> Counter.EVENT_ACCEPTED;
            case CHANNEL -> Counter.EVENT_PUT_SUCCESS;
            case SINK -> Counter.EVENT_DRAIN_SUCCESS;
        };
    }

    /** Looks at the counters, for rates; about every second. */
    void sample() {
        long now = clock.millis();
        rates.forEach((counts, rate) -> rate.sample(now, counts.get(flow(counts.kind()))));
    }

    /**
     * A component as the pipelines page draws it.
     *
     * @param kind source, channel or sink
     * @param type as Flume calls it
     * @param detail what tells it from others of its type, such as its port or topic; empty when nothing does
     * @param channels of a source those that it fills, of a sink the one that it empties
     * @param eventsPerSecond over the last ten seconds
     * @param fillPercent of a channel
     * @param oldestSeconds of a channel: the age of its oldest event
     * @param failures of a sink: deliveries that failed; of a source: batches that did not get in
     * @param trouble what keeps it from its work; empty when nothing does
     * @param perMinute events of the last minutes, the newest last; at most sixty
     * @param counters as Flume shows them
     */
    public record Part(
            String kind,
            String name,
            String type,
            String detail,
            List<String> channels,
            double eventsPerSecond,
            OptionalDouble fillPercent,
            OptionalDouble oldestSeconds,
            long failures,
            String trouble,
            List<Long> perMinute,
            Map<String, String> counters) {}

    /** Has times of day told by another clock than the machine's. */
    public void tellTimesIn(ZoneId newZone) {
        zone = newZone;
    }

    /** An agent at one moment: why events wait, as of {@link #why}, and its components. */
    public record Status(String agent, List<String> why, List<Part> parts) {
        public Status {
            why = List.copyOf(why);
            parts = List.copyOf(parts);
        }
    }

    public Status now() {
        return new Status(agent, why(), parts());
    }

    /** All components, in the order channels, sinks, sources. */
    public List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (Counters counts : counters) {
            Channel channel = counts.kind() == Counters.Kind.CHANNEL ? channels.get(counts.name()) : null;
            Rate rate = rates.getOrDefault(counts, new Rate());
            parts.add(new Part(
                    counts.kind().toString().toLowerCase(Locale.ROOT),
                    counts.name(),
                    labels.getOrDefault(counts.fullName(), NONE).type(),
                    labels.getOrDefault(counts.fullName(), NONE).detail(),
                    switch (counts.kind()) {
                        case SOURCE -> channelsOfSources.getOrDefault(counts.name(), List.of());
                        case SINK -> List.of(channelOfSinks.getOrDefault(counts.name(), ""));
                        case CHANNEL -> List.of();
                    },
                    rate.perSecond(),
                    channel == null ? OptionalDouble.empty() : fill(counts),
                    channel == null ? OptionalDouble.empty() : age(channel),
                    counts.get(Counter.CONNECTION_FAILED) + counts.get(Counter.CHANNEL_WRITE_FAIL),
                    counts.trouble().map(this::sentence).orElse(""),
                    rate.perMinute(),
                    counts.asFlumeShows()));
        }
        return parts;
    }

    private static OptionalDouble fill(Counters counts) {
        String percent = counts.asFlumeShows().get("ChannelFillPercentage");
        return percent == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(percent));
    }

    private OptionalDouble age(Channel channel) {
        long oldest = channel.oldestMillis();
        return OptionalDouble.of(oldest < 0 ? 0 : Math.max(0, clock.millis() - oldest) / 1000.0);
    }

    private String sentence(Counters.Trouble trouble) {
        return trouble.reason() + " since " + time(trouble.since());
    }

    private String time(Instant instant) {
        return TIME_OF_DAY.format(instant.atZone(zone));
    }

    /**
     * Why events wait, a sentence for each channel that has a reason, without a full stop: {@code kafka sink: broker refused
     * since 12:04:10, channel full since 12:04:31}. Empty when all flows.
     */
    public List<String> why() {
        List<String> sentences = new ArrayList<>();
        channels.keySet().stream().sorted().forEach(channel -> {
            String why = why(channel);
            if (!why.isEmpty()) {
                sentences.add(why);
            }
        });
        counters.stream()
                .filter(counts -> counts.kind() == Counters.Kind.SOURCE)
                .filter(counts -> counts.trouble().isPresent())
                .forEach(counts -> sentences.add(counts.name() + " source: "
                        + counts.trouble().map(this::sentence).orElse("")));
        return sentences;
    }

    private String why(String channel) {
        List<String> sinks = new ArrayList<>();
        double drained = 0;
        for (Counters counts : counters) {
            if (counts.kind() == Counters.Kind.SINK && channel.equals(channelOfSinks.get(counts.name()))) {
                counts.trouble().ifPresent(trouble -> sinks.add(counts.name() + " sink: " + sentence(trouble)));
                drained += rates.getOrDefault(counts, new Rate()).perSecond();
            }
        }
        String full = counters.stream()
                .filter(counts ->
                        counts.kind() == Counters.Kind.CHANNEL && counts.name().equals(channel))
                .flatMap(counts -> counts.trouble().stream())
                .map(this::sentence)
                .findFirst()
                .orElse("");
        if (sinks.isEmpty() && full.isEmpty()) {
            return "";
        }
        if (!sinks.isEmpty()) {
            return String.join("; ", sinks) + (full.isEmpty() ? "" : ", " + full);
        }
        boolean hasSink = channelOfSinks.containsValue(channel);
        return channel + " channel: " + full
                + (hasSink
                        ? String.format(Locale.ROOT, ", its sinks deliver %.0f events a second", drained)
                        : ", and no sink takes from it");
    }

    /** Flume's {@code /metrics}: names and texts by component. */
    public String asFlumeShows() {
        return json(generator -> {
            generator.writeStartObject();
            for (Counters counts : counters) {
                generator.writeObjectFieldStart(counts.fullName());
                for (Map.Entry<String, String> value : counts.asFlumeShows().entrySet()) {
                    generator.writeStringField(value.getKey(), value.getValue());
                }
                generator.writeEndObject();
            }
            generator.writeEndObject();
        });
    }

    /** What Flume does not say, as JSON. */
    public String status() {
        return json(generator -> {
            generator.writeStartObject();
            generator.writeStringField("agent", agent);
            generator.writeArrayFieldStart("why");
            for (String sentence : why()) {
                generator.writeString(sentence);
            }
            generator.writeEndArray();
            generator.writeArrayFieldStart("parts");
            for (Part part : parts()) {
                write(part, generator);
            }
            generator.writeEndArray();
            generator.writeEndObject();
        });
    }

    private static void write(Part part, JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("kind", part.kind());
        generator.writeStringField("name", part.name());
        generator.writeStringField("type", part.type());
        generator.writeStringField("detail", part.detail());
        generator.writeArrayFieldStart("channels");
        for (String channel : part.channels()) {
            generator.writeString(channel);
        }
        generator.writeEndArray();
        generator.writeNumberField("events_per_second", Math.round(part.eventsPerSecond() * 10) / 10.0);
        if (part.fillPercent().isPresent()) {
            generator.writeNumberField("fill_percent", part.fillPercent().getAsDouble());
        }
        if (part.oldestSeconds().isPresent()) {
            generator.writeNumberField("oldest_seconds", part.oldestSeconds().getAsDouble());
        }
        generator.writeNumberField("failures", part.failures());
        generator.writeStringField("trouble", part.trouble());
        generator.writeArrayFieldStart("per_minute");
        for (long events : part.perMinute()) {
            generator.writeNumber(events);
        }
        generator.writeEndArray();
        generator.writeEndObject();
    }

    private interface Writing {
        void to(JsonGenerator generator) throws IOException;
    }

    private static String json(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            writing.to(generator);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /** The same for Prometheus, in its text format. */
    public String asPrometheusReads() {
        return asPrometheusReads(List.of(now()));
    }

    /** Several agents for Prometheus. */
    public static String asPrometheusReads(List<Status> agents) {
        Map<String, StringBuilder> families = new LinkedHashMap<>();
        for (Status agent : agents) {
            agent.parts().forEach(part -> lines(families, agent.agent(), part));
        }
        return String.join("", families.values());
    }

    private static void lines(Map<String, StringBuilder> families, String agent, Part part) {
        String labels = "{agent=\"" + agent + "\",kind=\"" + part.kind() + "\",name=\"" + part.name() + "\"} ";
        for (Counter counter : Counter.values()) {
            String value = part.counters().get(counter.flumeName());
            if (value != null) {
                boolean isGauge = counter == Counter.OPEN_CONNECTION;
                line(families, name(counter) + (isGauge ? "" : "_total"), isGauge, labels, value);
            }
        }
        line(families, "polder_agent_failing", true, labels, part.trouble().isEmpty() ? "0" : "1");
        line(families, "polder_agent_events_per_second", true, labels, Double.toString(part.eventsPerSecond()));
        if (part.oldestSeconds().isPresent()) {
            line(
                    families,
                    "polder_agent_channel_events",
                    true,
                    labels,
                    part.counters().getOrDefault("ChannelSize", "NaN"));
            line(
                    families,
                    "polder_agent_channel_capacity_events",
                    true,
                    labels,
                    part.counters().getOrDefault("ChannelCapacity", "NaN"));
            line(
                    families,
                    "polder_agent_channel_oldest_event_seconds",
                    true,
                    labels,
                    Double.toString(part.oldestSeconds().getAsDouble()));
        }
    }

    private static void line(
            Map<String, StringBuilder> families, String name, boolean isGauge, String labels, String value) {
        families.computeIfAbsent(
                        name,
                        first -> new StringBuilder("# TYPE ").append(name).append(isGauge ? " gauge\n" : " counter\n"))
                .append(name)
                .append(labels)
                .append(value)
                .append('\n');
    }

    /** {@code EventReceivedCount} is {@code polder_agent_event_received}. */
    private static String name(Counter counter) {
        return "polder_agent_" + counter.name().toLowerCase(Locale.ROOT);
    }

    /** Growth of a counter: over the last seconds, and by minute over the last hour. */
    private static final class Rate {
        private static final int SECONDS = 10;
        private static final int MINUTES = 60;

        private final long[] values = new long[SECONDS + 1];
        private final long[] times = new long[SECONDS + 1];
        private int samples;
        private final List<Long> minutes = new ArrayList<>();
        private long minuteBegan;
        private long minuteValue;

        synchronized void sample(long nowMillis, long value) {
            int last = Math.floorMod(samples - 1, values.length);
            if (samples > 0 && nowMillis - times[last] < 950) {
                return;
            }
            values[samples % values.length] = value;
            times[samples % values.length] = nowMillis;
            samples++;
            if (samples == 1) {
                minuteBegan = nowMillis;
                minuteValue = value;
            } else if (nowMillis - minuteBegan >= 60_000) {
                minutes.add(value - minuteValue);
                if (minutes.size() > MINUTES) {
                    minutes.remove(0);
                }
                minuteBegan = nowMillis;
                minuteValue = value;
            }
        }

        synchronized double perSecond() {
            if (samples < 2) {
                return 0;
            }
            int last = Math.floorMod(samples - 1, values.length);
            int first = samples <= values.length ? 0 : samples % values.length;
            long millis = times[last] - times[first];
            return millis <= 0 ? 0 : (values[last] - values[first]) * 1000.0 / millis;
        }

        synchronized List<Long> perMinute() {
            return List.copyOf(minutes);
        }
    }
}
