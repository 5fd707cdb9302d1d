package io.polder.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The members that are wanted of a JSON value, as a tree of names; a node with slots is a wanted value. Immutable once
 * made, thread-safe.
 *
 * <p>Names are looked up by their bytes in a small open hash table, so that no text is made of a member's name.
 */
final class JsonTree {
    private static final int[] NO_SLOTS = {};

    /** The slots in which the value's place is noted. */
    private int[] slots = NO_SLOTS;

    /** The slots of everything below this node. */
    private int[] slotsBelow = NO_SLOTS;

    private byte[][] names = {};
    private @Nullable JsonTree[] nodes = {};
    private @Nullable JsonTree[] elements = {};

    private final Map<String, JsonTree> byName = new LinkedHashMap<>();
    private final TreeMap<Integer, JsonTree> byIndex = new TreeMap<>();

    private JsonTree() {}

    /**
     * A tree for these paths; the slot of each is its place in the list.
     *
     * @throws IllegalArgumentException when a path cannot be read, with a sentence
     */
    static JsonTree of(List<String> paths) {
        JsonTree root = new JsonTree();
        for (int slot = 0; slot < paths.size(); slot++) {
            JsonTree node = root;
            for (Object step : steps(paths.get(slot))) {
                node = step instanceof Integer index
                        ? node.byIndex.computeIfAbsent(index, absent -> new JsonTree())
                        : node.byName.computeIfAbsent((String) step, absent -> new JsonTree());
            }
            node.slots = Arrays.copyOf(node.slots, node.slots.length + 1);
            node.slots[node.slots.length - 1] = slot;
        }
        root.freeze();
        return root;
    }

    /** The steps of a path: names as texts, places in arrays as whole numbers. */
    static List<Object> steps(String path) {
        List<Object> steps = new ArrayList<>();
        int at = 0;
        while (at < path.length()) {
            if (path.charAt(at) == '[') {
                int close = path.startsWith("[\"", at) ? path.indexOf("\"]", at + 2) + 1 : path.indexOf(']', at);
                if (close <= at) {
                    throw new IllegalArgumentException("a bracket is not closed");
                }
                steps.add(bracketed(path.substring(at + 1, close)));
                at = close + 1;
                if (at < path.length() && path.charAt(at) == '.') {
                    at++;
                    requireMore(path, at);
                } else if (at < path.length() && path.charAt(at) != '[') {
                    throw new IllegalArgumentException("a point is missing after ']'");
                }
                continue;
            }
            int stop = at;
            while (stop < path.length() && path.charAt(stop) != '.' && path.charAt(stop) != '[') {
                stop++;
            }
            if (stop == at) {
                throw new IllegalArgumentException("a member's name is missing");
            }
            steps.add(path.substring(at, stop));
            at = stop;
            if (at < path.length() && path.charAt(at) == '.') {
                at++;
                requireMore(path, at);
            }
        }
        if (steps.isEmpty() || steps.get(0) instanceof Integer) {
            throw new IllegalArgumentException("it does not begin with a member's name");
        }
        return steps;
    }

    private static void requireMore(String path, int at) {
        if (at == path.length()) {
            throw new IllegalArgumentException("it ends with a point");
        }
    }

    private static Object bracketed(String content) {
        if (content.length() >= 2 && content.startsWith("\"") && content.endsWith("\"")) {
            return content.substring(1, content.length() - 1);
        }
        if (content.isEmpty()
                || content.length() > 6
                || !content.chars().allMatch(unit -> unit >= '0' && unit <= '9')) {
            throw new IllegalArgumentException(
                    "between brackets stands neither a place in an array (from 0) nor a quoted name");
        }
        return Integer.valueOf(content);
    }

    private void freeze() {
        int size = Integer.highestOneBit(Math.max(1, byName.size()) * 4 - 1) * 2;
        names = new byte[size][];
        nodes = new JsonTree[size];
        byName.forEach((name, node) -> {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            int place = hash(bytes, 0, bytes.length) & size - 1;
            while (nodes[place] != null) {
                place = (place + 1) & (size - 1);
            }
            names[place] = bytes;
            nodes[place] = node;
        });
        elements = new JsonTree[byIndex.isEmpty() ? 0 : byIndex.lastKey() + 1];
        byIndex.forEach((index, node) -> elements[index] = node);
        List<JsonTree> below = new ArrayList<>(byName.values());
        below.addAll(byIndex.values());
        for (JsonTree node : below) {
            node.freeze();
            slotsBelow = joined(slotsBelow, joined(node.slots, node.slotsBelow));
        }
    }

    private static int[] joined(int[] left, int[] right) {
        int[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    int[] slots() {
        return slots;
    }

    int[] slotsBelow() {
        return slotsBelow;
    }

    /** The node of the member whose name is these bytes, or null when it is not wanted. */
    @Nullable
    JsonTree member(byte[] bytes, int from, int to) {
        int mask = nodes.length - 1;
        int place = hash(bytes, from, to) & mask;
        JsonTree node = nodes[place];
        while (node != null) {
            byte[] name = names[place];
            if (Arrays.equals(bytes, from, to, name, 0, name.length)) {
                return node;
            }
            place = (place + 1) & mask;
            node = nodes[place];
        }
        return null;
    }

    /** The node of the element at this place, or null when it is not wanted. */
    @Nullable
    JsonTree element(int index) {
        return index < elements.length ? elements[index] : null;
    }

    private static int hash(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return 0;
        }
        int mixed = (bytes[from] * 31 + bytes[to - 1]) * 31 + bytes[from + (length >> 1)] * 7 + length;
        return mixed ^ (mixed >>> 7);
    }
}
