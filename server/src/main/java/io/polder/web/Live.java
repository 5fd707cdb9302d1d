package io.polder.web;

import io.polder.config.MapLayer;
import io.polder.config.Mart;
import io.polder.config.Table;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.Commit;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Live push: the mart's maps, everybody who looks at them, and the status that all are told each second. Thread-safe. */
final class Live implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Live.class);
    private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** When a browser comes back after the connection broke. */
    private static final int RETRY_MILLISECONDS = 2_000;

    private final Program program;
    private final Pipelines pipelines;
    private final InstantSource clock;
    private final int maxViewers;
    private final Map<String, LiveMap> maps = new LinkedHashMap<>();
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private final LongAdder bytesSent = new LongAdder();
    private final Frame greeting = Frame.retry(RETRY_MILLISECONDS);
    private final Thread statusThread = new Thread(this::work, "polder-live-status");

    // Guarded by this.
    private boolean isArrival;
    private boolean isClosed;

    /** Of the status thread alone. */
    private boolean isStatusFailing;

    /**
     * @param maxViewers how many connections are served at once; more are told to come back later
     */
    Live(Mart mart, Program program, Pipelines pipelines, InstantSource clock, int maxViewers) {
        this.program = program;
        this.pipelines = pipelines;
        this.clock = clock;
        this.maxViewers = maxViewers;
        for (MapLayer layer : mart.maps().values()) {
            Table table = Objects.requireNonNull(mart.tables().get(layer.table()), layer.table());
            maps.put(layer.name(), new LiveMap(layer, table, program, clock));
        }
    }

    void start() {
        program.onCommit(this::committed);
        maps.values().forEach(LiveMap::start);
        statusThread.setDaemon(true);
        statusThread.start();
    }

    private void committed(Commit commit) {
        for (LiveMap map : maps.values()) {
            if (map.table().equals(commit.table())) {
                map.committed(commit);
            }
        }
    }

    int viewers() {
        return viewers.size();
    }

    long bytesSent() {
        return bytesSent.sum();
    }

    /**
     * Makes a request a viewer.
     *
     * @throws PolderException NOT_FOUND for a map that is not there, UNAVAILABLE when there are too many viewers
     */
    void open(HttpServletRequest request, HttpServletResponse response) throws IOException {
        LiveMap map = map(request.getParameter("map"));
        if (viewers.size() >= maxViewers) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "There are " + maxViewers + " live connections already, which is the limit. Fix: close pages that"
                            + " are not looked at, or try again later");
        }
        boolean isCompressed = Gzip.isAccepted(request.getHeader("Accept-Encoding"));
        response.setContentType("text/event-stream");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Vary", "Accept-Encoding");
        // Proxies that gather answers would hold events back.
        response.setHeader("X-Accel-Buffering", "no");
        if (isCompressed) {
            response.setHeader("Content-Encoding", "gzip");
        }
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        Viewer viewer =
                new Viewer(context, response.getOutputStream(), isCompressed, map, greeting, bytesSent, this::ended);
        viewers.add(viewer);
        if (map != null) {
            map.add(viewer);
        }
        response.getOutputStream().setWriteListener(viewer);
        synchronized (this) {
            isArrival = true;
            notifyAll();
        }
    }

    private @Nullable LiveMap map(@Nullable String name) {
        if (name == null) {
            return null;
        }
        LiveMap map = maps.get(name);
        if (map == null) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    List.of(new Problem("map", name, "no such map", Problem.suggestion(name, maps.keySet()))));
        }
        return map;
    }

    private void ended(Viewer viewer) {
        viewers.remove(viewer);
        LiveMap map = viewer.map();
        if (map != null) {
            map.remove(viewer);
        }
    }

    private void work() {
        while (awaitStatus()) {
            Frame frame = status();
            for (Viewer viewer : viewers) {
                viewer.offer(frame);
            }
        }
    }

    /** Waits until a second has passed or somebody came, and there is somebody to tell; false at the end. */
    private synchronized boolean awaitStatus() {
        long due = System.nanoTime() + STATUS_NANOS;
        try {
            while (!isClosed) {
                long nanos = due - System.nanoTime();
                if (!viewers.isEmpty() && (isArrival || nanos <= 0)) {
                    isArrival = false;
                    return true;
                }
                if (viewers.isEmpty()) {
                    wait();
                } else {
                    TimeUnit.NANOSECONDS.timedWait(this, nanos);
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private Frame status() {
        try {
            Frame frame = Frame.event("status", json -> Bodies.status(json, program, pipelines, clock.instant()));
            isStatusFailing = false;
            return frame;
        } catch (RuntimeException failure) {
            if (!isStatusFailing) {
                LOGGER.warn("The status cannot be told and will be tried again.", failure);
            }
            isStatusFailing = true;
            return Frame.heartbeat();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            isClosed = true;
            notifyAll();
        }
        maps.values().forEach(LiveMap::stop);
        viewers.forEach(Viewer::end);
        maps.values().forEach(LiveMap::close);
    }
}
