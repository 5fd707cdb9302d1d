package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.sql.SqlProblem;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gate says of the size and depth of queries, before the engine does anything with them. */
final class GrowthTest {
    private final Gate gate = new Gate(Set.of("traffic", "points"), Set.of());
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT len(range(1000)), repeat('x', 50000) || 'b', lpad(uid::VARCHAR, 10, '0') FROM traffic",
                "SELECT list_transform(range(100), x -> x * 2) FROM traffic",
                "SELECT upper(string_agg(name, ', ')), substr(string_agg(name, ', '), 1, 100) FROM points GROUP BY id",
                "SELECT replace(replace(replace(name, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') FROM points",
                "SELECT repeat('#', least(count(*), 100)) FROM traffic GROUP BY uid",
                "SELECT regexp_replace(name, '([a-z]+) (.*)', '\\2 \\1', 'g'), string_split(name, ' ')[1] FROM points",
                "SELECT list_sort(list(DISTINCT name)), len(array_agg(uid)) FROM points GROUP BY id",
                "SELECT upper(s) FROM (SELECT string_agg(name, ',') AS s FROM points GROUP BY id)",
                "SELECT unnest(generate_series(1, 1000)), printf('%05d', id), format('{:.2f}', 1.5) FROM points",
                "SELECT * FROM range(1000000000), generate_series(TIMESTAMP '2024-01-01', now(), INTERVAL 1 DAY)",
                "SELECT concat_ws(';', name, id, name, id), to_json(name), name ->> '$.a', hex(name) FROM points",
                "SELECT max(uid, 3), arg_max(uid, speed), first(name ORDER BY id) FROM points",
                "SELECT len(range(-5, 5)), len(range(1, least(uid, 100) + 1)), repeat('#', round(least(uid, 9), 0))"
                        + " FROM traffic",
                "SELECT left(string_agg(name, ','), 100), left(name, -1), substr(name, 2, uid) FROM points",
                "SELECT levenshtein(name, 'abc'), jaccard(name, name) FROM points",
                "WITH RECURSIVE r AS (SELECT 'a' AS x UNION ALL SELECT x || x FROM r WHERE strlen(x) < 100) FROM r",
            })
    void letsWhatPeopleWriteThrough(String sql) {
        assertThatCode(() -> gate.check(connection, sql)).doesNotThrowAnyException();
    }

    @Test
    void letsWideRowsThrough() {
        String wide = IntStream.range(0, 1_000)
                .mapToObj(index -> "a.uid AS u" + index + ", upper(name) AS n" + index)
                .collect(Collectors.joining(", "));
        String union = "SELECT repeat(name, 1000) FROM points";

        assertThatCode(() -> gate.check(connection, "SELECT " + wide + " FROM (SELECT * FROM traffic) a, points"))
                .doesNotThrowAnyException();
        assertThatCode(() -> gate.check(connection, String.join(" UNION ALL ", Collections.nCopies(20, union))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("io.polder.query.Escapes#ofTheSize")
    void refusesWhatCannotBeBounded(String sql) {
        assertThatThrownBy(() -> gate.check(connection, sql)).isInstanceOfSatisfying(SqlProblem.class, problem -> {
            assertThat(problem.getMessage()).contains("Fix: ");
            assertThat(problem.position()).isNotNegative();
        });
    }

    @ParameterizedTest
    @MethodSource("io.polder.query.Escapes#ofTheDepth")
    void refusesWhatIsTooDeepOrTooLong(String sql) {
        assertThatThrownBy(() -> gate.check(connection, sql))
                .isInstanceOfSatisfying(SqlProblem.class, problem -> assertThat(problem.getMessage())
                        .hasSizeLessThan(2_000)
                        .contains("Fix: "));
    }

    /** What stands before them is read as the engine reads it: none of it makes a text of what follows. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 /* ' */ WHERE %s",
                "SELECT 1 /* /* */ ' */ WHERE %s",
                "SELECT 1 /*/* ' */*/ WHERE %s",
                "SELECT 1 -- '\r WHERE %s",
                "SELECT 1 +-- '\n 1 WHERE %s",
                "SELECT 1 AS a$b$ WHERE %s",
                "SELECT 1 AS \u2460$b$ WHERE %s",
                "SELECT E'\\'' WHERE %s",
                "SELECT E'a'\n'\\'' WHERE %s",
                "SELECT E'a' -- x\n'\\'' WHERE %s",
                "SELECT 'a\\' WHERE %s",
                "SELECT $q$ $$ ' $q$ WHERE %s",
                "SELECT $\u2460$ ' $\u2460$ WHERE %s",
                "SELECT 1 WHERE 1\u00a0AND\u00a0%s",
            })
    void nothingHidesConditions(String sql) {
        String few = sql.formatted(String.join("and ", Collections.nCopies(50, "1")));
        String many = sql.formatted(String.join("and ", Collections.nCopies(6_000, "1")));

        assertThatCode(() -> gate.check(connection, few)).doesNotThrowAnyException();
        assertThatThrownBy(() -> gate.check(connection, many)).hasMessageContaining("AND and OR");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/* /* %1$s */ %1$s */ SELECT 1",
                "SELECT $a$ %s $a$",
                "-- %s\r SELECT 1",
                "SELECT E'\\'%s'",
            })
    void whatIsNoConditionDoesNotCount(String sql) {
        assertThatCode(() -> gate.check(connection, sql.formatted(" and".repeat(6_000))))
                .doesNotThrowAnyException();
    }

    /** What passes is planned and run by an engine that is bounded as the store's is, within the test's patience. */
    @ParameterizedTest
    @MethodSource("io.polder.query.Escapes#deepAsAllowed")
    void runsWhatIsAsDeepAsItMayBe(String sql) throws SQLException {
        gate.check(connection, sql);
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
        }
    }

    @Test
    void everyFunctionOfTheTableIsOneOfTheEngines() throws SQLException {
        Set<String> known = new TreeSet<>(List.of("grouping", "grouping_id", "nullif", "unnest", "^@", "->", "->>"));
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT DISTINCT lower(function_name) FROM duckdb_functions()"
                        + " WHERE function_type IN ('scalar', 'aggregate', 'macro')")) {
            while (result.next()) {
                known.add(result.getString(1));
            }
        }
        List<String> unknown = new ArrayList<>(Functions.names());
        unknown.removeAll(known);
        assertThat(unknown).isEmpty();
    }

    @Test
    void aRefusalPointsAtTheCall() {
        assertThatThrownBy(() -> gate.check(connection, "SELECT uid,\n  repeat('x', uid) FROM traffic"))
                .hasMessage("""
                      repeat('x', uid) FROM traffic
                      ^ it cannot be told how large repeat() becomes (line 2, column 3). Fix: bound the number:\
                     repeat(…, least(n, 1000))\
                    """);
    }
}
