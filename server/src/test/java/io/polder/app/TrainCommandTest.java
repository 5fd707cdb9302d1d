package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    private static final int SLOTS = 96;

    @TempDir
    private Path folder;

    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    @Test
    void whatIsTrainedForecastsAndSaysWhy() throws IOException {
        Path file = made("a,b,c\n", 14);
        Path model = folder.resolve("made.model");

        assertThat(run("train", file, "--model", model.toString(), "--horizons", "4"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("Trained on 3 points and 1,344 steps.", "MAE", "made.model");
        assertThat(Files.readString(model, java.nio.charset.StandardCharsets.ISO_8859_1))
                .startsWith("Polder model 1\n")
                .contains("\"sha256\"", "\"trainedFrom\" : \"2026-02-01T23:00:00Z\"", "\"seed\" : 1", "\"mae\"");

        assertThat(run("predict", model.toString(), file)).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(1 + 3 * 4);
        assertThat(lines.get(0)).isEqualTo("point,made_at,for_when,predicted,low,high");
        assertThat(lines.get(1)).startsWith("a,2026-02-15T22:45:00Z,2026-02-15T23:00:00Z,");
        String[] first = lines.get(1).split(",", -1);
        assertThat(Double.parseDouble(first[3])).isBetween(Double.parseDouble(first[4]), Double.parseDouble(first[5]));

        assertThat(run("predict", model.toString(), file, "--why", "b")).isZero();
        assertThat(out.toString().lines()).hasSize(4).allMatch(line -> line.matches("-?\\d+ at \\d\\d:\\d\\d: .*"));
    }

    @Test
    void pointsMayBeInAnotherOrder() throws IOException {
        Path model = folder.resolve("made.model");
        assertThat(run("train", made("a,b,c\n", 14), "--model", model.toString(), "--horizons", "2"))
                .isZero();

        Path other = Files.writeString(folder.resolve("other.csv"), "c,new,a\n" + "50,1,60\n".repeat(20));
        assertThat(run("predict", model.toString(), other)).as(err.toString()).isZero();

        assertThat(out.toString().lines().map(line -> line.substring(0, 2)).distinct())
                .containsExactly("po", "a,", "b,", "c,");
    }

    @Test
    void pointsThatTheFileAndTheModelDoNotShareAreSaid() throws IOException {
        Path model = folder.resolve("made.model");
        assertThat(run("train", made("\uFEFFa,b,c\n", 14), "--model", model.toString(), "--horizons", "2"))
                .isZero();

        Path other = Files.writeString(folder.resolve("other.csv"), "c,new,a\n" + "50,1,60\n".repeat(20));
        assertThat(run("predict", model, other)).as(err.toString()).isZero();
        assertThat(err.toString())
                .contains("other.csv lacks 1 of the 3 points that the model knows: b. What is said of them is what")
                .contains("The model does not know 1 of the points of", "new. Nothing is said of them.");
        assertThat(run("predict", model, other, "--why", "b")).isEqualTo(2);
        assertThat(err.toString()).contains("--why = 'b': ", "has no such point, so nothing is known of it. Fix: ");

        Path none = Files.writeString(folder.resolve("none.csv"), "x,y\n" + "50,1\n".repeat(20));
        assertThat(run("predict", model, none)).isEqualTo(2);
        assertThat(err.toString()).contains("x, y': the model knows none of these points. Fix: ");
    }

    @Test
    void ofNothingNothingIsLearned() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.csv"), "a,b\n" + ",\n".repeat(3_000) + "1,\n");
        assertThat(run("train", empty, "--model", folder.resolve("x"))).isEqualTo(2);
        assertThat(err.toString()).contains("is the only number there is: nothing can be learned. Fix: ");
        Path constant = Files.writeString(folder.resolve("constant.csv"), "a,b\n" + "5,5\n".repeat(3_000));
        assertThat(run("train", constant, "--model", folder.resolve("x"))).isEqualTo(2);
        assertThat(err.toString()).contains("constant.csv = '5.0': is the only number there is");
    }

    @Test
    void aModelKnowsTheDaysThatItWasTrainedOnAndNoOthers() throws IOException {
        Path file = made("a,b,c\n", 14);
        Path model = folder.resolve("made.model");
        assertThat(run("train", file, "--model", model, "--horizons", "2", "--holidays", "belgium"))
                .as(err.toString())
                .isZero();

        assertThat(run("predict", model, file, "--holidays", "Belgium"))
                .as(err.toString())
                .isZero();
        assertThat(run("predict", model, file)).isEqualTo(2);
        assertThat(err.toString()).contains("--holidays = 'NONE': the model was trained with BELGIUM. Fix: ");
    }

    @Test
    void whatIsWrongIsSaidAtOnce() throws IOException {
        Path file = made("a,b,c\n", 1);

        assertThat(Main.commandLine()
                        .setErr(new PrintWriter(err, true))
                        .execute(
                                "train",
                                file.toString(),
                                "--start",
                                "yesterday",
                                "--step",
                                "PT7M",
                                "--timezone",
                                "Mars/Olympus",
                                "--model",
                                "x"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--start = 'yesterday': is not a local time. Fix: ")
                .contains("--timezone = 'Mars/Olympus': there is no such zone. Fix: ");

        assertThat(run("train", file, "--model", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("too little to learn from").contains("Fix: ");
        assertThat(run("predict", file.toString(), file)).isEqualTo(2);
        assertThat(err.toString())
                .contains("made.csv: cannot be read as a model")
                .contains("Fix: train it again");
    }

    private Path made(String header, int days) throws IOException {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder(header);
        for (int at = 0; at < days * SLOTS; at++) {
            double rush = 20 * Math.exp(-Math.pow((at % SLOTS - 34) / 6.0, 2));
            text.append((float) (60 - rush + random.nextGaussian()))
                    .append(',')
                    .append((float) (50 + rush + random.nextGaussian()))
                    .append(',')
                    .append((float) (40 + random.nextGaussian()))
                    .append('\n');
        }
        return Files.writeString(folder.resolve("made.csv"), text);
    }

    private int run(String command, Object... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        List<String> all = new java.util.ArrayList<>(List.of(command));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        all.addAll(List.of("--start", "2026-02-02T00:00", "--step", "PT15M", "--timezone", "Europe/Brussels"));
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
