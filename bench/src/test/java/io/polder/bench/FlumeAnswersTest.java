package io.polder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds our agent against the recording of the real Flume: the same client sees the same answers and counters, but for
 * the differences that are listed here with their reasons. What the client saw is {@code docs/flume-answers.md}.
 */
final class FlumeAnswersTest {
    private static final Path RECORDING = Path.of("src/test/resources/flume-1.11.0.json");
    private static final Path PAGE = Path.of("../docs/flume-answers.md");

    /** Section and line of the script, what we say there instead, and why. A section's name may be * for all. */
    private static final List<String[]> DIFFERENCES = differences();

    @TempDir
    Path folder;

    @Test
    void theSameClientSeesTheSameAnswersAndCounters() throws IOException {
        Map<String, Map<String, String>> flume = FlumeRecording.read(RECORDING).sections();
        Map<String, Map<String, String>> ours;
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), 1, List.of("script-polder"))) {
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
                page.append("| ").append(cell(line)).append(" | ").append(cell(theirs)).append(" | ");
                if (theirs.equals(found)) {
                    page.append("the same");
                } else {
                    String why = reason(section, line, found);
                    if (why == null) {
                        unexplained.add(section + " / " + line + ": Flume '" + theirs + "', ours '" + found + "'");
                    }
                    page.append("**").append(cell(found)).append("**: ").append(why);
                }
                page.append(" |\n");
            }
        });
        return page.toString();
    }

    private static @org.jspecify.annotations.Nullable String reason(String section, String line, String found) {
        for (String[] difference : DIFFERENCES) {
            if ((difference[0].equals("*") || difference[0].equals(section))
                    && line.matches(difference[1])
                    && found.matches(difference[2])) {
                return difference[3];
            }
        }
        return null;
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private static final String INTRODUCTION = """
            # Flume's answers and ours

            One client, written down in `bench` (`FlumeScript`), was run against the real Flume 1.11.0 and is run against
            Polder's agent by every build. This is what it saw. Bold is what differs, with the reason. Counters that depend on
            how often a sink looked are only noted as more than 0 or 0.

            `./polder bench recording` records Flume anew; a test writes this page (`-Dgolden.update=true`).
            """;

    private static List<String[]> differences() {
        return List.of();
    }
}
