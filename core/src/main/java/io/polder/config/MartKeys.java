package io.polder.config;

import io.polder.format.Formats;
import io.polder.record.Type;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of {@code polder.yaml}. */
final class MartKeys {
    static final Key<String> MART = Key.required("mart", Kind.NAME_OF_OURS, "flanders", "What people call the mart.");
    static final Key<ZoneId> TIMEZONE = Key.withDefault(
            "timezone",
            Kind.TIME_ZONE,
            "UTC",
            "Europe/Brussels",
            "For hours, days and weeks. Instants are stored in UTC whatever it says.");
    static final Key<Map<String, Value>> FEEDS = Key.required(
            "feeds",
            Kind.named("feeds by name", "write feeds by name, like 'traffic: {http: true, format: json, ...}'"),
            "{traffic: {…}}",
            "Where events come from, by name. See [Feeds](#feeds).");
    static final Key<Map<String, Value>> TABLES = Key.optional(
            "tables",
            Kind.named("tables by name", "write tables by name, like 'traffic: {from: traffic, key: [uid, time]}'"),
            "{traffic: {…}}",
            "What the events become, by name. See [Tables](#tables).");
    static final Key<Map<String, Value>> VIEWS = Key.optional(
            "views",
            Kind.named("views by name", "write views by name, like 'jams: \"SELECT * FROM traffic\"'"),
            "{jams: \"SELECT * FROM traffic WHERE speed < 50\"}",
            "Named SELECTs over tables and other views, computed when they are read: SQL, or the name of a `.sql` file"
                    + " beside the definition. Tables and views share their names.");
    static final Key<Map<String, Value>> MAPS = Key.optional(
            "maps",
            Kind.named("maps by name", "write maps by name, like 'live: {table: traffic, position: [lat, lon], ...}'"),
            "{live: {…}}",
            "Tables shown as points on the live map, by name. See [Maps](#maps).");
    static final Key<Map<String, Value>> AGENTS = Key.optional(
            "agents",
            Kind.named("files of agents by name", "write files of agents by name, like 'a1: flume.properties'"),
            "{a1: flume.properties}",
            "Flume agents that run in the mart's process and start and stop with it: the agent's name, and its file,"
                    + " relative to the mart's folder. In such a file `${env:POLDER_LOG}` is the mart's own Kafka. See"
                    + " [Flume files](flume.md).");

    static final Key<Map<String, Value>> MODELS = Key.optional(
            "models",
            Kind.named(
                    "models by name",
                    "write models by name, like 'speed: {table: traffic, point: uid, target: speed}'"),
            "{speed: {…}}",
            "What is forecast, by name. See [Models](#models).");

    static final Section TOP = new Section(
            "The mart",
            "",
            "The keys at the top of `polder.yaml`.",
            List.of(MART, TIMEZONE, FEEDS, TABLES, VIEWS, MAPS, AGENTS, MODELS),
            Map.of(
                    "datasets", "remove it",
                    "dashboards", "remove it",
                    "charts", "remove it"));

    static final Key<String> POLL = Key.optional(
            "poll",
            Kind.TEXT,
            "\"https://example.org/traffic.json\"",
            "Fetches this address on a schedule. `${env:NAME}` in it is replaced by the environment variable `NAME`, so"
                    + " that a secret need not be written down. A feed has exactly one of `poll`, `http`, `sql`, `files` and"
                    + " `kafka`.");
    static final Key<Boolean> HTTP = Key.optional(
            "http",
            Kind.BOOLEAN,
            "true",
            "Takes what is posted to `/api/feeds/NAME/events`, and answers when Kafka has acknowledged it.");
    static final Key<Boolean> SQL = Key.optional(
            "sql",
            Kind.BOOLEAN,
            "true",
            "Takes what INSERT, UPSERT, UPDATE and DELETE do to its table, which has no `select`. Its format is"
                    + " `json`.");
    static final Key<String> FILES = Key.optional(
            "files",
            Kind.GLOB,
            "\"history/*.csv.gz\"",
            "Reads these files once, as history; relative to the mart's folder. Files that end in `.gz` are unpacked.");
    static final Key<Boolean> KAFKA = Key.optional(
            "kafka",
            Kind.BOOLEAN,
            "true",
            "Reads what others write to the topic, such as a Kafka sink of an agent; of transactions what is committed."
                    + " With more than one partition the"
                    + " writer's keys decide which of two events is newer; a table without a `version` wants"
                    + " `partitions: 1`.");
    static final Key<Value.Mapping> FORMAT = Key.required(
            "format",
            new Kind<>("word or mapping", MartKeys::format),
            "json",
            "How documents are written: a word, or a mapping with options. See [Formats](#formats).");
    static final Key<List<Value.Mapping>> FIELDS = Key.optional(
            "fields",
            Kind.mappings("list of fields", "write a list of fields, like '- {name: uid, type: bigint}'"),
            "[{name: uid, type: bigint}]",
            "The typed fields of an event. `json`, `csv` and `xml` need them, presets have their own, and a feed that"
                    + " shares the topic of another takes that feed's. What is not declared stays in the raw event. See"
                    + " [Fields](#fields).");
    static final Key<List<String>> FEED_KEY = Key.optional(
            "key",
            Kind.NAMES,
            "[uid]",
            "The fields that tell whose event it is. Events with one key stay in order: an event's partition is its"
                    + " key's. Every table made from the feed has these columns in its own key.");
    static final Key<Integer> PARTITIONS = Key.withDefault(
            "partitions",
            Kind.number(1, 256),
            "4",
            "4",
            "How many partitions the topic has; fixed for ever once the topic exists.");
    static final Key<String> TOPIC = Key.optional(
            "topic",
            Kind.TOPIC_NAME,
            "traffic",
            "The Kafka topic that it writes; the feed's own name when not written. Feeds may share one: they then have"
                    + " one key and as many partitions, and a field one type; what is not written is as in the feed"
                    + " that is called like the topic, or else in the first.");
    static final Key<Duration> EVERY =
            Key.withDefault("every", Kind.DURATION, "60s", "60s", "How often a `poll` feed fetches.");
    static final Key<Duration> TIMEOUT = Key.withDefault(
            "timeout", Kind.DURATION, "30s", "30s", "How long one fetch of a `poll` feed may take in all.");
    static final Key<Long> MAX_SIZE = Key.withDefault(
            "max_size",
            Kind.SIZE,
            "64MB",
            "64MB",
            "A larger document is refused. `files` have no limit unless one is written.");
    static final Key<String> WHERE = Key.optional(
            "where",
            Kind.TEXT,
            "\"uid < 1000\"",
            "SQL over the fields that an event must fulfil to be taken; the others are counted as filtered.");
    static final Key<Value.Mapping> SAMPLE = Key.optional(
            "sample",
            Kind.mapping("mapping", "write 'sample: {every: 10m}'"),
            "{every: 10m}",
            "Takes the first event of each key in each period, and counts the others as filtered.");
    static final Key<Duration> KEEP_FOR = Key.optional(
            "keep_for",
            Kind.DURATION,
            "30d",
            "How long the topic keeps events; for ever when not written. What is gone cannot be rebuilt.");
    static final Key<Boolean> SIMULATED = Key.withDefault(
            "simulated",
            Kind.BOOLEAN,
            "false",
            "true",
            "Whether the events are made up. Screens and answers with such data then say so.");

    static final Section FEED = new Section(
            "Feeds",
            "feeds.NAME",
            "Where events come from. Exactly one of `poll`, `http`, `sql`, `files` and `kafka` says how.",
            List.of(
                    POLL,
                    HTTP,
                    SQL,
                    FILES,
                    KAFKA,
                    FORMAT,
                    FIELDS,
                    FEED_KEY,
                    PARTITIONS,
                    TOPIC,
                    EVERY,
                    TIMEOUT,
                    MAX_SIZE,
                    WHERE,
                    SAMPLE,
                    KEEP_FOR,
                    SIMULATED),
            Map.of(
                    "query", "use poll, http, files or kafka",
                    "cdc", "use poll, http, files or kafka"));

    static final Key<Duration> SAMPLE_EVERY = Key.required("every", Kind.DURATION, "10m", "The period.");
    static final Section SAMPLING = new Section(
            "Sampling", "feeds.NAME.sample", "Takes a part of the events.", List.of(SAMPLE_EVERY), Map.of());

    static final Key<String> FORMAT_TYPE = Key.required(
            "type",
            Kind.oneOf(words(Formats.names()), Set.of("avro", "parquet", "protobuf")),
            "csv",
            "`json` (an array of objects, one object, or one per line), `csv`, `xml`, or a preset with fields of its"
                    + " own: `miv-traffic`, `miv-points`.");
    static final Key<String> RECORD = Key.optional(
            "record",
            Kind.TEXT,
            "miv/meetpunt",
            "`xml`, where it is required: the path of the element that is one event, from the root.");
    static final Key<Character> DELIMITER = Key.withDefault(
            "delimiter",
            Kind.character("\";\"", character -> character < 128 && character != '\n' && character != '\r'),
            ",",
            "\";\"",
            "`csv`: what stands between cells.");
    static final Key<Character> QUOTE = Key.withDefault(
            "quote",
            Kind.character("\"'\"", character -> character < 128 && character > 32),
            "\"",
            "\"'\"",
            "`csv`: what a cell with a delimiter or line end in it is wrapped in.");
    static final Key<Boolean> HEADER = Key.withDefault(
            "header",
            Kind.BOOLEAN,
            "true",
            "false",
            "`csv`: whether the first line names the columns. When not, cells follow the order of the fields.");
    static final Key<List<String>> NULLS = Key.optional(
            "nulls",
            Kind.TEXTS,
            "[\"NULL\", \"-\"]",
            "`json`, `csv`, `xml`: texts that mean \"no value\" in every field.");
    static final Key<Character> DECIMAL = Key.withDefault(
            "decimal",
            Kind.character("\",\"", character -> character == '.' || character == ','),
            ".",
            "\",\"",
            "`csv`, `xml`: what stands before the fraction of a number: a point or a comma.");
    /** All that a format can have beside its type; which has which is the reader's business. */
    static final List<Key<?>> FORMAT_OPTIONS = List.of(RECORD, DELIMITER, QUOTE, HEADER, NULLS, DECIMAL);

    static final Section FORMATS = new Section(
            "Formats",
            "feeds.NAME.format",
            "`format: csv` is short for `format: {type: csv}`. [Formats](formats.md) says how each is read.",
            List.of(FORMAT_TYPE, RECORD, DELIMITER, QUOTE, HEADER, NULLS, DECIMAL),
            Map.of());

    static final Key<String> FIELD_NAME = Key.required("name", Kind.NAME_OF_OURS, "speed", "The column's name in SQL.");
    static final Key<String> FIELD_PATH = Key.optional(
            "path",
            Kind.TEXT,
            "sensor.speed",
            "Where the value stands in the event; the field's name when not written. `json`: members joined by points,"
                    + " places in arrays in brackets: `station.position[0]`. `csv`: the column's name in the header."
                    + " `xml`: relative to the record, `@` before attributes: `meetdata[@klasse_id=2]/speed`; with a"
                    + " slash in front, from the document's root and outside its records.");
    static final Key<Type> FIELD_TYPE = Key.withDefault(
            "type",
            Kind.TYPE,
            "varchar",
            "double",
            "`boolean`, `integer` (32 bits), `bigint` (64 bits), `double`, `varchar`, `timestamp` or `date`.");
    static final Key<List<String>> FIELD_NULLS = Key.optional(
            "nulls",
            Kind.TEXTS,
            "[\"251\", \"252\"]",
            "Texts that mean \"no value\" in this field, beside the format's.");
    static final Section FIELD = new Section(
            "Fields",
            "feeds.NAME.fields[N]",
            "The typed fields of a feed's events.",
            List.of(FIELD_NAME, FIELD_PATH, FIELD_TYPE, FIELD_NULLS),
            Map.of());

    static final Key<String> FROM =
            Key.required("from", Kind.TOPIC_NAME, "traffic", "The topic: for most, the feed of that name.");
    static final Key<List<String>> TABLE_KEY = Key.required(
            "key",
            Kind.NAMES,
            "[uid, time]",
            "The primary key's columns. It contains the feed's key, unless there is a"
                    + " `version`. A row with a key that is there already replaces"
                    + " that row.");
    static final Key<String> TIME =
            Key.optional("time", Kind.TEXT, "time", "The column with the row's time, a timestamp.");
    static final Key<String> VERSION = Key.optional(
            "version",
            Kind.TEXT,
            "last_modified",
            "The column by which the newer of two rows with one key is told; the order of the log when not written,"
                    + " which is certain only among events with one key.");
    static final Key<String> SELECT = Key.optional(
            "select",
            Kind.TEXT,
            "\"SELECT e.uid, e.time, e.speed FROM event e\"",
            "The SELECT that makes a row of an `event`, or the name of a `.sql` file beside the definition; all fields"
                    + " of the event when not written. It may join other tables, and is row-local: no GROUP BY, window,"
                    + " DISTINCT, LIMIT or `now()`. `ASOF LEFT JOIN` against a table whose key includes its time is as"
                    + " it was at the event's time; every other join is to the latest row.");
    static final Key<List<Value.Mapping>> RULES = Key.optional(
            "rules",
            Kind.mappings("list of rules", "write a list of rules, like '- {column: speed, check: \"speed <= 250\"}'"),
            "[{column: speed, check: \"speed <= 250\", on_violation: nullify}]",
            "What must hold for a row. See [Rules](#rules).");
    static final Key<String> PUBLISH =
            Key.optional("publish", Kind.TOPIC_NAME, "traffic_enriched", "Writes the rows to this Kafka topic too.");
    static final Key<Duration> RETAIN = Key.optional(
            "retain",
            Kind.DURATION,
            "400d",
            "How long rows are kept, by `time`; for ever when not written. An event that was older when it came is"
                    + " counted as too late.");
    static final Key<List<String>> PERSONAL = Key.optional(
            "personal",
            Kind.NAMES,
            "[plate, owner]",
            "Columns that tell of a person. The table's profile shows no value of these that few rows have; columns that"
                    + " it finds to be personal are treated so, too.");
    static final Section TABLE = new Section(
            "Tables",
            "tables.NAME",
            "Typed rows under a primary key, made from a topic by a SELECT.",
            List.of(FROM, TABLE_KEY, TIME, VERSION, SELECT, RULES, PUBLISH, RETAIN, PERSONAL),
            Map.of("to", "remove it: rows go to the mart"));

    static final Key<String> RULE_NAME = Key.optional(
            "name",
            Kind.NAME_OF_OURS,
            "plausible_speed",
            "How reports call it; made from the column when not written.");
    static final Key<String> RULE_COLUMN =
            Key.optional("column", Kind.TEXT, "speed", "The column that it is about; the whole row when not written.");
    static final Key<String> CHECK = Key.required(
            "check",
            Kind.TEXT,
            "\"speed <= 250\"",
            "SQL over the table's columns that must be true. As in SQL, a check that is NULL holds.");
    static final Key<Rule.OnViolation> ON_VIOLATION = Key.withDefault(
            "on_violation",
            Kind.oneOf(violations(), Set.of()),
            "count",
            "nullify",
            "`reject`: the event goes to `TOPIC.rejected`. `nullify`: the column becomes NULL. `fix`: the column becomes"
                    + " what `fix` says, when that keeps the rule, and what was is kept beside; when it does not, the row"
                    + " is marked. `mark`: the row is listed on the table's page. `count`: nothing, but it is counted,"
                    + " as all of them are.");
    static final Key<String> FIX = Key.optional(
            "fix",
            Kind.TEXT,
            "\"upper(trim(road))\"",
            "SQL over the table's columns: what the column becomes when it breaks the rule. For `on_violation: fix`.");
    static final Key<List<Long>> SINCE = Key.optional(
            "since", Kind.OFFSETS, "[1200, 980]", "By partition, the first offset to which the rule applies.");
    static final Key<List<Long>> UNTIL = Key.optional(
            "until", Kind.OFFSETS, "[4100, 3970]", "By partition, the first offset to which the rule applies no more.");
    static final Section RULE = new Section(
            "Rules",
            "tables.NAME.rules[N]",
            "What must hold for a row of the table.",
            List.of(RULE_NAME, RULE_COLUMN, CHECK, ON_VIOLATION, FIX),
            Map.of());
    /** As it is stored with the rows that it made. */
    static final Section STORED_RULE = new Section(
            "Stored rules",
            "tables.NAME.rules[N]",
            "",
            List.of(RULE_NAME, RULE_COLUMN, CHECK, ON_VIOLATION, FIX, SINCE, UNTIL),
            Map.of());

    static final Key<String> RULE_TABLE = Key.required("table", Kind.TEXT, "traffic", "The table that the rule is of.");
    static final Key<List<Value.Mapping>> LATER_RULES = Key.required(
            "rules",
            Kind.mappings(
                    "list of rules",
                    "write a list of rules, like '- {table: traffic, column: speed, check: \"speed <= 250\"}'"),
            "[{table: traffic, column: speed, check: \"speed <= 250\"}]",
            "Rules as those of a table, each with its `table`.");
    /** The file beside the definition. */
    static final Section RULE_FILE = new Section("Rules that were switched on", "", "", List.of(LATER_RULES), Map.of());

    static final Section LATER_RULE = new Section(
            "Rules that were switched on",
            "rules[N]",
            "",
            List.of(RULE_TABLE, RULE_NAME, RULE_COLUMN, CHECK, ON_VIOLATION, FIX, SINCE, UNTIL),
            Map.of());

    static final Key<String> MAP_TABLE = Key.required(
            "table", Kind.TEXT, "traffic", "The table; of each key without its time, the latest row is a point.");
    static final Key<List<String>> POSITION = Key.required(
            "position",
            Kind.NAMES,
            "[lat, lon]",
            "Two columns: latitude and longitude, WGS84 degrees. A row without them is not on the map.");
    static final Key<String> COLOUR =
            Key.required("colour", Kind.TEXT, "speed", "The numeric column that colours the point.");
    static final Key<String> LABEL = Key.optional("label", Kind.TEXT, "name", "The column with the point's name.");
    static final Key<String> UNIT =
            Key.optional("unit", Kind.TEXT, "km/h", "The unit of the colour's column, as it is shown.");
    static final Key<String> INTENSITY = Key.optional(
            "intensity",
            Kind.TEXT,
            "count",
            "A numeric column that tells \"nothing to measure\" (0) from \"no reading\" (NULL).");
    static final Key<List<String>> DETAILS = Key.optional(
            "details", Kind.NAMES_OR_NONE, "[road, lane]", "Columns that the panel of a chosen point shows.");
    static final Section MAP = new Section(
            "Maps",
            "maps.NAME",
            "A table as points on the live map.",
            List.of(MAP_TABLE, POSITION, COLOUR, LABEL, UNIT, INTENSITY, DETAILS),
            Map.of());

    static final Key<String> MODEL_TABLE =
            Key.required("table", Kind.TEXT, "traffic", "The table whose rows are learned from; it has a `time`.");
    static final Key<String> POINT = Key.optional(
            "point",
            Kind.NAME_OF_OURS,
            "uid",
            "The column that tells whose number it is, each with a series of its own; all rows are one when not written."
                    + " It has a name that no other column of the forecasts has.");
    static final Key<String> TARGET = Key.required(
            "target",
            Kind.TEXT,
            "speed",
            "The number that is forecast: a column, or SQL over a row. Its mean over each step is a series.");
    static final Key<Duration> STEP =
            Key.withDefault("step", Kind.DURATION, "15m", "5m", "How long a step is: whole minutes that divide a day.");
    static final Key<Duration> HORIZON = Key.optional(
            "horizon",
            Kind.DURATION,
            "1h",
            "How far ahead is forecast, a multiple of the step and a day at most; four steps when not written.");
    static final Key<String> FEATURES = Key.optional(
            "features",
            Kind.TEXT,
            "\"SELECT time, temperature FROM weather\"",
            "A SELECT of further numbers that may tell of what is to come, or the name of a `.sql` file beside the"
                    + " definition: a column `time`, the point's column when they differ by point, and numbers.");
    static final Key<Model.Algorithm> ALGORITHM = Key.withDefault(
            "algorithm",
            Kind.oneOf(algorithms(), Set.of()),
            "trees",
            "trees",
            "How it is learned, of all points together: `trees` are gradient-boosted and forecast best; `ridge` is a linear"
                    + " regression from sums that are kept up to date, whose weights can be read.");
    static final Key<Duration> HISTORY = Key.withDefault(
            "history",
            Kind.DURATION,
            "28d",
            "28d",
            "How far back is learned from; four weeks tell the days of the week" + " apart.");
    static final Key<Duration> RETRAIN = Key.withDefault(
            "retrain",
            Kind.DURATION,
            "24h",
            "24h",
            "How often it is trained again. What was trained takes the place of what serves only when it was better over"
                    + " a day beside it.");
    static final Key<String> HOLIDAYS = Key.withDefault(
            "holidays",
            Kind.oneOf(words(List.of("none", "belgium")), Set.of()),
            "none",
            "belgium",
            "Whose holidays are like weekends.");
    static final Key<Double> CERTAINTY = Key.withDefault(
            "certainty", Kind.part(), "0.9", "0.8", "How certain it is to be that a number is within its interval.");
    static final Section MODEL = new Section(
            "Models",
            "models.NAME",
            "What is forecast. A model brings the tables `forecast_NAME` and `scores_NAME` and the view `scoreboard_NAME`"
                    + " with it. [Prediction](prediction.md) says what it does.",
            List.of(
                    MODEL_TABLE,
                    POINT,
                    TARGET,
                    STEP,
                    HORIZON,
                    FEATURES,
                    ALGORITHM,
                    HISTORY,
                    RETRAIN,
                    HOLIDAYS,
                    CERTAINTY),
            Map.of());

    /** In the order of the reference. */
    static final List<Section> SECTIONS = List.of(TOP, FEED, SAMPLING, FORMATS, FIELD, TABLE, RULE, MAP, MODEL);

    private MartKeys() {}

    /** A word stands for a mapping with that type. */
    private static Value.@Nullable Mapping format(Value value, Problems problems) {
        if (value instanceof Value.Mapping mapping) {
            return mapping;
        }
        if (value instanceof Value.Text text) {
            return new Value.Mapping(value.where(), Map.of(FORMAT_TYPE.name(), text));
        }
        problems.add(
                value, "is " + value.noun() + ", not a format", "write one of " + String.join(", ", Formats.names()));
        return null;
    }

    private static Map<String, String> words(List<String> words) {
        Map<String, String> map = new LinkedHashMap<>();
        words.forEach(word -> map.put(word, word));
        return map;
    }

    private static Map<String, Rule.OnViolation> violations() {
        Map<String, Rule.OnViolation> words = new LinkedHashMap<>();
        for (Rule.OnViolation violation : Rule.OnViolation.values()) {
            words.put(word(violation), violation);
        }
        return words;
    }

    /** As it is written: {@code nullify}. */
    static String word(Rule.OnViolation violation) {
        return violation.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Model.Algorithm> algorithms() {
        Map<String, Model.Algorithm> algorithms = new LinkedHashMap<>();
        for (Model.Algorithm algorithm : Model.Algorithm.values()) {
            algorithms.put(algorithm.name().toLowerCase(Locale.ROOT), algorithm);
        }
        return algorithms;
    }
}
