package io.polder.format;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Problem;
import io.polder.record.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CSV: see {@link Formats#csv}. */
final class CsvFormat implements Format {
    private final Schema schema;
    private final CsvOptions options;

    CsvFormat(List<Field> fields, CsvOptions options) {
        List<Problem> problems = new ArrayList<>();
        checkSeparator("format.delimiter", options.delimiter(), problems);
        checkSeparator("format.quote", options.quote(), problems);
        if (options.delimiter() == options.quote()) {
            problems.add(new Problem(
                    "format.quote", String.valueOf(options.quote()), "the same as the delimiter", "choose another"));
        }
        Paths.checkDecimal(options.decimal(), problems);
        Paths.require(problems);
        this.schema = new Schema(fields);
        this.options = options;
    }

    private static void checkSeparator(String place, char separator, List<Problem> problems) {
        if ((separator < ' ' && separator != '\t') || separator >= 0x7F || Character.isLetterOrDigit(separator)) {
            problems.add(new Problem(
                    place,
                    separator < ' ' ? "0x" + Integer.toHexString(separator) : String.valueOf(separator),
                    "not an ASCII sign or tab",
                    "write one character such as , or ;"));
        }
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Splitter splitter(List<String> key) {
        return new CsvSplitter(schema, options, Paths.places(schema, key));
    }

    @Override
    public Decoder decoder() {
        return new CsvDecoder(schema, options);
    }

    private static final class CsvDecoder implements Decoder {
        private final Schema schema;
        private final CsvOptions options;
        private final CsvScanner scanner;
        private final FieldReader[] readers;
        private final CsvHeader natural;
        private final ByteBuilder unquoted = new ByteBuilder();

        /** The context that was seen last, with what it says: neighbours have the same. */
        private byte[] lastContext = {};

        private CsvHeader header;

        CsvDecoder(Schema schema, CsvOptions options) {
            this.schema = schema;
            this.options = options;
            scanner = new CsvScanner(options);
            natural = CsvHeader.natural(schema);
            header = natural;
            readers = FieldReader.of(schema, natural.cellOf(), options.nulls(), options.decimal());
        }

        @Override
        public @Nullable String decode(byte[] value, int from, int length, byte[] context, Columns into) {
            if (context != lastContext && !Arrays.equals(context, lastContext)) {
                try {
                    header = context.length == 0 ? natural : CsvHeader.of(context, schema, options);
                } catch (MalformedDocumentException malformed) {
                    return malformed.getMessage();
                }
                lastContext = context.clone();
            }
            String reason = row(value, from, from + length, into);
            if (reason != null) {
                into.undoRow();
                return reason;
            }
            into.endRow();
            return null;
        }

        private @Nullable String row(byte[] value, int from, int to, Columns into) {
            int end = scanner.scan(value, from, to, true);
            if (end == CsvScanner.MALFORMED) {
                return CsvSplitter.malformed(scanner);
            }
            if (end != to) {
                return "The event is more than one line.";
            }
            if (scanner.cells() != header.columns()) {
                return header.ragged(scanner.cells());
            }
            int invalid = Utf8.firstInvalid(value, from, to);
            if (invalid >= 0) {
                return CsvSplitter.notUtf8(value, from, invalid);
            }
            int[] cellOf = header.cellOf();
            for (int place = 0; place < readers.length; place++) {
                int cell = cellOf[place];
                if (cell < 0 || scanner.isMissing(cell)) {
                    continue;
                }
                String reason = read(readers[place], value, cell, into);
                if (reason != null) {
                    return reason;
                }
            }
            return null;
        }

        private @Nullable String read(FieldReader reader, byte[] value, int cell, Columns into) {
            if (!scanner.hasQuotes(cell)) {
                return reader.read(value, scanner.start(cell), scanner.end(cell), into);
            }
            unquoted.clear();
            scanner.unquote(value, cell, unquoted);
            return reader.read(unquoted.array(), 0, unquoted.length(), into);
        }
    }
}
