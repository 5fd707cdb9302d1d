package io.polder.app;

import io.polder.config.Configuration;
import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.Platform;
import io.polder.enrich.Enrichment;
import io.polder.hive.HiveServer;
import io.polder.ingest.EdgeFilter;
import io.polder.ingest.FeedStatus;
import io.polder.ingest.Idempotency;
import io.polder.ingest.Ingest;
import io.polder.log.Log;
import io.polder.predict.MartModels;
import io.polder.profile.MartProfiles;
import io.polder.query.Queries;
import io.polder.query.Writes;
import io.polder.record.Columns;
import io.polder.store.duck.DuckStore;
import io.polder.store.duck.RowCondition;
import io.polder.web.Web;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running mart: its parts, made in the order in which the data flows and closed in the reverse order.
 *
 * <p>Every start is a recovery: it does not matter how the last run ended.
 */
final class Polder implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Polder.class);
    /** How old the profile of an hour that is being filled may be. */
    private static final Duration PROFILE_REFRESH = Duration.ofMinutes(1);
    /** A property of Java's with which no profile is looked for: to measure what they cost. */
    private static final String NO_PROFILES = "polder.no-profiles";
    /** Values of personal columns that fewer rows have are in no profile. */
    private static final int PERSONAL_AT_LEAST = 10;
    /** Events that a table may be behind its topic while models think that its history is there. */
    private static final long SETTLED = 20_000;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Platform platform;
    private final Log log;
    private final Enrichment enrichment;
    private final HiveServer hive;
    private final Web web;

    /**
     * Starts a mart and returns when it is ready.
     *
     * @param measuresObserved whether the time from an observation to its row means anything; not when simulated time
     *     runs faster than real time
     * @param onFailure hears that the broker or the store failed, after which only a new start helps
     * @throws io.polder.record.PolderException when it cannot start; nothing is left running
     */
    static Polder start(
            Configuration configuration,
            Home home,
            boolean measuresObserved,
            Consumer<Throwable> onFailure,
            InstantSource clock) {
        return new Polder(configuration, home, measuresObserved, onFailure, clock);
    }

    private Polder(
            Configuration configuration,
            Home home,
            boolean measuresObserved,
            Consumer<Throwable> onFailure,
            InstantSource clock) {
        Mart mart = configuration.mart();
        platform = configuration.platform();
        try {
            // The broker and the engine each take seconds to start, and neither needs the other.
            CompletableFuture<DuckStore> opening = CompletableFuture.supplyAsync(() -> DuckStore.open(
                    new DuckStore.Settings(
                            home.resolve("store").resolve("tables.duckdb"),
                            home.resolve("tmp"),
                            platform.storeMemory(),
                            platform.storeThreads()),
                    clock));
            parts.push(() -> close(opening));
            log = part(Log.open(
                    new Log.Settings(
                            home.resolve("kafka"),
                            platform.logPort(),
                            platform.logBootstrap(),
                            platform.logFlushInterval()),
                    onFailure));
            LOGGER.info("The log is at {}.", log.bootstrap());
            DuckStore store = joined(opening);
            LOGGER.info("The store is open.");

            DiskGuard disk = DiskGuard.of(home.directory(), platform.diskWatermark());
            Feeds feeds = new Feeds();
            enrichment = part(Enrichment.open(
                    mart,
                    log,
                    store,
                    new Enrichment.Settings(platform.batchInterval(), platform.batchRows(), measuresObserved),
                    feeds::areAtTheirEnd,
                    onFailure::accept,
                    clock));
            LOGGER.info("The tables are open.");
            Ingest ingest = part(Ingest.open(
                    mart,
                    log,
                    home.resolve("feeds"),
                    Polder::filter,
                    idempotency(enrichment),
                    disk,
                    enrichment::lag,
                    clock));
            feeds.ingest = ingest;
            Queries queries = part(Queries.open(
                    store, log, mart, new Queries.Settings(platform.queryTimeout(), platform.queryRows()), clock));
            Writes writes = new Writes(
                    store,
                    log,
                    mart,
                    (feed, events) -> ingest.write(feed.name(), new ByteArrayInputStream(events)),
                    enrichment::hasCommitted,
                    platform.queryTimeout());
            MartProfiles profiles = part(MartProfiles.open(
                    store,
                    mart,
                    new MartProfiles.Settings(
                            home.resolve("profiles"),
                            home.resolve("tmp"),
                            PROFILE_REFRESH,
                            PERSONAL_AT_LEAST,
                            platform.queryTimeout()),
                    clock));
            enrichment.onCommit(profiles::committed);
            MartModels models = part(MartModels.open(
                    mart,
                    new MartModels.Settings(
                            store,
                            home.resolve("models"),
                            (feed, events) -> ingest.write(feed, new ByteArrayInputStream(events)),
                            topic -> feeds.areAtTheirEnd(topic) && enrichment.lag(topic) < SETTLED,
                            TrainingProcess::run,
                            Version.number()),
                    clock));
            enrichment.onCommit(models::committed);
            hive = part(HiveServer.start(
                    queries,
                    writes::write,
                    queries.catalog(),
                    Version.number(),
                    new HiveServer.Settings(
                            platform.webHost(), platform.hivePort(), platform.hiveIdle(), platform.sqlTimezone()),
                    clock));
            Agents agents = part(Agents.of(mart, home.resolve("agents"), log.bootstrap(), clock));
            web = part(new Web(
                    mart,
                    platform,
                    Version.number(),
                    ingest,
                    enrichment,
                    queries,
                    writes::write,
                    log,
                    profiles,
                    models,
                    hive.port(),
                    agents::now,
                    () -> health(disk, ingest, enrichment, agents, models),
                    clock));

            LOGGER.info("The feeds are open.");
            enrichment.start();
            web.start();
            ingest.start();
            agents.start();
            web.ready();
            if (!Boolean.getBoolean(NO_PROFILES)) {
                profiles.start();
            }
            models.start();
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    /** Where people find it. */
    URI address() {
        return web.address();
    }

    /** Runs {@code action} after each commit of a table; on the writing thread, so it must not block. */
    void onCommit(String table, Runnable action) {
        enrichment.onCommit(commit -> {
            if (commit.table().equals(table)) {
                action.run();
            }
        });
    }

    /** The real ports, by name. */
    Map<String, Integer> ports() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("web", web.port());
        ports.put("hive", hive.port());
        ports.put("druid", web.druidPort());
        if (platform.logBootstrap().isEmpty()) {
            ports.put(
                    "kafka",
                    Integer.parseInt(log.bootstrap().substring(log.bootstrap().lastIndexOf(':') + 1)));
        }
        return ports;
    }

    /** Closes all parts, the last first. What was being done is finished or, at the next start, done again. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                AutoCloseable part = parts.pop();
                part.close();
                LOGGER.info("Closed {}.", part.getClass().getSimpleName());
            } catch (Exception failure) {
                LOGGER.error("A part did not close.", failure);
            }
        }
    }

    /** What is not as it should be, as sentences. */
    private static List<String> health(
            DiskGuard disk, Ingest ingest, Enrichment enrichment, Agents agents, MartModels models) {
        List<String> reasons = new ArrayList<>(disk.get().stream().toList());
        for (FeedStatus feed : ingest.feeds()) {
            if (feed.state().equals("failing")) {
                reasons.add("Feed " + feed.name() + ": " + feed.lastError());
            }
        }
        enrichment.tables().stream()
                .filter(table -> !table.state().equals("live"))
                .map(table -> "Table " + table.name() + ": " + table.state())
                .forEach(reasons::add);
        reasons.addAll(agents.reasons());
        reasons.addAll(models.health());
        return reasons;
    }

    /** Ingest is made after enrichment, which asks it how far bounded feeds are. */
    private static final class Feeds {
        private volatile @org.jspecify.annotations.Nullable Ingest ingest;

        boolean areAtTheirEnd(String topic) {
            Ingest known = ingest;
            return known != null
                    && known.feeds().stream()
                            .filter(feed -> feed.topic().equals(topic))
                            .allMatch(feed -> feed.progress() >= 1);
        }
    }

    private static EdgeFilter filter(Feed feed) {
        RowCondition condition =
                RowCondition.of(feed.format().schema(), feed.where().orElse("true"));
        return new EdgeFilter() {
            @Override
            public boolean[] test(Columns rows) {
                return condition.test(rows);
            }

            @Override
            public void close() {
                condition.close();
            }
        };
    }

    private static Idempotency idempotency(Enrichment enrichment) {
        return new Idempotency() {
            @Override
            public Map<Integer, String> seen(String topic, String key) {
                Map<Integer, String> seen = new LinkedHashMap<>();
                enrichment
                        .idempotent(topic, key)
                        .forEach((index, fingerprint) -> seen.put(Math.toIntExact(index), fingerprint));
                return seen;
            }

            @Override
            public boolean hasCommitted(String topic, Map<Integer, Long> offsets) {
                return enrichment.hasCommitted(topic, offsets);
            }
        };
    }

    private static void close(CompletableFuture<DuckStore> opening) {
        if (!opening.isCompletedExceptionally()) {
            joined(opening).close();
        }
    }

    private static DuckStore joined(CompletableFuture<DuckStore> opening) {
        try {
            return opening.join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failure;
        }
    }
}
