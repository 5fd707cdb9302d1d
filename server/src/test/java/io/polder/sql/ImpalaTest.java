package io.polder.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.sql.HiveType.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements other than queries, and what is said of those that are wrong. */
final class ImpalaTest {
    private static final Catalog CATALOG = new Catalog() {
        @Override
        public List<Relation> relations() {
            return List.of(
                    new Relation(
                            "traffic",
                            false,
                            List.of(
                                    new Relation.Column("uid", HiveType.of(Kind.INT)),
                                    new Relation.Column("time", HiveType.of(Kind.TIMESTAMP)),
                                    new Relation.Column("price", new HiveType(Kind.DECIMAL, 18, 3))),
                            List.of("uid", "time"),
                            Optional.of("time"),
                            "SELECT e.* FROM event e",
                            false),
                    new Relation(
                            "kudu_verkeer_stream",
                            true,
                            List.of(new Relation.Column("uid", HiveType.of(Kind.INT))),
                            List.of(),
                            Optional.empty(),
                            "SELECT * FROM traffic",
                            false));
        }

        @Override
        public Optional<Long> rows(Relation relation) {
            return Optional.of(7L);
        }

        @Override
        public List<ColumnStatistics> statistics(Relation relation) {
            return relation.columns().stream()
                    .map(column -> new ColumnStatistics(3, 1, 4, 4))
                    .toList();
        }
    };

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "show databases => [[default, The tables and views of the mart.]]",
                "SHOW SCHEMAS LIKE 'def*' => [[default, The tables and views of the mart.]]",
                "show schemas like 'x' => []",
                "show tables => [[kudu_verkeer_stream], [traffic]]",
                "show tables in `default` => [[kudu_verkeer_stream], [traffic]]",
                "show tables in main like 'TRAF*|x' => [[traffic]]",
                "show tables '*verkeer*' => [[kudu_verkeer_stream]]",
                "show tables like '.*' => [[kudu_verkeer_stream], [traffic]]",
                "show views => [[kudu_verkeer_stream]]",
                "show functions like 'ndv' => [[ndv, ndv(x), About how many values differ; mostly within a tenth, where Impala is within a few percent.],"
                        + " [ndv, ndv(x, scale), The scale is not looked at.]]",
                "describe traffic => [[uid, int, key], [time, timestamp, key], [price, decimal(18,3), ]]",
                "desc default.traffic => [[uid, int, key], [time, timestamp, key], [price, decimal(18,3), ]]",
                "describe `impala::default.kudu_verkeer_stream` => [[uid, int, ]]",
                "describe impala::default.kudu_verkeer_stream => [[uid, int, ]]",
                "show column stats kudu_verkeer_stream => [[uid, INT, 3, 1, 4, 4.0]]",
                "show table stats traffic => [[7, -1, , POLDER]]",
                "set => [[TIMEZONE, UTC]]",
                "compute stats traffic => [[Statistics of traffic are kept by the engine.]]",
            })
    void answersWithoutTheEngine(String sql, String rows) {
        assertThat(((Statement.Listing) translate(sql)).rows()).hasToString(rows);
    }

    @Test
    void showCreateTellsHowItIsMade() {
        assertThat(((Statement.Listing) translate("show create view kudu_verkeer_stream")).rows())
                .isEqualTo(List.of(List.of("CREATE VIEW default.kudu_verkeer_stream AS\nSELECT * FROM traffic")));
        assertThat(((Statement.Listing) translate("show create table traffic")).rows())
                .isEqualTo(List.of(List.of("""
                    CREATE TABLE default.traffic (
                      uid INT,
                      time TIMESTAMP,
                      price DECIMAL(18,3),
                      PRIMARY KEY (uid, time)
                    )\
                    """)));
    }

    @Test
    void describeFormattedTellsColumnsAndTheRest() {
        var listing = (Statement.Listing) translate("DESCRIBE FORMATTED kudu_verkeer_stream");

        assertThat(listing.columns()).extracting(Relation.Column::name).containsExactly("name", "type", "comment");
        assertThat(listing.rows().toString())
                .contains("# col_name", "[uid, int, ]", "VIRTUAL_VIEW", "View Original Text:, SELECT * FROM traffic");
    }

    @Test
    void useAndSetChangeTheSession() {
        Session session = Session.start();
        session = ((Statement.Change) Impala.translate("use `default`;", session, CATALOG)).session();
        session = ((Statement.Change) Impala.translate("SET timezone='Europe/Brussels'", session, CATALOG)).session();
        session = ((Statement.Change) Impala.translate("set mem_limit=2g;", session, CATALOG)).session();
        session = ((Statement.Change) Impala.translate("SET hive.exec.x = a b ;", session, CATALOG)).session();

        assertThat(session.database()).isEqualTo("default");
        assertThat(session.zone().getId()).isEqualTo("Europe/Brussels");
        assertThat(session.options()).containsEntry("mem_limit", "2g").containsEntry("hive.exec.x", "a b");
        assertThat(((Statement.Change) Impala.translate("unset timezone", session, CATALOG))
                        .session()
                        .zone()
                        .getId())
                .isEqualTo("Z");
        assertThat(translate("invalidate metadata traffic")).isInstanceOf(Statement.Change.class);
    }

    @Test
    void explainIsAQueryToBeExplained() {
        assertThat(((Statement.Explain) translate("explain select 1 + 1"))
                        .text()
                        .sql())
                .isEqualTo("SELECT impala.add(1, 1) AS \"1 + 1\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "|",
                "|42",
                "|hello world",
                "|drop table traffic",
                "|CREATE TABLE x (a INT)",
                "|truncate traffic",
                "show |partitions traffic",
                "show tables in |nosuch",
                "show tables like |nosuch",
                "use |other",
                "describe |trafic",
                "describe |other.traffic",
                "explain |drop table x",
                "set timezone=|'Nowhere/Else'",
                "set timezone=|'+01:00'",
                "select 1; |select 2",
                "select 1|)",
                "select |(1",
                "select |nosuch(1)",
                "select |dayofweak(time) from traffic",
                "select |substr('a')",
                "select cast(1 as |thing)",
                "select cast(1 as |decimal(99,2))",
                "select from_unixtime(1, |'qq')",
                "select from_unixtime(1, |x)",
                "select trunc(x, |'CENTURY')",
                "select date_trunc(|'fortnight', x)",
                "select |'a",
                "select |\"a",
                "select |`a",
                "select 1 |/* a",
                "select |$1",
                "select |@x",
                "select a |? b",
                "select a -|> b",
                "select |{'a': 1}",
                "select x from t [|1, 2]",
                "select 1.5|x",
                "select |é",
                "select |'a\\0b'",
                "select interval 1 |fortnight",
                "select a.|1 from t",
                "select |case when 1 then 2",
                "select * from a |right semi join b on a.x = b.x",
                "select x.|f(1)",
                "select next_day(x, |'Someday')",
                "select 1 + |",
                "select * from t tablesample system(|x)",
                "insert into |traffic values (1)",
            })
    void whatIsWrongIsSaidWithThePlaceOfTheWord(String marked) {
        int place = marked.indexOf('|');
        String sql = marked.replace("|", "");

        assertThatThrownBy(() -> translate(sql)).isInstanceOfSatisfying(SqlProblem.class, problem -> {
            assertThat(problem.getMessage()).contains("Fix: ");
            assertThat(problem.fix()).isNotEmpty();
        });
        assertThatThrownBy(() -> translate(sql))
                .isInstanceOfSatisfying(SqlProblem.class, problem -> assertThat(problem.position())
                        .as(problem.getMessage())
                        .isEqualTo(place));
    }

    @Test
    void aProblemShowsTheLineWithAMark() {
        assertThatThrownBy(() -> translate("select uid,\n  dayofweak(time)\nfrom traffic"))
                .hasMessage(
                        "  dayofweak(time)\n  ^ there is no function dayofweak() (line 2, column 3). Fix: did you mean"
                                + " dayofweek()?");
    }

    @Test
    void aPlaceInTheEnginesTextIsThePlaceInTheStatement() {
        String asked = "select dayofweek(tme)\nfrom traffic where uid = 3";
        Statement.Translated text = ((Statement.Query) translate(asked)).text();

        assertThat(text.asked(text.sql().indexOf("tme"))).isEqualTo(asked.indexOf("tme"));
        assertThat(text.asked(text.sql().indexOf("traffic"))).isEqualTo(asked.indexOf("traffic"));
        assertThat(text.problem(text.sql().indexOf("uid"), "no such column", "look")
                        .getMessage())
                .contains("(line 2, column 20)");
    }

    @ParameterizedTest
    @CsvSource({
        "INTEGER, int",
        "BIGINT, bigint",
        "HUGEINT, bigint",
        "UBIGINT, bigint",
        "DOUBLE, double",
        "FLOAT, float",
        "VARCHAR, string",
        "BOOLEAN, boolean",
        "DATE, date",
        "TIMESTAMP, timestamp",
        "TIMESTAMP WITH TIME ZONE, timestamp",
        "'DECIMAL(18,3)', 'decimal(18,3)'",
        "INTEGER[], string",
        "TIMESTAMP[], string",
        "BLOB, binary",
        "INTERVAL, string",
        "'STRUCT(a INTEGER)', string",
        "SMALLINT, smallint",
        "TINYINT, tinyint",
    })
    void typesAreSaidInWordsOfHive(String engine, String hive) {
        assertThat(HiveType.ofEngine(engine).word()).isEqualTo(hive);
    }

    private static Statement translate(String sql) {
        return Impala.translate(sql, Session.start(), CATALOG);
    }
}
