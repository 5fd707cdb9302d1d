package io.polder.profile;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** Takes rows of Java's values as table {@code raw} of a workbench. For one thread. */
final class Intake implements AutoCloseable {
    /** What a column's values are. */
    enum Kind {
        BOOLEAN,
        BIGINT,
        DOUBLE,
        VARCHAR,
        TIMESTAMP,
        DATE
    }

    /**
     * A column.
     *
     * @param name made different from the others' when it is not
     */
    record Column(String name, Kind kind) {}

    private final List<Column> columns;
    private final DuckDBAppender appender;
    private long rows;

    private Intake(List<Column> columns, DuckDBAppender appender) {
        this.columns = columns;
        this.appender = appender;
    }

    static Intake open(Workbench bench, List<Column> columns) {
        Set<String> taken = new HashSet<>();
        bench.run("CREATE TABLE raw ("
                + IntStream.range(0, columns.size())
                        .mapToObj(at ->
                                SuggestedRules.quoted(unique(columns.get(at).name(), at, taken)) + " "
                                        + columns.get(at).kind())
                        .collect(Collectors.joining(", "))
                + ")");
        return new Intake(columns, bench.appender("raw"));
    }

    private static String unique(String name, int at, Set<String> taken) {
        String free = name.isEmpty() ? "column" + at : name;
        for (int more = 1; !taken.add(free.toLowerCase(Locale.ROOT)); more++) {
            free = name + "_" + more;
        }
        return free;
    }

    /** How many rows were taken. */
    long rows() {
        return rows;
    }

    /** Takes a row, which has a value or null for each column. */
    void row(List<? extends @Nullable Object> values) {
        try {
            appender.beginRow();
            for (int at = 0; at < columns.size(); at++) {
                append(columns.get(at).kind(), values.get(at));
            }
            appender.endRow();
            rows++;
        } catch (SQLException failure) {
            throw Workbench.failed(failure);
        }
    }

    private void append(Kind kind, @Nullable Object value) throws SQLException {
        if (value == null) {
            appender.appendNull();
            return;
        }
        switch (kind) {
            case BOOLEAN -> appender.append((Boolean) value);
            case BIGINT -> appender.append(((Number) value).longValue());
            case DOUBLE ->
                appender.append(
                        value instanceof BigDecimal exact ? exact.doubleValue() : ((Number) value).doubleValue());
            case VARCHAR -> appender.append(text(value));
            case TIMESTAMP -> appender.append(time(value));
            case DATE -> appender.append((LocalDate) value);
        }
    }

    private static LocalDateTime time(Object value) {
        return value instanceof Instant instant
                ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                : (LocalDateTime) value;
    }

    private static String text(Object value) {
        if (value instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return value instanceof ByteBuffer bytes
                ? StandardCharsets.UTF_8.decode(bytes.duplicate()).toString()
                : String.valueOf(value);
    }

    @Override
    public void close() {
        try {
            appender.close();
        } catch (SQLException failure) {
            throw Workbench.failed(failure);
        }
    }
}
