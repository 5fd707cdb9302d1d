package io.polder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds our agent against the recording of the real Flume: the same client sees the same answers and counters, but for
 * the differences that are listed here with their reasons. What the client saw is {@code docs/flume-answers.md}.
 */
final class FlumeAnswersTest {
    private static final Path RECORDING = Path.of("src/test/resources/flume-1.11.0.json");
    private static final Path PAGE = Path.of("../docs/flume-answers.md");

    private static final String ANSWERS = "Answers of the HTTP source";
    private static final String HEADERS = "Headers in what is posted";
    private static final String AFTER = "Counters after these requests";
    private static final String REQUIRED = "Two required channels, the second with room for 10";
    private static final String HDFS = "The HDFS sink, batchSize 10, rollCount 10 as by default";

    /**
     * A difference that is meant.
     *
     * @param section of the script; empty for every one
     * @param line a regular expression, and {@code ours}, what we say there
     */
    private record Difference(String section, String line, String ours, String reason) {
        boolean explains(String where, String what, String found) {
            return (section.isEmpty() || section.equals(where)) && what.matches(line) && found.matches(ours);
        }
    }

    private static final List<Difference> DIFFERENCES = List.of(
            new Difference(
                    ANSWERS,
                    "charset ISO-8859-1|an unknown charset",
                    "415",
                    "the sender's mistake, and not a server's"),
            new Difference(
                    ANSWERS,
                    "an array of null|an empty request body|only spaces|null instead of an array"
                            + "|a comma behind the last event|GET|HEAD",
                    "400",
                    "the sender's mistake, and not a server's"),
            new Difference(
                    ANSWERS,
                    "a text without quotes|a number that begins with zeros",
                    "400",
                    "a text stands between quotes, double or single; Flume's parser happens to take it"),
            new Difference(ANSWERS, "bytes that are not UTF-8", "400", "nothing is changed silently"),
            new Difference(HEADERS, "a header that is null", ".*", "a header without a value is none"),
            new Difference(ANSWERS, "OPTIONS", "405", "a method that is not there, and not one that is forbidden"),
            new Difference(
                    AFTER,
                    ".* (Event|Append).*",
                    ".*",
                    "follows from the three requests above that are 400 here and 200 there"),
            new Difference(
                    "",
                    "SINK.k Batch(Underflow|Complete)Count",
                    ".*",
                    "counted for every sink, as the counter's description says"),
            new Difference(
                    "The Kafka sink, flumeBatchSize 10",
                    "SINK.k ConnectionCreatedCount",
                    "1",
                    "the connection to the brokers is counted"),
            new Difference(
                    "A channel of 10 events that nobody empties, 5 a transaction",
                    "six events, more than a transaction may hold",
                    "413",
                    "such a batch can never fit, so trying again is of no use"),
            new Difference(
                    REQUIRED,
                    "CHANNEL.c .*",
                    ".*",
                    "503 means that no channel has the batch, so that a repetition doubles nothing"),
            new Difference(
                    "TAILDIR",
                    "renamed to a name that is followed, and a new file",
                    ".*",
                    "a file is read once, whatever its name becomes"),
            new Difference(
                    "spooldir",
                    "a file that is not in UTF-8, and a good one",
                    ".*",
                    "the other files go on; Flume's source ends"),
            new Difference(
                    "The Kafka source",
                    "SOURCE.s AppendBatch.*",
                    "1",
                    "counted for every source, as the counter's description says"),
            new Difference(
                    "The Kafka source",
                    "SOURCE.s (ChannelWriteFail|EventReadFail|GenericProcessingFail)",
                    "0",
                    "shown of every source"),
            new Difference(
                    "A Kafka channel",
                    "CHANNEL.c ChannelFillPercentage",
                    "0.0",
                    "a topic has no capacity, and is not full for that"),
            new Difference(
                    "The avro source behind it",
                    "SOURCE.s OpenConnectionCount",
                    "1",
                    "the connection that is open is counted"),
            new Difference(
                    "Sinks that cannot deliver",
                    "Kafka: a failure counter moves.*",
                    "yes",
                    "whoever looks at the counters hears of it"),
            new Difference("netcat", "SOURCE.s .*", ".*", "Flume's netcat source counts nothing that it shows"),
            new Difference(
                    HDFS,
                    "files",
                    ".*",
                    "what was delivered is in the file, which Flume leaves in a buffer of its own"));

    @TempDir
    Path folder;

    @Test
    void theSameClientSeesTheSameAnswersAndCounters() throws IOException {
        Map<String, Map<String, String>> flume = FlumeRecording.read(RECORDING).sections();
        Map<String, Map<String, String>> ours;
        try (BrokerProcess broker =
                BrokerProcess.start(folder.resolve("broker"), 1, FlumeScript.topics(AgentProcess.Kind.POLDER))) {
            ours = FlumeScript.run(AgentProcess.Kind.POLDER, folder, broker.bootstrap())
                    .sections();
        }

        List<String> unexplained = new ArrayList<>();
        String page = page(flume, ours, unexplained);

        assertThat(unexplained).isEmpty();
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(page).isEqualTo(Files.readString(PAGE));
    }

    private static String page(
            Map<String, Map<String, String>> flume, Map<String, Map<String, String>> ours, List<String> unexplained) {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        flume.forEach((section, lines) -> {
            Map<String, String> mine = ours.getOrDefault(section, Map.of());
            page.append("\n## ").append(section).append("\n\n| what | Flume 1.11.0 | Polder |\n|---|---|---|\n");
            Map<String, String> all = new LinkedHashMap<>(lines);
            mine.forEach(all::putIfAbsent);
            for (String line : all.keySet()) {
                String theirs = lines.getOrDefault(line, "not there");
                String found = mine.getOrDefault(line, "not there");
                page.append("| ")
                        .append(cell(line))
                        .append(" | ")
                        .append(cell(theirs))
                        .append(" | ");
                if (theirs.equals(found)) {
                    page.append("the same");
                } else {
                    String why = reason(section, line, found);
                    if (why == null) {
                        unexplained.add(section + " / " + line + ": Flume '" + theirs + "', ours '" + found + "'");
                    }
                    // In how many batches a sink takes what comes bit by bit, depends on how busy the machine is.
                    String shown = line.equals("SINK.k BatchUnderflowCount") ? "a number" : found;
                    page.append("**").append(cell(shown)).append("**: ").append(why);
                }
                page.append(" |\n");
            }
        });
        return page.toString();
    }

    private static @Nullable String reason(String section, String line, String found) {
        return DIFFERENCES.stream()
                .filter(difference -> difference.explains(section, line, found))
                .map(Difference::reason)
                .findFirst()
                .orElse(null);
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private static final String INTRODUCTION = """
            # Flume's answers and ours

            One client, written down in `bench` (`FlumeScript`), was run against the real Flume 1.11.0 and is run against
            Polder's agent by every build. This is what it saw. Bold is what differs, with the reason. Of counters that
            depend on how often a sink looked, or on how busy the machine is, it is only said that they are there.

            `./polder bench recording` records Flume anew; a test writes this page (`-Dgolden.update=true`).
            """;
}
