package io.polder.config;

import java.util.Set;

/** The little that configuration knows of SQL: words that cannot be names, and what two texts have in common. */
final class Sql {
    /** The words that DuckDB's grammar reserves: as names, every query would have to quote them. */
    static final Set<String> RESERVED = Set.of(
            ("all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create"
                            + " default deferrable desc describe distinct do else end except false fetch for foreign from"
                            + " grant group having in initially intersect into lambda lateral leading limit not null"
                            + " offset on only or order pivot pivot_longer pivot_wider placing primary qualify references"
                            + " returning select show some summarize symmetric table then to trailing true union unique"
                            + " unpivot using variadic when where window with")
                    .split(" "));

    /** What a table's SELECT calls the event, our schema, and the columns that say where a row came from. */
    private static final Set<String> OURS =
            Set.of("event", "polder", "provenance", "staged", "_partition", "_offset", "_batch");

    private Sql() {}

    /** Whether Polder calls something of its own so. */
    static boolean isOurs(String name) {
        return OURS.contains(name) || name.startsWith("polder_");
    }

    /** The text without comments, and with one space wherever white space stands outside of quotes. */
    static String essence(String text) {
        StringBuilder essence = new StringBuilder();
        int index = 0;
        while (index < text.length()) {
            int end = tokenEnd(text, index);
            boolean isSpace = Character.isWhitespace(text.charAt(index)) || isComment(text, index);
            if (!isSpace) {
                essence.append(text, index, end);
            } else if (!essence.isEmpty() && essence.charAt(essence.length() - 1) != ' ') {
                essence.append(' ');
            }
            index = end;
        }
        return essence.toString().strip();
    }

    private static boolean isComment(String text, int index) {
        return text.startsWith("--", index) || text.startsWith("/*", index);
    }

    /** Where the quoted text, comment or character ends that begins at {@code index}. */
    private static int tokenEnd(String text, int index) {
        char first = text.charAt(index);
        String closing = "";
        if (first == '\'' || first == '"') {
            closing = Character.toString(first);
        } else if (text.startsWith("--", index)) {
            closing = "\n";
        } else if (text.startsWith("/*", index)) {
            closing = "*/";
        } else if (text.startsWith("$$", index)) {
            closing = "$$";
        }
        if (closing.isEmpty()) {
            return index + 1;
        }
        int from = index + (closing.length() == 2 ? 2 : 1);
        int end = text.indexOf(closing, from);
        return end < 0 ? text.length() : end + closing.length();
    }
}
