package io.polder.sql;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Druid's SQL, said in the engine's words: its functions of time, the schema {@code druid}, the column {@code __time}
 * and the tables of {@code INFORMATION_SCHEMA}. Everything else is what both call SQL. Thread-safe.
 */
public final class Druid {
    /**
     * A word, a quoted name, a text, a comment, or one other character. A text with a doubled quote is two that touch, and
     * stays what it is: nothing comes between tokens. No pattern here goes deeper with a longer text.
     */
    private static final Pattern TOKEN = Pattern.compile(
            "(?<space>\\s+|--[^\\n]*|/\\*.*?(?:\\*/|$))"
                    + "|(?<text>'[^']*+(?:'|$))|(?<name>\"[^\"]*+(?:\"|$))"
                    + "|(?<word>[\\p{L}_$][\\p{L}\\p{N}_$]*)|(?<other>[0-9][0-9A-Za-z_.]*|.)",
            Pattern.DOTALL);

    private static final Map<String, String> UNITS = Map.of(
            "PT1S", "second",
            "PT1M", "minute",
            "PT1H", "hour",
            "P1D", "day",
            "P1W", "week",
            "P1M", "month",
            "P3M", "quarter",
            "P1Y", "year");

    private static final Pattern UNIT = Pattern.compile("[A-Za-z]{1,20}");

    /** @param place where it begins in what was asked */
    private record Token(String group, String text, int place) {
        boolean is(String word) {
            return (group.equals("word") || group.equals("other")) && text.equalsIgnoreCase(word);
        }

        /** A name without its quotes; empty for what is none. */
        String name() {
            return switch (group) {
                case "word" -> text;
                case "name" ->
                    text.length() < 2
                            ? ""
                            : text.substring(1, text.length() - 1).replace("\"\"", "\"");
                default -> "";
            };
        }
    }

    private final String asked;
    private final Catalog catalog;
    private final List<Token> tokens = new ArrayList<>();
    private final StringBuilder sql = new StringBuilder();
    private final List<Integer> places = new ArrayList<>();
    private boolean asksForSchemata;
    private boolean asksForTables;
    private boolean asksForColumns;

    private Druid(String asked, Catalog catalog) {
        this.asked = asked;
        this.catalog = catalog;
        Matcher matcher = TOKEN.matcher(asked);
        while (matcher.find()) {
            for (String group : List.of("space", "text", "name", "word", "other")) {
                if (matcher.group(group) != null) {
                    tokens.add(new Token(group, matcher.group(), matcher.start()));
                }
            }
        }
    }

    /**
     * Says a statement in the engine's words.
     *
     * @throws SqlProblem with the place of what is wrong
     */
    public static Statement.Translated translate(String text, Catalog catalog) {
        return new Druid(text, catalog).translate();
    }

    private Statement.Translated translate() {
        rewrite(0, tokens.size());
        String said = sql.toString().strip();
        int cut = sql.indexOf(said);
        while (said.endsWith(";")) {
            said = said.substring(0, said.length() - 1).stripTrailing();
        }
        String metadata = metadata();
        int added = 0;
        if (!metadata.isEmpty()) {
            boolean hasWith = said.regionMatches(true, 0, "WITH", 0, 4);
            String before = hasWith ? "WITH " + metadata + ", " : "WITH " + metadata + " ";
            String after = hasWith ? said.substring(4) : said;
            added = before.length() - (hasWith ? 4 : 0);
            said = before + after;
        }
        List<Integer> moved = new ArrayList<>();
        for (int index = 0; index < places.size(); index += 2) {
            moved.add(Math.max(0, places.get(index) - cut + added));
            moved.add(places.get(index + 1));
        }
        return new Statement.Translated(said, asked, moved);
    }

    private void rewrite(int from, int to) {
        int index = from;
        while (index < to) {
            index = one(index, to);
        }
    }

    /** Rewrites what begins at {@code index}; says where it ends. */
    private int one(int index, int to) {
        Token token = tokens.get(index);
        int next = skipSpace(index + 1, to);
        if (token.group().equals("word") && next < to && tokens.get(next).is("(")) {
            int close = closing(next, to);
            if (function(token, next + 1, close)) {
                return Math.min(close + 1, to);
            }
        }
        boolean isQualified = next < to && tokens.get(next).is(".");
        if (isQualified && token.name().equalsIgnoreCase("druid")) {
            return skipSpace(next + 1, to);
        }
        if (isQualified && token.name().equalsIgnoreCase("INFORMATION_SCHEMA")) {
            int table = skipSpace(next + 1, to);
            if (table < to) {
                informationSchema(tokens.get(table));
                return table + 1;
            }
        }
        if (token.name().equalsIgnoreCase("__time")) {
            put(token, time().map(Druid::quoted).orElse("\"__time\""));
        } else {
            put(token, token.text());
        }
        return index + 1;
    }

    private void put(Token token, String text) {
        places.add(sql.length());
        places.add(token.place());
        sql.append(text);
    }

    private int skipSpace(int from, int to) {
        int index = from;
        while (index < to && tokens.get(index).group().equals("space")) {
            index++;
        }
        return index;
    }

    private int closing(int open, int to) {
        int depth = 0;
        for (int index = open; index < to; index++) {
            depth += tokens.get(index).is("(") ? 1 : tokens.get(index).is(")") ? -1 : 0;
            if (depth == 0) {
                return index;
            }
        }
        return to;
    }

    // ---- functions

    /** Where an argument begins and ends. */
    private record Argument(int from, int to) {}

    private List<Argument> arguments(int from, int to) {
        List<Argument> arguments = new ArrayList<>();
        int depth = 0;
        int start = from;
        for (int index = from; index < to; index++) {
            depth += tokens.get(index).is("(") ? 1 : tokens.get(index).is(")") ? -1 : 0;
            if (depth == 0 && tokens.get(index).is(",")) {
                arguments.add(new Argument(start, index));
                start = index + 1;
            }
        }
        arguments.add(new Argument(start, to));
        return arguments;
    }

    private boolean function(Token name, int from, int to) {
        List<Argument> arguments = arguments(from, to);
        switch (name.text().toUpperCase(Locale.ROOT)) {
            case "TIME_FLOOR" -> {
                need(name, arguments, 2);
                String period = literal(arguments.get(1), name);
                String unit = UNITS.get(period);
                put(
                        name,
                        unit != null
                                ? "date_trunc('" + unit + "', CAST("
                                : "time_bucket(" + interval(period, name) + ", CAST(");
                rewrite(arguments.get(0).from(), arguments.get(0).to());
                sql.append(unit != null ? " AS TIMESTAMP))" : " AS TIMESTAMP), TIMESTAMP '1970-01-01')");
            }
            case "TIME_SHIFT" -> {
                need(name, arguments, 3);
                put(name, "(CAST(");
                rewrite(arguments.get(0).from(), arguments.get(0).to());
                sql.append(" AS TIMESTAMP) + CAST(");
                rewrite(arguments.get(2).from(), arguments.get(2).to());
                sql.append(" AS INTEGER) * ")
                        .append(interval(literal(arguments.get(1), name), name))
                        .append(')');
            }
            case "TIME_PARSE" -> wrap(name, "TRY_CAST(", arguments, " AS TIMESTAMP)");
            case "MILLIS_TO_TIMESTAMP" -> wrap(name, "make_timestamp(1000 * CAST(", arguments, " AS BIGINT))");
            case "TIMESTAMP_TO_MILLIS" -> wrap(name, "epoch_ms(CAST(", arguments, " AS TIMESTAMP))");
            case "TIME_EXTRACT" -> {
                need(name, arguments, 2);
                String unit = literal(arguments.get(1), name);
                if (!UNIT.matcher(unit).matches()) {
                    throw problem(name, "'" + unit + "' is not a part of a time", "write 'HOUR'");
                }
                put(name, "date_part('" + unit.toLowerCase(Locale.ROOT) + "', CAST(");
                rewrite(arguments.get(0).from(), arguments.get(0).to());
                sql.append(" AS TIMESTAMP))");
            }
            case "FLOOR" -> {
                return floorTo(name, from, to);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void wrap(Token name, String before, List<Argument> arguments, String after) {
        need(name, arguments, 1);
        put(name, before);
        rewrite(arguments.get(0).from(), arguments.get(0).to());
        sql.append(after);
    }

    /** {@code FLOOR(t TO DAY)}; says whether it is one. */
    private boolean floorTo(Token name, int from, int to) {
        for (int index = from; index < to; index++) {
            int unit = skipSpace(index + 1, to);
            if (tokens.get(index).is("TO") && unit < to && skipSpace(unit + 1, to) == to) {
                put(name, "date_trunc('" + tokens.get(unit).name().toLowerCase(Locale.ROOT) + "', CAST(");
                rewrite(from, index);
                sql.append(" AS TIMESTAMP))");
                return true;
            }
        }
        return false;
    }

    private void need(Token name, List<Argument> arguments, int count) {
        if (arguments.size() < count) {
            throw problem(name, name.text() + " takes " + count + " arguments", "write them all");
        }
    }

    private String literal(Argument argument, Token name) {
        int at = skipSpace(argument.from(), argument.to());
        Token token = at < argument.to() ? tokens.get(at) : name;
        if (!token.group().equals("text") || skipSpace(at + 1, argument.to()) != argument.to()) {
            throw problem(token, "a period must be written out", "write a text like 'PT1H'");
        }
        return token.text().substring(1, token.text().length() - 1);
    }

    private String interval(String period, Token name) {
        try {
            int time = period.indexOf('T');
            if (time == 1) {
                return "INTERVAL '" + Duration.parse(period).toSeconds() + " seconds'";
            }
            Period date = Period.parse(time < 0 ? period : period.substring(0, time));
            Duration rest = time < 0 ? Duration.ZERO : Duration.parse("P" + period.substring(time));
            return "INTERVAL '" + date.toTotalMonths() + " months " + date.get(ChronoUnit.DAYS) + " days "
                    + rest.toSeconds() + " seconds'";
        } catch (DateTimeException none) {
            throw problem(name, "'" + period + "' is not a period of ISO 8601", "write one like 'PT1H' or 'P1D'");
        }
    }

    private SqlProblem problem(Token token, String wrong, String fix) {
        return SqlProblem.at(asked, token.place(), wrong, fix);
    }

    // ---- names

    /** The time of the first table that the statement names and that has one. */
    private Optional<String> time() {
        List<Relation> relations = catalog.relations();
        return tokens.stream()
                .map(Token::name)
                .filter(name -> !name.isEmpty())
                .flatMap(name ->
                        relations.stream().filter(relation -> relation.name().equalsIgnoreCase(name)))
                .flatMap(relation -> relation.time().stream())
                .findFirst();
    }

    private void informationSchema(Token table) {
        String name = table.name().toUpperCase(Locale.ROOT);
        asksForSchemata |= name.equals("SCHEMATA");
        asksForTables |= name.equals("TABLES");
        asksForColumns |= name.equals("COLUMNS");
        if (!List.of("SCHEMATA", "TABLES", "COLUMNS").contains(name)) {
            throw problem(
                    table,
                    "there is no table 'INFORMATION_SCHEMA." + table.name() + "'",
                    "use SCHEMATA, TABLES or COLUMNS");
        }
        put(table, "information_schema_" + name.toLowerCase(Locale.ROOT));
    }

    private String metadata() {
        List<String> parts = new ArrayList<>();
        if (asksForSchemata) {
            parts.add("information_schema_schemata(\"CATALOG_NAME\", \"SCHEMA_NAME\") AS (VALUES ('druid', 'druid'),"
                    + " ('druid', 'INFORMATION_SCHEMA'))");
        }
        // What tables there are is asked of the engine: a statement about rows need not wait for it.
        List<Relation> relations = asksForTables || asksForColumns ? catalog.relations() : List.of();
        if (asksForTables) {
            List<String> rows = new ArrayList<>();
            relations.forEach(relation -> rows.add("('druid', 'druid', " + text(relation.name()) + ", '"
                    + (relation.isView() ? "VIEW" : "TABLE") + "', 'NO', 'NO')"));
            parts.add(values(
                    "information_schema_tables(\"TABLE_CATALOG\", \"TABLE_SCHEMA\", \"TABLE_NAME\", \"TABLE_TYPE\","
                            + " \"IS_JOINABLE\", \"IS_BROADCAST\")",
                    rows,
                    "'', '', '', '', '', ''"));
        }
        if (asksForColumns) {
            List<String> rows = new ArrayList<>();
            for (Relation relation : relations) {
                int position = 0;
                for (Relation.Column column : relation.columns()) {
                    position++;
                    rows.add(
                            "('druid', 'druid', " + text(relation.name()) + ", " + text(column.name()) + ", " + position
                                    + ", '', '" + (relation.key().contains(column.name()) ? "NO" : "YES") + "', "
                                    + type(column.type()) + ")");
                }
            }
            parts.add(values(
                    "information_schema_columns(\"TABLE_CATALOG\", \"TABLE_SCHEMA\", \"TABLE_NAME\", \"COLUMN_NAME\","
                            + " \"ORDINAL_POSITION\", \"COLUMN_DEFAULT\", \"IS_NULLABLE\", \"DATA_TYPE\", \"JDBC_TYPE\")",
                    rows,
                    "'', '', '', '', 0, '', '', '', 0"));
        }
        return String.join(", ", parts);
    }

    private static String values(String head, List<String> rows, String none) {
        return head + " AS ("
                + (rows.isEmpty() ? "SELECT " + none + " WHERE false" : "VALUES " + String.join(", ", rows)) + ")";
    }

    private static String type(HiveType type) {
        return switch (type.kind()) {
            case BOOLEAN -> "'BOOLEAN', 16";
            case TINYINT, SMALLINT, INT, BIGINT -> "'BIGINT', -5";
            case FLOAT, DOUBLE, DECIMAL -> "'DOUBLE', 8";
            case TIMESTAMP -> "'TIMESTAMP', 93";
            case DATE -> "'DATE', 91";
            case STRING, BINARY -> "'VARCHAR', 12";
        };
    }

    private static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
