package io.polder.enrich;

import io.polder.config.Definition;
import io.polder.config.Feed;
import io.polder.config.MapLayer;
import io.polder.config.Mart;
import io.polder.config.Model;
import io.polder.config.Rule;
import io.polder.config.Table;
import io.polder.config.View;
import io.polder.record.Problem;
import io.polder.store.TableDefinition;
import io.polder.store.Transform;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL of a mart, checked and compiled. Immutable. */
public final class Definitions {
    private final Map<String, TableDefinition> tables;
    private final List<Problem> problems;

    private Definitions(Map<String, TableDefinition> tables, List<Problem> problems) {
        this.tables = tables;
        this.problems = problems;
    }

    /** Everything that is wrong with the SQL of a mart; starts nothing. */
    public static List<Problem> check(Mart mart) {
        return compile(mart).problems();
    }

    /** Compiles all tables, each after those that it joins. */
    static Definitions compile(Mart mart) {
        return compile(mart, Map.of());
    }

    /**
     * Compiles all tables of a mart.
     *
     * @param known tables that may be joined although the mart does not define them
     */
    static Definitions compile(Mart mart, Map<String, TableDefinition> known) {
        List<Problem> problems = new ArrayList<>();
        Map<String, TableDefinition> compiled = new LinkedHashMap<>();
        try (SelectCompiler compiler = new SelectCompiler()) {
            Map<String, SelectCompiler.Joinable> joinable = new LinkedHashMap<>();
            Map<String, String> hashes = new LinkedHashMap<>();
            known.values().forEach(table -> {
                joinable.put(table.name(), joinable(table));
                hashes.put(table.name(), table.hash());
            });
            for (Table table : inOrder(mart, problems)) {
                TableDefinition definition = table(mart, table, compiler, joinable, hashes, problems);
                if (definition != null) {
                    compiled.put(table.name(), definition);
                    joinable.put(table.name(), joinable(definition));
                    hashes.put(table.name(), definition.hash());
                }
            }
            feeds(mart, compiler, problems);
            if (compiled.size() == mart.tables().size()) {
                views(mart, compiler, joinable, problems);
                maps(mart, compiled, problems);
                models(mart, compiled, compiler, problems);
            }
        }
        return new Definitions(compiled, problems);
    }

    /** The compiled tables by name, each after those that it joins. */
    Map<String, TableDefinition> tables() {
        return tables;
    }

    List<Problem> problems() {
        return problems;
    }

    private static SelectCompiler.Joinable joinable(TableDefinition table) {
        return new SelectCompiler.Joinable(
                table.name(),
                table.transform().columns(),
                table.key(),
                table.keyTime().orElse(""));
    }

    /** The tables, each after those whose names its SELECT mentions behind a JOIN. */
    private static List<Table> inOrder(Mart mart, List<Problem> problems) {
        Set<Table> ordered = new LinkedHashSet<>();
        for (Table table : mart.tables().values()) {
            place(mart, table, ordered, new LinkedHashSet<>(), problems);
        }
        return List.copyOf(ordered);
    }

    private static void place(Mart mart, Table table, Set<Table> ordered, Set<String> above, List<Problem> problems) {
        if (ordered.contains(table)) {
            return;
        }
        if (!above.add(table.name())) {
            problems.add(new Problem(
                    mart.place("tables." + table.name()),
                    String.join(" → ", above) + " → " + table.name(),
                    "tables join each other in a circle",
                    "leave one of the joins to a view"));
            ordered.add(table);
            return;
        }
        for (Table other : mart.tables().values()) {
            if (!other.name().equals(table.name()) && table.joins(other.name())) {
                place(mart, other, ordered, above, problems);
            }
        }
        above.remove(table.name());
        ordered.add(table);
    }

    private static @Nullable TableDefinition table(
            Mart mart,
            Table table,
            SelectCompiler compiler,
            Map<String, SelectCompiler.Joinable> joinable,
            Map<String, String> hashes,
            List<Problem> problems) {
        String place = "tables." + table.name();
        TopicEvents events = TopicEvents.of(mart, table.from(), problems);
        SelectCompiler.Compiled compiled =
                compiler.compile(mart.place(place + ".select"), table.effectiveSelect(), events.schema(), joinable);
        problems.addAll(compiled.problems());
        Transform transform = compiled.transform();
        if (transform == null) {
            return null;
        }
        int before = problems.size();
        List<String> names = transform.names();
        checkNames(mart, place + ".select", names, problems);
        for (String column : table.key()) {
            checkColumn(mart, place + ".key", column, names, problems);
        }
        table.version().ifPresent(column -> checkColumn(mart, place + ".version", column, names, problems));
        table.time().ifPresent(column -> {
            checkColumn(mart, place + ".time", column, names, problems);
            transform.columns().stream()
                    .filter(candidate ->
                            candidate.name().equals(column) && !candidate.type().equals("TIMESTAMP"))
                    .forEach(candidate -> problems.add(new Problem(
                            mart.place(place + ".time"),
                            column,
                            "is a " + candidate.type(),
                            "CAST it to TIMESTAMP in the select")));
        });
        checkFeedKey(mart, table, events, transform, problems);
        for (int index = 0; index < table.rules().size(); index++) {
            Rule rule = table.rules().get(index);
            String ruleKey = place + ".rules[" + (index + 1) + "]";
            String rulePlace = mart.place(ruleKey);
            problems.addAll(compiler.checkCondition(rulePlace, rule.check(), transform.columns()));
            rule.fix().ifPresent(fix -> problems.addAll(compiler.checkFix(rulePlace, fix, transform.columns())));
            if (!rule.column().isEmpty()) {
                checkColumn(mart, ruleKey, rule.column(), names, problems);
            }
        }
        if (problems.size() > before) {
            return null;
        }
        return new TableDefinition(
                table.name(),
                table.from(),
                table.key(),
                table.time(),
                table.version(),
                table.rules(),
                table.publish(),
                table.retain(),
                Definition.hash(table, events.feeds(), joined(transform, hashes)),
                Definition.source(table, events.feeds()),
                transform);
    }

    /** Of these hashes those of the tables that are joined. */
    static Map<String, String> joined(Transform transform, Map<String, String> hashes) {
        Map<String, String> joined = new LinkedHashMap<>(hashes);
        joined.keySet().retainAll(transform.tables());
        return joined;
    }

    /** Each column has a name of its own, which is none of those that the store adds. */
    private static void checkNames(Mart mart, String place, List<String> names, List<Problem> problems) {
        Set<String> taken = new HashSet<>(Transform.STORED_BESIDE);
        for (String name : names) {
            if (taken.add(name.toLowerCase(Locale.ROOT))) {
                continue;
            }
            boolean isOurs = Transform.STORED_BESIDE.contains(name.toLowerCase(Locale.ROOT));
            problems.add(new Problem(
                    mart.place(place),
                    name,
                    isOurs ? "is a column that the store keeps beside the table's own" : "two columns have this name",
                    "give it another name with AS, or leave it out of the star: * EXCLUDE (" + name + ")"));
        }
    }

    private static void checkColumn(
            Mart mart, String place, String column, List<String> names, List<Problem> problems) {
        if (!names.contains(column)) {
            problems.add(new Problem(
                    mart.place(place), column, "the select gives no such column", Problem.suggestion(column, names)));
        }
    }

    /** Rows of one key must come from one partition: the table's key contains the feed's. */
    private static void checkFeedKey(
            Mart mart, Table table, TopicEvents events, Transform transform, List<Problem> problems) {
        if (table.version().isPresent()) {
            return;
        }
        Feed lead = events.lead();
        if (lead.key().isEmpty() && lead.partitions() > 1) {
            problems.add(new Problem(
                    mart.place("feeds." + lead.name()),
                    lead.name(),
                    "has several partitions and no key, so that the order of two events with one key of table '"
                            + table.name() + "' is not known",
                    "give the feed a key, or one partition, or the table a version column"));
            return;
        }
        for (String field : lead.key()) {
            int index = transform.event().indexOf(field);
            boolean isIn = table.key().stream()
                    .anyMatch(column ->
                            Optional.ofNullable(transform.passed().get(column)).equals(Optional.of(index)));
            if (!isIn) {
                problems.add(new Problem(
                        mart.place("tables." + table.name() + ".key"),
                        String.join(", ", table.key()),
                        "does not contain '" + field + "', the key of feed '" + lead.name()
                                + "', unchanged: events of one row could come out of order",
                        "add it to the key, or name a version column"));
            }
        }
    }

    private static void feeds(Mart mart, SelectCompiler compiler, List<Problem> problems) {
        for (Feed feed : mart.feeds().values()) {
            if (feed.where().isPresent()) {
                List<Transform.Column> columns = feed.format().schema().fields().stream()
                        .map(field -> new Transform.Column(field.name(), SelectCompiler.sql(field.type())))
                        .toList();
                problems.addAll(compiler.checkCondition(
                        mart.place("feeds." + feed.name() + ".where"),
                        feed.where().get(),
                        columns));
            }
        }
    }

    private static void views(
            Mart mart, SelectCompiler compiler, Map<String, SelectCompiler.Joinable> tables, List<Problem> problems) {
        for (View view : mart.views().values()) {
            problems.addAll(compiler.checkView(
                    mart.place("views." + view.name()), view.name(), view.select(), List.copyOf(tables.values())));
        }
    }

    private static void maps(Mart mart, Map<String, TableDefinition> tables, List<Problem> problems) {
        for (MapLayer map : mart.maps().values()) {
            TableDefinition table = tables.get(map.table());
            if (table == null) {
                continue;
            }
            List<String> wanted = new ArrayList<>(List.of(map.latitude(), map.longitude(), map.colour()));
            map.label().ifPresent(wanted::add);
            map.intensity().ifPresent(wanted::add);
            wanted.addAll(map.details());
            for (String column : wanted) {
                checkColumn(
                        mart, "maps." + map.name(), column, table.transform().names(), problems);
            }
        }
    }

    private static void models(
            Mart mart, Map<String, TableDefinition> tables, SelectCompiler compiler, List<Problem> problems) {
        for (Model model : mart.models().values()) {
            TableDefinition table = tables.get(model.table());
            if (table == null) {
                continue;
            }
            String place = "models." + model.name();
            List<String> names = table.transform().names();
            model.point().ifPresent(point -> {
                checkColumn(mart, place + ".point", point, names, problems);
                checkPoint(mart, place + ".point", point, table, tables.get(model.forecasts()), problems);
            });
            problems.addAll(compiler.checkNumber(
                    mart.place(place + ".target"),
                    model.target(),
                    table.transform().columns()));
            model.features()
                    .ifPresent(features -> features(mart, model, features, place + ".features", compiler, problems));
        }
    }

    /** Forecasts take the point as the events have it; a SELECT that makes something else of it is to call it so. */
    private static void checkPoint(
            Mart mart,
            String key,
            String point,
            TableDefinition table,
            @Nullable TableDefinition forecasts,
            List<Problem> problems) {
        String type = type(table, point);
        String said = forecasts == null ? "" : type(forecasts, point);
        if (!type.isEmpty() && !said.isEmpty() && !said.equals("VARCHAR") && !said.equals(type)) {
            problems.add(new Problem(
                    mart.place(key),
                    point,
                    "is of type " + type + " in table '" + table.name() + "' and " + said
                            + " in its events, as which forecasts would keep it",
                    "give the column another name in the select, with AS"));
        }
    }

    private static String type(TableDefinition table, String column) {
        return table.transform().columns().stream()
                .filter(candidate -> candidate.name().equals(column))
                .map(Transform.Column::type)
                .findFirst()
                .orElse("");
    }

    /** Over tables and views, like a view: a time, the point when they differ by point, and numbers. */
    private static void features(
            Mart mart, Model model, String features, String key, SelectCompiler compiler, List<Problem> problems) {
        List<Problem> wrong = compiler.checkView(mart.place(key), "features_of_" + model.name(), features, List.of());
        problems.addAll(wrong);
        if (!wrong.isEmpty()) {
            return;
        }
        List<Transform.Column> columns;
        try {
            columns = compiler.describe(features);
        } catch (SQLException broken) {
            problems.add(
                    new Problem(mart.place(key), "", "cannot be understood: " + broken.getMessage(), "simplify it"));
            return;
        }
        boolean hasTime = columns.stream()
                .anyMatch(
                        column -> column.name().equals("time") && column.type().startsWith("TIMESTAMP"));
        if (!hasTime) {
            problems.add(new Problem(
                    mart.place(key),
                    "",
                    "gives no timestamp called time",
                    "select one, AS time when it has another name"));
        }
        List<Transform.Column> numbers = columns.stream()
                .filter(column -> !column.name().equals("time"))
                .filter(column -> !Optional.of(column.name()).equals(model.point()))
                .toList();
        if (numbers.isEmpty()) {
            problems.add(
                    new Problem(mart.place(key), "", "gives no numbers", "select the columns that may tell something"));
        }
        for (Transform.Column column : numbers) {
            if (!SelectCompiler.isNumeric(column.type())) {
                problems.add(new Problem(
                        mart.place(key),
                        column.name(),
                        "is a " + column.type() + ", not a number",
                        "leave it out, or CAST it to DOUBLE"));
            }
        }
    }
}
