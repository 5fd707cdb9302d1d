package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.agent.Counter;
import io.polder.enrich.TableStatus;
import io.polder.ingest.Balance;
import io.polder.ingest.FeedStatus;
import io.polder.store.Commit;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mart as Flume's {@code /metrics} would show it: a feed is a source, its topic the channel, a table a sink. So what
 * watches agents watches marts too. Only counters that a mart has are there, with the meaning that they have of an agent.
 */
final class FlumeMetrics {
    private FlumeMetrics() {}

    static void write(JsonGenerator json, List<FeedStatus> feeds, List<TableStatus> tables) throws IOException {
        json.writeStartObject();
        Map<String, Long> logged = new LinkedHashMap<>();
        for (FeedStatus feed : feeds) {
            Balance totals = feed.totals();
            logged.merge(feed.topic(), totals.logged(), Long::sum);
            begin(json, "SOURCE", feed.name());
            count(json, Counter.EVENT_RECEIVED, totals.read());
            count(json, Counter.EVENT_ACCEPTED, totals.logged());
            count(json, Counter.EVENT_READ_FAIL, totals.rejected());
            json.writeEndObject();
        }
        for (Map.Entry<String, Long> topic : logged.entrySet()) {
            begin(json, "CHANNEL", topic.getKey());
            count(json, Counter.EVENT_PUT_SUCCESS, topic.getValue());
            json.writeEndObject();
        }
        for (TableStatus table : tables) {
            Commit.Counts totals = table.totals();
            begin(json, "SINK", table.name());
            count(json, Counter.EVENT_DRAIN_ATTEMPT, totals.logged());
            count(json, Counter.EVENT_DRAIN_SUCCESS, totals.logged() - totals.waiting());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void begin(JsonGenerator json, String kind, String name) throws IOException {
        json.writeObjectFieldStart(kind + "." + name);
        json.writeStringField("Type", kind);
    }

    private static void count(JsonGenerator json, Counter counter, long value) throws IOException {
        json.writeStringField(counter.flumeName(), Long.toString(value));
    }
}
