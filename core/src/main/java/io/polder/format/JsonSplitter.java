package io.polder.format;

import io.polder.record.Field;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Splits JSON: an array whose elements are the events, or values one after another, which may but need not stand on
 * lines of their own.
 *
 * <p>An array is one structure: what is malformed in it makes the document malformed. Of values one after another, a
 * malformed one is rejected and splitting goes on after its line. When the mistake is on a later line than the value's
 * beginning, the value may be an object written over several lines: then splitting goes on at the next line that begins
 * with a brace. What is decided depends on the bytes alone and not on where a part of the document ends.
 */
final class JsonSplitter implements Splitter {
    private static final byte[] NO_CONTEXT = {};

    private enum Shape {
        UNKNOWN,
        ARRAY,
        SEQUENCE
    }

    private final FieldReader[] keyReaders;
    private final JsonTree tree;
    private final JsonScanner scanner;
    private final ByteBuilder key = new ByteBuilder();
    private final ByteBuilder unescaped = new ByteBuilder();
    private final Slice valueSlice = new Slice();
    private final Slice keySlice = new Slice();

    private Shape shape = Shape.UNKNOWN;
    private boolean isBeginning = true;
    private long position;

    JsonSplitter(FieldReader[] keyReaders) {
        this.keyReaders = keyReaders;
        this.tree = JsonTree.of(Arrays.stream(keyReaders)
                .map(FieldReader::field)
                .map(Field::path)
                .toList());
        this.scanner = new JsonScanner(keyReaders.length);
    }

    @Override
    public int split(byte[] document, int from, int to, boolean isLast, Sink sink) throws MalformedDocumentException {
        int begin = from;
        if (isBeginning) {
            if (to - from < 3 && !isLast) {
                return from;
            }
            if (Utf8.isUtf16(document, from, to)) {
                throw new MalformedDocumentException("The document is UTF-16, but JSON is read as UTF-8.");
            }
            begin += Utf8.markLength(document, from, to);
        }
        scanner.reset(document, to);
        int first = scanner.skipBlank(begin);
        if (shape == Shape.UNKNOWN) {
            if (first == to) {
                return isLast ? to : from;
            }
            shape = document[first] == '[' ? Shape.ARRAY : Shape.SEQUENCE;
        }
        if (shape == Shape.SEQUENCE) {
            isBeginning = false;
            return sequence(document, first, to, isLast, sink);
        }
        if (!isLast) {
            return from;
        }
        array(document, from, first, to, sink);
        return to;
    }

    private void array(byte[] document, int from, int bracket, int to, Sink sink) throws MalformedDocumentException {
        int at = scanner.skipBlank(bracket + 1);
        boolean isEmpty = at < to && document[at] == ']';
        while (!isEmpty) {
            int after = scanner.scan(at, tree);
            if (after < 0) {
                throw malformed(document, from, scanner.faultAt(), to, scanner.fault());
            }
            element(document, at, after, sink);
            at = scanner.skipBlank(after);
            if (at < to && document[at] == ']') {
                break;
            }
            if (at >= to || document[at] != ',') {
                throw malformed(document, from, at, to, "expected ',' or ']' after an element of the array");
            }
            at = scanner.skipBlank(at + 1);
        }
        int rest = scanner.skipBlank(at + 1);
        if (rest < to) {
            throw malformed(document, from, rest, to, "something follows the array");
        }
    }

    private int sequence(byte[] document, int first, int to, boolean isLast, Sink sink) {
        int at = first;
        while (at < to) {
            int after = scanner.scan(at, tree);
            boolean isOpen = after < 0 ? scanner.isCut() : after == to && isNumber(document[at]);
            if (isOpen && !isLast) {
                return at;
            }
            if (after >= 0) {
                element(document, at, after, sink);
            } else {
                after = endOfMalformed(document, at, to, isLast);
                if (after < 0) {
                    return at;
                }
                int trimmed = after;
                while (trimmed > at && JsonScanner.isBlank(document[trimmed - 1])) {
                    trimmed--;
                }
                position++;
                sink.rejected(
                        valueSlice.set(document, at, trimmed - at),
                        NO_CONTEXT,
                        position,
                        "Malformed JSON at byte " + (Math.min(scanner.faultAt(), after) - at + 1) + ": "
                                + scanner.fault() + found(document, scanner.faultAt(), to) + ".");
            }
            at = scanner.skipBlank(after);
        }
        return to;
    }

    /** Where splitting goes on after a malformed value; -1 when more bytes are needed to tell. */
    private int endOfMalformed(byte[] document, int at, int to, boolean isLast) {
        int lineEnd = endOfLine(document, at, to);
        if (document[at] == '{' && scanner.faultAt() > lineEnd) {
            while (lineEnd < to && (lineEnd + 1 >= to || document[lineEnd + 1] != '{')) {
                lineEnd = endOfLine(document, lineEnd + 1, to);
            }
        }
        return lineEnd >= to && !isLast ? -1 : Math.min(lineEnd, to);
    }

    private static int endOfLine(byte[] document, int at, int to) {
        int place = at;
        while (place < to && document[place] != '\n') {
            place++;
        }
        return place;
    }

    private void element(byte[] document, int from, int to, Sink sink) {
        position++;
        if (document[from] != '{') {
            sink.rejected(
                    valueSlice.set(document, from, to - from),
                    NO_CONTEXT,
                    position,
                    "Not a JSON object but " + kind(document[from]) + ".");
            return;
        }
        String reason = keyReaders.length == 0 ? null : readKey(document);
        valueSlice.set(document, from, to - from);
        if (reason != null) {
            sink.rejected(valueSlice, NO_CONTEXT, position, reason);
            return;
        }
        sink.event(valueSlice, keySlice.set(key.array(), 0, key.length()), NO_CONTEXT);
    }

    private @Nullable String readKey(byte[] document) {
        key.clear();
        for (int slot = 0; slot < keyReaders.length; slot++) {
            if (slot > 0) {
                key.add(FieldReader.KEY_SEPARATOR);
            }
            String reason = readKey(document, slot);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    private @Nullable String readKey(byte[] document, int slot) {
        FieldReader reader = keyReaders[slot];
        int from = scanner.start(slot);
        int to = scanner.end(slot);
        if (from < 0 || document[from] == 'n') {
            return reader.missingKey();
        }
        if (document[from] == '{' || document[from] == '[') {
            return reader.wrongKind(kind(document[from]));
        }
        if (document[from] != '"') {
            return reader.readKey(document, from, to, key);
        }
        if (!hasEscape(document, from + 1, to - 1)) {
            return reader.readKey(document, from + 1, to - 1, key);
        }
        unescaped.clear();
        JsonScanner.unescape(document, from + 1, to - 1, unescaped);
        return reader.readKey(unescaped.array(), 0, unescaped.length(), key);
    }

    static boolean hasEscape(byte[] bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            if (bytes[at] == '\\') {
                return true;
            }
        }
        return false;
    }

    /** What a value is, by its first byte. */
    static String kind(byte first) {
        return switch (first) {
            case '{' -> "an object";
            case '[' -> "an array";
            case '"' -> "a text";
            case 't', 'f' -> "a truth value";
            case 'n' -> "null";
            default -> "a number";
        };
    }

    private static boolean isNumber(byte first) {
        return first == '-' || (first >= '0' && first <= '9');
    }

    static MalformedDocumentException malformed(byte[] document, int from, int at, int to, String fault) {
        int line = 1;
        int lineFrom = from;
        for (int place = from; place < at; place++) {
            if (document[place] == '\n') {
                line++;
                lineFrom = place + 1;
            }
        }
        return new MalformedDocumentException("Malformed JSON at byte " + (at - from + 1) + " (line " + line
                + ", column " + (at - lineFrom + 1) + "): " + fault + found(document, at, to) + ".");
    }

    private static String found(byte[] document, int at, int to) {
        if (at >= to) {
            return "";
        }
        int value = document[at] & 0xFF;
        return value > ' ' && value < 0x7F
                ? ", found '" + (char) value + "'"
                : ", found the byte 0x" + Integer.toHexString(value).toUpperCase(Locale.ROOT);
    }
}
