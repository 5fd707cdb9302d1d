package io.polder.predict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How forecasters fared in a backtest, beside each other: for a terminal and for programs.
 *
 * @param scores the first is the one that is compared with the others
 * @param told how many steps ahead are told, rising
 * @param minutes of a step
 */
public record Evaluation(List<Scores> scores, List<Integer> told, long minutes) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int HOURS = 24;

    /** Lines for a terminal, with what was published beside them. */
    public List<String> text(List<TgcnProtocol.Published> published) {
        List<String> lines = new ArrayList<>();
        StringBuilder header = new StringBuilder(pad("RMSE / MAE, all steps up to"));
        for (int steps : told) {
            header.append(right(steps * minutes + " min"));
        }
        lines.add(header.toString());
        for (TgcnProtocol.Published one : published) {
            StringBuilder line = new StringBuilder(pad(one.name() + " (published)"));
            for (int at = 0; at < told.size(); at++) {
                line.append(right(two(one.rmse()[at]) + " / " + two(one.mae()[at])));
            }
            lines.add(line.toString());
        }
        for (int at = scores.size() - 1; at >= 0; at--) {
            StringBuilder line = new StringBuilder(pad(scores.get(at).name()));
            for (int steps : told) {
                Accuracy accuracy = scores.get(at).upTo(steps);
                line.append(right(three(accuracy.rmse()) + " / " + three(accuracy.mae())));
            }
            lines.add(line.toString());
        }
        Scores first = scores.get(0);
        lines.add("");
        lines.addAll(intervals(first));
        lines.addAll(bands(first));
        lines.addAll(luck(first));
        return lines;
    }

    private List<String> intervals(Scores first) {
        StringBuilder covered = new StringBuilder(pad("observed within the interval"));
        StringBuilder width = new StringBuilder(pad("mean width of the interval"));
        for (int steps : told) {
            covered.append(right(percent(first.at(steps).coverage())));
            width.append(right(two(first.at(steps).width())));
        }
        StringBuilder header = new StringBuilder(pad(first.name() + ", exactly so far ahead"));
        told.forEach(steps -> header.append(right(steps * minutes + " min")));
        return List.of(header.toString(), covered.toString(), width.toString(), "");
    }

    private List<String> bands(Scores first) {
        List<String> lines = new ArrayList<>();
        lines.add(pad("by observed value") + right("forecasts") + right("RMSE") + right("MAE") + right("MAPE"));
        double[] limits = first.bands();
        for (int band = 0; band <= limits.length; band++) {
            Accuracy accuracy = first.band(band);
            String name = band == 0
                    ? "below " + number(limits[0])
                    : band == limits.length
                            ? number(limits[band - 1]) + " and more"
                            : number(limits[band - 1]) + " to " + number(limits[band]);
            lines.add(pad(name)
                    + right(String.format(Locale.ROOT, "%,d", accuracy.count()))
                    + right(three(accuracy.rmse()))
                    + right(three(accuracy.mae()))
                    + right(percent(accuracy.mape())));
        }
        lines.add("");
        return lines;
    }

    private List<String> luck(Scores first) {
        List<String> lines = new ArrayList<>();
        // A table's numbers are of all steps up to a time, these are of one alone.
        StringBuilder own = new StringBuilder(pad("exactly so far ahead, MAE"));
        for (int steps : told) {
            own.append(right(three(first.at(steps).mae())));
        }
        lines.add(own.toString());
        for (Scores other : scores.subList(1, scores.size())) {
            StringBuilder theirs = new StringBuilder(pad("  of " + other.name()));
            for (int steps : told) {
                theirs.append(right(three(other.at(steps).mae())));
            }
            lines.add(theirs.toString());
            StringBuilder line = new StringBuilder(pad("  p, no better than it"));
            for (int steps : told) {
                line.append(right(chance(first.absoluteAgainst(other, steps))));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static String chance(DieboldMariano compared) {
        if (Double.isNaN(compared.chance())) {
            return "–";
        }
        return (compared.difference() > 0 ? "worse, " : "")
                + (compared.chance() < 1e-4 ? "< 0.0001" : String.format(Locale.ROOT, "%.4f", compared.chance()));
    }

    private static String pad(String text) {
        return String.format(Locale.ROOT, "%-34s", text);
    }

    private static String right(String text) {
        return String.format(Locale.ROOT, "%17s", text);
    }

    private static String two(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }

    private static String three(double number) {
        return String.format(Locale.ROOT, "%.3f", number);
    }

    private static String percent(double part) {
        return Double.isNaN(part) ? "–" : String.format(Locale.ROOT, "%.1f %%", part * 100);
    }

    private static String number(double limit) {
        return limit == Math.rint(limit) ? String.valueOf((long) limit) : String.valueOf(limit);
    }

    /** All scores for programs; what is not a number is null. */
    public String json(Map<String, ?> about) {
        Map<String, Object> whole = new LinkedHashMap<>(about);
        List<Map<String, Object>> models = new ArrayList<>();
        for (Scores one : scores) {
            Map<String, Object> model = new LinkedHashMap<>();
            model.put("model", one.name());
            List<Map<String, Object>> horizons = new ArrayList<>();
            for (int steps = 1; steps <= one.horizons(); steps++) {
                Map<String, Object> horizon = new LinkedHashMap<>();
                horizon.put("minutes", steps * minutes);
                horizon.put("at", numbers(one.at(steps)));
                horizon.put("upTo", numbers(one.upTo(steps)));
                if (one != scores.get(0)) {
                    horizon.put("against", against(scores.get(0), one, steps));
                }
                horizons.add(horizon);
            }
            model.put("horizons", horizons);
            model.put("byHour", groups(HOURS, one::hour, "hour", hour -> hour));
            double[] bands = one.bands();
            model.put(
                    "byBand",
                    groups(bands.length + 1, one::band, "from", band -> band == 0 ? null : (Object) bands[band - 1]));
            models.add(model);
        }
        whole.put("models", models);
        try {
            return JSON.writeValueAsString(whole).replaceAll("\"(NaN|-?Infinity)\"(?=[,\\s}\\]])", "null");
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("an evaluation could not be written", impossible);
        }
    }

    private interface Group {
        Accuracy of(int index);
    }

    private interface Name {
        @org.jspecify.annotations.Nullable
        Object of(int index);
    }

    private static List<Map<String, Object>> groups(int count, Group group, String key, Name name) {
        List<Map<String, Object>> groups = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            if (group.of(index).count() > 0) {
                Map<String, Object> numbers = new LinkedHashMap<>();
                Object named = name.of(index);
                numbers.put(key, named == null ? "-Infinity" : named);
                numbers.putAll(numbers(group.of(index)));
                groups.add(numbers);
            }
        }
        return groups;
    }

    private static Map<String, Object> against(Scores first, Scores other, int steps) {
        DieboldMariano absolute = first.absoluteAgainst(other, steps);
        DieboldMariano squared = first.squaredAgainst(other, steps);
        Map<String, Object> against = new LinkedHashMap<>();
        against.put("model", first.name());
        against.put("absoluteDifference", absolute.difference());
        against.put("absoluteStatistic", absolute.statistic());
        against.put("absoluteP", absolute.chance());
        against.put("squaredDifference", squared.difference());
        against.put("squaredStatistic", squared.statistic());
        against.put("squaredP", squared.chance());
        return against;
    }

    private static Map<String, Object> numbers(Accuracy accuracy) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("count", accuracy.count());
        numbers.put("mae", accuracy.mae());
        numbers.put("rmse", accuracy.rmse());
        numbers.put("bias", accuracy.bias());
        numbers.put("mape", accuracy.mape());
        numbers.put("smape", accuracy.smape());
        numbers.put("mase", accuracy.mase());
        numbers.put("coverage", accuracy.coverage());
        numbers.put("width", accuracy.width());
        return numbers;
    }
}
