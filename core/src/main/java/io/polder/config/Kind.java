package io.polder.config;

import io.polder.record.Problem;
import io.polder.record.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A kind of value that a key can have: how it is called in the reference, and how it is read.
 *
 * @param word as the reference calls it: {@code duration}
 */
record Kind<T>(String word, Parser<T> parser) {
    /** Reads a value, or tells what is wrong with it and returns null. */
    interface Parser<T> {
        @Nullable
        T read(Value value, Problems problems);
    }

    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,199}");

    static final Kind<String> TEXT = text("text", "write a text", text -> {
        if (text.isBlank()) {
            throw new IllegalArgumentException("is empty");
        }
        return text;
    });

    /** A name that SQL takes without quotes. */
    static final Kind<String> NAME_OF_OURS = new Kind<>("name", (value, problems) -> {
        String text = textOf(value, "a name", "use lower-case letters, digits and _, like 'traffic_2'", problems);
        if (text == null) {
            return null;
        }
        try {
            return checkedName(text);
        } catch (IllegalArgumentException wrong) {
            problems.add(value, String.valueOf(wrong.getMessage()), nameFix(text));
            return null;
        }
    });

    static final Kind<String> TOPIC_NAME = text(
            "topic",
            "use letters, digits, '.', '_' and '-', like 'traffic_enriched'; Polder itself writes 'polder.*' and"
                    + " '*.rejected'",
            text -> {
                if (!TOPIC.matcher(text).matches()) {
                    throw new IllegalArgumentException("is not a topic's name");
                }
                if (text.startsWith("polder.") || text.endsWith(".rejected")) {
                    throw new IllegalArgumentException("is a topic's name that Polder keeps for itself");
                }
                return text;
            });

    static final Kind<Boolean> BOOLEAN = text("true or false", "write true or false", text -> switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("is neither true nor false");
    });

    static final Kind<Duration> DURATION =
            text("duration", "write a whole number and a unit, like 500ms, 60s, 10m, 24h or 400d", text -> {
                Duration duration = Durations.parse(text);
                if (duration.isZero()) {
                    throw new IllegalArgumentException("is no time at all");
                }
                return duration;
            });

    static final Kind<Long> SIZE = text("size", "write a whole number and a unit, like 512MB or 1GiB", text -> {
        long bytes = Sizes.parse(text);
        if (bytes == 0) {
            throw new IllegalArgumentException("leaves no room for anything");
        }
        return bytes;
    });

    static final Kind<ZoneId> TIME_ZONE = new Kind<>("time zone", (value, problems) -> {
        String text = textOf(value, "a time zone", "write its name, like Europe/Brussels", problems);
        if (text == null) {
            return null;
        }
        try {
            return ZoneId.of(text);
        } catch (DateTimeException unknown) {
            String fix = Problem.nearest(text, ZoneId.getAvailableZoneIds())
                    .map(zone -> "did you mean '" + zone + "'?")
                    .orElse("write its name, like Europe/Brussels, or UTC");
            problems.add(value, "is no time zone", fix);
            return null;
        }
    });

    static final Kind<Type> TYPE = new Kind<>("type", (value, problems) -> {
        List<String> words = Arrays.stream(Type.values()).map(Type::word).toList();
        String text = textOf(value, "a type", "use one of " + String.join(", ", words), problems);
        if (text == null) {
            return null;
        }
        Type type = Type.of(text).orElse(null);
        if (type == null) {
            problems.add(value, "is no type", typeFix(text, words));
        }
        return type;
    });

    static final Kind<String> GLOB = text("files", "write a pattern of files, like \"history/*.csv.gz\"", text -> {
        try {
            FileSystems.getDefault().getPathMatcher("glob:" + text);
        } catch (PatternSyntaxException malformed) {
            throw new IllegalArgumentException(
                    "is no pattern of files (" + malformed.getDescription() + ")", malformed);
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException("is empty");
        }
        return text;
    });

    /** A word or a list of words, each once; at least one. */
    static final Kind<List<String>> NAMES = names(1);

    /** The same, where none will do. */
    static final Kind<List<String>> NAMES_OR_NONE = names(0);

    /** A text or a list of texts, which may be empty texts. */
    static final Kind<List<String>> TEXTS = new Kind<>("texts", (value, problems) -> {
        List<String> texts = new ArrayList<>();
        boolean good = true;
        for (Value item : value instanceof Value.Items items ? items.values() : List.of(value)) {
            if (item instanceof Value.Text text) {
                texts.add(text.text());
            } else {
                problems.add(
                        item, "is " + item.noun() + ", not a text", "write texts in quotes, like [\"NULL\", \"-\"]");
                good = false;
            }
        }
        return good ? List.copyOf(texts) : null;
    });

    /** Offsets by partition. */
    static final Kind<List<Long>> OFFSETS = new Kind<>("offsets", (value, problems) -> {
        List<Long> offsets = new ArrayList<>();
        boolean good = true;
        for (Value item : value instanceof Value.Items items ? items.values() : List.of(value)) {
            if (item instanceof Value.Text text && text.text().matches("\\d{1,18}")) {
                offsets.add(Long.parseLong(text.text()));
            } else {
                problems.add(item, "is not an offset", "write one whole number for each partition, like [1200, 980]");
                good = false;
            }
        }
        return good ? List.copyOf(offsets) : null;
    });

    private static Kind<List<String>> names(int least) {
        return new Kind<>("names", (value, problems) -> {
            List<String> names = new ArrayList<>();
            boolean good = true;
            for (Value item : value instanceof Value.Items items ? items.values() : List.of(value)) {
                String name = textOf(item, "a name", "write names, like [uid, time]", problems);
                if (name != null && names.contains(name)) {
                    problems.add(item, "is named twice", "name each once");
                    name = null;
                }
                if (name == null) {
                    good = false;
                } else {
                    names.add(name);
                }
            }
            if (good && names.size() < least) {
                problems.add(value, "names nothing", "name at least one, like [uid]");
                good = false;
            }
            return good ? List.copyOf(names) : null;
        });
    }

    /** An address of the web; what it may hold of {@code ${env:NAME}} is put in before. */
    static URI address(String text) {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(
                    "is no address (" + malformed.getReason().toLowerCase(Locale.ROOT) + ")", malformed);
        }
        String scheme = uri.getScheme();
        if (scheme == null || !Set.of("http", "https").contains(scheme.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("is no address of http or https");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("names no host");
        }
        if (uri.getPort() > 65_535) {
            throw new IllegalArgumentException("has a port above 65535");
        }
        return uri;
    }

    /** A mapping, read further by whoever knows it. */
    static Kind<Value.Mapping> mapping(String word, String fix) {
        return new Kind<>(word, (value, problems) -> {
            if (value instanceof Value.Mapping mapping) {
                return mapping;
            }
            problems.add(value, "is " + value.noun() + ", not a mapping", fix);
            return null;
        });
    }

    /** A list of mappings, read further by whoever knows them. Other items are told and left out. */
    static Kind<List<Value.Mapping>> mappings(String word, String fix) {
        return new Kind<>(word, (value, problems) -> {
            if (!(value instanceof Value.Items items)) {
                problems.add(value, "is " + value.noun() + ", not a list", fix);
                return null;
            }
            List<Value.Mapping> mappings = new ArrayList<>();
            for (Value item : items.values()) {
                Value.Mapping mapping = mapping(word, fix).parser().read(item, problems);
                if (mapping != null) {
                    mappings.add(mapping);
                }
            }
            return List.copyOf(mappings);
        });
    }

    /** Things by their names. Those with a bad name are told and kept, so that what refers to them is not told too. */
    static Kind<Map<String, Value>> named(String word, String fix) {
        return new Kind<>(word, (value, problems) -> {
            Value.Mapping mapping = mapping(word, fix).parser().read(value, problems);
            if (mapping == null) {
                return null;
            }
            Map<String, Value> named = new LinkedHashMap<>();
            mapping.members().forEach((name, thing) -> {
                named.put(name, thing);
                try {
                    checkedName(name);
                } catch (IllegalArgumentException wrong) {
                    problems.add(thing.where(), "", "the name '" + name + "' " + wrong.getMessage(), nameFix(name));
                }
            });
            return named;
        });
    }

    /** One of some words, with a note on words that are known and not built yet. */
    static <T> Kind<T> oneOf(Map<String, T> words, Set<String> later) {
        return new Kind<>(String.join(", ", words.keySet()), (value, problems) -> {
            String text = textOf(value, "a word", "use one of " + String.join(", ", words.keySet()), problems);
            if (text == null) {
                return null;
            }
            T meaning = words.get(text);
            if (meaning == null && later.contains(text)) {
                problems.add(value, "is not in this version", "use one of " + String.join(", ", words.keySet()));
            } else if (meaning == null) {
                problems.add(value, "is not known", Problem.suggestion(text, words.keySet()));
            }
            return meaning;
        });
    }

    static Kind<Integer> number(int least, int most) {
        return text("number", "write a whole number from " + least + " to " + most, text -> {
            int number;
            try {
                number = Integer.parseInt(text);
            } catch (NumberFormatException malformed) {
                throw new IllegalArgumentException("is not a whole number", malformed);
            }
            if (number < least || number > most) {
                throw new IllegalArgumentException("is not between " + least + " and " + most);
            }
            return number;
        });
    }

    /** A part of one, without its ends. */
    static Kind<Double> part() {
        return text("part of 1", "write a number between 0.5 and 0.99, like 0.9", text -> {
            double part;
            try {
                part = Double.parseDouble(text);
            } catch (NumberFormatException malformed) {
                throw new IllegalArgumentException("is not a number", malformed);
            }
            if (!(part >= 0.5 && part <= 0.99)) {
                throw new IllegalArgumentException("is not between 0.5 and 0.99");
            }
            return part;
        });
    }

    /** One character. */
    static Kind<Character> character(String example, Function<Character, Boolean> allowed) {
        return text("character", "write one character in quotes, like " + example, text -> {
            if (text.length() != 1 || !allowed.apply(text.charAt(0))) {
                throw new IllegalArgumentException("cannot be used here");
            }
            return text.charAt(0);
        });
    }

    /**
     * A kind that is one text.
     *
     * @param parse throws IllegalArgumentException with what is wrong, without a full stop
     */
    static <T> Kind<T> text(String word, String fix, Function<String, T> parse) {
        return new Kind<>(word, (value, problems) -> {
            String text = textOf(value, "a " + word, fix, problems);
            if (text == null) {
                return null;
            }
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException wrong) {
                problems.add(value, String.valueOf(wrong.getMessage()), fix);
                return null;
            }
        });
    }

    /**
     * A name that people write in SQL without quotes.
     *
     * @throws IllegalArgumentException with what is wrong, without a full stop
     */
    static String checkedName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("cannot be written in SQL without quotes");
        }
        if (Sql.RESERVED.contains(name)) {
            throw new IllegalArgumentException("is a word of SQL");
        }
        if (Sql.isOurs(name)) {
            throw new IllegalArgumentException("is a word of Polder's own");
        }
        return name;
    }

    /** A name like {@code name} that can be used. */
    static String nameFix(String name) {
        String better = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "_");
        if (better.isEmpty() || Character.isDigit(better.charAt(0))) {
            better = "_" + better;
        }
        if (Sql.RESERVED.contains(better) || Sql.isOurs(better)) {
            better = "my_" + better;
        }
        return "use lower-case letters, digits and _, like '" + better + "'";
    }

    private static @Nullable String textOf(Value value, String wanted, String fix, Problems problems) {
        if (value instanceof Value.Text text) {
            return text.text();
        }
        problems.add(value, "is " + value.noun() + ", not " + wanted, fix);
        return null;
    }

    private static String typeFix(String text, List<String> words) {
        String wanted =
                switch (text.toLowerCase(Locale.ROOT)) {
                    case "string", "text", "char" -> "varchar";
                    case "int", "int4", "smallint", "tinyint" -> "integer";
                    case "long", "int8" -> "bigint";
                    case "float", "real", "decimal", "number", "numeric" -> "double";
                    case "bool" -> "boolean";
                    case "datetime", "timestamptz", "instant" -> "timestamp";
                    default -> "";
                };
        return wanted.isEmpty() ? Problem.suggestion(text, new TreeSet<>(words)) : "write " + wanted;
    }
}
