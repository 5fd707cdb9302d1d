package io.polder.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.sql.SqlProblem;

/**
 * How long and how deep a query may be. What the engine does before it runs a query cannot be interrupted, and takes more
 * than linear time in some of this; far beyond these bounds its stack ends. For one query and one thread.
 */
final class Extent {
    /** Words, numbers, quoted texts and other characters. */
    private static final int MOST_WORDS = 50_000;

    private static final int MOST_CHARACTERS = 4 << 20;
    /** The engine's parser takes quadratic time in them. */
    private static final int MOST_CONDITIONS = 5_000;
    /** Of expressions and queries inside each other; a query takes more of the stack. */
    private static final int DEEPEST = 200;

    private static final int QUERY = 2;
    /**
     * Planning takes twice the time for each subquery in an expression, each lambda and each macro of the dialect around
     * something: so many times in all is something planned.
     */
    private static final double MOST_PLANNED = 1 << 18;

    private static final int MOST_JOINS = 60;
    private static final int MOST_COMMON_TABLES = 100;
    private static final int MOST_UNIONS = 500;

    private final String sql;
    private double planned;
    private int commonTables;
    private int unions;

    private Extent(String sql) {
        this.sql = sql;
    }

    // ---- before it is read

    /**
     * Judges a text that nobody has read yet.
     *
     * @return how many words it has
     * @throws SqlProblem when it is too long to be read in a short time
     */
    static int ofText(String sql) {
        if (sql.length() > MOST_CHARACTERS) {
            throw SqlProblem.at(
                    "", -1, "the query has more than " + MOST_CHARACTERS + " characters", "make it shorter");
        }
        int words = 0;
        int conditions = 0;
        int index = 0;
        while (index < sql.length()) {
            char first = sql.charAt(index);
            int end = end(sql, index);
            if (!isSpace(first)) {
                words++;
                conditions += isCondition(sql, index, end) ? 1 : 0;
            }
            if (words > MOST_WORDS) {
                throw SqlProblem.at(
                        sql, index, "the query has more than " + MOST_WORDS + " words and signs", tooLong());
            }
            if (conditions > MOST_CONDITIONS) {
                throw SqlProblem.at(
                        sql, index, "there are more than " + MOST_CONDITIONS + " AND and OR", "write IN (…), or join");
            }
            index = end;
        }
        return words;
    }

    private static String tooLong() {
        return "make it shorter; long lists are better joined from a table";
    }

    private static boolean isCondition(String sql, int from, int end) {
        return end - from == 3 && sql.regionMatches(true, from, "and", 0, 3)
                || end - from == 2 && sql.regionMatches(true, from, "or", 0, 2);
    }

    /** Where the word, quoted text or comment ends that begins here; as the engine's parser cuts them. */
    private static int end(String sql, int index) {
        char first = sql.charAt(index);
        if (isDigit(first)) {
            return number(sql, index);
        }
        if (isLetter(first)) {
            int end = index + 1;
            while (end < sql.length() && isWord(sql.charAt(end))) {
                end++;
            }
            boolean isEscaped = end - index == 1 && (first == 'e' || first == 'E');
            return isEscaped && end < sql.length() && sql.charAt(end) == '\'' ? escaped(sql, end + 1) : end;
        }
        if (first == '\'' || first == '"') {
            return behind(sql, String.valueOf(first), index + 1);
        }
        if (first == '$') {
            int tag = tag(sql, index);
            return tag > 0 ? behind(sql, sql.substring(index, tag), tag) : index + 1;
        }
        if (sql.startsWith("--", index)) {
            return line(sql, index);
        }
        return sql.startsWith("/*", index) ? comment(sql, index) : index + 1;
    }

    /** A number ends before a word that begins right behind it: {@code 1and 2}. */
    private static int number(String sql, int from) {
        int index = from + 1;
        while (index < sql.length()) {
            char letter = sql.charAt(index);
            boolean isInner = letter == '_' && index + 1 < sql.length() && isDigit(sql.charAt(index + 1));
            if (!isDigit(letter) && letter != '.' && !isInner) {
                break;
            }
            index++;
        }
        return index;
    }

    /** Behind the opening mark of a text between dollars; 0 when it is none. */
    private static int tag(String sql, int from) {
        int index = from + 1;
        while (index < sql.length() && sql.charAt(index) != '$' && isWord(sql.charAt(index))) {
            index++;
        }
        boolean isTag = index < sql.length() && sql.charAt(index) == '$' && !isDigit(sql.charAt(from + 1));
        return isTag ? index + 1 : 0;
    }

    private static int line(String sql, int from) {
        int index = from;
        while (index < sql.length() && sql.charAt(index) != '\n' && sql.charAt(index) != '\r') {
            index++;
        }
        return index;
    }

    /** Comments can be inside each other. */
    private static int comment(String sql, int from) {
        int index = from;
        int depth = 0;
        do {
            if (sql.startsWith("/*", index)) {
                depth++;
                index += 2;
            } else if (sql.startsWith("*/", index)) {
                depth--;
                index += 2;
            } else {
                index++;
            }
        } while (depth > 0 && index < sql.length());
        return index;
    }

    private static int behind(String sql, String mark, int from) {
        int found = sql.indexOf(mark, from);
        return found < 0 ? sql.length() : found + mark.length();
    }

    /** A text with escapes goes on after two quotes, and in a quoted text on a later line. */
    private static int escaped(String sql, int from) {
        int index = from;
        while (index < sql.length()) {
            char letter = sql.charAt(index);
            if (letter == '\'') {
                int next = continued(sql, index + 1);
                if (next < 0) {
                    return index + 1;
                }
                index = next;
            } else {
                index += letter == '\\' ? 2 : 1;
            }
        }
        return sql.length();
    }

    /** Behind the quote that goes on; -1 when none does. */
    private static int continued(String sql, int from) {
        int index = from;
        boolean isLater = false;
        while (index < sql.length()) {
            char letter = sql.charAt(index);
            if (letter == '\'') {
                return isLater || index == from ? index + 1 : -1;
            }
            if (isSpace(letter)) {
                isLater |= letter == '\n' || letter == '\r';
                index++;
            } else if (sql.startsWith("--", index)) {
                index = line(sql, index);
            } else {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isLetter(char letter) {
        return letter == '_'
                || letter >= 'a' && letter <= 'z'
                || letter >= 'A' && letter <= 'Z'
                || letter >= 0x80 && !isSpace(letter);
    }

    private static boolean isDigit(char letter) {
        return letter >= '0' && letter <= '9';
    }

    /** What a word goes on with. */
    private static boolean isWord(char letter) {
        return isLetter(letter) || isDigit(letter) || letter == '$';
    }

    /** What the engine takes for a space. */
    private static boolean isSpace(char letter) {
        return letter == ' '
                || letter >= '\t' && letter <= '\r'
                || letter == '\u00a0'
                || letter >= '\u2000' && letter <= '\u200d'
                || letter == '\u202f'
                || letter == '\u205f'
                || letter == '\u2060'
                || letter == '\u3000'
                || letter == '\ufeff';
    }

    // ---- when it is read

    /**
     * Judges the engine's tree of a query.
     *
     * @throws SqlProblem that names the place from which on it is too deep
     */
    static void ofTree(JsonNode query, String sql) {
        new Extent(sql).walk(query, 0, 0, 0, -1);
    }

    private void walk(JsonNode node, int outerDepth, int outerDoublings, int outerJoins, int place) {
        int depth = outerDepth;
        int doublings = outerDoublings;
        int joins = 0;
        int here = Math.max(place, Gate.position(node));
        String type = node.path("type").asText();
        if (node.has("class")) {
            // A structure is two levels to the engine.
            depth += node.path("function_name").asText().equals("struct_pack") ? 2 : 1;
            doublings += type.equals("SUBQUERY") || type.equals("LAMBDA") || isMacro(node) ? 1 : 0;
            planned += Math.pow(2, doublings);
        } else if (type.endsWith("_NODE")) {
            depth += QUERY;
            unions += type.equals("SET_OPERATION_NODE")
                    ? Math.max(1, node.path("children").size() - 1)
                    : 0;
        } else if (type.equals("JOIN")) {
            joins = outerJoins + 1;
        }
        commonTables += node.path("cte_map").path("map").size();
        bound(depth, DEEPEST, here, "expressions and queries are nested more than " + DEEPEST + " levels deep");
        if (planned > MOST_PLANNED) {
            throw SqlProblem.at(
                    sql,
                    here,
                    "operators, functions, subqueries or lambdas are nested " + doublings
                            + " deep here, and planning that takes too long",
                    "compute parts of it in WITH");
        }
        bound(joins, MOST_JOINS, here, "more than " + MOST_JOINS + " tables are joined at once");
        bound(commonTables, MOST_COMMON_TABLES, here, "WITH names more than " + MOST_COMMON_TABLES + " tables");
        bound(unions, MOST_UNIONS, here, "more than " + MOST_UNIONS + " queries are put together");
        for (JsonNode child : node) {
            if (child.isContainerNode()) {
                walk(child, depth, doublings, joins, here);
            }
        }
    }

    private static boolean isMacro(JsonNode node) {
        return node.path("schema").asText().equalsIgnoreCase("impala");
    }

    private void bound(int count, int most, int place, String wrong) {
        if (count > most) {
            throw SqlProblem.at(sql, place, wrong, "write it with fewer");
        }
    }
}
