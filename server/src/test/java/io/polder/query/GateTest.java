package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GateTest {
    private final Gate gate = new Gate(Set.of("traffic", "points"), Set.of("fast"));
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
    @ValueSource(
            strings = {
                "",
                "   ",
                "DROP TABLE traffic",
                "INSERT INTO traffic VALUES (1)",
                "UPDATE traffic SET speed = 1",
                "DELETE FROM traffic",
                "CREATE TABLE x AS SELECT 1",
                "SELECT 1; DROP TABLE traffic",
                "SELECT 1; SELECT 2",
                "SELECT 1 /* ; */ ; -- x\nDELETE FROM traffic",
                "ATTACH '/tmp/x.db'",
                "COPY traffic TO '/tmp/x.csv'",
                "COPY (SELECT 1) TO '/tmp/x'",
                "EXPORT DATABASE '/tmp/x'",
                "INSTALL httpfs",
                "LOAD httpfs",
                "PRAGMA database_list",
                "SET memory_limit = '1TB'",
                "RESET memory_limit",
                "CALL pragma_version()",
                "CHECKPOINT",
                "BEGIN TRANSACTION",
                "COMMIT",
                "USE store",
                "EXPLAIN ANALYZE SELECT 1",
                "PREPARE p AS SELECT 1",
                "EXECUTE p",
                "VACUUM",
                "SHOW TABLES",
                "DESCRIBE traffic",
                "SUMMARIZE traffic",
                "SELECT * FROM (SHOW TABLES)",
                "SELECT * FROM (DESCRIBE traffic)",
                "SELECT * FROM (SUMMARIZE traffic)",
                "SELECT * FROM '/etc/passwd'",
                "SELECT * FROM 'data.csv'",
                "SELECT * FROM read_csv('/etc/passwd')",
                "SELECT * FROM read_text('/etc/passwd')",
                "SELECT * FROM read_blob('/etc/passwd')",
                "SELECT * FROM read_parquet('x')",
                "SELECT * FROM read_json_auto('x')",
                "SELECT * FROM glob('/*')",
                "SELECT * FROM parquet_metadata('x')",
                "SELECT * FROM sniff_csv('/etc/passwd')",
                "SELECT * FROM duckdb_settings()",
                "SELECT * FROM duckdb_tables",
                "SELECT * FROM duckdb_functions()",
                "SELECT * FROM pragma_table_info('traffic')",
                "SELECT * FROM query('SELECT 1')",
                "SELECT * FROM query_table('traffic')",
                "SELECT * FROM json_execute_serialized_sql('{}')",
                "SELECT * FROM polder_events_1()",
                "SELECT * FROM information_schema.tables",
                "SELECT * FROM pg_catalog.pg_tables",
                "SELECT * FROM sqlite_master",
                "SELECT * FROM store.generations",
                "SELECT * FROM store.\"traffic~1\"",
                "SELECT * FROM mart.store.generations",
                "SELECT * FROM mart.main.traffic",
                "SELECT * FROM system.main.duckdb_tables",
                "SELECT * FROM temp.staged",
                "SELECT * FROM polder.generations",
                "SELECT * FROM provenance.fast",
                "SELECT * FROM nosuch",
                "SELECT (SELECT count(*) FROM store.outbox)",
                "SELECT * FROM traffic WHERE EXISTS (SELECT * FROM store.outbox)",
                "SELECT * FROM traffic ORDER BY (SELECT max(sequence) FROM store.outbox)",
                "SELECT * FROM traffic LIMIT (SELECT max(sequence) FROM store.outbox)",
                "WITH a AS (SELECT * FROM store.outbox) SELECT * FROM a",
                "WITH duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables",
                "WITH RECURSIVE duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables",
                "WITH a AS (SELECT * FROM duckdb_tables), duckdb_tables AS (SELECT 1) SELECT * FROM a",
                "WITH RECURSIVE duckdb_tables AS (SELECT count(*) AS n FROM duckdb_tables UNION ALL SELECT n + 1"
                        + " FROM duckdb_tables WHERE n < 3) SELECT * FROM duckdb_tables",
                "SELECT * FROM (WITH sqlite_master AS (SELECT 1) SELECT 1), sqlite_master",
                "SELECT * FROM traffic t, LATERAL (SELECT * FROM store.outbox)",
                "SELECT * FROM traffic JOIN store.outbox ON true",
                "SELECT * FROM traffic POSITIONAL JOIN store.outbox",
                "SELECT getenv('HOME')",
                "SELECT GETENV('HOME')",
                "SELECT current_setting('temp_directory')",
                "SELECT nextval('s')",
                "SELECT sleep_ms(10000)",
                "SELECT write_log('x')",
                "SELECT current_database()",
                "SELECT current_query()",
                "SELECT system.main.getenv('HOME')",
                "SELECT 1 FROM traffic WHERE getvariable('x') = 1",
                "SELECT * FROM \"traffic\u0000\"",
                "SELECT * FROM traﬃc",
                "SELECT $1",
            })
    void refusesEverythingElseWithASentence(String sql) {
        assertThatThrownBy(() -> gate.check(connection, sql))
                .isInstanceOfSatisfying(PolderException.class, exception -> {
                    assertThat(exception.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(exception.getMessage()).contains("Fix: ");
                });
    }

    @Test
    void aRefusalPointsAtThePlace() {
        assertThatThrownBy(() -> gate.check(connection, "SELECT *\nFROM trafic t"))
                .hasMessage("""
                        FROM trafic t
                             ^ there is no table 'trafic' (line 2, column 6). Fix: did you mean 'traffic'?""");
    }
}
