package io.polder.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.polder.config.Mart;
import io.polder.config.View;
import io.polder.log.Log;
import io.polder.log.LogRecord;
import io.polder.log.RecordHeaders;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.sql.Catalog;
import io.polder.sql.SqlProblem;
import io.polder.store.duck.DuckStore;
import io.polder.store.duck.EngineMessage;
import io.polder.store.duck.MemoryWatch;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** SQL over the store. Thread-safe; so many queries run at once as there are connections, further ones wait their turn. */
public final class Queries implements AutoCloseable {
    /** More at once only take each other's memory. */
    private static final int AT_ONCE = 4;
    /** How many may have rows left that nobody has taken yet; each holds a connection. */
    private static final int MAX_OPEN = 512;
    /** How many Parquet files are there at once. */
    private static final int MAX_FILES = 4;
    /** An answer that is held whole has no more; others are streamed. */
    private static final long ANSWER_BYTES = 24L << 20;
    /** So much text of questions is remembered that have passed the gate. */
    private static final long PASSED_CHARACTERS = 4L << 20;
    /** Who asks the program's own questions. */
    private static final String OURSELVES = "polder";

    /**
     * Bounds.
     *
     * @param timeout how long a query may run
     * @param rows how many rows an answer holds at most
     */
    public record Settings(Duration timeout, long rows) {}

    private final DuckStore store;
    private final Log log;
    private final Mart mart;
    private final Settings settings;
    private final Gate gate;
    private final Turns turns = new Turns(AT_ONCE);
    private final Map<String, Execution> open = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1, work -> {
        Thread thread = new Thread(work, "polder-query-alarm");
        thread.setDaemon(true);
        return thread;
    });
    private final InstantSource clock;
    private final ResultCache cache = new ResultCache();
    /** What the views depend on; filled when they are defined. */
    private final Map<String, Reads> views = new ConcurrentHashMap<>();
    /** What has passed the gate, by its text. */
    private final Cache<String, Reads> passed = Caffeine.newBuilder()
            .maximumWeight(PASSED_CHARACTERS)
            .weigher((String sql, Reads reads) -> 1_000 + sql.length())
            .executor(Runnable::run)
            .build();

    private final Semaphore files = new Semaphore(MAX_FILES);
    private final BufferAllocator memory = new RootAllocator();
    private final Deque<DuckDBConnection> idle = new ArrayDeque<>();
    private boolean isClosed;

    private Queries(DuckStore store, Log log, Mart mart, Settings settings, InstantSource clock) {
        this.store = store;
        this.log = log;
        this.mart = mart;
        this.settings = settings;
        this.clock = clock;
        alarms.setRemoveOnCancelPolicy(true);
        gate = new Gate(mart.tables().keySet(), mart.views().keySet());
    }

    /** Opens the queries of a mart whose tables are open, and defines its views. */
    public static Queries open(DuckStore store, Log log, Mart mart, Settings settings, InstantSource clock) {
        Map<String, String> views = new LinkedHashMap<>();
        for (View view : mart.views().values()) {
            views.put(view.name(), view.select());
        }
        store.views(views);
        Queries queries = new Queries(store, log, mart, settings, clock);
        store.onChange(queries::changed);
        queries.readViews(views);
        return queries;
    }

    /** In the order of their definition, in which each may read those before it. */
    private void readViews(Map<String, String> selects) {
        with(connection -> {
            for (var view : selects.entrySet()) {
                views.put(view.getKey(), Reads.of(Gate.parse(connection, view.getValue()), views));
            }
            return selects;
        });
    }

    /**
     * Runs one SELECT that a person wrote, through the gate: SELECT only, tables and views of the mart only, bounded in
     * time.
     *
     * @param limit rows at most; bounded by the settings
     * @throws PolderException INVALID_REQUEST with the position, TIMED_OUT, UNAVAILABLE
     */
    public Answer ask(String sql, int limit) {
        return ask(Question.of("web", sql).withLimit(limit));
    }

    /** As {@link #ask(String, int)}; an answer is cut at the question's limit, or at the one of the settings. */
    public Answer ask(Question question) {
        long start = System.nanoTime();
        long most = Math.max(0, Math.min(question.limit(), settings.rows()));
        try (Execution execution = begin(question.withLimit(most + 1)).start()) {
            List<@Nullable Object[]> rows = new ArrayList<>();
            boolean isTruncated = false;
            long bytes = 0;
            for (Chunk chunk = execution.next(); chunk != null; chunk = execution.next()) {
                int wanted = (int) Math.min(chunk.rows(), most - rows.size());
                isTruncated |= wanted < chunk.rows();
                bytes += chunk.bytes();
                if (bytes > ANSWER_BYTES) {
                    throw new PolderException(
                            ErrorCode.TOO_LARGE,
                            "The answer has more than " + ANSWER_BYTES + " bytes. Fix: ask for fewer rows, or for a"
                                    + " format that is streamed: CSV, NDJSON or Arrow");
                }
                Values.addTo(rows, execution.columns(), chunk, wanted);
            }
            long milliseconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            return new Answer(execution.columns(), rows, isTruncated, milliseconds);
        }
    }

    /**
     * Takes a question on; nothing happens until it is started. It is to be closed.
     *
     * @throws PolderException UNAVAILABLE when too many are open
     */
    public Execution begin(Question question) {
        if (open.size() >= MAX_OPEN) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "There are " + MAX_OPEN + " queries with rows that nobody has taken. Fix: close results that are"
                            + " not read on");
        }
        Duration timeout =
                question.timeout().compareTo(settings.timeout()) < 0 ? question.timeout() : settings.timeout();
        String id = question.id().isEmpty() ? UUID.randomUUID().toString() : question.id();
        Execution execution = new Execution(this, question, id, clock.instant(), timeout);
        if (open.putIfAbsent(id, execution) != null) {
            throw new PolderException(
                    ErrorCode.CONFLICT, "id = '" + id + "': a query of this name is under way. Fix: take another");
        }
        return execution;
    }

    /** What SQL may know of the mart. */
    public Catalog catalog() {
        return new MartCatalog(store, mart);
    }

    /** What is under way, the oldest first. */
    public List<Execution> executions() {
        return open.values().stream()
                .sorted(Comparator.comparing(Execution::asked))
                .toList();
    }

    /** The execution called so; empty when it is over. */
    public Optional<Execution> execution(String id) {
        return Optional.ofNullable(open.get(id));
    }

    /** A table has changed; answers from before are good only for those who allow them to be old. */
    void changed(String table) {
        cache.changed(table);
    }

    /** How often an answer was given again, and how often not, since the start, and how many bytes are kept. */
    public record CacheCounts(long hits, long misses, long bytes) {}

    public CacheCounts cacheCounts() {
        return new CacheCounts(cache.hits(), cache.misses(), cache.bytes());
    }

    /**
     * Takes all rows that are left into a Parquet file, which is to be closed.
     *
     * @throws PolderException TOO_LARGE, UNAVAILABLE when there are too many files already, and what the rows fail with
     */
    public ParquetFile parquet(Rows rows) throws IOException {
        if (!files.tryAcquire()) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    MAX_FILES + " Parquet files are being made or read already. Fix: try again, or ask for Arrow, which"
                            + " needs no file");
        }
        return ParquetFile.of(rows, store.temporary(), ParquetFile.MOST_BYTES, files::release);
    }

    // ---- for executions

    /** Passes a question through the gate; what has passed once passes again. */
    Reads check(Connection connection, Question question) throws SQLException {
        Reads known = passed.getIfPresent(question.sql());
        if (known != null) {
            return known;
        }
        try {
            Reads reads = Reads.of(gate.check(connection, question.sql()), views);
            passed.put(question.sql(), reads);
            return reads;
        } catch (SqlProblem refused) {
            throw said(question, refused);
        }
    }

    /** What is said of the engine's words, said of those that the person wrote. */
    private static PolderException said(Question question, SqlProblem refused) {
        return question.problem().problem(refused.position(), refused.wrong(), refused.fix());
    }

    ResultCache cache() {
        return cache;
    }

    boolean takeTurn(String caller, long nanos, BooleanSupplier isGivenUp) {
        return turns.take(caller, nanos, isGivenUp);
    }

    void releaseTurn() {
        turns.release();
    }

    void look() {
        turns.look();
    }

    /** Where what comes out of the engine is kept until it is copied. */
    BufferAllocator memory() {
        return memory;
    }

    MemoryWatch watch() {
        return store.watch();
    }

    ScheduledFuture<?> alarm(Runnable ring, long nanos) {
        return alarms.schedule(ring, nanos, TimeUnit.NANOSECONDS);
    }

    void forget(Execution execution) {
        open.remove(execution.id(), execution);
    }

    PolderException failed(Exception failure, Question question) {
        return failed(String.valueOf(failure.getMessage()), failure, question.sql(), question.problem());
    }

    /** Runs a SELECT of the program's own, not gated. Values never come from outside except as {@code parameters}. */
    public Answer own(String sql, @Nullable Object... parameters) {
        return with(connection -> {
            long start = System.nanoTime();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int index = 0; index < parameters.length; index++) {
                    statement.setObject(index + 1, parameters[index]);
                }
                try (ResultSet result = statement.executeQuery()) {
                    return read(result, Long.MAX_VALUE, start);
                }
            }
        });
    }

    private Answer answer(Connection connection, String sql, long most, String asked) {
        long start = System.nanoTime();
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout((int) Math.max(1, settings.timeout().toSeconds()));
            try (ResultSet result = statement.executeQuery(sql)) {
                return read(result, most, start);
            }
        } catch (SQLException exception) {
            throw failed(exception, asked, start);
        }
    }

    private PolderException failed(SQLException exception, String asked, long start) {
        String message = String.valueOf(exception.getMessage());
        if (EngineMessage.of(message).kind().equals("INTERRUPT")
                && System.nanoTime() - start >= settings.timeout().toNanos() / 2) {
            return new PolderException(
                    ErrorCode.TIMED_OUT,
                    "The query took longer than " + settings.timeout().toSeconds()
                            + " s. Fix: ask for less, or set query.timeout",
                    exception);
        }
        return failed(message, exception, asked, (position, wrong, fix) -> Gate.refused(asked, position, wrong, fix));
    }

    private static PolderException failed(String message, Exception exception, String sql, Question.Place place) {
        EngineMessage told = EngineMessage.of(message);
        if (told.kind().equals("Out of Memory")) {
            return new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "The query needs more memory than there is. Fix: ask for less, or set store.memory",
                    exception);
        }
        if (told.isBroken()) {
            return new PolderException(ErrorCode.RESTART, "The store failed: " + message, exception);
        }
        return place.problem(told.positionIn(sql), told.wrong(), told.fix().isEmpty() ? "correct it" : told.fix());
    }

    private static Answer read(ResultSet result, long most, long start) throws SQLException {
        ResultSetMetaData metadata = result.getMetaData();
        List<Answer.Column> columns = new ArrayList<>();
        for (int index = 1; index <= metadata.getColumnCount(); index++) {
            columns.add(new Answer.Column(metadata.getColumnName(index), metadata.getColumnTypeName(index)));
        }
        List<@Nullable Object[]> rows = new ArrayList<>();
        boolean isTruncated = false;
        while (result.next()) {
            if (rows.size() >= most) {
                isTruncated = true;
                break;
            }
            @Nullable Object[] row = new @Nullable Object[columns.size()];
            for (int index = 0; index < row.length; index++) {
                row[index] = value(result, index + 1, columns.get(index).type());
            }
            rows.add(row);
        }
        return new Answer(columns, rows, isTruncated, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    private static @Nullable Object value(ResultSet result, int index, String type) throws SQLException {
        if (type.equals("TIMESTAMP")
                || type.equals("TIMESTAMP_S")
                || type.equals("TIMESTAMP_MS")
                || type.equals("TIMESTAMP_NS")) {
            LocalDateTime time = result.getObject(index, LocalDateTime.class);
            return time == null ? null : time.toInstant(ZoneOffset.UTC);
        }
        if (type.equals("BLOB")) {
            var blob = result.getBlob(index);
            return blob == null ? null : blob.getBytes(1, (int) blob.length());
        }
        Object value = result.getObject(index);
        if (value instanceof OffsetDateTime time) {
            return time.toInstant();
        }
        if (value instanceof Short || value instanceof Byte) {
            return ((Number) value).intValue();
        }
        if (value instanceof Float number) {
            return (double) number;
        }
        boolean isPlain = value == null
                || value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Double
                || value instanceof BigDecimal
                || value instanceof BigInteger
                || value instanceof LocalDate
                || value instanceof String;
        return isPlain ? value : String.valueOf(value);
    }

    // ---- one row

    /**
     * The row of a table with this key, or the latest one when the key's time is left out.
     *
     * @param key as text, in the order of the table's key
     * @throws PolderException NOT_FOUND when there is no such table, INVALID_REQUEST
     */
    public Optional<Found> row(String table, List<String> key) {
        var definition = mart.tables().get(table);
        if (definition == null) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    "Table '" + table + "' does not exist. Fix: "
                            + Problem.suggestion(table, mart.tables().keySet()));
        }
        List<String> columns = new ArrayList<>(definition.key());
        String order = "";
        Optional<String> time = definition.time().filter(columns::contains);
        if (key.size() == columns.size() - 1 && time.isPresent()) {
            columns.remove(time.get());
            order = " ORDER BY " + quoted(time.get()) + " DESC LIMIT 1";
        }
        if (key.size() != columns.size()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The key of table '" + table + "' is " + String.join(", ", definition.key()) + ", and " + key.size()
                            + " values were given. Fix: give one value for each, separated by commas");
        }
        String lastly = order;
        return with(connection -> {
            StringBuilder where = new StringBuilder();
            for (int index = 0; index < columns.size(); index++) {
                // Constants and not parameters: the engine skips row groups by a constant's range. It takes a text for
                // whatever the column is.
                where.append(index == 0 ? " WHERE " : " AND ")
                        .append(quoted(columns.get(index)))
                        .append(" = '")
                        .append(key.get(index).replace("'", "''"))
                        .append('\'');
            }
            String sql = "SELECT * FROM provenance." + quoted(table) + where + lastly;
            Answer answer;
            try {
                answer = answer(connection, sql, 1, "");
            } catch (PolderException refused) {
                if (refused.code() != ErrorCode.INVALID_REQUEST) {
                    throw refused;
                }
                // Nobody wrote this SQL; what can be wrong in it are the values.
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        List.of(new Problem(
                                "key",
                                String.join(",", key),
                                "not " + String.join(", ", columns) + " of table '" + table + "'",
                                "write each value as the table's rows show it")));
            }
            if (answer.rows().isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(found(connection, definition.from(), definition.key(), time.orElse(""), answer));
        });
    }

    private Found found(Connection connection, String topic, List<String> keyColumns, String time, Answer answer)
            throws SQLException {
        @Nullable Object[] values = answer.rows().get(0);
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (int index = 0; index < values.length; index++) {
            row.put(answer.columns().get(index).name(), values[index]);
        }
        int partition = ((Number) Objects.requireNonNull(row.remove("_partition"))).intValue();
        long offset = ((Number) Objects.requireNonNull(row.remove("_offset"))).longValue();
        long batch = ((Number) Objects.requireNonNull(row.remove("_batch"))).longValue();
        Map<String, Object> key = new LinkedHashMap<>();
        for (String column : keyColumns) {
            key.put(column, Objects.requireNonNull(row.get(column)));
        }
        Instant logged = null;
        Instant committed = null;
        // No two batches of any table have one number.
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT logged, committed FROM store.batches WHERE batch = " + batch)) {
            if (result.next()) {
                logged = (Instant) value(result, 1, "TIMESTAMP");
                committed = (Instant) value(result, 2, "TIMESTAMP");
            }
        }
        LogRecord event = log.read(topic, partition, offset).orElse(null);
        byte[] feed = event == null ? null : event.headers().get(RecordHeaders.FEED);
        return new Found(
                key,
                row,
                new Provenance(
                        topic,
                        partition,
                        offset,
                        batch,
                        feed == null ? topic : new String(feed, StandardCharsets.UTF_8)),
                new Stages(
                        (Instant) row.get(time),
                        event == null ? null : Instant.ofEpochMilli(event.acceptedMillis()),
                        logged,
                        committed));
    }

    /** A row with its key and where it came from. */
    public record Found(
            Map<String, Object> key, Map<String, @Nullable Object> row, Provenance provenance, Stages stages) {}

    /** The event that a row came from. */
    public record Provenance(String topic, int partition, long offset, long batch, String feed) {}

    /**
     * When the event passed each stage.
     *
     * @param observed null when the table has no time
     * @param accepted null when the log does not keep the event any more
     * @param logged null when the batch is not known any more
     * @param committed likewise
     */
    public record Stages(
            @Nullable Instant observed,
            @Nullable Instant accepted,
            @Nullable Instant logged,
            @Nullable Instant committed) {}

    // ---- connections

    private interface Use<T> {
        T with(Connection connection) throws SQLException;
    }

    private <T> T with(Use<T> use) {
        turns.take(OURSELVES, settings.timeout().toNanos(), () -> false);
        try {
            DuckDBConnection connection = take();
            boolean isSound = false;
            try {
                T result = use.with(connection);
                isSound = true;
                return result;
            } catch (SQLException exception) {
                throw failed(exception, "", System.nanoTime());
            } finally {
                giveBack(connection, isSound);
            }
        } finally {
            turns.release();
        }
    }

    DuckDBConnection take() {
        synchronized (idle) {
            DuckDBConnection connection = idle.poll();
            if (connection != null) {
                return connection;
            }
        }
        return store.streaming();
    }

    void giveBack(DuckDBConnection connection, boolean isSound) {
        synchronized (idle) {
            if (isSound && !isClosed) {
                idle.push(connection);
                return;
            }
        }
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException exception) {
            throw new PolderException(
                    ErrorCode.INTERNAL, "Closing a connection failed: " + exception.getMessage(), exception);
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"").toLowerCase(Locale.ROOT) + '"';
    }

    @Override
    public void close() {
        open.values().forEach(Execution::cancel);
        alarms.shutdownNow();
        synchronized (idle) {
            isClosed = true;
            idle.forEach(Queries::close);
            idle.clear();
        }
    }
}
