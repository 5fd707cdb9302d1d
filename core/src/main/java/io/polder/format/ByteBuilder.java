package io.polder.format;

import java.util.Arrays;

/** Bytes that grow, in an array that is used again. For one thread at a time. */
final class ByteBuilder {
    private byte[] bytes = new byte[64];
    private int length;

    void clear() {
        length = 0;
    }

    void add(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    void add(byte[] source, int from, int to) {
        ensure(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
    }

    /** Appends a code point as UTF-8. */
    void addCodePoint(int codePoint) {
        if (codePoint < 0x80) {
            add(codePoint);
        } else if (codePoint < 0x800) {
            add(0xC0 | codePoint >> 6);
            addContinuation(codePoint);
        } else if (codePoint < 0x1_0000) {
            add(0xE0 | codePoint >> 12);
            addContinuation(codePoint >> 6);
            addContinuation(codePoint);
        } else {
            add(0xF0 | codePoint >> 18);
            addContinuation(codePoint >> 12);
            addContinuation(codePoint >> 6);
            addContinuation(codePoint);
        }
    }

    private void addContinuation(int bits) {
        add(0x80 | (bits & 0x3F));
    }

    /** Appends characters as UTF-8; a surrogate without its other half becomes U+FFFD. */
    void addChars(char[] chars, int from, int to) {
        ensure(to - from);
        for (int at = from; at < to; at++) {
            char unit = chars[at];
            if (unit < 0x80) {
                add(unit);
            } else if (!Character.isSurrogate(unit)) {
                addCodePoint(unit);
            } else if (Character.isHighSurrogate(unit) && at + 1 < to && Character.isLowSurrogate(chars[at + 1])) {
                addCodePoint(Character.toCodePoint(unit, chars[++at]));
            } else {
                addCodePoint(0xFFFD);
            }
        }
    }

    /** Appends a text as UTF-8. */
    void addText(String text) {
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (unit >= 0x80) {
                char[] chars = text.toCharArray();
                addChars(chars, at, chars.length);
                return;
            }
            add(unit);
        }
    }

    /** Appends a number in decimal digits, without making a text of it. */
    void addDecimal(long value) {
        ensure(20);
        if (value < 0) {
            bytes[length++] = '-';
        }
        int first = length;
        long rest = value;
        do {
            bytes[length++] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        } while (rest != 0);
        for (int left = first, right = length - 1; left < right; left++, right--) {
            byte swapped = bytes[left];
            bytes[left] = bytes[right];
            bytes[right] = swapped;
        }
    }

    /** The array, longer than {@link #length}; another one after bytes were added. */
    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Cuts off what stands behind {@code newLength}. */
    void truncate(int newLength) {
        length = newLength;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
