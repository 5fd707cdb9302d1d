package io.polder.statistics;

import java.util.stream.IntStream;

/**
 * What a text looks like: each digit is {@code d}, each capital letter {@code A}, each small one {@code a}, each letter
 * that has no case {@code x}, each digit of another script {@code D}, all else stands for itself, so that
 * {@code (205)325-8100} looks like {@code (ddd)ddd-dddd}. In a <em>loose</em> pattern a run of the same is one with a plus
 * sign, so that names of all lengths look alike: {@code Aa+, Aa. Aa+}.
 */
public final class TextPattern {
    /** A plus sign that stands for itself in a loose pattern. */
    private static final String PLUS = "[+]";

    private static final String KINDS = "dAaxD";

    /** The shapes of ASCII. */
    private static final int[] PLAIN =
            IntStream.range(0, 128).map(TextPattern::shape).toArray();

    private TextPattern() {}

    /** The pattern, character by character. */
    public static String of(String text) {
        StringBuilder pattern = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            pattern.appendCodePoint(character < PLAIN.length ? PLAIN[character] : shape(character));
            at += Character.charCount(character);
        }
        return pattern.toString();
    }

    private static int shape(int character) {
        if (Character.isDigit(character)) {
            return character <= '9' ? 'd' : 'D';
        }
        if (Character.isLetter(character)) {
            return switch (Character.getType(character)) {
                case Character.UPPERCASE_LETTER -> 'A';
                case Character.LOWERCASE_LETTER -> 'a';
                default -> 'x';
            };
        }
        return character;
    }

    /** The loose form of a pattern: runs of letters and of digits shortened. */
    public static String loose(String pattern) {
        StringBuilder loose = new StringBuilder();
        for (int at = 0; at < pattern.length(); at++) {
            char character = pattern.charAt(at);
            int from = at;
            while (KINDS.indexOf(character) >= 0 && at + 1 < pattern.length() && pattern.charAt(at + 1) == character) {
                at++;
            }
            loose.append(character == '+' ? PLUS : String.valueOf(character));
            if (at > from) {
                loose.append('+');
            }
        }
        return loose.toString();
    }

    /**
     * A regular expression that matches the texts of a pattern and no other.
     *
     * @param isLoose whether runs are of any length
     */
    public static String expression(String pattern, boolean isLoose) {
        StringBuilder expression = new StringBuilder("^");
        for (int at = 0; at < pattern.length(); at++) {
            if (isLoose && pattern.startsWith(PLUS, at)) {
                expression.append(PLUS);
                at += PLUS.length() - 1;
                continue;
            }
            char character = pattern.charAt(at);
            expression.append(
                    switch (character) {
                        case 'd' -> "[0-9]";
                        case 'A' -> "\\p{Lu}";
                        case 'a' -> "\\p{Ll}";
                        case 'x' -> "[\\p{Lo}\\p{Lm}\\p{Lt}]";
                        case 'D' -> "[^\\P{Nd}0-9]";
                        default -> escaped(character);
                    });
            int from = at;
            if (isLoose && KINDS.indexOf(character) >= 0) {
                if (at + 1 < pattern.length() && pattern.charAt(at + 1) == '+') {
                    expression.append('+');
                    at++;
                }
                continue;
            }
            while (at + 1 < pattern.length() && pattern.charAt(at + 1) == character) {
                at++;
            }
            if (at > from) {
                expression.append('{').append(at - from + 1).append('}');
            }
        }
        return expression.append('$').toString();
    }

    private static String escaped(char character) {
        return Character.isLetterOrDigit(character) || character == ' ' || character > 127
                ? String.valueOf(character)
                : "\\" + character;
    }
}
