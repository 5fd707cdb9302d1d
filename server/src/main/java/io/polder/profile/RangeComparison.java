package io.polder.profile;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.polder.profile.ColumnPart.Kind;
import io.polder.statistics.DistinctSample;
import io.polder.statistics.FrequentValues;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What has changed in a table from one range of its time to another.
 *
 * @param unit of what the ranges are: hour, day, month or year
 * @param drifted how many of the drifts are significant and not small
 * @param drifts what drifted most first
 * @param left columns of which only what is missing is compared: the time by which the table is cut, and other times
 */
public record RangeComparison(
        String table, String unit, Side before, Side after, long drifted, List<Told> drifts, List<String> left) {
    /**
     * A range.
     *
     * @param looked how many of its rows were looked at
     */
    public record Side(String from, String to, long rows, long looked) {}

    /**
     * What was found of one column, as {@link Comparison.Drift} says.
     *
     * @param probability null where nothing was tested
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Told(
            String column,
            String kind,
            String what,
            double effect,
            @Nullable Double probability,
            boolean hasDrifted) {}

    /** So many numbers of each range are compared. */
    private static final int SAMPLE = 20_000;

    static RangeComparison of(
            String table,
            TimeSlice.Unit unit,
            Optional<String> time,
            RangeReader.Range before,
            RangeReader.Range after,
            Set<String> personal,
            int k) {
        Map<String, Comparison.Column> was = new LinkedHashMap<>();
        Map<String, Comparison.Column> is = new LinkedHashMap<>();
        Set<String> left = new TreeSet<>();
        TablePart one = before.part();
        TablePart other = after.part();
        for (int at = 0; one != null && other != null && at < one.columns().size(); at++) {
            ColumnPart first = one.columns().get(at);
            ColumnPart second = other.columns().get(at);
            String name = first.name();
            if (first.kind() == Kind.TIME) {
                left.add(name);
            }
            if (!time.equals(Optional.of(name))) {
                boolean isPersonal = personal.contains(name);
                was.put(name, column(first, second, isPersonal, k));
                is.put(name, column(second, first, isPersonal, k));
            }
        }
        List<Told> drifts = Comparison.compare(
                        new Comparison.Snapshot(before.from().toString(), before.rows(), was),
                        new Comparison.Snapshot(after.from().toString(), after.rows(), is))
                .stream()
                .map(RangeComparison::told)
                .toList();
        return new RangeComparison(
                table,
                unit.name().toLowerCase(java.util.Locale.ROOT),
                side(before),
                side(after),
                drifts.stream().filter(Told::hasDrifted).count(),
                drifts,
                List.copyOf(left));
    }

    private static Side side(RangeReader.Range range) {
        return new Side(range.from().toString(), range.to().toString(), range.rows(), range.looked());
    }

    private static Told told(Comparison.Drift drift) {
        return new Told(
                drift.column(),
                drift.kind(),
                drift.what(),
                drift.effect(),
                Double.isNaN(drift.probability()) ? null : (Double) drift.probability(),
                drift.hasDrifted());
    }

    /** A column as it is to be compared with {@code other}; of a personal one what its profile shows, and no more. */
    private static Comparison.Column column(ColumnPart part, ColumnPart other, boolean isPersonal, int k) {
        long count = part.count(ColumnPart.Count.VALUES);
        long missing = part.missing();
        String type = part.stored();
        boolean isCode = part.isWhole() && Typing.isCodeName(part.name());
        if (isPersonal) {
            Map<String, Long> frequent = new HashMap<>();
            counts(part, other).forEach((value, rows) -> {
                if (rows >= k) {
                    frequent.put(value, rows / k * k);
                }
            });
            boolean hasValues = part.kind() == Kind.TEXT || part.kind() == Kind.BOOLEAN;
            return new Comparison.Column(
                    type, true, count / k * k, missing / k * k, null, hasValues ? frequent : null, 0, 0);
        }
        if (part.kind() == Kind.TIME) {
            return new Comparison.Column(type, false, count, missing, null, null, 0, 0);
        }
        if (part.kind() == Kind.NUMBER && !isCode) {
            double[] numbers = part.ranks().spread(SAMPLE);
            return new Comparison.Column(
                    type, false, count, missing, numbers, null, 0, part.ranks().error());
        }
        return new Comparison.Column(type, false, count, missing, null, counts(part, other), 0, 0);
    }

    /**
     * How often values are there: exact where all are known on both sides, and else of those whose hashes both sides
     * know, and of the most frequent ones what makes the least difference.
     */
    private static Map<String, Long> counts(ColumnPart part, ColumnPart other) {
        DistinctSample mine = part.values();
        DistinctSample others = other.values();
        Map<String, Long> counts = new HashMap<>();
        if (!mine.isWhole() || !others.isWhole()) {
            nearest(part, other, counts);
        }
        long bound = Math.min(mine.bound(), others.bound());
        for (DistinctSample.Value value : mine.values()) {
            if (value.hash() <= bound) {
                counts.put(value.text(), value.count());
            }
        }
        return counts;
    }

    private static void nearest(ColumnPart part, ColumnPart other, Map<String, Long> counts) {
        double all = Math.max(1, part.count(ColumnPart.Count.VALUES));
        double others = Math.max(1, other.count(ColumnPart.Count.VALUES));
        Map<String, FrequentValues.Value> mine = byText(part);
        Map<String, FrequentValues.Value> theirs = byText(other);
        Set<String> values = new TreeSet<>(mine.keySet());
        values.addAll(theirs.keySet());
        for (String value : values) {
            double[] one = bounds(mine.get(value), part.top().floor(), all);
            double[] two = bounds(theirs.get(value), other.top().floor(), others);
            // Where both may be the same they count as the same; else as near as they may be.
            double low = Math.max(one[0], two[0]);
            double high = Math.min(one[1], two[1]);
            double share = low <= high ? (low + high) / 2 : one[1] < two[0] ? one[1] : one[0];
            counts.put(value, Math.round(share * all));
        }
    }

    private static Map<String, FrequentValues.Value> byText(ColumnPart part) {
        Map<String, FrequentValues.Value> values = new HashMap<>();
        part.top().values().forEach(value -> values.put(value.text(), value));
        return values;
    }

    private static double[] bounds(FrequentValues.@Nullable Value value, long floor, double all) {
        return value == null
                ? new double[] {0, floor / all}
                : new double[] {value.count() / all, (value.count() + value.more()) / all};
    }
}
