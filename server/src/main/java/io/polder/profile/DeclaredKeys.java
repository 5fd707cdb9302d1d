package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows that agree on what was said to be a key. */
final class DeclaredKeys {
    private static final int EXAMPLES = 20;

    private final Workbench bench;
    private final List<Typed> typed;
    private final long rows;

    DeclaredKeys(Workbench bench, List<Typed> typed, long rows) {
        this.bench = bench;
        this.typed = typed;
        this.rows = rows;
    }

    /**
     * How they fare.
     *
     * @throws PolderException INVALID_REQUEST when a column is not there
     */
    List<Profile.DeclaredKey> find(List<List<String>> keys) {
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
}
