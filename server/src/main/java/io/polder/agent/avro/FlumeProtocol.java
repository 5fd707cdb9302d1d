package io.polder.agent.avro;

import io.polder.agent.Event;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Protocol;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Flume's AvroSourceProtocol: {@code append} and {@code appendBatch}, answered with a status. */
final class FlumeProtocol {
    /** Names are as Flume publishes them; the ends agree on the rest when they connect. */
    static final Protocol PROTOCOL = Protocol.parse("""
            {"protocol": "AvroSourceProtocol", "namespace": "org.apache.flume.source.avro",
             "types": [
               {"type": "enum", "name": "Status", "symbols": ["OK", "FAILED", "UNKNOWN"]},
               {"type": "record", "name": "AvroFlumeEvent", "fields": [
                 {"name": "headers", "type": {"type": "map", "values": "string"}},
                 {"name": "body", "type": "bytes"}]}],
             "messages": {
               "append": {"request": [{"name": "event", "type": "AvroFlumeEvent"}], "response": "Status"},
               "appendBatch": {
                 "request": [{"name": "events", "type": {"type": "array", "items": "AvroFlumeEvent"}}],
                 "response": "Status"}}}
            """);

    static final String APPEND = "append";
    static final String APPEND_BATCH = "appendBatch";
    static final GenericData.EnumSymbol OK = status("OK");
    static final GenericData.EnumSymbol FAILED = status("FAILED");

    private static final Schema EVENT = PROTOCOL.getType("org.apache.flume.source.avro.AvroFlumeEvent");

    private static final Schema BATCH =
            Objects.requireNonNull(PROTOCOL.getMessages().get(APPEND_BATCH)).getRequest();

    private FlumeProtocol() {}

    private static GenericData.EnumSymbol status(String name) {
        return new GenericData.EnumSymbol(PROTOCOL.getType("org.apache.flume.source.avro.Status"), name);
    }

    /** The parameters of {@code appendBatch}. */
    static GenericRecord batch(List<Event> events) {
        List<GenericRecord> records = new ArrayList<>(events.size());
        for (Event event : events) {
            GenericRecord one = new GenericData.Record(EVENT);
            one.put("headers", event.headers());
            one.put("body", ByteBuffer.wrap(event.body()));
            records.add(one);
        }
        GenericRecord request = new GenericData.Record(BATCH);
        request.put("events", records);
        return request;
    }

    /** The events of a call's parameters. */
    static List<Event> events(GenericRecord request) {
        if (request.hasField("event")) {
            return List.of(event(request.get("event")));
        }
        List<Event> events = new ArrayList<>();
        for (Object one : (Collection<?>) request.get("events")) {
            events.add(event(one));
        }
        return events;
    }

    private static Event event(Object sent) {
        GenericRecord one = (GenericRecord) sent;
        Map<?, ?> sentHeaders = (Map<?, ?>) one.get("headers");
        Map<String, String> headers = Map.of();
        if (!sentHeaders.isEmpty()) {
            Map<String, String> texts = new HashMap<>();
            sentHeaders.forEach((name, value) -> texts.put(name.toString(), value.toString()));
            headers = texts;
        }
        ByteBuffer sentBody = (ByteBuffer) one.get("body");
        byte[] body = new byte[sentBody.remaining()];
        sentBody.get(body);
        return new Event(headers, body);
    }
}
