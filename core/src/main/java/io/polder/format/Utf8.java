package io.polder.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What must be known of UTF-8 to tell whether bytes are text. */
final class Utf8 {
    /** The sequence at hand is cut off by the end of the bytes, and right so far. */
    static final int CUT = -1;

    /** The sequence at hand is not UTF-8. */
    static final int INVALID = -2;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /** How many bytes a byte order mark in front takes: 3 or 0. */
    static int markLength(byte[] bytes, int from, int to) {
        return to - from >= 3
                        && bytes[from] == (byte) 0xEF
                        && bytes[from + 1] == (byte) 0xBB
                        && bytes[from + 2] == (byte) 0xBF
                ? 3
                : 0;
    }

    /** Whether the bytes begin as UTF-16 does: with its byte order mark. */
    static boolean isUtf16(byte[] bytes, int from, int to) {
        return to - from >= 2
                && ((bytes[from] == (byte) 0xFE && bytes[from + 1] == (byte) 0xFF)
                        || (bytes[from] == (byte) 0xFF && bytes[from + 1] == (byte) 0xFE));
    }

    /** Where the first byte stands that is not UTF-8, or -1. */
    static int firstInvalid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (to - at >= 8 && ((long) LONG.get(bytes, at) & NOT_ASCII) == 0) {
                at += 8;
                continue;
            }
            if (bytes[at] >= 0) {
                at++;
                continue;
            }
            int next = after(bytes, at, to);
            if (next < 0) {
                return at;
            }
            at = next;
        }
        return -1;
    }

    /**
     * The place after the sequence of two to four bytes at {@code at}, whose first byte is not ASCII; {@link #CUT} or
     * {@link #INVALID} when it is none. Overlong forms, surrogates and what lies above U+10FFFF are invalid.
     */
    static int after(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xFF;
        if (first < 0xC2 || first > 0xF4) {
            return INVALID;
        }
        if (at + 1 >= to) {
            return CUT;
        }
        int second = bytes[at + 1] & 0xFF;
        int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < least || second > most) {
            return INVALID;
        }
        int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        for (int following = 2; following < length; following++) {
            if (at + following >= to) {
                return CUT;
            }
            if ((bytes[at + following] & 0xC0) != 0x80) {
                return INVALID;
            }
        }
        return at + length;
    }
}
