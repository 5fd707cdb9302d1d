package io.polder.record;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Something wrong in what a person wrote, as a sentence: where and what value, what is wrong, what to do.
 *
 * @param place where it stands: {@code polder.yaml:12 tables.traffic.time}
 * @param value what was written, as written; empty when nothing was
 * @param wrong what is wrong with it, without a full stop
 * @param fix what to do, in the imperative, without a full stop
 */
public record Problem(String place, String value, String wrong, String fix) {
    public Problem {
        Objects.requireNonNull(place, "place");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(wrong, "wrong");
        if (fix.isBlank()) {
            throw new IllegalArgumentException("A problem without a fix: " + place + ": " + wrong);
        }
    }

    /** One line: {@code polder.yaml:12 tables.traffic.time = 'tme': no such column. Fix: did you mean 'time'?}. */
    @Override
    public String toString() {
        return place + (value.isEmpty() ? "" : " = '" + value + "'") + ": " + wrong + ". Fix: " + fix;
    }

    /** The candidate most like {@code word} (Damerau–Levenshtein distance at most a third of its length), or empty. */
    public static java.util.Optional<String> nearest(String word, java.util.Collection<String> candidates) {
        return candidates.stream()
                .map(candidate -> new Scored(candidate, distance(word, candidate)))
                .filter(scored ->
                        scored.distance <= Math.max(1, Math.max(word.length(), scored.candidate.length()) / 3))
                .min(Comparator.comparingInt(Scored::distance).thenComparing(Scored::candidate))
                .map(Scored::candidate);
    }

    /** "did you mean 'x'?", or the list of what there is. */
    public static String suggestion(String word, java.util.Collection<String> candidates) {
        return nearest(word, candidates)
                .map(candidate -> "did you mean '" + candidate + "'?")
                .orElseGet(() -> switch (candidates.size()) {
                    case 0 -> "remove it";
                    case 1 -> "use '" + candidates.iterator().next() + "'";
                    default -> "use one of " + String.join(", ", List.copyOf(candidates));
                });
    }

    private record Scored(String candidate, int distance) {}

    private static int distance(String left, String right) {
        int[][] table = new int[left.length() + 1][right.length() + 1];
        for (int row = 0; row <= left.length(); row++) {
            for (int column = 0; column <= right.length(); column++) {
                if (row == 0 || column == 0) {
                    table[row][column] = row + column;
                    continue;
                }
                char a = Character.toLowerCase(left.charAt(row - 1));
                char b = Character.toLowerCase(right.charAt(column - 1));
                int best = Math.min(table[row - 1][column], table[row][column - 1]) + 1;
                best = Math.min(best, table[row - 1][column - 1] + (a == b ? 0 : 1));
                if (row > 1
                        && column > 1
                        && a == Character.toLowerCase(right.charAt(column - 2))
                        && b == Character.toLowerCase(left.charAt(row - 2))) {
                    best = Math.min(best, table[row - 2][column - 2] + 1);
                }
                table[row][column] = best;
            }
        }
        return table[left.length()][right.length()];
    }
}
