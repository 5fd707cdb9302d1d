package io.polder.profile;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lines above a table in a text file: a title, who made it and when. */
final class TitleLines {
    /** A table that begins later is not looked for. */
    private static final int MOST = 20;
    /** Lines of a table that are looked at. */
    private static final int LOOKED_AT = 200;
    /** Fewer lines show no table. */
    private static final int FEW = 3;
    /** The part of the lines from the first one on that must have the table's columns. */
    private static final double LIKE = 0.9;

    private static final List<String> DELIMITERS = List.of(",", ";", "\t", "|");

    private TitleLines() {}

    /**
     * How many there are: from the next line on nearly all have the same number of columns, and each of them has at most half
     * as many. None where that is not clear, so that a line of a table is never taken for a title.
     *
     * @param head the beginning of the file, as it is
     */
    static int above(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        boolean isCut = !text.endsWith("\n");
        List<String> lines = text.lines().limit(MOST + LOOKED_AT + 1).toList();
        // The last line may go on behind the head.
        List<String> whole = isCut && lines.size() > FEW + 1 ? lines.subList(0, lines.size() - 1) : lines;
        int best = 0;
        int most = 1;
        for (String delimiter : DELIMITERS) {
            int[] widths = whole.stream()
                    .mapToInt(line -> occurrences(line, delimiter) + 1)
                    .toArray();
            int usual = mode(widths);
            if (usual > most) {
                int first = first(widths, usual);
                if (first >= 0) {
                    most = usual;
                    best = first;
                }
            }
        }
        return best;
    }

    /** The text behind so many lines. */
    static byte[] without(byte[] head, int lines) {
        int from = 0;
        for (int line = 0; line < lines; line++) {
            while (from < head.length && head[from] != '\n') {
                from++;
            }
            from = Math.min(head.length, from + 1);
        }
        return from == 0 ? head : Arrays.copyOfRange(head, from, head.length);
    }

    /** Where the table begins; -1 when these lines are none. */
    private static int first(int[] widths, int usual) {
        for (int line = 0; line < widths.length && line <= MOST; line++) {
            if (widths[line] == usual) {
                int from = line;
                long like = Arrays.stream(widths, from, widths.length)
                        .filter(width -> width == usual)
                        .count();
                return widths.length - from >= FEW && like >= LIKE * (widths.length - from) ? line : -1;
            }
            if (widths[line] * 2 > usual) {
                return -1;
            }
        }
        return -1;
    }

    private static int mode(int[] widths) {
        Map<Integer, Integer> counts = new HashMap<>();
        int mode = 1;
        for (int width : widths) {
            int count = counts.merge(width, 1, Integer::sum);
            if (count > counts.getOrDefault(mode, 0) || count == counts.getOrDefault(mode, 0) && width > mode) {
                mode = width;
            }
        }
        return mode;
    }

    private static int occurrences(String line, String delimiter) {
        int count = 0;
        for (int at = line.indexOf(delimiter); at >= 0; at = line.indexOf(delimiter, at + 1)) {
            count++;
        }
        return count;
    }
}
