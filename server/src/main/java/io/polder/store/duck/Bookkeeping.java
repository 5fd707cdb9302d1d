package io.polder.store.duck;

import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tables and views beside the mart's own, and how their values are written. See the package's documentation. */
final class Bookkeeping {
    /** The built-in table of what the edge filtered, rejected and recognised. */
    static final String EDGE = "polder_edge";

    static final List<String> TABLES = List.of(
            "CREATE SCHEMA IF NOT EXISTS store",
            "CREATE SCHEMA IF NOT EXISTS provenance",
            "CREATE SCHEMA IF NOT EXISTS polder",
            "CREATE TABLE IF NOT EXISTS store.generations (name VARCHAR, generation INTEGER, physical VARCHAR,"
                    + " topic VARCHAR, hash VARCHAR, source VARCHAR, is_current BOOLEAN)",
            "CREATE TABLE IF NOT EXISTS store.batches (generation VARCHAR, batch BIGINT, positions VARCHAR,"
                    + " events BIGINT, accepted_first TIMESTAMP, accepted_last TIMESTAMP, logged TIMESTAMP,"
                    + " committed TIMESTAMP)",
            "CREATE TABLE IF NOT EXISTS store.ledger (generation VARCHAR, feed VARCHAR, minute TIMESTAMP,"
                    + " logged BIGINT, applied BIGINT, filtered BIGINT, rejected BIGINT, too_late BIGINT,"
                    + " waiting BIGINT, violations BIGINT)",
            "CREATE TABLE IF NOT EXISTS store.violations (generation VARCHAR, rule VARCHAR, minute TIMESTAMP,"
                    + " count BIGINT)",
            "CREATE TABLE IF NOT EXISTS store.marks (generation VARCHAR, rule VARCHAR, \"column\" VARCHAR,"
                    + " \"partition\" INTEGER, \"offset\" BIGINT, key VARCHAR, was VARCHAR, became VARCHAR,"
                    + " accepted TIMESTAMP)",
            "CREATE TABLE IF NOT EXISTS store.rejects (generation VARCHAR, \"partition\" INTEGER, \"offset\" BIGINT,"
                    + " accepted TIMESTAMP, feed VARCHAR, reason VARCHAR)",
            "CREATE TABLE IF NOT EXISTS store.outbox (sequence BIGINT, topic VARCHAR, key BLOB, value BLOB,"
                    + " headers VARCHAR, accepted BIGINT)",
            "CREATE TABLE IF NOT EXISTS store.idempotent (topic VARCHAR, key VARCHAR, number BIGINT, fingerprint VARCHAR,"
                    + " accepted TIMESTAMP)");

    static final List<String> VIEWS = List.of(
            "CREATE OR REPLACE VIEW polder.ledger AS SELECT g.name AS table_name, l.minute,"
                    + " sum(logged)::BIGINT AS logged, sum(applied)::BIGINT AS applied,"
                    + " sum(filtered)::BIGINT AS filtered, sum(rejected)::BIGINT AS rejected,"
                    + " sum(too_late)::BIGINT AS too_late, sum(waiting)::BIGINT AS waiting,"
                    + " sum(violations)::BIGINT AS violations FROM store.ledger l JOIN store.generations g"
                    + " ON g.physical = l.generation WHERE g.is_current AND g.name <> '" + EDGE + "' GROUP BY ALL",
            "CREATE OR REPLACE VIEW polder.rejected AS SELECT g.name AS table_name, g.topic, r.\"partition\","
                    + " r.\"offset\", r.accepted, r.feed, r.reason FROM store.rejects r JOIN store.generations g"
                    + " ON g.physical = r.generation WHERE g.is_current",
            "CREATE OR REPLACE VIEW polder.violations AS SELECT g.name AS table_name, v.rule, v.minute,"
                    + " sum(v.count)::BIGINT AS count FROM store.violations v JOIN store.generations g"
                    + " ON g.physical = v.generation WHERE g.is_current GROUP BY ALL",
            "CREATE OR REPLACE VIEW polder.marks AS SELECT g.name AS table_name, m.rule, m.\"column\", m.\"partition\","
                    + " m.\"offset\", m.key, m.was, m.became, m.accepted FROM store.marks m JOIN store.generations g"
                    + " ON g.physical = m.generation WHERE g.is_current",
            "CREATE OR REPLACE VIEW polder.batches AS SELECT g.name AS table_name, b.batch, b.positions, b.events,"
                    + " b.accepted_first, b.accepted_last, b.logged, b.committed FROM store.batches b"
                    + " JOIN store.generations g ON g.physical = b.generation WHERE g.is_current");

    private Bookkeeping() {}

    /** The view of the edge's balance; {@code physical} is the table of {@value #EDGE}. */
    static String edgeLedger(String physical) {
        return "CREATE OR REPLACE VIEW polder.edge_ledger AS WITH behind AS (SELECT feed, minute, max(logged) AS logged"
                + " FROM (SELECT l.generation, l.feed, l.minute, sum(l.logged)::BIGINT AS logged FROM store.ledger l"
                + " JOIN store.generations g ON g.physical = l.generation WHERE g.is_current AND g.name <> '" + EDGE
                + "' GROUP BY ALL) GROUP BY ALL),"
                + " edge AS (SELECT feed, make_timestamp(minute * 60000000) AS minute, sum(filtered)::BIGINT AS filtered,"
                + " sum(rejected)::BIGINT AS rejected, sum(duplicate)::BIGINT AS duplicate FROM " + physical
                + " GROUP BY ALL)"
                + " SELECT coalesce(b.feed, e.feed) AS feed, coalesce(b.minute, e.minute) AS minute,"
                + " coalesce(logged, 0) + coalesce(filtered, 0) + coalesce(rejected, 0) + coalesce(duplicate, 0) AS read,"
                + " coalesce(logged, 0) AS logged, coalesce(filtered, 0) AS filtered, coalesce(rejected, 0) AS rejected,"
                + " coalesce(duplicate, 0) AS duplicate"
                + " FROM behind b FULL JOIN edge e ON b.feed = e.feed AND b.minute = e.minute";
    }

    /** Whether a table is the program's own and has no views of its name. */
    static boolean isOurs(String table) {
        return table.startsWith("polder_");
    }

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** {@code {0: 17, 3: 4}} as {@code 0:17,3:4}. */
    static String positions(Map<Integer, Long> positions) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(positions).forEach((partition, offset) -> {
            text.append(text.isEmpty() ? "" : ",").append(partition).append(':').append(offset);
        });
        return text.toString();
    }

    static Map<Integer, Long> positions(String text) {
        Map<Integer, Long> positions = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            if (colon > 0) {
                positions.put(Integer.parseInt(part.substring(0, colon)), Long.parseLong(part.substring(colon + 1)));
            }
        }
        return positions;
    }

    /** The positions of a generation's last batch; empty when it has none. */
    static Map<Integer, Long> applied(Connection connection, String physical) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT positions FROM store.batches WHERE generation = "
                        + Sql.text(physical) + " ORDER BY batch DESC LIMIT 1")) {
            return result.next() ? positions(result.getString(1)) : Map.of();
        }
    }

    /** Headers as lines of name, tab and value; the values that are written here have no line ends. */
    static String headers(Map<String, String> headers) {
        StringBuilder text = new StringBuilder();
        headers.forEach((name, value) ->
                text.append(name).append('\t').append(value.replace('\n', ' ')).append('\n'));
        return text.toString();
    }

    static Map<String, byte[]> headers(String text) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int tab = line.indexOf('\t');
            headers.put(line.substring(0, tab), line.substring(tab + 1).getBytes(StandardCharsets.UTF_8));
        });
        return headers;
    }

    static byte @Nullable [] bytes(ResultSet result, int column) throws SQLException {
        Blob blob = result.getBlob(column);
        return blob == null ? null : blob.getBytes(1, (int) blob.length());
    }
}
