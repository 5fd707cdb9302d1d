package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of SQL that writes: whatever is killed whenever, a statement that was answered was done once, and one that was
 * not was done once or not at all.
 *
 * <p>{@code -Dpolder.kills=50} kills more often than the build does.
 */
final class KilledWritesTest {
    private static final int KILLS = Integer.getInteger("polder.kills", 5);
    private static final int CLIENTS = 3;

    private static final String DEFINITION = """
            mart: killed
            feeds:
              entries:
                sql: true
                format: json
                key: [id]
                partitions: 2
                fields: [{ name: id, type: bigint }, { name: client, type: integer }]
              counters:
                sql: true
                format: json
                key: [client]
                partitions: 2
                fields: [{ name: client, type: bigint }, { name: n, type: bigint }, { name: total, type: bigint }]
            tables:
              entries: { from: entries, key: [id] }
              counters: { from: counters, key: [client] }
            """;

    @TempDir
    private Path folder;

    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger ids = new AtomicInteger();
    private final Set<Long> inserted = ConcurrentHashMap.newKeySet();
    private final Set<Long> deleted = ConcurrentHashMap.newKeySet();
    /** Those whose DELETE was not answered. */
    private final Set<Long> uncertain = ConcurrentHashMap.newKeySet();

    private final AtomicInteger[] counted = counters();
    private final AtomicInteger[] unanswered = counters();
    private final AtomicInteger sharedCounted = new AtomicInteger();
    private final AtomicInteger sharedUnanswered = new AtomicInteger();
    private final Set<String> refusals = ConcurrentHashMap.newKeySet();

    private static AtomicInteger[] counters() {
        AtomicInteger[] counters = new AtomicInteger[CLIENTS];
        for (int index = 0; index < CLIENTS; index++) {
            counters[index] = new AtomicInteger();
        }
        return counters;
    }

    @Test
    void whatIsAnsweredWasDoneOnceAndStays() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path home = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(home.resolve("polder.yaml"), DEFINITION);
        try (MartProcess mart = start(home)) {
            assertThat(mart.sql("INSERT INTO counters VALUES (0, 0, 0), (1, 0, 0), (2, 0, 0), (99, 0, 0)")
                            .statusCode())
                    .isEqualTo(200);
        }
        for (int kill = 0; kill < KILLS; kill++) {
            MartProcess mart = start(home);
            List<Thread> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int number = client;
                Thread thread = new Thread(() -> work(mart, number), "client " + client);
                thread.start();
                clients.add(thread);
            }
            int before = answered.get();
            int until = 4 * CLIENTS + random.nextInt(30);
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() ->
                            answered.get() - before >= until || clients.stream().noneMatch(Thread::isAlive));
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(100)).toNanos());
            mart.kill();
            for (Thread client : clients) {
                client.join();
            }
        }
        try (MartProcess mart = start(home)) {
            compare(mart, "seed " + seed);
        }
    }

    private static MartProcess start(Path home) throws IOException {
        return MartProcess.start(home, "store.batch-interval=20ms", "query.rows=10000000");
    }

    /** Writes until the program dies. */
    private void work(MartProcess mart, int client) {
        while (true) {
            long first = ids.getAndAdd(3);
            if (isDone(
                    mart,
                    "INSERT INTO entries VALUES (" + first + ", " + client + "), (" + (first + 1) + ", " + client
                            + "), (" + (first + 2) + ", " + client + ")")) {
                inserted.addAll(Set.of(first, first + 1, first + 2));
            } else {
                return;
            }
            if (!isDone(mart, "UPDATE counters SET n = n + 1, total = total + 10 WHERE client = " + client)) {
                unanswered[client].incrementAndGet();
                return;
            }
            counted[client].incrementAndGet();
            if (!isDone(mart, "UPDATE counters SET n = n + 1 WHERE client = 99")) {
                sharedUnanswered.incrementAndGet();
                return;
            }
            sharedCounted.incrementAndGet();
            if (!isDone(mart, "DELETE FROM entries WHERE id = " + first)) {
                uncertain.add(first);
                return;
            }
            deleted.add(first);
        }
    }

    /** Whether it was answered. */
    private boolean isDone(MartProcess mart, String sql) {
        try {
            HttpResponse<String> answer = mart.sql(sql);
            if (answer.statusCode() != 200) {
                refusals.add(answer.body());
            }
            answered.incrementAndGet();
            return answer.statusCode() == 200;
        } catch (IOException killed) {
            return false;
        }
    }

    private void compare(MartProcess mart, String what) throws IOException {
        // A write waits until the table has all that the killed program had put into the log.
        assertThat(mart.sql("UPDATE counters SET n = n + 0").statusCode()).isEqualTo(200);
        assertThat(mart.sql("UPSERT INTO entries VALUES (-1, -1)").statusCode()).isEqualTo(200);
        assertThat(refusals).as(what).isEmpty();
        assertThat(inserted).as(what).isNotEmpty();
        assertThat(deleted).as(what).isNotEmpty();

        List<Long> ids = new ArrayList<>();
        for (JsonNode row : mart.rows("SELECT id FROM entries WHERE id >= 0 ORDER BY id")) {
            ids.add(row.get(0).asLong());
        }
        assertThat(ids).as(what + ": nothing is there twice").doesNotHaveDuplicates();
        Set<Long> expected = new TreeSet<>(inserted);
        expected.removeAll(deleted);
        expected.removeAll(uncertain);
        assertThat(ids).as(what + ": what was answered is there").containsAll(expected);
        assertThat(ids).as(what + ": what was deleted is gone").doesNotContainAnyElementsOf(deleted);

        for (int client = 0; client < CLIENTS; client++) {
            JsonNode row = mart.rows("SELECT n, total FROM counters WHERE client = " + client)
                    .get(0);
            assertThat(row.get(0).asInt())
                    .as(what + ": each answered UPDATE counted once, client " + client)
                    .isBetween(counted[client].get(), counted[client].get() + unanswered[client].get());
            assertThat(row.get(1).asInt()).as(what).isEqualTo(10 * row.get(0).asInt());
        }
        assertThat(mart.rows("SELECT n FROM counters WHERE client = 99")
                        .get(0)
                        .get(0)
                        .asInt())
                .as(what + ": each answered UPDATE of the row that all write counted once")
                .isBetween(sharedCounted.get(), sharedCounted.get() + sharedUnanswered.get());
    }
}
