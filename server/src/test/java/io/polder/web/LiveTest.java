package io.polder.web;

import static io.polder.web.FakeProgram.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LiveTest {
    private final WebFixture fixture;

    LiveTest(@TempDir Path folder) {
        fixture = new WebFixture(folder, 3);
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
}
