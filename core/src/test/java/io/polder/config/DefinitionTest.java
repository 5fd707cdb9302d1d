package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DefinitionTest {
    private static final String MART = """
            mart: tiny
            feeds:
              readings:
                poll: "https://example.org/?token=${env:TOKEN}"
                format: {type: csv, delimiter: ";", nulls: ["NULL", "-", " "]}
                fields:
                  - {name: uid, path: "Uid \\"of\\" point", type: bigint}
                  - {name: time, type: timestamp}
                  - {name: speed, type: double, nulls: ["252", "", "é\\t\\u2028\\U0001F600"]}
                key: [uid]
                partitions: 2
                simulated: true
              history: {files: "*.json", format: json, topic: readings}
            tables:
              readings:
                from: readings
                key: [uid, time]
                time: time
                version: speed
                retain: 400d
                publish: out
                select: |
                  SELECT e.uid, e.time, -- when
                         e.speed
                  FROM event e
                rules:
                  - {column: speed, check: "speed <= 250", on_violation: nullify}
                  - {name: known, check: "uid > 0", on_violation: reject}
                  - {column: speed, check: "speed > 0"}
            """;

    private final Path folder;

    DefinitionTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void theSameDefinitionHasTheSameHashForEver() throws IOException {
        assertThat(hash(MART)).isEqualTo("94946bcf5923d2b1c9cea939de55434cca56e818e6c59987c3ceca406068f6f2");
    }

    @Test
    void whatMakesOtherRowsChangesTheHash() throws IOException {
        assertThat(hashWith("key: [uid, time]", "key: [time, uid]")).isNotEqualTo(hash(MART));
        assertThat(hashWith("    time: time\n    version: speed\n    retain: 400d\n", "    version: speed\n"))
                .isNotEqualTo(hash(MART));
        assertThat(hashWith("version: speed", "version: time")).isNotEqualTo(hash(MART));
        assertThat(hashWith("e.speed\n", "e.speed + 1 AS speed\n")).isNotEqualTo(hash(MART));
        assertThat(hashWith("speed <= 250", "speed <= 200")).isNotEqualTo(hash(MART));
        assertThat(hashWith("on_violation: reject", "on_violation: count")).isNotEqualTo(hash(MART));
        assertThat(hashWith("delimiter: \";\", ", "")).isNotEqualTo(hash(MART));
        assertThat(hashWith("type: double", "type: integer")).isNotEqualTo(hash(MART));
        assertThat(hashWith("[\"252\", ", "[\"254\", ")).isNotEqualTo(hash(MART));
        assertThat(hashWith(
                        "format: json, topic",
                        "format: json, fields: [{name: uid, type: bigint}, {name: more}], topic"))
                .isNotEqualTo(hash(MART));
        assertThat(hashWith("  history: {", "  later: {")).isNotEqualTo(hash(MART));
        assertThat(hashWith("  history: {files: \"*.json\", format: json, topic: readings}\n", ""))
                .as("its events can no longer be read")
                .isNotEqualTo(hash(MART));
        assertThat(hashWith("format: json, topic", "format: csv, topic")).isNotEqualTo(hash(MART));
        assertThat(hashWith("of\\\" point", "of\\\" lane")).isNotEqualTo(hash(MART));
    }

    @Test
    void whatMakesTheSameRowsDoesNotChangeTheHash() throws IOException {
        assertThat(hashWith("retain: 400d", "retain: 30d")).isEqualTo(hash(MART));
        assertThat(hashWith("publish: out", "publish: elsewhere")).isEqualTo(hash(MART));
        assertThat(hashWith("speed > 0", "speed > 1")).isEqualTo(hash(MART));
        assertThat(hashWith("name: known", "name: sure")).isEqualTo(hash(MART));
        assertThat(hashWith("-- when\n", "/* at */")).isEqualTo(hash(MART));
        assertThat(hashWith("FROM event e", "  FROM  event e")).isEqualTo(hash(MART));
        assertThat(hashWith("delimiter: \";\"", "delimiter: \";\", header: true"))
                .isEqualTo(hash(MART));
        assertThat(hashWith("[\"NULL\", \"-\"", "[\"-\", \"NULL\"")).isEqualTo(hash(MART));
        assertThat(hashWith("simulated: true", "every: 10s")).isEqualTo(hash(MART));
    }

    @Test
    void anotherDefinitionOfAJoinedTableChangesTheHash() throws IOException {
        Mart mart = read(MART);
        Table table = mart.table("readings");
        List<Feed> feeds = mart.feedsOf("readings");
        String joined = Definition.hash(table, feeds, Map.of("points", "1", "roads", "2"));

        assertThat(joined)
                .isNotEqualTo(hash(MART))
                .isNotEqualTo(Definition.hash(table, feeds, Map.of("points", "2", "roads", "2")))
                .isEqualTo(Definition.hash(table, feeds, Map.of("roads", "2", "points", "1")));
    }

    @Test
    void aFeedThatJoinsTheTopicLeavesTheRowsAsTheyAre() throws IOException {
        Mart both = read(MART);
        Mart one = read(MART.replace("  history: {files: \"*.json\", format: json, topic: readings}\n", ""));
        Mart more = read(MART.replace(
                "format: json, topic", "format: json, fields: [{name: uid, type: bigint}, {name: more}], topic"));
        Table table = both.table("readings");
        List<Feed> then = one.feedsOf("readings");

        assertThat(Definition.joinedBy(table, then, both.feedsOf("readings")))
                .hasValueSatisfying(all -> assertThat(Definition.hash(table, all, Map.of()))
                        .isEqualTo(Definition.hash(table, both.feedsOf("readings"), Map.of())));
        assertThat(Definition.joinedBy(table, then, more.feedsOf("readings")))
                .as("new fields")
                .isEmpty();
        assertThat(Definition.joinedBy(table, both.feedsOf("readings").subList(1, 2), both.feedsOf("readings")))
                .as("another leader")
                .isEmpty();
    }

    @Test
    void textInQuotesOfASelectCounts() throws IOException {
        String quoted = MART.replace("e.speed\n", "e.speed, 'a  -- b' AS note\n");

        assertThat(hash(quoted.replace("'a  -- b'", "'a -- b'"))).isNotEqualTo(hash(quoted));
        assertThat(hash(quoted.replace("'a  -- b'", "'a  -- c'"))).isNotEqualTo(hash(quoted));
    }

    @Test
    void aDefinitionIsReadAsItWasStoredWithoutAddressesAndSecrets() throws IOException {
        Mart mart = read(MART);
        Table table = mart.table("readings");

        String source = Definition.source(table, mart.feedsOf("readings"));
        Mart stored = Definition.read(source);

        assertThat(source).doesNotContain("example.org").doesNotContain("s3cret");
        assertThat(stored.table("readings")).isEqualTo(table);
        assertThat(stored.feeds().keySet()).containsExactly("readings", "history");
        for (Feed feed : mart.feeds().values()) {
            Feed again = stored.feed(feed.name());
            assertThat(again.format().schema()).isEqualTo(feed.format().schema());
            assertThat(again.formatName()).isEqualTo(feed.formatName());
            assertThat(again.formatOptions()).isEqualTo(feed.formatOptions());
            assertThat(again.key()).isEqualTo(feed.key());
            assertThat(again.partitions()).isEqualTo(feed.partitions());
            assertThat(again.topic()).isEqualTo(feed.topic());
            assertThat(again.isBounded()).isEqualTo(feed.isBounded());
            assertThat(again.simulated()).isEqualTo(feed.simulated());
        }
        assertThat(Definition.hash(stored.table("readings"), stored.feedsOf("readings"), Map.of()))
                .isEqualTo(Definition.hash(table, mart.feedsOf("readings"), Map.of()));
        assertThat(Definition.source(stored.table("readings"), stored.feedsOf("readings")))
                .isEqualTo(source);
    }

    @Test
    void theExampleOfTheDesignIsReadAsItWasStored() throws IOException {
        Mart mart = read(MartReaderTest.FLANDERS);

        for (Table table : mart.tables().values()) {
            List<Feed> feeds = mart.feedsOf(table.from());
            Mart stored = Definition.read(Definition.source(table, feeds));

            assertThat(stored.table(table.name())).isEqualTo(table);
            assertThat(Definition.hash(stored.table(table.name()), stored.feedsOf(table.from()), Map.of()))
                    .isEqualTo(Definition.hash(table, feeds, Map.of()));
        }
    }

    private String hashWith(String old, String changed) throws IOException {
        assertThat(MART).contains(old);
        return hash(MART.replace(old, changed));
    }

    private String hash(String yaml) throws IOException {
        Mart mart = read(yaml);
        return Definition.hash(mart.table("readings"), mart.feedsOf("readings"), Map.of());
    }

    private Mart read(String yaml) throws IOException {
        Files.writeString(folder.resolve("polder.yaml"), yaml);
        return MartReader.read(folder, List.of(), Map.of("TOKEN", "s3cret"));
    }
}
