package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polder.record.Field;
import io.polder.record.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which cell of a line is which field. Immutable, as nobody changes the array.
 *
 * @param columns how many cells a line has
 * @param cellOf for each field of the schema its cell, or -1 when lines have none
 */
record CsvHeader(int columns, int[] cellOf) {
    /** Cells in the order of the fields. */
    static CsvHeader natural(Schema schema) {
        int[] cellOf = new int[schema.size()];
        Arrays.setAll(cellOf, place -> place);
        return new CsvHeader(cellOf.length, cellOf);
    }

    /**
     * Cells as a header line names them. A column that is no field is passed over; a field that is no column is NULL.
     *
     * @throws MalformedDocumentException when the line is not CSV, names no field at all, or names one twice
     */
    static CsvHeader of(byte[] line, Schema schema, CsvOptions options) throws MalformedDocumentException {
        CsvScanner scanner = new CsvScanner(options);
        int end = scanner.scan(line, 0, line.length, true);
        if (end != line.length || Utf8.firstInvalid(line, 0, line.length) >= 0) {
            throw new MalformedDocumentException(
                    "The CSV header is malformed: '" + FieldReader.shown(line, 0, line.length) + "'.");
        }
        List<String> names = new ArrayList<>();
        for (int cell = 0; cell < scanner.cells(); cell++) {
            ByteBuilder name = new ByteBuilder();
            scanner.unquote(line, cell, name);
            names.add(new String(name.array(), 0, name.length(), UTF_8).trim());
        }
        int[] cellOf = new int[schema.size()];
        for (int place = 0; place < cellOf.length; place++) {
            cellOf[place] = cellOf(schema.fields().get(place).path().trim(), names);
        }
        if (Arrays.stream(cellOf).allMatch(cell -> cell < 0)) {
            throw new MalformedDocumentException("The CSV header '" + FieldReader.shown(line, 0, line.length)
                    + "' names none of the fields ("
                    + schema.fields().stream().map(Field::path).collect(Collectors.joining(", "))
                    + "); the delimiter may be another than '" + options.delimiter() + "', or there may be no header.");
        }
        return new CsvHeader(names.size(), cellOf);
    }

    private static int cellOf(String path, List<String> names) throws MalformedDocumentException {
        int cell = names.indexOf(path);
        if (cell != names.lastIndexOf(path)) {
            throw new MalformedDocumentException("The CSV header names the column '" + path + "' twice.");
        }
        for (int index = 0; cell < 0 && index < names.size(); index++) {
            cell = names.get(index).equalsIgnoreCase(path) ? index : -1;
        }
        return cell;
    }

    /** Whether cells stand in the order of the fields, one for each: then a line needs no header to be read. */
    boolean isNatural() {
        for (int place = 0; place < cellOf.length; place++) {
            if (cellOf[place] != place) {
                return false;
            }
        }
        return columns == cellOf.length;
    }

    /** The sentence for a line with another count of cells, or empty when {@code cells} is right. */
    String ragged(int cells) {
        return cells == columns
                ? ""
                : "The line has " + cells + (cells == 1 ? " cell" : " cells") + ", not " + columns + ".";
    }
}
