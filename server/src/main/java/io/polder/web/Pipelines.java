package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.agent.AgentMetrics;
import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.Table;
import io.polder.enrich.TableStatus;
import io.polder.ingest.FeedStatus;
import io.polder.query.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mart's topics and agents as pipelines: what flows, what waits, and why. A feed is a source, its topic the channel, a
 * table a sink. The events of the last hour come from the ledger, so they outlive a restart. Thread-safe.
 */
final class Pipelines {
    static final int MINUTES = 60;
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME_OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    /** Behind by less than this is what a batch takes; in seconds. */
    private static final double BEHIND_SECONDS = 5;

    private final Mart mart;
    private final Program program;
    private final InstantSource clock;
    private final Map<String, Growth> growths = new HashMap<>();

    Pipelines(Mart mart, Program program, InstantSource clock) {
        this.mart = mart;
        this.program = program;
        this.clock = clock;
    }

    /** All of them: agents first, as they stand before the topics; each in the order of the definition. */
    List<Pipeline> now(List<FeedStatus> feeds, List<TableStatus> tables) {
        List<Pipeline> found = new ArrayList<>();
        program.agents().forEach(agent -> found.add(of(agent)));
        Set<String> topics = new LinkedHashSet<>();
        feeds.forEach(feed -> topics.add(feed.topic()));
        for (String topic : topics) {
            found.add(of(
                    topic,
                    feeds.stream().filter(feed -> feed.topic().equals(topic)).toList(),
                    tables.stream().filter(table -> table.from().equals(topic)).toList()));
        }
        return found;
    }

    static Pipeline of(AgentMetrics.Status agent) {
        List<Pipeline.Part> parts = new ArrayList<>();
        for (AgentMetrics.Part part : agent.parts()) {
            parts.add(new Pipeline.Part(
                    part.kind(),
                    part.name(),
                    part.type(),
                    part.detail(),
                    part.channels(),
                    part.eventsPerSecond(),
                    part.fillPercent(),
                    part.oldestSeconds(),
                    part.failures(),
                    part.trouble(),
                    part.trouble().isEmpty() ? part.eventsPerSecond() > 0 ? "well" : "idle" : "failing",
                    series(agent.agent(), part)));
        }
        return new Pipeline("agent", agent.agent(), agent.why(), false, parts);
    }

    static String series(String agent, AgentMetrics.Part part) {
        return "agent " + agent + " " + part.kind() + " " + part.name();
    }

    private Pipeline of(String topic, List<FeedStatus> feeds, List<TableStatus> tables) {
        List<Pipeline.Part> parts = new ArrayList<>();
        List<String> why = new ArrayList<>();
        double written = 0;
        double read = tables.stream().mapToDouble(this::rate).max().orElse(0);
        for (FeedStatus feed : feeds) {
            // What others write is seen only when it is read.
            double rate = isWrittenByOthers(feed) ? read : feed.rate();
            written += rate;
            String trouble = trouble(feed);
            if (!trouble.isEmpty()) {
                why.add(feed.name() + " feed: " + trouble);
            }
            parts.add(new Pipeline.Part(
                    "source",
                    feed.name(),
                    feed.kind(),
                    detail(feed),
                    List.of(topic),
                    rate,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    feed.totals().rejected(),
                    trouble,
                    state(feed, rate),
                    "feed " + feed.name()));
        }
        double oldest =
                tables.stream().mapToDouble(TableStatus::lagSeconds).max().orElse(0);
        parts.add(new Pipeline.Part(
                "channel",
                topic,
                "topic",
                kept(topic),
                List.of(),
                Math.max(written, read),
                OptionalDouble.empty(),
                tables.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(oldest),
                0,
                "",
                oldest > BEHIND_SECONDS ? "waiting" : written > 0 ? "well" : "idle",
                "topic " + topic));
        for (TableStatus table : tables) {
            double rate = rate(table);
            String trouble = trouble(table, rate, written);
            if (!trouble.isEmpty()) {
                why.add(table.name() + " table: " + trouble);
            }
            parts.add(new Pipeline.Part(
                    "sink",
                    table.name(),
                    "table",
                    publishes(table.name()),
                    List.of(topic),
                    rate,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    table.totals().rejected(),
                    trouble,
                    trouble.isEmpty() ? rate > 0 ? "well" : "idle" : "waiting",
                    "table " + table.name()));
        }
        return new Pipeline("topic", topic, why, feeds.stream().anyMatch(FeedStatus::simulated), parts);
    }

    private boolean isWrittenByOthers(FeedStatus feed) {
        Feed defined = mart.feeds().get(feed.name());
        return defined != null && defined.kind() == Feed.Kind.KAFKA;
    }

    private String trouble(FeedStatus feed) {
        String error = feed.lastError();
        return switch (feed.state()) {
            case "paused" -> "paused";
            case "failing", "waiting" -> error == null ? "" : clause(error) + since(feed.lastErrorAt());
            default -> "";
        };
    }

    /** A sentence as the end of one that goes on. */
    private static String clause(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private String since(@Nullable Instant at) {
        return at == null ? "" : ", at " + TIME_OF_DAY.format(at.atZone(mart.timezone()));
    }

    private static String state(FeedStatus feed, double rate) {
        return switch (feed.state()) {
            case "failing" -> "failing";
            case "paused" -> "waiting";
            case "waiting" -> feed.lastError() == null ? "idle" : "waiting";
            default -> rate > 0 ? "well" : "idle";
        };
    }

    private static String trouble(TableStatus table, double rate, double written) {
        if (!table.state().equals("live")) {
            return clause(table.state());
        }
        return table.lagSeconds() > BEHIND_SECONDS
                ? String.format(
                        Locale.ROOT,
                        "%.0f s behind, takes %.1f events a second while %.1f come",
                        table.lagSeconds(),
                        rate,
                        written)
                : "";
    }

    private String detail(FeedStatus feed) {
        Feed defined = mart.feeds().get(feed.name());
        if (defined == null) {
            return "";
        }
        return switch (defined.kind()) {
            case POLL -> defined.shownAddress();
            case FILES -> defined.files();
            case HTTP -> "/api/feeds/" + feed.name() + "/events";
            case KAFKA -> "written by others";
            case SQL -> "INSERT, UPSERT, UPDATE, DELETE";
            case MODEL -> "written by the model";
        };
    }

    private String kept(String topic) {
        Duration kept = mart.feedsOf(topic).stream()
                .map(Feed::keepFor)
                .filter(keepFor -> keepFor != null)
                .findFirst()
                .orElse(null);
        return kept == null ? "kept for ever" : "kept for " + words(kept);
    }

    private static String words(Duration duration) {
        return duration.toDays() > 0 ? duration.toDays() + " days" : duration.toMinutes() + " minutes";
    }

    private String publishes(String name) {
        Table table = mart.tables().get(name);
        return table == null
                ? ""
                : table.publish().map(topic -> "publishes " + topic).orElse("");
    }

    /** Bulk is seen only by its growth, and the minute before the first look only by its freshness. */
    private synchronized double rate(TableStatus table) {
        double growth = growths.computeIfAbsent(table.name(), name -> new Growth())
                .perSecond(clock.millis(), table.totals().logged());
        TableStatus.Quantiles fresh = table.freshness();
        return Math.max(growth, fresh == null ? 0 : fresh.count() / 60.0);
    }

    /** Events of each part in the last full {@value #MINUTES} minutes, the newest last, by {@link Pipeline.Part#series}. */
    Map<String, List<Long>> perMinute() {
        Instant end = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        Instant first = end.minus(Duration.ofMinutes(MINUTES));
        String recent = " WHERE minute >= TIMESTAMP '" + MINUTE.format(first) + "' AND minute < TIMESTAMP '"
                + MINUTE.format(end) + "'";
        Map<String, long[]> minutes = new LinkedHashMap<>();
        Answer edge = program.own("SELECT feed, minute, logged FROM polder.edge_ledger" + recent);
        Answer tables = program.own("SELECT table_name, minute, logged FROM polder.ledger" + recent);
        add(minutes, "feed ", edge, first);
        add(minutes, "table ", tables, first);
        for (Feed feed : mart.feeds().values()) {
            long[] feeds = minutes.getOrDefault("feed " + feed.name(), new long[MINUTES]);
            long[] topic = minutes.computeIfAbsent("topic " + feed.topic(), name -> new long[MINUTES]);
            for (int minute = 0; minute < MINUTES; minute++) {
                topic[minute] += feeds[minute];
            }
        }
        Map<String, List<Long>> found = new LinkedHashMap<>();
        minutes.forEach((series, events) ->
                found.put(series, Arrays.stream(events).boxed().toList()));
        for (AgentMetrics.Status agent : program.agents()) {
            agent.parts().forEach(part -> found.put(series(agent.agent(), part), part.perMinute()));
        }
        return found;
    }

    private static void add(Map<String, long[]> minutes, String prefix, Answer answer, Instant first) {
        for (@Nullable Object[] row : answer.rows()) {
            if (row[0] != null && row[1] instanceof Instant minute && row[2] instanceof Number events) {
                long index = ChronoUnit.MINUTES.between(first, minute);
                if (index >= 0 && index < MINUTES) {
                    minutes.computeIfAbsent(prefix + row[0], name -> new long[MINUTES])[(int) index] +=
                            events.longValue();
                }
            }
        }
    }

    /**
     * Writes them as the member {@code pipelines}.
     *
     * @param perMinute events of the last minutes by series; none when those are not wanted
     */
    static void write(JsonGenerator json, List<Pipeline> pipelines, Map<String, List<Long>> perMinute)
            throws IOException {
        json.writeArrayFieldStart("pipelines");
        for (Pipeline pipeline : pipelines) {
            json.writeStartObject();
            json.writeStringField("kind", pipeline.kind());
            json.writeStringField("name", pipeline.name());
            Json.texts(json, "why", pipeline.why());
            json.writeBooleanField("simulated", pipeline.simulated());
            json.writeArrayFieldStart("parts");
            for (Pipeline.Part part : pipeline.parts()) {
                write(json, part, perMinute.get(part.series()));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Pipeline.Part part, @Nullable List<Long> perMinute)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", part.kind());
        json.writeStringField("name", part.name());
        json.writeStringField("type", part.type());
        json.writeStringField("detail", part.detail());
        Json.texts(json, "channels", part.channels());
        Json.rounded(json, "rate", part.rate());
        optional(json, "fillPercent", part.fillPercent());
        optional(json, "oldestSeconds", part.oldestSeconds());
        json.writeNumberField("failures", part.failures());
        json.writeStringField("trouble", part.trouble());
        json.writeStringField("state", part.state());
        if (perMinute != null) {
            json.writeArrayFieldStart("perMinute");
            for (long events : perMinute) {
                json.writeNumber(events);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void optional(JsonGenerator json, String name, OptionalDouble value) throws IOException {
        if (value.isPresent()) {
            Json.rounded(json, name, value.getAsDouble());
        } else {
            json.writeNullField(name);
        }
    }

    /** How fast a count grows, by looks at it of the last minute. Confined to who guards it. */
    private static final class Growth {
        private static final long WINDOW_MILLIS = 60_000;

        private record Look(long millis, long count) {}

        private final Deque<Look> looks = new ArrayDeque<>();

        double perSecond(long now, long count) {
            while (!looks.isEmpty() && now - looks.peekFirst().millis() > WINDOW_MILLIS) {
                looks.removeFirst();
            }
            if (looks.isEmpty() || now - looks.peekLast().millis() >= 1_000) {
                looks.addLast(new Look(now, count));
            }
            Look first = looks.peekFirst();
            return now == first.millis() ? 0 : Math.max(0, (count - first.count()) * 1_000.0 / (now - first.millis()));
        }
    }
}
