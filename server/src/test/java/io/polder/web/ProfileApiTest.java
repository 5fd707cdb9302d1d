package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.config.Rule;
import io.polder.profile.SampleTableProfile;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProfileApiTest {
    private final WebFixture fixture;

    ProfileApiTest(@TempDir Path folder) {
        fixture = new WebFixture(folder);
        fixture.program.rules.add(new Rule("plausible", "speed", "speed <= 250", Rule.OnViolation.MARK));
        fixture.program.run("INSERT INTO polder.marks VALUES ('traffic', 'plausible', 'speed', 0, 4, '29', '300', NULL,"
                + " '2026-03-02 08:00:00')");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void beforeTheFirstProfileNoMarkedRowIsTold() {
        JsonNode mark =
                WebFixture.json(fixture.get("/api/tables/traffic/rules")).at("/marks/0");

        assertThat(mark.path("rule").asText()).isEqualTo("plausible");
        assertThat(mark.has("key")).isFalse();
        assertThat(mark.has("was")).isFalse();
        assertThat(mark.has("became")).isFalse();
    }

    @Test
    void rulesOfAnotherLogAreToldAsSuch() {
        assertThat(WebFixture.json(fixture.get("/api/tables/traffic/rules")).has("warning"))
                .isFalse();

        fixture.program.rulesOfAnotherLog = Optional.of("They are of another log. Fix: remove rules.yaml");

        assertThat(WebFixture.json(fixture.get("/api/tables/traffic/rules"))
                        .path("warning")
                        .asText())
                .contains("another log");
    }

    @Test
    void beforeTheFirstProfileNoRuleIsSwitchedOn() {
        String rule = "{\"column\":\"speed\",\"check\":\"\\\"speed\\\" >= 0\"}";

        assertThat(fixture.post("/api/tables/traffic/rules", rule).statusCode()).isEqualTo(400);
        fixture.program.profile = SampleTableProfile.of("traffic");
        assertThat(fixture.post("/api/tables/traffic/rules", rule).statusCode()).isEqualTo(201);
    }
}
