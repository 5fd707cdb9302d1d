package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows that agree where they should not: on what was said to be a key, or on everything but the spelling. */
final class RowSearch {
    private static final int EXAMPLES = 20;
    /** Values that are looked at for near duplicates; of a larger table the first rows. */
    private static final long CELLS = 8_000_000;
    /** Of more columns than this, the last ones are compared together and not one by one. */
    private static final int COLUMNS = 60;
    /** Rows that agree on so few columns are not the same row. */
    private static final int FEW = 3;

    private final Workbench bench;
    private final List<Typed> typed;
    private final List<Profile.Column> columns;
    private final long rows;

    RowSearch(Workbench bench, List<Typed> typed, List<Profile.Column> columns, long rows) {
        this.bench = bench;
        this.typed = typed;
        this.columns = columns;
        this.rows = rows;
    }

    /**
     * How keys fare that somebody has declared.
     *
     * @throws PolderException INVALID_REQUEST when a column is not there
     */
    List<Profile.DeclaredKey> declared(List<List<String>> keys) {
        List<String> names = typed.stream().map(Typed::name).toList();
        List<Problem> problems = keys.stream()
                .flatMap(List::stream)
                .filter(name -> !names.contains(name))
                .map(name -> new Problem("--key", name, "is no column", Problem.suggestion(name, names)))
                .toList();
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        return keys.stream().map(key -> declared(key, names)).toList();
    }

    private Profile.DeclaredKey declared(List<String> key, List<String> names) {
        List<String> raw = key.stream()
                .map(name -> typed.get(names.indexOf(name)).column())
                .toList();
        String there = raw.stream().map(c -> c + " IS NOT NULL").collect(Collectors.joining(" AND "));
        String all = String.join(", ", raw);
        List<@Nullable Object> counts = bench.row("SELECT coalesce(sum(n - 1), 0), " + rows
                + " - coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM data WHERE " + there + " GROUP BY " + all
                + ")");
        long surplus = Profiler.number(counts.get(0));
        List<List<Long>> examples = new ArrayList<>();
        if (surplus > 0) {
            bench.read(
                    "SELECT list(rowid + 1 ORDER BY rowid)[1:5] FROM data WHERE " + there + " GROUP BY " + all
                            + " HAVING count(*) > 1 ORDER BY count(*) DESC, min(rowid) LIMIT " + EXAMPLES,
                    row -> examples.add(Arrays.stream(Profiler.array(row.getObject(1)))
                            .map(each -> ((Number) each).longValue())
                            .toList()));
        }
        long missing = Profiler.number(counts.get(1));
        return new Profile.DeclaredKey(key, surplus == 0 && missing == 0, surplus, missing, examples);
    }

    /**
     * Pairs of rows that are the same when case, accents, blanks and signs between words do not count, or but for a slip in one
     * text ({@link Texts#isNear}). Columns in which more than nine rows of ten differ are not compared: numbers of rows
     * and the like.
     */
    Profile.NearDuplicates nearDuplicates() {
        List<Typed> compared = typed.stream()
                .filter(column -> columns.get(column.index()).count() > 0)
                .filter(column -> columns.get(column.index()).distinct() <= 0.9 * rows || isText(column))
                .filter(column -> columns.get(column.index()).distinct() > 1)
                .toList();
        List<Typed> texts =
                compared.stream().filter(RowSearch::isText).limit(COLUMNS).toList();
        if (rows < 2 || compared.size() < FEW || texts.isEmpty()) {
            return Profile.NearDuplicates.NONE;
        }
        long looked = Math.min(rows, CELLS / compared.size());
        Set<List<Long>> pairs = new LinkedHashSet<>();
        String plain = compared.stream()
                .map(column -> isText(column)
                        ? "translate(lower(strip_accents(" + column.column() + ")), ' .,;:-/()_', '')"
                        : column.column())
                .collect(Collectors.joining(", "));
        // So made that a column can be taken out of it again.
        String exact = compared.stream()
                .map(RowSearch::hash)
                .reduce((one, other) -> "xor(" + one + ", " + other + ")")
                .orElseThrow();
        bench.run("CREATE TEMP TABLE alike AS SELECT rowid + 1 AS row, hash(" + plain + ") AS plain, " + exact
                + " AS exact FROM data WHERE rowid < " + looked);
        // Of rows that are the very same, the first one stands for all.
        String first = "(SELECT min(row) AS row, any_value(plain) AS plain, exact FROM alike GROUP BY exact)";
        long[] count = {0};
        pairs(
                "SELECT list(row ORDER BY row)[1:2], count(*) - 1 FROM " + first
                        + " GROUP BY plain HAVING count(*) > 1 ORDER BY min(row)",
                pairs,
                count);
        for (Typed text : texts) {
            String c = text.column();
            List<List<@Nullable Object>> near = new ArrayList<>();
            bench.read(
                    "SELECT list(row ORDER BY row)[1:2], list(v ORDER BY row)[1:2] FROM (SELECT min(row) AS row, " + c
                            + " AS v, xor(exact, " + hash(text)
                            + ") AS h FROM data POSITIONAL JOIN alike WHERE exact IS"
                            + " NOT NULL AND " + c
                            + " IS NOT NULL GROUP BY v, h) GROUP BY h HAVING count(*) > 1 ORDER BY min(row) LIMIT 10000",
                    row -> near.add(Arrays.asList(row.getObject(1), row.getObject(2))));
            for (List<@Nullable Object> each : near) {
                Object[] values = Profiler.array(each.get(1));
                if (Texts.isNear(String.valueOf(values[0]), String.valueOf(values[1]))
                        && pairs.add(rows(each.get(0)))) {
                    count[0]++;
                }
            }
        }
        bench.run("DROP TABLE alike");
        List<String> without = typed.stream()
                .filter(column -> !compared.contains(column))
                .filter(column -> columns.get(column.index()).distinct() > 1)
                .map(Typed::name)
                .toList();
        return new Profile.NearDuplicates(
                looked,
                without,
                count[0],
                pairs.stream()
                        .limit(EXAMPLES)
                        .map(pair -> pair(pair, compared))
                        .flatMap(Optional::stream)
                        .toList());
    }

    private static String hash(Typed column) {
        return "hash(" + column.column() + ", " + column.index() + ")";
    }

    private static boolean isText(Typed column) {
        return column.type().equals("text");
    }

    private void pairs(String sql, Set<List<Long>> pairs, long[] count) {
        bench.read(sql, row -> {
            if (pairs.size() < 10_000) {
                pairs.add(rows(row.getObject(1)));
            }
            count[0] += row.getLong(2);
        });
    }

    private static List<Long> rows(@Nullable Object list) {
        return Arrays.stream(Profiler.array(list))
                .map(each -> ((Number) each).longValue())
                .toList();
    }

    private Optional<Profile.NearPair> pair(List<Long> rows, List<Typed> compared) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        List<String> others = new ArrayList<>();
        String all = compared.stream()
                .map(column -> "CAST(" + column.column() + " AS VARCHAR)")
                .collect(Collectors.joining(", "));
        List<List<@Nullable Object>> both = bench.rows("SELECT " + all + " FROM data WHERE rowid IN ("
                + (rows.get(0) - 1) + ", " + (rows.get(1) - 1) + ") ORDER BY rowid");
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
                : Optional.of(new Profile.NearPair(rows.get(0), rows.get(1), names, values, others));
    }
}
