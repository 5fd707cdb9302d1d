package io.polder.profile;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads LZ4's frames, whose blocks may refer to what is before them, as Arrow's writers make them; the library that Kafka
 * brings reads only blocks that stand alone. By the LZ4 frame and block format descriptions; checksums are not looked at.
 */
final class Lz4Frame {
    private static final int MAGIC = 0x184d2204;
    private static final int HAS_DICTIONARY = 1;
    private static final int HAS_SIZE = 8;
    private static final int HAS_BLOCK_CHECKSUMS = 16;
    private static final int PLAIN = 0x80000000;
    private static final int LEAST_MATCH = 4;
    /** A length that goes on in the next bytes. */
    private static final int MORE = 15;

    private Lz4Frame() {}

    /**
     * The content of a frame.
     *
     * @param length how long it is
     * @throws IllegalArgumentException when it is not such a frame, or not of this length
     */
    static byte[] content(byte[] frame, int length) {
        ByteBuffer in = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        byte[] content = new byte[length];
        ByteBuffer out = ByteBuffer.wrap(content);
        try {
            if (in.getInt() != MAGIC) {
                throw new IllegalArgumentException("not a frame of LZ4");
            }
            int flags = in.get();
            // The largest size of a block, what the flags announce, and the header's checksum.
            in.position(in.position()
                    + 1
                    + ((flags & HAS_SIZE) != 0 ? Long.BYTES : 0)
                    + ((flags & HAS_DICTIONARY) != 0 ? Integer.BYTES : 0)
                    + 1);
            for (int size = in.getInt(); size != 0; size = in.getInt()) {
                int bytes = size & ~PLAIN;
                int end = in.position() + bytes;
                if ((size & PLAIN) != 0) {
                    out.put(frame, in.position(), bytes);
                } else {
                    out.position(block(frame, in.position(), end, content, out.position()));
                }
                in.position(end + ((flags & HAS_BLOCK_CHECKSUMS) != 0 ? Integer.BYTES : 0));
            }
        } catch (IndexOutOfBoundsException | BufferOverflowException | BufferUnderflowException broken) {
            throw new IllegalArgumentException("a frame of LZ4 is broken", broken);
        }
        if (out.hasRemaining()) {
            throw new IllegalArgumentException(
                    "a frame of LZ4 has " + out.position() + " bytes and should have " + length);
        }
        return content;
    }

    /** Sequences of bytes as they are, and of a match: so many bytes from so far back. Says where they end. */
    private static int block(byte[] frame, int from, int end, byte[] into, int begin) {
        int at = from;
        int to = begin;
        while (at < end) {
            int token = frame[at++] & 0xff;
            int literals = token >>> 4;
            if (literals == MORE) {
                int next;
                do {
                    next = frame[at++] & 0xff;
                    literals += next;
                } while (next == 0xff);
            }
            System.arraycopy(frame, at, into, to, literals);
            at += literals;
            to += literals;
            if (at >= end) {
                break;
            }
            int back = (frame[at] & 0xff) | (frame[at + 1] & 0xff) << 8;
            at += 2;
            int match = token & MORE;
            if (match == MORE) {
                int next;
                do {
                    next = frame[at++] & 0xff;
                    match += next;
                } while (next == 0xff);
            }
            match += LEAST_MATCH;
            // Byte by byte: a match may reach into what it writes.
            for (int byteOfMatch = 0; byteOfMatch < match; byteOfMatch++, to++) {
                into[to] = into[to - back];
            }
        }
        return to;
    }
}
