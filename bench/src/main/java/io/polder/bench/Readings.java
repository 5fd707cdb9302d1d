package io.polder.bench;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import io.polder.record.Type;
import io.polder.store.Batch;
import io.polder.store.TableDefinition;
import io.polder.store.Transform;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Decoded events, made up: each minute one of each of 4,254 subjects, into a table with key (subject, time). */
final class Readings {
    private static final int SUBJECTS = 4_254;
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    private static final Schema EVENT = new Schema(List.of(
            new Field("uid", "uid", Type.BIGINT),
            new Field("time", "time", Type.TIMESTAMP),
            new Field("speed", "speed", Type.INTEGER),
            new Field("vehicles", "vehicles", Type.INTEGER),
            new Field("occupancy", "occupancy", Type.DOUBLE),
            new Field("valid", "valid", Type.INTEGER),
            new Field("lane", "lane", Type.VARCHAR),
            new Field("road", "road", Type.VARCHAR)));

    private final SplittableRandom random = new SplittableRandom(42);
    private final long[] offsets = new long[4];
    private final byte[][] lanes = texts("R10", "R11", "R12", "P10");
    private final byte[][] roads = texts("A0030001", "A0140002", "R0010001", "N1770002");
    private long sequence;

    /** An empty batch for such events. */
    static Batch batch() {
        return new Batch(EVENT);
    }

    /** How many subjects and minutes there were so far, repetitions not counted. */
    long sequence() {
        return sequence;
    }

    /** Puts the next {@code rows} events into a batch: some with keys of the last minutes, some up to a day late. */
    void fill(Batch batch, int rows, int repeatedPercent, int latePercent) {
        batch.clear();
        Columns columns = batch.columns();
        long accepted = (START.toEpochMilli() + sequence / SUBJECTS * 60_000L) + 30_000L;
        for (int index = 0; index < rows; index++) {
            int dice = random.nextInt(100);
            long number;
            if (dice < latePercent) {
                number = Math.max(0, sequence - 1 - random.nextLong(1440L * SUBJECTS) - 15L * SUBJECTS);
            } else if (dice < latePercent + repeatedPercent) {
                number = Math.max(0, sequence - 1 - random.nextLong(3L * SUBJECTS));
            } else {
                number = sequence++;
            }
            long uid = number % SUBJECTS;
            int partition = (int) (uid & 3);
            columns.setLong(0, uid);
            columns.setLong(1, (START.getEpochSecond() + number / SUBJECTS * 60) * 1_000_000L);
            columns.setLong(2, random.nextInt(130));
            columns.setLong(3, random.nextInt(40));
            columns.setDouble(4, random.nextInt(1000) / 10.0);
            columns.setLong(5, 0);
            columns.setText(6, lanes[(int) (uid % 4)]);
            columns.setText(7, roads[(int) (uid / 4 % 4)]);
            columns.endRow();
            batch.add(partition, offsets[partition]++, accepted, "traffic", false);
        }
        batch.logged(Instant.ofEpochMilli(accepted));
    }

    /** The table that takes all columns as they are. */
    static TableDefinition definition() {
        List<Transform.Column> columns = new ArrayList<>();
        Map<String, Integer> passed = new LinkedHashMap<>();
        StringBuilder select = new StringBuilder("SELECT ");
        for (Field field : EVENT.fields()) {
            passed.put(field.name(), columns.size());
            columns.add(new Transform.Column(field.name(), field.type().name()));
            select.append(field.name()).append(", ");
        }
        Transform transform = new Transform(
                select + "polder_row, polder_partition, polder_offset FROM polder_event",
                EVENT,
                columns,
                passed,
                true,
                List.of());
        return new TableDefinition(
                "traffic",
                "traffic",
                List.of("uid", "time"),
                Optional.of("time"),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                null,
                "1",
                "",
                transform);
    }

    private static byte[][] texts(String... texts) {
        byte[][] bytes = new byte[texts.length][];
        for (int index = 0; index < texts.length; index++) {
            bytes[index] = texts[index].getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }
}
