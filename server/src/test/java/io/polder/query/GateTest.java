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

    /** What is tried in Impala's words, where a quote, an escape or a comment means something else than to the engine. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "select 1; drop table traffic",
                "select 1;; select 2",
                "select 'a\\'; drop table traffic --'; select 2",
                "select \"a\\\"; select 2",
                "select 'a' 'b'; select 1",
                "select 1 /* */ ; /* */ attach 'x'",
                "select 1 --\n; copy traffic to 'x'",
                "select 1 /* not /* nested */ from store.outbox */",
                "select * from traffic where name = 'x\\' union select * from store.outbox --'' ; select 1",
                "with a as (select 1) insert into traffic select * from a",
                "with a as (delete from traffic) select 1",
                "explain drop table traffic",
                "explain analyze select 1",
                "explain insert into traffic values (1)",
                "attach 'x'",
                "copy traffic to 'x'",
                "pragma database_list",
                "call pragma_version()",
                "load httpfs",
                "install httpfs",
                "set memory_limit = '1TB'; select 1; drop table traffic",
                "create table x as select 1",
                "create function f(int) returns int location 'x' symbol='y'",
                "export database 'x'",
                "begin",
                "checkpoint",
                "vacuum",
                "reset memory_limit",
                "select * from '/etc/passwd'",
                "select * from \"/etc/passwd\"",
                "select * from `/etc/passwd`",
                "select * from `data.csv`",
                "select * from read_csv('/etc/passwd')",
                "select * from `read_csv`('/etc/passwd')",
                "select * from `read_text` ('/etc/passwd')",
                "select * from default.read_csv('/etc/passwd')",
                "select * from read_text/**/('/etc/passwd')",
                "select * from glob('/*')",
                "select * from range(1000000000)",
                "select * from unnest([1])",
                "select * from table(traffic)",
                "select getenv('HOME')",
                "select `getenv`('HOME')",
                "select GetEnv /* */ ('HOME')",
                "select impala.getenv('HOME')",
                "select system.main.getenv('HOME')",
                "select main.getenv('HOME')",
                "select getvariable('x')",
                "select current_setting('memory_limit')",
                "select current_query()",
                "select sleep(100000)",
                "select sleep_ms(100000)",
                "select write_log('x')",
                "select nextval('s')",
                "select json_execute_serialized_sql('{}')",
                "select query('select 1')",
                "select * from query('select 1')",
                "select * from query_table('traffic')",
                "select * from duckdb_settings()",
                "select * from duckdb_tables",
                "select * from information_schema.tables",
                "select * from pg_catalog.pg_tables",
                "select * from sqlite_master",
                "select * from store.outbox",
                "select * from `store`.`outbox`",
                "select * from `store.outbox`",
                "select * from impala::store.outbox",
                "select * from `impala::store.outbox`",
                "select * from `impala::mart.store.outbox`",
                "select * from impala::impala::default.traffic",
                "select * from default.default.traffic",
                "select * from mart.default.traffic",
                "select * from provenance.fast",
                "select * from polder.generations",
                "select * from traffic where exists (select 1 from store.outbox)",
                "select * from traffic left semi join store.outbox on true",
                "select (select max(sequence) from store.outbox) + 1",
                "select case when 1 = 1 then (select max(sequence) from store.outbox) end",
                "select coalesce((select max(sequence) from store.outbox), 1)",
                "select cast((select max(sequence) from store.outbox) as int)",
                "select date_add(now(), (select max(sequence) from store.outbox))",
                "select count(distinct (select max(sequence) from store.outbox), 1)",
                "select sum(1) over (order by (select max(sequence) from store.outbox))",
                "select 1 + interval (select max(sequence) from store.outbox) days",
                "select 'a' rlike (select x from store.outbox)",
                "select * from traffic order by (select max(sequence) from store.outbox) desc",
                "select * from traffic limit (select max(sequence) from store.outbox)",
                "with a as (select * from store.outbox) select * from a",
                "with store as (select 1) select * from store.outbox",
                "select * from (with sqlite_master as (select 1) select 1) x, sqlite_master",
                "select * from traffic union all select * from store.outbox",
                "select $1",
                "select ?",
                "select :x",
                "select ${x}",
                "select @@version",
                "select x::text",
                "select [1, 2]",
                "select {'a': 1}",
                "select x -> x + 1",
                "select #1 from traffic",
                "select * exclude (uid) from traffic",
                "select columns('x') from traffic",
                "select * from traffi\u0441",
                "select * from traﬃc",
                "select\u00a01",
                "select 1\u2028from traffic",
                "select 'a\u0000b'",
                "select 'a\\0b'",
                "select \uff07a\uff07",
                "select `a\u0000b` from traffic",
                "select 'no end",
                "select \"no end",
                "select `no end",
                "select 1 /* no end",
                "select 'a' || $$ b $$",
                "select U&'\\0041'",
                "from traffic",
                "from traffic select *",
                "pivot traffic on uid",
                "select * from (pivot traffic on uid)",
                "select * from (describe traffic)",
                "select * from (show tables)",
                "summarize traffic",
                "show tables; drop table traffic",
                "describe traffic; drop table traffic",
                "describe store.outbox",
                "show create table store.outbox",
                "show column stats `store.outbox`",
                "use store",
                "use default; drop table traffic",
                "set timezone='UTC'') || getenv(''HOME'",
                "set timezone=\"Europe/Brussels', now())) --\"",
                "select from_unixtime(1, 'yyyy') from traffic where x = '\\'' or getenv(1) --",
            })
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
