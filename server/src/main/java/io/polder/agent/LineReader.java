package io.polder.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads lines of an open file from a position on, as bytes. For one thread. */
final class LineReader {
    private static final int CHUNK = 64 << 10;

    private final FileChannel file;
    private final int maxBytes;
    private byte[] buffer = new byte[CHUNK];
    private int from;
    private int to;
    /** Where in the file the byte at {@code from} is. */
    private long position;

    /**
     * @param maxBytes a longer line comes in parts of this length
     */
    LineReader(FileChannel file, long position, int maxBytes) {
        this.file = file;
        this.position = position;
        this.maxBytes = maxBytes;
    }

    /** Where the next line begins. */
    long position() {
        return position;
    }

    /** Goes to another place. */
    void seek(long place) {
        position = place;
        from = 0;
        to = 0;
    }

    /**
     * The next line, without its line feed; null when there is none yet.
     *
     * @param takesRest whether what stands behind the last line feed is a line
     */
    byte @Nullable [] next(boolean takesRest) throws IOException {
        int searched = from;
        while (true) {
            for (; searched < to; searched++) {
                if (buffer[searched] == '\n') {
                    return taken(searched - from, 1);
                }
                if (searched - from + 1 >= maxBytes) {
                    return taken(wholeCharacters(), 0);
                }
            }
            searched -= from;
            boolean isMore = fill();
            searched += from;
            if (!isMore) {
                return takesRest && to > from ? taken(to - from, 0) : null;
            }
        }
    }

    /** As many bytes as a line may have, less those of a character in UTF-8 that would be cut. */
    private int wholeCharacters() {
        int length = maxBytes;
        for (int back = 1; back < Math.min(4, maxBytes); back++) {
            int lead = buffer[from + length - back] & 0xff;
            if (lead < 0x80) {
                return length;
            }
            if (lead >= 0xc0) {
                int wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
                return wanted > back ? length - back : length;
            }
        }
        return length;
    }

    private byte[] taken(int length, int feed) {
        byte[] line = Arrays.copyOfRange(buffer, from, from + length);
        from += length + feed;
        position += length + feed;
        return line;
    }

    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = file.read(ByteBuffer.wrap(buffer, to, buffer.length - to), position + to);
        if (read <= 0) {
            return false;
        }
        to += read;
        return true;
    }
}
