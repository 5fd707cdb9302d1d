package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaterRulesTest {
    private static final Rule FIX = new Rule(
            "road_pattern",
            "road",
            "regexp_full_match(\"road\", '^[EN]\\d+$')",
            Rule.OnViolation.FIX,
            Optional.of("upper(road)"),
            List.of(12L, 0L),
            List.of());
    private static final Rule MARK = new Rule(
            "slow", "", "speed <= 250", Rule.OnViolation.MARK, Optional.empty(), List.of(3L, 4L), List.of(9L, 9L));

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("polder.yaml"), """
                mart: small
                feeds:
                  readings: {http: true, format: json, key: [id], partitions: 2, fields: [{name: id}, {name: road}, {name: speed, type: double}]}
                tables:
                  readings:
                    from: readings
                    key: [id]
                    personal: [road]
                    rules: [{column: speed, check: "speed >= 0", on_violation: reject}]
                """);
    }

    private Table table() {
        return MartReader.read(folder, List.of(), Map.of()).table("readings");
    }

    @Test
    void whatWasWrittenIsReadBehindTheRulesOfTheDefinition() throws IOException {
        LaterRules.write(folder, Map.of("readings", List.of(FIX, MARK)));

        assertThat(table().personal()).containsExactly("road");
        assertThat(table().rules()).hasSize(3).endsWith(FIX, MARK);
        assertThat(table().rules().get(0).isPartial()).isFalse();
    }

    @Test
    void rulesThatHoldFromAPlaceOnAreNoPartOfTheHashAndStayInTheSource() throws IOException {
        Mart before = MartReader.read(folder, List.of(), Map.of());
        LaterRules.write(folder, Map.of("readings", List.of(FIX, MARK)));
        Mart after = MartReader.read(folder, List.of(), Map.of());

        assertThat(hash(after)).isEqualTo(hash(before));
        Mart stored = Definition.read(
                Definition.source(after.table("readings"), after.feeds().values()));
        assertThat(stored.table("readings").rules())
                .isEqualTo(after.table("readings").rules());
        assertThat(stored.table("readings").personal()).containsExactly("road");
    }

    private static String hash(Mart mart) {
        return Definition.hash(mart.table("readings"), mart.feeds().values(), Map.of());
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), """
                rules:
                  - {table: readings, column: speed, check: "speed < 9"}
                  - {column: speed, check: "speed < 9", since: [1, 2]}
                  - {table: readings, column: id, check: "id <> ''", on_violation: fix, fix: "'x'", since: [1, 2]}
                  - {table: readings, column: road, check: "road <> ''", on_violation: fix, since: [1, x]}
                  - {table: readings, column: road, check: "road <> ''", fix: "'x'", since: [1, 2]}
                """);

        assertThatThrownBy(this::table)
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("rules.yaml:2")
                .hasMessageContaining("from where in the log")
                .hasMessageContaining("which table")
                .hasMessageContaining("part of the key")
                .hasMessageContaining("what the column becomes")
                .hasMessageContaining("not an offset")
                .hasMessageContaining("on_violation: fix alone");
    }
}
