package io.polder.query;

import java.util.List;

/** What somebody tries who wants out of the mart; a mart has the tables traffic and points and the view fast. */
public final class Escapes {
    private Escapes() {}

    /** Attempts in the engine's words. */
    public static List<String> ofTheEngine() {
        return List.of(
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
                "SELECT $1");
    }

    /** Attempts in Impala's words, where a quote, an escape or a comment means something else than to the engine. */
    public static List<String> ofImpala() {
        return List.of(
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
                "select from_unixtime(1, 'yyyy') from traffic where x = '\\'' or getenv(1) --");
    }

    /** Values that nobody can bound, in the engine's words: what would be built before anybody can look. */
    public static List<String> ofTheSize() {
        return List.of(
                "SELECT len(range(100000000))",
                "SELECT len(range(uid)) FROM traffic",
                "SELECT len(generate_series(1, uid)) FROM traffic",
                "SELECT len(range(uid, uid + 100000000)) FROM traffic",
                "SELECT unnest(range(100000000))",
                "SELECT * FROM unnest(range(100000000))",
                "SELECT len(range(-100000000, 0))",
                "SELECT len(generate_series(0, -100000000, -1))",
                "SELECT len(range(least(id, 10), 0)) FROM points",
                "SELECT strlen(repeat('x', 0 - -1000000000))",
                "SELECT strlen(repeat('x', - - 1000000000))",
                "SELECT strlen(repeat('x', -100000 * -100000))",
                "SELECT strlen(repeat(name, 0 - least(id, 1))) FROM points",
                "SELECT strlen(repeat(left(repeat(name, 1000), -1), 1000)) FROM points",
                "SELECT strlen(repeat(right(repeat(name, 1000), -1), 1000)) FROM points",
                "SELECT strlen(repeat(substr(repeat(name, 1000), 60000, -60000), 1000)) FROM points",
                "SELECT strlen(repeat(left(repeat(name, 1000), least(id, 1)), 1000)) FROM points",
                "SELECT " + chain("repeat(name, 60)", ", ", 6_000) + " FROM points",
                "SELECT " + chain("strlen(repeat(name, 60))", ", ", 100) + " FROM (SELECT *, "
                        + chain("repeat(name, 60)", ", ", 100) + " FROM points)",
                "SELECT len(list_resize([1], 500000000))",
                "SELECT len(array_resize([1], 500000000))",
                "SELECT list_reduce(['a', 'b'], (a, b) -> a || a)",
                "SELECT reduce(['a', 'b'], (a, b) -> a || a)",
                "SELECT bar(1, 0, 1, 100000000)",
                "SELECT bitstring('1', 2000000000)",
                "SELECT strlen(repeat('x', 5000000000))",
                "SELECT strlen(repeat(name, id)) FROM points",
                "SELECT strlen(repeat(repeat(name, 1000), 1000)) FROM points",
                "SELECT strlen(\"repeat\"(name, 1000000)) FROM points",
                "SELECT strlen(main.repeat(name, 1000000)) FROM points",
                "SELECT strlen(rpad('x', 500000000, 'y'))",
                "SELECT strlen(rpad(name, id::INTEGER, 'y')) FROM points",
                "SELECT strlen(lpad(name, 1000000, 'y')) FROM points",
                "SELECT printf('%1000000000d', 1)",
                "SELECT printf('%*d', id, 1) FROM points",
                "SELECT format('{:>1000000000}', id) FROM points",
                "SELECT format('{:{}}', 1, id) FROM points",
                "SELECT format(name, id) FROM points",
                "SELECT strlen(replace(repeat('x', 100000), 'x', repeat('y', 100000)))",
                "SELECT strlen(replace(repeat(name, 100), 'x', repeat('y', 100000))) FROM points",
                "SELECT strlen(regexp_replace(repeat('x', 100000), 'x', repeat('y', 100000), 'g'))",
                "SELECT strlen(regexp_replace(name, '(.*)', repeat('\\1', 10000))) FROM points",
                "SELECT strlen(array_to_string(range(100000), repeat('y', 100000)))",
                "SELECT strlen(list_aggregate(range(300000), 'string_agg', repeat('x', 10000)))",
                "SELECT strlen(concat_ws(repeat('x', 4000000), 'a', 'b', 'c', 'd', 'e', 'f'))",
                "SELECT len(list_transform(range(10000), x -> range(100000)))",
                "SELECT len(list_transform(range(1000), x -> repeat('x', 100000)))",
                "SELECT len(list_transform(range(1000), x -> [x, x, x])) FROM traffic, range(1000)"
                        + " WHERE len(list_transform(range(9000), y -> [y, y, y, uid])) > 1",
                "SELECT [y for y in range(100000000)]",
                "SELECT len(list_select(range(1000000), range(1000000)))",
                "SELECT hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(name))))))))))))))) FROM points",
                "SELECT strlen(to_json(to_json(to_json(to_json(to_json(to_json(name)::VARCHAR)::VARCHAR)::VARCHAR)"
                        + "::VARCHAR)::VARCHAR)) FROM points",
                "SELECT max(strlen(x)) FROM " + doubled("SELECT name AS x FROM points", 20),
                "SELECT max(strlen(x)) FROM " + doubled("SELECT 'a' AS x", 40),
                "WITH a AS (SELECT repeat(name, 100) AS x FROM points), b AS (SELECT " + chain("x", " || ", 60)
                        + " AS x FROM a) SELECT " + chain("x", " || ", 60) + " FROM b",
                "SELECT max(len(list_append(l, j))) FROM (SELECT list(i) AS l FROM range(100000) t(i)),"
                        + " range(100000) r(j)",
                "SELECT (SELECT max(s || name) FROM points) FROM (SELECT string_agg(uid::VARCHAR, ',') AS s FROM traffic)",
                "SELECT list(uid) OVER (ORDER BY time) FROM traffic",
                "SELECT string_agg(name, ',') OVER () FROM points",
                "SELECT histogram(uid) OVER () FROM traffic",
                "SELECT string_agg(name, ',') OVER w FROM points WINDOW w AS (ORDER BY id)",
                "SELECT min(uid, 900000) FROM traffic GROUP BY time",
                "SELECT max(uid, id) FROM traffic, points GROUP BY time",
                "SELECT strlen(json_pretty('" + "[".repeat(20_000) + "'))",
                "SELECT json_extract('" + "[".repeat(40_000) + "', '$..*')",
                "SELECT NULL::INTEGER[100000] FROM traffic",
                "SELECT NULL::INTEGER[1000][1000] FROM traffic",
                "SELECT damerau_levenshtein(repeat('x', 30000), repeat('y', 30000))",
                "SELECT levenshtein(repeat('x', 100000), name || repeat('y', 100000)) FROM points",
                "SELECT strftime(now()::TIMESTAMP, repeat('%c', 10000000))",
                "SELECT * FROM points WHERE repeat(name, 100000) = 'x'",
                "SELECT * FROM points ORDER BY repeat(name, 100000)",
                "SELECT * FROM points GROUP BY ALL HAVING max(repeat(name, 100000)) = 'x'",
                "SELECT * REPLACE (repeat(name, 100000) AS name) FROM points",
                "SELECT * FROM points p JOIN points q ON repeat(p.name, 100000) = q.name",
                "SELECT (SELECT repeat(name, 100000)) FROM points",
                "SELECT first(repeat(name, 100000) ORDER BY id) FILTER (WHERE id > 1) FROM points",
                "SELECT sum(strlen(repeat(name, 100000))) OVER (PARTITION BY id) FROM points",
                "VALUES (repeat('x', 100000000))",
                "SELECT sum(1) OVER (ORDER BY repeat(name, 100000)) FROM points",
                "SELECT * FROM points QUALIFY row_number() OVER (ORDER BY repeat(name, 100000)) = 1");
    }

    private static String doubled(String select, int levels) {
        String query = "(" + select + ")";
        for (int level = 0; level < levels; level++) {
            query = "(SELECT x || x AS x FROM " + query + ")";
        }
        return query;
    }

    private static String chain(String operand, String operator, int operands) {
        return operand + (operator + operand).repeat(operands - 1);
    }

    private static String nested(String open, String inside, String close, int levels) {
        return open.repeat(levels) + inside + close.repeat(levels);
    }

    private static String joined(int tables) {
        StringBuilder joins = new StringBuilder();
        for (int table = 0; table < tables; table++) {
            joins.append(" JOIN range(1) t").append(table).append(" USING (range)");
        }
        return joins.toString();
    }

    private static String common(int tables, String next) {
        StringBuilder with = new StringBuilder("WITH c0 AS (SELECT 1 AS x)");
        for (int table = 1; table < tables; table++) {
            with.append(", c")
                    .append(table)
                    .append(" AS (")
                    .append(next.replace("%", "c" + (table - 1)))
                    .append(")");
        }
        return with + " SELECT * FROM c" + (tables - 1);
    }

    /** Queries that are too deep or too long for anybody, in the engine's words. */
    public static List<String> ofTheDepth() {
        return List.of(
                "SELECT " + nested("(", "1", ")", 100_000),
                "SELECT " + nested("abs(", "uid", ")", 300) + " FROM traffic",
                "SELECT " + nested("abs(", "uid", ")", 2_000) + " FROM traffic",
                nested("SELECT * FROM (", "SELECT 1", ")", 120),
                nested("SELECT * FROM (", "SELECT 1", ")", 450),
                nested("SELECT * FROM (", "SELECT 1", ")", 950),
                nested("SELECT * FROM (", "SELECT 1", ")", 2_000),
                "SELECT " + nested("(SELECT ", "1", ")", 20),
                "SELECT " + nested("(SELECT ", "1", ")", 100),
                "SELECT " + nested("(SELECT ", "1", ")", 2_000),
                nested("SELECT 1 WHERE EXISTS (", "SELECT 1", ")", 50),
                "SELECT 1 WHERE 1 IN " + nested("(SELECT 1 WHERE 1 IN ", "(1)", ")", 30),
                "SELECT " + nested("CASE WHEN 1 = 1 THEN ", "1", " END", 250),
                "SELECT " + nested("CASE WHEN 1 = 1 THEN ", "1", " END", 2_000),
                "SELECT " + nested("NOT ", "true", "", 250),
                "SELECT " + nested("NOT ", "true", "", 2_000),
                "SELECT " + nested("NOT ", "true", "", 40_000),
                "SELECT " + nested("~ ", "1", "", 2_000),
                "SELECT " + nested("[", "1", "]", 250),
                "SELECT " + nested("[", "1", "]", 2_000),
                "SELECT " + nested("{'a': ", "1", "}", 250),
                "SELECT " + nested("{'a': ", "1", "}", 2_000),
                "SELECT uid" + "[1]".repeat(2_000) + " FROM traffic",
                "SELECT uid" + "::BIGINT".repeat(2_000) + " FROM traffic",
                "SELECT " + chain("1", " + ", 300),
                "SELECT " + chain("1", " + ", 50_000),
                "SELECT " + chain("uid", "||", 20_000) + " FROM traffic",
                "SELECT 1 WHERE " + chain("1 = 1", " AND ", 12_000),
                "SELECT 1 FROM traffic WHERE " + chain("uid = 1", " OR ", 12_000),
                "SELECT 1 FROM traffic WHERE uid IN (" + chain("1", ", ", 1_000_000) + ")",
                "SELECT " + chain("1", ", ", 50_000),
                "VALUES " + chain("(1)", ", ", 50_000),
                chain("SELECT 1", " UNION ALL ", 1_000),
                chain("SELECT 1", " UNION ALL ", 20_000),
                chain("SELECT 1", " EXCEPT ", 600),
                "SELECT * FROM " + chain("traffic", " JOIN points USING (uid) JOIN ", 40),
                "SELECT * FROM " + chain("traffic", ", ", 100),
                "SELECT * FROM " + chain("traffic", ", ", 5_000),
                common(150, "SELECT x + 1 AS x FROM %"),
                common(2_000, "SELECT a.x + b.x AS x FROM % a, % b"),
                "SELECT " + nested("list_transform([1], x -> ", "1", ")", 20),
                "SELECT " + nested("list_transform([1], x -> ", "1", ")", 500),
                "SELECT $$'$$, 1 WHERE " + chain("1 = 1", " AND ", 12_000),
                "SELECT E'\\'', 1 WHERE " + chain("1 = 1", " AND ", 12_000),
                "-- don't\nSELECT 1 WHERE " + chain("1 = 1", " AND ", 12_000),
                "SELECT '" + "x".repeat(5 << 20) + "'");
    }

    /** Queries on this side of the bounds. */
    public static List<String> deepAsAllowed() {
        return List.of(
                "SELECT " + nested("(", "1", ")", 400),
                "SELECT " + nested("abs(", "i", ")", 190) + " FROM range(3) t(i)",
                nested("SELECT * FROM (", "SELECT 1", ")", 95),
                "SELECT " + nested("(SELECT ", "1", ")", 9),
                nested("SELECT 1 WHERE EXISTS (", "SELECT 1", ")", 9),
                "SELECT " + nested("CASE WHEN 1 = 1 THEN ", "1", " END", 190),
                "SELECT " + nested("NOT ", "true", "", 190),
                "SELECT " + nested("[", "1", "]", 190),
                "SELECT " + nested("{'a': ", "1", "}", 95),
                "SELECT " + chain("i", " + ", 190) + " FROM range(3) t(i)",
                "SELECT 1 WHERE " + chain("1 = 1", " AND ", 4_900),
                "SELECT 1 FROM range(3) t(i) WHERE i IN (" + chain("1", ", ", 20_000) + ")",
                chain("SELECT 1", " UNION ALL ", 490),
                "SELECT 1 FROM " + chain("range(1)", ", ", 58),
                "SELECT 1 FROM " + "range(1)" + joined(58),
                common(95, "SELECT x + 1 AS x FROM %"),
                "SELECT " + nested("list_transform([1], x -> ", "1", ")", 7));
    }

    /** Queries on this side of the bounds, in Impala's words. */
    public static List<String> deepAsAllowedInImpala() {
        return List.of(
                "select " + nested("(", "1", ")", 90),
                "select " + nested("abs(", "id", ")", 90) + " from points",
                "select " + nested("(select ", "1", ")", 9),
                "select " + nested("case when 1 = 1 then ", "1", " end", 120),
                "select " + nested("not ", "true", "", 150),
                "select " + chain("id", " + ", 150) + " from points",
                "select " + chain("id", " * 1 + ", 70) + " from points",
                "select " + nested("(1 + ", "id", ")", 13) + " from points",
                "select " + chain("name", " || ", 100) + " from points",
                "select concat(" + chain("name", ", ", 100) + ") from points",
                "select 1 from points where " + chain("id = 1", " and ", 1_000),
                "select 1 from points where id in (" + chain("1", ", ", 20_000) + ")",
                chain("select 1", " union all ", 400),
                common(90, "select x + 1 as x from %"),
                "select months_between(" + nested("date_add(", "now()", ", 1)", 8) + ", now())");
    }

    /** Values that are too large, in Impala's words; points has 100 rows. */
    public static List<String> ofTheSizeInImpala() {
        return List.of(
                "select space(1000000000)",
                "select length(space(5000000000))",
                "select rpad('x', 500000000, 'y')",
                "select lpad(name, 500000000, 'y') from points",
                "select repeat(name, id * 1000000000) from points where id > 1",
                "select repeat(repeat(repeat('x', 9999), 9999), 9999)",
                "select length(repeat(repeat(name, 9999), 9999)) from points",
                "select length(replace(repeat('x', 99999), 'x', repeat('y', 99999)))",
                "select length(regexp_replace(repeat('x', 99999), 'x', repeat('y', 99999)))",
                "select length(concat_ws(repeat('x', 4000000), 'a', 'b', 'c', 'd', 'e', 'f'))",
                "select length(group_concat(rpad(p.name, 30000, 'y'))) from points p, points q, points r",
                "select length(group_concat(concat(p.name, space(30000)))) from points p, points q, points r",
                "select max(length(x)) from (select p.id, group_concat(rpad(p.name, 30000, 'y')) as x from points p,"
                        + " points q, points r group by p.id) y",
                "select group_concat(name) over (order by id) from points",
                "select " + nested("hex(", "name", ")", 40) + " from points",
                "select " + nested("base64encode(", "name", ")", 80) + " from points",
                "select max(length(x)) from "
                        + doubled("select name as x from points", 20)
                                .replace("x || x", "concat(x, x)")
                                .replace(")", ") x")
                                .replace("concat(x, x) x", "concat(x, x)"),
                "select length(translate(rpad('x', 99999999, 'x'), 'x', 'y'))",
                "select levenshtein(repeat('x', 99999), repeat('y', 99999))",
                "select damerau_levenshtein(repeat('x', 30000), repeat('y', 30000))");
    }

    /** What is too deep or too long, in Impala's words. */
    public static List<String> ofTheDepthInImpala() {
        return List.of(
                "select " + nested("(", "1", ")", 2_000),
                "select " + nested("abs(", "id", ")", 140) + " + " + nested("abs(", "id", ")", 2_000) + " from points",
                "select " + nested("(select ", "1", ")", 100),
                "select " + nested("(select ", "1", ")", 20),
                "select " + nested("case when 1 = 1 then ", "1", " end", 2_000),
                "select " + nested("not ", "true", "", 2_000),
                "select " + nested("- ", "1", "", 2_000),
                "select " + chain("1", " + ", 50_000),
                "select " + chain("id", " * ", 160) + " from points",
                "select " + nested("(1 + ", "id", ")", 40) + " from points",
                "select " + nested("(1 + ", "id", ")", 90) + " from points",
                "select " + nested("round(", "id", ")", 40) + " from points",
                "select " + chain(nested("(1 + ", "id", ")", 14), ", ", 200) + " from points",
                "select " + chain("name", " || ", 5_000) + " from points",
                "select concat(" + chain("name", ", ", 5_000) + ") from points",
                "select coalesce(" + nested("coalesce(", "id", ", 1)", 2_000) + ", 1) from points",
                "select 1 from points where " + chain("id = 1", " and ", 20_000),
                "select 1 from points where id in (" + chain("1", ", ", 300_000) + ")",
                chain("select 1", " union all ", 5_000),
                "select 1 from " + chain("points", ", ", 200),
                common(300, "select x + 1 as x from %"),
                "select " + nested("if(id = 1, ", "1", ", 2)", 120) + " from points".repeat(1) + " where exists "
                        + nested("(select 1 where exists ", "(select 1)", ")", 30),
                "select months_between(" + nested("months_between(", "now()", ", now())", 12) + ", now())");
    }

    /**
     * What no text tells to be large, and what grows while it runs, in the engine's words; whether they are answered is
     * not said.
     */
    public static List<String> thatGrow() {
        return List.of(
                "WITH RECURSIVE r AS (SELECT [1] AS x UNION ALL SELECT x || x FROM r WHERE len(x) < 5000000000)"
                        + " SELECT max(len(x)) FROM r",
                "WITH RECURSIVE r AS (SELECT 'abcdefgh' AS x UNION ALL SELECT x || x FROM r"
                        + " WHERE strlen(x) < 5000000000) SELECT max(strlen(x)) FROM r",
                "WITH RECURSIVE r AS (SELECT repeat('x', 8000) AS x UNION ALL SELECT x || x FROM r, range(9) t(i)"
                        + " WHERE strlen(x) < 5000000000) SELECT count(*) FROM r",
                "SELECT len(list(i)) FROM range(300000000) t(i)",
                "SELECT strlen(string_agg(rpad(i::VARCHAR, 8000, 'x'), ',')) FROM range(1000000) t(i)",
                "SELECT max(len(l)) FROM (SELECT list(i) AS l FROM range(1000000) t(i)), range(100000) r(j)",
                "SELECT count(*) FROM (SELECT DISTINCT rpad(i::VARCHAR, 8000, 'x') FROM range(1000000) t(i))",
                "SELECT max(strlen(rpad(i::VARCHAR, 8000, 'a') || rpad(i::VARCHAR, 8000, 'b')"
                        + " || rpad(i::VARCHAR, 8000, 'c'))) FROM range(100000) t(i)",
                "SELECT count(*) FROM range(100000000) a JOIN range(100000000) b USING (range)",
                "SELECT * FROM range(1000000) a, range(1000000) b ORDER BY a.range + b.range",
                "SELECT histogram(i) FROM range(10000000) t(i)");
    }
}
