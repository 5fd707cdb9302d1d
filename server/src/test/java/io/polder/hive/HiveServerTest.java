package io.polder.hive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.polder.query.Execution;
import io.polder.query.QueriesFixture;
import io.polder.record.PolderException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port of Hive and Impala, through Hive's JDBC driver over a real socket. */
final class HiveServerTest {
    /** Runs for minutes when nobody stops it, and gives one row. */
    private static final String ENDLESS = "SELECT count(*) FROM numbers a, numbers b WHERE (a.n * b.n) % 7 = 3";

    private static final String NO_SASL = ";auth=noSasl";
    private static final String PLAIN = "";

    @TempDir
    private static Path folder;

    private static QueriesFixture fixture;
    private static HiveServer server;

    @BeforeAll
    static void start() {
        fixture = new QueriesFixture(folder);
        server = server(Duration.ofMinutes(10));
    }

    private static HiveServer server(Duration idle) {
        return server(idle, ZoneOffset.UTC);
    }

    private static HiveServer server(Duration idle, ZoneId timezone) {
        return HiveServer.start(
                fixture.queries,
                write -> 3,
                fixture.catalog(),
                "test",
                new HiveServer.Settings("127.0.0.1", 0, idle, timezone),
                InstantSource.system());
    }

    @AfterAll
    static void stop() {
        server.close();
        fixture.close();
    }

    private static Connection connect() throws SQLException {
        return HiveJdbc.connect(server.port(), "default", NO_SASL);
    }

    @ParameterizedTest
    @ValueSource(strings = {NO_SASL, PLAIN})
    void bothWaysToConnectShareAPort(String session) throws SQLException {
        try (Connection connection = HiveJdbc.connect(server.port(), "default", session);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) AS n, sum(uid) AS total FROM readings")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getLong("n")).isEqualTo(1_000);
            assertThat(rows.getLong("total")).isEqualTo(499_500);
            assertThat(rows.next()).isFalse();
        }
    }

    @Test
    void theZoneOfASessionThatSetsNoneIsConfigured() throws SQLException {
        String sql = "SELECT from_unixtime(1498867200), unix_timestamp('2017-07-01 01:00:00'), cast(from_unixtime(0)"
                + " AS STRING)";
        try (HiveServer belgian = server(Duration.ofMinutes(1), ZoneId.of("Etc/GMT-1"));
                Connection connection = HiveJdbc.connect(belgian.port(), "default", NO_SASL);
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(sql)) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("2017-07-01 01:00:00");
                assertThat(rows.getLong(2)).isEqualTo(1_498_867_200L);
                assertThat(rows.getString(3)).isEqualTo("1970-01-01 01:00:00");
            }
            statement.execute("SET timezone=UTC");
            try (ResultSet rows = statement.executeQuery(sql)) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("2017-07-01 00:00:00");
            }
        }
    }

    @Test
    void typesAndValuesArriveAsTheyAre() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM readings ORDER BY uid LIMIT 5")) {
            ResultSetMetaData metadata = rows.getMetaData();
            List<Integer> types = new ArrayList<>();
            for (int index = 1; index <= metadata.getColumnCount(); index++) {
                types.add(metadata.getColumnType(index));
            }
            assertThat(types)
                    .containsExactly(
                            Types.BIGINT,
                            Types.INTEGER,
                            Types.DOUBLE,
                            Types.VARCHAR,
                            Types.TIMESTAMP,
                            Types.DATE,
                            Types.BOOLEAN,
                            Types.BIGINT,
                            Types.DECIMAL);
            assertThat(metadata.getPrecision(9)).isEqualTo(18);
            assertThat(metadata.getScale(9)).isEqualTo(3);
            rows.next();
            assertThat(rows.getObject("third")).isNull();
            rows.next();
            assertThat(rows.getLong("uid")).isEqualTo(1);
            assertThat(rows.getDouble("speed")).isEqualTo(0.25);
            assertThat(rows.getString("name")).isEqualTo("detector 1");
            assertThat(rows.getTimestamp("time")).isEqualTo(Timestamp.valueOf("1970-01-01 00:00:01.000001"));
            assertThat(rows.getDate("day")).isEqualTo(Date.valueOf("2026-01-02"));
            assertThat(rows.getBoolean("valid")).isFalse();
            assertThat(rows.getLong("third")).isEqualTo(1);
            assertThat(rows.getBigDecimal("exact")).isEqualByComparingTo("0.125");
        }
    }

    @Test
    void aResultOfNothingHasItsColumns() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT uid, name FROM readings WHERE uid < 0")) {
            assertThat(rows.getMetaData().getColumnCount()).isEqualTo(2);
            assertThat(rows.next()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000, 2_048, 100_000})
    void everyRowArrivesOnceWhateverThePageHolds(int fetchSize) throws SQLException {
        int wanted = fetchSize == 1 ? 50 : 10_000;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.setFetchSize(fetchSize);
            try (ResultSet rows = statement.executeQuery("SELECT n, CASE WHEN n % 5 = 0 THEN NULL ELSE n END AS gap"
                    + " FROM numbers WHERE n < " + wanted + " ORDER BY n")) {
                for (int row = 0; row < wanted; row++) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getLong(1)).isEqualTo(row);
                    assertThat(rows.getObject(2)).isEqualTo(row % 5 == 0 ? null : (Object) (long) row);
                }
                assertThat(rows.next()).isFalse();
            }
        }
    }

    @Test
    void aResultThatNoMemoryHoldsIsGivenFromItsBeginning() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.setFetchSize(50_000);
            try (ResultSet rows = statement.executeQuery("SELECT a.n, b.n FROM numbers a, numbers b")) {
                for (int row = 0; row < 300_000; row++) {
                    assertThat(rows.next()).isTrue();
                }
            }
            await().until(() -> running() == 0);
        }
    }

    @Test
    void textOfAnyKindComesBackAsItWasSent() throws SQLException {
        String text = "l'été \\ \"x\" \n 🚗 ; -- /* ";
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement("SELECT ? AS t, length(?) AS n")) {
            statement.setString(1, "l''été \uD83D\uDE97 ; -- /* ".replace("''", ""));
            statement.setString(2, "abc");
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("lété 🚗 ; -- /* ");
                assertThat(rows.getInt(2)).isEqualTo(3);
            }
        }
        assertThat(text).isNotEmpty();
    }

    @Test
    void toolsFindWhatThereIs() throws SQLException {
        try (Connection connection = connect()) {
            var metadata = connection.getMetaData();
            assertThat(column(metadata.getSchemas(), 1)).containsExactly("default");
            assertThat(column(metadata.getTables(null, "default", "%", new String[] {"TABLE", "VIEW"}), 3))
                    .contains("traffic", "readings");
            assertThat(column(metadata.getTables(null, null, "read.*", null), 3))
                    .containsExactly("readings");
            assertThat(column(metadata.getTables(null, "other", "%", null), 3)).isEmpty();
            assertThat(column(metadata.getColumns(null, "default", "readings", "%"), 4))
                    .contains("uid", "lane", "exact");
            assertThat(column(metadata.getTableTypes(), 1)).containsExactly("TABLE", "VIEW");
            assertThat(column(metadata.getCatalogs(), 1)).isEmpty();
            assertThat(column(metadata.getTypeInfo(), 1)).contains("BIGINT", "TIMESTAMP");
            assertThat(column(metadata.getPrimaryKeys(null, "default", "traffic"), 4))
                    .containsExactly("uid", "time");
            assertThat(column(metadata.getFunctions(null, null, "from_unix%"), 3))
                    .containsExactly("from_unixtime");
            assertThat(metadata.getDatabaseProductName()).isEqualTo("Impala");
        }
    }

    private static List<String> column(ResultSet rows, int index) throws SQLException {
        List<String> values = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                values.add(rows.getString(index));
            }
        }
        return values;
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("SELECT uid\nFROM readngs"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("line 2, column 6")
                    .hasMessageContaining("readings");
            try (ResultSet rows = statement.executeQuery("SELECT 1")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    @Test
    void aFailureInTheMiddleOfTheRowsIsTold() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> {
                        try (ResultSet rows =
                                statement.executeQuery("SELECT CASE WHEN n = 900000 THEN repeat('x', 5000000000) ELSE"
                                        + " '1' END FROM numbers")) {
                            while (rows.next()) {
                                assertThat(rows.getString(1)).isEqualTo("1");
                            }
                        }
                    })
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void aStatementCanBeCancelledAndTheConnectionGoesOn() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
                try {
                    return new AssertionError("it ended: " + statement.execute(ENDLESS));
                } catch (SQLException cancelled) {
                    return cancelled;
                }
            });
            await().until(() -> running() > 0);

            statement.cancel();

            assertThat(failure.get()).isInstanceOf(SQLException.class).hasMessageContaining("cancel");
            await().until(() -> running() == 0);
            try (Statement other = connection.createStatement();
                    ResultSet rows = other.executeQuery("SELECT 2")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    @Test
    void aStatementEndsAfterItsTime() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);

            assertThatThrownBy(() -> statement.executeQuery(ENDLESS))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("timed out after 1 seconds");
            await().until(() -> running() == 0);
        }
    }

    @Test
    void theQueriesOfAClientThatVanishesEnd() throws Exception {
        Connection connection = HiveJdbc.connect(server.port(), "default", PLAIN);
        Statement statement = connection.createStatement();
        CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
            try {
                return new AssertionError("it ended: " + statement.execute(ENDLESS));
            } catch (SQLException cutOff) {
                return cutOff;
            }
        });
        await().until(() -> running() > 0);
        int sessions = server.sessions();

        server.dropClients();

        await().until(() -> running() == 0);
        assertThat(server.sessions()).isLessThan(sessions);
        assertThat(failure.get()).isInstanceOf(SQLException.class);
    }

    @Test
    void toolsSpeakImpala() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("USE default");
            assertThat(column(statement.executeQuery("SHOW TABLES"), 1)).contains("readings", "traffic");
            assertThat(column(statement.executeQuery("DESCRIBE readings"), 1)).contains("uid", "exact");
            assertThat(column(statement.executeQuery("SELECT concat(\"a\", `name`) FROM readings WHERE uid = 3"), 1))
                    .containsExactly("adetector 3");
            assertThat(column(statement.executeQuery("EXPLAIN SELECT count(*) FROM readings"), 1))
                    .isNotEmpty();
            assertThatThrownBy(() -> statement.execute("USE nosuch")).isInstanceOf(SQLException.class);
        }
    }

    private static long running() {
        return fixture.queries.executions().stream()
                .filter(execution -> execution.state() == Execution.State.RUNNING)
                .count();
    }

    @Test
    void whatNobodyUsesIsClosed() throws SQLException {
        try (HiveServer hasty = server(Duration.ofMillis(200));
                Connection connection = HiveJdbc.connect(hasty.port(), "default", NO_SASL);
                Statement statement = connection.createStatement()) {
            statement.setFetchSize(100);
            ResultSet rows = statement.executeQuery("SELECT * FROM numbers");
            assertThat(rows.next()).isTrue();

            await().until(() -> hasty.sessions() == 0);

            assertThatThrownBy(() -> connection.createStatement().executeQuery("SELECT 1"))
                    .hasMessageContaining("connect again");
        } catch (SQLException closingWhatIsGone) {
            assertThat(closingWhatIsGone.getMessage()).contains("Invalid");
        }
    }

    @Test
    void aTakenPortIsASentenceWithAFix() {
        assertThatThrownBy(() -> HiveServer.start(
                        fixture.queries,
                        write -> 3,
                        fixture.catalog(),
                        "test",
                        new HiveServer.Settings("127.0.0.1", server.port(), Duration.ofMinutes(1), ZoneOffset.UTC),
                        InstantSource.system()))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("hive.port = '" + server.port() + "'")
                .hasMessageContaining("Fix: stop it, or take any free port with --set hive.port=0");
    }

    @Test
    void manyAtOnceAreServed() throws Exception {
        List<CompletableFuture<Long>> sums = new ArrayList<>();
        for (int client = 0; client < 12; client++) {
            long number = client;
            sums.add(CompletableFuture.supplyAsync(() -> {
                try (Connection connection = connect();
                        Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery(
                                "SELECT sum(n) + " + number + " FROM numbers WHERE n < 100000")) {
                    rows.next();
                    return rows.getLong(1) - number;
                } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                }
            }));
        }
        for (CompletableFuture<Long> sum : sums) {
            assertThat(sum.get()).isEqualTo(4_999_950_000L);
        }
    }
}
