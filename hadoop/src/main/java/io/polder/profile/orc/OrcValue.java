package io.polder.profile.orc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.orc.TypeDescription;
import org.apache.orc.storage.ql.exec.vector.BytesColumnVector;
import org.apache.orc.storage.ql.exec.vector.ColumnVector;
import org.apache.orc.storage.ql.exec.vector.DecimalColumnVector;
import org.apache.orc.storage.ql.exec.vector.DoubleColumnVector;
import org.apache.orc.storage.ql.exec.vector.ListColumnVector;
import org.apache.orc.storage.ql.exec.vector.LongColumnVector;
import org.apache.orc.storage.ql.exec.vector.MapColumnVector;
import org.apache.orc.storage.ql.exec.vector.StructColumnVector;
import org.apache.orc.storage.ql.exec.vector.TimestampColumnVector;
import org.apache.orc.storage.ql.exec.vector.UnionColumnVector;

/** A value of a vector, and what is nested as JSON. */
final class OrcValue {
    private static final JsonFactory JSON = new JsonFactory();

    private OrcValue() {}

    static BigDecimal decimal(TypeDescription type, ColumnVector from, int at) {
        return ((DecimalColumnVector) from)
                .vector[at]
                .getHiveDecimal()
                .bigDecimalValue()
                .setScale(type.getScale(), RoundingMode.UNNECESSARY);
    }

    /** Microseconds since 1970-01-01, what is finer left out. */
    static long micros(ColumnVector from, int at) {
        TimestampColumnVector times = (TimestampColumnVector) from;
        return Math.floorDiv(times.time[at], 1_000L) * 1_000_000 + times.nanos[at] / 1_000;
    }

    /** A nested value as JSON; of a union a text as it is. */
    static String text(TypeDescription type, ColumnVector from, int at) throws IOException {
        if (from instanceof UnionColumnVector union) {
            int tag = union.tags[at];
            TypeDescription present = type.getChildren().get(tag);
            boolean isText =
                    switch (present.getCategory()) {
                        case STRING, CHAR, VARCHAR, DATE, TIMESTAMP, TIMESTAMP_INSTANT -> true;
                        default -> false;
                    };
            int branch = union.fields[tag].isRepeating ? 0 : at;
            if (isText && isThere(union.fields[tag], branch)) {
                return plain(present, union.fields[tag], branch);
            }
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            write(type, from, at, out);
        }
        return text.toString();
    }

    private static boolean isThere(ColumnVector from, int at) {
        return from.noNulls || !from.isNull[at];
    }

    private static void write(TypeDescription type, ColumnVector from, int row, JsonGenerator out) throws IOException {
        int at = from.isRepeating ? 0 : row;
        if (!isThere(from, at)) {
            out.writeNull();
            return;
        }
        List<TypeDescription> types = type.getChildren();
        switch (type.getCategory()) {
            case BOOLEAN -> out.writeBoolean(((LongColumnVector) from).vector[at] != 0);
            case BYTE, SHORT, INT, LONG -> out.writeNumber(((LongColumnVector) from).vector[at]);
            case FLOAT -> out.writeNumber((float) ((DoubleColumnVector) from).vector[at]);
            case DOUBLE -> out.writeNumber(((DoubleColumnVector) from).vector[at]);
            case DECIMAL -> out.writeNumber(decimal(type, from, at).toPlainString());
            case DATE, TIMESTAMP, TIMESTAMP_INSTANT, STRING, CHAR, VARCHAR -> out.writeString(plain(type, from, at));
            case BINARY, Geometry, Geography -> {
                BytesColumnVector bytes = (BytesColumnVector) from;
                out.writeBinary(bytes.vector[at], bytes.start[at], bytes.length[at]);
            }
            case LIST -> {
                ListColumnVector list = (ListColumnVector) from;
                out.writeStartArray();
                for (long each = list.offsets[at]; each < list.offsets[at] + list.lengths[at]; each++) {
                    write(types.get(0), list.child, (int) each, out);
                }
                out.writeEndArray();
            }
            case MAP -> {
                MapColumnVector map = (MapColumnVector) from;
                out.writeStartObject();
                for (long each = map.offsets[at]; each < map.offsets[at] + map.lengths[at]; each++) {
                    out.writeFieldName(key(types.get(0), map.keys, (int) each));
                    write(types.get(1), map.values, (int) each, out);
                }
                out.writeEndObject();
            }
            case STRUCT -> {
                out.writeStartObject();
                for (int field = 0; field < types.size(); field++) {
                    out.writeFieldName(type.getFieldNames().get(field));
                    write(types.get(field), ((StructColumnVector) from).fields[field], at, out);
                }
                out.writeEndObject();
            }
            case UNION -> {
                UnionColumnVector union = (UnionColumnVector) from;
                write(types.get(union.tags[at]), union.fields[union.tags[at]], at, out);
            }
        }
    }

    private static String key(TypeDescription type, ColumnVector from, int row) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            write(type, from, row, out);
        }
        String json = text.toString();
        boolean isText = json.startsWith("\"");
        return isText ? plain(type, from, from.isRepeating ? 0 : row) : json;
    }

    /** A text or a time as it is written. */
    private static String plain(TypeDescription type, ColumnVector from, int at) {
        return switch (type.getCategory()) {
            case DATE ->
                LocalDate.ofEpochDay(((LongColumnVector) from).vector[at]).toString();
            case TIMESTAMP -> time(from, at).toString();
            case TIMESTAMP_INSTANT -> time(from, at).toInstant(ZoneOffset.UTC).toString();
            default -> {
                BytesColumnVector bytes = (BytesColumnVector) from;
                yield new String(bytes.vector[at], bytes.start[at], bytes.length[at], StandardCharsets.UTF_8);
            }
        };
    }

    private static LocalDateTime time(ColumnVector from, int at) {
        TimestampColumnVector times = (TimestampColumnVector) from;
        return LocalDateTime.ofEpochSecond(Math.floorDiv(times.time[at], 1_000L), times.nanos[at], ZoneOffset.UTC);
    }
}
