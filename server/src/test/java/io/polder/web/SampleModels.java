package io.polder.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What a server with a model of speeds answers to the screen: docs/http.md says what it means. One for each page. */
final class SampleModels {
    static final Instant MADE = FakeProgram.MINUTE;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Integer> AHEAD = List.of(15, 30, 45, 60);
    private static final Map<String, Double> FAR_OFF =
            Map.of("served", 3.1, "trees", 3.0, "last value", 4.0, "same slot before", 5.1, "historical average", 4.4);
    private static final List<String> FORECASTERS =
            List.of("served", "trees", "last value", "same slot before", "historical average");

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile String state = "serving";
    volatile @Nullable Double progress;
    volatile @Nullable Instant madeAt = MADE;
    volatile boolean isScored = true;
    volatile boolean isThere = true;
    volatile int failsWith;
    /** Of each point, what is forecast 15 minutes ahead; each further step is 5 km/h more. */
    volatile double first = 15;

    /** Answers a page's questions about models. */
    void answer(Page page) {
        page.route("**/api/mart", route -> {
            ObjectNode mart = (ObjectNode) WebFixture.json(route.fetch().text());
            mart.putArray("models").addAll(isThere ? JSON.createArrayNode().add("speed") : JSON.createArrayNode());
            fulfil(route, 200, mart);
        });
        page.route("**/api/models**", this::answer);
        page.route("**/api/models/**", this::answer);
    }

    private void answer(Route route) {
        String path = route.request().url().replaceFirst(".*/api/", "");
        asked.add(route.request().method() + " " + path);
        if (failsWith > 0) {
            fulfil(route, failsWith, JSON.createObjectNode().put("detail", "The model does not answer."));
        } else if (path.endsWith("/train")) {
            progress = 0.35;
            fulfil(route, 202, model());
        } else if (path.equals("models")) {
            ObjectNode all = JSON.createObjectNode();
            ArrayNode models = all.putArray("models");
            if (isThere) {
                models.add(model());
            }
            fulfil(route, 200, all);
        } else if (!path.startsWith("models/speed")) {
            fulfil(route, 404, JSON.createObjectNode().put("detail", "There is no such model."));
        } else if (path.endsWith("/forecast")) {
            fulfil(route, 200, forecast());
        } else if (path.contains("/features")) {
            fulfil(route, 200, features(path));
        } else if (path.contains("/why")) {
            fulfil(route, 200, why());
        } else if (path.contains("/points/")) {
            fulfil(route, 200, point());
        } else {
            fulfil(route, 200, detail());
        }
    }

    private static void fulfil(Route route, int status, ObjectNode body) {
        route.fulfill(new Route.FulfillOptions()
                .setStatus(status)
                .setContentType(status < 400 ? "application/json" : "application/problem+json")
                .setBody(body.toString()));
    }

    private static ObjectNode features(String path) {
        ObjectNode answer = JSON.createObjectNode()
                .put("model", "speed")
                .put("algorithm", "trees")
                .put("ahead", 15);
        for (String what : List.of("value now", "time of day", "rain")) {
            answer.withArray("features")
                    .addObject()
                    .put("what", what)
                    .putNull("weight")
                    .putNull("error");
        }
        if (!path.contains("feature=")) {
            return answer.putNull("dependence");
        }
        ObjectNode dependence = answer.putObject("dependence")
                .put("feature", path.contains("rain") ? "rain" : "time of day")
                .put("moments", 2000);
        for (int value = 0; value < 5; value++) {
            dependence.withArray("values").add(10 * value);
            dependence.withArray("adds").add(-2 * value);
        }
        return answer;
    }

    private ObjectNode model() {
        ObjectNode model = JSON.createObjectNode();
        model.put("name", "speed").put("table", "traffic").put("point", "uid").put("target", "speed");
        model.put("unit", "km/h").put("stepMinutes", 15).put("horizonMinutes", 60);
        model.put("algorithm", "trees").put("certainty", 0.9).put("retrainHours", 24);
        model.put("state", state);
        model.put(
                "says",
                state.equals("behind")
                        ? "The last value stands in since 2 Mar 05:00: the trees were further off over the last day."
                        : "Trees serve since 1 Mar 06:00: MAE 3.1 over the last day, the last value has 4.0.");
        model.put("points", 3);
        if (state.equals("waiting")) {
            model.putNull("champion");
        } else {
            version(model.putObject("champion"), "2026-03-01T06:00:00Z");
        }
        model.putNull("challenger");
        model.put("progress", progress);
        model.put("servedBy", madeAt == null ? null : state.equals("serving") ? "trees" : "last value");
        model.put("lastMadeAt", madeAt == null ? null : madeAt.toString());
        model.put("nextTraining", MADE.plusSeconds(22 * 3600).toString());
        model.put("simulated", true);
        return model;
    }

    private static void version(ObjectNode version, String trained) {
        version.put("version", trained);
        version.put("trainedFrom", "2026-02-01T00:00:00Z").put("trainedTo", trained);
        version.putObject("scores").put("mae", 2.9).put("rmse", 4.9).put("mae last value", 3.4);
        version.put("since", trained);
    }

    private ObjectNode detail() {
        ObjectNode detail = model();
        detail.put("days", 7);
        if (state.equals("waiting")) {
            detail.putNull("provenance");
        } else {
            detail.putObject("provenance").put("name", "speed").put("seed", 1).put("trainedTo", "2026-03-01T06:00:00Z");
        }
        ArrayNode events = detail.putArray("events");
        if (!state.equals("waiting")) {
            events.addObject()
                    .put("at", "2026-03-01T06:00:00Z")
                    .put("what", "The challenger of 28 Feb 06:00 took over: MAE 3.0 against 3.2 over its trial.");
        }
        detail.putArray("bands").add(20).add(40).add(60).add(80);
        List<ArrayNode> scores = new ArrayList<>();
        for (String by : List.of("byAhead", "byHour", "byBand", "byDay", "against")) {
            scores.add(detail.putArray(by));
        }
        if (isScored) {
            for (String forecaster : FORECASTERS) {
                scored(forecaster, FAR_OFF.getOrDefault(forecaster, 0.0), scores);
            }
        }
        return detail;
    }

    private void scored(String forecaster, double off, List<ArrayNode> scores) {
        boolean isLearned = forecaster.equals("served") || forecaster.equals("trees");
        for (int ahead : AHEAD) {
            score(scores.get(0).addObject().put("ahead", ahead), forecaster, off * (0.9 + ahead / 150.0), isLearned);
        }
        for (int hour = 0; hour < 24; hour++) {
            boolean isRush = hour == 7 || hour == 8 || hour == 16 || hour == 17;
            score(scores.get(1).addObject().put("hour", hour), forecaster, off * (isRush ? 1.8 : 0.8), isLearned);
        }
        for (int band = 0; band < 5; band++) {
            ObjectNode score = scores.get(2).addObject().put("band", band);
            score.put("from", band == 0 ? null : (Double) (20.0 * band));
            score.put("to", band == 4 ? null : (Double) (20.0 * (band + 1)));
            score(score, forecaster, off * (5 - band) * 0.7, isLearned).put("n", 1000 * (band + 1));
        }
        for (int day = 23; day <= 28; day++) {
            double worse = isLearned && day == 26 ? 2 : 1;
            ObjectNode score = scores.get(3).addObject().put("day", "2026-02-" + day);
            score(score, forecaster, off * worse, isLearned);
            score.put("won", day == 26 ? forecaster.equals("last value") : forecaster.equals("trees"));
        }
        if (!isLearned) {
            scores.get(4)
                    .addObject()
                    .put("forecaster", forecaster)
                    .put("difference", FAR_OFF.getOrDefault("served", 0.0) - off)
                    .put("chance", 0.0001)
                    .put("steps", 96);
        }
    }

    private static ObjectNode score(ObjectNode score, String forecaster, double off, boolean hasIntervals) {
        score.put("forecaster", forecaster).put("n", 4000).put("mae", off).put("rmse", off * 1.6);
        score.put("bias", 0.1);
        score.put("coverage", hasIntervals ? (Double) 0.88 : null);
        return score.put("width", hasIntervals ? (Double) 14.1 : null);
    }

    private ObjectNode forecast() {
        ObjectNode forecast = JSON.createObjectNode();
        forecast.put("model", "speed").put("madeAt", madeAt == null ? null : madeAt.toString());
        forecast.put("forecaster", "trees")
                .put("certainty", 0.9)
                .put("stepMinutes", 15)
                .put("simulated", true);
        ArrayNode ahead = forecast.putArray("ahead");
        ArrayNode points = forecast.putArray("points");
        ArrayNode latest = forecast.putArray("latest");
        ArrayNode values = forecast.putArray("values");
        ArrayNode lows = forecast.putArray("lows");
        ArrayNode highs = forecast.putArray("highs");
        if (madeAt == null) {
            return forecast;
        }
        List.of("1", "2").forEach(points::add);
        latest.add(12).add(95);
        for (int step = 0; step < AHEAD.size(); step++) {
            ahead.add(AHEAD.get(step));
            double value = first + 5 * step;
            values.addArray().add(value).add(90 - value);
            lows.addArray().add(value - 6).add(80 - value);
            highs.addArray().add(value + 9).add(99 - value);
        }
        return forecast;
    }

    private ObjectNode point() {
        ObjectNode point = JSON.createObjectNode();
        point.put("model", "speed").put("point", "1").put("stepMinutes", 15).put("ahead", 15);
        point.put("madeAt", MADE.toString()).put("simulated", true);
        ArrayNode observed = point.putArray("observed");
        ArrayNode said = point.putArray("said");
        ArrayNode coming = point.putArray("coming");
        for (int step = 96; step >= 1; step--) {
            Instant time = MADE.minusSeconds(900L * step);
            double value = 70 + 25 * Math.sin(step / 9.0);
            observed.addObject().put("time", time.toString()).put("value", step == 20 ? null : (Double) value);
            said(said.addObject(), time, 15, value + 4 * Math.sin(step * 1.3));
        }
        for (int step = 0; step < AHEAD.size(); step++) {
            said(coming.addObject(), MADE.plusSeconds(900L * step), AHEAD.get(step), first + 5 * step);
        }
        return point;
    }

    private static void said(ObjectNode said, Instant forWhen, int ahead, double value) {
        said.put("madeAt", forWhen.plusSeconds(900 - 60L * ahead).toString());
        said.put("forWhen", forWhen.toString()).put("ahead", ahead).put("value", value);
        said.put("low", value - 6 - ahead / 10.0).put("high", value + 9 + ahead / 10.0);
        said.put("forecaster", "trees").put("version", "2026-03-01T06:00:00Z");
    }

    private ObjectNode why() {
        ObjectNode why = JSON.createObjectNode();
        why.put("model", "speed").put("point", "1").put("ahead", 15);
        why.put("madeAt", MADE.toString()).put("forWhen", MADE.toString()).put("forecaster", "trees");
        why.put(
                "sentence",
                "15 at 08:00: 41 at 07:45, −28 its neighbours, −6 Monday 8 h, +8 what is usual then and now");
        why.put("value", 15.0).put("latest", 41.0);
        ArrayNode parts = why.putArray("parts");
        parts.addObject().put("what", "its neighbours").put("by", -28.0);
        parts.addObject().put("what", "Monday 8 h").put("by", -6.0);
        parts.addObject().put("what", "what is usual then and now").put("by", 8.0);
        return why;
    }
}
