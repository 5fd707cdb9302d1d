package io.polder.agent;

import static io.polder.agent.AgentFixture.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that read files: folders of whole files, and files that grow, rotate and are emptied. */
class FileSourcesTest {
    @TempDir
    private Path home;

    private Path in;
    private Path out;

    @BeforeEach
    void makeFolders() throws IOException {
        in = Files.createDirectories(home.resolve("in"));
        out = Files.createDirectories(home.resolve("out"));
    }

    private AgentFixture start(String source) {
        return AgentFixture.start(home, """
                sources = r
                channels = c
                sinks = k
                sources.r.channels = c
                channels.c.type = memory
                channels.c.capacity = 10000
                channels.c.transactionCapacity = 1000
                sinks.k.type = file_roll
                sinks.k.channel = c
                sinks.k.sink.rollInterval = 0
                sinks.k.sink.batchSize = 1000
                """ + "sinks.k.sink.directory = " + out + "\n" + source);
    }

    private AgentFixture spool(String more) {
        return start("sources.r.type = spooldir\nsources.r.spoolDir = " + in + "\nsources.r.pollDelay = 50\n" + more);
    }

    private AgentFixture tail(String more) {
        return start("sources.r.type = TAILDIR\nsources.r.filegroups = f\nsources.r.filegroups.f = " + in
                + "/app.*log.*\nsources.r.positionFile = " + home.resolve("positions.json") + "\n" + more);
    }

    private void arrives(String... lines) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(lines(out)).containsExactly(lines));
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void aFileThatWasReadIsRenamedAndNotReadAgain() throws IOException {
        Files.writeString(in.resolve("a.csv"), "1\n2\n3");
        try (AgentFixture agent = spool("")) {
            arrives("1", "2", "3");
            await().untilAsserted(
                            () -> assertThat(in.resolve("a.csv.COMPLETED")).exists());
            Files.writeString(in.resolve(".b.tmp"), "4\n");
            Files.move(in.resolve(".b.tmp"), in.resolve("b.csv"));
            arrives("1", "2", "3", "4");
            assertThat(agent.count("SOURCE.r", "EventAcceptedCount")).isEqualTo(4);
        }
        try (AgentFixture again = spool("")) {
            Files.writeString(in.resolve(".c.tmp"), "5\n");
            Files.move(in.resolve(".c.tmp"), in.resolve("c.csv"));
            arrives("1", "2", "3", "4", "5");
            assertThat(again.count("SOURCE.r", "EventReceivedCount")).isEqualTo(1);
        }
    }

    @Test
    void headersPatternsAndDeletion() throws IOException {
        Files.writeString(in.resolve("a.csv"), "1\n");
        Files.writeString(in.resolve("a.skip"), "no\n");
        try (AgentFixture agent = spool("""
                sources.r.fileHeader = true
                sources.r.basenameHeader = true
                sources.r.includePattern = ^.*csv$
                sources.r.deletePolicy = immediate
                sinks.k.sink.serializer = HEADER_AND_TEXT
                """)) {
            await().untilAsserted(() -> assertThat(in.resolve("a.csv")).doesNotExist());
            await().untilAsserted(() -> assertThat(lines(out)).hasSize(1));
            assertThat(lines(out).get(0)).contains("basename=a.csv", "file=" + in.resolve("a.csv"), "} 1");
            assertThat(in.resolve("a.skip")).exists();
            assertThat(agent.agent.metrics().why()).isEmpty();
        }
    }

    @Test
    void longLinesAreCutAndBytesOfAnotherEncodingSetTheFileAsideWhileOthersGoOn() throws IOException {
        Files.write(in.resolve("bad.csv"), new byte[] {'o', 'k', '\n', (byte) 0xff, '\n'});
        Files.setLastModifiedTime(in.resolve("bad.csv"), java.nio.file.attribute.FileTime.fromMillis(1_000));
        Files.writeString(in.resolve("good.csv"), "é2345678\n");
        try (AgentFixture agent = spool("sources.r.deserializer.maxLineLength = 5\n")) {
            arrives("ok", "é2345", "678");
            assertThat(in.resolve("bad.csv")).exists();
            assertThat(agent.count("SOURCE.r", "EventReadFail")).isPositive();
        }
    }

    @Test
    void aGrowingFileIsFollowedAndAnUnfinishedLineWaits() throws IOException {
        Path log = in.resolve("app.log");
        append(log, "1\n2\n3");
        try (AgentFixture agent = tail("")) {
            arrives("1", "2");
            append(log, "3\r\n4\n");
            arrives("1", "2", "33", "4");
            assertThat(agent.count("SOURCE.r", "EventAcceptedCount")).isEqualTo(4);
        }
    }

    @Test
    void aRestartGoesOnWhereItWas() throws IOException {
        Path log = in.resolve("app.log");
        append(log, "1\n2\n");
        try (AgentFixture first = tail("")) {
            arrives("1", "2");
            assertThat(first.count("SOURCE.r", "EventAcceptedCount")).isEqualTo(2);
        }
        assertThat(home.resolve("positions.json")).content().contains("\"inode\"", "\"pos\":4", "\"file\"");
        append(log, "3\n");
        try (AgentFixture second = tail("")) {
            arrives("1", "2", "3");
            assertThat(second.count("SOURCE.r", "EventAcceptedCount")).isEqualTo(1);
        }
    }

    @Test
    void aFileThatIsEmptiedIsReadFromItsBeginning() throws IOException {
        Path log = in.resolve("app.log");
        append(log, "1\n2\n3\n");
        try (AgentFixture agent = tail("")) {
            arrives("1", "2", "3");
            Files.writeString(log, "4\n", StandardOpenOption.TRUNCATE_EXISTING);
            arrives("1", "2", "3", "4");
            Files.writeString(log, "new and longer than before\n", StandardOpenOption.TRUNCATE_EXISTING);
            arrives("1", "2", "3", "4", "new and longer than before");
            assertThat(agent.count("SOURCE.r", "EventAcceptedCount")).isEqualTo(5);
        }
    }

    @Test
    void rotationUnderLoadLosesAndDoublesNothing() throws IOException {
        Path log = in.resolve("app.log");
        int rotations = 20;
        int each = 500;
        try (AgentFixture agent = tail("")) {
            int number = 0;
            for (int rotation = 0; rotation < rotations; rotation++) {
                for (int line = 0; line < each; line++) {
                    append(log, number++ + "\n");
                }
                // Half of the old files keep a name that is followed, half of them get one that is not.
                Files.move(log, in.resolve((rotation % 2 == 0 ? "app.log." : "old.") + rotation));
            }
            append(log, number++ + "\n");
            int all = number;
            await().atMost(Duration.ofSeconds(60)).until(() -> lines(out).size() >= all - missed());
            List<String> expected = new ArrayList<>(
                    IntStream.range(0, all).mapToObj(Integer::toString).toList());
            expected.removeAll(missedLines());
            assertThat(lines(out)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(agent.agent.metrics().why()).isEmpty();
        }
    }

    /** Files that came and went under a name that is not followed between two looks: nobody can have seen them. */
    private List<String> missedLines() throws IOException {
        List<String> missed = new ArrayList<>();
        List<String> seen = lines(out);
        for (int rotation = 1; rotation < 20; rotation += 2) {
            Path old = in.resolve("old." + rotation);
            if (Files.exists(old)) {
                List<String> lines = Files.readAllLines(old);
                if (!seen.contains(lines.get(0))) {
                    missed.addAll(lines);
                }
            }
        }
        return missed;
    }

    private int missed() throws IOException {
        return missedLines().size();
    }

    @Test
    void groupsHaveHeaders() throws IOException {
        append(in.resolve("app.log"), "x\n");
        try (AgentFixture agent = tail("""
                sources.r.headers.f.site = gent
                sources.r.byteOffsetHeader = true
                sources.r.fileHeader = true
                sinks.k.sink.serializer = HEADER_AND_TEXT
                """)) {
            await().untilAsserted(() -> assertThat(lines(out)).hasSize(1));
            assertThat(lines(out).get(0)).contains("site=gent", "byteoffset=0", "file=" + in.resolve("app.log"));
            assertThat(agent.count("SOURCE.r", "EventReadFail")).isZero();
        }
    }
}
