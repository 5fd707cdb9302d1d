package io.polder.agent.hdfs;

import io.polder.agent.Event;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CodecPool;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionOutputStream;
import org.apache.hadoop.io.compress.Compressor;
import org.jspecify.annotations.Nullable;

/**
 * Flume's DataStream and CompressedStream: bodies one behind the other, a line feed after each. A compressed file has one
 * section (a member of gzip) for each flush, as compressors cannot flush otherwise; every tool reads them as one.
 */
final class StreamFormat implements EventFormat {
    private static final int BUFFER = 1 << 16;

    private final @Nullable CompressionCodec codec;
    private final boolean hasHeaders;
    private final boolean hasLines;

    /**
     * @param codec null for none
     * @param hasHeaders whether the headers stand before the body, as Java prints a map
     * @param hasLines whether a line feed follows each body
     */
    StreamFormat(@Nullable CompressionCodec codec, boolean hasHeaders, boolean hasLines) {
        this.codec = codec;
        this.hasHeaders = hasHeaders;
        this.hasLines = hasLines;
    }

    @Override
    public String suffix() {
        return codec == null ? "" : codec.getDefaultExtension();
    }

    @Override
    public Writer create(FileSystem files, Path path) throws IOException {
        FSDataOutputStream out = files.create(path, false);
        return codec == null ? new Plain(out) : new Compressed(out, codec);
    }

    private void write(Event event, OutputStream out) throws IOException {
        if (hasHeaders) {
            out.write(event.headers().toString().getBytes(StandardCharsets.UTF_8));
            out.write(' ');
        }
        out.write(event.body());
        if (hasLines) {
            out.write('\n');
        }
    }

    @Override
    public boolean isWhole(FileSystem files, Path path) throws IOException {
        if (codec != null) {
            return read(files, path, OutputStream.nullOutputStream());
        }
        long length = files.getFileStatus(path).getLen();
        if (length == 0 || !hasLines) {
            return true;
        }
        try (FSDataInputStream in = files.open(path)) {
            in.seek(length - 1);
            return in.read() == '\n';
        }
    }

    @Override
    public void salvage(FileSystem files, Path damaged, Path copy) throws IOException {
        FSDataOutputStream out = files.create(copy, true);
        try (OutputStream target = codec == null ? out : codec.createOutputStream(out);
                Lines lines = new Lines(target, hasLines)) {
            read(files, damaged, lines);
        }
    }

    /** Copies what can be read; true when that is all of it. */
    private boolean read(FileSystem files, Path path, OutputStream copy) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int last = '\n';
        try (FSDataInputStream file = files.open(path);
                InputStream in = codec == null ? file : codec.createInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                copy.write(buffer, 0, count);
                last = count > 0 ? buffer[count - 1] : last;
            }
            return !hasLines || last == '\n';
        } catch (EOFException damage) {
            return false;
        }
    }

    /** Passes on whole lines only. */
    private static final class Lines extends FilterOutputStream {
        private final boolean hasLines;
        private byte[] rest = new byte[0];

        Lines(OutputStream out, boolean hasLines) {
            super(out);
            this.hasLines = hasLines;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            int end = from + length;
            int whole = end;
            while (hasLines && whole > from && bytes[whole - 1] != '\n') {
                whole--;
            }
            if (whole > from) {
                out.write(rest);
                out.write(bytes, from, whole - from);
                rest = new byte[0];
            }
            byte[] longer = new byte[rest.length + end - whole];
            System.arraycopy(rest, 0, longer, 0, rest.length);
            System.arraycopy(bytes, whole, longer, rest.length, end - whole);
            rest = longer;
        }
    }

    private final class Plain implements Writer {
        private final FSDataOutputStream file;
        private final OutputStream out;

        Plain(FSDataOutputStream file) {
            this.file = file;
            out = new BufferedOutputStream(file, BUFFER);
        }

        @Override
        public void append(Event event) throws IOException {
            write(event, out);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
            file.hflush();
        }

        @Override
        public void close() throws IOException {
            out.flush();
            file.hflush();
            file.close();
        }
    }

    private final class Compressed implements Writer {
        private final FSDataOutputStream file;
        private final CompressionCodec codec;
        private final @Nullable Compressor compressor;
        private @Nullable CompressionOutputStream section;

        Compressed(FSDataOutputStream file, CompressionCodec codec) {
            this.file = file;
            this.codec = codec;
            compressor = CodecPool.getCompressor(codec);
        }

        @Override
        public void append(Event event) throws IOException {
            CompressionOutputStream out = section;
            if (out == null) {
                if (compressor == null) {
                    out = codec.createOutputStream(file);
                } else {
                    compressor.reset();
                    out = codec.createOutputStream(file, compressor);
                }
                section = out;
            }
            write(event, out);
        }

        @Override
        public void flush() throws IOException {
            finish();
            file.hflush();
        }

        private void finish() throws IOException {
            if (section != null) {
                section.finish();
                section.flush();
                section = null;
            }
        }

        @Override
        public void close() throws IOException {
            try {
                finish();
                file.hflush();
                file.close();
            } finally {
                CodecPool.returnCompressor(compressor);
            }
        }
    }
}
