package io.polder.statistics;

import java.util.Arrays;

/**
 * The rows of a table in groups of those that agree on some columns; a row that agrees with no other is in no group (the
 * stripped partition of TANE: Huhtala, Kärkkäinen, Porkka, Toivonen: TANE: An Efficient Algorithm for Discovering
 * Functional and Approximate Dependencies, 1999). Immutable; making one takes turns.
 *
 * @param rows the rows, group after group
 * @param starts where each group begins in {@code rows}, and last where they end
 */
record Partition(int[] rows, int[] starts) {
    int groups() {
        return starts.length - 1;
    }

    /** How many rows would have to go so that no two agree. */
    int surplus() {
        return rows.length - groups();
    }

    /** All rows in one group: those that agree on no column at all. */
    static Partition whole(int count) {
        int[] rows = new int[count < 2 ? 0 : count];
        Arrays.setAll(rows, row -> row);
        return new Partition(rows, count < 2 ? new int[] {0} : new int[] {0, count});
    }

    /** Divides partitions further. For one thread at a time. */
    static final class Divider {
        private final CodedTable table;
        private final int[] sizes;
        private final int[] touched;

        Divider(CodedTable table) {
            this.table = table;
            int most = 1;
            for (int column = 0; column < table.columns(); column++) {
                most = Math.max(most, table.distinct(column));
            }
            sizes = new int[most];
            touched = new int[most];
        }

        /** The rows that agree on one column more. */
        Partition divide(Partition partition, int column) {
            int[] codes = table.codes(column);
            int[] rows = partition.rows();
            int[] starts = partition.starts();
            int[] kept = new int[rows.length];
            int[] begins = new int[rows.length / 2 + 1];
            int groups = 0;
            int end = 0;
            for (int group = 0; group < partition.groups(); group++) {
                int from = starts[group];
                int to = starts[group + 1];
                int values = 0;
                for (int at = from; at < to; at++) {
                    int code = codes[rows[at]];
                    if (sizes[code]++ == 0) {
                        touched[values++] = code;
                    }
                }
                for (int value = 0; value < values; value++) {
                    int code = touched[value];
                    int size = sizes[code];
                    if (size > 1) {
                        begins[groups++] = end;
                        // From here on the place where the group's next row goes, told from a size by its sign.
                        sizes[code] = ~end;
                        end += size;
                    } else {
                        sizes[code] = 0;
                    }
                }
                for (int at = from; at < to; at++) {
                    int code = codes[rows[at]];
                    if (sizes[code] < 0) {
                        kept[~sizes[code]] = rows[at];
                        sizes[code]--;
                    }
                }
                for (int value = 0; value < values; value++) {
                    sizes[touched[value]] = 0;
                }
            }
            begins[groups] = end;
            return new Partition(Arrays.copyOf(kept, end), Arrays.copyOf(begins, groups + 1));
        }
    }
}
