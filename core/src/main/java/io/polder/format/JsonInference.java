package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Learns the members of JSON objects. For one document and one thread. */
final class JsonInference {
    /** Objects in one another are followed as deep as this; what lies deeper is one text. */
    private static final int MAX_DEPTH = 4;

    /** Arrays of so few numbers are taken as a tuple, such as a position; longer ones are one text. */
    private static final int MAX_TUPLE = 3;

    private final byte[] bytes;
    private final JsonScanner scanner = new JsonScanner(0);
    private final JsonTree nothing = JsonTree.of(List.of());
    private final Map<String, Evidence> byPath = new LinkedHashMap<>();

    private JsonInference(byte[] bytes, int to) {
        this.bytes = bytes;
        scanner.reset(bytes, to);
    }

    /** @param begin where its first byte stands that is not blank */
    static Inference of(byte[] bytes, int from, int begin, int to) throws MalformedDocumentException {
        JsonInference inference = new JsonInference(bytes, to);
        int events = inference.learn(from, begin, to);
        if (events == 0) {
            throw new MalformedDocumentException(
                    "The JSON document has no object in it: there is nothing to learn from it.");
        }
        // A path that is a value here and an object there is kept as the object's members only.
        inference.byPath.keySet().removeIf(path -> inference.byPath.keySet().stream()
                .anyMatch(other -> other.startsWith(path + ".") || other.startsWith(path + "[")));
        return Inference.of("json", Map.of(), inference.byPath, names(inference.byPath), events);
    }

    private static Map<String, String> names(Map<String, Evidence> byPath) {
        Map<String, String> names = new LinkedHashMap<>();
        byPath.keySet().forEach(path -> names.put(path, path.replaceAll("[\\[\\]\".]+", "_")));
        return names;
    }

    private int learn(int from, int begin, int to) throws MalformedDocumentException {
        boolean isArray = bytes[begin] == '[';
        int at = scanner.skipBlank(isArray ? begin + 1 : begin);
        int events = 0;
        while (at < to && events < Inference.SAMPLE && !(isArray && bytes[at] == ']')) {
            int after = scanner.scan(at, nothing);
            if (after < 0 && scanner.isCut()) {
                break;
            }
            if (after < 0) {
                throw JsonSplitter.malformed(bytes, from, scanner.faultAt(), to, scanner.fault());
            }
            if (bytes[at] == '{') {
                object(at, "", 1);
                events++;
            }
            at = scanner.skipBlank(after);
            if (isArray && at < to && bytes[at] == ',') {
                at = scanner.skipBlank(at + 1);
            }
        }
        return events;
    }

    /** Takes in the members of an object that has been found right; returns the place after it. */
    private int object(int from, String prefix, int depth) {
        int at = scanner.skipBlank(from + 1);
        while (bytes[at] != '}') {
            int nameEnd = scanner.scan(at, nothing);
            String path = prefix + step(text(at, nameEnd), prefix.isEmpty());
            at = scanner.skipBlank(scanner.skipBlank(nameEnd) + 1);
            at = scanner.skipBlank(value(at, path, depth));
            if (bytes[at] == ',') {
                at = scanner.skipBlank(at + 1);
            }
        }
        return at + 1;
    }

    private static String step(String name, boolean isFirst) {
        boolean isPlain = !name.isEmpty() && name.chars().noneMatch(unit -> ".[]\"".indexOf(unit) >= 0);
        if (isPlain) {
            return isFirst ? name : "." + name;
        }
        return (isFirst ? "" : ".") + "[\"" + name + "\"]";
    }

    private int value(int at, String path, int depth) {
        int after = scanner.scan(at, nothing);
        if (bytes[at] == '{' && depth < MAX_DEPTH && bytes[scanner.skipBlank(at + 1)] != '}') {
            return object(at, path, depth + 1);
        }
        if (bytes[at] == '[' && tuple(at, after, path)) {
            return after;
        }
        String value = text(at, after);
        evidence(path).add(bytes[at] == 'n' ? "" : value);
        return after;
    }

    /** Takes in an array of a few numbers as fields of their own. */
    private boolean tuple(int from, int to, String path) {
        String[] elements = new String(bytes, from + 1, to - from - 2, UTF_8).split(",", -1);
        if (elements.length > MAX_TUPLE) {
            return false;
        }
        for (String element : elements) {
            if (!element.trim().matches("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
                return false;
            }
        }
        for (int index = 0; index < elements.length; index++) {
            evidence(path + "[" + index + "]").add(elements[index]);
        }
        return true;
    }

    private Evidence evidence(String path) {
        return byPath.computeIfAbsent(path, absent -> new Evidence());
    }

    private String text(int from, int to) {
        if (bytes[from] != '"') {
            return new String(bytes, from, to - from, UTF_8);
        }
        ByteBuilder text = new ByteBuilder();
        JsonScanner.unescape(bytes, from + 1, to - 1, text);
        return new String(text.array(), 0, text.length(), UTF_8);
    }
}
