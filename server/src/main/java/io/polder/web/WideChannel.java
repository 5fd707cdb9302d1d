package io.polder.web;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A stream as a channel. The platform's own writes 8 KiB at a time, and each write is a chunk of the answer: on a long
 * result the server would be busy with those. For one thread.
 */
final class WideChannel implements WritableByteChannel {
    private static final int BYTES = 1 << 18;

    private final OutputStream out;
    private byte[] buffer = new byte[1 << 13];
    private boolean isOpen = true;

    WideChannel(OutputStream out) {
        this.out = out;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int all = bytes.remaining();
        if (all > buffer.length && buffer.length < BYTES) {
            buffer = new byte[Math.min(all, BYTES)];
        }
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), buffer.length);
            bytes.get(buffer, 0, count);
            out.write(buffer, 0, count);
        }
        return all;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        isOpen = false;
        out.close();
    }
}
