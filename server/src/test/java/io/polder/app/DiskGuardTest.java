package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskGuardTest {
    @Test
    void belowTheWatermarkItSaysWhyAndAboveItSaysNothingAgain() {
        AtomicLong free = new AtomicLong(512L << 20);
        DiskGuard guard = new DiskGuard(free::get, 256L << 20, "/data/home");

        assertThat(guard.get()).isEmpty();
        free.set(255L << 20);
        assertThat(guard.get()).hasValueSatisfying(reason -> assertThat(reason)
                .contains("'/data/home' has 255 MiB left")
                .contains("disk.watermark = 256 MiB")
                .contains("Fix: make room"));
        free.set(256L << 20);
        assertThat(guard.get()).isEmpty();
    }

    @Test
    void itReadsTheRealDisk(@TempDir Path folder) {
        assertThat(DiskGuard.of(folder, 1).get()).isEmpty();
        assertThat(DiskGuard.of(folder, Long.MAX_VALUE).get()).isPresent();
    }
}
