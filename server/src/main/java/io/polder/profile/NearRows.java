package io.polder.profile;

import io.polder.profile.Typing.Typed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of rows that are the same when case, accents, blanks and signs between words do not count, or but for a slip in one
 * text ({@link Texts#isNear}). Columns in which more than nine rows of ten differ are not compared: numbers of rows and the
 * like.
 *
 * <p>The engine gives hashes, and these are held against each other here: of each row that of all columns (an exclusive or,
 * so that a column can be taken out again), that of all with texts made plain, and those of its texts.
 */
final class NearRows {
    private static final int EXAMPLES = 20;
    /** Values that are looked at; of a larger table the first rows. */
    private static final long CELLS = 8_000_000;
    /** Of more columns than this, the last ones are compared together and not one by one. */
    private static final int COLUMNS = 60;
    /** Rows that agree on so few columns are not the same row. */
    private static final int FEW = 3;
    /** Of a column, and of rows that are the same when they are made plain, so many pairs are looked at. */
    private static final int PAIRS = 10_000;

    private final Workbench bench;
    private final List<Typed> typed;
    private final List<Profile.Column> columns;
    private final long rows;

    NearRows(Workbench bench, List<Typed> typed, List<Profile.Column> columns, long rows) {
        this.bench = bench;
        this.typed = typed;
        this.columns = columns;
        this.rows = rows;
    }

    /** Two rows, from 0. */
    private record Two(int first, int second) {}

    Profile.NearDuplicates find() {
        List<Typed> compared = typed.stream()
                .filter(column -> columns.get(column.index()).count() > 0)
                .filter(column -> columns.get(column.index()).distinct() <= 0.9 * rows || isText(column))
                .filter(column -> columns.get(column.index()).distinct() > 1)
                .toList();
        List<Typed> texts =
                compared.stream().filter(NearRows::isText).limit(COLUMNS).toList();
        if (rows < 2 || compared.size() < FEW || texts.isEmpty()) {
            return Profile.NearDuplicates.NONE;
        }
        int looked = (int) Math.min(rows, CELLS / compared.size());
        long[][] hashes = hashes(compared, texts, looked);
        long[] exact = hashes[0];
        FirstRows known = new FirstRows(looked);
        // Of rows that are the very same, the first one stands for all.
        BitSet firsts = new BitSet(looked);
        for (int row = 0; row < looked; row++) {
            firsts.set(row, known.put(exact[row], row) < 0);
        }
        long count = 0;
        Set<Two> pairs = new LinkedHashSet<>();
        known.clear();
        List<Two> plain = new ArrayList<>();
        BitSet paired = new BitSet(looked);
        for (int row = firsts.nextSetBit(0); row >= 0; row = firsts.nextSetBit(row + 1)) {
            int first = known.put(hashes[1][row], row);
            if (first >= 0) {
                count++;
                if (!paired.get(first)) {
                    paired.set(first);
                    plain.add(new Two(first, row));
                }
            }
        }
        plain.stream().sorted(Comparator.comparingInt(Two::first)).limit(PAIRS).forEach(pairs::add);
        for (int at = 0; at < texts.size(); at++) {
            known.clear();
            for (Two near : slips(texts.get(at), hashes[2 + at], exact, firsts, known)) {
                count += pairs.add(near) ? 1 : 0;
            }
        }
        Set<Integer> indices = compared.stream().map(Typed::index).collect(Collectors.toSet());
        List<String> without = typed.stream()
                .filter(column -> !indices.contains(column.index()))
                .filter(column -> columns.get(column.index()).distinct() > 1)
                .map(Typed::name)
                .toList();
        return new Profile.NearDuplicates(
                looked,
                without,
                count,
                pairs.stream()
                        .limit(EXAMPLES)
                        .map(pair -> pair(pair, compared))
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** Of each row the hash of all, of all made plain, and of each text; 0 of one that is missing. */
    private long[][] hashes(List<Typed> compared, List<Typed> texts, int looked) {
        List<String> expressions = new ArrayList<>();
        expressions.add(xor(compared.stream().map(NearRows::hash).toList()));
        expressions.add("hash("
                + compared.stream()
                        .map(column -> isText(column)
                                ? "regexp_replace(lower(strip_accents(" + column.column()
                                        + ")), '[ .,;:/()_-]', '', 'g')"
                                : column.column())
                        .collect(Collectors.joining(", "))
                + ")");
        texts.forEach(text ->
                expressions.add("CASE WHEN " + text.column() + " IS NULL THEN 0::UBIGINT ELSE " + hash(text) + " END"));
        // Named, since the names that the engine makes of long expressions are too long for the reader.
        String named = IntStream.range(0, expressions.size())
                .mapToObj(at -> expressions.get(at) + " AS h" + at)
                .collect(Collectors.joining(", "));
        long[][] hashes = new long[expressions.size()][looked];
        int[] taken = {0};
        bench.batches("SELECT " + named + " FROM data WHERE rowid < " + looked, batch -> {
            int size = batch.getRowCount();
            for (int at = 0; at < hashes.length; at++) {
                ArrowBuf numbers = batch.getVector(at).getDataBuffer();
                for (int row = 0; row < size; row++) {
                    hashes[at][taken[0] + row] = numbers.getLong(8L * row);
                }
            }
            taken[0] += size;
        });
        return hashes;
    }

    /** Halves of halves: the engine's parser has no room for a thousand of them inside each other. */
    private static String xor(List<String> numbers) {
        int half = numbers.size() / 2;
        return half == 0
                ? numbers.get(0)
                : "xor(" + xor(numbers.subList(0, half)) + ", " + xor(numbers.subList(half, numbers.size())) + ")";
    }

    /** The first two of each set of rows that are the same but for a text, where the two texts are near. */
    private List<Two> slips(Typed text, long[] hashes, long[] exact, BitSet firsts, FirstRows known) {
        List<Two> same = new ArrayList<>();
        BitSet paired = new BitSet();
        for (int row = firsts.nextSetBit(0); row >= 0; row = firsts.nextSetBit(row + 1)) {
            int first = hashes[row] == 0 ? -1 : known.put(exact[row] ^ hashes[row], row);
            if (first >= 0 && !paired.get(first)) {
                paired.set(first);
                same.add(new Two(first, row));
            }
        }
        same.sort(Comparator.comparingInt(Two::first));
        List<Two> some = same.subList(0, Math.min(PAIRS, same.size()));
        Map<Integer, String> values = values(text, some);
        return some.stream()
                .filter(pair ->
                        Texts.isNear(values.getOrDefault(pair.first(), ""), values.getOrDefault(pair.second(), "")))
                .toList();
    }

    private Map<Integer, String> values(Typed text, List<Two> pairs) {
        Map<Integer, String> values = new HashMap<>();
        if (!pairs.isEmpty()) {
            Set<Integer> wanted = new TreeSet<>();
            pairs.forEach(pair -> wanted.addAll(List.of(pair.first(), pair.second())));
            bench.read(
                    "SELECT rowid, " + text.column() + " FROM data WHERE rowid IN ("
                            + wanted.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")",
                    row -> values.put(row.getInt(1), row.getString(2)));
        }
        return values;
    }

    private static String hash(Typed column) {
        return "hash(" + column.column() + ", " + column.index() + ")";
    }

    private static boolean isText(Typed column) {
        return column.type().equals("text");
    }

    private Optional<Profile.NearPair> pair(Two pair, List<Typed> compared) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        List<String> others = new ArrayList<>();
        String all = compared.stream()
                .map(column -> "CAST(" + column.column() + " AS VARCHAR)")
                .collect(Collectors.joining(", "));
        List<List<@Nullable Object>> both = bench.rows("SELECT " + all + " FROM data WHERE rowid IN (" + pair.first()
                + ", " + pair.second() + ") ORDER BY rowid");
        for (int at = 0; at < compared.size(); at++) {
            Object one = both.get(0).get(at);
            Object other = both.get(1).get(at);
            if (!Objects.equals(one, other)) {
                names.add(compared.get(at).name());
                values.add(one == null ? "" : String.valueOf(one));
                others.add(other == null ? "" : String.valueOf(other));
            }
        }
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(new Profile.NearPair(pair.first() + 1L, pair.second() + 1L, names, values, others));
    }
}
