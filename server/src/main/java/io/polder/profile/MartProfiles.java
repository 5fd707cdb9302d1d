package io.polder.profile;

import io.polder.config.Mart;
import io.polder.config.Table;
import io.polder.record.PolderException;
import io.polder.store.Commit;
import io.polder.store.duck.DuckStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The profiles of a mart's tables, kept up to date in the background from what commits say has changed.
 *
 * <p>One thread looks at one slice at a time and rests after each query {@link #REST} times as long, but no longer than
 * {@link #LONGEST_REST}, so that the tables' own work goes first; only the first look at a table does not wait.
 * Thread-safe.
 */
public final class MartProfiles implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MartProfiles.class);

    /** With queries of up to 2.5 seconds a fifth of the time is spent looking, with longer ones more. */
    private static final int REST = 4;
    /** One table whose queries take minutes does not keep the others waiting for hours. */
    private static final long LONGEST_REST = TimeUnit.SECONDS.toNanos(10);
    /** Commits come several times a second; a slice is not looked at after each. */
    private static final long GATHER_MILLIS = 500;

    private static final Duration EXPIRE = Duration.ofMinutes(10);
    /** How old the sample may be from which associations are. */
    private static final Duration SAMPLE_AGE = Duration.ofHours(1);

    private static final int UNUSUAL_SLICES = 24;
    private static final int MOST_UNUSUAL = 50;

    /**
     * How.
     *
     * @param folder where parts are kept
     * @param temporary where samples are looked at
     * @param refresh how long a slice that changes all the time is left before it is looked at again
     * @param k values of personal columns that fewer rows have are not shown
     */
    public record Settings(Path folder, Path temporary, Duration refresh, int k) {}

    private final DuckStore store;
    private final Mart mart;
    private final Settings settings;
    private final InstantSource clock;
    private final Map<String, TableParts> tables = new LinkedHashMap<>();
    private final Map<String, SampleProfile.Found> samples = new ConcurrentHashMap<>();
    private final Map<String, Long> sampled = new ConcurrentHashMap<>();
    private final Map<String, Made> made = new ConcurrentHashMap<>();
    /** What has changed by table; one of each, however long nobody takes it. */
    private final Map<String, Change> changes = new ConcurrentHashMap<>();

    private final Thread worker;
    private volatile boolean isClosed;

    /** A profile, and what it was made of. */
    private record Made(long of, Instant sample, TableProfile profile) {}

    /**
     * What one or several commits have changed.
     *
     * @param isReplaced whether other rows have taken the place of all
     * @param from null when they do not tell, as is {@code to}
     */
    private record Change(
            long firstBatch,
            long batch,
            boolean isReplaced,
            @Nullable Instant from,
            @Nullable Instant to) {
        static Change of(Commit commit) {
            boolean isReplaced = Instant.MAX.equals(commit.maxTime());
            return new Change(commit.batch(), commit.batch(), isReplaced, commit.minTime(), commit.maxTime());
        }

        Change and(Change later) {
            if (later.isReplaced) {
                return later;
            }
            return new Change(
                    Math.min(firstBatch, later.firstBatch),
                    later.batch,
                    isReplaced,
                    from == null || (later.from != null && later.from.isBefore(from)) ? later.from : from,
                    to == null || (later.to != null && later.to.isAfter(to)) ? later.to : to);
        }
    }

    private MartProfiles(DuckStore store, Mart mart, Settings settings, InstantSource clock) {
        this.store = store;
        this.mart = mart;
        this.settings = settings;
        this.clock = clock;
        String maker = "DuckDB " + org.duckdb.DuckDBDriver.class.getPackage().getImplementationVersion() + " "
                + mart.timezone();
        for (Table table : mart.tables().values()) {
            TableParts.Source source = new TableParts.Source(
                    table.name(), table.time().filter(table.key()::contains), table.retain(), mart.timezone());
            tables.put(
                    table.name(),
                    new TableParts(source, settings.folder().resolve(table.name()), maker, settings.refresh()));
        }
        worker = new Thread(this::work, "profiles");
        worker.setDaemon(true);
    }

    /** Opens them; {@link #start} begins to look. */
    public static MartProfiles open(DuckStore store, Mart mart, Settings settings, InstantSource clock) {
        return new MartProfiles(store, mart, settings, clock);
    }

    /** Begins to look, in the background. */
    public void start() {
        worker.start();
    }

    /** Takes note of what has changed; returns at once. */
    public void committed(Commit commit) {
        boolean isReplaced = Instant.MAX.equals(commit.maxTime());
        if (tables.containsKey(commit.table()) && (isReplaced || commit.rows().applied() > 0)) {
            changes.merge(commit.table(), Change.of(commit), Change::and);
        }
    }

    // ---- in the background

    private void work() {
        long rested = System.nanoTime();
        long expired = System.nanoTime();
        while (!isClosed) {
            try (Connection connection = store.connect()) {
                while (!isClosed) {
                    takeNotes();
                    if (System.nanoTime() - expired > EXPIRE.toNanos()) {
                        expired = System.nanoTime();
                        for (TableParts table : tables.values()) {
                            table.expire(clock.instant());
                        }
                    }
                    long start = System.nanoTime();
                    boolean isRested = start - rested >= 0;
                    TableParts next = next(start, isRested);
                    TableParts unsampled = isRested ? unsampled() : null;
                    if (unsampled != null && (next == null || !next.isNew())) {
                        sample(unsampled, connection);
                    } else if (next != null) {
                        next.step(next.isNew() ? PartReader.Pace.FULL : this::rest, connection, clock.instant());
                    } else {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS));
                        continue;
                    }
                    // Putting parts together takes time, too, and a first look has not rested.
                    rested = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
                }
            } catch (SQLException | IOException | RuntimeException failure) {
                if (isClosed) {
                    return;
                }
                LOGGER.warn("The profiles wait. {}", failure.getMessage(), failure);
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(10));
            }
        }
    }

    /** Between two queries: four times as long, up to the longest rest. */
    private void rest(long nanoseconds) {
        long until = System.nanoTime() + Math.min(LONGEST_REST, nanoseconds * REST);
        while (!isClosed && until - System.nanoTime() > 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private void takeNotes() throws IOException {
        for (Map.Entry<String, TableParts> entry : tables.entrySet()) {
            Change change = changes.get(entry.getKey());
            if (change == null) {
                continue;
            }
            TableParts table = entry.getValue();
            if (change.isReplaced()) {
                table.reset(change.batch());
            } else {
                Instant from = change.from() == null ? Instant.EPOCH : change.from();
                Instant to = change.to() == null ? from : change.to();
                table.changed(change.firstBatch(), change.batch(), from, to);
            }
            // Not before it is noted, and not when more has been added to it meanwhile: that is noted again.
            changes.remove(entry.getKey(), change);
        }
    }

    /** The table to look at: one of which nothing is known yet, or else the one that waits with the fewest slices. */
    private @Nullable TableParts next(long now, boolean isRested) {
        Optional<TableParts> fresh = tables.values().stream()
                .filter(TableParts::isNew)
                .filter(table -> table.hasWork(now))
                .findFirst();
        if (fresh.isPresent() || !isRested) {
            return fresh.orElse(null);
        }
        return tables.values().stream()
                .filter(table -> table.hasWork(now))
                .min(Comparator.comparingInt(TableParts::waiting))
                .orElse(null);
    }

    /** The table whose sample is to be taken: one that has none, or one that has an old one and is not behind. */
    private @Nullable TableParts unsampled() {
        long now = System.nanoTime();
        for (TableParts table : tables.values()) {
            TableParts.Snapshot known = table.snapshot();
            Long before = sampled.get(table.source().table());
            if (known == null || known.whole().rows() == 0) {
                continue;
            }
            if (before == null || (now - before > SAMPLE_AGE.toNanos() && known.waiting() <= 1)) {
                return table;
            }
        }
        return null;
    }

    private void sample(TableParts table, Connection connection) throws SQLException {
        String name = table.source().table();
        TableParts.Snapshot known = java.util.Objects.requireNonNull(table.snapshot());
        long start = System.nanoTime();
        // The first rows of a table say little of it: it is asked again as soon as it is not behind any more.
        boolean isEarly = known.waiting() > 1;
        sampled.put(name, isEarly ? start - SAMPLE_AGE.toNanos() : start);
        SampleProfile.Found found = samples.get(name);
        if (found != null && known.asOf().equals(found.asOf())) {
            return;
        }
        samples.put(
                name,
                SampleProfile.take(
                        connection,
                        table.source(),
                        table.columns(),
                        known,
                        new Workbench.Settings(256L << 20, 1, settings.temporary()),
                        mart.table(name),
                        settings.k(),
                        clock.instant()));
        rest(System.nanoTime() - start);
    }

    // ---- for readers

    /**
     * The profile of a table as it stands; empty as long as there is none.
     *
     * @throws PolderException NOT_FOUND when there is no such table
     */
    public Optional<TableProfile> profile(String table) {
        TableParts.Snapshot snapshot = known(table).snapshot();
        return snapshot == null ? Optional.empty() : Optional.of(profile(table, snapshot));
    }

    private TableProfile profile(String table, TableParts.Snapshot snapshot) {
        SampleProfile.Found sample = samples.get(table);
        Made before = made.get(table);
        Instant taken = sample == null ? Instant.EPOCH : sample.taken();
        if (before != null
                && before.of() == snapshot.number()
                && before.sample().equals(taken)) {
            return before.profile();
        }
        TableProfile profile = make(mart.table(table), snapshot, sample);
        made.put(table, new Made(snapshot.number(), taken, profile));
        return profile;
    }

    private TableParts known(String table) {
        mart.table(table);
        return java.util.Objects.requireNonNull(tables.get(table));
    }

    private TableProfile make(Table table, TableParts.Snapshot snapshot, SampleProfile.@Nullable Found sample) {
        TablePart whole = snapshot.whole();
        List<Profile.Column> columns = timeline(PartProfile.columns(whole, table.personal()), table, snapshot);
        Set<String> personal = new LinkedHashSet<>();
        columns.stream()
                .filter(Profile.Column::isPersonal)
                .map(Profile.Column::name)
                .forEach(personal::add);
        Profile cross = sample == null ? null : sample.profile();
        if (cross != null) {
            personal.addAll(cross.privacy().columns());
        }
        Profile.Source source = new Profile.Source(
                "table",
                List.of(
                        new Profile.Option("topic", table.from(), false),
                        new Profile.Option("key", String.join(", ", table.key()), false)),
                0,
                List.of());
        Profile bare = new Profile(
                Profile.SCHEMA,
                table.name(),
                source,
                whole.rows(),
                columns,
                new Profile.Duplicates(0, 0, List.of()),
                cross == null ? List.of() : without(personal, cross.missingTogether()),
                cross == null ? List.of() : cross.associations(),
                cross == null ? 0 : cross.sample(),
                List.of(table.key()),
                cross == null
                        ? new Profile.FunctionalDependencies(false, 0, 0, List.of(), List.of())
                        : SampleProfile.withoutRows(personal, cross.functionalDependencies()),
                List.of(),
                List.of(),
                List.of(),
                new Profile.Privacy(settings.k(), List.copyOf(personal)));
        // Alerts and rules are made of what is shown, so that none tells what is not.
        Profile shielded = Shield.shield(bare);
        Profile seen = Shield.shield(shielded.with(List.of(), SuggestedRules.of(shielded)));
        Profile judged = seen.with(Alerts.of(seen), seen.rules());
        List<Season.Unusual> unusual = snapshot.unit() == null
                ? List.of()
                : Season.find(
                        snapshot.lines(),
                        columns.stream().map(Profile.Column::name).toList(),
                        personal,
                        snapshot.unit(),
                        mart.timezone(),
                        UNUSUAL_SLICES);
        return new TableProfile(
                table.name(),
                state(snapshot),
                snapshot.asOf().toString(),
                snapshot.unit() == null ? null : snapshot.unit().name().toLowerCase(Locale.ROOT),
                snapshot.slices(),
                snapshot.waiting(),
                snapshot.lines().isEmpty() ? null : snapshot.lines().firstKey().toString(),
                sample == null ? null : sample.taken().toString(),
                PartProfile.sketches(whole),
                unusual.subList(0, Math.min(MOST_UNUSUAL, unusual.size())),
                judged);
    }

    private static String state(TableParts.Snapshot snapshot) {
        if (snapshot.unit() == null) {
            return "whole";
        }
        int waiting = snapshot.waiting();
        // The slice that is being filled has always changed.
        return waiting <= 1 ? "up to date within a minute" : waiting + " changed slices are still to be looked at";
    }

    /** The rows by slice are the chart of the column that the table is cut by. */
    private static List<Profile.Column> timeline(
            List<Profile.Column> columns, Table table, TableParts.Snapshot snapshot) {
        return columns.stream()
                .map(column -> column.time() == null
                        ? column
                        : column.withTimeline(
                                Optional.of(column.name()).equals(table.time()) ? rows(snapshot.lines()) : List.of()))
                .toList();
    }

    private static List<Profile.Top> rows(NavigableMap<Instant, SliceLine> lines) {
        return lines.values().stream()
                .skip(Math.max(0, lines.size() - 168))
                .map(line -> new Profile.Top(line.from().toString(), line.rows()))
                .toList();
    }

    private static List<Profile.Missing> without(Set<String> personal, List<Profile.Missing> found) {
        return found.stream()
                .filter(each -> !personal.contains(each.first()) && !personal.contains(each.second()))
                .toList();
    }

    /**
     * What the slices of a table were, one after the other.
     *
     * @param unit how long a slice is; null when the table is not cut
     */
    public record History(String table, @Nullable String unit, List<String> columns, List<SliceLine> slices) {}

    /** The newest slices of a table, at most {@code most}. Of personal columns counts are rounded and nothing else is told. */
    public History history(String table, int most) {
        TableParts.Snapshot snapshot = known(table).snapshot();
        if (snapshot == null || snapshot.unit() == null) {
            return new History(table, null, List.of(), List.of());
        }
        // Of the same snapshot as the lines: which columns are personal is found with it.
        Set<String> personal =
                Set.copyOf(profile(table, snapshot).profile().privacy().columns());
        List<String> columns =
                snapshot.whole().columns().stream().map(ColumnPart::name).toList();
        List<SliceLine> lines = snapshot.lines().values().stream()
                .skip(Math.max(0, snapshot.lines().size() - most))
                .map(line -> shielded(line, columns, personal))
                .toList();
        return new History(table, snapshot.unit().name().toLowerCase(Locale.ROOT), columns, lines);
    }

    private SliceLine shielded(SliceLine line, List<String> columns, Set<String> personal) {
        List<SliceLine.Cell> cells = new ArrayList<>();
        for (int at = 0; at < line.cells().size(); at++) {
            SliceLine.Cell cell = line.cells().get(at);
            cells.add(
                    at < columns.size() && personal.contains(columns.get(at))
                            ? new SliceLine.Cell(
                                    cell.missing() / settings.k() * settings.k(),
                                    cell.distinct() / settings.k() * settings.k(),
                                    null,
                                    null,
                                    null,
                                    null)
                            : cell);
        }
        return new SliceLine(line.from(), line.rows(), cells);
    }

    /**
     * A table as the search finds it.
     *
     * @param rows 0 before the first profile
     * @param alerts how many there are
     * @param weight of the weightiest
     * @param columns those that were looked for; all when nothing was
     */
    public record Listed(
            String table, long rows, @Nullable String asOf, String state, int alerts, int weight, List<Hit> columns) {}

    /** A column that was found. */
    @com.fasterxml.jackson.annotation.JsonInclude(com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL)
    public record Hit(
            String column,
            String type,
            @Nullable String semantic,
            @Nullable String pattern) {}

    /**
     * The tables that have a column of such a type, semantic type and pattern; each empty for any.
     *
     * @param pattern as it is shown ({@code (ddd)ddd-dddd}), or a part of it; or a value, whose pattern is meant
     */
    public List<Listed> find(String type, String semantic, String pattern) {
        boolean isAll = type.isBlank() && semantic.isBlank() && pattern.isBlank();
        List<Listed> found = new ArrayList<>();
        for (String table : tables.keySet()) {
            Optional<TableProfile> profile = profile(table);
            List<Hit> hits = profile.map(made -> made.profile().columns().stream()
                            .flatMap(column -> hit(column, type, semantic, pattern))
                            .toList())
                    .orElse(List.of());
            if (isAll || !hits.isEmpty()) {
                List<Profile.Alert> alerts =
                        profile.map(made -> made.profile().alerts()).orElse(List.of());
                found.add(new Listed(
                        table,
                        profile.map(made -> made.profile().rows()).orElse(0L),
                        profile.map(TableProfile::asOf).orElse(null),
                        profile.map(TableProfile::state).orElse("waits for its first rows"),
                        alerts.size(),
                        alerts.stream().mapToInt(Profile.Alert::weight).max().orElse(0),
                        hits));
            }
        }
        return found;
    }

    private static Stream<Hit> hit(Profile.Column column, String type, String semantic, String pattern) {
        Profile.@Nullable Semantic known = column.semantic();
        boolean isOfType = type.isBlank()
                || column.type().equalsIgnoreCase(type.trim())
                || column.storedAs().equalsIgnoreCase(type.trim());
        String words = semantic.trim().toLowerCase(Locale.ROOT);
        boolean hasMeaning = words.isEmpty()
                || known != null
                        && (known.type().toLowerCase(Locale.ROOT).contains(words)
                                || known.title().toLowerCase(Locale.ROOT).contains(words));
        List<String> patterns = column.text() == null
                ? List.of()
                : column.text().patterns().stream()
                        .map(Profile.Pattern::pattern)
                        .toList();
        String wanted = pattern.trim();
        String shape = io.polder.statistics.TextPattern.of(wanted);
        String loose = io.polder.statistics.TextPattern.loose(shape);
        Optional<String> matching = patterns.stream()
                .filter(each -> each.contains(wanted) || each.equals(shape) || each.equals(loose))
                .findFirst();
        if (!isOfType || !hasMeaning || (!wanted.isEmpty() && matching.isEmpty())) {
            return Stream.empty();
        }
        return Stream.of(new Hit(
                column.name(),
                column.type(),
                known == null ? null : known.title(),
                wanted.isEmpty() ? patterns.stream().findFirst().orElse(null) : matching.orElse(null)));
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(worker);
        try {
            worker.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
