package io.polder.store.duck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.Store;
import io.polder.testkit.StoreContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class DuckStoreTest extends StoreContract {
    @Override
    protected Store open(Path folder, InstantSource clock) {
        return DuckStore.open(
                new DuckStore.Settings(folder.resolve("mart.duckdb"), folder.resolve("tmp"), 256L << 20, 1), clock);
    }

    @Override
    protected List<Row> rows(Store store) {
        List<Row> rows = new ArrayList<>();
        try (Connection connection = ((DuckStore) store).connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT uid, epoch_us(time), value, _partition, _offset FROM provenance.t")) {
            while (result.next()) {
                rows.add(new Row(
                        result.getLong(1),
                        result.getLong(2),
                        result.getString(3),
                        result.getInt(4),
                        result.getLong(5)));
            }
            return rows;
        } catch (SQLException exception) {
            throw new IllegalStateException(exception);
        }
    }

    @Property
    void whatFailedIsToldAndTheConnectionIsFitForTheNextTransaction(@ForAll("endings") String ending)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (a INTEGER)");

            // A commit that fails on a full disk leaves the engine without a transaction.
            assertThatThrownBy(() -> DuckStore.transaction(connection, "applying", inTransaction -> {
                        statement.execute("INSERT INTO t VALUES (1)");
                        statement.execute(ending);
                        throw new SQLException("IO Error: Could not write: No space left on device");
                    }))
                    .hasMessageContaining("No space left on device")
                    .extracting(failure -> ((PolderException) failure).code())
                    .isEqualTo(ErrorCode.UNAVAILABLE);

            assertThatThrownBy(() -> DuckStore.transaction(connection, "applying", inTransaction -> {
                        statement.execute("INSERT INTO t VALUES (2)");
                        throw new IllegalStateException("half way");
                    }))
                    .hasMessage("half way");
            DuckStore.transaction(
                    connection, "applying", inTransaction -> statement.execute("INSERT INTO t VALUES (3)"));
            try (ResultSet result = statement.executeQuery("SELECT string_agg(a, ',' ORDER BY a) FROM t")) {
                result.next();
                assertThat(result.getString(1)).isEqualTo("3");
            }
        }
    }

    @Example
    void onlyAFailureThatAValueCausesIsTheDatas() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            assertThat(codeOf(connection, "SELECT CAST('FATAL: No space left' AS INTEGER)"))
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(codeOf(connection, "SELECT 2147483647::INTEGER + 1::INTEGER"))
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(codeOf(connection, "SELECT CAST('a' || chr(10) || 'Error: FATAL Error: b' AS INTEGER)"))
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(codeOf(connection, "SELECT strptime('x', '%Y')")).isEqualTo(ErrorCode.INVALID_REQUEST);
            // The driver tells of these by a message that begins as if the input were wrong.
            assertThat(codeOf(connection, "SELECT a FROM gone")).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(codeOf(connection, "SELECT nosuch FROM (SELECT 1 AS a)")).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        assertThat(codeOf("IO Error: Could not write: Disk quota exceeded")).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(codeOf("Statement was closed")).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(codeOf("FATAL Error: Failed: database has been invalidated")).isEqualTo(ErrorCode.RESTART);
    }

    private static ErrorCode codeOf(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            throw new IllegalStateException("did not fail: " + sql);
        } catch (SQLException failure) {
            return DuckStore.failure("trying", failure).code();
        }
    }

    private static ErrorCode codeOf(String message) {
        return DuckStore.failure("trying", new SQLException(message)).code();
    }

    @Provide
    Arbitrary<String> endings() {
        return Arbitraries.of("ROLLBACK", "SELECT 1");
    }
}
