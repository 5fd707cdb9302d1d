package io.polder.profile;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a slice of time adds to the history of a table: a point of each chart. */
public record SliceLine(Instant from, long rows, List<Cell> cells) {
    public SliceLine {
        cells = List.copyOf(cells);
    }

    /** Of one column; null where the column has no such number. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Cell(
            long missing,
            long distinct,
            @Nullable Double mean,
            @Nullable Double deviation,
            @Nullable Double min,
            @Nullable Double max) {}

    static SliceLine of(Instant from, TablePart part) {
        List<Cell> cells = new ArrayList<>();
        for (ColumnPart column : part.columns()) {
            boolean isNumber =
                    column.kind() == ColumnPart.Kind.NUMBER && column.moments().count() > 0;
            cells.add(new Cell(
                    column.missing(),
                    column.values().distinct(),
                    isNumber ? known(column.moments().mean()) : null,
                    isNumber ? known(column.moments().deviation()) : null,
                    isNumber ? known(column.min()) : null,
                    isNumber ? known(column.max()) : null));
        }
        return new SliceLine(from, part.rows(), cells);
    }

    static @Nullable Double known(double number) {
        return Double.isFinite(number) ? (Double) number : null;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(from.getEpochSecond());
        out.writeLong(rows);
        out.writeInt(cells.size());
        for (Cell cell : cells) {
            out.writeLong(cell.missing());
            out.writeLong(cell.distinct());
            write(out, cell.mean());
            write(out, cell.deviation());
            write(out, cell.min());
            write(out, cell.max());
        }
    }

    private static void write(DataOutput out, @Nullable Double number) throws IOException {
        out.writeDouble(number == null ? Double.NaN : number);
    }

    static SliceLine read(DataInput in) throws IOException {
        Instant from = Instant.ofEpochSecond(in.readLong());
        long rows = in.readLong();
        int size = in.readInt();
        List<Cell> cells = new ArrayList<>(size);
        for (int at = 0; at < size; at++) {
            cells.add(new Cell(
                    in.readLong(),
                    in.readLong(),
                    known(in.readDouble()),
                    known(in.readDouble()),
                    known(in.readDouble()),
                    known(in.readDouble())));
        }
        return new SliceLine(from, rows, cells);
    }
}
