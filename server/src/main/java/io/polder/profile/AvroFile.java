package io.polder.profile;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.Snappy;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.file.Codec;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** Avro's object container files as a source. What is nested is kept as text, as Avro writes it in JSON. */
final class AvroFile {
    private AvroFile() {}

    /** Snappy is read by a library that is there for other reasons; Avro's own way is another one, with native parts. */
    private static final class SnappyBlocks extends Codec {
        private static final int CHECKSUM = 4;

        @Override
        public String getName() {
            return "snappy";
        }

        @Override
        public ByteBuffer compress(ByteBuffer data) throws IOException {
            throw new IOException("nothing is written here");
        }

        @Override
        public ByteBuffer decompress(ByteBuffer data) throws IOException {
            ByteBuffer block = data.duplicate();
            block.limit(block.limit() - CHECKSUM);
            ByteBuf in = Unpooled.wrappedBuffer(block);
            ByteBuf out = Unpooled.buffer(Math.max(64, block.remaining() * 2));
            try {
                new Snappy().decode(in, out);
            } catch (RuntimeException broken) {
                throw new IOException("a block is not what Snappy writes", broken);
            }
            return ByteBuffer.wrap(out.array(), out.arrayOffset(), out.readableBytes());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof SnappyBlocks;
        }

        @Override
        public int hashCode() {
            return getName().hashCode();
        }
    }

    static {
        CodecFactory.addCodec("snappy", new CodecFactory() {
            @Override
            protected Codec createInstance() {
                return new SnappyBlocks();
            }
        });
    }

    /** Reads files of one schema; those of another one are named in the sentence that refuses them. */
    static Profile.Source read(Workbench bench, List<Path> files) {
        Intake into = null;
        Schema first = null;
        String codec = "";
        try {
            for (Path file : files) {
                try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                        DataFileStream<Object> stream = new DataFileStream<>(in, new GenericDatumReader<>())) {
                    Schema schema = stream.getSchema();
                    if (into == null) {
                        first = schema;
                        codec = Objects.requireNonNullElse(stream.getMetaString("avro.codec"), "null");
                        into = Intake.open(bench, columns(schema));
                    } else if (!schema.equals(first)) {
                        throw new PolderException(
                                ErrorCode.INVALID_REQUEST,
                                file + ": its schema is not that of " + files.get(0)
                                        + ". Fix: profile them one by one");
                    }
                    rows(stream, schema, into, file);
                } catch (PolderException told) {
                    throw told;
                } catch (IOException | RuntimeException | LinkageError broken) {
                    throw unreadable(file, broken);
                }
            }
        } finally {
            if (into != null) {
                into.close();
            }
        }
        return new Profile.Source("avro", List.of(new Profile.Option("codec", codec, true)), 0, List.of());
    }

    private static PolderException unreadable(Path file, Throwable broken) {
        String why = broken instanceof LinkageError
                ? "its codec's library is not here"
                : broken.getMessage() == null ? "it ends before it should" : broken.getMessage();
        return new PolderException(
                ErrorCode.INVALID_REQUEST,
                file + ": cannot be read as Avro (" + why
                        + "). Fix: see that it is whole; the codecs that can be read are null, deflate, snappy and"
                        + " zstandard",
                broken);
    }

    private static void rows(DataFileStream<Object> stream, Schema schema, Intake into, Path file) {
        boolean isRecord = schema.getType() == Schema.Type.RECORD;
        List<Schema> types =
                isRecord ? schema.getFields().stream().map(Schema.Field::schema).toList() : List.of(schema);
        List<@Nullable Object> row = new ArrayList<>();
        while (next(stream, into, file)) {
            Object value = stream.next();
            row.clear();
            for (int at = 0; at < types.size(); at++) {
                row.add(value(types.get(at), isRecord ? ((IndexedRecord) value).get(at) : value));
            }
            into.row(row);
        }
    }

    private static boolean next(DataFileStream<Object> stream, Intake into, Path file) {
        try {
            return stream.hasNext();
        } catch (AvroRuntimeException broken) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    file + ": broken behind row " + into.rows() + " (" + broken.getMessage()
                            + "). Fix: see that the file is whole",
                    broken);
        }
    }

    private static List<Intake.Column> columns(Schema schema) {
        return schema.getType() == Schema.Type.RECORD
                ? schema.getFields().stream()
                        .map(field -> new Intake.Column(field.name(), kind(field.schema())))
                        .toList()
                : List.of(new Intake.Column("value", kind(schema)));
    }

    /** The type of what is there when it is there: that of a union with null alone. */
    private static Schema there(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        List<Schema> others = schema.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .toList();
        return others.size() == 1 ? others.get(0) : schema;
    }

    private static Intake.Kind kind(Schema written) {
        Schema schema = there(written);
        LogicalType logical = schema.getLogicalType();
        if (logical instanceof LogicalTypes.Date) {
            return Intake.Kind.DATE;
        }
        if (unit(logical) != null) {
            return Intake.Kind.TIMESTAMP;
        }
        if (logical instanceof LogicalTypes.Decimal) {
            return Intake.Kind.DOUBLE;
        }
        return switch (schema.getType()) {
            case BOOLEAN -> Intake.Kind.BOOLEAN;
            case INT, LONG -> Intake.Kind.BIGINT;
            case FLOAT, DOUBLE -> Intake.Kind.DOUBLE;
            default -> Intake.Kind.VARCHAR;
        };
    }

    private static @Nullable ChronoUnit unit(@Nullable LogicalType logical) {
        if (logical instanceof LogicalTypes.TimestampMillis || logical instanceof LogicalTypes.LocalTimestampMillis) {
            return ChronoUnit.MILLIS;
        }
        if (logical instanceof LogicalTypes.TimestampMicros || logical instanceof LogicalTypes.LocalTimestampMicros) {
            return ChronoUnit.MICROS;
        }
        return logical instanceof LogicalTypes.TimestampNanos || logical instanceof LogicalTypes.LocalTimestampNanos
                ? ChronoUnit.NANOS
                : null;
    }

    private static @Nullable Object value(Schema written, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        Schema schema = there(written);
        LogicalType logical = schema.getLogicalType();
        ChronoUnit unit = unit(logical);
        if (unit != null) {
            return Instant.EPOCH.plus(((Number) value).longValue(), unit);
        }
        if (logical instanceof LogicalTypes.Date) {
            return LocalDate.ofEpochDay(((Number) value).longValue());
        }
        if (logical instanceof LogicalTypes.Decimal decimal) {
            ByteBuffer bytes = value instanceof ByteBuffer buffer
                    ? buffer.duplicate()
                    : ByteBuffer.wrap(((GenericFixed) value).bytes());
            byte[] digits = new byte[bytes.remaining()];
            bytes.get(digits);
            return new BigDecimal(new BigInteger(digits), decimal.getScale());
        }
        return value;
    }
}
