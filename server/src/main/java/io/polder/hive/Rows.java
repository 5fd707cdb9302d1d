package io.polder.hive;

import io.polder.query.Chunk;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that a client takes piece by piece. For one thread at a time. */
interface Rows extends AutoCloseable {
    List<Relation.Column> columns();

    /** The next rows; null at the end. */
    @Nullable
    Chunk next();

    @Override
    void close();

    /** Rows that are all known. */
    static Rows of(List<Relation.Column> columns, List<List<@Nullable Object>> rows) {
        List<Chunk.Held> held =
                columns.stream().map(column -> held(column.type())).toList();
        List<Chunk> left = new ArrayList<>();
        if (!rows.isEmpty()) {
            left.add(Chunk.of(held, rows));
        }
        return new Rows() {
            @Override
            public List<Relation.Column> columns() {
                return columns;
            }

            @Override
            public @Nullable Chunk next() {
                return left.isEmpty() ? null : left.remove(0);
            }

            @Override
            public void close() {
                left.clear();
            }
        };
    }

    private static Chunk.Held held(HiveType type) {
        return switch (type.kind()) {
            case BOOLEAN, TINYINT, SMALLINT, INT, BIGINT -> Chunk.Held.WHOLE;
            case FLOAT, DOUBLE -> Chunk.Held.REAL;
            case DECIMAL, STRING, TIMESTAMP, DATE, BINARY -> Chunk.Held.TEXT;
        };
    }
}
