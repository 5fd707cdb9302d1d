package io.polder.query;

import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.enrich.Enrichment;
import io.polder.log.Log;
import io.polder.sql.Catalog;
import io.polder.store.duck.DuckStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Queries over a real store, whose rows come from views over generated numbers. */
public final class QueriesFixture implements AutoCloseable {
    private static final String MART = """
            mart: numbers
            feeds:
              traffic:
                http: true
                format: json
                key: [uid]
                fields:
                  - { name: uid, type: bigint }
                  - { name: time, type: timestamp }
                  - { name: speed, type: double }
            tables:
              traffic: { from: traffic, key: [uid, time], time: time }
            views:
              numbers: "SELECT range AS n FROM range(3000000)"
              readings: |
                SELECT i AS uid, (i % 7)::INTEGER AS lane, i / 4.0::DOUBLE AS speed, 'detector ' || i AS name,
                  make_timestamp(i * 1000001) AS time, DATE '2026-01-01' + (i % 30)::INTEGER AS day,
                  i % 2 = 0 AS valid, CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS third,
                  (i / 8.0)::DECIMAL(18, 3) AS exact
                FROM range(1000) numbers(i)
            """;

    private final Log log;
    private final DuckStore store;
    private final Enrichment enrichment;
    public final Queries queries;
    public final Mart mart;

    public QueriesFixture(Path folder) {
        this(folder, Duration.ofSeconds(30));
    }

    public QueriesFixture(Path folder, Duration timeout) {
        try {
            Files.writeString(folder.resolve(MartReader.FILE), MART);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        mart = MartReader.read(folder);
        log = Log.open(new Log.Settings(folder.resolve("kafka"), 0, Optional.empty()), failure -> {});
        store = DuckStore.open(
                new DuckStore.Settings(folder.resolve("tables.duckdb"), folder.resolve("tmp"), 1L << 28, 2),
                InstantSource.system());
        enrichment = Enrichment.open(
                mart,
                log,
                store,
                new Enrichment.Settings(Duration.ofMillis(100), 10_000, true),
                topic -> true,
                failure -> {},
                InstantSource.system());
        queries = Queries.open(store, log, mart, new Queries.Settings(timeout, 10_000), InstantSource.system());
    }

    /** What there is, as tools see it. */
    public Catalog catalog() {
        return queries.catalog();
    }

    @Override
    public void close() {
        queries.close();
        enrichment.close();
        store.close();
        log.close();
    }
}
