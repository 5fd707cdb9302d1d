package io.polder.web;

import io.polder.agent.AgentMetrics;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The pipelines page of an agent that runs without a mart, with the two addresses that the page asks: {@code
 * /api/pipelines}, and {@code /api/live} with the status of each second. Passes everything else on. Thread-safe.
 */
public final class AgentScreen extends Handler.Abstract.NonBlocking {
    private static final String PAGE = "/agent.html";
    private static final int MAX_VIEWERS = 100;
    private static final int RETRY_MILLISECONDS = 2_000;

    private final Supplier<AgentMetrics> metrics;
    private final InstantSource clock;
    private final StaticFiles files = new StaticFiles(new ContentPolicy(Optional.empty()));
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService telling;

    /** @param metrics of the agent that runs now */
    public AgentScreen(Supplier<AgentMetrics> metrics, InstantSource clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    protected void doStart() throws Exception {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "agent-screen");
            thread.setDaemon(true);
            return thread;
        });
        var unused = executor.scheduleAtFixedRate(this::tell, 1, 1, TimeUnit.SECONDS);
        telling = executor;
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        if (telling != null) {
            telling.shutdownNow();
        }
        viewers.forEach(viewer -> viewer.end(null));
        super.doStop();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = Request.getPathInContext(request);
        if (!HttpMethod.GET.is(request.getMethod())) {
            return false;
        }
        switch (path) {
            case "/api/pipelines" -> send(response, callback, pipelines());
            case "/api/live" -> {
                if (viewers.size() >= MAX_VIEWERS) {
                    return false;
                }
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
                response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
                Viewer viewer = new Viewer(response, callback);
                viewers.add(viewer);
                viewer.offer(Frame.retry(RETRY_MILLISECONDS));
            }
            default -> {
                StaticFiles.StaticFile file = files.file(path.equals("/") ? PAGE : path);
                if (file == null) {
                    return false;
                }
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, file.type());
                response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
                if (file.policy() != null) {
                    response.getHeaders().put("Content-Security-Policy", file.policy());
                }
                response.write(true, ByteBuffer.wrap(file.plain()), callback);
            }
        }
        return true;
    }

    private static void send(Response response, Callback callback, byte[] json) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.write(true, ByteBuffer.wrap(json), callback);
    }

    private byte[] pipelines() {
        AgentMetrics.Status status = metrics.get().now();
        Map<String, List<Long>> perMinute = new LinkedHashMap<>();
        status.parts().forEach(part -> perMinute.put(Pipelines.series(status.agent(), part), part.perMinute()));
        return Json.bytes(json -> {
            json.writeStartObject();
            Pipelines.write(json, List.of(Pipelines.of(status)), perMinute);
            json.writeEndObject();
        });
    }

    private void tell() {
        if (viewers.isEmpty()) {
            return;
        }
        Frame frame = Frame.event("status", json -> {
            json.writeStartObject();
            Json.instant(json, "now", clock.instant());
            json.writeArrayFieldStart("feeds");
            json.writeEndArray();
            json.writeBooleanField("simulated", false);
            Pipelines.write(json, List.of(Pipelines.of(metrics.get().now())), Map.of());
            json.writeEndObject();
        });
        viewers.forEach(viewer -> viewer.offer(frame));
    }

    /** Who looks. Who reads slowly is told less often. */
    private final class Viewer {
        private final Response response;
        private final Callback whenDone;
        private final AtomicBoolean isWriting = new AtomicBoolean();
        private final AtomicBoolean isDone = new AtomicBoolean();

        Viewer(Response response, Callback whenDone) {
            this.response = response;
            this.whenDone = whenDone;
        }

        void offer(Frame frame) {
            if (isDone.get() || !isWriting.compareAndSet(false, true)) {
                return;
            }
            response.write(false, ByteBuffer.wrap(frame.plain()), Callback.from(() -> isWriting.set(false), this::end));
        }

        void end(@Nullable Throwable gone) {
            viewers.remove(this);
            if (isDone.compareAndSet(false, true)) {
                if (gone == null) {
                    whenDone.succeeded();
                } else {
                    whenDone.failed(gone);
                }
            }
        }
    }
}
