package io.polder.enrich;

import io.polder.record.Columns;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.Batch;
import io.polder.store.Commit;
import io.polder.store.TableDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one table at the log's end, on a thread of its own. Thread-safe. */
final class TableRunner {
    private static final Logger LOGGER = LoggerFactory.getLogger(TableRunner.class);

    /** How long late rows may wait. */
    private static final Duration MERGE_EVERY = Duration.ofSeconds(3);

    /** How far behind the newest row of its batch a row may be that tells of freshness. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 15_000;
    private static final Duration LAG_IS_FRESH = Duration.ofMillis(200);

    private final Enrichment enrichment;
    private final Freshness accepted;
    private final Freshness observed;
    private volatile Pipeline pipeline;
    private volatile @Nullable Thread thread;
    private volatile boolean isStopping;
    private volatile boolean isLoaded;
    private volatile String note = "";
    private volatile String trouble = "";
    private volatile Optional<String> rulesOfAnotherLog = Optional.empty();
    private volatile Instant caughtUp;
    private volatile long behind;
    private volatile Instant behindAt = Instant.EPOCH;

    TableRunner(Pipeline pipeline, Enrichment enrichment) {
        this.pipeline = pipeline;
        this.enrichment = enrichment;
        accepted = new Freshness(enrichment.clock());
        observed = new Freshness(enrichment.clock());
        caughtUp = enrichment.clock().instant();
    }

    String name() {
        return definition().name();
    }

    TableDefinition definition() {
        return pipeline.definition();
    }

    /** Goes on by other rules. */
    synchronized TableDefinition redefine(java.util.function.Function<Map<Integer, Long>, TableDefinition> change) {
        return pipeline.redefine(change);
    }

    /** The feed of events that do not name theirs. */
    String feed() {
        return pipeline.events().lead().name();
    }

    Map<Integer, Long> positions() {
        return pipeline.table().positions();
    }

    /** As {@link Pipeline#places}. */
    Map<Integer, Long> places() {
        return pipeline.places();
    }

    /** Something that its state says while it runs. */
    void note(String text) {
        note = text;
    }

    /** Takes note when the table has read what the log has no more; before anybody writes to the log. */
    void compareWithLog() {
        rulesOfAnotherLog = pipeline.compareWithLog();
    }

    /** A sentence when its rules begin where the log had not come to as the program started. */
    Optional<String> rulesOfAnotherLog() {
        return rulesOfAnotherLog;
    }

    void start() {
        isStopping = false;
        Thread started = new Thread(this::run, "table " + name());
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    void askToStop() {
        isStopping = true;
        pipeline.wakeup();
        Thread running = thread;
        if (running != null) {
            LockSupport.unpark(running);
        }
    }

    /** Stops after the batch that is being applied. */
    void stop() {
        askToStop();
        Thread running = thread;
        if (running == null) {
            return;
        }
        try {
            running.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        thread = null;
    }

    /** Closes the table; only while stopped. */
    void close() {
        pipeline.table().close();
    }

    /** Merges late rows that wait; on the table's thread, or while stopped. */
    void merge() {
        Commit late = pipeline.table().merge();
        if (late != null) {
            enrichment.tell(late);
        }
    }

    /** Goes on with another generation, which {@code promote} makes the one that people read; only while stopped. */
    synchronized void replace(Pipeline next, Runnable promote) {
        promote.run();
        pipeline.table().close();
        pipeline = next;
        note = "";
        trouble = "";
    }

    private void run() {
        Pipeline running = pipeline;
        long pause = FIRST_PAUSE_MILLIS;
        Instant merged = enrichment.clock().instant();
        try {
            while (!isStopping) {
                try {
                    running.checkPlace();
                    if (!referencesAreLoaded()) {
                        rest(100);
                        continue;
                    }
                    int size = running.step(this::committed);
                    if (size == 0) {
                        caughtUp = enrichment.clock().instant();
                    }
                    if (!isLoaded && size == 0) {
                        isLoaded = hasFirstLoad(running);
                    }
                    Instant now = enrichment.clock().instant();
                    if (Duration.between(merged, now).compareTo(MERGE_EVERY) >= 0) {
                        merged = now;
                        merge();
                    }
                    // That nothing came in time does not mean that all is well again.
                    if (size > 0 || trouble.isEmpty() || running.behind() == 0) {
                        trouble = "";
                        pause = FIRST_PAUSE_MILLIS;
                    }
                } catch (PolderException exception) {
                    if (isStopping) {
                        return;
                    }
                    if (exception.code() == ErrorCode.RESTART) {
                        enrichment.failed(exception);
                        return;
                    }
                    trouble = String.valueOf(exception.getMessage());
                    LOGGER.error("Table {} waits. {}", name(), trouble, exception);
                    rest(pause);
                    pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
                }
            }
        } catch (RuntimeException bug) {
            LOGGER.error("Table {} failed.", name(), bug);
            enrichment.failed(new PolderException(
                    ErrorCode.RESTART, "Table " + name() + " failed unexpectedly: " + bug.getMessage(), bug));
        } finally {
            running.close();
        }
    }

    /** Waits so long, or until the runner is asked to stop. */
    private void rest(long milliseconds) {
        if (!isStopping) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(milliseconds));
        }
    }

    private boolean referencesAreLoaded() {
        return definition().transform().tables().stream().allMatch(enrichment::isLoaded);
    }

    /** Whether the tables that join this one may start. */
    boolean isLoaded() {
        return isLoaded;
    }

    private boolean hasFirstLoad(Pipeline running) {
        if (!enrichment.isFed(definition().topic())) {
            return false;
        }
        boolean hasRows =
                !running.table().positions().isEmpty() || running.events().isBounded();
        return hasRows && running.behind() == 0;
    }

    private void committed(Batch batch, Commit commit) {
        long now = commit.committed().toEpochMilli();
        for (int row = 0; row < batch.rows(); row++) {
            if (!batch.isBounded(row)) {
                accepted.add(now - batch.acceptedMillis(row));
            }
        }
        Integer time =
                definition().time().map(definition().transform().passed()::get).orElse(null);
        if (time != null && commit.minTime() != null && enrichment.settings().measuresObserved()) {
            observed(batch, time, now);
        }
        enrichment.tell(commit);
    }

    /** What is far behind the newest row comes from a source that has stopped, and tells nothing of freshness. */
    private void observed(Batch batch, int time, long now) {
        Columns columns = batch.columns();
        long[] times = columns.longs(time);
        long newest = Long.MIN_VALUE;
        for (int row = 0; row < batch.rows(); row++) {
            if (!columns.isNull(time, row) && !batch.isBounded(row)) {
                newest = Math.max(newest, Math.min(now, times[row] / 1000));
            }
        }
        for (int row = 0; row < batch.rows(); row++) {
            boolean isMeasured = !columns.isNull(time, row) && !batch.isBounded(row);
            if (isMeasured && times[row] / 1000 >= newest - FRESH.toMillis()) {
                observed.add(now - times[row] / 1000);
            }
        }
    }

    /** Removes old rows. */
    void expire() {
        pipeline.table().expire();
    }

    /** How many events it has not read yet; at most 200 ms old. */
    long behind() {
        Instant now = enrichment.clock().instant();
        if (Duration.between(behindAt, now).compareTo(LAG_IS_FRESH) > 0) {
            behindNow();
        }
        return behind;
    }

    /** How many events it has not read yet. Who sends more by this must not be told what was true before. */
    long behindNow() {
        long now = pipeline.behind();
        behind = now;
        behindAt = enrichment.clock().instant();
        return now;
    }

    synchronized TableStatus status(@Nullable String rebuilding) {
        Pipeline now = pipeline;
        TableDefinition definition = now.definition();
        double lag = behind() == 0
                ? 0
                : Duration.between(caughtUp, enrichment.clock().instant()).toMillis() / 1000.0;
        return new TableStatus(
                definition.name(),
                definition.topic(),
                definition.key(),
                definition.time(),
                definition.transform().columns().stream()
                        .map(column -> new TableStatus.Column(column.name(), column.type()))
                        .toList(),
                now.table().rows(),
                now.table().version(),
                state(rebuilding),
                lag,
                now.events().isSimulated(),
                accepted.quantiles(),
                observed.quantiles(),
                now.table().totals());
    }

    private String state(@Nullable String rebuilding) {
        // A table in trouble may be rebuilt because of it.
        if (rebuilding != null) {
            return rebuilding;
        }
        if (!trouble.isEmpty()) {
            return trouble;
        }
        if (!note.isEmpty()) {
            return note;
        }
        List<String> missing = definition().transform().tables().stream()
                .filter(reference -> !enrichment.isLoaded(reference))
                .sorted()
                .toList();
        return missing.isEmpty() ? "live" : "waiting for " + String.join(", ", missing);
    }
}
