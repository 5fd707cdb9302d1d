package io.polder.sql;

import java.util.Map;

/** Date patterns, as the engine's strftime reads them. */
final class Patterns {
    private static final Map<String, String> JAVA = Map.ofEntries(
            Map.entry("yyyy", "%Y"),
            Map.entry("y", "%Y"),
            Map.entry("yy", "%y"),
            Map.entry("MMMM", "%B"),
            Map.entry("MMM", "%b"),
            Map.entry("MM", "%m"),
            Map.entry("M", "%-m"),
            Map.entry("dd", "%d"),
            Map.entry("d", "%-d"),
            Map.entry("HH", "%H"),
            Map.entry("H", "%-H"),
            Map.entry("mm", "%M"),
            Map.entry("m", "%-M"),
            Map.entry("ss", "%S"),
            Map.entry("s", "%-S"),
            Map.entry("SSS", "%g"),
            Map.entry("SSSSSS", "%f"),
            Map.entry("SSSSSSSSS", "%n"));

    private static final Map<String, String> ISO = Map.ofEntries(
            Map.entry("YYYY", "%Y"),
            Map.entry("YY", "%y"),
            Map.entry("MONTH", "%B"),
            Map.entry("MON", "%b"),
            Map.entry("MM", "%m"),
            Map.entry("DDD", "%j"),
            Map.entry("DD", "%d"),
            Map.entry("DAY", "%A"),
            Map.entry("DY", "%a"),
            Map.entry("HH", "%I"),
            Map.entry("AM", "%p"),
            Map.entry("PM", "%p"),
            Map.entry("MI", "%M"),
            Map.entry("SS", "%S"),
            Map.entry("T", "T"),
            Map.entry("Z", "Z"));

    private Patterns() {}

    /** A pattern of Java's SimpleDateFormat, of which Impala knows a part. */
    static String java(String asked, String pattern, int place) {
        StringBuilder out = new StringBuilder();
        int index = 0;
        while (index < pattern.length()) {
            char letter = pattern.charAt(index);
            int end = index + 1;
            while (end < pattern.length() && pattern.charAt(end) == letter && Character.isLetter(letter)) {
                end++;
            }
            String run = pattern.substring(index, end);
            String engine = JAVA.get(run);
            if (engine != null) {
                out.append(engine);
            } else if (letter == 'T' || letter == 'Z') {
                out.append(run);
            } else if (letter < 128 && Character.isLetter(letter)) {
                throw SqlProblem.at(
                        asked,
                        place,
                        "the date pattern has no '" + run + "'",
                        "use yyyy, yy, MMM, MM, M, dd, d, HH, H, mm, m, ss, s or SSS");
            } else {
                out.append(letter == '%' ? "%%" : run);
            }
            index = end;
        }
        return out.toString();
    }

    /** A pattern of the SQL standard, behind FORMAT. */
    static String iso(String asked, Token format) {
        String pattern = format.text()
                .toUpperCase(java.util.Locale.ROOT)
                .replace("HH24", "\u0001")
                .replace("HH12", "HH")
                .replaceAll("FF[1-9]?", "\u0002");
        StringBuilder out = new StringBuilder();
        int index = 0;
        while (index < pattern.length()) {
            char letter = pattern.charAt(index);
            if (letter == '\u0001' || letter == '\u0002') {
                out.append(letter == '\u0001' ? "%H" : "%f");
                index++;
                continue;
            }
            int length = Math.min(5, pattern.length() - index);
            while (length > 0 && !ISO.containsKey(pattern.substring(index, index + length))) {
                length--;
            }
            if (length > 0) {
                out.append(ISO.get(pattern.substring(index, index + length)));
            } else if (letter < 128 && Character.isLetter(letter)) {
                throw SqlProblem.at(
                        asked,
                        format.start(),
                        "the date pattern has no '" + letter + "' by itself",
                        "use YYYY, MM, MON, DD, HH24, MI, SS or FF");
            } else {
                out.append(letter == '%' ? "%%" : String.valueOf(letter));
            }
            index += Math.max(1, length);
        }
        return out.toString();
    }
}
