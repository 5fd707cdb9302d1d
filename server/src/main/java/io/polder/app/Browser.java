package io.polder.app;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Opens an address in the person's browser, when there is a person with a screen. */
final class Browser {
    private Browser() {}

    /** Whether this environment has a screen to show something on: not a CI, and on Unix a display. */
    static boolean isThere(Map<String, String> environment, String system) {
        if (environment.containsKey("CI")) {
            return false;
        }
        return isMac(system) || environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY");
    }

    /** Opens {@code address} and does not wait; false when that cannot be done. */
    static boolean open(URI address) {
        String system = System.getProperty("os.name", "");
        if (!isThere(System.getenv(), system)) {
            return false;
        }
        try {
            new ProcessBuilder(List.of(isMac(system) ? "open" : "xdg-open", address.toString()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    private static boolean isMac(String system) {
        return system.toLowerCase(Locale.ROOT).startsWith("mac");
    }
}
