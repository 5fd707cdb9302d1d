package io.polder.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.format.Formats;
import io.polder.record.Field;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MivHistoryTest {
    private static final Instant UNTIL = Instant.parse("2025-04-10T12:34:56Z");
    private static final MivSimulator SIMULATOR = new MivSimulator(MivSimulatorTest.REAL, 1, MivSimulatorTest.BEGAN);

    private static List<Path> files = List.of();

    @BeforeAll
    static void write(@TempDir Path folder) throws IOException {
        files = new MivHistory(SIMULATOR).write(folder, UNTIL);
    }

    @Test
    void holdsAHundredPointsEveryTenMinutesForFourWeeks() {
        long rows = 0;
        String before = "";
        boolean isSorted = true;
        Set<String> times = new TreeSet<>();
        Set<String> points = new HashSet<>();
        for (Path file : files) {
            for (String row : rows(file)) {
                String[] cells = row.split(",", 3);
                isSorted &= cells[1].compareTo(before) >= 0;
                before = cells[1];
                times.add(cells[1]);
                points.add(cells[0]);
                rows++;
            }
        }

        assertThat(rows).isEqualTo(403_200);
        assertThat(isSorted).isTrue();
        assertThat(times).hasSize(4_032).contains("2025-04-10T13:30:00+01:00", "2025-03-13T13:40:00+01:00");
        assertThat(points).hasSize(100).contains("2301");
    }

    @Test
    void writesAFileADayAndLeavesNothingUnfinished() throws IOException {
        assertThat(files).hasSize(29);
        try (var all = Files.list(files.get(0).resolveSibling(""))) {
            assertThat(all.toList()).containsExactlyInAnyOrderElementsOf(files);
        }
        for (Path file : files) {
            String day = file.getFileName().toString().substring("traffic-".length(), "traffic-".length() + 10);
            assertThat(rows(file).stream().map(row -> row.split(",", 3)[1]).distinct())
                    .allSatisfy(time -> assertThat(
                                    OffsetDateTime.parse(time).toInstant().toString())
                            .startsWith(day));
        }
    }

    @Test
    void namesItsColumnsAsTheLiveFeedsFields() {
        List<String> fields = Formats.preset("miv-traffic").orElseThrow().schema().fields().stream()
                .map(Field::name)
                .toList();

        assertThat(lines(files.get(0)).get(0)).isEqualTo(String.join(",", fields));
    }

    @Test
    void agreesWithTheLiveMinuteOfTheSameInstantAndPoint() {
        List<String> rows = rows(files.get(13));
        for (int index = 0; index < rows.size(); index += 83) {
            String[] cells = rows.get(index).split(",", -1);
            long minute = OffsetDateTime.parse(cells[1]).toEpochSecond() / 60;
            List<Reading> live = SIMULATOR.minute(minute, SIMULATOR.detectors());
            int place = 0;
            while (SIMULATOR.detectors().get(place).point().uid() != Long.parseLong(cells[0])) {
                place++;
            }
            Reading reading = live.get(place);
            assertThat(cells[2]).isEqualTo(String.valueOf(reading.valid()));
            for (int row = 0; row < Reading.CLASSES; row++) {
                assertThat(cells[8 + 3 * row]).isEqualTo(String.valueOf(reading.counts()[row]));
                assertThat(cells[9 + 3 * row]).isEqualTo(String.valueOf(reading.speeds()[row]));
                assertThat(cells[10 + 3 * row])
                        .isEqualTo(reading.harmonics()[row] >= 251 ? "" : String.valueOf(reading.harmonics()[row]));
            }
            assertThat(cells[23]).isEqualTo(String.valueOf(reading.occupancy()));
            assertThat(cells[25]).isEqualTo(String.valueOf(reading.variance()));
        }
    }

    @Test
    void thePointsAreSpreadOverTheMainRoadsAndTheSameForEverySeed() {
        List<Long> chosen = uids(SIMULATOR);

        assertThat(uids(new MivSimulator(MivSimulatorTest.REAL, 99, MivSimulatorTest.BEGAN)))
                .isEqualTo(chosen);
        assertThat(new MivHistory(SIMULATOR)
                        .chosen().stream()
                                .map(detector -> detector.point().ident().substring(0, 4))
                                .distinct())
                .contains("A001", "A002", "A003", "A010", "A012", "A013", "A014", "A017", "R000", "R001");
    }

    private static List<Long> uids(MivSimulator simulator) {
        return new MivHistory(simulator)
                .chosen().stream().map(detector -> detector.point().uid()).toList();
    }

    private static List<String> rows(Path file) {
        List<String> lines = lines(file);
        return lines.subList(1, lines.size());
    }

    private static List<String> lines(Path file) {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            return new ArrayList<>(reader.lines().toList());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
