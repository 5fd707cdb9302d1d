package io.polder.sql;

import java.util.Locale;

/**
 * A token of a statement.
 *
 * @param text of a STRING or QUOTED name what it means, of everything else what was written
 * @param start where it begins in the statement
 * @param end where it ends
 */
record Token(Kind kind, String text, int start, int end) {
    /** What a token is. */
    enum Kind {
        WORD,
        /** A name in backticks. */
        QUOTED,
        STRING,
        NUMBER,
        SYMBOL,
        END
    }

    /** Whether it is this word, in any case, and not quoted. */
    boolean is(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isName() {
        return kind == Kind.WORD || kind == Kind.QUOTED;
    }

    /** A word in small letters; of everything else nothing. */
    String word() {
        return kind == Kind.WORD ? text.toLowerCase(Locale.ROOT) : "";
    }

    /** What a person is told that stands here. */
    String shown() {
        return kind == Kind.END ? "the end" : "'" + text + "'";
    }
}
