package io.polder.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Compression that is done once for many readers. Stateless. */
final class Gzip {
    /** What a gzip stream begins with: magic, deflate, no flags, no time, no level, system unknown. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private Gzip() {}

    /** Whether an Accept-Encoding header takes gzip. */
    static boolean isAccepted(@Nullable String acceptEncoding) {
        if (acceptEncoding == null) {
            return false;
        }
        for (String coding : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String plain = coding.replace(" ", "");
            if (plain.equals("gzip") || plain.startsWith("gzip;q=")) {
                return !plain.matches("gzip;q=0(\\.0*)?");
            }
        }
        return false;
    }

    /** A whole gzip document. */
    static byte[] whole(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 3 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException("compressing in memory", impossible);
        }
        return compressed.toByteArray();
    }

    static byte[] header() {
        return HEADER.clone();
    }

    /**
     * A piece that may follow {@link #header} and any other pieces: it refers to nothing before it and ends at a byte,
     * so one piece serves all streams, wherever they began. Such a stream never ends properly; a stream of events does
     * not either.
     */
    static byte[] piece(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(bytes);
            ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 3 + 64);
            byte[] buffer = new byte[8_192];
            int length;
            do {
                length = deflater.deflate(buffer, 0, buffer.length, Deflater.FULL_FLUSH);
                compressed.write(buffer, 0, length);
            } while (length == buffer.length);
            return compressed.toByteArray();
        } finally {
            deflater.end();
        }
    }
}
