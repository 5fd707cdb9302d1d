package io.polder.app;

import io.polder.config.Feed;
import io.polder.format.Decoder;
import io.polder.format.MalformedDocumentException;
import io.polder.format.Slice;
import io.polder.format.Splitter;
import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What a feed makes of a document, without anything being started or kept: the first rows, how many events there are,
 * and which are rejected. For one document and one thread.
 */
final class Preview implements Splitter.Sink {
    private static final int SHOWN = 10;
    private static final int CELL_CHARACTERS = 24;
    private static final int REASON_CHARACTERS = 60;

    private final Decoder decoder;
    private final Columns first;
    private final Columns rest;
    private final Grid rejections = new Grid("event", "reason", "bytes");
    private long events;
    private long rejected;

    private Preview(Feed feed) {
        decoder = feed.format().decoder();
        first = new Columns(feed.format().schema(), SHOWN);
        rest = new Columns(feed.format().schema(), 1);
    }

    /**
     * Splits and decodes a document.
     *
     * @param isWhole whether it ends where the bytes end
     */
    static Preview of(Feed feed, byte[] document, boolean isWhole) throws MalformedDocumentException {
        Preview preview = new Preview(feed);
        feed.format().splitter(feed.key()).split(document, 0, document.length, isWhole, preview);
        return preview;
    }

    @Override
    public void event(Slice value, Slice key, byte[] context) {
        events++;
        Columns into = first.rows() < SHOWN ? first : rest;
        String reason = decoder.decode(value.bytes(), value.from(), value.length(), context, into);
        if (reason != null) {
            reject(value, events, reason);
        }
        rest.clear();
    }

    @Override
    public void rejected(Slice value, byte[] context, long position, String reason) {
        events++;
        reject(value, position, reason);
    }

    private void reject(Slice value, long position, String reason) {
        rejected++;
        if (rejected <= SHOWN) {
            rejections.add(Long.toString(position), reason, abbreviated(value.toString(), REASON_CHARACTERS));
        }
    }

    long events() {
        return events;
    }

    long rejectedEvents() {
        return rejected;
    }

    /** The first rows, a line for each field: most events have more fields than a terminal has columns. */
    Grid rows() {
        List<String> heading = new ArrayList<>(List.of("field", "type"));
        for (int row = 1; row <= first.rows(); row++) {
            heading.add(Integer.toString(row));
        }
        Grid grid = new Grid(heading);
        Schema schema = first.schema();
        for (int column = 0; column < schema.size(); column++) {
            Field field = schema.fields().get(column);
            List<String> cells =
                    new ArrayList<>(List.of(field.name(), field.type().word()));
            for (int row = 0; row < first.rows(); row++) {
                cells.add(abbreviated(text(column, row), CELL_CHARACTERS));
            }
            grid.add(cells);
        }
        return grid;
    }

    /** The first rejected events with their reasons. */
    Grid rejections() {
        return rejections;
    }

    private String text(int column, int row) {
        if (first.isNull(column, row)) {
            return "NULL";
        }
        return switch (first.schema().fields().get(column).type()) {
            case VARCHAR -> new String(first.texts(column)[row], StandardCharsets.UTF_8);
            case DOUBLE -> Double.toString(first.doubles(column)[row]);
            case BOOLEAN -> first.longs(column)[row] == 0 ? "false" : "true";
            case INTEGER, BIGINT -> Long.toString(first.longs(column)[row]);
            case TIMESTAMP ->
                Instant.EPOCH.plus(first.longs(column)[row], ChronoUnit.MICROS).toString();
            case DATE -> LocalDate.ofEpochDay(first.longs(column)[row]).toString();
        };
    }

    private static String abbreviated(String text, int characters) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= characters ? line : line.substring(0, characters - 1) + "…";
    }
}
