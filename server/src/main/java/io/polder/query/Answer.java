package io.polder.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a query gave. Values are null, Boolean, Integer, Long, Double, BigDecimal, BigInteger, String,
 * java.time.Instant (TIMESTAMP, UTC), java.time.LocalDate or byte[]; anything nested is its text.
 *
 * @param isTruncated whether there were more rows than were asked for
 */
public record Answer(List<Column> columns, List<@Nullable Object[]> rows, boolean isTruncated, long milliseconds) {
    /** A column of an answer; {@code type} as SQL names it. */
    public record Column(String name, String type) {}
}
