package io.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.config.Rule;
import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import io.polder.record.Type;
import io.polder.store.Batch;
import io.polder.store.Commit;
import io.polder.store.Store;
import io.polder.store.StoredTable;
import io.polder.store.TableDefinition;
import io.polder.store.Transform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * What a store means, held against an oracle that is a map: of the events of each key the one with the highest offset
 * remains, whatever the batches, their order in time, late rows, bulk, merges, and restarts at any point between them.
 */
public abstract class StoreContract {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final int PARTITIONS = 3;

    /** A row of the contract's table, as stored. */
    public record Row(long uid, long timeMicros, String value, int partition, long offset) {}

    /** Opens the store kept in {@code folder}. */
    protected abstract Store open(Path folder, InstantSource clock);

    /** The rows of table {@code t} that people can read, in any order. */
    protected abstract List<Row> rows(Store store);

    @Property(tries = 60)
    void theHighestOffsetOfEachKeyRemains(@ForAll long seed) {
        run(seed, direct(), event -> true);
    }

    @Property(tries = 40)
    void theHighestOffsetOfEachKeyThatIsNeitherFilteredNorRejectedRemains(@ForAll long seed) {
        run(seed, staged(), event -> !event.value.startsWith("filter") && !event.value.startsWith("reject"));
    }

    @Example
    void aFreshTableReadsFromTheStart() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(direct())) {
                assertThat(table.positions()).isEmpty();
                assertThat(table.rows()).isZero();
            }
        });
    }

    @Example
    void whatRulesRefuseIsOwedToTheRejectedTopicWithItsReason() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(staged())) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START), "reject me", 0, 7), clock.instant(), false);
                batch.reject(new Batch.Reject(
                        1, 4, clock.instant().toEpochMilli(), "f", new byte[] {'x'}, new byte[0], "Not JSON."));

                Commit commit = table.apply(batch);

                assertThat(commit.rows().rejected()).isEqualTo(2);
                List<Store.Owed> owed = owed(store, 10);
                assertThat(owed).extracting(Store.Owed::topic).containsOnly("t.rejected");
                assertThat(owed).extracting(entry -> header(entry, "offset")).containsExactlyInAnyOrder("7", "4");
                assertThat(owed)
                        .extracting(entry -> header(entry, "reason"))
                        .anyMatch(reason -> reason.contains("no_rejects"));
                sent(store, owed.get(0));
                assertThat(owed(store, 10)).hasSize(1);
            }
        });
    }

    @Example
    void rowsThatArePublishedAreOwedInPartsUntilTheyAreSent() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(published())) {
                Batch batch = new Batch(EVENT);
                for (int number = 0; number < 5; number++) {
                    add(batch, new Event(number, micros(START), "v" + number, 0, number), clock.instant(), false);
                }
                table.apply(batch);

                List<Store.Owed> first = owed(store, 2);
                assertThat(first)
                        .extracting(StoreContract::text)
                        .containsExactly(published(0, "v0"), published(1, "v1"));
                assertThat(first).extracting(Store.Owed::topic).containsOnly("out");
                assertThat(first).extracting(owed -> header(owed, "offset")).containsExactly("0", "1");
                assertThat(owed(store, 2))
                        .extracting(StoreContract::text)
                        .containsExactly(published(0, "v0"), published(1, "v1"));
                sent(store, first.get(1));
                assertThat(owed(store, 3)).hasSize(3);
                List<Store.Owed> rest = owed(store, 10);
                assertThat(rest)
                        .extracting(StoreContract::text)
                        .containsExactly(published(2, "v2"), published(3, "v3"), published(4, "v4"));
                sent(store, rest.get(2));
                assertThat(owed(store, 10)).isEmpty();
            }
        });
    }

    @Example
    void aRowThatIsReplacedBeforeItIsSentIsOwedWithTheBatchThatReplacedIt() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(published())) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START), "old", 0, 0), clock.instant(), false);
                table.apply(batch);
                batch.clear();
                add(batch, new Event(1, micros(START), "new", 0, 1), clock.instant(), false);
                table.apply(batch);

                List<Store.Owed> owed = owed(store, 10);
                assertThat(owed).extracting(StoreContract::text).containsExactly(published(1, "new"));
                sent(store, owed.get(0));
                assertThat(owed(store, 10)).isEmpty();
            }
        });
    }

    @Example
    void whatIsOwedOutlivesARestartAndTheGenerationThatOwedIt() {
        withStore((folder, clock) -> {
            Batch batch = new Batch(EVENT);
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(published())) {
                add(batch, new Event(1, micros(START), "a", 0, 0), clock.instant(), false);
                add(batch, new Event(2, micros(START), "b", 0, 1), clock.instant(), false);
                table.apply(batch);
                sent(store, owed(store, 1).get(0));
            }
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(published());
                    StoredTable next = store.next(published())) {
                assertThat(owed(store, 10)).extracting(StoreContract::text).contains(published(2, "b"));
                next.apply(batch);
                store.promote(next);
                assertThat(table.name()).isEqualTo(next.name());

                List<Store.Owed> owed = owed(store, 10);
                assertThat(owed)
                        .extracting(StoreContract::text)
                        .contains(published(2, "b"))
                        .hasSizeLessThan(3);
                assertThat(owed).extracting(entry -> header(entry, "offset")).contains("1");
                owed.forEach(entry -> sent(store, entry));
                assertThat(owed(store, 10)).isEmpty();
            }
        });
    }

    @Example
    void aNextGenerationOwesWhatTheOneBeforeHadNotApplied() {
        withStore((folder, clock) -> {
            TableDefinition definition = published(staged());
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(definition);
                    StoredTable next = store.next(definition)) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START), "a", 0, 0), clock.instant(), false);
                add(batch, new Event(2, micros(START), "reject b", 0, 1), clock.instant(), false);
                table.apply(batch);
                List<Store.Owed> before = owed(store, 10);
                before.forEach(entry -> sent(store, entry));
                add(batch, new Event(1, micros(START.plusSeconds(60)), "c", 0, 2), clock.instant(), false);
                add(batch, new Event(2, micros(START.plusSeconds(60)), "reject d", 0, 3), clock.instant(), false);
                add(batch, new Event(4, micros(START), "e", 1, 0), clock.instant(), false);
                next.apply(batch);
                assertThat(owed(store, 10)).isEmpty();

                store.promote(next);

                List<Store.Owed> owed = owed(store, 10);
                assertThat(owed)
                        .extracting(entry ->
                                entry.topic() + " " + header(entry, "partition") + ":" + header(entry, "offset"))
                        .containsExactlyInAnyOrder("out 0:2", "out 1:0", "t.rejected 0:3");
                assertThat(owed)
                        .filteredOn(entry -> entry.topic().equals("t.rejected"))
                        .allSatisfy(entry -> {
                            assertThat(header(entry, "reason")).contains("no_rejects");
                            assertThat(header(entry, "feed")).isEqualTo("f");
                            assertThat(header(entry, "table")).isEqualTo("t");
                        });
                owed.forEach(entry -> sent(store, entry));
                assertThat(owed(store, 10)).isEmpty();
            }
        });
    }

    @Example
    void aRowThatIsOwedIsSentAlthoughItIsTooOldByThen() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(published())) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START), "v", 0, 0), clock.instant(), false);
                table.apply(batch);
                clock.advance(Duration.ofDays(500));
                table.expire();

                assertThat(rows(store)).isEmpty();
                assertThat(owed(store, 10)).extracting(StoreContract::text).containsExactly(published(1, "v"));
            }
        });
    }

    @Example
    void whatOneTopicIsOwedDoesNotWaitForAnother() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(published(staged()))) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START), "a", 0, 0), clock.instant(), false);
                add(batch, new Event(2, micros(START), "reject b", 0, 1), clock.instant(), false);
                add(batch, new Event(2, micros(START), "c", 0, 2), clock.instant(), false);
                table.apply(batch);
                assertThat(store.owing()).containsExactlyInAnyOrder("out", "t.rejected");

                List<Store.Owed> rejected = store.outbox("t.rejected", 10);
                assertThat(rejected).hasSize(1);
                sent(store, store.outbox("out", 1).get(0));
                sent(store, rejected.get(0));

                assertThat(store.owing()).containsExactly("out");
                assertThat(store.outbox("out", 10))
                        .extracting(StoreContract::text)
                        .containsExactly(published(2, "c"));
            }
        });
    }

    /** What is owed to any topic, at most so much to each. */
    private static List<Store.Owed> owed(Store store, int limit) {
        return store.owing().stream()
                .flatMap(topic -> store.outbox(topic, limit).stream())
                .toList();
    }

    private static void sent(Store store, Store.Owed entry) {
        store.sent(entry.topic(), entry.sequence());
    }

    private static String published(long uid, String value) {
        return uid + " {\"uid\":" + uid + ",\"time\":\""
                + START.toString().replace('T', ' ').replace("Z", "") + "\",\"value\":\"" + value + "\"}";
    }

    private static String text(Store.Owed owed) {
        byte[] key = owed.key();
        byte[] value = owed.value();
        return (key == null ? "" : new String(key, StandardCharsets.UTF_8)) + " "
                + (value == null ? "" : new String(value, StandardCharsets.UTF_8));
    }

    @Example
    void aNextGenerationIsReadOnlyAfterItIsPromoted() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(direct())) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START), "old", 0, 0), clock.instant(), false);
                table.apply(batch);
                try (StoredTable next = store.next(direct())) {
                    batch.clear();
                    add(batch, new Event(1, micros(START), "new", 0, 0), clock.instant(), false);
                    next.apply(batch);
                    assertThat(rows(store)).extracting(Row::value).containsExactly("old");

                    store.promote(next);

                    assertThat(rows(store)).extracting(Row::value).containsExactly("new");
                }
            }
        });
    }

    @Example
    void rowsOlderThanRetainAreCountedAsTooLate() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(direct())) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START.minus(Duration.ofDays(500))), "ancient", 0, 0), START, false);
                add(batch, new Event(2, micros(START), "fresh", 0, 1), START, false);

                Commit commit = table.apply(batch);

                assertThat(commit.rows().tooLate()).isEqualTo(1);
                assertThat(rows(store)).extracting(Row::value).containsExactly("fresh");
            }
        });
    }

    @Example
    void oneTimeFarAheadDoesNotMakeEverythingElseLate() {
        withStore((folder, clock) -> {
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(direct())) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START.plus(Duration.ofDays(3650))), "ahead", 0, 0), START, false);
                add(batch, new Event(2, micros(START), "first", 0, 1), START, false);
                table.apply(batch);
                batch.clear();
                add(batch, new Event(2, micros(START), "corrected", 0, 2), START, false);

                Commit commit = table.apply(batch);

                assertThat(commit.rows().waiting()).isZero();
                assertThat(rows(store)).extracting(Row::value).containsExactlyInAnyOrder("ahead", "corrected");
            }
        });
    }

    @Example
    void aRowThatWaitedOverARestartDoesNotReplaceANewerOneOfItsKey() {
        withStore((folder, clock) -> {
            Instant late = START.minus(Duration.ofMinutes(8));
            Batch batch = new Batch(EVENT);
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(direct())) {
                add(batch, new Event(1, micros(START.plus(Duration.ofDays(3650))), "ahead", 0, 0), START, false);
                add(batch, new Event(2, micros(late), "first", 0, 1), START, false);
                add(batch, new Event(2, micros(START), "live", 0, 2), START, false);
                table.apply(batch);
                batch.clear();
                add(batch, new Event(2, micros(late), "older", 0, 3), START, false);
                table.apply(batch);
            }
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(direct())) {
                batch.clear();
                add(batch, new Event(2, micros(late), "newer", 0, 4), START, false);
                table.apply(batch);
                table.merge();

                assertThat(rows(store)).extracting(Row::value).containsExactlyInAnyOrder("ahead", "live", "newer");
            }
        });
    }

    @Example
    void aBatchThatMergesWaitingRowsFirstTellsOfThemToo() {
        withStore((folder, clock) -> {
            Instant late = START.minus(Duration.ofHours(1));
            try (Store store = open(folder, clock);
                    StoredTable table = store.open(direct())) {
                Batch batch = new Batch(EVENT);
                add(batch, new Event(1, micros(START), "live", 0, 0), START, false);
                table.apply(batch);
                batch.clear();
                add(batch, new Event(1, micros(late), "late", 0, 1), START, false);
                assertThat(table.apply(batch).rows().waiting()).isEqualTo(1);
                batch.clear();
                add(batch, new Event(1, micros(late.plusSeconds(60)), "bulk", 0, 2), START, true);

                Commit commit = table.apply(batch);

                assertThat(commit.rows().logged()).isEqualTo(1);
                assertThat(commit.rows().applied()).isEqualTo(2);
                assertThat(commit.rows().waiting()).isEqualTo(-1);
                assertThat(commit.minTime()).isEqualTo(late);
                assertThat(commit.maxTime()).isEqualTo(late.plusSeconds(60));
            }
        });
    }

    // ---- the oracle

    private record Event(long uid, long timeMicros, String value, int partition, long offset) {}

    private interface Kept {
        boolean isKept(Event event);
    }

    private void run(long seed, TableDefinition definition, Kept kept) {
        withStore((folder, clock) -> {
            Random random = new Random(seed);
            Map<List<Long>, Event> oracle = new HashMap<>();
            long[] next = new long[PARTITIONS];
            long logged = 0;
            Store store = open(folder, clock);
            StoredTable table = store.open(definition);
            Batch batch = new Batch(EVENT);
            try {
                int batches = 3 + random.nextInt(8);
                for (int number = 0; number < batches; number++) {
                    batch.clear();
                    boolean isBounded = random.nextInt(6) == 0;
                    int size = random.nextInt(60);
                    for (int index = 0; index < size; index++) {
                        Event event = event(random, clock.instant(), next);
                        add(batch, event, clock.instant(), isBounded);
                        logged++;
                        if (kept.isKept(event)) {
                            oracle.put(List.of(event.uid, event.timeMicros), event);
                        }
                    }
                    if (batch.events() > 0) {
                        Commit commit = table.apply(batch);
                        Commit.Counts counts = commit.rows();
                        assertThat(counts.logged()).isEqualTo(size);
                        assertThat(counts.applied()
                                        + counts.filtered()
                                        + counts.rejected()
                                        + counts.tooLate()
                                        + counts.waiting())
                                .isEqualTo(size);
                    }
                    clock.advance(Duration.ofMinutes(random.nextInt(20)));
                    if (random.nextInt(3) == 0) {
                        table.merge();
                    }
                    if (random.nextInt(4) == 0) {
                        Map<Integer, Long> positions = table.positions();
                        table.close();
                        store.close();
                        store = open(folder, clock);
                        table = store.open(definition);
                        assertThat(table.positions()).isEqualTo(positions);
                    }
                }
                table.merge();
                assertThat(rows(store))
                        .containsExactlyInAnyOrderElementsOf(oracle.values().stream()
                                .map(event -> new Row(
                                        event.uid, event.timeMicros, event.value, event.partition, event.offset))
                                .toList());
                Commit.Counts totals = table.totals();
                assertThat(totals.logged()).isEqualTo(logged);
                assertThat(totals.waiting()).isZero();
                assertThat(totals.applied() + totals.filtered() + totals.rejected() + totals.tooLate())
                        .isEqualTo(logged);
                Map<Integer, Long> expected = new TreeMap<>();
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    if (next[partition] > 0) {
                        expected.put(partition, next[partition]);
                    }
                }
                assertThat(table.positions()).isEqualTo(expected);
            } finally {
                table.close();
                store.close();
            }
        });
    }

    /** Mostly the newest minutes of few subjects, with repetitions, late ones and a few far ahead. */
    private static Event event(Random random, Instant now, long[] next) {
        long uid = random.nextInt(6);
        int partition = (int) (uid % PARTITIONS);
        Duration back =
                switch (random.nextInt(10)) {
                    case 0 -> Duration.ofMinutes(random.nextInt(90));
                    case 1 -> Duration.ofMinutes(-random.nextInt(30));
                    default -> Duration.ofMinutes(random.nextInt(4));
                };
        String word =
                switch (random.nextInt(8)) {
                    case 0 -> "filter";
                    case 1 -> "reject";
                    default -> "keep";
                };
        long offset = next[partition]++;
        return new Event(uid, micros(now.minus(back)), word + " " + partition + ":" + offset, partition, offset);
    }

    private static final Schema EVENT = new Schema(List.of(
            new Field("uid", "uid", Type.BIGINT),
            new Field("time", "time", Type.TIMESTAMP),
            new Field("value", "value", Type.VARCHAR)));

    private static void add(Batch batch, Event event, Instant accepted, boolean isBounded) {
        Columns columns = batch.columns();
        columns.setLong(0, event.uid);
        columns.setLong(1, event.timeMicros);
        columns.setText(2, event.value.getBytes(StandardCharsets.UTF_8));
        columns.endRow();
        batch.add(event.partition, event.offset, accepted.toEpochMilli(), "f", isBounded);
        batch.logged(accepted);
    }

    private static TableDefinition direct() {
        return definition("", List.of(), Map.of("uid", 0, "time", 1, "value", 2), true);
    }

    /** A SELECT that filters, with a rule that rejects and a key that is computed. */
    private static TableDefinition staged() {
        return definition(
                " WHERE e.value NOT LIKE 'filter%'",
                List.of(
                        new Rule("no_rejects", "value", "value NOT LIKE 'reject%'", Rule.OnViolation.REJECT),
                        new Rule("small", "uid", "uid < 3", Rule.OnViolation.COUNT)),
                Map.of("value", 2),
                false);
    }

    /** The direct one, whose rows another topic is to have. */
    private static TableDefinition published() {
        return published(direct());
    }

    private static TableDefinition published(TableDefinition table) {
        return new TableDefinition(
                table.name(),
                table.topic(),
                table.key(),
                table.time(),
                table.version(),
                table.rules(),
                Optional.of("out"),
                table.retain(),
                table.hash(),
                table.source(),
                table.transform());
    }

    private static TableDefinition definition(
            String where, List<Rule> rules, Map<String, Integer> passed, boolean keepsEveryEvent) {
        Transform transform = new Transform(
                "SELECT e.uid, e.time, e.value, e.polder_row, e.polder_partition, e.polder_offset FROM polder_event e"
                        + where,
                EVENT,
                List.of(
                        new Transform.Column("uid", "BIGINT"),
                        new Transform.Column("time", "TIMESTAMP"),
                        new Transform.Column("value", "VARCHAR")),
                passed,
                keepsEveryEvent,
                List.of());
        return new TableDefinition(
                "t",
                "t",
                List.of("uid", "time"),
                Optional.of("time"),
                Optional.empty(),
                rules,
                Optional.empty(),
                Duration.ofDays(400),
                "hash",
                "source",
                transform);
    }

    private static String header(Store.Owed owed, String name) {
        byte[] value = owed.headers().get(name);
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static long micros(Instant instant) {
        return instant.toEpochMilli() * 1000;
    }

    private interface Test {
        void run(Path folder, SettableClock clock) throws Exception;
    }

    private static void withStore(Test test) {
        try {
            Path folder = Files.createTempDirectory("polder-store");
            try {
                test.run(folder, new SettableClock(START));
            } finally {
                List<Path> files = new ArrayList<>();
                try (var walk = Files.walk(folder)) {
                    walk.sorted(Comparator.reverseOrder()).forEach(files::add);
                }
                for (Path file : files) {
                    Files.delete(file);
                }
            }
        } catch (RuntimeException exception) {
            throw exception;
        } catch (Exception exception) {
            throw new IllegalStateException(exception);
        }
    }
}
