package io.polder.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of a {@link Chunk} as objects, for answers that are short. */
public final class Values {
    private Values() {}

    static void addTo(List<@Nullable Object[]> rows, List<Answer.Column> columns, Chunk chunk, int wanted) {
        for (int row = 0; row < wanted; row++) {
            @Nullable Object[] values = new @Nullable Object[columns.size()];
            for (int index = 0; index < values.length; index++) {
                values[index] = at(chunk, index, columns.get(index).type(), row);
            }
            rows.add(values);
        }
    }

    /** A value as {@link Answer} says; {@code type} as the engine names it. */
    public static @Nullable Object at(Chunk chunk, int column, String type, int row) {
        Chunk.Column values = chunk.column(column);
        if (values.isNull(row)) {
            return null;
        }
        return switch (values.held()) {
            case REAL -> values.realAt(row);
            case WHOLE -> whole(values.wholeAt(row), type);
            case TEXT -> text(values.textAt(row), type);
        };
    }

    private static Object whole(long value, String type) {
        return switch (type) {
            case "BOOLEAN" -> value != 0;
            case "DATE" -> LocalDate.ofEpochDay(value);
            default -> type.startsWith("TIMESTAMP") ? Instant.EPOCH.plus(value, ChronoUnit.MICROS) : value;
        };
    }

    private static Object text(String value, String type) {
        return switch (type) {
            case "HUGEINT", "UHUGEINT", "UBIGINT" -> new BigInteger(value);
            case "BLOB" -> Base64.getDecoder().decode(value);
            default -> type.startsWith("DECIMAL(") && !type.endsWith("]") ? new BigDecimal(value) : value;
        };
    }
}
