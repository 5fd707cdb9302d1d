package io.polder.sql;

import io.polder.record.Problem;
import io.polder.sql.Statement.Write.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * INSERT, UPSERT, UPDATE and DELETE, by a grammar of our own:
 *
 * <pre>
 * INSERT INTO t [(columns)] query        UPSERT INTO t [(columns)] query
 * UPDATE t SET column = value, … [WHERE condition]
 * DELETE FROM t [WHERE condition]
 * </pre>
 *
 * All become the question which rows are meant and with what values; the answer is what is written. For one use.
 */
final class Writes {
    private final String asked;
    private final List<Token> tokens;
    private final Session session;
    private final Catalog catalog;
    private int at;

    private Writes(String asked, List<Token> tokens, Session session, Catalog catalog) {
        this.asked = asked;
        this.tokens = tokens;
        this.session = session;
        this.catalog = catalog;
    }

    static Statement read(String asked, List<Token> tokens, Session session, Catalog catalog) {
        return new Writes(asked, tokens, session, catalog).statement();
    }

    private Statement statement() {
        Kind kind = Kind.valueOf(next().text().toUpperCase(Locale.ROOT));
        switch (kind) {
            case INSERT, UPSERT -> {
                if (peek().is("overwrite")) {
                    throw problem("INSERT OVERWRITE is not supported", "DELETE the rows first");
                }
                expect("into");
                if (peek().is("table")) {
                    at++;
                }
            }
            case DELETE -> {
                if (peek().is("from")) {
                    at++;
                }
            }
            case UPDATE -> {}
        }
        Relation table = table();
        return switch (kind) {
            case INSERT, UPSERT -> insert(kind, table);
            case UPDATE -> update(table);
            case DELETE -> delete(table);
        };
    }

    private Statement insert(Kind kind, Relation table) {
        List<String> columns = new ArrayList<>();
        if (peek().isSymbol("(") && peek(1).isName()) {
            Token open = next();
            do {
                Token column = column(table);
                if (columns.contains(column.text().toLowerCase(Locale.ROOT))) {
                    throw SqlProblem.at(asked, column.start(), "the column is named twice", "name it once");
                }
                columns.add(column.text().toLowerCase(Locale.ROOT));
            } while (next(",", ")").isSymbol(","));
            for (String key : table.key()) {
                if (!columns.contains(key)) {
                    throw SqlProblem.at(
                            asked, open.start(), "the key's column " + key + " is missing", "give it a value");
                }
            }
        } else {
            table.columns().forEach(column -> columns.add(column.name()));
        }
        boolean isQuery = peek().is("select") || peek().is("with") || peek().is("values") || peek().isSymbol("(");
        if (!isQuery) {
            throw problem("there should be VALUES or a query and not " + peek().shown(), "write VALUES (1, 'a')");
        }
        return new Statement.Write(kind, table, columns, new Rewriter(asked, tokens, at, session).query());
    }

    private Statement update(Relation table) {
        expect("set");
        Map<String, Fragment> values = new LinkedHashMap<>();
        do {
            Token column = column(table);
            String name = column.text().toLowerCase(Locale.ROOT);
            if (table.key().contains(name)) {
                throw SqlProblem.at(
                        asked,
                        column.start(),
                        "the column belongs to the key, which does not change",
                        "DELETE the row and INSERT another");
            }
            next("=");
            Rewriter rewriter = new Rewriter(asked, tokens, at, session);
            Fragment value = rewriter.until(Set.of("where"));
            at = rewriter.at();
            if (value.isEmpty()) {
                throw problem("there should be a value and not " + peek().shown(), "write a value");
            }
            values.put(name, value);
        } while (peek().isSymbol(",") && next().isSymbol(","));
        Fragment query = new Fragment().add("SELECT");
        List<String> columns = new ArrayList<>(table.key());
        for (String key : table.key()) {
            query.add(columns.get(0).equals(key) ? "" : ",").add(Words.name(key));
        }
        values.forEach((name, value) -> {
            query.add(", (").add(value).add(")");
            columns.add(name);
        });
        return new Statement.Write(Kind.UPDATE, table, columns, where(query, table));
    }

    private Statement delete(Relation table) {
        Fragment query = new Fragment().add("SELECT");
        for (String key : table.key()) {
            query.add(table.key().get(0).equals(key) ? "" : ",").add(Words.name(key));
        }
        return new Statement.Write(Kind.DELETE, table, table.key(), where(query, table));
    }

    private Statement.Translated where(Fragment query, Relation table) {
        query.add("FROM main." + Words.name(table.name()));
        if (peek().is("where")) {
            query.add("WHERE", next().start());
            Rewriter rewriter = new Rewriter(asked, tokens, at, session);
            Fragment condition = rewriter.until(Set.of());
            at = rewriter.at();
            if (condition.isEmpty()) {
                throw problem("there should be a condition and not " + peek().shown(), "write a condition");
            }
            query.add("(").add(condition).add(")");
        }
        if (peek().isSymbol(";")) {
            at++;
        }
        if (peek().kind() != Token.Kind.END) {
            throw problem("the statement should end before " + peek().shown(), "leave out the rest");
        }
        return query.translated(asked);
    }

    private Relation table() {
        if (peek().is("impala") && peek(1).isSymbol("::")) {
            at += 2;
        }
        Token name = name();
        String text = name.text().startsWith("impala::") ? name.text().substring("impala::".length()) : name.text();
        if (name.kind() == Token.Kind.QUOTED && text.startsWith("default.")) {
            text = text.substring("default.".length());
        } else if (peek().isSymbol(".") && (name.is("default") || name.is("main") || text.equals("default"))) {
            at++;
            name = name();
            text = name.text();
        }
        Relation table = Impala.relation(catalog, asked, text, name);
        if (!table.takesWrites()) {
            throw SqlProblem.at(
                    asked,
                    name.start(),
                    table.isView() ? "a view is not written" : "the table is filled by a feed",
                    "write to a table whose feed says sql: true, or post events to the feed");
        }
        return table;
    }

    private Token column(Relation table) {
        Token name = name();
        List<String> names = table.columns().stream().map(Relation.Column::name).toList();
        if (!names.contains(name.text().toLowerCase(Locale.ROOT))) {
            throw SqlProblem.at(
                    asked,
                    name.start(),
                    "there is no column '" + name.text() + "' in " + table.name(),
                    Problem.suggestion(name.text(), names));
        }
        return name;
    }

    // ---- tokens

    private Token peek() {
        return peek(0);
    }

    private Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    private Token next() {
        return tokens.get(Math.min(at++, tokens.size() - 1));
    }

    private Token next(String... symbols) {
        for (String symbol : symbols) {
            if (peek().isSymbol(symbol)) {
                return next();
            }
        }
        throw problem("there should be " + String.join(" or ", symbols) + " and not " + peek().shown(), "write it");
    }

    private void expect(String word) {
        if (!peek().is(word)) {
            throw problem(
                    "there should be " + word.toUpperCase(Locale.ROOT) + " and not " + peek().shown(),
                    "write " + word.toUpperCase(Locale.ROOT));
        }
        at++;
    }

    private Token name() {
        if (!peek().isName()) {
            throw problem("there should be a name and not " + peek().shown(), "write the name");
        }
        return next();
    }

    private SqlProblem problem(String wrong, String fix) {
        return SqlProblem.at(asked, peek().start(), wrong, fix);
    }
}
