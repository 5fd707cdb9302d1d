package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    @TempDir
    Path folder;

    @Test
    void whatDriftedIsFoundAndWhatDidNotIsLeftAlone() throws IOException {
        Comparison.Snapshot may = snapshot("may", 1, 50, 0.2, 0.05, "old");
        Comparison.Snapshot june = snapshot("june", 2, 58, 0.4, 0.25, "new");

        List<Comparison.Drift> drifts = Comparison.compare(may, june);

        assertThat(drifts.stream().filter(Comparison.Drift::hasDrifted))
                .extracting(drift -> drift.column() + " " + drift.kind())
                .containsExactlyInAnyOrder(
                        "speed numbers", "road values", "lane missing", "old columns", "new columns");
        assertThat(drifts.stream().filter(drift -> drift.column().equals("noise")))
                .isNotEmpty()
                .noneMatch(Comparison.Drift::hasDrifted);
        Comparison.Drift missing = drifts.stream()
                .filter(drift -> drift.column().equals("lane") && drift.kind().equals("missing"))
                .findFirst()
                .orElseThrow();
        assertThat(missing.effect()).isBetween(0.15, 0.25);
    }

    @Test
    void twoDrawsFromOneSourceHaveNotDrifted() throws IOException {
        Comparison.Snapshot one = snapshot("one", 3, 50, 0.2, 0.05, "same");
        Comparison.Snapshot other = snapshot("other", 4, 50, 0.2, 0.05, "same");

        assertThat(Comparison.compare(one, other)).noneMatch(Comparison.Drift::hasDrifted);
    }

    @Test
    void valuesOfPersonalColumnsAreNotShown() throws IOException {
        Comparison.Snapshot one = people("a", "ann@example.org");
        Comparison.Snapshot other = people("b", "bob@example.org");

        List<Comparison.Drift> drifts = Comparison.compare(one, other);

        assertThat(drifts).anyMatch(drift -> drift.column().equals("email") && drift.hasDrifted());
        assertThat(drifts).noneMatch(drift -> drift.what().contains("@"));
    }

    private Comparison.Snapshot people(String name, String mail) throws IOException {
        StringBuilder csv = new StringBuilder("email,n\n");
        for (int row = 0; row < 200; row++) {
            csv.append(row % 2 == 0 ? mail : "p" + row % 40 + "@example.org")
                    .append(',')
                    .append(row)
                    .append('\n');
        }
        return snapshot(name, csv.toString());
    }

    private Comparison.Snapshot snapshot(
            String name, long seed, double speed, double motorways, double missing, String extra) throws IOException {
        Random random = new Random(seed);
        StringBuilder csv = new StringBuilder("speed,road,lane,noise," + extra + "\n");
        for (int row = 0; row < 4_000; row++) {
            csv.append(speed + 10 * random.nextGaussian()).append(',');
            csv.append(random.nextDouble() < motorways ? "motorway" : "street").append(',');
            csv.append(random.nextDouble() < missing ? "" : "L" + random.nextInt(3))
                    .append(',');
            csv.append(random.nextGaussian()).append(",x\n");
        }
        return snapshot(name, csv.toString());
    }

    private Comparison.Snapshot snapshot(String name, String csv) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".csv"), csv);
        try (Workbench bench = Workbench.open(new Workbench.Settings(256L << 20, 1, folder.resolve("work")))) {
            FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            return Comparison.snapshot(bench, name, List.of(), Set.of());
        }
    }
}
