package io.polder.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.sql.ImpalaMacros;
import io.polder.sql.SqlProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How large the values are that a query builds, as far as its text tells. The engine counts what it holds between its
 * steps against its memory, but not what a step builds, and nobody can interrupt it there: a step over a few thousand rows
 * must be small by what it says. What no text tells, such as how long the values of a column are, is left to
 * {@link MemoryWatch}.
 *
 * <p>A value's size is bounded from the sizes of what it is made of, by the rules of {@code functions.txt}. For one
 * query and one thread.
 */
final class Growth {
    /** What a column of a table is taken for. */
    private static final double COLUMN = 64;
    /** What a value is taken for that holds many rows. */
    private static final double MANY = 32 << 10;
    /** Numbers, moments and short texts. */
    private static final double SMALL = 64;
    /** Smaller values are not summed up: a query has not words enough for too many of them. */
    private static final double UNNOTICED = 64;
    /** What a step may build for a row: a gigabyte for the 2,048 rows that a thread does at once. */
    private static final double MOST_OF_A_ROW = 512 << 10;
    /** What is the same for all rows is built once. */
    private static final double MOST_ONCE = 16 << 20;
    /** An element of a list or structure, besides what it holds. */
    private static final double ELEMENT = 16;

    private static final double UNKNOWN = Double.POSITIVE_INFINITY;

    /** Functions of texts whose last argument says how many characters are taken. */
    private static final Set<String> CUTS = Set.of("substr", "substring", "left", "right");
    /** Aggregates that give a list when they are told how many. */
    private static final Set<String> OF_MANY = Set.of(
            "min", "max", "arg_min", "arg_max", "argmin", "argmax", "min_by", "max_by", "arg_min_null", "arg_max_null");
    /** Operators that give one of their operands. */
    private static final Set<String> CHOICES = Set.of("OPERATOR_COALESCE", "OPERATOR_NULLIF", "OPERATOR_TRY");

    private static final Set<String> STRUCTURES =
            Set.of("ARRAY_EXTRACT", "ARRAY_SLICE", "STRUCT_EXTRACT", "ARRAY_CONSTRUCTOR", "OPERATOR_UNPACK");

    /**
     * What is known of a value.
     *
     * @param bytes how large it can be
     * @param number how far from 0 it can be as a number
     * @param most how large it can be as a number; {@code least(n, 1000)} is far below 0 where n is
     * @param isConstant whether it is the same for all rows
     */
    private record Size(double bytes, double number, double most, boolean isConstant) {
        static final Size NOTHING = new Size(0, 0, 0, true);

        /** What is no number. */
        Size(double bytes, boolean isConstant) {
            this(bytes, UNKNOWN, UNKNOWN, isConstant);
        }

        Size of(double other) {
            return new Size(other, isConstant);
        }

        /** The same number, written so long. */
        Size as(double other) {
            return new Size(other, number, most, isConstant);
        }

        Size or(Size other) {
            return new Size(
                    Math.max(bytes, other.bytes),
                    Math.max(number, other.number),
                    Math.max(most, other.most),
                    isConstant && other.isConstant);
        }
    }

    private final String sql;
    /** What is built for each row; queries behind FROM hold theirs together. */
    private double row;
    /** What is built once. */
    private double once;

    private Growth(String sql) {
        this.sql = sql;
    }

    /**
     * Judges a query whose tables and functions are known to be allowed.
     *
     * @throws SqlProblem that names the place where a value becomes too large
     */
    static void check(JsonNode query, String sql) {
        new Growth(sql).query(query, Map.of(), 0);
    }

    /** The largest value of a query's rows. */
    private double query(JsonNode node, Map<String, Double> named, double outer) {
        Map<String, Double> tables = named;
        JsonNode common = node.path("cte_map").path("map");
        if (!common.isEmpty()) {
            tables = new HashMap<>(named);
            for (JsonNode entry : common) {
                JsonNode inner = entry.at("/value/query/node");
                tables.put(name(entry.path("key")), query(inner, tables, outer));
            }
        }
        double largest =
                switch (node.path("type").asText()) {
                    case "SELECT_NODE" -> select(node, tables, outer);
                    case "RECURSIVE_CTE_NODE" -> {
                        double before = row;
                        double first = query(node.path("left"), tables, outer);
                        double built = row;
                        row = before;
                        Map<String, Double> itself = new HashMap<>(tables);
                        itself.put(name(node.path("cte_name")), first);
                        // Every round is a step of its own, and can be interrupted.
                        double second = query(node.path("right"), itself, outer);
                        row = Math.max(row, built);
                        yield Math.max(first, second);
                    }
                    default -> {
                        List<JsonNode> queries = new ArrayList<>();
                        for (String side : List.of("left", "right")) {
                            if (node.has(side)) {
                                queries.add(node.path(side));
                            }
                        }
                        node.path("children").forEach(queries::add);
                        yield oneAfterTheOther(queries, tables, outer);
                    }
                };
        scan(node.path("modifiers"), new Scope(tables, Map.of(), Math.max(largest, outer)));
        return largest;
    }

    /** Queries whose rows are put together: a step is in one of them. */
    private double oneAfterTheOther(List<JsonNode> queries, Map<String, Double> tables, double outer) {
        double before = row;
        double built = before;
        double largest = 0;
        for (JsonNode each : queries) {
            row = before;
            largest = Math.max(largest, query(each, tables, outer));
            built = Math.max(built, row);
        }
        row = built;
        return largest;
    }

    private double select(JsonNode node, Map<String, Double> tables, double outer) {
        double source = source(node.path("from_table"), tables, copied(outer));
        Scope scope = new Scope(tables, Map.of(), Math.max(source, copied(outer)));
        double largest = 0;
        for (JsonNode item : node.path("select_list")) {
            largest = Math.max(largest, size(item, scope).bytes());
        }
        for (String clause : List.of("where_clause", "group_expressions", "having", "qualify")) {
            scan(node.path(clause), scope);
        }
        return largest;
    }

    /** The largest value of a table, a join or what else stands behind FROM. */
    private double source(JsonNode from, Map<String, Double> tables, double outer) {
        switch (from.path("type").asText()) {
            case "BASE_TABLE" -> {
                return from.path("schema_name").asText().isEmpty()
                        ? tables.getOrDefault(name(from.path("table_name")), COLUMN)
                        : COLUMN;
            }
            case "SUBQUERY" -> {
                return query(from.at("/subquery/node"), tables, outer);
            }
            case "JOIN" -> {
                double left = source(from.path("left"), tables, outer);
                double right = source(from.path("right"), tables, Math.max(left, outer));
                double largest = copied(Math.max(left, right));
                scan(from.path("condition"), new Scope(tables, Map.of(), Math.max(largest, outer)));
                return largest;
            }
            case "PIVOT" -> {
                double source = source(from.path("source"), tables, outer);
                Scope scope = new Scope(tables, Map.of(), Math.max(source, outer));
                double largest = source;
                for (JsonNode aggregate : from.path("aggregates")) {
                    largest = Math.max(largest, size(aggregate, scope).bytes());
                }
                scan(from.path("pivots"), scope);
                return largest;
            }
            case "TABLE_FUNCTION", "EXPRESSION_LIST" -> {
                // A range behind FROM is made as it is read.
                Scope scope = new Scope(tables, Map.of(), outer);
                double largest = SMALL;
                for (JsonNode argument : from.path("function").path("children")) {
                    largest = Math.max(largest, size(argument, scope).bytes());
                }
                for (JsonNode values : from.path("values")) {
                    for (JsonNode value : values) {
                        largest = Math.max(largest, size(value, scope).bytes());
                    }
                }
                return largest;
            }
            default -> {
                return 0;
            }
        }
    }

    /**
     * A value that holds many rows is bounded by the engine's memory as long as there is one of it. Beside the rows of
     * another table there is one for each of them as soon as something is made of it.
     */
    private static double copied(double largest) {
        return largest < MANY ? largest : Math.max(largest, MOST_OF_A_ROW);
    }

    /** Reads the expressions below a node, whatever it is. */
    private void scan(JsonNode node, Scope scope) {
        if (node.has("class")) {
            size(node, scope);
        } else {
            node.forEach(child -> scan(child, scope));
        }
    }

    // ---- expressions

    /**
     * What an expression can name.
     *
     * @param tables the largest value of each common table
     * @param parameters those of the lambdas around it
     * @param column the largest value of a column
     */
    private record Scope(Map<String, Double> tables, Map<String, Double> parameters, double column) {
        Scope with(JsonNode names, double bytes) {
            Map<String, Double> extended = new HashMap<>(parameters);
            names(names).forEach(name -> extended.put(name, bytes));
            return new Scope(tables, extended, column);
        }

        /** One parameter, or several in brackets. */
        private static List<String> names(JsonNode parameters) {
            List<String> names = new ArrayList<>();
            if (parameters.path("class").asText().equals("COLUMN_REF")) {
                names.add(name(parameters.path("column_names").path(0)));
            }
            parameters.path("children").forEach(child -> names.addAll(names(child)));
            return names;
        }
    }

    private Size size(JsonNode node, Scope scope) {
        return switch (node.path("class").asText()) {
            case "CONSTANT" -> constant(node.path("value"));
            case "COLUMN_REF" -> {
                Double parameter =
                        scope.parameters().get(name(node.path("column_names").path(0)));
                yield new Size(parameter == null ? scope.column() : parameter, false);
            }
            case "STAR" -> {
                Size most = new Size(scope.column(), false);
                for (JsonNode replaced : node.path("replace_list")) {
                    most = most.or(size(replaced.path("value"), scope));
                }
                yield most;
            }
            case "SUBQUERY" -> {
                scan(node.path("child"), scope);
                double largest = query(node.at("/subquery/node"), scope.tables(), scope.column());
                yield new Size(Math.max(largest, SMALL), false);
            }
            case "CASE" -> {
                Size most = Size.NOTHING;
                boolean isConstant = true;
                for (JsonNode check : node.path("case_checks")) {
                    isConstant &= size(check.path("when_expr"), scope).isConstant();
                    most = most.or(size(check.path("then_expr"), scope));
                }
                most = most.or(size(node.path("else_expr"), scope));
                yield new Size(most.bytes(), most.number(), most.most(), most.isConstant() && isConstant);
            }
            case "CAST" -> cast(node, size(node.path("child"), scope));
            case "FUNCTION", "WINDOW" -> function(node, scope);
            case "OPERATOR" -> operator(node, scope);
            case "COLLATE" -> size(node.path("child"), scope);
            default -> {
                // Comparisons and conjunctions, and what else is small itself.
                Size most = Size.NOTHING;
                for (JsonNode child : node) {
                    most = most.or(below(child, scope));
                }
                yield most.of(SMALL);
            }
        };
    }

    private Size below(JsonNode node, Scope scope) {
        if (node.has("class")) {
            return size(node, scope);
        }
        Size most = Size.NOTHING;
        for (JsonNode child : node) {
            most = most.or(below(child, scope));
        }
        return most;
    }

    private static Size constant(JsonNode value) {
        JsonNode written = value.path("value");
        if (written.isNumber()) {
            // A decimal is written without its point, and so larger than it is.
            double number = written.asDouble();
            return new Size(ELEMENT, Math.abs(number), Math.max(0, number), true);
        }
        return new Size(
                written.isTextual()
                        ? written.asText().length()
                        : 2 * written.toString().length(),
                true);
    }

    private Size cast(JsonNode node, Size value) {
        double array = elements(node.path("cast_type"));
        boolean isArray = array > 1;
        Size size = new Size(
                isArray ? Math.max(array * ELEMENT, value.bytes()) : Math.max(2 * value.bytes(), SMALL),
                value.number(),
                value.most(),
                value.isConstant() && !isArray);
        return isArray ? built(node, size) : size;
    }

    /** Of an array, how many elements its type says that it has. */
    private static double elements(JsonNode type) {
        JsonNode info = type.path("type_info");
        double inner = info.has("child_type") ? elements(info.path("child_type")) : 1;
        return info.has("size") ? info.path("size").asDouble() * inner : inner;
    }

    private Size operator(JsonNode node, Scope scope) {
        String type = node.path("type").asText();
        Size most = Size.NOTHING;
        double sum = 0;
        for (JsonNode child : node.path("children")) {
            Size size = size(child, scope);
            most = most.or(size);
            sum += size.bytes() + ELEMENT;
        }
        if (CHOICES.contains(type)) {
            return most;
        }
        return STRUCTURES.contains(type) ? built(node, most.of(sum)) : most.of(SMALL);
    }

    private Size function(JsonNode node, Scope scope) {
        String name = name(node.path("function_name"));
        boolean isMacro = name(node.path("schema")).equals("impala");
        List<JsonNode> arguments = new ArrayList<>();
        node.path("children").forEach(arguments::add);
        List<Size> sizes = new ArrayList<>();
        JsonNode lambda = null;
        for (JsonNode argument : arguments) {
            if (argument.path("class").asText().equals("LAMBDA")) {
                lambda = argument;
            } else {
                sizes.add(size(argument, scope));
            }
        }
        for (String member : List.of(
                "filter",
                "order_bys",
                "partitions",
                "orders",
                "start_expr",
                "end_expr",
                "offset_expr",
                "default_expr",
                "filter_expr",
                "arg_orders")) {
            scan(node.path(member), scope);
        }
        boolean isConstant = node.path("class").asText().equals("FUNCTION") && !sizes.isEmpty();
        double sum = 0;
        for (Size size : sizes) {
            isConstant &= size.isConstant();
            sum += size.bytes();
        }
        Size plain = new Size(sum + ELEMENT * sizes.size(), number(name, sizes), most(name, sizes), isConstant);
        if (isMacro) {
            return macro(node, name, sizes, plain);
        }
        if (lambda != null && !sizes.isEmpty()) {
            return built(node, lambda(name, lambda, sizes.get(0), scope));
        }
        String rule = String.valueOf(Functions.size(name));
        return switch (rule) {
            case "small" -> plain.as(SMALL);
            case "many" -> {
                if (node.path("class").asText().equals("WINDOW")) {
                    throw refused(
                            node,
                            name + "() would be as large for each row",
                            "use it with GROUP BY, and not with OVER");
                }
                yield new Size(Math.max(MANY, sum), false);
            }
            case "pair" -> {
                double work = sizes.size() < 2
                        ? 0
                        : sizes.get(0).bytes() * sizes.get(1).bytes();
                if (work > MOST_ONCE) {
                    throw refused(node, name + "() compares texts that are too long", "compare parts of them");
                }
                yield plain.of(SMALL);
            }
            case "own" -> built(node, own(node, name, arguments, sizes, plain));
            default -> {
                double times = Double.parseDouble(rule.substring(1));
                yield built(node, cut(name, arguments, sizes, plain.as(times * plain.bytes())));
            }
        };
    }

    /**
     * What a function gives of a text is not longer than it was told; below 0, it was told what to leave out. A
     * minimum of many is a list.
     */
    private static Size cut(String name, List<JsonNode> arguments, List<Size> sizes, Size most) {
        int last = sizes.size() - 1;
        if (CUTS.contains(name) && last >= 1 && (last == 2 || name.equals("left") || name.equals("right"))) {
            JsonNode length = arguments.get(last).at("/value/value");
            boolean isCut = length.isNumber() && length.asDouble() >= 0;
            return isCut ? most.of(Math.min(most.bytes(), 4 * length.asDouble())) : most;
        }
        boolean isList = OF_MANY.contains(name) && sizes.size() > (name.length() == 3 ? 1 : 2);
        return isList ? most.of(sizes.get(last).number() * (ELEMENT + most.bytes())) : most;
    }

    /** How far from 0 what a function gives can be. */
    private static double number(String name, List<Size> sizes) {
        double sum = 0;
        double product = 1;
        double largest = 0;
        for (Size size : sizes) {
            sum += size.number();
            product *= size.number();
            largest = Math.max(largest, size.number());
        }
        return switch (name) {
            case "+", "add", "-", "subtract" -> sum;
            case "*", "multiply" -> Double.isNaN(product) ? UNKNOWN : product;
            case "greatest", "least" -> sizes.isEmpty() ? UNKNOWN : largest;
            case "length", "len", "strlen", "octet_length", "char_length", "character_length" ->
                sizes.isEmpty() ? UNKNOWN : sizes.get(0).bytes();
            // 5 can be rounded to 10.
            case "to_bigint", "to_int", "to_smallint", "to_tinyint", "round", "floor", "ceil", "trunc", "truncate" ->
                sizes.isEmpty() ? UNKNOWN : 2 * sizes.get(0).number() + 1;
            default -> UNKNOWN;
        };
    }

    /** How large what a function gives can be. */
    private static double most(String name, List<Size> sizes) {
        double sum = 0;
        double largest = 0;
        double least = UNKNOWN;
        for (Size size : sizes) {
            sum += size.most();
            largest = Math.max(largest, size.most());
            least = Math.min(least, size.most());
        }
        return switch (name) {
            case "+", "add" -> sum;
            case "-", "subtract" ->
                sizes.size() == 2 ? sizes.get(0).most() + sizes.get(1).number() : number(name, sizes);
            case "greatest" -> sizes.isEmpty() ? UNKNOWN : largest;
            case "least" -> least;
            case "to_bigint", "to_int", "to_smallint", "to_tinyint", "round", "floor", "ceil", "trunc", "truncate" ->
                sizes.isEmpty() ? UNKNOWN : 2 * sizes.get(0).most() + 1;
            default -> number(name, sizes);
        };
    }

    /** What the dialect's own macros give; those that repeat something bound it themselves. */
    private Size macro(JsonNode node, String name, List<Size> sizes, Size plain) {
        return switch (name) {
            case "repeat", "lpad", "rpad" -> {
                double count = sizes.get(1).most()
                        * (name.equals("repeat") ? Math.max(1, sizes.get(0).bytes()) : 4);
                yield built(node, plain.of(Math.min(count, ImpalaMacros.MOST_REPEATED)));
            }
            case "hex", "to_string" -> built(node, plain.of(Math.max(2 * plain.bytes(), SMALL)));
            case "same", "substr", "substr_of" -> plain.of(plain.bytes());
            default -> plain.as(SMALL);
        };
    }

    /** An element of a list is not larger than the list, and all of them together are as large. */
    private Size lambda(String name, JsonNode lambda, Size list, Scope scope) {
        if (name.endsWith("filter")) {
            size(lambda.path("expr"), scope.with(lambda.path("lhs"), list.bytes()));
            return list;
        }
        double before = row;
        double each =
                size(lambda.path("expr"), scope.with(lambda.path("lhs"), 0)).bytes() + ELEMENT;
        double whole = size(lambda.path("expr"), scope.with(lambda.path("lhs"), list.bytes()))
                .bytes();
        // What its body builds counts for all elements, below.
        row = before;
        double bytes = list.bytes() / ELEMENT * each + Math.max(0, whole - each + ELEMENT);
        boolean isConstant = list.isConstant() && !mentionsColumns(lambda.path("expr"), lambda.path("lhs"));
        return new Size(bytes, isConstant);
    }

    private static boolean mentionsColumns(JsonNode node, JsonNode parameters) {
        if (node.path("class").asText().equals("COLUMN_REF")) {
            return !Scope.names(parameters)
                    .contains(name(node.path("column_names").path(0)));
        }
        boolean mentions = node.path("class").asText().equals("SUBQUERY");
        for (JsonNode child : node) {
            mentions |= mentionsColumns(child, parameters);
        }
        return mentions;
    }

    private Size own(JsonNode node, String name, List<JsonNode> arguments, List<Size> sizes, Size plain) {
        double first = sizes.isEmpty() ? 0 : sizes.get(0).bytes();
        return switch (name) {
            case "concat_ws" -> plain.of(plain.bytes() + sizes.size() * first);
            case "repeat" ->
                plain.of(counted(node, name, first, sizes.get(sizes.size() - 1).most()));
            case "lpad", "rpad" ->
                plain.of(counted(
                        node, name, 4, sizes.get(Math.min(1, sizes.size() - 1)).most()));
            case "range", "generate_series" -> {
                // From 0 or a first number up; with a step of their own also down.
                int last = Math.min(1, sizes.size() - 1);
                double count = 1;
                for (int index = 0; index < sizes.size(); index++) {
                    boolean isEnd = index == last && sizes.size() < 3;
                    count += isEnd ? sizes.get(index).most() : sizes.get(index).number();
                }
                yield plain.of(counted(node, name, ELEMENT, count));
            }
            case "replace" -> plain.of(replaced(first, arguments, sizes));
            case "regexp_replace" -> {
                String with = text(arguments, 2);
                double inserted = sizes.size() < 3 ? 0 : sizes.get(2).bytes();
                double copies = with.isEmpty()
                        ? inserted / 2
                        : with.chars().filter(letter -> letter == '\\').count();
                boolean isEach = sizes.size() > 3;
                yield plain.of(first * (1 + copies) + (isEach ? (first + 1) * inserted : inserted));
            }
            case "strftime" -> {
                double most = 0;
                for (Size size : sizes) {
                    most = Math.max(most, size.bytes());
                }
                yield plain.of(16 * most);
            }
            case "format", "printf" -> plain.of(plain.bytes() + widths(node, name, text(arguments, 0)));
            case "array_to_string" ->
                plain.of(2 * first
                        + first / 8 * (sizes.size() < 2 ? 1 : sizes.get(1).bytes()));
            case "list_select", "array_select" ->
                plain.of(first * (sizes.size() < 2 ? 1 : sizes.get(1).bytes() / 8));
            case "list_aggregate", "list_aggr", "aggregate", "array_aggregate", "array_aggr" ->
                plain.of(8 * first + first / 8 * (plain.bytes() - first));
            case "json_pretty" -> plain.of(first * (1 + first / 8));
            case "json_extract",
                    "->",
                    "->>",
                    "json_extract_string",
                    "json_extract_path",
                    "json_extract_path_text",
                    "json_value" -> {
                // A path that goes down gives a value for each level.
                String path = text(arguments, 1);
                boolean goesDown = path.isEmpty() || path.contains("**") || path.contains("..");
                yield plain.of(goesDown ? 2 * first * (1 + first / 16) : 2 * first + ELEMENT);
            }
            default -> plain;
        };
    }

    private double counted(JsonNode node, String name, double each, double count) {
        if (Double.isInfinite(count)) {
            throw refused(
                    node,
                    "it cannot be told how large " + name + "() becomes",
                    name.endsWith("s") || name.equals("range")
                            ? "put it behind FROM, or write its bounds as numbers"
                            : "bound the number: " + name + "(…, least(n, 1000)"
                                    + (name.equals("repeat") ? ")" : ", …)"));
        }
        return each * count;
    }

    private static double replaced(double text, List<JsonNode> arguments, List<Size> sizes) {
        if (sizes.size() < 3) {
            return text;
        }
        double what = Math.max(1, text(arguments, 1).length());
        return text * Math.max(1, sizes.get(2).bytes() / what);
    }

    /** The widths that a format says; all digits are taken for one. */
    private double widths(JsonNode node, String name, String format) {
        if (format.isEmpty() || format.contains("*") || format.matches("(?s).*\\{[^}]*\\{.*")) {
            throw refused(node, "the format of " + name + "() must be a text with its widths", "write them as numbers");
        }
        double widths = 0;
        for (String digits : format.split("\\D+", -1)) {
            widths += digits.isEmpty() ? 0 : digits.length() > 9 ? UNKNOWN : Integer.parseInt(digits);
        }
        return widths;
    }

    /** A literal argument; empty when it is none. */
    private static String text(List<JsonNode> arguments, int index) {
        JsonNode value = index < arguments.size()
                ? arguments.get(index).at("/value/value")
                : arguments.get(0).path("");
        return value.isTextual() ? value.asText() : "";
    }

    /** Counts a value that a step builds. */
    private Size built(JsonNode node, Size size) {
        if (size.bytes() <= UNNOTICED) {
            return size;
        }
        if (size.isConstant()) {
            once += size.bytes();
        } else {
            row += size.bytes();
        }
        if (!(once <= MOST_ONCE && row <= MOST_OF_A_ROW)) {
            String what = node.has("function_name") ? node.path("function_name").asText() + "()" : "this";
            throw refused(
                    node,
                    what + " may build a value of " + bytes(size.bytes())
                            + (size.isConstant() ? "" : " for each row, with what else the row needs")
                            + ", which is more than a query may",
                    "make it of fewer rows, before they are joined, or bound its length with substr()");
        }
        return size;
    }

    private static String bytes(double bytes) {
        return bytes > 1e15 ? "any length" : Math.round(Math.ceil(bytes / 1024)) + " KiB";
    }

    private SqlProblem refused(JsonNode node, String wrong, String fix) {
        return SqlProblem.at(sql, Gate.position(node), wrong, fix);
    }

    private static String name(JsonNode name) {
        return name.asText().toLowerCase(Locale.ROOT);
    }
}
