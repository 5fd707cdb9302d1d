package io.polder.sql;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Units of time, as Impala calls them and as the engine does. */
final class Units {
    private static final Map<String, String> INTERVALS = Map.of(
            "year", "YEAR",
            "month", "MONTH",
            "week", "WEEK",
            "day", "DAY",
            "hour", "HOUR",
            "minute", "MINUTE",
            "second", "SECOND",
            "millisecond", "MILLISECOND",
            "microsecond", "MICROSECOND");

    /** Parts of a moment. */
    private static final Map<String, String> PARTS = Map.of(
            "epoch", "epoch",
            "year", "year",
            "quarter", "quarter",
            "month", "month",
            "week", "week",
            "day", "day",
            "hour", "hour",
            "minute", "minute",
            "second", "second",
            "millisecond", "millisecond");

    private static final Map<String, String> DATE_TRUNC = Map.ofEntries(
            Map.entry("microseconds", "microseconds"),
            Map.entry("milliseconds", "milliseconds"),
            Map.entry("second", "second"),
            Map.entry("minute", "minute"),
            Map.entry("hour", "hour"),
            Map.entry("day", "day"),
            Map.entry("week", "week"),
            Map.entry("month", "month"),
            Map.entry("quarter", "quarter"),
            Map.entry("year", "year"),
            Map.entry("decade", "decade"),
            Map.entry("century", "century"),
            Map.entry("millennium", "millennium"));

    private static final Map<String, String> TRUNC = Map.ofEntries(
            Map.entry("syyyy", "year"),
            Map.entry("yyyy", "year"),
            Map.entry("year", "year"),
            Map.entry("syear", "year"),
            Map.entry("yyy", "year"),
            Map.entry("yy", "year"),
            Map.entry("y", "year"),
            Map.entry("q", "quarter"),
            Map.entry("month", "month"),
            Map.entry("mon", "month"),
            Map.entry("mm", "month"),
            Map.entry("rm", "month"),
            Map.entry("ww", "ww"),
            Map.entry("w", "w"),
            Map.entry("ddd", "day"),
            Map.entry("dd", "day"),
            Map.entry("j", "day"),
            Map.entry("day", "week"),
            Map.entry("dy", "week"),
            Map.entry("d", "week"),
            Map.entry("hh", "hour"),
            Map.entry("hh12", "hour"),
            Map.entry("hh24", "hour"),
            Map.entry("mi", "minute"));

    private Units() {}

    /** The unit of an INTERVAL, in the engine's words; empty when there is none. */
    static String interval(String word) {
        String singular = word.endsWith("s") ? word.substring(0, word.length() - 1) : word;
        return INTERVALS.getOrDefault(singular, "");
    }

    static boolean isUnit(String word) {
        return !interval(word).isEmpty();
    }

    static Optional<String> part(String unit) {
        return Optional.ofNullable(PARTS.get(unit.toLowerCase(Locale.ROOT)));
    }

    static Optional<String> dateTrunc(String unit) {
        return Optional.ofNullable(DATE_TRUNC.get(unit.toLowerCase(Locale.ROOT)));
    }

    /** A unit of trunc(): the engine's, or {@code ww} or {@code w}. */
    static Optional<String> trunc(String unit) {
        return Optional.ofNullable(TRUNC.get(unit.toLowerCase(Locale.ROOT)));
    }
}
