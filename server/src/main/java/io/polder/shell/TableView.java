package io.polder.shell;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jline.utils.WCWidth;

/**
 * An answer as aligned columns, or with each value on a line of its own. Numbers are set flush right; NULL is faint where
 * the terminal can, so that it is not taken for a text. Immutable.
 */
final class TableView {
    private static final Set<String> NUMBERS = Set.of(
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT",
            "FLOAT",
            "DOUBLE",
            "INT");
    private static final String GAP = "  ";
    private static final String NULL = "NULL";
    /** Narrower columns say nothing. */
    private static final int LEAST_WIDTH = 8;

    private final List<String> names = new ArrayList<>();
    private final boolean[] right;
    private final List<List<JsonNode>> rows = new ArrayList<>();
    private final boolean hasColours;

    /**
     * @param answer of {@code /api/sql}
     * @param hasColours whether the terminal shows faint text
     */
    TableView(JsonNode answer, boolean hasColours) {
        this.hasColours = hasColours;
        JsonNode columns = answer.path("columns");
        right = new boolean[columns.size()];
        for (JsonNode column : columns) {
            String type = column.path("type").asText();
            right[names.size()] = NUMBERS.contains(type) || type.startsWith("DECIMAL");
            names.add(plain(column.path("name").asText()));
        }
        for (JsonNode row : answer.path("rows")) {
            List<JsonNode> cells = new ArrayList<>();
            row.forEach(cells::add);
            rows.add(cells);
        }
    }

    /** Whether all columns can be shown in so many characters, be it with long values cut. */
    boolean fits(int width) {
        long least = -GAP.length();
        for (int each : widths()) {
            least += Math.min(each, LEAST_WIDTH) + GAP.length();
        }
        return least <= width;
    }

    private int[] widths() {
        int[] widths = new int[names.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = width(names.get(column));
            for (List<JsonNode> row : rows) {
                widths[column] = Math.max(widths[column], width(text(row.get(column))));
            }
        }
        return widths;
    }

    /** @param width of the terminal; 0 for as wide as the rows are */
    void printTo(PrintWriter out, int width) {
        int[] widths = widths();
        if (width > 0) {
            shrink(widths, width);
        }
        StringBuilder head = new StringBuilder();
        StringBuilder ruler = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            head.append(column == 0 ? "" : GAP).append(padded(names.get(column), widths[column], right[column], false));
            ruler.append(column == 0 ? "" : GAP).append("-".repeat(widths[column]));
        }
        out.println(head.toString().stripTrailing());
        out.println(ruler);
        for (List<JsonNode> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                JsonNode cell = row.get(column);
                line.append(column == 0 ? "" : GAP)
                        .append(padded(text(cell), widths[column], right[column], cell.isNull()));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /** Takes from the widest column, again and again, until all fit or none may be narrower. */
    private static void shrink(int[] widths, int width) {
        long over = -GAP.length();
        for (int each : widths) {
            over += each + GAP.length();
        }
        for (over -= width; over > 0; over--) {
            int widest = 0;
            for (int column = 1; column < widths.length; column++) {
                widest = widths[column] > widths[widest] ? column : widest;
            }
            if (widths[widest] <= LEAST_WIDTH) {
                return;
            }
            widths[widest]--;
        }
    }

    /** Each row as a list of its values. */
    void printExpanded(PrintWriter out) {
        int widest = 0;
        for (String name : names) {
            widest = Math.max(widest, width(name));
        }
        int number = 0;
        for (List<JsonNode> row : rows) {
            number++;
            String title = "-- row " + number + " ";
            out.println(title + "-".repeat(Math.max(0, widest + 8 - title.length())));
            for (int column = 0; column < names.size(); column++) {
                JsonNode cell = row.get(column);
                String value = text(cell);
                out.println(padded(names.get(column), widest, false, false)
                        + GAP
                        + padded(value, width(value), false, cell.isNull()));
            }
        }
    }

    private String padded(String text, int width, boolean isRight, boolean isNull) {
        String shown = cut(text, width);
        String space = " ".repeat(Math.max(0, width - width(shown)));
        String styled = isNull && hasColours ? "\u001B[2m" + shown + "\u001B[22m" : shown;
        return isRight ? space + styled : styled + space;
    }

    private static String cut(String text, int width) {
        if (width(text) <= width) {
            return text;
        }
        StringBuilder cut = new StringBuilder();
        int taken = 0;
        for (int index = 0; index < text.length(); ) {
            int letter = text.codePointAt(index);
            int wide = Math.max(0, WCWidth.wcwidth(letter));
            if (taken + wide > width - 1) {
                break;
            }
            cut.appendCodePoint(letter);
            taken += wide;
            index += Character.charCount(letter);
        }
        return cut + "…";
    }

    private static int width(String text) {
        return text.codePoints()
                .map(letter -> Math.max(0, WCWidth.wcwidth(letter)))
                .sum();
    }

    private static String text(JsonNode cell) {
        return cell.isNull() ? NULL : plain(cell.asText());
    }

    /** Without anything that would move the cursor or change colours. */
    static String plain(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int index = 0; index < text.length(); index++) {
            char letter = text.charAt(index);
            plain.append(
                    switch (letter) {
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        case '\t' -> "\\t";
                        default ->
                            Character.isISOControl(letter)
                                    ? String.format(Locale.ROOT, "\\x%02x", (int) letter)
                                    : String.valueOf(letter);
                    });
        }
        return plain.toString();
    }
}
