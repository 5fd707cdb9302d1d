package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.Field;
import io.polder.record.PolderException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MartReaderTest {
    static final String FLANDERS = """
            mart: flanders
            timezone: Europe/Brussels            # instants are stored in UTC; this is for hours, days and weeks
            feeds:
              traffic:
                poll: "http://miv.opendata.belfla.be/miv/verkeersdata"
                every: 60s
                format: miv-traffic              # a preset of the generic xml format
                key: [uid]
                partitions: 4                    # fixed for ever; an event's partition is its key's
              history: { files: "history/*.csv.gz", format: csv, topic: traffic }
              points:  { poll: "http://miv.opendata.belfla.be/miv/configuratie/xml", every: 24h, format: miv-points, key: [uid] }
            tables:
              measure_points: { from: points, key: [uid, valid_from], time: valid_from }   # its history is kept
              traffic:
                from: traffic
                key: [uid, time]
                time: time
                retain: 400d
                select: |
                  SELECT e.uid, e.time, e.valid, e.measure_class_2_speed, p.name, p.ident_8, p.lat, p.lon
                  FROM event e ASOF LEFT JOIN measure_points p ON p.uid = e.uid AND p.valid_from <= e.time
                rules:
                  - { column: measure_class_2_speed, check: "measure_class_2_speed <= 250", on_violation: nullify }
                publish: traffic_enriched        # the enriched rows as a Kafka topic too
            views:
              kudu_verkeer_stream: "SELECT * FROM traffic"
            maps:
              live: { table: traffic, position: [lat, lon], colour: measure_class_2_speed, label: name }
            """;

    private final Path folder;

    MartReaderTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void agentsAreFilesBesideTheDefinitionAndAKafkaFeedHasOthersWriteItsTopic() throws IOException {
        Files.writeString(folder.resolve("flume.properties"), "a1.sources = r1\n");

        Mart mart = read("""
                mart: air
                agents: { a1: flume.properties }
                feeds:
                  air: { kafka: true, format: json, fields: [{name: city}], partitions: 1 }
                """);

        assertThat(mart.agents()).containsExactly(Map.entry("a1", folder.resolve("flume.properties")));
        assertThat(mart.feed("air").kind()).isEqualTo(Feed.Kind.KAFKA);
        assertThat(mart.feed("air").isBounded()).isFalse();
    }

    @Test
    void whatAKafkaFeedCannotDoAndAFileThatIsMissingAreTold() {
        assertThatThrownBy(() -> read("""
                        mart: air
                        agents: { a1: flume.properties }
                        feeds:
                          air:
                            kafka: true
                            format: json
                            fields: [{name: city}]
                            where: "city = 'GENT'"
                            every: 60s
                        """))
                .hasMessageContaining("agents.a1 = 'flume.properties': there is no such file")
                .hasMessageContaining("feeds.air.where")
                .hasMessageContaining("written by others")
                .hasMessageContaining("feeds.air.every");
    }

    @Test
    void theExampleOfTheDesignIsReadWithItsMeaning() throws IOException {
        Mart mart = read(FLANDERS);

        assertThat(mart.name()).isEqualTo("flanders");
        assertThat(mart.timezone()).isEqualTo(ZoneId.of("Europe/Brussels"));
        assertThat(mart.feeds()).containsOnlyKeys("traffic", "history", "points");
        assertThat(mart.feeds().keySet()).containsExactly("traffic", "history", "points");
        assertThat(mart.tables().keySet()).containsExactly("measure_points", "traffic");
        assertThat(mart.views())
                .containsExactly(
                        Map.entry("kudu_verkeer_stream", new View("kudu_verkeer_stream", "SELECT * FROM traffic")));
        assertThat(mart.maps())
                .containsExactly(Map.entry(
                        "live",
                        new MapLayer(
                                "live",
                                "traffic",
                                "lat",
                                "lon",
                                "measure_class_2_speed",
                                Optional.of("name"),
                                "",
                                Optional.empty(),
                                List.of())));

        Feed traffic = mart.feed("traffic");
        assertThat(traffic.kind()).isEqualTo(Feed.Kind.POLL);
        assertThat(traffic.poll()).isEqualTo(URI.create("http://miv.opendata.belfla.be/miv/verkeersdata"));
        assertThat(traffic.every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(traffic.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(traffic.maxBytes()).isEqualTo(64_000_000);
        assertThat(traffic.formatName()).isEqualTo("miv-traffic");
        assertThat(traffic.key()).containsExactly("uid");
        assertThat(traffic.partitions()).isEqualTo(4);
        assertThat(traffic.topic()).isEqualTo("traffic");
        assertThat(traffic.where()).isEmpty();
        assertThat(traffic.sampleEvery()).isNull();
        assertThat(traffic.keepFor()).isNull();
        assertThat(traffic.simulated()).isFalse();
        assertThat(traffic.isBounded()).isFalse();

        Feed points = mart.feed("points");
        assertThat(points.every()).isEqualTo(Duration.ofDays(1));
        assertThat(points.partitions()).isEqualTo(4);

        assertThat(mart.table("measure_points"))
                .isEqualTo(new Table(
                        "measure_points",
                        "points",
                        List.of("uid", "valid_from"),
                        Optional.of("valid_from"),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        null,
                        Set.of()));
        assertThat(mart.table("traffic"))
                .isEqualTo(new Table(
                        "traffic",
                        "traffic",
                        List.of("uid", "time"),
                        Optional.of("time"),
                        Optional.empty(),
                        Optional.of("""
                                SELECT e.uid, e.time, e.valid, e.measure_class_2_speed, p.name, p.ident_8, p.lat, p.lon
                                FROM event e ASOF LEFT JOIN measure_points p ON p.uid = e.uid AND p.valid_from <= e.time"""),
                        List.of(new Rule(
                                "measure_class_2_speed",
                                "measure_class_2_speed",
                                "measure_class_2_speed <= 250",
                                Rule.OnViolation.NULLIFY)),
                        Optional.of("traffic_enriched"),
                        Duration.ofDays(400),
                        Set.of()));
    }

    @Test
    void aFeedThatSharesATopicTakesItsFieldsKeyAndPartitions() throws IOException {
        Mart mart = read(FLANDERS);

        Feed history = mart.feed("history");
        Feed traffic = mart.feed("traffic");
        assertThat(history.kind()).isEqualTo(Feed.Kind.FILES);
        assertThat(history.isBounded()).isTrue();
        assertThat(history.files()).isEqualTo("history/*.csv.gz");
        assertThat(history.topic()).isEqualTo("traffic");
        assertThat(history.key()).isEqualTo(traffic.key());
        assertThat(history.partitions()).isEqualTo(traffic.partitions());
        assertThat(history.maxBytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(history.format().schema().fields())
                .extracting(Field::name, Field::type)
                .isEqualTo(traffic.format().schema().fields().stream()
                        .map(field -> org.assertj.core.groups.Tuple.tuple(field.name(), field.type()))
                        .toList());
        assertThat(history.format().schema().fields())
                .as("columns of the file are called like the fields")
                .allMatch(field -> field.path().equals(field.name()));
    }

    @Test
    void feedsOfATopicMayHaveFieldsOfTheirOwn() throws IOException {
        Mart mart = read("""
                mart: tiny
                feeds:
                  late: {http: true, format: json, fields: [{name: uid, type: bigint}, {name: why}], topic: readings}
                  readings: {http: true, format: json, fields: [{name: uid, type: bigint}], key: uid}
                tables:
                  readings: {from: readings, key: [uid, why]}
                """);

        assertThat(mart.feed("late").key())
                .as("as in the feed called like the topic")
                .containsExactly("uid");
        assertThat(mart.feedsOf("readings")).extracting(Feed::name).containsExactly("late", "readings");
        assertThat(mart.table("readings").key()).containsExactly("uid", "why");
    }

    @Test
    void whatIsNotThereIsToldWithWhatIs() throws IOException {
        Mart mart = read(FLANDERS);

        assertThatThrownBy(() -> mart.feed("trafic"))
                .isInstanceOf(PolderException.class)
                .hasMessage("feed = 'trafic': no such feed. Fix: did you mean 'traffic'?");
        assertThatThrownBy(() -> mart.table("point"))
                .hasMessage("table = 'point': no such table. Fix: use one of measure_points, traffic");
    }

    @Test
    void aKeyKnowsItsPlace() throws IOException {
        Mart mart = read(FLANDERS);

        assertThat(mart.place("tables.traffic.select")).isEqualTo("polder.yaml:19 tables.traffic.select");
        assertThat(mart.place("tables.traffic.rules[1].check"))
                .isEqualTo("polder.yaml:23 tables.traffic.rules[1].check");
        assertThat(mart.place("no.such")).isEqualTo("no.such");
    }

    private Mart read(String yaml, String... settings) throws IOException {
        Files.writeString(folder.resolve("polder.yaml"), yaml);
        return MartReader.read(folder, List.of(settings), Map.of("TOKEN", "s3cret"));
    }
}
