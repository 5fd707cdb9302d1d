package io.polder.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;

/**
 * What belongs to the machine and not to the mart: {@code HOME/platform.yaml}, overridden by {@code --set key=value}.
 *
 * @param webHost {@code web.host}: the address that the web server binds to; loopback
 * @param webPort {@code web.port}; 0 is any free port
 * @param logPort {@code log.port} of the embedded broker; 0 is any free port
 * @param logBootstrap {@code log.bootstrap}: an external cluster; empty for the embedded broker
 * @param logFlushInterval {@code log.flush-interval}: what a power cut may cost of the embedded broker's events
 * @param storeMemory {@code store.memory}: bytes that DuckDB may use
 * @param storeThreads {@code store.threads}
 * @param batchInterval {@code store.batch-interval}: how long a micro-batch may gather
 * @param batchRows {@code store.batch-rows}: how many events a micro-batch holds at most
 * @param diskWatermark {@code disk.watermark}: bytes of free space below which ingestion stops
 * @param queryTimeout {@code query.timeout}
 * @param queryRows {@code query.rows}: rows of an answer at most
 * @param sqlTimezone {@code sql.timezone}: of sessions that have set none
 * @param hivePort {@code hive.port}: where the mart is an Impala; 0 is any free port
 * @param hiveIdle {@code hive.idle}: how long a session or result is kept that nobody uses
 * @param druidPort {@code druid.port}: where the mart is a Druid; 0 is any free port
 * @param tiles {@code map.tiles}: address of a tile server, {@code {z}/{x}/{y}}; empty for the built-in base map
 */
public record Platform(
        String webHost,
        int webPort,
        int logPort,
        Optional<String> logBootstrap,
        Duration logFlushInterval,
        long storeMemory,
        int storeThreads,
        Duration batchInterval,
        int batchRows,
        long diskWatermark,
        Duration queryTimeout,
        long queryRows,
        ZoneId sqlTimezone,
        int hivePort,
        Duration hiveIdle,
        int druidPort,
        Optional<String> tiles) {}
