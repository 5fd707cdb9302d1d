package io.polder.profile.orc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.orc.TypeDescription;
import org.apache.orc.storage.ql.exec.vector.BytesColumnVector;
import org.apache.orc.storage.ql.exec.vector.ColumnVector;
import org.apache.orc.storage.ql.exec.vector.DoubleColumnVector;
import org.apache.orc.storage.ql.exec.vector.LongColumnVector;

/**
 * A column on its way.
 *
 * @param type what it is in Arrow
 * @param copy takes a value that is there
 */
record OrcColumn(String name, ArrowType type, Copy copy) {
    /** Takes a value that is there from one vector to another. */
    interface Copy {
        void value(ColumnVector from, int at, FieldVector to, int row) throws IOException;
    }

    private static final ArrowType INSTANTLESS = new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);

    static OrcColumn of(String name, TypeDescription type) {
        return switch (type.getCategory()) {
            case BOOLEAN ->
                new OrcColumn(name, ArrowType.Bool.INSTANCE, (from, at, to, row) -> ((BitVector) to)
                        .setSafe(row, (int) whole(from, at)));
            case BYTE ->
                new OrcColumn(name, new ArrowType.Int(8, true), (from, at, to, row) -> ((TinyIntVector) to)
                        .setSafe(row, (int) whole(from, at)));
            case SHORT ->
                new OrcColumn(name, new ArrowType.Int(16, true), (from, at, to, row) -> ((SmallIntVector) to)
                        .setSafe(row, (int) whole(from, at)));
            case INT ->
                new OrcColumn(name, new ArrowType.Int(32, true), (from, at, to, row) -> ((IntVector) to)
                        .setSafe(row, (int) whole(from, at)));
            case LONG ->
                new OrcColumn(name, new ArrowType.Int(64, true), (from, at, to, row) -> ((BigIntVector) to)
                        .setSafe(row, whole(from, at)));
            case FLOAT ->
                new OrcColumn(
                        name,
                        new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
                        (from, at, to, row) ->
                                ((Float4Vector) to).setSafe(row, (float) ((DoubleColumnVector) from).vector[at]));
            case DOUBLE ->
                new OrcColumn(
                        name,
                        new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
                        (from, at, to, row) ->
                                ((Float8Vector) to).setSafe(row, ((DoubleColumnVector) from).vector[at]));
            case DECIMAL ->
                new OrcColumn(
                        name,
                        new ArrowType.Decimal(type.getPrecision(), type.getScale(), 128),
                        (from, at, to, row) -> ((DecimalVector) to).setSafe(row, OrcValue.decimal(type, from, at)));
            case DATE ->
                new OrcColumn(name, new ArrowType.Date(DateUnit.DAY), (from, at, to, row) -> ((DateDayVector) to)
                        .setSafe(row, (int) whole(from, at)));
            case TIMESTAMP, TIMESTAMP_INSTANT ->
                new OrcColumn(name, INSTANTLESS, (from, at, to, row) -> ((TimeStampMicroVector) to)
                        .setSafe(row, OrcValue.micros(from, at)));
            case STRING, CHAR, VARCHAR ->
                new OrcColumn(name, ArrowType.Utf8.INSTANCE, (from, at, to, row) -> {
                    BytesColumnVector bytes = (BytesColumnVector) from;
                    ((VarCharVector) to).setSafe(row, bytes.vector[at], bytes.start[at], bytes.length[at]);
                });
            case BINARY, Geometry, Geography ->
                new OrcColumn(name, ArrowType.Binary.INSTANCE, (from, at, to, row) -> {
                    BytesColumnVector bytes = (BytesColumnVector) from;
                    ((VarBinaryVector) to).setSafe(row, bytes.vector[at], bytes.start[at], bytes.length[at]);
                });
            case LIST, MAP, STRUCT, UNION ->
                new OrcColumn(name, ArrowType.Utf8.INSTANCE, (from, at, to, row) -> ((VarCharVector) to)
                        .setSafe(row, OrcValue.text(type, from, at).getBytes(StandardCharsets.UTF_8)));
        };
    }

    private static long whole(ColumnVector from, int at) {
        return ((LongColumnVector) from).vector[at];
    }
}
