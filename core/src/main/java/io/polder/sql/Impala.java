package io.polder.sql;

import io.polder.record.Problem;
import io.polder.sql.HiveType.Kind;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Impala's SQL: tells statements apart. Queries are said anew by {@link Rewriter}. */
public final class Impala {
    private static final HiveType STRING = HiveType.of(Kind.STRING);
    private static final HiveType BIGINT = HiveType.of(Kind.BIGINT);
    private static final HiveType DOUBLE = HiveType.of(Kind.DOUBLE);

    private final String asked;
    private final List<Token> tokens;
    private final Session session;
    private final Catalog catalog;
    private int at;

    private Impala(String asked, List<Token> tokens, Session session, Catalog catalog) {
        this.asked = asked;
        this.tokens = tokens;
        this.session = session;
        this.catalog = catalog;
    }

    /**
     * Reads one statement and says it in the engine's words. Thread-safe.
     *
     * @throws SqlProblem with the place of the first word that is wrong or not supported
     */
    public static Statement translate(String text, Session session, Catalog catalog) {
        return new Impala(text, Lexer.tokens(text), session, catalog).statement();
    }

    private Statement statement() {
        Token first = peek();
        return switch (first.word()) {
            case "select", "with", "values" -> query();
            case "explain" -> {
                at++;
                if (!isQuery(peek())) {
                    throw problem("only a query can be explained", "write EXPLAIN SELECT");
                }
                yield new Statement.Explain(translated());
            }
            case "show" -> show();
            case "describe", "desc" -> describe();
            case "use" -> use();
            case "set" -> set();
            case "unset" -> unset();
            case "invalidate", "refresh" -> nothingToDo();
            case "compute" -> computeStats();
            case "create", "drop", "alter", "truncate", "load", "grant", "revoke", "comment", "merge", "copy" ->
                throw problem(
                        first.text().toUpperCase(Locale.ROOT) + " is not supported: tables and views are defined in"
                                + " polder.yaml",
                        "change the definition");
            case "insert", "upsert", "update", "delete" -> Writes.read(asked, tokens, session, catalog);
            default -> {
                if (first.isSymbol("(")) {
                    yield query();
                }
                throw problem(
                        first.kind() == Token.Kind.END
                                ? "there is no statement"
                                : "no statement begins with " + first.shown(),
                        "write SELECT, SHOW, DESCRIBE, EXPLAIN, USE or SET");
            }
        };
    }

    private static boolean isQuery(Token token) {
        return token.is("select") || token.is("with") || token.is("values") || token.isSymbol("(");
    }

    private Statement query() {
        return new Statement.Query(translated());
    }

    private Statement.Translated translated() {
        return new Rewriter(asked, tokens, at, session).query();
    }

    // ---- SHOW

    private Statement show() {
        at++;
        Token what = peek();
        at++;
        return switch (what.word()) {
            case "databases", "schemas" -> {
                Statement.Listing all = listing(
                        columns("name", STRING, "comment", STRING),
                        List.of(row(Session.DEFAULT, "The tables and views of the mart.")));
                yield new Statement.Listing(all.columns(), filtered(all.rows(), pattern()));
            }
            case "tables", "views" -> {
                inDatabase();
                List<List<@Nullable Object>> rows = new ArrayList<>();
                for (Relation relation : sorted()) {
                    if (what.is("tables") || relation.isView()) {
                        rows.add(row(relation.name()));
                    }
                }
                yield listing(columns("name", STRING), filtered(rows, pattern()));
            }
            case "create" -> {
                if (!peek().is("table") && !peek().is("view")) {
                    throw problem(
                            "there should be TABLE or VIEW and not " + peek().shown(), "write SHOW CREATE TABLE t");
                }
                at++;
                yield showCreate(relation());
            }
            case "column" -> {
                word("stats");
                yield columnStats(relation());
            }
            case "table" -> {
                word("stats");
                Relation relation = relation();
                Long rows = catalog.rows(relation).orElse(-1L);
                yield listing(
                        columns("#Rows", BIGINT, "#Files", BIGINT, "Size", STRING, "Format", STRING),
                        List.of(row(rows, -1L, "", relation.isView() ? "VIEW" : "POLDER")));
            }
            case "functions" -> {
                inDatabase();
                List<List<@Nullable Object>> rows = new ArrayList<>();
                for (Function rule : ImpalaFunctions.rules()) {
                    rows.add(row(rule.name(), rule.signature(), rule.says()));
                }
                yield listing(
                        columns("name", STRING, "signature", STRING, "comment", STRING), filtered(rows, pattern()));
            }
            default -> {
                at--;
                throw problem(
                        "SHOW " + what.text().toUpperCase(Locale.ROOT) + " is not supported",
                        "write SHOW DATABASES, TABLES, VIEWS, FUNCTIONS, CREATE TABLE, COLUMN STATS or TABLE STATS");
            }
        };
    }

    private List<Relation> sorted() {
        return catalog.relations().stream()
                .sorted(java.util.Comparator.comparing(Relation::name))
                .toList();
    }

    private void inDatabase() {
        if (peek().is("in") || peek().is("from")) {
            at++;
            database(name());
        }
    }

    /** The pattern behind LIKE, or by itself; empty when there is none. */
    private Optional<String> pattern() {
        boolean isLike = peek().is("like");
        if (isLike) {
            at++;
        }
        if (peek().kind() != Token.Kind.STRING) {
            if (isLike) {
                throw problem("there should be a pattern and not " + peek().shown(), "write it in quotes: 'traffic*'");
            }
            end();
            return Optional.empty();
        }
        String pattern = peek().text();
        at++;
        end();
        return Optional.of(pattern);
    }

    /** The rows whose first value a pattern means: a star is anything, a bar stands between alternatives. */
    private static List<List<@Nullable Object>> filtered(List<List<@Nullable Object>> rows, Optional<String> pattern) {
        if (pattern.isEmpty()) {
            return rows;
        }
        List<String> alternatives =
                Arrays.asList(pattern.get().toLowerCase(Locale.ROOT).split("\\|"));
        return rows.stream()
                .filter(row ->
                        alternatives.stream().anyMatch(each -> matches(String.valueOf(row.get(0)), each.strip())))
                .toList();
    }

    private static boolean matches(String name, String pattern) {
        StringBuilder regex = new StringBuilder();
        for (String part : pattern.replace(".*", "*").replace("%", "*").split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*")
                    .append(part.isEmpty() ? "(?:)" : java.util.regex.Pattern.quote(part));
        }
        return name.toLowerCase(Locale.ROOT).matches(regex.toString());
    }

    private Statement showCreate(Relation relation) {
        end();
        StringBuilder sql = new StringBuilder();
        if (relation.isView()) {
            sql.append("CREATE VIEW default.")
                    .append(relation.name())
                    .append(" AS\n")
                    .append(relation.definition());
        } else {
            sql.append("CREATE TABLE default.").append(relation.name()).append(" (");
            for (Relation.Column column : relation.columns()) {
                sql.append("\n  ")
                        .append(column.name())
                        .append(' ')
                        .append(column.type().word().toUpperCase(Locale.ROOT))
                        .append(',');
            }
            sql.append("\n  PRIMARY KEY (")
                    .append(String.join(", ", relation.key()))
                    .append(")\n)");
        }
        return listing(columns("result", STRING), List.of(row(sql.toString())));
    }

    private Statement columnStats(Relation relation) {
        end();
        List<Catalog.ColumnStatistics> statistics = catalog.statistics(relation);
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int index = 0; index < relation.columns().size(); index++) {
            Relation.Column column = relation.columns().get(index);
            Catalog.ColumnStatistics each = statistics.get(index);
            rows.add(row(
                    column.name(),
                    column.type().word().toUpperCase(Locale.ROOT),
                    each.distinct(),
                    each.nulls(),
                    each.maxLength(),
                    each.meanLength()));
        }
        return listing(
                columns(
                        "Column",
                        STRING,
                        "Type",
                        STRING,
                        "#Distinct Values",
                        BIGINT,
                        "#Nulls",
                        BIGINT,
                        "Max Size",
                        BIGINT,
                        "Avg Size",
                        DOUBLE),
                rows);
    }

    // ---- DESCRIBE

    private Statement describe() {
        at++;
        boolean isFormatted = peek().is("formatted") || peek().is("extended");
        if (isFormatted) {
            at++;
        }
        if (peek().is("database")) {
            throw problem("DESCRIBE DATABASE is not supported", "write DESCRIBE and the name of a table");
        }
        Relation relation = relation();
        end();
        List<Relation.Column> header = columns("name", STRING, "type", STRING, "comment", STRING);
        List<List<@Nullable Object>> rows = new ArrayList<>();
        if (isFormatted) {
            rows.add(row("# col_name", "data_type", "comment"));
            rows.add(row("", null, null));
        }
        for (Relation.Column column : relation.columns()) {
            rows.add(row(column.name(), column.type().word(), relation.key().contains(column.name()) ? "key" : ""));
        }
        if (isFormatted) {
            rows.add(row("", null, null));
            rows.add(row("# Detailed Table Information", null, null));
            rows.add(row("Database:", Session.DEFAULT, null));
            rows.add(row("Owner:", "polder", null));
            rows.add(row("Table Type:", relation.isView() ? "VIRTUAL_VIEW" : "MANAGED_TABLE", null));
            if (!relation.isView()) {
                rows.add(row("Primary Key:", String.join(", ", relation.key()), null));
            }
            relation.time().ifPresent(time -> rows.add(row("Time Column:", time, null)));
            rows.add(row(relation.isView() ? "View Original Text:" : "Definition:", relation.definition(), null));
        }
        return listing(header, rows);
    }

    // ---- the session

    private Statement use() {
        at++;
        Token name = name();
        end();
        return new Statement.Change(session.use(database(name)));
    }

    private Statement set() {
        at++;
        boolean isAll = peek().is("all") && peek(1).kind() == Token.Kind.END;
        if (peek().kind() == Token.Kind.END || isAll || peek().isSymbol(";")) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            new TreeMap<>(session.options())
                    .forEach((option, value) -> rows.add(row(option.toUpperCase(Locale.ROOT), value)));
            if (!session.options().containsKey(Session.TIMEZONE)) {
                rows.add(row("TIMEZONE", "UTC"));
            }
            return listing(columns("option", STRING, "value", STRING), rows);
        }
        Token option = name();
        StringBuilder full = new StringBuilder(option.text());
        while (!peek().isSymbol("=")) {
            boolean isPart = peek().isSymbol(".") || peek().isSymbol("-") || peek().isName() || peek().isSymbol("::");
            if (!isPart) {
                throw problem("there should be = and not " + peek().shown(), "write SET option=value");
            }
            full.append(peek().text());
            at++;
        }
        at++;
        Token value = peek();
        int last = tokens.size() - 2;
        if (tokens.get(last).isSymbol(";") && last >= at) {
            last--;
        }
        for (int index = at; index <= last; index++) {
            if (tokens.get(index).isSymbol(";")) {
                throw SqlProblem.at(
                        asked,
                        tokens.get(index + 1).start(),
                        "another statement begins here",
                        "send one statement at a time");
            }
        }
        String text = last < at
                ? ""
                : last == at && value.kind() == Token.Kind.STRING
                        ? value.text()
                        : asked.substring(value.start(), tokens.get(last).end());
        if (full.toString().equalsIgnoreCase(Session.TIMEZONE)) {
            zone(text, value);
        }
        return new Statement.Change(session.set(full.toString(), text));
    }

    private void zone(String text, Token place) {
        try {
            boolean isKnown = text.isEmpty()
                    || text.matches("[A-Za-z0-9_+/-]{1,60}")
                            && ZoneId.of(text) != null
                            && (text.contains("/") || text.equals("UTC"));
            if (isKnown) {
                return;
            }
        } catch (DateTimeException exception) {
            // The sentence below is all there is to say.
        }
        throw SqlProblem.at(
                asked,
                place.start(),
                "there is no time zone '" + text + "'",
                "write UTC, a place such as Europe/Brussels, or Etc/GMT-1 for UTC+1 all year");
    }

    private Statement unset() {
        at++;
        Token option = name();
        end();
        return new Statement.Change(session.set(option.text(), ""));
    }

    /** INVALIDATE METADATA and REFRESH: what is answered is always as of now. */
    private Statement nothingToDo() {
        return new Statement.Change(session);
    }

    private Statement computeStats() {
        at++;
        if (peek().is("incremental")) {
            at++;
        }
        word("stats");
        Relation relation = relation();
        return listing(
                columns("summary", STRING),
                List.of(row("Statistics of " + relation.name() + " are kept by the engine.")));
    }

    // ---- names

    private String database(Token name) {
        String database = name.text().toLowerCase(Locale.ROOT);
        if (database.equals(Session.DEFAULT) || database.equals("main")) {
            return Session.DEFAULT;
        }
        throw SqlProblem.at(
                asked,
                name.start(),
                "there is no database '" + name.text() + "'",
                "there is one, and it is called default");
    }

    private Relation relation() {
        if (peek().is("impala") && peek(1).isSymbol("::")) {
            at += 2;
        }
        Token name = name();
        String text = name.text();
        if (name.kind() == Token.Kind.QUOTED && text.contains(".")) {
            text = text.substring(text.lastIndexOf('.') + 1);
        } else if (peek().isSymbol(".")) {
            database(name);
            at++;
            name = name();
            text = name.text();
        }
        return relation(catalog, asked, text, name);
    }

    static Relation relation(Catalog catalog, String asked, String text, Token name) {
        // Clients look for "Table not found" to know that there is none.
        return catalog.relation(text)
                .orElseThrow(() -> SqlProblem.at(
                        asked,
                        name.start(),
                        "SemanticException: Table not found: there is no table '" + text + "'",
                        Problem.suggestion(
                                text,
                                catalog.relations().stream().map(Relation::name).toList())));
    }

    // ---- tokens

    private Token peek() {
        return tokens.get(Math.min(at, tokens.size() - 1));
    }

    private Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    private Token name() {
        Token name = peek();
        if (!name.isName()) {
            throw problem("there should be a name and not " + name.shown(), "write the name");
        }
        at++;
        return name;
    }

    private void word(String word) {
        if (!peek().is(word)) {
            throw problem(
                    "there should be " + word.toUpperCase(Locale.ROOT) + " and not " + peek().shown(),
                    "write " + word.toUpperCase(Locale.ROOT));
        }
        at++;
    }

    private void end() {
        if (peek().isSymbol(";")) {
            at++;
        }
        if (peek().kind() != Token.Kind.END) {
            throw problem("the statement should end before " + peek().shown(), "leave out the rest");
        }
    }

    private SqlProblem problem(String wrong, String fix) {
        return SqlProblem.at(asked, peek().start(), wrong, fix);
    }

    // ---- listings

    private static Statement.Listing listing(List<Relation.Column> columns, List<List<@Nullable Object>> rows) {
        return new Statement.Listing(columns, rows);
    }

    private static List<@Nullable Object> row(@Nullable Object... values) {
        return java.util.Collections.unmodifiableList(Arrays.asList(values));
    }

    private static List<Relation.Column> columns(Object... namesAndTypes) {
        List<Relation.Column> columns = new ArrayList<>();
        for (int index = 0; index < namesAndTypes.length; index += 2) {
            columns.add(new Relation.Column((String) namesAndTypes[index], (HiveType) namesAndTypes[index + 1]));
        }
        return columns;
    }
}
