package io.polder.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example of every rule, on a real engine: what docs/sql.md says is what comes out. */
final class ImpalaFunctionsTest {
    private static Connection connection;

    @BeforeAll
    static void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            for (String sql : ImpalaMacros.definitions()) {
                statement.execute(sql);
            }
        }
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    static Stream<Function.Example> examples() {
        return ImpalaFunctions.rules().stream().flatMap(rule -> rule.examples().stream());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void gives(Function.Example example) throws SQLException {
        assertThat(value("SELECT " + example.expression())).isEqualTo(example.value());
    }

    private static String value(String sql) throws SQLException {
        var query = (io.polder.sql.Statement.Query) Impala.translate(sql, Session.start(), NOTHING);
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ("
                        + query.text().sql() + ")")) {
            result.next();
            String value = result.getString(1);
            return value == null ? "NULL" : value;
        } catch (SQLException exception) {
            throw new SQLException(query.text().sql(), exception);
        }
    }

    static final Catalog NOTHING = new Catalog() {
        @Override
        public List<Relation> relations() {
            return List.of();
        }

        @Override
        public java.util.Optional<Long> rows(Relation relation) {
            return java.util.Optional.empty();
        }

        @Override
        public List<ColumnStatistics> statistics(Relation relation) {
            return List.of();
        }
    };
}
