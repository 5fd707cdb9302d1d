package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The points of one map: of each key the latest row, and since which version it is so. Every change of the points makes
 * a new version; a reader of any version is brought to the newest by {@link #since}. Thread-safe.
 *
 * <p>A point's place never changes and only grows in number, so that readers may speak of points by their place. What
 * readers cannot be told as a change (a point was renamed or moved, or all was read anew) they are told as a whole.
 */
final class Points {
    /** The version of a reader that knows nothing yet. */
    static final long NOTHING = -1;

    private static final long MICROS = 1_000_000;

    private final String map;
    private final boolean hasIntensity;
    private final boolean hasTime;
    private final Map<String, Point> byKey = new HashMap<>();
    private final List<Point> places = new ArrayList<>();
    /** Of the newest version, by the version that they bring up to date; made when they are first asked for. */
    private final Map<Long, Frame> frames = new HashMap<>();

    private long version;
    /** Readers of older versions need the whole. */
    private long wholeSince;

    private @Nullable Instant accepted;
    private @Nullable Instant committed;

    Points(String map, boolean hasIntensity, boolean hasTime) {
        this.map = map;
        this.hasIntensity = hasIntensity;
        this.hasTime = hasTime;
    }

    /**
     * A row of the table.
     *
     * @param key the values of the table's key without its time, as the row's address has them
     * @param label null when it has none
     * @param latitude NaN when it has none
     * @param longitude NaN when it has none
     * @param value NaN when there is none
     * @param intensity NaN when there is none
     * @param micros its time, since 1970; 0 when rows have none
     * @param batch the batch that wrote it
     */
    record Row(
            String key,
            @Nullable String label,
            double latitude,
            double longitude,
            double value,
            double intensity,
            long micros,
            long batch) {
        boolean hasPlace() {
            return Double.isFinite(latitude) && Double.isFinite(longitude);
        }
    }

    private static final class Point {
        final String key;
        final long addedAt;
        String label = "";
        double latitude;
        double longitude;
        double value;
        double intensity;
        long micros;
        long batch;
        long changedAt;

        Point(String key, long addedAt) {
            this.key = key;
            this.addedAt = addedAt;
        }
    }

    /**
     * Takes rows, in any order; of each key the latest counts, and of two with the same time the one of the later
     * batch. Points without a place are passed over until they have one.
     *
     * @param accepted when the first of the events was accepted; null when that tells nothing about how fresh they are
     * @param committed when the last of the rows could be queried
     */
    synchronized void apply(List<Row> rows, @Nullable Instant accepted, Instant committed) {
        long next = version + 1;
        boolean isChanged = false;
        for (Row row : rows) {
            isChanged |= apply(row, next);
        }
        if (isChanged) {
            this.accepted = accepted;
            this.committed = committed;
            advance(next);
        }
    }

    /** Forgets all points and takes these. */
    synchronized void replace(List<Row> rows) {
        byKey.clear();
        places.clear();
        long next = version + 1;
        wholeSince = next;
        for (Row row : rows) {
            apply(row, next);
        }
        advance(next);
    }

    private void advance(long next) {
        version = next;
        frames.clear();
    }

    private boolean apply(Row row, long next) {
        Point point = byKey.get(row.key());
        if (point == null) {
            if (!row.hasPlace()) {
                return false;
            }
            point = new Point(row.key(), next);
            point.latitude = row.latitude();
            point.longitude = row.longitude();
            point.label = row.label() == null ? "" : row.label();
            byKey.put(row.key(), point);
            places.add(point);
        } else if (!isLater(row, point) || isSame(row, point)) {
            return false;
        } else if (isMoved(row, point)) {
            point.latitude = row.latitude();
            point.longitude = row.longitude();
            point.label = row.label() == null ? point.label : row.label();
            wholeSince = next;
        }
        point.value = row.value();
        point.intensity = row.intensity();
        point.micros = row.micros();
        point.batch = row.batch();
        point.changedAt = next;
        return true;
    }

    private static boolean isLater(Row row, Point point) {
        return row.micros() > point.micros || (row.micros() == point.micros && row.batch() >= point.batch);
    }

    private static boolean isSame(Row row, Point point) {
        return row.micros() == point.micros
                && Double.compare(row.value(), point.value) == 0
                && Double.compare(row.intensity(), point.intensity) == 0
                && !isMoved(row, point);
    }

    private static boolean isMoved(Row row, Point point) {
        return row.hasPlace()
                && (row.latitude() != point.latitude
                        || row.longitude() != point.longitude
                        || (row.label() != null && !row.label().equals(point.label)));
    }

    synchronized long version() {
        return version;
    }

    synchronized int size() {
        return places.size();
    }

    /**
     * What a reader of version {@code known} must be told to know the newest, in one frame that all readers of that
     * version share.
     *
     * @param known {@link #NOTHING} or a version up to {@link #version}
     * @param now when it is sent
     */
    synchronized Update since(long known, Instant now) {
        if (known == version) {
            return new Update(version, null);
        }
        long from = known < wholeSince ? NOTHING : known;
        Frame frame = frames.computeIfAbsent(from, ignored -> from == NOTHING ? full(now) : change(from, now));
        return new Update(version, frame);
    }

    /** The newest version, and how to get there; no frame when there is nothing to tell. */
    record Update(long version, @Nullable Frame frame) {}

    private Frame full(Instant now) {
        return Frame.event("full", json -> {
            json.writeStartObject();
            json.writeStringField("map", map);
            stamp(json, now);
            identity(json, places);
            readings(json, places);
            json.writeEndObject();
        });
    }

    private Frame change(long from, Instant now) {
        List<Point> changed = new ArrayList<>();
        List<Point> added = new ArrayList<>();
        int[] index = new int[places.size()];
        for (int place = 0; place < places.size(); place++) {
            Point point = places.get(place);
            if (point.changedAt > from) {
                index[changed.size()] = place;
                changed.add(point);
            }
            if (point.addedAt > from) {
                added.add(point);
            }
        }
        return Frame.event("change", json -> {
            json.writeStartObject();
            stamp(json, now);
            Json.instant(json, "committed", committed);
            Json.instant(json, "accepted", accepted);
            json.writeFieldName("index");
            json.writeArray(index, 0, changed.size());
            readings(json, changed);
            if (!added.isEmpty()) {
                json.writeObjectFieldStart("add");
                identity(json, added);
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    private void stamp(JsonGenerator json, Instant now) throws IOException {
        long newest = places.stream().mapToLong(point -> point.micros).max().orElse(0);
        json.writeNumberField("version", version);
        Json.instant(
                json,
                "time",
                hasTime && !places.isEmpty()
                        ? Instant.ofEpochSecond(Math.floorDiv(newest, MICROS), Math.floorMod(newest, MICROS) * 1_000)
                        : null);
        Json.instant(json, "sent", now);
    }

    private static void identity(JsonGenerator json, List<Point> points) throws IOException {
        json.writeArrayFieldStart("keys");
        for (Point point : points) {
            json.writeString(point.key);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("labels");
        for (Point point : points) {
            json.writeString(point.label);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("latitudes");
        for (Point point : points) {
            Json.number(json, point.latitude);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("longitudes");
        for (Point point : points) {
            Json.number(json, point.longitude);
        }
        json.writeEndArray();
    }

    private void readings(JsonGenerator json, List<Point> points) throws IOException {
        json.writeArrayFieldStart("values");
        for (Point point : points) {
            Json.number(json, point.value);
        }
        json.writeEndArray();
        if (hasIntensity) {
            json.writeArrayFieldStart("intensities");
            for (Point point : points) {
                Json.number(json, point.intensity);
            }
            json.writeEndArray();
        }
        json.writeArrayFieldStart("times");
        for (Point point : points) {
            Json.number(json, hasTime ? Math.floorDiv(point.micros, MICROS) : Double.NaN);
        }
        json.writeEndArray();
    }
}
