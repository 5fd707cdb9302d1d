package io.polder.sql;

import java.util.Locale;

/**
 * A column's type in the words of Hive and Impala, which their clients understand.
 *
 * @param kind what it is
 * @param precision the digits of a DECIMAL; 0 for others
 * @param scale its digits behind the point; 0 for others
 */
public record HiveType(Kind kind, int precision, int scale) {
    /** The types that clients of Impala read. Everything nested travels as text, a BLOB as BINARY. */
    public enum Kind {
        BOOLEAN,
        TINYINT,
        SMALLINT,
        INT,
        BIGINT,
        FLOAT,
        DOUBLE,
        DECIMAL,
        STRING,
        TIMESTAMP,
        DATE,
        BINARY
    }

    /**
     * What the engine's type is called here. HUGEINT, which sums of whole numbers have, is BIGINT as in Impala: a value
     * beyond 64 bits wraps around as it does there.
     *
     * @param engine as the engine names it: {@code DECIMAL(18,3)}, {@code TIMESTAMP WITH TIME ZONE}, {@code INTEGER[]}
     */
    public static HiveType ofEngine(String engine) {
        String name = engine.toUpperCase(Locale.ROOT);
        if (name.startsWith("DECIMAL(") && name.endsWith(")")) {
            int comma = name.indexOf(',');
            return new HiveType(
                    Kind.DECIMAL,
                    Integer.parseInt(name.substring(8, comma).strip()),
                    Integer.parseInt(
                            name.substring(comma + 1, name.length() - 1).strip()));
        }
        return switch (name) {
            case "BOOLEAN" -> of(Kind.BOOLEAN);
            case "TINYINT" -> of(Kind.TINYINT);
            case "SMALLINT", "UTINYINT" -> of(Kind.SMALLINT);
            case "INTEGER", "USMALLINT" -> of(Kind.INT);
            case "BIGINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT" -> of(Kind.BIGINT);
            case "FLOAT" -> of(Kind.FLOAT);
            case "DOUBLE" -> of(Kind.DOUBLE);
            case "DATE" -> of(Kind.DATE);
            case "BLOB" -> of(Kind.BINARY);
            default -> of(name.startsWith("TIMESTAMP") && !name.endsWith("]") ? Kind.TIMESTAMP : Kind.STRING);
        };
    }

    public static HiveType of(Kind kind) {
        return new HiveType(kind, 0, 0);
    }

    /** As DESCRIBE writes it: {@code decimal(18,3)}. */
    public String word() {
        String word = kind.name().toLowerCase(Locale.ROOT);
        return kind == Kind.DECIMAL ? word + "(" + precision + "," + scale + ")" : word;
    }
}
