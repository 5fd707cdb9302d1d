package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class DurationsAndSizesTest {
    @Test
    void durationsAreReadInTheirUnits() {
        assertThat(Durations.parse("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(Durations.parse("60s")).isEqualTo(Duration.ofMinutes(1));
        assertThat(Durations.parse("10m")).isEqualTo(Duration.ofMinutes(10));
        assertThat(Durations.parse("24h")).isEqualTo(Duration.ofDays(1));
        assertThat(Durations.parse(" 400 d ")).isEqualTo(Duration.ofDays(400));
    }

    @Test
    void whatIsNoDurationIsTold() {
        assertThatThrownBy(() -> Durations.parse("soon")).hasMessage("is not a duration");
        assertThatThrownBy(() -> Durations.parse("-1s")).hasMessage("is not a duration");
        assertThatThrownBy(() -> Durations.parse("1.5h")).hasMessage("is not a duration");
        assertThatThrownBy(() -> Durations.parse("60")).hasMessage("has no unit");
        assertThatThrownBy(() -> Durations.parse("3w"))
                .hasMessage("has the unknown unit 'w'; there are ms, s, m, h and d");
        assertThatThrownBy(() -> Durations.parse("999999999999d")).hasMessage("is longer than a thousand years");
    }

    @Property
    void aDurationIsReadAsItWasWritten(@ForAll @LongRange(min = 0, max = 31_536_000_000_000L) long millis) {
        Duration duration = Duration.ofMillis(millis);

        assertThat(Durations.parse(Durations.word(duration))).isEqualTo(duration);
    }

    @Test
    void sizesAreReadInTheirUnits() {
        assertThat(Sizes.parse("512B")).isEqualTo(512);
        assertThat(Sizes.parse("64MB")).isEqualTo(64_000_000);
        assertThat(Sizes.parse("64 mb")).isEqualTo(64_000_000);
        assertThat(Sizes.parse("1GiB")).isEqualTo(1L << 30);
        assertThat(Sizes.parse("3TiB")).isEqualTo(3L << 40);
    }

    @Test
    void whatIsNoSizeIsTold() {
        assertThatThrownBy(() -> Sizes.parse("big")).hasMessage("is not a size");
        assertThatThrownBy(() -> Sizes.parse("64")).hasMessage("has no unit");
        assertThatThrownBy(() -> Sizes.parse("64M"))
                .hasMessage("has the unknown unit 'M'; there are B, kB, KiB, MB, MiB, GB, GiB, TB, TiB");
        assertThatThrownBy(() -> Sizes.parse("999999999999999TB")).hasMessage("is more than any disk holds");
    }

    @Property
    void aSizeIsReadAsItWasWritten(@ForAll @LongRange(min = 0) long bytes) {
        if (bytes < 1_000_000_000_000_000_000L) {
            assertThat(Sizes.parse(Sizes.word(bytes))).isEqualTo(bytes);
        }
    }
}
