package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.config.MapLayer;
import io.polder.config.Mart;
import io.polder.config.Table;
import io.polder.enrich.TableStatus;
import io.polder.ingest.Balance;
import io.polder.ingest.FeedStatus;
import io.polder.ingest.Push;
import io.polder.ingest.Rejected;
import io.polder.log.LogRecord;
import io.polder.log.RecordHeaders;
import io.polder.query.Answer;
import io.polder.query.Queries;
import io.polder.store.Commit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answers of the HTTP interface, as {@code openapi.json} describes them. Stateless. */
final class Bodies {
    private Bodies() {}

    static void mart(JsonGenerator json, Mart mart, String version, Optional<String> tiles, Instant now)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", mart.name());
        json.writeStringField("timezone", mart.timezone().getId());
        json.writeStringField("version", version);
        json.writeBooleanField("simulated", isSimulated(mart));
        Json.instant(json, "now", now);
        Json.text(json, "tiles", tiles.orElse(null));
        json.writeArrayFieldStart("maps");
        for (MapLayer layer : mart.maps().values()) {
            map(json, layer, mart.tables().get(layer.table()));
        }
        json.writeEndArray();
        Json.texts(json, "tables", mart.tables().keySet());
        Json.texts(json, "views", mart.views().keySet());
        Json.texts(json, "models", mart.models().keySet());
        json.writeEndObject();
    }

    /** Whether any of the mart's data is made up. */
    static boolean isSimulated(Mart mart) {
        return mart.feeds().values().stream().anyMatch(feed -> feed.simulated());
    }

    private static void map(JsonGenerator json, MapLayer layer, @Nullable Table table) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", layer.name());
        json.writeStringField("table", layer.table());
        Json.texts(json, "key", table == null ? List.of() : pointKey(table));
        Json.text(json, "time", table == null ? null : table.time().orElse(null));
        json.writeStringField("latitude", layer.latitude());
        json.writeStringField("longitude", layer.longitude());
        json.writeStringField("colour", layer.colour());
        Json.text(json, "label", layer.label().orElse(null));
        json.writeStringField("unit", layer.unit());
        Json.text(json, "intensity", layer.intensity().orElse(null));
        Json.texts(json, "details", layer.details());
        json.writeEndObject();
    }

    /** The columns of a table's key without its time: what tells one point from another. */
    static List<String> pointKey(Table table) {
        return table.key().stream()
                .filter(column -> !table.time().equals(Optional.of(column)))
                .toList();
    }

    static void feeds(JsonGenerator json, List<FeedStatus> feeds, List<TableStatus> tables) throws IOException {
        json.writeArrayFieldStart("feeds");
        for (FeedStatus feed : feeds) {
            feed(json, feed, tables);
        }
        json.writeEndArray();
    }

    static void feed(JsonGenerator json, FeedStatus feed, List<TableStatus> tables) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", feed.name());
        json.writeStringField("kind", feed.kind());
        json.writeStringField("topic", feed.topic());
        json.writeStringField("state", feed.state());
        Json.rounded(json, "rate", feed.rate());
        Json.rounded(json, "lagSeconds", lagSeconds(feed, tables));
        Json.instant(json, "lastEventAt", feed.lastEventAt());
        Json.text(json, "lastError", feed.lastError());
        Json.instant(json, "lastErrorAt", feed.lastErrorAt());
        Json.instant(json, "nextAt", feed.nextAt());
        Json.rounded(json, "progress", feed.progress());
        json.writeBooleanField("simulated", feed.simulated());
        json.writeFieldName("totals");
        json.writeStartObject();
        balance(json, feed.totals());
        json.writeEndObject();
        json.writeEndObject();
    }

    /** A feed is as late as the latest of the tables that read its topic. */
    private static double lagSeconds(FeedStatus feed, List<TableStatus> tables) {
        return tables.stream()
                .filter(table -> table.from().equals(feed.topic()))
                .mapToDouble(TableStatus::lagSeconds)
                .max()
                .orElse(0);
    }

    private static void balance(JsonGenerator json, Balance balance) throws IOException {
        json.writeNumberField("read", balance.read());
        json.writeNumberField("logged", balance.logged());
        json.writeNumberField("filtered", balance.filtered());
        json.writeNumberField("rejected", balance.rejected());
        json.writeNumberField("duplicate", balance.duplicate());
    }

    static void push(JsonGenerator json, Push push) throws IOException {
        json.writeStartObject();
        balance(json, push.balance());
        json.writeArrayFieldStart("rejections");
        for (Push.Rejection rejection : push.rejections()) {
            json.writeStartObject();
            json.writeNumberField("position", rejection.position());
            json.writeStringField("reason", rejection.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static void table(JsonGenerator json, TableStatus table) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", table.name());
        json.writeStringField("from", table.from());
        Json.texts(json, "key", table.key());
        Json.text(json, "time", table.time().orElse(null));
        json.writeArrayFieldStart("columns");
        for (TableStatus.Column column : table.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("rows", table.rows());
        json.writeNumberField("version", table.version());
        json.writeStringField("state", table.state());
        Json.rounded(json, "lagSeconds", table.lagSeconds());
        json.writeBooleanField("simulated", table.simulated());
        quantiles(json, "freshness", table.freshness(), false);
        Commit.Counts totals = table.totals();
        json.writeFieldName("totals");
        json.writeStartObject();
        json.writeNumberField("logged", totals.logged());
        json.writeNumberField("applied", totals.applied());
        json.writeNumberField("filtered", totals.filtered());
        json.writeNumberField("rejected", totals.rejected());
        json.writeNumberField("tooLate", totals.tooLate());
        json.writeNumberField("waiting", totals.waiting());
        json.writeNumberField("violations", totals.violations());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void quantiles(
            JsonGenerator json, String name, TableStatus.@Nullable Quantiles quantiles, boolean isCounted)
            throws IOException {
        json.writeFieldName(name);
        if (quantiles == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeNumberField("p50", quantiles.p50());
        json.writeNumberField("p99", quantiles.p99());
        if (isCounted) {
            json.writeNumberField("count", quantiles.count());
        }
        json.writeEndObject();
    }

    /** Of each table how old its rows were when they could be queried. */
    static void freshness(JsonGenerator json, String name, List<TableStatus> tables) throws IOException {
        json.writeArrayFieldStart(name);
        for (TableStatus table : tables) {
            json.writeStartObject();
            json.writeStringField("table", table.name());
            quantiles(json, "accepted", table.freshness(), true);
            quantiles(json, "observed", table.observed(), true);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void status(JsonGenerator json, Program program, Pipelines pipelines, Instant now) throws IOException {
        List<FeedStatus> feeds = program.feeds();
        List<TableStatus> tables = program.tables();
        json.writeStartObject();
        Json.instant(json, "now", now);
        feeds(json, feeds, tables);
        freshness(json, "freshness", tables);
        json.writeBooleanField("simulated", feeds.stream().anyMatch(FeedStatus::simulated));
        Pipelines.write(json, pipelines.now(feeds, tables), Map.of());
        json.writeEndObject();
    }

    static void row(JsonGenerator json, String table, Queries.Found found, boolean isSimulated) throws IOException {
        json.writeStartObject();
        json.writeStringField("table", table);
        values(json, "key", found.key());
        values(json, "row", found.row());
        Queries.Provenance provenance = found.provenance();
        json.writeObjectFieldStart("provenance");
        json.writeStringField("topic", provenance.topic());
        json.writeNumberField("partition", provenance.partition());
        json.writeNumberField("offset", provenance.offset());
        json.writeNumberField("batch", provenance.batch());
        json.writeStringField("feed", provenance.feed());
        json.writeEndObject();
        Queries.Stages stages = found.stages();
        json.writeObjectFieldStart("stages");
        Json.instant(json, "observed", stages.observed());
        Json.instant(json, "accepted", stages.accepted());
        Json.instant(json, "logged", stages.logged());
        Json.instant(json, "committed", stages.committed());
        json.writeEndObject();
        json.writeBooleanField("simulated", isSimulated);
        json.writeEndObject();
    }

    private static void values(JsonGenerator json, String name, Map<String, ? extends @Nullable Object> values)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, ? extends @Nullable Object> value : values.entrySet()) {
            json.writeFieldName(value.getKey());
            Json.value(json, value.getValue());
        }
        json.writeEndObject();
    }

    static void event(JsonGenerator json, LogRecord event, String feed, boolean isSimulated) throws IOException {
        byte[] context = event.headers().get(RecordHeaders.CONTEXT);
        json.writeStartObject();
        json.writeStringField("topic", event.topic());
        json.writeNumberField("partition", event.partition());
        json.writeNumberField("offset", event.offset());
        Json.instant(json, "accepted", Instant.ofEpochMilli(event.acceptedMillis()));
        json.writeStringField("feed", feed);
        json.writeNumberField("length", event.value().length);
        json.writeStringField("value", text(event.value()));
        Json.text(json, "context", context == null ? null : text(context));
        json.writeBooleanField("simulated", isSimulated);
        json.writeEndObject();
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static void ledger(JsonGenerator json, Answer edge, Answer tables, boolean isSimulated) throws IOException {
        json.writeStartObject();
        entries(json, "edge", List.of("feed", "minute", "read", "logged", "filtered", "rejected", "duplicate"), edge);
        entries(
                json,
                "tables",
                List.of("table", "minute", "logged", "applied", "filtered", "rejected", "tooLate", "waiting"),
                tables);
        json.writeBooleanField("simulated", isSimulated);
        json.writeEndObject();
    }

    private static void entries(JsonGenerator json, String name, List<String> members, Answer answer)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (@Nullable Object[] row : answer.rows()) {
            json.writeStartObject();
            for (int column = 0; column < members.size(); column++) {
                json.writeFieldName(members.get(column));
                Json.value(json, row[column]);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** @param more writes what else there is to say */
    static void answer(JsonGenerator json, Answer answer, boolean isSimulated, Json.Body more) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("columns");
        for (Answer.Column column : answer.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("rows");
        for (@Nullable Object[] row : answer.rows()) {
            json.writeStartArray();
            for (Object value : row) {
                Json.value(json, value);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeBooleanField("truncated", answer.isTruncated());
        json.writeNumberField("milliseconds", answer.milliseconds());
        json.writeBooleanField("simulated", isSimulated);
        more.write(json);
        json.writeEndObject();
    }

    static void rejected(JsonGenerator json, List<Rejected> events) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("rejected");
        for (Rejected event : events) {
            json.writeStartObject();
            json.writeStringField("topic", event.topic());
            json.writeNumberField("offset", event.offset());
            Json.instant(json, "at", event.at());
            json.writeStringField("feed", event.feed());
            json.writeStringField("reason", event.reason());
            json.writeStringField("stage", event.stage());
            Json.text(json, "table", event.table());
            if (event.position() != null) {
                json.writeNumberField("position", event.position());
            }
            if (event.sourcePartition() != null && event.sourceOffset() != null) {
                json.writeNumberField("partition", event.sourcePartition());
                json.writeNumberField("sourceOffset", event.sourceOffset());
            }
            json.writeStringField("value", text(event.value()));
            json.writeNumberField("length", event.length());
            json.writeBooleanField("replayed", event.isReplayed());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static void health(JsonGenerator json, String status, List<String> reasons) throws IOException {
        json.writeStartObject();
        json.writeStringField("status", status);
        Json.texts(json, "reasons", reasons);
        json.writeEndObject();
    }
}
