package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.simulate.Simulation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedTimeTest {
    @TempDir
    Path home;

    @Test
    void whatWasWrittenIsRead() throws Exception {
        SimulatedTime time = new SimulatedTime(home);
        assertThat(time.isThere()).isFalse();
        assertThat(time.read()).isEmpty();
        Instant began = Instant.parse("2025-06-26T14:21:07Z");

        time.write(new Simulation.Past(began, began));
        time.write(new Simulation.Past(began, began.plusSeconds(3_600)));

        assertThat(new SimulatedTime(home).read()).contains(new Simulation.Past(began, began.plusSeconds(3_600)));
        assertThat(time.isThere()).isTrue();
        try (var files = Files.list(home)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aHomeThatIsMarkedWithoutTimesBeginsAnew() throws Exception {
        for (String text : new String[] {"This home holds simulated data.\n", "{}", "", "{\"began\": \"then\"}"}) {
            Files.writeString(home.resolve("simulated"), text);

            assertThat(new SimulatedTime(home).isThere()).isTrue();
            assertThat(new SimulatedTime(home).read()).isEmpty();
        }
    }
}
