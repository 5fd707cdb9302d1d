package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told about a definition that is wrong. */
final class ProblemsTest {
    private static final String GOOD = """
            mart: tiny
            feeds:
              readings:
                http: true
                format: json
                fields: [{name: uid, type: bigint}, {name: time, type: timestamp}, {name: speed, type: double}]
                key: [uid]
            tables:
              readings: {from: readings, key: [uid, time], time: time}
            """;

    private final Path folder;

    ProblemsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void allProblemsOfABadDefinitionAreToldAtOnceInTheOrderOfTheFile() throws IOException {
        String bad = Files.readString(Path.of("src/test/golden/config/bad.yaml"));

        List<Problem> problems = problems(bad);

        GoldenFile.matches("src/test/golden/config/bad.txt", lines(problems));
    }

    @Test
    void everyProblemHasAPlaceAndAFix() throws IOException {
        for (Problem problem : problems(Files.readString(Path.of("src/test/golden/config/bad.yaml")))) {
            assertThat(problem.place()).startsWith("polder.yaml:");
            assertThat(problem.wrong()).isNotBlank().doesNotEndWith(".");
            assertThat(problem.fix()).isNotBlank().doesNotEndWith(".");
        }
    }

    @Test
    void aGoodDefinitionHasNoProblems() throws IOException {
        assertThat(problems(GOOD)).isEmpty();
    }

    @Test
    void whatIsNotYamlIsToldWithItsLine() throws IOException {
        assertThat(lines(problems("mart: tiny\n\tfeeds: {}\n")))
                .isEqualTo("polder.yaml:2 = 'feeds: {}': is not YAML: found character '\\t(TAB)' that cannot start any"
                        + " token. (Do not use \\t(TAB) for indentation). Fix: indent with spaces\n");
        assertThat(lines(problems("mart: tiny\nfeeds: {a: [}\n")))
                .startsWith("polder.yaml:2 = 'feeds: {a: [}': is not YAML: ")
                .endsWith("Fix: check the indentation, quotes and brackets here and on the line before\n");
        assertThat(lines(problems("mart: tiny\nviews:\n  a: b: c\n")))
                .startsWith("polder.yaml:3 = 'a: b: c': is not YAML: mapping values are not allowed here.")
                .endsWith("Fix: put a value that contains ': ' in quotes, and check the indentation\n");
        assertThat(lines(problems("mart: tiny\n---\nmart: other\n")))
                .endsWith("Fix: keep one document, without a second '---'\n");
        assertThat(lines(problems("- a\n- b\n")))
                .isEqualTo("polder.yaml:1 = '[a, b]': is a list, not a mapping. Fix: write keys with values, like"
                        + " 'mart: flanders'\n");
    }

    @Test
    void anEmptyFileLacksWhatIsRequired() throws IOException {
        assertThat(lines(problems(""))).isEqualTo("""
                        polder.yaml:1 mart: is missing. Fix: add 'mart: flanders'
                        polder.yaml:1 feeds: is missing. Fix: add 'feeds: {traffic: {…}}'
                        """);
        assertThat(problems("# nothing\n")).hasSize(2);
        assertThat(lines(problems("mart: a\nfeeds: {}\n")))
                .contains("polder.yaml:2 feeds = '{}': names no feed. Fix: write at least one");
    }

    @Test
    void aMissingFileOrFolderIsTold() throws IOException {
        assertThat(lines(problemsIn(folder, List.of())))
                .isEqualTo(folder.resolve("polder.yaml") + ": there is no such file. Fix: name a mart's folder, or"
                        + " write a first mart with: ./polder init " + folder + "\n");
        Path file = Files.writeString(folder.resolve("polder.yaml"), GOOD);
        assertThat(lines(problemsIn(file, List.of()))).endsWith("Fix: name the folder, not the file\n");
    }

    @Test
    void bytesThatAreNotUtf8AreTold() throws IOException {
        Files.write(folder.resolve("polder.yaml"), "mart: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(lines(problemsIn(folder, List.of())))
                .isEqualTo("polder.yaml: is not UTF-8. Fix: save it in the encoding UTF-8\n");
    }

    @Test
    void aByteOrderMarkIsNoProblem() throws IOException {
        assertThat(problems("\uFEFF" + GOOD)).isEmpty();
    }

    @Test
    void anchorsThatHoldThemselvesOrMultiplyAreRefused() throws IOException {
        assertThat(lines(problems(GOOD + "views: &a\n  b: *a\n"))).contains("holds itself, or too much");

        StringBuilder bomb = new StringBuilder(GOOD).append("x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n");
        for (int level = 1; level < 12; level++) {
            String inner = "*x" + (level - 1);
            bomb.append("x" + level + ": &x" + level + " [" + (inner + ", ").repeat(9) + inner + "]\n");
        }
        assertThat(lines(problems(bomb.toString())))
                .contains("Number of aliases")
                .endsWith("Fix: write it without anchors\n");
    }

    @Test
    void aFileOfSqlIsReadInPlaceOfItsName() throws IOException {
        Files.writeString(folder.resolve("readings.sql"), "\n-- as they come\nSELECT e.uid, e.time\nFROM event e;\n\n");
        Files.writeString(folder.resolve("slow.sql"), "SELECT * FROM readings WHERE speed < 50");
        Files.writeString(
                folder.resolve("polder.yaml"),
                GOOD.replace("time: time}", "time: time, select: readings.sql}") + "views: {slow: slow.sql}\n");

        Mart mart = MartReader.read(folder);

        assertThat(mart.table("readings").effectiveSelect())
                .isEqualTo("\n-- as they come\nSELECT e.uid, e.time\nFROM event e");
        assertThat(mart.views()).containsEntry("slow", new View("slow", "SELECT * FROM readings WHERE speed < 50"));
        assertThat(mart.place("tables.readings.select")).isEqualTo("readings.sql:1 tables.readings.select");
    }

    @Test
    void anEmptyFileOfSqlIsTold() throws IOException {
        Files.writeString(folder.resolve("slow.sql"), " \n");

        assertThat(lines(problems(GOOD + "views: {slow: slow.sql}\n")))
                .isEqualTo("polder.yaml:10 views.slow = 'slow.sql': is an empty file. Fix: write a SELECT into it\n");
    }

    @Test
    void aVariableOfTheEnvironmentIsPutIntoAnAddressAndNeverShown() throws IOException {
        String yaml =
                GOOD.replace("http: true", "poll: \"https://${env:USER_NAME}@example.org:8443/a?t=${env:TOKEN}\"");
        Files.writeString(folder.resolve("polder.yaml"), yaml);

        Feed feed = MartReader.read(folder, List.of(), Map.of("USER_NAME", "me", "TOKEN", "s3cret"))
                .feed("readings");

        assertThat(String.valueOf(feed.poll())).isEqualTo("https://me@example.org:8443/a?t=s3cret");
        assertThat(feed.shownAddress()).isEqualTo("https://example.org:8443/a");
        Files.writeString(folder.resolve("polder.yaml"), yaml);
        List<Problem> problems = problemsIn(folder, List.of(), Map.of("USER_NAME", "me", "TOKEN", "a b"));
        assertThat(lines(problems)).contains("is no address").doesNotContain("a b");
    }

    @Test
    void settingsTakeThePlaceOfWhatTheFileSays() throws IOException {
        Files.writeString(folder.resolve("polder.yaml"), GOOD);

        Mart mart = MartReader.read(
                folder,
                List.of(
                        "mart=other",
                        "feeds.readings.http=",
                        "feeds.readings.poll=http://127.0.0.1:9999/a?b=c",
                        "feeds.readings.every=5s",
                        "feeds.readings.sample.every=10m",
                        "feeds.readings.fields[3].type=integer",
                        "tables.readings.key=[uid, time, speed]",
                        "tables.readings.rules=[{check: speed > 0}]",
                        "tables.readings.retain=30d",
                        "views.slow=SELECT * FROM readings WHERE speed = 0",
                        "web.port=1"),
                Map.of());

        assertThat(mart.name()).isEqualTo("other");
        Feed feed = mart.feed("readings");
        assertThat(String.valueOf(feed.poll())).isEqualTo("http://127.0.0.1:9999/a?b=c");
        assertThat(feed.every()).hasSeconds(5);
        assertThat(feed.sampleEvery()).isEqualTo(java.time.Duration.ofMinutes(10));
        assertThat(feed.format().schema().fields().get(2).type()).isEqualTo(io.polder.record.Type.INTEGER);
        Table table = mart.table("readings");
        assertThat(table.key()).containsExactly("uid", "time", "speed");
        assertThat(table.rules()).containsExactly(new Rule("rule", "", "speed > 0", Rule.OnViolation.COUNT));
        assertThat(table.retain()).hasDays(30);
        assertThat(mart.views()).containsKey("slow");
    }

    @Test
    void settingsThatDoNotFitAreProblemsToo() throws IOException {
        Files.writeString(folder.resolve("polder.yaml"), GOOD);

        List<Problem> problems = problemsIn(
                folder,
                List.of(
                        "feeds.reading.every=5s",
                        "feeds.readings.evry=5s",
                        "feeds.readings.partitions=four",
                        "feeds.readings.format.delimiter=;",
                        "feeds.readings.fields[9].type=integer",
                        "tables.readings.key=[uid",
                        "tables.readings.from=",
                        "wbe.port=1",
                        "nonsense"));

        assertThat(lines(problems)).isEqualTo("""
                        --set wbe.port: no such key. Fix: did you mean 'web'?
                        --set = 'nonsense': is no setting. Fix: write it like --set web.port=8081
                        --set feeds.reading.every: there is no 'reading' in feeds. Fix: did you mean 'readings'?
                        --set feeds.readings.format.delimiter: is inside of a text, which has no 'delimiter'. Fix: set feeds.readings.format as a whole
                        --set feeds.readings.fields[9].type: there is no item [9]. Fix: count the items of the list from 1
                        --set tables.readings.key = '[uid': is neither a list nor a mapping. Fix: close its brackets, like [a, b] or {a: b}
                        --set feeds.readings.evry: no such key. Fix: did you mean 'every'?
                        --set feeds.readings.partitions = 'four': is not a whole number. Fix: write a whole number from 1 to 256
                        polder.yaml:9 tables.readings.from: is missing. Fix: add 'from: traffic'
                        """);
    }

    @Test
    void topicsThatKafkaDoesNotTellApartAreTold() throws IOException {
        String another = "  NAME: {http: true, format: json, fields: [{name: uid, type: bigint}], key: [uid]}\n";
        String tables = "tables:\n";

        assertThat(lines(problems(GOOD.replace(tables, another.replace("NAME", "readings_rejected") + tables))))
                .isEqualTo(
                        "polder.yaml:8 feeds.readings_rejected.topic = 'readings_rejected': Kafka does not tell it from"
                                + " 'readings.rejected', as '.' and '_' are one to it. Fix: choose another name\n");
        assertThat(lines(problems(GOOD.replace("time: time}", "time: time, publish: polder_edge}"))))
                .contains("Kafka does not tell it from 'polder.edge'");
        assertThat(lines(problems(GOOD.replace("time: time}", "time: time, publish: readings}"))))
                .isEqualTo("polder.yaml:9 tables.readings.publish = 'readings': is the topic of a feed. Fix: choose"
                        + " another name\n");
    }

    @Test
    void aPanelOfAMapMayHaveNoDetails() throws IOException {
        assertThat(problems(
                        GOOD + "maps: {live: {table: readings, position: [uid, speed], colour: speed, details: []}}\n"))
                .isEmpty();
    }

    private List<Problem> problems(String yaml) throws IOException {
        Files.writeString(folder.resolve("polder.yaml"), yaml);
        return problemsIn(folder, List.of());
    }

    private static List<Problem> problemsIn(Path folder, List<String> settings) {
        return problemsIn(folder, settings, Map.of());
    }

    private static List<Problem> problemsIn(Path folder, List<String> settings, Map<String, String> environment) {
        PolderException failure =
                catchThrowableOfType(PolderException.class, () -> MartReader.read(folder, settings, environment));
        if (failure == null) {
            return List.of();
        }
        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_DEFINITION);
        return failure.problems();
    }

    private static String lines(List<Problem> problems) {
        StringBuilder lines = new StringBuilder();
        problems.forEach(problem -> lines.append(problem).append('\n'));
        return lines.toString();
    }
}
