package io.polder.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes as people write them: {@code 64MB}, {@code 1GiB}; kB, MB and GB are powers of 1,000. */
public final class Sizes {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");
    private static final Map<String, Long> UNITS = units();

    private Sizes() {}

    /**
     * Reads a whole number with a unit, in any case.
     *
     * @return bytes
     * @throws IllegalArgumentException with what is wrong, without a full stop
     */
    public static long parse(String text) {
        Matcher matcher = WRITTEN.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not a size");
        }
        String unit = matcher.group(2);
        long count = Long.parseLong(matcher.group(1));
        if (unit.isEmpty()) {
            throw new IllegalArgumentException("has no unit");
        }
        Long bytes = UNITS.entrySet().stream()
                .filter(entry -> entry.getKey().equalsIgnoreCase(unit))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "has the unknown unit '" + unit + "'; there are " + String.join(", ", UNITS.keySet())));
        if (count > Long.MAX_VALUE / bytes) {
            throw new IllegalArgumentException("is more than any disk holds");
        }
        return count * bytes;
    }

    /** The shortest way to write so many bytes: {@code parse(word(n))} is {@code n}. */
    public static String word(long bytes) {
        String word = bytes + "B";
        for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
            if (bytes != 0 && bytes % unit.getValue() == 0) {
                String candidate = bytes / unit.getValue() + unit.getKey();
                if (candidate.length() < word.length()) {
                    word = candidate;
                }
            }
        }
        return word;
    }

    private static Map<String, Long> units() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("B", 1L);
        long decimal = 1;
        long binary = 1;
        for (char prefix : new char[] {'k', 'M', 'G', 'T'}) {
            decimal *= 1_000;
            binary *= 1_024;
            units.put(prefix + "B", decimal);
            units.put(Character.toString(prefix).toUpperCase(Locale.ROOT) + "iB", binary);
        }
        return units;
    }
}
