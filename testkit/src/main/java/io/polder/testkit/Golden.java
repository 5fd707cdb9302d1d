package io.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Outputs that are kept beside the tests and read in reviews: {@code src/test/golden} of the module. {@code
 * -Dgolden.update=true} writes what is there now instead of comparing.
 */
public final class Golden {
    private static final Path FOLDER = Path.of("src", "test", "golden");

    private Golden() {}

    /**
     * Fails when {@code actual} is not what the golden file holds.
     *
     * @param name of the file below the folder: {@code help/up.txt}
     */
    public static void assertGolden(String name, String actual) throws IOException {
        assertGolden(FOLDER.resolve(name), actual);
    }

    /** As {@link #assertGolden(String, String)}, for a file elsewhere: a page of the documents that is generated. */
    public static void assertGolden(Path file, String actual) throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, actual);
        }
        assertThat(file)
                .as("Written with -Dgolden.update=true, after it was read")
                .exists();
        assertThat(actual)
                .as("As in %s; -Dgolden.update=true writes it anew", file)
                .isEqualTo(Files.readString(file));
    }
}
