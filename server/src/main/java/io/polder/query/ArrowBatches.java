package io.polder.query;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** The rows of an answer as batches of Apache Arrow, one after the other in the same memory. For one thread. */
public final class ArrowBatches implements AutoCloseable {
    private final BufferAllocator memory;
    private final VectorSchemaRoot root;

    /** Batches with these columns; nothing is loaded yet. */
    public ArrowBatches(List<Answer.Column> columns) {
        this(columns, new RootAllocator());
    }

    /** @param memory is closed with the batches */
    ArrowBatches(List<Answer.Column> columns, BufferAllocator memory) {
        this.memory = memory;
        root = VectorSchemaRoot.create(
                new Schema(columns.stream()
                        .map(column -> Field.nullable(column.name(), type(column.type())))
                        .toList()),
                memory);
    }

    private static ArrowType type(String type) {
        return switch (type) {
            case "BOOLEAN" -> ArrowType.Bool.INSTANCE;
            case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER" ->
                new ArrowType.Int(64, true);
            case "FLOAT", "DOUBLE" -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" ->
                new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
            case "TIMESTAMP WITH TIME ZONE" -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
            case "DATE" -> new ArrowType.Date(DateUnit.DAY);
            default -> ArrowType.Utf8.INSTANCE;
        };
    }

    /** The batch that was loaded last. */
    public VectorSchemaRoot root() {
        return root;
    }

    /** Takes the rows of a chunk in place of those before. */
    public void load(Chunk chunk) {
        int rows = chunk.rows();
        root.clear();
        for (int index = 0; index < chunk.columns().size(); index++) {
            load(root.getVector(index), chunk.column(index), rows);
        }
        root.setRowCount(rows);
    }

    private static void load(FieldVector vector, Chunk.Column column, int rows) {
        if (vector instanceof VarCharVector texts) {
            texts.allocateNew(Math.max(1, column.bytes().length), rows);
            bytes(texts.getOffsetBuffer(), 4L * (rows + 1)).asIntBuffer().put(column.offsets());
            texts.getDataBuffer().setBytes(0, column.bytes());
            texts.setLastSet(rows - 1);
        } else if (vector instanceof BitVector bits) {
            bits.allocateNew(rows);
            for (int row = 0; row < rows; row++) {
                bits.set(row, (int) column.wholeAt(row));
            }
        } else {
            BaseFixedWidthVector numbers = (BaseFixedWidthVector) vector;
            numbers.allocateNew(rows);
            numbers(numbers, column, rows);
        }
        validity(vector.getValidityBuffer(), column, rows);
    }

    private static void numbers(BaseFixedWidthVector vector, Chunk.Column column, int rows) {
        if (vector instanceof DateDayVector) {
            for (int row = 0; row < rows; row++) {
                vector.getDataBuffer().setInt(4L * row, (int) column.wholeAt(row));
            }
        } else if (column.held() == Chunk.Held.REAL) {
            bytes(vector.getDataBuffer(), 8L * rows).asDoubleBuffer().put(column.real());
        } else {
            bytes(vector.getDataBuffer(), 8L * rows).asLongBuffer().put(column.whole());
        }
    }

    private static void validity(ArrowBuf buffer, Chunk.Column column, int rows) {
        byte[] valid = new byte[(rows + 7) / 8];
        for (int row = 0; row < rows; row++) {
            if (!column.isNull(row)) {
                valid[row >> 3] |= (byte) (1 << (row & 7));
            }
        }
        buffer.setBytes(0, valid);
    }

    private static ByteBuffer bytes(ArrowBuf buffer, long length) {
        return buffer.nioBuffer(0, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        root.close();
        memory.close();
    }
}
