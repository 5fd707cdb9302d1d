package io.polder.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a query's answer depends on.
 *
 * @param tables the mart's tables that it reads, also through views
 * @param isSteady whether it gives the same as long as these tables are the same: it asks neither for the time nor for
 *     chance, nor for the program's own books
 */
record Reads(Set<String> tables, boolean isSteady) {
    /** Too many are taken for unsteady rather than too few: that only costs another run. */
    private static final Pattern UNSTEADY = Pattern.compile(
            ".*(now|today|random|rand|uuid|current|local|timestamp|transaction|get_|age|seed|time_zone|sample).*");

    /** What SQL writes without parentheses; a column of such a name only costs another run. */
    private static final Set<String> VALUES = Set.of(
            "current_date",
            "current_time",
            "current_timestamp",
            "localtime",
            "localtimestamp",
            "current_user",
            "session_user",
            "user");

    Reads {
        tables = Set.copyOf(tables);
    }

    /**
     * Reads it off the engine's tree of a query.
     *
     * @param views what the mart's views depend on
     */
    static Reads of(JsonNode tree, Map<String, Reads> views) {
        Set<String> tables = new HashSet<>();
        boolean isSteady = walk(tree, views, tables);
        return new Reads(tables, isSteady);
    }

    private static boolean walk(JsonNode node, Map<String, Reads> views, Set<String> tables) {
        boolean isSteady = node.path("sample").isNull() || node.path("sample").isMissingNode();
        if (node.path("type").asText().equals("BASE_TABLE")) {
            String name = node.path("table_name").asText().toLowerCase(Locale.ROOT);
            Reads view = views.get(name);
            isSteady &= !node.path("schema_name").asText().equalsIgnoreCase("polder");
            if (view == null) {
                tables.add(name);
            } else {
                tables.addAll(view.tables());
                isSteady &= view.isSteady();
            }
        }
        if (node.has("function_name")) {
            String name = node.path("function_name").asText().toLowerCase(Locale.ROOT);
            isSteady &= name.equals("make_timestamp") || !UNSTEADY.matcher(name).matches();
        }
        JsonNode names = node.path("column_names");
        if (names.size() == 1 && VALUES.contains(names.get(0).asText().toLowerCase(Locale.ROOT))) {
            isSteady = false;
        }
        for (JsonNode child : node) {
            isSteady &= walk(child, views, tables);
        }
        return isSteady;
    }
}
