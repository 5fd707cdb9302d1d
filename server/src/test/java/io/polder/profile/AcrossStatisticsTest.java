package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What is told of columns and rows together, computed once more from docs/profiling.md by plain loops over the values. */
class AcrossStatisticsTest {
    @Property(tries = 6)
    void whatIsMissingTogetherIsItsDefinition(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 60, max = 900) int rows) throws IOException {
        Random random = new Random(seed);
        boolean[][] isMissing = new boolean[4][rows];
        List<List<String>> table = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            boolean isBad = random.nextInt(4) == 0;
            List<String> cells = new ArrayList<>();
            for (int column = 0; column < 4; column++) {
                isMissing[column][row] = random.nextInt(10) < (isBad ? 8 - 2 * column : 1);
                cells.add(isMissing[column][row] ? "" : String.valueOf(random.nextInt(30)));
            }
            cells.add(String.valueOf(row));
            table.add(cells);
        }

        Profile profile = profile(List.of("a", "b", "c", "d", "row"), table);

        Map<String, Profile.Missing> told = profile.missingTogether().stream()
                .collect(Collectors.toMap(each -> each.first() + each.second(), each -> each));
        double nearest = 1;
        for (int one = 0; one < 4; one++) {
            for (int other = one + 1; other < 4; other++) {
                double[][] cells = new double[2][2];
                for (int row = 0; row < rows; row++) {
                    cells[isMissing[one][row] ? 1 : 0][isMissing[other][row] ? 1 : 0]++;
                }
                double phi = (cells[1][1] * cells[0][0] - cells[1][0] * cells[0][1])
                        / Math.sqrt((cells[1][1] + cells[1][0])
                                * (cells[0][1] + cells[0][0])
                                * (cells[1][1] + cells[0][1])
                                * (cells[1][0] + cells[0][0]));
                nearest = Math.min(nearest, (cells[0][1] + cells[1][0]) / rows);
                Profile.Missing missing = told.get("" + "abcd".charAt(one) + "abcd".charAt(other));
                if (Math.abs(phi) >= 0.1 + 1e-9) {
                    assertThat(Objects.requireNonNull(missing).phi()).isCloseTo(phi, within(1e-9));
                    assertThat(missing.both()).isEqualTo((long) cells[1][1]);
                } else if (Math.abs(phi) < 0.1 - 1e-9) {
                    assertThat(missing).isNull();
                }
            }
        }
        Profile.Missingness missingness = profile.missingness();
        assertThat(missingness.columns()).containsExactly("a", "b", "c", "d");
        assertThat(missingness.tree()).hasSize(3);
        assertThat(missingness.tree().get(0).distance()).isCloseTo(nearest, within(1e-12));
        for (Profile.Band band : missingness.bands()) {
            int from = (int) band.from() - 1;
            int to = (int) band.to();
            for (int column = 0; column < 4; column++) {
                boolean[] of = isMissing[column];
                assertThat(band.missing().get(column))
                        .isEqualTo((double) IntStream.range(from, to)
                                        .filter(row -> of[row])
                                        .count()
                                / (to - from));
            }
        }
    }

    @Property(tries = 5)
    void outOfSeasonIsWhatIsFarFromTheMedianOfItsWeekdayAndHour(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 1, max = 3) int roads) throws IOException {
        Random random = new Random(seed);
        List<List<String>> table = new ArrayList<>();
        Map<String, List<Double>> seasons = new HashMap<>();
        List<String> keys = new ArrayList<>();
        LocalDateTime begin = LocalDateTime.parse("2024-01-01T00:00");
        for (int hour = 0; hour < 24 * 7 * 10; hour++) {
            LocalDateTime time = begin.plusHours(hour);
            for (int road = 0; road < roads; road++) {
                boolean isRush = time.getHour() == 8 && time.getDayOfWeek() != DayOfWeek.SUNDAY;
                double level = 50 * road + (isRush ? 30 : 100) + 4 * random.nextGaussian();
                level += random.nextInt(100) == 0 ? 60 : 0;
                double rounded = Math.rint(level * 10) / 10;
                String key = road + " " + time.getDayOfWeek() + " " + time.getHour();
                keys.add(key);
                seasons.computeIfAbsent(key, fresh -> new ArrayList<>()).add(rounded);
                table.add(List.of(time.toString(), "r" + road, String.valueOf(rounded)));
            }
        }
        Map<Long, Double> far = new TreeMap<>();
        for (int row = 0; row < table.size(); row++) {
            List<Double> season = Objects.requireNonNull(seasons.get(keys.get(row)));
            double usual = median(season);
            double spread = Math.max(
                    median(season.stream().map(x -> Math.abs(x - usual)).toList()), 0.02 * Math.abs(usual));
            double z = 0.6745 * (Double.parseDouble(table.get(row).get(2)) - usual) / spread;
            if (Math.abs(z) > 6) {
                far.put(row + 1L, z);
            }
        }

        Profile.Seasonal told = profile(List.of("time", "road", "level"), table).seasonal().stream()
                .filter(each -> each.column().equals("level"))
                .findFirst()
                .orElseThrow();

        assertThat(told.by()).isEqualTo("weekday and hour");
        assertThat(told.entity()).isEqualTo(roads == 1 ? null : "road");
        assertThat(told.judged()).isEqualTo(table.size());
        assertThat(told.count()).isEqualTo(far.size());
        assertThat(told.examples()).hasSize(Math.min(20, far.size())).allSatisfy(example -> assertThat(example.z())
                .isCloseTo(Objects.requireNonNull(far.get(example.row())), within(1e-9)));
        List<Double> furthest = far.values().stream()
                .map(Math::abs)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (int at = 0; at < told.examples().size(); at++) {
            assertThat(Math.abs(told.examples().get(at).z())).isCloseTo(furthest.get(at), within(1e-9));
        }
    }

    private static double median(Collection<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    @Property(tries = 8)
    void theErrorOfAnApproximateDependencyIsTheRowsThatHaveNotTheMostFrequentPartner(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 100, max = 1_500) int rows)
            throws IOException {
        Random random = new Random(seed);
        List<List<String>> table = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int code = random.nextInt(15);
            int partner = random.nextInt(40) == 0 ? random.nextInt(6) : code % 6;
            table.add(List.of("p" + code, "c" + partner, "s" + random.nextInt(4), String.valueOf(row)));
        }
        List<String> names = List.of("post", "city", "side", "row");

        Profile profile = profile(names, table);

        Profile.Pairs pairs = profile.pairs();
        for (int one = 0; one < 3; one++) {
            for (int other = 0; other < 3; other++) {
                double error = (double) broken(table, one, other) / rows;
                assertThat(Objects.requireNonNull(pairs.errors().get(one).get(other)))
                        .as(names.get(one) + " → " + names.get(other))
                        .isEqualTo(error);
                double guess = (double) broken(table, -1, other) / rows;
                assertThat(pairs.guesses().get(other)).isCloseTo(guess, within(1e-12));
                List<String> lhs = List.of(names.get(one));
                String rhs = names.get(other);
                List<Profile.Approximate> told = profile.functionalDependencies().approximate().stream()
                        .filter(each -> each.lhs().equals(lhs) && each.rhs().equals(rhs))
                        .toList();
                boolean isTold = error > 0 && error <= 0.05 && guess >= 0.01 && error < guess / 4;
                if (isTold && !hasSeveralPartners(table, one, other)) {
                    assertThat(told).hasSize(1);
                    assertThat(told.get(0).error()).isEqualTo(error);
                    assertThat(told.get(0).violations()).isEqualTo(broken(table, one, other));
                } else {
                    assertThat(told).isEmpty();
                }
            }
        }
        assertThat(pairs.errors().get(3).get(0)).as("of a key nothing is told").isZero();
    }

    private static boolean hasSeveralPartners(List<List<String>> table, int determinant, int dependent) {
        int all = 0;
        int again = 0;
        int most = 0;
        Map<String, Map<String, Long>> groups = table.stream()
                .collect(Collectors.groupingBy(
                        row -> row.get(determinant),
                        Collectors.groupingBy(row -> row.get(dependent), Collectors.counting())));
        for (Map<String, Long> group : groups.values()) {
            List<Long> others = group.values().stream()
                    .sorted(Comparator.reverseOrder())
                    .skip(1)
                    .toList();
            int violating = others.stream().mapToInt(Long::intValue).sum();
            all += violating;
            most = Math.max(most, violating);
            again += others.stream()
                    .filter(count -> count >= 5)
                    .mapToInt(Long::intValue)
                    .sum();
        }
        return again * 3 > all || groups.size() >= 10 && all >= 10 && most * 2 > all;
    }

    @Example
    void aValueWithTwoPartnersIsNoBrokenDependency() throws IOException {
        List<List<String>> table = new ArrayList<>();
        for (int row = 0; row < 1_000; row++) {
            int code = row % 20;
            String city = row % 250 == 7 ? "slip" + row : "c" + code;
            String shop = code == 3 && row % 3 == 0 ? "other" : "s" + code;
            table.add(List.of("p" + code, city, shop, String.valueOf(row)));
        }

        List<Profile.Approximate> told = profile(List.of("post", "city", "shop", "row"), table)
                .functionalDependencies()
                .approximate();

        assertThat(told)
                .extracting(each -> each.lhs() + " → " + each.rhs())
                .contains("[post] → city")
                .doesNotContain("[post] → shop");
    }

    /** Rows but those of the most frequent partner of each value; of -1, of all rows. */
    private static long broken(List<List<String>> table, int determinant, int dependent) {
        Map<String, Map<String, Long>> groups = table.stream()
                .collect(Collectors.groupingBy(
                        row -> determinant < 0 ? "" : row.get(determinant),
                        Collectors.groupingBy(row -> row.get(dependent), Collectors.counting())));
        return table.size()
                - groups.values().stream()
                        .mapToLong(group ->
                                group.values().stream().mapToLong(x -> x).max().orElse(0))
                        .sum();
    }

    /** All pairs of different rows are looked at, one by one. */
    @Property(tries = 12)
    void nearDuplicatesAreThosePairsThatTheDefinitionHas(@ForAll @LongRange(min = 0) long seed) throws IOException {
        Random random = new Random(seed);
        List<List<String>> table = new ArrayList<>();
        for (int row = 0; row < 80; row++) {
            String label = word(random, 6 + random.nextInt(12)) + " " + word(random, 5);
            List<String> base = List.of(label, word(random, 9), String.valueOf(random.nextInt(9)));
            table.add(base);
            int variant = random.nextInt(8);
            if (variant < 6) {
                table.add(variant(variant, base, random));
            }
        }

        Profile.NearDuplicates near =
                profile(List.of("label", "place", "amount"), table).nearDuplicates();

        Set<List<Long>> pairs = new TreeSet<>((one, other) -> one.toString().compareTo(other.toString()));
        for (int one = 0; one < table.size(); one++) {
            for (int other = one + 1; other < table.size(); other++) {
                if (isNear(table.get(one), table.get(other))) {
                    pairs.add(List.of(one + 1L, other + 1L));
                }
            }
        }
        assertThat(near.rows()).isEqualTo(table.size());
        assertThat(near.pairs()).isEqualTo(pairs.size());
        assertThat(near.examples()).hasSize(Math.min(20, pairs.size())).allSatisfy(pair -> assertThat(pairs)
                .contains(List.of(pair.first(), pair.second())));
    }

    private static String word(Random random, int length) {
        return random.ints(length, 'a', 'z' + 1)
                .mapToObj(letter -> String.valueOf((char) letter))
                .collect(Collectors.joining());
    }

    private static List<String> variant(int variant, List<String> row, Random random) {
        String label = row.get(0);
        int place = 1 + random.nextInt(4);
        return switch (variant) {
            case 0 -> List.of(label.toUpperCase(Locale.ROOT), row.get(1), row.get(2));
            case 1 -> List.of(label.replace(" ", "-"), row.get(1).replace("e", "é"), row.get(2));
            case 2 -> List.of(label.substring(0, place) + "q" + label.substring(place), row.get(1), row.get(2));
            case 3 -> List.of(label, row.get(1).substring(0, 8) + "_", row.get(2));
            case 4 -> List.of(label, row.get(1), "1" + row.get(2));
            default -> List.of(label.substring(3) + "xyz", row.get(1), row.get(2));
        };
    }

    private static boolean isNear(List<String> one, List<String> other) {
        if (one.equals(other)) {
            return false;
        }
        boolean isSamePlain = plain(one.get(0)).equals(plain(other.get(0)))
                && plain(one.get(1)).equals(plain(other.get(1)))
                && one.get(2).equals(other.get(2));
        boolean isSlip = false;
        for (int text = 0; text < 2; text++) {
            int rest = 1 - text;
            int allowed = Math.max(1, one.get(text).length() / 5);
            isSlip |= one.get(rest).equals(other.get(rest))
                    && one.get(2).equals(other.get(2))
                    && steps(one.get(text), other.get(text)) <= allowed;
        }
        return isSamePlain || isSlip;
    }

    private static String plain(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[ .,;:\\-/()_']", "");
    }

    /** How many letters must be put in, taken out or changed; the whole table of Wagner and Fischer, 1974. */
    private static int steps(String one, String other) {
        int[][] steps = new int[one.length() + 1][other.length() + 1];
        for (int row = 0; row <= one.length(); row++) {
            for (int column = 0; column <= other.length(); column++) {
                steps[row][column] = row == 0 || column == 0
                        ? row + column
                        : Math.min(
                                Math.min(steps[row - 1][column], steps[row][column - 1]) + 1,
                                steps[row - 1][column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1));
            }
        }
        return steps[one.length()][other.length()];
    }

    @Property(tries = 8)
    void inclusionsAreThoseOfTheSetsOfValues(@ForAll @LongRange(min = 0) long seed) throws IOException {
        Random random = new Random(seed);
        List<String> names = List.of("alpha", "beta", "gamma");
        List<List<List<String>>> files = new ArrayList<>();
        for (int file = 0; file < 2; file++) {
            int reach = 5 + random.nextInt(30);
            List<List<String>> rows = new ArrayList<>();
            for (int row = 0; row < 40 + random.nextInt(200); row++) {
                rows.add(List.of(
                        "v" + random.nextInt(reach),
                        String.valueOf(3 + random.nextInt(reach)),
                        // Some of these are whole: 4.0 is 4.
                        String.valueOf(random.nextInt(2 * reach) / 2.0)));
            }
            files.add(rows);
        }
        Set<String> expected = new TreeSet<>();
        for (int one = 0; one < 6; one++) {
            for (int other = 0; other < 6; other++) {
                Set<String> values = values(files.get(one / 3), one % 3);
                Set<String> others = values(files.get(other / 3), other % 3);
                Set<String> absent = new HashSet<>(values);
                absent.removeAll(others);
                if (one / 3 != other / 3 && values.size() - absent.size() >= 0.95 * values.size()) {
                    expected.add(one / 3 + names.get(one % 3) + " in " + other / 3 + names.get(other % 3) + ": "
                            + values.size() + " of " + others.size() + " without " + absent.size() + " "
                            + (others.size() == files.get(other / 3).size()));
                }
            }
        }

        Path folder = Files.createTempDirectory("polder-inclusions");
        Set<String> told = new TreeSet<>();
        try (Workbench bench = Workbench.open(new Workbench.Settings(256L << 20, 1, folder))) {
            Inclusions inclusions = new Inclusions(bench, List.of(), Set.of());
            for (int file = 0; file < 2; file++) {
                Path path = written(folder, names, files.get(file));
                FileSource.read(bench, path.toString(), FileSource.Told.NOTHING);
                inclusions.add(String.valueOf(file));
                Files.delete(path);
            }
            for (Inclusions.Inclusion found : inclusions.find()) {
                told.add(found.file() + found.column() + " in " + found.otherFile() + found.otherColumn() + ": "
                        + found.values() + " of " + found.others() + " without " + found.absent() + " "
                        + found.isKey());
            }
        }
        Files.delete(folder);

        assertThat(told).isEqualTo(expected);
    }

    private static Set<String> values(List<List<String>> rows, int column) {
        return rows.stream().map(row -> row.get(column).replaceAll("\\.0$", "")).collect(Collectors.toSet());
    }

    /** Which script a letter is of stands in Scripts.txt of Unicode; here as people know them. */
    @Example
    void scriptsAreThoseOfTheFirstLetters() throws IOException {
        Map<String, List<String>> known = Map.of(
                "latin", List.of("Gent", "Ærø", "3 Gulden", "ßa"),
                "cyrillic", List.of("Москва", "Київ"),
                "greek", List.of("Αθήνα"),
                "arabic", List.of("القاهرة", "12 ب"),
                "hebrew", List.of("חיפה"),
                "han", List.of("東京", "中"),
                "hangul", List.of("서울"),
                "none", List.of("12-3", "(?)"));
        List<List<String>> table = new ArrayList<>();
        Map<String, Long> expected = new TreeMap<>();
        known.forEach((script, words) -> words.forEach(word -> {
            for (int times = 0; times < word.length(); times++) {
                table.add(List.of(word, String.valueOf(table.size())));
            }
            expected.merge(script, (long) word.length(), Long::sum);
        }));

        Profile.Column column = profile(List.of("word", "row"), table).columns().get(0);

        assertThat(Objects.requireNonNull(column.text()).scripts().stream()
                        .collect(Collectors.toMap(each -> String.valueOf(each.value()), Profile.Top::count)))
                .isEqualTo(expected);
    }

    /**
     * The lower end of Wilson's interval is the least part of all from which what was seen is no more than 1.645
     * deviations away: found here by halving, and for no violation by its closed form.
     */
    @Property(tries = 300)
    void theConfidenceOfARuleIsTheLeastPartThatAgreesWithTheRows(
            @ForAll @LongRange(min = 1, max = 10_000_000) long rows,
            @ForAll @IntRange(min = 0, max = 100) int percent) {
        long broken = rows * percent / 100;
        double seen = (double) (rows - broken) / rows;
        double low = 0;
        double high = seen;
        for (int turn = 0; turn < 200; turn++) {
            double part = (low + high) / 2;
            boolean isFar = seen - part > 1.645 * Math.sqrt(part * (1 - part) / rows);
            low = isFar ? part : low;
            high = isFar ? high : part;
        }

        assertThat(SuggestedRules.confidence(rows, broken)).isCloseTo(low, within(1e-9));
        assertThat(SuggestedRules.confidence(rows, 0)).isCloseTo(rows / (rows + 1.645 * 1.645), within(1e-9));
    }

    /** The example of Wikipedia's article on the rule of three: nothing in 1,000 is at most about 3 in 1,000. */
    @Example
    void withoutViolationsTheRuleOfThreeIsNear() {
        assertThat(SuggestedRules.confidence(1_000, 0)).isBetween(1 - 3 / 1_000.0, 1 - 2.5 / 1_000);
    }

    // ---- the program

    private static Profile profile(List<String> names, List<List<String>> rows) throws IOException {
        Path folder = Files.createTempDirectory("polder-across");
        Path file = written(folder, names, rows);
        Profiler.Settings settings = new Profiler.Settings(List.of(), Set.of(), 10, true, 1);
        try (Workbench bench = Workbench.open(new Workbench.Settings(512L << 20, 1, folder))) {
            Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            return Profiler.profile(bench, "rows", source, settings, done -> {});
        } finally {
            Files.delete(file);
            Files.delete(folder);
        }
    }

    private static Path written(Path folder, List<String> names, List<List<String>> rows) throws IOException {
        String text = String.join(",", names) + "\n"
                + rows.stream().map(row -> String.join(",", row)).collect(Collectors.joining("\n")) + "\n";
        return Files.writeString(folder.resolve("rows.csv"), text);
    }
}
