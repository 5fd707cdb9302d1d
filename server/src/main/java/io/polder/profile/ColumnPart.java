package io.polder.profile;

import io.polder.statistics.DistinctSample;
import io.polder.statistics.FrequentValues;
import io.polder.statistics.Moments;
import io.polder.statistics.RankSummary;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What is known of a column in some rows, so that what is known of others can be put to it. Which number is exact and
 * which a sketch is in docs/profiling.md.
 *
 * @param stored the engine's type
 * @param counts by {@link Count}
 * @param min of the finite numbers, or of times in microseconds since 1970; NaN when there is none
 * @param moments of the finite numbers
 * @param ranks of the finite numbers
 * @param first the least text
 * @param clock counts by weekday from Monday, then by hour, of times by the clock of the mart
 */
record ColumnPart(
        String name,
        String stored,
        Map<Count, Long> counts,
        double min,
        double max,
        Moments moments,
        RankSummary ranks,
        DistinctSample values,
        FrequentValues top,
        FrequentValues patterns,
        String first,
        String last,
        long[] clock) {
    static final int CLOCK = 7 + 24;

    /** What is counted; each is a sum over the rows, but the lengths' least and greatest. */
    enum Count {
        NULLS,
        EMPTY,
        BLANK,
        VALUES,
        ZEROS,
        NEGATIVES,
        INFINITE,
        LENGTHS,
        PADDED,
        UPPER,
        LOWER,
        INTEGERS,
        DECIMALS,
        TIMESTAMPS,
        LEADING_ZEROS,
        NOT_DAY,
        NOT_HOUR,
        NOT_MINUTE,
        NOT_SECOND,
        SHORTEST,
        LONGEST
    }

    enum Kind {
        NUMBER,
        TIME,
        BOOLEAN,
        TEXT
    }

    Kind kind() {
        return kind(stored);
    }

    static Kind kind(String stored) {
        return switch (stored.replaceAll("\\(.*", "")) {
            case "TINYINT",
                    "SMALLINT",
                    "INTEGER",
                    "BIGINT",
                    "UTINYINT",
                    "USMALLINT",
                    "UINTEGER",
                    "UBIGINT",
                    "HUGEINT",
                    "FLOAT",
                    "DOUBLE",
                    "DECIMAL" -> Kind.NUMBER;
            case "BOOLEAN" -> Kind.BOOLEAN;
            case "DATE", "TIMESTAMP" -> Kind.TIME;
            default -> Kind.TEXT;
        };
    }

    boolean isWhole() {
        return !stored.matches("(FLOAT|DOUBLE|DECIMAL).*");
    }

    long count(Count which) {
        return counts.getOrDefault(which, 0L);
    }

    long missing() {
        return count(Count.NULLS) + count(Count.EMPTY) + count(Count.BLANK);
    }

    /** Of several parts of one column together. */
    static ColumnPart merged(Collection<ColumnPart> parts) {
        ColumnPart any = parts.iterator().next();
        Map<Count, Long> counts = new EnumMap<>(Count.class);
        for (Count which : Count.values()) {
            long count =
                    switch (which) {
                        case SHORTEST ->
                            parts.stream()
                                    .filter(part -> part.count(Count.VALUES) > 0)
                                    .mapToLong(part -> part.count(which))
                                    .min()
                                    .orElse(0);
                        case LONGEST -> max(parts, part -> part.count(which));
                        default ->
                            parts.stream().mapToLong(part -> part.count(which)).sum();
                    };
            counts.put(which, count);
        }
        double min = Double.NaN;
        double max = Double.NaN;
        String first = "";
        String last = "";
        long[] clock = new long[CLOCK];
        Moments moments = Moments.NONE;
        boolean hasText = false;
        for (ColumnPart part : parts) {
            min = Double.isNaN(min) ? part.min : Double.isNaN(part.min) ? min : Math.min(min, part.min);
            max = Double.isNaN(max) ? part.max : Double.isNaN(part.max) ? max : Math.max(max, part.max);
            moments = moments.and(part.moments);
            for (int at = 0; at < CLOCK; at++) {
                clock[at] += part.clock[at];
            }
            if (part.count(Count.VALUES) > 0) {
                first = hasText && first.compareTo(part.first) <= 0 ? first : part.first;
                last = hasText && last.compareTo(part.last) >= 0 ? last : part.last;
                hasText = true;
            }
        }
        return new ColumnPart(
                any.name,
                any.stored,
                counts,
                min,
                max,
                moments,
                RankSummary.merged(all(parts, ColumnPart::ranks)),
                DistinctSample.merged(all(parts, ColumnPart::values)),
                FrequentValues.merged(all(parts, ColumnPart::top)),
                FrequentValues.merged(all(parts, ColumnPart::patterns)),
                first,
                last,
                clock);
    }

    private static long max(Collection<ColumnPart> parts, ToLongFunction<ColumnPart> number) {
        return parts.stream().mapToLong(number).max().orElse(0);
    }

    private static <T> List<T> all(Collection<ColumnPart> parts, Function<ColumnPart, T> of) {
        return parts.stream().map(of).toList();
    }

    void write(DataOutput out) throws IOException {
        out.writeUTF(name);
        out.writeUTF(stored);
        for (Count which : Count.values()) {
            out.writeLong(count(which));
        }
        out.writeDouble(min);
        out.writeDouble(max);
        moments.write(out);
        ranks.write(out);
        values.write(out);
        top.write(out);
        patterns.write(out);
        out.writeUTF(first);
        out.writeUTF(last);
        for (long count : clock) {
            out.writeLong(count);
        }
    }

    static ColumnPart read(DataInput in) throws IOException {
        String name = in.readUTF();
        String stored = in.readUTF();
        return new ColumnPart(
                name,
                stored,
                counts(in),
                in.readDouble(),
                in.readDouble(),
                Moments.read(in),
                RankSummary.read(in),
                DistinctSample.read(in),
                FrequentValues.read(in),
                FrequentValues.read(in),
                in.readUTF(),
                in.readUTF(),
                longs(in, CLOCK));
    }

    private static Map<Count, Long> counts(DataInput in) throws IOException {
        Map<Count, Long> counts = new EnumMap<>(Count.class);
        for (Count which : Count.values()) {
            counts.put(which, in.readLong());
        }
        return counts;
    }

    private static long[] longs(DataInput in, int size) throws IOException {
        long[] all = new long[size];
        for (int at = 0; at < size; at++) {
            all[at] = in.readLong();
        }
        return all;
    }
}
