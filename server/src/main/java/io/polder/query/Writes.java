package io.polder.query;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.log.Log;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import io.polder.sql.SqlProblem;
import io.polder.sql.Statement.Write;
import io.polder.store.duck.DuckStore;
import io.polder.store.duck.EngineMessage;
import io.polder.store.duck.MemoryWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.duckdb.DuckDBConnection;
import org.duckdb.EngineInterrupt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * INSERT, UPSERT, UPDATE and DELETE of tables that no other feed fills. What a statement changes is read first and then
 * goes through the log like any event; the answer comes when it is committed, so that the next query sees it. Writes to
 * one table take turns, so that nothing comes between what one reads and what it writes. Thread-safe.
 *
 * <p>The rows of one statement are events of their own: a query in between may see some of them. Once a statement is
 * answered, its rows survive whatever happens to the process; one that was not answered may have been done.
 */
public final class Writes {
    private static final Logger LOGGER = LoggerFactory.getLogger(Writes.class);

    /** More rows than a person means to change by hand; loads are for feeds. */
    private static final int MOST_ROWS = 100_000;

    private static final int MOST_BYTES = 32 << 20;
    /** As long as an event may be. */
    private static final int MOST_VALUE_BYTES = 1_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ASK_EVERY = Duration.ofMillis(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Puts events into the log; returns when Kafka has acknowledged all of them. */
    public interface Push {
        /** Does so with {@code events}, a JSON array. */
        void push(Feed feed, byte[] events);
    }

    /** Knows whether what stands in a topic before these offsets is in its tables. */
    public interface Committed {
        boolean hasCommitted(String topic, Map<Integer, Long> offsets);
    }

    private final DuckStore store;
    private final Log log;
    private final Mart mart;
    private final Gate gate;
    private final Push push;
    private final Committed committed;
    private final Duration timeout;
    private final Map<String, ReentrantLock> turns = new ConcurrentHashMap<>();

    /**
     * Writes to a mart.
     *
     * @param timeout how long finding the rows may take
     */
    public Writes(DuckStore store, Log log, Mart mart, Push push, Committed committed, Duration timeout) {
        this.store = store;
        this.log = log;
        this.mart = mart;
        this.push = push;
        this.committed = committed;
        this.timeout = timeout;
        gate = new Gate(mart.tables().keySet(), mart.views().keySet());
    }

    /**
     * Does what a statement says.
     *
     * @return how many rows were written
     * @throws PolderException INVALID_REQUEST with the place, TOO_LARGE, UNAVAILABLE when it is not known whether all of
     *     it was done
     */
    public long write(Write write) {
        String topic =
                Objects.requireNonNull(mart.tables().get(write.table().name())).from();
        ReentrantLock turn = turns.computeIfAbsent(topic, name -> new ReentrantLock(true));
        turn.lock();
        try {
            // What an unanswered write before this one left in the log must be seen first.
            await(topic);
            List<Map<String, @Nullable String>> rows = rows(write);
            if (rows.isEmpty()) {
                return 0;
            }
            byte[] events = json(rows);
            push.push(mart.feedsOf(topic).get(0), events);
            await(topic);
            return rows.size();
        } finally {
            turn.unlock();
        }
    }

    /** Waits until all that is in the topic is in the table. */
    private void await(String topic) {
        Map<Integer, Long> ends = log.endOffsets(topic);
        long start = System.nanoTime();
        while (!committed.hasCommitted(topic, ends)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new PolderException(
                        ErrorCode.UNAVAILABLE,
                        "The tables of topic '" + topic + "' have not caught up within " + PATIENCE.toSeconds()
                                + " s; what was written may appear later. Fix: look before you write it again");
            }
            try {
                Thread.sleep(ASK_EVERY.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new PolderException(
                        ErrorCode.UNAVAILABLE,
                        "The program is stopping; what was written may appear later. Fix: look before you write it"
                                + " again",
                        interrupted);
            }
        }
    }

    // ---- the rows

    private List<Map<String, @Nullable String>> rows(Write write) {
        try (Connection connection = store.connect();
                MemoryWatch.Entry entry = store.watch().enter(() -> interrupt(connection))) {
            return rows(write, connection, entry);
        } catch (SQLException exception) {
            throw new PolderException(
                    ErrorCode.INTERNAL, "Closing a connection failed: " + exception.getMessage(), exception);
        }
    }

    private static void interrupt(Connection connection) {
        try {
            EngineInterrupt.interrupt((DuckDBConnection) connection);
        } catch (SQLException alreadyOver) {
            LOGGER.debug("A statement was over before it could be ended.", alreadyOver);
        }
    }

    private List<Map<String, @Nullable String>> rows(Write write, Connection connection, MemoryWatch.Entry entry) {
        String query = write.query().sql();
        try {
            check(connection, write);
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout((int) Math.max(1, timeout.toSeconds()));
                try (ResultSet result = statement.executeQuery("SELECT * FROM (" + query + ") LIMIT 0")) {
                    int given = result.getMetaData().getColumnCount();
                    if (given != write.columns().size()) {
                        throw write.query()
                                .problem(
                                        0,
                                        "there are " + given + " values for "
                                                + write.columns().size() + " columns",
                                        "give as many as there are columns, or name the columns");
                    }
                }
                try (ResultSet result = statement.executeQuery(whole(write))) {
                    return read(write, result);
                }
            }
        } catch (SQLException exception) {
            if (entry.isStopped()) {
                throw MemoryWatch.tooLarge();
            }
            EngineMessage told = EngineMessage.of(String.valueOf(exception.getMessage()));
            throw write.query()
                    .problem(
                            told.positionIn(query),
                            told.wrong(),
                            told.fix().isEmpty() ? "correct it; nothing was written" : told.fix());
        }
    }

    private void check(Connection connection, Write write) throws SQLException {
        try {
            gate.check(connection, write.query().sql());
        } catch (SqlProblem problem) {
            throw write.query().problem(problem.position(), problem.wrong(), problem.fix());
        }
    }

    /** The query with all columns of the table, as texts: those that it does not give are what they were. */
    private static String whole(Write write) {
        boolean isNew = write.kind() == Write.Kind.INSERT;
        List<String> given = new ArrayList<>();
        write.columns().forEach(column -> given.add(quoted(column)));
        List<String> same = new ArrayList<>();
        write.table().key().forEach(key -> same.add("t." + quoted(key) + " = q." + quoted(key)));
        StringBuilder sql = new StringBuilder("SELECT ");
        for (Relation.Column column : write.table().columns()) {
            boolean isGiven = write.columns().contains(column.name());
            String source = isGiven ? "q." : isNew ? "" : "t.";
            String value = source.isEmpty()
                    ? "NULL"
                    : "CAST(" + source + quoted(column.name()) + " AS " + engine(column) + ")";
            if (!source.isEmpty() && column.type().kind() == HiveType.Kind.STRING) {
                value = "CASE WHEN strlen(" + value + ") > " + MOST_VALUE_BYTES + " THEN error('a value of "
                        + column.name().replace("'", "''") + " has more than " + MOST_VALUE_BYTES + " bytes') ELSE "
                        + value + " END";
            }
            sql.append(
                            column.type().kind() == HiveType.Kind.TIMESTAMP
                                    ? "strftime(CAST(" + value + " AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')"
                                    : "CAST(" + value + " AS VARCHAR)")
                    .append(", ");
        }
        // Whether the row is there; key columns are never NULL.
        sql.append("t.").append(quoted(write.table().key().get(0))).append(" IS NOT NULL");
        return sql + " FROM (" + write.query().sql() + ") AS q(" + String.join(", ", given) + ") LEFT JOIN main."
                + quoted(write.table().name()) + " AS t ON " + String.join(" AND ", same);
    }

    private static String engine(Relation.Column column) {
        return column.type().kind() == HiveType.Kind.STRING
                ? "VARCHAR"
                : column.type().word();
    }

    private static List<Map<String, @Nullable String>> read(Write write, ResultSet result) throws SQLException {
        List<Relation.Column> columns = write.table().columns();
        Map<List<String>, Map<String, @Nullable String>> rows = new LinkedHashMap<>();
        long size = 0;
        while (result.next()) {
            Map<String, @Nullable String> row = new LinkedHashMap<>();
            for (int index = 0; index < columns.size(); index++) {
                String value = result.getString(index + 1);
                size += value == null ? 0 : value.length();
                if (value != null && columns.get(index).type().kind() == HiveType.Kind.DOUBLE && !isFinite(value)) {
                    throw write.query()
                            .problem(
                                    0,
                                    "the value of " + columns.get(index).name() + " is " + value,
                                    "write a number or NULL");
                }
                row.put(columns.get(index).name(), value);
            }
            List<String> key = new ArrayList<>();
            for (String name : write.table().key()) {
                String value = row.get(name);
                if (value == null) {
                    throw write.query()
                            .problem(
                                    0,
                                    "the key's column " + name + " is NULL in a row",
                                    "give it a value; nothing was written");
                }
                key.add(value);
            }
            if (write.kind() == Write.Kind.DELETE) {
                row.put(Feed.DELETED, "true");
            }
            if (write.kind() != Write.Kind.INSERT) {
                rows.put(key, row);
            } else if (!result.getBoolean(columns.size() + 1)) {
                rows.putIfAbsent(key, row);
            }
            if (size > MOST_BYTES) {
                throw tooManyBytes();
            }
            if (rows.size() > MOST_ROWS) {
                throw new PolderException(
                        ErrorCode.TOO_LARGE,
                        "The statement changes more than " + MOST_ROWS
                                + " rows; nothing was written. Fix: narrow its WHERE," + " or load the rows by a feed");
            }
        }
        return List.copyOf(rows.values());
    }

    private static boolean isFinite(String number) {
        return Double.isFinite(
                Double.parseDouble(number.replace("inf", "Infinity").replace("nan", "NaN")));
    }

    private static byte[] json(List<Map<String, @Nullable String>> rows) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartArray();
            for (Map<String, @Nullable String> row : rows) {
                json.writeStartObject();
                for (var entry : row.entrySet()) {
                    if (entry.getValue() != null) {
                        json.writeStringField(entry.getKey(), entry.getValue());
                    }
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new IllegalStateException("Writing into memory failed.", impossible);
        }
        if (bytes.size() > MOST_BYTES) {
            throw tooManyBytes();
        }
        return bytes.toByteArray();
    }

    private static PolderException tooManyBytes() {
        return new PolderException(
                ErrorCode.TOO_LARGE,
                "The rows have more than " + MOST_BYTES + " bytes; nothing was written. Fix: write fewer at a time");
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
