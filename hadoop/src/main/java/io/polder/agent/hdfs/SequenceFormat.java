package io.polder.agent.hdfs;

import io.polder.agent.Event;
import java.io.EOFException;
import java.io.IOException;
import java.time.InstantSource;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.SequenceFile;
import org.apache.hadoop.io.SequenceFile.CompressionType;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.jspecify.annotations.Nullable;

/** Flume's SequenceFiles: the key is the event's time in milliseconds, the value its body; headers are not kept. */
final class SequenceFormat implements EventFormat {
    private final boolean isText;
    private final @Nullable CompressionCodec codec;
    private final InstantSource clock;

    /**
     * @param isText whether values are {@link Text}, and not {@link BytesWritable}
     * @param codec compresses blocks of events; null for none
     * @param clock the time of events without a header {@code timestamp}
     */
    SequenceFormat(boolean isText, @Nullable CompressionCodec codec, InstantSource clock) {
        this.isText = isText;
        this.codec = codec;
        this.clock = clock;
    }

    @Override
    public String suffix() {
        return codec == null ? "" : codec.getDefaultExtension();
    }

    @Override
    public Writer create(FileSystem files, Path path) throws IOException {
        FSDataOutputStream out = files.create(path, false);
        try {
            return new Open(out, writer(files.getConf(), out), isText, clock);
        } catch (IOException failure) {
            out.close();
            throw failure;
        }
    }

    private SequenceFile.Writer writer(Configuration configuration, FSDataOutputStream out) throws IOException {
        return SequenceFile.createWriter(
                configuration,
                SequenceFile.Writer.stream(out),
                SequenceFile.Writer.keyClass(LongWritable.class),
                SequenceFile.Writer.valueClass(isText ? Text.class : BytesWritable.class),
                codec == null
                        ? SequenceFile.Writer.compression(CompressionType.NONE)
                        : SequenceFile.Writer.compression(CompressionType.BLOCK, codec));
    }

    @Override
    public boolean isWhole(FileSystem files, Path path) throws IOException {
        return read(files, path, null);
    }

    @Override
    public void salvage(FileSystem files, Path damaged, Path copy) throws IOException {
        try (FSDataOutputStream out = files.create(copy, true);
                SequenceFile.Writer writer = writer(files.getConf(), out)) {
            read(files, damaged, writer);
        }
    }

    /** Reads, and copies, up to the end or the first damage; true when there is none. */
    private boolean read(FileSystem files, Path path, SequenceFile.@Nullable Writer copy) throws IOException {
        LongWritable key = new LongWritable();
        Writable value = isText ? new Text() : new BytesWritable();
        try (SequenceFile.Reader reader =
                new SequenceFile.Reader(files.getConf(), SequenceFile.Reader.file(files.makeQualified(path)))) {
            while (reader.next(key, value)) {
                if (copy != null) {
                    copy.append(key, value);
                }
            }
            return true;
        } catch (EOFException | ChecksumException damage) {
            return false;
        }
    }

    private static final class Open implements Writer {
        private final FSDataOutputStream out;
        private final SequenceFile.Writer writer;
        private final InstantSource clock;
        private final LongWritable key = new LongWritable();
        private final @Nullable Text text;
        private final BytesWritable bytes = new BytesWritable();

        Open(FSDataOutputStream out, SequenceFile.Writer writer, boolean isText, InstantSource clock) {
            this.out = out;
            this.writer = writer;
            this.clock = clock;
            text = isText ? new Text() : null;
        }

        @Override
        public void append(Event event) throws IOException {
            key.set(millis(event));
            byte[] body = event.body();
            if (text != null) {
                text.set(body, 0, body.length);
                writer.append(key, text);
            } else {
                bytes.set(body, 0, body.length);
                writer.append(key, bytes);
            }
        }

        private long millis(Event event) {
            String timestamp = event.headers().get("timestamp");
            if (timestamp != null) {
                try {
                    return Long.parseLong(timestamp);
                } catch (NumberFormatException notATime) {
                    return clock.millis();
                }
            }
            return clock.millis();
        }

        @Override
        public void flush() throws IOException {
            writer.sync();
            out.hflush();
        }

        @Override
        public void close() throws IOException {
            writer.close();
            out.close();
        }
    }
}
