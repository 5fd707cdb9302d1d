package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares an output with a file in the repository; {@code -Dgolden.update=true} writes the file anew. */
final class GoldenFile {
    private GoldenFile() {}

    /** @param file relative to the module's folder */
    static void matches(String file, String actual) throws IOException {
        Path path = Path.of(file);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.writeString(path, actual);
        }
        assertThat(actual)
                .as("as in %s; -Dgolden.update=true writes it anew", file)
                .isEqualTo(Files.readString(path));
    }
}
