package io.polder.statistics;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * The values with the smallest hashes, each with its exact count: all values as long as there are few, and then an even
 * sample of the different ones, whose size tells how many there are (Bar-Yossef and others' k minimum values; Gibbons'
 * distinct sampling). Samples of parts make the sample of the whole, and none of the counts is less exact for it.
 */
public final class DistinctSample {
    /** So many values are kept. */
    public static final int SIZE = 2_048;

    /** Hashes are from 0 to below this. */
    private static final double HASHES = 0x1p63;

    /**
     * A value.
     *
     * @param hash from 0, the same wherever the value occurs
     */
    public record Value(long hash, String text, long count) {}

    private final List<Value> values;
    private final long bound;

    private DistinctSample(List<Value> values, long bound) {
        this.values = List.copyOf(values);
        this.bound = bound;
    }

    /**
     * Of some rows.
     *
     * @param smallest values in the order of their hashes: all that there are, or the {@link #SIZE} + 1 first ones
     */
    public static DistinctSample of(List<Value> smallest) {
        return smallest.size() <= SIZE
                ? new DistinctSample(smallest, Long.MAX_VALUE)
                : new DistinctSample(
                        smallest.subList(0, SIZE), smallest.get(SIZE - 1).hash());
    }

    /** Of several parts together. */
    public static DistinctSample merged(Collection<DistinctSample> parts) {
        // Beyond the least bound there are values that some part does not know.
        long bound = parts.stream().mapToLong(part -> part.bound).min().orElse(Long.MAX_VALUE);
        TreeMap<Long, Value> all = new TreeMap<>();
        for (DistinctSample part : parts) {
            for (Value value : part.values) {
                if (value.hash() > bound) {
                    break;
                }
                all.merge(
                        value.hash(),
                        value,
                        (one, other) -> new Value(one.hash(), one.text(), one.count() + other.count()));
                if (all.size() > SIZE) {
                    all.pollLastEntry();
                    bound = all.lastKey();
                }
            }
        }
        return new DistinctSample(new ArrayList<>(all.values()), bound);
    }

    /** Whether these are all values. */
    public boolean isWhole() {
        return bound == Long.MAX_VALUE;
    }

    /** All values whose hash is not greater than this are among {@link #values}. */
    public long bound() {
        return bound;
    }

    /** In the order of their hashes. */
    public List<Value> values() {
        return values;
    }

    /** How many different values there are. */
    public long distinct() {
        return isWhole() ? values.size() : Math.round((values.size() - 1) * (HASHES / bound));
    }

    /** How many values occur once. */
    public long unique() {
        long once = values.stream().filter(value -> value.count() == 1).count();
        return isWhole() ? once : Math.round((double) once * distinct() / values.size());
    }

    /** By what part {@link #distinct} may be wrong: two standard deviations; 0 when it is exact. */
    public double error() {
        return isWhole() ? 0 : 2 / Math.sqrt(values.size() - 2.0);
    }

    /** For {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(bound);
        out.writeInt(values.size());
        for (Value value : values) {
            out.writeLong(value.hash());
            Texts.write(out, value.text());
            out.writeLong(value.count());
        }
    }

    /** What {@link #write} wrote. */
    public static DistinctSample read(DataInput in) throws IOException {
        long bound = in.readLong();
        int size = in.readInt();
        List<Value> values = new ArrayList<>(size);
        for (int at = 0; at < size; at++) {
            values.add(new Value(in.readLong(), Texts.read(in), in.readLong()));
        }
        return new DistinctSample(values, bound);
    }
}
