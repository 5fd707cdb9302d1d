package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A model of a mart that runs, as the commands ask for it. */
final class MartModel {
    private static final int WHOLE = 1_000;

    private final Client client;
    private final String address;

    MartModel(Path home, String name) {
        client = Client.of(home);
        address = "/api/models/" + Client.part(name);
    }

    /** Trains it, shows how far that is, and tells what came of it. Ctrl-C ends the showing and not the training. */
    void train(PrintWriter out, PrintWriter err) {
        client.post(address + "/train", JsonNodeFactory.instance.objectNode());
        JsonNode model = client.get(address);
        try (Progress progress = new Progress(err, "training", WHOLE)) {
            long told = 0;
            for (; !model.path("progress").isNull(); model = client.get(address)) {
                long now = Math.round(model.path("progress").asDouble() * WHOLE);
                progress.add(Math.max(0, now - told));
                told = Math.max(told, now);
                pause();
            }
        }
        String happened = model.at("/events/0/what").asText();
        if (happened.startsWith("The training failed")) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE, model.path("name").asText() + ": " + happened + " Fix: see the mart's log");
        }
        out.println(happened);
        out.println(model.path("says").asText());
        out.flush();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorCode.UNAVAILABLE, "Interrupted; the training goes on.", stop);
        }
    }

    /** The latest forecasts as CSV; of one point, why they are what they are. */
    void predict(@Nullable String why, PrintWriter out) {
        JsonNode latest = client.get(address + "/forecast");
        if (latest.path("madeAt").isNull()) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Nothing was forecast yet: "
                            + client.get(address).path("says").asText() + " Fix: try again later");
        }
        if (why != null) {
            for (JsonNode ahead : latest.path("ahead")) {
                String reasons = address + "/points/" + Client.part(why) + "/why?ahead=" + ahead.asInt();
                out.println(client.get(reasons).path("sentence").asText());
            }
        } else {
            out.println("point,made_at,ahead,predicted,low,high");
            for (int point = 0; point < latest.path("points").size(); point++) {
                for (int at = 0; at < latest.path("ahead").size(); at++) {
                    out.println(Csv.cell(latest.path("points").path(point).asText()) + ","
                            + latest.path("madeAt").asText() + ","
                            + latest.path("ahead").path(at).asInt() + "," + cell(latest, "values", at, point) + ","
                            + cell(latest, "lows", at, point) + "," + cell(latest, "highs", at, point));
                }
            }
        }
        out.flush();
    }

    private static String cell(JsonNode latest, String name, int at, int point) {
        JsonNode number = latest.path(name).path(at).path(point);
        return number.isNumber() ? number.asText() : "";
    }

    /** How good its forecasts were over the last week, beside the baselines. */
    void evaluate(PrintWriter out) {
        JsonNode model = client.get(address);
        out.println(model.path("says").asText());
        JsonNode scores = model.path("byAhead");
        if (scores.isEmpty()) {
            out.println("No forecast has become true yet.");
        }
        Set<String> forecasters = new LinkedHashSet<>();
        scores.forEach(score -> forecasters.add(score.path("forecaster").asText()));
        for (String forecaster : forecasters) {
            out.println();
            out.println(String.format(
                    Locale.ROOT, "%-20s %10s %10s %10s %10s %10s", forecaster, "RMSE", "MAE", "bias", "within", "n"));
            for (JsonNode score : scores) {
                if (score.path("forecaster").asText().equals(forecaster)) {
                    out.println(String.format(
                            Locale.ROOT,
                            "%13d min    %10.3f %10.3f %10.3f %10s %,10d",
                            score.path("ahead").asInt(),
                            score.path("rmse").asDouble(),
                            score.path("mae").asDouble(),
                            score.path("bias").asDouble(),
                            score.path("coverage").isNull()
                                    ? "–"
                                    : String.format(
                                            Locale.ROOT,
                                            "%.1f %%",
                                            score.path("coverage").asDouble() * 100),
                            score.path("n").asLong()));
                }
            }
        }
        out.flush();
    }
}
