package io.polder.sql;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;

/** What is wrong with a statement, with the place of the word; its message shows the line with a mark under the word. */
public final class SqlProblem extends PolderException {
    /** So much of a long line is shown on either side of the place. */
    private static final int AROUND = 200;

    private final int position;
    private final int line;
    private final int column;
    private final String wrong;
    private final String fix;

    private SqlProblem(String message, int position, int line, int column, String wrong, String fix) {
        super(ErrorCode.INVALID_REQUEST, message);
        this.position = position;
        this.line = line;
        this.column = column;
        this.wrong = wrong;
        this.fix = fix;
    }

    /**
     * A problem at a place of a text.
     *
     * @param position in {@code text}; when it is outside of it, the problem has no place
     * @param wrong what is wrong, without a full stop
     * @param fix what to do, in the imperative, without a full stop
     */
    public static SqlProblem at(String text, int position, String wrong, String fix) {
        if (position < 0 || position > text.length()) {
            return new SqlProblem(wrong + ". Fix: " + fix, -1, 0, 0, wrong, fix);
        }
        int start = text.lastIndexOf('\n', position - 1) + 1;
        int line = (int) text.substring(0, start)
                        .chars()
                        .filter(each -> each == '\n')
                        .count()
                + 1;
        int end = text.indexOf('\n', position);
        String shown = text.substring(start, end < 0 ? text.length() : end);
        int column = position - start + 1;
        int mark = column - 1;
        if (shown.length() > mark + AROUND) {
            shown = shown.substring(0, mark + AROUND) + "…";
        }
        if (mark > AROUND) {
            shown = "…" + shown.substring(mark - AROUND + 1);
            mark = AROUND;
        }
        String message = shown + "\n" + " ".repeat(mark) + "^ " + wrong + " (line " + line + ", column " + column
                + "). Fix: " + fix;
        return new SqlProblem(message, position, line, column, wrong, fix);
    }

    /** Where the word stands in the statement, from 0; -1 when no place is known. */
    public int position() {
        return position;
    }

    /** The line of the word, from 1; 0 when no place is known. */
    public int line() {
        return line;
    }

    /** Its column, from 1; 0 when no place is known. */
    public int column() {
        return column;
    }

    /** What is wrong, without place and fix. */
    public String wrong() {
        return wrong;
    }

    /** What to do. */
    public String fix() {
        return fix;
    }
}
