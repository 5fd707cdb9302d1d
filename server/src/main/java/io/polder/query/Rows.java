package io.polder.query;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are taken piece by piece. For one thread at a time. */
public interface Rows {
    /** What the rows consist of. */
    List<Answer.Column> columns();

    /**
     * The next rows, at least one; null at the end.
     *
     * @throws io.polder.record.PolderException when making them fails
     */
    @Nullable
    Chunk next();

    /**
     * Rows that are all known.
     *
     * @param values null, Long, Double or String, as the columns' types BIGINT, DOUBLE and VARCHAR say
     */
    static Rows of(List<Answer.Column> columns, List<List<@Nullable Object>> values) {
        List<Chunk> left = new ArrayList<>();
        if (!values.isEmpty()) {
            left.add(Chunk.of(
                    columns.stream()
                            .map(column -> switch (column.type()) {
                                case "BIGINT" -> Chunk.Held.WHOLE;
                                case "DOUBLE" -> Chunk.Held.REAL;
                                default -> Chunk.Held.TEXT;
                            })
                            .toList(),
                    values));
        }
        return new Rows() {
            @Override
            public List<Answer.Column> columns() {
                return columns;
            }

            @Override
            public @Nullable Chunk next() {
                return left.isEmpty() ? null : left.remove(0);
            }
        };
    }
}
