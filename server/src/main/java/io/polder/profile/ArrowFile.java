package io.polder.profile;

import com.github.luben.zstd.Zstd;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.compression.AbstractCompressionCodec;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/** Apache Arrow's files (Feather, version 2) and streams as a source. */
final class ArrowFile {
    /** What a file begins with; a stream begins with its first message. */
    static final String MAGIC = "ARROW1";

    private ArrowFile() {}

    /** Opens a file's batches. */
    interface Opener {
        ArrowReader open(Path file, BufferAllocator memory) throws IOException;
    }

    /** Reads files or streams of one schema. */
    static Profile.Source read(Workbench bench, List<Path> files) {
        boolean[] isFile = {true};
        take(bench, files, "Arrow", (file, memory) -> {
            ArrowReader reader = reader(file, memory);
            isFile[0] = reader instanceof ArrowFileReader;
            return reader;
        });
        return new Profile.Source(
                "arrow", List.of(new Profile.Option("kind", isFile[0] ? "file" : "stream", true)), 0, List.of());
    }

    /**
     * Reads files of one schema into table {@code raw}.
     *
     * @param format its name, for the sentence that refuses a file
     */
    static void take(Workbench bench, List<Path> files, String format, Opener opener) {
        boolean isFirst = true;
        for (Path file : files) {
            try (BufferAllocator memory = new RootAllocator();
                    ArrowReader reader = opener.open(file, memory);
                    ArrowArrayStream stream = ArrowArrayStream.allocateNew(memory)) {
                Data.exportArrayStream(memory, reader, stream);
                bench.register("arrow", stream);
                bench.run((isFirst ? "CREATE TABLE raw AS" : "INSERT INTO raw BY NAME") + " SELECT * FROM arrow");
                isFirst = false;
            } catch (IOException | RuntimeException | LinkageError broken) {
                if (broken instanceof PolderException told && told.code() == ErrorCode.UNAVAILABLE) {
                    throw told; // too large, and says what to do
                }
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        file + ": cannot be read as " + format + " (" + wrong(broken)
                                + "). Fix: see that it is whole, and of the schema of the others",
                        broken);
            }
        }
    }

    /** The first line of what is said, without the names of classes and without our own advice. */
    private static String wrong(Throwable broken) {
        String said = String.valueOf(broken.getMessage()).lines().findFirst().orElse("");
        return said.replaceAll("[\\w.$]+Exception: ", "").replaceAll(" Fix: .*", "");
    }

    private static ArrowReader reader(Path file, BufferAllocator memory) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(MAGIC.length());
        }
        if (new String(start, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
            return new ArrowFileReader(FileChannel.open(file), memory, COMPRESSION);
        }
        return new ArrowStreamReader(new BufferedInputStream(Files.newInputStream(file)), memory, COMPRESSION);
    }

    /** By a library that Kafka brings; Arrow's own way would bring others. */
    private static final CompressionCodec.Factory COMPRESSION = new CompressionCodec.Factory() {
        @Override
        public CompressionCodec createCodec(CompressionUtil.CodecType type) {
            return type == CompressionUtil.CodecType.NO_COMPRESSION
                    ? NoCompressionCodec.INSTANCE
                    : new Compressed(type);
        }

        @Override
        public CompressionCodec createCodec(CompressionUtil.CodecType type, int level) {
            return createCodec(type);
        }
    };

    private static final class Compressed extends AbstractCompressionCodec {
        private final CompressionUtil.CodecType type;

        Compressed(CompressionUtil.CodecType type) {
            this.type = type;
        }

        @Override
        public CompressionUtil.CodecType getCodecType() {
            return type;
        }

        @Override
        protected ArrowBuf doCompress(BufferAllocator memory, ArrowBuf plain) {
            throw new UnsupportedOperationException("nothing is written here");
        }

        @Override
        protected ArrowBuf doDecompress(BufferAllocator memory, ArrowBuf compressed) {
            int length = Math.toIntExact(readUncompressedLength(compressed));
            byte[] body =
                    new byte[Math.toIntExact(compressed.writerIndex() - CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH)];
            compressed.getBytes(CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH, body);
            byte[] plain = type == CompressionUtil.CodecType.ZSTD
                    ? Zstd.decompress(body, length)
                    : Lz4Frame.content(body, length);
            ArrowBuf into = memory.buffer(length);
            into.setBytes(0, plain);
            into.writerIndex(length);
            return into;
        }
    }
}
