package io.polder.enrich;

import io.polder.config.Definition;
import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.Rule;
import io.polder.config.Table;
import io.polder.format.Formats;
import io.polder.format.JsonOptions;
import io.polder.log.Log;
import io.polder.record.ErrorCode;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.record.Schema;
import io.polder.record.Type;
import io.polder.store.Commit;
import io.polder.store.Store;
import io.polder.store.TableDefinition;
import io.polder.store.Transform;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All tables of a mart, followed from the log: one thread each, which take turns in writing to the store. Thread-safe.
 */
public final class Enrichment implements AutoCloseable {
    /** The topic of the edge's balances, and the built-in table that keeps them. */
    public static final String EDGE_TOPIC = "polder.edge";

    static final String EDGE_TABLE = "polder_edge";

    private static final Logger LOGGER = LoggerFactory.getLogger(Enrichment.class);
    private static final Duration TIDY_EVERY = Duration.ofMinutes(10);
    private static final Duration OUTBOX_PAUSE = Duration.ofSeconds(2);

    /**
     * How it runs.
     *
     * @param gather how long a micro-batch may gather
     * @param batchRows how many events a micro-batch holds at most
     * @param measuresObserved whether the time from observation to commit means anything; not when time is simulated
     *     faster than it passes
     */
    public record Settings(Duration gather, int batchRows, boolean measuresObserved) {}

    private final Log log;
    private final Store store;
    private final Settings settings;
    private final InstantSource clock;
    private final Predicate<String> isFed;
    private final Consumer<PolderException> onFailure;
    private final Map<String, TableRunner> runners = new LinkedHashMap<>();
    private final Map<String, Rebuild> rebuilds = new LinkedHashMap<>();
    private final List<Consumer<Commit>> listeners = new CopyOnWriteArrayList<>();
    private final Mart mart;
    private final Map<String, TableDefinition> current;
    /** Tables whose rows are not what the current definitions make of the log. */
    private final Set<String> outdated = ConcurrentHashMap.newKeySet();

    private final Thread keeper;
    private final Semaphore owed = new Semaphore(0);
    private volatile boolean isClosed;

    private Enrichment(
            Mart mart,
            Map<String, TableDefinition> current,
            Log log,
            Store store,
            Settings settings,
            Predicate<String> isFed,
            Consumer<PolderException> onFailure,
            InstantSource clock) {
        this.mart = mart;
        this.current = new ConcurrentHashMap<>(current);
        this.log = log;
        this.store = store;
        this.settings = settings;
        this.isFed = isFed;
        this.onFailure = onFailure;
        this.clock = clock;
        keeper = new Thread(this::keep, "outbox");
        keeper.setDaemon(true);
    }

    /**
     * Opens all tables of a mart in the store; {@link #start} follows them.
     *
     * @param isFed whether a topic's bounded feeds have come to their end, so that a table that waits for it may start
     * @param onFailure hears of a failure after which the program must start again
     * @throws PolderException INVALID_DEFINITION with all problems of the mart's SQL
     */
    public static Enrichment open(
            Mart mart,
            Log log,
            Store store,
            Settings settings,
            Predicate<String> isFed,
            Consumer<PolderException> onFailure,
            InstantSource clock) {
        Definitions definitions = Definitions.compile(mart);
        if (!definitions.problems().isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_DEFINITION, definitions.problems());
        }
        Enrichment enrichment =
                new Enrichment(mart, definitions.tables(), log, store, settings, isFed, onFailure, clock);
        log.ensure(EDGE_TOPIC, 1, null);
        TopicEvents edge = new TopicEvents(
                EDGE_TOPIC, List.of(edgeFeed()), edgeFeed().format().schema());
        enrichment.add(edgeDefinition(edge.schema()), edge);
        Map<String, String> before = new LinkedHashMap<>();
        for (String table : definitions.tables().keySet()) {
            store.stored(table).ifPresent(stored -> before.put(table, stored.hash()));
        }
        for (TableDefinition definition : definitions.tables().values()) {
            definition.publish().ifPresent(topic -> log.ensure(topic, 1, null));
            enrichment.addStored(definition, before);
        }
        return enrichment;
    }

    /**
     * Opens a table by its definition, or, when its rows were made by another one, by that: only a rebuild changes it.
     *
     * @param before the hashes that the tables were stored with when the program started
     */
    private void addStored(TableDefinition wanted, Map<String, String> before) {
        Optional<Store.Stored> stored = store.stored(wanted.name());
        if (stored.isEmpty()
                || stored.get().hash().equals(wanted.hash())
                || hasOnlyMoreFeeds(wanted, stored.get(), before)) {
            stored.filter(known -> !known.hash().equals(wanted.hash())).ifPresent(known -> store.redefine(wanted));
            add(wanted, TopicEvents.of(mart, wanted.topic(), new ArrayList<>()));
            return;
        }
        outdated.add(wanted.name());
        Mart old = Definition.read(stored.get().source());
        Map<String, TableDefinition> known = new LinkedHashMap<>();
        runners.values().forEach(runner -> known.put(runner.name(), runner.definition()));
        Definitions definitions = Definitions.compile(old, known);
        TableDefinition kept = definitions.tables().get(wanted.name());
        if (kept == null) {
            throw new PolderException(
                    ErrorCode.INVALID_DEFINITION,
                    List.of(new Problem(
                            mart.place("tables." + wanted.name()),
                            "",
                            "has changed, and the stored definition does not fit the other tables any more: "
                                    + definitions.problems(),
                            "put the old definition back and rebuild one table at a time")));
        }
        TableRunner runner = add(kept, TopicEvents.of(old, kept.topic(), new ArrayList<>()));
        runner.note(changed(wanted));
    }

    /**
     * Whether all that has changed since the rows were made is that other feeds have joined the table's topic, or that of
     * a table that it joins.
     */
    private boolean hasOnlyMoreFeeds(TableDefinition wanted, Store.Stored stored, Map<String, String> before) {
        if (wanted.transform().tables().stream().anyMatch(outdated::contains)) {
            return false;
        }
        Mart old = Definition.read(stored.source());
        Table table = old.table(wanted.name());
        List<Feed> then = old.feedsOf(table.from());
        Map<String, String> joinedThen = Definitions.joined(wanted.transform(), before);
        if (!Definition.hash(table, then, joinedThen).equals(stored.hash())) {
            return false;
        }
        Map<String, String> hashes = new LinkedHashMap<>();
        current.values().forEach(definition -> hashes.put(definition.name(), definition.hash()));
        Map<String, String> joinedNow = Definitions.joined(wanted.transform(), hashes);
        return Definition.joinedBy(table, then, mart.feedsOf(table.from()))
                .filter(all -> Definition.hash(table, all, joinedNow).equals(wanted.hash()))
                .isPresent();
    }

    private String changed(TableDefinition wanted) {
        List<String> before = outdatedJoins(wanted);
        return before.isEmpty()
                ? "the definition has changed: run ./polder rebuild " + wanted.name()
                : "the definition has changed, of " + String.join(", ", before)
                        + " too, which it joins: run ./polder rebuild for these first, then for " + wanted.name();
    }

    /** The tables that a table joins and that are to be rebuilt before it. */
    private List<String> outdatedJoins(TableDefinition wanted) {
        return wanted.transform().tables().stream()
                .filter(outdated::contains)
                .sorted()
                .toList();
    }

    private TableRunner add(TableDefinition definition, TopicEvents events) {
        TableRunner runner =
                new TableRunner(pipeline(definition, store.open(definition), events, settings.batchRows()), this);
        runners.put(definition.name(), runner);
        return runner;
    }

    private Pipeline pipeline(
            TableDefinition definition, io.polder.store.StoredTable table, TopicEvents events, int batchRows) {
        return new Pipeline(definition, table, events, log, settings.gather(), batchRows, clock);
    }

    /** Starts to follow the log. To be called before anybody writes to it; its topics must be there. */
    public void start() {
        // The edge's balances cannot be rebuilt: they go on.
        runners.values().stream()
                .filter(runner -> !runner.name().equals(EDGE_TABLE))
                .forEach(TableRunner::compareWithLog);
        runners.values().forEach(TableRunner::start);
        keeper.start();
    }

    /** How each table is doing, in the order of the mart. */
    public List<TableStatus> tables() {
        List<TableStatus> statuses = new ArrayList<>();
        for (String name : mart.tables().keySet()) {
            statuses.add(runner(name).status(rebuildState(name)));
        }
        return statuses;
    }

    private synchronized @Nullable String rebuildState(String name) {
        Rebuild rebuild = rebuilds.get(name);
        return rebuild == null ? null : rebuild.state();
    }

    /** Calls {@code listener} after each commit, on the writing thread: it must not block. */
    public void onCommit(Consumer<Commit> listener) {
        listeners.add(listener);
    }

    /**
     * Starts to recompute a table from the log beside the running one; switches over when it has caught up.
     *
     * @throws PolderException NOT_FOUND, CONFLICT when it is being rebuilt already, when a table that it joins is to be
     *     rebuilt first, or when a table that joins it could not go on
     */
    public synchronized void rebuild(String table) {
        TableRunner runner = mart.tables().containsKey(table) ? runners.get(table) : null;
        TableDefinition wanted = current.get(table);
        if (runner == null || wanted == null) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    "Table '" + table + "' does not exist. Fix: "
                            + Problem.suggestion(table, mart.tables().keySet()));
        }
        Rebuild running = rebuilds.get(table);
        if (running != null && running.isRunning()) {
            throw new PolderException(
                    ErrorCode.CONFLICT, "Table '" + table + "' is being rebuilt already. Fix: wait until it is done");
        }
        checkOrder(wanted);
        TopicEvents events = TopicEvents.of(mart, wanted.topic(), new ArrayList<>());
        Rebuild rebuild = new Rebuild(
                store,
                pipeline(wanted, store.next(wanted), events, Math.min(Rebuild.MOST_ROWS, settings.batchRows())),
                runner,
                () -> wanted.transform().tables().stream().allMatch(this::isLoaded),
                this::replaced);
        rebuilds.put(table, rebuild);
        rebuild.start();
    }

    /** A table is rebuilt after those that it joins; those that join it go on by their old definitions until then. */
    private void checkOrder(TableDefinition wanted) {
        List<String> first = outdatedJoins(wanted);
        if (!first.isEmpty()) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Table '" + wanted.name() + "' joins " + String.join(", ", first)
                            + ", whose definition has changed too. Fix: run ./polder rebuild " + first.get(0)
                            + " first");
        }
        if (!outdated.contains(wanted.name())) {
            return;
        }
        Map<String, TableDefinition> known = new LinkedHashMap<>();
        runners.values().forEach(runner -> known.put(runner.name(), runner.definition()));
        known.put(wanted.name(), wanted);
        for (TableRunner runner : runners.values()) {
            if (!runner.definition().transform().tables().contains(wanted.name())) {
                continue;
            }
            List<Problem> problems = Definitions.compile(
                            Definition.read(runner.definition().source()), known)
                    .problems();
            if (!problems.isEmpty()) {
                throw new PolderException(
                        ErrorCode.CONFLICT,
                        "Table '" + runner.name() + "' joins '" + wanted.name() + "' and could not go on with its new"
                                + " definition: " + problems.get(0).wrong() + ". Fix: keep in " + wanted.name()
                                + " what the stored definition of " + runner.name() + " reads until both are rebuilt");
            }
        }
    }

    /** Tells of a table whose rows may all be other ones. */
    private void replaced(Pipeline pipeline) {
        outdated.remove(pipeline.definition().name());
        outdated.stream().map(current::get).filter(Objects::nonNull).forEach(wanted -> runner(wanted.name())
                .note(changed(wanted)));
        Instant now = clock.instant();
        tell(new Commit(
                pipeline.definition().name(),
                pipeline.table().version(),
                new Commit.Counts(0, 0, 0, 0, 0, 0, 0),
                Instant.EPOCH,
                Instant.MAX,
                now,
                now,
                now,
                now,
                pipeline.table().positions()));
    }

    /** The rules of a table, also those that are switched off. */
    public List<Rule> rules(String table) {
        mart.table(table);
        return runner(table).definition().rules();
    }

    /** A sentence when rules of a table were switched on in another log than this one; it was found at the start. */
    public Optional<String> rulesOfAnotherLog(String table) {
        mart.table(table);
        return runner(table).rulesOfAnotherLog();
    }

    /**
     * Enforces a rule on all events that a table has not read yet; see {@link RuleSwitch}.
     *
     * @return the rule with its name
     * @throws PolderException NOT_FOUND, INVALID_REQUEST with all that is wrong with it, CONFLICT while the table is being
     *     rebuilt or wants to be, UNAVAILABLE when it cannot be written down
     */
    public synchronized Rule enforce(String table, Rule rule) {
        Rule made = new RuleSwitch(mart, runners).on(switchable(table), rule);
        current.put(table, runner(table).definition());
        return made;
    }

    /**
     * Enforces a rule no more.
     *
     * @throws PolderException NOT_FOUND, CONFLICT when it is part of the definition, or as {@link #enforce}
     */
    public synchronized void release(String table, String rule) {
        new RuleSwitch(mart, runners).off(switchable(table), rule);
        current.put(table, runner(table).definition());
    }

    private TableRunner switchable(String table) {
        mart.table(table);
        Rebuild running = rebuilds.get(table);
        if (running != null && running.isRunning()) {
            throw new PolderException(
                    ErrorCode.CONFLICT, "Table '" + table + "' is being rebuilt. Fix: wait until it is done");
        }
        if (outdated.contains(table)) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Table '" + table + "' has rows of an older definition. Fix: run ./polder rebuild " + table
                            + " first");
        }
        return runner(table);
    }

    /** The events of a topic that came with an idempotency key and are committed: place to fingerprint. */
    public Map<Long, String> idempotent(String topic, String key) {
        return store.idempotent(topic, key);
    }

    /** Whether every table that reads the topic has committed what lies below these offsets. */
    public boolean hasCommitted(String topic, Map<Integer, Long> offsets) {
        return runners.values().stream()
                .filter(runner -> runner.definition().topic().equals(topic))
                .allMatch(runner -> {
                    Map<Integer, Long> positions = runner.places();
                    return offsets.entrySet().stream()
                            .allMatch(offset -> positions.getOrDefault(offset.getKey(), 0L) >= offset.getValue());
                });
    }

    /** How many events of a topic wait for the slowest of its tables at this moment; 0 when no table reads it. */
    public long lag(String topic) {
        return runners.values().stream()
                .filter(runner -> runner.definition().topic().equals(topic))
                .mapToLong(TableRunner::behindNow)
                .max()
                .orElse(0);
    }

    // ---- for the runners

    boolean isLoaded(String table) {
        TableRunner runner = runners.get(table);
        return runner == null || runner.isLoaded();
    }

    boolean isFed(String topic) {
        return isFed.test(topic);
    }

    Settings settings() {
        return settings;
    }

    InstantSource clock() {
        return clock;
    }

    void tell(Commit commit) {
        listeners.forEach(listener -> listener.accept(commit));
        if (owed.availablePermits() == 0) {
            owed.release();
        }
    }

    void failed(PolderException failure) {
        if (!isClosed) {
            onFailure.accept(failure);
        }
    }

    // ---- what is owed, and what is old

    private void keep() {
        Outbox outbox = new Outbox(store, log, this::publisher, clock);
        Instant tidied = clock.instant();
        while (!isClosed) {
            try {
                if (Duration.between(tidied, clock.instant()).compareTo(TIDY_EVERY) > 0) {
                    tidied = clock.instant();
                    store.tidy();
                    runners.values().forEach(TableRunner::expire);
                }
                if (!outbox.pay()) {
                    awaitCommit(1_000);
                }
            } catch (PolderException exception) {
                if (exception.code() == ErrorCode.RESTART) {
                    failed(exception);
                    return;
                }
                LOGGER.warn("What is owed or old waits. {}", exception.getMessage());
                LockSupport.parkNanos(OUTBOX_PAUSE.toNanos());
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException bug) {
                failed(new PolderException(
                        ErrorCode.RESTART, "Sending what tables owe failed unexpectedly: " + bug.getMessage(), bug));
                return;
            }
        }
    }

    /** What publishes to a topic; named by the topic when nothing does any more. */
    private Outbox.Publisher publisher(String topic) {
        return runners.values().stream()
                .filter(runner -> runner.definition().publish().equals(Optional.of(topic)))
                .map(runner -> new Outbox.Publisher(runner.name(), runner.feed()))
                .findFirst()
                .orElse(new Outbox.Publisher(topic, ""));
    }

    /** Waits until something was committed, or so long. */
    private void awaitCommit(long milliseconds) throws InterruptedException {
        if (owed.tryAcquire(milliseconds, TimeUnit.MILLISECONDS)) {
            owed.drainPermits();
        }
    }

    private TableRunner runner(String table) {
        return Objects.requireNonNull(runners.get(table));
    }

    private static Feed edgeFeed() {
        Schema schema = new Schema(List.of(
                new Field("feed", "feed", Type.VARCHAR),
                new Field("minute", "minute", Type.BIGINT),
                new Field("filtered", "filtered", Type.BIGINT),
                new Field("rejected", "rejected", Type.BIGINT),
                new Field("duplicate", "duplicate", Type.BIGINT)));
        return new Feed(
                EDGE_TOPIC,
                Feed.Kind.HTTP,
                null,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                "",
                Formats.json(schema.fields(), JsonOptions.DEFAULT),
                "json",
                List.of(),
                1,
                EDGE_TOPIC,
                Optional.empty(),
                null,
                1 << 20,
                null,
                false);
    }

    private static TableDefinition edgeDefinition(Schema schema) {
        Table table = new Table(
                EDGE_TABLE,
                EDGE_TOPIC,
                List.of("number"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                null,
                Set.of());
        Transform transform = new Transform(
                "SELECT e.polder_offset AS number, e.feed, e.minute, coalesce(e.filtered, 0) AS filtered,"
                        + " coalesce(e.rejected, 0) AS rejected, coalesce(e.duplicate, 0) AS duplicate, e.polder_row,"
                        + " e.polder_partition, e.polder_offset FROM polder_event e",
                schema,
                List.of(
                        new Transform.Column("number", "BIGINT"),
                        new Transform.Column("feed", "VARCHAR"),
                        new Transform.Column("minute", "BIGINT"),
                        new Transform.Column("filtered", "BIGINT"),
                        new Transform.Column("rejected", "BIGINT"),
                        new Transform.Column("duplicate", "BIGINT")),
                Map.of(),
                true,
                List.of());
        return new TableDefinition(
                table.name(),
                table.from(),
                table.key(),
                table.time(),
                table.version(),
                table.rules(),
                table.publish(),
                null,
                "1",
                "",
                transform);
    }

    @Override
    public void close() {
        isClosed = true;
        synchronized (this) {
            rebuilds.values().forEach(Rebuild::stop);
        }
        runners.values().forEach(TableRunner::askToStop);
        keeper.interrupt();
        runners.values().forEach(TableRunner::stop);
        try {
            keeper.join(2_000);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        runners.values().forEach(TableRunner::close);
    }
}
