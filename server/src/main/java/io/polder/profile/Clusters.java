package io.polder.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ObjDoubleConsumer;

/** Columns that hang together by pairs, as groups: one thing to say of each. */
final class Clusters {
    /** The first column of each column's group. */
    private final Map<String, String> firsts = new TreeMap<>();

    private final List<Pair> pairs = new ArrayList<>();

    private record Pair(String column, double strength) {}

    /** Puts two columns into one group. */
    void join(String one, String other, double strength) {
        String first = firsts.computeIfAbsent(one, alone -> alone);
        String second = firsts.computeIfAbsent(other, alone -> alone);
        String least = first.compareTo(second) < 0 ? first : second;
        firsts.replaceAll((column, of) -> of.equals(first) || of.equals(second) ? least : of);
        pairs.add(new Pair(one, strength));
    }

    /** Tells each group's columns by name, and the weakest of the pairs that hold it together; groups by their first column. */
    void each(ObjDoubleConsumer<List<String>> told) {
        Map<String, Set<String>> groups = new TreeMap<>();
        firsts.forEach((column, first) ->
                groups.computeIfAbsent(first, fresh -> new TreeSet<>()).add(column));
        groups.values()
                .forEach(columns -> told.accept(
                        List.copyOf(columns),
                        pairs.stream()
                                .filter(pair -> columns.contains(pair.column()))
                                .mapToDouble(Pair::strength)
                                .min()
                                .orElse(1)));
    }
}
