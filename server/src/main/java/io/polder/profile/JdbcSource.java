package io.polder.profile;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a query answers in another database, through a JDBC driver. */
public final class JdbcSource {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcSource.class);
    /** Rows that a driver may bring at once, where it heeds this. */
    private static final int FETCH = 10_000;

    /**
     * A question.
     *
     * @param url as the driver wants it
     * @param drivers jars with the driver; empty when it is on the class path
     */
    public record Question(
            String url, Optional<String> user, Optional<String> password, String query, List<Path> drivers) {}

    private JdbcSource() {}

    /**
     * Reads the answer into table {@code raw} of the workbench. Nothing is written there: the connection is asked to be
     * read-only, and its transaction is rolled back.
     *
     * @throws PolderException INVALID_REQUEST when there is no driver for it, or the database refuses
     */
    public static Profile.Source read(Workbench bench, Question question) {
        try (URLClassLoader loader = loader(question.drivers());
                Connection connection = connect(question, loader)) {
            askForReading(connection);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(FETCH);
                try (ResultSet rows = statement.executeQuery(question.query())) {
                    take(bench, rows);
                }
            } finally {
                connection.rollback();
            }
        } catch (SQLException refused) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    shown(question.url()) + ": "
                            + String.valueOf(refused.getMessage()).strip().replaceAll("\\.+$", "")
                            + ". Fix: see that the database runs, the user may, and --query is its SQL",
                    refused);
        } catch (IOException broken) {
            throw new PolderException(ErrorCode.UNAVAILABLE, "A driver could not be closed: " + broken, broken);
        }
        return new Profile.Source(
                "jdbc", List.of(new Profile.Option("database", shown(question.url()), false)), 0, List.of());
    }

    private static void askForReading(Connection connection) {
        try {
            connection.setReadOnly(true);
        } catch (SQLException unable) {
            // Some drivers cannot be told; what a query writes there goes with the transaction.
            LOG.debug("The driver does not take a connection that only reads.", unable);
        }
    }

    /** Without what may be a password. */
    private static String shown(String url) {
        String bare = url.replaceAll("[?;].*", "");
        int at = bare.lastIndexOf('@');
        // What is before the last @ may be a name with a password, and these may have any signs in them.
        return at < 0 ? bare : bare.replaceAll("^(jdbc:[^:/@]*).*", "$1") + ":…" + bare.substring(at);
    }

    private static URLClassLoader loader(List<Path> drivers) {
        List<URL> jars = new ArrayList<>();
        for (Path jar : drivers) {
            if (!Files.isRegularFile(jar)) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        "--driver = '" + jar + "': there is no such file. Fix: name the jar");
            }
            try {
                jars.add(jar.toUri().toURL());
            } catch (MalformedURLException impossible) {
                throw new IllegalStateException("a path is no address", impossible);
            }
        }
        return new URLClassLoader(jars.toArray(URL[]::new), JdbcSource.class.getClassLoader());
    }

    private static Connection connect(Question question, ClassLoader loader) throws SQLException {
        Properties properties = new Properties();
        question.user().ifPresent(user -> properties.setProperty("user", user));
        question.password().ifPresent(password -> properties.setProperty("password", password));
        // Not through the DriverManager: it knows only drivers of the class path.
        for (Driver driver : ServiceLoader.load(Driver.class, loader)) {
            Connection connection =
                    driver.acceptsURL(question.url()) ? driver.connect(question.url(), properties) : null;
            if (connection != null) {
                return connection;
            }
        }
        throw new PolderException(
                ErrorCode.INVALID_REQUEST,
                "--jdbc = '" + shown(question.url())
                        + "': no driver knows such an address. Fix: name the driver's jar with --driver");
    }

    private static void take(Workbench bench, ResultSet rows) throws SQLException {
        ResultSetMetaData about = rows.getMetaData();
        List<Intake.Column> columns = new ArrayList<>();
        for (int at = 1; at <= about.getColumnCount(); at++) {
            columns.add(new Intake.Column(about.getColumnLabel(at), kind(about, at)));
        }
        try (Intake into = Intake.open(bench, columns)) {
            List<@Nullable Object> row = new ArrayList<>();
            while (rows.next()) {
                row.clear();
                for (int at = 0; at < columns.size(); at++) {
                    row.add(value(rows, at + 1, columns.get(at).kind()));
                }
                into.row(row);
            }
        }
    }

    /** Digits that a double always keeps. */
    private static final int DOUBLE_DIGITS = 15;
    /** Digits that a whole number of 64 bits always keeps. */
    private static final int WHOLE_DIGITS = 18;

    private static Intake.Kind kind(ResultSetMetaData about, int at) throws SQLException {
        int digits = about.getPrecision(at);
        return switch (about.getColumnType(at)) {
            case Types.BIT, Types.BOOLEAN -> Intake.Kind.BOOLEAN;
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER -> Intake.Kind.BIGINT;
            case Types.BIGINT -> about.isSigned(at) ? Intake.Kind.BIGINT : Intake.Kind.VARCHAR;
            case Types.FLOAT, Types.REAL, Types.DOUBLE -> Intake.Kind.DOUBLE;
            case Types.DECIMAL, Types.NUMERIC -> {
                // As text where digits would be lost, and two values could become one.
                if (about.getScale(at) == 0 && digits > 0 && digits <= WHOLE_DIGITS) {
                    yield Intake.Kind.BIGINT;
                }
                yield digits > 0 && digits <= DOUBLE_DIGITS ? Intake.Kind.DOUBLE : Intake.Kind.VARCHAR;
            }
            case Types.DATE -> Intake.Kind.DATE;
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> Intake.Kind.TIMESTAMP;
            default -> Intake.Kind.VARCHAR;
        };
    }

    private static @Nullable Object value(ResultSet rows, int at, Intake.Kind kind) throws SQLException {
        Object value =
                switch (kind) {
                    case BOOLEAN -> rows.getBoolean(at);
                    case BIGINT -> rows.getLong(at);
                    case DOUBLE -> rows.getDouble(at);
                    case DATE -> rows.getObject(at, LocalDate.class);
                    case TIMESTAMP -> {
                        Timestamp time = rows.getTimestamp(at);
                        yield time == null ? null : time.toLocalDateTime();
                    }
                    case VARCHAR -> rows.getString(at);
                };
        return rows.wasNull() ? null : value;
    }
}
