package io.polder.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.enrich.Enrichment;
import io.polder.format.MalformedDocumentException;
import io.polder.format.Slice;
import io.polder.format.Splitter;
import io.polder.log.Log;
import io.polder.log.RecordHeaders;
import io.polder.query.MartCatalog;
import io.polder.query.Queries;
import io.polder.simulate.Simulation;
import io.polder.sql.HiveType;
import io.polder.sql.Impala;
import io.polder.sql.Relation;
import io.polder.sql.Session;
import io.polder.sql.Statement;
import io.polder.store.duck.DuckStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of Flanders from the log to its views, on the real minute. */
class FlandersMartTest {
    private static final Path FOLDER = Path.of("../examples/flanders");

    /** When the real minute was published. */
    private static final Instant THEN = Instant.parse("2017-04-27T13:39:54Z");

    private static final Mart MART = MartReader.read(FOLDER, List.of(), Map.of());

    private Log log;
    private DuckStore store;
    private Enrichment enrichment;
    private Queries queries;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        log = Log.open(new Log.Settings(folder.resolve("log"), 0, Optional.empty()), failure -> {});
        MART.feeds().values().forEach(feed -> {
            log.ensure(feed.topic(), feed.partitions(), null);
            log.ensure(feed.topic() + ".rejected", 1, null);
        });
        InstantSource clock = InstantSource.fixed(THEN);
        store = DuckStore.open(
                new DuckStore.Settings(folder.resolve("mart.duckdb"), folder.resolve("tmp"), 256L << 20, 1), clock);
        Enrichment.Settings settings = new Enrichment.Settings(Duration.ofMillis(50), 100_000, true);
        enrichment = Enrichment.open(MART, log, store, settings, topic -> true, failure -> {}, clock);
        queries = Queries.open(
                store, log, MART, new Queries.Settings(Duration.ofSeconds(60), 10_000), InstantSource.system());
        enrichment.start();
        feed("roads", Files.newInputStream(FOLDER.resolve("roads.csv")));
        feed("points", resource("mivconfig-20170427.xml.gz"));
    }

    @AfterEach
    void stop() {
        queries.close();
        enrichment.close();
        store.close();
        log.close();
    }

    @Test
    void theRealMinuteIsReadAsPeopleWhoKnowItReadIt() throws Exception {
        feed("traffic", resource("verkeersdata-20170427T1439.xml.gz"));
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(row("SELECT count(*) FROM traffic"))
                .containsExactly("4254"));

        // With the zeros of lanes without cars it would be 77.5.
        assertThat(number("SELECT avg(measure_class_2_speed) FROM kudu_verkeer_stream WHERE valid = 0"))
                .isCloseTo(87.7, within(0.05));
        assertThat(number("SELECT avg(coalesce(measure_class_2_speed, 0)) FROM traffic WHERE valid = 0"))
                .isCloseTo(77.5, within(0.05));
        assertThat(row("SELECT count(*), count(name), count(road), count(lat) FROM traffic"))
                .containsExactly("4254", "4232", "4254", "4254");
        assertThat(row("SELECT road, name, lane, measure_class_2_speed, vehicles FROM traffic WHERE uid = 2301"))
                .containsExactly("N177", "Snede noordzijde sleuf Boom", "R10", "52", "12");
        assertThat(row("SELECT count(*) FROM latest")).containsExactly("4176");
        assertThat(row("SELECT road FROM roads_now LIMIT 1")).containsExactly("E40");
        assertThat(number("SELECT count(*) FROM queues_now")).isGreaterThan(100);
        assertThat(row("SELECT weekday, hour FROM weekly_rhythm WHERE uid = 2301"))
                .as("a Thursday, by the clock of Brussels")
                .containsExactly("4", "15");
        assertThat(row("SELECT logged, applied, rejected, too_late FROM polder.ledger WHERE table_name = 'traffic'"))
                .containsExactly("4254", "4254", "0", "0");
    }

    /** As it was printed, comma before FROM and all. */
    private static final String AVERAGE_SPEED = "select from_unixtime(cast(time as bigint), 'yyyy-MM-dd') as dy,"
            + " dayofweek(time) as day_of_week,  case when dayofweek(time) in (6,7) then 1 else 0 end as weekend_day,"
            + " from_unixtime(cast(time as bigint), 'HH') as hr,  avg(measure_class_2_speed) as avg_speed2,"
            + " max(measure_class_2_speed) as max_speed2,  from default.kudu_verkeer_stream  where from_unixtime(cast(time"
            + " as bigint), 'yyyy-MM-dd') >= '2017-01-01' and valid = 0 and uid = 2301 group by  from_unixtime(cast(time"
            + " as bigint), 'yyyy-MM-dd'), dayofweek(time), from_unixtime(cast(time as bigint), 'HH') ";

    @Test
    void theQueryOfTheFieldNotesRunsAsItWasPrinted() throws Exception {
        feed("traffic", resource("verkeersdata-20170427T1439.xml.gz"));
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(row("SELECT count(*) FROM traffic"))
                .containsExactly("4254"));
        MartCatalog catalog = new MartCatalog(store, MART);
        Session session = Session.start();

        assertThat(row(translated(AVERAGE_SPEED, session, catalog)))
                .containsExactly("2017-04-27", "5", "0", "13", "52.0", "52");
        assertThat(row(translated(AVERAGE_SPEED, session.set("timezone", "Etc/GMT-1"), catalog)))
                .as("by the clock of the feed")
                .containsExactly("2017-04-27", "5", "0", "14", "52.0", "52");
        assertThat(row(translated("select count(*) from `impala::default.kudu_verkeer_stream`", session, catalog)))
                .containsExactly("4254");

        assertThat(catalog.relation("KUDU_VERKEER_STREAM").orElseThrow().isView())
                .isTrue();
        assertThat(catalog.relation("traffic").orElseThrow().columns())
                .contains(
                        new Relation.Column("uid", HiveType.of(HiveType.Kind.BIGINT)),
                        new Relation.Column("time", HiveType.of(HiveType.Kind.TIMESTAMP)),
                        new Relation.Column("road", HiveType.of(HiveType.Kind.STRING)));
        assertThat(catalog.rows(catalog.relation("traffic").orElseThrow())).contains(4254L);
        var statistics = (Statement.Listing) Impala.translate("show column stats traffic", session, catalog);
        assertThat(statistics.rows().get(0).get(0)).isEqualTo("uid");
        assertThat((Long) statistics.rows().get(0).get(2)).isBetween(3400L, 5100L);
        assertThat(((Statement.Listing) Impala.translate("describe kudu_verkeer_stream", session, catalog)).rows())
                .contains(List.of("time", "timestamp", ""));
    }

    private static String translated(String sql, Session session, MartCatalog catalog) {
        return ((Statement.Query) Impala.translate(sql, session, catalog))
                .text()
                .sql();
    }

    @Test
    void pointsThatHaveStoppedAreKeptOnceHoweverOftenTheyAreToldAgain() throws Exception {
        feed("traffic", resource("verkeersdata-20170427T1439.xml.gz"));
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(row("SELECT count(*) FROM traffic"))
                .containsExactly("4254"));

        feed("traffic", resource("verkeersdata-20170427T1439.xml.gz"));

        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(
                        row("SELECT sum(logged), sum(too_late) FROM polder.ledger WHERE table_name = 'traffic'"))
                .containsExactly("8508", "0"));
        assertThat(row("SELECT count(*), count(DISTINCT uid) FROM traffic")).containsExactly("4254", "4254");
        assertThat(Objects.requireNonNull(enrichment.tables().get(2).observed()).p99())
                .as("what stopped months ago says nothing of how fresh the table is")
                .isLessThan(Duration.ofMinutes(5).toMillis());
    }

    @Test
    void aClockAheadIsRejectedAndAClockNeverSetIsTooLate() throws Exception {
        feed("traffic", new ByteArrayInputStream("""
            <miv><meetpunt unieke_id="1"><tijd_waarneming>2017-04-27T17:00:00+01:00</tijd_waarneming></meetpunt>
            <meetpunt unieke_id="2"><tijd_waarneming>1990-01-01T00:00:00+01:00</tijd_waarneming></meetpunt>
            <meetpunt unieke_id="3"><tijd_waarneming>2017-04-27T14:38:00+01:00</tijd_waarneming></meetpunt></miv>
            """.getBytes(UTF_8)));

        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(row(
                        "SELECT logged, applied, rejected, too_late FROM polder.ledger WHERE table_name = 'traffic'"))
                .containsExactly("3", "1", "1", "1"));
        assertThat(row("SELECT uid, road, vehicles FROM traffic")).containsExactly("3", "null", "null");
    }

    /** Puts a document's events into the log, as an edge does. */
    private void feed(String name, InputStream document) throws IOException, MalformedDocumentException {
        Feed feed = Objects.requireNonNull(MART.feeds().get(name));
        byte[] bytes;
        try (document) {
            bytes = document.readAllBytes();
        }
        feed.format().splitter(feed.key()).split(bytes, 0, bytes.length, true, new Splitter.Sink() {
            @Override
            public void event(Slice value, Slice key, byte[] context) {
                int partition = Log.partition(key.bytes(), key.from(), key.length(), feed.partitions());
                Map<String, byte[]> headers = context.length == 0 ? Map.of() : Map.of(RecordHeaders.CONTEXT, context);
                log.writer()
                        .send(
                                feed.topic(),
                                partition,
                                THEN.toEpochMilli(),
                                null,
                                value.copy(),
                                headers,
                                (at, offset, failure) -> {
                                    if (failure != null) {
                                        throw new AssertionError(failure);
                                    }
                                });
            }

            @Override
            public void rejected(Slice value, byte[] context, long position, String reason) {
                throw new AssertionError(reason);
            }
        });
        log.writer().flush();
    }

    private static InputStream resource(String file) throws IOException {
        return new GZIPInputStream(Objects.requireNonNull(Simulation.class.getResourceAsStream(file), file));
    }

    private double number(String sql) {
        return Double.parseDouble(row(sql).get(0));
    }

    /** The first row of the answer; empty when it has none. */
    private List<String> row(String sql) {
        return queries.ask(sql, 10_000).rows().stream()
                .limit(1)
                .flatMap(Stream::of)
                .map(String::valueOf)
                .toList();
    }
}
