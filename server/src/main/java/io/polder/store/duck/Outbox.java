package io.polder.store.duck;

import io.polder.store.Store;
import io.polder.store.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is owed to other topics, as {@code store.outbox} keeps it: single records, and whole batches of a table's rows.
 *
 * <p>Of a batch only its number is kept, since its rows are in the table: to write them here too, as text, cost as much as
 * all the rest of the write. A row that a later batch replaces before it is sent is sent with that batch. A batch has as
 * many sequence numbers as it had rows, the last of which is its entry's; how much of it has been sent is only kept in
 * memory, so that a restart sends all of it again. For one thread at a time.
 */
final class Outbox {
    /** The last row that was sent of the batch whose entry is first. */
    private record Place(long entry, long sequence, int partition, long offset) {}

    private final Map<String, Place> sent = new HashMap<>();
    private final Map<String, Place> read = new HashMap<>();

    /**
     * Rows of a batch that are owed.
     *
     * @param physical the generation's table
     * @param size how many rows it had when it was committed
     * @param topic where the events of the rows are
     * @param subject the columns that make the records' key
     * @param columns what is sent of a row
     */
    record Rows(String physical, long batch, long size, String topic, List<String> subject, List<String> columns) {
        private static final String BATCH = "batch";
        private static final String SEPARATOR = "\u001F";

        String text() {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put(BATCH, Long.toString(batch));
            headers.put("physical", physical);
            headers.put("size", Long.toString(size));
            headers.put("topic", topic);
            headers.put("subject", String.join(SEPARATOR, subject));
            headers.put("columns", String.join(SEPARATOR, columns));
            return Bookkeeping.headers(headers);
        }

        static @Nullable Rows of(Map<String, byte[]> headers) {
            if (!headers.containsKey(BATCH)) {
                return null;
            }
            return new Rows(
                    text(headers, "physical"),
                    Long.parseLong(text(headers, BATCH)),
                    Long.parseLong(text(headers, "size")),
                    text(headers, "topic"),
                    names(headers, "subject"),
                    names(headers, "columns"));
        }

        private static List<String> names(Map<String, byte[]> headers, String name) {
            String names = text(headers, name);
            return names.isEmpty() ? List.of() : List.of(names.split(SEPARATOR));
        }

        private static String text(Map<String, byte[]> headers, String name) {
            return new String(headers.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8);
        }

        private String ofBatch() {
            return "_batch = " + batch;
        }

        /** The rows that fulfil a condition: the records' keys and values, and where their events are; in that order. */
        private String select(String condition, String limit) {
            String key = subject.stream()
                    .map(column -> "CAST(" + Sql.name(column) + " AS VARCHAR)")
                    .collect(Collectors.joining(", "));
            String row = columns.stream()
                    .map(column -> Sql.name(column) + " := " + Sql.name(column))
                    .collect(Collectors.joining(", "));
            return "SELECT " + (key.isEmpty() ? "NULL::BLOB" : "encode(concat_ws(',', " + key + "))")
                    + " AS key, encode(CAST(to_json(struct_pack(" + row
                    + ")) AS VARCHAR)) AS value, _partition, _offset"
                    + " FROM (SELECT * FROM store." + Sql.name(physical) + " WHERE " + condition
                    + " ORDER BY _partition, _offset" + limit + ") ORDER BY _partition, _offset";
        }
    }

    private record Entry(
            long sequence,
            String topic,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Map<String, byte[]> headers,
            long acceptedMillis) {}

    /** The topics to which something is owed. */
    static List<String> topics(Connection connection) throws SQLException {
        List<String> topics = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT DISTINCT topic FROM store.outbox ORDER BY topic")) {
            while (result.next()) {
                topics.add(result.getString(1));
            }
        }
        return topics;
    }

    /**
     * The oldest of what is owed to a topic.
     *
     * @param replaced is given the last number of batches of which no row is left, when there is nothing else
     */
    List<Store.Owed> read(Connection connection, String topic, int limit, LongConsumer replaced) throws SQLException {
        read.remove(topic);
        List<Store.Owed> owed = new ArrayList<>();
        List<Entry> entries = entries(connection, "topic = " + Sql.text(topic), limit);
        for (Entry entry : entries) {
            Rows rows = Rows.of(entry.headers());
            if (rows == null) {
                owed.add(new Store.Owed(
                        entry.sequence(),
                        entry.topic(),
                        entry.key(),
                        entry.value(),
                        entry.headers(),
                        entry.acceptedMillis()));
            } else {
                readRows(connection, entry, rows, limit - owed.size(), owed);
            }
            if (owed.size() >= limit) {
                break;
            }
        }
        if (owed.isEmpty() && !entries.isEmpty()) {
            replaced.accept(entries.get(entries.size() - 1).sequence());
        }
        return owed;
    }

    private static List<Entry> entries(Connection connection, String condition, int limit) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT sequence, topic, key, value, headers,"
                + " accepted FROM store.outbox WHERE " + condition + " ORDER BY sequence LIMIT ?")) {
            statement.setInt(1, limit);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    entries.add(new Entry(
                            result.getLong(1),
                            result.getString(2),
                            Bookkeeping.bytes(result, 3),
                            Bookkeeping.bytes(result, 4),
                            Bookkeeping.headers(result.getString(5)),
                            result.getLong(6)));
                }
            }
        }
        return entries;
    }

    private void readRows(Connection connection, Entry entry, Rows rows, int limit, List<Store.Owed> owed)
            throws SQLException {
        Place known = sent.get(entry.topic());
        Place before = known != null && known.entry() == entry.sequence() ? known : null;
        String after = before == null
                ? ""
                : " AND (_partition > " + before.partition() + " OR _partition = " + before.partition()
                        + " AND _offset > " + before.offset() + ")";
        long sequence = before == null ? entry.sequence() - rows.size() : before.sequence();
        // One more than is wanted tells whether there are more.
        List<Store.Owed> found = new ArrayList<>();
        Place last = null;
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(rows.select(rows.ofBatch() + after, " LIMIT " + (limit + 1)))) {
            while (found.size() < limit && result.next()) {
                sequence++;
                last = new Place(entry.sequence(), sequence, result.getInt(3), result.getLong(4));
                found.add(new Store.Owed(
                        sequence,
                        entry.topic(),
                        Bookkeeping.bytes(result, 1),
                        Bookkeeping.bytes(result, 2),
                        headers(rows, last.partition(), last.offset()),
                        entry.acceptedMillis()));
            }
            if (found.size() == limit && result.next()) {
                read.put(entry.topic(), last);
            } else if (!found.isEmpty()) {
                Store.Owed end = found.remove(found.size() - 1);
                found.add(new Store.Owed(
                        entry.sequence(), end.topic(), end.key(), end.value(), end.headers(), end.acceptedMillis()));
            }
        }
        owed.addAll(found);
    }

    private static Map<String, byte[]> headers(Rows rows, int partition, long offset) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        headers.put("topic", rows.topic().getBytes(StandardCharsets.UTF_8));
        headers.put("partition", Integer.toString(partition).getBytes(StandardCharsets.UTF_8));
        headers.put("offset", Long.toString(offset).getBytes(StandardCharsets.UTF_8));
        return headers;
    }

    /** Forgets what was sent to a topic; {@code sequence} is that of the last record. */
    void sent(Connection connection, String topic, long sequence) throws SQLException {
        Place last = read.get(topic);
        if (last != null && last.sequence() == sequence) {
            sent.put(topic, last);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "DELETE FROM store.outbox WHERE topic = " + Sql.text(topic) + " AND sequence <= " + sequence);
        }
    }

    /** Writes out what is owed of a generation that is about to be dropped; {@code numbers} gives sequence numbers. */
    static void keep(Connection connection, String physical, LongUnaryOperator numbers) throws SQLException {
        for (Entry entry : entries(connection, "true", Integer.MAX_VALUE)) {
            Rows rows = Rows.of(entry.headers());
            if (rows == null || !rows.physical().equals(physical)) {
                continue;
            }
            writeOut(
                    connection,
                    entry.topic(),
                    rows,
                    rows.ofBatch(),
                    entry.acceptedMillis(),
                    numbers.applyAsLong(rows.size()));
            try (Statement statement = connection.createStatement()) {
                statement.execute("DELETE FROM store.outbox WHERE sequence = " + entry.sequence());
            }
        }
    }

    /**
     * Owes what a generation that people are about to read made of events that the one before had not applied; that one
     * owed nothing of these.
     *
     * @param applied for each partition the offset from which the generation before wanted to read on
     * @param nowMillis when, for the rows
     */
    static void owe(
            Connection connection,
            TableDefinition definition,
            String physical,
            Map<Integer, Long> applied,
            long nowMillis,
            LongUnaryOperator numbers)
            throws SQLException {
        if (definition.publish().isPresent()) {
            String isNew = isBehind(applied, "_partition", "_offset");
            long size = count(connection, "store." + Sql.name(physical), isNew);
            Rows rows = new Rows(
                    physical,
                    0,
                    size,
                    definition.topic(),
                    definition.subject(),
                    definition.transform().names());
            writeOut(connection, definition.publish().get(), rows, isNew, nowMillis, numbers.applyAsLong(size));
        }
        String isRefused = "generation = " + Sql.text(physical) + " AND "
                + isBehind(applied, Sql.name("partition"), Sql.name("offset"));
        long before = numbers.applyAsLong(count(connection, "store.rejects", isRefused));
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO store.outbox SELECT " + before
                    + " + row_number() OVER (ORDER BY \"partition\", \"offset\"), "
                    + Sql.text(definition.topic() + ".rejected") + ", NULL, NULL, "
                    + header("feed", "feed") + " || " + header("reason", "replace(reason, chr(10), ' ')") + " || "
                    + header("stage", "'table'") + " || " + header("table", Sql.text(definition.name())) + " || "
                    + header("topic", Sql.text(definition.topic())) + " || " + header("partition", "\"partition\"")
                    + " || " + header("offset", "\"offset\"") + ", epoch_ms(accepted) FROM store.rejects WHERE "
                    + isRefused);
        }
    }

    /** Whether an event has not been applied. */
    private static String isBehind(Map<Integer, Long> applied, String partition, String offset) {
        StringBuilder condition = new StringBuilder("true");
        applied.forEach((number, next) -> condition
                .append(" AND NOT (")
                .append(partition + " = " + number + " AND " + offset + " < " + next)
                .append(')'));
        return condition.toString();
    }

    private static long count(Connection connection, String table, String condition) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM " + table + " WHERE " + condition)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static String header(String name, String value) {
        return "'" + name + "' || chr(9) || " + value + " || chr(10)";
    }

    /** Owes rows that fulfil a condition one by one, under the numbers after {@code before}. */
    private static void writeOut(
            Connection connection, String topic, Rows rows, String condition, long acceptedMillis, long before)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO store.outbox SELECT " + before
                    + " + row_number() OVER (ORDER BY _partition, _offset), " + Sql.text(topic) + ", key, value, "
                    + header("topic", Sql.text(rows.topic())) + " || " + header("partition", "_partition") + " || "
                    + header("offset", "_offset") + ", " + acceptedMillis + " FROM (" + rows.select(condition, "")
                    + ")");
        }
    }
}
