package io.polder.predict;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Why a forecast is what it is: the latest value, and what each thing that the model looked at adds to it. The parts are
 * exact Shapley values (see {@link io.polder.statistics.BoostedTrees#contributions}) and add up to the forecast.
 *
 * @param value what is forecast
 * @param latest the latest value, or what is usual where there is none
 * @param latestAt when that was, local time
 * @param forWhen local time
 * @param always what is added whatever is known
 * @param parts what each thing adds, the largest first
 * @param features the same, by single feature, in the order of {@link TreesForecaster#features}
 */
public record Reasons(
        float value,
        float latest,
        LocalTime latestAt,
        LocalTime forWhen,
        double always,
        List<Part> parts,
        double[] features) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    /**
     * What one thing adds.
     *
     * @param what in words
     * @param by below 0 it takes away
     */
    public record Part(String what, double by) {}

    static List<Part> sorted(List<Part> parts) {
        return parts.stream()
                .sorted(Comparator.comparingDouble((Part part) -> -Math.abs(part.by()))
                        .thenComparing(Part::what))
                .toList();
    }

    /**
     * A sentence: {@code 62 at 17:15: 41 at 16:45, +14 what is usual then, +6 its neighbours, +1 the rest}.
     *
     * @param most how many parts are named
     */
    public String text(int most) {
        StringBuilder text = new StringBuilder(
                number(value) + " at " + TIME.format(forWhen) + ": " + number(latest) + " at " + TIME.format(latestAt));
        double rest = always;
        for (int at = 0; at < parts.size(); at++) {
            Part part = parts.get(at);
            if (at < most && Math.abs(part.by()) >= 0.5) {
                text.append(", ").append(signed(part.by())).append(' ').append(part.what());
            } else {
                rest += part.by();
            }
        }
        if (Math.abs(rest) >= 0.5) {
            text.append(", ").append(signed(rest)).append(" the rest");
        }
        return text.toString();
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%.0f", number);
    }

    private static String signed(double number) {
        return (number < 0 ? "−" : "+") + number(Math.abs(number));
    }
}
