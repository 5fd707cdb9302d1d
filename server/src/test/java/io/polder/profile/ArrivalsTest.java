package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.config.RuleFile;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When rows come, and how many do. */
class ArrivalsTest {
    private static final Instant BEGIN = Instant.parse("2026-03-02T00:00:00Z");
    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

    private static NavigableMap<Instant, SliceLine> lines(List<Integer> rows) {
        NavigableMap<Instant, SliceLine> lines = new TreeMap<>();
        for (int hour = 0; hour < rows.size(); hour++) {
            Instant from = BEGIN.plus(Duration.ofHours(hour));
            if (rows.get(hour) > 0) {
                lines.put(from, new SliceLine(from, rows.get(hour), List.of()));
            }
        }
        return lines;
    }

    private static List<Profile.SuggestedRule> suggest(NavigableMap<Instant, SliceLine> lines, Instant asOf) {
        return Arrivals.suggest("time", TimeSlice.Unit.HOUR, lines, asOf);
    }

    @Property(tries = 200)
    void aSuggestedCountHoldsForTheHoursThatItIsFromAndForNoOther(
            @ForAll @Size(min = 3, max = 60) List<@IntRange(min = 1, max = 50) Integer> rows,
            @ForAll @IntRange(min = 0, max = 1_000) int which) {
        NavigableMap<Instant, SliceLine> lines = lines(rows);
        String rule = suggest(lines, NOON).get(0).check();
        int least = rows.subList(1, rows.size() - 1).stream()
                .mapToInt(each -> each)
                .min()
                .orElseThrow();
        int most = rows.subList(1, rows.size() - 1).stream()
                .mapToInt(each -> each)
                .max()
                .orElseThrow();
        assertThat(rule).isEqualTo("per: hour, rows_at_least: " + least + ", rows_at_most: " + most);
        RuleFile.RowCount count = new RuleFile.RowCount("time", "hour", least, most);
        assertThat(Arrivals.slices(count, lines, SliceLine::rows).violations()).isZero();

        // An hour that is not there has no rows.
        Instant gone = BEGIN.plus(Duration.ofHours(1 + which % (rows.size() - 2)));
        lines.remove(gone);
        Arrivals.Found found = Arrivals.slices(count, lines, SliceLine::rows);
        assertThat(found.violations()).isEqualTo(1);
        assertThat(found.told()).containsExactly(gone + ": 0 rows");
    }

    @Test
    void freshnessIsSuggestedOfWhatIsFreshAndHasNoGap() {
        NavigableMap<Instant, SliceLine> lines =
                lines(IntStream.range(0, 12).map(at -> 5).boxed().toList());
        assertThat(suggest(lines, NOON))
                .extracting(Profile.SuggestedRule::kind)
                .containsExactly("row count", "freshness");
        assertThat(suggest(lines, NOON).get(1).rule()).contains("newest_within: 2h");
        assertThat(suggest(lines, NOON).get(1).caution()).contains("10 × one hour");
        assertThat(suggest(lines, NOON.plus(Duration.ofHours(2))))
                .extracting(Profile.SuggestedRule::kind)
                .containsExactly("row count");
        lines.remove(BEGIN.plus(Duration.ofHours(4)));
        assertThat(suggest(lines, NOON))
                .extracting(Profile.SuggestedRule::check)
                .containsExactly("per: hour, rows_at_most: 5");
        assertThat(suggest(lines(List.of(4, 4)), NOON)).isEmpty();
    }

    @Test
    void theNewestValueIsTooOldByTheClock() {
        RuleFile.Newest rule = new RuleFile.Newest("time", Duration.ofHours(2));
        assertThat(Arrivals.newest(rule, BEGIN, BEGIN.plus(Duration.ofHours(2))).violations())
                .isZero();
        assertThat(Arrivals.newest(rule, BEGIN, NOON).told())
                .containsExactly("the newest is 2026-03-02T00:00:00Z, 12h ago");
    }

    @Test
    void aFileIsHeldAgainstThem(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("readings.csv");
        // Every ten minutes; nothing from two to three, and one more at four.
        Files.writeString(
                file,
                IntStream.range(0, 60)
                        .filter(at -> at / 6 != 2)
                        .mapToObj(at -> BEGIN.plusSeconds(600L * at) + "," + at)
                        .collect(Collectors.joining("\n", "time,value\n", "\n2026-03-02T04:05:00Z,7\n")));
        Path rules = folder.resolve("rules.yaml");
        Files.writeString(rules, """
                rules:
                  - { rows_at_least: 55, rows_at_most: 55 }
                  - { rows_at_least: 60 }
                  - { column: time, per: hour, rows_at_least: 6, rows_at_most: 6 }
                  - { column: time, newest_within: 3h }
                  - { column: time, newest_within: 2h }
                  - { column: value, newest_within: 2h }
                  - { column: tme, per: day, rows_at_least: 1 }
                """);

        List<Validation.Outcome> outcomes = validate(file, rules);

        assertThat(outcomes).extracting(Validation.Outcome::violations).containsExactly(0L, 1L, 2L, 0L, 1L, 0L, 0L);
        assertThat(outcomes.get(1).told()).containsExactly("55 rows");
        assertThat(outcomes.get(2).told())
                .containsExactly("2026-03-02T02:00:00Z: 0 rows", "2026-03-02T04:00:00Z: 7 rows");
        assertThat(outcomes.get(4).told()).containsExactly("the newest is 2026-03-02T09:50:00Z, 2h ago");
        assertThat(outcomes.get(5).problem()).contains("has no times");
        assertThat(outcomes.get(6).problem()).contains("did you mean 'time'?");
        // What is written of a rule reads as the same rule.
        Path again = folder.resolve("again.yaml");
        List<RuleFile.Expectation> read = RuleFile.read(rules);
        Files.writeString(
                again,
                read.stream()
                        .map(rule -> RuleFile.written(rule, ""))
                        .collect(Collectors.joining("\n", "rules:\n", "\n")));
        assertThat(RuleFile.read(again)).isEqualTo(read);
    }

    @Test
    void whatIsNoSuchRuleIsRefused(@TempDir Path folder) throws IOException {
        Path rules = folder.resolve("rules.yaml");
        for (String wrong : List.of(
                "{ newest_within: 2h }",
                "{ per: hour, rows_at_least: 3 }",
                "{ column: time, rows_at_least: 3 }",
                "{ column: time, per: hour }",
                "{ rows_at_least: 3, unique: [id] }")) {
            Files.writeString(rules, "rules:\n  - " + wrong + "\n");
            assertThatThrownBy(() -> RuleFile.read(rules))
                    .as(wrong)
                    .isInstanceOf(PolderException.class)
                    .hasMessageContaining("is not one rule");
        }
    }

    private static List<Validation.Outcome> validate(Path file, Path rules) throws IOException {
        Path work = Files.createDirectories(file.resolveSibling("work"));
        try (Workbench bench = Workbench.open(new Workbench.Settings(256L << 20, 1, work))) {
            FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            return Validation.validate(bench, RuleFile.read(rules), List.of(), 10, NOON);
        }
    }
}
