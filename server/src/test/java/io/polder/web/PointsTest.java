package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PointsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00Z");

    /** A reader as a browser is: it knows what it was told, and nothing else. */
    private static final class Reader {
        final List<String> keys = new ArrayList<>();
        final List<String> labels = new ArrayList<>();
        final List<@Nullable Double> values = new ArrayList<>();
        final List<Long> times = new ArrayList<>();
        long version = Points.NOTHING;

        void follow(Points points) {
            Points.Update update = points.since(version, NOW);
            version = update.version();
            if (update.frame() == null) {
                return;
            }
            String[] lines = new String(update.frame().plain(), StandardCharsets.UTF_8).split("\n", -1);
            JsonNode data = WebFixture.json(lines[1].substring("data: ".length()));
            if (lines[0].equals("event: full")) {
                keys.clear();
                labels.clear();
                values.clear();
                times.clear();
                add(data);
                for (int place = 0; place < keys.size(); place++) {
                    set(place, data, place);
                }
                return;
            }
            if (data.has("add")) {
                add(data.path("add"));
            }
            for (int index = 0; index < data.path("index").size(); index++) {
                set(data.path("index").path(index).asInt(), data, index);
            }
        }

        private void add(JsonNode data) {
            for (int index = 0; index < data.path("keys").size(); index++) {
                keys.add(data.path("keys").path(index).asText());
                labels.add(data.path("labels").path(index).asText());
                values.add(null);
                times.add(-1L);
            }
        }

        private void set(int place, JsonNode data, int index) {
            JsonNode value = data.path("values").path(index);
            values.set(place, value.isNull() ? null : value.asDouble());
            times.set(place, data.path("times").path(index).asLong());
        }

        Map<String, List<@Nullable Object>> known() {
            Map<String, List<@Nullable Object>> known = new LinkedHashMap<>();
            for (int place = 0; place < keys.size(); place++) {
                List<@Nullable Object> point = new ArrayList<>();
                point.add(labels.get(place));
                point.add(values.get(place));
                point.add(times.get(place));
                known.put(keys.get(place), point);
            }
            return known;
        }
    }

    /** What a batch brings, and which of the readers look after it. */
    record Step(List<Points.Row> rows, boolean isReload, boolean isFirstLooking, boolean isSecondLooking) {}

    @Property(tries = 500)
    void whoLooksSeldomKnowsWhatWhoSeesAllKnows(@ForAll("steps") List<Step> steps) {
        Points points = new Points("live", true, true);
        Reader always = new Reader();
        Reader first = new Reader();
        Reader second = new Reader();
        long batch = 0;
        for (Step step : steps) {
            batch++;
            List<Points.Row> rows = atBatch(step.rows(), batch);
            if (step.isReload()) {
                points.replace(rows);
            } else {
                points.apply(rows, NOW, NOW);
            }
            always.follow(points);
            if (step.isFirstLooking()) {
                first.follow(points);
            }
            if (step.isSecondLooking()) {
                second.follow(points);
            }
        }
        first.follow(points);
        second.follow(points);
        Reader newcomer = new Reader();
        newcomer.follow(points);

        assertThat(first.known()).isEqualTo(newcomer.known());
        assertThat(second.known()).isEqualTo(newcomer.known());
        assertThat(always.known()).isEqualTo(newcomer.known());
        assertThat(first.version).isEqualTo(points.version());
    }

    private static List<Points.Row> atBatch(List<Points.Row> rows, long batch) {
        return rows.stream()
                .map(row -> new Points.Row(
                        row.key(),
                        row.label(),
                        row.latitude(),
                        row.longitude(),
                        row.value(),
                        row.intensity(),
                        row.micros(),
                        batch))
                .toList();
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Points.Row> row = Combinators.combine(
                        Arbitraries.of("a", "b", "c", "d"),
                        Arbitraries.of("x", "x", "x", "x", "x", "y").injectNull(0.1),
                        Arbitraries.of(51.0, 51.0, 51.0, 51.5, Double.NaN),
                        Arbitraries.of(0.0, 87.5, 90.0, Double.NaN),
                        Arbitraries.longs().between(0, 4))
                .as((key, label, latitude, value, second) ->
                        new Points.Row(key, label, latitude, 4.4, value, 1, second * 1_000_000, 0));
        Arbitrary<Boolean> seldom = Arbitraries.of(true, false, false);
        Arbitrary<Boolean> rarely = Arbitraries.of(true, false, false, false, false, false, false, false, false);
        return Combinators.combine(row.list().ofMaxSize(4), rarely, seldom, seldom)
                .as(Step::new)
                .list()
                .ofMaxSize(12);
    }

    @Test
    void theLatestTimeCountsAndAmongEqualTimesTheLaterBatch() {
        Points points = new Points("live", false, true);
        points.apply(List.of(row("a", 90, 60, 1), row("b", 80, 60, 1)), NOW, NOW);
        points.apply(List.of(row("a", 10, 0, 2), row("b", 81, 60, 2)), NOW, NOW);
        Reader reader = new Reader();
        reader.follow(points);

        assertThat(reader.values).containsExactly(90.0, 81.0);
    }

    @Test
    void nothingNewIsNoVersion() {
        Points points = new Points("live", false, true);
        points.apply(List.of(row("a", 90, 60, 1)), NOW, NOW);
        points.apply(List.of(row("a", 90, 60, 2)), NOW, NOW);

        assertThat(points.version()).isEqualTo(1);
        assertThat(points.since(1, NOW).frame()).isNull();
    }

    @Test
    void whoKnowsTheSameIsSentTheSameBytes() {
        Points points = new Points("live", false, true);
        points.apply(List.of(row("a", 90, 60, 1)), NOW, NOW);
        points.apply(List.of(row("a", 91, 120, 2)), NOW, NOW);

        assertThat(points.since(1, NOW).frame()).isSameAs(points.since(1, NOW).frame());
        assertThat(points.since(Points.NOTHING, NOW).frame())
                .isNotSameAs(points.since(1, NOW).frame());
    }

    @Test
    void aRowWithoutAPlaceIsNoPointUntilItHasOne() {
        Points points = new Points("live", false, true);
        points.apply(List.of(new Points.Row("a", "A", Double.NaN, Double.NaN, 90, Double.NaN, 0, 1)), NOW, NOW);
        assertThat(points.size()).isZero();

        points.apply(List.of(row("a", 90, 60, 2)), NOW, NOW);
        assertThat(points.size()).isEqualTo(1);
    }

    private static Points.Row row(String key, double value, long second, long batch) {
        return new Points.Row(key, "Point", 51, 4.4, value, Double.NaN, second * 1_000_000, batch);
    }
}
