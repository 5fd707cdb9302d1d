package io.polder.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A part of a byte array; changed and used again by whoever hands it out. For one thread at a time. */
public final class Slice {
    private byte[] bytes = new byte[0];
    private int from;
    private int length;

    /** Points this slice to another part; nothing is copied. */
    public Slice set(byte[] newBytes, int newFrom, int newLength) {
        bytes = newBytes;
        from = newFrom;
        length = newLength;
        return this;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int from() {
        return from;
    }

    public int length() {
        return length;
    }

    public byte[] copy() {
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    /** The bytes as UTF-8 text. */
    @Override
    public String toString() {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
}
