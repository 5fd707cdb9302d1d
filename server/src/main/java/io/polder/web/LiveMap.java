package io.polder.web;

import io.polder.config.MapLayer;
import io.polder.config.Table;
import io.polder.store.Commit;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One map of the mart, kept in memory for all of its viewers.
 *
 * <p>A thread of its own reads the table once, and then, while somebody looks, what commits brought since, with one
 * query however many look and however many commits came meanwhile. Without viewers it only remembers how far back it
 * must look when one comes. Thread-safe.
 */
final class LiveMap implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LiveMap.class);
    /** The shortest time between two changes: eyes do not see more, and each costs a query and a frame. */
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** How long to leave a store alone that did not answer. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How long the end waits for a query that is running. */
    private static final long CLOSE_MILLISECONDS = 1_000;

    private final MapLayer layer;
    private final Table table;
    private final Program program;
    private final InstantSource clock;
    private final Points points;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    // Guarded by this.
    private @Nullable Pending pending;
    private boolean mustLoad = true;
    private boolean isLoaded;
    private boolean isArrival;
    /** Whether there were commits while nobody looked: who comes then waits for them, and does not see the past. */
    private boolean isBehind;

    private boolean isClosed;

    /** The batch up to which the points are true; of the worker alone. */
    private long since = -1;

    /**
     * What was committed and not yet read: enough to find it with one query.
     *
     * @param minTime null when rows have no time
     * @param accepted when the first of the events was accepted; null when only late rows were merged, whose events had
     *     been read long before
     */
    private record Pending(
            long batch, @Nullable Instant minTime, @Nullable Instant accepted, Instant committed) {
        static @Nullable Pending of(Commit commit) {
            if (commit.rows().applied() == 0 && commit.minTime() == null) {
                return null;
            }
            return new Pending(
                    commit.batch(),
                    commit.minTime(),
                    commit.rows().logged() == 0 ? null : commit.acceptedFirst(),
                    commit.committed());
        }

        Pending and(Pending other) {
            return new Pending(
                    Math.max(batch, other.batch),
                    minTime == null || other.minTime == null ? null : earlier(minTime, other.minTime),
                    accepted == null ? other.accepted : earlierKnown(accepted, other.accepted),
                    committed.isAfter(other.committed) ? committed : other.committed);
        }

        private static Instant earlierKnown(Instant left, @Nullable Instant right) {
            return right == null ? left : earlier(left, right);
        }

        private static Instant earlier(Instant left, Instant right) {
            return left.isBefore(right) ? left : right;
        }
    }

    LiveMap(MapLayer layer, Table table, Program program, InstantSource clock) {
        this.layer = layer;
        this.table = table;
        this.program = program;
        this.clock = clock;
        points = new Points(
                layer.name(), layer.intensity().isPresent(), table.time().isPresent());
        thread = new Thread(this::work, "polder-live-" + layer.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    String table() {
        return table.name();
    }

    /** Hears of a commit to the table; returns at once. */
    synchronized void committed(Commit commit) {
        // A rebuild replaced the table: every row may be another one.
        mustLoad |= Instant.EPOCH.equals(commit.minTime());
        Pending more = Pending.of(commit);
        if (more != null) {
            pending = pending == null ? more : pending.and(more);
            isBehind |= viewers.isEmpty();
            notifyAll();
        }
    }

    void add(Viewer viewer) {
        viewers.add(viewer);
        synchronized (this) {
            isArrival = true;
            notifyAll();
        }
    }

    void remove(Viewer viewer) {
        viewers.remove(viewer);
    }

    /** What a viewer of version {@code known} must be told; nothing as long as the table has not been read. */
    Points.Update since(long known) {
        synchronized (this) {
            if (!isLoaded || (isBehind && known == Points.NOTHING)) {
                return new Points.Update(known, null);
            }
        }
        return points.since(known, clock.instant());
    }

    private void work() {
        boolean isFailing = false;
        long earliest = System.nanoTime();
        while (awaitWork(earliest)) {
            earliest = System.nanoTime() + INTERVAL_NANOS;
            try {
                catchUp();
                isFailing = false;
            } catch (RuntimeException failure) {
                if (!isFailing && !isClosed()) {
                    LOGGER.warn("Map {} cannot be brought up to date and will be tried again.", layer.name(), failure);
                }
                isFailing = true;
                earliest = System.nanoTime() + RETRY_NANOS;
            }
            for (Viewer viewer : viewers) {
                viewer.pump();
            }
        }
    }

    /** Waits until there is something to do, but for a viewer that came not longer than it must; false at the end. */
    private synchronized boolean awaitWork(long earliest) {
        try {
            while (!isClosed) {
                boolean isWanted = mustLoad || (pending != null && !viewers.isEmpty());
                long nanos = earliest - System.nanoTime();
                if (isArrival && (!isWanted || nanos <= 0)) {
                    isArrival = false;
                    return true;
                }
                if (isWanted && nanos <= 0) {
                    return true;
                }
                if (isWanted) {
                    TimeUnit.NANOSECONDS.timedWait(this, nanos);
                } else {
                    wait();
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void catchUp() {
        boolean isLoad;
        Pending work;
        synchronized (this) {
            isLoad = mustLoad;
            work = pending;
            mustLoad = false;
            pending = null;
        }
        try {
            if (isLoad) {
                load();
            } else if (work != null) {
                points.apply(rows(condition(work)), work.accepted(), work.committed());
                // Not the newest batch among the rows: of one that has not been heard of only a part may be there.
                since = Math.max(since, work.batch());
            }
        } catch (RuntimeException failure) {
            giveBack(isLoad, work);
            throw failure;
        } finally {
            synchronized (this) {
                isBehind = pending != null && viewers.isEmpty();
            }
        }
    }

    private synchronized void giveBack(boolean isLoad, @Nullable Pending work) {
        mustLoad |= isLoad;
        if (work != null) {
            pending = pending == null ? work : work.and(pending);
        }
    }

    private void load() {
        // The batch is read before the rows: what is committed between the two is read twice, and not never.
        long newest = integer(
                program.own("SELECT max(_batch) FROM " + provenance()).rows().get(0)[0]);
        List<Points.Row> rows = rows("");
        since = newest;
        points.replace(rows);
        synchronized (this) {
            isLoaded = true;
        }
    }

    private String condition(Pending work) {
        String newer = " WHERE _batch > " + since;
        if (table.time().isEmpty() || work.minTime() == null) {
            return newer;
        }
        // A constant and no parameter: only with one does the store skip what is older.
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, work.minTime());
        return newer + " AND " + quoted(table.time().get()) + " >= make_timestamp(" + micros + ")";
    }

    /** Of each point the latest of the rows that fulfil {@code condition}. */
    private List<Points.Row> rows(String condition) {
        List<String> keys = Bodies.pointKey(table);
        StringBuilder sql = new StringBuilder("SELECT ");
        for (String key : keys) {
            sql.append("CAST(").append(quoted(key)).append(" AS VARCHAR), ");
        }
        sql.append(layer.label()
                .map(label -> "CAST(" + quoted(label) + " AS VARCHAR)")
                .orElse("NULL"));
        sql.append(", ").append(real(layer.latitude()));
        sql.append(", ").append(real(layer.longitude()));
        sql.append(", ").append(real(layer.colour()));
        sql.append(", ").append(layer.intensity().map(LiveMap::real).orElse("NULL"));
        sql.append(", ")
                .append(table.time()
                        .map(time -> "epoch_us(" + quoted(time) + ")")
                        .orElse("0"));
        sql.append(", _batch FROM ").append(provenance());
        table.time().ifPresent(time -> sql.append(latest(keys, time, condition)));
        sql.append(condition);

        int width = keys.size();
        List<Points.Row> rows = new ArrayList<>();
        for (@Nullable Object[] cells : program.own(sql.toString()).rows()) {
            String key = address(cells, width);
            if (key != null) {
                rows.add(new Points.Row(
                        key,
                        (String) cells[width],
                        number(cells[width + 1]),
                        number(cells[width + 2]),
                        number(cells[width + 3]),
                        number(cells[width + 4]),
                        integer(cells[width + 5]),
                        integer(cells[width + 6])));
            }
        }
        return rows;
    }

    private String latest(List<String> keys, String time, String condition) {
        String columns = String.join(", ", keys.stream().map(LiveMap::quoted).toList());
        String both = columns.isEmpty() ? quoted(time) : columns + ", " + quoted(time);
        return " JOIN (SELECT " + (columns.isEmpty() ? "" : columns + ", ") + "max(" + quoted(time) + ") AS "
                + quoted(time) + " FROM " + provenance() + condition
                + (columns.isEmpty() ? "" : " GROUP BY " + columns) + ") latest USING (" + both + ")";
    }

    private String provenance() {
        return "provenance." + quoted(table.name());
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String real(String column) {
        return "TRY_CAST(" + quoted(column) + " AS DOUBLE)";
    }

    /** The key as the row's address has it; null when a part of it is NULL. */
    private static @Nullable String address(@Nullable Object[] cells, int width) {
        StringBuilder address = new StringBuilder();
        for (int column = 0; column < width; column++) {
            if (cells[column] == null) {
                return null;
            }
            address.append(column == 0 ? "" : ",").append(RowAddress.encode(cells[column].toString()));
        }
        return address.toString();
    }

    private static double number(@Nullable Object cell) {
        return cell == null ? Double.NaN : ((Number) cell).doubleValue();
    }

    private static long integer(@Nullable Object cell) {
        return cell == null ? -1 : ((Number) cell).longValue();
    }

    private synchronized boolean isClosed() {
        return isClosed;
    }

    /** Lets its thread end when it has done what it is at. */
    synchronized void stop() {
        isClosed = true;
        notifyAll();
    }

    @Override
    public void close() {
        stop();
        try {
            thread.join(CLOSE_MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
