package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.agent.AgentMetrics;
import io.polder.agent.Counter;
import io.polder.enrich.TableStatus;
import io.polder.ingest.Balance;
import io.polder.ingest.FeedStatus;
import io.polder.store.Commit;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A mart as Flume's {@code /metrics} would show it: a feed is a source, its topic the channel, a table a sink. So what
 * watches agents watches marts too. Only counters that a mart has are there, with the meaning that they have of an agent.
 * The components of the mart's own agents stand beside them, under the names that they have in an agent alone; one whose
 * name is taken has its agent's before it.
 */
final class FlumeMetrics {
    private FlumeMetrics() {}

    static void write(
            JsonGenerator json, List<FeedStatus> feeds, List<TableStatus> tables, List<AgentMetrics.Status> agents)
            throws IOException {
        Set<String> names = new HashSet<>();
        json.writeStartObject();
        Map<String, Long> logged = new LinkedHashMap<>();
        for (FeedStatus feed : feeds) {
            Balance totals = feed.totals();
            // What others write into a topic is seen only when a table reads it.
            long foreign = feed.kind().equals("kafka") ? read(feed.topic(), tables) : 0;
            logged.merge(feed.topic(), totals.logged() + foreign, Long::sum);
            begin(json, names, "SOURCE", feed.name());
            count(json, Counter.EVENT_RECEIVED, totals.read() + foreign);
            count(json, Counter.EVENT_ACCEPTED, totals.logged() + foreign);
            count(json, Counter.EVENT_READ_FAIL, totals.rejected());
            json.writeEndObject();
        }
        for (Map.Entry<String, Long> topic : logged.entrySet()) {
            begin(json, names, "CHANNEL", topic.getKey());
            count(json, Counter.EVENT_PUT_SUCCESS, topic.getValue());
            json.writeEndObject();
        }
        for (TableStatus table : tables) {
            Commit.Counts totals = table.totals();
            begin(json, names, "SINK", table.name());
            count(json, Counter.EVENT_DRAIN_ATTEMPT, totals.logged());
            count(json, Counter.EVENT_DRAIN_SUCCESS, totals.logged() - totals.waiting());
            json.writeEndObject();
        }
        for (AgentMetrics.Status agent : agents) {
            for (AgentMetrics.Part part : agent.parts()) {
                String kind = part.kind().toUpperCase(Locale.ROOT) + ".";
                json.writeObjectFieldStart(
                        names.add(kind + part.name()) ? kind + part.name() : kind + agent.agent() + "." + part.name());
                for (Map.Entry<String, String> counter : part.counters().entrySet()) {
                    json.writeStringField(counter.getKey(), counter.getValue());
                }
                json.writeEndObject();
            }
        }
        json.writeEndObject();
    }

    private static long read(String topic, List<TableStatus> tables) {
        return tables.stream()
                .filter(table -> table.from().equals(topic))
                .mapToLong(table -> table.totals().logged())
                .max()
                .orElse(0);
    }

    private static void begin(JsonGenerator json, Set<String> names, String kind, String name) throws IOException {
        names.add(kind + "." + name);
        json.writeObjectFieldStart(kind + "." + name);
        json.writeStringField("Type", kind);
    }

    private static void count(JsonGenerator json, Counter counter, long value) throws IOException {
        json.writeStringField(counter.flumeName(), Long.toString(value));
    }
}
