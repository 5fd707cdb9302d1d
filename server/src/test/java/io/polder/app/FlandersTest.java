package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.enrich.Definitions;
import io.polder.format.Decoder;
import io.polder.format.MalformedDocumentException;
import io.polder.format.Slice;
import io.polder.format.Splitter;
import io.polder.record.Columns;
import io.polder.simulate.Simulation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of Flanders against what the simulator serves and writes. */
class FlandersTest {
    private static final Path FOLDER = Path.of("../examples/flanders");
    private static final Instant NOW = Instant.parse("2025-07-03T14:21:07Z");

    private static final Mart MART = MartReader.read(FOLDER, List.of(), Map.of());
    private static Events traffic = new Events("traffic");
    private static Events points = new Events("points");
    private static Events history = new Events("history");

    @BeforeAll
    static void simulate(@TempDir Path folder) throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, InstantSource.fixed(NOW))) {
            traffic.read(bytes(simulation.traffic().toURL().openStream()));
            points.read(bytes(simulation.points().toURL().openStream()));
            List<Path> files = simulation.writeHistory(folder, NOW);
            Path last = files.get(files.size() - 1);
            history.read(bytes(new GZIPInputStream(Files.newInputStream(last))));
        }
    }

    @Test
    void nothingIsWrongWithIt() {
        assertThat(Definitions.check(MART)).isEmpty();
    }

    @Test
    void everyEventOfTheSimulatedFeedsIsRead() {
        assertThat(traffic.rejected).isEmpty();
        assertThat(traffic.rows()).isEqualTo(4_254);
        assertThat(points.rejected).isEmpty();
        assertThat(points.rows()).isEqualTo(4_254);
    }

    @Test
    void everyPointIsYoungEnoughForTheTableAndTheOldOnesAreVisiblyOld() {
        Duration retain = Objects.requireNonNull(
                Objects.requireNonNull(MART.tables().get("traffic")).retain());
        List<Instant> times = traffic.column("time").stream()
                .map(micros -> Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS))
                .toList();

        assertThat(times).allMatch(time -> time.isAfter(NOW.minus(retain)));
        assertThat(times.stream().filter(time -> time.isBefore(NOW.minus(Duration.ofHours(1)))))
                .hasSizeBetween(70, 78);
        assertThat(times.stream().filter(time -> time.isBefore(NOW.minus(Duration.ofDays(100)))))
                .hasSize(16);
    }

    @Test
    void historyAndTheLiveFeedSayTheSameOfTheSamePointAndMinute() {
        assertThat(history.rejected).isEmpty();
        Map<String, String> live = traffic.cells();
        Map<String, String> same = history.cells();
        same.keySet().retainAll(live.keySet());

        assertThat(same).hasSize(100);
        same.forEach((key, cells) -> assertThat(cells).isEqualTo(live.get(key)));
    }

    @Test
    void everyRoadOfThePointsHasAName() throws Exception {
        Events roads = new Events("roads");
        roads.read(Files.readAllBytes(FOLDER.resolve("roads.csv")));

        assertThat(roads.rejected).isEmpty();
        List<String> unnamed = points.column("ident_8").stream()
                .filter(ident -> ident.matches("[ANRB][0-9]{7}"))
                .map(ident -> ident.substring(0, 4))
                .filter(road -> !roads.column("road").contains(road))
                .distinct()
                .toList();
        assertThat(unnamed).isEmpty();
        assertThat(roads.column("name")).contains("E40", "E19", "R0");
    }

    private static byte[] bytes(InputStream stream) throws IOException {
        try (stream) {
            return stream.readAllBytes();
        }
    }

    /** What a feed makes of documents. */
    private static final class Events implements Splitter.Sink {
        private final Feed feed;
        private final Columns columns;
        private final Decoder decoder;
        private final List<String> rejected = new ArrayList<>();

        Events(String name) {
            feed = Objects.requireNonNull(MART.feeds().get(name));
            columns = new Columns(feed.format().schema(), 16);
            decoder = feed.format().decoder();
        }

        void read(byte[] document) throws MalformedDocumentException {
            feed.format().splitter(feed.key()).split(document, 0, document.length, true, this);
        }

        @Override
        public void event(Slice value, Slice key, byte[] context) {
            String reason = decoder.decode(value.bytes(), value.from(), value.length(), context, columns);
            if (reason != null) {
                rejected.add(reason);
            }
        }

        @Override
        public void rejected(Slice value, byte[] context, long position, String reason) {
            rejected.add(position + ": " + reason);
        }

        int rows() {
            return columns.rows();
        }

        List<String> column(String name) {
            int column = columns.schema().indexOf(name);
            return IntStream.range(0, columns.rows())
                    .mapToObj(row -> text(column, row))
                    .toList();
        }

        /** All cells of each row, by uid and time. */
        Map<String, String> cells() {
            Map<String, String> cells = new TreeMap<>();
            for (int row = 0; row < columns.rows(); row++) {
                StringBuilder text = new StringBuilder();
                for (int column = 0; column < columns.schema().size(); column++) {
                    String name = columns.schema().fields().get(column).name();
                    text.append(name).append('=').append(text(column, row)).append(' ');
                }
                String key = text(columns.schema().indexOf("uid"), row) + " "
                        + text(columns.schema().indexOf("time"), row);
                cells.put(key, text.toString());
            }
            return cells;
        }

        private String text(int column, int row) {
            if (columns.isNull(column, row)) {
                return "NULL";
            }
            return switch (columns.schema().fields().get(column).type()) {
                case VARCHAR -> new String(columns.texts(column)[row], StandardCharsets.UTF_8);
                case DOUBLE -> Double.toString(columns.doubles(column)[row]);
                case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE -> Long.toString(columns.longs(column)[row]);
            };
        }
    }
}
