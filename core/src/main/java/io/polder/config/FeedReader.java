package io.polder.config;

import io.polder.format.CsvOptions;
import io.polder.format.Format;
import io.polder.format.Formats;
import io.polder.format.JsonOptions;
import io.polder.format.XmlOptions;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.record.Schema;
import io.polder.record.Type;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the feeds of a mart, and what those that share a topic say for one another. For one use. */
final class FeedReader {
    /**
     * What all feeds of a topic agree on. The one called like the topic leads it, or else the first.
     *
     * @param where its name stands, or would
     * @param key of its events; empty also when it is not known
     * @param leading the fields of the feed that leads it; null when they are wrong
     * @param schema the fields of all its feeds; null when some are wrong
     */
    record Topic(
            Value.Where where,
            String name,
            boolean isKeyKnown,
            List<String> key,
            int partitions,
            @Nullable Schema leading,
            @Nullable Schema schema) {
        Topic with(@Nullable Schema more) {
            if (schema == null || more == null) {
                return new Topic(where, name, isKeyKnown, key, partitions, leading, null);
            }
            List<Field> fields = new ArrayList<>(schema.fields());
            more.fields().stream()
                    .filter(field -> schema.indexOf(field.name()) < 0)
                    .forEach(fields::add);
            return new Topic(where, name, isKeyKnown, key, partitions, leading, new Schema(fields));
        }
    }

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)}");

    private static final Map<String, Set<Key<?>>> OPTIONS = Map.of(
            "json", Set.of(MartKeys.NULLS),
            "csv", Set.of(MartKeys.DELIMITER, MartKeys.QUOTE, MartKeys.HEADER, MartKeys.NULLS, MartKeys.DECIMAL),
            "xml", Set.of(MartKeys.RECORD, MartKeys.NULLS, MartKeys.DECIMAL));

    private final Problems problems;
    private final Map<String, String> environment;
    private final Map<String, Topic> topics = new LinkedHashMap<>();

    FeedReader(Problems problems, Map<String, String> environment) {
        this.problems = problems;
        this.environment = environment;
    }

    /** By name; known after {@link #feeds}. */
    Map<String, Topic> topics() {
        return topics;
    }

    /** All feeds that can be read, in the order of the file. */
    Map<String, Feed> feeds(Map<String, Value> values) {
        Map<String, Section.Members> written = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            Value.Mapping mapping = Kind.mapping("mapping", "write it like {http: true, format: json, fields: [...]}")
                    .parser()
                    .read(value, problems);
            if (mapping == null) {
                topics.put(name, new Topic(value.where(), name, false, List.of(), 1, null, null));
            } else {
                written.put(name, MartKeys.FEED.open(mapping, problems));
            }
        });

        Map<String, String> leaders = leaders(written);
        Map<String, Feed> read = new LinkedHashMap<>();
        leaders.values().forEach(leader -> read(leader, written, null, read));
        written.keySet().stream().filter(name -> !leaders.containsValue(name)).forEach(name -> {
            String leader = leaders.get(topic(name, written));
            read(name, written, leader, read);
        });

        Map<String, Feed> feeds = new LinkedHashMap<>();
        written.keySet().forEach(name -> {
            Feed feed = read.get(name);
            if (feed != null) {
                feeds.put(name, feed);
            }
        });
        return feeds;
    }

    /** For each topic the feed that speaks for it: the one called like it, or the first. */
    private static Map<String, String> leaders(Map<String, Section.Members> written) {
        Map<String, String> leaders = new LinkedHashMap<>();
        written.keySet().forEach(name -> leaders.putIfAbsent(topic(name, written), name));
        written.keySet().stream()
                .filter(name -> topic(name, written).equals(name))
                .forEach(name -> leaders.put(name, name));
        return leaders;
    }

    private static String topic(String feed, Map<String, Section.Members> written) {
        Section.Members members = written.get(feed);
        String topic = members == null ? null : members.find(MartKeys.TOPIC);
        return topic == null ? feed : topic;
    }

    private void read(
            String name, Map<String, Section.Members> written, @Nullable String leaderName, Map<String, Feed> read) {
        Section.Members members = Objects.requireNonNull(written.get(name));
        Section.Members leader = leaderName == null ? null : written.get(leaderName);
        String topicName = topic(name, written);
        Topic topic = topics.get(topicName);

        Feed.Kind kind = kind(members);
        URI poll = kind == Feed.Kind.POLL ? poll(members) : null;
        Section.Members format = format(members);
        Schema shared = topic == null ? null : topic.leading();
        Format declared = format == null ? null : built(members, format, leader != null, shared);
        Format built = kind == Feed.Kind.SQL && declared != null && format != null
                ? withDeletions(members, format, declared)
                : declared;
        List<String> key = key(members, built, topic);
        int partitions = members.has(MartKeys.PARTITIONS) || topic == null
                ? members.get(MartKeys.PARTITIONS)
                : topic.partitions();
        Duration keepFor = members.find(MartKeys.KEEP_FOR);
        if (leader != null && leaderName != null && topic != null) {
            agree(members, leaderName, topic, key, partitions, built, shared);
            keepFor = keepFor(members, leaderName, leader);
            topics.put(topicName, topic.with(built == null ? null : built.schema()));
        } else {
            Schema schema = built == null ? null : built.schema();
            boolean isKeyKnown = !members.has(MartKeys.FEED_KEY) || members.find(MartKeys.FEED_KEY) != null;
            topics.put(
                    topicName,
                    new Topic(members.where(MartKeys.TOPIC), topicName, isKeyKnown, key, partitions, schema, schema));
        }
        Duration sample = sample(members, key);
        if (kind == null || built == null || format == null) {
            return;
        }
        boolean isUnbounded = kind == Feed.Kind.FILES && !members.has(MartKeys.MAX_SIZE);
        String files = members.find(MartKeys.FILES);
        read.put(
                name,
                new Feed(
                        name,
                        kind,
                        poll,
                        members.get(MartKeys.EVERY),
                        members.get(MartKeys.TIMEOUT),
                        kind == Feed.Kind.FILES && files != null ? files : "",
                        built,
                        String.valueOf(format.find(MartKeys.FORMAT_TYPE)),
                        optionsLine(format),
                        key,
                        partitions,
                        topicName,
                        Optional.ofNullable(members.find(MartKeys.WHERE)),
                        sample,
                        isUnbounded ? Long.MAX_VALUE : members.get(MartKeys.MAX_SIZE),
                        keepFor,
                        members.get(MartKeys.SIMULATED)));
    }

    /** The events of writes can also say that a row is deleted. */
    private @Nullable Format withDeletions(Section.Members members, Section.Members format, Format built) {
        if (!"json".equals(String.valueOf(format.find(MartKeys.FORMAT_TYPE)))) {
            problems.add(members.value(MartKeys.FORMAT), "is not for feeds with sql: true", "write json");
            return null;
        }
        List<Field> fields = new ArrayList<>(built.schema().fields());
        fields.add(new Field(Feed.DELETED, Feed.DELETED, Type.BOOLEAN));
        return Formats.json(fields, JsonOptions.DEFAULT);
    }

    private Feed.@Nullable Kind kind(Section.Members members) {
        Map<Key<?>, Feed.Kind> kinds = new LinkedHashMap<>();
        kinds.put(MartKeys.POLL, Feed.Kind.POLL);
        kinds.put(MartKeys.HTTP, Feed.Kind.HTTP);
        kinds.put(MartKeys.SQL, Feed.Kind.SQL);
        kinds.put(MartKeys.FILES, Feed.Kind.FILES);
        kinds.put(MartKeys.KAFKA, Feed.Kind.KAFKA);
        List<Key<?>> named = kinds.keySet().stream().filter(members::has).toList();
        if (named.isEmpty() && !members.hasAny(MartKeys.FEED.later().keySet())) {
            problems.add(
                    members.where(),
                    "",
                    "does not say where its events come from",
                    "add one of 'poll: ADDRESS', 'http: true', 'sql: true', 'files: PATTERN' and 'kafka: true'");
            return null;
        }
        if (named.size() > 1) {
            problems.add(
                    members.where(),
                    "",
                    "has more than one of poll, http, sql, files and kafka",
                    "keep one; make a feed of its own with 'topic: NAME' of the other, to bring both together");
            return null;
        }
        if (named.isEmpty()) {
            return null;
        }
        Feed.Kind kind = kinds.get(named.get(0));
        if (kind == Feed.Kind.HTTP && Boolean.FALSE.equals(members.find(MartKeys.HTTP))) {
            problems.add(members.value(MartKeys.HTTP), "leaves the feed without events", "write true");
        }
        if (kind == Feed.Kind.KAFKA) {
            checkKafka(members);
        }
        if (kind == Feed.Kind.SQL && Boolean.FALSE.equals(members.find(MartKeys.SQL))) {
            problems.add(members.value(MartKeys.SQL), "leaves the feed without events", "write true");
        }
        if (kind != Feed.Kind.POLL) {
            for (Key<?> key : List.of(MartKeys.EVERY, MartKeys.TIMEOUT)) {
                if (members.has(key)) {
                    problems.add(members.value(key), "is only for feeds with poll", "remove it");
                }
            }
        }
        return kind;
    }

    /** What others write is in the topic already: nothing can be left out of it on the way. */
    private void checkKafka(Section.Members members) {
        if (Boolean.FALSE.equals(members.find(MartKeys.KAFKA))) {
            problems.add(members.value(MartKeys.KAFKA), "leaves the feed without events", "write true");
        }
        for (Key<?> key : List.of(MartKeys.WHERE, MartKeys.SAMPLE, MartKeys.MAX_SIZE)) {
            if (members.has(key)) {
                problems.add(
                        members.value(key),
                        "is for feeds that write their topic, and this one is written by others",
                        "remove it; a table's SELECT can have a WHERE");
            }
        }
    }

    private @Nullable URI poll(Section.Members members) {
        String written = members.find(MartKeys.POLL);
        if (written == null) {
            return null;
        }
        StringBuilder address = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(written);
        boolean good = true;
        while (matcher.find()) {
            String value = environment.get(matcher.group(1));
            if (value == null) {
                problems.add(
                        members.value(MartKeys.POLL),
                        "there is no environment variable " + matcher.group(1),
                        "set it before you start, with: export " + matcher.group(1) + "=VALUE");
                good = false;
            }
            matcher.appendReplacement(address, Matcher.quoteReplacement(value == null ? "" : value));
        }
        matcher.appendTail(address);
        if (!good) {
            return null;
        }
        try {
            return Kind.address(address.toString());
        } catch (IllegalArgumentException wrong) {
            problems.add(
                    members.value(MartKeys.POLL),
                    String.valueOf(wrong.getMessage()),
                    "write it like \"https://example.org/traffic.json\"");
            return null;
        }
    }

    private Section.@Nullable Members format(Section.Members members) {
        Value.Mapping mapping = members.find(MartKeys.FORMAT);
        if (mapping == null) {
            return null;
        }
        Section.Members format = MartKeys.FORMATS.open(mapping, problems);
        String type = format.find(MartKeys.FORMAT_TYPE);
        if (type == null) {
            return null;
        }
        Set<Key<?>> options = OPTIONS.getOrDefault(type, Set.of());
        for (Key<?> key : MartKeys.FORMAT_OPTIONS) {
            if (format.has(key) && !options.contains(key)) {
                problems.add(format.value(key), "is no option of " + type, "remove it");
            }
        }
        if (type.equals("xml") && !format.has(MartKeys.RECORD)) {
            problems.add(
                    format.where().member(MartKeys.RECORD.name()),
                    "",
                    "is missing",
                    "write 'format: {type: xml, record: ROOT/ELEMENT}' with the path of the element that is one event");
            return null;
        }
        return format;
    }

    private @Nullable Format built(
            Section.Members members, Section.Members format, boolean isFollower, @Nullable Schema shared) {
        String type = String.valueOf(format.find(MartKeys.FORMAT_TYPE));
        Optional<Format> preset = Formats.preset(type);
        if (preset.isPresent()) {
            if (members.has(MartKeys.FIELDS)) {
                problems.add(
                        members.where(MartKeys.FIELDS),
                        "",
                        "the fields of " + type + " are fixed",
                        "remove them, or use 'format: xml' with fields of your own");
            }
            return preset.get();
        }
        List<Field> fields = null;
        if (members.has(MartKeys.FIELDS)) {
            fields = fields(members);
        } else if (isFollower) {
            // Another way to write the same events: by the names that the topic's fields have, not by foreign paths.
            fields = shared == null
                    ? null
                    : shared.fields().stream()
                            .map(field -> new Field(field.name(), field.name(), field.type(), field.nulls()))
                            .toList();
        } else {
            problems.add(
                    members.where(MartKeys.FIELDS),
                    "",
                    "is missing",
                    "declare what " + type + " holds, like 'fields: [{name: uid, type: bigint}, ...]'");
        }
        if (fields == null || fields.isEmpty()) {
            return null;
        }
        List<String> nulls = format.find(MartKeys.NULLS);
        Set<String> nullWords = nulls == null ? Set.of() : Set.copyOf(nulls);
        char decimal = format.get(MartKeys.DECIMAL);
        try {
            return switch (type) {
                case "json" -> Formats.json(fields, new JsonOptions(nullWords));
                case "csv" ->
                    Formats.csv(
                            fields,
                            new CsvOptions(
                                    format.get(MartKeys.DELIMITER),
                                    format.get(MartKeys.QUOTE),
                                    format.get(MartKeys.HEADER),
                                    nullWords,
                                    decimal));
                case "xml" ->
                    Formats.xml(
                            fields, new XmlOptions(String.valueOf(format.find(MartKeys.RECORD)), nullWords, decimal));
                default -> throw new IllegalStateException("The format " + type + " is listed and not built.");
            };
        } catch (PolderException wrong) {
            wrong.problems().forEach(problem -> tell(members, format, problem));
            return null;
        }
    }

    /** A problem that a format finds in its options or paths; its place is relative to the feed. */
    private void tell(Section.Members members, Section.Members format, Problem problem) {
        Value.Where where = members.where().member(problem.place());
        if (problem.place().startsWith("format.")) {
            String option = problem.place().substring("format.".length());
            where = MartKeys.FORMAT_OPTIONS.stream()
                    .filter(key -> key.name().equals(option))
                    .findFirst()
                    .map(format::where)
                    .orElse(where);
        } else if (problem.place().startsWith("fields.")) {
            String[] steps = problem.place().split("\\.", -1);
            List<Value.Mapping> fields = members.find(MartKeys.FIELDS);
            for (Value.Mapping field : fields == null ? List.<Value.Mapping>of() : fields) {
                if (field.members().get(MartKeys.FIELD_NAME.name()) instanceof Value.Text text
                        && text.text().equals(steps[1])) {
                    Value inner = steps.length > 2 ? field.members().get(steps[2]) : null;
                    where = inner == null ? field.where() : inner.where();
                }
            }
        }
        problems.add(where, problem.value(), problem.wrong(), problem.fix());
    }

    private @Nullable List<Field> fields(Section.Members feed) {
        List<Value.Mapping> values = feed.find(MartKeys.FIELDS);
        if (values == null) {
            return null;
        }
        int written = feed.value(MartKeys.FIELDS) instanceof Value.Items items
                ? items.values().size()
                : 0;
        if (written == 0) {
            problems.add(
                    feed.where(MartKeys.FIELDS),
                    "",
                    "declares nothing",
                    "declare at least one: [{name: uid, type: bigint}]");
            return null;
        }
        Map<String, Field> fields = new LinkedHashMap<>();
        boolean good = written == values.size();
        for (Value.Mapping value : values) {
            int before = problems.count();
            Section.Members members = MartKeys.FIELD.open(value, problems);
            String name = members.find(MartKeys.FIELD_NAME);
            String path = members.find(MartKeys.FIELD_PATH);
            Type type = members.get(MartKeys.FIELD_TYPE);
            List<String> nulls = members.find(MartKeys.FIELD_NULLS);
            if (name == null || problems.count() > before) {
                good = false;
                continue;
            }
            Field field =
                    new Field(name, path == null ? name : path, type, nulls == null ? Set.of() : new HashSet<>(nulls));
            if (fields.putIfAbsent(name, field) != null) {
                problems.add(members.value(MartKeys.FIELD_NAME), "is the name of another field", "choose another name");
                good = false;
            }
        }
        return good ? List.copyOf(fields.values()) : null;
    }

    private List<String> key(Section.Members members, @Nullable Format format, @Nullable Topic topic) {
        List<String> written = members.find(MartKeys.FEED_KEY);
        List<String> shared = topic == null || members.has(MartKeys.FEED_KEY) ? List.of() : topic.key();
        List<String> key = written == null ? shared : written;
        if (format != null) {
            Set<String> known = new LinkedHashSet<>();
            format.schema().fields().forEach(field -> known.add(field.name()));
            for (String name : key) {
                if (!known.contains(name)) {
                    problems.add(
                            members.where(MartKeys.FEED_KEY), name, "no such field", Problem.suggestion(name, known));
                }
            }
        }
        return key;
    }

    /** Tells where a feed differs from the one that leads its topic. */
    private void agree(
            Section.Members members,
            String leader,
            Topic topic,
            List<String> key,
            int partitions,
            @Nullable Format format,
            @Nullable Schema shared) {
        if (members.find(MartKeys.FEED_KEY) != null && topic.isKeyKnown() && !key.equals(topic.key())) {
            problems.add(
                    members.value(MartKeys.FEED_KEY),
                    "feed " + leader + " writes the same topic with the key [" + String.join(", ", topic.key()) + "]",
                    "write the same, or leave it out");
        }
        if (members.find(MartKeys.PARTITIONS) != null && partitions != topic.partitions()) {
            problems.add(
                    members.value(MartKeys.PARTITIONS),
                    "feed " + leader + " writes the same topic with " + topic.partitions() + " partitions",
                    "write the same, or leave it out");
        }
        if (format == null || shared == null) {
            return;
        }
        for (Field field : format.schema().fields()) {
            int index = shared.indexOf(field.name());
            if (index >= 0 && shared.fields().get(index).type() != field.type()) {
                problems.add(
                        members.where(members.has(MartKeys.FIELDS) ? MartKeys.FIELDS : MartKeys.FORMAT),
                        field.name() + " " + field.type().word(),
                        "feed " + leader + " writes the same topic with " + field.name() + " as "
                                + shared.fields().get(index).type().word(),
                        "give the field one type in both");
            }
        }
    }

    private @Nullable Duration keepFor(Section.Members members, String leaderName, Section.Members leader) {
        Duration keepFor = members.find(MartKeys.KEEP_FOR);
        Duration leading = leader.find(MartKeys.KEEP_FOR);
        if (keepFor != null && !keepFor.equals(leading) && (leading != null || !leader.has(MartKeys.KEEP_FOR))) {
            problems.add(
                    members.value(MartKeys.KEEP_FOR),
                    "feed " + leaderName + " writes the same topic and keeps it "
                            + (leading == null ? "for ever" : "for " + Durations.word(leading)),
                    "write it at " + leaderName + " only");
        }
        return leading;
    }

    private @Nullable Duration sample(Section.Members members, List<String> key) {
        Value.Mapping mapping = members.find(MartKeys.SAMPLE);
        if (mapping == null) {
            return null;
        }
        if (key.isEmpty() && !members.has(MartKeys.FEED_KEY)) {
            problems.add(
                    members.where(MartKeys.SAMPLE),
                    "",
                    "takes the first event of each key, and the feed has none",
                    "add 'key: FIELD'");
        }
        return MartKeys.SAMPLING.open(mapping, problems).find(MartKeys.SAMPLE_EVERY);
    }

    /** The options that are written and not the default, as YAML has them between braces, in an order of ours. */
    private static String optionsLine(Section.Members format) {
        List<String> options = new ArrayList<>();
        for (Key<?> key : MartKeys.FORMAT_OPTIONS) {
            Object value = format.find(key);
            if (value instanceof List<?> texts) {
                Set<String> sorted = new TreeSet<>();
                texts.forEach(text -> sorted.add(String.valueOf(text)));
                options.add(key.name() + ": " + YamlText.list(sorted));
            } else if (value != null && !value.toString().equals(key.fallback())) {
                options.add(key.name() + ": " + YamlText.of(value.toString()));
            }
        }
        return String.join(", ", options);
    }
}
