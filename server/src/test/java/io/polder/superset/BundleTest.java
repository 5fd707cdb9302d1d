package io.polder.superset;

import static io.polder.testkit.Golden.assertGolden;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

final class BundleTest {
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:30Z");
    private static final URI ADDRESS = URI.create("impala://127.0.0.1:21050/default");

    private static final String MART = """
            mart: flanders
            feeds:
              traffic:
                http: true
                format: json
                simulated: true
                key: [uid]
                fields: [{name: uid, type: bigint}, {name: time, type: timestamp}, {name: speed, type: double}]
              points:
                http: true
                format: json
                key: [uid]
                fields: [{name: uid, type: bigint}, {name: since, type: timestamp}, {name: road}]
              air:
                http: true
                format: json
                key: [city]
                fields: [{name: city}, {name: time, type: timestamp}, {name: no2, type: double}]
              stock:
                sql: true
                format: json
                key: [article]
                fields: [{name: article, type: bigint}, {name: yes}]
            tables:
              points: {from: points, key: [uid, since], time: since}
              traffic:
                from: traffic
                key: [uid, time]
                time: time
                select: >
                  SELECT e.*, 3 AS vehicles, p.road, 51.0 AS lat, 4.0 AS lon FROM event e
                  ASOF LEFT JOIN points p ON p.uid = e.uid AND p.since <= e.time
              air: {from: air, key: [city, time], time: time}
              stock: {from: stock, key: [article]}
            views:
              same: "SELECT * FROM traffic"
              roads_now: "SELECT road, avg(speed) AS speed FROM traffic GROUP BY road"
            maps:
              live:
                table: traffic
                position: [lat, lon]
                colour: speed
                unit: km/h
                intensity: vehicles
                details: [vehicles, road]
            """;

    @TempDir
    private Path folder;

    private Mart mart() throws IOException {
        Files.writeString(folder.resolve(MartReader.FILE), MART);
        return MartReader.read(folder);
    }

    /** What the store of this mart holds. */
    private static List<Relation> relations() {
        return List.of(
                relation("points", false, "since", List.of("uid", "since"), "uid", "since", "road"),
                relation(
                        "traffic",
                        false,
                        "time",
                        List.of("uid", "time"),
                        "uid",
                        "time",
                        "speed",
                        "vehicles",
                        "road",
                        "lat",
                        "lon"),
                relation("air", false, "time", List.of("city", "time"), "city", "time", "no2"),
                relation("stock", false, null, List.of("article"), "article", "yes"),
                relation("same", true, null, List.of(), "uid", "time", "speed"),
                relation("roads_now", true, null, List.of(), "road", "speed"));
    }

    private static Relation relation(
            String name,
            boolean isView,
            @org.jspecify.annotations.Nullable String time,
            List<String> key,
            String... columns) {
        List<Relation.Column> typed = new ArrayList<>();
        for (String column : columns) {
            HiveType.Kind kind =
                    switch (column) {
                        case "uid", "article", "vehicles" -> HiveType.Kind.BIGINT;
                        case "time", "since" -> HiveType.Kind.TIMESTAMP;
                        case "speed", "no2", "lat", "lon" -> HiveType.Kind.DOUBLE;
                        default -> HiveType.Kind.STRING;
                    };
            typed.add(new Relation.Column(column, HiveType.of(kind)));
        }
        String definition = name.equals("same") ? "SELECT * FROM traffic" : "SELECT 1 AS one";
        return new Relation(name, isView, typed, key, Optional.ofNullable(time), definition, name.equals("stock"));
    }

    private Map<String, JsonNode> unpacked() throws IOException {
        Map<String, JsonNode> documents = new TreeMap<>();
        byte[] bytes = Bundle.zip(mart(), relations(), ADDRESS, NOW);
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(entry.getName()).startsWith("polder-flanders/").endsWith(".yaml");
                Object document = new Load(LoadSettings.builder().build())
                        .loadFromString(new String(zip.readAllBytes(), StandardCharsets.UTF_8));
                documents.put(
                        entry.getName().substring("polder-flanders/".length()),
                        new ObjectMapper().valueToTree(document));
            }
        }
        return documents;
    }

    @Test
    void theBundleIsAsItWasRead() throws IOException {
        StringBuilder whole = new StringBuilder();
        Bundle.documents(mart(), relations(), ADDRESS, NOW).forEach((path, text) -> whole.append("# ")
                .append(path)
                .append('\n')
                .append(text)
                .append('\n'));

        assertGolden("superset/bundle.yaml", whole.toString());
    }

    @Test
    void whatRefersToSomethingRefersToWhatIsThere() throws IOException {
        Map<String, JsonNode> documents = unpacked();
        Map<String, String> uuids = new LinkedHashMap<>();
        documents.forEach((path, document) -> {
            if (document.has("uuid")) {
                assertThat(uuids.put(document.path("uuid").asText(), path))
                        .as(path)
                        .isNull();
            }
        });

        assertThat(Objects.requireNonNull(documents.get("metadata.yaml"))
                        .path("type")
                        .asText())
                .isEqualTo("Dashboard");
        documents.forEach((path, document) -> {
            if (path.startsWith("datasets/")) {
                assertThat(uuids.get(document.path("database_uuid").asText())).startsWith("databases/");
            }
            if (path.startsWith("charts/")) {
                assertThat(uuids.get(document.path("dataset_uuid").asText())).startsWith("datasets/");
            }
        });
        JsonNode position = Objects.requireNonNull(documents.get("dashboards/polder-flanders.yaml"))
                .path("position");
        List<String> shown = new ArrayList<>();
        for (JsonNode part : position) {
            part.path("children")
                    .forEach(child -> assertThat(position.has(child.asText())).isTrue());
            if (part.path("type").asText().equals("CHART")) {
                shown.add(uuids.get(part.path("meta").path("uuid").asText()));
                assertThat(part.path("meta").path("chartId").isInt()).isTrue();
            }
        }
        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(documents.keySet().stream()
                        .filter(path -> path.startsWith("charts/"))
                        .toList());
        for (JsonNode part : position) {
            if (part.path("type").asText().equals("ROW")) {
                int width = 0;
                for (JsonNode child : part.path("children")) {
                    width += position.path(child.asText())
                            .path("meta")
                            .path("width")
                            .asInt();
                }
                assertThat(width).isBetween(1, 12);
            }
        }
    }

    @Test
    void aSecondBundleHasTheSameIdentifiers() throws IOException {
        Map<String, String> first = Bundle.documents(mart(), relations(), ADDRESS, NOW);
        Map<String, String> second = Bundle.documents(mart(), relations(), ADDRESS, NOW.plusSeconds(60));

        first.remove("metadata.yaml");
        second.remove("metadata.yaml");
        assertThat(second).isEqualTo(first);
    }

    @Test
    void chartsShowWhatHappensAndWhatPeopleAskFor() throws IOException {
        List<String> titles =
                Charts.of(mart(), relations()).stream().map(Chart::title).toList();

        assertThat(titles)
                .containsExactly(
                        "traffic: rows",
                        "traffic: mean speed, km/h",
                        "traffic: vehicles by hour",
                        "traffic by road",
                        "air: rows",
                        "air: mean no2",
                        "air: rows by hour",
                        "stock",
                        "roads_now");
    }

    @Test
    void textsThatLookLikeSomethingElseStayTexts() {
        String text = Yaml.of(Charts.map("text", "no", "list", List.of("on", "1:30", "", "é\n\"\\")));

        assertThat(text).isEqualTo("text: \"no\"\nlist:\n  - \"on\"\n  - \"1:30\"\n  - \"\"\n  - \"é\\n\\\"\\\\\"\n");
    }
}
