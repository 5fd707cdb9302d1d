package io.polder.profile;

import io.polder.statistics.SortedNumbers;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a column as they come by. They are told apart by their hashes (xxHash64): the chance that any two of a million
 * different texts have the same one is 3 in 100 million. While the different ones are few each is kept with its count, and
 * all else is told of these; beyond that their hashes are sorted like numbers. For one thread.
 */
final class TextColumn {
    /** So many different texts are kept at most ... */
    private static final int MOST_VALUES = 100_000;
    /** ... and so many bytes of them. */
    private static final int MOST_BYTES = 16 << 20;
    /** Rows whose texts are looked at where there are too many to keep ... */
    private static final int SAMPLE = 20_000;
    /** ... or half of them, or a quarter, when they have more bytes than this. */
    private static final int SAMPLE_BYTES = 2 << 20;

    /** A hash, and twice as much where they are sorted. */
    private static final long ROW_BYTES = 24;
    /** A place in the table, a text that is kept, and the same as an object. */
    private static final long VALUE_BYTES = 300;

    /** To put more in order takes longer than all else. */
    private static final int ORDERED = 10_000;

    /** The most frequent first; of two that are as frequent the one that is first by its characters. */
    static final Comparator<Profile.Top> FREQUENT =
            Comparator.comparingLong(Profile.Top::count).reversed().thenComparing(top -> String.valueOf(top.value()));

    private static final XXHash64 HASH = XXHashFactory.fastestJavaInstance().hash64();
    private static final long SEED = 0;

    /** The hash of each row's text; 0 where there is none. */
    private final long[] hashes;

    /** Rows between two of the sample. */
    private int every;

    private int sampled;
    private int[] sampleEnds = new int[1 << 6];
    private byte[] sample = new byte[1 << 10];
    private final TextShape shape = new TextShape();
    private int row;
    private long there;

    private int different;
    /**
     * At two places from that of its hash on, so that one look tells both: a hash, and how many rows have it with the number
     * of its text in the upper half.
     */
    private long[] table = new long[1 << 11];

    private int[] ends = new int[1 << 9];
    private byte[] kept = new byte[1 << 12];
    private boolean isWhole = true;
    private byte[] batch = {};
    private int[] offsets = {};

    /** Bytes that so many rows take at most, with what is told of them in the end. */
    static long most(long rows) {
        return ROW_BYTES * rows + VALUE_BYTES * Math.min(rows, MOST_VALUES);
    }

    TextColumn(int rows) {
        hashes = new long[rows];
        every = Math.max(1, rows / SAMPLE);
    }

    /** Takes the next rows. */
    void add(VarCharVector texts, int rows) {
        if (rows == 0) {
            return;
        }
        if (offsets.length <= rows) {
            offsets = new int[rows + 1];
        }
        // At once, since each single read is checked for its bounds.
        texts.getOffsetBuffer()
                .nioBuffer(0, (rows + 1) * BaseVariableWidthVector.OFFSET_WIDTH)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer()
                .get(offsets, 0, rows + 1);
        int begin = offsets[0];
        int size = offsets[rows] - begin;
        if (batch.length < size) {
            batch = new byte[Math.max(size, 2 * batch.length)];
        }
        texts.getDataBuffer().getBytes(begin, batch, 0, size);
        boolean isFull = texts.getNullCount() == 0;
        for (int at = 0; at < rows; at++, row++) {
            if (isFull || !texts.isNull(at)) {
                add(offsets[at] - begin, offsets[at + 1] - begin);
            }
        }
    }

    private void add(int from, int to) {
        there++;
        long hash = HASH.hash(batch, from, to - from, SEED);
        hash = hash == 0 ? 1 : hash;
        hashes[row] = hash;
        if (row % every == 0) {
            sample(from, to);
        }
        if (isWhole) {
            count(hash, from, to);
        } else {
            shape.add(batch, from, to, 1);
        }
    }

    private void sample(int from, int to) {
        int begin = sampled == 0 ? 0 : sampleEnds[sampled - 1];
        int end = begin + to - from;
        if (end > SAMPLE_BYTES) {
            thin();
            return;
        }
        if (sampled == sampleEnds.length) {
            sampleEnds = Arrays.copyOf(sampleEnds, 2 * sampled);
        }
        if (sample.length < end) {
            sample = Arrays.copyOf(sample, Math.max(end, 2 * sample.length));
        }
        System.arraycopy(batch, from, sample, begin, to - from);
        sampleEnds[sampled++] = end;
    }

    /** Leaves out each second one. */
    private void thin() {
        every *= 2;
        int kept = 0;
        int end = 0;
        for (int at = 0; at < sampled; at += 2) {
            int begin = at == 0 ? 0 : sampleEnds[at - 1];
            int length = sampleEnds[at] - begin;
            System.arraycopy(sample, begin, sample, end, length);
            end += length;
            sampleEnds[kept++] = end;
        }
        sampled = kept;
    }

    private List<Profile.Top> sampled() {
        List<Profile.Top> texts = new ArrayList<>(sampled);
        for (int at = 0; at < sampled; at++) {
            texts.add(new Profile.Top(text(sample, at == 0 ? 0 : sampleEnds[at - 1], sampleEnds[at]), 1));
        }
        return texts;
    }

    private void count(long hash, int from, int to) {
        int place = place(hash);
        if (table[place] == hash) {
            table[place + 1]++;
            return;
        }
        int length = to - from;
        if (different == MOST_VALUES || length > MOST_BYTES - begin(different)) {
            forget();
            shape.add(batch, from, to, 1);
            return;
        }
        table[place] = hash;
        table[place + 1] = ((long) different << Integer.SIZE) + 1;
        keep(from, length);
        if (4 * different > table.length) {
            spread();
        }
    }

    /** Where a hash is in the table, or is to be. */
    private int place(long hash) {
        int mask = table.length - 2;
        int place = (int) (hash >>> 32) & mask;
        while (table[place] != 0 && table[place] != hash) {
            place = (place + 2) & mask;
        }
        return place;
    }

    private int begin(int at) {
        return at == 0 ? 0 : ends[at - 1];
    }

    private void keep(int from, int length) {
        if (different == ends.length) {
            ends = Arrays.copyOf(ends, 2 * different);
        }
        int begin = begin(different);
        if (kept.length < begin + length) {
            kept = Arrays.copyOf(kept, Math.max(begin + length, 2 * kept.length));
        }
        System.arraycopy(batch, from, kept, begin, length);
        ends[different++] = begin + length;
    }

    private void spread() {
        long[] before = table;
        table = new long[4 * before.length];
        for (int at = 0; at < before.length; at += 2) {
            if (before[at] != 0) {
                int place = place(before[at]);
                table[place] = before[at];
                table[place + 1] = before[at + 1];
            }
        }
    }

    /** Takes a text that is kept, and in how many rows it is. */
    private interface Taker {
        void take(int from, int to, int count);
    }

    private void kept(Taker taker) {
        for (int at = 0; at < table.length; at += 2) {
            if (table[at] != 0) {
                int number = (int) (table[at + 1] >>> Integer.SIZE);
                taker.take(begin(number), ends[number], (int) table[at + 1]);
            }
        }
    }

    /** Goes on without keeping them. */
    private void forget() {
        kept((from, to, count) -> shape.add(kept, from, to, count));
        isWhole = false;
        table = new long[0];
        ends = new int[0];
        kept = new byte[0];
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
     * @param looked those that can be looked at, with their counts: all different ones, the most frequent first while they
     *     are few, or some
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
        List<Profile.Top> all = new ArrayList<>(different);
        kept((from, to, count) -> {
            shape.add(kept, from, to, count);
            all.add(new Profile.Top(text(kept, from, to), count));
        });
        long unique = all.stream().filter(text -> text.count() == 1).count();
        if (all.size() <= ORDERED) {
            all.sort(FREQUENT);
        }
        List<Profile.Top> top =
                all.size() <= ORDERED ? all.subList(0, Math.min(most, all.size())) : mostFrequent(all, most);
        return new Found(different, unique, top, null, all, true, shape.found());
    }

    private static List<Profile.Top> mostFrequent(List<Profile.Top> all, int most) {
        PriorityQueue<Profile.Top> top = new PriorityQueue<>(FREQUENT.reversed());
        for (Profile.Top each : all) {
            if (top.size() < most || FREQUENT.compare(each, top.element()) < 0) {
                top.add(each);
            }
            if (top.size() > most) {
                top.remove();
            }
        }
        return top.stream().sorted(FREQUENT).toList();
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
        List<Profile.Top> looked = sampled();
        if (values.unique() == values.distinct()) {
            List<Profile.Top> any = looked.stream().sorted(FREQUENT).limit(most).toList();
            return new Found(values.distinct(), values.unique(), any, null, looked, false, shape.found());
        }
        Map<Long, Integer> wanted = new HashMap<>();
        values.top().forEach(each -> wanted.put(each.whole(), each.count()));
        Map<Integer, Integer> rows = new HashMap<>();
        for (int at = 0; at < hashes.length && !wanted.isEmpty(); at++) {
            Integer count = hashes[at] == 0 ? null : wanted.remove(hashes[at]);
            if (count != null) {
                rows.put(at, count);
            }
        }
        return new Found(values.distinct(), values.unique(), List.of(), rows, looked, false, shape.found());
    }
}
