package io.polder.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a statement into tokens, as Impala reads it: texts in single or double quotes with backslash escapes, names in
 * backticks, {@code --} and {@code /* *}{@code /} comments (not nested), hints among them. Whatever Impala has no use
 * for, such as a dollar sign or an arrow, is refused here.
 */
final class Lexer {
    /** Longer statements are nobody's. */
    private static final int LONGEST = 1 << 20;

    /** Deeper statements could exhaust the engine's stack. */
    private static final int DEEPEST = 150;

    private static final List<String> SYMBOLS = List.of(
            "<=>", "::", "<=", ">=", "<>", "!=", "&&", "||", "(", ")", ",", ".", ";", "=", "<", ">", "+", "-", "*", "/",
            "%", "&", "|", "^", "~", "!", "[", "]");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int depth;

    private Lexer(String text) {
        this.text = text;
    }

    /** The tokens, the last of which is END. */
    static List<Token> tokens(String text) {
        if (text.length() > LONGEST) {
            throw SqlProblem.at(
                    text.substring(0, 60), 0, "a statement has at most " + LONGEST + " characters", "make it shorter");
        }
        return new Lexer(text).read();
    }

    private List<Token> read() {
        int index = 0;
        while (index < text.length()) {
            int next = skip(index);
            index = next > index ? next : token(index);
        }
        tokens.add(new Token(Token.Kind.END, "", text.length(), text.length()));
        return List.copyOf(tokens);
    }

    /** Behind the white space or comment that begins here; here when there is none. */
    private int skip(int index) {
        if (isSpace(text.charAt(index))) {
            return index + 1;
        }
        if (text.startsWith("--", index)) {
            int end = text.indexOf('\n', index);
            return end < 0 ? text.length() : end + 1;
        }
        if (text.startsWith("/*", index)) {
            int end = text.indexOf("*/", index + 2);
            if (end < 0) {
                throw SqlProblem.at(text, index, "the comment has no end", "write */ where it ends");
            }
            return end + 2;
        }
        return index;
    }

    private int token(int index) {
        char first = text.charAt(index);
        if (first == '\'' || first == '"') {
            return string(index, first);
        }
        if (first == '`') {
            return quoted(index);
        }
        if (isLetter(first)) {
            return word(index);
        }
        boolean isPoint = first == '.' && index + 1 < text.length() && isDigit(text.charAt(index + 1));
        if (isDigit(first) || isPoint && !follows(index)) {
            return number(index);
        }
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, index)) {
                nest(symbol, index);
                return add(Token.Kind.SYMBOL, symbol, index, index + symbol.length());
            }
        }
        throw SqlProblem.at(
                text,
                index,
                "the character " + shown(text.codePointAt(index)) + " means nothing here",
                "leave it out, or put it in quotes");
    }

    /** Whether a name stands directly before, as in {@code t.1}. */
    private boolean follows(int index) {
        return !tokens.isEmpty()
                && tokens.get(tokens.size() - 1).end() == index
                && tokens.get(tokens.size() - 1).isName();
    }

    private void nest(String symbol, int index) {
        depth += symbol.equals("(") ? 1 : symbol.equals(")") ? -1 : 0;
        if (depth > DEEPEST) {
            throw SqlProblem.at(
                    text, index, "brackets are nested more than " + DEEPEST + " deep", "write it with fewer");
        }
    }

    /** A name or keyword; in Impala also names such as {@code 3_weeks} are. */
    private int word(int index) {
        int end = index + 1;
        while (end < text.length() && (isLetter(text.charAt(end)) || isDigit(text.charAt(end)))) {
            end++;
        }
        return add(Token.Kind.WORD, text.substring(index, end), index, end);
    }

    private int number(int index) {
        int end = digits(index);
        if (end < text.length() && text.charAt(end) == '.') {
            end = digits(end + 1);
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int sign = end + 1;
            if (sign < text.length() && (text.charAt(sign) == '+' || text.charAt(sign) == '-')) {
                sign++;
            }
            if (digits(sign) > sign) {
                end = digits(sign);
            }
        }
        if (end < text.length() && isLetter(text.charAt(end))) {
            boolean isName = text.substring(index, end).indexOf('.') < 0;
            if (isName) {
                return word(index);
            }
            throw SqlProblem.at(text, end, "a number ends here, and no space follows", "write a space");
        }
        return add(Token.Kind.NUMBER, text.substring(index, end), index, end);
    }

    private int digits(int index) {
        int end = index;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private int string(int start, char quote) {
        StringBuilder value = new StringBuilder();
        int index = start + 1;
        while (index < text.length()) {
            char next = text.charAt(index);
            if (next == quote) {
                if (index + 1 < text.length() && text.charAt(index + 1) == quote) {
                    value.append(quote);
                    index += 2;
                    continue;
                }
                return add(Token.Kind.STRING, checked(value, start), start, index + 1);
            }
            if (next == '\\' && index + 1 < text.length()) {
                value.append(escaped(text.charAt(index + 1)));
                index += 2;
                continue;
            }
            value.append(next);
            index++;
        }
        throw SqlProblem.at(text, start, "the text has no end", "write " + quote + " where it ends");
    }

    /** What a character behind a backslash means. Before a percent sign or underscore the backslash stays, for LIKE. */
    private static String escaped(char letter) {
        return switch (letter) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'b' -> "\b";
            case '0' -> "\0";
            case 'Z' -> "\u001A";
            case '%', '_' -> "\\" + letter;
            default -> String.valueOf(letter);
        };
    }

    private int quoted(int start) {
        int end = text.indexOf('`', start + 1);
        if (end < 0) {
            throw SqlProblem.at(text, start, "the name has no end", "write ` where it ends");
        }
        if (end == start + 1) {
            throw SqlProblem.at(text, start, "the name is empty", "write a name");
        }
        return add(Token.Kind.QUOTED, checked(text.substring(start + 1, end), start), start, end + 1);
    }

    private String checked(CharSequence value, int start) {
        String checked = value.toString();
        if (checked.indexOf('\0') >= 0) {
            throw SqlProblem.at(text, start, "there is a character with the number 0 in it", "leave it out");
        }
        return checked;
    }

    private int add(Token.Kind kind, String value, int start, int end) {
        tokens.add(new Token(kind, value, start, end));
        return end;
    }

    private static boolean isSpace(char letter) {
        return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r' || letter == '\f';
    }

    private static boolean isLetter(char letter) {
        return letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter == '_';
    }

    private static boolean isDigit(char letter) {
        return letter >= '0' && letter <= '9';
    }

    private static String shown(int letter) {
        return letter > 32 && letter < 127
                ? "'" + Character.toString(letter) + "'"
                : "U+" + Integer.toHexString(0x10000 | letter).substring(1).toUpperCase(java.util.Locale.ROOT);
    }
}
