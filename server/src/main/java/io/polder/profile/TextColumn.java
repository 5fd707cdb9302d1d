package io.polder.profile;

import io.polder.statistics.SortedNumbers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a column as they come by. While the different ones are few each is kept with its count, and all else is told
 * of these. Beyond that they are told apart by their hashes (xxHash64), which are sorted like numbers; the chance that two of
 * a million different texts have the same one is 3 in 100 million. For one thread.
 */
final class TextColumn {
    /** So many different texts are kept at most ... */
    private static final int MOST_VALUES = 200_000;
    /** ... and so many bytes of them. */
    private static final int MOST_BYTES = 16 << 20;
    /** Rows whose texts are looked at where there are too many to keep. */
    private static final int SAMPLE = 20_000;

    private static final XXHash64 HASH = XXHashFactory.fastestJavaInstance().hash64();
    private static final long SEED = 0;

    /** The hash of each row's text; 0 where there is none. */
    private final long[] hashes;

    private final int every;
    private final List<Profile.Top> sample = new ArrayList<>();
    private final TextShape shape = new TextShape();
    private int row;
    private long there;

    private int different;
    /** The number of a text, plus one, at the place of its hash or after it. */
    private int[] places = new int[1 << 10];

    private long[] known = new long[1 << 9];
    private int[] counts = new int[1 << 9];
    private int[] ends = new int[1 << 9];
    private byte[] kept = new byte[1 << 12];
    private boolean isWhole = true;
    private byte[] batch = {};

    TextColumn(int rows) {
        hashes = new long[rows];
        every = Math.max(1, rows / SAMPLE);
    }

    /** Takes the next rows. */
    void add(VarCharVector texts, int rows) {
        ArrowBuf offsets = texts.getOffsetBuffer();
        int begin = rows == 0 ? 0 : offsets.getInt(0);
        int size = rows == 0 ? 0 : offsets.getInt((long) rows * BaseVariableWidthVector.OFFSET_WIDTH) - begin;
        if (batch.length < size) {
            batch = new byte[Math.max(size, 2 * batch.length)];
        }
        if (size > 0) {
            texts.getDataBuffer().getBytes(begin, batch, 0, size);
        }
        boolean isFull = texts.getNullCount() == 0;
        int to = 0;
        for (int at = 0; at < rows; at++, row++) {
            int from = to;
            to = offsets.getInt((at + 1L) * BaseVariableWidthVector.OFFSET_WIDTH) - begin;
            if (isFull || !texts.isNull(at)) {
                add(from, to);
            }
        }
    }

    private void add(int from, int to) {
        there++;
        long hash = HASH.hash(batch, from, to - from, SEED);
        hash = hash == 0 ? 1 : hash;
        hashes[row] = hash;
        if (row % every == 0) {
            sample.add(new Profile.Top(text(batch, from, to), 1));
        }
        if (isWhole) {
            count(hash, from, to);
        } else {
            shape.add(batch, from, to, 1);
        }
    }

    private void count(long hash, int from, int to) {
        int mask = places.length - 1;
        int place = (int) (hash >>> 32) & mask;
        while (places[place] != 0) {
            int at = places[place] - 1;
            if (known[at] == hash && Arrays.equals(kept, begin(at), ends[at], batch, from, to)) {
                counts[at]++;
                return;
            }
            place = (place + 1) & mask;
        }
        int length = to - from;
        if (different == MOST_VALUES || length > MOST_BYTES - begin(different)) {
            forget();
            shape.add(batch, from, to, 1);
            return;
        }
        keep(hash, from, length);
        places[place] = different;
        if (2 * different > places.length) {
            spread();
        }
    }

    private int begin(int at) {
        return at == 0 ? 0 : ends[at - 1];
    }

    private void keep(long hash, int from, int length) {
        if (different == known.length) {
            known = Arrays.copyOf(known, 2 * different);
            counts = Arrays.copyOf(counts, 2 * different);
            ends = Arrays.copyOf(ends, 2 * different);
        }
        int begin = begin(different);
        if (kept.length < begin + length) {
            kept = Arrays.copyOf(kept, Math.max(begin + length, 2 * kept.length));
        }
        System.arraycopy(batch, from, kept, begin, length);
        known[different] = hash;
        counts[different] = 1;
        ends[different] = begin + length;
        different++;
    }

    private void spread() {
        places = new int[4 * places.length];
        int mask = places.length - 1;
        for (int at = 0; at < different; at++) {
            int place = (int) (known[at] >>> 32) & mask;
            while (places[place] != 0) {
                place = (place + 1) & mask;
            }
            places[place] = at + 1;
        }
    }

    /** Goes on without keeping them. */
    private void forget() {
        shapeKept();
        isWhole = false;
        different = 0;
        places = new int[0];
        known = new long[0];
        counts = new int[0];
        ends = new int[0];
        kept = new byte[0];
    }

    private void shapeKept() {
        for (int at = 0; at < different; at++) {
            shape.add(kept, begin(at), ends[at], counts[at]);
        }
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    /** How many texts there are, equal ones too. */
    long there() {
        return there;
    }

    /**
     * What was found; to be asked once.
     *
     * @param most how many frequent ones are told
     */
    Found found(int most) {
        return isWhole ? whole(most) : parts(most);
    }

    /**
     * The texts of a column.
     *
     * @param top the most frequent ones
     * @param rows of the frequent ones, where their texts are not known: the first row that has each, with how many do
     * @param looked those that can be looked at, with their counts: all different ones, or some
     * @param isWhole whether these are all
     */
    record Found(
            long distinct,
            long unique,
            List<Profile.Top> top,
            @Nullable Map<Integer, Integer> rows,
            List<Profile.Top> looked,
            boolean isWhole,
            TextShape.Found shape) {
        Found with(List<Profile.Top> frequent) {
            return new Found(distinct, unique, frequent, null, looked, isWhole, shape);
        }
    }

    private Found whole(int most) {
        shapeKept();
        List<Profile.Top> all = new ArrayList<>(different);
        long unique = 0;
        for (int at = 0; at < different; at++) {
            unique += counts[at] == 1 ? 1 : 0;
            all.add(new Profile.Top(text(kept, begin(at), ends[at]), counts[at]));
        }
        sort(all);
        return new Found(
                different, unique, all.subList(0, Math.min(most, all.size())), null, all, true, shape.found());
    }

    static void sort(List<Profile.Top> texts) {
        texts.sort(Comparator.comparingLong(Profile.Top::count)
                .reversed()
                .thenComparing(top -> String.valueOf(top.value())));
    }

    private Found parts(int most) {
        long[] sorted = new long[(int) there];
        int filled = 0;
        for (long hash : hashes) {
            if (hash != 0) {
                sorted[filled++] = hash;
            }
        }
        SortedNumbers.Values values = SortedNumbers.ofWhole(sorted, filled).values(most);
        Map<Long, Integer> wanted = new HashMap<>();
        values.top().forEach(each -> wanted.put(each.whole(), each.count()));
        Map<Integer, Integer> rows = new HashMap<>();
        for (int at = 0; at < hashes.length && !wanted.isEmpty(); at++) {
            Integer count = hashes[at] == 0 ? null : wanted.remove(hashes[at]);
            if (count != null) {
                rows.put(at, count);
            }
        }
        return new Found(values.distinct(), values.unique(), List.of(), rows, sample, false, shape.found());
    }
}
