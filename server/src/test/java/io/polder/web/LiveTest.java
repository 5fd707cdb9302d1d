package io.polder.web;

import static io.polder.web.FakeProgram.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LiveTest {
    private static final int VIEWERS = 60;

    private final WebFixture fixture;

    LiveTest(@TempDir Path folder) {
        fixture = new WebFixture(folder, VIEWERS);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aViewerGetsTheWholeAndThenWhatChanges() {
        fixture.program.commit(row(1, 0, 90), row(2, 0, null));
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            JsonNode full = stream.next("full");
            fixture.program.commit(row(2, 1, 55.5), row(3, 1, 100));
            JsonNode change = stream.next("change");

            assertThat(full.path("map").asText()).isEqualTo("live");
            assertThat(full.path("keys").toString()).isEqualTo("[\"1\",\"2\"]");
            assertThat(full.path("labels").toString()).isEqualTo("[\"Point 1\",\"Point 2\"]");
            assertThat(full.path("values").toString()).isEqualTo("[90,null]");
            assertThat(full.path("intensities").toString()).isEqualTo("[3,3]");
            assertThat(full.path("times").toString()).isEqualTo("[1772438400,1772438400]");
            assertThat(full.path("time").asText()).isEqualTo("2026-03-02T08:00:00Z");
            assertThat(change.path("version").asLong())
                    .isEqualTo(full.path("version").asLong() + 1);
            assertThat(change.path("index").toString()).isEqualTo("[1,2]");
            assertThat(change.path("values").toString()).isEqualTo("[55.5,100]");
            assertThat(change.path("add").path("keys").toString()).isEqualTo("[\"3\"]");
            assertThat(change.path("time").asText()).isEqualTo("2026-03-02T08:01:00Z");
            assertThat(change.path("accepted").asText()).isEqualTo("2026-03-02T08:00:29.600Z");
            assertThat(change.path("committed").asText()).isEqualTo("2026-03-02T08:00:29.900Z");
        }
    }

    @Test
    void theStatusIsToldWithAndWithoutAMap() {
        try (EventStream withMap = new EventStream(fixture, "/api/live?map=live");
                EventStream alone = new EventStream(fixture, "/api/live")) {
            JsonNode status = withMap.next("status");

            assertThat(status.path("feeds").path(0).path("name").asText()).isEqualTo("traffic");
            assertThat(status.path("freshness")
                            .path(0)
                            .path("accepted")
                            .path("p99")
                            .asInt())
                    .isEqualTo(420);
            assertThat(status.path("simulated").asBoolean()).isTrue();
            assertThat(alone.next("status").path("feeds").size()).isEqualTo(1);
        }
    }

    @Test
    void aViewerThatLeftIsForgotten() {
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            stream.next("status");
            assertThat(fixture.get("/metrics/prometheus").body()).contains("polder_live_viewers 1.0");
        }

        await().untilAsserted(() ->
                assertThat(fixture.get("/metrics/prometheus").body()).contains("polder_live_viewers 0.0"));
    }

    @Test
    void whoComesBackStartsWithTheWhole() {
        fixture.program.commit(row(1, 0, 90));
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            stream.next("full");
        }

        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            assertThat(stream.next("full").path("values").toString()).isEqualTo("[90]");
        }
    }

    @Test
    void aChangeCostsOneQueryHoweverManyLook() {
        awaitLoaded();
        fixture.program.commit(row(1, 0, 90));
        List<EventStream> streams = new ArrayList<>();
        for (int viewer = 0; viewer < VIEWERS; viewer++) {
            streams.add(new EventStream(fixture, "/api/live?map=live"));
        }
        streams.forEach(stream -> stream.next("full"));
        int queries = fixture.program.ownQueries.get();

        fixture.program.commit(row(1, 1, 91));

        assertThat(streams).allSatisfy(stream -> assertThat(
                        stream.next("change").path("values").toString())
                .isEqualTo("[91]"));
        assertThat(fixture.program.ownQueries.get() - queries).isEqualTo(1);
        assertThat(fixture.get("/api/live").statusCode()).isEqualTo(503);
        streams.forEach(EventStream::close);
    }

    @Test
    void aMapThatNobodyLooksAtCostsNoQueries() {
        awaitLoaded();

        for (int minute = 0; minute < 20; minute++) {
            fixture.program.commit(row(1, minute, 90 + minute));
        }
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            assertThat(stream.next("full").path("values").toString()).isEqualTo("[109]");
            assertThat(fixture.program.ownQueries.get()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void aRebuiltTableIsReadAnew() {
        fixture.program.commit(row(1, 0, 90), row(2, 0, 80));
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            stream.next("full");
            fixture.program.run("DELETE FROM provenance.traffic WHERE uid = 2");
            fixture.program.rebuilt(40);
            assertThat(stream.next("full").path("keys").toString()).isEqualTo("[\"1\"]");

            fixture.program.commit(row(1, 1, 91));
            assertThat(stream.next("change").path("values").toString()).isEqualTo("[91]");
        }
    }

    @Test
    void aStoreThatFailsForAWhileLosesNoChange() {
        fixture.program.commit(row(1, 0, 90));
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            stream.next("full");
            fixture.program.failure = new PolderException(ErrorCode.UNAVAILABLE, "The store is being reopened.");
            fixture.program.commit(row(1, 1, 91));
            fixture.program.commit(row(2, 1, 92));
            await().until(() -> fixture.program.failures.get() > 0);
            fixture.program.failure = null;

            assertThat(stream.next("change").path("values").toString()).isEqualTo("[91,92]");
        }
    }

    @Test
    void whoDoesNotReadHoldsNobodyUpAndKnowsAllWhenItReads() throws IOException {
        int points = 6_000;
        int rounds = 12;
        fixture.program.commitAll(points, 0, 50);
        try (Socket slow = new Socket();
                EventStream quick = new EventStream(fixture, "/api/live?map=live")) {
            slow.setReceiveBufferSize(4_096);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.web.port()));
            slow.getOutputStream()
                    .write("GET /api/live?map=live HTTP/1.0\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            quick.next("full");
            await().untilAsserted(() ->
                    assertThat(fixture.get("/metrics/prometheus").body()).contains("polder_live_viewers 2.0"));

            for (int round = 1; round <= rounds; round++) {
                fixture.program.commitAll(points, round, 50 + round);
                JsonNode change = quick.next("change");
                assertThat(change.path("values").path(points - 1).asInt()).isEqualTo(50 + round);
            }

            int changes = 0;
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(slow.getInputStream(), StandardCharsets.US_ASCII));
            String last = "";
            while (!last.contains("\"values\":[" + (50 + rounds) + ",")) {
                last = lines.readLine();
                assertThat(last).isNotNull();
                changes += last.equals("event: change") ? 1 : 0;
            }
            assertThat(changes).isLessThan(rounds);
        }
    }

    /** Waits until the map has been read as it was at the start, with two queries. */
    private void awaitLoaded() {
        await().until(() -> fixture.program.ownQueries.get() == 2);
    }

    @Test
    void theEndOfTheServerIsTheEndOfItsStreams() {
        try (EventStream stream = new EventStream(fixture, "/api/live?map=live")) {
            stream.next("status");
            long start = System.nanoTime();
            fixture.web.close();

            stream.next("end");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }
}
