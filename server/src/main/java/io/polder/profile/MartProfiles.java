package io.polder.profile;

import io.polder.config.Mart;
import io.polder.config.RuleFile;
import io.polder.config.Table;
import io.polder.record.ErrorCode;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

    /**
     * How.
     *
     * @param folder where parts are kept
     * @param temporary where samples are looked at
     * @param refresh how long a slice that changes all the time is left before it is looked at again
     * @param k values of personal columns that fewer rows have are not shown
     * @param timeout how long a question may take that looks at rows
     */
    public record Settings(Path folder, Path temporary, Duration refresh, int k, Duration timeout) {}

    private final DuckStore store;
    private final Mart mart;
    private final Settings settings;
    private final InstantSource clock;
    private final ProfileMaker maker;
    private final TableQuestions questions;
    private final Map<String, TableParts> tables = new LinkedHashMap<>();
    private final Map<String, WatchedRules> watched = new LinkedHashMap<>();
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
        maker = new ProfileMaker(settings.k(), mart.timezone());
        questions = new TableQuestions(store, settings.k(), settings.timeout());
        String hashes = "DuckDB " + org.duckdb.DuckDBDriver.class.getPackage().getImplementationVersion() + " "
                + mart.timezone();
        for (Table table : mart.tables().values()) {
            TableParts.Source source = new TableParts.Source(
                    table.name(), table.time().filter(table.key()::contains), table.retain(), mart.timezone());
            tables.put(
                    table.name(),
                    new TableParts(source, settings.folder().resolve(table.name()), hashes, settings.refresh()));
            watched.put(
                    table.name(),
                    new WatchedRules(source, table.key(), settings.folder().resolve(table.name())));
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
                    } else if (!(isRested && look(connection))) {
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

    /** Counts the rules over several rows of one table; whether there was one. */
    private boolean look(Connection connection) {
        for (Map.Entry<String, WatchedRules> each : watched.entrySet()) {
            TableParts.Snapshot known =
                    java.util.Objects.requireNonNull(tables.get(each.getKey())).snapshot();
            if (known != null && each.getValue().isDue(known)) {
                long start = System.nanoTime();
                each.getValue().look(connection, known);
                rest(System.nanoTime() - start);
                return true;
            }
        }
        return false;
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
        TableProfile profile = maker.make(mart.table(table), snapshot, sample);
        made.put(table, new Made(snapshot.number(), taken, profile));
        return profile;
    }

    private TableParts known(String table) {
        mart.table(table);
        return java.util.Objects.requireNonNull(tables.get(table));
    }

    /** The newest slices of a table, at most {@code most}. Of personal columns counts are rounded and nothing else is told. */
    public TableHistory history(String table, int most) {
        TableParts.Snapshot snapshot = known(table).snapshot();
        if (snapshot == null || snapshot.unit() == null) {
            return TableHistory.none(table);
        }
        return TableHistory.of(table, snapshot, personal(table, snapshot), settings.k(), most);
    }

    /** Of the same snapshot as what is told: which columns are personal is found with it. */
    private Set<String> personal(String table, TableParts.Snapshot snapshot) {
        return Set.copyOf(profile(table, snapshot).profile().privacy().columns());
    }

    /**
     * What has changed in a table from one range of its time to another, each of whole slices.
     *
     * @throws PolderException CONFLICT when the table has no profile by time, UNAVAILABLE
     */
    public RangeComparison compare(String table, Instant againstFrom, Instant againstTo, Instant from, Instant to) {
        TableParts parts = known(table);
        TableParts.Snapshot snapshot = there(table);
        return questions.compare(parts, snapshot, personal(table, snapshot), againstFrom, againstTo, from, to);
    }

    /**
     * The rows in which a column of numbers is far from the others, the furthest first.
     *
     * @param most so many of each kind
     * @param at a time in the slice that is held against its season; null for the last one that is over
     * @throws PolderException NOT_FOUND, CONFLICT when there is no profile yet, INVALID_REQUEST when it is no number, or
     *     personal, UNAVAILABLE
     */
    public RowOutliers outliers(String table, String column, int most, @Nullable Instant at) {
        TableParts.Snapshot snapshot = there(table);
        Profile profile = profile(table, snapshot).profile();
        return questions.outliers(known(table), snapshot, mart.table(table).key(), profile, column, most, at);
    }

    private TableParts.Snapshot there(String table) {
        TableParts.Snapshot snapshot = known(table).snapshot();
        if (snapshot == null) {
            throw new PolderException(
                    ErrorCode.CONFLICT, "Table '" + table + "' has no profile yet. Fix: wait for its first rows");
        }
        return snapshot;
    }

    /** The rules over several rows that are watched; of a table with personal columns without rows, and rounded. */
    public List<WatchedRule> watched(String table) {
        TableParts.Snapshot snapshot = known(table).snapshot();
        boolean isHidden = !mart.table(table).personal().isEmpty()
                || snapshot == null
                || !personal(table, snapshot).isEmpty();
        List<WatchedRule> rules = watches(table).all(snapshot, clock.instant());
        return isHidden
                ? rules.stream().map(rule -> shielded(rule, table, snapshot)).toList()
                : rules;
    }

    /** How many rows come is in the history as well; how old the newest is tells a value. */
    private WatchedRule shielded(WatchedRule rule, String table, TableParts.@Nullable Snapshot snapshot) {
        boolean isShown = rule.rule() instanceof RuleFile.RowCount
                || rule.rule() instanceof RuleFile.Newest newest
                        && snapshot != null
                        && !personal(table, snapshot).contains(newest.column());
        return isShown ? rule : rule.shielded(settings.k());
    }

    /**
     * Watches a rule over several rows, from now on and after a restart.
     *
     * @throws PolderException INVALID_REQUEST when a column is not there or the table too large, UNAVAILABLE
     */
    public void watch(String table, RuleFile.Expectation rule) {
        watches(table).add(rule, there(table));
    }

    /** Watches it no more; whether it was watched. */
    public boolean unwatch(String table, String name) {
        return watches(table).remove(name);
    }

    private WatchedRules watches(String table) {
        mart.table(table);
        return java.util.Objects.requireNonNull(watched.get(table));
    }

    /** The tables that have a column of such a type, semantic type and pattern; each empty for any. */
    public List<ProfileSearch.Listed> find(String type, String semantic, String pattern) {
        return new ProfileSearch(type, semantic, pattern).find(tables.keySet(), this::profile);
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
