package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WideFileTest {
    @TempDir
    private Path folder;

    @Test
    void aLineIsAStepAndNothingIsMissing() throws IOException {
        Series series = read("a,b\n1,2.5\n,-3\n");

        assertThat(series.points()).containsExactly("a", "b");
        assertThat(series.steps()).isEqualTo(2);
        assertThat(series.value(1, 0)).isEqualTo(2.5f);
        assertThat(series.value(0, 1)).isNaN();
        assertThat(series.time(1)).isEqualTo("2026-01-01T00:05:00Z");
    }

    @Test
    void blankLineIsAStepWithoutANumber() throws IOException {
        Series series = read("a\n1\n\n3\n\n");

        assertThat(series.steps()).as("blank lines at the end are none").isEqualTo(3);
        assertThat(series.value(0, 1)).isNaN();
        assertThat(series.value(0, 2)).isEqualTo(3);
    }

    @Test
    void allThatIsWrongIsToldWithItsPlace() {
        assertThatThrownBy(() -> read("a,b\n1,two\n3\n4,5\n"))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("line 2, point b = 'two': is no finite number. Fix: ")
                .hasMessageContaining("line 3 = '1 values': there are 2 points. Fix: ");
        assertThatThrownBy(() -> read("")).hasMessageContaining("has no numbers. Fix: ");
        assertThatThrownBy(() ->
                        WideFile.read(folder.resolve("none.csv"), Instant.EPOCH, Duration.ofMinutes(5), Made.BRUSSELS))
                .hasMessageContaining("none.csv")
                .hasMessageContaining("Fix: ");
    }

    @Test
    void whatIsWrongWithTheNamesIsSaidOnce() throws IOException {
        assertThat(read("\uFEFFa,b\n1,2\n").points()).containsExactly("a", "b");
        assertThatThrownBy(() -> read("a,a,\nx,1,2\n"))
                .hasMessageContaining("line 1 = 'a': two points have this name. Fix: ")
                .hasMessageContaining("a point has no name")
                .hasMessageNotContaining("line 2");
        assertThatThrownBy(() -> read("time,a\n2026-01-01T00:00,1\n"))
                .hasMessageContaining("a column of times is no point")
                .hasMessageNotContaining("line 2");
        assertThatThrownBy(() -> read("a;b\n1;2\n")).hasMessageContaining("not between commas");
    }

    private Series read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("wide.csv"), text);
        return WideFile.read(file, Instant.parse("2026-01-01T00:00:00Z"), Duration.ofMinutes(5), Made.BRUSSELS);
    }
}
