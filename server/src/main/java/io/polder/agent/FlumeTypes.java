package io.polder.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Flume knows: the table {@code flume-types.txt}, which is its own documentation. Immutable. */
final class FlumeTypes {
    private static final Pattern TYPE =
            Pattern.compile("(source|channel|sink|interceptor) (\\S+) = (\\S+)(?: : (.+))?");
    private static final Pattern EVERY = Pattern.compile("every (source|channel|sink|sinkgroup)");
    private static final Pattern COLUMNS = Pattern.compile(" {2,}");

    /**
     * A key of a type.
     *
     * @param name without {@code .*}
     * @param isPrefix whether it stands for all keys that begin with it
     * @param kind as in the table
     * @param fallback the default; empty for none, see {@code isRequired}
     */
    record Key(
            String name, boolean isPrefix, String kind, Optional<String> fallback, boolean isRequired, String meaning) {
        boolean matches(String key) {
            return isPrefix ? key.startsWith(name) && key.length() > name.length() : key.equals(name);
        }

        /** Whether Flume has it and this program does not. */
        boolean isMissing() {
            return kind.equals("missing");
        }

        boolean isIgnored() {
            return kind.equals("ignored");
        }

        List<String> words() {
            return kind.contains("|") ? List.of(kind.split("\\|")) : List.of();
        }
    }

    /**
     * A type of component.
     *
     * @param name Flume's short name, or its class where it has none
     * @param absent what to do instead; empty when the type is here
     * @param keys those of all components of the kind among them
     */
    record Type(String kind, String name, String className, Optional<String> absent, List<Key> keys) {
        Optional<Key> key(String name) {
            for (Key key : keys) {
                if (!key.isPrefix && key.matches(name)) {
                    return Optional.of(key);
                }
            }
            return keys.stream().filter(key -> key.matches(name)).findFirst();
        }
    }

    static final FlumeTypes TABLE = read();

    private final Map<String, List<Type>> byKind = new LinkedHashMap<>();
    private final Map<String, List<Key>> ofEvery = new LinkedHashMap<>();

    private static FlumeTypes read() {
        FlumeTypes types = new FlumeTypes();
        try (InputStream in = FlumeTypes.class.getResourceAsStream("flume-types.txt");
                BufferedReader reader = new BufferedReader(
                        new InputStreamReader(Objects.requireNonNull(in, "flume-types.txt"), StandardCharsets.UTF_8))) {
            types.read(reader);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return types;
    }

    private void read(BufferedReader reader) throws IOException {
        List<Key> keys = new ArrayList<>();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher every = EVERY.matcher(line);
            Matcher type = TYPE.matcher(line);
            if (every.matches()) {
                keys = new ArrayList<>();
                ofEvery.put(every.group(1), keys);
            } else if (type.matches()) {
                keys = new ArrayList<>(ofEvery.getOrDefault(type.group(1), List.of()));
                String name = type.group(2).equals("-") ? type.group(3) : type.group(2);
                byKind.computeIfAbsent(type.group(1), kind -> new ArrayList<>())
                        .add(new Type(type.group(1), name, type.group(3), Optional.ofNullable(type.group(4)), keys));
            } else {
                keys.add(key(line));
            }
        }
    }

    private static Key key(String line) {
        String[] columns = COLUMNS.split(line.strip(), 4);
        if (!line.startsWith("  ") || columns.length != 4) {
            throw new IllegalStateException("flume-types.txt: not a type and not a key: '" + line + "'");
        }
        boolean isPrefix = columns[0].endsWith(".*");
        Optional<String> fallback =
                switch (columns[2]) {
                    case "-", "required" -> Optional.empty();
                    case "\"\"" -> Optional.of("");
                    default -> Optional.of(columns[2]);
                };
        return new Key(
                isPrefix ? columns[0].substring(0, columns[0].length() - 1) : columns[0],
                isPrefix,
                columns[1],
                fallback,
                columns[2].equals("required"),
                columns[3]);
    }

    /** A type by its short name, in any case as in Flume, or by its class. */
    Optional<Type> find(String kind, String written) {
        String upper = written.toUpperCase(Locale.ROOT);
        return types(kind).stream()
                .filter(type -> type.name().toUpperCase(Locale.ROOT).equals(upper)
                        || type.className().equals(written)
                        || type.className().equals(written + "$Builder"))
                .findFirst();
    }

    List<Type> types(String kind) {
        return byKind.getOrDefault(kind, List.of());
    }

    /** The keys that all components of a kind have. */
    List<Key> ofEvery(String kind) {
        return ofEvery.getOrDefault(kind, List.of());
    }

    /** The short names of the types of a kind that are here. */
    List<String> namesHere(String kind) {
        return types(kind).stream()
                .filter(type -> type.absent().isEmpty())
                .map(Type::name)
                .toList();
    }

    /** A pseudo type with the keys of a group of sinks. */
    Type sinkGroup() {
        return new Type(
                "sinkgroup", "sinkgroup", "sinkgroup", Optional.empty(), ofEvery.getOrDefault("sinkgroup", List.of()));
    }
}
