package io.polder.profile;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a file of lines one that the engine can read: in UTF-8, each line in the encoding that it has, and without lines
 * that are too long. It holds one line at a time, and no more of it than is kept. For one file and one thread.
 */
final class LineMender {
    /** Longer lines are left out. */
    static final int LONGEST = 16 << 20;

    private static final int SHOWN = 200;
    private static final int EXAMPLES = 20;
    /** What files are in that are said to be in Latin-1: it has all its letters, and more signs. */
    private static final Charset LATIN = Charset.forName("windows-1252");

    private final List<Profile.Unreadable> examples = new ArrayList<>();
    private final List<Long> leftOut = new ArrayList<>();
    private boolean hasUtf8;
    private boolean hasLatin;
    private boolean isUtf16;

    /** Lines that were left out. */
    List<Profile.Unreadable> examples() {
        return examples;
    }

    /** How many. */
    long unreadable() {
        return leftOut.size();
    }

    /** What the lines with letters beyond ASCII are in. */
    String encoding() {
        if (isUtf16) {
            return "utf-16";
        }
        return hasLatin ? hasUtf8 ? "utf-8 and latin-1" : "latin-1" : "utf-8";
    }

    /** The line of the file that became this line of the other. */
    long line(long mended) {
        long line = mended;
        for (long each : leftOut) {
            if (each > line) {
                break;
            }
            line++;
        }
        return line;
    }

    /**
     * Mends it.
     *
     * @param isLatin whether all of it is said to be in Latin-1
     */
    void mend(InputStream from, Path to, boolean isLatin) throws IOException {
        byte[] bytes = new byte[1 << 16];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long length = 0;
        long number = 1;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), 1 << 16)) {
            for (int count = from.read(bytes); count >= 0; count = from.read(bytes)) {
                for (int start = 0; start < count; ) {
                    int end = start;
                    while (end < count && bytes[end] != '\n') {
                        end++;
                    }
                    boolean isWhole = end < count;
                    int piece = end - start + (isWhole ? 1 : 0);
                    length += piece;
                    if (length <= LONGEST) {
                        line.write(bytes, start, piece);
                    }
                    start += piece;
                    if (isWhole) {
                        put(line, length, number++, isLatin, out);
                        length = 0;
                    }
                }
            }
            if (length > 0) {
                put(line, length, number, isLatin, out);
            }
        }
    }

    /** Makes UTF-16, of either order of bytes, UTF-8. */
    void decode(InputStream from, Path to) throws IOException {
        isUtf16 = true;
        try (Reader in = new InputStreamReader(from, StandardCharsets.UTF_16);
                Writer out = Files.newBufferedWriter(to)) {
            in.transferTo(out);
        }
    }

    private void put(ByteArrayOutputStream line, long length, long number, boolean isLatin, OutputStream out)
            throws IOException {
        byte[] bytes = line.toByteArray();
        line.reset();
        if (length > LONGEST) {
            leftOut.add(number);
            if (examples.size() < EXAMPLES) {
                examples.add(new Profile.Unreadable(
                        number,
                        0,
                        "the line has " + length + " bytes, and at most " + LONGEST + " are read",
                        new String(bytes, 0, Math.min(SHOWN, bytes.length), StandardCharsets.UTF_8) + "…"));
            }
            return;
        }
        if (isAscii(bytes)) {
            out.write(bytes);
        } else if (!isLatin && isUtf8(bytes)) {
            hasUtf8 = true;
            out.write(bytes);
        } else {
            hasLatin = true;
            out.write(new String(bytes, LATIN).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte each : bytes) {
            if (each < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException other) {
            return false;
        }
    }
}
