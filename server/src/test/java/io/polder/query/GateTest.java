package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Catalog;
import io.polder.sql.Impala;
import io.polder.sql.ImpalaMacros;
import io.polder.sql.Relation;
import io.polder.sql.Session;
import io.polder.sql.Statement.Translated;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GateTest {
    private final Gate gate = new Gate(Set.of("traffic", "points"), Set.of("fast"));
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            for (String sql : ImpalaMacros.definitions()) {
                statement.execute(sql);
            }
        }
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM traffic",
                "select uid, avg(speed) over (partition by uid) from main.traffic t join points p using (uid)",
                "WITH a AS (SELECT * FROM traffic), b AS (SELECT * FROM a) SELECT * FROM b ORDER BY 1 DESC LIMIT 3",
                "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
                "WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM a UNION SELECT (SELECT max(1) FROM a)",
                "SELECT * FROM fast UNION ALL SELECT * FROM traffic",
                "SELECT (SELECT max(time) FROM traffic), [1, 2, 3], {'a': 1}, CASE WHEN 1 = 1 THEN INTERVAL 1 hour END",
                "SELECT * FROM provenance.traffic WHERE time > now() - INTERVAL '1 day'",
                "SELECT * FROM polder.ledger, polder.edge_ledger",
                "SELECT * FROM range(10) t(i), unnest([1, 2])",
                "VALUES (1, 'a'), (2, 'b')",
                "FROM traffic SELECT count(*) FILTER (WHERE speed > 3), date_trunc('hour', time) GROUP BY ALL",
                "SELECT * FROM traffic QUALIFY row_number() OVER (PARTITION BY uid ORDER BY time DESC) = 1",
                "SELECT list_transform([1], x -> x + 1), COLUMNS('u.*') FROM traffic",
                "SELECT * FROM (PIVOT traffic ON speed IN (1, 2) USING count(*))",
            })
    void letsSelectsOverTheMartThrough(String sql) {
        assertThatCode(() -> gate.check(connection, sql)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("io.polder.query.Escapes#ofTheEngine")
    void refusesEverythingElseWithASentence(String sql) {
        assertThatThrownBy(() -> gate.check(connection, sql))
                .isInstanceOfSatisfying(PolderException.class, exception -> {
                    assertThat(exception.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(exception.getMessage()).contains("Fix: ");
                });
    }

    /** What is tried in Impala's words, where a quote, an escape or a comment means something else than to the engine. */
    @ParameterizedTest
    @MethodSource("io.polder.query.Escapes#ofImpala")
    void refusesWhatIsTriedInTheWordsOfImpala(String sql) {
        assertThatThrownBy(() -> translatedAndChecked(sql)).isInstanceOfSatisfying(PolderException.class, exception -> {
            assertThat(exception.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(exception.getMessage()).contains("Fix: ");
        });
    }

    /** Texts that would be something else if anybody took a quote of theirs for an end. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '~',
            value = {
                "select 'x\\' or 1=1 --' => x' or 1=1 --",
                "select 'x\\'; drop table traffic; --' => x'; drop table traffic; --",
                "select \"x'; drop table traffic; --\" => x'; drop table traffic; --",
                "select 'x''; drop table traffic; --' => x'; drop table traffic; --",
                "select \"x\"\"y\" => x\"y",
                "select 'x\\\\' => x\\",
                "select 'x\\\\\\'y' => x\\'y",
                "select '/* no comment */' => /* no comment */",
                "select '-- no comment' => -- no comment",
                "select '`' => `",
                "select '$$ x $$' => $$ x $$",
                "select concat('a', '\\'', 'b') => a'b",
                "select regexp_replace('a\\'b', '\\'', '\"') => a\"b",
                "select from_unixtime(0, 'yyyy\\'MM') => 1970'01",
                "select from_unixtime(0, 'yyyy%s') => 1970%0",
                "select 'é\u2019ﬃ' => é\u2019ﬃ",
                "select replace('a;b', ';', '\\';') => a';b",
            })
    void aTextStaysAText(String sql, String text) throws SQLException {
        String engine = translatedAndChecked(sql);

        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(engine)) {
            result.next();
            assertThat(result.getString(1)).isEqualTo(text);
            assertThat(result.next()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from default.traffic t join points p using (uid) where dayofweek(time) in (6, 7)",
                "select from_unixtime(cast(time as bigint), 'HH') h, ndv(uid) from traffic group by 1 order by 2 desc",
                "with a as (select * from traffic) select trunc(time, 'MI'), stddev(speed) over (order by time) from a",
                "select count(distinct a, b), group_concat(x) from fast left anti join points on uid = id",
                "select * from traffic tablesample system(10) repeatable(3)",
                "select * from provenance.traffic union all (select * from provenance.traffic) limit 3",
                "values (1, 'a'), (2, 'b')",
            })
    void letsTranslatedQueriesThrough(String sql) {
        assertThatCode(() -> translatedAndChecked(sql)).doesNotThrowAnyException();
    }

    private String translatedAndChecked(String sql) throws SQLException {
        io.polder.sql.Statement statement = Impala.translate(sql, Session.start(), CATALOG);
        Translated text = statement instanceof io.polder.sql.Statement.Explain explain
                ? explain.text()
                : ((io.polder.sql.Statement.Query) statement).text();
        gate.check(connection, text.sql());
        return text.sql();
    }

    private static final Catalog CATALOG = new Catalog() {
        @Override
        public List<Relation> relations() {
            return List.of();
        }

        @Override
        public Optional<Long> rows(Relation relation) {
            return Optional.empty();
        }

        @Override
        public List<ColumnStatistics> statistics(Relation relation) {
            return List.of();
        }
    };

    @Test
    void aRefusalPointsAtThePlace() {
        assertThatThrownBy(() -> gate.check(connection, "SELECT *\nFROM trafic t"))
                .hasMessage("""
                    FROM trafic t
                         ^ there is no table 'trafic' (line 2, column 6). Fix: did you mean 'traffic'?\
                    """);
    }
}
