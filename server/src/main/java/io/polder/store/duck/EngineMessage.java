package io.polder.store.duck;

import java.util.Set;

/**
 * What the engine says of SQL that it cannot run.
 *
 * @param kind what kind of failure it is, in its words, such as {@code Conversion}; empty when it does not say
 * @param wrong its sentence
 * @param fix what it suggests; empty when nothing
 * @param near the text around its mark; empty when it shows none
 * @param before how far the mark stands behind the beginning of {@code near}
 */
public record EngineMessage(String kind, String wrong, String fix, String near, int before) {
    /** Kinds of failure of which a value is the cause. */
    private static final Set<String> OF_THE_DATA =
            Set.of("Conversion", "Out of Range", "Invalid Input", "Mismatch Type", "Divide by Zero");

    /** What the driver says before the engine's message when it could not even prepare. */
    private static final String UNSUCCESSFUL = "unsuccessful or closed pending query result";

    /** Reads an exception's message. */
    public static EngineMessage of(String message) {
        // A value that a message quotes can look like another message.
        int inner = firstLine(message).contains(UNSUCCESSFUL) ? message.indexOf("\nError: ") : -1;
        String told = inner < 0 ? message : message.substring(inner + "\nError: ".length());
        String first = firstLine(told);
        int colon = first.indexOf("Error: ");
        String kind = colon < 0 ? "" : first.substring(0, colon).strip();
        String wrong = colon < 0 ? first : first.substring(colon + "Error: ".length());
        String fix = "";
        int candidates = told.indexOf("Candidate bindings:");
        int meant = told.indexOf("Did you mean");
        if (candidates >= 0) {
            fix = "one of" + firstLine(told.substring(candidates + "Candidate bindings:".length()));
        } else if (meant >= 0) {
            fix = firstLine(told.substring(meant));
        }
        if (wrong.startsWith("Max expression depth") || wrong.startsWith("memory exhausted")) {
            wrong = "expressions and queries are nested too deep";
            fix = "write it with fewer levels";
        }
        int line = told.indexOf("\nLINE ");
        String near = "";
        int before = 0;
        if (line >= 0) {
            int text = told.indexOf(": ", line) + 2;
            int end = told.indexOf('\n', text);
            int caret = end < 0 ? -1 : told.indexOf('^', end);
            if (caret >= 0) {
                near = told.substring(text, end);
                before = caret - end - 1 - (text - line - 1);
            }
        }
        return new EngineMessage(kind, stripped(wrong), fix, near, before);
    }

    /** Whether the engine can do nothing any more. */
    public boolean isBroken() {
        return kind.equals("FATAL") || !isOfTheData() && wrong.contains("has been invalidated");
    }

    /** Whether a value was the cause. */
    public boolean isOfTheData() {
        return OF_THE_DATA.contains(kind);
    }

    /** Where in the text that a person wrote the mark stands; -1 when that cannot be told. */
    public int positionIn(String asked) {
        String told = near;
        int start = before;
        if (told.startsWith("...")) {
            told = told.substring(3);
            start -= 3;
        }
        if (told.endsWith("...")) {
            told = told.substring(0, told.length() - 3);
        }
        if (told.isEmpty() || start < 0 || start > told.length()) {
            return -1;
        }
        return asked.indexOf(told.substring(start));
    }

    private static String stripped(String text) {
        return text.endsWith("!") || text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
