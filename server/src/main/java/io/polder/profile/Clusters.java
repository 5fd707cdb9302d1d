package io.polder.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ObjDoubleConsumer;

/** Columns that hang together by pairs, as groups: one thing to say of each. */
final class Clusters {
    /** The group of each column; columns of one group have the same object. */
    private final Map<String, TreeSet<String>> groups = new LinkedHashMap<>();

    private final List<Pair> pairs = new ArrayList<>();

    private record Pair(String column, double strength) {}

    /** Puts two columns into one group. */
    void join(String one, String other, double strength) {
        TreeSet<String> all = group(one);
        TreeSet<String> others = group(other);
        if (all != others) {
            all.addAll(others);
            others.forEach(column -> groups.put(column, all));
        }
        pairs.add(new Pair(one, strength));
    }

    private TreeSet<String> group(String column) {
        return groups.computeIfAbsent(column, alone -> new TreeSet<>(List.of(alone)));
    }

    /** Tells each group's columns by name, and the weakest of the pairs that hold it together; groups by their first column. */
    void each(ObjDoubleConsumer<List<String>> told) {
        groups.values().stream()
                .distinct()
                .sorted(Comparator.comparing(TreeSet::first))
                .forEach(columns -> told.accept(
                        List.copyOf(columns),
                        pairs.stream()
                                .filter(pair -> columns.contains(pair.column()))
                                .mapToDouble(Pair::strength)
                                .min()
                                .orElse(1)));
    }
}
