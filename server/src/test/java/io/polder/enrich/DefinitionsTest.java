package io.polder.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.record.Problem;
import io.polder.store.TableDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DefinitionsTest {
    private static final String FEEDS = """
            mart: test
            feeds:
              points: { http: true, format: json, key: [uid], fields: [
                  {name: uid, type: bigint}, {name: name}, {name: valid_from, type: timestamp}] }
              roads: { http: true, format: json, key: [road], fields: [{name: road}, {name: name}] }
              traffic: { http: true, format: json, key: [uid], fields: [
                  {name: uid, type: bigint}, {name: time, type: timestamp}, {name: speed, type: integer}] }
            tables:
              points: { from: points, key: [uid, valid_from], time: valid_from }
              roads: { from: roads, key: [road] }
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT uid, time, avg(speed) AS s FROM event GROUP BY uid, time | GROUP BY is not row-local",
                "SELECT DISTINCT uid, time FROM event | DISTINCT is not row-local",
                "SELECT uid, time FROM event ORDER BY 1 LIMIT 3 | LIMIT is not row-local",
                "SELECT uid, time, row_number() OVER () AS n FROM event | a window function is not row-local",
                "SELECT uid, time, max(speed) AS m FROM event | max() is an aggregate",
                "SELECT uid, time, now() AS n FROM event | now() does not give the same twice",
                "SELECT uid, time, current_timestamp AS n FROM event | current_timestamp does not give the same twice",
                "SELECT uid, time, CURRENT_DATE AS n FROM event | CURRENT_DATE does not give the same twice",
                "SELECT uid, time, current_localtimestamp() AS n FROM event | current_localtimestamp() does not give the same",
                "SELECT uid, time, age(time) AS n FROM event | age() does not give the same twice",
                "SELECT uid, time, random() AS n FROM event | random() does not give the same twice",
                "SELECT uid, time, unnest([1, 2]) AS n FROM event | unnest() makes several rows of one",
                "SELECT uid, time, (SELECT max(name) FROM roads) AS n FROM event | a subquery is not row-local",
                "WITH a AS (SELECT * FROM event) SELECT uid, time FROM a | has a WITH",
                "SELECT uid, time FROM event UNION ALL SELECT uid, time FROM event | is not a plain SELECT",
                "SELECT uid, time FROM points | reads from 'points' and not from event",
                "SELECT e.uid, e.time FROM event e LEFT JOIN nosuch p ON p.uid = e.uid | a table that is not defined",
                "SELECT e.uid, e.time FROM event e LEFT JOIN points p ON p.name = 'x' | without uid of its key",
                "SELECT e.uid, e.time FROM event e LEFT JOIN points p ON p.uid = p.uid | without uid of its key",
                "SELECT e.uid, e.time FROM event e LEFT JOIN points p ON p.uid = length(name) | without uid of its key",
                "SELECT e.uid, e.time FROM event e LEFT JOIN points p ON p.uid = length(NAME) + e.uid | without uid of its key",
                "SELECT e.uid, e.time FROM event e LEFT JOIN roads r ON r.road = 'x' LEFT JOIN points p ON p.uid = epoch(valid_from) | without uid of its key",
                "SELECT uid, time, rowid AS n FROM event | rowid",
                "SELECT e.uid, e.time, p.rowid AS n FROM event e LEFT JOIN points p ON p.uid = e.uid | rowid",
                "SELECT e.uid, e.time FROM event e LEFT JOIN points p ON p.uid > e.uid | without uid of its key",
                "SELECT e.uid, e.time FROM event e ASOF LEFT JOIN points p ON p.uid = e.uid | as of a time",
                "SELECT e.uid, e.time FROM event e ASOF LEFT JOIN roads r ON r.road = 'x' AND r.name <= 'y' | its key has no time",
                "SELECT e.uid, e.time FROM event e RIGHT JOIN points p ON p.uid = e.uid | RIGHT JOIN is not row-local",
                "SELECT e.uid, e.time FROM event e, points p | joins by CROSS",
                "SELECT uid, time, speeed FROM event | 'speeed'",
                "SELEC uid FROM event | syntax error",
                "SELECT uid, time FROM event; SELECT 1 | holds 2 statements",
                "SELECT uid, speed AS time FROM event | is a INTEGER",
                "SELECT uid FROM event | gives no such column",
                "SELECT e.*, p.* FROM event e LEFT JOIN points p ON p.uid = e.uid | two columns have this name",
                "SELECT e.*, 1 AS _Batch FROM event e | is a column that the store keeps",
                "SELECT e.* EXCLUDE (uid), e.uid + 1 AS uid FROM event e | does not contain 'uid', the key of feed 'traffic'",
                "SELECT e.* EXCLUDE (e.uid), e.uid + 1 AS uid FROM event e | does not contain 'uid', the key of feed 'traffic'",
                "SELECT e.* RENAME (uid AS speed, speed AS uid) FROM event e | does not contain 'uid', the key of feed 'traffic'",
                "SELECT uid + 1 AS uid, time FROM event | does not contain 'uid', the key of feed 'traffic'",
            })
    void aSelectThatIsNotRowLocalOrWrongIsToldWithItsFix(String select, String wrong) throws IOException {
        List<Problem> problems = Definitions.check(mart(select));

        assertThat(problems).anySatisfy(problem -> assertThat(problem.toString())
                .contains("tables.traffic")
                .contains(wrong.replace("'speeed'", "speeed"))
                .contains("Fix: "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT * FROM event",
                "SELECT e.* EXCLUDE (speed) FROM event e WHERE speed > 3",
                "SELECT e.*, age(e.time, e.accepted) AS late FROM event e",
                "SELECT e.uid, e.time, p.name, r.name AS road FROM event e ASOF LEFT JOIN points p ON p.uid = e.uid AND e.time >= p.valid_from LEFT JOIN roads r ON r.road = substr(p.name, 1, 4)",
                "SELECT e.uid, e.time, p.* EXCLUDE (uid) FROM event e JOIN points p ON e.uid = p.uid",
                "SELECT e.uid, e.time, p.name FROM event e LEFT JOIN roads r ON r.road = 'x' LEFT JOIN points p ON p.uid = length(r.name) AND speed > 3",
                "SELECT uid, time, accepted - time AS delay, coalesce(speed, 0) AS speed FROM event",
            })
    void aRowLocalSelectIsTaken(String select) throws IOException {
        assertThat(Definitions.check(mart(select))).isEmpty();
    }

    @Test
    void aStarShowsNothingOfOurs() throws IOException {
        TableDefinition table = Objects.requireNonNull(Definitions.compile(
                        mart(
                                "SELECT e.*, p.* EXCLUDE (uid, valid_from) FROM event e ASOF LEFT JOIN points p ON p.uid = e.uid AND p.valid_from <= e.time"))
                .tables()
                .get("traffic"));

        assertThat(table.transform().names()).containsExactly("uid", "time", "speed", "name");
    }

    @Test
    void problemsOfRulesViewsAndMapsAreToldAtOnce() throws IOException {
        Mart mart = mart("SELECT * FROM event", """
                    rules:
                      - { column: speeed, check: "speed < 250", on_violation: nullify }
                      - { column: speed, check: "speed +", on_violation: count }
                      - { column: speed, check: "speed", on_violation: count }
                """);

        assertThat(Definitions.check(mart).stream().map(Problem::toString))
                .anyMatch(problem -> problem.contains("'speeed'") && problem.contains("did you mean 'speed'"))
                .anyMatch(problem -> problem.contains("syntax error"))
                .anyMatch(problem -> problem.contains("is a value of type INTEGER"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true) FROM polder_row_columns --",
                "true) FROM polder_row_columns; SELECT (true",
                "true) FROM polder_row_columns WHERE (true",
                "true) FROM polder_row_columns /*",
                "speed < 250 --",
                "true), (true",
                "speed < 1) OR (speed > 2",
                "true AS x",
                "true FROM polder_row_columns ORDER BY 1",
                "polder_row_columns IS NULL",
                "polder_row_columns.speed < 250",
                "COLUMNS(*) IS NULL",
                "*"
            })
    void neitherAConditionNorAFixLeavesTheParenthesesAroundIt(String text) throws IOException {
        Mart mart = mart("SELECT * FROM event", """
                    rules:
                      - { column: speed, check: "%s", on_violation: count }
                      - { column: speed, check: "speed < 250", on_violation: fix, fix: "%s" }
                """.formatted(text, text));

        assertThat(Definitions.check(mart).stream().map(Problem::place))
                .hasSize(2)
                .allMatch(at -> at.contains("rules["));
    }

    @Test
    void aConditionMayHaveParenthesesAndComments() throws IOException {
        Mart mart = mart("SELECT * FROM event", """
                    rules:
                      - { column: speed, check: "(speed < 250) OR /* ) -- */ (speed = 999)", on_violation: count }
                      - { column: speed, check: "speed::VARCHAR NOT IN (')', '--')", on_violation: fix, fix: "(speed) / 2" }
                """);

        assertThat(Definitions.check(mart)).isEmpty();
    }

    @Test
    void thePointOfAModelIsWhatTheEventsHaveOrHasAnotherName() throws IOException {
        String model = "models:\n  speed: { table: traffic, point: %s, target: speed }\n";

        Mart same = mart("SELECT * FROM event", model.formatted("uid"));
        assertThat(Definitions.check(same)).isEmpty();
        Mart other = mart("SELECT uid, 'p' || uid AS place, time, speed FROM event", model.formatted("place"));
        assertThat(Definitions.check(other)).isEmpty();
        Mart changed = mart(
                "SELECT uid, time, 'very ' || speed AS speed FROM event",
                model.formatted("speed").replace("target: speed", "target: uid"));
        assertThat(Definitions.check(changed)).singleElement().satisfies(problem -> assertThat(problem.toString())
                .contains("is of type VARCHAR in table 'traffic' and INTEGER in its events"));
    }

    private Mart mart(String select) throws IOException {
        return mart(select, "");
    }

    private Mart mart(String select, String more) throws IOException {
        Files.writeString(
                folder.resolve("polder.yaml"),
                FEEDS + "  traffic:\n    from: traffic\n    key: [uid, time]\n    time: time\n    select: \"" + select
                        + "\"\n" + more);
        return MartReader.read(folder);
    }
}
