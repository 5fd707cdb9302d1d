package io.polder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

final class FilesTest {
    private static Log log;

    private final List<Ingest> opened = new ArrayList<>();
    private Surroundings around;
    private String topic;
    private Path folder;

    @BeforeAll
    static void openLog(@TempDir Path logFolder) {
        log = Log.open(new Log.Settings(logFolder.resolve("log"), 0, Optional.empty()), failure -> {});
    }

    @AfterAll
    static void closeLog() {
        log.close();
    }

    @BeforeEach
    void prepare(TestInfo test, @TempDir Path newFolder) {
        around = new Surroundings(log);
        topic = test.getTestMethod().orElseThrow().getName();
        folder = newFolder;
    }

    @AfterEach
    void closeIngest() {
        opened.forEach(Ingest::close);
    }

    @Test
    void filesAreLoadedInTheOrderOfTheirNamesPackedOrNot() throws IOException {
        write("history/b.json.gz", gzip("{\"uid\":1,\"n\":3}\n{\"uid\":1,\"n\":4}\n"));
        write("history/a.json.gz", bytes("{\"uid\":1,\"n\":1}\n{\"uid\":1,\"n\":2}\n"));
        write("history/c.txt", bytes("{\"uid\":1,\"n\":9}\n"));
        Ingest ingest = start(TestFeeds.files(topic, "history/*.json.gz"));

        awaitDone(ingest);
        assertThat(around.read(topic))
                .extracting(Surroundings.Logged::value)
                .containsExactly(
                        "{\"uid\":1,\"n\":1}", "{\"uid\":1,\"n\":2}", "{\"uid\":1,\"n\":3}", "{\"uid\":1,\"n\":4}");
        assertThat(status(ingest).totals()).isEqualTo(new Balance(4, 4, 0, 0, 0));
        assertThat(status(ingest).progress()).isEqualTo(1);
    }

    @Test
    void documentsThatAreOneStructureAreLoadedToo() throws IOException {
        write("a.json", bytes("[{\"uid\":1}, {\"uid\":2}]"));
        write("b.json", bytes("[" + "{\"uid\":3},".repeat(200_000) + "{\"uid\":4}]"));
        Ingest ingest = start(TestFeeds.files(topic, "*.json").maxBytes(Long.MAX_VALUE));

        awaitDone(ingest);
        assertThat(status(ingest).totals()).isEqualTo(new Balance(200_003, 200_003, 0, 0, 0));
    }

    @Test
    void xmlIsLoaded() throws IOException {
        write("a.xml", gzip("<readings><reading><uid>1</uid></reading></readings>"));
        Ingest ingest = start(TestFeeds.files(topic, "*.xml").format("xml"));

        awaitDone(ingest);
        assertThat(around.values(topic)).containsExactly("<reading><uid>1</uid></reading>");
    }

    @Test
    void aRestartLoadsNothingAgainUnlessTheFileChanged() throws IOException {
        Path file = write("a.json", bytes("{\"uid\":1}\n"));
        TestFeeds feed = TestFeeds.files(topic, "*.json");
        Ingest first = start(feed);
        awaitDone(first);
        first.close();

        Ingest second = start(feed);
        awaitDone(second);
        assertThat(status(second).totals()).isEqualTo(Balance.ZERO);
        second.close();

        Files.write(file, bytes("{\"uid\":1}\n{\"uid\":2}\n"));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        Ingest third = start(feed);
        awaitDone(third);
        assertThat(status(third).totals()).isEqualTo(new Balance(2, 2, 0, 0, 0));
    }

    @Test
    void aStoppedLoadGoesOnWhereItWasAndLoadsEachEventOnce() throws IOException {
        int count = 60_000;
        write(
                "a.json",
                gzip(IntStream.range(0, count)
                        .mapToObj(index -> "{\"uid\":" + index + ",\"text\":\"" + "x".repeat(60) + "\"}\n")
                        .collect(Collectors.joining())));
        TestFeeds feed = TestFeeds.files(topic, "*.json");
        around.heldAfter = 3;
        Ingest first = start(feed);
        Awaitility.await().untilAsserted(() -> assertThat(status(first).state()).isEqualTo("waiting"));
        assertThat(status(first).progress()).isBetween(0.0, 0.99);
        first.close();
        assertThat(status(first).totals().logged()).isBetween(1L, count - 1L);

        around.heldAfter = Long.MAX_VALUE;
        Ingest second = start(feed);
        awaitDone(second);
        assertThat(status(first).totals().logged() + status(second).totals().logged())
                .isEqualTo(count);
        assertThat(around.values(topic)).hasSize(count).doesNotHaveDuplicates();
    }

    @Test
    void whatIsLiveNeverStandsBehindMoreThanTheTablesTakeAtOnce() throws IOException {
        write("a.json", bytes("{\"uid\":1}\n".repeat(60_000)));
        around.takesNothing = true;
        Ingest ingest = start(TestFeeds.files(topic, "*.json"));

        Awaitility.await().untilAsserted(() -> {
            assertThat(status(ingest).state()).isEqualTo("waiting");
            assertThat(status(ingest).totals().logged()).isGreaterThanOrEqualTo(FilesLoop.MOST_LAG);
        });
        assertThat(status(ingest).totals().logged()).isLessThan(2 * FilesLoop.MOST_LAG);
        around.takesNothing = false;
        awaitDone(ingest);
        assertThat(status(ingest).totals().logged()).isEqualTo(60_000);
    }

    @Test
    void aPausedLoadWaitsAndIsResumed() throws IOException {
        write("a.json", bytes("{\"uid\":1}\n"));
        around.lag.set(FilesLoop.MOST_LAG);
        Ingest ingest = start(TestFeeds.files(topic, "*.json"));
        ingest.pause(topic);
        around.lag.set(0);
        assertThat(status(ingest).state()).isEqualTo("paused");
        ingest.resume(topic);

        awaitDone(ingest);
        assertThat(around.values(topic)).hasSize(1);
    }

    @Test
    void aBadFileIsToldAndTheNextIsLoaded() throws IOException {
        write("a.json", bytes("[{\"uid\":1},{\"uid\""));
        byte[] packed = gzip("{\"uid\":7}\n".repeat(50_000));
        write("b.json", java.util.Arrays.copyOf(packed, packed.length / 2));
        write("c.json", bytes("{\"uid\":2}\nbroken\n"));
        Ingest ingest = start(TestFeeds.files(topic, "*.json"));

        awaitDone(ingest);
        assertThat(status(ingest).lastError()).contains("was given up").contains("Fix: put a good file in its place");
        assertThat(around.values(topic)).contains("{\"uid\":2}").doesNotContain("{\"uid\":1}");
        assertThat(status(ingest).totals().rejected()).isEqualTo(1);
    }

    @Test
    void noFileAtAllIsToldUntilThereIsOne() throws IOException {
        Ingest ingest = start(TestFeeds.files(topic, "history/**.csv").format("csv"));

        Awaitility.await().untilAsserted(() -> assertThat(status(ingest).lastError())
                .isNotNull()
                .contains("No file matches 'history/**.csv'"));
        assertThat(status(ingest).state()).isEqualTo("waiting");

        around.lag.set(FilesLoop.MOST_LAG);
        write("history/a.csv", bytes("uid\n1\n"));
        ingest.pause(topic);
        ingest.resume(topic);
        Awaitility.await().untilAsserted(() -> {
            assertThat(status(ingest).lastError()).isNull();
            assertThat(status(ingest).state()).as("its turn has not come").isEqualTo("waiting");
        });
        around.lag.set(0);
        awaitDone(ingest);
        assertThat(status(ingest).lastError()).isNull();
    }

    @Test
    void aStructureThatIsTooLargeToHoldIsAFileThatIsGivenUp() throws IOException {
        write("a.json", bytes("[" + "{\"uid\":3},".repeat(300_000) + "{\"uid\":4}]"));
        Ingest ingest = start(TestFeeds.files(topic, "*.json").maxBytes(2_000_000));

        awaitDone(ingest);
        assertThat(status(ingest).lastError()).contains("larger than 2 MB").contains("NDJSON");
    }

    @Test
    void patternsReachIntoFoldersAndFromTheRoot() throws IOException {
        write("one/deep/a.csv", bytes(""));
        write("one/b.csv", bytes(""));
        write("c.csv", bytes(""));

        assertThat(new Glob(folder, "one/**.csv").find().keySet()).containsExactly("b.csv", "deep/a.csv");
        assertThat(new Glob(folder, "*.csv").find().keySet()).containsExactly("c.csv");
        assertThat(new Glob(folder, "one/*.csv").find().keySet()).containsExactly("b.csv");
        assertThat(new Glob(Path.of("elsewhere"), folder + "/{c,d}.csv").find().keySet())
                .containsExactly("c.csv");
        assertThat(new Glob(folder, "none/*.csv").find()).isEmpty();
    }

    private Ingest start(TestFeeds... feeds) {
        Ingest ingest = around.open(folder.resolve("state"), TestFeeds.mart(folder, feeds));
        opened.add(ingest);
        ingest.start();
        return ingest;
    }

    private static void awaitDone(Ingest ingest) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(status(ingest).state()).isEqualTo("done"));
    }

    private static FeedStatus status(Ingest ingest) {
        return ingest.feeds().get(0);
    }

    private Path write(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes(text));
        }
        return packed.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
