package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import io.polder.record.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelReaderTest {
    private static final String MART = """
            mart: air
            feeds:
              air:
                http: true
                format: json
                simulated: true
                key: [station]
                fields: [{name: station, type: bigint}, {name: time, type: timestamp}, {name: no2, type: double}]
            tables:
              air: {from: air, key: [station, time], time: time, retain: 400d}
              places: {from: air, key: [station]}
            models:
            """;

    @TempDir
    private Path folder;

    @Test
    void aModelBringsFeedsTablesAndAViewWithIt() throws IOException {
        Mart mart = read("  no2: {table: air, point: station, target: no2, step: 1h}\n");

        Model model = mart.model("no2");
        assertThat(model.horizon()).isEqualTo(Duration.ofHours(4));
        assertThat(model.horizons()).isEqualTo(4);
        Feed feed = mart.feed("forecast_no2");
        assertThat(feed.kind()).isEqualTo(Feed.Kind.MODEL);
        assertThat(feed.keepFor()).isEqualTo(Duration.ofDays(30));
        assertThat(feed.simulated()).isTrue();
        assertThat(feed.format().schema().fields().get(0).type()).isEqualTo(Type.BIGINT);
        assertThat(mart.table("forecast_no2").key()).containsExactly("station", "for_when", "ahead");
        assertThat(mart.table("scores_no2").retain()).isEqualTo(Duration.ofDays(400));
        assertThat(mart.views()).containsKey("scoreboard_no2");
    }

    @Test
    void withoutAPointThereIsOneSeries() throws IOException {
        Mart mart = read("  no2: {table: air, target: \"avg_no2 * 2\"}\n");

        assertThat(mart.table("forecast_no2").key()).containsExactly("for_when", "ahead");
        assertThat(mart.feed("forecast_no2").partitions()).isEqualTo(1);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> read("""
                          a: {table: air, target: no2, step: 7m, certainty: 1.5}
                          b: {table: airs, target: no2}
                          c: {table: places, target: no2, horizon: 20m}
                          d: {table: air, target: no2, algorithm: forest, history: 1d, retrian: 1h}
                          e: {table: air, target: no2, horizon: 3d}
                          f: {point: station}
                          g: {table: air, target: no2, step: 6h, horizon: 1d, history: 14d}
                          h: {table: air, target: no2, point: ahead}
                        """))
                .isInstanceOf(PolderException.class)
                .hasMessageContainingAll(
                        "models.a.step = '7m': is not whole minutes that divide a day",
                        "models.a.certainty = '1.5': is not between 0.5 and 0.99",
                        "models.b.table = 'airs': no such table. Fix: did you mean 'air'?",
                        "models.c.table = 'places': has rows without a time",
                        "models.c.horizon = '20m': is not a multiple of the step",
                        "models.d.algorithm = 'forest': is not known",
                        "models.d.history = '1d': is too little",
                        "models.d.retrian: no such key. Fix: did you mean 'retrain'?",
                        "models.e.horizon = '3d': is more than a day",
                        "models.g.history = '14d': is too little to learn from in steps of 6h, 4 of which are forecast."
                                + " Fix: write at least 20d",
                        "models.h.point = 'ahead': is what a column of the forecasts is called",
                        "models.f.table: is missing",
                        "models.f.target: is missing");
    }

    @Test
    void whatTellsOfAPersonDoesSoInForecastsToo() throws IOException {
        String personal = MART.replace("retain: 400d}", "retain: 400d, personal: [station, no2]}");

        Mart mart = read(personal, "  no2: {table: air, point: station, target: \"NO2 * 2\"}\n");
        assertThat(mart.table("forecast_no2").personal()).containsExactlyInAnyOrder("station", "value", "low", "high");
        assertThat(mart.table("scores_no2").personal()).isEmpty();
        assertThat(read(personal, "  a: {table: air, target: avg_no2}\n")
                        .table("forecast_a")
                        .personal())
                .isEmpty();
    }

    @Test
    void whatAModelBringsMustNotBeThereAlready() {
        assertThatThrownBy(() -> read("  no2: {table: air, target: no2}\nviews: {scores_no2: \"SELECT 1\"}\n"))
                .hasMessageContaining("brings 'scores_no2' with it, which there is already");
    }

    private Mart read(String models) throws IOException {
        return read(MART, models);
    }

    private Mart read(String mart, String models) throws IOException {
        Files.writeString(folder.resolve(MartReader.FILE), mart + models);
        return MartReader.read(folder, List.of(), Map.of());
    }
}
