package io.polder.sql;

import io.polder.record.Problem;
import io.polder.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Says a query of Impala in the engine's words, token by token. What is not an expression is mostly the same in both and
 * is handed on; expressions are read by precedence, since some operators become functions; calls become what the rules of
 * {@link ImpalaFunctions} say. For one statement and one thread.
 *
 * <p>Where an expression may stand also a table may stand, or an alias: both are names, and names are handed on. So no
 * grammar of clauses is needed, and what is not SQL at all is left for the engine to refuse.
 */
final class Rewriter {
    private static final Set<String> CLAUSES = Set.of(
            "from", "where", "group", "having", "order", "limit", "union", "intersect", "except", "minus", "offset");

    /** Words before brackets that are not functions: GROUP BY ROLLUP (a, b). */
    private static final Set<String> GROUPINGS = Set.of("rollup", "cube", "sets");

    private static final int DEEPEST = 200;
    /** Each is another level to the engine, which takes more than linear time in them. */
    private static final int MOST_OPERATORS = 150;

    final String asked;
    private final Session session;
    private final List<Token> tokens;
    private int at;
    private int depth;

    Rewriter(String asked, List<Token> tokens, int at, Session session) {
        this.asked = asked;
        this.tokens = tokens;
        this.at = at;
        this.session = session;
    }

    /** The query from the current token to the end of the statement. */
    Statement.Translated query() {
        Fragment out = new Fragment();
        sequence(out, false);
        if (peek().isSymbol(";")) {
            at++;
        }
        if (peek().kind() != Kind.END) {
            throw peek().isSymbol(")")
                    ? problem("there is no ( for this )", "leave it out")
                    : problem("another statement begins here", "send one statement at a time");
        }
        return out.translated(asked);
    }

    /** The tokens up to the end of this level; with {@code isList} up to the next comma. */
    private void sequence(Fragment out, boolean isList) {
        if (++depth > DEEPEST) {
            throw problem("expressions are nested too deep", "write it with fewer levels");
        }
        while (!atEnd(isList)) {
            Token token = peek();
            if (token.is("select")) {
                select(out);
            } else if (token.isSymbol(",") && peek(1).is("from")) {
                at++;
            } else if (startsOperand(token)) {
                out.add(expression());
            } else if (!keyword(out, token)) {
                copy(out);
            }
        }
        depth--;
    }

    private boolean atEnd(boolean isList) {
        Token token = peek();
        return token.kind() == Kind.END || token.isSymbol(")") || token.isSymbol(";") || isList && token.isSymbol(",");
    }

    /** The tokens up to a comma, one of these words, or the end of this level. */
    Fragment until(Set<String> words) {
        Fragment out = new Fragment();
        while (!atEnd(true) && !words.contains(peek().word())) {
            Token token = peek();
            if (startsOperand(token)) {
                out.add(expression());
            } else if (!keyword(out, token)) {
                copy(out);
            }
        }
        return out;
    }

    /** The place of the next token. */
    int at() {
        return at;
    }

    // ---- the list of a SELECT

    /** SELECT and its list: what has no name gets the one that Impala gives it, the text of the expression. */
    private void select(Fragment out) {
        copy(out);
        while (peek().is("distinct") || peek().is("all")) {
            copy(out);
        }
        if (peek().is("straight_join")) {
            at++;
        }
        while (true) {
            int from = at;
            item(out);
            String name = nameOf(from);
            if (!name.isEmpty()) {
                out.add("AS " + Words.name(name));
            }
            if (!peek().isSymbol(",") || CLAUSES.contains(peek(1).word()) && peek(1).is("from")) {
                break;
            }
            copy(out);
        }
        if (peek().isSymbol(",")) {
            // A comma before FROM, as in the queries that people print; Impala refuses it.
            at++;
        }
    }

    private void item(Fragment out) {
        while (!atEnd(true) && !CLAUSES.contains(peek().word())) {
            Token token = peek();
            boolean isAlias = peek(-1).is("as") && (token.kind() == Kind.STRING || token.kind() == Kind.WORD);
            if (isAlias) {
                out.add(Words.name(token.text()), token.start());
                at++;
            } else if (startsOperand(token)) {
                out.add(expression());
            } else if (!keyword(out, token)) {
                copy(out);
            }
        }
    }

    /** The name to give to the item that began at {@code from}; empty when it has one. */
    private String nameOf(int from) {
        Token last = tokens.get(at - 1);
        if (at == from
                || last.isSymbol("*") && (at - from == 1 || tokens.get(at - 2).isSymbol("."))) {
            return "";
        }
        boolean isColumn = true;
        for (int index = from; index < at; index++) {
            isColumn &= (index - from) % 2 == 0
                    ? tokens.get(index).isName()
                    : tokens.get(index).isSymbol(".");
        }
        if (isColumn && (last.word().isEmpty() || !isBareFunction(last))) {
            return "";
        }
        if (at - from >= 2) {
            Token before = tokens.get(at - 2);
            boolean isNamed = before.is("as")
                    || last.isName()
                            && !last.is("end")
                            && !Words.RESERVED.contains(last.word())
                            && !isConstant(last)
                            && !Units.isUnit(last.word())
                            && (before.isName() && (before.is("end") || !Words.RESERVED.contains(before.word()))
                                    || before.isSymbol(")")
                                    || before.kind() == Kind.STRING
                                    || before.kind() == Kind.NUMBER);
            if (isNamed) {
                return "";
            }
        }
        StringBuilder name = new StringBuilder();
        for (int index = from; index < at; index++) {
            Token token = tokens.get(index);
            if (index > from && token.start() > tokens.get(index - 1).end()) {
                name.append(' ');
            }
            name.append(asked, token.start(), token.end());
        }
        return name.toString();
    }

    private static boolean isConstant(Token token) {
        return token.is("null") || token.is("true") || token.is("false");
    }

    private static boolean isBareFunction(Token token) {
        return token.is("current_timestamp") || token.is("current_date") || isConstant(token);
    }

    // ---- words between expressions

    /** Writes what a keyword of Impala is in the engine, where that differs; whether it did. */
    private boolean keyword(Fragment out, Token token) {
        switch (token.word()) {
            case "desc" -> {
                copy(out);
                if (!peek().is("nulls")) {
                    out.add("NULLS FIRST");
                }
            }
            case "minus" -> replace(out, "EXCEPT");
            case "straight_join" -> replace(out, "JOIN");
            case "left" -> {
                if (peek(1).is("semi") || peek(1).is("anti")) {
                    at++;
                }
                copy(out);
            }
            case "right" -> {
                if (peek(1).is("semi") || peek(1).is("anti")) {
                    throw problem(
                            0,
                            "RIGHT " + peek(1).text().toUpperCase(Locale.ROOT) + " JOIN is not supported",
                            "swap the tables and write LEFT");
                }
                copy(out);
            }
            case "as" -> {
                copy(out);
                if (peek().kind() == Kind.STRING || peek().kind() == Kind.WORD && !peek(1).isSymbol("(")) {
                    alias(out);
                }
            }
            case "tablesample" -> sample(out);
            default -> {
                return symbol(out, token);
            }
        }
        return true;
    }

    private boolean symbol(Fragment out, Token token) {
        if (token.kind() != Kind.SYMBOL) {
            if (Words.NEVER_CALLED.contains(token.word()) && peek(1).isSymbol("(")) {
                throw problem(
                        "there is no function " + token.word() + "()", "SHOW FUNCTIONS lists those that there are");
            }
            if (token.kind() == Kind.WORD && !Words.RESERVED.contains(token.word())) {
                throw new IllegalStateException("A name was not read as one: " + token);
            }
            return false;
        }
        switch (token.text()) {
            case "&&" -> replace(out, "AND");
            case "!" -> replace(out, "NOT");
            case "[" -> hint();
            case "::", ";", "]", "." -> throw problem("there should be no " + token.text() + " here", "leave it out");
            default -> {
                return false;
            }
        }
        return true;
    }

    private void alias(Fragment out) {
        out.add(Words.name(peek().text()), peek().start());
        at++;
    }

    /** A hint for the planner in square brackets: the engine plans for itself. */
    private void hint() {
        int start = at;
        while (!peek().isSymbol("]")) {
            boolean isHint = at == start || peek().kind() == Kind.WORD || peek().isSymbol(",");
            if (!isHint) {
                throw problem("in square brackets there are only hints such as [SHUFFLE]", "leave the brackets out");
            }
            at++;
        }
        at++;
    }

    private void sample(Fragment out) {
        int start = peek().start();
        at++;
        expectWord("system");
        expect("(");
        Token percent = peek();
        if (percent.kind() != Kind.NUMBER) {
            throw problem("there should be a number of percent", "write TABLESAMPLE SYSTEM(10)");
        }
        at++;
        expect(")");
        out.add("TABLESAMPLE " + percent.text() + " PERCENT (bernoulli", start);
        if (peek().is("repeatable")) {
            at++;
            expect("(");
            Token seed = peek();
            if (seed.kind() != Kind.NUMBER
                    || seed.text().length() > 9
                    || seed.text().contains(".")) {
                throw problem("there should be a whole number", "write REPEATABLE(1)");
            }
            at++;
            expect(")");
            out.add(", " + seed.text());
        }
        out.add(")");
    }

    // ---- expressions

    private boolean startsOperand(Token token) {
        return switch (token.kind()) {
            case NUMBER, STRING, QUOTED -> true;
            case WORD ->
                !Words.RESERVED.contains(token.word())
                        || token.is("case")
                        || (token.is("left") || token.is("right")) && peek(1).isSymbol("(");
            case SYMBOL -> token.isSymbol("(") || token.isSymbol("-") || token.isSymbol("+") || token.isSymbol("~");
            case END -> false;
        };
    }

    /** Sums, products and matches with a regular expression. Comparisons and what is above stay as they are. */
    private Fragment expression() {
        Fragment left = concatenation();
        while (true) {
            boolean isNegated = peek().is("not");
            Token operator = peek(isNegated ? 1 : 0);
            if (operator.is("rlike") || operator.is("regexp") || operator.is("iregexp")) {
                at += isNegated ? 2 : 1;
                Fragment pattern = concatenation();
                left = new Fragment()
                        .add((isNegated ? "(NOT " : "(") + "regexp_matches(", operator.start())
                        .add(left)
                        .add(",")
                        .add(pattern)
                        .add(operator.is("iregexp") ? ", 'i'))" : "))");
            } else if (operator.is("like") || operator.is("ilike")) {
                at += isNegated ? 2 : 1;
                left = like(left, isNegated, operator);
            } else if (!isNegated && operator.isSymbol("<=>")) {
                at++;
                left.add("IS NOT DISTINCT FROM", operator.start()).add(concatenation());
            } else {
                return left;
            }
        }
    }

    /** In Impala a backslash escapes in patterns without being told so. */
    private Fragment like(Fragment left, boolean isNegated, Token operator) {
        boolean isPlain = peek().kind() == Kind.STRING && peek().text().indexOf('\\') < 0;
        left.add((isNegated ? "NOT " : "") + operator.text().toUpperCase(Locale.ROOT), operator.start())
                .add(concatenation());
        if (!isPlain && !peek().is("escape")) {
            left.add("ESCAPE '\\'");
        }
        return left;
    }

    private Fragment concatenation() {
        Fragment left = sum();
        while (peek().isSymbol("||")) {
            Token operator = next();
            left = binary("(", left, "||", operator, sum());
        }
        return left;
    }

    private Fragment sum() {
        Fragment left = product();
        for (int operators = 0; peek().isSymbol("+") || peek().isSymbol("-"); operators++) {
            bound(operators);
            Token operator = next();
            Fragment right = product();
            left = operators == 0 || right.toString().contains("INTERVAL")
                    ? binary(operator.isSymbol("+") ? "impala.add(" : "impala.subtract(", left, ",", operator, right)
                    : again(left, operator, right);
        }
        return left;
    }

    /**
     * What the macro of the first operator in a row gives is a BIGINT, or nothing of which a macro knows more than the
     * engine. Inside each other, macros would take the engine twice the time for each.
     */
    private static Fragment again(Fragment left, Token operator, Fragment right) {
        return binary("(", left, operator.text(), operator, right);
    }

    private Fragment product() {
        Fragment left = bits();
        boolean isMultiplied = false;
        for (int operators = 0; isProduct(peek()); operators++) {
            bound(operators);
            Token operator = next();
            boolean isAgain = isMultiplied;
            isMultiplied = operator.isSymbol("*");
            left = switch (operator.text()) {
                case "*" ->
                    isAgain ? again(left, operator, bits()) : binary("impala.multiply(", left, ",", operator, bits());
                case "/", "%" -> binary("(", left, operator.text(), operator, bits());
                default -> binary("impala.divide(", left, ",", operator, bits());
            };
        }
        return left;
    }

    private static boolean isProduct(Token token) {
        return token.isSymbol("*") || token.isSymbol("/") || token.isSymbol("%") || token.is("div");
    }

    private Fragment bits() {
        Fragment left = operand();
        for (int operators = 0; peek().isSymbol("&") || peek().isSymbol("|") || peek().isSymbol("^"); operators++) {
            bound(operators);
            Token operator = next();
            left = operator.isSymbol("^")
                    ? binary("xor(", left, ",", operator, operand())
                    : binary("(", left, operator.text(), operator, operand());
        }
        return left;
    }

    private void bound(int operators) {
        if (operators > MOST_OPERATORS) {
            throw problem(
                    "there are more than " + MOST_OPERATORS + " operators in a row",
                    "put brackets around parts of them");
        }
    }

    private static Fragment binary(String open, Fragment left, String between, Token operator, Fragment right) {
        return new Fragment()
                .add(open)
                .add(left)
                .add(between, operator.start())
                .add(right)
                .add(")");
    }

    private Fragment operand() {
        if (++depth > DEEPEST) {
            throw problem("expressions are nested too deep", "write it with fewer levels");
        }
        Fragment out = new Fragment();
        Token token = peek();
        if (!startsOperand(token)) {
            throw problem("there should be a value and not " + token.shown(), "write a column, a number or a text");
        }
        switch (token.kind()) {
            case NUMBER -> copy(out);
            case STRING -> {
                out.add(Words.text(token.text()), token.start());
                at++;
            }
            case SYMBOL -> {
                copy(out);
                if (token.isSymbol("(")) {
                    sequence(out, false);
                    close(out, token);
                } else {
                    out.add(operand());
                }
            }
            default -> word(out, token);
        }
        depth--;
        return out;
    }

    private void word(Fragment out, Token token) {
        Token following = peek(1);
        switch (token.word()) {
            case "case" -> cases(out);
            case "interval" -> {
                if (following.isSymbol(",")
                        || following.kind() == Kind.END
                        || following.isSymbol(")")
                        || following.isSymbol(".")) {
                    name(out);
                } else {
                    interval(out);
                }
            }
            case "date", "timestamp" -> {
                if (following.kind() == Kind.STRING) {
                    at++;
                    out.add("TRY_CAST(", token.start());
                    out.add(Words.text(following.text()), following.start());
                    out.add("AS " + token.word().toUpperCase(Locale.ROOT) + ")");
                    at++;
                } else if (following.isSymbol("(")) {
                    call(out, token);
                } else {
                    name(out);
                }
            }
            case "current_timestamp", "current_date" -> {
                if (following.isSymbol("(")) {
                    call(out, token);
                } else {
                    at++;
                    out.add(Template.of(ImpalaFunctions.named(token.text()).get(0), token, List.of(), this));
                }
            }
            default -> {
                boolean isGrouping = following.isSymbol("(") && GROUPINGS.contains(token.word());
                if (isGrouping) {
                    copy(out);
                } else if (following.isSymbol("(") && !isColumnList(token)) {
                    call(out, token);
                } else {
                    name(out);
                }
            }
        }
    }

    /** Whether what is in brackets behind a name are names for columns: of a WITH, or of an alias. */
    private boolean isColumnList(Token token) {
        if (token.kind() == Kind.QUOTED) {
            return true;
        }
        if (!ImpalaFunctions.named(token.text()).isEmpty()) {
            return false;
        }
        Token before = peek(-1);
        if (before.is("as") || before.isSymbol(")")) {
            return true;
        }
        int close = closing(at + 1);
        return tokens.get(close).isSymbol(")")
                && tokens.get(Math.min(close + 1, tokens.size() - 1)).is("as")
                && tokens.get(Math.min(close + 2, tokens.size() - 1)).isSymbol("(");
    }

    private int closing(int open) {
        int level = 0;
        for (int index = open; index < tokens.size() - 1; index++) {
            level += tokens.get(index).isSymbol("(") ? 1 : tokens.get(index).isSymbol(")") ? -1 : 0;
            if (level == 0) {
                return index;
            }
        }
        return tokens.size() - 1;
    }

    /** A name with what qualifies it. The database default is the engine's main, whatever a tool writes before it. */
    private void name(Fragment out) {
        Token first = peek();
        if (first.is("impala") && peek(1).isSymbol("::")) {
            at += 2;
            first = peek();
        }
        String text = first.text();
        if (first.kind() == Kind.QUOTED && text.startsWith("impala::")) {
            for (String part : text.substring("impala::".length()).split("\\.", -1)) {
                out.add(
                        (out.isEmpty() ? "" : ".")
                                + Words.name(out.isEmpty() && part.equals("default") ? "main" : part),
                        first.start());
            }
            at++;
            return;
        }
        boolean isDatabase = text.equalsIgnoreCase(Session.DEFAULT) && peek(1).isSymbol(".");
        out.add(isDatabase ? "main" : written(first), first.start());
        at++;
        while (peek().isSymbol(".")) {
            Token part = peek(1);
            if (!part.isName() && !part.isSymbol("*")) {
                throw problem(
                        1,
                        "there should be a name behind the point and not " + part.shown(),
                        "write the name of a column");
            }
            out.add(".");
            at++;
            out.add(part.isSymbol("*") ? "*" : written(part), part.start());
            at++;
            if (peek().isSymbol("(") && !part.isSymbol("*")) {
                throw problem(-1, "there are no functions of one's own", "use one of those in SHOW FUNCTIONS");
            }
        }
    }

    private static String written(Token name) {
        String text = name.text().toLowerCase(Locale.ROOT);
        boolean isPlain =
                name.kind() == Kind.WORD && !Words.ENGINE_ONLY.contains(text) && !Character.isDigit(text.charAt(0));
        return isPlain ? text : Words.name(text);
    }

    private void cases(Fragment out) {
        Token start = peek();
        copy(out);
        while (!peek().is("end")) {
            if (atEnd(true)) {
                throw SqlProblem.at(asked, start.start(), "the CASE has no end", "write END behind it");
            }
            Token token = peek();
            if (startsOperand(token)) {
                out.add(expression());
            } else if (!keyword(out, token)) {
                copy(out);
            }
        }
        copy(out);
    }

    private void interval(Fragment out) {
        Token start = next();
        Fragment count = sum();
        Token unit = peek();
        String engine = Units.interval(unit.word());
        if (engine.isEmpty()) {
            throw problem("there is no unit of time " + unit.shown(), "write DAYS, HOURS, MINUTES, MONTHS or another");
        }
        at++;
        out.add("(INTERVAL (", start.start()).add(count).add(")").add(engine + ")", unit.start());
    }

    // ---- calls

    /**
     * An argument of a call.
     *
     * @param literal its text when it is nothing but a text
     * @param start where it begins in the statement
     */
    record Argument(Fragment sql, java.util.Optional<String> literal, int start) {}

    private void call(Fragment out, Token name) {
        List<Function> rules = ImpalaFunctions.named(name.text());
        if (rules.isEmpty()) {
            throw problem(
                    "there is no function " + name.text().toLowerCase(Locale.ROOT) + "()",
                    Problem.nearest(name.text().toLowerCase(Locale.ROOT), ImpalaFunctions.names())
                            .map(near -> "did you mean " + near + "()?")
                            .orElse("SHOW FUNCTIONS lists those that there are"));
        }
        at += 2;
        if (name.is("cast")) {
            cast(out, name);
            return;
        }
        List<Argument> arguments = new ArrayList<>();
        String quantifier = "";
        if (peek().is("distinct") || peek().is("all")) {
            quantifier = peek().is("distinct") ? "DISTINCT" : "";
            at++;
        }
        if (name.is("extract") && peek(1).is("from")) {
            Token unit = next();
            at++;
            Argument moment = argument();
            arguments.add(moment);
            arguments.add(new Argument(new Fragment(), java.util.Optional.of(unit.text()), unit.start()));
        } else if (name.is("trim") && (peek().is("both") || peek().is("leading") || peek().is("trailing"))) {
            trimmed(out, name);
            return;
        } else if (name.is("count") && peek().isSymbol("*")) {
            Fragment star = new Fragment().add("*", peek().start());
            arguments.add(new Argument(star, java.util.Optional.empty(), peek().start()));
            at++;
        } else {
            while (!peek().isSymbol(")")) {
                arguments.add(argument());
                if (!peek().isSymbol(",")) {
                    break;
                }
                at++;
            }
        }
        if (!peek().isSymbol(")")) {
            throw problem("there should be a ) and not " + peek().shown(), "close the call of " + name.text() + "(");
        }
        at++;
        if (!quantifier.isEmpty()) {
            arguments = distinct(name, arguments);
        }
        out.add(chosen(name, rules, arguments));
    }

    private Fragment chosen(Token name, List<Function> rules, List<Argument> arguments) {
        int count = arguments.size();
        boolean isMoment =
                name.is("trunc") && count == 2 && arguments.get(1).literal().isEmpty();
        for (Function rule : rules) {
            if (rule.takes(count)) {
                if (isMoment) {
                    return Template.of(ImpalaFunctions.named("truncate").get(1), name, arguments, this);
                }
                return Template.of(rule, name, arguments, this);
            }
        }
        throw SqlProblem.at(
                asked,
                name.start(),
                name.text().toLowerCase(Locale.ROOT) + "() takes no " + count + " arguments",
                "write "
                        + String.join(
                                " or ", rules.stream().map(Function::signature).toList()));
    }

    /** count(DISTINCT a, b) counts what differs among the rows without NULL. */
    private List<Argument> distinct(Token name, List<Argument> arguments) {
        if (arguments.isEmpty()) {
            throw SqlProblem.at(asked, name.start(), "DISTINCT of nothing", "write a column behind DISTINCT");
        }
        // A group_concat converts its values first.
        Fragment sql = new Fragment().add(name.is("group_concat") ? "DISTINCT impala.to_string(" : "DISTINCT");
        List<Argument> rest = new ArrayList<>(arguments);
        if (name.is("count") && arguments.size() > 1) {
            sql.add("CASE WHEN");
            for (int index = 0; index < arguments.size(); index++) {
                sql.add(index == 0 ? "(" : "AND (")
                        .add(arguments.get(index).sql())
                        .add(") IS NOT NULL");
            }
            sql.add("THEN (");
            for (int index = 0; index < arguments.size(); index++) {
                sql.add(index == 0 ? "" : ",").add(arguments.get(index).sql());
            }
            sql.add(") END");
            rest.clear();
            rest.add(new Argument(sql, java.util.Optional.empty(), name.start()));
            return rest;
        }
        sql.add(arguments.get(0).sql()).add(name.is("group_concat") ? ")" : "");
        rest.set(
                0,
                new Argument(sql, java.util.Optional.empty(), arguments.get(0).start()));
        return rest;
    }

    private Argument argument() {
        Token first = peek();
        boolean isText = first.kind() == Kind.STRING && (peek(1).isSymbol(",") || peek(1).isSymbol(")"));
        Fragment sql = new Fragment();
        sequence(sql, true);
        if (sql.isEmpty()) {
            throw problem("there should be a value and not " + peek().shown(), "write a column, a number or a text");
        }
        return new Argument(
                sql, isText ? java.util.Optional.of(first.text()) : java.util.Optional.empty(), first.start());
    }

    private void trimmed(Fragment out, Token name) {
        Token side = next();
        Fragment characters = new Fragment();
        if (peek().is("from")) {
            characters.add("' '");
        } else {
            characters.add(expression());
        }
        if (!peek().is("from")) {
            throw problem("there should be FROM and not " + peek().shown(), "write trim(BOTH 'x' FROM text)");
        }
        at++;
        Argument text = argument();
        if (!peek().isSymbol(")")) {
            throw problem("there should be a ) and not " + peek().shown(), "close the call of trim(");
        }
        at++;
        String function = side.is("both") ? "trim(" : side.is("leading") ? "ltrim(" : "rtrim(";
        out.add(function, name.start()).add(text.sql()).add(",").add(characters).add(")");
    }

    private void cast(Fragment out, Token name) {
        Fragment value = until(Set.of("as"));
        if (!peek().is("as") || value.isEmpty()) {
            throw problem("there should be a value and AS, and not " + peek().shown(), "write cast(value AS type)");
        }
        at++;
        Token type = next();
        List<Integer> sizes = new ArrayList<>();
        if (peek().isSymbol("(")) {
            at++;
            while (peek().kind() == Kind.NUMBER && peek().text().matches("\\d{1,9}")) {
                sizes.add(Integer.parseInt(next().text()));
                if (peek().isSymbol(",")) {
                    at++;
                }
            }
            expect(")");
        }
        java.util.Optional<Token> format = java.util.Optional.empty();
        if (peek().is("format")) {
            at++;
            if (peek().kind() != Kind.STRING) {
                throw problem("there should be a text and not " + peek().shown(), "write the pattern in quotes");
            }
            format = java.util.Optional.of(next());
        }
        expect(")");
        out.add(Casts.to(asked, type, sizes, format, name, value));
    }

    // ---- help for templates

    /** The window behind a call, when there is one. */
    Fragment over() {
        Fragment window = new Fragment();
        if (!peek().is("over")) {
            return window;
        }
        copy(window);
        if (peek().isSymbol("(")) {
            Token open = peek();
            copy(window);
            sequence(window, false);
            close(window, open);
        } else {
            name(window);
        }
        return window;
    }

    Session session() {
        return session;
    }

    // ---- tokens

    Token peek() {
        return tokens.get(at);
    }

    private Token peek(int ahead) {
        int index = at + ahead;
        return index < 0 ? new Token(Kind.END, "", 0, 0) : tokens.get(Math.min(index, tokens.size() - 1));
    }

    private Token next() {
        Token token = peek();
        if (token.kind() == Kind.END) {
            throw problem("the statement ends too early", "write the rest of it");
        }
        at++;
        return token;
    }

    private void copy(Fragment out) {
        Token token = next();
        out.add(token.kind() == Kind.WORD ? token.text().toUpperCase(Locale.ROOT) : token.text(), token.start());
    }

    private void replace(Fragment out, String words) {
        out.add(words, next().start());
    }

    private void close(Fragment out, Token open) {
        if (!peek().isSymbol(")")) {
            throw SqlProblem.at(asked, open.start(), "there is no ) for this (", "close the bracket");
        }
        copy(out);
    }

    private void expect(String symbol) {
        if (!peek().isSymbol(symbol)) {
            throw problem("there should be " + symbol + " and not " + peek().shown(), "write " + symbol);
        }
        at++;
    }

    private void expectWord(String word) {
        if (!peek().is(word)) {
            throw problem(
                    "there should be " + word.toUpperCase(Locale.ROOT) + " and not " + peek().shown(),
                    "write " + word.toUpperCase(Locale.ROOT));
        }
        at++;
    }

    private SqlProblem problem(String wrong, String fix) {
        return problem(0, wrong, fix);
    }

    private SqlProblem problem(int ahead, String wrong, String fix) {
        return SqlProblem.at(asked, peek(ahead).start(), wrong, fix);
    }
}
