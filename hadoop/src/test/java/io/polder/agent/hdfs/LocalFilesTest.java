package io.polder.agent.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.polder.agent.Counter;
import io.polder.agent.Sink;
import io.polder.agent.SinkContexts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.SequenceFile;
import org.apache.hadoop.io.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalFilesTest {
    @TempDir
    Path folder;

    @Test
    void byDefaultTenEventsMakeASequenceFile() throws Exception {
        SinkContexts.Made made = made(Map.of());
        try (Sink sink = started(made)) {
            Delivery.deliver(sink, Delivery.events(0, 25));

            assertThat(complete()).hasSize(2);
            assertThat(open()).hasSize(1);
        }
        assertThat(complete()).hasSize(3);
        assertThat(open()).isEmpty();
        Path first = complete().get(0);
        try (SequenceFile.Reader reader = new SequenceFile.Reader(
                new Configuration(), SequenceFile.Reader.file(new org.apache.hadoop.fs.Path(first.toUri())))) {
            LongWritable key = new LongWritable();
            BytesWritable value = new BytesWritable();
            assertThat(reader.next(key, value)).isTrue();
            assertThat(key.get()).isEqualTo(1_767_225_600_000L);
            assertThat(new String(value.copyBytes(), StandardCharsets.UTF_8)).isEqualTo("event 0");
        }
        assertThat(made.counters().get(Counter.CONNECTION_CREATED)).isEqualTo(3);
        assertThat(made.counters().get(Counter.CONNECTION_CLOSED)).isEqualTo(3);
    }

    @Test
    void writeFormatTextHoldsTexts() throws Exception {
        try (Sink sink = started(made(Map.of("hdfs.writeFormat", "Text")))) {
            Delivery.deliver(sink, Delivery.events(0, 1));
        }

        try (SequenceFile.Reader reader = new SequenceFile.Reader(
                new Configuration(),
                SequenceFile.Reader.file(
                        new org.apache.hadoop.fs.Path(complete().get(0).toUri())))) {
            assertThat(reader.getValueClass()).isEqualTo(Text.class);
        }
    }

    @Test
    void whatIsDeliveredIsInTheOpenFile() throws Exception {
        try (Sink sink = started(made(stream(Map.of())))) {
            Delivery.deliver(sink, Delivery.events(0, 3));

            assertThat(Files.readString(open().get(0))).isEqualTo("event 0\nevent 1\nevent 2\n");
        }
    }

    @Test
    void theNameWhileWritingAndTheSuffixAreAsTold() throws Exception {
        try (Sink sink = started(made(stream(Map.of(
                "hdfs.filePrefix", "air-%{city}",
                "hdfs.fileSuffix", ".txt",
                "hdfs.inUsePrefix", "_",
                "hdfs.inUseSuffix", ".part"))))) {
            Delivery.deliver(sink, Delivery.events(0, 1));

            assertThat(names()).singleElement().asString().matches("_air-gent\\.\\d{13}\\.txt\\.part");
        }
        assertThat(names()).singleElement().asString().matches("air-gent\\.\\d{13}\\.txt");
    }

    @Test
    void everyFolderHasAFileOfItsOwn() throws Exception {
        try (Sink sink =
                started(made(stream(Map.of("hdfs.path", "file://" + out() + "/%Y/%{city}", "hdfs.timeZone", "UTC"))))) {
            Delivery.deliver(sink, Delivery.events(0, 4));
        }

        assertThat(lines(out().resolve("2026/gent"))).containsExactly("event 0", "event 2");
        assertThat(lines(out().resolve("2026/brugge"))).containsExactly("event 1", "event 3");
    }

    @Test
    void aFileIsFullBySize() throws Exception {
        try (Sink sink = started(made(stream(Map.of("hdfs.rollCount", "0", "hdfs.rollSize", "20"))))) {
            Delivery.deliver(sink, Delivery.events(0, 6));

            assertThat(complete()).hasSize(1);
            assertThat(Files.readAllLines(complete().get(0))).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hdfs.rollInterval", "hdfs.idleTimeout"})
    void aFileIsCompleteAfterItsTime(String key) throws Exception {
        try (Sink sink = started(made(stream(Map.of(key, "1"))))) {
            Delivery.deliver(sink, Delivery.events(0, 2));

            await().until(() -> complete().size() == 1 && open().isEmpty());

            Delivery.deliver(sink, Delivery.events(2, 1));
            assertThat(open()).hasSize(1);
        }
    }

    @Test
    void theLeastUsedFileIsClosedWhenTooManyAreOpen() throws Exception {
        try (Sink sink =
                started(made(stream(Map.of("hdfs.path", "file://" + out() + "/%{city}", "hdfs.maxOpenFiles", "1"))))) {
            Delivery.deliver(sink, Delivery.events(0, 4));

            assertThat(open()).hasSize(1);
            assertThat(complete()).hasSize(3);
        }
    }

    @Test
    void compressedFilesAreReadByOthersAndHoldWhatIsDelivered() throws Exception {
        try (Sink sink = started(made(Map.of("hdfs.fileType", "CompressedStream", "hdfs.codeC", "gzip")))) {
            Delivery.deliver(sink, Delivery.events(0, 3));
            Delivery.deliver(sink, Delivery.events(3, 3));

            try (InputStream in = new GZIPInputStream(Files.newInputStream(open().get(0)))) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines())
                        .hasSize(6);
            }
        }
        assertThat(complete()).singleElement().asString().endsWith(".gz");
    }

    @Test
    void headersStandBeforeTheBodyWhenTold() throws Exception {
        try (Sink sink = started(made(stream(Map.of("serializer", "header_and_text"))))) {
            Delivery.deliver(sink, List.of(new io.polder.agent.Event(Map.of("a", "1"), new byte[] {'x'})));
        }

        assertThat(Files.readString(complete().get(0))).isEqualTo("{a=1} x\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DataStream", "SequenceFile", "CompressedStream"})
    void aKilledAgentsFileIsCompleteAfterTheNextStart(String type) throws Exception {
        Map<String, String> keys =
                new HashMap<>(stream(Map.of("hdfs.fileType", type, "hdfs.rollCount", "0", "hdfs.rollSize", "0")));
        if (type.equals("CompressedStream")) {
            keys.put("hdfs.codeC", "gzip");
        }
        keys.putIfAbsent("hdfs.path", "file://" + out());

        int delivered = Killed.after(200, folder, keys);
        assertThat(open()).hasSize(1);
        // What the kill left behind the last flush may end anywhere.
        Files.write(open().get(0), new byte[] {0, 0, 0, 30, 0, 0}, StandardOpenOption.APPEND);

        Sink next = started(made(keys));
        await().until(() -> complete().size() == 1);
        next.close();
        assertThat(names()).hasSize(1);
        List<String> events = bodies(type, complete().get(0));
        assertThat(events)
                .startsWith(IntStream.range(0, delivered)
                        .mapToObj(number -> "event " + number)
                        .toArray(String[]::new));
    }

    @Test
    void wrongKeysAreToldTogether() {
        SinkContexts.Made made = made(Map.of(
                "hdfs.path", "file:///tmp/%q",
                "hdfs.codeC", "zip",
                "hdfs.timeZone", "Mars",
                "hdfs.round", "true",
                "hdfs.roundUnit", "hour",
                "hdfs.roundValue", "25",
                "hdfs.inUseSuffix", ""));

        assertThat(made.problems().stream().map(problem -> problem.place().replaceAll(".*\\.", "")))
                .contains("path", "codeC", "timeZone", "roundValue", "inUseSuffix");
    }

    // ---- the files

    private SinkContexts.Made made(Map<String, String> keys) {
        Map<String, String> all = new HashMap<>(Map.of("hdfs.path", "file://" + out()));
        all.putAll(keys);
        return SinkContexts.hdfs(folder, all);
    }

    private static Sink started(SinkContexts.Made made) {
        assertThat(made.problems()).isEmpty();
        made.sink().start();
        return made.sink();
    }

    private static Map<String, String> stream(Map<String, String> keys) {
        Map<String, String> all = new HashMap<>(Map.of("hdfs.fileType", "DataStream"));
        all.putAll(keys);
        return all;
    }

    private Path out() {
        return folder.resolve("out");
    }

    private List<Path> files() throws IOException {
        if (!Files.exists(out())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(out())) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private List<String> names() throws IOException {
        return files().stream().map(file -> file.getFileName().toString()).toList();
    }

    private List<Path> complete() throws IOException {
        return files().stream()
                .filter(file -> !file.toString().endsWith(".tmp"))
                .toList();
    }

    private List<Path> open() throws IOException {
        return files().stream().filter(file -> file.toString().endsWith(".tmp")).toList();
    }

    private static List<String> lines(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static List<String> bodies(String type, Path file) throws IOException {
        if (type.equals("DataStream")) {
            return Files.readAllLines(file);
        }
        if (type.equals("CompressedStream")) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
            }
        }
        List<String> bodies = new ArrayList<>();
        try (SequenceFile.Reader reader = new SequenceFile.Reader(
                new Configuration(), SequenceFile.Reader.file(new org.apache.hadoop.fs.Path(file.toUri())))) {
            LongWritable key = new LongWritable();
            BytesWritable value = new BytesWritable();
            while (reader.next(key, value)) {
                bodies.add(new String(value.copyBytes(), StandardCharsets.UTF_8));
            }
        }
        return bodies;
    }
}
