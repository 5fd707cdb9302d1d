package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polder.record.Columns;
import io.polder.record.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A sink that keeps what it gets, and ways to fill it. */
final class Collected implements Splitter.Sink {
    record Event(String value, String key, String context) {}

    record Rejection(String value, long position, String reason) {}

    final List<Event> events = new ArrayList<>();
    final List<Rejection> rejections = new ArrayList<>();

    /** Everything in order, for comparisons. */
    final List<Record> all = new ArrayList<>();

    @Override
    public void event(Slice value, Slice key, byte[] context) {
        Event event = new Event(value.toString(), key.toString(), new String(context, UTF_8));
        events.add(event);
        all.add(event);
    }

    @Override
    public void rejected(Slice value, byte[] context, long position, String reason) {
        Rejection rejection = new Rejection(value.toString(), position, reason);
        rejections.add(rejection);
        all.add(rejection);
    }

    List<String> values() {
        return events.stream().map(Event::value).toList();
    }

    List<String> keys() {
        return events.stream().map(Event::key).toList();
    }

    List<String> reasons() {
        return rejections.stream().map(Rejection::reason).toList();
    }

    static Collected whole(Format format, List<String> key, String document) throws MalformedDocumentException {
        return whole(format, key, document.getBytes(UTF_8));
    }

    static Collected whole(Format format, List<String> key, byte[] document) throws MalformedDocumentException {
        Collected collected = new Collected();
        int consumed = format.splitter(key).split(document, 0, document.length, true, collected);
        if (consumed != document.length) {
            throw new AssertionError("consumed " + consumed + " of " + document.length);
        }
        return collected;
    }

    /** Splits in parts as a reader does: what was not consumed is given again in front of the next part. */
    static Collected inParts(Format format, List<String> key, byte[] document, List<Integer> cuts)
            throws MalformedDocumentException {
        Collected collected = new Collected();
        Splitter splitter = format.splitter(key);
        List<Integer> stops = new ArrayList<>(cuts.stream().sorted().toList());
        stops.add(document.length);
        byte[] pending = new byte[0];
        int given = 0;
        for (int index = 0; index < stops.size(); index++) {
            int stop = Math.min(stops.get(index), document.length);
            // The part stands in the middle of a larger array, so that offsets from 0 would be found out.
            int margin = 3;
            byte[] part = new byte[margin + pending.length + (stop - given) + margin];
            Arrays.fill(part, (byte) '{');
            System.arraycopy(pending, 0, part, margin, pending.length);
            System.arraycopy(document, given, part, margin + pending.length, stop - given);
            int to = part.length - margin;
            int consumed = splitter.split(part, margin, to, index == stops.size() - 1, collected);
            pending = Arrays.copyOfRange(part, consumed, to);
            given = stop;
        }
        if (pending.length > 0) {
            throw new AssertionError(pending.length + " bytes were never consumed");
        }
        return collected;
    }

    /** The decoded row by field names, or the reason why there is none under the name {@code rejected}. */
    static Map<String, Object> decoded(Format format, String value) {
        return decoded(format, value, "");
    }

    static Map<String, Object> decoded(Format format, String value, String context) {
        byte[] bytes = value.getBytes(UTF_8);
        return decoded(format, bytes, context.getBytes(UTF_8));
    }

    static Map<String, Object> decoded(Format format, byte[] bytes, byte[] context) {
        Columns columns = new Columns(format.schema(), 1);
        byte[] padded = new byte[bytes.length + 10];
        Arrays.fill(padded, (byte) '9');
        System.arraycopy(bytes, 0, padded, 5, bytes.length);
        String reason = format.decoder().decode(padded, 5, bytes.length, context, columns);
        if (reason != null) {
            if (columns.rows() != 0) {
                throw new AssertionError("a rejected event left a row");
            }
            return Map.of("rejected", reason);
        }
        return row(columns, 0);
    }

    static Map<String, Object> row(Columns columns, int row) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<Field> fields = columns.schema().fields();
        for (int column = 0; column < fields.size(); column++) {
            values.put(fields.get(column).name(), columns.isNull(column, row) ? null : value(columns, column, row));
        }
        return values;
    }

    private static Object value(Columns columns, int column, int row) {
        return switch (columns.schema().fields().get(column).type()) {
            case VARCHAR -> new String(columns.texts(column)[row], UTF_8);
            case DOUBLE -> columns.doubles(column)[row];
            case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE -> columns.longs(column)[row];
        };
    }
}
