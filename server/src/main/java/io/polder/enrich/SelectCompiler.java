package io.polder.enrich;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.Field;
import io.polder.record.Problem;
import io.polder.record.Schema;
import io.polder.record.Type;
import io.polder.store.Transform;
import io.polder.store.duck.EngineMessage;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a table's SELECT is row-local and makes a {@link Transform} of it, with the engine's own parser and binder
 * and no data. For one thread; holds an engine in memory.
 *
 * <p>Row-local means that each row of the answer depends on one event alone, and on the joined tables: projections, WHERE,
 * and joins that match at most one row. So it does not matter where batches begin, and every row has one event.
 */
final class SelectCompiler implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What conditions are read from while they are checked. */
    private static final String WRAPPED = "polder_row_columns";

    private static final String ITEMS = "/statements/0/node/select_list";

    /** Functions that make several rows of one. */
    private static final Set<String> UNNESTING = Set.of("unnest", "generate_subscripts");

    /** Functions that read the clock although the engine lists them as constant; the first only with one argument. */
    private static final Set<String> CLOCKS = Set.of("age", "current_localtime", "current_localtimestamp");

    /** What the engine takes for a function although it is written as a column, when there is no such column. */
    private static final Set<String> VALUES_OF_THE_SESSION = Set.of(
            "current_catalog",
            "current_date",
            "current_role",
            "current_schema",
            "current_time",
            "current_timestamp",
            "current_user",
            "localtime",
            "localtimestamp",
            "session_user",
            "user");

    private final Connection connection;
    private final Set<String> aggregates;
    private final Set<String> volatiles;

    /** A table that a SELECT may join, as far as it is known. */
    record Joinable(String name, List<Transform.Column> columns, List<String> key, String keyTime) {}

    /** What became of a SELECT: a transform, or what is wrong with it. */
    record Compiled(@Nullable Transform transform, List<Problem> problems) {}

    SelectCompiler() {
        try {
            connection = DriverManager.getConnection("jdbc:duckdb:");
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET threads = 1");
                statement.execute("SET enable_external_access = false");
            }
            aggregates = functions("function_type = 'aggregate'");
            volatiles = functions("function_type = 'scalar' AND stability <> 'CONSISTENT'");
        } catch (SQLException exception) {
            throw new IllegalStateException("The engine does not start: " + exception.getMessage(), exception);
        }
    }

    private Set<String> functions(String condition) throws SQLException {
        Set<String> names = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE " + condition)) {
            while (result.next()) {
                names.add(result.getString(1));
            }
        }
        return names;
    }

    /**
     * Compiles the SELECT of a table.
     *
     * @param place where it stands, for problems
     * @param event the fields of its events
     * @param joinable the tables that may be joined, by name
     */
    Compiled compile(String place, String select, Schema event, Map<String, Joinable> joinable) {
        List<Problem> problems = new ArrayList<>();
        try {
            JsonNode tree = parse(place, select, problems);
            if (tree == null) {
                return new Compiled(null, problems);
            }
            ObjectNode node = (ObjectNode) tree.at("/statements/0/node");
            List<String> fields = event.fields().stream().map(Field::name).toList();
            Scope scope = new Scope(place, select, event, fields, joinable, problems);
            checkShape(node, scope);
            if (!problems.isEmpty()) {
                return new Compiled(null, problems);
            }
            define(scope);
            String error = bindingError("DESCRIBE " + select);
            if (error != null) {
                problems.add(bindingProblem(place, select, error));
                return new Compiled(null, problems);
            }
            return new Compiled(rewrite(tree, node, scope), problems);
        } catch (SQLException | JsonProcessingException exception) {
            problems.add(new Problem(place, "", "cannot be understood: " + exception.getMessage(), "simplify it"));
            return new Compiled(null, problems);
        }
    }

    /** What is wrong with a condition over these columns; empty when it is a BOOLEAN expression that is row-local. */
    List<Problem> checkCondition(String place, String condition, List<Transform.Column> columns) {
        return checkExpression(place, condition, columns, Wanted.CONDITION);
    }

    /** What is wrong with an expression over these columns that a column becomes; empty when it is row-local. */
    List<Problem> checkFix(String place, String fix, List<Transform.Column> columns) {
        return checkExpression(place, fix, columns, Wanted.VALUE);
    }

    /** What is wrong with an expression over these columns that gives a number; empty when it is row-local. */
    List<Problem> checkNumber(String place, String number, List<Transform.Column> columns) {
        return checkExpression(place, number, columns, Wanted.NUMBER);
    }

    private enum Wanted {
        CONDITION,
        VALUE,
        NUMBER
    }

    /** Whether a type of the engine's is that of numbers. */
    static boolean isNumeric(String type) {
        return type.startsWith("DECIMAL")
                || type.endsWith("INT")
                || Set.of("INTEGER", "DOUBLE", "FLOAT").contains(type);
    }

    private List<Problem> checkExpression(String place, String text, List<Transform.Column> columns, Wanted wanted) {
        boolean isCondition = wanted == Wanted.CONDITION;
        String what = isCondition ? "condition" : "expression";
        List<Problem> problems = new ArrayList<>();
        String select = "SELECT (" + text + ") FROM " + WRAPPED;
        try {
            JsonNode tree = parse(place, select, problems);
            if (tree == null) {
                return problems.stream()
                        .map(problem -> new Problem(
                                place, text, "is no " + what + ": " + problem.wrong(), "write one SQL expression"))
                        .toList();
            }
            if (!isOneExpression(tree, text)) {
                return List.of(new Problem(place, text, "is not one " + what, "write one SQL expression"));
            }
            List<String> names = columns.stream().map(Transform.Column::name).toList();
            checkExpressions(tree, new Scope(place, select, new Schema(List.of()), names, Map.of(), problems));
            if (!problems.isEmpty()) {
                return problems;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute(view("TEMP VIEW", WRAPPED, columns));
            }
            String error = bindingError("DESCRIBE " + select);
            if (error != null) {
                problems.add(new Problem(
                        place,
                        text,
                        EngineMessage.of(error).wrong(),
                        "write " + (isCondition ? "a condition" : "an expression") + " over "
                                + String.join(", ", names)));
                return problems;
            }
            List<Transform.Column> made = describe(select);
            String type = made.get(0).type();
            if (made.size() != 1) {
                problems.add(new Problem(place, text, "is not one " + what, "write one SQL expression"));
            } else if (isCondition && !type.equals("BOOLEAN")) {
                problems.add(new Problem(
                        place, text, "is a value of type " + type, "write a condition that is true or false"));
            } else if (wanted == Wanted.NUMBER && !isNumeric(type)) {
                problems.add(new Problem(
                        place, text, "is a value of type " + type, "write an expression that gives a number"));
            }
        } catch (SQLException | JsonProcessingException exception) {
            problems.add(new Problem(place, text, "cannot be understood: " + exception.getMessage(), "simplify it"));
        }
        return problems;
    }

    /**
     * Whether a text is one expression wherever it is put between parentheses: neither a comment nor a parenthesis of its
     * own leads out of them, and it does not name what it is put into.
     *
     * @param tree of the SELECT that has the text in parentheses, on one line: so a comment at its end does not parse
     */
    private boolean isOneExpression(JsonNode tree, String text) throws SQLException, JsonProcessingException {
        // A text that closes the parenthesis around it does not parse without one.
        JsonNode bare = parse("", "SELECT " + text + "\n FROM " + WRAPPED, new ArrayList<>());
        JsonNode wrapper = parse("", "SELECT (TRUE) FROM " + WRAPPED, new ArrayList<>());
        if (bare == null || wrapper == null) {
            return false;
        }
        JsonNode plain = withoutPlaces(tree);
        JsonNode items = plain.at(ITEMS);
        if (items.size() != 1
                || !plain.equals(withoutPlaces(bare))
                || items.toString().toLowerCase(Locale.ROOT).contains('"' + WRAPPED + '"')) {
            return false;
        }
        JsonNode shape = withoutPlaces(wrapper);
        ((ArrayNode) shape.at(ITEMS)).removeAll().add(items.get(0));
        return shape.equals(plain);
    }

    private static JsonNode withoutPlaces(JsonNode tree) {
        JsonNode copy = tree.deepCopy();
        copy.findParents("query_location").forEach(parent -> ((ObjectNode) parent).remove("query_location"));
        return copy;
    }

    /** What is wrong with a view's SELECT over these tables; defines it, so that later views can read it. */
    List<Problem> checkView(String place, String name, String select, List<Joinable> tables) {
        List<Problem> problems = new ArrayList<>();
        try {
            if (parse(place, select, problems) == null) {
                return problems;
            }
            try (Statement statement = connection.createStatement()) {
                for (Joinable table : tables) {
                    statement.execute(view("VIEW", table.name(), table.columns()));
                }
            }
            String error = bindingError("DESCRIBE " + select);
            if (error == null) {
                error = bindingError("CREATE OR REPLACE VIEW " + quoted(name) + " AS " + select);
            }
            if (error != null) {
                problems.add(bindingProblem(place, select, error));
            }
        } catch (SQLException | JsonProcessingException exception) {
            problems.add(new Problem(place, "", "cannot be understood: " + exception.getMessage(), "simplify it"));
        }
        return problems;
    }

    /** The columns that a SELECT over tables defined before gives. */
    List<Transform.Column> describe(String select) throws SQLException {
        List<Transform.Column> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("DESCRIBE " + select)) {
            while (result.next()) {
                columns.add(new Transform.Column(result.getString(1), result.getString(2)));
            }
        }
        return columns;
    }

    private @Nullable JsonNode parse(String place, String select, List<Problem> problems)
            throws SQLException, JsonProcessingException {
        JsonNode tree;
        try (PreparedStatement statement = connection.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)")) {
            statement.setString(1, select);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                tree = JSON.readTree(result.getString(1));
            }
        }
        if (tree.path("error").asBoolean()) {
            String message = tree.path("error_message").asText();
            int position = tree.path("position").asInt(-1);
            problems.add(
                    position < 0
                            ? new Problem(place, "", message, "write one SELECT")
                            : new Problem(place, at(select, position), message, "correct it at the place named"));
            return null;
        }
        if (tree.path("statements").size() != 1) {
            problems.add(new Problem(
                    place, "", "holds " + tree.path("statements").size() + " statements", "write one SELECT"));
            return null;
        }
        return tree;
    }

    // ---- the shape

    /** What is known while a SELECT is looked at. */
    private static final class Scope {
        private final String place;
        private final String select;
        private final Schema event;
        /** The columns that it reads but for those of joined tables. */
        private final List<String> own;

        private final Map<String, Joinable> joinable;
        private final List<Problem> problems;
        private String eventAlias = "event";
        /** Alias to reference, in order. */
        private final Map<String, Transform.Reference> references = new LinkedHashMap<>();

        private boolean hasInnerJoin;

        private Scope(
                String place,
                String select,
                Schema event,
                List<String> own,
                Map<String, Joinable> joinable,
                List<Problem> problems) {
            this.place = place;
            this.select = select;
            this.event = event;
            this.own = own;
            this.joinable = joinable;
            this.problems = problems;
        }

        /** The names that a column may be called by without its table. */
        private Stream<String> columns() {
            return Stream.concat(
                    own.stream(),
                    references.values().stream()
                            .map(reference -> joinable.get(reference.table()))
                            .filter(Objects::nonNull)
                            .flatMap(joined -> joined.columns().stream())
                            .map(Transform.Column::name));
        }

        /** Whether a name is that of the event or of a table that was joined before. */
        private boolean isRelation(String name) {
            return name.equalsIgnoreCase(eventAlias)
                    || references.keySet().stream().anyMatch(name::equalsIgnoreCase);
        }

        private void problem(JsonNode node, String wrong, String fix) {
            int position = node.path("query_location").isIntegralNumber()
                            && node.path("query_location").canConvertToInt()
                    ? node.path("query_location").asInt()
                    : -1;
            problems.add(new Problem(place, position < 0 ? "" : at(select, position), wrong, fix));
        }
    }

    private void checkShape(ObjectNode node, Scope scope) {
        if (!node.path("type").asText().equals("SELECT_NODE")) {
            scope.problem(node, "is not a plain SELECT", "write one SELECT without UNION, EXCEPT or INTERSECT");
            return;
        }
        if (!node.at("/cte_map/map").isEmpty()) {
            scope.problem(node, "has a WITH", "write it as a view, or put the expressions into the SELECT");
        }
        for (JsonNode modifier : node.path("modifiers")) {
            String word = modifier.path("type").asText().replace("_MODIFIER", "");
            scope.problem(
                    modifier,
                    word.replace('_', ' ') + " is not row-local: a row would depend on other rows",
                    "leave it out; put it into a view");
        }
        if (!node.path("group_expressions").isEmpty()
                || !node.path("having").isMissingNode() && !node.path("having").isNull()) {
            scope.problem(node, "GROUP BY is not row-local: a row would depend on other rows", "aggregate in a view");
        }
        if (!node.path("qualify").isMissingNode() && !node.path("qualify").isNull()) {
            scope.problem(node, "QUALIFY is not row-local: a row would depend on other rows", "leave it to a view");
        }
        if (!node.path("sample").isMissingNode() && !node.path("sample").isNull()) {
            scope.problem(node, "a sample is not the same twice", "use the feed's sample");
        }
        checkFrom(node.path("from_table"), scope, true);
        checkExpressions(node.path("select_list"), scope);
        checkExpressions(node.path("where_clause"), scope);
    }

    private void checkFrom(JsonNode from, Scope scope, boolean isLeftmost) {
        String type = from.path("type").asText();
        if (type.equals("BASE_TABLE")) {
            String table = from.path("table_name").asText();
            if (isLeftmost) {
                if (!table.equals("event")) {
                    scope.problem(from, "reads from '" + table + "' and not from event", "begin with FROM event e");
                    return;
                }
                scope.eventAlias = alias(from);
            } else {
                scope.problem(from, "'" + table + "' is joined by a comma", "write LEFT JOIN … ON its whole key");
            }
            return;
        }
        if (!type.equals("JOIN")) {
            scope.problem(from, "has a FROM that is not event joined to tables", "write FROM event e LEFT JOIN …");
            return;
        }
        checkFrom(from.path("left"), scope, isLeftmost);
        JsonNode right = from.path("right");
        if (!right.path("type").asText().equals("BASE_TABLE")) {
            scope.problem(right, "joins something that is not a table", "join a table of the mart by its name");
            return;
        }
        String table = right.path("table_name").asText();
        Joinable joined = scope.joinable.get(table);
        if (joined == null) {
            scope.problem(
                    right,
                    "joins '" + table + "', a table that is not defined",
                    Problem.suggestion(table, new TreeSet<>(scope.joinable.keySet())));
            return;
        }
        String kind = from.path("join_type").asText();
        String reference = from.path("ref_type").asText();
        if (!kind.equals("LEFT") && !kind.equals("INNER")) {
            scope.problem(
                    from, kind + " JOIN is not row-local", "write LEFT JOIN, or JOIN to leave out what does not match");
            return;
        }
        if (!reference.equals("REGULAR") && !reference.equals("ASOF")
                || !from.path("using_columns").isEmpty()) {
            scope.problem(from, "joins by " + (reference.equals("REGULAR") ? "USING" : reference), "write ON …");
            return;
        }
        scope.hasInnerJoin |= kind.equals("INNER");
        boolean isAsOf = reference.equals("ASOF");
        String alias = alias(right);
        checkExpressions(from.path("condition"), scope);
        checkJoin(from, joined, alias, isAsOf, scope);
        List<String> subject = joined.key().stream()
                .filter(column -> !column.equals(joined.keyTime()))
                .toList();
        scope.references.put(
                alias,
                new Transform.Reference(
                        "polder_" + (isAsOf ? "as_of_" : "latest_") + table, table, subject, joined.keyTime(), isAsOf));
    }

    /** The join must match at most one row: equality on the whole key, but for the time of an as-of join. */
    private static void checkJoin(JsonNode join, Joinable joined, String alias, boolean isAsOf, Scope scope) {
        Set<String> bound = new HashSet<>();
        boolean hasTime = false;
        for (JsonNode part : conjuncts(join.path("condition"))) {
            String comparison = part.path("type").asText();
            JsonNode left = part.path("left");
            JsonNode right = part.path("right");
            String onLeft = columnOf(left, alias);
            String onRight = columnOf(right, alias);
            if (comparison.equals("COMPARE_EQUAL")) {
                if (onLeft != null && !mentions(right, alias, joined, scope)) {
                    bound.add(onLeft);
                } else if (onRight != null && !mentions(left, alias, joined, scope)) {
                    bound.add(onRight);
                }
            } else if (onLeft != null && onLeft.equals(joined.keyTime()) && comparison.startsWith("COMPARE_LESSTHAN")
                    || onRight != null
                            && onRight.equals(joined.keyTime())
                            && comparison.startsWith("COMPARE_GREATERTHAN")) {
                hasTime = true;
            }
        }
        List<String> missing = joined.key().stream()
                .filter(column -> !column.equals(joined.keyTime()) && !bound.contains(column))
                .toList();
        if (!missing.isEmpty()) {
            scope.problem(
                    join,
                    "joins " + joined.name() + " without " + String.join(", ", missing)
                            + " of its key: more than one row could match",
                    "add " + alias + "." + missing.get(0) + " = … to the ON");
        }
        if (isAsOf && joined.keyTime().isEmpty()) {
            scope.problem(
                    join,
                    "joins " + joined.name() + " as of a time, and its key has no time",
                    "write LEFT JOIN for the latest row, or put the time into the key of " + joined.name());
        } else if (isAsOf && !hasTime) {
            scope.problem(
                    join,
                    "joins " + joined.name() + " as of a time, without its time",
                    "add " + alias + "." + joined.keyTime() + " <= the event's time to the ON");
        }
    }

    private static List<JsonNode> conjuncts(JsonNode condition) {
        if (condition.path("type").asText().equals("CONJUNCTION_AND")) {
            List<JsonNode> parts = new ArrayList<>();
            condition.path("children").forEach(child -> parts.addAll(conjuncts(child)));
            return parts;
        }
        return List.of(condition);
    }

    /** The column's name when the expression is {@code alias.column}; null otherwise. */
    private static @Nullable String columnOf(JsonNode expression, String alias) {
        JsonNode names = expression.path("column_names");
        return names.size() == 2 && names.get(0).asText().equalsIgnoreCase(alias)
                ? names.get(1).asText()
                : null;
    }

    /** Whether the expression reads the joined table, by its alias or by a column's name alone. */
    private static boolean mentions(JsonNode expression, String alias, Joinable joined, Scope scope) {
        JsonNode names = expression.path("column_names");
        if (!names.isEmpty()) {
            String first = names.get(0).asText();
            if (names.size() > 1 && scope.isRelation(first) && !first.equalsIgnoreCase(alias)) {
                return false;
            }
            for (JsonNode name : names) {
                if (name.asText().equalsIgnoreCase(alias)) {
                    return true;
                }
            }
            return joined.columns().stream().map(Transform.Column::name).anyMatch(first::equalsIgnoreCase);
        }
        for (JsonNode child : expression) {
            if (mentions(child, alias, joined, scope)) {
                return true;
            }
        }
        return false;
    }

    private void checkExpressions(JsonNode node, Scope scope) {
        if (node.isObject()) {
            String kind = node.path("class").asText();
            String function = node.path("function_name").asText().toLowerCase(Locale.ROOT);
            if (kind.equals("WINDOW")) {
                scope.problem(node, "a window function is not row-local", "compute it in a view");
                return;
            }
            if (kind.equals("SUBQUERY")) {
                scope.problem(node, "a subquery is not row-local", "join the table on its key");
                return;
            }
            if (kind.equals("FUNCTION") && !node.path("is_operator").asBoolean()) {
                if (UNNESTING.contains(function)) {
                    scope.problem(node, function + "() makes several rows of one", "unnest in a view");
                } else if (aggregates.contains(function)) {
                    scope.problem(node, function + "() is an aggregate, not row-local", "aggregate in a view");
                } else if (volatiles.contains(function) || isClock(function, node)) {
                    isNotTheSameTwice(node, function + "()", scope);
                }
            }
            JsonNode names = node.path("column_names");
            if (names.size() == 1 && isValueOfTheSession(names.get(0).asText(), scope)) {
                isNotTheSameTwice(node, names.get(0).asText(), scope);
            }
        }
        for (JsonNode child : node) {
            checkExpressions(child, scope);
        }
    }

    private static boolean isClock(String function, JsonNode node) {
        return CLOCKS.contains(function)
                && (!function.equals("age") || node.path("children").size() == 1);
    }

    private static boolean isValueOfTheSession(String name, Scope scope) {
        return VALUES_OF_THE_SESSION.contains(name.toLowerCase(Locale.ROOT))
                && scope.columns().noneMatch(name::equalsIgnoreCase);
    }

    private static void isNotTheSameTwice(JsonNode node, String what, Scope scope) {
        scope.problem(
                node,
                what + " does not give the same twice: a rebuild would give other rows",
                "use the event's own time, or e." + Transform.ACCEPTED);
    }

    private static String alias(JsonNode table) {
        String alias = table.path("alias").asText();
        return alias.isEmpty() ? table.path("table_name").asText() : alias;
    }

    // ---- what it gives

    private void define(Scope scope) throws SQLException {
        List<Transform.Column> event = new ArrayList<>();
        scope.event.fields().forEach(field -> event.add(new Transform.Column(field.name(), sql(field.type()))));
        event.add(new Transform.Column(Transform.ACCEPTED, "TIMESTAMP"));
        List<Transform.Column> whole = new ArrayList<>(event);
        whole.add(new Transform.Column(Transform.ROW, "INTEGER"));
        whole.add(new Transform.Column(Transform.PARTITION, "INTEGER"));
        whole.add(new Transform.Column(Transform.OFFSET, "BIGINT"));
        whole.add(new Transform.Column(Transform.FEED, "VARCHAR"));
        try (Statement statement = connection.createStatement()) {
            statement.execute(view("TEMP VIEW", "event", event));
            statement.execute(view("TEMP VIEW", Transform.EVENT, whole));
            for (Transform.Reference reference : scope.references.values()) {
                Joinable joined = scope.joinable.get(reference.table());
                if (joined == null) {
                    continue;
                }
                List<Transform.Column> columns = new ArrayList<>(joined.columns());
                statement.execute(view("TEMP VIEW", joined.name(), columns));
                if (reference.isAsOf()) {
                    columns.add(new Transform.Column(Transform.SINCE, "TIMESTAMP"));
                }
                statement.execute(view("TEMP VIEW", reference.relation(), columns));
            }
        }
    }

    static String sql(Type type) {
        return type.name();
    }

    /** Defines a view of these columns: what is read at run time is a view too, and has no {@code rowid}. */
    private static String view(String kind, String name, List<Transform.Column> columns) {
        return "CREATE OR REPLACE " + kind + " " + quoted(name) + " AS SELECT "
                + String.join(
                        ", ",
                        columns.stream()
                                .map(column -> "CAST(NULL AS " + column.type() + ") AS " + quoted(column.name()))
                                .toList());
    }

    private Transform rewrite(JsonNode tree, ObjectNode node, Scope scope)
            throws SQLException, JsonProcessingException {
        Map<String, Integer> passed = passed(node, scope);
        rewriteFrom(node.path("from_table"), scope);
        ArrayNode list = (ArrayNode) node.path("select_list");
        for (JsonNode item : list) {
            hideOurs((ObjectNode) item, scope);
        }
        for (String name : List.of(Transform.ROW, Transform.PARTITION, Transform.OFFSET)) {
            ObjectNode column = JSON.createObjectNode();
            column.put("class", "COLUMN_REF");
            column.put("type", "COLUMN_REF");
            column.put("alias", "");
            column.put("query_location", 0);
            column.putArray("column_names").add(scope.eventAlias).add(name);
            list.add(column);
        }
        String sql;
        try (PreparedStatement statement = connection.prepareStatement("SELECT json_deserialize_sql(?::JSON)")) {
            statement.setString(1, JSON.writeValueAsString(tree));
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                sql = result.getString(1);
            }
        }
        List<Transform.Column> columns = describe(sql);
        columns = columns.subList(0, columns.size() - 3);
        boolean hasWhere = !node.path("where_clause").isMissingNode()
                && !node.path("where_clause").isNull();
        return new Transform(
                sql,
                scope.event,
                columns,
                passed,
                !hasWhere && !scope.hasInnerJoin,
                List.copyOf(new LinkedHashMap<>(byRelation(scope)).values()));
    }

    private static Map<String, Transform.Reference> byRelation(Scope scope) {
        Map<String, Transform.Reference> references = new LinkedHashMap<>();
        scope.references.values().forEach(reference -> references.put(reference.relation(), reference));
        return references;
    }

    /** The columns that are event fields unchanged. */
    private static Map<String, Integer> passed(ObjectNode node, Scope scope) {
        Map<String, Integer> passed = new LinkedHashMap<>();
        for (JsonNode item : node.path("select_list")) {
            if (item.path("class").asText().equals("STAR")) {
                String relation = item.path("relation_name").asText();
                boolean isOfEvent =
                        relation.equalsIgnoreCase(scope.eventAlias) || relation.isEmpty() && scope.references.isEmpty();
                boolean isPlain = item.path("replace_list").isEmpty()
                        && item.path("rename_list").isEmpty()
                        && !item.path("columns").asBoolean();
                if (isOfEvent && isPlain) {
                    Set<String> excluded = excluded(item);
                    for (Field field : scope.event.fields()) {
                        if (!excluded.contains(field.name().toLowerCase(Locale.ROOT))) {
                            passed.put(field.name(), scope.event.indexOf(field.name()));
                        }
                    }
                }
                continue;
            }
            JsonNode names = item.path("column_names");
            if (!item.path("class").asText().equals("COLUMN_REF")) {
                continue;
            }
            boolean isOfEvent = names.size() == 2 && names.get(0).asText().equalsIgnoreCase(scope.eventAlias)
                    || names.size() == 1 && scope.references.isEmpty();
            String column = names.get(names.size() - 1).asText();
            int index = scope.event.indexOf(column);
            if (isOfEvent && index >= 0) {
                String alias = item.path("alias").asText();
                passed.put(alias.isEmpty() ? column : alias, index);
            }
        }
        return passed;
    }

    /** The columns that a star leaves out, in lower case. */
    private static Set<String> excluded(JsonNode star) {
        Set<String> names = new HashSet<>();
        star.path("exclude_list").forEach(name -> names.add(name.asText().toLowerCase(Locale.ROOT)));
        star.path("qualified_exclude_list")
                .forEach(name -> names.add(name.path("column").asText().toLowerCase(Locale.ROOT)));
        return names;
    }

    private static void rewriteFrom(JsonNode from, Scope scope) {
        if (from.path("type").asText().equals("BASE_TABLE")) {
            String alias = alias(from);
            Transform.Reference reference = scope.references.get(alias);
            ((ObjectNode) from).put("alias", alias);
            ((ObjectNode) from).put("table_name", reference == null ? Transform.EVENT : reference.relation());
            return;
        }
        rewriteFrom(from.path("left"), scope);
        rewriteFrom(from.path("right"), scope);
        Transform.Reference reference = scope.references.get(alias(from.path("right")));
        if (reference != null && reference.isAsOf()) {
            sinceBeginning(from.path("condition"), alias(from.path("right")), reference.time());
        }
    }

    /** Before the first version of a row an as-of join takes the first. */
    private static void sinceBeginning(JsonNode condition, String alias, String time) {
        if (time.equals(columnOf(condition, alias))) {
            ((ArrayNode) condition.path("column_names"))
                    .set(1, JSON.getNodeFactory().textNode(Transform.SINCE));
            return;
        }
        for (JsonNode child : condition) {
            sinceBeginning(child, alias, time);
        }
    }

    /** Leaves our own columns out of a star. */
    private static void hideOurs(ObjectNode item, Scope scope) {
        if (!item.path("class").asText().equals("STAR")) {
            return;
        }
        String relation = item.path("relation_name").asText();
        Set<String> ours = new TreeSet<>();
        if (relation.isEmpty() || relation.equalsIgnoreCase(scope.eventAlias)) {
            ours.addAll(
                    List.of(Transform.ACCEPTED, Transform.ROW, Transform.PARTITION, Transform.OFFSET, Transform.FEED));
        }
        for (var entry : scope.references.entrySet()) {
            if (entry.getValue().isAsOf() && (relation.isEmpty() || relation.equalsIgnoreCase(entry.getKey()))) {
                ours.add(Transform.SINCE);
            }
        }
        ArrayNode excluded = item.path("exclude_list").isArray()
                ? (ArrayNode) item.path("exclude_list")
                : item.putArray("exclude_list");
        ours.forEach(excluded::add);
    }

    // ---- errors

    private @Nullable String bindingError(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return null;
        } catch (SQLException exception) {
            return String.valueOf(exception.getMessage());
        }
    }

    private static Problem bindingProblem(String place, String select, String error) {
        EngineMessage told = EngineMessage.of(error);
        int position = told.positionIn(select);
        return new Problem(
                place,
                position < 0 ? "" : at(select, position),
                told.wrong(),
                told.fix().isEmpty() ? "correct it" : told.fix());
    }

    /** The word at a position with its line and column: {@code speeed (line 1, column 8)}. */
    static String at(String select, int position) {
        int bounded = Math.max(0, Math.min(position, select.length()));
        int line = 1;
        int start = 0;
        for (int index = 0; index < bounded; index++) {
            if (select.charAt(index) == '\n') {
                line++;
                start = index + 1;
            }
        }
        int end = bounded;
        while (end < select.length() && !Character.isWhitespace(select.charAt(end)) && end - bounded < 40) {
            end++;
        }
        return select.substring(bounded, end) + " (line " + line + ", column " + (bounded - start + 1) + ")";
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException exception) {
            throw new IllegalStateException("Closing the engine failed: " + exception.getMessage(), exception);
        }
    }
}
