package io.polder.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.format.Decoder;
import io.polder.format.Format;
import io.polder.log.Log;
import io.polder.log.Reader;
import io.polder.log.RecordHeaders;
import io.polder.record.Columns;
import io.polder.record.ErrorCode;
import io.polder.record.Field;
import io.polder.record.PolderException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The events of a topic as it is now, decoded as a feed decodes them, or as JSON objects. Of a compacted topic the events
 * that are still there; of transactions those that are committed. A tombstone is no event, and is counted.
 */
public final class TopicSource {
    private static final int EXAMPLES = 20;
    private static final int BATCH = 5_000;
    private static final Duration WAIT = Duration.ofMillis(500);
    /** So often in a row nothing may come before the end that was promised. */
    private static final int PATIENCE = 60;

    /**
     * Which events.
     *
     * @param from only those that were accepted then or later
     * @param limit at most so many; the last ones
     * @param format how they are decoded; empty for JSON objects
     */
    public record Question(String topic, Optional<Instant> from, long limit, Optional<Format> format) {}

    private final Workbench bench;
    private final Question question;
    private final List<Profile.Unreadable> examples = new ArrayList<>();
    private long unreadable;
    private long events;
    private long tombstones;

    private TopicSource(Workbench bench, Question question) {
        this.bench = bench;
        this.question = question;
    }

    /**
     * Reads them into table {@code raw} of the workbench. What is appended meanwhile is not read.
     *
     * @throws PolderException NOT_FOUND when there is no such topic, UNAVAILABLE
     */
    public static Profile.Source read(Workbench bench, Log log, Question question) {
        return new TopicSource(bench, question).read(log);
    }

    private interface Taker {
        @Nullable
        String take(byte[] value, byte[] context);
    }

    private Profile.Source read(Log log) {
        Map<Integer, Long> ends = log.committedOffsets(question.topic());
        Map<Integer, Long> starts = new HashMap<>(log.beginningOffsets(question.topic()));
        question.from().ifPresent(time -> log.offsetsAt(question.topic(), time)
                .forEach((partition, offset) -> starts.merge(partition, offset, Math::max)));
        long each = Math.max(1, question.limit() / Math.max(1, ends.size()));
        ends.forEach((partition, end) -> starts.merge(partition, end - each, Math::max));
        if (question.format().isPresent()) {
            decoded(log, starts, ends, question.format().get());
        } else {
            objects(log, starts, ends);
        }
        List<Profile.Option> options = new ArrayList<>(List.of(
                new Profile.Option("topic", question.topic(), false),
                new Profile.Option("partitions", String.valueOf(ends.size()), true),
                new Profile.Option("events", String.valueOf(events), true)));
        if (tombstones > 0) {
            options.add(new Profile.Option("tombstones", String.valueOf(tombstones), true));
        }
        return new Profile.Source("topic", options, unreadable, examples);
    }

    private void decoded(Log log, Map<Integer, Long> starts, Map<Integer, Long> ends, Format format) {
        Columns columns = new Columns(format.schema(), BATCH);
        Decoder decoder = format.decoder();
        List<Intake.Column> into = format.schema().fields().stream()
                .map(field -> new Intake.Column(field.name(), kind(field)))
                .toList();
        try (Intake intake = Intake.open(bench, into)) {
            walk(log, starts, ends, (value, context) -> {
                String wrong = decoder.decode(value, 0, value.length, context, columns);
                if (columns.rows() >= BATCH) {
                    take(columns, intake);
                }
                return wrong;
            });
            take(columns, intake);
        }
    }

    private static Intake.Kind kind(Field field) {
        return switch (field.type()) {
            case BOOLEAN -> Intake.Kind.BOOLEAN;
            case INTEGER, BIGINT -> Intake.Kind.BIGINT;
            case DOUBLE -> Intake.Kind.DOUBLE;
            case VARCHAR -> Intake.Kind.VARCHAR;
            case TIMESTAMP -> Intake.Kind.TIMESTAMP;
            case DATE -> Intake.Kind.DATE;
        };
    }

    private static void take(Columns columns, Intake intake) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int row = 0; row < columns.rows(); row++) {
            values.clear();
            for (int column = 0; column < columns.schema().size(); column++) {
                values.add(columns.isNull(column, row) ? null : value(columns, column, row));
            }
            intake.row(values);
        }
        columns.clear();
    }

    private static Object value(Columns columns, int column, int row) {
        return switch (columns.schema().fields().get(column).type()) {
            case BOOLEAN -> columns.longs(column)[row] != 0;
            case INTEGER, BIGINT -> columns.longs(column)[row];
            case DOUBLE -> columns.doubles(column)[row];
            case VARCHAR -> columns.texts(column)[row];
            case TIMESTAMP -> Instant.EPOCH.plus(columns.longs(column)[row], ChronoUnit.MICROS);
            case DATE -> LocalDate.ofEpochDay(columns.longs(column)[row]);
        };
    }

    private void objects(Log log, Map<Integer, Long> starts, Map<Integer, Long> ends) {
        Path file = bench.folder().resolve("topic.ndjson");
        ObjectMapper mapper = new ObjectMapper();
        long[] taken = {0};
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            walk(log, starts, ends, (value, context) -> {
                try {
                    JsonNode node = mapper.readTree(value);
                    if (node == null || !node.isObject()) {
                        return "not a JSON object";
                    }
                    // On one line, however it was written.
                    out.write(node.toString());
                    out.newLine();
                    taken[0]++;
                    return null;
                } catch (JsonProcessingException broken) {
                    return "not JSON: " + broken.getOriginalMessage();
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (IOException | UncheckedIOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE, file + ": cannot be written. Fix: see that there is room", failure);
        }
        if (taken[0] == 0) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--topic = '" + question.topic() + "': none of its events is a JSON object ("
                            + (examples.isEmpty()
                                    ? "there are none"
                                    : examples.get(0).wrong())
                            + "). Fix: name the mart whose feed writes it, so that its decoder is known");
        }
        FileSource.lines(bench, file);
    }

    private void walk(Log log, Map<Integer, Long> starts, Map<Integer, Long> ends, Taker taker) {
        Map<Integer, Long> left = new HashMap<>();
        Map<Integer, Long> wanted = new HashMap<>();
        ends.forEach((partition, end) -> {
            if (starts.getOrDefault(partition, 0L) < end) {
                left.put(partition, end);
                wanted.put(partition, starts.getOrDefault(partition, 0L));
            }
        });
        if (left.isEmpty()) {
            return;
        }
        try (Reader reader = log.reader(WAIT)) {
            reader.assign(question.topic(), wanted);
            int idle = 0;
            while (!left.isEmpty()) {
                int got = reader.poll(WAIT, (topic, partition, offset, accepted, value, headers) -> {
                    Long end = left.get(partition);
                    if (end != null && offset < end && isEvent(value)) {
                        byte[] context = headers.get(RecordHeaders.CONTEXT);
                        judge(partition, offset, value, taker.take(value, context == null ? new byte[0] : context));
                    }
                });
                // Not by the offsets that came: the last ones may be of no event.
                left.entrySet().removeIf(end -> reader.position(question.topic(), end.getKey()) >= end.getValue());
                idle = got == 0 ? idle + 1 : 0;
                if (idle == PATIENCE) {
                    throw new PolderException(
                            ErrorCode.UNAVAILABLE,
                            "--topic = '" + question.topic() + "': Kafka hands over no more events, and " + left
                                    + " were promised (partition=offset). Fix: try again");
                }
            }
        }
    }

    private boolean isEvent(byte @Nullable [] value) {
        if (value == null) {
            tombstones++;
            return false;
        }
        events++;
        return true;
    }

    private void judge(int partition, long offset, byte[] value, @Nullable String wrong) {
        if (wrong == null) {
            return;
        }
        unreadable++;
        if (examples.size() < EXAMPLES) {
            String text = new String(value, 0, Math.min(value.length, 200), StandardCharsets.UTF_8);
            examples.add(new Profile.Unreadable(offset, 0, "partition " + partition + ": " + wrong, text));
        }
    }
}
