package io.polder.format;

import java.util.Arrays;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Follows a reader through the elements below one element and gathers the texts that a tree wants. For one thread at a
 * time.
 *
 * <p>Several nodes of the tree can match one element ({@code a} and {@code a[@b=1]}), so for each open element a list of
 * matching nodes is kept; all lists stand behind one another in one array.
 */
final class XmlCursor {
    private final XmlTree root;
    private final ByteBuilder[] texts;
    private final boolean[] isSeen;

    /** The nodes that match the open elements, outermost first. */
    private XmlTree[] active = new XmlTree[16];

    /** Where in {@link #active} the nodes of each open element begin. */
    private int[] begins = new int[16];

    private int activeCount;
    private int depth;

    /** @param slots how many texts the tree wants */
    XmlCursor(XmlTree root, int slots) {
        this.root = root;
        texts = new ByteBuilder[slots];
        Arrays.setAll(texts, slot -> new ByteBuilder());
        isSeen = new boolean[slots];
    }

    /** Forgets all texts and starts above everything. */
    void reset() {
        Arrays.fill(isSeen, false);
        activeCount = 0;
        depth = 0;
    }

    /** Forgets all texts and starts at the element that the reader stands on, which is the one that paths begin in. */
    void begin(XMLStreamReader reader) {
        reset();
        open();
        activate(root, reader);
    }

    /** The reader stands on the start of an element, inside the one that was started last. */
    void start(XMLStreamReader reader) {
        int parentBegin = depth == 0 ? 0 : begins[depth - 1];
        int parentEnd = activeCount;
        boolean isTop = depth == 0;
        open();
        if (isTop) {
            match(root, reader);
            return;
        }
        for (int parent = parentBegin; parent < parentEnd; parent++) {
            match(active[parent], reader);
        }
    }

    private void match(XmlTree parent, XMLStreamReader reader) {
        XmlTree[] children = parent.children();
        if (children.length == 0) {
            return;
        }
        String name = reader.getLocalName();
        String attribute = "";
        String value = null;
        for (XmlTree child : children) {
            if (!child.name().equals(name)) {
                continue;
            }
            XmlTree.Condition condition = child.condition();
            if (condition != null) {
                if (!condition.attribute().equals(attribute)) {
                    attribute = condition.attribute();
                    value = attributeValue(reader, attribute);
                }
                if (!condition.value().equals(value)) {
                    continue;
                }
            }
            activate(child, reader);
        }
    }

    private static @Nullable String attributeValue(XMLStreamReader reader, String name) {
        for (int index = 0; index < reader.getAttributeCount(); index++) {
            if (reader.getAttributeLocalName(index).equals(name)) {
                return reader.getAttributeValue(index);
            }
        }
        return null;
    }

    private void open() {
        if (depth == begins.length) {
            begins = Arrays.copyOf(begins, depth * 2);
        }
        begins[depth++] = activeCount;
    }

    private void activate(XmlTree node, XMLStreamReader reader) {
        if (activeCount == active.length) {
            active = Arrays.copyOf(active, activeCount * 2);
        }
        active[activeCount++] = node;
        for (int slot : node.slots()) {
            texts[slot].clear();
            isSeen[slot] = true;
        }
        for (XmlTree.Attribute wanted : node.attributes()) {
            String value = attributeValue(reader, wanted.name());
            if (value != null) {
                ByteBuilder text = texts[wanted.slot()];
                text.clear();
                text.addText(value);
                isSeen[wanted.slot()] = true;
            }
        }
    }

    /** The reader stands on text of the element that was started last and not ended. */
    void text(XMLStreamReader reader) throws XMLStreamException {
        if (depth == 0) {
            return;
        }
        for (int index = begins[depth - 1]; index < activeCount; index++) {
            for (int slot : active[index].slots()) {
                XmlReaders.appendText(reader, texts[slot]);
            }
        }
    }

    /** The element that was started last has ended. */
    void end() {
        activeCount = begins[--depth];
    }

    /** The text of a slot, to be trimmed by whoever reads it; null when the element or attribute was not there. */
    @Nullable
    ByteBuilder text(int slot) {
        return isSeen[slot] ? texts[slot] : null;
    }
}
