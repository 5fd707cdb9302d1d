package io.polder.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries of Impala on a real engine: what comes out is what Impala gives. */
final class RewriterTest {
    private static Connection connection;

    @BeforeAll
    static void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            for (String sql : ImpalaMacros.definitions()) {
                statement.execute(sql);
            }
            statement.execute(
                    "CREATE TABLE t (id INTEGER, name VARCHAR, price DECIMAL(10, 2), speed DOUBLE, time TIMESTAMP,"
                            + " big BIGINT, ok BOOLEAN, day DATE)");
            statement.execute("INSERT INTO t VALUES"
                    + " (1, 'Ann', 1.50, 80.5, '2017-01-01 10:00:00', 9000000000, true, '2017-01-01'),"
                    + " (2, 'bob''s \"x\"', 2.25, NULL, '2017-01-02 11:30:00', NULL, false, '2017-01-02'),"
                    + " (3, NULL, NULL, 120, NULL, 3, NULL, NULL)");
            statement.execute("CREATE TABLE u (id INTEGER, note VARCHAR)");
            statement.execute("INSERT INTO u VALUES (1, 'first'), (1, 'again'), (4, 'lost')");
            statement.execute("CREATE TABLE odd (\"check\" INTEGER, \"window\" INTEGER, \"3_weeks\" INTEGER)");
            statement.execute("INSERT INTO odd VALUES (1, 2, 3)");
        }
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '\u0001',
            value = {
                // texts and names
                "select 'it\\'s', \"it's\", 'it''s', \"say \\\"x\\\"\", 'a\\\\b', 'a\\tb' => it's|it's|it's|say"
                        + " \"x\"|a\\b|a\tb",
                "select name from t where name = 'bob\\'s \"x\"' => bob's \"x\"",
                "select `id`, t.`name` from `default`.`t` where `t`.`id` = 1 => 1|Ann",
                "select count(*) from default.t => 3",
                "select count(*) from `impala::default.t` => 3",
                "select count(*) from impala::default.t x where x.id > 1 => 2",
                "select default.t.id from default.t order by 1 limit 1 => 1",
                "select check, `window`, 3_weeks from odd => 1|2|3",
                "select /* +straight_join */ 1 => 1",
                // whole numbers and others
                "select 2147483647 + 1 => 2147483648",
                "select id * 2147483647 from t where id = 3 => 6442450941",
                "select 7 div 2, -7 div 2, 7 div 0, 7 / 2, 7 % 0 => 3|-3|NULL|3.5|NULL",
                "select 2 + 3 * 4 - 1, (2 + 3) * 4, - 2 + 3, -(-3), 2 * -3 => 13|20|1|3|-6",
                "select 5 & 3, 5 | 3, 5 ^ 3, ~ 5, 6 & 3 + 1 => 1|7|6|-6|3",
                "select 1 / 0, -1 / 0 => inf|-inf",
                "select typeof(id + id), typeof(price * 2), typeof(speed + 1) from t limit 1 =>"
                        + " BIGINT|DECIMAL(18,2)|DOUBLE",
                "select sum(id), avg(id), sum(price) from t => 6|2.0|3.75",
                // NULL
                "select NULL <=> NULL, 1 <=> NULL, 1 <=> 1 => true|false|true",
                "select NULL + 1, concat('a', NULL), 'a' || 'b', NULL = NULL => NULL|NULL|ab|NULL",
                "select id from t order by name desc => 3/2/1",
                "select id from t order by name => 1/2/3",
                "select id from t order by name desc nulls last => 2/1/3",
                "select id from t order by speed desc, id desc => 2/3/1",
                "select count(*), count(name), count(distinct ok) from t => 3|2|2",
                // conditions
                "select id from t where name rlike '^A' => 1",
                "select id from t where name not rlike 'nn' => 2",
                "select id from t where name regexp concat('n', '$') and id < 9 => 1",
                "select id from t where name iregexp '^ANN$' => 1",
                "select 'a%b' like 'a\\%b', 'axb' like 'a\\%b', 'a_b' like 'a\\_b', 'ab' like '_b' =>"
                        + " true|false|true|true",
                "select id from t where name ilike 'ANN' => 1",
                "select id from t where ! ok => 2",
                "select id from t where id = 1 && ok => 1",
                "select id from t where id between 1 + 1 and 3 and id in (1, 2) => 2",
                "select case when id = 1 then 'one' when id = 2 then 'two' else 'more' end from t order by id =>"
                        + " one/two/more",
                "select case id when 1 then 10 + 1 end x from t order by id => 11/NULL/NULL",
                "select if(speed > 100, 'fast', 'slow'), isnull(name), nvl(name, '?') from t order by id desc limit 1"
                        + " => fast|true|?",
                "select exists (select 1 from u where u.id = t.id) from t order by id => true/false/false",
                // joins
                "select t.id, note from t join u on t.id = u.id order by note => 1|again/1|first",
                "select id from t left semi join u on t.id = u.id => 1",
                "select id from t left anti join u on t.id = u.id order by id => 2/3",
                "select straight_join t.id from t straight_join u on t.id = u.id limit 1 => 1",
                "select count(*) from t join [shuffle] u using (id) => 2",
                "select count(*) from t join /* +broadcast */ u using (id) => 2",
                "select count(*) from t full outer join u on t.id = u.id => 5",
                "select count(*) from t cross join u => 9",
                "select count(*) from t, u where t.id = u.id => 2",
                "select left(name, 2) from t left join u on t.id = u.id where t.id = 2 => bo",
                // forms of SELECT
                "with a as (select id from t where id < 3), b as (select id + 1 n from a) select max(n) from b => 3",
                "with a(x, y) as (select 1, 2) select x + y from a => 3",
                "select id from t union select id from u order by id => 1/2/3/4",
                "select id from t union all select id from u order by id => 1/1/1/2/3/4",
                "select id from t minus select id from u order by id => 2/3",
                "select id from t except select id from u order by id => 2/3",
                "select id from t intersect select id from u => 1",
                "select distinct id from u order by id => 1/4",
                "select all id from u where id = 4 => 4",
                "select id from t order by id limit 1 offset 1 => 2",
                "select ok, count(*) c from t group by ok having c > 0 and count(*) < 2 order by ok =>"
                        + " false|1/true|1/NULL|1",
                "select ok, count(*) from t group by 1 order by 1 => false|1/true|1/NULL|1",
                "select id, sum(id) from u group by rollup(id) order by id => 1|2/4|4/NULL|6",
                "select id, sum(id) from u group by grouping sets ((id), ()) order by id => 1|2/4|4/NULL|6",
                "select (select max(id) from u) + 1 => 5",
                "select x.id from (select id from t where id > 2) x => 3",
                "select * from (values (1, 'a'), (2, 'b')) v(n, c) order by n => 1|a/2|b",
                "select t.*, u.note from t join u on t.id = u.id where note = 'first' =>"
                        + " 1|Ann|1.50|80.5|2017-01-01 10:00:00|9000000000|true|2017-01-01|first",
                "select id, row_number() over (partition by id order by note desc) r from u order by id, r =>"
                        + " 1|1/1|2/4|1",
                "select id, sum(id) over (order by id rows between unbounded preceding and current row) s from u order"
                        + " by s => 1|1/1|2/4|6",
                "select lag(id, 1, 0) over (order by id) + 1 from t order by id => 1/2/3",
                "select stddev(id) over (partition by ok) from t where id = 1 => 0.0",
                "select count(*) from t tablesample system(100) => 3",
                "select count(*) from t tablesample system(100) repeatable(7) => 3",
                "select id, from t order by id limit 1 => 1",
                // times
                "select time + interval 1 day, time - interval 2 hours from t where id = 1 =>"
                        + " 2017-01-02 10:00:00|2017-01-01 08:00:00",
                "select time + interval id weeks from t where id = 1 => 2017-01-08 10:00:00",
                "select id from t where time >= '2017-01-02' => 2",
                "select id from t where time > timestamp '2017-01-01 10:00:00' => 2",
                "select id from t where day = date '2017-01-02' => 2",
                "select '2017-01-31' + interval 1 month, day + interval 1 day from t where id = 1 =>"
                        + " 2017-02-28 00:00:00|2017-01-02",
                "select count(*) from t where time < current_timestamp and day < current_date() => 2",
                "select year(time), month(day), dayofweek(time) from t where id = 1 => 2017|1|1",
                "select TRUNC(time, 'MI'), TRUNC(time, 'HH'), TRUNC(time, 'DD'), TRUNC(time, 'WW'), TRUNC(time,"
                        + " 'MONTH'), TRUNC(time, 'Q'), TRUNC(time, 'YYYY') from t where id = 2 => 2017-01-02"
                        + " 11:30:00|2017-01-02 11:00:00|2017-01-02 00:00:00|2017-01-01 00:00:00|2017-01-01"
                        + " 00:00:00|2017-01-01 00:00:00|2017-01-01 00:00:00",
                "select id from t where time >= CAST('2017-01-01T10:30:00.000000' AS TIMESTAMP) => 2",
                "select avg(speed) avg_speed, from_unixtime(cast(time as bigint), 'HH') hr from t where time is not"
                        + " null group by from_unixtime(cast(time as bigint), 'HH') order by hr => 80.5|10/NULL|11",
            })
    void gives(String sql, String rows) throws SQLException {
        assertThat(rows(sql, Session.start())).isEqualTo(rows);
    }

    @Test
    void commentsAreLeftOut() throws SQLException {
        assertThat(rows("select 1 -- it's \"half a quote\n /* and ` ' others */, 3 -- the end", Session.start()))
                .isEqualTo("1|3");
    }

    @Test
    void columnsAreCalledWhatImpalaCallsThem() throws SQLException {
        assertThat(names("select id, T.Name, count(*), Max(speed)+1, speed S, price as 'the price', 1 as"
                        + " 2_weeks, case when ok then 1 end, cast(id as string) x, u.note from t join u"
                        + " using (id) group by 1, 2, 5, 6, 8, 9, 10"))
                .containsExactly(
                        "id",
                        "name",
                        "count(*)",
                        "max(speed)+1",
                        "s",
                        "the price",
                        "2_weeks",
                        "case when ok then 1 end",
                        "x",
                        "note");
    }

    @ParameterizedTest
    @CsvSource({
        "UTC, 2017-07-01 00:00:00, 1498867200",
        "Europe/Brussels, 2017-07-01 02:00:00, 1498860000",
        "Etc/GMT-1, 2017-07-01 01:00:00, 1498863600",
    })
    void theSessionsZoneIsThatOfFromUnixtimeAndUnixTimestamp(String zone, String from, String unix)
            throws SQLException {
        Session session = Session.start().set("timezone", zone);

        assertThat(rows("select from_unixtime(1498867200), unix_timestamp('2017-07-01 00:00:00')", session))
                .isEqualTo(from + "|" + unix);
        assertThat(rows("select cast(timestamp '2017-07-01 00:00:00' as bigint)", session))
                .isEqualTo("1498867200");
    }

    @ParameterizedTest
    @CsvSource({
        "'(', 151, ')'",
        "'coalesce(1, ', 151, ')'",
        "'- ', 300, ''",
        "'case when true then ', 250, ' end'",
    })
    void whatIsNestedTooDeepIsRefused(String before, int times, String after) {
        String sql = "select " + before.repeat(times) + "1" + after.repeat(times);

        assertThatThrownBy(() -> Impala.translate(sql, Session.start(), ImpalaFunctionsTest.NOTHING))
                .isInstanceOf(SqlProblem.class)
                .hasMessageContaining("nested");
    }

    @Test
    void whatWouldBecomeTooLongIsRefused() {
        String sql = "select " + "least(1, ".repeat(60) + "1" + ")".repeat(60);

        assertThatThrownBy(() -> Impala.translate(sql, Session.start(), ImpalaFunctionsTest.NOTHING))
                .isInstanceOf(SqlProblem.class)
                .hasMessageContaining("too long");
    }

    private static String rows(String sql, Session session) throws SQLException {
        String engine = translated(sql, session);
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (" + engine + ")")) {
            int width = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int index = 1; index <= width; index++) {
                    String value = result.getString(index);
                    values.add(value == null ? "NULL" : value);
                }
                rows.add(String.join("|", values));
            }
        } catch (SQLException exception) {
            throw new SQLException(engine, exception);
        }
        return String.join("/", rows);
    }

    private static List<String> names(String sql) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(translated(sql, Session.start()))) {
            for (int index = 1; index <= result.getMetaData().getColumnCount(); index++) {
                names.add(result.getMetaData().getColumnName(index));
            }
        }
        return names;
    }

    private static String translated(String sql, Session session) {
        return ((io.polder.sql.Statement.Query) Impala.translate(sql, session, ImpalaFunctionsTest.NOTHING))
                .text()
                .sql();
    }
}
