package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SeasonTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Brussels");
    private static final Instant BEGIN = Instant.parse("2026-02-02T00:00:00Z");

    /** Traffic by the clock: less on Sundays and at night. */
    private static NavigableMap<Instant, SliceLine> weeks(int weeks) {
        NavigableMap<Instant, SliceLine> lines = new TreeMap<>();
        for (int hour = 0; hour < weeks * 168; hour++) {
            Instant from = BEGIN.plus(Duration.ofHours(hour));
            ZonedDateTime time = from.atZone(ZONE);
            boolean isFree = time.getDayOfWeek() == DayOfWeek.SUNDAY || time.getDayOfWeek() == DayOfWeek.SATURDAY;
            double mean = (isFree ? 40 : 100) + 3 * time.getHour() + hour % 5;
            lines.put(from, line(from, mean, 60));
        }
        return lines;
    }

    private static SliceLine line(Instant from, double mean, long missing) {
        return new SliceLine(from, 6_000, List.of(new SliceLine.Cell(missing, 50, mean, 10.0, 0.0, 200.0)));
    }

    private static List<Season.Unusual> find(NavigableMap<Instant, SliceLine> lines, Set<String> personal) {
        return Season.find(lines, List.of("speed"), personal, TimeSlice.Unit.HOUR, ZONE, 24);
    }

    @Test
    void theRhythmOfTheWeekIsUsual() {
        assertThat(find(weeks(4), Set.of())).isEmpty();
        assertThat(find(weeks(8), Set.of())).isEmpty();
    }

    @Test
    void anHourUnlikeOthersIsFoundWithWhatIsUsual() {
        NavigableMap<Instant, SliceLine> lines = weeks(4);
        Instant odd = lines.lastKey().minus(Duration.ofHours(10));
        SliceLine before = Objects.requireNonNull(lines.get(odd));
        double usual = Objects.requireNonNull(before.cells().get(0).mean());
        lines.put(odd, line(odd, usual / 2, 3_000));

        List<Season.Unusual> found = find(lines, Set.of());

        assertThat(found).extracting(Season.Unusual::statistic).containsExactly("missing", "mean");
        assertThat(found).allSatisfy(each -> assertThat(each.from()).isEqualTo(odd.toString()));
        assertThat(found.get(1).usual()).isBetween(usual - 5, usual + 5);
        assertThat(find(lines, Set.of("speed"))).as("personal").isEmpty();
    }

    /** Of all slices that are kept, and not of the last ones alone; by plain loops once more. */
    @Test
    void extremesThatAreUnlikeThoseOfOtherWeeksAreFoundInAllThatIsKept() {
        NavigableMap<Instant, SliceLine> lines = new TreeMap<>();
        Random random = new Random(3);
        for (int hour = 0; hour < 20 * 168; hour++) {
            Instant from = BEGIN.plus(Duration.ofHours(hour));
            int rush = from.atZone(ZONE).getHour() == 8 ? 60 : 0;
            double max = 120 - rush + 3 * random.nextGaussian() + (random.nextInt(400) == 0 ? 60 : 0);
            lines.put(from, new SliceLine(from, 60, List.of(new SliceLine.Cell(0, 50, 80.0, 10.0, 10.0, max))));
        }
        List<String> expected = new ArrayList<>();
        for (SliceLine line : lines.headMap(lines.lastKey()).values()) {
            ZonedDateTime time = line.from().atZone(ZONE);
            List<Double> others = new ArrayList<>();
            for (SliceLine other : lines.headMap(lines.lastKey()).values()) {
                ZonedDateTime then = other.from().atZone(ZONE);
                if (!other.from().equals(line.from())
                        && then.getDayOfWeek() == time.getDayOfWeek()
                        && then.getHour() == time.getHour()) {
                    others.add(max(other));
                }
            }
            double usual = median(others);
            double spread = Math.max(
                    median(others.stream().map(each -> Math.abs(each - usual)).toList()), 0.02 * Math.abs(usual));
            if (Math.abs(0.6745 * (max(line) - usual) / spread) > 6) {
                expected.add(line.from().toString());
            }
        }

        List<Season.Unusual> found = Season.extremes(lines, 0, TimeSlice.Unit.HOUR, ZONE, 1_000);

        assertThat(found).extracting(Season.Unusual::from).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(expected).isNotEmpty();
        assertThat(found).allSatisfy(each -> assertThat(each.statistic()).isEqualTo("greatest"));
        assertThat(Season.extremes(lines, 0, TimeSlice.Unit.HOUR, ZONE, 3))
                .as("the furthest")
                .isEqualTo(found.subList(0, 3));
        assertThat(Season.extremes(lines, 0, TimeSlice.Unit.MONTH, ZONE, 3)).isEmpty();
    }

    private static double max(SliceLine line) {
        return Objects.requireNonNull(line.cells().get(0).max());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    @Test
    void withLittleHistoryNothingIsSaid() {
        NavigableMap<Instant, SliceLine> lines = weeks(1);
        Instant odd = lines.lastKey().minus(Duration.ofHours(3));
        lines.put(odd, line(odd, 1, 5_000));

        assertThat(find(lines, Set.of())).isEmpty();
    }
}
