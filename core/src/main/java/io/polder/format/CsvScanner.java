package io.polder.format;

import java.util.Arrays;

/**
 * Finds the end of one line of CSV and the cells in it (RFC 4180, with another delimiter or quote when told). A line end
 * inside a quoted cell belongs to the cell; a quote inside an unquoted cell is a character like others. Makes no objects.
 * For one thread at a time.
 */
final class CsvScanner {
    /** More bytes are needed to find the end of the line. */
    static final int CUT = -1;

    /** The line is not CSV, see {@link #fault}. */
    static final int MALFORMED = -2;

    /** A quoted cell that is longer is one whose quote was forgotten; the bound keeps it from taking in a whole file. */
    private static final int MAX_QUOTED = 1 << 20;

    private final byte delimiter;
    private final byte quote;

    private int cells;
    private int[] starts = new int[32];
    private int[] ends = new int[32];
    private boolean[] isQuoted = new boolean[32];
    private boolean[] hasQuotes = new boolean[32];
    private int next;
    private String fault = "";

    CsvScanner(CsvOptions options) {
        delimiter = (byte) options.delimiter();
        quote = (byte) options.quote();
    }

    /**
     * Reads the line that begins at {@code from}.
     *
     * @param isLast whether the document ends at {@code to}
     * @return where the line ends, without its line end; {@link #CUT} or {@link #MALFORMED}
     */
    int scan(byte[] bytes, int from, int to, boolean isLast) {
        cells = 0;
        int at = from;
        while (true) {
            if (cells == starts.length) {
                grow();
            }
            at = at < to && bytes[at] == quote ? quoted(bytes, at, to, isLast) : unquoted(bytes, at, to, isLast);
            if (at < 0) {
                return at;
            }
            cells++;
            if (at >= to || bytes[at] != delimiter) {
                break;
            }
            at++;
        }
        // Here is a line feed, a carriage return before one, or the end of the document.
        next = at < to && bytes[at] == '\r' ? at + 2 : at + 1;
        next = Math.min(next, to);
        return at;
    }

    private int unquoted(byte[] bytes, int from, int to, boolean isLast) {
        int at = from;
        while (at < to && bytes[at] != delimiter && bytes[at] != '\n') {
            at++;
        }
        if (at == to && !isLast) {
            return CUT;
        }
        boolean isLineEnd = at == to || bytes[at] == '\n';
        if (isLineEnd && at > from && bytes[at - 1] == '\r') {
            at--;
        }
        note(from, at, false, false);
        return at;
    }

    private int quoted(byte[] bytes, int from, int to, boolean isLast) {
        int at = from + 1;
        boolean isDoubled = false;
        while (true) {
            while (at < to && bytes[at] != quote) {
                at++;
            }
            if (at - from > MAX_QUOTED) {
                return malformed(
                        "the quote that opens cell " + (cells + 1) + " is not closed within " + MAX_QUOTED + " bytes");
            }
            if (at == to) {
                return isLast ? malformed("the quote that opens cell " + (cells + 1) + " is never closed") : CUT;
            }
            if (at + 1 == to && !isLast) {
                return CUT;
            }
            if (at + 1 == to || bytes[at + 1] != quote) {
                break;
            }
            isDoubled = true;
            at += 2;
        }
        int after = at + 1;
        if (after < to && bytes[after] == '\r' && after + 1 == to && !isLast) {
            return CUT;
        }
        boolean isEnd = after == to
                || bytes[after] == delimiter
                || bytes[after] == '\n'
                || (bytes[after] == '\r' && (after + 1 == to || bytes[after + 1] == '\n'));
        if (!isEnd) {
            return malformed("something follows the closing quote of cell " + (cells + 1));
        }
        note(from + 1, at, true, isDoubled);
        return after;
    }

    private int malformed(String what) {
        fault = what;
        return MALFORMED;
    }

    private void note(int from, int to, boolean isInQuotes, boolean isDoubled) {
        starts[cells] = from;
        ends[cells] = to;
        isQuoted[cells] = isInQuotes;
        hasQuotes[cells] = isDoubled;
    }

    private void grow() {
        starts = Arrays.copyOf(starts, cells * 2);
        ends = Arrays.copyOf(ends, cells * 2);
        isQuoted = Arrays.copyOf(isQuoted, cells * 2);
        hasQuotes = Arrays.copyOf(hasQuotes, cells * 2);
    }

    /** Where the next line begins. */
    int next() {
        return next;
    }

    /** What is wrong, without a full stop. */
    String fault() {
        return fault;
    }

    int cells() {
        return cells;
    }

    /** Where a cell's content begins, inside of its quotes. */
    int start(int cell) {
        return starts[cell];
    }

    int end(int cell) {
        return ends[cell];
    }

    /** Whether a cell says nothing: no character and no quotes. */
    boolean isMissing(int cell) {
        return starts[cell] == ends[cell] && !isQuoted[cell];
    }

    /** Whether a cell has doubled quotes in it, so that {@link #unquote} is needed. */
    boolean hasQuotes(int cell) {
        return hasQuotes[cell];
    }

    /** Appends a cell's content with single quotes for doubled ones. */
    void unquote(byte[] bytes, int cell, ByteBuilder into) {
        for (int at = starts[cell]; at < ends[cell]; at++) {
            into.add(bytes[at]);
            if (bytes[at] == quote) {
                at++;
            }
        }
    }
}
