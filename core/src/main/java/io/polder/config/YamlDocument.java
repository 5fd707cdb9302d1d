package io.polder.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads YAML into {@link Value}s that know their line. */
final class YamlDocument {
    /** More values than anybody writes by hand; stops anchors that multiply. */
    private static final int MAX_VALUES = 100_000;

    private static final int MAX_DEPTH = 32;

    private final String file;
    private final Problems problems;
    private int values;

    private YamlDocument(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    private static final String MART = "mart: flanders";

    /** The mapping in {@code file}; an empty one when it is empty; null when it cannot be read, which is then told. */
    static Value.@Nullable Mapping read(Path file, Problems problems) {
        return read(file, MART, problems);
    }

    /**
     * The same.
     *
     * @param example how such a file begins, for who gives something else
     */
    static Value.@Nullable Mapping read(Path file, String example, Problems problems) {
        String name = String.valueOf(file.getFileName());
        String text = text(file, name, problems);
        return text == null ? null : parse(name, text, example, problems);
    }

    /** The text of a file in UTF-8; null when it cannot be read, which is then told as a problem at {@code place}. */
    static @Nullable String text(Path file, String name, Problems problems) {
        byte[] bytes;
        Value.Where where = new Value.Where(name, 0, "");
        if (Files.isDirectory(file)) {
            problems.add(where, file.toString(), "is a folder", "name a file in it");
            return null;
        }
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            problems.add(where, file.toString(), "there is no such file", "check the path");
            return null;
        } catch (IOException failure) {
            problems.add(
                    where,
                    file.toString(),
                    "cannot be read (" + failure.getClass().getSimpleName() + ")",
                    "make it a readable file");
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException malformed) {
            problems.add(new Value.Where(name, 0, ""), "", "is not UTF-8", "save it in the encoding UTF-8");
            return null;
        }
    }

    static Value.@Nullable Mapping parse(String file, String text, Problems problems) {
        return parse(file, text, MART, problems);
    }

    private static Value.@Nullable Mapping parse(String file, String text, String example, Problems problems) {
        Value.Where top = new Value.Where(file + ":1", 1, "");
        Optional<Node> root;
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(file).build();
            root = new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException malformed) {
            int line = malformed
                    .getProblemMark()
                    .or(malformed::getContextMark)
                    .map(mark -> mark.getLine() + 1)
                    .orElse(1);
            String wrong = String.valueOf(malformed.getProblem()).replaceAll("\\s+", " ");
            problems.add(
                    new Value.Where(file + ":" + line, line, ""),
                    lineOf(text, line),
                    "is not YAML: " + wrong,
                    syntaxFix(wrong));
            return null;
        } catch (YamlEngineException malformed) {
            String wrong = String.valueOf(malformed.getMessage()).replaceAll("\\s+", " ");
            String fix = wrong.contains("aliases") ? "write it without anchors" : "save it as plain UTF-8 text";
            problems.add(top, "", "is not YAML: " + wrong, fix);
            return null;
        }
        if (root.isEmpty()) {
            return new Value.Mapping(top, Map.of());
        }
        Value value = new YamlDocument(file, problems).value(root.get(), top, 0);
        if (value instanceof Value.Mapping mapping) {
            return mapping;
        }
        if (value instanceof Value.Nothing) {
            return new Value.Mapping(top, Map.of());
        }
        problems.add(value, "is " + value.noun() + ", not a mapping", "write keys with values, like '" + example + "'");
        return null;
    }

    /**
     * The value of one setting given on the command line: a list or mapping when it looks like one, otherwise the text
     * as it stands.
     */
    static @Nullable Value setting(Value.Where where, String text, Problems problems) {
        if (!text.startsWith("[") && !text.startsWith("{")) {
            return new Value.Text(where, text);
        }
        try {
            Node root = new Compose(LoadSettings.builder().build())
                    .composeString(text)
                    .orElseThrow();
            return new YamlDocument(where.source(), problems).value(root, where, 0);
        } catch (YamlEngineException malformed) {
            problems.add(where, text, "is neither a list nor a mapping", "close its brackets, like [a, b] or {a: b}");
            return null;
        }
    }

    private Value value(Node node, Value.Where where, int depth) {
        values++;
        if (depth > MAX_DEPTH || values > MAX_VALUES) {
            if (values <= MAX_VALUES || values == MAX_VALUES + 1) {
                problems.add(where, "", "holds itself, or too much", "write it without anchors");
            }
            return new Value.Nothing(where);
        }
        if (node instanceof MappingNode mapping) {
            return new Value.Mapping(where, members(mapping, where, depth));
        }
        if (node instanceof SequenceNode sequence) {
            List<Value> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                Value.Where inside = at(item, where.path() + "[" + (items.size() + 1) + "]", where);
                items.add(value(item, inside, depth + 1));
            }
            return new Value.Items(where, items);
        }
        String text = node instanceof ScalarNode scalar ? scalar.getValue() : "";
        boolean plain = node instanceof ScalarNode scalar && scalar.isPlain();
        if (plain && (text.isEmpty() || text.equals("~") || text.equals("null"))) {
            return new Value.Nothing(where);
        }
        return new Value.Text(where, text);
    }

    private Map<String, Value> members(MappingNode mapping, Value.Where where, int depth) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                problems.add(
                        at(tuple.getKeyNode(), where.path(), where), "", "has a key that is not a word", "use a word");
                continue;
            }
            String key = keyNode.getValue();
            Value.Where inside = at(keyNode, where.member(key).path(), where);
            Value value = value(tuple.getValueNode(), inside, depth + 1);
            Value first = members.putIfAbsent(key, value);
            if (first != null) {
                problems.add(
                        inside,
                        value.shown(),
                        "is written twice, first at " + first.where().source(),
                        "keep one of them");
            }
        }
        return members;
    }

    /** What stands on the command line has no lines of its own. */
    private Value.Where at(Node node, String path, Value.Where within) {
        if (within.line() == 0) {
            return new Value.Where(within.source(), 0, path);
        }
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(within.line());
        return new Value.Where(file + ":" + line, line, path);
    }

    private static String lineOf(String text, int line) {
        return text.lines().skip(line - 1L).findFirst().orElse("").strip();
    }

    private static String syntaxFix(String wrong) {
        if (wrong.contains("TAB")) {
            return "indent with spaces";
        }
        if (wrong.contains("mapping values are not allowed")) {
            return "put a value that contains ': ' in quotes, and check the indentation";
        }
        if (wrong.contains("another document")) {
            return "keep one document, without a second '---'";
        }
        return "check the indentation, quotes and brackets here and on the line before";
    }
}
