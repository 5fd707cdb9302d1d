package io.polder.query;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.duck.MemoryWatch;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBResultSet;
import org.duckdb.EngineInterrupt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One question on its way. Rows are made as they are taken, so that a result of any length needs little memory; what is
 * seen is the store as it was when the query began.
 *
 * <p>{@link #start}, {@link #next} and {@link #close} are for one thread at a time; {@link #cancel}, {@link #state} and
 * {@link #progress} for any thread at any time. The engine is used for the length of a call: a caller who takes rows
 * slowly keeps nobody waiting. An execution that fails or comes to its end gives its connection back by itself.
 */
public final class Execution implements Rows, AutoCloseable {
    /** How far it is. */
    public enum State {
        WAITING,
        RUNNING,
        /** Rows can be taken. */
        READY,
        FINISHED,
        FAILED,
        CANCELLED,
        TIMED_OUT;

        /** Whether it goes on. */
        public boolean isOpen() {
            return this == WAITING || this == RUNNING || this == READY;
        }
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(Execution.class);
    private static final long BATCH_ROWS = 8_192;

    private final Queries queries;
    private final Question question;
    private final String id;
    private final Instant asked;
    private final ReentrantLock working = new ReentrantLock();
    private final Object stopping = new Object();

    private volatile State state = State.WAITING;
    private volatile double progress;
    private long taken;
    private volatile long rows;
    /** Whether the engine was told to stop: such a connection is not used again. */
    private volatile boolean isInterrupted;

    private volatile @Nullable State stop;
    private long leftNanos;
    /** Guarded by {@link #stopping}. */
    private @Nullable DuckDBConnection connection;

    /** Guarded by {@link #stopping}. */
    private @Nullable DuckDBPreparedStatement statement;

    /** From its first work on, so that what it grows by from one call to the next is seen. */
    private MemoryWatch.@Nullable Entry watched;

    private @Nullable ResultSet result;
    private @Nullable ArrowReader reader;
    /** How many rows of the reader's batch have been copied. */
    private int copied;

    private @Nullable Projection projection;
    private @Nullable Chunk first;
    private @Nullable List<Answer.Column> columns;
    /** An answer that is given again; null for one that is computed. */
    private @Nullable Iterator<Chunk> kept;

    private ResultCache.@Nullable Recording recording;
    /** Others who ask the same wait for this one to end; null when none do. */
    private volatile @Nullable CountDownLatch claim;

    Execution(Queries queries, Question question, String id, Instant asked, Duration timeout) {
        this.queries = queries;
        this.question = question;
        this.id = id;
        this.asked = asked;
        leftNanos = timeout.toNanos();
    }

    /** By which others name it. */
    public String id() {
        return id;
    }

    public Question question() {
        return question;
    }

    /** When it was asked. */
    public Instant asked() {
        return asked;
    }

    public State state() {
        return state;
    }

    /** How many rows have been taken. */
    public long rows() {
        return rows;
    }

    /** How far the engine is, from 0 to 1, as it estimates from what it has read. */
    public double progress() {
        if (state != State.RUNNING) {
            return state == State.WAITING ? 0 : state.isOpen() || state == State.FINISHED ? 1 : progress;
        }
        synchronized (stopping) {
            if (statement != null) {
                try {
                    double percent = statement.getQueryProgress().getPercentage();
                    progress = Math.max(progress, Math.min(1, percent / 100));
                } catch (SQLException notRunning) {
                    return progress;
                }
            }
        }
        return progress;
    }

    /**
     * Waits for a turn, passes the gate and runs until the first rows are there.
     *
     * @throws PolderException INVALID_REQUEST with the place, TIMED_OUT, UNAVAILABLE, CONFLICT when it was cancelled
     */
    public Execution start() {
        ResultCache.Found found = queries.cache().find(question);
        claim = found.claim();
        ResultCache.Entry known = found.entry();
        if (known != null) {
            columns = known.columns();
            kept = known.chunks().iterator();
            state = State.READY;
            return this;
        }
        first = work(this::begin);
        if (state == State.RUNNING) {
            state = State.READY;
        }
        return this;
    }

    private @Nullable Chunk begin() throws SQLException, IOException {
        DuckDBConnection taken = queries.take();
        synchronized (stopping) {
            connection = taken;
        }
        state = State.RUNNING;
        recording = queries.cache().record(question, queries.check(taken, question), claim);
        if (question.isExplained()) {
            run(taken, "EXPLAIN " + question.sql(), true);
        } else {
            run(taken, question.sql(), false);
        }
        return pull();
    }

    private void run(Connection taken, String sql, boolean isPlan) throws SQLException {
        DuckDBPreparedStatement asIs = prepare(taken, sql);
        Projection brought = Projection.of(asIs.getMetaData());
        projection = brought;
        columns = brought.columns();
        String whole = isPlan ? sql : brought.sql(sql, question.limit());
        if (!whole.equals(sql)) {
            asIs.close();
            asIs = prepare(taken, whole);
        }
        synchronized (stopping) {
            statement = asIs;
        }
        if (stop != null) {
            throw stopped();
        }
        ResultSet rows = asIs.executeQuery();
        result = rows;
        reader = (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(queries.memory(), BATCH_ROWS);
    }

    private static DuckDBPreparedStatement prepare(Connection connection, String sql) throws SQLException {
        return connection.prepareStatement(sql).unwrap(DuckDBPreparedStatement.class);
    }

    private @Nullable Chunk pull() throws IOException {
        ArrowReader open = Objects.requireNonNull(reader);
        while (stop == null) {
            VectorSchemaRoot batch = open.getVectorSchemaRoot();
            if (copied < batch.getRowCount()) {
                Projection brought = Objects.requireNonNull(projection);
                int wanted = brought.rows(batch, copied);
                Chunk chunk = brought.read(batch, copied, wanted);
                copied += wanted;
                if (recording != null) {
                    recording.add(chunk);
                }
                return chunk;
            }
            copied = 0;
            if (!open.loadNextBatch()) {
                break;
            }
        }
        if (stop != null) {
            throw stopped();
        }
        if (recording != null) {
            recording.finish(columns());
        }
        finish(State.FINISHED, true);
        return null;
    }

    /** The columns; known once it has started. */
    @Override
    public List<Answer.Column> columns() {
        return Objects.requireNonNull(columns, "not started");
    }

    /**
     * The next rows, at least one; null at the end.
     *
     * @throws PolderException as {@link #start}
     */
    @Override
    public @Nullable Chunk next() {
        Chunk chunk = first;
        first = null;
        if (kept != null && state == State.READY) {
            chunk = kept.hasNext() ? kept.next() : null;
            if (chunk == null) {
                finish(State.FINISHED, true);
            }
        } else if (chunk == null && state == State.READY) {
            chunk = work(this::pull);
        } else if (chunk == null && state != State.FINISHED) {
            throw stopped();
        }
        if (chunk != null) {
            taken += chunk.rows();
            rows = taken;
        }
        return chunk;
    }

    /** Ends it, whatever it is doing; a call under way fails with CONFLICT. */
    public void cancel() {
        stop(State.CANCELLED);
    }

    private void stop(State why) {
        synchronized (stopping) {
            if (stop != null || !state.isOpen()) {
                return;
            }
            stop = why;
            interrupt();
        }
        queries.look();
        if (working.tryLock()) {
            // Nobody is at work on it: what it holds can go at once.
            try {
                finish(why, false);
            } finally {
                working.unlock();
            }
        }
    }

    /** Only while {@link #stopping} is held. */
    private void interrupt() {
        if (connection == null) {
            return;
        }
        isInterrupted = true;
        try {
            EngineInterrupt.interrupt(connection);
        } catch (SQLException alreadyOver) {
            LOGGER.debug("A query was over before it could be cancelled.", alreadyOver);
        }
    }

    private interface Work {
        @Nullable
        Chunk run() throws Exception;
    }

    private @Nullable Chunk work(Work work) {
        working.lock();
        try {
            if (stop != null || !queries.takeTurn(question.caller(), leftNanos, () -> stop != null)) {
                finish(stop == null ? State.CANCELLED : Objects.requireNonNull(stop), false);
                throw stopped();
            }
            long start = System.nanoTime();
            ScheduledFuture<?> alarm = queries.alarm(() -> stop(State.TIMED_OUT), leftNanos);
            MemoryWatch.Entry entry =
                    watched == null ? queries.watch().enter(() -> stop(State.FAILED)) : watched.resume();
            watched = entry;
            try {
                return work.run();
            } catch (PolderException told) {
                finish(stop == null ? State.FAILED : Objects.requireNonNull(stop), false);
                throw told;
            } catch (Exception failure) {
                // The engine's failures come as SQLException, or out of the stream as IOException.
                State why = stop;
                finish(why == null ? State.FAILED : why, false);
                throw why == null ? queries.failed(failure, question) : stopped();
            } finally {
                entry.close();
                alarm.cancel(false);
                leftNanos = Math.max(1, leftNanos - (System.nanoTime() - start));
                queries.releaseTurn();
            }
        } finally {
            working.unlock();
        }
    }

    private PolderException stopped() {
        State why = stop;
        if (why == State.TIMED_OUT) {
            return new PolderException(
                    ErrorCode.TIMED_OUT, "The query took longer than it may. Fix: ask for less, or set query.timeout");
        }
        if (why == State.FAILED) {
            return MemoryWatch.tooLarge();
        }
        return new PolderException(ErrorCode.CONFLICT, "The query was cancelled. Fix: ask again");
    }

    /** Gives back what it holds. */
    private void finish(State last, boolean isSound) {
        DuckDBPreparedStatement used;
        DuckDBConnection taken;
        synchronized (stopping) {
            used = statement;
            statement = null;
            taken = connection;
            connection = null;
            if (state.isOpen()) {
                state = last;
            }
        }
        ArrowReader read = reader;
        reader = null;
        ResultSet open = result;
        result = null;
        boolean isClean = isSound && !isInterrupted;
        try {
            if (read != null) {
                read.close();
            }
            if (open != null) {
                open.close();
            }
            if (used != null) {
                used.close();
            }
        } catch (SQLException | IOException broken) {
            isClean = false;
        }
        if (taken != null) {
            queries.giveBack(taken, isClean);
        }
        queries.cache().release(question, claim);
        queries.forget(this);
    }

    /** Ends it; rows that were not taken are not made. */
    @Override
    public void close() {
        if (state.isOpen()) {
            synchronized (stopping) {
                if (stop == null) {
                    stop = State.CANCELLED;
                }
                if (state == State.RUNNING) {
                    interrupt();
                }
            }
            queries.look();
        }
        working.lock();
        try {
            finish(State.CANCELLED, true);
        } finally {
            working.unlock();
        }
        first = null;
    }
}
