package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.log.Log;
import io.polder.log.Reader;
import io.polder.log.RecordHeaders;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise: whatever is killed whenever, every acknowledged event is in its table once, with the values of its key's
 * highest offset; an unanswered one is there at most once; each offset is counted once in the ledger. What a table owes to
 * other topics, its rows and what it rejected, is there at least once.
 *
 * <p>{@code -Dpolder.kills=50} kills more often than the build does.
 */
final class KillTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KILLS = Integer.getInteger("polder.kills", 5);
    private static final int SUBJECTS = 500;
    private static final int BATCH = 40;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String DEFINITION = """
            mart: kill
            feeds:
              readings:
                http: true
                format: json
                key: [id]
                partitions: 3
                fields:
                  - { name: id, type: bigint }
                  - { name: time, type: timestamp }
                  - { name: number, type: bigint }
            tables:
              readings: { from: readings, key: [id, time], time: time, publish: published }
              checked:
                from: readings
                key: [id]
                select: "SELECT e.id, e.number, e.time FROM event e WHERE e.number % 10 <> 7"
                rules:
                  - { column: number, check: "number % 10 <> 3", on_violation: reject }
            """;

    @TempDir
    Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile int port;

    private record Event(int partition, long offset, long id, long time, int number) {
        String place() {
            return partition + "/" + offset;
        }
    }

    @Test
    void whatIsAcknowledgedSurvivesEveryKill() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path mart = Files.createDirectories(folder.resolve("mart"));
        Files.writeString(mart.resolve("polder.yaml"), DEFINITION);
        for (int kill = 0; kill < KILLS; kill++) {
            MartProcess process = start(mart);
            List<Thread> senders = senders(random.nextLong());
            LockSupport.parkNanos(Duration.ofMillis(200 + random.nextInt(2500)).toNanos());
            process.kill();
            for (Thread sender : senders) {
                sender.join();
            }
        }
        try (MartProcess process = start(mart)) {
            compare("seed " + seed + ", " + acknowledged.size() + " acknowledged", process.port("kafka"));
        }
    }

    private MartProcess start(Path mart) throws IOException {
        MartProcess process = MartProcess.start(mart, "store.batch-interval=50ms", "query.rows=10000000");
        port = process.port("web");
        return process;
    }

    // ---- load, until the program dies

    private List<Thread> senders(long seed) {
        List<Thread> senders = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            Random random = new Random(seed + index);
            Thread sender = new Thread(() -> {
                boolean isAnswered = true;
                while (isAnswered) {
                    isAnswered = send(random);
                }
            });
            sender.start();
            senders.add(sender);
        }
        return senders;
    }

    private boolean send(Random random) {
        StringBuilder body = new StringBuilder("[");
        List<Integer> sent = new ArrayList<>();
        for (int index = 0; index < BATCH; index++) {
            int number = numbers.getAndIncrement();
            sent.add(number);
            long minute = 29_000_000L + number / 2_000 - (random.nextInt(20) == 0 ? random.nextInt(60) : 0);
            body.append(index == 0 ? "" : ",")
                    .append("{\"id\":")
                    .append(random.nextInt(SUBJECTS))
                    .append(",\"time\":")
                    .append(minute * 60_000)
                    .append(",\"number\":")
                    .append(number)
                    .append('}');
        }
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/feeds/readings/events"))
                            .header("Content-Type", "application/json")
                            .timeout(Duration.ofMinutes(1))
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    body.append(']').toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                acknowledged.addAll(sent);
            }
            return true;
        } catch (IOException killed) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // ---- what must hold

    private void compare(String what, int kafka) throws Exception {
        List<Event> logged = new ArrayList<>();
        try (Log log = Log.open(
                new Log.Settings(folder.resolve("unused"), 0, Optional.of("127.0.0.1:" + kafka)), failure -> {})) {
            readAll(
                    log,
                    "readings",
                    (topic, partition, offset, accepted, value, headers) ->
                            logged.add(event(partition, offset, value)));
            long all = logged.size();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows(
                            "SELECT table_name, sum(logged), sum(applied), sum(filtered), sum(rejected), sum(waiting)"
                                    + " FROM polder.ledger GROUP BY ALL ORDER BY ALL"))
                    .as(what)
                    .containsExactly(
                            List.of(
                                    "checked",
                                    "" + all,
                                    "" + count(logged, 0),
                                    "" + count(logged, 7),
                                    "" + count(logged, 3),
                                    "0"),
                            List.of("readings", "" + all, "" + all, "0", "0", "0")));
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(places(log, "readings.rejected"))
                    .as(what + ": what a rule refused is in the rejected topic")
                    .isEqualTo(logged.stream()
                            .filter(event -> event.number % 10 == 3)
                            .map(Event::place)
                            .collect(Collectors.toSet())));
            Set<String> stored = rows("SELECT _partition || '/' || _offset FROM provenance.readings").stream()
                    .map(row -> row.get(0))
                    .collect(Collectors.toSet());
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(places(log, "published"))
                    .as(what + ": every row is published")
                    .containsAll(stored));
        }

        Map<Integer, Integer> times = new HashMap<>();
        logged.forEach(event -> times.merge(event.number, 1, Integer::sum));
        assertThat(times.values()).as(what + ": every event is in the log once").containsOnly(1);
        assertThat(times.keySet())
                .as(what + ": what was acknowledged is in the log")
                .containsAll(acknowledged);
        assertThat(acknowledged).as(what).isNotEmpty();

        Map<List<Long>, Event> readings = new HashMap<>();
        Map<Long, Event> checked = new HashMap<>();
        for (Event event : logged) {
            readings.put(List.of(event.id, event.time), event);
            if (event.number % 10 != 7 && event.number % 10 != 3) {
                checked.put(event.id, event);
            }
        }
        assertThat(rows("SELECT id, epoch_ms(time), number, _partition, _offset FROM provenance.readings"))
                .as(what)
                .containsExactlyInAnyOrderElementsOf(readings.values().stream()
                        .map(event -> List.of(
                                "" + event.id,
                                "" + event.time,
                                "" + event.number,
                                "" + event.partition,
                                "" + event.offset))
                        .toList());
        assertThat(rows("SELECT id, number FROM checked"))
                .as(what)
                .containsExactlyInAnyOrderElementsOf(checked.values().stream()
                        .map(event -> List.of("" + event.id, "" + event.number))
                        .toList());
    }

    private static void readAll(Log log, String topic, Reader.Visitor visitor) {
        Map<Integer, Long> ends = log.endOffsets(topic);
        long all = ends.values().stream().mapToLong(Long::longValue).sum();
        AtomicLong read = new AtomicLong();
        try (Reader reader = log.reader(Duration.ofMillis(50))) {
            reader.assign(topic, new TreeMap<>(log.beginningOffsets(topic)));
            await().atMost(PATIENCE).until(() -> read.addAndGet(reader.poll(Duration.ofMillis(100), visitor)) >= all);
        }
    }

    /** Where the events stand that the records of a topic came from. */
    private static Set<String> places(Log log, String topic) {
        Set<String> places = new HashSet<>();
        readAll(
                log,
                topic,
                (name, partition, offset, accepted, value, headers) ->
                        places.add(text(headers, "partition") + "/" + text(headers, "offset")));
        return places;
    }

    private static String text(RecordHeaders headers, String name) {
        return new String(Objects.requireNonNull(headers.get(name)), StandardCharsets.UTF_8);
    }

    /** How many events end in a digit that is filtered (7), rejected (3) or neither (0). */
    private static long count(List<Event> events, int digit) {
        return events.stream()
                .filter(event -> switch (event.number % 10) {
                    case 7 -> digit == 7;
                    case 3 -> digit == 3;
                    default -> digit == 0;
                })
                .count();
    }

    private static Event event(int partition, long offset, byte[] value) {
        try {
            JsonNode event = JSON.readTree(new String(value, StandardCharsets.UTF_8));
            return new Event(
                    partition,
                    offset,
                    event.path("id").asLong(),
                    event.path("time").asLong(),
                    event.path("number").asInt());
        } catch (IOException exception) {
            throw new IllegalStateException(exception);
        }
    }

    private List<List<String>> rows(String sql) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/sql"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                JSON.writeValueAsString(Map.of("sql", sql, "limit", 10_000_000))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("truncated").asBoolean()).isFalse();
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode row : body.path("rows")) {
            List<String> values = new ArrayList<>();
            row.forEach(value -> values.add(value.asText()));
            rows.add(values);
        }
        return rows;
    }
}
