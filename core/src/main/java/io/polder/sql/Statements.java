package io.polder.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Text with several statements, each ended by a semicolon. Semicolons in texts, in quoted names and in comments end
 * nothing. Nothing is judged here: what is wrong with a statement is said by who reads it.
 *
 * @param whole the statements that have come to their end, without their semicolon and the white space around; none is
 *     empty or only a comment
 * @param rest what follows the last semicolon, as it was written
 * @param isRestBlank whether nothing but white space and whole comments is left
 */
public record Statements(List<String> whole, String rest, boolean isRestBlank) {
    public Statements {
        whole = List.copyOf(whole);
    }

    /** Takes a text apart. */
    public static Statements of(String text) {
        List<String> whole = new ArrayList<>();
        int start = 0;
        boolean isBlank = true;
        int index = 0;
        while (index < text.length()) {
            char next = text.charAt(index);
            if (next == ';') {
                if (!isBlank) {
                    whole.add(text.substring(start, index).strip());
                }
                start = ++index;
                isBlank = true;
            } else if (text.startsWith("--", index)) {
                int end = text.indexOf('\n', index);
                index = end < 0 ? text.length() : end + 1;
            } else if (text.startsWith("/*", index)) {
                int end = text.indexOf("*/", index + 2);
                isBlank &= end >= 0;
                index = end < 0 ? text.length() : end + 2;
            } else if (next == '\'' || next == '"' || next == '`') {
                isBlank = false;
                index = behind(text, index);
            } else {
                isBlank &= Character.isWhitespace(next);
                index++;
            }
        }
        return new Statements(whole, text.substring(start), isBlank);
    }

    /** Behind the quoted thing that begins at {@code start}, or the end of the text when it has no end. */
    private static int behind(String text, int start) {
        char quote = text.charAt(start);
        int index = start + 1;
        while (index < text.length()) {
            char next = text.charAt(index);
            if (next == '\\' && quote != '`') {
                index += 2;
            } else if (next == quote) {
                return index + 1;
            } else {
                index++;
            }
        }
        return text.length();
    }
}
