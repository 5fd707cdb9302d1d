package io.polder.app;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of text under a heading, printed in aligned columns. For one thread.
 *
 * <p>A column whose cells are all numbers is set flush right.
 */
final class Grid {
    private static final String GAP = "  ";

    private final List<String> heading;
    private final List<List<String>> rows = new ArrayList<>();

    Grid(String... heading) {
        this(List.of(heading));
    }

    Grid(List<String> heading) {
        this.heading = List.copyOf(heading);
    }

    /** Adds a row with one cell for each column. */
    void add(List<String> cells) {
        rows.add(cells.stream().map(Grid::onOneLine).toList());
    }

    void add(String... cells) {
        add(List.of(cells));
    }

    /** {@code 1 row}, {@code 2 rows}. */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    void printTo(PrintWriter out) {
        int[] widths = new int[heading.size()];
        boolean[] right = new boolean[heading.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = width(heading.get(column));
            right[column] = !rows.isEmpty();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], width(row.get(column)));
                right[column] &= isNumber(row.get(column));
            }
        }
        out.println(line(heading, widths, right));
        out.println(line(ruler(widths), widths, right));
        rows.forEach(row -> out.println(line(row, widths, right)));
    }

    private static List<String> ruler(int[] widths) {
        List<String> ruler = new ArrayList<>();
        for (int width : widths) {
            ruler.add("-".repeat(width));
        }
        return ruler;
    }

    private static String line(List<String> cells, int[] widths, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String padding = " ".repeat(widths[column] - width(cell));
            line.append(column == 0 ? "" : GAP).append(right[column] ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static boolean isNumber(String cell) {
        return cell.isEmpty()
                || cell.equals("NULL")
                || cell.matches("-?[0-9][0-9,]*(\\.[0-9]+)?([eE][-+]?[0-9]+)?( ?(s|ms|%|/s))?");
    }

    private static String onOneLine(String cell) {
        return cell.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
    }
}
