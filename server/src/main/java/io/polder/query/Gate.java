package io.polder.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.record.Problem;
import io.polder.sql.ImpalaMacros;
import io.polder.sql.SqlProblem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lets through one SELECT over the mart's tables and views, and nothing else. The engine's own parser reads the text, so
 * that what is judged is what is run; everything in the tree
 * must be known here: functions by {@link Functions}, sizes by {@link Extent} and {@link Growth}.
 */
final class Gate {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is longer is read one at a time: a tree takes a hundred times the memory of its text. */
    private static final int LONG = 5_000;

    private static final Object READING = new Object();

    /** The tree's nodes that are not expressions. */
    private static final Set<String> NODES = Set.of(
            "SELECT_NODE",
            "SET_OPERATION_NODE",
            "CTE_NODE",
            "RECURSIVE_CTE_NODE",
            "BASE_TABLE",
            "JOIN",
            "SUBQUERY",
            "TABLE_FUNCTION",
            "EXPRESSION_LIST",
            "EMPTY",
            "PIVOT",
            "ORDER_MODIFIER",
            "LIMIT_MODIFIER",
            "LIMIT_PERCENT_MODIFIER",
            "DISTINCT_MODIFIER",
            "ORDER_DEFAULT",
            "ASCENDING",
            "DESCENDING");

    /** The member of a node that has its WITH. */
    private static final String COMMON_TABLES = "cte_map";

    private static final Set<String> TABLE_FUNCTIONS = Set.of("range", "generate_series", "unnest");

    private static final Set<String> LEDGERS = Set.of("ledger", "edge_ledger", "rejected", "violations", "batches");

    private final Set<String> readable;
    private final Set<String> tables;

    /**
     * @param tables the mart's tables
     * @param views the mart's views
     */
    Gate(Set<String> tables, Set<String> views) {
        this.tables = Set.copyOf(tables);
        readable = new HashSet<>(tables);
        readable.addAll(views);
    }

    /**
     * Judges a text.
     *
     * @throws SqlProblem that names the place
     */
    JsonNode check(Connection connection, String sql) throws SQLException {
        if (Extent.ofText(sql) <= LONG) {
            return judged(connection, sql);
        }
        synchronized (READING) {
            return judged(connection, sql);
        }
    }

    private JsonNode judged(Connection connection, String sql) throws SQLException {
        JsonNode tree = parse(connection, sql);
        if (tree.path("error").asBoolean()) {
            int position = tree.path("position").asInt(-1);
            String message = tree.path("error_message").asText();
            if (tree.path("error_type").asText().equals("not implemented")) {
                throw refused(sql, 0, "only SELECT is answered here", "write a SELECT");
            }
            if (message.startsWith("Max expression depth") || message.contains("memory exhausted")) {
                throw refused(
                        sql, position, "expressions and queries are nested too deep", "write it with fewer levels");
            }
            throw refused(sql, position, message, "correct it at the place named");
        }
        int statements = tree.path("statements").size();
        if (statements != 1) {
            throw refused(sql, 0, "there are " + statements + " statements", "send one SELECT at a time");
        }
        JsonNode node = tree.path("statements").get(0).path("node");
        Extent.ofTree(node, sql);
        walk(node, Set.of(), sql);
        Growth.check(node, sql);
        return node;
    }

    static JsonNode parse(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)")) {
            statement.setString(1, sql);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return JSON.readTree(result.getString(1));
            }
        } catch (StreamConstraintsException tooDeep) {
            throw refused("", -1, "expressions and queries are nested too deep", "write it with fewer levels");
        } catch (JsonProcessingException exception) {
            throw new IllegalStateException("The engine's parser gave no JSON.", exception);
        }
    }

    private void walk(JsonNode node, Set<String> named, String sql) {
        if (!node.isObject()) {
            node.forEach(element -> walk(element, named, sql));
            return;
        }
        JsonNode types = node.path("type");
        String type = types.isTextual() ? types.asText() : "";
        if (!node.has("class") && !type.isEmpty() && !isKnown(node, type)) {
            throw refused(
                    sql,
                    position(node),
                    type.toLowerCase(Locale.ROOT) + " is not answered here",
                    "write a SELECT over tables and views");
        }
        Set<String> inScope = commonTables(node, named, sql);
        if (type.equals("BASE_TABLE")) {
            table(node, inScope, sql);
        } else if (type.equals("TABLE_FUNCTION")) {
            tableFunction(node, sql);
        }
        if (node.path("class").asText().equals("PARAMETER")) {
            throw refused(sql, position(node), "there is no value for a parameter", "write the value");
        }
        if (node.path("class").asText().equals("FUNCTION")
                || node.path("class").asText().equals("WINDOW")) {
            function(node, sql);
        }
        for (var member : node.properties()) {
            if (!member.getKey().equals(COMMON_TABLES)) {
                boolean isRecursiveHalf =
                        node.has("cte_name") && member.getKey().equals("right");
                walk(member.getValue(), isRecursiveHalf ? withItself(node, inScope) : inScope, sql);
            }
        }
    }

    /** Constants carry values and types of their own; everything else must be a known node. */
    private static boolean isKnown(JsonNode node, String type) {
        return NODES.contains(type) || node.has("is_null") || node.has("id") || type.endsWith("_TYPE_INFO");
    }

    /**
     * Walks the common tables of a node; returns the names that the rest of the node knows. A common table knows those
     * before it and not itself: there, its name is what the engine has by that name.
     */
    private Set<String> commonTables(JsonNode node, Set<String> named, String sql) {
        JsonNode map = node.path(COMMON_TABLES).path("map");
        if (map.isEmpty()) {
            return named;
        }
        Set<String> extended = new HashSet<>(named);
        for (JsonNode entry : map) {
            walk(entry.path("value"), extended, sql);
            extended.add(entry.path("key").asText().toLowerCase(Locale.ROOT));
        }
        return extended;
    }

    /** What the recursive half of a recursive common table knows. */
    private static Set<String> withItself(JsonNode node, Set<String> named) {
        Set<String> extended = new HashSet<>(named);
        extended.add(node.path("cte_name").asText().toLowerCase(Locale.ROOT));
        return extended;
    }

    private void table(JsonNode node, Set<String> named, String sql) {
        String catalog = node.path("catalog_name").asText();
        String schema = node.path("schema_name").asText().toLowerCase(Locale.ROOT);
        String name = node.path("table_name").asText().toLowerCase(Locale.ROOT);
        boolean isAllowed = catalog.isEmpty()
                && switch (schema) {
                    case "" -> named.contains(name) || readable.contains(name);
                    case "main" -> readable.contains(name);
                    case "provenance" -> tables.contains(name);
                    case "polder" -> LEDGERS.contains(name);
                    default -> false;
                };
        if (!isAllowed) {
            String full = (catalog.isEmpty() ? "" : catalog + ".") + (schema.isEmpty() ? "" : schema + ".") + name;
            throw refused(
                    sql,
                    position(node),
                    "there is no table '" + full + "'",
                    Problem.suggestion(name, new TreeSet<>(readable)));
        }
    }

    private static void tableFunction(JsonNode node, String sql) {
        String name = node.at("/function/function_name").asText().toLowerCase(Locale.ROOT);
        if (!TABLE_FUNCTIONS.contains(name)) {
            throw refused(
                    sql,
                    position(node),
                    name + "() may not be called as a table",
                    "use one of " + String.join(", ", new TreeSet<>(TABLE_FUNCTIONS)));
        }
    }

    private static void function(JsonNode node, String sql) {
        String name = node.path("function_name").asText().toLowerCase(Locale.ROOT);
        boolean isAllowed = node.path("catalog").asText().isEmpty()
                && switch (node.path("schema").asText().toLowerCase(Locale.ROOT)) {
                    case "", "main" -> Functions.names().contains(name);
                    case "impala" -> ImpalaMacros.names().contains(name);
                    default -> false;
                };
        if (!isAllowed) {
            throw refused(
                    sql,
                    position(node),
                    name + "() may not be called",
                    Problem.nearest(name, Functions.names())
                            .map(near -> "leave it out, or did you mean " + near + "()?")
                            .orElse("leave it out"));
        }
    }

    /** Where a node stands in the text; -1 when it is not told. */
    static int position(JsonNode node) {
        JsonNode location = node.path("query_location");
        return location.canConvertToInt() ? location.asInt() : -1;
    }

    /** A refusal that names line and column, and shows the line with a mark under the place. */
    static SqlProblem refused(String sql, int position, String wrong, String fix) {
        return SqlProblem.at(sql, position, wrong, fix);
    }
}
