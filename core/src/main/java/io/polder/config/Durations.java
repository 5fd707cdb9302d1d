package io.polder.config;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 60s}, {@code 10m}, {@code 24h}, {@code 400d}. */
public final class Durations {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,15})\\s*([a-z]*)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    /** A thousand years: longer is a slip, and would overflow microseconds. */
    private static final Duration LONGEST = Duration.ofDays(365_000);

    private Durations() {}

    /**
     * Reads a whole number with a unit.
     *
     * @throws IllegalArgumentException with what is wrong, without a full stop
     */
    public static Duration parse(String text) {
        Matcher matcher = WRITTEN.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not a duration");
        }
        Duration unit = UNITS.get(matcher.group(2));
        if (unit == null) {
            throw new IllegalArgumentException(
                    matcher.group(2).isEmpty()
                            ? "has no unit"
                            : "has the unknown unit '" + matcher.group(2) + "'; there are ms, s, m, h and d");
        }
        long count = Long.parseLong(matcher.group(1));
        if (count > LONGEST.toMillis() / unit.toMillis()) {
            throw new IllegalArgumentException("is longer than a thousand years");
        }
        return unit.multipliedBy(count);
    }

    /** The shortest way to write {@code duration}, which is in whole milliseconds: {@code parse(word(d))} is {@code d}. */
    public static String word(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            long length = unit(unit).toMillis();
            if (millis != 0 && millis % length == 0) {
                return millis / length + unit;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    private static Duration unit(String name) {
        return Objects.requireNonNull(UNITS.get(name));
    }
}
