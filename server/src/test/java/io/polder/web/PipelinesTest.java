package io.polder.web;

import static io.polder.web.WebFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /api/pipelines} says of feeds, topics, tables and agents. */
class PipelinesTest {
    private final WebFixture fixture;

    PipelinesTest(@TempDir Path folder) {
        fixture = new WebFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aFeedIsASourceItsTopicTheChannelAndItsTableTheSink() {
        JsonNode topic = pipelines().get(0);

        assertThat(topic.path("kind").asText() + " " + topic.path("name").asText())
                .isEqualTo("topic traffic");
        assertThat(topic.path("simulated").asBoolean()).isTrue();
        assertThat(parts(topic)).containsExactly("source traffic http", "channel traffic topic", "sink traffic table");
        assertThat(topic.at("/parts/0/channels/0").asText()).isEqualTo("traffic");
        assertThat(topic.at("/parts/2/channels/0").asText()).isEqualTo("traffic");
        assertThat(topic.at("/parts/0/rate").asDouble()).isEqualTo(70.9);
        assertThat(topic.at("/parts/0/failures").asLong()).as("rejected").isEqualTo(2);
        assertThat(topic.at("/parts/1/oldestSeconds").asDouble()).isEqualTo(0.25);
        assertThat(topic.at("/parts/1/fillPercent").isNull())
                .as("a topic has no capacity")
                .isTrue();
        assertThat(topic.at("/parts/2/rate").asDouble()).as("4,254 in a minute").isEqualTo(70.9);
        assertThat(topic.path("why")).isEmpty();
    }

    @Test
    void theLastHourComesFromTheLedgerWithoutTheMinuteThatIsNotOver() {
        String minute =
                "date_trunc('minute', TIMESTAMP '" + FakeProgram.NOW.toString().replace("Z", "") + "')";
        fixture.program.run("INSERT INTO polder.edge_ledger VALUES"
                + " ('traffic', " + minute + ", 9, 9, 0, 0, 0),"
                + " ('traffic', " + minute + " - INTERVAL 1 MINUTE, 7, 6, 0, 1, 0),"
                + " ('traffic', " + minute + " - INTERVAL 60 MINUTE, 5, 5, 0, 0, 0),"
                + " ('traffic', " + minute + " - INTERVAL 61 MINUTE, 4, 4, 0, 0, 0)");

        JsonNode topic = pipelines().get(0);

        for (String part : List.of("/parts/0/perMinute", "/parts/1/perMinute")) {
            JsonNode perMinute = topic.at(part);
            assertThat(perMinute).hasSize(60);
            assertThat(perMinute.get(59).asLong()).isEqualTo(6);
            assertThat(perMinute.get(0).asLong()).isEqualTo(5);
            assertThat(StreamSupport.stream(perMinute.spliterator(), false)
                            .mapToLong(JsonNode::asLong)
                            .sum())
                    .isEqualTo(11);
        }
    }

    @Test
    void aPausedFeedIsTheReason() {
        fixture.program.pause("traffic");

        JsonNode topic = pipelines().get(0);

        assertThat(topic.path("why").get(0).asText()).isEqualTo("traffic feed: paused");
        assertThat(topic.at("/parts/0/state").asText()).isEqualTo("waiting");
    }

    @Test
    void agentsComeFirstWithTheirOwnReasons() {
        fixture.program.agents = List.of(FakeProgram.agent("k sink: broker b:9092 refused since 12:04:10"));

        JsonNode agent = pipelines().get(0);

        assertThat(agent.path("kind").asText() + " " + agent.path("name").asText())
                .isEqualTo("agent a1");
        assertThat(agent.path("why").get(0).asText()).isEqualTo("k sink: broker b:9092 refused since 12:04:10");
        assertThat(parts(agent)).containsExactly("channel c memory", "sink k KafkaSink", "source s http");
        assertThat(agent.at("/parts/0/fillPercent").asDouble()).isEqualTo(84);
        assertThat(agent.at("/parts/1/state").asText()).isEqualTo("failing");
        assertThat(agent.at("/parts/2/perMinute").toString()).isEqualTo("[5,4]");
    }

    private JsonNode pipelines() {
        return json(fixture.get("/api/pipelines")).path("pipelines");
    }

    private static List<String> parts(JsonNode pipeline) {
        return StreamSupport.stream(pipeline.path("parts").spliterator(), false)
                .map(part -> part.path("kind").asText() + " "
                        + part.path("name").asText() + " " + part.path("type").asText())
                .toList();
    }
}
