package io.polder.sql;

import java.util.List;
import java.util.Optional;

/** CAST: what cannot be converted is NULL, as in Impala. */
final class Casts {
    private Casts() {}

    /** The conversion of {@code value} to a type of Impala. */
    static Fragment to(
            String asked, Token type, List<Integer> sizes, Optional<Token> format, Token place, Fragment value) {
        if (format.isPresent()) {
            return formatted(asked, type, format.get(), place, value);
        }
        String function =
                switch (type.word()) {
                    case "tinyint", "smallint", "int", "bigint", "boolean", "double", "date", "timestamp", "string" ->
                        "impala.to_" + type.word() + "(";
                    case "integer" -> "impala.to_int(";
                    case "real" -> "impala.to_double(";
                    default -> "";
                };
        Fragment out = new Fragment();
        if (!function.isEmpty()) {
            return out.add(function, place.start()).add(value).add(")");
        }
        return switch (type.word()) {
            case "float" ->
                out.add("CAST(impala.to_double(", place.start()).add(value).add(") AS FLOAT)");
            case "decimal", "numeric" -> {
                int precision = sizes.isEmpty() ? 9 : sizes.get(0);
                int scale = sizes.size() < 2 ? 0 : sizes.get(1);
                if (precision < 1 || precision > 38 || scale > precision) {
                    throw SqlProblem.at(
                            asked,
                            type.start(),
                            "a DECIMAL has 1 to 38 digits, and no more of them behind the point",
                            "write DECIMAL(18, 3)");
                }
                yield out.add("TRY_CAST(", place.start())
                        .add(value)
                        .add("AS DECIMAL(" + precision + ", " + scale + "))");
            }
            case "varchar", "char" ->
                sizes.isEmpty()
                        ? out.add("impala.to_string(", place.start()).add(value).add(")")
                        : out.add("left(impala.to_string(", place.start())
                                .add(value)
                                .add("), " + sizes.get(0) + ")");
            case "binary" ->
                out.add("CAST(encode(impala.to_string(", place.start())
                        .add(value)
                        .add(")) AS BLOB)");
            default ->
                throw SqlProblem.at(
                        asked,
                        type.start(),
                        "there is no type " + type.shown(),
                        "write BIGINT, INT, DOUBLE, DECIMAL(18, 3), STRING, TIMESTAMP, DATE or BOOLEAN");
        };
    }

    private static Fragment formatted(String asked, Token type, Token format, Token place, Fragment value) {
        String pattern = Patterns.iso(asked, format);
        Fragment out = new Fragment();
        return switch (type.word()) {
            case "string", "varchar", "char" ->
                out.add("strftime(impala.ts(", place.start()).add(value).add("), " + Words.text(pattern) + ")");
            case "timestamp" ->
                out.add("try_strptime(", place.start()).add(value).add(", " + Words.text(pattern) + ")");
            case "date" ->
                out.add("CAST(try_strptime(", place.start()).add(value).add(", " + Words.text(pattern) + ") AS DATE)");
            default ->
                throw SqlProblem.at(
                        asked, format.start(), "FORMAT is for STRING, TIMESTAMP and DATE", "leave FORMAT out");
        };
    }
}
