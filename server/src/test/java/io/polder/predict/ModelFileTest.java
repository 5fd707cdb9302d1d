package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
    private static final int HORIZONS = 3;

    @TempDir
    private Path folder;

    private final Series series = Made.series(21, 4, 14);

    @Test
    void whatIsReadSaysTheSameToTheBit() throws IOException {
        TreesForecaster trained = TreesForecaster.fit(series, Made.small(HORIZONS), done -> {});
        Path file = write(trained);

        ModelFile read = ModelFile.read(file);

        assertThat(read.forecaster().forecast(series).values())
                .isDeepEqualTo(trained.forecast(series).values());
        assertThat(read.forecaster().forecast(series).lows())
                .isDeepEqualTo(trained.forecast(series).lows());
        assertThat(read.forecaster().why(series, 1, 2).text(4))
                .isEqualTo(trained.why(series, 1, 2).text(4));
        assertThat(read.provenance().trainedFrom()).isEqualTo("2026-02-01T23:00:00Z");
        assertThat(read.provenance().points()).isEqualTo(series.points());
        assertThat(read.provenance().features()).contains("value now", "time of day");
    }

    @Test
    void itIsMadeAgainFromWhatItsFileSays() throws IOException {
        Path file = write(TreesForecaster.fit(series, Made.small(HORIZONS), done -> {}));
        ModelFile.Provenance told = ModelFile.read(file).provenance();

        Path again = folder.resolve("again.model");
        new ModelFile(told, TreesForecaster.fit(series, Objects.requireNonNull(told.settings()), done -> {}))
                .write(again);

        assertThat(again).hasSameBinaryContentAs(file);
    }

    @Test
    void pointsMayComeInAnotherOrderOrNotAtAll() {
        TreesForecaster trained = TreesForecaster.fit(series, Made.small(HORIZONS), done -> {});
        List<String> other = new ArrayList<>(series.points());
        Collections.reverse(other);
        other.add("new");

        Series mixed = series.arranged(other);

        assertThat(mixed.value(4, 0)).isNaN();
        assertThat(trained.forecast(mixed.arranged(series.points())).values())
                .isDeepEqualTo(trained.forecast(series).values());
        assertThat(trained.forecast(series.arranged(List.of("p3", "p2")).arranged(series.points()))
                        .values()[0][0])
                .isFinite();
    }

    @Test
    void aFileThatIsCutOrNoModelIsASentence() throws IOException {
        Path file = write(TreesForecaster.fit(series, Made.small(HORIZONS), done -> {}));
        byte[] whole = Files.readAllBytes(file);
        Path cut = Files.write(folder.resolve("cut.model"), java.util.Arrays.copyOf(whole, whole.length - 100));
        Path other = Files.writeString(folder.resolve("other.model"), "point,value\n1,2\n");

        for (Path broken : List.of(cut, other, folder.resolve("none.model"))) {
            assertThatThrownBy(() -> ModelFile.read(broken))
                    .isInstanceOf(PolderException.class)
                    .hasMessageContaining(String.valueOf(broken.getFileName()))
                    .hasMessageContaining("Fix: train it again");
        }
    }

    private Path write(TreesForecaster trained) throws IOException {
        Path file = folder.resolve("made.model");
        new ModelFile(
                        ModelFile.Provenance.of(
                                "made",
                                series.time(0),
                                series,
                                trained,
                                Map.of("file", "made"),
                                Map.of("polder", "1"),
                                Map.of("mae", 1.5)),
                        trained)
                .write(file);
        return file;
    }
}
