package io.polder.profile;

import io.polder.record.WholeFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** What is known of some rows of a table; immutable. */
record TablePart(long rows, List<ColumnPart> columns) {
    /** Changes when a file of the version before would be understood wrongly. */
    private static final int FORM = 1;

    TablePart {
        columns = List.copyOf(columns);
    }

    /** Of several parts of one table together: as if all rows had been looked at at once, as far as sketches can tell. */
    static TablePart merged(Collection<TablePart> parts) {
        TablePart any = parts.iterator().next();
        List<ColumnPart> columns = new ArrayList<>();
        for (int at = 0; at < any.columns.size(); at++) {
            int column = at;
            columns.add(ColumnPart.merged(
                    parts.stream().map(part -> part.columns.get(column)).toList()));
        }
        return new TablePart(parts.stream().mapToLong(TablePart::rows).sum(), columns);
    }

    /** The names and types of its columns: what has others cannot be put to it. */
    String shape() {
        return columns.stream()
                .map(column -> column.name() + " " + column.stored())
                .toList()
                .toString();
    }

    /** @param maker whose hashes are in it: another engine may hash otherwise */
    void write(Path file, String maker) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeInt(FORM);
            out.writeUTF(maker);
            out.writeLong(rows);
            out.writeInt(columns.size());
            for (ColumnPart column : columns) {
                column.write(out);
            }
        }
        WholeFile.replace(file, bytes.toByteArray());
    }

    /** Empty when the file is not of this version and {@code maker}, or cannot be read: it is then made again. */
    static Optional<TablePart> read(Path file, String maker) {
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(new InflaterInputStream(Files.newInputStream(file)), 1 << 16))) {
            if (in.readInt() != FORM || !in.readUTF().equals(maker)) {
                return Optional.empty();
            }
            long rows = in.readLong();
            int size = in.readInt();
            List<ColumnPart> columns = new ArrayList<>(size);
            for (int at = 0; at < size; at++) {
                columns.add(ColumnPart.read(in));
            }
            return Optional.of(new TablePart(rows, columns));
        } catch (IOException | RuntimeException broken) {
            return Optional.empty();
        }
    }
}
