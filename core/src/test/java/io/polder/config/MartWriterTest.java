package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.format.Decoder;
import io.polder.format.Inference;
import io.polder.format.MalformedDocumentException;
import io.polder.format.Slice;
import io.polder.format.Splitter;
import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Type;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class MartWriterTest {
    private static final Inference STATIONS = new Inference(
            "json",
            Map.of(),
            Set.of(),
            List.of(
                    new Field("stationId", "stationId", Type.BIGINT),
                    new Field("observedAt", "properties.observedAt", Type.TIMESTAMP),
                    new Field("name", "properties.name", Type.VARCHAR),
                    new Field("latitude", "geometry.coordinates[1]", Type.DOUBLE),
                    new Field("longitude", "geometry.coordinates[0]", Type.DOUBLE),
                    new Field("PM2.5", "[\"PM2.5\"].value", Type.DOUBLE, Set.of("-999")),
                    new Field("order", "order", Type.INTEGER)),
            List.of("stationId"),
            Optional.of("observedAt"),
            Map.of("stationId", "29", "observedAt", "2026-01-01T00:00:00Z", "name", "Antwerpen\n# Linkeroever"),
            3);

    @Test
    void aFirstMartIsCommentedAndRight() throws IOException {
        String yaml = MartWriter.write(
                "air", MartWriter.Source.poll(URI.create("https://example.org/air.json?a=1&b=2")), STATIONS);

        GoldenFile.matches("src/test/golden/config/first.yaml", yaml);
        Mart mart = read(yaml);
        Feed feed = mart.feed("air");
        assertThat(feed.poll()).isEqualTo(URI.create("https://example.org/air.json?a=1&b=2"));
        assertThat(feed.key()).containsExactly("station_id");
        assertThat(mart.table("air").key()).containsExactly("station_id", "observed_at");
        assertThat(mart.table("air").time()).contains("observed_at");
        assertThat(mart.maps()).containsKey("live");
    }

    @Test
    void whatIsCommentedOutIsRightToo() {
        String yaml = MartWriter.write("air", MartWriter.Source.http(), STATIONS);

        Mart mart = read(yaml.replaceAll("(?m)^( *)# (?=retain:|select:|rules:|  - \\{|views:|  newest:)", "$1"));

        assertThat(mart.views()).containsKey("newest");
        assertThat(mart.table("air").rules()).hasSize(1);
        assertThat(mart.table("air").select()).contains("SELECT e.* FROM event e");
        assertThat(mart.table("air").retain()).hasDays(400);
    }

    @Test
    void aSampleWithoutKeyOrTimeMakesAMartAllTheSame() {
        Inference sample = new Inference(
                "csv",
                Map.of("delimiter", ";", "decimal", ","),
                Set.of("-"),
                List.of(new Field("a", "a", Type.VARCHAR), new Field("b", "b", Type.DOUBLE)),
                List.of(),
                Optional.empty(),
                Map.of(),
                2);

        Mart mart = read(MartWriter.write("lines", MartWriter.Source.http(), sample));

        assertThat(mart.feed("lines").partitions()).isEqualTo(1);
        assertThat(mart.feed("lines").formatOptions()).isEqualTo("delimiter: \";\", nulls: [\"-\"], decimal: \",\"");
        assertThat(mart.table("lines").key()).containsExactly("a");
    }

    @Test
    void aPresetNeedsNoFields() {
        Inference sample = new Inference(
                "miv-traffic", Map.of(), Set.of(), List.of(), List.of("uid"), Optional.of("time"), Map.of(), 1);

        String yaml = MartWriter.write("traffic", MartWriter.Source.poll(URI.create("http://example.org/x")), sample);

        assertThat(yaml).doesNotContain("fields:");
        assertThat(read(yaml).table("traffic").key()).containsExactly("uid", "time");
    }

    @Test
    void aDayIsPartOfTheKeyAndNoTime() {
        Inference sample = new Inference(
                "csv",
                Map.of(),
                Set.of(),
                List.of(new Field("city", "city", Type.VARCHAR), new Field("day", "day", Type.DATE)),
                List.of("city"),
                Optional.of("day"),
                Map.of(),
                2);

        Table table =
                read(MartWriter.write("days", MartWriter.Source.http(), sample)).table("days");

        assertThat(table.key()).containsExactly("city", "day");
        assertThat(table.time()).isEmpty();
    }

    @Test
    void whatIsInferredFromADocumentReadsTheDocument() throws MalformedDocumentException {
        assertReads("""
                {"type":"FeatureCollection","features":1}
                {"type":"x","features":2}
                """);
        assertReads("""
                [{"stationId":29,"time":"2026-01-01T00:00:00Z","order":1,"PM2.5":{"value":12.5},"geometry":{"lat":51.2,"lon":4.4}},
                 {"stationId":30,"time":"2026-01-01T00:00:00Z","order":2,"PM2.5":{"value":null},"geometry":{"lat":51.3,"lon":4.5}}]
                """);
        assertReads("Meet punt;Tijd;Waarde\n1;2026-01-01T00:00:00Z;1,5\n2;2026-01-01T00:00:00Z;NULL\n");
        assertReads("1\t2\t3\n4\t5\t6\n");
        assertReads("""
                <?xml version="1.0"?>
                <miv><tijd>2026-01-01T00:00:00Z</tijd>
                <punt id="1"><naam>a "b" # c</naam><x>1,5</x></punt>
                <punt id="2"><naam>d: e</naam><x>2,5</x></punt>
                </miv>
                """);
    }

    private static void assertReads(String document) throws MalformedDocumentException {
        byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
        Inference inference = Inference.of(bytes, 0, bytes.length, true);
        Feed feed = read(MartWriter.write("found", MartWriter.Source.http(), inference))
                .feed("found");
        List<String> rejected = new ArrayList<>();
        Columns columns = new Columns(feed.format().schema(), 16);
        Decoder decoder = feed.format().decoder();

        feed.format().splitter(feed.key()).split(bytes, 0, bytes.length, true, new Splitter.Sink() {
            @Override
            public void event(Slice value, Slice key, byte[] context) {
                String wrong = decoder.decode(value.bytes(), value.from(), value.length(), context, columns);
                if (wrong != null) {
                    rejected.add(wrong);
                }
            }

            @Override
            public void rejected(Slice value, byte[] context, long position, String reason) {
                rejected.add(reason);
            }
        });

        assertThat(rejected).as(document).isEmpty();
        assertThat(columns.rows()).as(document).isEqualTo(2);
    }

    @Test
    void aSampleWithoutFieldsIsRefused() {
        Inference nothing =
                new Inference("json", Map.of(), Set.of(), List.of(), List.of(), Optional.empty(), Map.of(), 1);

        assertThatThrownBy(() -> MartWriter.write("none", MartWriter.Source.http(), nothing))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("hold no values");
    }

    @Test
    void aFileIsNamedRelativeToItsMartAndTakenLiterally() {
        Path folder = Path.of("/marts/air");

        assertThat(MartWriter.Source.file(folder, Path.of("/marts/air/data/a.csv"))
                        .address())
                .isEqualTo("data/a.csv");
        assertThat(MartWriter.Source.file(folder, Path.of("/data/a[1]*.csv")).address())
                .isEqualTo("/data/a\\[1\\]\\*.csv");
    }

    @Test
    void namesAreMadeFromAddresses() {
        assertThat(MartWriter.nameOf("http://miv.opendata.belfla.be/miv/verkeersdata"))
                .isEqualTo("verkeersdata");
        assertThat(MartWriter.nameOf("https://example.org/Air-Quality.json?x=/y"))
                .isEqualTo("air_quality");
        assertThat(MartWriter.nameOf("data/2024.csv.gz")).isEqualTo("_2024");
        assertThat(MartWriter.nameOf("https://example.org/")).isEqualTo("example_org");
        assertThat(MartWriter.nameOf("table.csv")).isEqualTo("the_table");
        assertThat(MartWriter.nameOf("")).isEqualTo("field");
    }

    @Property(tries = 100)
    void whatIsWrittenIsReadAsItWasMeant(
            @ForAll @Size(min = 1, max = 8) List<String> names,
            @ForAll List<Type> types,
            @ForAll String sample,
            @ForAll boolean hasKey) {
        List<Field> fields = new ArrayList<>();
        Map<String, String> samples = new LinkedHashMap<>();
        for (int index = 0; index < names.size(); index++) {
            String name = names.get(index) + index;
            Type type = types.isEmpty() ? Type.VARCHAR : types.get(index % types.size());
            fields.add(new Field(name, name, type, Set.of(names.get(index))));
            samples.put(name, sample);
        }
        List<String> key = hasKey ? List.of(fields.get(0).name()) : List.of();
        Inference found = new Inference("csv", Map.of(), Set.of(), fields, key, Optional.empty(), samples, 1);

        Mart mart = read(MartWriter.write("mart", MartWriter.Source.http(), found));

        List<Field> read = mart.feed("mart").format().schema().fields();
        assertThat(read)
                .extracting(Field::path)
                .isEqualTo(fields.stream().map(Field::path).toList());
        assertThat(read)
                .extracting(Field::type)
                .isEqualTo(fields.stream().map(Field::type).toList());
        assertThat(read)
                .extracting(Field::nulls)
                .isEqualTo(fields.stream().map(Field::nulls).toList());
    }

    private static Mart read(String yaml) {
        Problems problems = new Problems();
        Value.Mapping document = YamlDocument.parse("polder.yaml", yaml, problems);
        Mart mart = document == null ? null : MartReader.read(document, Path.of(""), Map.of(), problems);
        assertThat(problems.all()).as(yaml).isEmpty();
        return Objects.requireNonNull(mart);
    }
}
