package io.polder.config;

import io.polder.format.Formats;
import io.polder.record.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What decides a table's rows: to tell whether it has changed since the rows were made, and to go on with the old one
 * when it has.
 */
public final class Definition {
    private static final char FIELD_END = '\u001f';
    private static final char LINE_END = '\u001e';

    private Definition() {}

    /**
     * A hash that changes when the same events would make other rows: by another SELECT, key, time or version, a rule
     * that rejects, nullifies or fixes in all rows, the fields or the format of a feed of the topic, or another definition of a table that it
     * joins. White space and comments in the SELECT, {@code retain}, {@code publish}, rules that only count or mark,
     * rules that apply from a place in the log on or up to one, and
     * feeds that are decoded as the topic's leading one is change nothing.
     *
     * @param feeds all feeds of the table's topic, in the order of the mart
     * @param joined the hashes of the tables that it joins, by name
     * @return 64 hexadecimal digits, the same on every machine
     */
    public static String hash(Table table, Collection<Feed> feeds, Map<String, String> joined) {
        StringBuilder text = new StringBuilder("2");
        line(text, "topic", table.from());
        line(text, "key", String.join(",", table.key()));
        line(text, "time", table.time().orElse(""));
        line(text, "version", table.version().orElse(""));
        line(text, "select", Sql.essence(table.effectiveSelect()));
        table.rules().stream().filter(Definition::changesRows).forEach(rule -> {
            line(
                    text,
                    "rule",
                    rule.column(),
                    Sql.essence(rule.check()),
                    rule.onViolation().name());
            rule.fix().ifPresent(fix -> line(text, "fix", Sql.essence(fix)));
        });
        leader(table, feeds).ifPresent(leader -> {
            text.append(format(leader));
            moreFields(text, leader, feeds);
            feeds.stream()
                    .filter(feed -> !format(feed).equals(format(leader)))
                    .sorted(Comparator.comparing(Feed::name))
                    .forEach(feed -> {
                        line(text, "feed", feed.name());
                        text.append(format(feed));
                    });
        });
        new TreeMap<>(joined).forEach((name, hash) -> line(text, "joined", name, hash));
        return HexFormat.of().formatHex(sha256().digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** A rule that applies from a place in the log on, or up to one, was switched there: the rows are what it makes. */
    private static boolean changesRows(Rule rule) {
        return switch (rule.onViolation()) {
            case COUNT, MARK -> false;
            case REJECT, NULLIFY, FIX -> !rule.isPartial();
        };
    }

    /**
     * The feeds of a table's topic when others have joined those that its rows were made from: these others bring events
     * that have no rows yet, so that the rows are still right. Empty when it is not as simple as that: when a feed has
     * gone, another one leads, or there are new fields.
     *
     * @param then the feeds that the rows were made from
     * @param now all feeds of the topic
     */
    public static Optional<List<Feed>> joinedBy(Table table, Collection<Feed> then, Collection<Feed> now) {
        Set<String> names = then.stream().map(Feed::name).collect(Collectors.toSet());
        Set<String> fields = then.stream()
                .flatMap(feed -> feed.format().schema().fields().stream())
                .map(Field::name)
                .collect(Collectors.toSet());
        List<Feed> more =
                now.stream().filter(feed -> !names.contains(feed.name())).toList();
        boolean hasNewFields = more.stream()
                .flatMap(feed -> feed.format().schema().fields().stream())
                .anyMatch(field -> !fields.contains(field.name()));
        List<Feed> all = Stream.concat(then.stream(), more.stream()).toList();
        boolean hasNewLeader =
                !leader(table, all).map(Feed::name).equals(leader(table, then).map(Feed::name));
        return hasNewFields || hasNewLeader ? Optional.empty() : Optional.of(all);
    }

    /** The feed of events that name none. */
    private static Optional<Feed> leader(Table table, Collection<Feed> feeds) {
        return feeds.stream()
                .filter(feed -> feed.name().equals(table.from()))
                .findFirst()
                .or(() -> feeds.stream().findFirst());
    }

    /** The table with the feeds of its topic as a text that {@link #read} takes; without addresses, files and secrets. */
    public static String source(Table table, Collection<Feed> feeds) {
        StringBuilder text = new StringBuilder("mart: stored\nfeeds:\n");
        feeds.forEach(feed -> feed(text, feed));
        text.append("tables:\n  ").append(table.name()).append(":\n");
        member(text, "from", YamlText.of(table.from()));
        member(text, "key", YamlText.list(table.key()));
        table.time().ifPresent(time -> member(text, "time", YamlText.of(time)));
        table.version().ifPresent(version -> member(text, "version", YamlText.of(version)));
        table.select().ifPresent(select -> member(text, "select", YamlText.quoted(select)));
        if (!table.rules().isEmpty()) {
            member(text, "rules", "");
            table.rules().forEach(rule -> rule(text, rule));
        }
        table.publish().ifPresent(publish -> member(text, "publish", YamlText.of(publish)));
        if (!table.personal().isEmpty()) {
            member(text, "personal", YamlText.list(new TreeSet<>(table.personal())));
        }
        if (table.retain() != null) {
            member(text, "retain", Durations.word(table.retain()));
        }
        return text.toString();
    }

    /**
     * Reads what {@link #source} wrote, also by an earlier version.
     *
     * @return a mart with the one table; its feeds decode as they did, and fetch nothing
     * @throws io.polder.record.PolderException INVALID_DEFINITION when this version cannot read it any more
     */
    public static Mart read(String source) {
        Problems problems = new Problems();
        Value.Mapping document = YamlDocument.parse("stored definition", source, problems);
        Mart mart = document == null ? null : MartReader.read(document, Path.of(""), Map.of(), problems);
        problems.throwIfAny();
        return Objects.requireNonNull(mart);
    }

    private static String format(Feed feed) {
        StringBuilder text = new StringBuilder();
        line(text, "format", feed.formatName(), feed.formatOptions());
        for (Field field : feed.format().schema().fields()) {
            line(
                    text,
                    "field",
                    field.name(),
                    field.path(),
                    field.type().word(),
                    String.join(",", new TreeSet<>(field.nulls())));
        }
        return text.toString();
    }

    /** Fields that only other feeds of the topic have: a SELECT of all fields has them too. */
    private static void moreFields(StringBuilder text, Feed leader, Collection<Feed> feeds) {
        Map<String, Field> more = new TreeMap<>();
        feeds.forEach(feed -> feed.format().schema().fields().forEach(field -> more.put(field.name(), field)));
        leader.format().schema().fields().forEach(field -> more.remove(field.name()));
        more.values()
                .forEach(field -> line(text, "more", field.name(), field.type().word()));
    }

    private static void feed(StringBuilder text, Feed feed) {
        text.append("  ").append(feed.name()).append(":\n");
        if (feed.isBounded()) {
            member(text, "files", "none");
        } else {
            member(text, "http", "true");
        }
        String options = feed.formatOptions().isEmpty() ? "" : ", " + feed.formatOptions();
        member(text, "format", "{type: " + YamlText.of(feed.formatName()) + options + "}");
        if (!Formats.presets().contains(feed.formatName())) {
            member(text, "fields", "");
            feed.format().schema().fields().forEach(field -> text.append("      - {name: ")
                    .append(YamlText.of(field.name()))
                    .append(", path: ")
                    .append(YamlText.quoted(field.path()))
                    .append(", type: ")
                    .append(field.type().word())
                    .append(", nulls: ")
                    .append(YamlText.list(new TreeSet<>(field.nulls())))
                    .append("}\n"));
        }
        if (!feed.key().isEmpty()) {
            member(text, "key", YamlText.list(feed.key()));
        }
        member(text, "partitions", Integer.toString(feed.partitions()));
        member(text, "topic", YamlText.of(feed.topic()));
        if (feed.simulated()) {
            member(text, "simulated", "true");
        }
    }

    private static void rule(StringBuilder text, Rule rule) {
        text.append("      - {").append(LaterRules.members(rule)).append("}\n");
    }

    private static void member(StringBuilder text, String key, String value) {
        text.append("    ")
                .append(key)
                .append(':')
                .append(value.isEmpty() ? "" : " ")
                .append(value)
                .append('\n');
    }

    private static void line(StringBuilder text, String... parts) {
        text.append(LINE_END);
        List.of(parts).forEach(part -> text.append(part).append(FIELD_END));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256.", impossible);
        }
    }
}
