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

    private Bodies() {}

    /** A document, or its beginning: the first {@code length} bytes of an array. */
    record Body(byte[] bytes, int length) {
        static Body empty() {
            return new Body(new byte[FIRST_BYTES], 0);
        }

        boolean isGzip() {
            return length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
        }

        InputStream stream() {
            return new ByteArrayInputStream(bytes, 0, length);
        }

        /**
         * The document, unpacked when it is packed.
         *
         * @throws PolderException TOO_LARGE
         */
        Body unpacked(long maxBytes) throws IOException {
            if (!isGzip()) {
                return this;
            }
            try (InputStream packed = gunzip(stream())) {
                return read(packed, empty(), maxBytes).within(maxBytes);
            }
        }

        /**
         * @throws PolderException TOO_LARGE
         */
        Body within(long maxBytes) {
            if (length > maxBytes) {
                throw tooLarge(maxBytes);
            }
            return this;
        }
    }

    static InputStream gunzip(InputStream packed) throws IOException {
        return new GZIPInputStream(packed, 1 << 16);
    }

    /**
     * Reads on to the end, or until there are more bytes than {@code enough}.
     *
     * @param begun what was read before; its array is used when it is large enough
     */
    static Body read(InputStream in, Body begun, long enough) throws IOException {
        byte[] bytes = begun.bytes;
        int length = begun.length;
        while (length <= enough) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, larger(bytes.length, enough));
            }
            int count = in.read(bytes, length, bytes.length - length);
            if (count < 0) {
                break;
            }
            length += count;
        }
        return new Body(bytes, length);
    }

    /** The next size of a buffer that was too small, not much larger than {@code enough}. */
    static int larger(int size, long enough) {
        int most = (int) Math.min(Integer.MAX_VALUE - 8L, Math.min(Integer.MAX_VALUE, enough) + 1);
        if (size >= most) {
            throw tooLarge(size);
        }
        return (int) Math.min(most, size * 2L);
    }

    static PolderException tooLarge(long maxBytes) {
        return new PolderException(
                ErrorCode.TOO_LARGE,
                "The document is larger than max_size, " + size(maxBytes)
                        + ". Fix: send it in parts, or raise the feed's max_size.");
    }

    /** {@code 64 MB}, in powers of 1,000 as a definition is written. */
    static String size(long bytes) {
        if (bytes < 1_000_000) {
            return bytes < 1_000 ? bytes + " bytes" : bytes / 1_000 + " kB";
        }
        return String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
    }
}
