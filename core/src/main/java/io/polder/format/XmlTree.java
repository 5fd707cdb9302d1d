package io.polder.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The elements and attributes that are wanted below an element, as a tree of steps; a node with slots is a wanted text.
 * Immutable once made, thread-safe.
 */
final class XmlTree {
    private static final int[] NO_SLOTS = {};

    private final String name;
    private final @Nullable Condition condition;
    private XmlTree[] children = {};
    private Attribute[] attributes = {};

    /** The slots of the element's own text. */
    private int[] slots = NO_SLOTS;

    /** An attribute that an element must have. */
    record Condition(String attribute, String value) {}

    /** A wanted attribute. */
    record Attribute(String name, int slot) {}

    /** One step of a path: an element, or with {@code isAttribute} an attribute. */
    record Step(String name, boolean isAttribute, @Nullable Condition condition) {}

    private XmlTree(String name, @Nullable Condition condition) {
        this.name = name;
        this.condition = condition;
    }

    /**
     * A tree for these paths below one element; the slot of each is its place in the list.
     *
     * @throws IllegalArgumentException when a path cannot be read, with a sentence
     */
    static XmlTree of(List<String> paths) {
        XmlTree root = new XmlTree("", null);
        for (int slot = 0; slot < paths.size(); slot++) {
            XmlTree node = root;
            for (Step step : steps(paths.get(slot))) {
                if (step.isAttribute()) {
                    node.attributes = Arrays.copyOf(node.attributes, node.attributes.length + 1);
                    node.attributes[node.attributes.length - 1] = new Attribute(step.name(), slot);
                    node = null;
                    break;
                }
                node = node.child(step);
            }
            if (node != null) {
                node.slots = Arrays.copyOf(node.slots, node.slots.length + 1);
                node.slots[node.slots.length - 1] = slot;
            }
        }
        return root;
    }

    private XmlTree child(Step step) {
        for (XmlTree child : children) {
            if (child.name.equals(step.name()) && Objects.equals(child.condition, step.condition())) {
                return child;
            }
        }
        XmlTree child = new XmlTree(step.name(), step.condition());
        children = Arrays.copyOf(children, children.length + 1);
        children[children.length - 1] = child;
        return child;
    }

    /**
     * The steps of a path: {@code meetdata[@klasse_id=2]/verkeersintensiteit}, {@code @unieke_id}; {@code .} is the
     * element itself. A prefix before a name is left out, as names are local names.
     */
    static List<Step> steps(String path) {
        List<Step> steps = new ArrayList<>();
        if (path.equals(".")) {
            return steps;
        }
        int at = 0;
        while (at <= path.length()) {
            boolean isAttribute = at < path.length() && path.charAt(at) == '@';
            int nameFrom = isAttribute ? at + 1 : at;
            int stop = nameFrom;
            while (stop < path.length() && path.charAt(stop) != '/' && path.charAt(stop) != '[') {
                stop++;
            }
            String name = localName(path.substring(nameFrom, stop));
            Condition condition = null;
            if (stop < path.length() && path.charAt(stop) == '[') {
                int close = path.indexOf(']', stop);
                if (close < 0) {
                    throw new IllegalArgumentException("a bracket is not closed");
                }
                condition = condition(path.substring(stop + 1, close));
                stop = close + 1;
                if (stop < path.length() && path.charAt(stop) != '/') {
                    throw new IllegalArgumentException("a slash is missing after ']'");
                }
            }
            if (isAttribute && (condition != null || stop < path.length())) {
                throw new IllegalArgumentException("something follows an attribute");
            }
            steps.add(new Step(name, isAttribute, condition));
            at = stop + 1;
        }
        return steps;
    }

    private static Condition condition(String content) {
        int equals = content.indexOf('=');
        if (!content.startsWith("@") || equals < 0) {
            throw new IllegalArgumentException("between brackets stands no attribute with its value");
        }
        String value = content.substring(equals + 1).trim();
        boolean isQuoted = value.length() >= 2
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        return new Condition(
                localName(content.substring(1, equals).trim()),
                isQuoted ? value.substring(1, value.length() - 1) : value);
    }

    private static String localName(String name) {
        String local = name.substring(name.indexOf(':') + 1);
        boolean isName = !local.isEmpty()
                && local.codePoints()
                        .allMatch(point ->
                                Character.isLetterOrDigit(point) || point == '_' || point == '-' || point == '.')
                && !Character.isDigit(local.codePointAt(0));
        if (!isName) {
            throw new IllegalArgumentException(name.isEmpty() ? "a name is missing" : "'" + name + "' is no XML name");
        }
        return local;
    }

    String name() {
        return name;
    }

    @Nullable
    Condition condition() {
        return condition;
    }

    XmlTree[] children() {
        return children;
    }

    Attribute[] attributes() {
        return attributes;
    }

    int[] slots() {
        return slots;
    }
}
