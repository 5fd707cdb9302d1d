package io.polder.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.record.PolderException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may be written at a place of a statement, as the mart told. Immutable.
 *
 * @param tables the columns of tables and views, by name
 * @param functions how each is called, by name
 */
record Words(Map<String, List<Column>> tables, Map<String, String> functions, List<String> keywords) {
    private static final Pattern SOURCE = Pattern.compile(
            "\\b(?:from|join|into|update|describe|formatted)\\s+`?(\\w+)`?(?:\\s+(?:as\\s+)?(\\w+))?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern BEFORE_A_TABLE = Pattern.compile(
            "\\b(from|join|into|update|describe|desc|formatted|table|view|stats|upsert)\\s+$",
            Pattern.CASE_INSENSITIVE);

    static final Words NONE = new Words(Map.of(), Map.of(), List.of());

    /** A column with its type. */
    record Column(String name, String type) {}

    /** A word that may stand there, and what it is. */
    record Proposal(String word, String is) {}

    /** Asks the mart; {@link #NONE} when it does not say. */
    static Words of(MartClient client) {
        JsonNode told;
        try {
            told = client.get("api/sql/words");
        } catch (PolderException silent) {
            return NONE;
        }
        Map<String, List<Column>> tables = new LinkedHashMap<>();
        for (JsonNode table : told.path("tables")) {
            List<Column> columns = new ArrayList<>();
            table.path("columns")
                    .forEach(column -> columns.add(new Column(
                            column.path("name").asText(), column.path("type").asText())));
            tables.put(table.path("name").asText(), columns);
        }
        Map<String, String> functions = new LinkedHashMap<>();
        told.path("functions")
                .forEach(function -> functions.putIfAbsent(
                        function.path("name").asText(),
                        function.path("signature").asText()));
        List<String> keywords = new ArrayList<>();
        told.path("keywords").forEach(word -> keywords.add(word.asText()));
        return new Words(tables, functions, keywords);
    }

    /**
     * What may stand in place of {@code word}, which has been begun.
     *
     * @param statement all of it
     * @param before what stands before the word
     * @param word letters, perhaps behind {@code table.}; may be empty
     */
    List<Proposal> proposals(String statement, String before, String word) {
        List<Proposal> proposals = new ArrayList<>();
        Map<String, String> sources = sources(statement);
        int point = word.lastIndexOf('.');
        if (point >= 0) {
            String prefix = word.substring(0, point + 1);
            String table = sources.getOrDefault(word.substring(0, point).toLowerCase(Locale.ROOT), "");
            tables.getOrDefault(table, List.of())
                    .forEach(column -> proposals.add(new Proposal(prefix + column.name(), column.type())));
            return begun(proposals, word);
        }
        boolean isTableNext = BEFORE_A_TABLE.matcher(before).find();
        if (!isTableNext) {
            // Before FROM is written, any table's.
            Set<String> named =
                    sources.isEmpty() && !word.isEmpty() ? tables.keySet() : new TreeSet<>(sources.values());
            for (String table : named) {
                tables.getOrDefault(table, List.of())
                        .forEach(column -> proposals.add(new Proposal(column.name(), column.type())));
            }
        }
        tables.keySet().forEach(table -> proposals.add(new Proposal(table, "table")));
        if (!isTableNext) {
            functions.forEach((name, signature) -> proposals.add(new Proposal(name + "(", signature)));
            boolean isSmall = !word.equals(word.toUpperCase(Locale.ROOT));
            keywords.forEach(
                    each -> proposals.add(new Proposal(isSmall ? each.toLowerCase(Locale.ROOT) : each, "keyword")));
        }
        return begun(proposals, word);
    }

    private static List<Proposal> begun(List<Proposal> all, String word) {
        String small = word.toLowerCase(Locale.ROOT);
        return all.stream()
                .distinct()
                .filter(proposal -> proposal.word().toLowerCase(Locale.ROOT).startsWith(small))
                .toList();
    }

    /** The tables that a statement names, by their names and aliases. */
    private Map<String, String> sources(String statement) {
        Map<String, String> sources = new LinkedHashMap<>();
        Matcher found = SOURCE.matcher(statement);
        while (found.find()) {
            String table = found.group(1).toLowerCase(Locale.ROOT);
            if (tables.containsKey(table)) {
                sources.put(table, table);
                if (found.group(2) != null) {
                    sources.put(found.group(2).toLowerCase(Locale.ROOT), table);
                }
            }
        }
        return sources;
    }
}
