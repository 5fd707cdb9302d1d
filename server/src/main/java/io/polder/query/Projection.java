package io.polder.query;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * How the columns of a query are brought out of the engine: whatever type it has, a column arrives as one of a few that
 * are copied as they lie in memory. The engine does the changing, many values at a time. Immutable.
 */
final class Projection {
    /** More text than this is copied in pieces, so that long values need no more of the heap than many short ones. */
    private static final long CHUNK_BYTES = 4L << 20;
    /** The texts of one row are held whole, several times over, on their way out. */
    private static final long VALUE_BYTES = 8L << 20;

    /** What the engine is asked for in place of a column, and how what it gives lies in memory. */
    private enum Way {
        BOOLEAN("%s"),
        INTEGER("%s"),
        BIGINT("%s"),
        DOUBLE("%s"),
        VARCHAR("%s"),
        /** Microseconds. */
        TIMESTAMP("%s"),
        /** Days. */
        DATE("%s"),
        TO_INTEGER("CAST(%s AS INTEGER)"),
        TO_BIGINT("CAST(%s AS BIGINT)"),
        TO_DOUBLE("CAST(%s AS DOUBLE)"),
        TO_TIMESTAMP("CAST(%s AS TIMESTAMP)"),
        TO_VARCHAR("CAST(%s AS VARCHAR)"),
        TO_BASE64("base64(%s)");

        private final String sql;

        Way(String sql) {
            this.sql = sql;
        }

        boolean isAsItIs() {
            return sql.equals("%s");
        }

        boolean isText() {
            return this == VARCHAR || this == TO_VARCHAR || this == TO_BASE64;
        }
    }

    private final List<Answer.Column> columns;
    private final List<Way> ways;

    private Projection(List<Answer.Column> columns, List<Way> ways) {
        this.columns = List.copyOf(columns);
        this.ways = List.copyOf(ways);
    }

    static Projection of(ResultSetMetaData metadata) throws SQLException {
        List<Answer.Column> columns = new ArrayList<>();
        List<Way> ways = new ArrayList<>();
        for (int index = 1; index <= metadata.getColumnCount(); index++) {
            String type = metadata.getColumnTypeName(index);
            columns.add(new Answer.Column(metadata.getColumnName(index), type));
            ways.add(way(type));
        }
        return new Projection(columns, ways);
    }

    private static Way way(String type) {
        return switch (type) {
            case "BOOLEAN" -> Way.BOOLEAN;
            case "INTEGER" -> Way.INTEGER;
            case "BIGINT" -> Way.BIGINT;
            case "DOUBLE" -> Way.DOUBLE;
            case "VARCHAR" -> Way.VARCHAR;
            case "TIMESTAMP", "TIMESTAMP WITH TIME ZONE" -> Way.TIMESTAMP;
            case "DATE" -> Way.DATE;
            case "TINYINT", "SMALLINT", "UTINYINT", "USMALLINT" -> Way.TO_INTEGER;
            case "UINTEGER" -> Way.TO_BIGINT;
            case "FLOAT" -> Way.TO_DOUBLE;
            case "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" -> Way.TO_TIMESTAMP;
            case "BLOB" -> Way.TO_BASE64;
            default -> Way.TO_VARCHAR;
        };
    }

    /** The query's columns as it names and types them. */
    List<Answer.Column> columns() {
        return columns;
    }

    /**
     * What to run in place of {@code select}.
     *
     * @param limit how many rows at most
     */
    String sql(String select, long limit) {
        if (limit == Long.MAX_VALUE && ways.stream().allMatch(Way::isAsItIs)) {
            return select;
        }
        StringBuilder sql = new StringBuilder("SELECT ");
        StringBuilder names = new StringBuilder();
        for (int index = 0; index < ways.size(); index++) {
            String name = "c" + index;
            sql.append(index == 0 ? "" : ", ").append(ways.get(index).sql.replace("%s", name));
            names.append(index == 0 ? "" : ", ").append(name);
        }
        sql.append(" FROM (").append(select).append("\n) AS q(").append(names).append(')');
        if (limit != Long.MAX_VALUE) {
            sql.append(" LIMIT ").append(limit);
        }
        return sql.toString();
    }

    /** How many rows of a batch from {@code from} on make one chunk: all, unless their texts are long. */
    int rows(VectorSchemaRoot batch, int from) {
        int rows = batch.getRowCount() - from;
        while (rows > 1 && texts(batch, from, rows) > CHUNK_BYTES) {
            rows /= 2;
        }
        if (rows == 1 && texts(batch, from, 1) > VALUE_BYTES) {
            throw new PolderException(
                    ErrorCode.TOO_LARGE,
                    "A row has texts of " + texts(batch, from, 1) + " bytes, and at most " + VALUE_BYTES
                            + " are answered. Fix: take parts of them with substr()");
        }
        return rows;
    }

    /** How many bytes the texts of some rows have. */
    private long texts(VectorSchemaRoot batch, int from, int rows) {
        long bytes = 0;
        for (int index = 0; index < ways.size(); index++) {
            if (ways.get(index).isText()) {
                ArrowBuf offsets = batch.getVector(index).getOffsetBuffer();
                bytes += offsets.getInt(4L * (from + rows)) - offsets.getInt(4L * from);
            }
        }
        return bytes;
    }

    /** Copies some rows of what the engine holds, which it will write over. */
    Chunk read(VectorSchemaRoot batch, int from, int rows) {
        List<Chunk.Column> read = new ArrayList<>(ways.size());
        for (int index = 0; index < ways.size(); index++) {
            read.add(read(batch.getVector(index), ways.get(index), from, rows));
        }
        return new Chunk(rows, read);
    }

    private static Chunk.Column read(FieldVector vector, Way way, int from, int rows) {
        boolean @Nullable [] nulls = vector.getNullCount() == 0 ? null : nulls(vector, from, rows);
        return switch (way) {
            case BOOLEAN -> Chunk.Column.ofWhole(bits(vector.getDataBuffer(), from, rows), nulls);
            case INTEGER, TO_INTEGER, DATE -> Chunk.Column.ofWhole(integers(vector.getDataBuffer(), from, rows), nulls);
            case BIGINT, TO_BIGINT, TIMESTAMP, TO_TIMESTAMP -> {
                long[] values = new long[rows];
                bytes(vector.getDataBuffer(), 8L * from, 8L * rows)
                        .asLongBuffer()
                        .get(values);
                yield Chunk.Column.ofWhole(values, nulls);
            }
            case DOUBLE, TO_DOUBLE -> {
                double[] values = new double[rows];
                bytes(vector.getDataBuffer(), 8L * from, 8L * rows)
                        .asDoubleBuffer()
                        .get(values);
                yield Chunk.Column.ofReal(values, nulls);
            }
            case VARCHAR, TO_VARCHAR, TO_BASE64 -> {
                int[] offsets = new int[rows + 1];
                bytes(vector.getOffsetBuffer(), 4L * from, 4L * (rows + 1))
                        .asIntBuffer()
                        .get(offsets);
                int first = offsets[0];
                byte[] values = new byte[offsets[rows] - first];
                bytes(vector.getDataBuffer(), first, values.length).get(values);
                if (first != 0) {
                    for (int row = 0; row <= rows; row++) {
                        offsets[row] -= first;
                    }
                }
                yield Chunk.Column.ofText(values, offsets, nulls);
            }
        };
    }

    private static long[] integers(ArrowBuf buffer, int from, int rows) {
        IntBuffer integers = bytes(buffer, 4L * from, 4L * rows).asIntBuffer();
        long[] values = new long[rows];
        for (int row = 0; row < rows; row++) {
            values[row] = integers.get(row);
        }
        return values;
    }

    private static long[] bits(ArrowBuf buffer, int from, int rows) {
        ByteBuffer bits = bytes(buffer, 0, (from + rows + 7) / 8);
        long[] values = new long[rows];
        for (int row = 0; row < rows; row++) {
            values[row] = bits.get((from + row) >> 3) >> ((from + row) & 7) & 1;
        }
        return values;
    }

    private static boolean[] nulls(FieldVector vector, int from, int rows) {
        ByteBuffer valid = bytes(vector.getValidityBuffer(), 0, (from + rows + 7) / 8);
        boolean[] nulls = new boolean[rows];
        for (int row = 0; row < rows; row++) {
            nulls[row] = (valid.get((from + row) >> 3) >> ((from + row) & 7) & 1) == 0;
        }
        return nulls;
    }

    private static ByteBuffer bytes(ArrowBuf buffer, long from, long length) {
        return buffer.nioBuffer(from, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
