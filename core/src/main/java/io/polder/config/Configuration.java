package io.polder.config;

import io.polder.record.PolderException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A mart on a platform: everything that is decided before anything starts.
 *
 * @param origins every key of the platform with its value and who said it, in the order of the reference
 */
public record Configuration(Mart mart, Platform platform, List<Origin> origins) {
    public Configuration {
        origins = List.copyOf(origins);
    }

    /**
     * A value that holds, and who said it.
     *
     * @param value as a person would write it; empty when there is none
     * @param from {@code default}, {@code platform.yaml:3} or {@code --set}
     */
    public record Origin(String key, String value, String from) {
        /** {@code web.port = 8080 (default)}. */
        @Override
        public String toString() {
            return key + " = " + (value.isEmpty() ? "none" : value) + " (" + from + ")";
        }
    }

    /**
     * Reads both.
     *
     * @param folder the mart's, with {@code polder.yaml}
     * @param home may hold {@code platform.yaml}; need not be there
     * @param settings {@code key=value} of the command line, for either
     * @param environment what {@code ${env:NAME}} means
     * @throws PolderException INVALID_DEFINITION with the problems of both
     */
    public static Configuration read(Path folder, Path home, List<String> settings, Map<String, String> environment) {
        Problems problems = new Problems();
        List<Origin> origins = new ArrayList<>();
        Platform platform = PlatformReader.read(home, settings, problems, origins);
        Mart mart = MartReader.read(folder, settings, environment, problems);
        problems.throwIfAny();
        return new Configuration(Objects.requireNonNull(mart), Objects.requireNonNull(platform), origins);
    }
}
