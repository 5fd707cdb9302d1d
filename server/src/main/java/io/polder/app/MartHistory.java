package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.predict.HeldOut;
import io.polder.predict.Holidays;
import io.polder.predict.Series;
import io.polder.predict.SeriesBuilder;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a model of a running mart learns from, fetched with SQL over HTTP as anybody may ask it.
 *
 * @param series of the points that a model would learn
 * @param horizons how many steps ahead it looks
 * @param certainty of its intervals
 */
record MartHistory(String model, boolean isRidge, Series series, int horizons, double certainty) {
    /** Fetches it, and shows how far that is. */
    static MartHistory fetch(Path home, String model, PrintWriter err) {
        Client client = Client.of(home);
        JsonNode about = client.get("/api/models/" + Client.part(model) + "/history");
        Instant from = Instant.parse(about.path("from").asText());
        Duration step = Duration.ofMinutes(about.path("stepMinutes").asLong());
        long first = from.toEpochMilli() / step.toMillis();
        int steps = Math.toIntExact(
                Duration.between(from, Instant.parse(about.path("to").asText())).dividedBy(step));
        List<String> names = new ArrayList<>();
        about.path("features").forEach(name -> names.add(name.asText()));
        boolean isOfPoints = about.path("ofPoints").asBoolean();
        SeriesBuilder made = new SeriesBuilder(steps);
        JsonNode parts = about.path("parts");
        try (Progress progress = new Progress(err, "fetching", parts.size())) {
            for (JsonNode part : parts) {
                client.rows(part.path("numbers").asText(), row -> {
                    int at = at(row, first, steps);
                    if (at >= 0 && isNumber(row.path("value"))) {
                        made.put(
                                row.path("point").asText(),
                                at,
                                row.path("value").floatValue());
                    }
                });
                if (!names.isEmpty()) {
                    client.rows(part.path("features").asText(), row -> {
                        String point = isOfPoints ? row.path("point").asText() : null;
                        besides(made, names, point, at(row, first, steps), row);
                    });
                }
                progress.add(1);
            }
        }
        ZoneId zone = ZoneId.of(about.path("timezone").asText());
        Holidays holidays = Holidays.valueOf(about.path("holidays").asText().toUpperCase(Locale.ROOT));
        Series all = made.build(from, step, new Series.Calendar(zone, holidays));
        int horizons = Math.toIntExact(about.path("horizonMinutes").asLong() / step.toMinutes());
        if (steps / 4 <= horizons) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--of = '" + model + "': there are " + steps + " steps of history, and their last quarter is to be"
                            + " forecast " + horizons + " steps ahead. Fix: wait until more is loaded");
        }
        return new MartHistory(
                model,
                about.path("algorithm").asText().equals("ridge"),
                HeldOut.learnable(all),
                horizons,
                about.path("certainty").asDouble());
    }

    private static void besides(SeriesBuilder made, List<String> names, @Nullable String point, int at, JsonNode row) {
        for (int column = 0; at >= 0 && column < names.size(); column++) {
            JsonNode number = row.path("c" + column);
            if (isNumber(number)) {
                made.putBeside(names.get(column), point, at, number.floatValue());
            }
        }
    }

    /** A mean that is not finite comes as a text, as JSON has no word for it. */
    private static boolean isNumber(JsonNode value) {
        return value.isNumber() && Float.isFinite(value.floatValue());
    }

    /** The step's place in the series; -1 for one behind its end, of rows that have just come. */
    private static int at(JsonNode row, long first, int steps) {
        long at = row.path("step").asLong() - first;
        return at < 0 || at >= steps ? -1 : (int) at;
    }
}
