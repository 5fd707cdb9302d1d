package io.polder.config;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;

/** Texts written so that YAML reads them back. */
public final class YamlText {
    /** Words that stand without quotes everywhere, also in lists and mappings on one line. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_./-]*|[0-9]+[a-zA-Z]+");

    private YamlText() {}

    /** A text, in quotes when it needs them. */
    public static String of(String text) {
        boolean isWord =
                PLAIN.matcher(text).matches() && !text.equals("true") && !text.equals("false") && !text.equals("null");
        return isWord ? text : quoted(text);
    }

    /** {@code [uid, time]}. */
    static String list(Collection<String> texts) {
        return "[" + String.join(", ", texts.stream().map(YamlText::of).toList()) + "]";
    }

    /** A text in double quotes. */
    public static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(character -> {
            switch (character) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    boolean isPrinted = (character >= ' ' && character < 127)
                            || Character.isLetterOrDigit(character)
                            || character > 0xffff;
                    if (isPrinted) {
                        quoted.appendCodePoint(character);
                    } else {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", character));
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
