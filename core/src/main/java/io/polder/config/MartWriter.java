package io.polder.config;

import io.polder.format.Formats;
import io.polder.format.Inference;
import io.polder.record.ErrorCode;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.record.Type;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Writes a first {@code polder.yaml} from what a sample showed: commented, and right as it stands. */
public final class MartWriter {
    private static final Set<String> LATITUDES = Set.of("lat", "latitude", "breedtegraad", "y_wgs84");
    private static final Set<String> LONGITUDES = Set.of("lon", "lng", "long", "longitude", "lengtegraad", "x_wgs84");
    private static final Set<String> LABELS =
            Set.of("name", "label", "title", "station", "naam", "city", "description");

    private MartWriter() {}

    /**
     * Where the events come from.
     *
     * @param address what a poll feed fetches, or the pattern of a files feed; empty for an http feed
     */
    public record Source(Feed.Kind kind, String address) {
        /** Fetched on a schedule. */
        public static Source poll(URI address) {
            return new Source(Feed.Kind.POLL, address.toString());
        }

        /** One file, which may have any name; written relative to {@code folder} when it is inside of it. */
        public static Source file(Path folder, Path file) {
            Path absolute = file.toAbsolutePath().normalize();
            Path inside = folder.toAbsolutePath().normalize();
            Path written = absolute.startsWith(inside) ? inside.relativize(absolute) : absolute;
            return new Source(Feed.Kind.FILES, written.toString().replaceAll("([\\\\*?\\[\\]{}])", "\\\\$1"));
        }

        /** Pushed. */
        public static Source http() {
            return new Source(Feed.Kind.HTTP, "");
        }
    }

    /** A name for a mart and its feed, made from an address or the name of a file; SQL takes it without quotes. */
    public static String nameOf(String address) {
        String path = address.replaceAll("[?#].*$", "").replaceAll("/+$", "");
        String last = path.substring(path.lastIndexOf('/') + 1);
        String bare = last.replaceAll("(?i)(\\.(json|ndjson|jsonl|csv|xml|txt|gz))+$", "");
        return unusedName(bare, Set.of());
    }

    /**
     * The text of a definition with one feed and one table, both called {@code name}, and a map when there is a
     * position.
     *
     * @param name as {@link #nameOf} makes it
     * @throws PolderException INVALID_REQUEST when nothing was found that could be a column
     */
    public static String write(String name, Source source, Inference inference) {
        Map<String, Field> fields = named(inference);
        if (fields.isEmpty()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            source.address().isEmpty() ? "the sample" : source.address(),
                            "",
                            "its events hold no values that could be columns",
                            "name a source whose events hold some, or write the fields by hand")));
        }
        List<String> key = inference.key().stream()
                .map(old -> newName(old, inference, fields))
                .toList();
        Optional<String> day = inference.time().map(old -> newName(old, inference, fields));
        List<String> tableKey = new ArrayList<>(key);
        day.filter(column -> !tableKey.contains(column)).ifPresent(tableKey::add);
        // A day tells rows apart, and is no instant.
        Optional<String> time = day.filter(column -> isInstant(fields, column));
        if (tableKey.isEmpty()) {
            tableKey.add(fields.keySet().iterator().next());
        }

        Page page = new Page();
        page.line(0, "# A mart: where events come from, what they become, and how they are shown.");
        page.line(0, "# What was written here was inferred from a sample: read it, and change what is wrong.");
        page.line(0, "# docs/configuration.md explains every key; './polder check' says whether all is right,");
        page.line(0, "# './polder preview " + name + "' shows ten rows, and './polder up' starts it.");
        page.blank();
        page.line(0, "mart: " + name);
        page.line(0, "timezone: UTC", "for hours, days and weeks; instants are stored in UTC");
        page.blank();
        page.line(0, "feeds:");
        page.line(1, name + ":");
        feed(page, name, source, inference, fields.values(), key);
        page.blank();
        page.line(0, "tables:");
        page.line(1, name + ":");
        page.line(2, "from: " + name);
        page.line(2, "key: " + YamlText.list(tableKey), "a row with a key that is there already replaces that row");
        if (time.isPresent()) {
            page.line(2, "time: " + time.get(), "when it was observed");
            page.line(2, "# retain: 400d", "for ever, unless you say how long");
        }
        page.line(2, "# select: \"SELECT e.* FROM event e\"", "all fields, unless you say which; or a file.sql");
        measure(fields, tableKey).ifPresent(column -> {
            page.line(2, "# rules:", "what must hold: reject, nullify or count what breaks it");
            page.line(2, "#   - { column: " + column + ", check: \"" + column + " >= 0\", on_violation: count }");
        });
        page.blank();
        page.line(0, "# views:", "SELECTs with a name");
        page.line(
                0,
                "#   newest: \"SELECT * FROM " + name
                        + time.map(column -> " ORDER BY " + column + " DESC").orElse("") + " LIMIT 100\"");
        map(page, name, fields, tableKey);
        return page.end();
    }

    private static void feed(
            Page page, String name, Source source, Inference inference, Collection<Field> fields, List<String> key) {
        switch (source.kind()) {
            case POLL -> {
                page.line(2, "poll: " + YamlText.quoted(source.address()));
                page.line(2, "every: 60s", "how often it is fetched");
            }
            case FILES -> page.line(2, "files: " + YamlText.quoted(source.address()), "read once, as history");
            case SQL -> page.line(2, "sql: true", "takes what is written by SQL");
            case HTTP -> page.line(2, "http: true", "takes what is posted to /api/feeds/" + name + "/events");
            case KAFKA -> page.line(2, "kafka: true", "reads what others write to the topic");
            case MODEL -> throw new IllegalArgumentException("a model brings its feeds with it");
        }
        page.line(2, "format: " + format(inference));
        if (key.isEmpty()) {
            page.line(2, "# key: [" + fields.iterator().next().name() + "]", "whose event it is: none was found");
            page.line(2, "partitions: 1", "without a key, one partition keeps the order");
        } else {
            page.line(2, "key: " + YamlText.list(key), "whose event it is: events with one key stay in order");
        }
        if (Formats.presets().contains(inference.format())) {
            return;
        }
        page.line(2, "fields:", "what is not here stays in the raw event");
        fields.forEach(field -> {
            StringBuilder line = new StringBuilder("- { name: ").append(field.name());
            if (!field.path().equals(field.name())) {
                line.append(", path: ").append(YamlText.quoted(field.path()));
            }
            line.append(", type: ").append(field.type().word());
            if (!field.nulls().isEmpty()) {
                line.append(", nulls: ").append(YamlText.list(new TreeSet<>(field.nulls())));
            }
            page.line(3, line + " }", comment(inference, field));
        });
    }

    /** {@code json}, or {@code { type: csv, delimiter: ";" }}. */
    private static String format(Inference inference) {
        List<String> options = new ArrayList<>();
        inference.options().forEach((key, value) -> options.add(key + ": " + optionText(key, value)));
        if (!inference.nulls().isEmpty()) {
            options.add("nulls: " + YamlText.list(new TreeSet<>(inference.nulls())));
        }
        if (options.isEmpty()) {
            return inference.format();
        }
        return "{ type: " + inference.format() + ", " + String.join(", ", options) + " }";
    }

    private static String optionText(String key, String value) {
        return key.equals(MartKeys.HEADER.name()) ? value : YamlText.of(value);
    }

    private static boolean isInstant(Map<String, Field> fields, String column) {
        Field field = fields.get(column);
        return field != null && field.type() == Type.TIMESTAMP;
    }

    private static void map(Page page, String name, Map<String, Field> fields, List<String> tableKey) {
        Optional<String> latitude = first(fields, LATITUDES);
        Optional<String> longitude = first(fields, LONGITUDES);
        if (latitude.isEmpty() || longitude.isEmpty()) {
            return;
        }
        Optional<String> colour = measure(fields, tableKey);
        if (colour.isEmpty()) {
            return;
        }
        String label = fields.values().stream()
                .filter(field -> field.type() == Type.VARCHAR && LABELS.contains(field.name()))
                .findFirst()
                .map(field -> ", label: " + field.name())
                .orElse("");
        page.blank();
        page.line(0, "maps:");
        page.line(
                1,
                "live: { table: " + name + ", position: [" + latitude.get() + ", " + longitude.get() + "], colour: "
                        + colour.get() + label + " }");
    }

    private static Optional<String> first(Map<String, Field> fields, Set<String> names) {
        return fields.values().stream()
                .filter(field -> field.type() == Type.DOUBLE && names.contains(field.name()))
                .map(Field::name)
                .findFirst();
    }

    /** The first number that is neither part of the key nor of the position. */
    private static Optional<String> measure(Map<String, Field> fields, Collection<String> tableKey) {
        return fields.values().stream()
                .filter(field ->
                        field.type() == Type.DOUBLE || field.type() == Type.INTEGER || field.type() == Type.BIGINT)
                .map(Field::name)
                .filter(column ->
                        !tableKey.contains(column) && !LATITUDES.contains(column) && !LONGITUDES.contains(column))
                .findFirst();
    }

    /** The fields by names that SQL takes. */
    private static Map<String, Field> named(Inference inference) {
        List<Field> found = Formats.preset(inference.format())
                .map(format -> format.schema().fields())
                .orElse(inference.fields());
        Map<String, Field> fields = new LinkedHashMap<>();
        for (Field field : found) {
            String name = unusedName(field.name(), fields.keySet());
            fields.put(name, new Field(name, field.path(), field.type(), field.nulls()));
        }
        return fields;
    }

    private static String newName(String old, Inference inference, Map<String, Field> fields) {
        List<String> names = List.copyOf(fields.keySet());
        for (int index = 0; index < inference.fields().size() && index < names.size(); index++) {
            if (inference.fields().get(index).name().equals(old)) {
                return names.get(index);
            }
        }
        return old;
    }

    /** {@code speedKmh} to {@code speed_kmh}; with a number behind it when it is taken. */
    private static String unusedName(String text, Set<String> taken) {
        String words = text.replaceAll("([\\p{Ll}0-9])(\\p{Lu})", "$1_$2").toLowerCase(Locale.ROOT);
        String name = words.replaceAll("[^a-z0-9]+", "_").replaceAll("^_+|_+$", "");
        if (name.isEmpty()) {
            name = "field";
        }
        if (Character.isDigit(name.charAt(0))) {
            name = "_" + name;
        }
        name = name.length() > 50 ? name.substring(0, 50) : name;
        if (Sql.RESERVED.contains(name) || Sql.isOurs(name)) {
            name = "the_" + name;
        }
        String candidate = name;
        for (int number = 2; taken.contains(candidate); number++) {
            candidate = name + "_" + number;
        }
        return candidate;
    }

    private static String comment(Inference inference, Field field) {
        for (Field old : inference.fields()) {
            if (old.path().equals(field.path())) {
                String seen = inference.samples().getOrDefault(old.name(), "");
                String line =
                        seen.replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]+", " ").strip();
                return line.length() <= 40 ? line : line.substring(0, 40).strip() + "...";
            }
        }
        return "";
    }

    /** Lines, with the comments of neighbours that are indented alike in one column. */
    private static final class Page {
        private record Line(int indent, String text, String comment) {}

        private final StringBuilder text = new StringBuilder();
        private final List<Line> block = new ArrayList<>();

        void line(int indent, String line) {
            line(indent, line, "");
        }

        void line(int indent, String line, String comment) {
            block.add(new Line(indent, "  ".repeat(indent) + line, comment));
        }

        void blank() {
            for (Line line : block) {
                text.append(line.text);
                if (!line.comment.isEmpty()) {
                    text.append(" ".repeat(column(line.indent) - line.text.length()))
                            .append("# ")
                            .append(line.comment);
                }
                text.append('\n');
            }
            text.append('\n');
            block.clear();
        }

        private int column(int indent) {
            return block.stream()
                    .filter(line -> line.indent == indent && !line.comment.isEmpty())
                    .mapToInt(line -> line.text.length() + 1)
                    .max()
                    .orElse(0);
        }

        String end() {
            blank();
            return text.toString().strip() + "\n";
        }
    }
}
