package io.polder.profile;

import io.polder.config.RuleFile;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.record.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules over several rows of one table that somebody wants to be watched: which columns are unique, which determine
 * another one, how many rows come and how old the newest is. The first two are counted in the table as it is, again and
 * again, the others in its parts whenever somebody asks; they are no part of what makes its rows. They are in a file of
 * rules beside the table's parts. Thread-safe; {@link #look} is for one thread.
 */
final class WatchedRules {
    /** In a larger table they are not counted: each time costs as much as the table. */
    private static final long MOST_ROWS = 10_000_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(WatchedRules.class);
    private static final String FILE = "watched.yaml";
    private static final int SECONDS = 30;
    private static final int EXAMPLES = 10;
    /** How long a table that changes all the time is left before it is counted again. */
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final TableParts.Source source;
    private final List<String> key;
    private final Path folder;
    private final Map<String, WatchedRule> rules = new ConcurrentHashMap<>();
    private long lookedAt;
    private long again = System.nanoTime();

    /** @param key the columns of the table's key */
    WatchedRules(TableParts.Source source, List<String> key, Path folder) {
        this.source = source;
        this.key = key;
        this.folder = folder;
        read();
    }

    private void read() {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return;
        }
        try {
            RuleFile.read(file).stream()
                    .filter(rule -> !(rule instanceof RuleFile.Check || rule instanceof RuleFile.OfType))
                    .forEach(this::put);
        } catch (PolderException broken) {
            // The mart does not stay away for it.
            LOGGER.warn("{}: cannot be read, so nothing is watched in its table. {}", file, broken.getMessage());
        }
    }

    private void put(RuleFile.Expectation rule) {
        WatchedRule watched = new WatchedRule(name(rule), rule, -1, List.of(), "");
        rules.put(watched.name(), watched);
    }

    /** Of signs that no name of a rule of a single row has. */
    private static String name(RuleFile.Expectation rule) {
        if (rule instanceof RuleFile.Newest newest) {
            return "newest(" + newest.column() + ")";
        }
        if (rule instanceof RuleFile.RowCount rows) {
            return rows.per().isEmpty() ? "rows()" : "rows(per " + rows.per() + ")";
        }
        return rule instanceof RuleFile.Determined determined
                ? String.join(", ", determined.determinants()) + " → " + determined.column()
                : "unique(" + String.join(", ", ((RuleFile.Unique) rule).columns()) + ")";
    }

    /** @param known what those about when rows come are held against, at {@code now}; null when nothing is known */
    List<WatchedRule> all(TableParts.@Nullable Snapshot known, Instant now) {
        return rules.values().stream()
                .map(watched -> isArrival(watched.rule()) ? arrivals(watched, known, now) : watched)
                .sorted(Comparator.comparing(WatchedRule::name))
                .toList();
    }

    static boolean isArrival(RuleFile.Expectation rule) {
        return rule instanceof RuleFile.Newest || rule instanceof RuleFile.RowCount;
    }

    private static WatchedRule arrivals(WatchedRule watched, TableParts.@Nullable Snapshot known, Instant now) {
        if (known == null) {
            return watched;
        }
        Arrivals.Found found = arrivals(watched.rule(), known, now);
        return new WatchedRule(
                watched.name(),
                watched.rule(),
                found.problem().isEmpty() ? found.violations() : -1,
                found.told(),
                found.problem().isEmpty() ? "" : "not counted: " + found.problem());
    }

    /** Times are kept in microseconds. */
    private static Instant newest(ColumnPart column) {
        return Instant.EPOCH.plus((long) column.max(), ChronoUnit.MICROS);
    }

    private static Arrivals.Found arrivals(RuleFile.Expectation rule, TableParts.Snapshot known, Instant now) {
        if (rule instanceof RuleFile.Newest newest) {
            return known.whole().columns().stream()
                    .filter(column -> column.name().equals(newest.column()) && !Double.isNaN(column.max()))
                    .findFirst()
                    .map(column -> Arrivals.newest(newest, newest(column), now))
                    .orElseGet(() -> Arrivals.Found.untried("column '" + newest.column() + "' has no value"));
        }
        RuleFile.RowCount rows = (RuleFile.RowCount) rule;
        if (rows.per().isEmpty()) {
            return Arrivals.all(rows, known.whole().rows());
        }
        // A table of which there is more now may be cut by days, and be asked for hours.
        return known.unit() == Arrivals.unit(rows)
                ? Arrivals.slices(rows, known.lines(), SliceLine::rows)
                : Arrivals.Found.untried("the table is not looked at by " + rows.per());
    }

    /**
     * Takes it among them, on the disk, too.
     *
     * @param known what is known of its rows
     * @throws PolderException INVALID_REQUEST when a column is not there or the table too large, UNAVAILABLE
     */
    synchronized void add(RuleFile.Expectation rule, TableParts.Snapshot known) {
        TablePart table = known.whole();
        List<String> names = table.columns().stream().map(ColumnPart::name).toList();
        List<Problem> problems = new ArrayList<>(columns(rule).stream()
                .filter(column -> !names.contains(column))
                .map(column -> new Problem(
                        "column",
                        column,
                        "no such column of table '" + source.table() + "'",
                        Problem.suggestion(column, names)))
                .toList());
        if (problems.isEmpty()) {
            arrival(rule, known).ifPresent(problems::add);
        }
        if (table.rows() > MOST_ROWS && !isArrival(rule)) {
            problems.add(new Problem(
                    "table",
                    source.table(),
                    "has more than " + MOST_ROWS + " rows, in which rules over several rows are not counted",
                    "take a rule that a single row can break"));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        Map<String, WatchedRule> before = Map.copyOf(rules);
        put(rule);
        write(before);
        again = System.nanoTime();
        lookedAt = -1;
    }

    /** What is wrong with a rule about when rows come. */
    private Optional<Problem> arrival(RuleFile.Expectation rule, TableParts.Snapshot known) {
        if (rule instanceof RuleFile.Newest newest
                && known.whole().columns().stream()
                        .noneMatch(column ->
                                column.name().equals(newest.column()) && column.kind() == ColumnPart.Kind.TIME)) {
            return Optional.of(new Problem("column", newest.column(), "has no times", "name a column of times"));
        }
        if (rule instanceof RuleFile.RowCount rows && !rows.per().isEmpty()) {
            if (known.unit() != Arrivals.unit(rows)) {
                return Optional.of(new Problem(
                        "per",
                        rows.per(),
                        "is not what table '" + source.table() + "' is looked at by",
                        known.unit() == null
                                ? "leave it out: its key has no time"
                                : "write " + known.unit().name().toLowerCase(Locale.ROOT)));
            }
            if (!rows.column().equals(source.time().orElse(""))) {
                return Optional.of(new Problem(
                        "column",
                        rows.column(),
                        "is not the table's time",
                        "write " + source.time().orElse("")));
            }
        }
        return Optional.empty();
    }

    /** Watches it no more; whether it was watched. */
    synchronized boolean remove(String name) {
        Map<String, WatchedRule> before = Map.copyOf(rules);
        if (rules.remove(name) == null) {
            return false;
        }
        write(before);
        return true;
    }

    private void write(Map<String, WatchedRule> before) {
        try {
            write();
        } catch (IOException failure) {
            rules.clear();
            rules.putAll(before);
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    folder.resolve(FILE) + ": cannot be written, so what is watched is as it was ("
                            + failure.getMessage() + "). Fix: see that there is room and that it may be written",
                    failure);
        }
    }

    private void write() throws IOException {
        Files.createDirectories(folder);
        if (rules.isEmpty()) {
            Files.deleteIfExists(folder.resolve(FILE));
            return;
        }
        String text = rules.values().stream()
                .sorted(Comparator.comparing(WatchedRule::name))
                .map(watched -> RuleFile.written(watched.rule(), ""))
                .collect(Collectors.joining("\n", "rules:\n", "\n"));
        WholeFile.replaceOnDisk(folder.resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the table has changed since they were counted, and long enough ago. */
    synchronized boolean isDue(TableParts.@Nullable Snapshot known) {
        return known != null
                && rules.values().stream().anyMatch(watched -> !isArrival(watched.rule()))
                && known.number() != lookedAt
                && System.nanoTime() - again >= 0;
    }

    /** Counts. */
    void look(Connection connection, TableParts.Snapshot known) {
        synchronized (this) {
            lookedAt = known.number();
        }
        for (WatchedRule watched : rules.values()) {
            if (isArrival(watched.rule())) {
                continue;
            }
            WatchedRule found = known.whole().rows() > MOST_ROWS
                    ? new WatchedRule(
                            watched.name(),
                            watched.rule(),
                            -1,
                            List.of(),
                            "not counted: the table has more than " + MOST_ROWS + " rows")
                    : look(connection, watched);
            rules.computeIfPresent(watched.name(), (name, before) -> found);
        }
        synchronized (this) {
            again = System.nanoTime() + AGAIN.toNanos();
        }
    }

    private WatchedRule look(Connection connection, WatchedRule watched) {
        String groups = groups(watched.rule());
        try {
            long[] violations = {0};
            List<String> examples = new ArrayList<>();
            read(
                    connection,
                    "SELECT coalesce(sum(polder_rows), 0)::BIGINT FROM (" + groups + ")",
                    row -> violations[0] = row.getLong(1));
            if (violations[0] > 0) {
                String same = columns(watched.rule()).stream()
                        .map(SuggestedRules::quoted)
                        .map(column -> "t." + column + " IS NOT DISTINCT FROM g." + column)
                        .collect(Collectors.joining(" AND "));
                String row = key.stream()
                        .map(column -> "CAST(t." + SuggestedRules.quoted(column) + " AS VARCHAR)")
                        .collect(Collectors.joining(", "));
                read(
                        connection,
                        "SELECT concat_ws(',', " + row + ") FROM " + source.relation() + " t JOIN (SELECT * FROM ("
                                + groups
                                + ") ORDER BY ALL LIMIT " + EXAMPLES + ") g ON " + same + " ORDER BY 1 LIMIT "
                                + EXAMPLES,
                        found -> examples.add(found.getString(1)));
            }
            return new WatchedRule(watched.name(), watched.rule(), violations[0], examples, "");
        } catch (SQLException failure) {
            return new WatchedRule(
                    watched.name(),
                    watched.rule(),
                    -1,
                    List.of(),
                    "not counted: "
                            + String.valueOf(failure.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(""));
        }
    }

    /** The columns whose values stand for the rows that break a rule. */
    private static List<String> columns(RuleFile.Expectation rule) {
        if (rule instanceof RuleFile.Unique unique) {
            return unique.columns();
        }
        if (rule instanceof RuleFile.Newest newest) {
            return List.of(newest.column());
        }
        if (rule instanceof RuleFile.RowCount rows) {
            return rows.column().isEmpty() ? List.of() : List.of(rows.column());
        }
        RuleFile.Determined determined = (RuleFile.Determined) rule;
        List<String> columns = new ArrayList<>(determined.determinants());
        columns.add(determined.column());
        return columns;
    }

    /** The values that break a rule, each with how many rows do: all that share them, or all but the most frequent. */
    private String groups(RuleFile.Expectation rule) {
        String columns = names(columns(rule));
        String counted = "SELECT " + columns + ", count(*) AS polder_rows FROM " + source.relation();
        if (rule instanceof RuleFile.Determined determined) {
            return counted + " GROUP BY " + columns + " QUALIFY row_number() OVER (PARTITION BY "
                    + names(determined.determinants()) + " ORDER BY count(*) DESC, "
                    + SuggestedRules.quoted(determined.column()) + " NULLS LAST) > 1";
        }
        String there = columns(rule).stream()
                .map(column -> SuggestedRules.quoted(column) + " IS NOT NULL")
                .collect(Collectors.joining(" AND "));
        return counted + " WHERE " + there + " GROUP BY " + columns + " HAVING count(*) > 1";
    }

    private static String names(List<String> columns) {
        return columns.stream().map(SuggestedRules::quoted).collect(Collectors.joining(", "));
    }

    private static void read(Connection connection, String sql, Workbench.Reader reader) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    reader.row(rows);
                }
            }
        }
    }
}
