package io.polder.hive;

import io.polder.query.Chunk;
import io.polder.query.Execution;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.hive.service.rpc.thrift.TOperationState;
import org.jspecify.annotations.Nullable;

/**
 * One statement of a session and what it gave. Thread-safe: what takes rows waits its turn, what asks how far it is or
 * cancels it does not.
 */
final class Operation implements AutoCloseable {
    /** No page is much bigger, however many rows are asked for. */
    private static final long PAGE_BYTES = 4L << 20;

    private static final Relation.Column PLAN =
            new Relation.Column("Explain String", HiveType.of(HiveType.Kind.STRING));

    private final String session;
    private final @Nullable Execution execution;
    private final boolean hasRows;
    private final InstantSource clock;
    private final CountDownLatch isReady = new CountDownLatch(1);
    private volatile @Nullable PolderException problem;
    private volatile boolean isCancelled;
    private volatile long changed = -1;
    private volatile Instant used;
    private volatile @Nullable Instant completed;
    private final Instant began;

    private @Nullable Rows rows;
    private @Nullable Chunk chunk;
    private int taken;
    private long position;

    private Operation(String session, @Nullable Execution execution, @Nullable Rows rows, InstantSource clock) {
        this.session = session;
        this.clock = clock;
        this.execution = execution;
        this.rows = rows;
        hasRows = execution != null || rows != null;
        began = clock.instant();
        used = began;
        if (execution == null) {
            completed = began;
            isReady.countDown();
        }
    }

    /** An operation that is over; {@code rows} null when it gives none. */
    static Operation done(String session, @Nullable Rows rows, InstantSource clock) {
        return new Operation(session, null, rows, clock);
    }

    /** An operation that has begun, on another thread. */
    static Operation begin(String session, Execution execution, Executor threads, InstantSource clock) {
        Operation operation = new Operation(session, execution, null, clock);
        threads.execute(operation::run);
        return operation;
    }

    /** An operation that changes rows, on another thread. */
    static Operation write(String session, LongSupplier write, Executor threads, InstantSource clock) {
        Operation operation = new Operation(session, clock);
        threads.execute(() -> operation.attempt(() -> operation.changed = write.getAsLong()));
        return operation;
    }

    private Operation(String session, InstantSource clock) {
        this.session = session;
        this.clock = clock;
        execution = null;
        hasRows = false;
        began = clock.instant();
        used = began;
    }

    private void run() {
        Execution running = Objects.requireNonNull(execution);
        attempt(() -> {
            running.start();
            synchronized (this) {
                rows = running.question().isExplained() ? plan(running) : new Answered(running);
            }
        });
    }

    private void attempt(Runnable work) {
        try {
            work.run();
        } catch (PolderException told) {
            problem = told;
        } catch (RuntimeException | Error bug) {
            problem = new PolderException(
                    ErrorCode.INTERNAL, "The query failed for a reason that is in the log of the program", bug);
            throw bug;
        } finally {
            completed = clock.instant();
            isReady.countDown();
        }
    }

    /** The lines of a plan. */
    private static Rows plan(Execution execution) {
        List<List<@Nullable Object>> lines = new ArrayList<>();
        for (Chunk chunk = execution.next(); chunk != null; chunk = execution.next()) {
            for (int row = 0; row < chunk.rows(); row++) {
                String text = chunk.column(chunk.columns().size() - 1).textAt(row);
                text.lines().forEach(line -> lines.add(List.of(line)));
            }
        }
        return Rows.of(List.of(PLAN), lines);
    }

    /** What an execution gives, with the types that clients know. */
    private static final class Answered implements Rows {
        private final Execution execution;
        private final List<Relation.Column> columns;

        private Answered(Execution execution) {
            this.execution = execution;
            columns = execution.columns().stream()
                    .map(column -> new Relation.Column(column.name(), HiveType.ofEngine(column.type())))
                    .toList();
        }

        @Override
        public List<Relation.Column> columns() {
            return columns;
        }

        @Override
        public @Nullable Chunk next() {
            return execution.next();
        }

        @Override
        public void close() {
            execution.close();
        }
    }

    String session() {
        return session;
    }

    /** How many rows it changed; -1 when it changes none or is not over. */
    long changed() {
        return changed;
    }

    boolean hasRows() {
        return hasRows;
    }

    /** Why it failed; null when it has not. */
    @Nullable
    PolderException problem() {
        return problem;
    }

    /** From 0 to 1. */
    double progress() {
        return execution == null ? 1 : execution.progress();
    }

    Instant began() {
        return began;
    }

    @Nullable
    Instant completed() {
        return completed;
    }

    TOperationState state() {
        if (isCancelled) {
            return TOperationState.CANCELED_STATE;
        }
        if (problem != null) {
            return execution != null && execution.state() == Execution.State.TIMED_OUT
                    ? TOperationState.TIMEDOUT_STATE
                    : TOperationState.ERROR_STATE;
        }
        if (isReady.getCount() == 0) {
            return TOperationState.FINISHED_STATE;
        }
        return execution != null && execution.state() == Execution.State.WAITING
                ? TOperationState.PENDING_STATE
                : TOperationState.RUNNING_STATE;
    }

    /** Waits until it is over or the time is; says whether it is over. */
    boolean await(long milliseconds) {
        try {
            return isReady.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorCode.UNAVAILABLE, "The program stops. Fix: start it again", stop);
        }
    }

    /** When somebody last asked for it. */
    Instant used() {
        return used;
    }

    void use() {
        used = clock.instant();
    }

    /** Its columns, once it is over. */
    synchronized List<Relation.Column> columns() {
        throwProblem();
        return rows == null ? List.of() : rows.columns();
    }

    /** What one call fetches, and whether there is more. */
    record Fetched(Page page, boolean hasMore) {}

    /** Takes the next rows, at most {@code most}. */
    synchronized Fetched fetch(long most) {
        throwProblem();
        Rows open = rows;
        if (open == null) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST, "The statement gives no rows. Fix: fetch only what has a result");
        }
        try {
            Page page = new Page(position, open.columns());
            while (page.rows() < most && page.bytes() < PAGE_BYTES && hasNext(open)) {
                Chunk current = Objects.requireNonNull(chunk);
                int wanted = (int) Math.min(most - page.rows(), current.rows() - taken);
                page.add(current, taken, taken + wanted);
                taken += wanted;
                position += wanted;
            }
            return new Fetched(page, hasNext(open));
        } catch (PolderException failure) {
            problem = failure;
            throw failure;
        }
    }

    private boolean hasNext(Rows open) {
        if (chunk != null && taken == chunk.rows()) {
            chunk = null;
        }
        if (chunk == null) {
            chunk = open.next();
            taken = 0;
        }
        return chunk != null;
    }

    /** How many rows were taken. */
    synchronized long position() {
        return position;
    }

    private void throwProblem() {
        PolderException failure = problem;
        if (failure != null) {
            throw failure;
        }
    }

    void cancel() {
        if (execution != null && execution.state().isOpen()) {
            isCancelled = true;
            execution.cancel();
        }
    }

    @Override
    public void close() {
        if (execution != null) {
            execution.close();
        }
    }
}
