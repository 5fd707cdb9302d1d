package io.polder.agent;

import io.polder.agent.AgentDefinition.Component;
import io.polder.agent.AgentDefinition.Group;
import io.polder.agent.AgentDefinition.Selection;
import io.polder.agent.AgentDefinition.SinkDefinition;
import io.polder.agent.AgentDefinition.SourceDefinition;
import io.polder.record.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one agent of a Flume file: all problems at once, each with line, key, value and what would be right. For one file.
 *
 * <p>Flume drops a component with a fault and runs without it; here a fault is the end. What Flume accepts and does not
 * look at (keys that no component knows) is a fault too: it is nearly always a slip.
 */
final class FlumeReader {
    private static final List<String> SECTIONS = List.of("sources", "channels", "sinks", "sinkgroups", "configfilters");
    private static final Map<String, String> KINDS =
            Map.of("sources", "source", "channels", "channel", "sinks", "sink", "sinkgroups", "sinkgroup");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern FILTERED = Pattern.compile("(\\w[\\w-]*)\\[['\"]?([^'\"\\]]+)['\"]?]");
    private static final Pattern SCHEME_ALONE = Pattern.compile("[a-z][a-z0-9]*:/*");

    private final FlumeFile file;
    private final String agent;
    private final UnaryOperator<@Nullable String> environment;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    /** The agent's own entries, by key without its name; of a key that is written twice the last, as in Flume. */
    private final Map<String, FlumeFile.Entry> entries = new LinkedHashMap<>();

    private final Set<String> used = new LinkedHashSet<>();
    private final Map<String, List<String>> names = new LinkedHashMap<>();

    private FlumeReader(FlumeFile file, String agent, UnaryOperator<@Nullable String> environment) {
        this.file = file;
        this.agent = agent;
        this.environment = environment;
    }

    /**
     * @param environment what {@code ${env:NAME}} stands for; null when the variable is not set
     */
    static AgentDefinition read(FlumeFile file, String agent, UnaryOperator<@Nullable String> environment) {
        return new FlumeReader(file, agent, environment).read();
    }

    private AgentDefinition read() {
        Set<String> agents = new TreeSet<>();
        for (FlumeFile.Entry entry : file.entries()) {
            take(entry, agents);
        }
        Map<String, Component> channels = new LinkedHashMap<>();
        Map<String, SourceDefinition> sources = new LinkedHashMap<>();
        Map<String, SinkDefinition> sinks = new LinkedHashMap<>();
        List<Group> groups = new ArrayList<>();
        if (!agents.contains(agent)) {
            problems.add(new Problem(
                    file.name(), "", "has no agent '" + agent + "'", "-n: " + Problem.suggestion(agent, agents)));
        } else {
            SECTIONS.forEach(section -> names.put(section, list(section)));
            if (names("channels").isEmpty()) {
                problems.add(new Problem(
                        file.name() + " " + agent + ".channels",
                        "",
                        "names no channel, so nothing can flow",
                        "write " + agent + ".channels = c1, and c1's keys"));
            }
            names("channels").forEach(name -> component("channels", name, c -> channels.put(name, c)));
            names("sources").forEach(name -> component("sources", name, c -> sources.put(name, source(c))));
            names("sinks").forEach(name -> component("sinks", name, c -> sinks.put(name, sink(c))));
            groups.addAll(groups(sinks));
            unusedEntries();
        }
        return new AgentDefinition(agent, sources, channels, sinks, groups, problems, warnings);
    }

    private List<String> names(String section) {
        return names.getOrDefault(section, List.of());
    }

    private void take(FlumeFile.Entry entry, Set<String> agents) {
        int dot = entry.key().indexOf('.');
        if (dot <= 0 || dot == entry.key().length() - 1) {
            problems.add(new Problem(
                    file.name() + ":" + entry.line() + " " + entry.key(),
                    entry.value(),
                    "is no agent's key",
                    "write AGENT.KEY = VALUE, like " + agent + ".sources = r1"));
            return;
        }
        agents.add(entry.key().substring(0, dot));
        if (!entry.key().substring(0, dot).equals(agent)) {
            return;
        }
        String key = entry.key().substring(dot + 1);
        FlumeFile.Entry earlier = entries.put(key, new FlumeFile.Entry(entry.line(), key, resolved(entry)));
        if (earlier != null && !earlier.value().equals(entry.value())) {
            warnings.add(place(key) + ": is written before in line " + earlier.line() + " as '" + earlier.value()
                    + "'; the last one counts, as in Flume.");
        }
    }

    private String resolved(FlumeFile.Entry entry) {
        Matcher references = REFERENCE.matcher(entry.value());
        StringBuilder text = new StringBuilder();
        while (references.find()) {
            references.appendReplacement(text, Matcher.quoteReplacement(value(entry, references.group(1))));
        }
        return references.appendTail(text).toString();
    }

    /** What stands for {@code env:NAME}, {@code sys:NAME}, each with a default behind {@code :-}, or {@code filter['KEY']}. */
    private String value(FlumeFile.Entry entry, String reference) {
        int split = reference.indexOf(":-");
        String name = split < 0 ? reference : reference.substring(0, split);
        String found;
        String what;
        Matcher filtered = FILTERED.matcher(name);
        if (name.startsWith("env:")) {
            what = "environment variable " + name.substring(4);
            found = environment.apply(name.substring(4));
        } else if (name.startsWith("sys:")) {
            what = "system property " + name.substring(4);
            found = System.getProperty(name.substring(4));
        } else if (filtered.matches()) {
            what = "environment variable " + filtered.group(2);
            found = environment.apply(filtered.group(2));
        } else {
            // Flume hands what it does not know to the component: %{…} and ${…} of Log4j or Hadoop among it.
            return "${" + reference + "}";
        }
        if (found != null) {
            return found;
        }
        if (split >= 0) {
            return reference.substring(split + 2);
        }
        problems.add(new Problem(
                file.name() + ":" + entry.line() + " " + entry.key(),
                entry.value(),
                what + " is not set",
                "set it, or write a default like ${" + name + ":-value}"));
        return "";
    }

    private String place(String key) {
        FlumeFile.Entry entry = entries.get(key);
        return file.name() + (entry == null ? "" : ":" + entry.line()) + " " + agent + "." + key;
    }

    /** The words of a key, without what cannot be a name; an {@code =} among them tells of lines that ran together. */
    private List<String> list(String key) {
        used.add(key);
        FlumeFile.Entry entry = entries.get(key);
        if (entry == null) {
            return List.of();
        }
        List<String> words = new ArrayList<>();
        boolean ranTogether = false;
        for (String word : entry.value().split("\\s+", -1)) {
            if (word.equals("=")) {
                ranTogether = true;
            } else if (!word.isEmpty() && !words.contains(word)) {
                words.add(word);
            }
        }
        if (ranTogether) {
            problems.add(new Problem(
                    place(key),
                    entry.value(),
                    "has a '=' in it: several lines have become one",
                    "write each key on a line of its own, like " + agent + ".sinks.SINK.channel = CHANNEL"));
        }
        return words;
    }

    private void component(String section, String name, java.util.function.Consumer<Component> found) {
        String prefix = section + "." + name;
        used.add(prefix + ".type");
        FlumeFile.Entry entry = entries.get(prefix + ".type");
        String kind = KINDS.getOrDefault(section, section);
        if (entry == null) {
            boolean isDescribed = entries.keySet().stream().anyMatch(key -> key.startsWith(prefix + "."));
            problems.add(new Problem(
                    place(isDescribed ? prefix + ".type" : section),
                    isDescribed ? "" : name,
                    isDescribed ? "is missing" : "is named, and has no keys" + likeDescribed(section, name),
                    "write " + agent + "." + prefix + ".type = "
                            + String.join(" or ", FlumeTypes.TABLE.namesHere(kind))));
            useAll(prefix);
            return;
        }
        FlumeTypes.Type type = type(kind, prefix, entry);
        if (type == null) {
            // Its own keys cannot be looked at; those that every source and sink has can.
            String channels = prefix + (kind.equals("sink") ? ".channel" : ".channels");
            known(channels, list(channels), "channels");
            useAll(prefix);
            return;
        }
        found.accept(new Component(name, type, settings(prefix, type)));
    }

    private String likeDescribed(String section, String name) {
        Set<String> described = new LinkedHashSet<>();
        for (String key : entries.keySet()) {
            String[] parts = key.split("\\.", 3);
            if (parts.length == 3 && parts[0].equals(section) && !names(section).contains(parts[1])) {
                described.add(parts[1]);
            }
        }
        return Problem.nearest(name, described)
                .map(near -> "; '" + near + "' has")
                .orElse("");
    }

    private FlumeTypes.@Nullable Type type(String kind, String prefix, FlumeFile.Entry entry) {
        FlumeTypes.Type type = FlumeTypes.TABLE.find(kind, entry.value()).orElse(null);
        if (type == null) {
            boolean isClass = entry.value().indexOf('.') > 0;
            problems.add(new Problem(
                    place(prefix + ".type"),
                    entry.value(),
                    isClass
                            ? "is no type of Flume's, and classes of your own do not run here"
                            : "is no type of " + kind + ", neither here nor in Flume",
                    Problem.suggestion(entry.value(), FlumeTypes.TABLE.namesHere(kind))));
            return null;
        }
        if (type.absent().isPresent()) {
            problems.add(new Problem(
                    place(prefix + ".type"),
                    entry.value(),
                    "is known to Flume and not here",
                    type.absent().get()));
            return null;
        }
        return type;
    }

    private void useAll(String prefix) {
        entries.keySet().stream().filter(key -> key.startsWith(prefix + ".")).forEach(used::add);
    }

    /** A component's values, each checked. */
    private Settings settings(String prefix, FlumeTypes.Type type) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (FlumeTypes.Key key : type.keys()) {
            key.fallback().ifPresent(value -> values.put(key.name(), value));
        }
        for (FlumeFile.Entry entry : List.copyOf(entries.values())) {
            if (!entry.key().startsWith(prefix + ".")) {
                continue;
            }
            String name = entry.key().substring(prefix.length() + 1);
            used.add(entry.key());
            lines.put(name, entry.line());
            if (name.equals("type") || isRight(type, entry, name)) {
                values.put(name, entry.value());
            }
        }
        for (FlumeTypes.Key key : type.keys()) {
            if (key.isRequired() && !lines.containsKey(key.name())) {
                problems.add(new Problem(
                        file.name() + " " + agent + "." + prefix + "." + key.name(),
                        "",
                        "is missing; it is " + key.meaning(),
                        "write it" + nearKey(prefix, type, key)));
            }
        }
        return new Settings(file.name(), agent + "." + prefix, values, lines, problems);
    }

    /** A component that is named nearly as this one and has the key that this one lacks: the slip is in its name. */
    private String nearKey(String prefix, FlumeTypes.Type type, FlumeTypes.Key key) {
        String section = prefix.substring(0, prefix.indexOf('.'));
        String name = prefix.substring(prefix.indexOf('.') + 1);
        for (FlumeFile.Entry entry : entries.values()) {
            String[] parts = entry.key().split("\\.", 3);
            if (parts.length == 3
                    && parts[0].equals(section)
                    && parts[2].equals(key.name())
                    && !names(section).contains(parts[1])
                    && Problem.nearest(parts[1], List.of(name)).isPresent()) {
                return "; line " + entry.line() + " has it for '" + parts[1] + "'";
            }
        }
        return type.kind().equals("sink") && key.name().equals("channel")
                ? ", like " + agent + "." + prefix + ".channel = "
                        + (names("channels").isEmpty() ? "c1" : String.join(" or ", names("channels")))
                : "";
    }

    private boolean isRight(FlumeTypes.Type type, FlumeFile.Entry entry, String name) {
        FlumeTypes.Key key = type.key(name).orElse(null);
        if (key == null) {
            Collection<String> known = type.keys().stream()
                    .filter(one -> !one.isMissing() && !one.isIgnored())
                    .map(one -> one.isPrefix() ? one.name() + "…" : one.name())
                    .toList();
            problems.add(new Problem(
                    place(entry.key()),
                    entry.value(),
                    "is no key of " + type.kind() + " " + type.name() + ", neither here nor in Flume",
                    Problem.nearest(name, known)
                            .map(near -> "did you mean '" + near + "'?")
                            .orElse("remove it, or use one of " + String.join(", ", known))));
            return false;
        }
        if (key.isMissing() && entry.value().equalsIgnoreCase("false")) {
            // That is how it is here.
            return false;
        }
        if (key.isMissing()) {
            problems.add(
                    new Problem(place(entry.key()), entry.value(), "is known to Flume and not here", key.meaning()));
            return false;
        }
        if (key.isIgnored()) {
            warnings.add(place(entry.key()) + ": has no effect here: " + key.meaning() + ".");
            return false;
        }
        String wrong = wrong(key, entry.value());
        if (wrong != null) {
            problems.add(new Problem(place(entry.key()), entry.value(), wrong, fix(key, entry.value())));
        }
        return wrong == null;
    }

    private static @Nullable String wrong(FlumeTypes.Key key, String value) {
        if (value.isEmpty()) {
            return key.fallback().map(String::isEmpty).orElse(false) ? null : "is empty; it is " + key.meaning();
        }
        if (!key.words().isEmpty()) {
            return key.words().contains(value) ? null : "is not known";
        }
        return switch (key.kind()) {
            case "number" ->
                value.matches("-?\\d{1,18}") || value.equals(Long.toString(Long.MAX_VALUE))
                        ? null
                        : "is not a whole number";
            case "port" -> value.matches("\\d{1,5}") && Integer.parseInt(value) <= 65_535 ? null : "is not a port";
            case "boolean" ->
                value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false") ? null : "is neither true nor false";
            case "regex" -> wrongRegex(value);
            case "folder" -> SCHEME_ALONE.matcher(value).matches() ? "names no folder" : null;
            default -> null;
        };
    }

    private static @Nullable String wrongRegex(String value) {
        try {
            Pattern.compile(value);
            return null;
        } catch (PatternSyntaxException malformed) {
            return "is no regular expression (" + malformed.getDescription() + ")";
        }
    }

    private static String fix(FlumeTypes.Key key, String value) {
        if (!key.words().isEmpty()) {
            return Problem.suggestion(value, key.words());
        }
        String example = key.fallback()
                .filter(text -> !text.isEmpty())
                .map(text -> ", like " + text)
                .orElse("");
        return switch (key.kind()) {
            case "port" -> "write a number from 0 to 65535";
            case "number" -> "write digits" + example;
            case "boolean" -> "write true or false";
            case "folder" -> "write it whole, like /data/flume or hdfs://namenode:8020/flume";
            default -> "write it" + example;
        };
    }

    private SourceDefinition source(Component source) {
        String prefix = "sources." + source.name();
        List<String> wanted = list(prefix + ".channels");
        List<String> channels = known(prefix + ".channels", wanted, "channels");
        Settings settings = source.settings();
        Map<String, List<String>> required = new LinkedHashMap<>();
        Map<String, List<String>> optional = new LinkedHashMap<>();
        String header = "";
        if (settings.text("selector.type").toLowerCase(java.util.Locale.ROOT).contains("multiplex")) {
            header = settings.text("selector.header");
            required.putAll(mapped(prefix, settings, "selector.mapping.", channels));
            optional.putAll(mapped(prefix, settings, "selector.optional.", channels));
            required.put("", subset(prefix + ".selector.default", channels));
            optional.put("", subset(prefix + ".selector.optional", channels));
        } else {
            List<String> some = subset(prefix + ".selector.optional", channels);
            optional.put("", some);
            required.put(
                    "",
                    channels.stream().filter(channel -> !some.contains(channel)).toList());
            settings.under("selector.mapping.")
                    .forEach((value, ignored) -> settings.problem(
                            "selector.mapping." + value,
                            "has no effect, because the selector is replicating",
                            "write " + agent + "." + prefix + ".selector.type = multiplexing"));
        }
        return new SourceDefinition(source, channels, new Selection(header, required, optional), interceptors(prefix));
    }

    private Map<String, List<String>> mapped(String prefix, Settings settings, String start, List<String> channels) {
        Map<String, List<String>> mapped = new LinkedHashMap<>();
        settings.under(start)
                .keySet()
                .forEach(value -> mapped.put(value, subset(prefix + "." + start + value, channels)));
        return mapped;
    }

    /** The channels of a selector's key, which must be among those of the source. */
    private List<String> subset(String key, List<String> channels) {
        List<String> wanted = list(key);
        for (String name : wanted) {
            if (!channels.contains(name)) {
                problems.add(new Problem(
                        place(key), name, "is no channel of this source", Problem.suggestion(name, channels)));
            }
        }
        return wanted.stream().filter(channels::contains).toList();
    }

    private List<String> known(String key, List<String> wanted, String section) {
        for (String name : wanted) {
            if (!names(section).contains(name)) {
                problems.add(new Problem(
                        place(key),
                        name,
                        "is not among " + agent + "." + section,
                        Problem.suggestion(name, names(section))));
            }
        }
        return wanted.stream().filter(names(section)::contains).toList();
    }

    private List<Component> interceptors(String prefix) {
        List<Component> found = new ArrayList<>();
        for (String name : list(prefix + ".interceptors")) {
            String place = prefix + ".interceptors." + name;
            FlumeFile.Entry entry = entries.get(place + ".type");
            if (entry == null) {
                problems.add(new Problem(
                        place(prefix + ".interceptors"),
                        name,
                        "has no type",
                        "write " + agent + "." + place + ".type = "
                                + String.join(" or ", FlumeTypes.TABLE.namesHere("interceptor"))));
                continue;
            }
            FlumeTypes.Type type = type("interceptor", place, entry);
            if (type != null) {
                used.add(place + ".type");
                found.add(new Component(name, type, interceptorSettings(place, type)));
            }
        }
        return found;
    }

    /** The keys of interceptors were all accepted as keys of their source; here they are looked at one by one. */
    private Settings interceptorSettings(String place, FlumeTypes.Type type) {
        entries.keySet().stream()
                .filter(key -> key.startsWith(place + ".") && !key.equals(place + ".type"))
                .forEach(used::remove);
        return settings(place, type);
    }

    private SinkDefinition sink(Component sink) {
        String key = "sinks." + sink.name() + ".channel";
        String channel = sink.settings().text("channel");
        List<String> known = channel.isEmpty() ? List.of() : known(key, List.of(channel), "channels");
        return new SinkDefinition(sink, known.isEmpty() ? "" : channel);
    }

    private List<Group> groups(Map<String, SinkDefinition> sinks) {
        List<Group> groups = new ArrayList<>();
        Set<String> grouped = new LinkedHashSet<>();
        for (String name : names("sinkgroups")) {
            String prefix = "sinkgroups." + name;
            Settings settings = settings(prefix, FlumeTypes.TABLE.sinkGroup());
            List<String> members = known(prefix + ".sinks", list(prefix + ".sinks"), "sinks");
            for (String member : members) {
                if (!grouped.add(member)) {
                    settings.problem("sinks", "has sink '" + member + "', which another group has too", "name it once");
                }
            }
            settings.under("processor.priority.").keySet().forEach(sink -> {
                if (!members.contains(sink)) {
                    settings.problem(
                            "processor.priority." + sink,
                            "'" + sink + "' is no sink of this group",
                            Problem.suggestion(sink, members));
                }
            });
            if (members.size() > 1 && settings.text("processor.type").equals("default")) {
                settings.problem(
                        "processor.type",
                        "a default processor has one sink, and the group has " + members.size(),
                        "write failover or load_balance");
            }
            Set<String> channels = new LinkedHashSet<>();
            members.stream()
                    .map(sinks::get)
                    .filter(java.util.Objects::nonNull)
                    .forEach(sink -> channels.add(sink.channel()));
            if (channels.size() > 1) {
                settings.problem(
                        "sinks",
                        "has sinks on several channels: " + String.join(", ", channels),
                        "give them one channel");
            }
            if (!members.isEmpty()) {
                groups.add(new Group(name, members, settings));
            }
        }
        for (String sink : sinks.keySet()) {
            if (!grouped.contains(sink)) {
                Settings none =
                        new Settings(file.name(), agent, Map.of("processor.type", "default"), Map.of(), problems);
                groups.add(new Group(sink, List.of(sink), none));
            }
        }
        return groups;
    }

    /** Keys of components that the agent does not name, and of nothing at all. */
    private void unusedEntries() {
        Set<String> told = new LinkedHashSet<>();
        for (FlumeFile.Entry entry : entries.values()) {
            if (used.contains(entry.key())) {
                continue;
            }
            String[] parts = entry.key().split("\\.", 3);
            String section = parts[0];
            if (!SECTIONS.contains(section)) {
                problems.add(new Problem(
                        place(entry.key()),
                        entry.value(),
                        "is no part of an agent",
                        Problem.suggestion(section, SECTIONS)));
            } else if (section.equals("configfilters")) {
                filter(entry, parts);
            } else if (parts.length < 3) {
                problems.add(new Problem(
                        place(entry.key()), entry.value(), "says nothing of a component", "write NAME.KEY behind it"));
            } else if (told.add(section + "." + parts[1])) {
                problems.add(new Problem(
                        place(entry.key()),
                        entry.value(),
                        "'" + parts[1] + "' is not among " + agent + "." + section,
                        names(section).contains(parts[1])
                                ? "remove it"
                                : Problem.nearest(parts[1], names(section))
                                        .map(near -> "did you mean '" + near + "'?")
                                        .orElse("add it there, or remove the line")));
            }
        }
    }

    private void filter(FlumeFile.Entry entry, String[] parts) {
        if (parts.length == 3 && parts[2].equals("type") && !entry.value().equals("env")) {
            problems.add(new Problem(
                    place(entry.key()),
                    entry.value(),
                    "is known to Flume and not here",
                    "put the value into an environment variable and write ${env:NAME}"));
        }
    }
}
