package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.polder.record.Columns;
import io.polder.record.Schema;
import io.polder.record.Type;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The presets on real files: the configuration of 27 April 2017 and the minute of 14:38 UTC+1 of that day. */
class MivTest {
    private static final int POINTS = 4254;
    private static final Format TRAFFIC = Formats.preset("miv-traffic").orElseThrow();
    private static final Format MEASURE_POINTS = Formats.preset("miv-points").orElseThrow();

    private static byte[] minute;
    private static Collected events;
    private static Columns traffic;
    private static Columns points;

    @BeforeAll
    static void decodeTheRealFiles() throws Exception {
        minute = resource("verkeersdata-20170427T1439.xml.gz");
        events = Collected.whole(TRAFFIC, List.of("uid"), minute);
        traffic = decodeAll(TRAFFIC, events);
        points = decodeAll(
                MEASURE_POINTS, Collected.whole(MEASURE_POINTS, List.of("uid"), resource("mivconfig-20170427.xml.gz")));
    }

    @Test
    void everyPointIsAnEventAndARow() {
        assertThat(events.rejections).isEmpty();
        assertThat(events.events).hasSize(POINTS);
        assertThat(traffic.rows()).isEqualTo(POINTS);
        assertThat(points.rows()).isEqualTo(POINTS);
        assertThat(new HashSet<>(events.keys())).hasSize(POINTS);
        assertThat(events.keys().get(0)).isEqualTo("29");
    }

    @Test
    void fragmentsStandInTheDocumentByteForByteAndInOrder() {
        String document = new String(minute, UTF_8);
        int from = 0;
        for (String value : events.values()) {
            assertThat(value).startsWith("<meetpunt ").endsWith("</meetpunt>");
            int at = document.indexOf(value, from);
            assertThat(at).isNotNegative();
            assertThat(document.substring(from, at)).doesNotContain("<meetpunt ");
            from = at + value.length();
        }
        assertThat(document.substring(from).trim()).isEqualTo("</miv>");
    }

    @Test
    void trafficNeedsNoContextAndPointsCarryTheTimeOfTheirConfiguration() throws Exception {
        assertThat(events.events)
                .allSatisfy(event -> assertThat(event.context()).isEmpty());

        Collected configuration =
                Collected.whole(MEASURE_POINTS, List.of("uid"), resource("mivconfig-20170427.xml.gz"));
        assertThat(configuration.events).allSatisfy(event -> assertThat(event.context())
                .isEqualTo("/mivconfig/tijd_laatste_config_wijziging=2017-02-17T14:42:06+01:00"));
    }

    @Test
    void theFirstPointReadsAsInTheFile() {
        Map<String, Object> row = Collected.row(traffic, 0);

        assertThat(row)
                .containsEntry("uid", 29L)
                .containsEntry("time", micros("2017-04-27T13:38:00Z"))
                .containsEntry("last_modified", micros("2017-04-27T13:39:14Z"))
                .containsEntry("valid", 0L)
                .containsEntry("lve_nr", 55L)
                .containsEntry("current_publication", 1L)
                .containsEntry("available", 1L)
                .containsEntry("defect", 0L)
                .containsEntry("measure_class_2_count", 0L)
                .containsEntry("measure_class_2_speed", 0L)
                .containsEntry("measure_class_2_harmonic_speed", null)
                .containsEntry("occupancy", 0L)
                .containsEntry("availability", 100L)
                .containsEntry("variance", 0L);
        Map<String, Object> second = Collected.row(traffic, 1);
        assertThat(second)
                .containsEntry("uid", 33L)
                .containsEntry("measure_class_2_count", 8L)
                .containsEntry("measure_class_2_speed", 91L)
                .containsEntry("measure_class_2_harmonic_speed", 89L)
                .containsEntry("measure_class_5_count", 3L)
                .containsEntry("measure_class_5_speed", 78L);
    }

    @Test
    void specialSpeedsAreNull() {
        String document = new String(minute, UTF_8);
        int noVehicles = occurrences(document, "<voertuigsnelheid_harmonisch>252<");
        int notCalculated = occurrences(document, "<voertuigsnelheid_harmonisch>254<");
        assertThat(noVehicles).isEqualTo(11_053);
        assertThat(notCalculated).isEqualTo(450);

        long nulls = 0;
        for (int number = 1; number <= 5; number++) {
            nulls += nulls(traffic, "measure_class_" + number + "_harmonic_speed");
            assertThat(nulls(traffic, "measure_class_" + number + "_speed")).isZero();
        }
        assertThat(nulls).isEqualTo(11_053 + 450);
    }

    @Test
    void qualityFlagsAreThoseOfTheMinute() {
        assertThat(rowsWhereNot("valid", 0)).isEqualTo(58);
        assertThat(rowsWhereNot("defect", 0)).isEqualTo(27);
        assertThat(IntStream.range(0, POINTS)
                        .filter(row -> longs("availability")[row] == 0)
                        .count())
                .isEqualTo(90);
    }

    @Test
    void stalePointsKeepTheTimeThatTheySay() {
        long theMinute = micros("2017-04-27T13:38:00Z");

        assertThat(rowsWhereNot("time", theMinute)).isEqualTo(78);
        assertThat(IntStream.range(0, POINTS).filter(row -> longs("time")[row] != theMinute))
                .allSatisfy(row -> assertThat(longs("current_publication")[row]).isZero());
        assertThat(IntStream.range(0, POINTS)
                        .mapToLong(row -> longs("time")[row])
                        .min())
                .hasValue(micros("2016-12-20T09:11:00Z"));
    }

    @Test
    void theMeanCarSpeedDependsOnWhetherEmptyMinutesCount() {
        double all = 0;
        double withVehicles = 0;
        int rows = 0;
        int rowsWithVehicles = 0;
        for (int row = 0; row < POINTS; row++) {
            if (longs("valid")[row] != 0) {
                continue;
            }
            long speed = longs("measure_class_2_speed")[row];
            all += speed;
            rows++;
            if (longs("measure_class_2_count")[row] > 0) {
                withVehicles += speed;
                rowsWithVehicles++;
            }
        }

        assertThat(all / rows).isCloseTo(77.5, within(0.05));
        assertThat(withVehicles / rowsWithVehicles).isCloseTo(87.7, within(0.05));
    }

    @Test
    void aPointReadsAsInTheFile() {
        assertThat(Collected.row(points, 0))
                .containsEntry("uid", 3640L)
                .containsEntry("descriptive_id", "H291L10")
                .containsEntry("name", "Parking Kruibeke")
                .containsEntry("ident_8", "A0140002")
                .containsEntry("lve_nr", 437L)
                .containsEntry("km", 94.695)
                .containsEntry("lane", "R10")
                .containsEntry("x", 144477.0917)
                .containsEntry("y", 208290.6237)
                .containsEntry("lon", 4.289767347)
                .containsEntry("lat", 51.18458196)
                .containsEntry("valid_from", micros("2017-02-17T13:42:06Z"));
    }

    @Test
    void emptyElementsAndTheWordNullAreNull() {
        assertThat(nulls(points, "name")).isEqualTo(22);
        assertThat(nulls(points, "ident_8")).isZero();
        assertThat(nulls(points, "km")).isPositive();
        assertThat(nulls(points, "valid_from")).isZero();

        String point = "<meetpunt unieke_id='1'><Ident_8>NULL</Ident_8><Kmp_Rsys>NULL</Kmp_Rsys><lve_nr/></meetpunt>";
        assertThat(Collected.decoded(MEASURE_POINTS, point))
                .containsEntry("uid", 1L)
                .containsEntry("ident_8", null)
                .containsEntry("km", null)
                .containsEntry("lve_nr", null);
    }

    @Test
    void everyPointOfTheMinuteIsInTheConfiguration() {
        HashSet<Long> known = new HashSet<>();
        int uid = points.schema().indexOf("uid");
        for (int row = 0; row < POINTS; row++) {
            known.add(points.longs(uid)[row]);
        }

        assertThat(IntStream.range(0, POINTS)
                        .filter(row -> !known.contains(longs("uid")[row]))
                        .count())
                .isZero();
    }

    @Test
    void thePresetsHaveTheColumnsThatPeopleKnow() {
        assertThat(names(TRAFFIC.schema()))
                .startsWith("uid", "time", "valid")
                .contains("measure_class_1_count", "measure_class_5_harmonic_speed", "occupancy", "variance")
                .hasSize(8 + 5 * 3 + 3);
        assertThat(TRAFFIC.schema().fields().get(0).type()).isEqualTo(Type.BIGINT);
        assertThat(names(MEASURE_POINTS.schema()))
                .containsExactly(
                        "uid",
                        "descriptive_id",
                        "name",
                        "ident_8",
                        "lve_nr",
                        "km",
                        "lane",
                        "x",
                        "y",
                        "lon",
                        "lat",
                        "valid_from");
        assertThat(Formats.preset("miv-nothing")).isEmpty();
        assertThat(Formats.presets())
                .allSatisfy(name -> assertThat(Formats.preset(name)).isPresent());
    }

    private static List<String> names(Schema schema) {
        return schema.fields().stream().map(field -> field.name()).toList();
    }

    private static long[] longs(String field) {
        return traffic.longs(traffic.schema().indexOf(field));
    }

    private static long rowsWhereNot(String field, long value) {
        return IntStream.range(0, POINTS)
                .filter(row -> longs(field)[row] != value)
                .count();
    }

    private static long nulls(Columns columns, String field) {
        int column = columns.schema().indexOf(field);
        return IntStream.range(0, columns.rows())
                .filter(row -> columns.isNull(column, row))
                .count();
    }

    private static Columns decodeAll(Format format, Collected collected) {
        Columns columns = new Columns(format.schema(), 16);
        Decoder decoder = format.decoder();
        for (Collected.Event event : collected.events) {
            byte[] value = event.value().getBytes(UTF_8);
            assertThat(decoder.decode(value, 0, value.length, event.context().getBytes(UTF_8), columns))
                    .isNull();
        }
        return columns;
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream stream = Objects.requireNonNull(MivTest.class.getResourceAsStream("/miv/" + name));
                GZIPInputStream plain = new GZIPInputStream(stream)) {
            return plain.readAllBytes();
        }
    }

    private static int occurrences(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            count++;
        }
        return count;
    }

    private static long micros(String instant) {
        return Instant.parse(instant).toEpochMilli() * 1000;
    }
}
