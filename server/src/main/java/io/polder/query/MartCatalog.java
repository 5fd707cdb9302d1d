package io.polder.query;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Catalog;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import io.polder.store.duck.DuckStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What SQL may know of a mart: its tables and views as they are in the store. Thread-safe. */
public final class MartCatalog implements Catalog {
    /** Statistics of a large table cost a scan. */
    private static final int SECONDS = 60;

    private final DuckStore store;
    private final Mart mart;

    /** The catalogue of a mart whose tables and views are in {@code store}. */
    public MartCatalog(DuckStore store, Mart mart) {
        this.store = store;
        this.mart = mart;
    }

    @Override
    public List<Relation> relations() {
        Map<String, List<Relation.Column>> columns = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        read(
                "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name ="
                        + " current_database() AND schema_name = 'main' AND NOT internal ORDER BY table_name,"
                        + " column_index",
                result -> columns.computeIfAbsent(result.getString(1), name -> new ArrayList<>())
                        .add(new Relation.Column(
                                result.getString(2).toLowerCase(Locale.ROOT), HiveType.ofEngine(result.getString(3)))));
        List<Relation> relations = new ArrayList<>();
        mart.tables()
                .values()
                .forEach(table -> relations.add(new Relation(
                        table.name(),
                        false,
                        columns.getOrDefault(table.name(), List.of()),
                        table.key(),
                        table.time(),
                        table.effectiveSelect(),
                        table.select().isEmpty()
                                && mart.feedsOf(table.from()).stream()
                                        .allMatch(feed -> feed.kind() == Feed.Kind.SQL))));
        mart.views()
                .values()
                .forEach(view -> relations.add(new Relation(
                        view.name(),
                        true,
                        columns.getOrDefault(view.name(), List.of()),
                        List.of(),
                        Optional.empty(),
                        view.select(),
                        false)));
        return List.copyOf(relations);
    }

    @Override
    public Optional<Long> rows(Relation relation) {
        if (relation.isView()) {
            return Optional.empty();
        }
        List<Long> counts = new ArrayList<>();
        read("SELECT count(*) FROM main." + quoted(relation.name()), result -> counts.add(result.getLong(1)));
        return Optional.of(counts.get(0));
    }

    @Override
    public List<ColumnStatistics> statistics(Relation relation) {
        StringBuilder sql = new StringBuilder("SELECT count(*)");
        for (Relation.Column column : relation.columns()) {
            String name = quoted(column.name());
            boolean isText = column.type().kind() == HiveType.Kind.STRING;
            sql.append(", approx_count_distinct(")
                    .append(name)
                    .append("), count(*) - count(")
                    .append(name)
                    .append("), ");
            sql.append(
                    isText ? "max(strlen(" + name + "::VARCHAR)), avg(strlen(" + name + "::VARCHAR))" : "NULL, NULL");
        }
        List<ColumnStatistics> statistics = new ArrayList<>();
        read(sql + " FROM main." + quoted(relation.name()), result -> {
            for (int index = 0; index < relation.columns().size(); index++) {
                HiveType.Kind kind = relation.columns().get(index).type().kind();
                int first = 2 + 4 * index;
                statistics.add(new ColumnStatistics(
                        result.getLong(first),
                        result.getLong(first + 1),
                        kind == HiveType.Kind.STRING ? result.getLong(first + 2) : width(kind),
                        kind == HiveType.Kind.STRING ? result.getDouble(first + 3) : width(kind)));
            }
        });
        return List.copyOf(statistics);
    }

    /** The bytes of a value, as Impala counts them. */
    private static int width(HiveType.Kind kind) {
        return switch (kind) {
            case BOOLEAN, TINYINT -> 1;
            case SMALLINT -> 2;
            case INT, FLOAT, DATE -> 4;
            case BIGINT, DOUBLE -> 8;
            case DECIMAL, TIMESTAMP, STRING, BINARY -> 16;
        };
    }

    private interface Row {
        void read(ResultSet result) throws SQLException;
    }

    private void read(String sql, Row row) {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS);
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    row.read(result);
                }
            }
        } catch (SQLException exception) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Reading what tables there are failed: " + exception.getMessage() + ". Fix: try again in a moment",
                    exception);
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
