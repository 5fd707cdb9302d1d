package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.jspecify.annotations.Nullable;

/**
 * Learns the record element of XML and what stands in it: the record is the outermost element that is repeated. An
 * element that is repeated inside a record is told apart by an attribute whose values differ, as in {@code
 * meetdata[@klasse_id=2]}.
 */
final class XmlInference {
    private static final int MAX_CONDITIONS = 20;
    private static final int MAX_OUTSIDE = 20;

    private final Map<String, Evidence> byPath = new LinkedHashMap<>();
    private final Map<String, String> names = new LinkedHashMap<>();

    /** An element of a sampled record, with its own text. */
    private record Element(String name, Map<String, String> attributes, List<Element> children, StringBuilder text) {}

    private XmlInference() {}

    static Inference of(byte[] bytes, int from, int to, boolean isWhole) throws MalformedDocumentException {
        XmlText text = XmlText.of(bytes, from, isWhole ? to : withoutCutCharacter(bytes, from, to));
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, String> leaves = new LinkedHashMap<>();
        survey(text, isWhole, counts, leaves);
        String record = record(counts);
        String root = counts.keySet().iterator().next();
        if (root.equalsIgnoreCase("html")) {
            throw html();
        }
        List<Element> records = records(text, isWhole, record);
        Optional<String> preset = preset(record, records);
        if (preset.isPresent()) {
            return Inference.preset(preset.get(), records.size());
        }
        XmlInference inference = new XmlInference();
        inference.learn("", "", records);
        leaves.entrySet().stream()
                .filter(leaf -> isOutside(leaf.getKey(), record) && counts.getOrDefault(leaf.getKey(), 0) == 1)
                .limit(MAX_OUTSIDE)
                .forEach(leaf -> inference.take(
                        "/" + leaf.getKey(),
                        leaf.getKey().substring(leaf.getKey().lastIndexOf('/') + 1),
                        leaf.getValue()));
        return Inference.of("xml", Map.of("record", record), inference.byPath, inference.names, records.size());
    }

    private static MalformedDocumentException html() {
        return new MalformedDocumentException("The document is an HTML page: there is nothing to learn from it.");
    }

    /** A beginning of a document may end within a character, which would not be UTF-8. */
    private static int withoutCutCharacter(byte[] bytes, int from, int to) {
        for (int back = 1; back <= 3 && to - back >= from; back++) {
            if ((bytes[to - back] & 0xC0) == 0xC0) {
                return Utf8.after(bytes, to - back, to) == Utf8.CUT ? to - back : to;
            }
        }
        return to;
    }

    private static boolean isOutside(String path, String record) {
        return !path.equals(record) && !path.startsWith(record + "/");
    }

    private static Optional<String> preset(String record, List<Element> records) {
        boolean hasIdentifier =
                records.stream().allMatch(each -> each.attributes().containsKey("unieke_id"));
        if (!hasIdentifier) {
            return Optional.empty();
        }
        return switch (record) {
            case "miv/meetpunt" -> Optional.of("miv-traffic");
            case "mivconfig/meetpunt" -> Optional.of("miv-points");
            default -> Optional.empty();
        };
    }

    /** Counts every path of elements, and keeps the first text of those that have one. */
    private static void survey(XmlText text, boolean isWhole, Map<String, Integer> counts, Map<String, String> leaves)
            throws MalformedDocumentException {
        Deque<String> open = new ArrayDeque<>();
        walk(text, isWhole, new Visitor() {
            @Override
            public boolean start(XMLStreamReader2 reader) {
                String path = open.isEmpty() ? reader.getLocalName() : open.peek() + "/" + reader.getLocalName();
                open.push(path);
                counts.merge(path, 1, Integer::sum);
                return true;
            }

            @Override
            public void text(String characters) {
                if (!open.isEmpty() && !characters.isBlank()) {
                    leaves.merge(open.peek(), characters, (first, more) -> first.length() < 100 ? first + more : first);
                }
            }

            @Override
            public void end() {
                open.pop();
            }
        });
        if (counts.isEmpty()) {
            throw new MalformedDocumentException("The XML document is cut off before its first element.");
        }
    }

    /**
     * The most frequent path among those that are repeated within an element that is not; the root when nothing is
     * repeated.
     */
    private static String record(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 1 && counts.getOrDefault(parent(entry.getKey()), 0) == 1)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseGet(() -> counts.keySet().iterator().next());
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static List<Element> records(XmlText text, boolean isWhole, String record)
            throws MalformedDocumentException {
        List<Element> records = new ArrayList<>();
        Deque<String> outside = new ArrayDeque<>();
        Deque<Element> inside = new ArrayDeque<>();
        walk(text, isWhole, new Visitor() {
            @Override
            public boolean start(XMLStreamReader2 reader) {
                if (inside.isEmpty()) {
                    String path =
                            outside.isEmpty() ? reader.getLocalName() : outside.peek() + "/" + reader.getLocalName();
                    outside.push(path);
                    if (path.equals(record)) {
                        inside.push(element(reader));
                    }
                } else {
                    Element element = element(reader);
                    inside.getFirst().children().add(element);
                    inside.push(element);
                }
                return records.size() < Inference.SAMPLE;
            }

            @Override
            public void text(String characters) {
                if (!inside.isEmpty()) {
                    inside.getFirst().text().append(characters);
                }
            }

            @Override
            public void end() {
                if (inside.size() == 1) {
                    records.add(inside.pop());
                    outside.pop();
                } else if (inside.isEmpty()) {
                    outside.pop();
                } else {
                    inside.pop();
                }
            }
        });
        if (records.isEmpty()) {
            throw new MalformedDocumentException("The XML document is cut off within its first <" + record
                    + ">: there is nothing to learn from it.");
        }
        return records;
    }

    private static Element element(XMLStreamReader2 reader) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int index = 0; index < reader.getAttributeCount(); index++) {
            String prefix = reader.getAttributePrefix(index);
            // Attributes such as xsi:type are about the document and not about the thing.
            if (prefix == null || prefix.isEmpty()) {
                attributes.put(reader.getAttributeLocalName(index), reader.getAttributeValue(index));
            }
        }
        return new Element(reader.getLocalName(), attributes, new ArrayList<>(), new StringBuilder());
    }

    /**
     * Learns what stands at a path.
     *
     * @param instances the elements there, over all records
     */
    private void learn(String path, String name, List<Element> instances) {
        for (Element instance : instances) {
            instance.attributes()
                    .forEach((attribute, value) -> take(join(path, "@" + attribute), joinName(name, attribute), value));
        }
        Map<String, List<List<Element>>> groups = new LinkedHashMap<>();
        for (Element instance : instances) {
            Map<String, List<Element>> own = new LinkedHashMap<>();
            for (Element child : instance.children()) {
                own.computeIfAbsent(child.name(), absent -> new ArrayList<>()).add(child);
            }
            own.forEach((child, group) ->
                    groups.computeIfAbsent(child, absent -> new ArrayList<>()).add(group));
        }
        if (groups.isEmpty()) {
            for (Element instance : instances) {
                if (!path.isEmpty() || !instance.text().toString().isBlank()) {
                    take(
                            path.isEmpty() ? "." : path,
                            name.isEmpty() ? instance.name() : name,
                            instance.text().toString());
                }
            }
        }
        groups.forEach((child, byParent) -> learnChildren(path, name, child, byParent));
    }

    private void learnChildren(String path, String name, String child, List<List<Element>> byParent) {
        List<Element> all = byParent.stream().flatMap(List::stream).toList();
        boolean isRepeated = byParent.stream().anyMatch(group -> group.size() > 1);
        String attribute = isRepeated ? discriminator(byParent) : null;
        if (attribute == null) {
            learn(join(path, child), joinName(name, child), all);
            return;
        }
        Map<String, List<Element>> byValue = new LinkedHashMap<>();
        for (Element element : all) {
            Map<String, String> others = new LinkedHashMap<>(element.attributes());
            String value = String.valueOf(others.remove(attribute));
            byValue.computeIfAbsent(value, absent -> new ArrayList<>())
                    .add(new Element(element.name(), others, element.children(), element.text()));
        }
        byValue.forEach((value, elements) -> learn(
                join(path, child + "[@" + attribute + "=" + value + "]"),
                joinName(name, child + "_" + value),
                elements));
    }

    /** An attribute that every element has, with values that differ within a parent and are few; or null. */
    private static @Nullable String discriminator(List<List<Element>> byParent) {
        Set<String> candidates =
                new LinkedHashSet<>(byParent.get(0).get(0).attributes().keySet());
        Map<String, Set<String>> values = new LinkedHashMap<>();
        for (List<Element> group : byParent) {
            candidates.removeIf(candidate -> {
                Set<String> own = new HashSet<>();
                boolean differs = group.stream().allMatch(element -> {
                    String value = element.attributes().get(candidate);
                    return value != null && value.matches("[^\\]\"']*") && own.add(value);
                });
                Set<String> seen = values.computeIfAbsent(candidate, absent -> new HashSet<>());
                seen.addAll(own);
                return !differs || seen.size() > MAX_CONDITIONS;
            });
        }
        return candidates.stream().findFirst().orElse(null);
    }

    private void take(String path, String name, String value) {
        byPath.computeIfAbsent(path, absent -> new Evidence()).add(value);
        names.putIfAbsent(path, name);
    }

    private static String join(String path, String step) {
        return path.isEmpty() ? step : path + "/" + step;
    }

    private static String joinName(String name, String step) {
        return name.isEmpty() ? step : name + "_" + step;
    }

    /** What is done with a document's elements. */
    private interface Visitor {
        /** Returns whether to go on. */
        boolean start(XMLStreamReader2 reader);

        void text(String characters);

        void end();
    }

    private static void walk(XmlText text, boolean isWhole, Visitor visitor) throws MalformedDocumentException {
        ByteBuilder characters = new ByteBuilder();
        try {
            XMLStreamReader2 reader = XmlReaders.reader(text.bytes(), text.from(), text.to());
            try {
                int depth = 0;
                while (reader.hasNext()) {
                    switch (XmlReaders.next(reader)) {
                        case XMLStreamConstants.START_ELEMENT -> {
                            depth++;
                            if (depth > XmlReaders.MAX_DEPTH) {
                                throw new MalformedDocumentException("The XML document is nested deeper than "
                                        + XmlReaders.MAX_DEPTH + " elements.");
                            }
                            if (!visitor.start(reader)) {
                                return;
                            }
                        }
                        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                            characters.clear();
                            XmlReaders.appendText(reader, characters);
                            visitor.text(new String(characters.array(), 0, characters.length(), UTF_8));
                        }
                        case XMLStreamConstants.END_ELEMENT -> {
                            depth--;
                            visitor.end();
                        }
                        default -> {
                            // Comments and instructions teach nothing.
                        }
                    }
                }
            } finally {
                reader.close();
            }
        } catch (XMLStreamException malformed) {
            String fault = XmlReaders.fault(malformed, text.from());
            if (XmlSplitter.isHtml(text)) {
                throw html();
            }
            if (isWhole || !fault.endsWith(XmlReaders.CUT)) {
                throw new MalformedDocumentException("Malformed XML at " + fault + ".");
            }
        }
    }
}
