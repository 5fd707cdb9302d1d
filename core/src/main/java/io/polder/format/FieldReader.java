package io.polder.format;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import io.polder.record.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the texts of one field into its column or into a key. For one thread at a time. */
final class FieldReader {
    /** What stands between the values of a key. */
    static final byte KEY_SEPARATOR = 0x1F;

    private static final int SHOWN_BYTES = 80;

    private final Field field;
    private final int column;
    private final byte[][] nulls;
    private final ValueParser parser;

    /**
     * @param column the field's place in the schema
     * @param formatNulls null words of the format, beside the field's own
     */
    private FieldReader(Field field, int column, Set<String> formatNulls, ValueParser parser) {
        this.field = field;
        this.column = column;
        this.parser = parser;
        Set<String> words = new LinkedHashSet<>(formatNulls);
        words.addAll(field.nulls());
        nulls = words.stream()
                .map(word -> word.trim().getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }

    /** Readers of the fields at these places, which share a parser. */
    static FieldReader[] of(Schema schema, int[] places, Set<String> formatNulls, char decimal) {
        ValueParser parser = new ValueParser(decimal);
        FieldReader[] readers = new FieldReader[places.length];
        for (int index = 0; index < places.length; index++) {
            readers[index] = new FieldReader(schema.fields().get(places[index]), places[index], formatNulls, parser);
        }
        return readers;
    }

    Field field() {
        return field;
    }

    /** Whether its values are texts, which can hold anything. */
    boolean isText() {
        return field.type() == Type.VARCHAR;
    }

    /**
     * Sets the field in the row being written; leaves it NULL when the text is a null word, or blank and the field not a
     * text.
     *
     * @return null, or a sentence that says what is wrong
     */
    @Nullable
    String read(byte[] bytes, int textFrom, int textTo, Columns into) {
        int from = trimmedFrom(bytes, textFrom, textTo);
        int to = trimmedTo(bytes, from, textTo);
        if (isNull(bytes, from, to)) {
            return null;
        }
        Type type = field.type();
        if (type == Type.VARCHAR) {
            into.setText(column, Arrays.copyOfRange(bytes, textFrom, textTo));
            return null;
        }
        ValueParser.@Nullable Fault fault = parse(type, bytes, from, to);
        if (fault != null) {
            return sentence(fault, bytes, from, to);
        }
        if (type == Type.DOUBLE) {
            into.setDouble(column, parser.real());
        } else {
            into.setLong(column, parser.integral());
        }
        return null;
    }

    /** As {@link #read}, for formats in which white space around a value and an empty text mean nothing. */
    @Nullable
    String readTrimmed(byte[] bytes, int textFrom, int textTo, Columns into) {
        int from = trimmedFrom(bytes, textFrom, textTo);
        int to = trimmedTo(bytes, from, textTo);
        return from == to ? null : read(bytes, from, to, into);
    }

    /**
     * Appends the value to a key in its canonical form: the same value gives the same bytes however it was written.
     * Numbers are in plain decimal digits, instants in microseconds and days in days since 1970, texts as they are.
     *
     * @return null, or a sentence that says why it cannot be part of a key
     */
    @Nullable
    String readKey(byte[] bytes, int textFrom, int textTo, ByteBuilder key) {
        int from = trimmedFrom(bytes, textFrom, textTo);
        int to = trimmedTo(bytes, from, textTo);
        Type type = field.type();
        if (isNull(bytes, from, to) || (type == Type.VARCHAR && textFrom == textTo)) {
            return missingKey();
        }
        if (type == Type.VARCHAR) {
            for (int at = textFrom; at < textTo; at++) {
                if (bytes[at] == KEY_SEPARATOR) {
                    return prefix(bytes, from, to) + "contains the byte 0x1F, which separates the values of a key.";
                }
            }
            key.add(bytes, textFrom, textTo);
            return null;
        }
        ValueParser.@Nullable Fault fault = parse(type, bytes, from, to);
        if (fault != null) {
            return sentence(fault, bytes, from, to);
        }
        switch (type) {
            case DOUBLE -> addDouble(key);
            case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE, VARCHAR -> key.addDecimal(parser.integral());
        }
        return null;
    }

    /** As {@link #readKey}, for formats in which white space around a value means nothing. */
    @Nullable
    String readTrimmedKey(byte[] bytes, int textFrom, int textTo, ByteBuilder key) {
        int from = trimmedFrom(bytes, textFrom, textTo);
        return readKey(bytes, from, trimmedTo(bytes, from, textTo), key);
    }

    /** The sentence for an event without this part of its key. */
    String missingKey() {
        return "Key field '" + field.name() + "' has no value.";
    }

    /** The sentence for a value of a structure that the field's type cannot hold. */
    String wrongKind(String kind) {
        return "Field '" + field.name() + "' is " + kind + ", not " + typeName() + ".";
    }

    private void addDouble(ByteBuilder key) {
        double value = parser.real();
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            key.addDecimal((long) value);
            return;
        }
        byte[] digits = Double.toString(value).getBytes(StandardCharsets.ISO_8859_1);
        key.add(digits, 0, digits.length);
    }

    private ValueParser.@Nullable Fault parse(Type type, byte[] bytes, int from, int to) {
        return switch (type) {
            case BOOLEAN -> parser.truth(bytes, from, to);
            case INTEGER -> parser.whole(bytes, from, to, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> parser.whole(bytes, from, to, Long.MIN_VALUE, Long.MAX_VALUE);
            case DOUBLE -> parser.number(bytes, from, to);
            case TIMESTAMP -> parser.instant(bytes, from, to);
            case DATE -> parser.day(bytes, from, to);
            case VARCHAR -> null;
        };
    }

    private boolean isNull(byte[] bytes, int from, int to) {
        if (from == to && field.type() != Type.VARCHAR) {
            return true;
        }
        for (byte[] word : nulls) {
            if (Arrays.equals(bytes, from, to, word, 0, word.length)) {
                return true;
            }
        }
        return false;
    }

    private String sentence(ValueParser.Fault fault, byte[] bytes, int from, int to) {
        return prefix(bytes, from, to)
                + switch (fault) {
                    case NOT_OF_TYPE -> "not " + typeName() + ".";
                    case FRACTION -> "has a fraction, which " + typeName() + " cannot hold.";
                    case OUT_OF_RANGE -> "out of the range of " + field.type() + " (" + range() + ").";
                };
    }

    private String prefix(byte[] bytes, int from, int to) {
        return "Field '" + field.name() + "' = '" + shown(bytes, from, to) + "': ";
    }

    private String typeName() {
        return (field.type() == Type.INTEGER ? "an " : "a ") + field.type();
    }

    private String range() {
        return switch (field.type()) {
            case INTEGER -> Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
            case BIGINT -> Long.MIN_VALUE + " to " + Long.MAX_VALUE;
            case DOUBLE -> "magnitude up to 1.8e308";
            case TIMESTAMP, DATE -> "years 1 to 9999";
            case BOOLEAN, VARCHAR -> "";
        };
    }

    /** A value as a sentence can show it: cut when long, without control characters. */
    static String shown(byte[] bytes, int from, int to) {
        boolean isLong = to - from > SHOWN_BYTES;
        String text = new String(bytes, from, isLong ? SHOWN_BYTES : to - from, StandardCharsets.UTF_8);
        StringBuilder clean = new StringBuilder(text.length() + 1);
        text.codePoints().forEach(point -> clean.appendCodePoint(Character.isISOControl(point) ? ' ' : point));
        return isLong ? clean.append('…').toString() : clean.toString();
    }

    private static int trimmedFrom(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isBlank(bytes[at])) {
            at++;
        }
        return at;
    }

    private static int trimmedTo(byte[] bytes, int from, int to) {
        int at = to;
        while (at > from && isBlank(bytes[at - 1])) {
            at--;
        }
        return at;
    }

    private static boolean isBlank(byte value) {
        return value == ' ' || value == '\t' || value == '\n' || value == '\r';
    }
}
