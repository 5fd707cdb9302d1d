package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.SemanticType;
import io.polder.statistics.SortedNumbers;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is in each column by itself. For one thread. */
final class ColumnProfiles {
    /** At most so many different values are counted one by one. */
    private static final long EXACT_DISTINCT = 1_000_000;
    /** Texts of a column of at most so many different values are all looked at. */
    private static final int LOOKED_AT = 100_000;

    private static final int TOP = 100;
    private static final int SAMPLE = 20_000;
    /** To plan a question takes time for each column that the table has, so those of a wider table are first copied, some at a time. */
    private static final int WIDE = 200;

    private final Workbench bench;
    private final String table;
    private final long rows;
    private final Set<String> personal;
    private final NumberStatistics numbers;
    private final TimeStatistics times;

    private ColumnProfiles(Workbench bench, String table, long rows, Set<String> personal) {
        this.bench = bench;
        this.table = table;
        this.rows = rows;
        this.personal = personal;
        numbers = new NumberStatistics(bench, table);
        times = new TimeStatistics(bench, table);
    }

    /**
     * Looks at all columns of {@code data}, which are read here some at a time; of the others the engine is asked together.
     *
     * @param personal names of those that are personal, beside those that are found
     * @param threads at most
     * @param progress is told how much is done, from 0 to 1, by one thread at a time
     */
    static List<Profile.Column> of(
            Workbench bench, List<Typed> typed, long rows, Set<String> personal, int threads, DoubleConsumer progress) {
        boolean isCopied = typed.size() > WIDE && !bench.isView("data");
        int readers = Columns.threads(typed, rows, threads);
        List<List<Typed>> parts = Columns.together(typed, rows, readers, WIDE);
        int[] done = {0};
        return Together.run(readers, parts, some -> {
                    List<Profile.Column> columns = part(bench, some, rows, personal, isCopied);
                    synchronized (done) {
                        done[0] += some.size();
                        progress.accept((double) done[0] / typed.size());
                    }
                    return columns;
                })
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private static List<Profile.Column> part(
            Workbench whole, List<Typed> some, long rows, Set<String> personal, boolean isCopied) {
        try (Workbench bench = whole.beside()) {
            if (isCopied) {
                bench.run("CREATE TEMP TABLE part AS SELECT "
                        + some.stream()
                                .flatMap(column -> Stream.of(column.column(), column.raw()))
                                .distinct()
                                .collect(Collectors.joining(", "))
                        + " FROM data");
            }
            List<Profile.Column> columns =
                    new ColumnProfiles(bench, isCopied ? "part" : "data", rows, personal).some(some);
            if (isCopied) {
                bench.run("DROP TABLE part");
            }
            return columns;
        }
    }

    private List<Profile.Column> some(List<Typed> some) {
        List<Typed> read =
                some.stream().filter(column -> Columns.isRead(column, rows)).toList();
        Iterator<Columns.Read> numbersAndTexts =
                Columns.read(bench, table, read, rows).iterator();
        Iterator<Counted> others = counted(some.stream()
                        .filter(column -> !Columns.isRead(column, rows))
                        .toList())
                .iterator();
        List<Profile.Column> columns = new ArrayList<>();
        for (Typed column : some) {
            columns.add(
                    Columns.isRead(column, rows)
                            ? column(column, numbersAndTexts.next())
                            : column(column, others.next()));
        }
        return columns;
    }

    /** How many values there are, and about how many different ones. */
    private record Counted(long count, long about) {}

    private List<Counted> counted(List<Typed> columns) {
        List<Counted> counted = new ArrayList<>();
        if (columns.isEmpty()) {
            return counted;
        }
        List<@Nullable Object> found = bench.row("SELECT "
                + columns.stream()
                        .map(column -> "count(" + column.column() + "), approx_count_distinct(" + column.column() + ")")
                        .collect(Collectors.joining(", "))
                + " FROM " + table);
        for (int at = 0; at < found.size(); at += 2) {
            counted.add(new Counted(Profiler.number(found.get(at)), Profiler.number(found.get(at + 1))));
        }
        return counted;
    }

    private Profile.Column column(Typed column, Columns.Read read) {
        TextColumn.Found texts = read.texts();
        if (texts != null) {
            Values values =
                    new Values(texts.distinct(), 0, texts.unique(), texts.top(), texts.looked(), texts.isWhole());
            return column(column, read.count(), values, new Told(null, null, texts.shape(), null));
        }
        SortedNumbers sorted = Objects.requireNonNull(read.numbers());
        SortedNumbers.Values found = sorted.values(TOP);
        List<Profile.Top> top = found.top().stream()
                .map(each -> new Profile.Top(written(column, each), each.count()))
                .toList();
        Values values = new Values(found.distinct(), 0, found.unique(), top, top, top.size() == found.distinct());
        boolean isThere = read.count() > 0;
        return column(
                column,
                read.count(),
                values,
                column.isTime()
                        ? new Told(
                                null,
                                isThere ? SortedTimes.of(sorted, column.type().equals("date")) : null,
                                null,
                                read.order())
                        : new Told(isThere ? this.numbers.of(column, sorted) : null, null, null, read.order()));
    }

    private static String written(Typed column, SortedNumbers.Frequent value) {
        if (column.isTime()) {
            return SortedTimes.written(value.whole(), column.type().equals("date"));
        }
        return value.isWhole() ? String.valueOf(value.whole()) : Numerals.written(value.real());
    }

    /** What columns of a kind have beside what all have. */
    private record Told(
            Profile.@Nullable Numbers numbers,
            Profile.@Nullable Time time,
            TextShape.@Nullable Found shape,
            @Nullable String order) {}

    private Profile.Column column(Typed column, Counted counted) {
        long count = counted.count();
        return column(
                column,
                count,
                values(column, counted.about()),
                new Told(
                        column.isNumber() && count > 0 ? numbers.of(column, count) : null,
                        column.isTime() && count > 0 ? times.of(column) : null,
                        column.isText() && count > 0 ? Texts.shape(bench, table, column.column()) : null,
                        column.isNumber() || column.isTime() ? order(column.column()) : null));
    }

    private Profile.Column column(Typed column, long count, Values values, Told told) {
        Profile.MissingBy by = column.missing();
        long missing = by.nulls() + by.empty() + by.blank() + by.word();
        long misfits = rows - missing - count;
        Profile.@Nullable Text text = null;
        Optional<SemanticType.Finding> semantic = Optional.empty();
        if (told.shape() != null && count > 0) {
            text = Texts.of(told.shape(), values.all(), values.isWhole());
        }
        if (count > 0 && !column.type().equals("boolean")) {
            List<String> looked = values.all().stream()
                    .map(value -> String.valueOf(value.value()))
                    .toList();
            semantic = SemanticType.of(column.name(), looked);
        }
        boolean isPersonal = personal.contains(column.name())
                || semantic.map(found -> found.type().isPersonal()).orElse(false);
        return new Profile.Column(
                column.name(),
                column.type(),
                column.storedAs(),
                semantic.map(Profiler::semantic).orElse(null),
                isPersonal,
                count,
                missing,
                by,
                rows == 0 ? 0 : (double) (rows - missing) / rows,
                values.distinct(),
                values.error(),
                values.unique(),
                values.top(),
                misfits,
                misfits == 0 ? List.of() : misfits(column),
                told.order(),
                told.numbers(),
                text,
                told.time() == null ? null : told.time().in(zones(column)));
    }

    /** The zones that times are written with, the most frequent first; of a sample. */
    private List<String> zones(Typed column) {
        if (column.storedAs().contains("time zone")) {
            return List.of("UTC");
        }
        if (!column.storedAs().equals("text") || !column.type().equals("timestamp")) {
            return List.of();
        }
        List<String> zones = new ArrayList<>();
        bench.read(
                "SELECT regexp_extract(trim(" + column.raw()
                        + "), ':[0-9]{2}([.,][0-9]+)? ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$', 2)"
                        + " AS zone FROM " + table + " WHERE rowid % " + Math.max(1, rows / SAMPLE)
                        + " = 0 GROUP BY 1 HAVING zone <> '' ORDER BY count(*) DESC, 1 LIMIT 10",
                row -> zones.add(row.getString(1)));
        return zones;
    }

    /**
     * The different values of a column.
     *
     * @param all those that are looked at: all, or so many of them
     */
    private record Values(
            long distinct, double error, long unique, List<Profile.Top> top, List<Profile.Top> all, boolean isWhole) {}

    private Values values(Typed column, long about) {
        String c = column.column();
        String shown = column.isTime() || column.type().equals("time") ? "CAST(" + c + " AS VARCHAR)" : c;
        if (about <= EXACT_DISTINCT) {
            int most = column.isText() ? LOOKED_AT : TOP;
            List<Profile.Top> frequent = counted("SELECT " + shown + ", count(*) AS n FROM " + table + " WHERE " + c
                    + " IS NOT NULL GROUP BY " + c + " ORDER BY n DESC, " + c + " LIMIT " + most);
            boolean isWhole = frequent.size() < most;
            List<@Nullable Object> found = isWhole
                    ? List.of(
                            frequent.size(),
                            frequent.stream().filter(each -> each.count() == 1).count())
                    : bench.row("SELECT count(*), count_if(n = 1) FROM (SELECT count(*) AS n FROM " + table + " WHERE "
                            + c + " IS NOT NULL GROUP BY " + c + ")");
            long distinct = Profiler.number(found.get(0));
            return new Values(
                    distinct,
                    0,
                    Profiler.number(found.get(1)),
                    frequent.subList(0, Math.min(TOP, frequent.size())),
                    frequent,
                    frequent.size() == distinct);
        }
        // Of so many values those are counted whose hash ends in so many zeros: each value is in or out as a whole.
        long part = Long.highestOneBit(about / (EXACT_DISTINCT / 4));
        List<@Nullable Object> found = bench.row("SELECT count(*), count_if(n = 1) FROM (SELECT count(*) AS n FROM "
                + table + " WHERE " + c + " IS NOT NULL AND hash(" + c + ") % " + part + " = 0 GROUP BY " + c + ")");
        long seen = Profiler.number(found.get(0));
        List<Profile.Top> frequent = counted("SELECT " + shown + ", count(*) AS n FROM " + table + " WHERE " + c
                + " IN (SELECT unnest(approx_top_k(" + c + ", " + TOP + ")) FROM " + table + ") GROUP BY " + c
                + " ORDER BY n DESC, " + c + " LIMIT " + TOP);
        List<Profile.Top> some = column.isText()
                ? counted("SELECT " + shown + ", 1 FROM " + table + " WHERE " + c + " IS NOT NULL AND rowid % "
                        + Math.max(1, rows / SAMPLE) + " = 0 LIMIT " + SAMPLE)
                : frequent;
        return new Values(
                seen * part,
                2 / Math.sqrt((double) Math.max(1, seen)),
                Profiler.number(found.get(1)) * part,
                frequent,
                some,
                false);
    }

    private List<Profile.Top> counted(String sql) {
        List<Profile.Top> values = new ArrayList<>();
        bench.read(sql, row -> values.add(new Profile.Top(written(row), row.getLong(2))));
        return values;
    }

    private static String written(ResultSet row) throws java.sql.SQLException {
        Object value = row.getObject(1);
        return value instanceof Double number ? Numerals.written(number) : String.valueOf(value);
    }

    private List<Profile.Misfit> misfits(Typed column) {
        List<Profile.Misfit> examples = new ArrayList<>();
        bench.read(
                "SELECT " + column.raw() + ", min(rowid) + 1 FROM " + table + " WHERE " + column.misfits()
                        + " GROUP BY 1 ORDER BY count(*) DESC, 2 LIMIT 20",
                row -> examples.add(new Profile.Misfit(row.getString(1), row.getLong(2))));
        return examples;
    }

    private @Nullable String order(String c) {
        List<@Nullable Object> found =
                bench.row("SELECT count_if(v < before), count_if(v > before) FROM (SELECT v, lag(v) OVER"
                        + " () AS before FROM (SELECT " + c + " AS v FROM " + table + " WHERE " + c + " IS NOT NULL))");
        long downs = Profiler.number(found.get(0));
        long ups = Profiler.number(found.get(1));
        if (ups + downs == 0) {
            return null;
        }
        return downs == 0 ? "increasing" : ups == 0 ? "decreasing" : "none";
    }
}
