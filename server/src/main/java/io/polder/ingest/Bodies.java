package io.polder.ingest;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Reads whole documents into memory, within their limit. */
final class Bodies {
    private static final int FIRST_BYTES = 64 << 10;
    private static final int KEPT_BYTES = 1 << 20;
    private static final ThreadLocal<byte[]> BUFFERS = ThreadLocal.withInitial(() -> new byte[FIRST_BYTES]);

    private Bodies() {}

    /** A document: the first {@code length} bytes of an array. */
    record Body(byte[] bytes, int length) {
        boolean isGzip() {
            return length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
        }

        /** The document, unpacked when it is packed. */
        Body unpacked(long maxBytes) throws IOException {
            if (!isGzip()) {
                return this;
            }
            try (InputStream packed = new GZIPInputStream(new ByteArrayInputStream(bytes, 0, length), 1 << 16)) {
                return read(packed, new byte[Math.max(FIRST_BYTES, (int) Math.min(4L * length, 8 << 20))], maxBytes);
            }
        }
    }

    /** Reads to the end, into an array of this thread, which holds it until the thread reads the next. */
    static Body readShared(InputStream in, long maxBytes) throws IOException {
        Body body = read(in, BUFFERS.get(), maxBytes);
        if (body.bytes.length <= KEPT_BYTES) {
            BUFFERS.set(body.bytes);
        }
        return body;
    }

    /**
     * @param buffer used when it is large enough
     * @throws PolderException TOO_LARGE
     */
    static Body read(InputStream in, byte[] buffer, long maxBytes) throws IOException {
        byte[] bytes = buffer;
        int length = 0;
        while (true) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, larger(bytes.length));
            }
            int count = in.read(bytes, length, bytes.length - length);
            if (count < 0) {
                return new Body(bytes, length);
            }
            length += count;
            if (length > maxBytes) {
                throw tooLarge(maxBytes);
            }
        }
    }

    /** The next size of a buffer that was too small. */
    static int larger(int size) {
        if (size == Integer.MAX_VALUE - 8) {
            throw tooLarge(size);
        }
        return (int) Math.min(Integer.MAX_VALUE - 8, size * 2L);
    }

    static PolderException tooLarge(long maxBytes) {
        return new PolderException(
                ErrorCode.TOO_LARGE,
                "The document is larger than max_size, " + size(maxBytes)
                        + ". Fix: send it in parts, or raise the feed's max_size.");
    }

    /** {@code 64 MB}. */
    static String size(long bytes) {
        if (bytes < 1 << 20) {
            return bytes < 1 << 10 ? bytes + " bytes" : (bytes >> 10) + " kB";
        }
        return String.format(Locale.ROOT, "%.0f MB", bytes / 1048576.0);
    }
}
