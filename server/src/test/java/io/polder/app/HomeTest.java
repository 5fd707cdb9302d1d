package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String TEMPORARY = "java.io.tmpdir";

    @TempDir
    private Path folder;

    private String temporary = "";

    @BeforeEach
    void rememberTemporaryFolder() {
        temporary = System.getProperty(TEMPORARY);
    }

    @AfterEach
    void restoreTemporaryFolder() {
        System.setProperty(TEMPORARY, temporary);
    }

    @Test
    void aNewHomeStatesItsFormat() throws IOException {
        Path directory = folder.resolve("mart/.polder");

        Home.open(directory, NOW).close();

        assertThat(directory.resolve("format")).hasContent("1\n");
    }

    @Test
    void aSecondStartSaysWhoHoldsTheHomeAndWhere() {
        try (Home home = Home.open(folder, NOW)) {
            home.announce(running());

            assertThatThrownBy(() -> Home.open(folder, NOW))
                    .isInstanceOfSatisfying(PolderException.class, failure -> assertThat(failure.code())
                            .isEqualTo(ErrorCode.CONFLICT))
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " since 2026-01-02T03:04:05Z")
                    .hasMessageContaining("http://127.0.0.1:4711")
                    .hasMessageContaining("Fix: ");
        }
    }

    @Test
    void aClosedHomeCanBeTakenAgainAndNamesNoRunningMart() {
        try (Home home = Home.open(folder, NOW)) {
            home.announce(running());
            assertThat(Home.running(folder)).contains(running());
            assertThat(Home.isHeld(folder)).isTrue();
        }

        assertThat(Home.running(folder)).isEmpty();
        assertThat(Home.isHeld(folder)).isFalse();
        Home.open(folder, NOW).close();
    }

    @Test
    void aHomeOfANewerProgramIsLeftAlone() throws IOException {
        Files.writeString(folder.resolve("format"), "2\n");

        assertThatThrownBy(() -> Home.open(folder, NOW))
                .hasMessageContaining("a newer Polder wrote this home")
                .hasMessageContaining("Fix: ");
        assertThat(folder.resolve("format")).hasContent("2\n");
        assertThat(Home.isHeld(folder)).isFalse();
    }

    @Test
    void aFolderWithOtherThingsIsNotMadeAHome() throws IOException {
        Files.writeString(folder.resolve("thesis.txt"), "mine");

        assertThatThrownBy(() -> Home.open(folder, NOW)).hasMessageContaining("holds other things");
        assertThat(folder).isDirectoryContaining("glob:**thesis.txt");
        assertThat(folder.resolve("format")).doesNotExist();
    }

    @Test
    void whatAKilledProcessLeftInTheTemporaryFolderIsGoneAtTheNextStart() throws IOException {
        Files.createDirectories(folder.resolve("tmp/nested"));
        Files.writeString(folder.resolve("format"), "1\n");
        Files.writeString(folder.resolve("tmp/nested/libduckdb_java123.so"), "left behind");

        try (Home home = Home.open(folder, NOW)) {
            assertThat(home.resolve("tmp")).isEmptyDirectory();
            assertThat(System.getProperty(TEMPORARY))
                    .isEqualTo(home.resolve("tmp").toString());
        }
    }

    private Running running() {
        return new Running(
                7,
                URI.create("http://127.0.0.1:4711"),
                Map.of("web", 4711, "kafka", 4712),
                "flanders",
                folder.resolve("mart"),
                "0.1.0",
                NOW);
    }
}
