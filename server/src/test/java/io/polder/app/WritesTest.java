package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.enrich.Enrichment;
import io.polder.hive.HiveJdbc;
import io.polder.hive.HiveServer;
import io.polder.ingest.EdgeFilter;
import io.polder.ingest.Idempotency;
import io.polder.ingest.Ingest;
import io.polder.log.Log;
import io.polder.query.MartCatalog;
import io.polder.query.Queries;
import io.polder.query.Writes;
import io.polder.record.Columns;
import io.polder.sql.Impala;
import io.polder.sql.Session;
import io.polder.sql.SqlProblem;
import io.polder.sql.Statement;
import io.polder.store.duck.DuckStore;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL that writes, through the real log into the real store. */
final class WritesTest {
    private static final String SHOP = """
        mart: shop
        feeds:
          stock:
            sql: true
            format: json
            fields:
              - {name: article, type: bigint}
              - {name: name}
              - {name: amount, type: integer}
              - {name: price, type: double}
              - {name: since, type: timestamp}
            key: [article]
            partitions: 2
          seen:
            http: true
            format: json
            fields: [{name: id, type: bigint}]
            key: [id]
        tables:
          stock: {from: stock, key: [article]}
          seen: {from: seen, key: [id]}
        views:
          rare: "SELECT * FROM stock WHERE amount < 5"
        """;

    @TempDir
    private Path folder;

    private Mart mart;
    private Log log;
    private DuckStore store;
    private Enrichment enrichment;
    private Ingest ingest;
    private Queries queries;
    private Writes writes;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(folder.resolve("mart"));
        Files.writeString(folder.resolve("mart/polder.yaml"), SHOP);
        mart = MartReader.read(folder.resolve("mart"), List.of(), Map.of());
        log = Log.open(new Log.Settings(folder.resolve("log"), 0, Optional.empty()), failure -> {});
        open();
    }

    private void open() {
        InstantSource clock = InstantSource.system();
        store = DuckStore.open(
                new DuckStore.Settings(folder.resolve("mart.duckdb"), folder.resolve("tmp"), 128L << 20, 1), clock);
        Enrichment.Settings settings = new Enrichment.Settings(Duration.ofMillis(20), 10_000, true);
        enrichment = Enrichment.open(mart, log, store, settings, topic -> true, failure -> {}, clock);
        ingest = Ingest.open(
                mart,
                log,
                folder.resolve("feeds"),
                WritesTest::all,
                committed(),
                Optional::empty,
                enrichment::lag,
                clock);
        queries = Queries.open(store, log, mart, new Queries.Settings(Duration.ofSeconds(30), 10_000), clock);
        writes = new Writes(
                store,
                log,
                mart,
                (feed, events) -> ingest.write(feed.name(), new ByteArrayInputStream(events)),
                (topic, offsets) -> enrichment.hasCommitted(topic, offsets),
                Duration.ofSeconds(30));
        enrichment.start();
        ingest.start();
    }

    private void shut() {
        queries.close();
        ingest.close();
        enrichment.close();
        store.close();
    }

    @AfterEach
    void stop() {
        shut();
        log.close();
    }

    @Test
    void aClientThatWritesReadsWhatItWrote() throws SQLException {
        try (HiveServer server = HiveServer.start(
                        queries,
                        writes::write,
                        queries.catalog(),
                        "test",
                        new HiveServer.Settings("127.0.0.1", 0, Duration.ofMinutes(1), ZoneOffset.UTC),
                        InstantSource.system());
                java.sql.Connection connection = HiveJdbc.connect(server.port(), "default", ";auth=noSasl");
                java.sql.Statement statement = connection.createStatement()) {
            for (int round = 1; round <= 10; round++) {
                statement.execute("UPSERT INTO stock VALUES (1, 'pen', " + round + ", 1.5, NULL)");
                try (java.sql.ResultSet rows = statement.executeQuery("SELECT max(amount) FROM stock")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt(1)).isEqualTo(round);
                }
            }
            assertThatThrownBy(() -> statement.execute("INSERT INTO seen VALUES (1)"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void whatIsWrittenIsSeenByTheNextQuery() {
        assertThat(write("insert into stock values (1, 'it\\'s a pen', 10, 1.5, '2024-01-01 10:00:00.25'), (2, NULL, 3,"
                        + " NULL, NULL)"))
                .isEqualTo(2);
        assertThat(rows("select * from stock order by article"))
                .isEqualTo("1|it's a pen|10|1.5|2024-01-01T10:00:00.250Z/2|null|3|null|null");

        assertThat(write("update stock set amount = amount - 4, price = price * 2 where name rlike 'pen'"))
                .isEqualTo(1);
        assertThat(rows("select amount, price from stock where article = 1")).isEqualTo("6|3.0");

        assertThat(write("insert into default.stock (article, name) values (1, 'other'), (3, 'ink'), (3, 'again')"))
                .as("a key that is there is left alone")
                .isEqualTo(1);
        assertThat(rows("select article, name, amount from stock order by article"))
                .isEqualTo("1|it's a pen|6/2|null|3/3|ink|null");

        assertThat(write("upsert into stock (article, name) values (2, 'paper'), (4, 'glue')"))
                .isEqualTo(2);
        assertThat(rows("select article, name, amount from stock where article in (2, 4) order by 1"))
                .as("columns that are not named stay")
                .isEqualTo("2|paper|3/4|glue|null");

        assertThat(write("delete from stock where article > 2")).isEqualTo(2);
        assertThat(rows("select count(*) from stock")).isEqualTo("2");
        assertThat(rows("select article from rare")).isEqualTo("2");
        assertThat(write("delete from stock where article > 2")).isZero();

        assertThat(write("insert into stock select article + 2, upper(name), amount, price, since from stock"))
                .as("a key that was deleted is free")
                .isEqualTo(2);
        assertThat(rows("select article, name from stock order by 1"))
                .isEqualTo("1|it's a pen/2|paper/3|IT'S A PEN/4|PAPER");
    }

    @Test
    void whatWasAnsweredSurvivesTheStoreAndComesAgainFromTheLog() throws Exception {
        write("insert into stock (article, amount) values (1, 10), (2, 20), (3, 30)");
        write("update stock set amount = 11 where article = 1");
        write("delete from stock where article = 3");
        shut();
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("mart.duckdb"))
                    .toList()) {
                Files.delete(file);
            }
        }

        open();

        assertThat(write("update stock set amount = amount + 1"))
                .as("a write waits until the table has what is in the log")
                .isEqualTo(2);
        assertThat(rows("select article, amount from stock order by 1")).isEqualTo("1|12/2|21");
    }

    @Test
    void writesToOneTableTakeTurns() throws Exception {
        write("insert into stock (article, amount) values (1, 0)");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Long>> work = new ArrayList<>();
            for (int index = 0; index < 12; index++) {
                work.add(() -> write("update stock set amount = amount + 1 where article = 1"));
            }
            for (Future<Long> done : threads.invokeAll(work)) {
                assertThat(done.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(rows("select amount from stock")).isEqualTo("12");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into |seen values (1)",
                "insert into |rare values (1)",
                "insert into |nosuch values (1)",
                "insert into stock (|nosuch) values (1)",
                "insert into stock |(name) values ('x')",
                "insert into stock (article, |article) values (1, 2)",
                "insert into stock |overwrite",
                "insert into stock values (1, 'x', 2, 3.5, now()); |delete from stock",
                "insert into stock values (|nosuch(1))",
                "insert |overwrite stock values (1)",
                "update stock set |article = 2",
                "update stock set amount |+ 1",
                "update stock set amount = |",
                "update stock set amount = 1 where |",
                "update stock set amount = 1 |limit 3",
                "delete from stock |order by 1",
                "delete from stock where article in (select x from |store.outbox)",
                "update stock set amount = (select max(sequence) from |store.outbox)",
                "insert into stock (article) select * from |store.outbox",
                "insert into stock (article) select |getenv('HOME')",
                "delete from stock where |read_text('/etc/passwd') = ''",
            })
    void whatCannotBeWrittenIsSaidWithThePlace(String marked) {
        assertThatThrownBy(() -> write(marked.replace("|", "")))
                .isInstanceOfSatisfying(SqlProblem.class, problem -> assertThat(problem.position())
                        .as(problem.getMessage())
                        .isEqualTo(marked.indexOf('|')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into stock values (1, 2)",
                "insert into stock (article) values (1, 2)",
                "insert into stock (article) values (NULL)",
                "insert into stock (article) values ('x')",
                "insert into stock (article, amount) values (1, 99999999999)",
                "insert into stock (article, price) values (1, 1 / 0)",
                "update stock set nosuch2 = 1",
                "delete from stock where nosuch = 1",
            })
    void aWriteThatFailsWritesNothing(String sql) {
        write("insert into stock (article) values (7)");

        assertThatThrownBy(() -> write(sql)).isInstanceOf(SqlProblem.class).hasMessageContaining("Fix: ");
        assertThat(rows("select article from stock")).isEqualTo("7");
    }

    private long write(String sql) {
        return writes.write((Statement.Write) Impala.translate(sql, Session.start(), new MartCatalog(store, mart)));
    }

    private String rows(String sql) {
        var query = (Statement.Query) Impala.translate(sql, Session.start(), new MartCatalog(store, mart));
        List<String> rows = new ArrayList<>();
        queries.ask(query.text().sql(), 100).rows().forEach(row -> {
            List<String> values = new ArrayList<>();
            for (Object value : row) {
                values.add(String.valueOf(value));
            }
            rows.add(String.join("|", values));
        });
        return String.join("/", rows);
    }

    private Idempotency committed() {
        return new Idempotency() {
            @Override
            public Map<Integer, String> seen(String topic, String key) {
                return Map.of();
            }

            @Override
            public boolean hasCommitted(String topic, Map<Integer, Long> offsets) {
                return enrichment.hasCommitted(topic, offsets);
            }
        };
    }

    private static EdgeFilter all(Feed feed) {
        return new EdgeFilter() {
            @Override
            public boolean[] test(Columns rows) {
                throw new IllegalStateException("Feed " + feed.name() + " has no condition.");
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }
}
