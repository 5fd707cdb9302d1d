package io.polder.app;

/** Cells of CSV (RFC 4180). */
final class Csv {
    private Csv() {}

    /** A text as a cell, quoted when it has to be. */
    static String cell(String text) {
        boolean isPlain = text.chars().noneMatch(sign -> sign == ',' || sign == '"' || sign == '\n' || sign == '\r');
        return isPlain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
