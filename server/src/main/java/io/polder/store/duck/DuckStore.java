package io.polder.store.duck;

import io.polder.config.Feed;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.ImpalaMacros;
import io.polder.store.Store;
import io.polder.store.StoredTable;
import io.polder.store.TableDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store in one DuckDB file. Thread-safe; writers take turns, readers never wait for them. */
public final class DuckStore implements Store {
    private static final Logger LOGGER = LoggerFactory.getLogger(DuckStore.class);

    /** How long a row's way through the stages can be told, and how long rejects are listed. */
    private static final Duration BOOKKEEPING = Duration.ofDays(90);

    /** How long a push with an idempotency key is recognised. */
    private static final Duration IDEMPOTENCY = Duration.ofDays(7);

    /** Written by hand, so that a checkpoint comes every few hundred batches and not in each. */
    private static final String CHECKPOINT_AT = "128MB";

    /** Of expressions and queries inside each other; deeper ones could end the stack of a thread. */
    private static final int DEEPEST = 600;

    /**
     * Where and how.
     *
     * @param file the database; its name must not be that of one of our schemas
     * @param temporary for what does not fit into memory
     * @param memoryBytes that the engine may use
     */
    public record Settings(Path file, Path temporary, long memoryBytes, int threads) {}

    private final DuckDBConnection root;
    private final Path temporary;
    private final InstantSource clock;
    private final MemoryWatch watch;
    private final ReentrantLock writing = new ReentrantLock(true);
    private final AtomicInteger functions = new AtomicInteger();
    private final Outbox outbox = new Outbox();
    private volatile Map<String, String> views = Map.of();
    private final List<Consumer<String>> changes = new CopyOnWriteArrayList<>();
    private long outboxSequence;
    private long lastBatch;

    private DuckStore(DuckDBConnection root, Settings settings, InstantSource clock) {
        this.root = root;
        this.temporary = settings.temporary();
        this.clock = clock;
        watch = MemoryWatch.of(settings.memoryBytes());
    }

    /**
     * Opens the store, or makes an empty one.
     *
     * @throws PolderException CONFLICT when another process holds the file, RESTART or INTERNAL when it cannot be read
     */
    public static DuckStore open(Settings settings, InstantSource clock) {
        try {
            Files.createDirectories(settings.temporary());
            Path folder = settings.file().toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Properties properties = new Properties();
            properties.setProperty("temp_directory", settings.temporary().toString());
            properties.setProperty("memory_limit", settings.memoryBytes() / 1024 + "KiB");
            properties.setProperty("threads", Integer.toString(settings.threads()));
            DuckDBConnection root = (DuckDBConnection)
                    DriverManager.getConnection("jdbc:duckdb:" + settings.file().toAbsolutePath(), properties);
            DuckStore store = new DuckStore(root, settings, clock);
            store.prepare();
            return store;
        } catch (SQLException exception) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "store = '" + settings.file() + "': cannot be opened: "
                            + EngineMessage.of(String.valueOf(exception.getMessage()))
                                    .wrong()
                            + ". Fix: stop the process that holds it; if the file is damaged, restore a backup, or move"
                            + " it away: the tables are then made again from the log",
                    exception);
        } catch (IOException exception) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "store = '" + settings.file() + "': its folder cannot be made: " + exception.getMessage()
                            + ". Fix: choose another --home",
                    exception);
        }
    }

    private void prepare() throws SQLException {
        try (Statement statement = root.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            statement.execute("SET GLOBAL TimeZone = 'UTC'");
            // What a query leaves behind goes back to the system within a second or two, and not with the next query.
            statement.execute("SET allocator_background_threads = true");
            statement.execute("SET max_expression_depth = " + DEEPEST);
            statement.execute("SET wal_autocheckpoint = '" + CHECKPOINT_AT + "'");
            for (String sql : Bookkeeping.TABLES) {
                statement.execute(sql);
            }
            for (String sql : Bookkeeping.VIEWS) {
                statement.execute(sql);
            }
            for (String sql : ImpalaMacros.definitions()) {
                statement.execute(sql);
            }
            statement.execute("SET enable_external_access = false");
            // A reader may say that it wants to know how far a query is; SQL that people write cannot say SET.
            statement.execute("SET GLOBAL allowed_configs = ['enable_progress_bar', 'enable_progress_bar_print',"
                    + " 'progress_bar_time', 'jdbc_stream_results']");
            statement.execute("SET lock_configuration = true");
            try (ResultSet result = statement.executeQuery("SELECT coalesce(max(sequence), 0) FROM store.outbox")) {
                result.next();
                outboxSequence = result.getLong(1);
            }
            try (ResultSet result = statement.executeQuery("SELECT coalesce(max(batch), 0) FROM store.batches")) {
                result.next();
                lastBatch = result.getLong(1);
            }
            dropUnfinished(statement);
        }
    }

    /** Throws away the generations of rebuilds that did not come to their end. */
    private static void dropUnfinished(Statement statement) throws SQLException {
        record Unfinished(String table, int generation) {}
        List<Unfinished> found = new ArrayList<>();
        try (ResultSet result =
                statement.executeQuery("SELECT name, generation FROM store.generations WHERE NOT is_current")) {
            while (result.next()) {
                found.add(new Unfinished(result.getString(1), result.getInt(2)));
            }
        }
        for (Unfinished unfinished : found) {
            drop(statement.getConnection(), unfinished.table(), unfinished.generation());
        }
    }

    /** Where files may be that nobody needs after the process. */
    public Path temporary() {
        return temporary;
    }

    /** Looks after the memory that the engine does not count. */
    public MemoryWatch watch() {
        return watch;
    }

    /** A connection for reading, to be closed by the caller; sees each commit at once. */
    public Connection connect() {
        try {
            return root.duplicate();
        } catch (SQLException exception) {
            throw failure("connecting to the store", exception);
        }
    }

    /**
     * A connection for reading that makes rows as they are taken and can tell how far it is. Until a result is closed
     * it holds on to the store as it was.
     */
    public DuckDBConnection streaming() {
        try {
            DuckDBConnection connection = root.duplicate();
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET jdbc_stream_results = true");
                statement.execute("SET enable_progress_bar = true");
                statement.execute("SET enable_progress_bar_print = false");
                statement.execute("SET progress_bar_time = 0");
            }
            return connection;
        } catch (SQLException exception) {
            throw failure("connecting to the store", exception);
        }
    }

    @Override
    public StoredTable open(TableDefinition definition) {
        int generation = writing("opening table " + definition.name(), connection -> {
            Integer current = generation(connection, definition.name(), true);
            if (current != null) {
                return current;
            }
            int created = create(connection, definition);
            makeCurrent(connection, definition, created);
            return created;
        });
        return table(definition, generation);
    }

    @Override
    public StoredTable next(TableDefinition definition) {
        int generation = writing("beginning to rebuild table " + definition.name(), connection -> {
            Integer unfinished = generation(connection, definition.name(), false);
            if (unfinished != null) {
                drop(connection, definition.name(), unfinished);
            }
            return create(connection, definition);
        });
        return table(definition, generation);
    }

    @Override
    public void promote(StoredTable next) {
        DuckTable table = (DuckTable) next;
        changing("switching to the rebuilt table " + next.name(), connection -> {
            Integer current = generation(connection, next.name(), true);
            if (current != null) {
                String before = DuckTable.physical(next.name(), current);
                Outbox.keep(connection, before, this::takeOutboxNumbers);
                Outbox.owe(
                        connection,
                        table.definition(),
                        DuckTable.physical(next.name(), table.generation()),
                        Bookkeeping.applied(connection, before),
                        clock.millis(),
                        this::takeOutboxNumbers);
                drop(connection, next.name(), current);
            }
            makeCurrent(connection, table.definition(), table.generation());
        });
        defineViews();
        changed(next.name());
    }

    /**
     * Tells {@code listener} the name of each table whose rows have changed, on the thread that changed them, before
     * anybody else hears of it.
     */
    public void onChange(Consumer<String> listener) {
        changes.add(listener);
    }

    void changed(String table) {
        changes.forEach(listener -> listener.accept(table));
    }

    /**
     * Defines the mart's views by name, and removes those that it has no more. A view that reads what only the new
     * definition of a table has is as it was, or missing, until that table is rebuilt.
     */
    public void views(Map<String, String> newViews) {
        changing("removing views", connection -> {
            List<String> gone = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SELECT view_name FROM duckdb_views() WHERE schema_name ="
                            + " 'main' AND NOT internal AND view_name NOT IN (SELECT name FROM store.generations)")) {
                while (result.next()) {
                    if (!newViews.containsKey(result.getString(1))) {
                        gone.add(result.getString(1));
                    }
                }
            }
            try (Statement statement = connection.createStatement()) {
                for (String view : gone) {
                    statement.execute("DROP VIEW main." + Sql.name(view));
                }
            }
        });
        views = new LinkedHashMap<>(newViews);
        defineViews();
    }

    private void defineViews() {
        views.forEach((name, select) -> {
            try {
                changing("defining view " + name, connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("CREATE OR REPLACE VIEW main." + Sql.name(name) + " AS " + select);
                    }
                });
            } catch (PolderException failure) {
                LOGGER.warn("View {} waits until the tables that it reads are rebuilt. {}", name, failure.getMessage());
            }
        });
    }

    private DuckTable table(TableDefinition definition, int generation) {
        try {
            return DuckTable.open(this, root.duplicate(), definition, generation, functions.incrementAndGet(), clock);
        } catch (SQLException exception) {
            throw failure("opening table " + definition.name(), exception);
        }
    }

    private static @Nullable Integer generation(Connection connection, String table, boolean isCurrent)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT max(generation) FROM store.generations WHERE name = ? AND is_current = ?")) {
            statement.setString(1, table);
            statement.setBoolean(2, isCurrent);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                int generation = result.getInt(1);
                return result.wasNull() ? null : generation;
            }
        }
    }

    private static int create(Connection connection, TableDefinition definition) throws SQLException {
        int generation;
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT coalesce(max(generation), 0) + 1 FROM store.generations WHERE name = ?")) {
            statement.setString(1, definition.name());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                generation = result.getInt(1);
            }
        }
        StringBuilder columns = new StringBuilder();
        for (var column : definition.transform().columns()) {
            columns.append(Sql.name(column.name()))
                    .append(' ')
                    .append(column.type())
                    .append(", ");
        }
        String physical = DuckTable.physical(definition.name(), generation);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE store." + Sql.name(physical) + " (" + columns
                    + "_partition INTEGER, _offset BIGINT, _batch BIGINT)");
            statement.execute("CREATE TABLE store." + Sql.name(physical + "~late") + " (" + columns
                    + "_partition INTEGER, _offset BIGINT, _accepted TIMESTAMP, _feed VARCHAR)");
        }
        insertGeneration(connection, definition, generation, false);
        return generation;
    }

    private static void insertGeneration(
            Connection connection, TableDefinition definition, int generation, boolean isCurrent) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO store.generations VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            statement.setString(1, definition.name());
            statement.setInt(2, generation);
            statement.setString(3, DuckTable.physical(definition.name(), generation));
            statement.setString(4, definition.topic());
            statement.setString(5, definition.hash());
            statement.setString(6, definition.source());
            statement.setBoolean(7, isCurrent);
            statement.execute();
        }
    }

    private static void makeCurrent(Connection connection, TableDefinition definition, int generation)
            throws SQLException {
        String physical = "store." + Sql.name(DuckTable.physical(definition.name(), generation));
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM store.generations WHERE name = " + Sql.text(definition.name())
                    + " AND generation = " + generation);
            insertGeneration(connection, definition, generation, true);
            if (definition.name().equals(Bookkeeping.EDGE)) {
                statement.execute(Bookkeeping.edgeLedger(physical));
            }
            if (Bookkeeping.isOurs(definition.name())) {
                return;
            }
            String name = Sql.name(definition.name());
            List<String> columns = new ArrayList<>(definition.transform().names());
            // A row that was deleted by SQL stays as a mark, so that an earlier event that comes again does not revive
            // it.
            boolean hasDeletions = columns.remove(Feed.DELETED);
            String there = hasDeletions ? " WHERE " + Feed.DELETED + " IS NOT TRUE" : "";
            statement.execute("CREATE OR REPLACE VIEW main." + name + " AS SELECT " + Sql.names("", columns) + " FROM "
                    + physical + there);
            statement.execute("CREATE OR REPLACE VIEW provenance." + name + " AS SELECT * FROM " + physical + there);
        }
    }

    private static void drop(Connection connection, String table, int generation) throws SQLException {
        String physical = DuckTable.physical(table, generation);
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS store." + Sql.name(physical));
            statement.execute("DROP TABLE IF EXISTS store." + Sql.name(physical + "~late"));
            for (String part : List.of("batches", "ledger", "rejects", "violations", "marks")) {
                statement.execute("DELETE FROM store." + part + " WHERE generation = " + Sql.text(physical));
            }
            statement.execute("DELETE FROM store.generations WHERE name = " + Sql.text(table) + " AND generation = "
                    + generation);
        }
    }

    @Override
    public List<String> owing() {
        try (Connection connection = root.duplicate()) {
            return Outbox.topics(connection);
        } catch (SQLException exception) {
            throw failure("reading the outbox", exception);
        }
    }

    @Override
    public List<Owed> outbox(String topic, int limit) {
        try (Connection connection = root.duplicate()) {
            return outbox.read(connection, topic, limit, replaced -> sent(topic, replaced));
        } catch (SQLException exception) {
            throw failure("reading the outbox", exception);
        }
    }

    @Override
    public void sent(String topic, long sequence) {
        changing("clearing the outbox", connection -> outbox.sent(connection, topic, sequence));
    }

    @Override
    public Map<Long, String> idempotent(String topic, String key) {
        try (Connection connection = root.duplicate();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT number, fingerprint FROM store.idempotent WHERE topic = ? AND key = ?")) {
            statement.setString(1, topic);
            statement.setString(2, key);
            Map<Long, String> seen = new LinkedHashMap<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    seen.put(result.getLong(1), result.getString(2));
                }
            }
            return seen;
        } catch (SQLException exception) {
            throw failure("looking up an idempotency key", exception);
        }
    }

    @Override
    public Optional<Stored> stored(String table) {
        try (Connection connection = root.duplicate();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT hash, source FROM store.generations WHERE name = ? AND is_current")) {
            statement.setString(1, table);
            try (ResultSet result = statement.executeQuery()) {
                return result.next()
                        ? Optional.of(new Stored(result.getString(1), result.getString(2)))
                        : Optional.empty();
            }
        } catch (SQLException exception) {
            throw failure("reading the definition of table " + table, exception);
        }
    }

    @Override
    public void redefine(TableDefinition definition) {
        changing("taking note of the definition of table " + definition.name(), connection -> {
            Integer current = generation(connection, definition.name(), true);
            if (current == null) {
                return;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("DELETE FROM store.generations WHERE name = " + Sql.text(definition.name())
                        + " AND generation = " + current);
            }
            insertGeneration(connection, definition, current, true);
        });
    }

    @Override
    public void tidy() {
        Instant now = clock.instant();
        changing("tidying the bookkeeping", connection -> {
            try (Statement statement = connection.createStatement()) {
                String old = Sql.timestamp(Bookkeeping.micros(now.minus(BOOKKEEPING)));
                statement.execute("DELETE FROM store.batches b WHERE committed < " + old
                        + " AND batch < (SELECT max(batch) FROM store.batches n WHERE n.generation = b.generation)");
                statement.execute("DELETE FROM store.rejects WHERE accepted < " + old);
                statement.execute("DELETE FROM store.marks WHERE accepted < " + old);
                statement.execute("DELETE FROM store.idempotent WHERE accepted < "
                        + Sql.timestamp(Bookkeeping.micros(now.minus(IDEMPOTENCY))));
                String settled = Sql.timestamp(Bookkeeping.micros(now.minus(Duration.ofMinutes(15))));
                statement.execute("CREATE OR REPLACE TEMP TABLE settled AS SELECT generation, feed, minute,"
                        + " sum(logged)::BIGINT, sum(applied)::BIGINT, sum(filtered)::BIGINT, sum(rejected)::BIGINT,"
                        + " sum(too_late)::BIGINT, sum(waiting)::BIGINT, sum(violations)::BIGINT FROM store.ledger WHERE"
                        + " minute < " + settled + " GROUP BY ALL HAVING count(*) > 1");
                statement.execute("DELETE FROM store.ledger l USING settled s WHERE l.generation = s.generation AND"
                        + " l.feed = s.feed AND l.minute = s.minute");
                statement.execute("INSERT INTO store.ledger SELECT * FROM settled");
            }
        });
    }

    /** Runs {@code work} as the only writer. */
    <T> T exclusively(java.util.function.Supplier<T> work) {
        writing.lock();
        try {
            return work.get();
        } finally {
            writing.unlock();
        }
    }

    /** A new batch number, higher than any before. Only for the writer. */
    long takeBatchNumber() {
        return ++lastBatch;
    }

    /** The next {@code count} numbers of the outbox; returns the one before the first. Only for the writer. */
    long takeOutboxNumbers(long count) {
        long before = outboxSequence;
        outboxSequence += count;
        return before;
    }

    /** What is done in one transaction. */
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** A change that gives nothing back. */
    interface Change {
        void run(Connection connection) throws SQLException;
    }

    private void changing(String doing, Change change) {
        writing(doing, connection -> {
            change.run(connection);
            return doing;
        });
    }

    private <T> T writing(String doing, Work<T> work) {
        writing.lock();
        try (Connection connection = root.duplicate()) {
            return transaction(connection, doing, work);
        } catch (SQLException exception) {
            throw failure(doing, exception);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Runs {@code work} in a transaction of {@code connection}: all of it or nothing.
     *
     * <p>By SQL and not by the driver's auto-commit: when a commit fails on a full disk the engine has rolled back, and the
     * driver, which does not know, would go on without a transaction and hide why.
     */
    static <T> T transaction(Connection connection, String doing, Work<T> work) {
        try (Statement control = connection.createStatement()) {
            control.execute("BEGIN TRANSACTION");
            try {
                T result = work.run(connection);
                control.execute("COMMIT");
                return result;
            } catch (SQLException | RuntimeException exception) {
                try {
                    control.execute("ROLLBACK");
                } catch (SQLException alreadyRolledBack) {
                    exception.addSuppressed(alreadyRolledBack);
                }
                throw exception;
            }
        } catch (SQLException exception) {
            throw failure(doing, exception);
        }
    }

    /**
     * What a failing statement means: INVALID_REQUEST when a value is one that it cannot work with, RESTART when the engine
     * is broken, and otherwise UNAVAILABLE, since only what is known to be the data's fault may cost data. The kind of
     * failure is the first words of the engine's message, and never what follows, which may quote a value.
     */
    static PolderException failure(String doing, SQLException exception) {
        EngineMessage message = EngineMessage.of(String.valueOf(exception.getMessage()));
        ErrorCode code = message.isOfTheData()
                ? ErrorCode.INVALID_REQUEST
                : message.isBroken() ? ErrorCode.RESTART : ErrorCode.UNAVAILABLE;
        return new PolderException(code, "Failed " + doing + ": " + message.wrong(), exception);
    }

    @Override
    public void close() {
        watch.close();
        writing.lock();
        try {
            root.close();
        } catch (SQLException exception) {
            throw failure("closing the store", exception);
        } finally {
            writing.unlock();
        }
    }
}
