package io.polder.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads over one JSON value at a time (RFC 8259), checks every byte of it, and notes where wanted members stand. Makes no
 * objects. For one thread at a time.
 *
 * <p>Positions are indexes into the array that was given; a negative one means that the value did not end well: {@link
 * #isCut} tells whether more bytes could mend it, {@link #fault} and {@link #faultAt} what is wrong.
 *
 * <p>Strings are read eight bytes at a time: in a word, the bytes that are a quote, a backslash, a control character or
 * not ASCII are found together by the classic test for a zero byte, {@code (w - 0x01…) & ~w & 0x80…}, which is exact
 * for the lowest such byte.
 */
final class JsonScanner {
    private static final int MAX_DEPTH = 200;
    private static final int ENDED_BADLY = -1;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private final int[] starts;
    private final int[] ends;
    private final ByteBuilder name = new ByteBuilder();

    private byte[] bytes = {};
    private int end;
    private String fault = "";
    private int faultAt;
    private boolean isCut;

    /** Whether the string that was read last has an escape in it. */
    private boolean isEscaped;

    /** @param slots how many values are wanted */
    JsonScanner(int slots) {
        starts = new int[slots];
        ends = new int[slots];
    }

    /** Points the scanner to bytes that end at {@code newEnd}. */
    void reset(byte[] newBytes, int newEnd) {
        bytes = newBytes;
        end = newEnd;
    }

    /** Where the wanted value begins, or -1 when it is not there. */
    int start(int slot) {
        return starts[slot];
    }

    /** Where the wanted value ends. */
    int end(int slot) {
        return ends[slot];
    }

    /** What is wrong, without a place and a full stop. */
    String fault() {
        return fault;
    }

    int faultAt() {
        return faultAt;
    }

    /** Whether the bytes ended before the value, which is right so far. */
    boolean isCut() {
        return isCut;
    }

    /** Whether a byte is white space between values. */
    static boolean isBlank(byte value) {
        return value == ' ' || value == '\n' || value == '\r' || value == '\t';
    }

    /** The first byte from {@code at} on that is not white space; {@code end} when there is none. */
    int skipBlank(int at) {
        int place = at;
        while (place < end) {
            if (!isBlank(bytes[place])) {
                return place;
            }
            place++;
        }
        return place;
    }

    /**
     * Reads the value that begins at {@code at}, noting what {@code wanted} names.
     *
     * @return the place after it, or a negative number
     */
    int scan(int at, JsonTree wanted) {
        Arrays.fill(starts, -1);
        isCut = false;
        return value(at, wanted, 0);
    }

    private int value(int at, @Nullable JsonTree node, int depth) {
        if (at >= end) {
            return cut();
        }
        switch (bytes[at]) {
            case '"' -> {
                int quote = string(at + 1);
                return quote < 0 ? quote : quote + 1;
            }
            case '{' -> {
                return object(at + 1, node, depth + 1);
            }
            case '[' -> {
                return array(at + 1, node, depth + 1);
            }
            case 't' -> {
                return word(at, "true");
            }
            case 'f' -> {
                return word(at, "false");
            }
            case 'n' -> {
                return word(at, "null");
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                return number(at);
            }
            default -> {
                return fault(at, "expected a value");
            }
        }
    }

    private int object(int from, @Nullable JsonTree node, int depth) {
        if (depth > MAX_DEPTH) {
            return fault(from - 1, "nested deeper than " + MAX_DEPTH + " levels");
        }
        int at = skipBlank(from);
        if (at < end && bytes[at] == '}') {
            return at + 1;
        }
        while (true) {
            if (at >= end) {
                return cut();
            }
            if (bytes[at] != '"') {
                return fault(at, "expected a member's name in quotes");
            }
            int quote = string(at + 1);
            if (quote < 0) {
                return quote;
            }
            JsonTree member = node == null ? null : member(node, at + 1, quote);
            at = quote + 1;
            if (at >= end || bytes[at] != ':') {
                at = skipBlank(at);
                if (at >= end) {
                    return cut();
                }
                if (bytes[at] != ':') {
                    return fault(at, "expected ':'");
                }
            }
            at++;
            if (at < end && bytes[at] <= ' ') {
                at = skipBlank(at);
            }
            at = member == null ? value(at, null, depth) : wanted(at, member, depth);
            if (at < 0) {
                return at;
            }
            if (at < end && bytes[at] <= ' ') {
                at = skipBlank(at);
            }
            if (at >= end) {
                return cut();
            }
            byte follower = bytes[at++];
            if (follower == '}') {
                return at;
            }
            if (follower != ',') {
                return fault(at - 1, "expected ',' or '}'");
            }
            if (at < end && bytes[at] <= ' ') {
                at = skipBlank(at);
            }
        }
    }

    private @Nullable JsonTree member(JsonTree node, int from, int to) {
        if (!isEscaped) {
            return node.member(bytes, from, to);
        }
        name.clear();
        unescape(bytes, from, to, name);
        return node.member(name.array(), 0, name.length());
    }

    private int array(int from, @Nullable JsonTree node, int depth) {
        if (depth > MAX_DEPTH) {
            return fault(from - 1, "nested deeper than " + MAX_DEPTH + " levels");
        }
        int at = skipBlank(from);
        if (at < end && bytes[at] == ']') {
            return at + 1;
        }
        for (int index = 0; ; index++) {
            JsonTree element = node == null ? null : node.element(index);
            at = element == null ? value(at, null, depth) : wanted(at, element, depth);
            if (at < 0) {
                return at;
            }
            at = skipBlank(at);
            if (at >= end) {
                return cut();
            }
            byte follower = bytes[at++];
            if (follower == ']') {
                return at;
            }
            if (follower != ',') {
                return fault(at - 1, "expected ',' or ']'");
            }
            at = skipBlank(at);
        }
    }

    /** Reads a value and notes its place. What an earlier member of the same name has noted is forgotten. */
    private int wanted(int at, JsonTree node, int depth) {
        for (int slot : node.slotsBelow()) {
            starts[slot] = -1;
        }
        int after = value(at, node, depth);
        if (after >= 0) {
            for (int slot : node.slots()) {
                starts[slot] = at;
                ends[slot] = after;
            }
        }
        return after;
    }

    /** The place of the quote that ends the string whose content begins at {@code from}. */
    private int string(int from) {
        isEscaped = false;
        int at = from;
        while (true) {
            while (at + 8 <= end) {
                long word = (long) LONG.get(bytes, at);
                long quotes = word ^ QUOTES;
                long backslashes = word ^ BACKSLASHES;
                long special =
                        (((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | (word - SPACES) | word)
                                & HIGHS;
                if (special != 0) {
                    at += Long.numberOfTrailingZeros(special) >> 3;
                    break;
                }
                at += 8;
            }
            if (at >= end) {
                return cut();
            }
            byte value = bytes[at];
            if (value == '"') {
                return at;
            }
            if (value == '\\') {
                isEscaped = true;
                at = escape(at);
            } else if (value < 0) {
                at = sequence(at);
            } else if (value < ' ') {
                return fault(at, "a control character inside a string");
            } else {
                at++;
            }
            if (at < 0) {
                return at;
            }
        }
    }

    private int sequence(int at) {
        int after = Utf8.after(bytes, at, end);
        if (after == Utf8.CUT) {
            return cut();
        }
        return after == Utf8.INVALID ? fault(at, "a byte that is not UTF-8") : after;
    }

    private int escape(int at) {
        if (at + 1 >= end) {
            return cut();
        }
        switch (bytes[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return at + 2;
            }
            case 'u' -> {
                for (int digit = at + 2; digit < at + 6; digit++) {
                    if (digit >= end) {
                        return cut();
                    }
                    if (Character.digit(bytes[digit], 16) < 0) {
                        return fault(digit, "expected four hexadecimal digits after \\u");
                    }
                }
                return at + 6;
            }
            default -> {
                return fault(at, "an escape that JSON does not have");
            }
        }
    }

    private int number(int from) {
        int at = from;
        if (bytes[at] == '-') {
            at++;
        }
        int firstDigit = at;
        at = digits(at);
        if (at == firstDigit) {
            return at >= end ? cut() : fault(at, "expected a digit");
        }
        if (bytes[firstDigit] == '0' && at > firstDigit + 1) {
            return fault(firstDigit + 1, "a number with a leading zero");
        }
        if (at < end && bytes[at] == '.') {
            int firstOfFraction = at + 1;
            at = digits(firstOfFraction);
            if (at == firstOfFraction) {
                return at >= end ? cut() : fault(at, "expected a digit after the decimal point");
            }
        }
        if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            int firstOfExponent = at;
            at = digits(at);
            if (at == firstOfExponent) {
                return at >= end ? cut() : fault(at, "expected a digit in the exponent");
            }
        }
        return at;
    }

    private int digits(int from) {
        int at = from;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at;
    }

    private int word(int at, String word) {
        for (int index = 1; index < word.length(); index++) {
            if (at + index >= end) {
                return cut();
            }
            if (bytes[at + index] != word.charAt(index)) {
                return fault(at, "expected a value");
            }
        }
        return at + word.length();
    }

    private int cut() {
        isCut = true;
        fault = "it ends in the middle of a value";
        faultAt = end;
        return ENDED_BADLY;
    }

    private int fault(int at, String what) {
        fault = what;
        faultAt = at;
        return ENDED_BADLY;
    }

    /** Appends the content of a string, which has been checked, without its escapes. */
    static void unescape(byte[] bytes, int from, int to, ByteBuilder into) {
        int at = from;
        while (at < to) {
            int plainFrom = at;
            while (at < to && bytes[at] != '\\') {
                at++;
            }
            into.add(bytes, plainFrom, at);
            if (at == to) {
                return;
            }
            byte escaped = bytes[at + 1];
            at += 2;
            switch (escaped) {
                case 'b' -> into.add('\b');
                case 'f' -> into.add('\f');
                case 'n' -> into.add('\n');
                case 'r' -> into.add('\r');
                case 't' -> into.add('\t');
                case 'u' -> {
                    char unit = unit(bytes, at);
                    at += 4;
                    boolean isFirstOfTwo = Character.isHighSurrogate(unit)
                            && at + 6 <= to
                            && bytes[at] == '\\'
                            && bytes[at + 1] == 'u'
                            && Character.isLowSurrogate(unit(bytes, at + 2));
                    if (isFirstOfTwo) {
                        into.addCodePoint(Character.toCodePoint(unit, unit(bytes, at + 2)));
                        at += 6;
                    } else {
                        into.addCodePoint(Character.isSurrogate(unit) ? 0xFFFD : unit);
                    }
                }
                default -> into.add(escaped);
            }
        }
    }

    private static char unit(byte[] bytes, int at) {
        int unit = 0;
        for (int digit = at; digit < at + 4; digit++) {
            unit = unit << 4 | Character.digit(bytes[digit], 16);
        }
        return (char) unit;
    }
}
