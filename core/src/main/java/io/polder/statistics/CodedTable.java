package io.polder.statistics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table in which values are codes: two rows have the same code in a column if and only if they have the same value
 * there. A missing value is a value like others. Codes of a column begin at 0 and have no gaps.
 */
public final class CodedTable {
    private final int rows;
    private final int[][] codes;
    private final int[] distinct;

    private CodedTable(int rows, int[][] codes, int[] distinct) {
        this.rows = rows;
        this.codes = codes;
        this.distinct = distinct;
    }

    /**
     * A table of codes.
     *
     * @param rows how many rows there are
     * @param codes for each column the code of each row; kept, not copied
     * @throws IllegalArgumentException when a column is not as long as the table
     */
    public static CodedTable of(int rows, int[][] codes) {
        int[] distinct = new int[codes.length];
        for (int column = 0; column < codes.length; column++) {
            if (codes[column].length != rows) {
                throw new IllegalArgumentException(
                        "column " + column + " has " + codes[column].length + " rows, the table " + rows);
            }
            distinct[column] = Arrays.stream(codes[column]).max().orElse(-1) + 1;
        }
        return new CodedTable(rows, codes, distinct);
    }

    /** The table of these values; each row has as many as the first. */
    public static CodedTable ofValues(List<? extends List<? extends @Nullable Object>> rows) {
        int columns = rows.isEmpty() ? 0 : rows.get(0).size();
        int[][] codes = new int[columns][rows.size()];
        for (int column = 0; column < columns; column++) {
            Map<@Nullable Object, Integer> known = new HashMap<>();
            for (int row = 0; row < rows.size(); row++) {
                Object value = rows.get(row).get(column);
                Integer code = known.get(value);
                if (code == null) {
                    code = known.size();
                    known.put(value, code);
                }
                codes[column][row] = code;
            }
        }
        return of(rows.size(), codes);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return codes.length;
    }

    /** The code of each row in a column; not to be changed. */
    public int[] codes(int column) {
        return codes[column];
    }

    /** How many values a column has, a missing one among them. */
    public int distinct(int column) {
        return distinct[column];
    }

    /** The rows at these places, in their order. */
    CodedTable at(int[] places) {
        int[][] kept = new int[codes.length][places.length];
        for (int column = 0; column < codes.length; column++) {
            for (int row = 0; row < places.length; row++) {
                kept[column][row] = codes[column][places[row]];
            }
        }
        return new CodedTable(places.length, kept, distinct);
    }
}
