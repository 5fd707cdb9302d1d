package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    private static final int STEPS = 1_400;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void itsScoresAreThoseThatAnybodyComputesFromItsForecasts() throws IOException {
        Path json = folder.resolve("scores.json");
        Path csv = folder.resolve("predictions.csv");

        int exit = run(
                "evaluate",
                made().toString(),
                "--protocol",
                "t-gcn",
                "--json",
                json.toString(),
                "--predictions",
                csv.toString());

        assertThat(exit).as(err.toString()).isZero();
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).isEqualTo("point,made_at,for_when,predicted,observed");
        int origins = STEPS - (int) (STEPS * 0.8) - 12 - 12 + 1;
        assertThat(lines).hasSize(1 + origins * 3 * 12);
        double[] squared = new double[2];
        double[] absolute = new double[2];
        int[] counts = new int[2];
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(",", -1);
            long minutes = Duration.between(Instant.parse(parts[1]), Instant.parse(parts[2]))
                    .toMinutes();
            double error = Double.parseDouble(parts[3]) - Double.parseDouble(parts[4]);
            for (int at = 0; at < 2; at++) {
                if (minutes <= (at == 0 ? 15 : 60)) {
                    squared[at] += error * error;
                    absolute[at] += Math.abs(error);
                    counts[at]++;
                }
            }
        }
        JsonNode horizons = new ObjectMapper().readTree(json.toFile()).at("/models/0/horizons");
        for (int at = 0; at < 2; at++) {
            JsonNode upTo = horizons.get(at == 0 ? 2 : 11).get("upTo");
            assertThat(upTo.get("count").asInt()).isEqualTo(counts[at]);
            assertThat(upTo.get("rmse").asDouble()).isCloseTo(Math.sqrt(squared[at] / counts[at]), within(1e-4));
            assertThat(upTo.get("mae").asDouble()).isCloseTo(absolute[at] / counts[at], within(1e-4));
        }
        assertThat(out.toString())
                .contains("last value", "trees", "observed within the interval", "exactly so far ahead, MAE")
                .as("published numbers are of another file")
                .doesNotContain("published)");
    }

    @Test
    void anySeriesCanBeTriedOnItsLastQuarter() throws IOException {
        Path file = made();
        Path json = folder.resolve("scores.json");

        int exit = run(
                "evaluate",
                file.toString(),
                "--protocol",
                "held-out",
                "--start",
                "2026-03-27T00:00",
                "--step",
                "PT5M",
                "--timezone",
                "Europe/Brussels",
                "--horizons",
                "6",
                "--covariates",
                "3",
                "--json",
                json.toString());

        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("2 points, 1,400 steps of 5 minutes: trained on the first 1,050")
                .contains("last value", "historical average", "observed within the interval")
                .doesNotContain("published)");
        JsonNode scores = new ObjectMapper().readTree(json.toFile());
        assertThat(scores.at("/protocol").asText()).isEqualTo("held-out");
        assertThat(scores.at("/models/0/horizons")).hasSize(6);

        assertThat(run("evaluate", file.toString(), "--protocol", "held-out")).isEqualTo(2);
        assertThat(err.toString()).contains("--start").contains("Fix: give --start, --step and --timezone");
    }

    @Test
    void whatIsWrongIsASentence() throws IOException {
        assertThat(run("evaluate", "--protocol", "other")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--protocol = 'other': there is no such protocol. Fix: give held-out or t-gcn");

        assertThat(run("evaluate", "--protocol", "t-gcn", "--horizons", "3", "--start", "2020-01-01T00:00"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--horizons = '3': the protocol says this itself. Fix: leave it out")
                .contains("--start, --step");
        assertThat(run("evaluate", "x.csv", "--of", "speed", "--json", "scores.json"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--json = 'scores.json': what is told of a running mart is not written. Fix: ")
                .contains("FILE = 'x.csv': the model of the mart has its own table. Fix: ");

        Path few = Files.writeString(folder.resolve("few.csv"), "a,b\n" + "1,2\n".repeat(100));
        assertThat(run("evaluate", few.toString(), "--protocol", "t-gcn")).isEqualTo(2);
        assertThat(err.toString()).contains("too little to learn from").contains("Fix: ");
    }

    @Test
    void whereNothingCanBeWrittenItSaysSoBeforeTheWork() throws IOException {
        assertThat(run("evaluate", made().toString(), "--protocol", "t-gcn", "--json", folder + "/none/scores.json"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none/scores.json: cannot be written. Fix: ");
        assertThat(out.toString()).isEmpty();
    }

    private Path made() throws IOException {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder("1,2,3\n");
        double[] state = new double[3];
        for (int at = 0; at < STEPS; at++) {
            double rush = Math.exp(-Math.pow((at % 288 - 100) / 25.0, 2));
            for (int point = 0; point < 3; point++) {
                state[point] = 0.9 * state[point] + random.nextGaussian();
                text.append(point == 0 ? "" : ",").append((float) (60 - 30 * rush + 2 * state[point]));
            }
            text.append('\n');
        }
        return Files.writeString(folder.resolve("made.csv"), text);
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
