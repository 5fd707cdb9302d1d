package io.polder.web;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.polder.config.Mart;
import io.polder.enrich.TableStatus;
import io.polder.ingest.FeedStatus;
import io.polder.query.Queries;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What Prometheus is told, named {@code polder_<thing>_<unit>_total}. What feeds and tables count themselves is taken
 * from one look at them for each scrape. Thread-safe.
 */
final class Metrics implements AutoCloseable {
    /** The request's attribute that names its route, so that addresses with keys in them are one route. */
    static final String ROUTE = "io.polder.web.route";

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final double MILLISECONDS = 1_000;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final Program program;
    private volatile Map<String, FeedStatus> feeds = Map.of();
    private volatile Map<String, TableStatus> tables = Map.of();

    Metrics(Mart mart, Program program, Live live) {
        this.program = program;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        mart.feeds().keySet().forEach(this::registerFeed);
        mart.tables().keySet().forEach(this::registerTable);
        cacheCounter("hit", Queries.CacheCounts::hits);
        cacheCounter("miss", Queries.CacheCounts::misses);
        Gauge.builder("polder.query.cache.bytes", () -> program.cacheCounts().bytes())
                .description("Memory that kept answers take.")
                .register(registry);
        Gauge.builder("polder.query.running", () -> program.executions().size())
                .description("Queries under way.")
                .register(registry);
        Gauge.builder("polder.live.viewers", live, Live::viewers)
                .description("Connections that are told of changes.")
                .register(registry);
        FunctionCounter.builder("polder.live.bytes", live, Live::bytesSent)
                .description("Bytes sent to viewers, as compressed as they were sent.")
                .register(registry);
    }

    private void cacheCounter(String result, ToDoubleFunction<Queries.CacheCounts> count) {
        FunctionCounter.builder("polder.query.cache", program, asked -> count.applyAsDouble(asked.cacheCounts()))
                .description("Questions, by whether an answer was kept that could be given again.")
                .tags("result", result)
                .register(registry);
    }

    private void registerFeed(String feed) {
        String events = "polder.feed.events";
        String what = "Events read, by what became of them, since the start.";
        feedCounter(events, what, feed, "logged", status -> status.totals().logged());
        feedCounter(events, what, feed, "filtered", status -> status.totals().filtered());
        feedCounter(events, what, feed, "rejected", status -> status.totals().rejected());
        feedCounter(events, what, feed, "duplicate", status -> status.totals().duplicate());
        Gauge.builder("polder.feed.failing", () -> value(feeds, feed, status -> status.lastError() == null ? 0 : 1))
                .description("1 while the feed's last try failed.")
                .tags("feed", feed)
                .register(registry);
    }

    private void feedCounter(String name, String what, String feed, String fate, ToDoubleFunction<FeedStatus> count) {
        FunctionCounter.builder(name, this, metrics -> value(metrics.feeds, feed, count))
                .description(what)
                .tags("feed", feed, "fate", fate)
                .register(registry);
    }

    private void registerTable(String table) {
        tableCounter(table, "applied", status -> status.totals().applied());
        tableCounter(table, "filtered", status -> status.totals().filtered());
        tableCounter(table, "rejected", status -> status.totals().rejected());
        tableCounter(table, "too_late", status -> status.totals().tooLate());
        tableGauge(
                "polder.table.waiting.rows",
                "Late rows that are kept and not yet merged.",
                table,
                Tags.empty(),
                status -> status.totals().waiting());
        tableGauge("polder.table.rows", "Rows of the table.", table, Tags.empty(), TableStatus::rows);
        tableGauge(
                "polder.table.lag.seconds",
                "Age of the oldest event that is logged and not committed.",
                table,
                Tags.empty(),
                TableStatus::lagSeconds);
        FunctionCounter.builder(
                        "polder.table.violations",
                        this,
                        metrics -> value(
                                metrics.tables, table, status -> status.totals().violations()))
                .description("Rows that broke a rule and were kept.")
                .tags("table", table)
                .register(registry);
        String freshness = "polder.table.freshness.seconds";
        String what = "From acceptance to commit over the last minute; NaN without events.";
        tableGauge(freshness, what, table, Tags.of("quantile", "0.5"), status -> seconds(status, q -> q.p50()));
        tableGauge(freshness, what, table, Tags.of("quantile", "0.99"), status -> seconds(status, q -> q.p99()));
    }

    private void tableCounter(String table, String fate, ToDoubleFunction<TableStatus> count) {
        FunctionCounter.builder("polder.table.events", this, metrics -> value(metrics.tables, table, count))
                .description("Events read from the log, by what became of them.")
                .tags("table", table, "fate", fate)
                .register(registry);
    }

    private void tableGauge(
            String name, String what, String table, Tags tags, ToDoubleFunction<TableStatus> measurement) {
        Gauge.builder(name, () -> value(tables, table, measurement))
                .description(what)
                .tags(tags.and("table", table))
                .register(registry);
    }

    private static double seconds(TableStatus status, ToDoubleFunction<TableStatus.Quantiles> quantile) {
        TableStatus.Quantiles freshness = status.freshness();
        return freshness == null ? Double.NaN : quantile.applyAsDouble(freshness) / MILLISECONDS;
    }

    private static <T> double value(Map<String, T> statuses, String name, ToDoubleFunction<T> measurement) {
        T status = statuses.get(name);
        return status == null ? 0 : measurement.applyAsDouble(status);
    }

    /** Counts an answer, with the time that it took. */
    void answered(HttpServletRequest request, int status, long nanos) {
        Object route = request.getAttribute(ROUTE);
        Timer.builder("polder.http.requests")
                .description("Answered requests; of event streams the time until they began.")
                .tags("method", method(request), "route", route == null ? "other" : route.toString())
                .tag("status", Integer.toString(status))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A client may make methods up; each would be kept for ever. */
    private static String method(HttpServletRequest request) {
        return METHODS.contains(request.getMethod()) ? request.getMethod() : "other";
    }

    /** Everything, in Prometheus' text format. */
    String scrape() {
        feeds = byName(program.feeds(), FeedStatus::name);
        tables = byName(program.tables(), TableStatus::name);
        return registry.scrape(CONTENT_TYPE);
    }

    private static <T> Map<String, T> byName(List<T> statuses, Function<T, String> name) {
        return statuses.stream().collect(Collectors.toMap(name, status -> status));
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }
}
