package io.polder.shell;

import io.polder.sql.Statements;
import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.Parser;

/**
 * How the shell reads what is typed: a line that begins with a backslash is a command, everything else a statement that
 * goes on until its semicolon.
 */
final class Line implements Parser {
    @Override
    public CompletingParsedLine parse(String line, int cursor, ParseContext context) {
        if (context == ParseContext.ACCEPT_LINE && !isWhole(line)) {
            throw new EOFError(-1, -1, "The statement goes on until its semicolon.");
        }
        int start = cursor;
        while (start > 0 && isOfAWord(line.charAt(start - 1))) {
            start--;
        }
        return new Typed(line, cursor, start, line.substring(start, cursor));
    }

    static boolean isCommand(String line) {
        return line.stripLeading().startsWith("\\");
    }

    private static boolean isWhole(String line) {
        return isCommand(line) || Statements.of(line).isRestBlank();
    }

    private static boolean isOfAWord(char letter) {
        return Character.isLetterOrDigit(letter) || letter == '_' || letter == '.' || letter == '\\';
    }

    /**
     * What has been typed up to now.
     *
     * @param start where the word at the cursor begins
     */
    private record Typed(String line, int cursor, int start, String word) implements CompletingParsedLine {
        @Override
        public int wordCursor() {
            return word.length();
        }

        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(word);
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean isComplete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return word.length();
        }

        @Override
        public int rawWordLength() {
            return word.length();
        }
    }
}
