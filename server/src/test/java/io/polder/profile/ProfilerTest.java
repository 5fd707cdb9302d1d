package io.polder.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.polder.config.RuleFile;
import io.polder.record.PolderException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiles of real files through the real engine. */
class ProfilerTest {
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00Z");

    @TempDir
    Path folder;

    @Test
    void numbersAreThoseOfTheTextbook() throws Exception {
        Profile profile = profile(resource("titanic.csv"));
        double[] ages = numbers("titanic.csv", "Age");
        Profile.Column age = column(profile, "Age");
        Profile.Numbers numbers = Objects.requireNonNull(age.numbers());
        double mean = DoubleStream.of(ages).average().orElseThrow();
        double variance =
                DoubleStream.of(ages).map(x -> (x - mean) * (x - mean)).sum() / (ages.length - 1);

        assertThat(profile.rows()).isEqualTo(891);
        assertThat(age.type()).isEqualTo("decimal");
        assertThat(age.count()).isEqualTo(ages.length).isEqualTo(714);
        assertThat(age.missing()).isEqualTo(177);
        assertThat(age.density()).isCloseTo(714.0 / 891, within(1e-12));
        assertThat(age.distinct()).isEqualTo(DoubleStream.of(ages).distinct().count());
        assertThat(numbers.mean()).isCloseTo(mean, within(1e-10));
        assertThat(numbers.sum()).isCloseTo(DoubleStream.of(ages).sum(), within(1e-8));
        assertThat(numbers.variance()).isCloseTo(variance, within(1e-8));
        assertThat(numbers.deviation()).isCloseTo(Math.sqrt(variance), within(1e-10));
        assertThat(numbers.min()).isEqualTo(0.42);
        assertThat(numbers.max()).isEqualTo(80);
        for (double at : new double[] {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}) {
            assertThat(numbers.quantile(at)).as("quantile %s", at).isCloseTo(quantile(ages, at), within(1e-10));
        }
        double median = quantile(ages, 0.5);
        assertThat(numbers.mad())
                .isCloseTo(
                        quantile(
                                DoubleStream.of(ages)
                                        .map(x -> Math.abs(x - median))
                                        .toArray(),
                                0.5),
                        within(1e-10));
        int n = ages.length;
        double second = moment(ages, mean, 2);
        double skewness = Math.sqrt((double) n * (n - 1)) / (n - 2) * moment(ages, mean, 3) / Math.pow(second, 1.5);
        double excess = moment(ages, mean, 4) / (second * second) - 3;
        double kurtosis = (n - 1.0) / ((n - 2.0) * (n - 3)) * ((n + 1) * excess + 6);
        assertThat(numbers.skewness()).isCloseTo(skewness, within(1e-9));
        assertThat(numbers.kurtosis()).isCloseTo(kurtosis, within(1e-9));
        assertThat(numbers.histogram().stream().mapToLong(Profile.Bin::count).sum())
                .isEqualTo(714);
        double low = quantile(ages, 0.25);
        double high = quantile(ages, 0.75);
        assertThat(numbers.outliers().iqr())
                .isEqualTo(DoubleStream.of(ages)
                        .filter(x -> x < low - 1.5 * (high - low) || x > high + 1.5 * (high - low))
                        .count());
        assertThat(numbers.outliers().examples().get(0)).isEqualTo(new Profile.Far(80, 631));
    }

    private static double moment(double[] values, double mean, int power) {
        return DoubleStream.of(values)
                .map(x -> Math.pow(x - mean, power))
                .average()
                .orElseThrow();
    }

    /** Between the two nearest values, by their distance (Hyndman and Fan's seventh). */
    private static double quantile(double[] values, double at) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double place = at * (sorted.length - 1);
        int below = (int) place;
        double above = sorted[Math.min(below + 1, sorted.length - 1)];
        return sorted[below] + (place - below) * (above - sorted[below]);
    }

    @Test
    void textsAreDescribedAsTheyAre() throws Exception {
        Profile profile = profile(resource("titanic.csv"));

        Profile.Column sex = column(profile, "Sex");
        assertThat(sex.top()).containsExactly(new Profile.Top("male", 577), new Profile.Top("female", 314));
        assertThat(sex.unique()).isZero();
        Profile.Text text = Objects.requireNonNull(sex.text());
        assertThat(text.minLength()).isEqualTo(4);
        assertThat(text.maxLength()).isEqualTo(6);
        assertThat(text.meanLength()).isCloseTo((577 * 4 + 314 * 6) / 891.0, within(1e-10));
        assertThat(column(profile, "PassengerId").type())
                .as("a number that is a name has no mean")
                .isEqualTo("code");
        assertThat(column(profile, "PassengerId").numbers()).isNull();
        assertThat(profile.keys()).contains(List.of("PassengerId"), List.of("Name"));
    }

    @ParameterizedTest
    @CsvSource({
        "abalone.csv, 137",
        "adult.csv.gz, 78",
        "balance-scale.csv, 1",
        "bridges.csv, 142",
        "iris.csv, 4",
        "letter.csv.gz, 61"
    })
    void dependenciesAreThePublishedOnesFromTheFileOn(String file, int count) throws Exception {
        Profile.FunctionalDependencies found = profile(Path.of("../core/src/test/resources/io/polder/statistics", file))
                .functionalDependencies();

        assertThat(found.count()).isEqualTo(count).isEqualTo(found.minimal().size());
        assertThat(found.complete()).isTrue();
    }

    /** How many of the cells that are known to be wrong the rules find that the wrong file itself suggests. */
    @Test
    void suggestedRulesFindWhatIsWrong() throws Exception {
        Path dirty = resource("hospital_dirty.csv");
        Path rules = folder.resolve("rules.yaml");
        Files.writeString(rules, Reports.rules(profile(dirty)));

        Set<String> flagged = new HashSet<>();
        for (Validation.Outcome outcome : with(
                dirty,
                (bench, source) ->
                        Validation.validate(bench, RuleFile.read(rules), List.of(), Integer.MAX_VALUE, NOW))) {
            assertThat(outcome.problem()).as(outcome.rule().title()).isEmpty();
            String column = outcome.rule() instanceof RuleFile.Check check
                    ? check.rule().column()
                    : outcome.rule() instanceof RuleFile.Determined determined
                            ? determined.column()
                            : outcome.rule() instanceof RuleFile.OfType ofType ? ofType.column() : "";
            outcome.examples().forEach(row -> flagged.add(row + " " + column));
        }
        Set<String> wrong = differences("hospital_dirty.csv", "hospital_clean.csv");
        long found = flagged.stream().filter(wrong::contains).count();
        double recall = (double) found / wrong.size();
        double precision = (double) found / flagged.size();
        String told = flagged.size() + " flagged, " + found + " of " + wrong.size() + " found";
        assertThat(recall).as(told).isGreaterThan(0.95);
        assertThat(precision).as(told).isGreaterThan(0.95);
    }

    private Set<String> differences(String dirty, String clean) throws Exception {
        List<List<String>> wrong = lines(dirty);
        List<List<String>> right = lines(clean);
        Set<String> cells = new HashSet<>();
        for (int row = 1; row < wrong.size(); row++) {
            for (int column = 0; column < wrong.get(0).size(); column++) {
                if (!wrong.get(row).get(column).equals(right.get(row).get(column))) {
                    cells.add(row + " " + wrong.get(0).get(column));
                }
            }
        }
        return cells;
    }

    @Test
    void nullWordsDecimalCommasAndDatesAreFound() throws Exception {
        Path file = file(
                "amounts.csv",
                """
                day;amount;note
                27/04/2017;1.234,50;a
                28/04/2017;NA;b
                29/04/2017;12,00;-
                30/04/2017;;  \

                """
                        + IntStream.range(1, 29)
                                .mapToObj(day -> String.format("%02d/05/2017;%d,25;c%d\n", day, day, day))
                                .collect(Collectors.joining()));
        Profile profile = profile(file);

        assertThat(profile.source().options()).contains(new Profile.Option("delimiter", ";", true));
        Profile.Column amount = column(profile, "amount");
        assertThat(amount.type()).isEqualTo("decimal");
        assertThat(Objects.requireNonNull(amount.numbers()).max()).isEqualTo(1234.5);
        assertThat(amount.missing()).isEqualTo(2);
        assertThat(amount.missingBy()).isEqualTo(new Profile.MissingBy(1, 0, 0, 1, List.of("NA")));
        assertThat(column(profile, "day").type()).isEqualTo("date");
        assertThat(Objects.requireNonNull(column(profile, "day").time()).min()).startsWith("2017-04-27");
        assertThat(column(profile, "note").missingBy()).isEqualTo(new Profile.MissingBy(0, 0, 1, 1, List.of("-")));
    }

    @Test
    void whatIsPersonalAndRareIsNowhere() throws Exception {
        StringBuilder csv = new StringBuilder("email,city,salary,ill\n");
        List<String> mails = new ArrayList<>();
        for (int row = 0; row < 60; row++) {
            String mail = row < 20 ? "info@example.org" : "person" + row + "@example.org";
            mails.add(mail);
            csv.append(mail).append(",Gent,").append(1000 + 7 * row).append(row % 2 == 0 ? ",yes\n" : ",no\n");
        }
        Path file = file("people.csv", csv.toString());
        Profiler.Settings settings = new Profiler.Settings(List.of(), Set.of("salary", "ill"), 10, true, 2);

        Profile profile =
                with(file, (bench, source) -> Profiler.profile(bench, "people", source, settings, done -> {}));

        assertThat(profile.privacy().columns()).containsExactly("email", "salary", "ill");
        String everywhere = Reports.json(profile)
                + Reports.html(profile)
                + String.join("\n", Reports.text(profile, 200, false))
                + Reports.rules(profile);
        assertThat(everywhere)
                .contains("info@example.org")
                .doesNotContain("1413")
                .doesNotContain("\"1000\"");
        mails.stream().filter(mail -> mail.startsWith("person")).forEach(mail -> assertThat(everywhere)
                .doesNotContain(mail));
        assertThat(column(profile, "email").distinct()).as("rounded down").isEqualTo(40);
        assertThat(column(profile, "salary").numbers()).isNull();
        assertThat(column(profile, "email").density()).as("no value is missing").isEqualTo(1);
        assertThat(column(profile, "email").count()).isEqualTo(60);
        assertThat(String.join("\n", Reports.text(profile, 200, false)))
                .as("two values are few, and not none")
                .containsPattern("ill .*<10 ");
    }

    @Test
    void countsOfPersonalColumnsFollowFromRoundedOnesAlone() throws Exception {
        for (int missing = 0; missing <= 23; missing++) {
            StringBuilder csv = new StringBuilder("who,n\n");
            for (int row = 0; row < 23; row++) {
                csv.append(row < missing ? "" : "w" + row).append(",1\n");
            }
            Path file = file("missing" + missing + ".csv", csv.toString());
            Profiler.Settings settings = new Profiler.Settings(List.of(), Set.of("who"), 10, false, 1);

            Profile.Column who = column(
                    with(file, (bench, source) -> Profiler.profile(bench, "who", source, settings, done -> {})), "who");

            // Fewer than ten values are none, as fewer than ten that are missing are.
            long told = missing < 10 ? 0 : missing < 20 ? 10 : 23;
            assertThat(who.missing()).as(missing + " missing").isEqualTo(told);
            assertThat(who.count()).isEqualTo(23 - told);
            assertThat(who.density()).isEqualTo((23.0 - told) / 23);
        }
    }

    @Test
    void valuesOfAnotherTypeBreakTheRuleOfTheTypeAlone() throws Exception {
        Path file = file("ages.csv", "age\n" + "30\n".repeat(40) + "old\n\"\"\n");
        Path rules = file("ages.yaml", """
                rules:
                  - {column: age, type: integer}
                  - {column: age, check: "age IS NOT NULL"}
                  - {column: age, check: "agee > 1"}
                  - {column: age, check: "age >"}
                  - {unique: [agee]}
                """);

        List<Validation.Outcome> outcomes =
                with(file, (bench, source) -> Validation.validate(bench, RuleFile.read(rules), List.of(), 10, NOW));

        assertThat(outcomes.get(0).examples()).containsExactly(41L);
        assertThat(outcomes.get(1).examples()).containsExactly(42L);
        assertThat(outcomes.get(2).problem()).startsWith("There is no column 'agee'. Fix: did you mean 'age'?");
        assertThat(outcomes.get(3).problem()).contains("syntax error").contains("Fix: write one condition in SQL");
        assertThat(outcomes.get(4).problem()).isEqualTo("There is no column 'agee'. Fix: did you mean 'age'?");
    }

    @Test
    void theSameDataGiveTheSameBytes() throws Exception {
        Path file = resource("meteorite_landings.csv.gz");

        assertThat(Reports.json(profile(file, 1))).isEqualTo(Reports.json(profile(file, 1)));
    }

    @Test
    void rowsThatCannotBeReadAreCountedAndShown() throws Exception {
        Profile profile = profile(file("ragged.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n"));

        assertThat(profile.rows()).isEqualTo(2);
        assertThat(profile.source().unreadable()).isEqualTo(2);
        assertThat(profile.source().unreadableExamples())
                .extracting(Profile.Unreadable::line)
                .containsExactly(3L, 4L);
        assertThat(profile.alerts().get(0).kind()).isEqualTo("unreadable");
    }

    @Test
    void smallAndOddFilesHaveProfilesToo() throws Exception {
        assertThat(profile(file("header.csv", "a,b\n")).rows()).isZero();
        assertThat(profile(file("one.csv", "a,b\n1,x\n")).rows()).isEqualTo(1);
        assertThat(profile(file("column.csv", "a\n1\n2\n3\n")).columns()).hasSize(1);
        Profile nothing = profile(file("nothing.csv", "a,b\n,\n,\n,\n"));
        assertThat(nothing.rows()).isEqualTo(3);
        assertThat(nothing.alerts()).extracting(Profile.Alert::kind).contains("all missing");
        assertThat(profile(file("rtl.csv", "שם,עיר\nדוד,חיפה\nשרה,אילת\n")).columns())
                .extracting(Profile.Column::name)
                .containsExactly("שם", "עיר");
        assertThat(column(profile(file("far.csv", "d\n0001-01-01\n9999-12-31\n2017-04-27\n")), "d")
                        .type())
                .isEqualTo("date");
        assertThat(column(profile(file("big.csv", "n\n1e308\n-1e308\n1e400\n5\n")), "n")
                        .type())
                .isEqualTo("decimal");
        String wide = IntStream.range(0, 300).mapToObj(at -> "c" + at).collect(Collectors.joining(","));
        String values = IntStream.range(0, 300).mapToObj(String::valueOf).collect(Collectors.joining(","));
        assertThat(profile(file("wide.csv", wide + "\n" + values + "\n" + values + "\n"))
                        .columns())
                .hasSize(300);
    }

    @Test
    void whatCannotBeReadIsSaidInASentence() throws Exception {
        assertThatThrownBy(() -> profile(folder.resolve("nowhere.csv")))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("there is no such file")
                .hasMessageContaining("Fix:");
        assertThatThrownBy(() -> profile(file("empty.csv", "")))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("is empty");
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(whole)) {
            for (int row = 0; row < 100_000; row++) {
                gzip.write((row + "," + row * 7919 % 1000 + "\n").getBytes(UTF_8));
            }
        }
        Path cut = folder.resolve("cut.csv.gz");
        Files.write(cut, Arrays.copyOf(whole.toByteArray(), whole.size() / 2));
        assertThatThrownBy(() -> profile(cut))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("Fix:");
    }

    @Test
    void latinLettersAreReadAsTheyWereWritten() throws Exception {
        Path file = folder.resolve("latin.csv");
        Files.write(file, "stad,naam\nLiège,é\nGent,b\n".getBytes(StandardCharsets.ISO_8859_1));

        Profile profile = profile(file);

        assertThat(profile.source().options()).contains(new Profile.Option("encoding", "latin-1", true));
        assertThat(column(profile, "stad").top()).extracting(Profile.Top::value).contains("Liège");
    }

    private Profile profile(Path file) {
        return profile(file, 2);
    }

    private Profile profile(Path file, int threads) {
        Profiler.Settings settings = new Profiler.Settings(List.of(), Set.of(), 10, true, threads);
        return with(
                file,
                threads,
                (bench, source) ->
                        Profiler.profile(bench, String.valueOf(file.getFileName()), source, settings, done -> {}));
    }

    private interface Use<T> {
        T with(Workbench bench, Profile.Source source);
    }

    private <T> T with(Path file, Use<T> use) {
        return with(file, 2, use);
    }

    private <T> T with(Path file, int threads, Use<T> use) {
        try (Workbench bench = Workbench.open(new Workbench.Settings(512L << 20, threads, folder.resolve("work")))) {
            return use.with(bench, FileSource.read(bench, file.toString(), FileSource.Told.NOTHING));
        }
    }

    private static Profile.Column column(Profile profile, String name) {
        return profile.columns().stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Path resource(String name) throws URISyntaxException, IOException {
        var url = Objects.requireNonNull(ProfilerTest.class.getResource(name), name);
        return Path.of(url.toURI());
    }

    private static double[] numbers(String file, String column) throws Exception {
        List<List<String>> lines = lines(file);
        int at = lines.get(0).indexOf(column);
        return lines.stream()
                .skip(1)
                .map(line -> line.get(at))
                .filter(value -> !value.isEmpty())
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    /** A reader of its own, so that the engine's is held against something. */
    private static List<List<String>> lines(String file) throws Exception {
        List<List<String>> lines = new ArrayList<>();
        for (String line : Files.readAllLines(resource(file))) {
            List<String> values = new ArrayList<>();
            StringBuilder value = new StringBuilder();
            boolean isQuoted = false;
            for (int at = 0; at < line.length(); at++) {
                char character = line.charAt(at);
                if (character == '"') {
                    isQuoted = !isQuoted;
                } else if (character == ',' && !isQuoted) {
                    values.add(value.toString());
                    value.setLength(0);
                } else {
                    value.append(character);
                }
            }
            values.add(value.toString());
            lines.add(values);
        }
        return lines;
    }
}
