package io.polder.ingest;

import io.polder.config.Mart;
import io.polder.log.Log;
import io.polder.log.Reader;
import io.polder.log.RecordHeaders;
import io.polder.record.Columns;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.testkit.SettableClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything around an ingest that a test can turn: the clock, the disk, the tables behind the log. */
final class Surroundings implements Idempotency {
    final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00Z"));
    final AtomicLong lag = new AtomicLong();
    /** Whether the lag is all that was logged: nobody takes anything. */
    volatile boolean takesNothing;

    /** After so many questions for the lag it is too long. */
    volatile long heldAfter = Long.MAX_VALUE;

    private final AtomicLong asked = new AtomicLong();
    final Log log;
    volatile Optional<String> closed = Optional.empty();
    volatile boolean isBehind;
    volatile boolean isFilterDown;

    /** A record as tests compare it. */
    record Logged(int partition, long offset, Instant accepted, String value, Map<String, String> headers) {}

    Surroundings(Log log) {
        this.log = log;
    }

    Ingest open(Path state, Mart mart) {
        return Ingest.open(mart, log, state, feed -> new Fast(this), this, () -> closed, this::lag, clock);
    }

    private long lag(String topic) {
        if (takesNothing) {
            return log.endOffsets(topic).values().stream().mapToLong(end -> end).sum();
        }
        return asked.incrementAndGet() > heldAfter ? FilesLoop.MOST_LAG : lag.get();
    }

    /** A condition in place of the engine's: speed over 50; a speed of 13 cannot be judged. */
    private record Fast(Surroundings surroundings) implements EdgeFilter {
        @Override
        public boolean[] test(Columns rows) {
            if (surroundings.isFilterDown) {
                throw new PolderException(ErrorCode.UNAVAILABLE, "The engine is away.");
            }
            boolean[] taken = new boolean[rows.rows()];
            for (int row = 0; row < rows.rows(); row++) {
                if (!rows.isNull(1, row) && rows.longs(1)[row] == 13) {
                    throw new PolderException(ErrorCode.INVALID_REQUEST, "13 cannot be judged");
                }
                taken[row] = !rows.isNull(1, row) && rows.longs(1)[row] > 50;
            }
            return taken;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @Override
    public Map<Integer, String> seen(String topic, String key) {
        Map<Integer, String> seen = new TreeMap<>();
        for (Logged record : read(topic)) {
            String mark = record.headers().get(RecordHeaders.IDEMPOTENCY);
            String[] parts = mark == null ? new String[] {""} : mark.split("\u001f", -1);
            if (parts[0].equals(key)) {
                seen.put(Integer.valueOf(parts[1]), parts[2]);
            }
        }
        return seen;
    }

    @Override
    public boolean hasCommitted(String topic, Map<Integer, Long> offsets) {
        return !isBehind;
    }

    /** All that a topic holds, by partition and offset. */
    List<Logged> read(String topic) {
        Map<Integer, Long> next = new HashMap<>(log.beginningOffsets(topic));
        Map<Integer, Long> ends = log.endOffsets(topic);
        List<Logged> found = new ArrayList<>();
        try (Reader reader = log.reader(Duration.ofMillis(10))) {
            reader.assign(topic, next);
            while (next.entrySet().stream()
                    .anyMatch(entry -> entry.getValue() < ends.getOrDefault(entry.getKey(), 0L))) {
                reader.poll(Duration.ofMillis(100), (name, partition, offset, accepted, value, headers) -> {
                    next.put(partition, offset + 1);
                    found.add(new Logged(partition, offset, Instant.ofEpochMilli(accepted), text(value), all(headers)));
                });
            }
        }
        found.sort((left, right) -> left.partition() != right.partition()
                ? Integer.compare(left.partition(), right.partition())
                : Long.compare(left.offset(), right.offset()));
        return found;
    }

    List<String> values(String topic) {
        return read(topic).stream().map(Logged::value).sorted().collect(Collectors.toList());
    }

    private static Map<String, String> all(RecordHeaders headers) {
        Map<String, String> found = new TreeMap<>();
        for (String name : List.of(
                "feed",
                "context",
                "idempotency",
                "reason",
                "stage",
                "table",
                "position",
                "partition",
                "offset",
                "length",
                "sha256")) {
            byte @Nullable [] value = headers.get(name);
            if (value != null) {
                found.put(name, text(value));
            }
        }
        return found;
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
