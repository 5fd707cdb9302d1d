package io.polder.store.duck;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import io.polder.store.Batch;
import io.polder.store.Transform;
import java.sql.Connection;
import java.sql.SQLException;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * A batch as a table function: the engine pulls the decoded events straight out of the batch's arrays, and only the
 * columns that the statement reads. Of all rows, or of those chosen by {@link #select}.
 *
 * <p>The batch is set by the writing thread before a statement runs and must not change while it does; the engine's
 * threads only read it.
 */
final class EventFunction implements DuckDBTableFunction<EventFunction, EventFunction.Scan, Object> {
    private final Schema schema;
    private final String name;
    private volatile @Nullable Batch batch;
    private volatile int @Nullable [] selected;
    private volatile int count;

    EventFunction(Schema schema, String name) {
        this.schema = schema;
        this.name = name;
    }

    /** Registers the function with the engine and makes {@link Transform#EVENT} of this connection read from it. */
    void register(Connection connection) throws SQLException {
        try (var builder = DuckDBFunctions.tableFunction()) {
            builder.withName(name).withProjectionPushdown().withFunction(this).register(connection);
        }
        StringBuilder view = new StringBuilder("CREATE OR REPLACE TEMP VIEW " + Transform.EVENT + " AS SELECT ");
        for (Field field : schema.fields()) {
            String column = Sql.name(field.name());
            view.append(
                    switch (field.type()) {
                        case TIMESTAMP -> "make_timestamp(" + column + ") AS " + column;
                        case DATE -> "DATE '1970-01-01' + " + column + " AS " + column;
                        case BOOLEAN, INTEGER, BIGINT, DOUBLE, VARCHAR -> column;
                    });
            view.append(", ");
        }
        view.append("make_timestamp(")
                .append(Transform.ACCEPTED)
                .append(" * 1000) AS ")
                .append(Transform.ACCEPTED)
                .append(", ")
                .append(String.join(", ", Transform.ROW, Transform.PARTITION, Transform.OFFSET, Transform.FEED))
                .append(" FROM ")
                .append(name)
                .append("()");
        try (var statement = connection.createStatement()) {
            statement.execute(view.toString());
        }
    }

    /** Reads all rows of {@code batch} from now on. */
    void read(Batch newBatch) {
        batch = newBatch;
        selected = null;
        count = newBatch.rows();
    }

    /** Reads only the first {@code newCount} of these rows of the batch, in this order. */
    void select(int[] rows, int newCount) {
        selected = rows;
        count = newCount;
    }

    @Override
    public EventFunction bind(DuckDBTableFunctionBindInfo info) {
        for (Field field : schema.fields()) {
            info.addResultColumn(
                    field.name(),
                    switch (field.type()) {
                        case BOOLEAN -> DuckDBColumnType.BOOLEAN;
                        case INTEGER, DATE -> DuckDBColumnType.INTEGER;
                        case BIGINT, TIMESTAMP -> DuckDBColumnType.BIGINT;
                        case DOUBLE -> DuckDBColumnType.DOUBLE;
                        case VARCHAR -> DuckDBColumnType.VARCHAR;
                    });
        }
        info.addResultColumn(Transform.ACCEPTED, DuckDBColumnType.BIGINT);
        info.addResultColumn(Transform.ROW, DuckDBColumnType.INTEGER);
        info.addResultColumn(Transform.PARTITION, DuckDBColumnType.INTEGER);
        info.addResultColumn(Transform.OFFSET, DuckDBColumnType.BIGINT);
        info.addResultColumn(Transform.FEED, DuckDBColumnType.VARCHAR);
        return this;
    }

    @Override
    public Scan init(DuckDBTableFunctionInitInfo info) {
        info.setMaxThreads(1);
        int[] columns = new int[(int) info.getColumnCount()];
        for (int index = 0; index < columns.length; index++) {
            columns[index] = (int) info.getColumnIndex(index);
        }
        return new Scan(columns);
    }

    /** Where a running statement stands. */
    static final class Scan {
        private final int[] columns;
        private final int[] rows = new int[4096];
        private int next;

        private Scan(int[] columns) {
            this.columns = columns;
        }
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter chunk) {
        Scan scan = info.getInitData();
        Batch source = batch;
        if (source == null) {
            return 0;
        }
        int size = (int) Math.min(Math.min(chunk.capacity(), scan.rows.length), count - scan.next);
        if (size <= 0) {
            return 0;
        }
        int[] chosen = selected;
        for (int index = 0; index < size; index++) {
            scan.rows[index] = chosen == null ? scan.next + index : chosen[scan.next + index];
        }
        for (int index = 0; index < scan.columns.length; index++) {
            write(source, scan.columns[index], scan.rows, size, chunk.vector(index));
        }
        scan.next += size;
        return size;
    }

    private void write(Batch source, int column, int[] rows, int size, DuckDBWritableVector vector) {
        int width = schema.size();
        if (column >= width) {
            switch (column - width) {
                case 0 -> {
                    for (int index = 0; index < size; index++) {
                        vector.setLong(index, source.acceptedMillis(rows[index]));
                    }
                }
                case 1 -> {
                    for (int index = 0; index < size; index++) {
                        vector.setInt(index, rows[index]);
                    }
                }
                case 2 -> {
                    for (int index = 0; index < size; index++) {
                        vector.setInt(index, source.partition(rows[index]));
                    }
                }
                case 3 -> {
                    for (int index = 0; index < size; index++) {
                        vector.setLong(index, source.offset(rows[index]));
                    }
                }
                default -> {
                    for (int index = 0; index < size; index++) {
                        vector.setString(index, source.feed(rows[index]));
                    }
                }
            }
            return;
        }
        Columns columns = source.columns();
        switch (schema.fields().get(column).type()) {
            case VARCHAR -> {
                byte[][] texts = columns.texts(column);
                byte[][] chosen = new byte[size][];
                for (int index = 0; index < size; index++) {
                    chosen[index] = texts[rows[index]];
                }
                vector.setStringUtf8Batch(0, chosen);
            }
            case DOUBLE -> {
                double[] values = columns.doubles(column);
                boolean[] nulls = columns.nulls(column);
                for (int index = 0; index < size; index++) {
                    int row = rows[index];
                    if (nulls[row]) {
                        vector.setNull(index);
                    } else {
                        vector.setDouble(index, values[row]);
                    }
                }
            }
            case BOOLEAN -> {
                long[] values = columns.longs(column);
                boolean[] nulls = columns.nulls(column);
                for (int index = 0; index < size; index++) {
                    int row = rows[index];
                    if (nulls[row]) {
                        vector.setNull(index);
                    } else {
                        vector.setBoolean(index, values[row] != 0);
                    }
                }
            }
            case INTEGER, DATE -> {
                long[] values = columns.longs(column);
                boolean[] nulls = columns.nulls(column);
                for (int index = 0; index < size; index++) {
                    int row = rows[index];
                    if (nulls[row]) {
                        vector.setNull(index);
                    } else {
                        vector.setInt(index, (int) values[row]);
                    }
                }
            }
            case BIGINT, TIMESTAMP -> {
                long[] values = columns.longs(column);
                boolean[] nulls = columns.nulls(column);
                for (int index = 0; index < size; index++) {
                    int row = rows[index];
                    if (nulls[row]) {
                        vector.setNull(index);
                    } else {
                        vector.setLong(index, values[row]);
                    }
                }
            }
        }
    }
}
