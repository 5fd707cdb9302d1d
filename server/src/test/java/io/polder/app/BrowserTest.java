package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BrowserTest {
    @Test
    void aBrowserIsOpenedOnlyWhereSomebodyCanSeeIt() {
        assertThat(Browser.isThere(Map.of("DISPLAY", ":0"), "Linux")).isTrue();
        assertThat(Browser.isThere(Map.of("WAYLAND_DISPLAY", "wayland-0"), "Linux"))
                .isTrue();
        assertThat(Browser.isThere(Map.of(), "Mac OS X")).isTrue();
        assertThat(Browser.isThere(Map.of(), "Linux")).isFalse();
        assertThat(Browser.isThere(Map.of("CI", "true", "DISPLAY", ":0"), "Linux"))
                .isFalse();
    }
}
