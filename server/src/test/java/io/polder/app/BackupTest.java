package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {
    @TempDir
    private Path folder;

    private Path home = Path.of("");
    private Path file = Path.of("");
    private Path copy = Path.of("");
    private String temporary = "";
    private final StringWriter told = new StringWriter();

    @BeforeEach
    void aHomeWithSomeState() throws IOException {
        temporary = System.getProperty("java.io.tmpdir");
        home = folder.resolve("home");
        copy = folder.resolve("copy");
        file = folder.resolve("backup.zip");
        byte[] segment = new byte[300_000];
        new Random(1).nextBytes(segment);
        Files.createDirectories(home.resolve("kafka/traffic-0"));
        Files.createDirectories(home.resolve("log"));
        Files.writeString(home.resolve("format"), "1\n");
        Files.write(home.resolve("kafka/traffic-0/00000000000000000000.log"), segment);
        Files.writeString(home.resolve("kafka/empty"), "");
        Files.writeString(home.resolve("log/polder.log"), "of the process");
    }

    @AfterEach
    void restoreTemporaryFolder() {
        System.setProperty("java.io.tmpdir", temporary);
    }

    @Test
    void whatIsRestoredIsWhatWasBackedUp() throws IOException {
        assertThat(run("backup", file.toString(), "--home", home.toString()))
                .as(told.toString())
                .isZero();
        assertThat(run("restore", file.toString(), "--home", copy.toString()))
                .as(told.toString())
                .isZero();

        assertThat(copy.resolve("kafka/traffic-0/00000000000000000000.log"))
                .hasSameBinaryContentAs(home.resolve("kafka/traffic-0/00000000000000000000.log"));
        assertThat(copy.resolve("kafka/empty")).isEmptyFile();
        assertThat(copy.resolve("format")).hasContent("1\n");
        assertThat(copy.resolve("log")).doesNotExist();
        Home.open(copy, Instant.EPOCH).close();
    }

    @Test
    void aHomeThatIsHeldIsNotBackedUp() {
        try (Home held = Home.open(home, Instant.EPOCH)) {
            assertThat(run("backup", file.toString(), "--home", held.directory().toString()))
                    .isEqualTo(1);
        }

        assertThat(told.toString()).contains("holds it").contains("./polder stop");
        assertThat(file).doesNotExist();
    }

    @Test
    void aHomeThatIsNotEmptyIsNotOverwritten() {
        assertThat(run("backup", file.toString(), "--home", home.toString())).isZero();

        assertThat(run("restore", file.toString(), "--home", home.toString())).isEqualTo(1);

        assertThat(told.toString()).contains("it is not empty. Fix: ");
    }

    @Test
    void aBackupThatWasCutShortMakesNoHome() throws IOException {
        assertThat(run("backup", file.toString(), "--home", home.toString())).isZero();
        byte[] whole = Files.readAllBytes(file);

        for (int length : new int[] {0, 1, 100, whole.length / 2, whole.length - 900}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(run("restore", file.toString(), "--home", copy.toString()))
                    .as("cut to %d", length)
                    .isEqualTo(2);
            assertThat(copy).doesNotExist();
        }
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aBackupWithAChangedByteMakesNoHome() throws IOException {
        assertThat(run("backup", file.toString(), "--home", home.toString())).isZero();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThat(run("restore", file.toString(), "--home", copy.toString())).isEqualTo(2);
        assertThat(copy).doesNotExist();
    }

    private int run(String... arguments) {
        PrintWriter writer = new PrintWriter(told, true);
        return Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
    }
}
