package io.polder.hive;

import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hive.service.rpc.thrift.TCLIServiceConstants;
import org.apache.hive.service.rpc.thrift.TColumnDesc;
import org.apache.hive.service.rpc.thrift.TPrimitiveTypeEntry;
import org.apache.hive.service.rpc.thrift.TTableSchema;
import org.apache.hive.service.rpc.thrift.TTypeDesc;
import org.apache.hive.service.rpc.thrift.TTypeEntry;
import org.apache.hive.service.rpc.thrift.TTypeId;
import org.apache.hive.service.rpc.thrift.TTypeQualifierValue;
import org.apache.hive.service.rpc.thrift.TTypeQualifiers;

/** The columns of a result as the protocol describes them. */
final class Types {
    private Types() {}

    static TTableSchema schema(List<Relation.Column> columns) {
        List<TColumnDesc> described = new ArrayList<>();
        for (Relation.Column column : columns) {
            TPrimitiveTypeEntry entry = new TPrimitiveTypeEntry(id(column.type()));
            if (column.type().kind() == HiveType.Kind.DECIMAL) {
                entry.setTypeQualifiers(new TTypeQualifiers(Map.of(
                        TCLIServiceConstants.PRECISION,
                        TTypeQualifierValue.i32Value(column.type().precision()),
                        TCLIServiceConstants.SCALE,
                        TTypeQualifierValue.i32Value(column.type().scale()))));
            }
            described.add(new TColumnDesc(
                    column.name(), new TTypeDesc(List.of(TTypeEntry.primitiveEntry(entry))), described.size() + 1));
        }
        return new TTableSchema(described);
    }

    /** Some clients read no BINARY: it travels as text. */
    private static TTypeId id(HiveType type) {
        return switch (type.kind()) {
            case BOOLEAN -> TTypeId.BOOLEAN_TYPE;
            case TINYINT -> TTypeId.TINYINT_TYPE;
            case SMALLINT -> TTypeId.SMALLINT_TYPE;
            case INT -> TTypeId.INT_TYPE;
            case BIGINT -> TTypeId.BIGINT_TYPE;
            case FLOAT -> TTypeId.FLOAT_TYPE;
            case DOUBLE -> TTypeId.DOUBLE_TYPE;
            case DECIMAL -> TTypeId.DECIMAL_TYPE;
            case STRING, BINARY -> TTypeId.STRING_TYPE;
            case TIMESTAMP -> TTypeId.TIMESTAMP_TYPE;
            case DATE -> TTypeId.DATE_TYPE;
        };
    }

    /** The number by which JDBC knows a type. */
    static int jdbc(HiveType type) {
        return switch (type.kind()) {
            case BOOLEAN -> java.sql.Types.BOOLEAN;
            case TINYINT -> java.sql.Types.TINYINT;
            case SMALLINT -> java.sql.Types.SMALLINT;
            case INT -> java.sql.Types.INTEGER;
            case BIGINT -> java.sql.Types.BIGINT;
            case FLOAT -> java.sql.Types.FLOAT;
            case DOUBLE -> java.sql.Types.DOUBLE;
            case DECIMAL -> java.sql.Types.DECIMAL;
            case STRING, BINARY -> java.sql.Types.VARCHAR;
            case TIMESTAMP -> java.sql.Types.TIMESTAMP;
            case DATE -> java.sql.Types.DATE;
        };
    }

    /** How many digits or characters a value of a type has; 0 when that is not bounded. */
    static int size(HiveType type) {
        return switch (type.kind()) {
            case BOOLEAN -> 1;
            case TINYINT -> 3;
            case SMALLINT -> 5;
            case INT, DATE -> 10;
            case BIGINT -> 19;
            case FLOAT -> 7;
            case DOUBLE -> 15;
            case DECIMAL -> type.precision();
            case TIMESTAMP -> 29;
            case STRING, BINARY -> Integer.MAX_VALUE;
        };
    }
}
