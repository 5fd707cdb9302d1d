package io.polder.format;

import io.polder.record.Schema;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Splits CSV at its line ends. A line that is not CSV is rejected up to its next line feed, wherever a quote may have
 * seemed to lead, so that one forgotten quote costs one line. What is decided depends on the bytes alone and not on
 * where a part of the document ends.
 */
final class CsvSplitter implements Splitter {
    private static final byte[] NO_CONTEXT = {};

    private final Schema schema;
    private final CsvOptions options;
    private final int[] keyPlaces;
    private final FieldReader[] keyReaders;
    private final CsvScanner scanner;
    private final ByteBuilder key = new ByteBuilder();
    private final ByteBuilder unquoted = new ByteBuilder();
    private final Slice valueSlice = new Slice();
    private final Slice keySlice = new Slice();

    private boolean isBeginning = true;
    private @Nullable CsvHeader header;
    private byte[] context = NO_CONTEXT;
    private long position;

    CsvSplitter(Schema schema, CsvOptions options, int[] keyPlaces) {
        this.schema = schema;
        this.options = options;
        this.keyPlaces = keyPlaces;
        this.keyReaders = FieldReader.of(schema, keyPlaces, options.nulls(), options.decimal());
        this.scanner = new CsvScanner(options);
        this.header = options.header() ? null : CsvHeader.natural(schema);
    }

    @Override
    public int split(byte[] document, int from, int to, boolean isLast, Sink sink) throws MalformedDocumentException {
        int at = from;
        if (isBeginning) {
            if (to - from < 3 && !isLast) {
                return from;
            }
            if (Utf8.isUtf16(document, from, to)) {
                throw new MalformedDocumentException("The document is UTF-16, but CSV is read as UTF-8.");
            }
            at += Utf8.markLength(document, from, to);
            isBeginning = false;
        }
        while (at < to) {
            int end = scanner.scan(document, at, to, isLast);
            if (end == CsvScanner.CUT) {
                return at;
            }
            if (end == CsvScanner.MALFORMED) {
                int lineEnd = endOfLine(document, at, to);
                if (lineEnd == to && !isLast) {
                    return at;
                }
                malformedLine(document, at, lineEnd, sink);
                at = Math.min(lineEnd + 1, to);
                continue;
            }
            int next = scanner.next();
            if (end > at) {
                line(document, at, end, sink);
            }
            at = next;
        }
        return to;
    }

    private static int endOfLine(byte[] document, int from, int to) {
        int at = from;
        while (at < to && document[at] != '\n') {
            at++;
        }
        return at;
    }

    private void malformedLine(byte[] document, int from, int lineEnd, Sink sink) throws MalformedDocumentException {
        if (header == null) {
            throw new MalformedDocumentException("The CSV header is malformed: " + scanner.fault() + ".");
        }
        int end = lineEnd > from && document[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        position++;
        sink.rejected(valueSlice.set(document, from, end - from), context, position, malformed(scanner));
    }

    private void line(byte[] document, int from, int end, Sink sink) throws MalformedDocumentException {
        if (header == null) {
            header = header(Arrays.copyOfRange(document, from, end));
            return;
        }
        position++;
        String reason = reason(header, document, from, end);
        valueSlice.set(document, from, end - from);
        if (reason != null) {
            sink.rejected(valueSlice, context, position, reason);
        } else {
            sink.event(valueSlice, keySlice.set(key.array(), 0, key.length()), context);
        }
    }

    private CsvHeader header(byte[] line) throws MalformedDocumentException {
        CsvHeader found = CsvHeader.of(line, schema, options);
        for (int place : keyPlaces) {
            if (found.cellOf()[place] < 0) {
                throw new MalformedDocumentException("The CSV header '" + FieldReader.shown(line, 0, line.length)
                        + "' has no column '" + schema.fields().get(place).path() + "', which is part of the key.");
            }
        }
        context = found.isNatural() ? NO_CONTEXT : line;
        return found;
    }

    /** Why the line that the scanner has read is no event; null when it is one, and then its key has been read. */
    private @Nullable String reason(CsvHeader columns, byte[] document, int from, int end) {
        if (scanner.cells() != columns.columns()) {
            return columns.ragged(scanner.cells());
        }
        int invalid = Utf8.firstInvalid(document, from, end);
        if (invalid >= 0) {
            return notUtf8(document, from, invalid);
        }
        key.clear();
        for (int index = 0; index < keyPlaces.length; index++) {
            if (index > 0) {
                key.add(FieldReader.KEY_SEPARATOR);
            }
            String reason = readKey(keyReaders[index], document, columns.cellOf()[keyPlaces[index]]);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    private @Nullable String readKey(FieldReader reader, byte[] document, int cell) {
        if (!scanner.hasQuotes(cell)) {
            return reader.readKey(document, scanner.start(cell), scanner.end(cell), key);
        }
        unquoted.clear();
        scanner.unquote(document, cell, unquoted);
        return reader.readKey(unquoted.array(), 0, unquoted.length(), key);
    }

    static String malformed(CsvScanner scanner) {
        return "Malformed CSV: " + scanner.fault() + ".";
    }

    static String notUtf8(byte[] bytes, int from, int invalid) {
        return "The line is not UTF-8: its byte " + (invalid - from + 1) + " is 0x"
                + Integer.toHexString(bytes[invalid] & 0xFF).toUpperCase(Locale.ROOT) + ".";
    }
}
