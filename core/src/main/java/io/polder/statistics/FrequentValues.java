package io.polder.statistics;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The most frequent values with bounds of their counts. Of one part the counts are exact and {@link #floor} says how often
 * a value that is left out may occur; of several parts together a value may occur more often than was counted by the
 * floors of the parts that left it out, and never less often.
 */
public final class FrequentValues {
    /** So many values are kept. */
    public static final int SIZE = 100;

    /** Beside those that are shown, so that few are missed when parts are put together. */
    private static final int KEPT = 3 * SIZE;

    private static final Comparator<Value> ORDER =
            Comparator.comparingLong((Value value) -> -value.count()).thenComparing(Value::text);

    /**
     * A value.
     *
     * @param count rows that have it, at least
     * @param more rows that may have it beside these, at most
     */
    public record Value(String text, long count, long more) {}

    private final List<Value> values;
    private final long floor;

    private FrequentValues(List<Value> values, long floor) {
        this.values = List.copyOf(values);
        this.floor = floor;
    }

    /**
     * Of some rows.
     *
     * @param counts exact, of all values, or of the {@link #wanted} most frequent ones
     */
    public static FrequentValues of(Map<String, Long> counts) {
        List<Value> values = new ArrayList<>();
        counts.forEach((text, count) -> values.add(new Value(text, count, 0)));
        values.sort(ORDER);
        return values.size() <= KEPT
                ? new FrequentValues(values, 0)
                : new FrequentValues(values.subList(0, KEPT), values.get(KEPT).count());
    }

    /** How many values are to be counted for {@link #of}. */
    public static int wanted() {
        return KEPT + 1;
    }

    /** Of several parts together. */
    public static FrequentValues merged(Collection<FrequentValues> parts) {
        long floors = parts.stream().mapToLong(FrequentValues::floor).sum();
        Map<String, long[]> sums = new HashMap<>();
        for (FrequentValues part : parts) {
            for (Value value : part.values) {
                long[] sum = sums.computeIfAbsent(value.text(), text -> new long[] {0, floors});
                sum[0] += value.count();
                sum[1] += value.more() - part.floor;
            }
        }
        List<Value> values = new ArrayList<>();
        sums.forEach((text, sum) -> values.add(new Value(text, sum[0], sum[1])));
        values.sort(ORDER);
        if (values.size() <= KEPT) {
            return new FrequentValues(values, floors);
        }
        long left = values.subList(KEPT, values.size()).stream()
                .mapToLong(value -> value.count() + value.more())
                .max()
                .orElse(0);
        return new FrequentValues(values.subList(0, KEPT), Math.max(floors, left));
    }

    /** The most frequent first. */
    public List<Value> values() {
        return values;
    }

    /** How often a value that is not among these may occur, at most; 0 when these are all. */
    public long floor() {
        return floor;
    }

    /** For {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(floor);
        out.writeInt(values.size());
        for (Value value : values) {
            Texts.write(out, value.text());
            out.writeLong(value.count());
            out.writeLong(value.more());
        }
    }

    /** What {@link #write} wrote. */
    public static FrequentValues read(DataInput in) throws IOException {
        long floor = in.readLong();
        int size = in.readInt();
        List<Value> values = new ArrayList<>(size);
        for (int at = 0; at < size; at++) {
            values.add(new Value(Texts.read(in), in.readLong(), in.readLong()));
        }
        return new FrequentValues(values, floor);
    }
}
