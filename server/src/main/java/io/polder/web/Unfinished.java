package io.polder.web;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * An answer's body that only the server ends. Writers close what they write to also when they fail, and an answer that
 * failed must not look whole.
 */
final class Unfinished extends FilterOutputStream {
    Unfinished(OutputStream out) {
        super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    /** What is short enough is told as a failure as long as nothing has gone out. */
    @Override
    public void flush() {}

    @Override
    public void close() {}
}
