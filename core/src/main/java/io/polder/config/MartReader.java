package io.polder.config;

import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.record.Schema;
import io.polder.record.Type;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a mart's folder. All problems are told at once. */
public final class MartReader {
    /** The name of a mart's definition in its folder. */
    public static final String FILE = "polder.yaml";

    private final Path folder;
    private final Map<String, String> environment;
    private final Problems problems;
    /** By table; null where a stored definition is read, whose rules have all been put together. */
    private final @Nullable Map<String, List<Value.Mapping>> laterRules;

    private final Map<String, String> places = new LinkedHashMap<>();

    private MartReader(
            Path folder,
            Map<String, String> environment,
            @Nullable Map<String, List<Value.Mapping>> laterRules,
            Problems problems) {
        this.folder = folder;
        this.environment = environment;
        this.laterRules = laterRules;
        this.problems = problems;
    }

    /** Reads a mart as it stands, with the environment of this process. */
    public static Mart read(Path folder) {
        return read(folder, List.of(), System.getenv());
    }

    /**
     * Reads a mart.
     *
     * @param folder holds {@code polder.yaml}
     * @param settings {@code key=value}, each in place of what the file says; those of the platform are left alone
     * @param environment what {@code ${env:NAME}} means
     * @throws PolderException INVALID_DEFINITION with all problems, in the order of the file
     */
    public static Mart read(Path folder, List<String> settings, Map<String, String> environment) {
        Problems problems = new Problems();
        Mart mart = read(folder, settings, environment, problems);
        problems.throwIfAny();
        return Objects.requireNonNull(mart);
    }

    /** As {@link #read(Path, List, Map)}, with problems added to {@code problems}; null when there is one. */
    static @Nullable Mart read(Path folder, List<String> settings, Map<String, String> environment, Problems problems) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            Value.Where nowhere = new Value.Where(file.toString(), 0, "");
            String fix = Files.isRegularFile(folder)
                    ? "name the folder, not the file"
                    : "name a mart's folder, or write a first mart with: ./polder init "
                            + (folder.toString().isEmpty() ? "." : folder);
            problems.add(nowhere, "", "there is no such file", fix);
            return null;
        }
        Value.Mapping document = YamlDocument.read(file, problems);
        if (document == null) {
            return null;
        }
        List<Overrides.Setting> overrides = Overrides.settings(
                settings,
                PlatformReader.firstWords(MartKeys.TOP.keys()),
                PlatformReader.firstWords(PlatformReader.SECTION.keys()),
                problems);
        return new MartReader(folder, environment, LaterRules.read(folder, problems), problems)
                .mart(Overrides.apply(document, overrides, problems));
    }

    /** A mart from a document that is already read. */
    static @Nullable Mart read(
            Value.Mapping document, Path folder, Map<String, String> environment, Problems problems) {
        return new MartReader(folder, environment, null, problems).mart(document);
    }

    private @Nullable Mart mart(Value.Mapping document) {
        place(document);
        Section.Members top = MartKeys.TOP.open(document, problems);
        String name = top.find(MartKeys.MART);
        Map<String, Value> feedValues = named(top, MartKeys.FEEDS);
        if (top.has(MartKeys.FEEDS)
                && top.value(MartKeys.FEEDS) instanceof Value.Mapping mapping
                && mapping.members().isEmpty()) {
            problems.add(mapping, "names no feed", "write at least one, like 'traffic: {http: true, ...}'");
        }
        FeedReader feedReader = new FeedReader(problems, environment);
        Map<String, Feed> feeds = feedReader.feeds(feedValues);
        Map<String, Table> tables = tables(named(top, MartKeys.TABLES), feedReader.topics());
        Map<String, View> views = views(named(top, MartKeys.VIEWS), named(top, MartKeys.TABLES));
        Map<String, MapLayer> maps = maps(named(top, MartKeys.MAPS), named(top, MartKeys.TABLES), tables, feedReader);
        Map<String, Path> agents = agents(named(top, MartKeys.AGENTS));
        ZoneId timezone = top.get(MartKeys.TIMEZONE);
        Map<String, Model> models = new ModelReader(feeds, tables, views, feedReader, problems)
                .models(named(top, MartKeys.MODELS), named(top, MartKeys.TABLES), timezone, this::sql);
        if (problems.count() > 0 || name == null) {
            return null;
        }
        return new Mart(name, timezone, feeds, tables, views, maps, agents, models, folder, places);
    }

    private static Map<String, Value> named(Section.Members top, Key<Map<String, Value>> key) {
        Map<String, Value> named = top.find(key);
        return named == null ? Map.of() : named;
    }

    private void place(Value value) {
        if (!value.where().path().isEmpty()) {
            places.put(value.where().path(), value.where().source());
        }
        if (value instanceof Value.Mapping mapping) {
            mapping.members().values().forEach(this::place);
        } else if (value instanceof Value.Items items) {
            items.values().forEach(this::place);
        }
    }

    private Map<String, Table> tables(Map<String, Value> values, Map<String, FeedReader.Topic> topics) {
        Map<String, Table> tables = new LinkedHashMap<>();
        TopicNames names = new TopicNames(topics.values(), problems);
        values.forEach((name, value) -> {
            Value.Mapping mapping = Kind.mapping("mapping", "write it like {from: traffic, key: [uid, time]}")
                    .parser()
                    .read(value, problems);
            if (mapping != null) {
                Table table = table(name, MartKeys.TABLE.open(mapping, problems), topics, names);
                if (table != null) {
                    tables.put(name, table);
                }
            }
        });
        return tables;
    }

    private @Nullable Table table(
            String name, Section.Members members, Map<String, FeedReader.Topic> topics, TopicNames names) {
        String from = members.find(MartKeys.FROM);
        FeedReader.Topic topic = from == null ? null : topics.get(from);
        if (from != null && topic == null) {
            problems.add(
                    members.value(MartKeys.FROM),
                    "no feed writes this topic",
                    Problem.suggestion(from, topics.keySet()));
        }
        Optional<String> select = Optional.ofNullable(sql(members, MartKeys.SELECT));
        Schema event = topic == null ? null : topic.schema();
        // With a SELECT, the columns are known only to the engine, which checks them.
        Columns columns = new Columns(members.has(MartKeys.SELECT) ? null : event, problems);
        List<String> key = members.find(MartKeys.TABLE_KEY);
        if (key != null) {
            columns.check(members, MartKeys.TABLE_KEY, key);
            if (topic != null && !members.has(MartKeys.VERSION) && !members.has(MartKeys.SELECT)) {
                checkKey(members, key, topic);
            }
        }
        String time = members.find(MartKeys.TIME);
        if (time != null && columns.check(members, MartKeys.TIME, List.of(time))) {
            columns.checkIsTimestamp(members, MartKeys.TIME, time);
        }
        String version = members.find(MartKeys.VERSION);
        if (version != null) {
            columns.check(members, MartKeys.VERSION, List.of(version));
        }
        if (members.has(MartKeys.RETAIN) && !members.has(MartKeys.TIME)) {
            problems.add(
                    members.value(MartKeys.RETAIN), "needs the time of a row", "add 'time: COLUMN', or remove retain");
        }
        checkPublish(members, name, names);
        List<Rule> rules = rules(name, members, columns, key == null ? List.of() : key);
        List<String> personal = members.find(MartKeys.PERSONAL);
        if (personal != null) {
            columns.check(members, MartKeys.PERSONAL, personal);
        }
        if (from == null || key == null) {
            return null;
        }
        return new Table(
                name,
                from,
                key,
                Optional.ofNullable(time),
                Optional.ofNullable(version),
                select,
                rules,
                Optional.ofNullable(members.find(MartKeys.PUBLISH)),
                members.find(MartKeys.RETAIN),
                personal == null ? Set.of() : Set.copyOf(personal));
    }

    /**
     * Order is that of a partition, and a partition is the feed's key's: without a version, a table's key must not be
     * coarser. What a SELECT makes of the feed's key is known to the engine, which checks it.
     */
    private void checkKey(Section.Members members, List<String> key, FeedReader.Topic topic) {
        List<String> missing =
                topic.key().stream().filter(column -> !key.contains(column)).toList();
        if (!missing.isEmpty()) {
            problems.add(
                    members.value(MartKeys.TABLE_KEY),
                    "lacks " + String.join(", ", missing) + " of the feed's key",
                    "add " + String.join(", ", missing) + ": a row's events must all be in one partition");
        }
        if (topic.isKeyKnown() && topic.key().isEmpty() && topic.partitions() > 1 && !members.has(MartKeys.VERSION)) {
            problems.add(
                    members.where(MartKeys.FROM),
                    topic.name(),
                    "its events have no key and " + topic.partitions()
                            + " partitions, so which of two rows with one key is newer is not known",
                    "give the feed a key that is part of this table's key, or 'partitions: 1', or the table a version");
        }
    }

    private void checkPublish(Section.Members members, String name, TopicNames names) {
        String publish = members.find(MartKeys.PUBLISH);
        if (publish != null) {
            names.take(members.where(MartKeys.PUBLISH), publish, "table " + name + " publishes it too");
        }
    }

    private List<Rule> rules(String tableName, Section.Members table, Columns columns, List<String> key) {
        List<Value.Mapping> values = table.find(MartKeys.RULES);
        Map<String, Rule> rules = new LinkedHashMap<>();
        for (Value.Mapping value : values == null ? List.<Value.Mapping>of() : values) {
            Section section = laterRules == null ? MartKeys.STORED_RULE : MartKeys.RULE;
            rule(section.open(value, problems), columns, key, rules);
        }
        for (Value.Mapping value :
                laterRules == null ? List.<Value.Mapping>of() : laterRules.getOrDefault(tableName, List.of())) {
            rule(MartKeys.LATER_RULE.open(value, problems), columns, key, rules);
        }
        return List.copyOf(rules.values());
    }

    private void rule(Section.Members members, Columns columns, List<String> key, Map<String, Rule> rules) {
        String column = members.find(MartKeys.RULE_COLUMN);
        String check = members.find(MartKeys.CHECK);
        Rule.OnViolation onViolation = members.get(MartKeys.ON_VIOLATION);
        if (column != null) {
            columns.check(members, MartKeys.RULE_COLUMN, List.of(column));
        }
        boolean changesColumn = onViolation == Rule.OnViolation.NULLIFY || onViolation == Rule.OnViolation.FIX;
        if (changesColumn && !members.has(MartKeys.RULE_COLUMN)) {
            problems.add(
                    members.value(MartKeys.ON_VIOLATION),
                    onViolation == Rule.OnViolation.FIX ? "needs a column to fix" : "needs a column to make NULL",
                    "add 'column: NAME'");
        } else if (changesColumn && column != null && key.contains(column)) {
            problems.add(
                    members.value(MartKeys.ON_VIOLATION),
                    column + " is part of the key, which cannot be "
                            + (onViolation == Rule.OnViolation.FIX ? "another" : "NULL"),
                    "write on_violation: reject");
        }
        if (onViolation == Rule.OnViolation.FIX && !members.has(MartKeys.FIX)) {
            problems.add(
                    members.value(MartKeys.ON_VIOLATION),
                    "needs to know what the column becomes",
                    "add 'fix: SQL', like fix: \"upper(" + (column == null ? "road" : column) + ")\"");
        } else if (onViolation != Rule.OnViolation.FIX && members.has(MartKeys.FIX)) {
            problems.add(members.value(MartKeys.FIX), "is used by on_violation: fix alone", "write on_violation: fix");
        }
        String name = members.find(MartKeys.RULE_NAME);
        if (name == null) {
            name = free(column == null ? "rule" : column, rules.keySet());
        } else if (rules.containsKey(name)) {
            problems.add(members.value(MartKeys.RULE_NAME), "is the name of another rule", "choose another name");
        }
        if (check != null) {
            List<Long> since = members.find(MartKeys.SINCE);
            List<Long> until = members.find(MartKeys.UNTIL);
            rules.put(
                    name,
                    new Rule(
                            name,
                            column == null ? "" : column,
                            check,
                            onViolation,
                            Optional.ofNullable(members.find(MartKeys.FIX)),
                            since == null ? List.of() : since,
                            until == null ? List.of() : until));
        }
    }

    private static String free(String name, Set<String> taken) {
        String candidate = name;
        for (int number = 2; taken.contains(candidate); number++) {
            candidate = name + "_" + number;
        }
        return candidate;
    }

    private Map<String, View> views(Map<String, Value> values, Map<String, Value> tables) {
        Map<String, View> views = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            Value table = tables.get(name);
            if (table != null) {
                problems.add(
                        value.where(),
                        "",
                        "is the name of a table too, at " + table.where().source(),
                        "choose another name");
            }
            String text = Kind.TEXT.parser().read(value, problems);
            String sql = text == null ? null : sql(value.where(), text);
            if (sql != null) {
                views.put(name, new View(name, sql));
            }
        });
        return views;
    }

    /** What stands in the files is the agents' business. */
    private Map<String, Path> agents(Map<String, Value> values) {
        Map<String, Path> agents = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            String text = Kind.TEXT.parser().read(value, problems);
            if (text == null) {
                return;
            }
            Path file;
            try {
                file = folder.resolve(text);
            } catch (InvalidPathException malformed) {
                problems.add(value, "is no path of a file", "write a file's name, like 'flume.properties'");
                return;
            }
            if (Files.isRegularFile(file)) {
                agents.put(name, file);
            } else {
                problems.add(value, "there is no such file", "name a Flume file, relative to the mart's folder");
            }
        });
        return agents;
    }

    private Map<String, MapLayer> maps(
            Map<String, Value> values, Map<String, Value> tableValues, Map<String, Table> tables, FeedReader feeds) {
        Map<String, MapLayer> maps = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            Value.Mapping mapping = Kind.mapping(
                            "mapping", "write it like {table: traffic, position: [lat, lon], colour: speed}")
                    .parser()
                    .read(value, problems);
            if (mapping == null) {
                return;
            }
            Section.Members members = MartKeys.MAP.open(mapping, problems);
            String tableName = members.find(MartKeys.MAP_TABLE);
            if (tableName != null && !tableValues.containsKey(tableName)) {
                problems.add(
                        members.value(MartKeys.MAP_TABLE),
                        "no such table",
                        Problem.suggestion(tableName, tableValues.keySet()));
            }
            Table table = tableName == null ? null : tables.get(tableName);
            FeedReader.Topic topic = table == null || table.select().isPresent()
                    ? null
                    : feeds.topics().get(table.from());
            MapLayer layer = map(name, members, new Columns(topic == null ? null : topic.schema(), problems));
            if (layer != null) {
                maps.put(name, layer);
            }
        });
        return maps;
    }

    private @Nullable MapLayer map(String name, Section.Members members, Columns columns) {
        List<String> position = members.find(MartKeys.POSITION);
        if (position != null && position.size() != 2) {
            problems.add(
                    members.value(MartKeys.POSITION), "is not two columns", "write latitude and longitude: [lat, lon]");
            position = null;
        }
        if (position != null) {
            columns.check(members, MartKeys.POSITION, position);
        }
        String colour = members.find(MartKeys.COLOUR);
        for (Key<String> key : List.of(MartKeys.COLOUR, MartKeys.LABEL, MartKeys.INTENSITY)) {
            String column = members.find(key);
            if (column != null) {
                columns.check(members, key, List.of(column));
            }
        }
        List<String> details = members.find(MartKeys.DETAILS);
        if (details != null) {
            columns.check(members, MartKeys.DETAILS, details);
        }
        String table = members.find(MartKeys.MAP_TABLE);
        String unit = members.find(MartKeys.UNIT);
        if (table == null || position == null || colour == null) {
            return null;
        }
        return new MapLayer(
                name,
                table,
                position.get(0),
                position.get(1),
                colour,
                Optional.ofNullable(members.find(MartKeys.LABEL)),
                unit == null ? "" : unit,
                Optional.ofNullable(members.find(MartKeys.INTENSITY)),
                details == null ? List.of() : details);
    }

    private @Nullable String sql(Section.Members members, Key<String> key) {
        String text = members.find(key);
        return text == null ? null : sql(members.where(key), text);
    }

    /** SQL as written, or what the file holds that is named in its place. */
    private @Nullable String sql(Value.Where where, String text) {
        String written = text.strip();
        if (!written.toLowerCase(Locale.ROOT).endsWith(".sql")
                || written.lines().count() > 1) {
            return statement(written);
        }
        Path file = folder.resolve(written);
        if (!file.toAbsolutePath()
                .normalize()
                .startsWith(folder.toAbsolutePath().normalize())) {
            problems.add(where, written, "is outside of the mart's folder", "put the file beside " + FILE);
            return null;
        }
        if (!Files.isRegularFile(file)) {
            problems.add(
                    where,
                    written,
                    "there is no such file beside " + FILE,
                    "write the file, or SQL that does not end in .sql");
            return null;
        }
        String held = YamlDocument.text(file, written, problems);
        if (held == null) {
            return null;
        }
        if (held.isBlank()) {
            problems.add(where, written, "is an empty file", "write a SELECT into it");
            return null;
        }
        places.put(where.path(), written + ":1");
        return statement(held.stripTrailing());
    }

    /** A semicolon at the end is habit, and no part of the SELECT. */
    private static String statement(String text) {
        return text.endsWith(";") ? text.substring(0, text.length() - 1).stripTrailing() : text;
    }

    /** The names of all topics of a mart. Kafka refuses one that differs from another in points and underscores only. */
    private static final class TopicNames {
        private record Taken(String topic, String by) {}

        private final Map<String, Taken> taken = new LinkedHashMap<>();
        private final Problems problems;

        TopicNames(Collection<FeedReader.Topic> topics, Problems problems) {
            this.problems = problems;
            taken.put("polder_edge", new Taken("polder.edge", "is Polder's own"));
            for (FeedReader.Topic topic : topics) {
                String rejected = topic.name() + ".rejected";
                taken.putIfAbsent(kafkaName(rejected), new Taken(rejected, "is where rejected events go"));
            }
            topics.forEach(topic -> take(topic.where(), topic.name(), "is the topic of a feed"));
        }

        /** @param by what is wrong with taking it again */
        void take(Value.Where where, String topic, String by) {
            Taken other = taken.putIfAbsent(kafkaName(topic), new Taken(topic, by));
            if (other == null) {
                return;
            }
            String wrong = other.topic.equals(topic)
                    ? other.by
                    : "Kafka does not tell it from '" + other.topic + "', as '.' and '_' are one to it";
            problems.add(where, topic, wrong, "choose another name");
        }

        private static String kafkaName(String topic) {
            return topic.replace('.', '_');
        }
    }

    /** The columns of a table, when they are known before the engine is asked. */
    private record Columns(@Nullable Schema schema, Problems problems) {
        /** Whether all are there; what is not is told. */
        boolean check(Section.Members members, Key<?> key, List<String> names) {
            if (schema == null) {
                return true;
            }
            Set<String> known = new LinkedHashSet<>();
            schema.fields().forEach(field -> known.add(field.name()));
            boolean good = true;
            for (String name : names) {
                if (!known.contains(name)) {
                    problems.add(members.where(key), name, "no such column", Problem.suggestion(name, known));
                    good = false;
                }
            }
            return good;
        }

        void checkIsTimestamp(Section.Members members, Key<?> key, String name) {
            if (schema == null) {
                return;
            }
            Type type = schema.fields().get(schema.indexOf(name)).type();
            if (type != Type.TIMESTAMP) {
                problems.add(
                        members.where(key),
                        name,
                        "is a " + type.word() + ", not a timestamp",
                        "declare the field with 'type: timestamp', or name another column");
            }
        }
    }
}
