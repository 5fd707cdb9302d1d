package io.polder.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording that is served again as it came. */
class ReplayServerTest {
    private static final Instant START = Instant.parse("2012-03-01T08:00:00Z");
    private static final ReplayServer.Recording RECORDING = new ReplayServer.Recording(
            "detector", "speed", List.of("a", "b"), START, Duration.ofMinutes(5), new float[][] {
                {1, 2, 3, 4, 5, 6}, {10, 20, Float.NaN, 40, 50, 60}
            });

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-02T08:00:00Z"));
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void itsTimeBeginsWithTheFirstQuestionAndRunsAtItsSpeed() throws Exception {
        try (ReplayServer replay = replay(START.plus(Duration.ofMinutes(10)), 60)) {
            pass(Duration.ofHours(1));
            assertThat(ask(replay, "").body()).isEqualTo("""
                    detector,time,speed
                    a,2012-03-01T08:00:00Z,1.0
                    b,2012-03-01T08:00:00Z,10.0
                    a,2012-03-01T08:05:00Z,2.0
                    b,2012-03-01T08:05:00Z,20.0
                    """);

            pass(Duration.ofSeconds(5));

            assertThat(replay.now()).isEqualTo("2012-03-01T08:15:00Z");
            assertThat(ask(replay, "").body())
                    .contains("a,2012-03-01T08:10:00Z,3.0")
                    .contains("b,2012-03-01T08:10:00Z,\n");
        }
    }

    @Test
    void whatIsNotNewIsNotSentAgain() throws Exception {
        try (ReplayServer replay = replay(START.plus(Duration.ofMinutes(10)), 1)) {
            String tag = ask(replay, "").headers().firstValue("ETag").orElseThrow();
            pass(Duration.ofMinutes(4));

            assertThat(ask(replay, tag).statusCode()).isEqualTo(304);

            pass(Duration.ofMinutes(1));
            assertThat(ask(replay, tag).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void itEndsWithTheRecording() throws Exception {
        try (ReplayServer replay = replay(START, 600)) {
            ask(replay, "");
            assertThat(replay.isOver()).isFalse();
            pass(Duration.ofDays(1));

            assertThat(replay.isOver()).isTrue();
            assertThat(replay.now()).isEqualTo("2012-03-01T08:30:00Z");
            assertThat(ask(replay, "").body()).contains("a,2012-03-01T08:25:00Z,6.0");
        }
    }

    @Test
    void theHistoryIsAllThatWasBefore(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("history").resolve("week.csv.gz");
        try (ReplayServer replay = replay(START.plus(Duration.ofMinutes(15)), 60)) {
            replay.writeHistory(file);
        }

        assertThat(lines(file))
                .hasSize(1 + 3 * 2)
                .startsWith("detector,time,speed", "a,2012-03-01T08:00:00Z,1.0")
                .endsWith("b,2012-03-01T08:10:00Z,");
    }

    private ReplayServer replay(Instant from, int speed) {
        InstantSource clock = now::get;
        return ReplayServer.start(0, RECORDING, from, speed, clock);
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private HttpResponse<String> ask(ReplayServer replay, String tag) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(replay.address());
        if (!tag.isEmpty()) {
            request.header("If-None-Match", tag);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> lines(Path file) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }
}
