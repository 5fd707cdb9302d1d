package io.polder.format;

import io.polder.record.Field;
import io.polder.record.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a document seems to be, as a first definition of a feed that reads it: a guess from a sample, to be looked at by
 * a person.
 *
 * @param format a name that {@code format:} takes
 * @param options the format's options that differ from their defaults, by their names in a definition: {@code record},
 *     {@code delimiter}, {@code header}, {@code decimal}
 * @param nulls words that stand for "no value"
 * @param fields what its events hold; the preset's own when {@code format} is a preset
 * @param key the fields that seem to tell things apart; empty when none does
 * @param time the field that seems to be the event's time
 * @param samples for names of fields a value that was seen, as it was written; a field without values is missing
 * @param events how many events were looked at
 */
public record Inference(
        String format,
        Map<String, String> options,
        Set<String> nulls,
        List<Field> fields,
        List<String> key,
        Optional<String> time,
        Map<String, String> samples,
        int events) {
    /** How many events are looked at, at most. */
    static final int SAMPLE = 500;

    private static final List<String> KEY_NAMES = List.of("uid", "id", "key", "uuid", "guid", "code");
    private static final List<String> TIME_NAMES =
            List.of("time", "timestamp", "datetime", "tijd_waarneming", "observed", "date", "datum");

    public Inference {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        nulls = Set.copyOf(nulls);
        fields = List.copyOf(fields);
        key = List.copyOf(key);
        samples = Map.copyOf(samples);
    }

    /**
     * Looks at a document, or at its beginning.
     *
     * @param isWhole whether the document ends at {@code to}
     * @throws MalformedDocumentException when it is none of JSON, CSV and XML, or is malformed where it was looked at
     */
    public static Inference of(byte[] bytes, int from, int to, boolean isWhole) throws MalformedDocumentException {
        int begin = from + Utf8.markLength(bytes, from, to);
        while (begin < to && JsonScanner.isBlank(bytes[begin])) {
            begin++;
        }
        if (begin == to) {
            throw new MalformedDocumentException("The document is empty: there is nothing to learn from it.");
        }
        if (bytes[begin] == '<' || Utf8.isUtf16(bytes, from, to)) {
            return XmlInference.of(bytes, from, to, isWhole);
        }
        if (bytes[begin] == '{' || bytes[begin] == '[') {
            return JsonInference.of(bytes, from, begin, to);
        }
        return CsvInference.of(bytes, from + Utf8.markLength(bytes, from, to), to, isWhole);
    }

    /** The format itself. */
    public Format toFormat() {
        char decimal = options.getOrDefault("decimal", ".").charAt(0);
        return switch (format) {
            case "json" -> Formats.json(fields, new JsonOptions(nulls));
            case "csv" ->
                Formats.csv(
                        fields,
                        new CsvOptions(
                                options.getOrDefault("delimiter", ",").charAt(0),
                                '"',
                                !"false".equals(options.get("header")),
                                nulls,
                                decimal));
            case "xml" -> Formats.xml(fields, new XmlOptions(options.getOrDefault("record", ""), nulls, decimal));
            default -> Formats.preset(format).orElseThrow();
        };
    }

    /**
     * Makes an inference of what was seen.
     *
     * @param names a suggestion for the name of each path's field; made unique here
     */
    static Inference of(
            String format,
            Map<String, String> formatOptions,
            Map<String, Evidence> byPath,
            Map<String, String> names,
            int events) {
        Map<String, String> options = new LinkedHashMap<>(formatOptions);
        boolean isComma = !format.equals("json")
                && byPath.values().stream().anyMatch(Evidence::hasOnlyCommas)
                && byPath.values().stream().noneMatch(Evidence::hasPoints);
        if (isComma) {
            options.put("decimal", ",");
        }
        List<Field> fields = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        Set<String> nulls = new TreeSet<>();
        Map<String, String> samples = new LinkedHashMap<>();
        List<Evidence> evidences = new ArrayList<>();
        byPath.forEach((path, evidence) -> {
            String name = unique(columnName(names.getOrDefault(path, path)), taken);
            Type type = evidence.type(name, isComma);
            fields.add(new Field(name, path, type));
            if (type != Type.VARCHAR) {
                // In a text, a dash may be what was meant.
                nulls.addAll(evidence.nullWords());
            }
            evidences.add(evidence);
            evidence.first().ifPresent(value -> samples.put(name, value));
        });
        return new Inference(
                format, options, nulls, fields, key(fields, evidences, events), time(fields), samples, events);
    }

    static Inference preset(String name, int events) {
        List<Field> fields = Formats.preset(name).orElseThrow().schema().fields();
        return new Inference(name, Map.of(), Set.of(), fields, List.of("uid"), time(fields), Map.of(), events);
    }

    /** A name that SQL takes without quotes: lower case, digits and underscores. */
    static String columnName(String suggestion) {
        String name = suggestion
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9_]+", "_")
                .replaceAll("^_+|_+$", "");
        if (name.isEmpty()) {
            return "field";
        }
        return Character.isDigit(name.charAt(0)) ? "_" + name : name;
    }

    private static String unique(String name, Set<String> taken) {
        String candidate = name;
        for (int number = 2; !taken.add(candidate); number++) {
            candidate = name + "_" + number;
        }
        return candidate;
    }

    /**
     * One field, present in every event, that is called like an identifier: the best name first, then the first field.
     * When none is called so and the time alone does not tell the events apart, the first that can take part in telling
     * them apart: of a key that is too wide too many rows are kept, of one that is too narrow some are lost.
     */
    private static List<String> key(List<Field> fields, List<Evidence> evidences, int events) {
        String best = "";
        int bestScore = 0;
        for (int index = 0; index < fields.size(); index++) {
            Field field = fields.get(index);
            Evidence evidence = evidences.get(index);
            int score = canBeKey(field, evidence, events) ? score(field.name()) : 0;
            // Of two that are called alike, the one that tells more things apart.
            if (score > 0 && evidence.distinct() == events) {
                score++;
            }
            if (score > bestScore) {
                bestScore = score;
                best = field.name();
            }
        }
        return best.isEmpty() ? unnamedKey(fields, evidences, events) : List.of(best);
    }

    private static List<String> unnamedKey(List<Field> fields, List<Evidence> evidences, int events) {
        Optional<String> time = time(fields);
        List<String> several = new ArrayList<>();
        for (int index = 0; index < fields.size(); index++) {
            Field field = fields.get(index);
            Evidence evidence = evidences.get(index);
            if (time.filter(field.name()::equals).isPresent() && evidence.distinct() == events) {
                return List.of();
            }
            if (canBeKey(field, evidence, events) && evidence.distinct() > 1) {
                several.add(field.name());
            }
        }
        return several.stream().limit(1).toList();
    }

    private static boolean canBeKey(Field field, Evidence evidence, int events) {
        return evidence.values() == events
                && (field.type() == Type.INTEGER || field.type() == Type.BIGINT || field.type() == Type.VARCHAR);
    }

    private static int score(String name) {
        int known = KEY_NAMES.indexOf(name);
        if (known >= 0) {
            return 2 * (KEY_NAMES.size() - known) + 10;
        }
        String[] words = name.split("_", -1);
        for (String word : words) {
            if (word.equals("id") || word.equals("uid") || word.equals("uuid")) {
                return 8;
            }
        }
        return words[words.length - 1].equals("code") || words[words.length - 1].equals("nr") ? 2 : 0;
    }

    private static Optional<String> time(List<Field> fields) {
        List<String> times = fields.stream()
                .filter(field -> field.type() == Type.TIMESTAMP || field.type() == Type.DATE)
                .map(Field::name)
                .toList();
        List<String> known = TIME_NAMES.stream().filter(times::contains).toList();
        return known.isEmpty() ? times.stream().findFirst() : known.stream().findFirst();
    }
}
